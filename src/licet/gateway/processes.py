"""Who holds a payment: processes by their names, and whether they still run."""

import os
import secrets
import socket
from typing import Final

_OPEN: Final[set[str]] = set()
"""The names of all that this process goes by."""


class Holding:
    """A name by which this process holds payments, until it ends or is killed.

    A process that was killed leaves its name behind; the next one of its number has another.
    """

    def __init__(self) -> None:
        self._host: Final = socket.gethostname()
        self.name: Final = f"{os.getpid()}-{secrets.token_hex(8)}-{self._host}"
        _OPEN.add(self.name)

    def end(self) -> None:
        """Holds nothing any more."""
        _OPEN.discard(self.name)

    def lives(self, name: str | None) -> bool:
        """Whether the process of a name still runs, as far as can be known here; None is nobody's name."""
        if name is None or name in _OPEN:
            return name is not None
        process, _, host = name.split("-", 2)
        if host != self._host:
            return True
        number = int(process)
        if number == os.getpid():
            return False
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True
