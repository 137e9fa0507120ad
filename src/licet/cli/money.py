"""Amounts of any currency, read and shown as the currency itself says."""

from typing import Final

from licet.chain.client import Chain
from licet.cli.text import format_amount, one_line, parse_amount, short
from licet.contracts.currency import Currency
from licet.errors import InputError, NotAContract, Reverted, UnexpectedAnswer
from licet.text import MAX_DECIMALS, format_units
from licet.types import Address

# What a contract that is no proper token answers with.
_NOT_A_TOKEN: Final = (NotAContract, Reverted, UnexpectedAnswer)


class Money:
    """Reads and shows amounts; asks each token once for its symbol and decimals."""

    def __init__(self, chain: Chain) -> None:
        self._chain: Final = chain
        self._known: dict[Address, tuple[str, int] | None] = {}

    def text(self, token: Address, units: int) -> str:
        """An amount for people; in smallest units where the token does not say more."""
        known = self._of(token)
        return (
            f"{units:,} units of {short(token)}"
            if known is None
            else format_amount(units, known[1], known[0])
        )

    def figure(self, token: Address, units: int) -> str:
        """The same without the token's name, for tables of one token."""
        known = self._of(token)
        return f"{units:,}" if known is None else format_units(units, known[1])

    def name(self, token: Address) -> str:
        """What amounts of a token are in: its symbol, or its smallest units."""
        known = self._of(token)
        return f"units of {short(token)}" if known is None else known[0]

    def units(self, token: Address, amount: str) -> int:
        """An amount as people write it, in the token's smallest unit.

        Raises:
            InputError: it is no amount, is finer than the token, or the token does not say how fine it is.
        """
        known = self._of(token)
        if known is None:
            raise InputError(f"{token} does not say how many decimals it has: is it an ERC-20 token?")
        return parse_amount(amount, known[1], known[0])

    def _of(self, token: Address) -> tuple[str, int] | None:
        if token not in self._known:
            self._known[token] = self._ask(Currency(self._chain, token))
        return self._known[token]

    def _ask(self, currency: Currency) -> tuple[str, int] | None:
        try:
            symbol, decimals = currency.symbol(), currency.decimals()
        except _NOT_A_TOKEN:
            return None
        # A token may call itself anything, another token's name too, and at any length.
        return (
            (one_line(symbol)[:12] or short(currency.address), decimals) if decimals <= MAX_DECIMALS else None
        )
