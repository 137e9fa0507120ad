"""What the statement escrow logs."""

from dataclasses import dataclass
from typing import ClassVar

from licet.contracts.events.base import Event
from licet.rights.statement import Statement
from licet.types import Address, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPublished(Event):
    """A statement was published and paid in; `vault` is where it will go."""

    CONTRACT: ClassVar[str] = "StatementEscrow"
    statement_id: Hash32
    asset_id: Hash32
    publisher: Address
    vault: Address
    contestable_until: int
    statement: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementContested(Event):
    """A statement is contested."""

    CONTRACT: ClassVar[str] = "StatementEscrow"
    case_id: int
    statement_id: Hash32
    claimant: Address
    deadline: int
    evidence_hash: Hash32
    evidence_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReleased(Event):
    """A statement's money went to its vault, or back to its publisher."""

    CONTRACT: ClassVar[str] = "StatementEscrow"
    statement_id: Hash32
    token: Address
    receiver: Address
    amount: int
