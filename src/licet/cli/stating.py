"""A statement, published and paid in: by hand, or of a gateway's records."""

from typing import Any

from licet.cli.output import confirm, emit, facts, gas_of, sent
from licet.cli.session import Session
from licet.cli.text import format_time, plural
from licet.contracts.events import StatementPublished
from licet.documents import StatementDocument
from licet.rights.statement import Statement
from licet.types import Address


def state(session: Session, document: StatementDocument, window: int, *, yes: bool, as_json: bool) -> None:
    """Publishes a statement and pays it in, after asking; tells of it.

    Args:
        session: of the command.
        document: the statement's.
        window: seconds in which anybody may contest it.
        yes: do not ask.
        as_json: how to tell.
    """
    holder, count = session.rights_holder, len(document.amounts.payees)
    total = session.money.text(document.currency, document.amounts.tree().total)
    confirm(f"Pay in {total} for {plural(count, 'payee')} of {document.asset_id}?", yes=yes)
    published = holder.publish_statement(document, window)
    vault = session.contracts.statements.vault_of(published.statement)
    until, receipts = published.contestable_until, published.receipts
    emit(
        {**_json(published.statement, count, vault, until), **sent(*receipts)},
        facts(
            statement=published.id,
            paid_in=f"{total}, for {plural(count, 'payee')}",
            contestable=f"until {format_time(until)}",
            vault=vault,
            gas=f"{gas_of(*receipts):,}",
        ),
        as_json=as_json,
    )


def tell_stated(
    session: Session, event: StatementPublished, document: StatementDocument, *, as_json: bool
) -> None:
    """Tells of a statement that was published before; nothing is sent."""
    statement, count = event.statement, len(document.amounts.payees)
    emit(
        {
            **_json(statement, count, event.vault, event.contestable_until),
            "tx": event.log.tx_hash,
            "gas": 0,
        },
        facts(
            statement=event.statement_id,
            paid_in=f"{session.money.text(statement.currency, statement.amount)}, before",
            contestable=f"until {format_time(event.contestable_until)}",
            vault=event.vault,
        ),
        as_json=as_json,
    )


def _json(statement: Statement, payees: int, vault: Address, contestable_until: int) -> dict[str, Any]:
    return {
        "statement_id": statement.id,
        "asset_id": statement.asset_id,
        "amount": str(statement.amount),
        "currency": statement.currency,
        "payees": payees,
        "vault": vault,
        "root": statement.root,
        "document_hash": statement.document_hash,
        "contestable_until": contestable_until,
    }
