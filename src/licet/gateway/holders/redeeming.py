"""Vouchers, redeemed: the deposits pay the works' payees for the units that were read since the last time."""

from collections.abc import Callable, Collection
from threading import Event
from typing import Final

from licet.contracts import Contracts
from licet.errors import ChainError, LicetError, Reverted
from licet.gateway.holders.meters import Meters
from licet.gateway.holders.vouchers import Due, Vouchers
from licet.gateway.sending import Account
from licet.types import Hash32


class Redeeming:
    """Redeems vouchers, from the gateway's account, which pays the gas.

    Args:
        contracts: for that account.
        meters: that have the licenses' terms.
        vouchers: to redeem.
        account: that sends.
        threshold: so many unpaid units of a license are redeemed at once.
    """

    def __init__(
        self,
        contracts: Contracts,
        meters: Meters,
        vouchers: Vouchers,
        account: Account,
        threshold: int,
    ) -> None:
        self._contracts: Final = contracts
        self._meters: Final = meters
        self._vouchers: Final = vouchers
        self._account: Final = account
        self._threshold: Final = threshold
        self._named: set[str] = set()
        self._in_doubt = False

    def notice(self, named: Collection[str] | None) -> None:
        """Takes note of what logs named: licenses among it may be closing. None for all, after a re-org."""
        self._in_doubt |= named is None
        self._named.update(named or ())

    def redeem(self, units: int = 1) -> dict[Hash32, int]:
        """Redeems the vouchers of licenses of which at least so many units are not paid, or that logs named.

        Returns:
            By license, the units that are paid now; licenses whose deposits pay nothing more are left out.

        Raises:
            ChainError: the chain does not answer. What was redeemed is noted, the rest is tried again.
            LicetError: a license's vouchers cannot be redeemed; those of all others were.
        """
        if self._in_doubt:
            self._in_doubt = False
            self._vouchers.doubt()
            units = 1
        paid: dict[Hash32, int] = {}
        fault: LicetError | None = None
        named, self._named = self._named, set()
        for due in self._vouchers.due():
            if due.reads - due.settled < units and due.voucher.license_id not in named:
                continue
            try:
                settled = self._redeem(due)
            except ChainError:
                self._named |= named
                raise
            except LicetError as error:  # nobody's license holds up another's
                fault = error
                continue
            self._vouchers.settled(due.voucher.license_id, settled)
            if settled > due.settled:
                paid[due.voucher.license_id] = settled
        if fault is not None:
            raise fault
        return paid

    def run(
        self, stop: Event, look_seconds: float, seconds: float, on_fault: Callable[[LicetError], None]
    ) -> None:
        """Redeems what is due every so many seconds, and what reached the threshold at each look."""
        waited = 0.0
        while not stop.wait(look_seconds):
            waited += look_seconds
            is_time = waited >= seconds
            try:
                self.redeem(1 if is_time else self._threshold)
            except LicetError as error:
                on_fault(error)
            waited = 0.0 if is_time else waited

    def _redeem(self, due: Due) -> int:
        """Has a deposit pay for a voucher, as far as it suffices; returns the units that are paid."""
        ledger, voucher = self._contracts.usage, due.voucher
        meter = self._meters.meter(voucher.license_id)
        units = min(due.reads, voucher.units, meter.limit)
        if units <= meter.settled:
            return meter.settled
        try:
            transaction = ledger.settling(
                meter.terms.grant, meter.terms.conditions, voucher, due.signature, units
            )
            self._account.send_once(f"redeem/{voucher.license_id}/{transaction.digest()}", transaction)
        except Reverted:
            # Somebody else may have settled it, or the account is closed: the chain says what is paid.
            return ledger.account(voucher.license_id).settled
        return units
