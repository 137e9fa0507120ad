"""JSON-RPC over http(s) to a node that may be wrong, broken or hostile.

Whatever it sends, the outcome is a JSON-RPC answer or a `ConnectionFailed` that says what came instead.
"""

import json
import time
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from licet.documents.canonical import is_nested_deeply
from licet.errors import ConnectionFailed

MAX_ANSWER_BYTES: Final = 256 << 20
"""The largest answer that is read."""

_TOO_MANY_REQUESTS: Final = 429
_GATEWAY_TROUBLE: Final = (502, 503, 504)
PAUSES: Final = (0.2, 0.4, 0.8, 1.6)
"""Seconds before it is asked again; more where it says so (`Retry-After`)."""
LONGEST_WAIT: Final = 30
_LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Transport(JSONBaseProvider):
    """JSON-RPC with one node; web3's provider."""

    # A contract could have web3 fetch any URL in the course of a call (EIP-3668).
    global_ccip_read_enabled = False

    def exchange(self, body: bytes) -> bytes:
        """The answer to a request that changes nothing, or to a batch of such, as it came.

        Raises:
            ConnectionFailed: no answer came in time, it is too large, or HTTP says that something is wrong.
        """
        raise NotImplementedError


class HttpTransport(Transport):
    """A node over http(s)."""

    def __init__(self, url: str, seconds: float, max_bytes: int = MAX_ANSWER_BYTES) -> None:
        """A transport.

        Args:
            url: the node's, http(s).
            seconds: how long one answer may take.
            max_bytes: larger answers are refused.
        """
        super().__init__()
        self._url: Final = url
        self._seconds: Final = seconds
        self._max_bytes: Final = max_bytes
        self._session: Final = requests.Session()
        # A proxy that the environment names does not reach this machine's own nodes.
        self._session.trust_env = _host(url) not in _LOCAL_HOSTS

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """One request and its answer, which may be an error by JSON-RPC.

        Raises:
            ConnectionFailed: no answer came, or something else than JSON-RPC.
        """
        # A gateway in trouble may have passed a transaction on: that is not sent twice.
        again = () if method == "eth_sendRawTransaction" else _GATEWAY_TROUBLE
        answer = self._parsed(self._post(self.encode_rpc_request(method, params), again))
        if not isinstance(answer, dict):
            raise self._failed("it answers JSON, but not JSON-RPC")
        return answer  # type: ignore[return-value]  # the rest of its shape is web3's to check

    def exchange(self, body: bytes) -> bytes:
        """As `Transport`."""
        return self._post(body, _GATEWAY_TROUBLE)

    def _post(self, body: bytes, again: tuple[int, ...]) -> bytes:
        for pause in (*PAUSES, None):
            status, data, wait = self._post_once(body)
            if pause is None or status not in (_TOO_MANY_REQUESTS, *again):
                break
            time.sleep(max(pause, wait))
        if status == _TOO_MANY_REQUESTS:
            raise ConnectionFailed(
                f"the node at {self._url} takes no more questions for now (HTTP status {status}): "
                "wait, or name another one",
                url=self._url,
            )
        if status != 200:
            raise self._failed(f"it answers HTTP status {status}")
        return data

    def _post_once(self, body: bytes) -> tuple[int, bytes, int]:
        """The status, the answer, and how many seconds the node asks to wait."""
        deadline = time.monotonic() + self._seconds
        chunks, size = [], 0
        try:
            with self._session.post(
                self._url,
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=self._seconds,
                allow_redirects=False,
                stream=True,
            ) as response:
                for chunk in response.iter_content(1 << 18):
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > self._max_bytes:
                        raise self._failed(f"its answer has more than {self._max_bytes} bytes")
                    if time.monotonic() > deadline:
                        raise self._failed(f"its answer took longer than {self._seconds:g} s")
                return response.status_code, b"".join(chunks), _wait(response.headers.get("Retry-After", ""))
        except requests.RequestException as error:
            raise self._failed(type(error).__name__) from error

    def _parsed(self, data: bytes) -> Any:
        if is_nested_deeply(data):
            raise self._failed("its answer is nested too deeply")
        try:
            return json.loads(data)
        except ValueError as error:
            raise self._failed("it answers something else than JSON") from error

    def _failed(self, reason: str) -> ConnectionFailed:
        return ConnectionFailed(
            f"no node answers at {self._url} ({reason}): check the URL, and that the node runs", url=self._url
        )


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _wait(seconds: str) -> int:
    """How long a node asks to wait, at most `LONGEST_WAIT` seconds; 0 where it says no number."""
    return min(int(seconds[:9]), LONGEST_WAIT) if seconds.isascii() and seconds.isdigit() else 0
