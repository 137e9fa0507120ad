"""Catalogue trees: Merkle trees over the SHA-256 of works, in the order of the catalogue.

leaf = keccak(0x00 ‖ sha256), inner = keccak(0x01 ‖ left ‖ right).
The last node of an odd level moves up unchanged.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from licet.errors import InputError
from licet.trees.hashing import keccak
from licet.types import Hash32, hash32, hash_bytes

_SIZE: Final = 32
"""The bytes of a node, which stand one after another in a level."""


@dataclass(frozen=True, slots=True)
class CatalogProof:
    """That a work is in a catalogue.

    Attributes:
        siblings: the hashes met on the way from the leaf up.
        sides: bit i is 1 where `siblings[i]` stands on the left.
    """

    siblings: tuple[Hash32, ...]
    sides: int


class CatalogTree:
    """The tree of a catalogue. All levels are kept, 64 bytes for each work, so that a proof is a look-up."""

    def __init__(self, works: Iterable[Hash32]) -> None:
        """Builds the tree.

        Args:
            works: the SHA-256 of each work, in document order.

        Raises:
            InputError: there are none.
        """
        level = b"".join(_leaf(hash_bytes(work)) for work in works)
        if not level:
            raise InputError("a catalogue needs at least one work")
        self._levels = [level]
        while len(level) > _SIZE:
            pairs = range(0, len(level) - _SIZE, 2 * _SIZE)
            above = b"".join(_inner(level[at : at + 2 * _SIZE]) for at in pairs)
            if len(level) // _SIZE % 2:
                above += level[-_SIZE:]
            self._levels.append(above)
            level = above

    def __len__(self) -> int:
        """The number of works."""
        return len(self._levels[0]) // _SIZE

    @property
    def root(self) -> Hash32:
        """What identifies the catalogue on chain."""
        return hash32(self._levels[-1])

    def proof(self, index: int) -> CatalogProof:
        """The proof of the work at `index`, counted from 0.

        Raises:
            InputError: the catalogue has no such index.
        """
        if not 0 <= index < len(self):
            raise InputError(f"the catalogue has no work at index {index}: it has {len(self)} works")
        siblings: list[Hash32] = []
        sides = 0
        for level in self._levels[:-1]:
            sibling = level[(index ^ 1) * _SIZE : (index ^ 1) * _SIZE + _SIZE]
            if sibling:
                sides |= (index & 1) << len(siblings)
                siblings.append(hash32(sibling))
            index >>= 1
        return CatalogProof(tuple(siblings), sides)


def catalog_root(work: Hash32, proof: CatalogProof) -> Hash32:
    """The root that `proof` leads to from a work's SHA-256."""
    node = _leaf(hash_bytes(work))
    for i, sibling in enumerate(map(hash_bytes, proof.siblings)):
        node = _inner(sibling + node) if proof.sides >> i & 1 else _inner(node + sibling)
    return hash32(node)


def verify_work(root: Hash32, work: Hash32, proof: CatalogProof) -> bool:
    """Whether the catalogue `root` has the work with this SHA-256."""
    return catalog_root(work, proof) == root


def _leaf(sha256: bytes) -> bytes:
    return keccak(b"\x00" + sha256)


def _inner(pair: bytes) -> bytes:
    return keccak(b"\x01" + pair)
