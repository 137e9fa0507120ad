"""Accounts: what somebody registered, holds and sold; what they earned is beside it."""

from typing import Any

from licet.contracts.events import AssetRegistered, LicenseTransferred, Sold, StatementPublished
from licet.shelf import Role
from licet.types import Address, Hash32
from licet.web.site import Desk
from licet.web.views.earnings import earnings, vault
from licet.web.views.licenses import asset_of, slots
from licet.web.views.logs import logged, page_of
from licet.web.views.paging import Page
from licet.web.views.taken import taken
from licet.web.views.works import entry_json, sale_json


def account(desk: Desk, address: Address) -> dict[str, Any]:
    """All that is known of an account, with the first page of each list."""
    first = Page()
    return {
        "address": address,
        "works": works(desk, address, first),
        "licenses": licenses(desk, address, first),
        "sales": sales(desk, address, first),
        "statements": statements(desk, address, first),
        "earnings": earnings(desk, address),
        "vault": vault(desk, address),
    }


def works(desk: Desk, address: Address, page: Page) -> dict[str, Any]:
    """What an account registered, the newest first."""

    def row(event: AssetRegistered) -> dict[str, Any] | None:
        found = desk.shelf.asset(event.asset_id) if event.registrant == address else None
        return None if found is None else entry_json(desk, found)

    return page_of(desk, AssetRegistered, Role.REGISTRANT, address, page, row)


def licenses(desk: Desk, address: Address, page: Page) -> dict[str, Any]:
    """The licenses that an account holds, expired ones too, the newest first."""

    def row(event: LicenseTransferred) -> dict[str, Any] | None:
        if event.receiver != address:
            return None
        places = desk.shelf.places(Role.LICENSE, event.license_id, limit=1)
        if places != [(event.log.block_number, event.log.index)]:
            return None  # handed on, or received again later
        return {"license_id": event.license_id, "received": logged(desk, event)}

    found = page_of(desk, LicenseTransferred, Role.HOLDER, address, page, row)
    now = slots(desk, [item["license_id"] for item in found["items"]])
    for item in found["items"]:
        item |= {**now[item["license_id"]], **_licensed(desk, item["license_id"])}
    return found


def _licensed(desk: Desk, license_id: Hash32) -> dict[str, Any]:
    """The asset that a license is of."""
    asset_id = asset_of(desk, license_id)
    asset = None if asset_id is None else desk.shelf.asset(asset_id)
    return {"asset_id": asset_id, "title": asset.title if asset else None}


def sales(desk: Desk, address: Address, page: Page) -> dict[str, Any]:
    """What was sold on an account's offers, the newest first; with the first page, the sums of all."""
    listed = page_of(
        desk,
        Sold,
        Role.LICENSOR,
        address,
        page,
        lambda event: sale_json(desk, event) if event.offer.licensor == address else None,
    )
    return {**listed, "taken": None if page.after else taken(desk, Role.LICENSOR, address)}


def statements(desk: Desk, address: Address, page: Page) -> dict[str, Any]:
    """The statements that an account published, the newest first."""
    audited = desk.live.audited

    def row(event: StatementPublished) -> dict[str, Any] | None:
        if event.publisher != address:
            return None
        stated = event.statement
        return {
            "statement_id": event.statement_id,
            "state": audited.stated(event.statement_id) if audited else None,
            "asset_id": event.asset_id,
            "vault": event.vault,
            "currency": stated.currency,
            "amount": str(stated.amount),
            "amount_text": desk.currencies.text(stated.currency, stated.amount),
            "since": stated.since,
            "until": stated.until,
            **logged(desk, event),
        }

    return page_of(desk, StatementPublished, Role.PUBLISHER, address, page, row)
