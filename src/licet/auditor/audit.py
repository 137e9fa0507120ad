"""The auditor: from a node and a registry's address to a verdict."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from licet.auditor.agents import compare_agents
from licet.auditor.balance import trial_balance
from licet.auditor.cases import compare_cases
from licet.auditor.conditions import ShownConditions
from licet.auditor.deeds import compare_deeds
from licet.auditor.derivatives import compare_derivatives
from licet.auditor.disputes import compare_disputes
from licet.auditor.findings import Finding
from licet.auditor.history import Clock, History, Progress, read_history
from licet.auditor.journal import claim_lines, payment_lines, token_lines
from licet.auditor.licenses import compare_license
from licet.auditor.meters import compare_accounts
from licet.auditor.money import Money, check_flows, close_books, close_purses, follow_money
from licet.auditor.offers import compare_offers
from licet.auditor.replay import Replay
from licet.auditor.report import AuditReport, Counts, ranked
from licet.auditor.scene import Scene
from licet.auditor.sheets import (
    case_lines,
    escrow_sheets,
    meter_sheets,
    sale_line,
    share_books,
    statement_sheets,
)
from licet.auditor.statements import check_funding, compare_statements
from licet.auditor.sublicenses import compare_pins
from licet.auditor.usage import compare_usage
from licet.auditor.vaults import VaultReader
from licet.auditor.works import Works, check_catalogs
from licet.chain.client import Block, BlockId, Chain
from licet.contracts import Contracts
from licet.contracts.events import (
    AssetRegistered,
    DerivativeRegistered,
    OfferPublished,
    Settled,
    UsageAnchored,
)
from licet.documents import Library
from licet.errors import ChainError, InputError
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
        chain, block = self._contracts.chain, self._at.number
        conditions = ShownConditions(chain, self._library)
        replay = Replay(Scene(self._contracts, block, Clock(chain), conditions), history)
        self._findings += replay.run(self._progress)
        self._findings += self._compare_slots(replay)
        money = follow_money(self._contracts, self._library, history, replay, block, self._findings)
        self._findings += check_flows(money)
        report = self._close(replay, money, works)
        return replace(
            report, findings=ranked(self._findings), counts=_counted(history, works, replay, money)
        )

    def _close(self, replay: Replay, money: Money, works: Works) -> AuditReport:
        """The report's tables; what does not agree in them is found."""
        contracts, block = self._contracts, self._at.number
        reader = VaultReader(contracts, block)
        vaults, books = close_books(money, reader, works.names, self._findings, self._progress)
        purses = close_purses(money, contracts, block, self._findings)
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
        registrations=sum(1 for _ in history.of(AssetRegistered)),
        catalogs=works.catalogs,
        works=works.works,
        offers=sum(1 for _ in history.of(OfferPublished)),
        sales=len(replay.sales),
        vaults=len(money.vaults),
        claims=len(money.claims),
        derivatives=sum(1 for _ in history.of(DerivativeRegistered)),
        renewals=replay.renewals,
        revocations=len(replay.revocations),
        sublicenses=replay.sublicenses,
        anchors=sum(1 for _ in history.of(UsageAnchored)),
        settlements=sum(1 for _ in history.of(Settled)),
        statements=len(replay.statements.statements),
        cases=len(replay.disputes.book.cases) + len(replay.statements.book.cases),
        licenses=len(replay.licenses.titles),
        agents=len(replay.agents.until),
        purses=len(money.purses),
        payments=sum(1 for payment in money.payments if payment.amount),
    )
