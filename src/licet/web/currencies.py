"""Currencies, as they call themselves; each is asked once."""

import threading
from typing import Final

from licet.auditor.money.journal import token_lines
from licet.auditor.report.lines import TokenLine
from licet.chain.client import Chain
from licet.contracts.currency import Currency
from licet.errors import ChainError, Reverted
from licet.text import format_amount
from licet.types import Address

_MOST: Final = 10_000


class Currencies:
    """Knows currencies by their addresses; may be asked from several threads."""

    def __init__(self, chain: Chain) -> None:
        self._chain: Final = chain
        self._known: Final[dict[Address, TokenLine]] = {}
        self._permits: Final[dict[Address, bool]] = {}
        self._lock: Final = threading.Lock()

    def line(self, token: Address) -> TokenLine:
        """A currency's symbol and decimals, as far as it says them.

        Raises:
            ConnectionFailed: the node does not answer.
        """
        known = self._known.get(token)
        if known is None:
            [known] = token_lines(self._chain, [token])
            with self._lock:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[token] = known
        return known

    def text(self, token: Address, units: int) -> str:
        """An amount for people; in smallest units where the token does not say more."""
        line = self.line(token)
        if line.symbol is None or line.decimals is None:
            return f"{units:,}"
        return format_amount(units, line.decimals, line.symbol)

    def has_permit(self, token: Address) -> bool:
        """Whether a token takes EIP-2612 permits."""
        if token not in self._permits:
            try:
                found = Currency(self._chain, token).has_permit()
            except (Reverted, ChainError):
                return False
            with self._lock:
                if len(self._permits) >= _MOST:
                    self._permits.clear()
                self._permits[token] = found
        return self._permits[token]
