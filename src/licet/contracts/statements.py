"""`StatementEscrow`: periods' payouts, contestable for a while before they are paid out."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from licet.chain.client import BlockId, Receipt
from licet.chain.compiled.artifacts import artifact
from licet.contracts.cases import Cases
from licet.rights.statement import Statement
from licet.types import ZERO_HASH, Address, Hash32

_ABI: Final = artifact("StatementEscrow").abi


class State(IntEnum):
    """What became of a statement."""

    NONE = 0
    """It was never published."""
    PUBLISHED = 1
    RETURNED = 2
    """A contest was upheld: its money goes back to the publisher."""


@dataclass(frozen=True, slots=True)
class StatementState:
    """How a statement stands; zeros if it was never published.

    Attributes:
        publisher: who published it.
        contestable_until: last unix second for a contest.
        state: what became of it.
        open: how many contests are open.
    """

    publisher: Address
    contestable_until: int
    state: State
    open: int


class StatementEscrow(Cases):
    """The escrow at an address. Calls that change something raise as `Chain.send` does."""

    def publish(self, statement: Statement, *, value: int = 0) -> Receipt:
        """Publishes a statement of the chain's account's, and pays in what its purse lacks.

        Args:
            statement: what the period's payees earned.
            value: what the purse lacks, in wei, where the currency is the native coin; a token is drawn from
                the allowance.
        """
        return self.chain.send(_ABI, self.address, "publish", statement.to_abi(), value=value)

    def contest(
        self, statement: Statement, evidence_hash: Hash32 = ZERO_HASH, evidence_uri: str = ""
    ) -> Receipt:
        """Contests a statement within its window, for `opening_cost()`, which is sent along; anybody may.

        Args:
            statement: which one.
            evidence_hash: SHA-256 of the evidence; zero for none.
            evidence_uri: where the evidence is, at most 1,024 bytes.
        """
        return self.chain.send(
            _ABI,
            self.address,
            "contest",
            statement.to_abi(),
            evidence_hash,
            evidence_uri,
            value=self.opening_cost(),
        )

    def release(self, statement: Statement, token: Address) -> Receipt:
        """Moves all of a token out of a statement's purse, to its vault or its publisher; anybody may."""
        return self.chain.send(_ABI, self.address, "release", statement.to_abi(), token)

    def purse_of(self, statement_id: Hash32) -> Address:
        """Where a statement's money waits; it may be paid there beforehand."""
        return Address(self.chain.call(_ABI, self.address, "purseOf", statement_id))

    def vault_of(self, statement: Statement) -> Address:
        """Where a statement's payees claim: the vault of its split, salted with its id."""
        return Address(self.chain.call(_ABI, self.address, "vaultOf", statement.to_abi()))

    def state(self, statement_id: Hash32, block: BlockId = "latest") -> StatementState:
        """How a statement stands."""
        found = self.chain.call(_ABI, self.address, "stateOf", statement_id, block=block)
        return StatementState(
            found["publisher"], found["contestableUntil"], State(found["state"]), found["open"]
        )
