"""Merkle-Patricia proofs: what a trie with a known root has at a key, or that it has nothing there.

Of the tries whose keys are hashes, as Ethereum's state and storage have them (Yellow Paper, appendix D). A
proof is the nodes on the way from the root. Each is bound by the hash in the one before; each must be used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from licet.chain.blocks.rlp import Item, rlp, rlp_list, unrlp
from licet.errors import InputError
from licet.trees.hashing import keccak

EMPTY_ROOT: Final = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
"""The root of a trie without anything in it."""
EMPTY_CODE: Final = bytes.fromhex("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
"""The hash of no code."""

_NOTHING: Final = b"\x80"
_HASH: Final = 32
_NIBBLES: Final = 64
_BRANCH: Final = 17
_MOST_NODES: Final = 100_000

_Node: TypeAlias = "list[Item]"


@dataclass(frozen=True, slots=True)
class Account:
    """What the state has of an address.

    Attributes:
        balance: native coin, wei.
        storage_root: of its storage.
        code_hash: keccak-256 of its code; `EMPTY_CODE` for none.
    """

    balance: int
    storage_root: bytes
    code_hash: bytes


NO_ACCOUNT: Final = Account(0, EMPTY_ROOT, EMPTY_CODE)
"""What the state says of an address that it does not have."""


class ProofReader:
    """Reads proofs; a node that many of them share is hashed and taken apart once."""

    def __init__(self) -> None:
        self._known: Final[dict[bytes, tuple[bytes, _Node]]] = {}

    def account(self, state_root: bytes, address: bytes, proof: Sequence[bytes]) -> Account:
        """What the state with a root has of an address.

        Args:
            state_root: from a block's header.
            address: 20 bytes.
            proof: the nodes from the root on.

        Raises:
            InputError: the proof does not prove it.
        """
        data = self.value(state_root, address, proof)
        if data is None:
            return NO_ACCOUNT
        fields = unrlp(data)
        if not isinstance(fields, list) or len(fields) != 4:
            raise InputError("the proof leads to something else than an account")
        nonce, balance, storage_root, code_hash = fields
        _number(nonce)
        if not isinstance(storage_root, bytes) or not isinstance(code_hash, bytes):
            raise InputError("the proof leads to something else than an account")
        if len(storage_root) != _HASH or len(code_hash) != _HASH:
            raise InputError("the proof leads to something else than an account")
        return Account(_number(balance), storage_root, code_hash)

    def word(self, storage_root: bytes, slot: int, proof: Sequence[bytes]) -> int:
        """What the storage with a root has in a slot; 0 where it has nothing.

        Raises:
            InputError: the proof does not prove it.
        """
        data = self.value(storage_root, slot.to_bytes(_HASH), proof)
        return 0 if data is None else _number(unrlp(data))

    def value(self, root: bytes, key: bytes, proof: Sequence[bytes]) -> bytes | None:
        """What the trie with a root has at a key; None where it is proven to have nothing.

        Args:
            root: of the trie.
            key: as it was before it was hashed.
            proof: the nodes from the root on; nodes that stand inside another may be left out.

        Raises:
            InputError: the proof does not prove it, or has more than it takes.
        """
        if root == EMPTY_ROOT:
            if list(proof) not in ([], [_NOTHING]):
                raise InputError("the proof is of a trie that has something")
            return None
        path, depth, used = keccak(key).hex(), 0, 0
        reference: Item = root
        while True:
            if isinstance(reference, bytes):
                if used == len(proof):
                    raise InputError("the proof ends early")
                node = self._node(proof[used], reference)
                used += 1
            else:
                node, encoded = _inside(reference)
                used += used < len(proof) and proof[used] == encoded
            found, depth = _step(node, path, depth)
            if depth < 0 or not found:
                break
            reference = found
        if used != len(proof):
            raise InputError("the proof has more than it takes")
        if not found:
            return None
        assert isinstance(found, bytes)
        return found

    def _node(self, encoded: bytes, hash_: bytes) -> _Node:
        known = self._known.get(encoded)
        if known is None:
            if len(self._known) == _MOST_NODES:
                self._known.clear()
            known = self._known[encoded] = (keccak(encoded), _checked(unrlp(encoded)))
        if known[0] != hash_:
            raise InputError("a node of the proof does not have the hash that leads to it")
        return known[1]


def _step(node: _Node, path: str, depth: int) -> tuple[Item, int]:
    """Where a node leads: a reference and how deep it is; or a leaf's value, or nothing, and -1."""
    if len(node) == _BRANCH:
        if depth == _NIBBLES:
            raise InputError("a node of the proof is deeper than its key")
        return node[int(path[depth], 16)], depth + 1
    assert isinstance(node[0], bytes)
    leaf, nibbles = _unpacked(node[0])
    if leaf and len(nibbles) != _NIBBLES - depth:
        raise InputError("a leaf of the proof has a key of another length")
    if not path.startswith(nibbles, depth):
        return b"", -1
    return node[1], -1 if leaf else depth + len(nibbles)


def _inside(item: _Node) -> tuple[_Node, bytes]:
    """A node that stands inside another, and how it is written."""
    encoded = _written(item)
    if len(encoded) >= _HASH:
        raise InputError("a node of the proof stands inside another, and is too long for that")
    return _checked(item), encoded


def _written(item: Item) -> bytes:
    return rlp(item) if isinstance(item, bytes) else rlp_list(map(_written, item))


def _checked(node: Item) -> _Node:
    """A node, if it is one."""
    if isinstance(node, list) and len(node) == _BRANCH:
        # All keys have one length, so that no branch has a value of its own.
        if node[-1] == b"" and all(child == b"" or _is_reference(child) for child in node[:-1]):
            return node
    elif isinstance(node, list) and len(node) == 2 and isinstance(node[0], bytes):
        leaf, nibbles = _unpacked(node[0])
        if isinstance(node[1], bytes) and node[1] if leaf else nibbles and _is_reference(node[1]):
            return node
    raise InputError("a node of the proof is none")


def _is_reference(item: Item) -> bool:
    return isinstance(item, list) or len(item) == _HASH


def _unpacked(packed: bytes) -> tuple[bool, str]:
    """Whether a path is a leaf's, and its nibbles (hex-prefix)."""
    digits = packed.hex()
    flag = int(digits[:1] or "f", 16)
    odd = flag & 1
    if flag > 3 or not (odd or digits[1] == "0"):
        raise InputError("a path of the proof is none")
    return flag >= 2, digits[1 if odd else 2 :]


def _number(item: Item) -> int:
    """A number of up to 256 bits, without leading zeros."""
    if not isinstance(item, bytes) or len(item) > _HASH or item[:1] == b"\0":
        raise InputError("the proof leads to something else than a number")
    return int.from_bytes(item)
