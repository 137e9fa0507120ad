"""Transactions: what each made the contracts log, in words and values."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from licet.chain.client import Log
from licet.contracts import events
from licet.contracts.events import Claimed, Redirected
from licet.errors import NotRegistered
from licet.index.events.kinds import CONTRACTS
from licet.index.events.rows import numbered, numbers
from licet.shelf import Role
from licet.trees.hashing import checksum
from licet.types import Hash32
from licet.web.site import Desk


class _Mined(Struct):
    blockNumber: str | None = None  # noqa: N815 - as nodes spell it


def transaction(desk: Desk, tx: Hash32) -> dict[str, Any]:
    """What a transaction made the contracts and the vaults log.

    Raises:
        NotRegistered: no log of it is in the index.
        ChainError: the node does not answer.
    """
    number, found = _found(desk, tx)
    if not found:
        raise NotRegistered(f"no transaction {tx} is in the index: the contracts logged nothing in it", tx=tx)
    block = desk.index.block(number)
    return {
        "tx": tx,
        "block": block.number,
        "block_hash": block.hash,
        "time": block.timestamp,
        "events": sorted(found, key=_place),
    }


def _found(desk: Desk, tx: Hash32) -> tuple[int, list[dict[str, Any]]]:
    """The block of a transaction, and what it made the contracts and the vaults log."""
    for place in desk.shelf.places(Role.TRANSACTION, tx):
        logs = [log for log in desk.index.logs_at(place.block) if log.tx_hash == tx]
        if logs:
            return place.block, [*_events(desk, logs), *_claims(desk, place.block, tx)]
    # Where vaults alone logged something, the node has to say in which block.
    mined = desk.contracts.chain.node.ask(_Mined, "eth_getTransactionByHash", tx)
    try:
        number = int(mined.blockNumber or "", 16) if mined else -1
    except ValueError:
        number = -1
    return number, list(_claims(desk, number, tx)) if number >= 0 else []


def _place(event: dict[str, Any]) -> int:
    return int(event["log_index"])


def _events(desk: Desk, logs: Sequence[Log]) -> Iterator[dict[str, Any]]:
    addresses = desk.index.identity.addresses
    for log in logs:
        contract = addresses.index(log.address)
        number = numbers().get((contract, log.topics[0])) if log.topics else None
        kind = None if number is None else numbered()[number][1]
        found = {"log_index": log.index, "contract": CONTRACTS[contract], "address": log.address}
        try:
            values = () if kind is None else kind.decoder.row(b"".join(log.topics), log.data)
        except ValueError:
            kind, values = None, ()
        if kind is None:
            yield {**found, "event": None, "values": [], "data": "0x" + log.data[:256].hex()}
            continue
        yield {
            **found,
            "event": kind.event,
            "values": [
                {"name": column.name, "type": column.type, "value": _shown(column.type, value)}
                for column, value in zip(kind.columns, values, strict=True)
            ],
        }


def _claims(desk: Desk, block: int, tx: Hash32) -> Iterator[dict[str, Any]]:
    """What vaults logged that they paid."""
    for log in desk.index.claims(first=block, last=block):
        if log.tx_hash != tx:
            continue
        topic = log.topics[0] if log.topics else b""
        if topic == events.topic_of(Claimed):
            yield _claim(events.decode(Claimed, log))
        elif topic == events.topic_of(Redirected):
            yield _claim(events.decode(Redirected, log))


def _claim(event: Claimed | Redirected) -> dict[str, Any]:
    values: list[tuple[str, str, str]] = [
        ("token", "address", event.token),
        ("payee", "address", event.payee),
    ]
    if isinstance(event, Claimed):
        values.append(("amount", "decimal", str(event.amount)))
    else:
        values.append(("receiver", "address", event.receiver))
    return {
        "log_index": event.log.index,
        "contract": "RoyaltyVault",
        "address": event.log.address,
        "event": type(event).__name__,
        "values": [{"name": name, "type": type_, "value": value} for name, type_, value in values],
    }


def _shown(type_: str, value: Any) -> Any:
    """A decoded value, as JSON has it."""
    if type_ == "address":
        return checksum(bytes(value))
    return "0x" + bytes(value).hex() if isinstance(value, bytes | bytearray | memoryview) else value
