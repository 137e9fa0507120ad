"""Nodes that leave out, alter, invent or refuse: each fault has a name, nothing false is stored."""

import copy
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from licet.chain.blocks.headers import Header
from licet.chain.client import Chain
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import deploy
from licet.chain.local.node import LocalNode
from licet.chain.rpc import batches, transport
from licet.chain.rpc.batches import Node
from licet.contracts import events
from licet.errors import ChainError, ConnectionFailed, InputError, NodesDisagree, NodeUntrue, WrongChain
from licet.index import Index
from tests.integration.conftest import DEPLOYER, Network, ask, development_signer, relay
from tests.integration.faults import Answer, Logs, RefusedError, between, is_a
from tests.integration.indexing import QUICK, content, fresh

pytestmark = pytest.mark.integration

APPROVAL = "0x17307eab39ab6107e8899845ad3d59bd9653f200f220920489ca2b5937696c31"


@pytest.fixture(scope="module")
def old() -> Iterator[Network]:
    """A chain of its own with some history below finality, and some above."""
    with LocalNode() as node:
        chain = Chain(node.url, development_signer(DEPLOYER))
        deployment = deploy(chain)
        network = Network(node.url, deployment)
        act(network, 30)
        ask(node.url, "anvil_mine", hex(64))
        act(network, 10)
        yield network


def act(network: Network, count: int) -> None:
    """Agents appointed, and approvals, which count into no head; each in a block."""
    abi = artifact("LicenseToken").abi
    for i in range(count):
        agent = network.deployment.asset_registry
        calls = (("appointAgent", (agent, 4_000_000_000 + i)), ("setApprovalForAll", (agent, i % 2 == 0)))
        for name, arguments in calls:
            sender = development_signer(1).address
            network.transact(sender, network.deployment.license_token, abi.encode_call(name, arguments))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index(tmp_path / "index.sqlite") as index:
        yield index


def on_logs(change: Callable[[Logs], Any]) -> Answer:
    """Lies about logs; about each log's own copy."""
    return lambda method, params, result: (
        change(copy.deepcopy(result)) if method == "eth_getLogs" and result else result
    )


def swapped(logs: Logs) -> Logs:
    if len(logs) > 2:
        logs[0], logs[1] = logs[1], logs[0]
    return logs


def places_swapped(logs: Logs) -> Logs:
    """Two logs of the same block are exchanged, each in the other's place."""
    if len(logs) > 2:
        first, second = logs[0], logs[2]
        for key in ("topics", "data"):
            first[key], second[key] = second[key], first[key]
    return logs


def first_with(**changes: Any) -> Callable[[Logs], Logs]:
    """Changes the first log that counts into a head: nothing but receipts binds the others."""

    def change(logs: Logs) -> Logs:
        for log in [log for log in logs if is_a(events.AgentAppointed)(log)][:1]:
            log |= changes
        return logs

    return change


def without_approvals(logs: Logs) -> Logs:
    return [log for log in logs if log["topics"][0] != APPROVAL]


LIES: dict[str, tuple[Answer, str]] = {
    "without the last": (on_logs(lambda logs: logs[:-1]), "heads|incomplete"),
    "none at all": (on_logs(lambda logs: []), "heads|incomplete"),
    "hints left out": (on_logs(without_approvals), "incomplete"),
    "altered": (on_logs(first_with(data="0x" + "11" * 32)), "heads"),
    "another topic": (on_logs(first_with(topics=["0x" + "11" * 32])), "heads"),
    "in another order": (on_logs(swapped), "order|logs"),
    "in others' places": (on_logs(places_swapped), "heads"),
    "twice": (on_logs(lambda logs: [logs[0], *logs]), "order|logs"),
    "of another contract": (on_logs(first_with(address="0x" + "11" * 20)), "incomplete|logs"),
    "of another block": (on_logs(first_with(blockHash="0x" + "11" * 32)), "incomplete|blocks"),
    "of another number": (on_logs(first_with(blockNumber="0x1")), "logs"),
    "of no transaction": (on_logs(first_with(transactionHash="0x11")), "logs"),
    "too many topics": (on_logs(first_with(topics=["0x" + "11" * 32] * 5)), "logs"),
    "no hex": (on_logs(first_with(data="0xsing")), "logs"),
    "no number": (on_logs(first_with(logIndex="muse")), "logs"),
    "a negative place": (on_logs(first_with(logIndex="-0x1")), "logs"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_about_logs_is_named_and_never_stored(
    old: Network, index: Index, tmp_path: Path, name: str
) -> None:
    lie, reasons = LIES[name]
    with between(old.url, lie) as url:
        with pytest.raises(NodeUntrue, match="ask another one") as caught:
            index.update([url], old.deployment, **QUICK)
        assert caught.value.facts["reason"] in reasons.split("|")
        true = {(log.block_number, log.index): log for log in Chain(old.url).logs(index.identity.addresses)}
        assert all(true[log.block_number, log.index] == log for log in index.logs())
        faults: list[ChainError] = []
        state = index.update([url, old.url], old.deployment, on_fault=faults.append, **QUICK)
        assert state.proven
        assert any(isinstance(fault, NodeUntrue) for fault in faults)
        assert content(index) == fresh(old.url, old.deployment, tmp_path)


def test_a_node_that_truncates_long_answers_is_asked_for_shorter_ones(
    old: Network, index: Index, tmp_path: Path
) -> None:
    """It says nothing of it, as some do: the heads and blooms show it, and smaller ranges get it all."""
    faults: list[ChainError] = []
    with between(old.url, on_logs(lambda logs: logs[:20])) as url:
        state = index.update([url], old.deployment, on_fault=faults.append, **QUICK)
    assert state.proven
    assert faults
    assert content(index) == fresh(old.url, old.deployment, tmp_path)


def in_capitals(logs: Logs) -> Logs:
    return [log | {"topics": ["0x" + word[2:].upper() for word in log["topics"]]} for log in logs]


def test_a_node_that_spells_topics_in_capitals(old: Network, index: Index, tmp_path: Path) -> None:
    """Nobody forbids it: each log is still of its kind, and counts or not as before."""
    with between(old.url, on_logs(in_capitals)) as url:
        assert index.update([url], old.deployment, **QUICK).proven
    assert content(index) == fresh(old.url, old.deployment, tmp_path)


def test_a_node_that_refuses_long_ranges(old: Network, index: Index, tmp_path: Path) -> None:
    def short(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getLogs" and "fromBlock" in params[0]:
            first, last = (int(params[0][key], 16) for key in ("fromBlock", "toBlock"))
            if last - first >= 10:
                raise RefusedError("query returned more than 10 blocks")
        return result

    with between(old.url, short) as url:
        assert index.update([url], old.deployment, **QUICK).proven
    assert content(index) == fresh(old.url, old.deployment, tmp_path)


def changed_headers(**changes: Callable[[dict[str, Any]], Any]) -> Answer:
    def answer(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getBlockByNumber" and params[0] not in ("0x0", "latest", "finalized") and result:
            return result | {name: change(result) for name, change in changes.items()}
        return result

    return answer


HEADERS: dict[str, tuple[Answer, bool]] = {
    "an empty bloom": (changed_headers(logsBloom=lambda _: "0x" + "0" * 512), True),
    "other receipts": (changed_headers(receiptsRoot=lambda _: "0x" + "11" * 32), True),
    "another time": (changed_headers(timestamp=lambda h: hex(int(h["timestamp"], 16) + 1)), True),
    "another number": (changed_headers(number=lambda h: hex(int(h["number"], 16) + 1)), False),
    "another parent": (changed_headers(parentHash=lambda _: "0x" + "11" * 32), False),
    "a short hash": (changed_headers(hash=lambda _: "0x11"), False),
    "no hex": (changed_headers(hash=lambda _: "0x" + "zz" * 32), False),
    "a full bloom": (changed_headers(logsBloom=lambda _: "0x" + "f" * 512), True),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_false_header_is_named(old: Network, index: Index, name: str) -> None:
    lie, needs_proof = HEADERS[name]
    with between(old.url, lie) as url, pytest.raises(NodeUntrue):
        index.update([url], old.deployment, prove=needs_proof, **QUICK)


def test_a_full_bloom_alone_is_settled_by_the_receipts(old: Network, index: Index, tmp_path: Path) -> None:
    lie = changed_headers(logsBloom=lambda _: "0x" + "f" * 512)
    with between(old.url, lie) as url:
        assert index.update([url], old.deployment, **QUICK).proven
    assert content(index) == fresh(old.url, old.deployment, tmp_path)


def test_receipts_that_are_not_those_of_the_block(old: Network, index: Index) -> None:
    def forge(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getBlockReceipts" and result:
            result[0]["logs"] = []
        return result

    with between(old.url, forge) as url, pytest.raises(NodeUntrue, match="another root"):
        index.update([url], old.deployment, prove=True, **QUICK)


def test_what_no_head_counts_is_proven_by_receipts(old: Network, index: Index, tmp_path: Path) -> None:
    """An approval that was altered: nothing else tells."""

    def alter(logs: Logs) -> Logs:
        for log in logs:
            if log["topics"][0] == APPROVAL:
                log["data"] = "0x" + "00" * 31 + "01"
        return logs

    with between(old.url, on_logs(alter)) as url:
        index.update([url], old.deployment, prove=True, **QUICK)
    assert content(index) == fresh(old.url, old.deployment, tmp_path)


def test_a_false_head_is_named(old: Network, index: Index) -> None:
    def behead(method: str, params: list[Any], result: Any) -> Any:
        return "0x" + "11" * 32 if method == "eth_call" else result

    with between(old.url, behead) as url, pytest.raises(NodeUntrue, match="do not lead to") as caught:
        index.update([url], old.deployment, **QUICK)
    assert caught.value.facts["reason"] == "heads"
    assert list(index.logs()) == []


def test_what_was_not_proven_and_is_false_goes(old: Network, index: Index, tmp_path: Path) -> None:
    """A node without old states whose logs were altered far back: only the newest heads show it."""

    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_call":
            raise RefusedError("no such state")
        if method == "eth_getLogs" and result and int(result[0]["blockNumber"], 16) < 30:
            return first_with(data="0x" + "11" * 32)(copy.deepcopy(result))
        return result

    with between(old.url, lie) as url:
        state = index.update([url], old.deployment, to_block=80, **QUICK)
        assert not state.proven
    state = index.update([old.url], old.deployment, **QUICK)
    assert state.proven
    assert content(index) == fresh(old.url, old.deployment, tmp_path)


# Several nodes.


def test_nodes_that_disagree(old: Network, index: Index) -> None:
    other = changed_headers(hash=lambda h: "0x" + "12" * 32, parentHash=lambda h: "0x" + "12" * 32)
    with between(old.url, other) as url, pytest.raises(NodesDisagree, match="different blocks") as caught:
        index.update([old.url, url], old.deployment, **QUICK)
    assert set(caught.value.facts["urls"]) == {old.url, url}  # type: ignore[call-overload]


def test_a_second_node_on_another_chain(old: Network, index: Index) -> None:
    time.sleep(1.1)  # a chain is its first block's time, in seconds
    with LocalNode() as other, pytest.raises(WrongChain, match="another chain"):
        index.update([old.url, other.url], old.deployment, **QUICK)


def test_a_dead_node_is_passed_over(old: Network, index: Index) -> None:
    faults: list[ChainError] = []
    state = index.update(["http://127.0.0.1:1", old.url], old.deployment, on_fault=faults.append, **QUICK)
    assert state.proven
    assert isinstance(faults[0], ConnectionFailed)


def test_a_node_that_lags_is_no_contradiction(old: Network, index: Index) -> None:
    def lag(method: str, params: list[Any], result: Any) -> Any:
        return None if method == "eth_getBlockByNumber" and params[0] != "0x0" else result

    with between(old.url, lag) as url:
        assert index.update([old.url, url], old.deployment, **QUICK).proven


def test_a_url_that_is_none(old: Network, index: Index) -> None:
    with pytest.raises(InputError, match="not an http"):
        index.update(["ftp://node"], old.deployment, **QUICK)


# Nodes that do not answer as they should.


@contextmanager
def answering(respond: Callable[[BaseHTTPRequestHandler, bytes], None]) -> Iterator[str]:
    """A server that answers as it likes."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            respond(self, self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"id":0}x',
        b'{"jsonrpc":"2.0","id":0,"result":7}',
        b"[" * 100_000,
        b"\xff",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_malformed_answers(body: bytes) -> None:
    with answering(lambda handler, _: send(handler, body)) as url, pytest.raises(ChainError, match=url):
        Node(url).ask(Header, "eth_getBlockByNumber", "0x1", False)


def test_a_null_where_there_should_be_logs(old: Network, index: Index) -> None:
    nothing: Answer = lambda method, params, result: None if method == "eth_getLogs" else result  # noqa: E731
    with between(old.url, nothing) as url, pytest.raises(ChainError, match="no logs"):
        index.update([url], old.deployment, **QUICK)


def test_rate_limits_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PAUSES", (0.01, 0.01, 0.01))
    asked = []

    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        asked.append(body)
        if len(asked) < 3:
            send(handler, b"slow down", 429)
        else:
            send(handler, b'{"jsonrpc":"2.0","id":0,"result":"0x1"}')

    with answering(respond) as url:
        assert Node(url).ask(str, "eth_chainId") == "0x1"
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("said", "waited"),
    [("7", 7), ("0", 0), ("9" * 5_000, 30), ("soon", 0), ("-5", 0), ("1e9", 0), ("", 0)],
    ids=lambda value: str(value)[:5],
)
def test_a_node_is_left_alone_as_long_as_it_says(
    monkeypatch: pytest.MonkeyPatch, said: str, waited: int
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(transport.time, "sleep", slept.append)
    asked = []

    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        asked.append(body)
        if len(asked) == 2:
            send(handler, b'{"jsonrpc":"2.0","id":0,"result":"0x1"}')
            return
        handler.send_response(429)
        handler.send_header("Retry-After", said)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with answering(respond) as url:
        assert Node(url).ask(str, "eth_chainId") == "0x1"
    assert slept == [max(waited, transport.PAUSES[0])]


def test_an_endless_answer_is_cut_off() -> None:
    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(2 << 30))
        handler.end_headers()
        try:
            for _ in range(2 << 10):
                handler.wfile.write(b" " * (1 << 20))
        except OSError:
            pass

    with answering(respond) as url, pytest.raises(ConnectionFailed, match="more than 1000000 bytes"):
        Node(url, max_bytes=1_000_000).ask(str, "eth_chainId")
    assert batches.MAX_ANSWER_BYTES < 2 << 30


def test_an_answer_that_takes_too_long() -> None:
    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        time.sleep(0.5)

    with answering(respond) as url, pytest.raises(ConnectionFailed):
        Node(url, seconds=0.1).ask(str, "eth_chainId")


def test_a_node_that_takes_no_batches(old: Network, index: Index, tmp_path: Path) -> None:
    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        request = json.loads(body)
        if isinstance(request, list):
            send(handler, b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}')
            return
        answer = relay(old.url, request["method"], *request["params"]) | {"id": request["id"]}
        send(handler, json.dumps(answer).encode())

    with answering(respond) as url:
        assert index.update([url], old.deployment, **QUICK).proven
    assert content(index) == fresh(old.url, old.deployment, tmp_path)
