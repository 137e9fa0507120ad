"""Statements' documents: whether each says what was stated on chain."""

from collections.abc import Collection, Iterable, Iterator

from licet.auditor.findings import Finding, Kind, found
from licet.contracts.events import StatementPublished, UsageAnchored
from licet.documents import Library, StatementDocument
from licet.errors import DocumentError, DocumentMismatch
from licet.types import ZERO_HASH, Hash32


def check_statement_documents(
    statements: Iterable[StatementPublished], anchors: Iterable[UsageAnchored], library: Library
) -> Iterator[Finding]:
    """Reads the document of every statement that names one; yields where they do not agree.

    A document in another form than Licet's cannot be compared.
    """
    anchored = {anchor.root for anchor in anchors}
    for event in statements:
        statement = event.statement
        if statement.document_hash == ZERO_HASH:
            continue
        try:
            data = library.get(statement.document_hash, statement.uri)
            document = StatementDocument.from_bytes(data)
        except DocumentError as error:
            altered = isinstance(error, DocumentMismatch)
            kind = Kind.STATEMENT_DOCUMENT_ALTERED if altered else Kind.STATEMENT_DOCUMENT_MISSING
            yield _finding(kind, event, f"cannot be compared with its document: {error}")
        else:
            yield from _check(event, document, anchored)


def _check(
    event: StatementPublished, document: StatementDocument, anchored: Collection[Hash32]
) -> Iterator[Finding]:
    """Yields what a statement and its document say otherwise."""
    statement, tree = event.statement, document.amounts.tree()
    pairs = (
        ("the asset", document.asset_id, statement.asset_id),
        ("the first second", document.since, statement.since),
        ("the last second", document.until, statement.until),
        ("the currency", document.currency, statement.currency),
        ("the amount", tree.total, statement.amount),
        ("the root", tree.root, statement.root),
    )
    for name, expected, actual in pairs:
        if expected != actual:
            what = f"states {name} {actual}, its document has {expected}"
            yield _finding(Kind.STATEMENT_DOCUMENT_WRONG, event, what, expected, actual)
    for root in document.usage:
        if root not in anchored:
            what = f"was reckoned from the usage log {root}, which nobody anchored"
            yield _finding(Kind.STATEMENT_USAGE_UNANCHORED, event, what, actual=root)


def _finding(
    kind: Kind, event: StatementPublished, what: str, expected: object = None, actual: object = None
) -> Finding:
    return found(
        kind,
        f"the statement {event.statement_id} {what}",
        event.log,
        statement_id=event.statement_id,
        asset_id=event.asset_id,
        document_hash=event.statement.document_hash,
        expected=expected,
        actual=actual,
    )
