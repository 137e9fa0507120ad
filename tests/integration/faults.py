"""How faults are planted: nodes that lie, logs that nobody wrote, storage that no transaction changed."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth_abi import encode

from licet.auditor import AuditReport, Finding, Kind, Verdict
from licet.chain.client import Chain
from licet.chain.compiled.abi import Parameter
from licet.chain.compiled.artifacts import artifact
from licet.contracts import events
from licet.contracts.events import Event
from licet.trees.hashing import keccak
from licet.types import Address, Hash32, address_bytes, hash_bytes
from tests.integration.conftest import Network, relay

Answer = Callable[[str, list[Any], Any], Any]
Logs = list[dict[str, Any]]
YES_TO_EVERYTHING = bytes.fromhex("600160005260206000f3")
"""A contract that returns 1, whatever it is asked: as a token, it moves nothing."""
Lie = Callable[[Logs, dict[str, Any]], Logs]
"""Given the logs that a node has, and the query: what it says instead."""


# What was found.


def kinds(report: AuditReport) -> set[Kind]:
    return {finding.kind for finding in report.findings}


def the(kind: Kind, report: AuditReport) -> Finding:
    """The one finding of a kind."""
    assert report.verdict is Verdict.FINDINGS
    (finding,) = (finding for finding in report.findings if finding.kind is kind)
    return finding


# Storage.


def deed_slot(token_id: Hash32) -> int:
    """Where Solady's ERC-721 keeps a token's owner (low 160 bits) and what is stored with it."""
    seed = bytes.fromhex("7d882553")
    return (2 * int(token_id, 16) + int.from_bytes(keccak(hash_bytes(token_id)[:28] + seed))) % 2**256


def mapped(slot: int, key: Hash32 | Address | int) -> int:
    """Where a mapping at a slot keeps a key's value."""
    number = key if isinstance(key, int) else int(key, 16)
    return int.from_bytes(keccak(number.to_bytes(32) + slot.to_bytes(32)))


def balance_slot(holder: Address) -> int:
    """Where Solady's ERC-20 keeps a balance."""
    return int.from_bytes(keccak(address_bytes(holder) + bytes(8) + bytes.fromhex("87a211a2")))


def alter_slot(network: Network, contract: Address, slot: int, change: Callable[[int], int]) -> None:
    """Changes a storage slot, as no transaction could."""
    before = int(network.rpc("eth_getStorageAt", contract, hex(slot), "latest"), 16)
    assert before or slot, "the slot is not where the test believes it"
    word = "0x" + change(before).to_bytes(32).hex()
    network.rpc("anvil_setStorageAt", contract, "0x" + slot.to_bytes(32).hex(), word)
    network.rpc("evm_mine")


# A node that lies.


class RefusedError(Exception):
    """Raised for an answer: the node refuses."""


@contextmanager
def between(url: str, answer: Answer) -> Iterator[str]:
    """A proxy before a node that may give other results: `answer(method, params, result)`."""

    def answered(request: dict[str, Any]) -> dict[str, Any]:
        method, params = request["method"], request.get("params", [])
        relayed = relay(url, method, *params)
        if "result" in relayed:
            try:
                relayed["result"] = answer(method, params, relayed["result"])
            except RefusedError as refusal:
                relayed = {"jsonrpc": "2.0", "error": {"code": -32005, "message": str(refusal)}}
        return relayed | {"id": request["id"]}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            batch = isinstance(request, list)
            body = json.dumps([*map(answered, request)] if batch else answered(request)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

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


def lying_about_logs(change: Callable[[Logs], Logs]) -> Answer:
    return lambda method, params, result: change(result) if method == "eth_getLogs" else result


def is_a(kind: type[Event]) -> Callable[[dict[str, Any]], bool]:
    return lambda log: bool(log["topics"][0] == "0x" + events.topic_of(kind).hex())


# Logs as if the contracts had written them otherwise.


@contextmanager
def forged(network: Network, *lies: Lie) -> Iterator[str]:
    """A node whose logs were altered, and contracts whose heads agree with that."""

    def answer(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getLogs":
            for change in lies:
                result = change(result, params[0])
        return result

    with between(network.url, answer) as url:
        set_heads(network, url)
        yield url


def set_heads(network: Network, url: str) -> None:
    """Sets the contracts' heads to what the logs that a node gives lead to."""
    deployment = network.deployment
    names = {
        deployment.asset_registry: "AssetRegistry",
        deployment.license_token: "LicenseToken",
        deployment.vault_factory: "RoyaltyVaultFactory",
        deployment.usage_ledger: "UsageLedger",
        deployment.statement_escrow: "StatementEscrow",
        deployment.dispute_desk: "DisputeDesk",
    }
    logs = list(Chain(url).logs(list(names), from_block=0))
    logs.sort(key=lambda log: (log.block_number, log.index))
    for address, name in names.items():
        own = [log for log in logs if log.address == address and events.is_audited(name, log)]
        network.rpc("anvil_setStorageAt", address, "0x" + "00" * 32, events.replay_head(own))
    network.rpc("evm_mine")


def without(kind: type[Event], which: int | None = None) -> Lie:
    """Leaves out the logs of a kind, or the one of them at a place."""

    def leave_out(logs: Logs, query: dict[str, Any]) -> Logs:
        chosen = [log for log in logs if is_a(kind)(log)]
        chosen = chosen if which is None else chosen[which : which + 1 or None]
        return [log for log in logs if log not in chosen]

    return leave_out


def altered(kind: type[Event], which: int = 0, **changes: Any) -> Lie:
    """Changes arguments of a log, by their names in Solidity; a function is given the argument as it is."""

    def alter(logs: Logs, query: dict[str, Any]) -> Logs:
        chosen = [log for log in logs if is_a(kind)(log)]
        if not chosen:
            return logs
        target = chosen[which]
        return [log | _rewritten(kind, log, changes) if log is target else log for log in logs]

    return alter


def added(network: Network, contract: Address, kind: type[Event], **arguments: Any) -> Lie:
    """Adds a log in a new block of its own, with all arguments by their names in Solidity."""
    network.rpc("evm_mine")
    block = network.rpc("eth_getBlockByNumber", "latest", False)
    topics, data = _encoded(kind, arguments)
    log = {
        "address": contract,
        "topics": topics,
        "data": data,
        "blockNumber": block["number"],
        "blockHash": block["hash"],
        "transactionHash": block["hash"],
        "transactionIndex": "0x0",
        "logIndex": "0x0",
        "removed": False,
    }

    def add(logs: Logs, query: dict[str, Any]) -> Logs:
        asked = not query["topics"] and contract in query["address"]
        return [*logs, log] if asked else logs

    return add


def _rewritten(kind: type[Event], log: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
    decoded = artifact(kind.CONTRACT).abi.decode_log(topics, bytes.fromhex(log["data"][2:]))
    assert decoded is not None
    arguments = decoded[1]
    assert set(changes) <= set(arguments), f"{kind.__name__} has only {list(arguments)}"
    for name, change in changes.items():
        arguments[name] = change(arguments[name]) if callable(change) else change
    new_topics, data = _encoded(kind, arguments)
    return {"topics": new_topics, "data": data}


def _encoded(kind: type[Event], arguments: dict[str, Any]) -> tuple[list[str], str]:
    entry = artifact(kind.CONTRACT).abi.events[events.topic_of(kind)]
    indexed = [p for p in entry.inputs if p.indexed]
    plain = [p for p in entry.inputs if not p.indexed]
    topics = [events.topic_of(kind), *(_encode([p], arguments) for p in indexed)]
    return ["0x" + topic.hex() for topic in topics], "0x" + _encode(plain, arguments).hex()


def _encode(parameters: list[Parameter], arguments: dict[str, Any]) -> bytes:
    values = [parameter.encodable(arguments[parameter.name]) for parameter in parameters]
    return encode([parameter.signature for parameter in parameters], values)
