"""Money: every payment followed into the vaults, and every vault's books closed at one block."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.history import History, Progress
from licet.auditor.payments import Ledger, check_claims, check_payments, read_ledger
from licet.auditor.report import VaultSheet
from licet.auditor.splits import Vault, VaultFinder
from licet.auditor.vaults import Book, VaultReader, check_book, claimed_by, read_claims
from licet.contracts import Contracts
from licet.contracts.events import Claimed, Sold, SplitPublished
from licet.documents import Library
from licet.types import ZERO_ADDRESS, Address, Hash32


@dataclass(frozen=True, slots=True)
class Money:
    """What the logs and the documents say of everybody's money.

    Attributes:
        sales: all sales, in order.
        vaults: all known vaults.
        claims: what these say that they paid.
        ledgers: the transfers of each token, as far as the node gives them.
    """

    sales: list[Sold]
    vaults: dict[Address, Vault]
    claims: list[Claimed]
    ledgers: dict[Address, Ledger]


def follow_money(
    contracts: Contracts,
    library: Library,
    history: History,
    sales: list[Sold],
    block: int,
    findings: list[Finding],
) -> Money:
    """Finds the vaults, and reads what they and the tokens logged up to a block."""
    blocks = (history.first_block, block)
    payees = frozenset(sale.offer.payee for sale in sales)
    finder = VaultFinder(contracts, library, block)
    vaults = finder.find(history.of(SplitPublished), payees, findings)
    claims = read_claims(contracts, vaults, blocks, findings)
    tokens = {sale.offer.currency for sale in sales} | {claim.token for claim in claims}
    ledgers: dict[Address, Ledger] = {}
    for token in sorted(tokens - {ZERO_ADDRESS}):
        # Authorized payments pass through the license token.
        receivers = payees | {contracts.licenses.address}
        ledger = read_ledger(
            contracts.chain, token, vaults=vaults, payees=receivers, blocks=blocks, findings=findings
        )
        if ledger is not None:
            ledgers[token] = ledger
    return Money(sales, vaults, claims, ledgers)


def check_flows(money: Money) -> Iterator[Finding]:
    """Yields the sales and claims that were not paid, and the sales that were paid past the vaults."""
    yield from check_payments(money.sales, money.ledgers)
    yield from check_claims(money.claims, money.ledgers)
    yield from _paid_directly(money.sales, money.vaults)


def close_books(
    money: Money,
    reader: VaultReader,
    names: dict[Hash32, str],
    findings: list[Finding],
    progress: Progress | None = None,
) -> tuple[VaultSheet, ...]:
    """The balance sheets of all vaults, in all tokens that ever reached them.

    What does not agree in them goes into `findings`.
    """
    traces = _Traces(money)
    sheets: list[VaultSheet] = []
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
        sheets += (_sheet(book, assets, names) for book in books if book.received or book.paid)
        if progress is not None:
            progress("vaults", done, len(money.vaults))
    return tuple(sheets)


class _Traces:
    """What sales, claims and transfers tell of each vault."""

    def __init__(self, money: Money) -> None:
        self._ledgers = money.ledgers
        self._claimed = claimed_by(money.claims)
        self._assets: defaultdict[Address, dict[Hash32, None]] = defaultdict(dict)
        self._tokens: defaultdict[Address, set[Address]] = defaultdict(set)
        self._native: defaultdict[Address, int] = defaultdict(int)
        for sale in money.sales:
            offer = sale.offer
            self._assets[offer.payee][offer.asset_id] = None
            self._tokens[offer.payee].add(offer.currency)
            if offer.currency == ZERO_ADDRESS:
                self._native[offer.payee] += sale.order.total
        for claim in money.claims:
            self._tokens[claim.log.address].add(claim.token)
            if claim.token == ZERO_ADDRESS:
                self._native[claim.payee] += claim.amount
        for token, ledger in money.ledgers.items():
            for account in ledger.accounts():
                self._tokens[account].add(token)

    def assets(self, vault: Address) -> tuple[Hash32, ...]:
        """The assets that were sold for a vault."""
        return tuple(self._assets.get(vault, ()))

    def tokens(self, vault: Address) -> list[Address]:
        """The tokens that reached a vault, and always the native coin, which leaves no trace in logs."""
        return sorted({ZERO_ADDRESS} | self._tokens.get(vault, set()))

    def book(self, reader: VaultReader, vault: Vault, token: Address, findings: list[Finding]) -> Book | None:
        """A vault's book in one token."""
        ledger = self._ledgers.get(token)
        moved = None if ledger is None else (ledger.received(vault.address), ledger.sent(vault.address))
        claimed = self._claimed.get((vault.address, token), {})
        least_income = self._native.get(vault.address, 0) if token == ZERO_ADDRESS else 0
        return reader.book(vault, token, claimed, moved, least_income, findings)


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
