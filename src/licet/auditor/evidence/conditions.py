"""Conditions: offers name them by hash alone; whoever used them showed them, and the hash proves them."""

from typing import Any, Final

from licet.chain.client import Chain, Log
from licet.documents import Library, OfferDocument
from licet.errors import ChainError, ConnectionFailed, DocumentError, InputError
from licet.rights.conditions import STRUCT, Conditions
from licet.trees.hashing import checksum, keccak
from licet.types import Hash32, hash32, hash_bytes

_BYTES: Final = 32 * len(STRUCT.members)
_NARROW: Final = bytes(30)
"""The first member, a share in basis points, fits into two bytes."""


class ShownConditions:
    """The conditions that anybody showed: published with an offer, in a document or in a transaction."""

    def __init__(self, chain: Chain, library: Library) -> None:
        self._chain: Final = chain
        self._library: Final = library
        self._known: Final[dict[Hash32, Conditions]] = {}
        self._looked: Final[set[tuple[Hash32, Hash32]]] = set()
        self._read_library = False

    def add(self, conditions: Conditions) -> None:
        """Notes conditions that were published."""
        self._known[conditions.struct_hash()] = conditions

    def find(self, wanted: Hash32, log: Log | None = None) -> Conditions | None:
        """The conditions with a hash; None where nobody showed them.

        Args:
            wanted: the hash, as an offer names it.
            log: of a transaction whose sender had to show them.
        """
        if wanted not in self._known and not self._read_library:
            self._read_library = True
            self._add_documents()
        if wanted not in self._known and log is not None and (wanted, log.tx_hash) not in self._looked:
            self._looked.add((wanted, log.tx_hash))
            self._add_from_transaction(wanted, log)
        return self._known.get(wanted)

    def _add_documents(self) -> None:
        for item in self._library.listing(OfferDocument).found:
            try:
                self.add(OfferDocument.from_bytes(self._library.get(item.hash)).conditions)
            except DocumentError:
                continue  # a broken document shows nothing

    def _add_from_transaction(self, wanted: Hash32, log: Log) -> None:
        try:
            _, data = self._chain.transaction_input(log.tx_hash)
        except ConnectionFailed:
            raise
        except ChainError:
            return  # a node need not keep old transactions
        shown = conditions_in(data, wanted)
        if shown is not None:
            self.add(shown)


def conditions_in(data: bytes, wanted: Hash32) -> Conditions | None:
    """The conditions with a hash that stand anywhere in a transaction's data; None if they do not."""
    target = hash_bytes(wanted)
    place = data.find(_NARROW)
    while 0 <= place <= len(data) - _BYTES:
        words = data[place : place + _BYTES]
        if keccak(STRUCT.type_hash + words) == target:
            return _decoded(words)
        place = data.find(_NARROW, place + 1)
    return None


def _decoded(words: bytes) -> Conditions | None:
    values: dict[str, Any] = {}
    for i, member in enumerate(STRUCT.members):
        word = words[32 * i : 32 * i + 32]
        values[member.attribute] = _value(member.type, word)
    try:
        conditions = Conditions(**values)
    except InputError:
        return None
    # Where a word does not fit its type, no contract reads the conditions, though their hash is right.
    return conditions if conditions.struct_hash() == hash32(keccak(STRUCT.type_hash + words)) else None


def _value(kind: str, word: bytes) -> Any:
    if kind == "bytes32":
        return hash32(word)
    if kind == "address":
        return checksum(word[12:])
    return bool(word[31]) if kind == "bool" else int.from_bytes(word)
