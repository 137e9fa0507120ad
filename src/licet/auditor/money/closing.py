"""Money: every payment followed into the vaults and purses, and their books closed at one block."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from licet.auditor.evidence.records import Progress, Records
from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.licenses.revocations import refund_split
from licet.auditor.ledgers.payments import Payment, Purse
from licet.auditor.ledgers.replay import Replay
from licet.auditor.money.balances import read_balances
from licet.auditor.money.holdings import VaultReader
from licet.auditor.money.purses import PurseBook, balance_of, check_purse
from licet.auditor.money.splits import Vault, VaultFinder
from licet.auditor.money.transfers import Ledger, check_ceilings, check_payments, read_ledger
from licet.auditor.money.vaults import Book, Claim, check_book, claimed_by, read_claims
from licet.auditor.report.sheets import VaultSheet
from licet.chain.state.reading import StateReader
from licet.contracts import Contracts
from licet.contracts.events import Sold
from licet.documents import Library
from licet.types import ZERO_ADDRESS, Address, Hash32


@dataclass(frozen=True, slots=True)
class Money:
    """What the logs and the documents say of everybody's money.

    Attributes:
        sales: all sales, in order.
        vaults: all known vaults.
        purses: all known purses.
        claims: what the vaults say that they paid.
        payments: all that must have moved.
        ledgers: the transfers of each token, as far as the node gives them.
    """

    sales: list[Sold]
    vaults: dict[Address, Vault]
    purses: tuple[Purse, ...]
    claims: list[Claim]
    payments: tuple[Payment, ...]
    ledgers: dict[Address, Ledger]


def follow_money(
    records: Records,
    library: Library,
    replay: Replay,
    first_block: int,
    findings: list[Finding],
) -> Money:
    """Finds the vaults and the purses, and reads what they and the tokens logged."""
    contracts, state = replay.scene.contracts, replay.scene.state
    blocks = (first_block, state.block)
    vaults = VaultFinder(contracts.deployment, library, state).find(
        replay.publications,
        frozenset(sale.offer.payee for sale in replay.sales),
        [*replay.derivatives.vaults(), *replay.statements.vaults()],
        [split for event in replay.revocations if (split := refund_split(event)) is not None],
        findings,
    )
    purses = (*replay.accounts.purses(), *replay.statements.purses(), *replay.disputes.purses())
    claims = list(read_claims(records.claims(vaults, *blocks, findings), findings))
    payments = (*replay.scene.payments, *(claim.payment() for claim in claims))
    tokens = {payment.token for payment in payments}
    tokens |= {stated.event.statement.currency for stated in replay.statements.statements.values()}
    followed = frozenset(vaults) | {purse.address for purse in purses}
    # Authorized payments pass through the license token.
    payees = frozenset(payment.payee for payment in replay.scene.payments) | {contracts.licenses.address}
    ledgers: dict[Address, Ledger] = {}
    for token in sorted(tokens - {ZERO_ADDRESS}):
        ledger = read_ledger(
            records, token, followed=followed, payees=payees, blocks=blocks, findings=findings
        )
        if ledger is not None:
            ledgers[token] = ledger
    return Money(replay.sales, vaults, purses, claims, payments, ledgers)


def check_flows(money: Money) -> Iterator[Finding]:
    """Yields what was not paid, was paid past the vaults, or was sold beyond a derivative's ceiling."""
    yield from check_payments(money.payments, money.ledgers)
    yield from check_ceilings(money.payments, money.ledgers)
    yield from _paid_directly(money.sales, money.vaults)


def close_books(
    money: Money,
    contracts: Contracts,
    state: StateReader,
    names: dict[Hash32, str],
    findings: list[Finding],
    progress: Progress | None = None,
) -> tuple[tuple[VaultSheet, ...], tuple[Book, ...]]:
    """The balance sheets of all vaults, in all tokens that ever reached them, and the books behind them.

    What does not agree in them goes into `findings`.
    """
    traces = _Traces(money)
    reader = VaultReader(contracts, state, money.vaults.values(), traces.claimed(money.vaults))
    sheets: list[VaultSheet] = []
    closed: list[Book] = []
    for done, vault in enumerate(money.vaults.values(), start=1):
        findings += reader.check_code(vault)
        books = [
            book
            for token in traces.tokens(vault.address)
            if (book := traces.book(reader, vault, token, findings)) is not None
        ]
        for book in books:
            findings += check_book(book)
        assets = traces.assets(vault.address)
        if vault.split is None:
            used = bool(assets) or any(book.received or book.paid for book in books)
            findings.append(_split_missing(vault, used=used))
        used_books = [book for book in books if book.received or book.paid]
        sheets += (_sheet(book, assets, names) for book in used_books)
        closed += used_books
        if progress is not None:
            progress("vaults", done, len(money.vaults))
    return tuple(sheets), tuple(closed)


def close_purses(
    money: Money, contracts: Contracts, state: StateReader, findings: list[Finding]
) -> dict[tuple[Address, Address], PurseBook]:
    """The books of all purses, by address and token; what does not agree in them goes into `findings`."""
    traces = _Traces(money)
    places = [
        (purse, token)
        for purse in money.purses
        for token in sorted({*traces.tokens(purse.address), purse.currency or ZERO_ADDRESS})
    ]
    balances = read_balances(contracts.chain, state, ((purse.address, token) for purse, token in places))
    books: dict[tuple[Address, Address], PurseBook] = {}
    for purse, token in places:
        balance = balance_of(purse, token, balances, findings)
        if balance is not None:
            book = traces.purse_book(purse, token, balance)
            books[purse.address, token] = book
            findings += check_purse(book)
    return books


class _Traces:
    """What payments and transfers tell of each vault and purse."""

    def __init__(self, money: Money) -> None:
        self._ledgers = money.ledgers
        self._claimed = claimed_by(money.claims)
        self._assets: defaultdict[Address, dict[Hash32, None]] = defaultdict(dict)
        self._tokens: defaultdict[Address, set[Address]] = defaultdict(set)
        self._paid: defaultdict[tuple[Address, Address], int] = defaultdict(int)
        self._native: defaultdict[Address, int] = defaultdict(int)
        for sale in money.sales:
            self._assets[sale.offer.payee][sale.offer.asset_id] = None
            self._tokens[sale.offer.payee].add(sale.offer.currency)
        for payment in money.payments:
            self._tokens[payment.payer].add(payment.token)
            self._tokens[payment.payee].add(payment.token)
            self._paid[payment.payer, payment.token] += payment.amount
            if payment.token == ZERO_ADDRESS:
                self._native[payment.payee] += payment.amount
        for token, ledger in money.ledgers.items():
            for account in ledger.accounts():
                self._tokens[account].add(token)

    def assets(self, vault: Address) -> tuple[Hash32, ...]:
        """The assets that were sold for a vault."""
        return tuple(self._assets.get(vault, ()))

    def tokens(self, account: Address) -> list[Address]:
        """The tokens that reached an account, and always the native coin, which leaves no trace in logs."""
        return sorted({ZERO_ADDRESS} | self._tokens.get(account, set()))

    def claimed(self, vaults: Iterable[Address]) -> dict[tuple[Address, Address], Collection[Address]]:
        """Who claimed, by vault and token: of all tokens that ever reached it."""
        return {
            (vault, token): self._claimed.get((vault, token), {})
            for vault in vaults
            for token in self.tokens(vault)
        }

    def book(self, reader: VaultReader, vault: Vault, token: Address, findings: list[Finding]) -> Book | None:
        """A vault's book in one token."""
        claimed = self._claimed.get((vault.address, token), {})
        least_income = self._native.get(vault.address, 0) if token == ZERO_ADDRESS else 0
        moved = self._moved(vault.address, token)
        return reader.book(vault, token, claimed, moved, least_income, findings)

    def purse_book(self, purse: Purse, token: Address, balance: int) -> PurseBook:
        """A purse's book in one token."""
        paid_out = self._paid.get((purse.address, token), 0)
        paid_in = self._native.get(purse.address, 0) if token == ZERO_ADDRESS else 0
        return PurseBook(purse, token, balance, paid_out, paid_in, self._moved(purse.address, token))

    def _moved(self, account: Address, token: Address) -> tuple[int, int] | None:
        ledger = self._ledgers.get(token)
        return None if ledger is None else (ledger.received(account), ledger.sent(account))


def _paid_directly(sales: list[Sold], vaults: dict[Address, Vault]) -> Iterator[Finding]:
    for sale in sales:
        offer = sale.offer
        if offer.payee not in vaults and offer.price:
            yield found(
                Kind.PAYEE_NOT_A_VAULT,
                f"license {sale.license_id} was paid to {offer.payee}, which is no known vault: "
                "who shares in it cannot be seen on chain",
                sale.log,
                license_id=sale.license_id,
                asset_id=offer.asset_id,
                token=offer.currency,
                payee=offer.payee,
            )


def _split_missing(vault: Vault, *, used: bool) -> Finding:
    return found(
        Kind.SPLIT_MISSING if used else Kind.SPLIT_UNUSED,
        f"who shares in vault {vault.address} is not known: {vault.reason}",
        vault=vault.address,
        root=vault.root,
    )


def _sheet(book: Book, assets: tuple[Hash32, ...], names: dict[Hash32, str]) -> VaultSheet:
    split = book.vault.split
    return VaultSheet(
        vault=book.vault.address,
        root=book.vault.root,
        assets=assets,
        names=tuple(names[asset] for asset in assets if asset in names),
        token=book.token,
        payees=None if split is None else len(split),
        received=book.received,
        claimed=book.paid,
        due=book.due(),
        dust=book.dust(),
    )
