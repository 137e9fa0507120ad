"""A folder, served: whole files and parts of them, and nothing that is hidden, linked or elsewhere."""

import mimetypes
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from licet.gateway.answers import refusal
from licet.gateway.lifespan import only_lifespan
from licet.gateway.paths import INDEX, RequestPath, request_path
from licet.gateway.ranges import Part, part_of
from licet.gateway.works import expected_in

_CHUNK: Final = 1 << 18
_NO_WAIT: Final = os.RWF_NOWAIT
_CONDITIONS: Final = frozenset(
    {b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since", b"if-range", b"range"}
)
_METHODS: Final = ("GET", "HEAD")
_FOREIGN: Final = (
    "This file is no work of the catalogue that is licensed here: it was changed, or came later."
)
_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class Folder:
    """An ASGI application that serves the files of a folder.

    Names that begin with a dot are hidden. No symbolic link is followed, wherever it leads. A folder's own
    path serves its index; there are no listings.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if await only_lifespan(scope, receive, send):
            return
        if scope["method"] not in _METHODS:
            answer = refusal(scope, 405, "Files are read with GET or HEAD.", {"Allow": ", ".join(_METHODS)})
            await answer(scope, receive, send)
            return
        path = request_path(scope)
        if path is not None and path.segments[-1:] == (INDEX,) and not path.is_folder:
            folder = RequestPath(path.segments[:-1], is_folder=True)
            await Response(status_code=308, headers={"Location": folder.url})(scope, receive, send)
            return
        # Names that are asked for often are in memory: a thread would take longer than the answer.
        opened = None if path is None else _open(self.path, path)
        if opened is None:
            await refusal(scope, 404, "There is nothing here.")(scope, receive, send)
        elif isinstance(opened, RequestPath):
            await Response(status_code=308, headers={"Location": opened.url})(scope, receive, send)
        else:
            expected = expected_in(scope)
            try:
                if expected is None or await expected.has(opened.descriptor):
                    await _serve(opened, scope, receive, send)
                else:
                    await refusal(scope, 403, _FOREIGN)(scope, receive, send)
            finally:
                os.close(opened.descriptor)


@dataclass(frozen=True, slots=True)
class _File:
    """An open file."""

    descriptor: int
    name: str
    size: int
    modified_ns: int

    @property
    def etag(self) -> str:
        return f'"{self.modified_ns:x}-{self.size:x}"'

    @property
    def modified(self) -> datetime:
        return datetime.fromtimestamp(self.modified_ns // 1_000_000_000, UTC)


def _open(root: Path, path: RequestPath) -> _File | RequestPath | None:
    """A file that is there; a folder's own path where its slash is missing; None where there is nothing."""
    names = (*path.segments, INDEX) if path.is_folder else path.segments
    if not names or any(name.startswith(".") for name in names):
        return None
    try:
        with _folder(root, names[:-1]) as folder:
            descriptor = os.open(names[-1], _OPEN, dir_fd=folder)
    except OSError:
        return None
    about = os.fstat(descriptor)
    if stat.S_ISREG(about.st_mode):
        return _File(descriptor, names[-1], about.st_size, about.st_mtime_ns)
    os.close(descriptor)
    return RequestPath(path.segments, is_folder=True) if stat.S_ISDIR(about.st_mode) else None


@contextmanager
def _folder(root: Path, names: tuple[str, ...]) -> Iterator[int]:
    """A folder below the root, opened name by name, so that no link is followed, now or in a moment."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in names:
            below = os.open(name, _OPEN | os.O_DIRECTORY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


@lru_cache(maxsize=1 << 10)
def _about(name: str, size: int, modified_ns: int) -> tuple[tuple[str, str], ...]:
    """What is said of a file, whole or in part."""
    file = _File(-1, name, size, modified_ns)
    return (
        ("ETag", file.etag),
        ("Last-Modified", format_datetime(file.modified, usegmt=True)),
        ("Accept-Ranges", "bytes"),
        ("X-Content-Type-Options", "nosniff"),
    )


@lru_cache(maxsize=1 << 10)
def _whole(name: str, size: int, modified_ns: int) -> list[tuple[bytes, bytes]]:
    """The header of a whole file."""
    about = dict(_about(name, size, modified_ns))
    return _raw({**about, "Content-Type": _media_type(name), "Content-Length": str(size)})


def _raw(said: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in said.items()]


async def _serve(file: _File, scope: Scope, receive: Receive, send: Send) -> None:
    known = (file.name, file.size, file.modified_ns)
    if _CONDITIONS.isdisjoint([name for name, _ in scope["headers"]]):
        await send({"type": "http.response.start", "status": 200, "headers": list(_whole(*known))})
        await _send_body(file, Part(0, file.size if scope["method"] == "GET" else 0), send)
        return
    headers = Headers(scope=scope)
    said = dict(_about(*known))
    if not _is_still(file, headers):
        await refusal(scope, 412, "The file is another by now.", said)(scope, receive, send)
        return
    if _is_known(file, headers):
        await Response(status_code=304, headers=said)(scope, receive, send)
        return
    part: Part | None = Part(0, file.size)
    if scope["method"] == "GET" and _if_range(file, headers):
        part = part_of(headers.get("range", ""), file.size)
    if part is None:
        said["Content-Range"] = f"bytes */{file.size}"
        await refusal(scope, 416, "The file has no such part.", said)(scope, receive, send)
        return
    said["Content-Type"] = _media_type(file.name)
    said["Content-Length"] = str(part.length)
    if part.length != file.size:
        said["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{file.size}"
    status = 200 if part.length == file.size else 206
    await send({"type": "http.response.start", "status": status, "headers": _raw(said)})
    await _send_body(file, part if scope["method"] == "GET" else Part(0, 0), send)


async def _send_body(file: _File, part: Part, send: Send) -> None:
    at, end = part.start, part.start + part.length
    while at < end:
        length = min(_CHUNK, end - at)
        data = _in_memory(file.descriptor, length, at)
        if not data:
            data = await to_thread.run_sync(os.pread, file.descriptor, length, at)
        if not data:
            raise OSError(f"{file.name} became shorter while it was served")
        at += len(data)
        await send({"type": "http.response.body", "body": data, "more_body": at < end})
    if not part.length:
        await send({"type": "http.response.body", "body": b""})


def _in_memory(descriptor: int, length: int, at: int) -> bytes:
    """What the system has in memory of a part; nothing where it would have to wait for the disk."""
    buffer = bytearray(length)
    try:
        found = os.preadv(descriptor, [buffer], at, _NO_WAIT)
    except OSError:  # it would wait, or its file system cannot say
        return b""
    return bytes(memoryview(buffer)[:found])


def _is_still(file: _File, headers: Headers) -> bool:
    """Whether the file is what the request is about, if it says so."""
    if "if-match" in headers:
        return _names(headers["if-match"], file.etag, weakly=False)
    since = _date(headers.get("if-unmodified-since", ""))
    return since is None or file.modified <= since


def _is_known(file: _File, headers: Headers) -> bool:
    """Whether whoever asks has the file already."""
    if "if-none-match" in headers:
        return _names(headers["if-none-match"], file.etag, weakly=True)
    since = _date(headers.get("if-modified-since", ""))
    return since is not None and file.modified <= since


def _if_range(file: _File, headers: Headers) -> bool:
    """Whether a part may be sent: whoever has other parts has them of this very file."""
    wanted = headers.get("if-range")
    return wanted is None or wanted == file.etag or _date(wanted) == file.modified


def _names(field: str, etag: str, *, weakly: bool) -> bool:
    tags = [tag.strip() for tag in field.split(",")]
    return "*" in tags or etag in tags or (weakly and f"W/{etag}" in tags)


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _media_type(name: str) -> str:
    kind, encoding = mimetypes.guess_type(name)
    if encoding is not None or kind is None:
        return "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
