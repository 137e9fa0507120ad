"""Structured logs: one JSON object a line, written by a thread of its own, and never with anybody's secrets.

Of a request stand there: method, path, status, bytes, seconds, client, agent. Not there: queries, fields and
bodies, which have payments, tokens and cookies.
"""

import contextlib
import json
import queue
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from licet.errors import InputError

_WAITING: Final = 10_000
"""Lines that may wait for the disk; what is more is counted, and not written."""

_LONGEST: Final = 1_000


class Log:
    """Where lines go.

    Args:
        file: appended to.
    """

    def __init__(self, file: TextIO) -> None:
        self._file: Final = file
        self._lines: Final[queue.Queue[dict[str, Any] | None]] = queue.Queue(_WAITING)
        self._thread: Final = threading.Thread(target=self._write, daemon=True)
        self.dropped = 0

    @classmethod
    @contextlib.contextmanager
    def to(cls, path: Path | None) -> Iterator["Log"]:
        """A log in a file, or on stderr; ends when all is written.

        Raises:
            InputError: the file cannot be written.
        """
        with contextlib.ExitStack() as stack:
            try:
                file = sys.stderr if path is None else stack.enter_context(path.open("a", encoding="utf-8"))
            except OSError as error:
                raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
            log = cls(file)
            log._thread.start()
            try:
                yield log
            finally:
                log._lines.put(None)
                log._thread.join()

    def write(self, event: str, **facts: object) -> None:
        """Writes one line, soon; if the disk does not keep up, that it was left out is counted."""
        line = {"time": round(time.time(), 3), "event": event, **facts}
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            text = json.dumps({key: _short(value) for key, value in line.items()}, default=str)
            with contextlib.suppress(OSError):  # a full disk stops no gateway
                self._file.write(text + "\n")
                self._file.flush()


def _short(value: object) -> object:
    return value[:_LONGEST] if isinstance(value, str) else value
