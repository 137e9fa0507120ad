"""Licenses that were sold: shown to markets, paid by the unit, revoked for a cause."""

from dataclasses import dataclass

from licet.chain.client import Receipt
from licet.contracts import events
from licet.contracts.currency import Currency
from licet.contracts.licenses import PERPETUAL
from licet.contracts.terms import LicenseTerms
from licet.contracts.vaults import Vault
from licet.documents import PayeeShare, SplitDocument, VoucherDocument
from licet.errors import InputError, reverted
from licet.rights.conditions import WHOLE_BPS
from licet.rights.offer import Kind
from licet.rights_holder.account import Account
from licet.types import Hash32


@dataclass(frozen=True, slots=True)
class Settlement:
    """Units of a metered license that were paid.

    Attributes:
        units: paid in all, since the license was sold.
        amount: paid now, in the offer's currency's smallest unit.
        receipt: the transaction.
    """

    units: int
    amount: int
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Revocation:
    """A license that was revoked.

    Attributes:
        license_id: the license.
        refund: what its holder gets back, in the offer's currency's smallest unit.
        vault: where the refund waits for the holder, its only payee.
        receipts: the transactions that it took.
    """

    license_id: Hash32
    refund: int
    vault: Vault
    receipts: tuple[Receipt, ...]


class Keeping(Account):
    """Looks after licenses that were sold."""

    def revoke(self, terms: LicenseTerms | Hash32, cause: int = 0) -> Revocation:
        """Revokes a license of a work whose deed this account holds, and pays the refund that it has.

        The refund is for the time left, and waits in a vault whose only payee is the license's holder. In a
        token it is drawn from an allowance, which is given first if there is none.

        Args:
            terms: its terms, or its id where the library has its offer.
            cause: number of the dispute that upheld the revocation; 0 for use that was not reported in time.

        Raises:
            CauseInvalid: the terms know no such cause, or it has not come about.
            NotLicensor: this account does not hold the deed.
            InsufficientBalance: this account has less than the refund.
        """
        terms = self._terms(terms)
        offer, licenses = terms.grant.offer, self._contracts.licenses
        deed = self._contracts.assets.deed(offer.asset_id)
        if deed.holder != self.address:
            raise reverted("NotLicensor", {"caller": self.address, "licensor": deed.holder})
        # As of the newest block; a second later it is less.
        refund = self._refund(terms)
        currency = Currency(self._contracts.chain, offer.currency)
        currency.check_balance(refund, "the refund")
        approvals = currency.ensure_allowance(licenses.address, refund)
        value = refund if currency.is_native else 0
        receipt = licenses.revoke(terms.grant, terms.conditions, cause, value=value)
        revoked = events.logged(events.Revoked, receipt, licenses.address)
        vault = Vault(SplitDocument.of([PayeeShare(revoked.holder, 1)]))
        return Revocation(terms.license_id, revoked.refund, vault, (*approvals, receipt))

    def pin_license(self, terms: LicenseTerms | Hash32) -> Receipt:
        """Tells markets where a share of a license's resale should go (ERC-2981), as its conditions say.

        Anybody may, for anybody's license.

        Args:
            terms: its terms, or its id where the library has its offer.
        """
        terms = self._terms(terms)
        return self._contracts.licenses.pin(terms.grant, terms.conditions)

    def settle(self, document: VoucherDocument, terms: LicenseTerms | None = None) -> Settlement:
        """Has a metered license's deposit pay the offer's payee for the units that the licensee signed for.

        Where the deposit or the terms' cap does not suffice, as many units are paid as it does for: keep the
        voucher, and settle it again. Anybody may.

        Args:
            document: the newest voucher; older ones are paid with it.
            terms: of the license; found if not given, where the library has its offer.

        Raises:
            InputError: the voucher is for another chain or contract.
            VoucherSpent: its units are paid.
            DepositTooSmall: the deposit does not suffice for one more unit.
            VoucherSignatureInvalid: the voucher is not signed by the licensee.
        """
        ledger, voucher = self._contracts.usage, document.voucher
        here = (self._contracts.chain.chain_id, ledger.address)
        if (document.chain_id, document.usage_ledger) != here:
            raise InputError(
                f"the voucher is for the contract {document.usage_ledger} on chain {document.chain_id}, "
                f"this is {ledger.address} on chain {here[0]}: use a node and a registry of its deployment"
            )
        terms = terms or self._terms(voucher.license_id)
        if terms.license_id != voucher.license_id:
            raise InputError(
                f"the voucher is for license {voucher.license_id}, the terms are of {terms.license_id}"
            )
        offer = terms.grant.offer
        if offer.kind != Kind.METERED:
            raise reverted("NotMetered", {"licenseId": terms.license_id})
        signed = min(voucher.units, terms.conditions.unit_cap or voucher.units)
        currency = Currency(self._contracts.chain, offer.currency)
        deposit = currency.balance_of(ledger.deposit_of(terms.license_id))
        settled = ledger.account(terms.license_id).settled
        paid_for = settled + deposit // offer.price
        # Where not one more can be paid, the contract says why.
        units = paid_for if settled < paid_for < signed else signed
        receipt = ledger.settle(terms.grant, terms.conditions, voucher, document.signature, units)
        paid = events.logged(events.Settled, receipt, ledger.address)
        return Settlement(paid.units, paid.amount, receipt)

    def _refund(self, terms: LicenseTerms) -> int:
        """What a revocation in the newest block would pay back; nothing where the contract will refuse it."""
        offer = terms.grant.offer
        slot = self._contracts.licenses.license(terms.license_id)
        if offer.kind == Kind.METERED or slot.revoked:
            return 0
        expires, left, whole = slot.expires, 1, 1
        if expires != PERPETUAL:
            left, whole = max(0, expires - self._contracts.chain.block().timestamp), offer.duration
        return offer.price * left * terms.conditions.refund_bps // (whole * WHOLE_BPS)
