"""The auditor: from a node and a registry's address to a verdict."""

from collections.abc import Iterator
from typing import Final

from licet.auditor.deeds import compare_deeds
from licet.auditor.findings import Finding
from licet.auditor.history import Clock, Progress, read_history
from licet.auditor.licenses import compare_license
from licet.auditor.money import check_flows, close_books, follow_money
from licet.auditor.offers import compare_offers
from licet.auditor.replay import Replay
from licet.auditor.report import AuditReport, Counts, SaleLine, VaultSheet, ranked
from licet.auditor.vaults import VaultReader
from licet.auditor.works import check_catalogs
from licet.chain.client import Block, BlockId, Chain
from licet.contracts import Contracts
from licet.contracts.events import AssetRegistered, OfferPublished, Sold
from licet.documents import Library
from licet.errors import ChainError, InputError
from licet.types import Address, Hash32


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
        replay = Replay(self._contracts, Clock(self._contracts.chain))
        self._findings += replay.run(history, self._progress)
        self._findings += self._compare_slots(replay)
        money = follow_money(
            self._contracts, self._library, history, replay.sales, self._at.number, self._findings
        )
        self._findings += check_flows(money)
        reader = VaultReader(self._contracts, self._at.number)
        sheets = close_books(money, reader, works.names, self._findings, self._progress)
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
        return self._report(counts, lines, sheets)

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
            if self._progress is not None:
                self._progress("licenses", done, len(expected))


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
        quantity=sale.quantity,
        currency=offer.currency,
        block=sale.log.block_number,
        tx=sale.log.tx_hash,
    )
