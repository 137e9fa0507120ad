"""Accounts: what somebody registered, holds, sold, earned, and could claim; a vault, and who shares in it."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from licet.auditor.papers.columns import looks_like_formula, utc
from licet.auditor.report.lines import as_json
from licet.auditor.report.sheets import VaultSheet
from licet.contracts.events import (
    AssetRegistered,
    LicenseTransferred,
    Sold,
    SplitPublished,
    StatementPublished,
)
from licet.contracts.licenses import PERPETUAL
from licet.contracts.vaults import VaultClaim, vault_in
from licet.errors import Reverted
from licet.licensee import Licensee
from licet.licensee.exporting import library_as_croissant
from licet.rights.uses import use_names
from licet.shelf import Role
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32
from licet.web.live import Audited
from licet.web.site import Desk
from licet.web.views.audit import audited_of
from licet.web.views.licenses import Narrowed, asset_of, slots, state_of
from licet.web.views.logs import logged, newest, page_of
from licet.web.views.paging import Page
from licet.web.views.taken import taken
from licet.web.views.works import entry_json, sale_json

MOST_SALTS = 200
"""How many publications of a vault's split are looked at for the salt of its address."""
_COLUMNS = (
    *("license_id", "asset_id", "title", "uses", "state", "expires", "licensor", "offer_hash", "kind"),
    *("price", "currency"),
)
MOST_LINES = 100
"""How many of a payee's vaults, or of a vault's payees, a page has."""


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


def earnings(desk: Desk, address: Address) -> dict[str, Any] | None:
    """What an account is entitled to from all vaults, was paid, and could claim, by the latest audit.

    None until the first audit is done.
    """
    audited = desk.live.audited
    if audited is None:
        return None
    statement = audited.statement(address)
    return {
        "block": audited.report.block.number,
        "sums": [
            {**as_json(line), **_texts(audited, line.token, line, "entitled", "claimed", "due")}
            for line in statement.sums
        ],
        "vaults": [
            {**as_json(line), **_texts(audited, line.token, line, "received", "entitled", "claimed", "due")}
            for line in statement.lines[:MOST_LINES]
        ],
        "claims": [
            {**as_json(line), **_texts(audited, line.token, line, "amount")}
            for line in statement.claims[-MOST_LINES:][::-1]
        ],
        "more": len(statement.lines) > MOST_LINES or len(statement.claims) > MOST_LINES,
    }


def vault(desk: Desk, address: Address) -> dict[str, Any] | None:
    """A vault's balance sheets, and who shares in it; None where the latest audit knows none there."""
    audited = desk.live.audited
    sheets = [] if audited is None else audited.sheets(address)
    if audited is None or not sheets:
        return None
    split = audited.split(address)
    shares = [] if split is None else list(islice(split.items(), MOST_LINES))
    return {
        "root": sheets[0].root,
        "assets": list(sheets[0].assets),
        "sheets": [_sheet(audited, sheet) for sheet in sheets],
        "payees": [{"payee": payee, "share": str(share)} for payee, share in shares],
        "total": None if split is None else str(split.total),
        "more": split is not None and len(split) > MOST_LINES,
    }


def _sheet(audited: Audited, sheet: VaultSheet) -> dict[str, Any]:
    return {
        "token": sheet.token,
        **{
            name: None if getattr(sheet, name) is None else str(getattr(sheet, name))
            for name in ("received", "claimed", "due", "dust")
        },
        **_texts(audited, sheet.token, sheet, "received", "claimed", "due", "dust"),
    }


def claims(desk: Desk, address: Address, page: Page, token: Address = ZERO_ADDRESS) -> dict[str, Any]:
    """What an account could claim now, with the proofs that the vaults ask for: of some vaults at a time.

    Which vaults there are, the latest audit knows; what each would pay, the chain says. A page that has no
    claims may have a next one that has. Where the token lets none of them be paid, it is `refused`.

    Args:
        desk: where to read.
        address: the payee.
        page: which vaults.
        token: the currency; the native coin if not given.

    Raises:
        IndexUnusable: the first audit is not done yet.
        ChainError: the node does not answer.
    """
    books = [book for book in audited_of(desk).books(address) if book.token == token]
    start = page.number or 0
    end = start + page.limit
    found = [
        VaultClaim(book.split.root, token, address, book.split.proof(address), salt)
        for book in books[start:end]
        if book.split is not None and book.split.share(address)
        for salt in _salts(desk, book.vault, book.split.root)
    ]
    refused = False
    try:
        amounts = desk.contracts.vaults.would_pay(found) if found else ()
    except Reverted:
        found, amounts, refused = [], (), True
    due = [(amount, claim) for amount, claim in zip(amounts, found, strict=True) if amount]
    due.sort(key=lambda item: -item[0])
    return {
        "payee": address,
        "token": token,
        "decimals": desk.currencies.line(token).decimals or 0,
        "claims": [_claim(claim, amount) for amount, claim in due],
        "refused": refused,
        "next": str(end) if end < len(books) else None,
    }


def _salts(desk: Desk, vault: Address, root: Hash32) -> Iterator[Hash32]:
    """The salt of a vault's address: 0, or as it was published."""
    deployment = desk.contracts.deployment
    published = (event.salt for event in newest(desk, SplitPublished, Role.VAULT, vault))
    for salt in dict.fromkeys((ZERO_HASH, *islice(published, MOST_SALTS))):
        if vault_in(deployment, root, salt) == vault:
            yield salt
            return


def _claim(claim: VaultClaim, due: int) -> dict[str, Any]:
    proof = claim.proof
    return {
        "root": claim.root,
        "salt": claim.salt,
        "due": str(due),
        "share": {
            "payee": claim.payee,
            "share": str(proof.share),
            "sides": str(proof.sides),
            "siblings": [{"hash": node.hash, "sum": str(node.sum)} for node in proof.siblings],
        },
    }


def summary(desk: Desk, address: Address) -> Any:
    """The section on licensed datasets of the EU's public summary of training content."""
    return Licensee(desk.contracts, desk.library).summary(address)


def library(desk: Desk, address: Address) -> bytes:
    """All that an account's licenses permit now, as one data set (Croissant 1.1).

    Raises:
        InputError: it holds no license that runs and whose documents are at hand.
        ChainError: the node does not answer.
    """
    held = Licensee(desk.contracts, desk.library).licenses(address)
    offers = {each.grant.offer.struct_hash() for each in held}
    signed = [document for offer in sorted(offers) for document in desk.shelf.signed_offer(offer)]
    return library_as_croissant(Licensee(desk.contracts, Narrowed(desk.library, signed)), address)


def holdings(desk: Desk, address: Address) -> bytes:
    """The licenses that an account holds, as CSV.

    Raises:
        ChainError: the node does not answer.
    """
    now = desk.contracts.chain.block().timestamp
    lines = io.StringIO(newline="")
    write = csv.writer(lines, lineterminator="\r\n").writerow
    write(_COLUMNS)
    for held in Licensee(desk.contracts, desk.library).licenses(address):
        offer, asset = held.grant.offer, desk.shelf.asset(held.asset_id)
        title = asset.title if asset and asset.title else ""
        write(
            (
                held.license_id,
                held.asset_id,
                f"'{title}" if looks_like_formula(title) else title,
                "|".join(use_names(held.license.uses)),
                state_of(held.license, now),
                "" if held.license.expires == PERPETUAL else utc(held.license.expires),
                offer.licensor,
                offer.struct_hash(),
                offer.kind.name.lower(),
                offer.price,
                offer.currency,
            )
        )
    return lines.getvalue().encode()


def _texts(audited: Audited, token: Address, line: object, *names: str) -> dict[str, str | None]:
    """Amounts of a line, for people."""
    values = {name: getattr(line, name) for name in names}
    return {
        f"{name}_text": None if value is None else audited.amounts.text(token, value)
        for name, value in values.items()
    }
