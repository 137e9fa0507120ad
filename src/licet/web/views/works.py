"""Works and catalogues: in lists, and each by itself."""

from typing import Any, Final

from licet.contracts.assets import Deed, DeedFlag
from licet.contracts.events import AssetDisputed, DeedTransferred, Sold, StatementPublished
from licet.errors import AssetNotRegistered, ChainError, NotRegistered
from licet.shelf import Asset, Role, Work
from licet.types import Hash32
from licet.web.site import Desk
from licet.web.views.lineage import lineage
from licet.web.views.logs import holder_of, logged, newest, page_of
from licet.web.views.offers import offers_on
from licet.web.views.paging import Page
from licet.web.views.taken import taken

_MOST_NOTED: Final = 20


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
        **now_of(desk, found),
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


def now_of(desk: Desk, found: Asset, work: Hash32 | None = None) -> dict[str, Any]:
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


def _some(desk: Desk, kind: Any, role: Role, asset_id: Hash32) -> list[Any]:
    """The newest few."""
    found = []
    for event in newest(desk, kind, role, asset_id):
        found.append(event)
        if len(found) == _MOST_NOTED:
            break
    return found
