"""Licenses: what one permits, what it was sold on, what became of it; its certificate, its exports."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from licet.contracts.events import LicenseTransferred, Renewed, Revoked, Sold, Sublicensed, UsageAnchored
from licet.contracts.licenses import PERPETUAL, License
from licet.documents import Document, Found, Library, Listing
from licet.errors import ChainError, InputError, NotRegistered
from licet.licensee import Licensee
from licet.licensee.exporting import license_as_croissant
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.uses import use_names
from licet.shelf import Role, SignedOffer
from licet.types import Hash32
from licet.web.site import Desk
from licet.web.views.known_offers import NoOffer, known_offer
from licet.web.views.logs import event_at, logged, newest
from licet.web.views.meters import meter, reported
from licet.web.views.works import sale_json

_MOST_NOTED: Final = 20
_LARGEST: Final = 16 << 20
_UNKNOWN: Final[dict[str, Any]] = {
    "chain_answers": False,
    "holder": None,
    "uses": [],
    "expires": None,
    "state": "unknown",
}


def license_(desk: Desk, license_id: Hash32) -> dict[str, Any]:
    """All that is known of a license.

    Raises:
        NotRegistered: there is none of this id.
    """
    made = _made_out(desk, license_id)
    sale = _sale_of(desk, license_id, made)
    granted = None if sale else _granted(desk, license_id)
    conditions = None if sale is None else _conditions(desk, sale)
    asset_id = asset_of(desk, license_id)
    asset = None if asset_id is None else desk.shelf.asset(asset_id)
    return {
        "license_id": license_id,
        "asset_id": asset_id,
        "title": asset.title if asset else None,
        "content": asset.content if asset else None,
        "catalog": bool(asset and asset.works),
        "licensee": made.receiver,
        "sold": logged(desk, made),
        "sale": None if sale is None else {**sale_json(desk, sale), "offer_hash": sale.offer.struct_hash()},
        "sublicense_of": None if granted is None else granted.parent_id,
        **slot(desk, license_id),
        "renewals": [
            {"payer": event.payer, "expires": _end(event.expires), **logged(desk, event)}
            for event in _few(desk, Renewed, Role.RENEWED, license_id)
        ],
        "revocations": [
            {"cause": event.cause, "refund": str(event.refund), **logged(desk, event)}
            for event in _few(desk, Revoked, Role.REVOKED, license_id)
        ],
        "moves": [
            {"from": event.sender, "to": event.receiver, **logged(desk, event)}
            for event in _few(desk, LicenseTransferred, Role.LICENSE, license_id)
            if int(event.sender, 16)
        ],
        "meter": meter(desk, license_id, sale.offer, conditions)
        if sale is not None and sale.offer.kind is Kind.METERED
        else None,
        "reported": reported(desk, license_id, conditions),
        "usage": [
            {
                "reporter": event.reporter,
                "root": event.root,
                "records": event.count,
                "since": event.since,
                "until": event.until,
                **logged(desk, event),
            }
            for event in _few(desk, UsageAnchored, Role.USED, license_id)
        ],
    }


def _conditions(desk: Desk, sale: Sold) -> Conditions | None:
    """The conditions of a sale's offer; None where nobody has shown them here."""
    try:
        return known_offer(desk, sale.offer.struct_hash()).conditions
    except NoOffer:
        return None


def certificate(desk: Desk, license_id: Hash32) -> dict[str, Any]:
    """What proves a license: everything that its id is the hash of, and where its sale stands on chain.

    Raises:
        NotRegistered: there is no license of this id, or none that was sold.
        ChainError: the node does not answer.
    """
    made = _made_out(desk, license_id)
    sale = _sale_of(desk, license_id, made)
    if sale is None:
        raise NotRegistered(f"the license {license_id} was granted, not sold: its parent has a certificate")
    order = sale.order
    grant = next(grant for grant in order.grants() if grant.license_id == license_id)
    asset = desk.shelf.asset(sale.asset_id)
    conditions = _conditions(desk, sale)
    return {
        "type": "licet/certificate/1",
        "license_id": license_id,
        **slot(desk, license_id),
        "licensee": sale.licensee,
        "licensor": sale.offer.licensor,
        "asset_id": sale.asset_id,
        "title": asset.title if asset else None,
        "content": asset.content if asset else None,
        "works": asset.works if asset else None,
        "registrant": asset.registrant if asset else None,
        "offer_hash": sale.offer.struct_hash(),
        "offer": sale.offer.to_json(),
        "conditions": None if conditions is None else conditions.to_json(),
        "signature": "0x" + sale.signature.hex(),
        "salt": grant.salt,
        "price_text": sale_json(desk, sale)["price_text"],
        "kind": sale.offer.kind.name.lower(),
        "sold": logged(desk, sale),
        "block_hash": sale.log.block_hash,
        "chain_id": desk.contracts.chain.chain_id,
        "license_token": desk.contracts.licenses.address,
    }


def slot(desk: Desk, license_id: Hash32) -> dict[str, Any]:
    """What the chain says of a license now; without an answer, that there is none."""
    return slots(desk, [license_id])[license_id]


def slots(desk: Desk, license_ids: Sequence[Hash32]) -> dict[Hash32, dict[str, Any]]:
    """The same of some licenses, asked for at once."""
    try:
        now = desk.contracts.chain.block().timestamp if license_ids else 0
        found = desk.contracts.licenses.licenses(license_ids)
    except ChainError:
        return {license_id: dict(_UNKNOWN) for license_id in license_ids}
    return {id_: _slot(slot, now) for id_, slot in zip(license_ids, found, strict=True)}


def asset_of(desk: Desk, license_id: Hash32) -> Hash32 | None:
    """The asset that a license is of; None where that cannot be told."""
    try:
        sale = _sale_of(desk, license_id, _made_out(desk, license_id))
    except NotRegistered:
        return None
    if sale is not None:
        return sale.asset_id
    granted = _granted(desk, license_id)
    return None if granted is None else asset_of(desk, granted.parent_id)


def _slot(found: License, now: int) -> dict[str, Any]:
    return {
        "chain_answers": True,
        "holder": found.holder,
        "uses": list(use_names(found.uses)),
        "expires": _end(found.expires),
        "state": state_of(found, now),
    }


def state_of(found: License, now: int) -> str:
    """Whether a license `runs`, is `over`, or `revoked`."""
    return "revoked" if found.revoked else "over" if found.expires <= now else "runs"


def croissant(desk: Desk, license_id: Hash32) -> bytes:
    """The asset that a license is of, as a data set (Croissant 1.1), with the license as ODRL.

    Raises:
        LicenseUnknown, UnexpectedAnswer, DocumentError, InputError, ChainError: as `Licensee.agreement`.
    """
    sale = _sale_of(desk, license_id, _made_out(desk, license_id))
    signed = [] if sale is None else desk.shelf.signed_offer(sale.offer.struct_hash())
    return license_as_croissant(Licensee(desk.contracts, Narrowed(desk.library, signed)), license_id)


class Narrowed(Library):
    """A library that lists no documents but some: nobody has to read a whole folder for one offer."""

    def __init__(self, library: Library, listed: Sequence[SignedOffer]) -> None:
        super().__init__(library.folders, allow_http=False, max_bytes=_LARGEST)
        self._listed: Final = [each.document_hash for each in listed]

    def listing(self, kind: type[Document]) -> Listing:  # noqa: ARG002
        """As `Library`."""
        return Listing(tuple(Found(hash_, Path(), 0) for hash_ in self._listed), ())


def _made_out(desk: Desk, license_id: Hash32) -> LicenseTransferred:
    for place in desk.shelf.first_place(Role.LICENSE, license_id):
        event = event_at(desk, LicenseTransferred, place)
        if event is not None and event.license_id == license_id:
            return event
    raise NotRegistered(f"there is no license {license_id} here", license_id=license_id)


def _sale_of(desk: Desk, license_id: Hash32, made: LicenseTransferred) -> Sold | None:
    """The sale that a license was made out in: the first one after it in its block; None of a sublicense."""
    for log in desk.index.logs_at(made.log.block_number, made.log.index):
        if log.tx_hash != made.log.tx_hash:
            break
        event = desk.index.event(log)
        if isinstance(event, Sold):
            try:
                return event if license_id in event.order.license_ids() else None
            except InputError:
                return None
    return None


def _granted(desk: Desk, license_id: Hash32) -> Sublicensed | None:
    for event in newest(desk, Sublicensed, Role.SUBLICENSE, license_id):
        if event.license_id == license_id:
            return event
    return None


def _few(desk: Desk, kind: Any, role: Role, license_id: Hash32) -> list[Any]:
    found = []
    for event in newest(desk, kind, role, license_id):
        if event.license_id == license_id:
            found.append(event)
        if len(found) == _MOST_NOTED:
            break
    return found


def _end(expires: int) -> int | None:
    return None if expires == PERPETUAL else expires
