"""Previews, served as pictures and nothing else: of those in the folders, the ones that are what they say."""

from typing import Final

from licet.documents import Library, Preview
from licet.errors import DocumentError, InputError
from licet.fingerprint.media import PREVIEW_FORMATS
from licet.fingerprint.previews import MAX_PREVIEW_BYTES, check_preview
from licet.types import Hash32

_MOST: Final = 10_000


class Previews:
    """Finds previews in a library's folders; may be asked from several threads."""

    def __init__(self, library: Library) -> None:
        """Previews of a library."""
        self._library: Final = library
        self._checked: Final[dict[Hash32, str | None]] = {}

    def has(self, preview: Preview) -> bool:
        """Whether its file is there; what it holds is looked at when it is asked for."""
        return next(self._library.paths(preview.file_name), None) is not None

    def get(self, sha256: Hash32) -> tuple[bytes, str] | None:
        """A preview's bytes and its media type; None where it is not there, or is no preview."""
        for named in (Preview(sha256, media_type) for media_type in PREVIEW_FORMATS):
            try:
                data = self._library.beside(sha256, named.file_name, MAX_PREVIEW_BYTES)
            except DocumentError:
                continue
            kind = self._kind(sha256, data)
            if kind == named.media_type:
                return data, kind
        return None

    def _kind(self, sha256: Hash32, data: bytes) -> str | None:
        """What some bytes are; of one hash they are always the same, so they are looked at once."""
        if sha256 not in self._checked:
            if len(self._checked) >= _MOST:
                self._checked.clear()
            try:
                self._checked[sha256] = check_preview(data)
            except InputError:
                self._checked[sha256] = None
        return self._checked.get(sha256)
