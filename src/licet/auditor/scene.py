"""What all ledgers of one audit share: the contracts, the clock, what was shown, and what is to be paid."""

from dataclasses import dataclass, field

from licet.auditor.conditions import ShownConditions
from licet.auditor.history import Clock
from licet.auditor.payments import Payment
from licet.contracts import Contracts


@dataclass(frozen=True, slots=True)
class Scene:
    """The surroundings of a replay.

    Attributes:
        contracts: whose history is replayed.
        block: the last block: state is read as it stands there.
        clock: the times of logs.
        conditions: those that anybody showed.
        payments: what must have been paid, in the order of the logs; ledgers add to it.
    """

    contracts: Contracts
    block: int
    clock: Clock
    conditions: ShownConditions
    payments: list[Payment] = field(default_factory=list)
