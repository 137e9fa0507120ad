"""What a work is like: published with its registration, and compared with what others have registered."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from licet.documents import WorkDocument
from licet.errors import IndexDamaged, InputError
from licet.fingerprint import Progress
from licet.rights_holder.account import Account
from licet.types import ZERO_HASH, Hash32

if TYPE_CHECKING:
    from licet.fingerprint.likeness import Fingerprint
    from licet.similarity import NearMatch

UPDATE_SECONDS: Final = 5.0
"""How long a registration waits at most for the index to read what was registered meanwhile."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What others had registered that is like a work.

    Attributes:
        near: their works, nearest first.
        gap: why there may be more: there was no index, or it had not read everything; None if it had.
    """

    near: "tuple[NearMatch, ...]" = ()
    gap: str | None = None


UNWATCHED: Final = Neighbours(gap="no index was named")


@dataclass(frozen=True, slots=True)
class Described:
    """A work's file, as it was read, and what its registration says of it."""

    fingerprint: "Fingerprint"
    document_hash: Hash32
    uri: str


class Describing(Account):
    """Reads works, publishes what identifies them, and looks for what is like them."""

    def _describe(
        self, path: str | Path, uri: str, document_hash: Hash32, progress: Progress | None
    ) -> Described:
        """Reads a work's file, and publishes its metadata unless another document is named.

        The event's URI leads to the metadata, where the folder is served, and has the ISCC as its fragment;
        where it is not, the URI is the ISCC itself.
        """
        # Pictures' and sounds' libraries are loaded by whoever registers.
        from licet.fingerprint.likeness import fingerprint

        read = fingerprint(path, progress)
        if document_hash != ZERO_HASH:
            return Described(read, document_hash, uri)
        published = self._publisher.publish(WorkDocument.of(read))
        place = self._uri(published.uri)
        return Described(read, published.hash, uri or (f"{place}#{read.iscc}" if place else read.iscc))

    def _neighbours(self, read: "Fingerprint") -> Neighbours:
        """What others have registered that is like a file; never fails, and takes no longer than it may."""
        if self._similar is None:
            return UNWATCHED
        try:
            complete = self._similar.update(fetch=False, seconds=UPDATE_SECONDS)
            near = self._similar.find(read.codes(), read.sha256)
        except (InputError, IndexDamaged) as error:
            return Neighbours(gap=str(error))
        others = tuple(match for match in near if match.registrant != self.address)
        gap = None if complete else "the index has not read all registrations yet: `licet find` goes on"
        return Neighbours(others, gap)
