"""Statements: what a period came to is paid in, contested or not, and released."""

from random import Random
from typing import Any

from licet import errors
from licet.contracts.purses import purse_address
from licet.documents import StatementDocument
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import Stated
from tests.integration.bazaar.refusing import Reasons
from tests.integration.bazaar.ruling import SAID, opened_case
from tests.integration.conftest import DAY, DOLLAR


def publish_statement(bazaar: Bazaar, random: Random) -> Attempt | None:
    """A new one, or one that was published before."""
    model = bazaar.model
    if not model.assets:
        return None
    publisher, now = bazaar.somebody(random), bazaar.network.now
    again = recent(random, model.statements) if model.statements and random.random() < 0.05 else None
    window = random.choice([1, 5, 20]) * DAY
    document = StatementDocument(
        recent(random, model.assets).id,
        now - 30 * DAY,
        now,
        bazaar.token(random),
        bazaar.split(random, random.randrange(10_000, 50 * DOLLAR)),
    )
    if again:
        publisher, window, document = bazaar.party(again.statement.publisher), again.window, again.document

    def then(published: Any) -> None:
        statement = published.statement
        purse = purse_address(bazaar.network.deployment.statement_escrow, statement.id)
        vault = bazaar.vault_of(document.amounts, statement.id)
        model.statements.append(
            Stated(statement, document, vault, purse, published.contestable_until, window)
        )
        model.move(statement.currency, publisher.address, purse, statement.amount)

    return Attempt(
        lambda: publisher.sells.publish_statement(document, window),
        then,
        lambda _: [errors.StatementAlreadyPublished] if again else [],
    )


def contest_statement(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.statements:
        return None
    stated, claimant = recent(random, bazaar.model.statements), bazaar.somebody(random)
    role = random.choice([claimant.sells, claimant.buys])

    def refusals(now: int) -> Reasons:
        if stated.returned:
            yield errors.StatementIsReturned
        if now > stated.contestable_until:
            yield errors.WindowOver

    def then(opened: Any) -> None:
        case = opened_case(bazaar, "statement", stated, claimant.address, opened)
        bazaar.model.contests.append(case)
        stated.open += 1

    return Attempt(lambda: role.contest_statement(stated.statement, SAID), then, lambda n: [*refusals(n)])


def release_statement(bazaar: Bazaar, random: Random) -> Attempt | None:
    """To its vault, or back; what was paid into its purse by mistake as well."""
    model = bazaar.model
    if not model.statements:
        return None
    stated, sender = recent(random, model.statements), bazaar.somebody(random)
    token = stated.statement.currency if random.random() < 0.8 else bazaar.token(random)

    def refusals(now: int) -> Reasons:
        if not stated.returned:
            if stated.open:
                yield errors.StatementIsContested
            if now <= stated.contestable_until:
                yield errors.WindowOpen
        if not model.held[stated.purse, token]:
            yield errors.NothingToRelease

    def then(released: Any) -> None:
        receiver = stated.statement.publisher if stated.returned else stated.vault.address
        assert (released.receiver, released.amount) == (receiver, model.held[stated.purse, token])
        stated.released[token] += released.amount
        model.release(token, stated.purse, receiver, released.amount)

    return Attempt(
        lambda: sender.sells.release_statement(stated.statement, token), then, lambda n: [*refusals(n)]
    )
