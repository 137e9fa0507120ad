"""Sum trees: Merkle trees of (payee, share) whose inner nodes commit to both children's hashes *and* sums.

leaf = keccak(0x00 ‖ payee ‖ share), inner = keccak(0x01 ‖ hL ‖ sL ‖ hR ‖ sR),
root = keccak(0x02 ‖ h ‖ total);
shares and sums are uint128. A proof shows which interval of the total is the payee's, so no root can promise
more than the whole. Leaves are sorted by address; the last node of an odd level moves up unchanged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from licet.errors import InputError
from licet.trees.hashing import keccak, parse_address
from licet.types import ZERO_ADDRESS, Address, Hash32, address_bytes, hash32, hash_bytes

MAX_SUM = (1 << 128) - 1
"""The largest total that a split may have."""

_Node: TypeAlias = tuple[bytes, int]


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

    def __init__(self, shares: Mapping[Address, int] | Iterable[tuple[Address, int]]) -> None:
        """Builds the tree.

        Args:
            shares: what each payee gets; pairs that name one payee twice are added up.

        Raises:
            InputError: there are none, a payee is the zero address, a share is not positive, or the total is
                beyond `MAX_SUM`.
        """
        merged = _merged(shares.items() if isinstance(shares, Mapping) else shares)
        self._shares = dict(sorted(merged.items(), key=lambda item: address_bytes(item[0])))
        self._positions = {payee: i for i, payee in enumerate(self._shares)}
        level: list[_Node] = [(_leaf(payee, share), share) for payee, share in self._shares.items()]
        self._levels = [level]
        while len(level) > 1:
            above = [_inner(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
            if len(level) % 2:
                above.append(level[-1])
            self._levels.append(above)
            level = above

    def __len__(self) -> int:
        """The number of payees."""
        return len(self._shares)

    @property
    def shares(self) -> dict[Address, int]:
        """The shares by payee, in the order of the leaves."""
        return dict(self._shares)

    @property
    def total(self) -> int:
        """The sum of all shares."""
        return self._levels[-1][0][1]

    @property
    def root(self) -> Hash32:
        """What the vault's address commits to."""
        return _root(self._levels[-1][0])

    def proof(self, payee: Address) -> SumProof:
        """The proof of a payee's share.

        Raises:
            InputError: the payee is not in the split.
        """
        index = self._positions.get(payee)
        if index is None:
            raise InputError(f"{payee} is not among the {len(self)} payees of the split {self.root}")
        siblings: list[SumNode] = []
        sides = 0
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                sides |= (index & 1) << len(siblings)
                siblings.append(SumNode(hash32(level[sibling][0]), level[sibling][1]))
            index >>= 1
        return SumProof(self._shares[payee], tuple(siblings), sides)


def sum_root(payee: Address, proof: SumProof) -> tuple[Hash32, int]:
    """The root and the total that `proof` leads to from a payee.

    Raises:
        InputError: a share or sum on the way is not in uint128, or the share is 0.
    """
    if not 0 < proof.share <= MAX_SUM:
        raise InputError(f"the share {proof.share} of {payee} is not between 1 and 2^128 - 1")
    node: _Node = (_leaf(payee, proof.share), proof.share)
    for i, sibling in enumerate(proof.siblings):
        if not 0 <= sibling.sum <= MAX_SUM:
            raise InputError(f"sibling {i} of the proof has the sum {sibling.sum}: not a uint128")
        other = (hash_bytes(sibling.hash), sibling.sum)
        node = _inner(other, node) if proof.sides >> i & 1 else _inner(node, other)
    return _root(node), node[1]


def verify_share(root: Hash32, payee: Address, proof: SumProof) -> bool:
    """Whether the split `root` gives the payee the share that the proof says."""
    try:
        return sum_root(payee, proof)[0] == root
    except InputError:
        return False


def _merged(shares: Iterable[tuple[Address, int]]) -> dict[Address, int]:
    merged: dict[Address, int] = {}
    for label, share in shares:
        payee = parse_address(label, "payee")
        if payee == ZERO_ADDRESS:
            raise InputError("the zero address cannot be a payee: what it is paid is lost")
        if share <= 0:
            raise InputError(f"payee {payee} has the share {share}: shares are positive")
        merged[payee] = merged.get(payee, 0) + share
    if not merged:
        raise InputError("a split needs at least one payee")
    return merged


def _leaf(payee: Address, share: int) -> bytes:
    if share > MAX_SUM:
        raise InputError(f"the share {share} of {payee} exceeds 2^128 - 1: use smaller units")
    return keccak(b"\x00" + address_bytes(payee) + share.to_bytes(16))


def _inner(left: _Node, right: _Node) -> _Node:
    total = left[1] + right[1]
    if total > MAX_SUM:
        raise InputError(f"the shares sum to {total} or more, beyond 2^128 - 1: use smaller units")
    packed = b"\x01" + left[0] + left[1].to_bytes(16) + right[0] + right[1].to_bytes(16)
    return keccak(packed), total


def _root(node: _Node) -> Hash32:
    return hash32(keccak(b"\x02" + node[0] + node[1].to_bytes(16)))
