"""What all ledgers of one audit share: the contracts, the clock, what was shown, and what is to be paid."""

from dataclasses import dataclass, field

from licet.auditor.evidence.conditions import ShownConditions
from licet.auditor.evidence.history import Clock
from licet.auditor.ledgers.payments import Payment
from licet.chain.state.reading import StateReader
from licet.contracts import Contracts


@dataclass(frozen=True, slots=True)
class Scene:
    """The surroundings of a replay.

    Attributes:
        contracts: whose history is replayed.
        state: as it stands at the last block.
        clock: the times of logs.
        conditions: those that anybody showed.
        payments: what must have been paid, in the order of the logs; ledgers add to it.
    """

    contracts: Contracts
    state: StateReader
    clock: Clock
    conditions: ShownConditions
    payments: list[Payment] = field(default_factory=list)
