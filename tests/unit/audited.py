"""Reports of audits made up for tests: of anything, also of what no honest party would write."""

from dataclasses import replace

from licet.auditor import AuditReport, Counts, Finding, Kind
from licet.auditor.balance import trial_balance
from licet.auditor.findings import found
from licet.auditor.lines import ClaimLine, Movement, PaymentLine, Shares, TokenLine
from licet.auditor.purses import Purse, PurseBook
from licet.auditor.report import SaleLine, VaultSheet, ranked
from licet.auditor.splits import Vault
from licet.auditor.vaults import Book
from licet.chain.client import Block
from licet.trees.hashing import checksum
from licet.trees.sums import SumTree
from licet.types import ZERO_ADDRESS, Address, Hash32, hash32

NOW = 1_800_000_000
TX = hash32(b"t" * 32)
DAY = 86_400


def account(number: int) -> Address:
    return checksum(number.to_bytes(20))


REGISTRY, TOKEN, VAULT, UPSTREAM, PURSE, BUYER, PAYEE, CO_PAYEE = map(account, range(1, 9))

HOSTILE = (
    '=cmd|"/c calc"!A1',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\uff1dHYPERLINK(1)",
    "'=1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "]]></style><b>",
    "safe \u202egnp.exe",
    "one\r\ntwo,three;four",
    "a\x00b\x1b[31m",
    "\ud800",
    "https://evil.example/x",
    "javascript:alert(1)",
)
"""Names that somebody may give a catalogue."""


def empty(*findings: Finding) -> AuditReport:
    return AuditReport(
        chain_id=1,
        registry=REGISTRY,
        license_token=REGISTRY,
        vault_factory=REGISTRY,
        usage_ledger=REGISTRY,
        statement_escrow=REGISTRY,
        dispute_desk=REGISTRY,
        block=Block(7, TX, NOW),
        counts=Counts(),
        findings=ranked(list(findings)),
    )


def payment(
    payer: Address,
    payee: Address,
    amount: int,
    movement: Movement = Movement.SALE,
    *,
    token: Address = TOKEN,
    moved: bool | None = True,
    time: int = NOW,
    index: int = 0,
) -> PaymentLine:
    return PaymentLine(movement, payer, payee, token, amount, moved, time, 5, TX, index)


def claim(amount: int, payee: Address = PAYEE, vault: Address = VAULT, token: Address = TOKEN) -> ClaimLine:
    return ClaimLine(vault, token, payee, payee, amount, NOW, 6, TX, 3)


def book(
    balance: int,
    claimed: dict[Address, int] | None = None,
    *,
    vault: Address = VAULT,
    token: Address = TOKEN,
    split: SumTree | None = None,
    moved: tuple[int, int] | None = None,
) -> Book:
    claimed = claimed or {}
    released = sum(claimed.values())
    root = hash32(b"r" * 32) if split is None else split.root
    return Book(Vault(vault, root, split), token, balance, released, claimed, claimed, moved, 0)


def purse_book(
    balance: int, paid_out: int, moved: tuple[int, int] | None, subject: str = "license_id"
) -> PurseBook:
    return PurseBook(Purse(PURSE, "a purse", {subject: TX}), TOKEN, balance, paid_out, 0, moved)


def sale(name: str | None, number: int = 0, price: int = 100, time: int = NOW) -> SaleLine:
    return SaleLine(
        license_id=hash32(number.to_bytes(32)),
        asset_id=hash32(b"a" * 32),
        asset_name=name,
        licensee=BUYER,
        payer=BUYER,
        payee=VAULT,
        price=price,
        quantity=1,
        currency=TOKEN,
        block=5,
        tx=TX,
        log_index=number,
        time=time,
    )


def shares(received: int, split: SumTree | None, claimed: dict[Address, int] | None = None) -> Shares:
    return Shares(VAULT, TOKEN, split, received, claimed or {})


def full(
    *names: str,
    sales: int = 3,
    price: int = 100,
    payees: int = 2,
    symbol: str | None = "TUSD",
    token: Address = TOKEN,
) -> AuditReport:
    """A clean audit of some sales for one vault, whose first payee has claimed what was due."""
    split = SumTree({account(100 + number): number + 1 for number in range(payees)})
    first = account(100)
    received = sales * price
    claimed = received * split.share(first) // split.total
    paid = {first: claimed} if claimed else {}
    payments = [payment(BUYER, VAULT, price, time=NOW - i * DAY, index=i, token=token) for i in range(sales)]
    claims = [claim(claimed, first, token=token)] if claimed else []
    payments += [
        payment(VAULT, first, line.amount, Movement.CLAIM, index=10**6, token=token) for line in claims
    ]
    books = [book(received - claimed, paid, split=split, moved=(received, claimed), token=token)]
    due = books[0].due()
    dust = books[0].dust()
    sheet = VaultSheet(VAULT, split.root, (TX,), names, token, payees, received, claimed, due, dust)
    named = [names[i % len(names)] if names else None for i in range(sales)]
    return replace(
        empty(),
        sales=tuple(
            replace(sale(name, i, price, NOW - i * DAY), currency=token) for i, name in enumerate(named)
        ),
        vaults=(sheet,),
        tokens=(TokenLine(token, symbol, None if symbol is None else 6),),
        payments=tuple(payments),
        claims=tuple(claims),
        trial_balance=trial_balance(payments, books, [], []),
        shares=(Shares(VAULT, token, split, received, paid),),
        counts=Counts(logs=9, sales=sales, vaults=1, claims=len(claims), payments=len(payments)),
    )


def hostile() -> AuditReport:
    """Every name that a table shows is an attack."""
    findings = [
        found(kind, text, expected=text, actual=text, document_hash=text)
        for kind in (Kind.OVERCLAIMED, Kind.SPLIT_MISSING, Kind.PAYEE_NOT_A_VAULT)
        for text in HOSTILE
    ]
    report = full(*HOSTILE, sales=len(HOSTILE), symbol="=1+1<b>")
    return replace(report, findings=ranked(findings))


NATIVE = ZERO_ADDRESS
ASSET: Hash32 = hash32(b"a" * 32)
