"""Metered licenses: a deposit pays for the units used, as far as the licensee signs for them."""

from dataclasses import dataclass

from licet.chain.client import Receipt
from licet.contracts import events
from licet.contracts.currency import Currency
from licet.contracts.paying import pay
from licet.contracts.terms import LicenseTerms, grant_of
from licet.contracts.usage import OPEN
from licet.documents import VoucherDocument
from licet.errors import InputError, reverted
from licet.licensee.account import Account
from licet.rights.offer import Kind
from licet.rights.order import Grant
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.types import Address, Hash32


@dataclass(frozen=True, slots=True)
class Meter:
    """How a metered license's account stands.

    Attributes:
        license_id: the license.
        deposit: where its deposit is paid, by any transfer of the currency.
        currency: the offer's.
        price: of one unit, in the currency's smallest unit.
        balance: what is in the deposit, in the currency's smallest unit.
        settled: units paid so far.
        is_open: whether it was opened, and not closed: only then the license permits.
        closes_at: unix second from which the deposit's rest is the licensee's; None where it was not closed.
    """

    license_id: Hash32
    deposit: Address
    currency: Address
    price: int
    balance: int
    settled: int
    is_open: bool
    closes_at: int | None

    @property
    def units(self) -> int:
        """Units in all that the deposit suffices for, those that are paid included."""
        return self.settled + self.balance // self.price


class Metering(Account):
    """Uses metered licenses."""

    def meter(self, license_id: Hash32) -> Meter:
        """How a metered license's account stands.

        Raises:
            LicenseUnknown: no license of this id was sold.
            NotMetered: it is not paid by the unit.
        """
        grant, ledger = self._metered(license_id), self._contracts.usage
        account, deposit = ledger.account(grant.license_id), ledger.deposit_of(grant.license_id)
        return Meter(
            license_id=grant.license_id,
            deposit=deposit,
            currency=grant.offer.currency,
            price=grant.offer.price,
            balance=Currency(self._contracts.chain, grant.offer.currency).balance_of(deposit),
            settled=account.settled,
            is_open=account.closes_at == OPEN,
            closes_at=None if account.closes_at in (0, OPEN) else account.closes_at,
        )

    def open_account(self, license_id: Hash32) -> Receipt:
        """Opens a metered license's account, where its deposit was paid by a plain transfer. Anybody may.

        Raises:
            LicenseUnknown: no license of this id was sold.
            NotMetered: it is not paid by the unit.
            AccountAlreadyOpened: somebody did before.
        """
        return self._contracts.usage.open(self._metered(license_id))

    def deposit(self, license_id: Hash32, amount: int) -> tuple[Receipt, ...]:
        """Pays into a metered license's deposit, and opens its account if it was not. Anybody may.

        One transaction where the token takes permits, the allowance suffices, or the native coin is asked;
        else an approval of exactly the amount comes first.

        Args:
            license_id: the license.
            amount: in the offer's currency's smallest unit.

        Returns:
            The transactions that it took.

        Raises:
            LicenseUnknown: no license of this id was sold.
            NotMetered: it is not paid by the unit.
            InsufficientBalance: this account has less.
            AccountIsClosing: its account was closed.
        """
        grant, ledger = self._metered(license_id), self._contracts.usage
        sums = {grant.offer.currency: amount}
        return pay(ledger.chain, ledger.depositing(grant, amount), sums, "the deposit")

    def permits_units(self, license_id: Hash32, uses: Use, units: int) -> bool:
        """Whether a metered license permits all of `uses` now, and its deposit and cap suffice for the units.

        Who serves a licensee asks this before each delivery.

        Args:
            license_id: the license.
            uses: what is to be done.
            units: in all, since it was sold.

        Raises:
            LicenseUnknown, DocumentMissing: the license's terms are not to be found.
        """
        terms = self.terms(license_id)
        return self._contracts.usage.permits_units(terms.grant, terms.conditions, uses, units)

    def sign_voucher(self, license_id: Hash32, units: int) -> VoucherDocument:
        """Signs for all units used so far. Costs no gas; whoever has it can have the deposit pay for them.

        Args:
            license_id: a metered license of this account's.
            units: in all, since it was sold: a voucher stands for all before it.

        Raises:
            LicenseUnknown, DocumentMissing: the license's terms are not to be found.
            NotMetered: it is not paid by the unit.
            NotLicensee: it was sold to another account.
            InputError: so many are paid already, or more than the terms' cap.
        """
        terms = self._own(license_id)
        settled, cap = self._contracts.usage.account(terms.license_id).settled, terms.conditions.unit_cap
        if units <= settled:
            raise InputError(
                f"{settled} units of license {license_id} are paid, {units} would be signed for: "
                "a voucher names all units since the sale"
            )
        if cap and units > cap:
            raise InputError(
                f"license {license_id} is capped at {cap} units in all, {units} would be signed for: "
                "buy another license"
            )
        chain, ledger = self._contracts.chain, self._contracts.usage.address
        voucher = Voucher(terms.license_id, units)
        signature = chain.signer_or_raise().sign_typed_data(voucher.typed_data(chain.chain_id, ledger))
        return VoucherDocument(chain.chain_id, ledger, voucher, signature)

    def close_account(self, license_id: Hash32) -> int:
        """Asks for what will be left of a deposit of this account's; for ever: the license permits no more.

        Until then vouchers are still settled.

        Returns:
            Unix second from which `withdraw_deposit` pays the rest.

        Raises:
            LicenseUnknown, DocumentMissing: the license's terms are not to be found.
            NotMetered: it is not paid by the unit.
            NotLicensee: it was sold to another account.
            AccountNotOpened, AccountIsClosing: it is not open.
        """
        terms, ledger = self._own(license_id), self._contracts.usage
        receipt = ledger.close(terms.grant, terms.conditions)
        return events.logged(events.AccountClosing, receipt, ledger.address).closes_at

    def withdraw_deposit(self, license_id: Hash32, token: Address | None = None) -> int:
        """Pays the rest of a closed account to its licensee. Anybody may.

        Args:
            license_id: the license.
            token: what to pay out; the offer's currency if not given.

        Returns:
            The amount, in the token's smallest unit.

        Raises:
            LicenseUnknown: no license of this id was sold.
            NotMetered: it is not paid by the unit.
            DepositLocked: the account is open, or the terms' delay not over.
            DepositEmpty: nothing is left.
        """
        grant, ledger = self._metered(license_id), self._contracts.usage
        receipt = ledger.withdraw(grant, grant.offer.currency if token is None else token)
        return events.logged(events.DepositWithdrawn, receipt, ledger.address).amount

    def _metered(self, license_id: Hash32) -> Grant:
        grant = grant_of(self._contracts, license_id)
        if grant.offer.kind != Kind.METERED:
            raise reverted("NotMetered", {"licenseId": grant.license_id})
        return grant

    def _own(self, license_id: Hash32) -> LicenseTerms:
        """The terms of a metered license that was sold to this account."""
        grant, account = self._metered(license_id), self._contracts.chain.account
        if grant.licensee != account:
            facts = {"licenseId": grant.license_id, "caller": account, "holder": grant.licensee}
            raise reverted("NotLicensee", facts)
        return self.terms(license_id)
