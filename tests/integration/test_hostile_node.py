"""A node that is wrong, broken or hostile: whatever it answers, the error is Licet's and says what to do."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from licet.chain.client import Chain
from licet.chain.compiled.artifacts import artifact
from licet.chain.rpc import transport
from licet.chain.signing.signer import LocalSigner
from licet.errors import (
    ChainError,
    ConnectionFailed,
    InsufficientBalance,
    LicetError,
    Reverted,
    UnexpectedAnswer,
)
from licet.types import Address, hash32

pytestmark = pytest.mark.integration

REGISTRY = artifact("AssetRegistry").abi
ADDRESS = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
HASH = "0x" + "ab" * 32

BLOCK = {
    "number": "0x5",
    "hash": HASH,
    "timestamp": "0x65",
    "baseFeePerGas": "0x7",
    "extraData": "0x",
}
TRANSACTION = {"hash": HASH, "to": ADDRESS, "input": "0x1234"}
RECEIPT: dict[str, Any] = {
    "transactionHash": HASH,
    "blockNumber": "0x5",
    "gasUsed": "0x5208",
    "status": "0x1",
    "logs": [],
    "contractAddress": None,
}
LOG = {
    "address": ADDRESS,
    "topics": [HASH],
    "data": "0x",
    "blockNumber": "0x5",
    "blockHash": HASH,
    "transactionHash": HASH,
    "logIndex": "0x0",
}
ANSWERS: dict[str, Any] = {
    "eth_chainId": "0x7a69",
    "eth_getBlockByNumber": BLOCK,
    "eth_getCode": "0x00",
    "eth_getBalance": "0x1",
    "eth_getTransactionByHash": TRANSACTION,
    "eth_call": HASH,
    "eth_getLogs": [LOG],
    "eth_getTransactionCount": "0x3",
    "eth_estimateGas": "0x5208",
    "eth_maxPriorityFeePerGas": "0x1",
    "eth_sendRawTransaction": HASH,
    "eth_getTransactionReceipt": RECEIPT,
}

UNKNOWN_METHOD = {"code": -32601, "message": "the method does not exist"}

Reply = bytes | tuple[int, bytes]


class Node:
    """A node of our own making; counts what it is asked."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.results = dict(ANSWERS)
        self.errors: dict[str, object] = {}
        self.reply: Callable[[str], Reply] = self.by_the_book

    def by_the_book(self, method: str) -> Reply:
        said = {"result": self.results[method]} if method in self.results else {"error": UNKNOWN_METHOD}
        if method in self.errors:
            said = {"error": self.errors[method]}
        return json.dumps({"jsonrpc": "2.0", "id": 1, **said}).encode()


@pytest.fixture
def node() -> Iterator[Node]:
    with served(Node()) as node:
        yield node


@contextmanager
def served(node: Node) -> Iterator[Node]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # a header and a body in two packets wait for each other

        def do_POST(self) -> None:
            method = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["method"]
            node.asked.append(method)
            reply = node.reply(method)
            status, body = reply if isinstance(reply, tuple) else (200, reply)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status in (301, 302, 307, 308):
                self.send_header("Location", node.url)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            """Quiet, about clients that left."""

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        node.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield node
        finally:
            server.shutdown()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Does not wait before it asks again, nor long for a receipt."""
    monkeypatch.setattr(transport, "PAUSES", (0, 0))
    monkeypatch.setattr("licet.chain.client.chain.RECEIPT_SECONDS", 0.01)


@pytest.fixture
def chain(node: Node) -> Chain:
    return Chain(node.url, LocalSigner.development(1))


# What stands at the URL is no node.


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><title>Welcome</title>",
        b"\xff\xfe\x00",
        b"{",
        b"[" * 100_000,
        b"9" * 10_000,
        b"null",
        b"[]",
        b'"0x1"',
        b"1",
        b"{}",
        b'{"jsonrpc":"1.0","id":1,"result":"0x1"}',
        b'{"jsonrpc":"2.0","result":"0x1"}',
        b'{"jsonrpc":"2.0","id":[],"result":"0x1"}',
        b'{"jsonrpc":"2.0","id":1}',
        b'{"jsonrpc":"2.0","id":1,"result":"0x1","error":{}}',
        b'{"jsonrpc":"2.0","id":1,"error":"no"}',
        b'{"jsonrpc":"2.0","id":1,"error":{"message":5}}',
        b'{"method":"eth_subscription","params":5}',
    ],
)
def test_what_is_no_json_rpc_is_no_node(node: Node, body: bytes) -> None:
    node.reply = lambda _: body
    with pytest.raises(ChainError, match=f"the node at {node.url} gave|no node answers at {node.url}"):
        Chain(node.url)


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 413, 429, 500, 503])
@pytest.mark.usefixtures("impatient")
def test_an_http_error_is_named(node: Node, status: int) -> None:
    node.reply = lambda _: (status, b"<html>no</html>")
    with pytest.raises(ConnectionFailed, match=f"HTTP status {status}"):
        Chain(node.url)


@pytest.mark.usefixtures("impatient")
def test_a_node_that_takes_no_more_questions_is_not_said_to_be_away(node: Node) -> None:
    node.reply = lambda _: (429, b"")
    with pytest.raises(ConnectionFailed, match=r"takes no more questions for now .* wait, or name another"):
        Chain(node.url)


@pytest.mark.usefixtures("impatient")
def test_a_busy_node_is_asked_again(node: Node) -> None:
    node.reply = lambda method: (429, b"slow down") if len(node.asked) < 3 else node.by_the_book(method)
    assert Chain(node.url).chain_id == 31337
    assert node.asked == ["eth_chainId"] * 3


def test_a_redirect_is_not_followed(node: Node) -> None:
    node.reply = lambda _: (307, b"")
    with pytest.raises(ConnectionFailed):
        Chain(node.url)
    assert len(node.asked) == 1


def test_a_huge_answer_is_not_read_to_its_end(node: Node) -> None:
    node.reply = lambda _: b" " * 5_000_000
    link = transport.HttpTransport(node.url, 5, max_bytes=1_000_000)
    with pytest.raises(ConnectionFailed, match="more than 1000000 bytes"):
        link.make_request("eth_chainId", [])  # type: ignore[arg-type]


def test_a_silent_node_is_left(node: Node) -> None:
    node.reply = lambda _: time.sleep(2) or b""  # type: ignore[func-returns-value]
    with pytest.raises(ConnectionFailed, match="Timeout"):
        Chain(node.url, seconds=0.2)


@pytest.mark.parametrize(
    "url", ["http://", "http://[", "http://a b", "http://127.0.0.1:1", "https://127.0.0.1:1"]
)
def test_no_node_at_the_url(url: str) -> None:
    with pytest.raises(ConnectionFailed, match="check the URL, and that the node runs"):
        Chain(url)


# It is a node, but what it answers is not what was asked for.

USES: dict[str, Callable[[Chain], object]] = {
    "eth_chainId": lambda chain: Chain(chain.url),
    "eth_getBlockByNumber": lambda chain: chain.block(),
    "eth_getCode": lambda chain: chain.code(ADDRESS),
    "eth_getBalance": lambda chain: chain.balance(ADDRESS),
    "eth_getTransactionByHash": lambda chain: chain.transaction_input(hash32(b"\xab" * 32)),
    "eth_call": lambda chain: chain.call(REGISTRY, ADDRESS, "deedState", hash32(b"\xab" * 32)),
    "eth_getLogs": lambda chain: list(chain.logs([ADDRESS], to_block=3)),
    "eth_getTransactionCount": lambda chain: chain.nonce(ADDRESS),
    "eth_estimateGas": lambda chain: chain.pay(ADDRESS, 1),
    "eth_maxPriorityFeePerGas": lambda chain: chain.pay(ADDRESS, 1),
    "eth_sendRawTransaction": lambda chain: chain.pay(ADDRESS, 1),
    "eth_getTransactionReceipt": lambda chain: chain.pay(ADDRESS, 1),
}
MESSAGES = ("", "insufficient funds for gas", "execution reverted", "transaction not found")
ODD: list[object] = [
    None,
    True,
    -1,
    1.5,
    "",
    "0x",
    "0xzz",
    "zz",
    "0x" + "ff" * 40,
    [],
    {},
    [None],
    [[]],
    [{}],
    ["0x"],
    {"number": None},
    {**BLOCK, "timestamp": "soon", "hash": "0x12"},
    {**BLOCK, "baseFeePerGas": []},
    {**RECEIPT, "logs": [{}]},
    {**RECEIPT, "status": "fine", "transactionHash": 5},
    [{**LOG, "topics": "x"}],
    [{**LOG, "data": 5, "blockNumber": None}],
]


@pytest.mark.parametrize("method", USES)
@pytest.mark.usefixtures("impatient")
def test_an_odd_result_raises_nothing_but_licets_errors(node: Node, chain: Chain, method: str) -> None:
    for odd in ODD:
        node.results[method] = odd
        try:
            USES[method](chain)
        except LicetError:
            continue


@pytest.mark.parametrize("method", USES)
@pytest.mark.usefixtures("impatient")
def test_an_error_of_the_node_raises_one_of_licets(node: Node, chain: Chain, method: str) -> None:
    for message, code in itertools.product(MESSAGES, (-32000, -32601, 3)):
        for data in (None, 5, "0xzz", "0x08c379a0", {"result": "0x"}):
            node.errors[method] = {"code": code, "message": message, "data": data}
            with pytest.raises(LicetError):
                USES[method](chain)


def test_a_block_without_its_fields_is_named_unusable(node: Node, chain: Chain) -> None:
    node.results["eth_getBlockByNumber"] = {}
    with pytest.raises(ChainError, match="unusable answer"):
        chain.block()


def test_a_call_of_something_else_is_unexpected(node: Node, chain: Chain) -> None:
    node.results["eth_call"] = "0x" + "ff" * 96
    with pytest.raises(UnexpectedAnswer, match="another contract stands there"):
        chain.call(REGISTRY, ADDRESS, "deed", hash32(b"\xab" * 32))


def test_blocks_of_a_proof_of_authority_chain_are_blocks(node: Node, chain: Chain) -> None:
    node.results["eth_getBlockByNumber"] = {**BLOCK, "extraData": "0x" + "00" * 97}
    assert chain.block().timestamp == 0x65


def test_a_refusal_of_many_logs_is_met_with_fewer(node: Node, chain: Chain) -> None:
    def refuses_often(method: str) -> Reply:
        if method == "eth_getLogs" and node.asked.count(method) < 4:
            return json.dumps(
                {"jsonrpc": "2.0", "id": 1, "error": {"code": -32005, "message": "too many results"}}
            ).encode()
        return node.by_the_book(method)

    node.results["eth_getLogs"] = []
    node.reply = refuses_often
    blocks: list[int] = []
    assert not list(chain.logs([ADDRESS], to_block=299, progress=blocks.append))
    assert sum(blocks) == 300
    assert max(blocks) < 300


def test_logs_that_are_refused_for_a_single_block_are_not_left_out(node: Node, chain: Chain) -> None:
    node.errors["eth_getLogs"] = {"code": -32005, "message": "too many results"}
    with pytest.raises(ChainError, match="too many results"):
        list(chain.logs([ADDRESS], to_block=9))


# Sending.


def test_a_sound_node_takes_a_transaction(chain: Chain) -> None:
    assert chain.pay(ADDRESS, 1).gas_used == 21_000


def test_a_refused_transaction_was_not_sent(node: Node, chain: Chain) -> None:
    node.errors["eth_sendRawTransaction"] = {"code": -32000, "message": "nonce too low"}
    with pytest.raises(ChainError, match="refuses: 'nonce too low'") as caught:
        chain.pay(ADDRESS, 1)
    assert "tx_hash" not in caught.value.facts


@pytest.mark.usefixtures("impatient")
def test_a_transaction_that_no_block_takes_is_named(chain: Chain, node: Node) -> None:
    node.results["eth_getTransactionReceipt"] = None
    with pytest.raises(ChainError, match=r"was sent, but .* look for it before sending again") as caught:
        chain.pay(ADDRESS, 1)
    assert str(caught.value.facts["tx_hash"]) in str(caught.value)


@pytest.mark.parametrize(("status", "times"), [(429, 3), (503, 1)])
@pytest.mark.usefixtures("impatient")
def test_a_transaction_is_sent_again_only_where_it_was_certainly_not_taken(
    node: Node, chain: Chain, status: int, times: int
) -> None:
    send = "eth_sendRawTransaction"
    node.reply = lambda method: (status, b"") if method == send else node.by_the_book(method)
    with pytest.raises(ConnectionFailed, match="look for it before sending again"):
        chain.pay(ADDRESS, 1)
    assert node.asked.count(send) == times


@pytest.mark.parametrize("silent", ["eth_sendRawTransaction", "eth_getTransactionReceipt"])
@pytest.mark.usefixtures("impatient")
def test_a_node_that_dies_over_a_transaction_does_not_lose_it(node: Node, chain: Chain, silent: str) -> None:
    node.reply = lambda method: (500, b"") if method == silent else node.by_the_book(method)
    with pytest.raises(ConnectionFailed, match="look for it before sending again") as caught:
        chain.pay(ADDRESS, 1)
    assert str(caught.value.facts["tx_hash"]).startswith("0x")


def test_a_failed_transaction_raises_even_where_no_reason_can_be_had(node: Node, chain: Chain) -> None:
    node.results["eth_getTransactionReceipt"] = {**RECEIPT, "status": "0x0"}
    node.errors["eth_call"] = {"code": -32000, "message": "missing trie node"}
    with pytest.raises(Reverted, match="no reason given") as caught:
        chain.pay(ADDRESS, 1)
    assert caught.value.facts == {"tx_hash": HASH}


def test_too_little_coin_is_told_of_whoever_pays(node: Node, chain: Chain) -> None:
    node.errors["eth_estimateGas"] = {"code": -32000, "message": "insufficient funds for gas * price + value"}
    with pytest.raises(InsufficientBalance, match=chain.account):
        chain.pay(ADDRESS, 1)
