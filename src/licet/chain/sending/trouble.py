"""What a node refuses or does not answer is left for the next step, and remembered for people."""

import contextlib
from collections.abc import Iterator

from licet.errors import ChainError, InsufficientBalance, LicetError, Reverted, SignerError


class Trouble:
    """The first such thing of a step; None if there was none."""

    def __init__(self) -> None:
        self.first: LicetError | None = None

    def note(self, error: LicetError) -> None:
        """Remembers it, unless something else came first."""
        self.first = self.first or error

    @contextlib.contextmanager
    def left(self) -> Iterator[None]:
        """Leaves what is refused or not answered inside."""
        try:
            yield
        except (ChainError, InsufficientBalance, Reverted, SignerError) as error:
            self.note(error)
