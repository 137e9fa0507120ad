"""The contracts' storage: all that the ledgers lead to, compared with what is there."""

from collections.abc import Iterator

from licet.auditor.evidence.records import Progress
from licet.auditor.findings import Finding
from licet.auditor.ledgers.assets.deeds import kept_deeds, kept_vaults
from licet.auditor.ledgers.assets.derivatives import compare_derivatives
from licet.auditor.ledgers.cases.book import check_cover, kept_cases
from licet.auditor.ledgers.cases.desk import kept_disputes
from licet.auditor.ledgers.cases.statements import kept_statements
from licet.auditor.ledgers.kept import Kept, compare
from licet.auditor.ledgers.licenses.agents import kept_agents
from licet.auditor.ledgers.licenses.offers import kept_offers
from licet.auditor.ledgers.licenses.sublicenses import kept_pins
from licet.auditor.ledgers.licenses.titles import kept_licenses
from licet.auditor.ledgers.replay import Replay
from licet.auditor.ledgers.usage.anchors import kept_usage
from licet.auditor.ledgers.usage.meters import kept_accounts


def compare_storage(replay: Replay, progress: Progress | None = None) -> Iterator[Finding]:
    """Yields where the last block's state says otherwise than the logs; `progress` is as for an audit."""
    state = replay.scene.state
    yield from compare_derivatives(replay.derivatives)
    yield from replay.derivatives.outdated()
    total = len(replay.deeds.deeds) + len(replay.offers.states) + len(replay.licenses.titles)
    yield from compare(_kept(replay), state, "slots", total, progress)
    for book in (replay.disputes.book, replay.statements.book):
        yield from check_cover(book, state)


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
