"""What a work is like: published with its registration, and compared with what others have registered."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from licet.documents import Preview, WorkDocument, sha256
from licet.errors import IndexDamaged, InputError
from licet.fingerprint import Progress
from licet.fingerprint.codes import Code
from licet.rights_holder.account import Account
from licet.types import ZERO_HASH, Hash32

if TYPE_CHECKING:
    from licet.fingerprint.likeness import Fingerprint
    from licet.similarity import NearMatch

UPDATE_SECONDS: Final = 5.0
"""How long a registration waits at most for the index to read what was registered meanwhile."""

COMPARE_SECONDS: Final = 30.0
"""How long the works of a catalogue are compared at most."""

MAX_NEIGHBOURS: Final = 20
"""How many works a registration tells of: the nearest."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What others had registered that is like a work.

    Attributes:
        near: their works, nearest first, at most 20.
        gap: why there may be more: there was no index, or it had not read everything; None if it had.
    """

    near: "tuple[NearMatch, ...]" = ()
    gap: str | None = None


UNWATCHED: Final = Neighbours(gap="no index was named")


@dataclass(frozen=True, slots=True)
class Shown:
    """What people are shown of a work.

    Attributes:
        title: what it is called.
        preview: whether a small picture of it is published, if it is a picture.
    """

    title: str | None = None
    preview: bool = False


UNNAMED: Final = Shown()


@dataclass(frozen=True, slots=True)
class Described:
    """A work's file, as it was read, and what its registration says of it."""

    fingerprint: "Fingerprint"
    document_hash: Hash32
    uri: str


class Describing(Account):
    """Reads works, publishes what identifies them, and looks for what is like them."""

    def _describe(
        self,
        path: str | Path,
        uri: str,
        document_hash: Hash32,
        progress: Progress | None,
        shown: Shown = UNNAMED,
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
        preview = self._preview(Path(path)) if shown.preview else None
        published = self._publisher.publish(WorkDocument.of(read, shown.title, preview))
        place = self._uri(published.uri)
        return Described(read, published.hash, uri or (f"{place}#{read.iscc}" if place else read.iscc))

    def _preview(self, path: Path) -> Preview | None:
        """A preview of a picture's file, published; None of what is no picture."""
        from licet.fingerprint.previews import PREVIEW_TYPE, preview_of

        made = preview_of(path)
        if made is None:
            return None
        preview = Preview(sha256(made), PREVIEW_TYPE)
        self._publisher.publish_beside(made, preview.file_name)
        return preview

    def _neighbours(self, works: Iterable[tuple[tuple[Code, ...], Hash32]]) -> Neighbours:
        """What others have registered that is like some works, given by their code words and SHA-256s.

        Never fails, and takes no longer than it may.
        """
        if self._similar is None:
            return UNWATCHED
        until = time.monotonic() + COMPARE_SECONDS
        near: dict[tuple[Hash32, object], NearMatch] = {}
        gap = None
        try:
            if not self._similar.update(fetch=False, seconds=UPDATE_SECONDS):
                gap = "the index has not read all registrations yet: `licet find` goes on"
            for codes, content in works:
                if time.monotonic() > until:
                    gap = f"not all works were compared within {COMPARE_SECONDS:g} seconds"
                    break
                for match in self._similar.find(codes, content):
                    if match.registrant != self.address:
                        near.setdefault((match.asset_id, match.work), match)
        except (InputError, IndexDamaged) as error:
            gap = str(error)
        nearest = sorted(near.values(), key=lambda match: match.remoteness)
        return Neighbours(tuple(nearest[:MAX_NEIGHBOURS]), gap)
