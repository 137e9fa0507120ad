"""When a payment may be shown: clocks differ, blocks take a while, and nothing is valid for long."""

import time

import pytest

from licet.contracts.authorizations import Transfer
from licet.gateway import payments, wire
from licet.gateway.errors import PaymentRefused
from licet.gateway.payments import MARGIN, SKEW, check_times
from licet.types import Address, Hash32

NOW = 1_800_000_000
SOMEBODY = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")


def shown(valid_after: int, valid_before: int) -> Transfer:
    return Transfer(SOMEBODY, SOMEBODY, 1, valid_after, valid_before, Hash32("0x" + "11" * 32), bytes(65))


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payments.time, "time", lambda: float(NOW))
    assert time.time() == NOW


@pytest.mark.parametrize(
    ("after", "before"),
    [
        (0, NOW + MARGIN),
        (0, NOW + wire.TIMEOUT),
        (NOW - 1, NOW + 60),
        (NOW - 600, NOW + wire.TIMEOUT),  # as x402's client signs it, whose clock may be late
        (0, NOW + wire.TIMEOUT + SKEW),  # signed by one whose clock is ahead
    ],
)
def test_in_time(after: int, before: int) -> None:
    check_times(shown(after, before))


@pytest.mark.parametrize(
    ("after", "before", "said"),
    [
        (NOW, NOW + 60, "valid after"),
        (NOW + SKEW, NOW + wire.TIMEOUT + SKEW, "valid after"),
        (0, NOW, "is void from"),
        (0, NOW + MARGIN - 1, "is void from"),  # no block would have it in time
        (0, NOW + wire.TIMEOUT + SKEW + 1, "longer than"),
        (0, 2**256 - 1, "longer than"),
    ],
)
def test_out_of_time(after: int, before: int, said: str) -> None:
    with pytest.raises(PaymentRefused, match=said):
        check_times(shown(after, before))
