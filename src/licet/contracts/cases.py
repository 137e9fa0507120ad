"""What disputes and contests have in common: cases, brought before an arbitrator for a bond."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from licet.chain.client import BlockId, Chain, Receipt
from licet.chain.compiled.artifacts import artifact
from licet.types import Address, Hash32

# Both contracts that open cases have these functions.
_ABI: Final = artifact("DisputeDesk").abi


class Status(IntEnum):
    """How far a case has come."""

    NONE = 0
    """It was never opened."""
    OPEN = 1
    UPHELD = 2
    REJECTED = 3
    LAPSED = 4
    """Not ruled on in time, or the arbitrator refused: as if it had never been opened."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case.

    Attributes:
        claimant: who opened it.
        deadline: last unix second for a ruling.
        status: how far it has come.
        kind: what sort of subject, where the contract knows several (see `disputes.Kind`).
        subject: what it is about.
    """

    claimant: Address
    deadline: int
    status: Status
    kind: int
    subject: Hash32


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case that was opened.

    Attributes:
        case_id: its number, with the contract that it was opened at.
        deadline: last unix second for a ruling.
        receipt: the transaction.
    """

    case_id: int
    deadline: int
    receipt: Receipt


class Cases:
    """The cases of the contract at an address. Calls that change something raise as `Chain.send` does."""

    def __init__(self, chain: Chain, address: Address) -> None:
        self.chain: Final = chain
        self.address: Final = address

    def lapse(self, case_id: int) -> Receipt:
        """Closes a case that was not ruled on by its deadline; anybody may."""
        return self.chain.send(_ABI, self.address, "lapse", case_id)

    def submit_evidence(self, case_id: int, uri: str) -> Receipt:
        """Shows evidence in an open case; anybody may."""
        return self.chain.send(_ABI, self.address, "submitEvidence", case_id, uri)

    def withdraw(self, who: Address) -> Receipt:
        """Pays somebody all that is owed to them; anybody may call."""
        return self.chain.send(_ABI, self.address, "withdraw", who)

    def case(self, case_id: int, block: BlockId = "latest") -> Case:
        """A case; zeros if it was never opened."""
        found = self.chain.call(_ABI, self.address, "caseOf", case_id, block=block)
        return Case(
            found["claimant"], found["deadline"], Status(found["status"]), found["kind"], found["subject"]
        )

    def case_of_dispute(self, dispute_id: int, block: BlockId = "latest") -> int:
        """The case that the arbitrator numbers `dispute_id`; 0 for none."""
        return int(self.chain.call(_ABI, self.address, "caseOfDispute", dispute_id, block=block))

    def case_count(self, block: BlockId = "latest") -> int:
        """How many cases were opened; they are numbered from 1."""
        return int(self.chain.call(_ABI, self.address, "caseCount", block=block))

    def owed(self, who: Address, block: BlockId = "latest") -> int:
        """What can be withdrawn for somebody, in wei."""
        return int(self.chain.call(_ABI, self.address, "owed", who, block=block))

    def opening_cost(self, block: BlockId = "latest") -> int:
        """What opening a case costs, in wei: the bond and the arbitrator's fee."""
        return int(self.chain.call(_ABI, self.address, "openingCost", block=block))

    def bond(self) -> int:
        """What a claimant stakes on being right, in wei."""
        return int(self.chain.call(_ABI, self.address, "bond"))

    def timeout(self) -> int:
        """How long the arbitrator has, in seconds from the opening."""
        return int(self.chain.call(_ABI, self.address, "timeout"))

    def arbitrator(self) -> Address:
        """The only arbitrator."""
        return Address(self.chain.call(_ABI, self.address, "arbitrator"))

    def head(self, block: BlockId = "latest") -> Hash32:
        """The rolling head of the contract's audited logs."""
        return Hash32(self.chain.call(_ABI, self.address, "head", block=block))
