"""A node as the worst of networks shows it, and a chain on which everything happens to one account."""

import itertools
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from licet.chain.client import Chain
from licet.chain.signing.signer import Signer
from licet.chain.signing.transactions import Fees, Transaction, sign
from licet.types import Address
from tests.integration.conftest import ask, relay
from tests.integration.sending import PATIENCE

SEND = "eth_sendRawTransaction"
_REFUSALS = ("nonce too low", "already known", "replacement transaction underpriced", "txpool is full")
_ANY = {
    "lag": 6.0,
    "429": 0.6,
    "503": 1.0,
    "503 after accepting": 1.0,
    "no answer": 1.0,
    "answer lost": 1.5,
    "twice": 1.0,
    "time-out after accepting": 0.05,
}
_READING = {"behind": 3.0}
_SENDING = {"answer lost": 4.0, "503 after accepting": 3.0, "refused": 4.0, "time-out after accepting": 0.5}
_NOTHING: dict[str, Any] = {"jsonrpc": "2.0", "result": None}


@dataclass
class Network:
    """Stands between a sender and its node; `per_cent` of what is asked meets each trouble."""

    url: str
    random: random.Random
    met: Counter[str] = field(default_factory=Counter)
    quiet: bool = False

    def trouble(self, method: str) -> str:
        per_cent = _ANY | (_SENDING if method == SEND else _READING)
        names = [*per_cent, ""]
        chosen = self.random.choices(names, [*per_cent.values(), 100 - sum(per_cent.values())])[0]
        chosen = "" if self.quiet else chosen
        self.met[chosen] += 1
        return chosen

    def answer(self, request: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
        """The status and the answer; None for a connection that ends without one."""
        method, params = request["method"], request.get("params", [])
        trouble = self.trouble(method)
        if trouble in ("429", "503"):
            return int(trouble), {}
        if trouble == "no answer":
            return 0, None
        if trouble == "refused":
            return 200, _error(self.random.choice(_REFUSALS))
        if trouble == "lag":
            time.sleep(self.random.uniform(0, 0.05))
        found = relay(self.url, method, *params)
        if trouble == "twice":
            found = relay(self.url, method, *params)
        if trouble == "behind":
            found = self.behind(method, params, found)
        if trouble == "time-out after accepting":
            time.sleep(PATIENCE * 1.2)
        if trouble == "503 after accepting":
            return 503, {}
        return 200, None if trouble == "answer lost" else found

    def behind(self, method: str, params: list[Any], found: dict[str, Any]) -> dict[str, Any]:
        """What a node says that is some blocks behind the others."""
        blocks = self.random.randrange(1, 4)
        head = int(ask(self.url, "eth_blockNumber"), 16)
        if method == "eth_getBlockByNumber":
            if params[0] == "latest":
                return relay(self.url, method, hex(max(head - blocks, 0)), *params[1:])
            return _NOTHING if int(params[0], 16) > head - blocks else found
        if method == "eth_getTransactionCount" and params[1] in ("latest", "pending"):
            return relay(self.url, method, params[0], hex(max(head - blocks, 0)))
        return _NOTHING if method == "eth_getTransactionReceipt" else found


@contextmanager
def troubled(network: Network) -> Iterator[str]:
    """The URL of a node behind such a network."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = network.answer(request)
            if answer is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            body = json.dumps(answer | {"id": request["id"]}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def handle(self) -> None:
            # Who was killed, or has waited long enough, does not read the answer.
            try:
                super().handle()
            except OSError:
                network.met["nobody reads"] += 1

        def finish(self) -> None:
            try:
                super().finish()
            except OSError:
                network.met["nobody reads"] += 1

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class World:
    """Mines blocks, undoes them, forgets transactions, and sends others with the account's own key.

    Attributes:
        url: the node's, without troubles.
        signer: the account.
        depth: the deepest re-org, in blocks.
    """

    url: str
    signer: Signer
    random: random.Random
    depth: int
    pause: float = 0.08
    done: Counter[str] = field(default_factory=Counter)

    def live(self, stop: threading.Event) -> None:
        """Goes on until told to stop."""
        chain = Chain(self.url)
        for turn in itertools.count():
            if stop.is_set():
                return
            time.sleep(self.random.uniform(0, 2 * self.pause))
            chance = 0.35 if turn == 6 else self.random.random()  # each happens in the shortest run
            if chance < 0.3:
                self.forget()
            elif chance < 0.38:
                self.burn(chain)
            elif chance < 0.42:
                self.become_dear()
            ask(self.url, "evm_mine")
            if turn == 12 or self.random.random() < 0.05:
                self.reorganise()

    def settle(self) -> None:
        """Mines whatever still waits, so that nothing is on chain later that is not now."""
        for _ in range(10):
            ask(self.url, "evm_mine")

    def reorganise(self) -> None:
        ask(self.url, "anvil_reorg", self.random.randrange(1, self.depth + 1), [])
        self.done["re-org"] += 1

    def forget(self) -> None:
        """Drops some of the account's transactions from the pool, so that nonces are missing there."""
        waiting = ask(self.url, "txpool_content")["pending"].get(self.signer.address.lower(), {})
        for tx in waiting.values():
            if self.random.random() < 0.5:
                ask(self.url, "anvil_dropTransaction", tx["hash"])
                self.done["dropped"] += 1

    def become_dear(self) -> None:
        """The next block asks for more than waiting transactions pay."""
        ask(self.url, "anvil_setNextBlockBaseFeePerGas", hex(10**9 * self.random.randrange(5, 50)))
        self.done["dear block"] += 1

    def burn(self, chain: Chain) -> None:
        """Takes a nonce of the account's: the next in turn, or the next that is free."""
        nonce = chain.nonce(self.signer.address, self.random.choice(["latest", "pending"]))
        price = 10**9 * self.random.randrange(20, 100)
        nobody = Transaction(Address("0x" + "b0" * 20), 1)
        raw = sign(self.signer, chain.chain_id, nobody, nonce, 21_000, Fees(price, price))
        answer = relay(self.url, SEND, "0x" + raw.hex())
        self.done["burned" if "result" in answer else "not burned"] += 1


@contextmanager
def living(world: World) -> Iterator[None]:
    """The world goes on in a thread of its own."""
    stop = threading.Event()
    problems: list[BaseException] = []

    def live() -> None:
        try:
            world.live(stop)
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's thread
            problems.append(error)

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if problems:
        raise problems[0]


def _error(message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "error": {"code": -32000, "message": message}}
