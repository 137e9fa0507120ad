"""One process at a time: a lock that the operating system takes back from whoever dies, however it dies."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from licet.errors import OutboxFailed


@contextlib.contextmanager
def lease(path: Path) -> Iterator[bool]:
    """Holds a file's lock, if nobody else does; yields whether it is held.

    Two holders cannot be, neither in two processes nor in two threads of one.

    Args:
        path: the file, made if it is not there; what is in it does not matter.

    Raises:
        OutboxFailed: it cannot be opened.
    """
    try:
        file = path.open("ab")
    except OSError as error:
        raise OutboxFailed(f"cannot write {path}: {error.strerror}", path=path) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
