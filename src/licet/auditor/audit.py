"""The auditor: from a node and a registry's address to a verdict."""

from dataclasses import replace
from typing import Final

from licet.auditor.evidence.conditions import ShownConditions
from licet.auditor.evidence.forgotten import explained
from licet.auditor.evidence.history import Clock, read_history
from licet.auditor.evidence.records import Progress
from licet.auditor.evidence.sources import Sources, open_sources
from licet.auditor.findings import Finding
from licet.auditor.ledgers.assets.works import Works, check_catalogs
from licet.auditor.ledgers.cases.statement_documents import check_statement_documents
from licet.auditor.ledgers.replay import Replay
from licet.auditor.ledgers.scene import Scene
from licet.auditor.ledgers.storage import compare_storage
from licet.auditor.ledgers.usage.logs import check_usage_logs
from licet.auditor.ledgers.usage.vouchers import check_vouchers
from licet.auditor.money.closing import Money, check_flows, close_books, close_purses, follow_money
from licet.auditor.money.funding import check_funding
from licet.auditor.money.journal import claim_lines, payment_lines, token_lines
from licet.auditor.money.trial_balance import trial_balance
from licet.auditor.report.audit_report import AuditReport, ranked
from licet.auditor.report.counts import Counts
from licet.auditor.reporting import (
    case_lines,
    counted,
    escrow_sheets,
    meter_sheets,
    sale_line,
    share_books,
    statement_sheets,
)
from licet.chain.client import Block, BlockId, Chain
from licet.collector import uncollected
from licet.contracts import Contracts
from licet.documents import Library
from licet.errors import ChainError, InputError
from licet.index import Index
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
        proofs: bool = False,
        progress: Progress | None = None,
    ) -> AuditReport:
        """Audits a deployment, from its first block to one that everything is compared at.

        Args:
            registry: the registry's address: all else is found from it.
            block: the last block; if not given, the newest, or the last one up to which the index has all.
            index: of the deployment, whose logs are read instead of the node's, and proven again by the
                contracts' heads. The node is still asked for state.
            proofs: prove the state, and the logs that are read from the node, against the block's hash, so
                that the node need not be believed; the report says what is left.
            progress: called with a step's name, how much of it is done, and how much there is.

        Raises:
            NotAContract: there is no code at an address.
            DeploymentError: the code at an address is not the one shipped: there is nothing to audit.
            InputError: the block is older than the deployment, or newer than the index.
            IndexUnusable: the index is of another deployment, or of a chain that was replaced.
            NodeUntrue: a proof of the node's does not hold.
            NodeForgot: the node no longer has old enough states, blocks or logs.
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
        try:
            sources = open_sources(contracts, at, index, progress, proofs=proofs)
            report = _Audit(contracts, sources, self.library, at, progress).run()
        except ChainError as error:
            raise explained(
                error, self.chain, contracts.deployment, at, from_index=index is not None
            ) from error
        report = replace(report, proven=sources.proven(contracts.deployment.block))
        if self.chain.block(at.number).hash != at.hash:
            raise ChainError(f"block {at.number} was replaced while it was audited: audit again")
        return report


class _Audit:
    """One audit, at one block."""

    def __init__(
        self,
        contracts: Contracts,
        sources: Sources,
        library: Library,
        at: Block,
        progress: Progress | None,
    ) -> None:
        self._contracts = contracts
        self._records = sources.records
        self._library = library
        self._at = at
        self._progress = progress
        self._state = sources.state
        self._findings: list[Finding] = []

    def run(self) -> AuditReport:
        with uncollected():
            return self._run()

    def _run(self) -> AuditReport:
        deployment = self._contracts.deployment
        history = read_history(deployment, self._records, self._state, self._at, self._findings)
        if not history.complete:
            # Whatever followed from a history with holes could be wrong.
            return self._report(Counts(logs=history.logs))
        conditions = ShownConditions(self._contracts.chain, self._library)
        scene = Scene(self._contracts, self._state, Clock(self._records), conditions)
        replay = Replay(scene, history.rulings)
        # One by one: the history adds its own to the same list meanwhile.
        for finding in replay.run(history.events(self._findings), history.logs, self._progress):
            self._findings.append(finding)
        works = check_catalogs(replay.registrations, self._library, self._findings)
        self._findings += check_usage_logs(replay.usage.anchors, replay.licenses, self._library)
        self._findings += check_vouchers(replay.accounts.settlements, scene, self._progress)
        stated = [stated.event for stated in replay.statements.statements.values()]
        self._findings += check_statement_documents(stated, replay.usage.anchors, self._library)
        self._findings += compare_storage(replay, self._progress)
        money = follow_money(self._records, self._library, replay, history.first_block, self._findings)
        self._findings += check_flows(money)
        report = self._close(replay, money, works)
        return replace(report, findings=ranked(self._findings), counts=counted(history, works, replay, money))

    def _close(self, replay: Replay, money: Money, works: Works) -> AuditReport:
        """The report's tables; what does not agree in them is found."""
        contracts, state = self._contracts, self._state
        vaults, books = close_books(money, contracts, state, works.names, self._findings, self._progress)
        purses = close_purses(money, contracts, state, self._findings)
        self._findings += check_funding(replay.statements, money.ledgers, purses)
        time = replay.scene.clock.time
        payments = payment_lines(money.payments, money.ledgers, self._findings, time)
        trial = trial_balance(payments, books, purses.values(), self._findings)
        return replace(
            self._report(Counts()),
            sales=tuple(sale_line(sale, works.names, time(sale.log)) for sale in replay.sales),
            vaults=vaults,
            meters=meter_sheets(replay, purses),
            statements=statement_sheets(replay, purses, self._at.timestamp),
            escrows=escrow_sheets(replay, purses),
            cases=case_lines(replay),
            tokens=token_lines(contracts.chain, {line.token for line in trial}),
            payments=payments,
            claims=claim_lines(money.claims, time),
            trial_balance=trial,
            shares=share_books(books),
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
