"""JSON-RPC in bulk: in batches, and answers decoded as what they must be, or refused.

Nothing here is told by web3: a header, a log, a proof are structs of the few fields that are used, which
msgspec fills from the bytes. What a node sends besides is skipped.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from licet.chain.rpc.transport import HttpTransport, Transport
from licet.errors import ChainError, ConnectionFailed, InputError, NodeUntrue
from licet.types import shown

MAX_ANSWER_BYTES: Final = 64 << 20
"""The largest answer that is read: whatever a block of 100 M gas can log fits in."""

_SECONDS: Final = 30.0
_BATCH: Final = 100
"""Requests in one batch; public nodes take no more."""

_T = TypeVar("_T")


class _Error(Struct):
    message: str = ""
    code: int = 0


class _Answer(Struct, Generic[_T]):
    id: int | None = None
    result: _T | None = None
    error: _Error | None = None


class Call(Struct, frozen=True):
    """A method and its parameters."""

    method: str
    params: tuple[Any, ...] = ()


class Node:
    """One node's JSON-RPC; may be asked from several threads."""

    def __init__(
        self,
        url: str,
        *,
        seconds: float = _SECONDS,
        max_bytes: int = MAX_ANSWER_BYTES,
        transport: Transport | None = None,
    ) -> None:
        """A node.

        Args:
            url: where it answers, http(s).
            seconds: how long one answer may take.
            max_bytes: larger answers are refused.
            transport: what to ask instead of the URL.

        Raises:
            InputError: the URL is not http(s).
        """
        if not url.startswith(("http://", "https://")):
            raise InputError(f"{shown(url)} is not an http(s) URL of a node")
        self.url: Final = url
        self._transport: Final = transport or HttpTransport(url, seconds, max_bytes)
        self._takes_batches = True
        self.forgets = False
        """Whether it was seen not to have the state of an old block any more."""

    def ask(self, type_: type[_T], method: str, *params: Any) -> _T | None:
        """One request's result, decoded as a type; None where the node says null.

        Raises:
            ConnectionFailed: no usable answer came.
            ChainError: the node refuses, or its answer is none of this type.
        """
        return self._result(self._decoded(_Answer[type_], _request(0, method, params)))  # type: ignore[valid-type]

    def ask_all(self, type_: type[_T], calls: Sequence[Call]) -> list[_T | None]:
        """The results of some requests, in their order. Raises as `ask`, where one of them fails."""
        found: list[_T | None] = []
        for start in range(0, len(calls), _BATCH):
            found += self._ask_batch(type_, calls[start : start + _BATCH])
        return found

    def _ask_batch(self, type_: type[_T], calls: Sequence[Call]) -> list[_T | None]:
        if not self._takes_batches or len(calls) == 1:
            return [self.ask(type_, call.method, *call.params) for call in calls]
        body = b"[%s]" % b",".join(_request(i, call.method, call.params) for i, call in enumerate(calls))
        try:
            answers = self._decoded(list[_Answer[type_]], body)  # type: ignore[valid-type]
            by_id = {answer.id: answer for answer in answers}
            if by_id.keys() != set(range(len(calls))):
                raise self._unusable("it did not answer all requests of a batch")
        except ChainError:
            # Some nodes take no batches. If this one answers nothing at all, that shows here.
            found = [self.ask(type_, call.method, *call.params) for call in calls]
            self._takes_batches = False
            return found
        return [self._result(by_id[i]) for i in range(len(calls))]

    def _decoded(self, type_: Any, body: bytes) -> Any:
        data = self._transport.exchange(body)
        try:
            return _decoder(type_).decode(data)
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            raise self._unusable(str(error)) from error

    def _result(self, answer: _Answer[_T]) -> _T | None:
        if answer.error is not None:
            raise ChainError(
                f"the node at {self.url} refuses: {shown(answer.error.message, 200)}", url=self.url
            )
        return answer.result

    def _unusable(self, reason: str) -> ConnectionFailed:
        return ConnectionFailed(
            f"the node at {self.url} gave an unusable answer: {shown(reason, 200)}", url=self.url
        )


def untrue(url: str, reason: str, what: str) -> NodeUntrue:
    """The fault of a node that says what cannot be."""
    return NodeUntrue(f"the node at {url} cannot be right: {what}; ask another one", url=url, reason=reason)


@cache
def _decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    """Made once for each type, since that takes as long as some hundred logs."""
    return msgspec.json.Decoder(type_)


def _request(number: int, method: str, params: Sequence[Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}).encode()
