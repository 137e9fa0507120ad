"""Which thing a request asks for: one spelling of each path, so that a policy and what it guards agree."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from starlette.types import Scope

MAX_PATH: Final = 4096
"""The longest path that is looked at, in bytes as sent."""

INDEX: Final = "index.html"
"""What is served for a folder, at the folder's own path."""

_SHORT: Final = 256  # bytes of a path that is remembered, as all are that many ask for
_SAFE: Final = "!$&'()*+,;=:@-._~"
_PERCENT: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f\\/]")


@dataclass(frozen=True)
class RequestPath:
    """The path of a request, taken apart.

    Attributes:
        segments: decoded, without slashes, none empty, none `.` or `..`.
        is_folder: whether it ends in a slash.
    """

    segments: tuple[str, ...]
    is_folder: bool

    @cached_property
    def url(self) -> str:
        """The path as a URL has it, each character quoted or not in one way only."""
        joined = "".join(f"/{quote(segment, safe=_SAFE)}" for segment in self.segments)
        return joined + "/" if self.is_folder else joined

    @cached_property
    def decoded(self) -> str:
        """The path as text, nothing quoted."""
        joined = "".join(f"/{segment}" for segment in self.segments)
        return joined + "/" if self.is_folder else joined

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """What patterns are compared with: the path in NFC, and for a folder its index besides."""
        segments = tuple(unicodedata.normalize("NFC", segment) for segment in self.segments)
        own = RequestPath(segments, self.is_folder).url
        return (own, own + INDEX) if self.is_folder else (own,)


def request_path(scope: Scope) -> RequestPath | None:
    """The path of an HTTP request; None where it could be read in two ways, or leads out of the site."""
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return _remembered(raw) if len(raw) <= _SHORT else _parsed(raw)


def _parsed(raw: bytes) -> RequestPath | None:
    if not raw.startswith(b"/") or len(raw) > MAX_PATH or _PERCENT.search(raw):
        return None
    parts = raw[1:].split(b"/")
    is_folder = parts[-1] == b""
    try:
        segments = tuple(unquote_to_bytes(part).decode() for part in (parts[:-1] if is_folder else parts))
    except UnicodeDecodeError:
        return None
    if any(segment in ("", ".", "..") or _CONTROLS.search(segment) for segment in segments):
        return None
    return RequestPath(segments, is_folder)


_remembered: Final = lru_cache(maxsize=1 << 12)(_parsed)
