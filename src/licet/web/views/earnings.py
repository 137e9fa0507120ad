"""What accounts earn from vaults, and could claim; a vault, and who shares in it."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from licet.auditor.report.lines import as_json
from licet.auditor.report.sheets import VaultSheet
from licet.contracts.events import SplitPublished
from licet.contracts.vaults import VaultClaim, vault_in
from licet.errors import Reverted
from licet.shelf import Role
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32
from licet.web.live import Audited
from licet.web.site import Desk
from licet.web.views.audit import audited_of
from licet.web.views.logs import newest
from licet.web.views.paging import Page

MOST_SALTS = 200
"""How many publications of a vault's split are looked at for the salt of its address."""
MOST_LINES = 100
"""How many of a payee's vaults, or of a vault's payees, a page has."""


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


def _texts(audited: Audited, token: Address, line: object, *names: str) -> dict[str, str | None]:
    """Amounts of a line, for people."""
    values = {name: getattr(line, name) for name in names}
    return {
        f"{name}_text": None if value is None else audited.amounts.text(token, value)
        for name, value in values.items()
    }
