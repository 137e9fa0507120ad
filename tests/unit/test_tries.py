"""Merkle-Patricia proofs, of tries made with another library's RLP; whatever is altered is refused."""

import pytest
import rlp as rlp_library
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.chain.blocks.headers import Header
from licet.chain.blocks.rlp import Item, minimal, rlp, rlp_list, unrlp
from licet.chain.blocks.tries import EMPTY_CODE, EMPTY_ROOT, NO_ACCOUNT, Account, ProofReader
from licet.errors import InputError
from licet.trees.hashing import keccak

# What tries are made of: nested lists and strings, as RLP has them.
ITEMS = st.recursive(st.binary(max_size=70), lambda inner: st.lists(inner, max_size=20), max_leaves=30)
STORAGES = st.dictionaries(st.integers(0, 2**256 - 1), st.integers(1, 2**256 - 1), min_size=1, max_size=40)


class Trie:
    """A trie whose keys are hashed, as nodes by their places."""

    def __init__(self, values: dict[bytes, bytes]) -> None:
        self._values = {keccak(key).hex(): value for key, value in values.items()}
        self.root = keccak(self._encoded("")) if values else EMPTY_ROOT

    def proof(self, key: bytes) -> list[bytes]:
        """The nodes on the way to a key, or to where it would be."""
        path, prefix, nodes = keccak(key).hex(), "", []
        while True:
            node, encoded = self._node(prefix), self._encoded(prefix)
            if not nodes or len(encoded) >= 32:
                nodes.append(encoded)
            if len(node) == 17:
                prefix = path[: len(prefix) + 1]
            else:
                common = self._common(prefix)
                if len(common) == 64 or not path.startswith(common):
                    return nodes
                prefix = common
            if not self._below(prefix):
                return nodes

    def _below(self, prefix: str) -> list[str]:
        return [path for path in self._values if path.startswith(prefix)]

    def _common(self, prefix: str) -> str:
        paths = self._below(prefix)
        first, last = min(paths), max(paths)
        size = next((i for i in range(64) if first[i] != last[i]), 64)
        return first[:size]

    def _node(self, prefix: str) -> list[object]:
        common = self._common(prefix)
        if len(common) == 64:
            return [_packed(common[len(prefix) :], leaf=True), self._values[common]]
        if common != prefix:
            return [_packed(common[len(prefix) :], leaf=False), self._reference(common)]
        children = [prefix + digit for digit in "0123456789abcdef"]
        return [*(self._reference(child) if self._below(child) else b"" for child in children), b""]

    def _encoded(self, prefix: str) -> bytes:
        return bytes(rlp_library.encode(self._node(prefix)))

    def _reference(self, prefix: str) -> object:
        encoded = self._encoded(prefix)
        return keccak(encoded) if len(encoded) >= 32 else self._node(prefix)


def _packed(nibbles: str, *, leaf: bool) -> bytes:
    flag = 2 * leaf
    return bytes.fromhex(f"{flag + 1}{nibbles}" if len(nibbles) % 2 else f"{flag}0{nibbles}")


def storage(words: dict[int, int]) -> Trie:
    return Trie({slot.to_bytes(32): rlp_library.encode(word) for slot, word in words.items()})


@settings(deadline=None)
@given(STORAGES, st.integers(0, 2**256 - 1))
def test_words_are_proven_present_and_absent(words: dict[int, int], other: int) -> None:
    trie, reader = storage(words), ProofReader()
    for slot, word in words.items():
        assert reader.word(trie.root, slot, trie.proof(slot.to_bytes(32))) == word
    assert reader.word(trie.root, other, trie.proof(other.to_bytes(32))) == words.get(other, 0)


@settings(deadline=None)
@given(STORAGES, st.data())
def test_an_altered_proof_proves_nothing_else(words: dict[int, int], data: st.DataObject) -> None:
    trie = storage(words)
    slot = data.draw(st.sampled_from(sorted(words)))
    proof = trie.proof(slot.to_bytes(32))
    which = data.draw(st.integers(0, len(proof) - 1))
    at = data.draw(st.integers(0, len(proof[which]) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    node = proof[which]
    proof[which] = node[:at] + bytes([node[at] ^ bit]) + node[at + 1 :]
    with pytest.raises(InputError):
        ProofReader().word(trie.root, slot, proof)


@settings(deadline=None)
@given(STORAGES, st.data())
def test_a_proof_has_all_its_nodes_and_no_other(words: dict[int, int], data: st.DataObject) -> None:
    trie = storage(words)
    slot = data.draw(st.sampled_from(sorted(words)))
    proof = trie.proof(slot.to_bytes(32))
    reader = ProofReader()
    for wrong in (proof[:-1], [*proof, b"\x80"], [*proof, proof[-1]]):
        with pytest.raises(InputError):
            reader.word(trie.root, slot, wrong)


def test_the_proof_of_another_slot_proves_nothing_of_this_one() -> None:
    words = {slot: slot + 1 for slot in range(50)}
    trie, reader = storage(words), ProofReader()
    for slot in range(1, 50):
        proof = trie.proof((slot - 1).to_bytes(32))
        try:
            found = reader.word(trie.root, slot, proof)
        except InputError:
            continue
        raise AssertionError(f"slot {slot} was proven to have {found}")


def test_an_empty_trie_has_nothing() -> None:
    reader = ProofReader()
    assert reader.word(EMPTY_ROOT, 7, []) == 0
    assert reader.word(EMPTY_ROOT, 7, [b"\x80"]) == 0
    with pytest.raises(InputError, match="has something"):
        reader.word(EMPTY_ROOT, 7, [b"\xc0"])
    assert keccak(b"\x80") == EMPTY_ROOT
    assert keccak(b"") == EMPTY_CODE


def test_accounts() -> None:
    known, unknown = b"\x11" * 20, b"\x22" * 20
    root, code = keccak(b"root"), keccak(b"code")
    state = Trie({known: rlp_library.encode([1, 10**20, root, code]), b"\x33" * 20: b"\xc0"})
    reader = ProofReader()
    assert reader.account(state.root, known, state.proof(known)) == Account(10**20, root, code)
    assert reader.account(state.root, unknown, state.proof(unknown)) == NO_ACCOUNT
    with pytest.raises(InputError, match="than an account"):
        reader.account(state.root, b"\x33" * 20, state.proof(b"\x33" * 20))


@pytest.mark.parametrize(
    "fields", [[1, 2, b"\0" * 31, b"\0" * 32], [1, 2, b"\0" * 32, b""], [b"\0", 2, b"\0" * 32, b"\0" * 32]]
)
def test_what_is_no_account(fields: list[object]) -> None:
    state = Trie({b"\x11" * 20: rlp_library.encode(fields)})
    with pytest.raises(InputError, match="something else than"):
        ProofReader().account(state.root, b"\x11" * 20, state.proof(b"\x11" * 20))


@given(ITEMS)
def test_rlp_is_read_as_another_library_writes_it(item: Item) -> None:
    encoded = bytes(rlp_library.encode(item))
    assert unrlp(encoded) == item
    assert _again(item) == encoded


def _again(item: Item) -> bytes:
    return rlp(item) if isinstance(item, bytes) else rlp_list(map(_again, item))


@given(st.binary(max_size=80))
def test_bytes_that_are_read_are_the_only_form_of_what_they_say(data: bytes) -> None:
    try:
        item = unrlp(data)
    except InputError:
        return
    assert _again(item) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x81\x7f",  # a byte that is its own form
        b"\xb8\x37" + b"a" * 55,  # a short string in the long form
        b"\xb9\x00\x38" + b"a" * 56,  # a length with a leading zero
        b"\x83ab",
        b"\xc3\x82a",
        b"\xc1",
        b"aa",
        b"\xbf" + b"\xff" * 8,
        b"\xc1" * 40 + b"\xc0",
    ],
)
def test_rlp_that_is_none(data: bytes) -> None:
    with pytest.raises(InputError, match="RLP"):
        unrlp(data)


def test_lists_in_lists_do_not_overflow_the_stack() -> None:
    data = b"\xc0"
    for _ in range(60):
        data = rlp_list([data])
    with pytest.raises(InputError, match="nested too deeply"):
        unrlp(data)


def test_numbers_have_no_leading_zeros() -> None:
    assert [minimal(number) for number in (0, 1, 255, 256)] == [b"", b"\1", b"\xff", b"\1\0"]
    assert Header("0x10", "0x", "0x", "0x", "0x", "0x").height == 16
