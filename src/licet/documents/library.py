"""Reading documents: from folders and over http(s), always by their hash."""

import time
import urllib.request
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from threading import Thread
from typing import Final
from urllib.error import HTTPError

from licet.documents.base import MAX_DOCUMENT_BYTES, Document
from licet.documents.canonical import sha256
from licet.documents.names import file_name
from licet.errors import DocumentError, DocumentInvalid, DocumentMismatch, DocumentMissing
from licet.types import Hash32, parse_hash, shown

FETCH_SECONDS: Final = 30.0
"""How long a document may take to arrive."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document in a folder.

    Attributes:
        hash: its SHA-256, checked.
        path: its file.
        first_seen: unix seconds, the file's modification time: a hint, not evidence.
    """

    hash: Hash32
    path: Path
    first_seen: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The documents of one type, oldest first, and the files that are not what their name says."""

    found: tuple[Found, ...]
    damaged: tuple[Path, ...]


def _opener() -> urllib.request.OpenerDirector:
    """An opener without the handlers for `file:`, `ftp:` and `data:`: no redirect leads there."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


_OPENER = _opener()
# ValueError is urllib's for a malformed URL.
_FETCH_ERRORS = (OSError, HTTPException, ValueError)


class Library:
    """Documents by hash: from folders first, then from http(s) URIs. The hash is always checked."""

    def __init__(
        self,
        folders: Iterable[str | Path] = (),
        *,
        allow_http: bool = True,
        max_bytes: int = MAX_DOCUMENT_BYTES,
        seconds: float = FETCH_SECONDS,
    ) -> None:
        """A library over some folders.

        Args:
            folders: where documents are looked for, in this order.
            allow_http: whether URIs are followed.
            max_bytes: larger documents are refused.
            seconds: how long one document may take to arrive.
        """
        self.folders = tuple(Path(folder) for folder in folders)
        self._allow_http = allow_http
        self._max_bytes = max_bytes
        self._seconds = seconds

    def get(self, document_hash: Hash32, uri: str = "") -> bytes:
        """A document's bytes.

        Raises:
            DocumentMissing: no folder has it, and the URI does not lead to it.
            DocumentMismatch: what was found, in a folder or at the URI, has another hash.
        """
        failures: list[DocumentError] = []
        for folder in self.folders:
            try:
                data = self._read(folder / file_name(document_hash), document_hash)
            except DocumentError as error:
                failures.append(error)
                continue
            if data is not None:
                return data
        try:
            return self._fetch(uri, document_hash)
        except DocumentError as error:
            failures.append(error)
        mismatched = any(isinstance(error, DocumentMismatch) for error in failures)
        kind = DocumentMismatch if mismatched else DocumentMissing
        looked = ", ".join(map(str, self.folders)) or "no folder"
        reasons = "; ".join(map(str, failures))
        raise kind(f"document {document_hash} not found in {looked}: {reasons}", hash=document_hash, uri=uri)

    def beside(self, file_hash: Hash32, name: str, most: int) -> bytes:
        """The bytes of what a document names by its hash, and lies in the folders: nothing is fetched.

        Args:
            file_hash: its SHA-256, which is checked.
            name: its file's name.
            most: how many bytes it may have.

        Raises:
            DocumentMissing: no folder has it, or it cannot be read.
            DocumentMismatch: what is there has another hash.
            DocumentInvalid: it is larger.
        """
        for path in self.paths(name):
            data = self._read(path, file_hash, most)
            if data is not None:
                return data
        raise DocumentMissing(f"{shown(name)} is in no folder", hash=file_hash)

    def paths(self, name: str) -> Iterator[Path]:
        """The files of a name that there are."""
        return (path for folder in self.folders if (path := folder / name).is_file())

    def listing(self, kind: type[Document]) -> Listing:
        """All documents of one type in the folders, oldest first; a document in two folders counts once."""
        found: dict[Hash32, Found] = {}
        damaged: list[Path] = []
        for path in self._files():
            document_hash = parse_hash(path.stem)
            try:
                data = self._read(path, document_hash)
            except DocumentError:
                damaged.append(path)
                continue
            # Canonical JSON has exactly one spelling of this, so that nothing has to be parsed here.
            if data is None or b'"type":"%s"' % kind.TYPE.encode() not in data:
                continue
            item = Found(document_hash, path, int(path.stat().st_mtime))
            if document_hash not in found or item.first_seen < found[document_hash].first_seen:
                found[document_hash] = item
        in_order = sorted(found.values(), key=lambda item: (item.first_seen, item.hash))
        return Listing(tuple(in_order), tuple(damaged))

    def _files(self) -> Iterable[Path]:
        for folder in self.folders:
            for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
                if len(path.stem) == 64 and set(path.stem) <= set("0123456789abcdef"):
                    yield path

    def _read(self, path: Path, document_hash: Hash32, most: int | None = None) -> bytes | None:
        most = self._max_bytes if most is None else most
        try:
            if not path.is_file():
                return None
            if path.stat().st_size > most:
                raise DocumentInvalid(f"{path} is larger than {most} bytes")
            data = path.read_bytes()
        except OSError as error:
            raise DocumentMissing(f"{path} cannot be read: {error.strerror or error}") from error
        return _verified(data, document_hash, str(path))

    def _fetch(self, uri: str, document_hash: Hash32) -> bytes:
        if uri.partition(":")[0].lower() not in ("http", "https"):
            raise DocumentMissing(f"the URI {shown(uri)} says no place on the web: name a folder that has it")
        if not self._allow_http:
            raise DocumentMissing(f"the URI {shown(uri)} was not followed: reading over http is switched off")
        future: Future[bytes] = Future()

        def download() -> None:
            try:
                future.set_result(self._download(uri))
            except (DocumentError, *_FETCH_ERRORS) as error:
                if isinstance(error, HTTPError):
                    error.close()
                future.set_exception(error)

        # In a thread of its own, to be left behind: a server that trickles its headers outlasts any time-out
        # of the socket's.
        Thread(target=download, daemon=True).start()
        try:
            data = future.result(self._seconds)
        except TimeoutError as error:
            raise DocumentMissing(f"{shown(uri, 200)} took longer than {self._seconds} seconds") from error
        except _FETCH_ERRORS as error:
            raise DocumentMissing(f"{shown(uri, 200)} could not be fetched: {error}") from error
        return _verified(data, document_hash, uri)

    def _download(self, uri: str) -> bytes:
        deadline = time.monotonic() + self._seconds
        data = bytearray()
        with _OPENER.open(uri, timeout=self._seconds) as response:
            while chunk := response.read1(1 << 16):
                data += chunk
                if len(data) > self._max_bytes:
                    raise DocumentInvalid(f"{shown(uri, 200)} sends more than {self._max_bytes} bytes")
                if time.monotonic() > deadline:
                    raise TimeoutError
        return bytes(data)


def _verified(data: bytes, document_hash: Hash32, where: str) -> bytes:
    actual = sha256(data)
    if actual != document_hash:
        raise DocumentMismatch(
            f"{shown(where, 200)} has the SHA-256 {actual}", expected=document_hash, actual=actual
        )
    return data
