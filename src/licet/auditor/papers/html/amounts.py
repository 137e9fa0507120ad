"""Amounts as people read them, by what each token says of itself."""

from collections.abc import Callable, Iterable
from typing import Final

from licet.auditor.report.lines import TokenLine
from licet.text import format_amount, short
from licet.types import ZERO_ADDRESS, Address

_SUFFIXES: Final = ((10**12, " T"), (10**9, " bn"), (10**6, " M"), (10**3, " k"))
_MOST: Final = 10**15


class Amounts:
    """Shows amounts of the tokens of a report."""

    def __init__(self, tokens: Iterable[TokenLine]) -> None:
        self._known: Final = {
            line.token: (line.decimals, line.symbol)
            for line in tokens
            if line.symbol is not None and line.decimals is not None
        }

    def text(self, token: str, units: int) -> str:
        """An amount, to the last digit; in smallest units where the token does not say more."""
        known = self._known.get(Address(token))
        return f"{units:,} units" if known is None else format_amount(units, *known)

    def of(self, token: str) -> Callable[[int], str]:
        """What shows amounts of one token."""
        return lambda units: self.text(token, units)

    def name(self, token: str) -> str:
        """A token's symbol and address; the native coin has none."""
        known = self._known.get(Address(token))
        if known is None:
            return token
        return known[1] if token == ZERO_ADDRESS else f"{known[1]} ({token})"

    def rounded(self, token: str, units: int) -> str:
        """An amount to about three digits, for axes."""
        decimals = self._known.get(Address(token), (0, ""))[0]
        value = units / 10**decimals
        if value >= _MOST:
            return f"{value:.2g}"
        for size, suffix in _SUFFIXES:
            if value >= size:
                return f"{value / size:.3g}{suffix}"
        return f"{value:.3g}"

    def short(self, token: str) -> str:
        """A token's symbol, or else its address, abbreviated."""
        known = self._known.get(Address(token))
        return short(token) if known is None else known[1]
