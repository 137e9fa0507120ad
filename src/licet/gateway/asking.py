"""The chain, asked by requests, and whatever else may take long: in a few threads of its own.

So a slow node, or whoever asks for very many proofs, holds up nothing else.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

from licet.errors import ChainError, InsufficientBalance, LicetError, OutboxFailed, SignerError
from licet.gateway.errors import AccountTaken, ChainWaits

PAYING: Final = (AccountTaken, InsufficientBalance, OutboxFailed, SignerError)
"""What passes by itself where the gateway's account is to pay the gas."""

_AT_ONCE: Final = 16
_T = TypeVar("_T")


class Asking:
    """Asks what blocks, so many times at once; apart from all that others ask.

    Args:
        waits: what else than a chain that is away passes by itself.
        most: how many questions may wait for their turn; None for as many as there are.
    """

    def __init__(self, waits: tuple[type[LicetError], ...] = (), most: int | None = None) -> None:
        self._waits: Final[tuple[type[LicetError], ...]] = (ChainError, *waits)
        self._most: Final = most
        self._limiter: CapacityLimiter | None = None

    async def ask(self, question: Callable[[], _T]) -> _T:
        """The answer to a question that blocks.

        Raises:
            ChainWaits: the chain does not answer, or too many wait for it.
        """
        if self._limiter is None:  # it belongs to the loop that runs
            self._limiter = CapacityLimiter(_AT_ONCE)
        if self._most is not None and self._limiter.statistics().tasks_waiting >= self._most:
            raise ChainWaits("too many ask the chain at present")
        try:
            return await to_thread.run_sync(question, limiter=self._limiter)
        except self._waits as error:
            raise ChainWaits("the chain cannot be asked at present, or the gas not be paid") from error
