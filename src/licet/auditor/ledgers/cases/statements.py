"""Statements: whether each is what its id says, and went where its contests left it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.cases.book import CaseBook
from licet.auditor.ledgers.kept import Kept, Words, says_otherwise
from licet.auditor.ledgers.payments import Payment, Purse
from licet.auditor.ledgers.scene import Scene
from licet.chain.compiled.artifacts import artifact
from licet.chain.compiled.slots import mapped
from licet.contracts.cases import Case, Status
from licet.contracts.events import (
    CaseClosed,
    Event,
    EvidenceShown,
    OwedWithdrawn,
    StatementContested,
    StatementPublished,
    StatementReleased,
)
from licet.contracts.purses import purse_address
from licet.contracts.statements import State, StatementState
from licet.contracts.vaults import vault_in
from licet.trees.hashing import checksum
from licet.types import Address, Hash32

_LAYOUT: Final = artifact("StatementEscrow").layout


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement, as the logs say that it stands.

    Attributes:
        event: its publication.
        state: what its slot should say.
        purse: where its money waits.
        vault: where it is to go.
        released: what of its currency left the purse.
    """

    event: StatementPublished
    state: StatementState
    purse: Address
    vault: Address
    released: int = 0


class StatementLedger:
    """How every statement stands, after the events that were applied."""

    def __init__(self, scene: Scene, book: CaseBook) -> None:
        self.book: Final = book
        self.statements: Final[dict[Hash32, Stated]] = {}
        self._scene: Final = scene
        self._escrow: Final = scene.contracts.statements

    def vaults(self) -> Iterator[tuple[Hash32, Hash32]]:
        """The split and the salt of each statement's vault."""
        return (
            (stated.event.statement.root, statement_id) for statement_id, stated in self.statements.items()
        )

    def purses(self) -> Iterator[Purse]:
        """Where statements' money waits."""
        for statement_id, stated in self.statements.items():
            name = f"the purse of statement {statement_id}"
            currency = stated.event.statement.currency
            yield Purse(stated.purse, name, {"statement_id": statement_id}, currency)

    def apply(self, event: Event) -> Iterator[Finding]:
        """Takes an event of the escrow's; yields what is wrong with it."""
        match event:
            case StatementPublished():
                yield from self._published(event)
            case StatementContested():
                yield from self._contested(event)
            case CaseClosed():
                yield from self._closed(event)
            case EvidenceShown():
                yield from self.book.shown(event)
            case OwedWithdrawn():
                yield from self.book.withdrawn(event)
            case StatementReleased():
                yield from self._released(event)

    def _published(self, event: StatementPublished) -> Iterator[Finding]:
        statement_id, statement = event.statement_id, event.statement
        if statement.uri.encode() not in event.log.data:
            yield _fault(Kind.LOG_MALFORMED, event, "names a document whose URI is not UTF-8")
            return
        if statement_id in self.statements:
            yield _fault(Kind.STATEMENT_CONTRADICTION, event, "was published twice")
            return
        now = self._scene.clock.time(event.log)
        vault = vault_in(self._scene.contracts.deployment, statement.root, statement_id)
        pairs = (
            ("id", statement.id, statement_id),
            ("asset", statement.asset_id, event.asset_id),
            ("publisher", statement.publisher, event.publisher),
            ("vault", vault, event.vault),
            ("last time for a contest", now + statement.window, event.contestable_until),
        )
        for name, expected, actual in pairs:
            if expected != actual:
                what = f"was published with the {name} {actual}, its terms lead to {expected}"
                yield _fault(Kind.STATEMENT_WRONG, event, what, expected, actual)
        self.statements[statement_id] = Stated(
            event,
            StatementState(event.publisher, event.contestable_until, State.PUBLISHED, 0),
            purse_address(self._escrow.address, statement_id),
            vault,
        )

    def _contested(self, event: StatementContested) -> Iterator[Finding]:
        case = Case(event.claimant, event.deadline, Status.OPEN, 0, event.statement_id)
        yield from self.book.opened(event, event.case_id, case)
        stated = self.statements.get(event.statement_id)
        now = self._scene.clock.time(event.log)
        if stated is None or stated.state.state != State.PUBLISHED or now > stated.state.contestable_until:
            yield _fault(
                Kind.STATEMENT_CONTRADICTION, event, f"was contested at {now}, when it could not be any more"
            )
        if stated is not None:
            self._set(event.statement_id, stated, open_=stated.state.open + 1)

    def _closed(self, event: CaseClosed) -> Iterator[Finding]:
        case = self.book.ended_by(event)
        stated = self.statements.get(event.subject)
        yield from self.book.closed(event, None if stated is None else stated.state.publisher)
        if case is not None and stated is not None:
            state = State.RETURNED if event.status == Status.UPHELD else stated.state.state
            self._set(event.subject, stated, open_=stated.state.open - 1, state=state)

    def _set(self, statement_id: Hash32, stated: Stated, open_: int, state: State | None = None) -> None:
        changed = replace(stated.state, open=open_, state=state or stated.state.state)
        self.statements[statement_id] = replace(stated, state=changed)

    def _released(self, event: StatementReleased) -> Iterator[Finding]:
        stated = self.statements.get(event.statement_id)
        if stated is None:
            yield _fault(Kind.STATEMENT_CONTRADICTION, event, "was released, but never published")
            return
        returned = stated.state.state == State.RETURNED
        receiver = stated.state.publisher if returned else stated.vault
        now = self._scene.clock.time(event.log)
        if not returned and (stated.state.open or now <= stated.state.contestable_until):
            yield _fault(
                Kind.STATEMENT_RELEASED_WRONG,
                event,
                f"was released at {now}, with {stated.state.open} contests open, and contestable until "
                f"{stated.state.contestable_until}",
            )
        if event.receiver != receiver:
            yield _fault(
                Kind.STATEMENT_RELEASED_WRONG,
                event,
                f"was released to {event.receiver}, its contests leave it to {receiver}",
                receiver,
                event.receiver,
            )
        self._scene.payments.append(
            Payment(
                log=event.log,
                kind=Kind.STATEMENT_UNPAID,
                what=f"statement {event.statement_id} was released",
                payer=stated.purse,
                payee=event.receiver,
                token=event.token,
                amount=event.amount,
                subject={"statement_id": event.statement_id},
            )
        )
        if event.token == stated.event.statement.currency:
            self.statements[event.statement_id] = replace(stated, released=stated.released + event.amount)


def kept_statements(ledger: StatementLedger, escrow: Address) -> Iterator[Kept]:
    """Yields what the escrow should keep of statements."""
    for statement_id, stated in ledger.statements.items():
        expected, subject = stated.state, {"statement_id": statement_id}
        thing = f"statement {statement_id}"
        differs = says_otherwise(Kind.STATEMENT_STATE_WRONG, escrow, thing, expected, _unpacked, **subject)
        words = _LAYOUT.pack(
            "StatementState",
            publisher=int(expected.publisher, 16),
            contestableUntil=expected.contestable_until,
            state=expected.state,
            open=expected.open,
        )
        place = mapped(_LAYOUT.variables["_statements"], statement_id)
        yield Kept(escrow, (place,), words, differs, subject)


def _unpacked(words: Words) -> StatementState | str:
    """What a statement's slot says; the word itself where that is nothing."""
    values = _LAYOUT.unpack("StatementState", words)
    try:
        state = State(values["state"])
    except ValueError:
        return f"{words[0]:#x}"
    publisher = checksum(values["publisher"].to_bytes(20))
    return StatementState(publisher, values["contestableUntil"], state, values["open"])


def _fault(
    kind: Kind,
    event: StatementPublished | StatementContested | StatementReleased,
    what: str,
    expected: object = None,
    actual: object = None,
) -> Finding:
    return found(
        kind,
        f"statement {event.statement_id} {what}",
        event.log,
        statement_id=event.statement_id,
        expected=expected,
        actual=actual,
    )
