"""The auditor: from a node and a registry's address to a verdict."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from licet.auditor.agents import kept_agents
from licet.auditor.balance import trial_balance
from licet.auditor.cases import check_cover, kept_cases
from licet.auditor.conditions import ShownConditions
from licet.auditor.deeds import kept_deeds, kept_vaults
from licet.auditor.derivatives import compare_derivatives
from licet.auditor.desk import kept_disputes
from licet.auditor.findings import Finding
from licet.auditor.history import Clock, History, read_history
from licet.auditor.journal import claim_lines, payment_lines, token_lines
from licet.auditor.kept import Kept, compare
from licet.auditor.licenses import kept_licenses
from licet.auditor.meters import kept_accounts
from licet.auditor.money import Money, check_flows, close_books, close_purses, follow_money
from licet.auditor.offers import kept_offers
from licet.auditor.proven import Headers, ProvenRecords, check_codes, pinned_header
from licet.auditor.records import IndexRecords, Progress, Records
from licet.auditor.replay import Replay
from licet.auditor.report import AuditReport, Counts, Proven, ranked
from licet.auditor.scene import Scene
from licet.auditor.sheets import (
    case_lines,
    escrow_sheets,
    meter_sheets,
    sale_line,
    share_books,
    statement_sheets,
)
from licet.auditor.statement_documents import check_statement_documents
from licet.auditor.statements import check_funding, kept_statements
from licet.auditor.sublicenses import kept_pins
from licet.auditor.usage import kept_usage
from licet.auditor.usage_logs import check_usage_logs
from licet.auditor.works import Works, check_catalogs
from licet.chain.client import Block, BlockId, Chain
from licet.chain.headers import Header
from licet.chain.proofs import ProvenState
from licet.chain.state import StateReader
from licet.collector import uncollected
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
from licet.index.kinds import addresses
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
        if index is not None:
            _check_index(index, contracts, at)
        sources = _sources(self.chain, index, at, progress, proofs=proofs)
        if isinstance(sources.state, ProvenState):
            check_codes(contracts.deployment, sources.state)
        report = _Audit(contracts, sources, self.library, at, progress).run()
        report = replace(report, proven=sources.proven(contracts.deployment.block))
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


@dataclass(frozen=True, slots=True)
class _Sources:
    """Where an audit reads logs and state."""

    records: Records
    state: StateReader
    header: Header | None = None
    headers: Headers | None = None

    def proven(self, first: int) -> Proven | None:
        """What was proven, of a deployment whose first block this is; None where nothing was."""
        if not isinstance(self.state, ProvenState) or self.header is None or self.headers is None:
            return None
        unproven = dict(self.state.unproven)
        if not isinstance(self.records, ProvenRecords):
            unproven["when logs were written, and what vaults and tokens logged"] = None
        elif first < self.headers.linked_from:
            unproven[f"the blocks before {self.headers.linked_from}, which are too many to link"] = None
        return Proven(
            Hash32(self.header.state_root),
            self.state.slots,
            self.state.accounts,
            self.records.receipts if isinstance(self.records, ProvenRecords) else 0,
            self.headers.linked_from,
            tuple(unproven),
        )


def _sources(
    chain: Chain, index: Index | None, at: Block, progress: Progress | None, *, proofs: bool
) -> _Sources:
    node = chain.node
    header = pinned_header(node, at) if proofs else None
    headers = None if header is None else Headers(node, header)
    state = StateReader(node, at.number) if header is None else ProvenState(node, header)
    records: Records
    if index is not None:
        records = IndexRecords(index, chain, progress)
    elif headers is not None:
        records = ProvenRecords(chain, headers, progress)
    else:
        records = Records(chain, progress)
    return _Sources(records, state, header, headers)


class _Audit:
    """One audit, at one block."""

    def __init__(
        self,
        contracts: Contracts,
        sources: _Sources,
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
        stated = [stated.event for stated in replay.statements.statements.values()]
        self._findings += check_statement_documents(stated, replay.usage.anchors, self._library)
        self._findings += self._compare_slots(replay)
        money = follow_money(self._records, self._library, replay, history.first_block, self._findings)
        self._findings += check_flows(money)
        report = self._close(replay, money, works)
        return replace(
            report, findings=ranked(self._findings), counts=_counted(history, works, replay, money)
        )

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

    def _compare_slots(self, replay: Replay) -> Iterator[Finding]:
        """Yields where the state says otherwise than the logs."""
        yield from compare_derivatives(replay.derivatives)
        yield from replay.derivatives.outdated()
        total = len(replay.deeds.deeds) + len(replay.offers.states) + len(replay.licenses.titles)
        yield from compare(_kept(replay), self._state, "slots", total, self._progress)
        for book in (replay.disputes.book, replay.statements.book):
            yield from check_cover(book, self._state)


def _kept(replay: Replay) -> Iterator[Kept]:
    """Yields all that the contracts should keep."""
    deployment = replay.scene.contracts.deployment
    registry, token, ledger = deployment.asset_registry, deployment.license_token, deployment.usage_ledger
    stored = {asset: made.stored for asset, made in replay.derivatives.made.items()}
    yield from kept_deeds(replay.deeds, registry)
    yield from kept_vaults(replay.deeds, stored, registry)
    yield from kept_offers(replay.offers, token)
    yield from kept_agents(replay.agents, token)
    yield from kept_pins(replay.pins, token)
    yield from kept_licenses(replay.licenses, token)
    yield from kept_usage(replay.usage, ledger)
    yield from kept_accounts(replay.accounts, ledger)
    yield from kept_disputes(replay.disputes, deployment.dispute_desk)
    yield from kept_statements(replay.statements, deployment.statement_escrow)
    for book in (replay.disputes.book, replay.statements.book):
        yield from kept_cases(book)


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
        licenses=len(replay.licenses.titles),
        agents=len(replay.agents.until),
        purses=len(money.purses),
        payments=sum(1 for payment in money.payments if payment.amount),
    )
