"""The account that pays a gateway's gas: told when it cannot, once, and again after it could."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest

from licet.chain.signing.signer import LocalSigner
from licet.errors import InsufficientBalance, LicetError
from licet.gateway.gas import watch_gas
from tests.integration.conftest import Network

pytestmark = pytest.mark.integration


class Steps(Event):
    """Does the next step at each pause, and stops after the last."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        super().__init__()
        self._steps: Iterator[Callable[[], object]] = iter((*steps, self.set))

    def wait(self, timeout: float | None = None) -> bool:
        """One step instead of a pause."""
        next(self._steps)()
        return self.is_set()


def test_an_account_that_cannot_pay_is_told_once_until_it_could(anvil: Network) -> None:
    chain = anvil.chain(LocalSigner.create())
    told: list[LicetError] = []
    seen: list[int] = []

    def has(wei: int) -> None:
        seen.append(len(told))
        anvil.rpc("anvil_setBalance", chain.account, hex(wei))

    watch_gas(chain, Steps(lambda: has(1), lambda: has(10**18), lambda: has(0)), told.append)
    assert seen == [1, 1, 1], "told at the first look, not again with a wei, nor with an ether"
    assert [type(each) for each in told] == [InsufficientBalance] * 2
    assert told[-1].facts == {"payer": chain.account}
    assert chain.account in str(told[0])
    assert "503" in str(told[0])
