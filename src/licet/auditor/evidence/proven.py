"""Logs that need not be believed: of blocks that lead to the audited one, from receipts with its roots.

What a deployment's contracts logged is bound by their heads already. Receipts also bind when that was, and
what vaults and tokens logged.
"""

from collections.abc import Collection, Iterable
from typing import Final

from licet.auditor.evidence.records import Progress, Records
from licet.auditor.findings import Finding
from licet.chain.blocks.asking import check_hash, headers_of, receipts_of
from licet.chain.blocks.headers import Header, hex_bytes
from licet.chain.blocks.raw import RawReceipt
from licet.chain.blocks.receipts import receipts_root
from licet.chain.blocks.tries import EMPTY_CODE
from licet.chain.client import Block, Chain, Log
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import Deployment, create_address
from licet.chain.rpc.batches import Node, untrue
from licet.chain.state.proofs import ProvenState
from licet.chain.state.reading import parts_of
from licet.contracts.transfers import Transfer
from licet.errors import ChainError, InputError
from licet.trees.hashing import keccak
from licet.types import Address, hash32

_MOST_LINKED: Final = 50_000
"""How far back headers are linked: as many as a minute allows, and a pack of evidence holds."""
_HEADERS_AT_ONCE: Final = 1_000
_RECEIPTS_AT_ONCE: Final = 20


class Headers:
    """The headers up to a block, each the parent of the next as far back as is cheap."""

    def __init__(self, node: Node, pinned: Header) -> None:
        """Nothing is asked yet but the last header, whose own hash must have been checked."""
        self._node: Final = node
        self._pinned: Final = pinned
        self._lowest: Header = pinned
        self._known: Final[dict[int, Header]] = {pinned.height: pinned}
        self.linked_from = max(0, pinned.height - _MOST_LINKED)
        """The first block whose header is linked; those before it are the node's word."""

    def header(self, number: int) -> Header:
        """A block's header.

        Raises:
            NodeUntrue: the header does not lead to its hash, or is not on the way to the last one.
            ChainError: the node does not have it.
        """
        if number not in self._known:
            if number < self.linked_from:
                [header] = headers_of(self._node, [number])
                check_hash(self._node, header)
                self._known[number] = header
            else:
                self._link(number)
        return self._known[number]

    def _link(self, number: int) -> None:
        """Links all blocks down to one."""
        for numbers in parts_of(range(self._lowest.height - 1, number - 1, -1), _HEADERS_AT_ONCE):
            for header in headers_of(self._node, numbers):
                check_hash(self._node, header)
                if header.hash != self._lowest.parent_hash:
                    what = f"its block {header.height} is not the parent of its block {self._lowest.height}"
                    raise untrue(self._node.url, "parents", what)
                self._known[header.height] = self._lowest = header


class ProvenRecords(Records):
    """Records of a node, each log of which stands in a receipt with the root of its block."""

    def __init__(self, chain: Chain, headers: Headers, progress: Progress | None = None) -> None:
        """Records of a node that has receipts."""
        super().__init__(chain, progress)
        self._node: Final = chain.node
        self._headers: Final = headers
        self._logged: Final[dict[int, list[bytes]]] = {}

    @property
    def receipts(self) -> int:
        """How many blocks' receipts were checked."""
        return len(self._logged)

    def deployment(
        self, addresses: Collection[Address], first: int, last: int, findings: list[Finding]
    ) -> Iterable[Log]:
        """As `Records`.

        Raises:
            NodeUntrue: a log does not stand in its block's receipts, or these have another root.
            ChainError: the node does not have them.
        """
        return self._proven([*super().deployment(addresses, first, last, findings)])

    def claims(
        self, vaults: Collection[Address], first: int, last: int, findings: list[Finding]
    ) -> Iterable[Log]:
        """As `Records`. Raises as `deployment`."""
        return self._proven([*super().claims(vaults, first, last, findings)])

    def transfers(
        self,
        token: Address,
        followed: Collection[Address],
        payees: Collection[Address],
        blocks: tuple[int, int],
        findings: list[Finding],
    ) -> Iterable[Transfer]:
        """As `Records`. Raises as `deployment`."""
        moved = [*super().transfers(token, followed, payees, blocks, findings)]
        self._proven([transfer.log for transfer in moved])
        return moved

    def block(self, number: int) -> Block:
        """As `Records`, from the header."""
        header = self._headers.header(number)
        return Block(number, hash32(hex_bytes(header.hash)), int(header.timestamp, 16))

    def _proven(self, logs: list[Log]) -> list[Log]:
        unknown = sorted({log.block_number for log in logs} - self._logged.keys(), reverse=True)
        for numbers in parts_of(unknown, _RECEIPTS_AT_ONCE):
            headers = [self._headers.header(number) for number in numbers]
            for header, receipts in zip(headers, receipts_of(self._node, headers), strict=True):
                self._logged[header.height] = self._checked(header, receipts)
        for log in logs:
            logged = self._logged[log.block_number]
            is_there = log.index < len(logged) and logged[log.index] == _digest(
                bytes.fromhex(log.address[2:]), log.topics, log.data
            )
            if not is_there or log.block_hash != self._headers.header(log.block_number).hash:
                what = f"log {log.index} of block {log.block_number} is not in its receipts"
                raise untrue(self._node.url, "logs", what)
        return logs

    def _checked(self, header: Header, receipts: list[RawReceipt]) -> list[bytes]:
        """Digests of a block's logs, in order."""
        try:
            root = receipts_root(receipts)
            if root != hex_bytes(header.receipts_root):
                what = f"its receipts of block {header.height} have another root than the header"
                raise untrue(self._node.url, "receipts", what)
            return [
                _digest(hex_bytes(log.address), [*map(hex_bytes, log.topics)], hex_bytes(log.data))
                for receipt in receipts
                for log in receipt.logs
            ]
        except (InputError, ValueError) as error:
            what = f"its receipts of block {header.height} are none"
            raise untrue(self._node.url, "receipts", what) from error


def _digest(address: bytes, topics: Iterable[bytes], data: bytes) -> bytes:
    """A log, in few bytes."""
    return keccak(keccak(address + b"".join(topics)) + data)


def pinned_header(node: Node, at: Block) -> Header:
    """The header of the audited block, with its hash recomputed.

    Raises:
        NodeUntrue: it does not lead to the block's hash.
    """
    [header] = headers_of(node, [at.number])
    if header.hash != at.hash:
        raise ChainError(f"block {at.number} was replaced while it was audited: audit again")
    check_hash(node, header)
    if int(header.timestamp, 16) != at.timestamp:
        raise untrue(node.url, "headers", f"it gives two times for block {at.number}")
    return header


def check_codes(deployment: Deployment, state: ProvenState) -> None:
    """Makes sure that the code that was compared with what Licet ships is the code that the state has.

    Raises:
        NodeUntrue: it is not.
    """
    contracts = {
        "AssetRegistry": deployment.asset_registry,
        "LicenseToken": deployment.license_token,
        "RoyaltyVaultFactory": deployment.vault_factory,
        "RoyaltyVault": deployment.vault_implementation,
        "UsageLedger": deployment.usage_ledger,
        "StatementEscrow": deployment.statement_escrow,
        "DisputeDesk": deployment.dispute_desk,
    }
    expected = {address: deployment.code_hashes[name] for name, address in contracts.items()}
    for owner in (deployment.usage_ledger, deployment.statement_escrow, deployment.dispute_desk):
        code = artifact("Purse").runtime_code({"_owner": int(owner, 16)})
        expected[create_address(owner, 1)] = hash32(keccak(code))
    addresses = list(expected)
    for address, actual in zip(addresses, state.code_hashes(addresses), strict=True):
        # What was deployed after the audited block has neither code nor anything else there.
        if actual not in (expected[address], hash32(EMPTY_CODE)):
            raise untrue(state.node.url, "code", f"it gives other code for {address} than the state has")
