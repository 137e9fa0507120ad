"""Funding: whether each statement's amount was paid in when it was published."""

from collections.abc import Iterator, Mapping

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.cases.statements import StatementLedger
from licet.auditor.money.purses import PurseBooks
from licet.auditor.money.transfers import Ledger
from licet.types import ZERO_ADDRESS, Address


def check_funding(
    ledger: StatementLedger,
    ledgers: Mapping[Address, Ledger],
    books: PurseBooks,
) -> Iterator[Finding]:
    """Yields the statements whose amount was not paid in when they were published.

    Args:
        ledger: the statements.
        ledgers: the transfers of each token, as far as they are known.
        books: of the purses; native coin leaves no trace of when it came.
    """
    for stated in ledger.statements.values():
        statement = stated.event.statement
        book = books.get((stated.purse, statement.currency))
        if statement.currency in ledgers:
            received = ledgers[statement.currency].received_by(stated.purse, stated.event.log)
        elif statement.currency == ZERO_ADDRESS and book is not None:
            received = book.received
        else:
            continue
        if received < statement.amount:
            yield found(
                Kind.STATEMENT_UNFUNDED,
                f"statement {stated.event.statement_id} says {statement.amount} of {statement.currency}, "
                f"of which {received} were paid in",
                stated.event.log,
                statement_id=stated.event.statement_id,
                expected=statement.amount,
                actual=received,
            )
