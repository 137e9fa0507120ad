"""Offers: which are known, whether they would sell now and why not, what they say, what buying costs."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from licet.contracts.assets import Deed
from licet.contracts.events import OfferPublished
from licet.documents import OfferDocument, PayeeShare, TermsDocument
from licet.documents.terms import Link
from licet.errors import DocumentError, InputError, LicetError, NotOnOffer, NotRegistered
from licet.licensee.offers import Obstacle, Offers, StandingOffer
from licet.rights.conditions import Conditions
from licet.rights.explain import explain
from licet.rights.offer import Kind, Offer
from licet.rights.order import Order
from licet.rights.phrases import CHINESE, ENGLISH
from licet.rights.terms import Place, Terms, members
from licet.rights.uses import use_names
from licet.shelf import Role
from licet.types import ZERO_HASH, Address, Hash32
from licet.web.languages import language
from licet.web.site import Desk
from licet.web.views.logs import newest

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
MOST: Final = 50
"""How many offers on one asset are looked at."""
_BOOKS: Final = {"en": ENGLISH, "zh": CHINESE}


class NoOffer(NotRegistered):
    """Nobody has shown an offer of this hash."""


class DoesNotSell(NotOnOffer):
    """An offer would not sell now; `why_not` in the facts says why."""


@dataclass(frozen=True, slots=True)
class Known:
    """An offer that somebody has shown.

    Attributes:
        standing: the offer, and its signature if it is not published.
        conditions: its conditions.
    """

    standing: StandingOffer
    conditions: Conditions

    @property
    def offer(self) -> Offer:
        """The offer itself."""
        return self.standing.offer


def offers_on(desk: Desk, asset_id: Hash32, deed: Deed) -> list[dict[str, Any]]:
    """The offers on an asset that would sell now, cheapest first."""
    now = desk.contracts.chain.block().timestamp
    checks = Offers(desk.contracts, desk.library)
    selling = [
        known
        for offer_hash, known in _known_on(desk, asset_id, deed.holder).items()
        if checks.obstacle(known.standing, offer_hash, deed, now) is None
    ]
    selling.sort(key=lambda known: (known.offer.currency, known.offer.price, known.offer.struct_hash()))
    return [offer_json(desk, known, None) for known in selling]


def offer(desk: Desk, offer_hash: Hash32) -> dict[str, Any]:
    """One offer, whether it sells or not.

    Raises:
        NoOffer: it was neither published, nor is its signed document at hand.
        ChainError: the node does not answer.
    """
    known, obstacle, _ = _checked(desk, offer_hash)
    asset = desk.shelf.asset(known.offer.asset_id)
    shown = asset.preview if asset else None
    return {
        **offer_json(desk, known, obstacle),
        "title": asset.title if asset else None,
        "preview": shown.sha256 if shown and desk.previews.has(shown) else None,
    }


def quote(
    desk: Desk, offer_hash: Hash32, licensee: Address, quantity: int, salt: Hash32 | None
) -> dict[str, Any]:
    """Exactly what buying on an offer costs now.

    Args:
        desk: where to read.
        offer_hash: the offer.
        licensee: who is to have the licenses.
        quantity: how many.
        salt: the purchase's, if it is chosen already: it makes the license's id.

    Raises:
        NoOffer: nobody has shown this offer.
        DoesNotSell: it would not sell now.
        InputError: an order cannot be for so many.
        ChainError: the node does not answer.
    """
    block = desk.contracts.chain.block()
    known, obstacle, _ = _checked(desk, offer_hash)
    if obstacle is not None:
        raise DoesNotSell(
            f"the offer {offer_hash} does not sell now: {obstacle}", hash=offer_hash, why_not=str(obstacle)
        )
    bought = known.offer
    order = Order(bought, known.standing.signature, licensee, salt or ZERO_HASH, quantity)
    named = f"{offer_hash} {licensee} {quantity} {salt or ''} {block.hash}"
    return {
        "quote_id": "0x" + hashlib.sha256(named.encode()).hexdigest(),
        "offer_hash": offer_hash,
        "licensee": licensee,
        "quantity": quantity,
        "total": str(order.total),
        "currency": bought.currency,
        "decimals": desk.currencies.line(bought.currency).decimals,
        "total_text": desk.currencies.text(bought.currency, order.total),
        "seconds": bought.duration or None,
        "block_number": block.number,
        "block_hash": block.hash,
        "license_id": None if salt is None else order.license_id,
    }


def offer_json(desk: Desk, known: Known, obstacle: Obstacle | None) -> dict[str, Any]:
    """An offer as the API has it: the signed members under `offer`, the same for people beside them."""
    said = known.offer
    return {
        "hash": said.struct_hash(),
        "asset": said.asset_id,
        "offer": said.to_json(),
        "conditions": known.conditions.to_json(),
        "signature": "0x" + known.standing.signature.hex(),
        "stands": obstacle is None,
        "why_not": None if obstacle is None else str(obstacle),
        "why_not_text": None if obstacle is None else language(desk.language).text(f"why_not.{obstacle}"),
        "licensor": said.licensor,
        "uses": list(use_names(said.uses)),
        "kind": said.kind.name.lower(),
        "price_text": None if said.kind is Kind.FREE else desk.currencies.text(said.currency, said.price),
        "seconds": said.duration or None,
        **_said(desk, known),
    }


def _said(desk: Desk, known: Known) -> dict[str, Any]:
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


def known_offer(desk: Desk, offer_hash: Hash32) -> Known:
    """An offer that somebody has shown.

    Raises:
        NoOffer: nobody has.
    """
    for known in _by_hash(desk, offer_hash):
        return known
    raise NoOffer(
        f"there is no offer {offer_hash} here: it was not published on chain, and its signed document is not "
        "among the server's",
        hash=offer_hash,
    )


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


def _checked(desk: Desk, offer_hash: Hash32) -> tuple[Known, Obstacle | None, Deed]:
    """The offer, and what stands in its way: of several signatures, the one that sells."""
    found = known_offer(desk, offer_hash)
    deed = desk.contracts.assets.deed(found.offer.asset_id)
    now = desk.contracts.chain.block().timestamp
    checks = Offers(desk.contracts, desk.library)
    obstacle: Obstacle | None = None
    for known in _by_hash(desk, offer_hash):
        obstacle = checks.obstacle(known.standing, offer_hash, deed, now)
        if obstacle is not Obstacle.NOT_SIGNED:
            return known, obstacle, deed
    return found, obstacle, deed


def _by_hash(desk: Desk, offer_hash: Hash32) -> Iterator[Known]:
    for event in newest(desk, OfferPublished, Role.OFFER, offer_hash):
        if event.offer.struct_hash() == offer_hash:
            yield Known(StandingOffer(event.offer, b""), event.conditions)
            break
    for signed in desk.shelf.signed_offer(offer_hash):
        known = _signed(desk, signed.document_hash)
        if known is not None and known.offer.struct_hash() == offer_hash:
            yield known


def _known_on(desk: Desk, asset_id: Hash32, holder: Address) -> dict[Hash32, Known]:
    """The offers on an asset that its holder made, as far as there are not too many."""
    found: dict[Hash32, Known] = {}
    for event in newest(desk, OfferPublished, Role.OFFERED, asset_id):
        if (event.offer.asset_id, event.offer.licensor) == (asset_id, holder):
            found[event.offer.struct_hash()] = Known(StandingOffer(event.offer, b""), event.conditions)
        if len(found) == MOST:
            return found
    for signed in desk.shelf.signed_offers(asset_id):
        known = _signed(desk, signed.document_hash)
        if known is not None and known.offer.licensor == holder and len(found) < MOST:
            found.setdefault(signed.offer_hash, known)
    return found


def _signed(desk: Desk, document_hash: Hash32) -> Known | None:
    try:
        document = OfferDocument.from_bytes(desk.library.get(document_hash))
    except DocumentError:
        return None  # it was taken away, or altered
    signature = bytes.fromhex(document.signature[2:])
    return Known(StandingOffer(document.offer, signature), document.conditions)


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
