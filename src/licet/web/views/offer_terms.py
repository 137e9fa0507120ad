"""What offers say: in plain words, as data, and as the documents of standards."""

from typing import Any, Final, cast

from licet.documents import PayeeShare, TermsDocument
from licet.documents.terms import Link
from licet.errors import DocumentError, InputError, LicetError
from licet.rights.explain import explain
from licet.rights.offer import Kind, Offer
from licet.rights.phrases import CHINESE, ENGLISH
from licet.rights.terms import Place, Terms, members
from licet.types import Hash32
from licet.web.site import Desk
from licet.web.views.known_offers import Known, known_offer

_SHOWN: Final = (
    "uses.",
    "payment.",
    "targets",
    "licensor",
    "end",
    "duration",
    "supply",
    "exclusive",
    "transferable",
)
"""Members that an offer itself has, or `uses` and `price_text` say."""
LONGEST_TEXT: Final = 4_000
"""Characters of one sentence of terms, and…"""
LONGEST_LIST: Final = 100
"""…entries of one list in them, that an answer has."""
_BOOKS: Final = {"en": ENGLISH, "zh": CHINESE}


def said_by(desk: Desk, known: Known) -> dict[str, Any]:
    """What an offer says: `sections` in plain words, `members` as data; None without its rights document."""
    terms = terms_of(desk, known)
    if terms is None:
        return {"sections": None, "members": None}
    return {
        "sections": [
            {"title": section.title, "sentences": [_cut(line) for line in section.sentences[:LONGEST_LIST]]}
            for section in explain(terms, _names(desk, known.offer), _BOOKS[desk.language])
        ],
        "members": [
            {"name": name, "value": _plain(desk, known.offer, name, value)}
            for name, value in members(terms).items()
            if not name.startswith(_SHOWN)
        ],
    }


def _plain(desk: Desk, said: Offer, name: str, value: object) -> Any:
    """A member of terms, as JSON has it: links and payees as objects, an amount for people."""
    if isinstance(value, tuple):
        value = value[:LONGEST_LIST]
    if name == "links":
        return [
            {"rel": str(link.relation), "href": _cut(link.href)} for link in cast(tuple[Link, ...], value)
        ]
    if name == "payees":
        return [
            {"payee": entry.payee, "name": _cut(entry.name or "") or None, "share": str(entry.share)}
            for entry in cast(tuple[PayeeShare, ...], value)
        ]
    if name == "conditions.revenue_ceiling":
        return desk.currencies.text(said.currency, cast(int, value))
    if isinstance(value, tuple):
        return [_cut(str(item)) for item in value]
    return _cut(value) if isinstance(value, str) else value


def _cut(text: str) -> str:
    """A text as long as a page can have it; the document, which can be downloaded, has all of it."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def terms_of(desk: Desk, known: Known) -> Terms | None:
    """An offer's terms; None where its rights document is not at hand, or is another one."""
    said = known.offer
    place = Place(desk.contracts.chain.chain_id, desk.contracts.assets.address)
    try:
        document = TermsDocument.from_bytes(desk.library.get(said.terms_hash))
        decimals = 0 if said.kind is Kind.FREE else desk.currencies.line(said.currency).decimals
        if decimals is None:
            return None
        return Terms.of_offer(said, known.conditions, document, place, decimals)
    except (DocumentError, InputError):
        return None


def terms_in(desk: Desk, offer_hash: Hash32, name: str) -> tuple[bytes, str, str]:
    """An offer's terms as a standard's document: its bytes, its media type, and a name for its file.

    Raises:
        NoOffer: nobody has shown this offer.
        InputError: there is no such format, or it cannot say these terms.
        DocumentError: its rights document is not at hand.
    """
    # Loads what JSON-LD and XML need, which no other page does.
    from licet.rights.formats.registry import FORMATS

    if name not in FORMATS:
        raise InputError(f"there is no format {name}: {', '.join(FORMATS)} are known")
    known = known_offer(desk, offer_hash)
    terms = terms_of(desk, known)
    if terms is None:
        raise DocumentError(f"the rights document {known.offer.terms_hash} is not at hand")
    chosen = FORMATS[name]
    return chosen.write([terms]).data, chosen.media_type, f"{offer_hash[2:18]}{chosen.suffix}"


def _names(desk: Desk, said: Offer) -> dict[str, str]:
    """What an offer's currency and asset are called, by their ids."""
    place = Place(desk.contracts.chain.chain_id, desk.contracts.assets.address)
    names: dict[str, str] = {}
    asset = desk.shelf.asset(said.asset_id)
    if asset is not None and asset.title:
        names[place.asset(said.asset_id)] = asset.title
    try:
        symbol = desk.currencies.line(said.currency).symbol
    except LicetError:
        symbol = None
    if symbol:
        names[place.currency(said.currency)] = symbol
    return names
