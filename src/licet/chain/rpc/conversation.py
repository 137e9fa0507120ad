"""A conversation with a node, recorded question by question, and played back with no node.

One line for each question and its answer, as JSON. A question that was asked again has its answers in order:
whoever plays a conversation back must ask the very same questions, each as often.
"""

import gzip
import hashlib
import json
from collections import deque
from collections.abc import Iterator
from typing import IO, Any, Final

import msgspec
from msgspec import Struct
from web3.types import RPCEndpoint, RPCResponse

from licet.chain.rpc.transport import Transport
from licet.documents.canonical import is_nested_deeply
from licet.errors import ChainError, ConnectionFailed

_LEVEL: Final = 6
_MAX_LINE_BYTES: Final = 512 << 20


class _Asked(Struct):
    """A request; also, what a line begins with."""

    method: str
    params: msgspec.Raw
    id: msgspec.Raw = msgspec.Raw(b"0")


class _Answered(Struct):
    """What is kept of an answer: the result, or the error."""

    result: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()
    id: msgspec.Raw = msgspec.Raw()


class _Line(Struct):
    method: str
    params: msgspec.Raw
    result: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()


_asked: Final = msgspec.json.Decoder(_Asked)
_all_asked: Final = msgspec.json.Decoder(list[_Asked])
_answered: Final = msgspec.json.Decoder(_Answered)
_all_answered: Final = msgspec.json.Decoder(list[_Answered])
_line: Final = msgspec.json.Decoder(_Line)


class Recorder(Transport):
    """A transport whose questions and answers are written down."""

    def __init__(self, inner: Transport, into: IO[bytes]) -> None:
        """A recorder.

        Args:
            inner: what is asked.
            into: a file that takes the conversation, compressed; `close` ends it.
        """
        super().__init__()
        self._inner: Final = inner
        self._into: Final = gzip.GzipFile(fileobj=into, mode="wb", compresslevel=_LEVEL, mtime=0, filename="")

    def close(self) -> None:
        """Ends the record."""
        self._into.close()

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """As `HttpTransport.make_request`."""
        asked = _asked.decode(self._inner.encode_rpc_request(method, params))
        answer = self._inner.make_request(method, params)
        kept = {name: answer[name] for name in ("result", "error") if name in answer}
        self._write(asked, _answered.decode(json.dumps(kept)))
        return answer

    def exchange(self, body: bytes) -> bytes:
        """As `Transport`; a node that takes no batches is asked one by one."""
        if body.startswith(b"["):
            return self._exchange_all(_all_asked.decode(body), body)
        answer = self._inner.exchange(body)
        self._write(_asked.decode(body), _read(_answered, answer))
        return answer

    def _exchange_all(self, asked: list[_Asked], body: bytes) -> bytes:
        try:
            read = _read(_all_answered, self._inner.exchange(body))
            answers = {bytes(answer.id): answer for answer in read}
            answered = [answers[bytes(one.id)] for one in asked]
        except (ChainError, KeyError):
            answered = [
                _read(_answered, self._inner.exchange(msgspec.json.encode(_request(one)))) for one in asked
            ]
        for one, answer in zip(asked, answered, strict=True):
            self._write(one, answer)
        return _batch(asked, answered)

    def _write(self, asked: _Asked, answer: _Answered) -> None:
        self._into.write(_spelled_line(asked.method, asked.params, answer))


class Playback(Transport):
    """A transport that answers as a conversation has it, and nothing else."""

    def __init__(self, conversation: IO[bytes], scratch: IO[bytes], max_bytes: int) -> None:
        """Reads a conversation.

        Args:
            conversation: as `Recorder` wrote it.
            scratch: an empty file for the lines: memory holds only where each is.
            max_bytes: longer conversations are refused.

        Raises:
            ConnectionFailed: it is not one, or too long.
        """
        super().__init__()
        self._lines: Final = scratch
        self._places: Final[dict[bytes, deque[tuple[int, int]]]] = {}
        place = 0
        for line in _lines(conversation, max_bytes):
            read = _read(_line, line)
            if _spelled_line(read.method, read.params, _Answered(read.result, read.error)) != line:
                raise ConnectionFailed("a line of the conversation is not spelled as it was written")
            key = _key(read.method, bytes(read.params))
            self._places.setdefault(key, deque()).append((place, len(line)))
            scratch.write(line)
            place += len(line)

    @property
    def left(self) -> int:
        """How many answers nobody asked for."""
        return sum(map(len, self._places.values()))

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """As `HttpTransport.make_request`.

        Raises:
            ConnectionFailed: the conversation has no answer, or none any more.
        """
        asked = _asked.decode(self.encode_rpc_request(method, params))
        return _parsed(_single(self._next(asked)))  # type: ignore[no-any-return]

    def exchange(self, body: bytes) -> bytes:
        """As `Transport`. Raises as `make_request`."""
        if body.startswith(b"["):
            asked = _all_asked.decode(body)
            return _batch(asked, [self._next(one) for one in asked])
        return _single(self._next(_asked.decode(body)))

    def _next(self, asked: _Asked) -> _Answered:
        places = self._places.get(_key(asked.method, bytes(asked.params)))
        if not places:
            raise ConnectionFailed(f"the conversation has no answer to this {asked.method}")
        at, size = places.popleft()
        self._lines.seek(at)
        line = _line.decode(self._lines.read(size))
        return _Answered(line.result, line.error)


def _lines(conversation: IO[bytes], max_bytes: int) -> Iterator[bytes]:
    """The lines of a conversation, unpacked."""
    total = 0
    try:
        with gzip.GzipFile(fileobj=conversation, mode="rb") as unpacked:
            while line := unpacked.readline(_MAX_LINE_BYTES):
                total += len(line)
                if total > max_bytes or not line.endswith(b"\n"):
                    raise ConnectionFailed(f"the conversation has more than {max_bytes} bytes, or ends early")
                yield line
    except (OSError, EOFError, ValueError) as error:
        raise ConnectionFailed("the conversation cannot be unpacked") from error


def _read(decoder: msgspec.json.Decoder[Any], data: bytes) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise ConnectionFailed("an answer is no JSON-RPC") from error


def _parsed(data: bytes) -> Any:
    if is_nested_deeply(data):
        raise ConnectionFailed("a line of the conversation is nested too deeply")
    return json.loads(data)


def _key(method: str, params: bytes) -> bytes:
    """A question, in few bytes; spaces between its parts do not make it another."""
    canonical = json.dumps([method, _parsed(params)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()


def _request(asked: _Asked) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": asked.id, "method": asked.method, "params": asked.params}


def _batch(asked: list[_Asked], answered: list[_Answered]) -> bytes:
    answers = [_Answered(one.result, one.error, ask.id) for ask, one in zip(asked, answered, strict=True)]
    return b"[%s]" % b",".join(map(_spelled, answers))


def _single(answer: _Answered) -> bytes:
    return _spelled(_Answered(answer.result, answer.error, msgspec.Raw(b"0")))


def _spelled(answer: _Answered) -> bytes:
    return b'{"jsonrpc":"2.0","id":%s,%s}' % (bytes(answer.id), _outcome(answer))


def _spelled_line(method: str, params: msgspec.Raw, answer: _Answered) -> bytes:
    """A line of a conversation, without spaces between its parts."""
    parts = (msgspec.json.encode(method), bytes(params), _outcome(answer))
    return msgspec.json.format(b'{"method":%s,"params":%s,%s}' % parts, indent=-1) + b"\n"


def _outcome(answer: _Answered) -> bytes:
    """The error if there is one, else the result."""
    error = bytes(answer.error)
    if error not in (b"", b"null"):
        return b'"error":' + error
    return b'"result":' + (bytes(answer.result) or b"null")
