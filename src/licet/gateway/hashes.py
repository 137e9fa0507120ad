"""SHA-256 of files that are served: each is hashed once, for as long as it stays what it is."""

import asyncio
import hashlib
import os
import time
from functools import partial
from typing import Final, NamedTuple

from anyio import CapacityLimiter, to_thread

from licet.types import Hash32, hash32

REMEMBERED: Final = 1 << 16
"""The most files whose hashes are remembered: about 25 MB."""

_AT_ONCE: Final = 2
_CHUNK: Final = 1 << 20
_SETTLED_NS: Final = 2_000_000_000  # a change within one tick of a file system's clock leaves no trace


class _Identity(NamedTuple):
    """What becomes another as soon as a file's bytes do."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, descriptor: int) -> "_Identity":
        about = os.fstat(descriptor)
        return cls(about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)


class Hashes:
    """The hashes of files, found in threads of their own; requests for the same file wait for one of them."""

    def __init__(self) -> None:
        self._known: Final[dict[_Identity, Hash32]] = {}
        self._running: Final[dict[_Identity, asyncio.Task[Hash32 | None]]] = {}
        self._limiter: CapacityLimiter | None = None

    async def of(self, descriptor: int) -> Hash32 | None:
        """The SHA-256 of an open file; None if it changed while it was read.

        Raises:
            OSError: it cannot be read.
        """
        identity = _Identity.of(descriptor)
        known = self._known.get(identity)
        if known is not None:
            return known
        running = self._running.get(identity)
        if running is None:
            # The descriptor is the request's, which may end before the file does.
            running = asyncio.create_task(self._find(os.dup(descriptor), identity))
            self._running[identity] = running
            running.add_done_callback(partial(self._forget, identity))
        return await asyncio.shield(running)

    def _forget(self, identity: _Identity, ended: asyncio.Task[Hash32 | None]) -> None:
        del self._running[identity]
        if not ended.cancelled():
            ended.exception()  # whoever waited may be gone

    async def _find(self, descriptor: int, identity: _Identity) -> Hash32 | None:
        if self._limiter is None:  # it belongs to the loop that runs
            self._limiter = CapacityLimiter(_AT_ONCE)
        try:
            found = await to_thread.run_sync(_sha256, descriptor, limiter=self._limiter)
            if _Identity.of(descriptor) != identity:
                return None
        finally:
            os.close(descriptor)
        if time.time_ns() - max(identity.modified_ns, identity.changed_ns) > _SETTLED_NS:
            if len(self._known) >= REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[identity] = found
        return found


def _sha256(descriptor: int) -> Hash32:
    digest, at = hashlib.sha256(), 0
    while data := os.pread(descriptor, _CHUNK, at):
        digest.update(data)
        at += len(data)
    return hash32(digest.digest())
