"""What a chain's state has at one block: storage, balances and hashes of code, very many at a time.

A contract's slots are read by an `eth_call` for which a program that reads slots stands in its place (see
`programs`). Nodes that take no such overrides are asked for each slot, in batches.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

from licet.chain.blocks.tries import EMPTY_CODE
from licet.chain.rpc.batches import Call, Node
from licet.chain.state.programs import BALANCES, CODE_HASHES, READER, SLOADS
from licet.errors import ChainError, ConnectionFailed
from licet.trees.hashing import keccak
from licet.types import Address, Hash32, hash32

Place: TypeAlias = "tuple[Address, int]"
"""A contract and one of its slots."""

_T = TypeVar("_T")

_WORD: Final = 32
_AT_ONCE: Final = 16_384
"""How many words are asked for in one exchange."""
_PER_CALL: Final = (4_096, 512)
"""How many one call reads: 11 M gas, since some nodes cap calls at a transaction's 16.78 M; then fewer."""


class StateReader:
    """What a node says of the state at a block; nobody proves it."""

    proven = False
    """Whether what it gives is proven, and the node need not be believed."""

    def __init__(self, node: Node, block: int) -> None:
        """A reader.

        Args:
            node: the node to ask.
            block: whose state, as it is after its last transaction.
        """
        self.node: Final = node
        self.block: Final = block
        self._at: Final = hex(block)
        self._takes_overrides = True
        self.unproven: Final[dict[str, None]] = {}
        """What remains the node's word, for people; noted where it is asked."""

    def words(self, places: Iterable[Place]) -> list[int]:
        """The words at some places, in their order.

        Raises:
            ChainError: the node does not have the state, or gives no usable answer.
        """
        return [word for some in parts_of(places, _AT_ONCE) for word in self._words(some)]

    def word(self, contract: Address, slot: int) -> int:
        """One slot's word. Raises as `words`."""
        return self.words([(contract, slot)])[0]

    def balances(self, addresses: Sequence[Address]) -> list[int]:
        """What each address has of the native coin, in wei. Raises as `words`."""
        single = ("eth_getBalance", lambda answer: self._number(answer))
        return self._of_addresses(addresses, BALANCES, *single)

    def code_hashes(self, addresses: Sequence[Address]) -> list[Hash32]:
        """The hash of the code at each address; that of nothing where there is none. Raises as `words`."""
        single = ("eth_getCode", lambda answer: int.from_bytes(keccak(self._bytes(answer))))
        hashes = self._of_addresses(addresses, CODE_HASHES, *single)
        # Of an address that the state does not have, the instruction says 0.
        return [hash32(hash_.to_bytes(_WORD) if hash_ else EMPTY_CODE) for hash_ in hashes]

    def code(self, address: Address) -> bytes:
        """The code at an address; empty where there is none. Raises as `words`."""
        return self._bytes(self.node.ask(str, "eth_getCode", address, self._at))

    def _words(self, places: Sequence[Place]) -> list[int]:
        by_contract: dict[Address, list[int]] = {}
        for i, (contract, _) in enumerate(places):
            by_contract.setdefault(contract, []).append(i)
        found = [0] * len(places)
        groups = list(by_contract.items())
        slots = [[places[i][1] for i in members] for _, members in groups]
        for (_, members), words in zip(groups, self._slots([c for c, _ in groups], slots), strict=True):
            for i, word in zip(members, words, strict=True):
                found[i] = word
        return found

    def _slots(self, contracts: Sequence[Address], slots: Sequence[Sequence[int]]) -> Iterator[list[int]]:
        """The words in some slots of each of some contracts."""
        runs = [(contract, SLOADS, some) for contract, some in zip(contracts, slots, strict=True)]
        read = self._run(runs)
        if read is not None:
            yield from read
            return
        for contract, some in zip(contracts, slots, strict=True):
            calls = [Call("eth_getStorageAt", (contract, hex(slot), self._at)) for slot in some]
            yield [self._number(answer) for answer in self.node.ask_all(str, calls)]

    def _of_addresses(
        self, addresses: Sequence[Address], code: str, method: str, read: Callable[[str | None], int]
    ) -> list[int]:
        found: list[int] = []
        for some in parts_of(addresses, _AT_ONCE):
            words = self._run([(READER, code, [int(address, 16) for address in some])])
            if words is not None:
                found += words[0]
                continue
            calls = [Call(method, (address, self._at)) for address in some]
            found += map(read, self.node.ask_all(str, calls))
        return found

    def _run(self, runs: Sequence[tuple[Address, str, Sequence[int]]]) -> list[list[int]] | None:
        """What programs answer in the places of contracts; None where the node takes no overrides."""
        if not self._takes_overrides:
            return None
        for size in _PER_CALL:
            parts = [
                (i, address, code, some)
                for i, (address, code, words) in enumerate(runs)
                for some in parts_of(words, size)
            ]
            try:
                answers = self.node.ask_all(str, [self._call(*part[1:]) for part in parts])
            except ConnectionFailed:
                raise
            except ChainError:
                continue
            found: list[list[int]] = [[] for _ in runs]
            data = [self._bytes(answer) for answer in answers]
            if any(len(read) != _WORD * len(part[3]) for read, part in zip(data, parts, strict=True)):
                break  # the override was passed over, and the contract itself called
            for read, part in zip(data, parts, strict=True):
                found[part[0]] += (int.from_bytes(read[at : at + _WORD]) for at in range(0, len(read), _WORD))
            return found
        self._takes_overrides = False
        return None

    def _call(self, address: Address, code: str, words: Sequence[int]) -> Call:
        data = "0x" + b"".join(word.to_bytes(_WORD) for word in words).hex()
        override: dict[str, Any] = {address: {"code": "0x" + code}}
        return Call("eth_call", ({"to": address, "data": data}, self._at, override))

    def _bytes(self, answer: str | None) -> bytes:
        try:
            return bytes.fromhex((answer or "").removeprefix("0x"))
        except ValueError as error:
            raise self._unusable() from error

    def _number(self, answer: str | None) -> int:
        try:
            number = int(answer or "", 16)
            number.to_bytes(_WORD)
            return number
        except (ValueError, OverflowError) as error:
            raise self._unusable() from error

    def _unusable(self) -> ChainError:
        return ChainError(
            f"the node at {self.node.url} gave an unusable answer of the state", url=self.node.url
        )


def parts_of(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The same items in order, so many at a time."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
