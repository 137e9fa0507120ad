"""The auditor: from a node and a registry's address to a verdict."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from licet.auditor.agents import compare_agents
from licet.auditor.cases import compare_cases
from licet.auditor.conditions import ShownConditions
from licet.auditor.deeds import compare_deeds
from licet.auditor.derivatives import compare_derivatives
from licet.auditor.disputes import compare_disputes
from licet.auditor.findings import Finding
from licet.auditor.history import Clock, History, read_history
from licet.auditor.licenses import compare_license
from licet.auditor.meters import compare_accounts
from licet.auditor.money import Money, check_flows, close_books, close_purses, follow_money
from licet.auditor.offers import compare_offers
from licet.auditor.records import IndexRecords, Progress, Records
from licet.auditor.replay import Replay
from licet.auditor.report import AuditReport, Counts, ranked
from licet.auditor.scene import Scene
from licet.auditor.sheets import case_lines, escrow_sheets, meter_sheets, sale_line, statement_sheets
from licet.auditor.statements import check_funding, compare_statements
from licet.auditor.sublicenses import compare_pins
from licet.auditor.usage import compare_usage
from licet.auditor.usage_logs import check_usage_logs
from licet.auditor.vaults import VaultReader
from licet.auditor.works import Works, check_catalogs
from licet.chain.client import Block, BlockId, Chain
from licet.contracts import Contracts
from licet.contracts.events import (
    DerivativeRegistered,
    OfferPublished,
    Renewed,
    Settled,
    Sublicensed,
    UsageAnchored,
)
from licet.documents import Library
from licet.errors import ChainError, IndexUnusable, InputError
from licet.index import Index
from licet.index.follow import uncollected
from licet.index.kinds import addresses
from licet.types import Address


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
        self,
        registry: Address,
        *,
        block: BlockId | None = None,
        index: Index | None = None,
        progress: Progress | None = None,
    ) -> AuditReport:
        """Audits a deployment, from its first block to one that everything is compared at.

        Args:
            registry: the registry's address: all else is found from it.
            block: the last block; if not given, the newest, or the last one up to which the index has all.
            index: of the deployment, whose logs are read instead of the node's, and proven again by the
                contracts' heads. The node is still asked for state.
            progress: called with a step's name, how much of it is done, and how much there is.

        Raises:
            NotAContract: there is no code at an address.
            DeploymentError: the code at an address is not the one shipped: there is nothing to audit.
            InputError: the block is older than the deployment, or newer than the index.
            IndexUnusable: the index is of another deployment, or of a chain that was replaced.
            ChainError: the node failed, or the chain was reorganised meanwhile: audit again.
        """
        contracts = Contracts.of(self.chain, registry)
        newest: BlockId = "latest"
        if index is not None:
            newest = index.state.money_block
            if newest < contracts.deployment.block:
                raise InputError(
                    f"{index.state.db} has nothing that could be audited yet: "
                    "`licet index update` goes on there"
                )
        at = self.chain.block(newest if block is None else block)
        if at.number < contracts.deployment.block:
            raise InputError(
                f"block {at.number} is older than the deployment in block {contracts.deployment.block}: "
                "name a later one"
            )
        if index is None:
            records = Records(self.chain, progress)
        else:
            _check_index(index, contracts, at)
            records = IndexRecords(index, self.chain, progress)
        report = _Audit(contracts, records, self.library, at, progress).run()
        if self.chain.block(at.number).hash != at.hash:
            raise ChainError(f"block {at.number} was replaced while it was audited: audit again")
        return report


def _check_index(index: Index, contracts: Contracts, at: Block) -> None:
    """Refuses an index that is not of this deployment, or does not reach the block on this chain."""
    state, deployment = index.state, contracts.deployment
    if (state.chain_id, index.identity.addresses) != (deployment.chain_id, addresses(deployment)):
        raise IndexUnusable(
            f"{state.db} is the index of the registry {state.registry} on chain {state.chain_id}, not of "
            f"{deployment.asset_registry} on chain {deployment.chain_id}: name another one",
            db=state.db,
        )
    if at.number > state.money_block:
        raise InputError(
            f"block {at.number} is not in {state.db}, which is proven up to {state.money_block}: "
            "`licet index update` goes on there"
        )
    if index.block(at.number).hash != at.hash:
        raise IndexUnusable(
            f"{state.db} has another block {at.number} than the node: one of them is on a chain that was "
            "replaced; `licet index update` finds out",
            db=state.db,
        )


class _Audit:
    """One audit, at one block."""

    def __init__(
        self,
        contracts: Contracts,
        records: Records,
        library: Library,
        at: Block,
        progress: Progress | None,
    ) -> None:
        self._contracts = contracts
        self._records = records
        self._library = library
        self._at = at
        self._progress = progress
        self._findings: list[Finding] = []

    def run(self) -> AuditReport:
        with uncollected():
            return self._run()

    def _run(self) -> AuditReport:
        history = read_history(self._contracts, self._records, self._at, self._findings)
        if not history.complete:
            # Whatever followed from a history with holes could be wrong.
            return self._report(Counts(logs=history.logs))
        conditions = ShownConditions(self._contracts.chain, self._library)
        scene = Scene(self._contracts, self._at.number, Clock(self._records), conditions)
        replay = Replay(scene, history.rulings)
        # One by one: the history adds its own to the same list meanwhile.
        for finding in replay.run(history.events(self._findings), history.logs, self._progress):
            self._findings.append(finding)
        works = check_catalogs(replay.registrations, self._library, self._findings)
        self._findings += check_usage_logs(replay.usage.anchors, replay.licenses, self._library)
        self._findings += self._compare_slots(replay)
        money = follow_money(self._records, self._library, replay, history.first_block, self._findings)
        self._findings += check_flows(money)
        report = self._close(replay, money, works)
        return replace(
            report, findings=ranked(self._findings), counts=_counted(history, works, replay, money)
        )

    def _close(self, replay: Replay, money: Money, works: Works) -> AuditReport:
        """The report's tables; what does not agree in them is found."""
        contracts, block = self._contracts, self._at.number
        reader = VaultReader(contracts, block)
        vaults = close_books(money, reader, works.names, self._findings, self._progress)
        purses = close_purses(money, contracts, block, self._findings)
        self._findings += check_funding(replay.statements, money.ledgers, purses)
        return replace(
            self._report(Counts()),
            sales=tuple(sale_line(sale, works.names) for sale in replay.sales),
            vaults=vaults,
            meters=meter_sheets(replay, purses),
            statements=statement_sheets(replay, purses, self._at.timestamp),
            escrows=escrow_sheets(replay, purses),
            cases=case_lines(replay),
        )

    def _report(self, counts: Counts) -> AuditReport:
        deployment = self._contracts.deployment
        return AuditReport(
            chain_id=deployment.chain_id,
            registry=deployment.asset_registry,
            license_token=deployment.license_token,
            vault_factory=deployment.vault_factory,
            usage_ledger=deployment.usage_ledger,
            statement_escrow=deployment.statement_escrow,
            dispute_desk=deployment.dispute_desk,
            block=self._at,
            counts=counts,
            findings=ranked(self._findings),
        )

    def _compare_slots(self, replay: Replay) -> Iterator[Finding]:
        """Yields where the state says otherwise than the logs."""
        contracts, block = self._contracts, self._at.number
        yield from compare_deeds(replay.deeds, contracts.assets, block)
        yield from compare_derivatives(replay.derivatives)
        yield from replay.derivatives.outdated()
        yield from compare_offers(replay.offers, contracts.licenses, block)
        yield from compare_agents(replay.agents, contracts.licenses, block)
        yield from compare_pins(replay.pins, contracts.licenses, block)
        titles = replay.licenses.titles
        for done, (license_id, title) in enumerate(titles.items(), start=1):
            yield from compare_license(license_id, title, contracts.licenses, block)
            if self._progress is not None:
                self._progress("licenses", done, len(titles))
        yield from compare_usage(replay.usage, contracts.usage, block)
        yield from compare_accounts(replay.accounts, contracts.usage, block)
        yield from compare_disputes(replay.disputes, contracts.disputes, block)
        yield from compare_statements(replay.statements, contracts.statements, block)
        for book in (replay.disputes.book, replay.statements.book):
            yield from compare_cases(book, block)


def _counted(history: History, works: Works, replay: Replay, money: Money) -> Counts:
    return Counts(
        logs=history.logs,
        registrations=len(replay.registrations),
        catalogs=works.catalogs,
        works=works.works,
        offers=replay.tally[OfferPublished],
        sales=len(replay.sales),
        vaults=len(money.vaults),
        claims=len(money.claims),
        derivatives=replay.tally[DerivativeRegistered],
        renewals=replay.tally[Renewed],
        revocations=len(replay.revocations),
        sublicenses=replay.tally[Sublicensed],
        anchors=replay.tally[UsageAnchored],
        settlements=replay.tally[Settled],
        statements=len(replay.statements.statements),
        cases=len(replay.disputes.book.cases) + len(replay.statements.book.cases),
    )
