"""The auditor: from a node and a registry's address to a verdict."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from licet.auditor.deeds import compare_deeds
from licet.auditor.findings import Finding, Kind, found
from licet.auditor.history import Clock, History, Progress, read_history
from licet.auditor.licenses import compare_license
from licet.auditor.offers import compare_offers
from licet.auditor.payments import Ledger, check_claims, check_payments, read_ledger
from licet.auditor.replay import Replay
from licet.auditor.report import AuditReport, Counts, SaleLine, VaultSheet, ranked
from licet.auditor.splits import Vault, VaultFinder
from licet.auditor.vaults import Book, VaultReader, check_book, claimed_by, read_claims
from licet.auditor.works import Works, check_catalogs
from licet.chain.client import Block, BlockId, Chain
from licet.contracts import Contracts
from licet.contracts.events import AssetRegistered, Claimed, OfferPublished, Sold, SplitPublished
from licet.documents import Library
from licet.errors import ChainError, InputError
from licet.types import ZERO_ADDRESS, Address, Hash32


class Auditor:
    """Recomputes everything, and believes nobody: not the roles, nor, as far as heads reach, the node.

    Reads only; needs no account.
    """

    def __init__(self, chain: Chain, library: Library) -> None:
        """An auditor.

        Args:
            chain: the node to ask.
            library: where published documents are found.
        """
        self.chain: Final = chain
        self.library: Final = library

    def audit(
        self, registry: Address, *, block: BlockId | None = None, progress: Progress | None = None
    ) -> AuditReport:
        """Audits a deployment, from its first block to one that everything is compared at.

        Args:
            registry: the registry's address: all else is found from it.
            block: the last block; the newest if not given.
            progress: called with a step's name, how much of it is done, and how much there is.

        Raises:
            NotAContract: there is no code at an address.
            DeploymentError: the code at an address is not the one shipped: there is nothing to audit.
            InputError: the block is older than the deployment.
            ChainError: the node failed, or the chain was reorganised meanwhile: audit again.
        """
        contracts = Contracts.of(self.chain, registry)
        at = self.chain.block("latest" if block is None else block)
        if at.number < contracts.deployment.block:
            raise InputError(
                f"block {at.number} is older than the deployment in block {contracts.deployment.block}: "
                "name a later one"
            )
        report = _Audit(contracts, self.library, at, progress).run()
        if self.chain.block(at.number).hash != at.hash:
            raise ChainError(f"block {at.number} was replaced while it was audited: audit again")
        return report


@dataclass(frozen=True, slots=True)
class _Money:
    """What is known of all vaults."""

    vaults: dict[Address, Vault]
    claims: list[Claimed]
    sheets: tuple[VaultSheet, ...]


class _Audit:
    """One audit, at one block."""

    def __init__(self, contracts: Contracts, library: Library, at: Block, progress: Progress | None) -> None:
        self._contracts = contracts
        self._library = library
        self._at = at
        self._progress = progress
        self._findings: list[Finding] = []

    def run(self) -> AuditReport:
        history = read_history(self._contracts, self._at, self._findings, self._progress)
        if not history.complete:
            # Whatever followed from a history with holes could be wrong.
            return self._report(Counts(logs=history.logs))
        works = check_catalogs(history.of(AssetRegistered), self._library, self._findings)
        replay = Replay(self._contracts, Clock(self._contracts.chain, self._findings))
        self._findings += replay.run(history, self._progress)
        self._findings += self._compare_slots(replay)
        money = self._check_money(history, replay.sales, works)
        counts = Counts(
            logs=history.logs,
            registrations=sum(1 for _ in history.of(AssetRegistered)),
            catalogs=works.catalogs,
            works=works.works,
            offers=sum(1 for _ in history.of(OfferPublished)),
            sales=len(replay.sales),
            vaults=len(money.vaults),
            claims=len(money.claims),
        )
        lines = tuple(_line(sale, works.names) for sale in replay.sales)
        return self._report(counts, lines, money.sheets)

    def _report(
        self, counts: Counts, sales: tuple[SaleLine, ...] = (), sheets: tuple[VaultSheet, ...] = ()
    ) -> AuditReport:
        deployment = self._contracts.deployment
        return AuditReport(
            chain_id=deployment.chain_id,
            registry=deployment.asset_registry,
            license_token=deployment.license_token,
            vault_factory=deployment.vault_factory,
            block=self._at,
            counts=counts,
            findings=ranked(self._findings),
            sales=sales,
            vaults=sheets,
        )

    def _compare_slots(self, replay: Replay) -> Iterator[Finding]:
        """Yields where the state says otherwise than the logs."""
        contracts, block = self._contracts, self._at.number
        yield from compare_deeds(replay.deeds, contracts.assets, block)
        yield from compare_offers(replay.offers, contracts.licenses, block)
        expected = list(replay.licenses.expected())
        for done, (license_id, terms) in enumerate(expected, start=1):
            yield from compare_license(license_id, terms, contracts.licenses, block)
            self._report_progress("licenses", done, len(expected))

    def _check_money(self, history: History, sales: list[Sold], works: Works) -> _Money:
        block = self._at.number
        blocks = (history.first_block, block)
        payees = frozenset(sale.offer.payee for sale in sales)
        finder = VaultFinder(self._contracts, self._library, block)
        vaults = finder.find(history.of(SplitPublished), payees, self._findings)
        claims = read_claims(self._contracts, vaults, blocks, self._findings)
        tokens = {sale.offer.currency for sale in sales} | {claim.token for claim in claims}
        ledgers: dict[Address, Ledger] = {}
        for token in sorted(tokens - {ZERO_ADDRESS}):
            ledger = read_ledger(
                self._contracts.chain,
                token,
                vaults=vaults,
                payees=payees,
                blocks=blocks,
                findings=self._findings,
            )
            if ledger is not None:
                ledgers[token] = ledger
        self._findings += check_payments(sales, ledgers)
        self._findings += check_claims(claims, ledgers)
        self._findings += _paid_directly(sales, vaults)
        books = _Books(sales, claims, ledgers)
        sheets: list[VaultSheet] = []
        for done, vault in enumerate(vaults.values(), start=1):
            sheets += self._check_vault(vault, books, works)
            self._report_progress("vaults", done, len(vaults))
        return _Money(vaults, claims, tuple(sheets))

    def _check_vault(self, vault: Vault, books: "_Books", works: Works) -> list[VaultSheet]:
        """One vault's balance sheets, in all tokens that ever reached it."""
        reader = VaultReader(self._contracts, self._at.number)
        self._findings += reader.check_code(vault)
        kept = [
            book
            for token in books.tokens(vault.address)
            if (book := books.read(reader, vault, token, self._findings)) is not None
        ]
        for book in kept:
            self._findings += check_book(book)
        assets = books.assets(vault.address)
        if vault.split is None:
            used = bool(assets) or any(book.received or book.paid for book in kept)
            self._findings.append(_split_missing(vault, used=used))
        return [_sheet(book, assets, works.names) for book in kept if book.received or book.paid]

    def _report_progress(self, step: str, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(step, done, total)


class _Books:
    """What the logs say of all vaults' money."""

    def __init__(self, sales: list[Sold], claims: list[Claimed], ledgers: dict[Address, Ledger]) -> None:
        self._ledgers = ledgers
        self._claimed = claimed_by(claims)
        self._assets: defaultdict[Address, dict[Hash32, None]] = defaultdict(dict)
        self._tokens: defaultdict[Address, set[Address]] = defaultdict(set)
        self._native: defaultdict[Address, int] = defaultdict(int)
        for sale in sales:
            offer = sale.offer
            self._assets[offer.payee][offer.asset_id] = None
            self._tokens[offer.payee].add(offer.currency)
            if offer.currency == ZERO_ADDRESS:
                self._native[offer.payee] += offer.price
        for claim in claims:
            self._tokens[claim.log.address].add(claim.token)
            if claim.token == ZERO_ADDRESS:
                self._native[claim.payee] += claim.amount
        for token, ledger in ledgers.items():
            for account in ledger.accounts():
                self._tokens[account].add(token)

    def assets(self, vault: Address) -> tuple[Hash32, ...]:
        """The assets that were sold for a vault."""
        return tuple(self._assets.get(vault, ()))

    def tokens(self, vault: Address) -> list[Address]:
        """The tokens that reached a vault, and always the native coin, which leaves no trace in logs."""
        return sorted({ZERO_ADDRESS} | self._tokens.get(vault, set()))

    def read(self, reader: VaultReader, vault: Vault, token: Address, findings: list[Finding]) -> Book | None:
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


def _line(sale: Sold, names: dict[Hash32, str]) -> SaleLine:
    offer = sale.offer
    return SaleLine(
        license_id=sale.license_id,
        asset_id=offer.asset_id,
        asset_name=names.get(offer.asset_id),
        licensee=sale.licensee,
        payer=sale.payer,
        payee=offer.payee,
        price=offer.price,
        currency=offer.currency,
        block=sale.log.block_number,
        tx=sale.log.tx_hash,
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
