"""Holdings: what vaults have of each currency, and keep of what they paid out, read all at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from licet.auditor.findings import Finding, Kind
from licet.auditor.money.balances import read_balances
from licet.auditor.money.splits import Vault
from licet.auditor.money.vaults import Book, of_vault
from licet.chain.blocks.tries import EMPTY_CODE
from licet.chain.compiled.artifacts import artifact
from licet.chain.compiled.slots import mapped
from licet.chain.state.reading import StateReader
from licet.contracts import Contracts
from licet.contracts.vaults import vault_code
from licet.errors import ChainError
from licet.trees.hashing import keccak
from licet.types import Address, hash32

_LAYOUT: Final = artifact("RoyaltyVault").layout


class VaultReader:
    """What vaults have and keep at one block: read all at once, then told of each."""

    def __init__(
        self,
        contracts: Contracts,
        state: StateReader,
        vaults: Iterable[Vault],
        claimed: Mapping[tuple[Address, Address], Collection[Address]],
    ) -> None:
        """Reads.

        Args:
            contracts: of the deployment.
            state: of the block that is audited.
            vaults: of which the code is read.
            claimed: by vault and token, whose books are read: the payees who claimed.
        """
        self._implementation: Final = contracts.deployment.vault_implementation
        self._state: Final = state
        addresses = [vault.address for vault in vaults]
        self._codes: Final = dict(zip(addresses, state.code_hashes(addresses), strict=True))
        self._balances: Final = read_balances(contracts.chain, state, claimed)
        places = [
            (vault, slot)
            for (vault, token), payees in claimed.items()
            for slot in (_book_slot(token), *(_payee_slot(token, payee) for payee in payees))
        ]
        self._words: Final = dict(zip(places, state.words(places), strict=True))

    def check_code(self, vault: Vault) -> Iterator[Finding]:
        """Yields whether other code than a vault's stands at its address."""
        expected = vault_code(vault.root, self._implementation)
        if self._codes[vault.address] in (hash32(EMPTY_CODE), hash32(keccak(expected))):
            return
        yield of_vault(
            Kind.VAULT_CODE_WRONG,
            vault,
            "has other code than a vault: do not trust it",
            expected=expected.hex(),
            actual=self._state.code(vault.address)[:64].hex(),
        )

    def book(
        self,
        vault: Vault,
        token: Address,
        claimed: Mapping[Address, int],
        moved: tuple[int, int] | None,
        least_income: int,
        findings: list[Finding],
    ) -> Book | None:
        """A vault's book in one token; None where the token does not answer."""
        balance = self._balances[vault.address, token]
        if isinstance(balance, ChainError):
            what = f"has what the token {token} does not say: {balance}"
            findings.append(of_vault(Kind.VAULT_UNREADABLE, vault, what, token))
            return None
        # The book's top bit says that a claim is under way: in no state between transactions.
        released = self._words[vault.address, _book_slot(token)]
        released_to = {payee: self._words[vault.address, _payee_slot(token, payee)] for payee in claimed}
        return Book(vault, token, balance, released, claimed, released_to, moved, least_income)


def _book_slot(token: Address) -> int:
    return mapped(_LAYOUT.variables["_books"], token)


def _payee_slot(token: Address, payee: Address) -> int:
    book = _book_slot(token) + _LAYOUT.structs["Book"]["releasedTo"].slot
    return mapped(book, payee)
