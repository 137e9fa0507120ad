"""Sum trees: Merkle trees of (payee, share) whose inner nodes commit to both children's hashes *and* sums.

leaf = keccak(0x00 ‖ payee ‖ share), inner = keccak(0x01 ‖ hL ‖ sL ‖ hR ‖ sR),
root = keccak(0x02 ‖ h ‖ total);
shares and sums are uint128. A proof shows which interval of the total is the payee's, so no root can promise
more than the whole. Leaves are sorted by address; the last node of an odd level moves up unchanged.

A tree may have millions of payees, so it is kept as bytes, as they are hashed: leaf after leaf, and of each
level node after node.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sha3 import keccak_256  # type: ignore[import-untyped]

from licet.errors import InputError
from licet.trees.hashing import checksum, keccak, parse_address, parse_raw_address
from licet.types import Address, Hash32, address_bytes, hash32, hash_bytes

MAX_SUM = (1 << 128) - 1
"""The largest total that a split may have."""

LEAF_BYTES: Final = 36
"""A leaf as bytes: 20 of the payee's address, 16 of the share."""

_PAYEE: Final = 20
_HASH: Final = 32
_NODE: Final = 48
"""A node as bytes: 32 of its hash, 16 of its sum."""

_ZERO_PAYEE: Final = bytes(_PAYEE)
_AT_ONCE: Final = 4_096


@dataclass(frozen=True, slots=True)
class SumNode:
    """A sibling on the way up: its hash, and the sum of the shares under it."""

    hash: Hash32
    sum: int


@dataclass(frozen=True, slots=True)
class SumProof:
    """That a payee has a share of a split.

    Attributes:
        share: the payee's part of the total.
        siblings: the nodes met on the way from the leaf up.
        sides: bit i is 1 where `siblings[i]` stands on the left.
    """

    share: int
    siblings: tuple[SumNode, ...]
    sides: int

    def to_abi(self, payee: Address) -> tuple[Any, ...]:
        """The payee's share, proven, as the contracts take it."""
        return payee, self.share, self.sides, [(node.hash, node.sum) for node in self.siblings]


class SumTree:
    """The tree of a split."""

    def __init__(self, shares: Mapping[Address, int] | Iterable[tuple[Address, int]] | bytes) -> None:
        """Builds the tree.

        Args:
            shares: what each payee gets; pairs that name one payee twice are added up. Or the leaves as
                bytes, one after the other, `LEAF_BYTES` each: the payee's address and the share. These are
                sorted by address already, and name each payee once.

        Raises:
            InputError: there are none, a payee is the zero address, a share is not positive, the total is
                beyond `MAX_SUM`, or leaves given as bytes are not as they should be.
        """
        if isinstance(shares, bytes):
            _check_leaves(shares)
            self._leaves = shares
        else:
            self._leaves = _packed(_merged(shares.items() if isinstance(shares, Mapping) else shares))
        if not self._leaves:
            raise InputError("a split needs at least one payee")
        level = _packed(_leaf_nodes(self._leaves))
        self._levels: Final = [level]
        while len(level) > _NODE:
            level = _packed(_nodes_above(level))
            self._levels.append(level)

    def __len__(self) -> int:
        """The number of payees."""
        return len(self._leaves) // LEAF_BYTES

    @property
    def shares(self) -> dict[Address, int]:
        """The shares by payee, in the order of the leaves."""
        return dict(self.items())

    def items(self) -> Iterator[tuple[Address, int]]:
        """The payees and their shares, in the order of the leaves, one at a time."""
        return ((checksum(payee), share) for payee, share in _unpacked(self._leaves))

    @property
    def total(self) -> int:
        """The sum of all shares."""
        return int.from_bytes(self._levels[-1][_HASH:])

    @property
    def root(self) -> Hash32:
        """What the vault's address commits to."""
        return _root(self._levels[-1])

    def share(self, payee: Address) -> int:
        """A payee's share; 0 for somebody who is not in the split."""
        index = self._position(address_bytes(payee))
        return 0 if index is None else self._share_at(index)

    def proof(self, payee: Address) -> SumProof:
        """The proof of a payee's share.

        Raises:
            InputError: the payee is not in the split.
        """
        index = self._position(address_bytes(parse_address(payee, "payee")))
        if index is None:
            raise InputError(f"{payee} is not among the {len(self)} payees of the split {self.root}")
        share = self._share_at(index)
        siblings: list[SumNode] = []
        sides = 0
        for level in self._levels[:-1]:
            at = (index ^ 1) * _NODE
            if at < len(level):
                sides |= (index & 1) << len(siblings)
                total = int.from_bytes(level[at + _HASH : at + _NODE])
                siblings.append(SumNode(hash32(level[at : at + _HASH]), total))
            index >>= 1
        return SumProof(share, tuple(siblings), sides)

    def _share_at(self, index: int) -> int:
        return int.from_bytes(self._leaves[index * LEAF_BYTES + _PAYEE : (index + 1) * LEAF_BYTES])

    def _position(self, payee: bytes) -> int | None:
        """Which leaf is a payee's, found by halves."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            found = self._leaves[middle * LEAF_BYTES : middle * LEAF_BYTES + _PAYEE]
            if found == payee:
                return middle
            low, high = (middle + 1, high) if found < payee else (low, middle)
        return None


def sum_root(payee: Address, proof: SumProof) -> tuple[Hash32, int]:
    """The root and the total that `proof` leads to from a payee.

    Raises:
        InputError: a share or sum on the way is not in uint128, or the share is 0.
    """
    if not 0 < proof.share <= MAX_SUM:
        raise InputError(f"the share {proof.share} of {payee} is not between 1 and 2^128 - 1")
    leaf = address_bytes(payee) + proof.share.to_bytes(16)
    [node] = _leaf_nodes(leaf)
    for i, sibling in enumerate(proof.siblings):
        if not 0 <= sibling.sum <= MAX_SUM:
            raise InputError(f"sibling {i} of the proof has the sum {sibling.sum}: not a uint128")
        other = hash_bytes(sibling.hash) + sibling.sum.to_bytes(16)
        [node] = _nodes_above(other + node if proof.sides >> i & 1 else node + other)
    return _root(node), int.from_bytes(node[_HASH:])


def verify_share(root: Hash32, payee: Address, proof: SumProof) -> bool:
    """Whether the split `root` gives the payee the share that the proof says."""
    try:
        return sum_root(payee, proof)[0] == root
    except InputError:
        return False


def _merged(pairs: Iterable[tuple[Address, int]]) -> Iterator[bytes]:
    """The leaves of payees and shares: sorted, each payee once."""
    merged: dict[bytes, int] = {}
    for label, share in pairs:
        payee = parse_raw_address(label, "payee")
        _check_leaf(payee, share)
        merged[payee] = merged.get(payee, 0) + share
    for payee in sorted(merged):
        share = merged[payee]
        if share > MAX_SUM:
            raise InputError(f"the share {share} of {checksum(payee)} exceeds 2^128 - 1: use smaller units")
        yield payee + share.to_bytes(16)


def _check_leaves(leaves: bytes) -> None:
    if len(leaves) % LEAF_BYTES:
        raise InputError(f"leaves have {LEAF_BYTES} bytes each: these are {len(leaves)}")
    before = _ZERO_PAYEE
    for payee, share in _unpacked(leaves):
        _check_leaf(payee, share)
        if payee <= before:
            raise InputError(f"leaves are sorted by address, each payee once: {checksum(payee)} is not")
        before = payee


def _check_leaf(payee: bytes, share: int) -> None:
    if payee == _ZERO_PAYEE:
        raise InputError("the zero address cannot be a payee: what it is paid is lost")
    if share <= 0:
        raise InputError(f"payee {checksum(payee)} has the share {share}: shares are positive")


def _packed(parts: Iterator[bytes]) -> bytes:
    """Parts as one, without a list of all of them, which would take more memory than they do."""
    whole = bytearray()
    while some := b"".join(islice(parts, _AT_ONCE)):
        whole += some
    return bytes(whole)


def _unpacked(leaves: bytes) -> Iterator[tuple[bytes, int]]:
    for i in range(0, len(leaves), LEAF_BYTES):
        yield leaves[i : i + _PAYEE], int.from_bytes(leaves[i + _PAYEE : i + LEAF_BYTES])


def _leaf_nodes(leaves: bytes) -> Iterator[bytes]:
    """The lowest level of nodes."""
    for i in range(0, len(leaves), LEAF_BYTES):
        leaf = leaves[i : i + LEAF_BYTES]
        yield keccak_256(b"\x00" + leaf).digest() + leaf[_PAYEE:]


def _nodes_above(level: bytes) -> Iterator[bytes]:
    """The nodes of the level above; a last one without a pair is the same there."""
    pairs = len(level) // (2 * _NODE) * (2 * _NODE)
    for i in range(0, pairs, 2 * _NODE):
        pair = level[i : i + 2 * _NODE]
        total = int.from_bytes(pair[_HASH:_NODE]) + int.from_bytes(pair[_NODE + _HASH :])
        if total > MAX_SUM:
            raise InputError(f"the shares sum to {total} or more, beyond 2^128 - 1: use smaller units")
        yield keccak_256(b"\x01" + pair).digest() + total.to_bytes(16)
    if pairs < len(level):
        yield level[pairs:]


def _root(node: bytes) -> Hash32:
    return hash32(keccak(b"\x02" + node))
