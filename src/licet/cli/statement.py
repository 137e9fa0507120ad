"""`licet statement`: what payees earned in a period, computed, paid in, contestable, then released."""

from collections.abc import Sequence
from typing import Any, Final

import click

from licet.chain.compiled.abi import log_topic
from licet.cli import period
from licet.cli.amounts import compute, read_amounts
from licet.cli.cases import opened_json, opened_words
from licet.cli.evidence import evidence_from, evidence_options
from licet.cli.options import takes
from licet.cli.output import confirm, emit, facts, sent, table
from licet.cli.params import (
    ASSET,
    CURRENCY,
    DURATION,
    FILE,
    SINCE,
    UNTIL,
    Parsed,
    currency_option,
    name_of,
    yes_option,
)
from licet.cli.session import Session
from licet.cli.stating import state
from licet.cli.text import format_time, short
from licet.contracts import Contracts, events
from licet.contracts.currency import Currency
from licet.contracts.publications import statement_of, statements
from licet.contracts.statements import State
from licet.documents import StatementDocument, UsageLog, read_document
from licet.errors import reverted
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, parse_hash

_STATEMENT: Final = Parsed("statement", lambda text: parse_hash(text, "valid statement id"))

_statement: Final = click.argument("statement_id", type=_STATEMENT, metavar="STATEMENT")


@click.group("statement")
def command() -> None:
    """Compute, state, contest and pay out what a period earned."""


command.add_command(compute)
command.add_command(period.command)


@command.command("publish")
@click.argument("asset", type=ASSET)
@click.argument("amounts", nargs=-1, required=True, metavar="FILE|ADDRESS=AMOUNT…")
@click.option(
    "--from", "since", type=SINCE, required=True, metavar="DATE", help="The period's first day, UTC."
)
@click.option("--until", type=UNTIL, required=True, metavar="DATE", help="Its last day.")
@click.option(
    "--window",
    type=DURATION,
    required=True,
    metavar="TIME",
    help="How long anybody may contest it: 14d, 12h.",
)
@currency_option
@click.option("--basis", default="", metavar="TEXT", help="How the amounts came about.")
@click.option(
    "--usage-log",
    "logs",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="A usage log (JSON) that they were reckoned from; may be repeated.",
)
@yes_option
@takes(account=True, publishes=True)
def publish(
    session: Session,
    asset: Hash32,
    amounts: tuple[str, ...],
    currency: Address | str | None,
    window: int,
    yes: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """State what the payees of ASSET earned in a period, and pay it in.

    The amounts are given one by one, such as 0xAb…12=70.50, or in a file, CSV or Parquet: as `licet statement
    compute` writes it, or with the columns payee (an address), amount, and maybe name. They wait in escrow
    until nobody can contest them any more.
    """
    token = session.currency(currency)
    split = read_amounts(session, token, amounts)
    document = StatementDocument(
        asset_id=asset,
        since=given["since"],
        until=given["until"],
        currency=token,
        amounts=split,
        basis=given["basis"],
        usage=tuple(read_document(UsageLog, file).root for file in given["logs"]),
    )
    session.contracts.assets.deed(asset)  # says that there is no such asset
    state(session, document, window, yes=yes, as_json=as_json)


@command.command("show")
@_statement
@takes()
def show(session: Session, statement_id: Hash32, as_json: bool) -> None:
    """Show what STATEMENT says, where its money is, and whether it is contested."""
    contracts = session.contracts
    event = _published(contracts, statement_id)
    statement, state = event.statement, contracts.statements.state(statement_id)
    waiting = Currency(session.reader, statement.currency).balance_of(
        contracts.statements.purse_of(statement_id)
    )
    contests = _contests(contracts, statement_id)
    money = session.money
    emit(
        {
            **_statement_json(event),
            "root": statement.root,
            "document_hash": statement.document_hash if statement.document_hash != ZERO_HASH else None,
            "uri": statement.uri,
            "state": name_of(state.state),
            "open_contests": state.open,
            "contests": list(contests),
            "waiting": str(waiting),
        },
        facts(
            statement=statement_id,
            asset=statement.asset_id,
            publisher=statement.publisher,
            period=f"{format_time(statement.since)} to {format_time(statement.until)}",
            amount=money.text(statement.currency, statement.amount),
            waiting=money.text(statement.currency, waiting),
            vault=event.vault,
            document=statement.document_hash,
            contestable=f"until {format_time(event.contestable_until)}",
            contests=f"{len(contests)}, {state.open} of them open"
            + (f": {', '.join(map(str, contests))}" if contests else ""),
            state="goes back to its publisher" if state.state is State.RETURNED else "stands",
        ),
        as_json=as_json,
    )


@command.command("list")
@click.option("--asset", type=ASSET, metavar="ASSET", help="Of this asset only.")
@takes()
def list_(session: Session, asset: Hash32 | None, as_json: bool) -> None:
    """List all statements, or those of an asset, oldest first."""
    found = list(statements(session.contracts, asset_id=asset))
    emit(
        {"statements": [_statement_json(event) for event in found]},
        _statement_table(session, found) if found else "No statements.",
        as_json=as_json,
    )


@command.command("contest")
@_statement
@evidence_options
@yes_option
@takes(account=True, publishes=True)
def contest(session: Session, statement_id: Hash32, yes: bool, as_json: bool, **given: Any) -> None:
    """Contest STATEMENT within its window: its amounts are wrong. Anybody may.

    If it is upheld, the money goes back to the publisher, who states it anew. Costs a bond, which goes to the
    publisher if it is rejected, and the arbitrator's fee.
    """
    evidence = evidence_from(given)
    holder = session.rights_holder
    statement = statement_of(session.contracts, statement_id)
    escrow = session.contracts.statements
    bond, cost = escrow.bond(), escrow.opening_cost()
    confirm(
        f"Contest the statement {statement_id}, for a bond of {session.money.text(ZERO_ADDRESS, bond)} and "
        f"a fee of {session.money.text(ZERO_ADDRESS, cost - bond)}?",
        yes=yes,
    )
    opened = holder.contest_statement(statement, evidence)
    emit(opened_json(opened, statement_id), opened_words(opened, statement_id), as_json=as_json)


@command.command("release")
@_statement
@click.option(
    "--currency", type=CURRENCY, metavar="CURRENCY", help="What to move.  [default: the statement's]"
)
@takes(account=True)
def release(session: Session, statement_id: Hash32, currency: Address | str | None, as_json: bool) -> None:
    """Move the money of STATEMENT to its vault, or back to its publisher if a contest was upheld.

    Anybody may, once its window is over and no contest open. Then `licet vault claim` pays its payees.
    """
    holder = session.rights_holder
    statement = statement_of(session.contracts, statement_id)
    token = statement.currency if currency is None else session.currency(currency)
    released = holder.release_statement(statement, token)
    emit(
        {
            "statement_id": statement_id,
            "receiver": released.receiver,
            "currency": token,
            "amount": str(released.amount),
            **sent(released.receipt),
        },
        facts(
            statement=statement_id,
            paid=f"{session.money.text(token, released.amount)} to {released.receiver}",
            gas=f"{released.receipt.gas_used:,}",
        ),
        as_json=as_json,
    )


def _published(contracts: Contracts, statement_id: Hash32) -> events.StatementPublished:
    for event in statements(contracts, statement_id=statement_id):
        return event
    raise reverted("StatementUnknown", {"statementId": statement_id})


def _contests(contracts: Contracts, statement_id: Hash32) -> tuple[int, ...]:
    """The cases that were opened over a statement, in their order."""
    opened = events.read(
        contracts.chain,
        events.StatementContested,
        [contracts.statements.address],
        [None, log_topic(statement_id)],
        from_block=contracts.deployment.block,
    )
    return tuple(event.case_id for event in opened)


def _statement_json(event: events.StatementPublished) -> dict[str, Any]:
    statement = event.statement
    return {
        "statement_id": event.statement_id,
        "asset_id": statement.asset_id,
        "publisher": statement.publisher,
        "from": statement.since,
        "until": statement.until,
        "currency": statement.currency,
        "amount": str(statement.amount),
        "vault": event.vault,
        "contestable_until": event.contestable_until,
    }


def _statement_table(session: Session, found: Sequence[events.StatementPublished]) -> Any:
    return table(
        ["statement", "asset", ">amount", "contestable until"],
        [
            (
                event.statement_id,
                short(event.asset_id),
                session.money.text(event.statement.currency, event.statement.amount),
                format_time(event.contestable_until),
            )
            for event in found
        ],
    )
