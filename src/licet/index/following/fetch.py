"""Some blocks in a row from one node, with all that the contracts logged in them, or a fault with a name.

Far below the tip, logs are asked for by range, and each must be of a block whose header was given. Near the
tip they are asked for by the block's hash, so that no re-org can mix two chains. A header's bloom says which
contracts may have logged in its block; where it says yes and the node says nothing, the block's receipts
decide, whose root the header has. Where all is to be proven, the receipts are all that is asked for.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from licet.chain.blocks.asking import check_hash, headers_of, receipts_of
from licet.chain.blocks.headers import Header
from licet.chain.blocks.raw import RawLog, RawReceipt
from licet.chain.blocks.receipts import bloom_mask, receipts_root
from licet.chain.compiled.artifacts import artifact
from licet.chain.rpc.batches import Call, Node, untrue
from licet.errors import ChainError, ConnectionFailed, InputError, NodesDisagree, NodeUntrue
from licet.index.events.kinds import CONTRACTS, kinds
from licet.types import Address, address_bytes

_HEAD_CALL: Final = "0x" + artifact("AssetRegistry").abi.functions["head"].digest[:4].hex()
_BLOCKS_AT_ONCE: Final = 8
_EMPTY_BLOOM: Final = "0x" + "0" * 512


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a node says of some blocks in a row, so far as it was checked against itself.

    Attributes:
        url: the node's.
        headers: of all blocks, each the parent of the next.
        logs: the contracts', in order.
        heads: what the contracts say are their heads after the last block; None where the node no longer has
            that state.
    """

    url: str
    headers: Sequence[Header]
    logs: Sequence[RawLog]
    heads: tuple[bytes, ...] | None


@dataclass(frozen=True, slots=True)
class Fetcher:
    """How blocks are fetched.

    Attributes:
        addresses: the contracts.
        prove: take each log from receipts whose root is the header's, and recompute each header's hash.
        busy: the chain's blooms are full, so that they say yes of most blocks: there the contracts' heads
            alone show that nothing is missing, where the node has them.
    """

    addresses: tuple[Address, ...]
    prove: bool = False
    busy: bool = False

    def fetch(self, node: Node, others: Sequence[Node], first: int, last: int, *, final: bool) -> Fetched:
        """Fetches blocks.

        Args:
            node: who is asked.
            others: who must have the same last block, if they have it at all.
            first: the first block.
            last: the last block.
            final: whether all of them lie below finality.

        Raises:
            ConnectionFailed: no usable answer came.
            ChainError: the node refuses, or has fewer blocks.
            NodeUntrue: what it says contradicts itself.
            NodesDisagree: another node has another block there.
        """
        headers = headers_of(node, range(first, last + 1))
        for before, after in pairwise(headers):
            if after.parent_hash != before.hash:
                raise untrue(node.url, "parents", f"block {after.height} is no child of the one before")
        if self.prove:
            logs = self._proven(node, headers)
        else:
            logs = self._by_range(node, first, last) if final else self._by_hash(node, headers)
        heads = None if final and node.forgets else self.heads(node, headers[-1])
        if heads is None and final:
            node.forgets = True
        if not self.prove and not (self.busy and heads is not None):
            self._settle_doubts(node, headers, logs)
        for other in others:
            _agree(node, other, headers[-1])
        return Fetched(node.url, headers, logs, heads)

    def oldest(self, node: Node, addresses: Sequence[Address], last: int) -> int | None:
        """The first block, up to a last one, in which some contracts logged anything; None for none."""
        start, size = 0, last + 1
        while start <= last:
            end = min(start + size - 1, last)
            try:
                logs = _logs(node, {"address": list(addresses), "fromBlock": hex(start), "toBlock": hex(end)})
            except ChainError:
                if size == 1:
                    raise
                size = max(1, size // 4)
                continue
            if logs:
                return min(int(log.block_number, 16) for log in logs)
            start = end + 1
        return None

    def _by_range(self, node: Node, first: int, last: int) -> list[RawLog]:
        bounds = {"fromBlock": hex(first), "toBlock": hex(last)}
        return _logs(node, {"address": list(self.addresses), **bounds})

    def _by_hash(self, node: Node, headers: Sequence[Header]) -> list[RawLog]:
        asked = [header for header in headers if self._may_have(header)]
        found: list[RawLog] = []
        for start in range(0, len(asked), _BLOCKS_AT_ONCE):
            calls = [
                Call("eth_getLogs", ({"address": list(self.addresses), "blockHash": header.hash},))
                for header in asked[start : start + _BLOCKS_AT_ONCE]
            ]
            for logs in node.ask_all(list[RawLog], calls):
                found += _given(node, logs)
        return found

    def _proven(self, node: Node, headers: Sequence[Header]) -> list[RawLog]:
        """All logs of the contracts, each from a receipt that its block's hash binds."""
        for header in headers:
            check_hash(node, header)
        asked = [header for header in headers if self._may_have(header)]
        found: list[RawLog] = []
        for header, receipts in zip(asked, self.receipts(node, asked), strict=True):
            found += self._own(header, receipts)
        return found

    def receipts(self, node: Node, headers: Sequence[Header]) -> list[list[RawReceipt]]:
        """The receipts of some blocks, which their roots prove to be all.

        Raises:
            ChainError: the node does not have them.
            NodeUntrue: they have another root.
        """
        found = []
        for header, receipts in zip(headers, receipts_of(node, headers), strict=True):
            try:
                root = receipts_root(receipts)
            except (InputError, ValueError) as error:
                raise untrue(
                    node.url, "receipts", f"block {header.height} has unreadable receipts"
                ) from error
            if "0x" + root.hex() != header.receipts_root:
                raise untrue(node.url, "receipts", f"its receipts of block {header.height} have another root")
            found.append(receipts)
        return found

    def _own(self, header: Header, receipts: Sequence[RawReceipt]) -> list[RawLog]:
        """The contracts' logs among proven receipts; where they stand follows from their order."""
        wanted = {address.lower() for address in self.addresses}
        index = -1
        found = []
        for receipt in receipts:
            for log in receipt.logs:
                index += 1
                if log.address.lower() in wanted:
                    log.log_index = hex(index)
                    log.block_number, log.block_hash = header.number, header.hash
                    found.append(log)
        return found

    def _settle_doubts(self, node: Node, headers: Sequence[Header], logs: Sequence[RawLog]) -> None:
        """Makes sure that nothing is missing where a bloom says that a contract may have logged.

        What it says of other contracts too, by chance, the receipts show: their root leaves no choice.
        """
        given = Counter((log.block_hash, log.address.lower()) for log in logs)
        doubtful = [
            header
            for header in headers
            if any((header.hash, address.lower()) not in given for address in self._may_have(header))
        ]
        for header in doubtful:
            [receipts] = self.receipts(node, [header])
            known = sum(given[header.hash, address.lower()] for address in self.addresses)
            if len(self._own(header, receipts)) != known:
                raise untrue(node.url, "incomplete", f"it leaves out logs of block {header.height}")

    def _may_have(self, header: Header) -> list[Address]:
        """The contracts that may have logged in a block: its bloom has them, and an event of theirs."""
        if header.logs_bloom == _EMPTY_BLOOM:
            return []
        try:
            bloom = int(header.logs_bloom, 16)
        except ValueError:
            raise ChainError(f"block {header.height} has an unreadable bloom") from None
        return [
            address
            for address, (own, topics) in zip(self.addresses, _masks(self.addresses), strict=True)
            if bloom & own == own and any(bloom & topic == topic for topic in topics)
        ]

    def heads(self, node: Node, header: Header) -> tuple[bytes, ...] | None:
        """What the contracts say of themselves after a block; before they are deployed, nothing."""
        for block in ({"blockHash": header.hash}, header.number):
            calls = [Call("eth_call", ({"to": to, "data": _HEAD_CALL}, block)) for to in self.addresses]
            try:
                words = node.ask_all(str, calls)
            except ConnectionFailed:
                raise
            except ChainError:
                continue
            if block is header.number and headers_of(node, [header.height])[0].hash != header.hash:
                return None
            try:
                return tuple(bytes.fromhex((word or "0x")[2:]).rjust(32, b"\0") for word in words)
            except ValueError as error:
                raise untrue(node.url, "heads", "a contract's head is no hex") from error
        return None


def _logs(node: Node, query: dict[str, object]) -> list[RawLog]:
    return _given(node, node.ask(list[RawLog], "eth_getLogs", query))


def _given(node: Node, logs: list[RawLog] | None) -> list[RawLog]:
    if logs is None:
        raise ChainError(f"the node at {node.url} gives no logs, not even none", url=node.url)
    return logs


def _agree(node: Node, other: Node, header: Header) -> None:
    """Makes sure that another node has the same block, if it answers and has come so far."""
    try:
        [known] = headers_of(other, [header.height])
    except NodeUntrue:
        raise
    except ChainError:
        return
    if known.hash != header.hash:
        raise NodesDisagree(
            f"the nodes at {node.url} and {other.url} have different blocks {header.height}: "
            "one of them is on another chain, or lies; leave it out",
            block=header.height,
            urls=(node.url, other.url),
            hashes=(header.hash, known.hash),
        )


@cache
def _masks(addresses: tuple[Address, ...]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """What each contract, and each of its events, sets in a bloom; contracts of known code have no others."""
    return tuple(
        (
            bloom_mask(address_bytes(address)),
            tuple(bloom_mask(kind.topic) for kind in kinds() if kind.contract == name),
        )
        for name, address in zip(CONTRACTS, addresses, strict=True)
    )
