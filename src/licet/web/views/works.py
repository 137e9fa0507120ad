"""Works and catalogues: browsed, searched, looked up by their hash, and each by itself."""

from pathlib import Path
from typing import Any, Final

from licet.contracts.assets import Deed, DeedFlag
from licet.contracts.events import AssetDisputed, DeedTransferred, Sold, StatementPublished
from licet.documents import file_name
from licet.errors import AssetNotRegistered, ChainError, InputError, NotRegistered
from licet.rights.uses import Use
from licet.shelf import ANYTHING, Asset, Role, Wanted, Work
from licet.text import parse_amount
from licet.types import ZERO_ADDRESS, Address, Hash32, shown
from licet.web.site import Desk
from licet.web.views.config import currencies
from licet.web.views.lineage import lineage
from licet.web.views.logs import holder_of, logged, newest, page_of
from licet.web.views.offers import offers_on
from licet.web.views.paging import Page
from licet.web.views.taken import taken

LONGEST_QUESTION: Final = 200
KINDS: Final = ("", "work", "catalog")
_MOST_NOTED: Final = 20


def wanted(desk: Desk, uses: Use, currency: Address | None, most: str) -> Wanted:
    """What somebody looks for among offers.

    Args:
        desk: where to read.
        uses: which an offer has to permit.
        currency: in which it is priced.
        most: the highest price, in whole units of the currency; empty for any.

    Raises:
        InputError: it is no amount, or has no currency.
        ConnectionFailed: the node does not say how many digits the currency has.
    """
    if not most:
        return Wanted(int(uses), currency, None, _indexed(desk))
    if currency is None:
        raise InputError("a highest price needs its currency", parameter="currency")
    line = desk.currencies.line(currency)
    try:
        units = parse_amount(most, line.decimals or 0, line.symbol or currency)
    except InputError as error:
        raise InputError(str(error), parameter="most") from error
    return Wanted(int(uses), currency, min(units, (1 << 256) - 1), _indexed(desk))


def _indexed(desk: Desk) -> int:
    """The time of the newest block in the index, unix seconds."""
    return desk.index.timestamp(desk.index.state.block) if desk.index.state.block_hash else 0


def works(
    desk: Desk, page: Page, text: str = "", kind: str = "", offered: Wanted = ANYTHING
) -> dict[str, Any]:
    """Assets, the newest first; with a text, those found by it, and works of catalogues too.

    Args:
        desk: where to read.
        page: which page.
        text: what is looked for in titles, and in works' ids; an id or a SHA-256 is looked up.
        kind: `work` or `catalog`, for those alone.
        offered: what has to be on offer.

    Raises:
        InputError: the text is too long, or there is no such kind.
    """
    if len(text) > LONGEST_QUESTION:
        raise InputError(f"what is looked for has at most {LONGEST_QUESTION} characters", parameter="q")
    if kind not in KINDS:
        raise InputError(f"{shown(kind)} is no kind: work or catalog", parameter="kind")
    text = text.strip()
    following: int | None
    found: list[tuple[Asset, Work | None]]
    if not text and offered:
        assets, following = desk.shelf.offered(offered, kind, page.number, page.limit)
        found = [(asset, None) for asset in assets]
    elif not text:
        assets = desk.shelf.assets(kind, page.number, page.limit + 1)
        found = [(asset, None) for asset in assets[: page.limit]]
        following = assets[page.limit - 1].number if len(assets) > page.limit else None
    elif (named := _hash(text)) is not None:
        asset = desk.shelf.asset(named)
        every = [(asset, None)] if asset else desk.shelf.claims(named, page.limit)
        found, following = [each for each in every if desk.shelf.fits(each[0], kind, offered)], None
    else:
        found, following = desk.shelf.search(text, page.number, page.limit, kind, offered)
    return {
        "items": [entry_json(desk, asset, work) for asset, work in found],
        "next": None if following is None else str(following),
        "assets": desk.shelf.count(),
        "currencies": [_coin(desk), *currencies(desk)],
    }


def _coin(desk: Desk) -> dict[str, Any]:
    """The chain's own, as a currency."""
    return {"address": ZERO_ADDRESS, "symbol": desk.currencies.line(ZERO_ADDRESS).symbol, "decimals": 18}


def entry_json(desk: Desk, asset: Asset, work: Work | None = None) -> dict[str, Any]:
    """An asset in a list, or a work of a catalogue with its catalogue."""
    return {
        "asset_id": asset.asset_id,
        "title": asset.title,
        "kind": "catalog" if asset.works else "work",
        "works": asset.works,
        "registrant": asset.registrant,
        "content": asset.content,
        "media_type": asset.media_type,
        "preview": asset.preview.sha256 if asset.preview and desk.previews.has(asset.preview) else None,
        "registered": desk.index.timestamp(asset.place.block),
        "work": None if work is None else work_json(work),
    }


def work_json(work: Work) -> dict[str, Any]:
    """A work of a catalogue."""
    return {"position": work.position, "id": work.id, "sha256": work.sha256}


def asset_of(desk: Desk, asset_id: Hash32) -> Asset:
    """A registered asset.

    Raises:
        NotRegistered: there is none of this id.
    """
    found = desk.shelf.asset(asset_id)
    if found is None:
        raise NotRegistered(f"no asset has the id {asset_id} here", asset_id=asset_id)
    return found


def asset(desk: Desk, asset_id: Hash32) -> dict[str, Any]:
    """All that is known of an asset.

    Raises:
        NotRegistered: there is none of this id.
    """
    found = asset_of(desk, asset_id)
    audited = desk.live.audited
    registration = desk.index.logs_at(found.place.block, found.place.log_index, found.place.log_index)
    return {
        **entry_json(desk, found),
        "document_hash": found.document_hash if int(found.document_hash, 16) else None,
        "uri": found.uri or None,
        "block": found.place.block,
        "tx": registration[0].tx_hash if registration else None,
        **_now(desk, found),
        "lineage": lineage(desk, found),
        "moves": [
            {"from": event.sender, "to": event.receiver, **logged(desk, event)}
            for event in _some(desk, DeedTransferred, Role.DEED, asset_id)
            if event.asset_id == asset_id
        ],
        "disputes": [
            {
                "case_id": event.case_id,
                "claimant": event.claimant,
                "status": audited.case(event.log.address, event.case_id) if audited else None,
                **logged(desk, event),
            }
            for event in _some(desk, AssetDisputed, Role.DISPUTED, asset_id)
            if event.asset_id == asset_id
        ],
        "statements": [
            {
                "statement_id": event.statement_id,
                "publisher": event.publisher,
                "state": audited.stated(event.statement_id) if audited else None,
                **logged(desk, event),
            }
            for event in _some(desk, StatementPublished, Role.STATED, asset_id)
            if event.asset_id == asset_id
        ],
    }


def catalog(desk: Desk, asset_id: Hash32, page: Page) -> dict[str, Any]:
    """The works of a catalogue, in its order.

    Raises:
        NotRegistered: there is no asset of this id.
    """
    found = asset_of(desk, asset_id)
    after = page.number
    listed = desk.shelf.works(found.number, -1 if after is None else after, page.limit + 1)
    return {
        **entry_json(desk, found),
        "items": [work_json(work) for work in listed[: page.limit]],
        "next": str(listed[page.limit - 1].position) if len(listed) > page.limit else None,
    }


def sales(desk: Desk, asset_id: Hash32, page: Page) -> dict[str, Any]:
    """The licenses that were sold of an asset, the newest first; with the first page, the sums of all."""
    asset_of(desk, asset_id)
    listed = page_of(
        desk,
        Sold,
        Role.SOLD,
        asset_id,
        page,
        lambda event: sale_json(desk, event) if event.asset_id == asset_id else None,
    )
    return {**listed, "taken": None if page.after else taken(desk, Role.SOLD, asset_id)}


def sale_json(desk: Desk, event: Sold) -> dict[str, Any]:
    """A sale."""
    offer = event.offer
    sold = desk.shelf.asset(offer.asset_id)
    return {
        "license_id": event.license_id,
        "asset_id": offer.asset_id,
        "title": sold.title if sold else None,
        "licensee": event.licensee,
        "holder": holder_of(desk, event.license_id),
        "licensor": offer.licensor,
        "payee": offer.payee,
        "quantity": event.quantity,
        "price": str(offer.price),
        "currency": offer.currency,
        "price_text": desk.currencies.text(offer.currency, offer.price) if offer.price else None,
        "kind": offer.kind.name.lower(),
        **logged(desk, event),
    }


def lookup(desk: Desk, sha256: Hash32) -> dict[str, Any]:
    """Who registered the bytes that have this hash, and what may be done with them.

    No claim is preferred over another: where several parties' stand, `contested` says so. `first` is the one
    that dates from the earliest time.
    """
    claims = []
    for found, work in desk.shelf.claims(sha256):
        now = _now(desk, found, work.sha256 if work else None)
        claims.append({**entry_json(desk, found, work), **now, "since": _since(desk, found)})
    holders = {claim["holder"] for claim in claims if "defeated" not in claim["flags"]}
    dated = [claim for claim in claims if claim["since"] is not None]
    return {
        "sha256": sha256,
        "registered": bool(claims),
        "contested": len(holders) > 1,
        "first": min(
            ({name: claim[name] for name in ("asset_id", "registrant", "since")} for claim in dated),
            key=lambda claim: claim["since"],
            default=None,
        ),
        "claims": claims,
    }


def _now(desk: Desk, found: Asset, work: Hash32 | None = None) -> dict[str, Any]:
    """What the chain says of an asset now; without an answer, that there is none."""
    try:
        deed = desk.contracts.assets.deed(found.asset_id)
        flags = deed.flags
        if work is not None:
            flags |= desk.contracts.disputes.work_flags(found.asset_id, work)
        defeated = bool(flags & DeedFlag.DEFEATED)
        return {
            "chain_answers": True,
            "holder": deed.holder,
            "flags": _flag_names(flags),
            **_limits(deed),
            "offers": [] if defeated else offers_on(desk, found.asset_id, deed),
        }
    except (ChainError, AssetNotRegistered):
        return {
            "chain_answers": False,
            "holder": None,
            "flags": [],
            "exclusive_until": None,
            "parents_until": None,
            "offers": [],
        }


def _limits(deed: Deed) -> dict[str, int | None]:
    forever = (1 << 32) - 1
    return {
        "exclusive_until": deed.exclusive_until or None,
        "parents_until": deed.parents_until if 0 < deed.parents_until < forever else None,
    }


def _flag_names(flags: DeedFlag) -> list[str]:
    return [str(flag.name).lower() for flag in DeedFlag if flags & flag]


def _since(desk: Desk, found: Asset) -> int | None:
    """When a claim dates from: of a work in a catalogue, when the catalogue's document was first here."""
    if not found.works:
        return desk.index.timestamp(found.place.block)
    for folder in desk.library.folders:
        path = Path(folder) / file_name(found.document_hash)
        try:
            return int(path.stat().st_mtime)
        except OSError:
            continue
    return None


def _some(desk: Desk, kind: Any, role: Role, asset_id: Hash32) -> list[Any]:
    """The newest few."""
    found = []
    for event in newest(desk, kind, role, asset_id):
        found.append(event)
        if len(found) == _MOST_NOTED:
            break
    return found


def _hash(text: str) -> Hash32 | None:
    digits = text.removeprefix("0x").lower()
    if len(digits) == 64 and set(digits) <= set("0123456789abcdef"):
        return Hash32("0x" + digits)
    return None
