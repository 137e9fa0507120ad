"""State that need not be believed: each word proven against the root in a block's header (EIP-1186)."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from licet.chain.blocks.headers import Header, hex_bytes
from licet.chain.blocks.tries import EMPTY_CODE, Account, ProofReader
from licet.chain.rpc.batches import Call, Node, untrue
from licet.chain.state.reading import StateReader, parts_of
from licet.errors import ChainError, ConnectionFailed, InputError
from licet.trees.hashing import keccak
from licet.types import Address, Hash32, address_bytes, hash32

_PER_CALL: Final = 1_000
"""How many slots are proven by one call: geth allows 1,024, and Anvil builds the whole trie for each call."""
_AT_ONCE: Final = 8_000
"""How many in one exchange: some 50 MB, where a contract has millions."""
_CALLS_AT_ONCE: Final = 100


class StorageProof(Struct):
    """The proof of one slot; what the node says is in it is not read."""

    proof: list[str]


class AccountProof(Struct, rename="camel"):
    """The proofs of an account and of some of its slots, in the order they were asked for."""

    account_proof: list[str]
    storage_proof: list[StorageProof]


class ProvenState(StateReader):
    """The state at a block, each word of it proven; code too, by its hash."""

    proven = True

    def __init__(self, node: Node, header: Header) -> None:
        """A reader.

        Args:
            node: the node to ask for proofs.
            header: of the block; its own hash must have been checked.
        """
        super().__init__(node, header.height)
        self._root: Final = hex_bytes(header.state_root)
        self._proofs: Final = ProofReader()
        self._accounts: Final[dict[Address, Account]] = {}
        self.slots = 0
        """How many words were proven."""

    @property
    def accounts(self) -> int:
        """How many accounts were proven."""
        return len(self._accounts)

    def balances(self, addresses: Sequence[Address]) -> list[int]:
        """As `StateReader`.

        Raises:
            NodeUntrue: a proof does not hold.
            ChainError: the node gives none.
        """
        return [account.balance for account in self._of(addresses)]

    def code_hashes(self, addresses: Sequence[Address]) -> list[Hash32]:
        """As `StateReader`. Raises as `balances`."""
        return [hash32(account.code_hash) for account in self._of(addresses)]

    def code(self, address: Address) -> bytes:
        """As `StateReader`. Raises as `balances`."""
        code = super().code(address)
        [account] = self._of([address])
        if (keccak(code) if code else EMPTY_CODE) != account.code_hash:
            raise untrue(self.node.url, "code", f"it gives other code for {address} than the state has")
        return code

    def _slots(self, contracts: Sequence[Address], slots: Sequence[Sequence[int]]) -> Iterator[list[int]]:
        parts = [
            (i, contract, some)
            for i, (contract, all_) in enumerate(zip(contracts, slots, strict=True))
            for some in parts_of(all_, _PER_CALL)
        ]
        found: list[list[int]] = [[] for _ in contracts]
        for together in _exchanges(parts):
            asked = [(contract, some) for _, contract, some in together]
            for (i, _, _), words in zip(together, self._prove(asked), strict=True):
                found[i] += words
        yield from found

    def _of(self, addresses: Sequence[Address]) -> list[Account]:
        unknown = [address for address in dict.fromkeys(addresses) if address not in self._accounts]
        for some in parts_of(unknown, _CALLS_AT_ONCE):
            for _ in self._prove([(address, []) for address in some]):
                pass
        return [self._accounts[address] for address in addresses]

    def _prove(self, asked: Sequence[tuple[Address, Sequence[int]]]) -> Iterator[list[int]]:
        """The words in some slots of each of some contracts, and their accounts."""
        calls = [
            Call("eth_getProof", (address, [f"0x{slot:064x}" for slot in slots], self._at))
            for address, slots in asked
        ]
        try:
            answers = self.node.ask_all(AccountProof, calls)
        except ConnectionFailed:
            raise
        except ChainError as error:
            raise ChainError(f"{error}; {self._remedy()}", url=self.node.url) from error
        for (address, slots), answer in zip(asked, answers, strict=True):
            if answer is None or len(answer.storage_proof) != len(slots):
                raise ChainError(
                    f"the node at {self.node.url} does not prove what was asked of it; {self._remedy()}",
                    url=self.node.url,
                )
            try:
                yield self._checked(address, slots, answer)
            except InputError as error:
                what = f"its proof of the state of {address} does not hold ({error})"
                raise untrue(self.node.url, "proofs", what) from error

    def _remedy(self) -> str:
        return f"ask another one, whose `eth_getProof` reaches block {self.block}, or audit a newer block"

    def _checked(self, address: Address, slots: Sequence[int], answer: AccountProof) -> list[int]:
        proof = [*map(hex_bytes, answer.account_proof)]
        account = self._proofs.account(self._root, address_bytes(address), proof)
        self._accounts[address] = account
        self.slots += len(slots)
        return [
            self._proofs.word(account.storage_root, slot, [*map(hex_bytes, storage.proof)])
            for slot, storage in zip(slots, answer.storage_proof, strict=True)
        ]


def _exchanges(
    parts: Sequence[tuple[int, Address, Sequence[int]]],
) -> Iterator[list[tuple[int, Address, Sequence[int]]]]:
    """The same parts in order, as many at a time as one answer may hold."""
    together: list[tuple[int, Address, Sequence[int]]] = []
    size = 0
    for part in parts:
        if together and (size + len(part[2]) > _AT_ONCE or len(together) == _CALLS_AT_ONCE):
            yield together
            together, size = [], 0
        together.append(part)
        size += len(part[2])
    if together:
        yield together
