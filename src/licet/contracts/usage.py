"""`UsageLedger`: use, reported and metered."""

from dataclasses import dataclass
from typing import Final

from licet.chain.client import BlockId, Chain, Receipt
from licet.chain.compiled.artifacts import artifact
from licet.chain.signing.transactions import Transaction
from licet.rights.conditions import Conditions
from licet.rights.order import Grant
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.types import ZERO_ADDRESS, Address, Hash32

_ABI: Final = artifact("UsageLedger").abi

OPEN: Final = (1 << 40) - 1
"""`closes_at` of an account that is open."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What was reported under one key.

    Attributes:
        until: last second reported, unix; 0 if nothing was.
        records: number of records, in all.
        anchors: number of anchors.
    """

    until: int
    records: int
    anchors: int


@dataclass(frozen=True, slots=True)
class Account:
    """A metered license's account; zeros if it was never opened.

    Attributes:
        currency: the offer's.
        settled: units paid so far.
        closes_at: 0 before it is opened; `OPEN` while it is open; else the unix second from which what is
            left is the licensee's.
    """

    currency: Address
    settled: int
    closes_at: int


class UsageLedger:
    """The usage ledger at an address. Calls that change something raise as `Chain.send` does."""

    def __init__(self, chain: Chain, address: Address) -> None:
        self.chain: Final = chain
        self.address: Final = address

    def anchor(self, license_id: Hash32, root: Hash32, count: int, since: int, until: int) -> Receipt:
        """Anchors the chain's account's records of a period.

        Args:
            license_id: the license used; zero for records of any licenses, as a gateway keeps them.
            root: of the records' tree.
            count: how many records; not 0.
            since: first unix second of the period; after the last one reported, and not 0.
            until: last unix second of the period; not in the future.
        """
        return self.chain.transact(self.anchoring(license_id, root, count, since, until))

    def anchoring(self, license_id: Hash32, root: Hash32, count: int, since: int, until: int) -> Transaction:
        """The transaction that anchors records, for whoever sends it; arguments are those of `anchor`."""
        return Transaction.calling(_ABI, self.address, "anchor", license_id, root, count, since, until)

    def name_reporter(self, license_id: Hash32, reporter: Address, *, named: bool = True) -> Receipt:
        """Lets somebody report the use of a license that the chain's account holds, or no longer."""
        return self.chain.send(_ABI, self.address, "nameReporter", license_id, reporter, named)

    def admit_reporter(self, grant: Grant, conditions: Conditions) -> Receipt:
        """Lets the reporter that a license's conditions name report its use; anybody may call."""
        return self.chain.send(_ABI, self.address, "admitReporter", grant.to_abi(), conditions.to_abi())

    def open(self, grant: Grant) -> Receipt:
        """Opens the account of a metered license; anybody may."""
        return self.chain.send(_ABI, self.address, "open", grant.to_abi())

    def deposit(self, grant: Grant, amount: int) -> Receipt:
        """Pays into a license's deposit, out of the chain's account's allowance or native coin.

        Args:
            grant: the license, whose account is opened if it was not.
            amount: in the offer's currency's smallest unit.
        """
        return self.chain.transact(self.depositing(grant, amount))

    def depositing(self, grant: Grant, amount: int) -> Transaction:
        """The transaction that pays into a deposit as `deposit` does, for whoever sends it."""
        value = amount if grant.offer.currency == ZERO_ADDRESS else 0
        return Transaction.calling(_ABI, self.address, "deposit", grant.to_abi(), amount, value=value)

    def settle(
        self,
        grant: Grant,
        conditions: Conditions,
        voucher: Voucher,
        signature: bytes,
        units: int | None = None,
    ) -> Receipt:
        """Pays the offer's payee out of the deposit for all units that are not paid yet; anybody may call.

        Args:
            grant: the license.
            conditions: its offer's.
            voucher: for the units used in all.
            signature: of the license's holder over the voucher.
            units: to be paid in all, fewer than signed where the deposit or the cap does not suffice.
        """
        return self.chain.transact(self.settling(grant, conditions, voucher, signature, units))

    def settling(
        self,
        grant: Grant,
        conditions: Conditions,
        voucher: Voucher,
        signature: bytes,
        units: int | None = None,
    ) -> Transaction:
        """The transaction that pays for use, for whoever sends it; arguments are those of `settle`."""
        return Transaction.calling(
            _ABI,
            self.address,
            "settle",
            grant.to_abi(),
            conditions.to_abi(),
            voucher.units if units is None else units,
            voucher.units,
            signature,
        )

    def close(self, grant: Grant, conditions: Conditions) -> Receipt:
        """Asks for what is left of the chain's account's deposit, after the terms' delay; for ever."""
        return self.chain.send(_ABI, self.address, "close", grant.to_abi(), conditions.to_abi())

    def withdraw(self, grant: Grant, token: Address) -> Receipt:
        """Pays all that a closed account has in a token to its licensee; anybody may call."""
        return self.chain.send(_ABI, self.address, "withdraw", grant.to_abi(), token)

    def funded(self, license_id: Hash32, block: BlockId = "latest") -> bool:
        """Whether a license's account is open and has any money."""
        return bool(self.chain.call(_ABI, self.address, "funded", license_id, block=block))

    def permits_units(
        self, grant: Grant, conditions: Conditions, uses: Use, units: int, block: BlockId = "latest"
    ) -> bool:
        """Whether a license permits all of `uses` now, and its deposit and cap suffice for `units` in all."""
        return bool(
            self.chain.call(
                _ABI,
                self.address,
                "permitsUnits",
                grant.to_abi(),
                conditions.to_abi(),
                int(uses),
                units,
                block=block,
            )
        )

    def is_reporter(self, license_id: Hash32, reporter: Address, block: BlockId = "latest") -> bool:
        """Whether somebody may report a license's use now.

        Raises:
            LicenseUnknown: no license has this id.
        """
        return bool(self.chain.call(_ABI, self.address, "isReporter", license_id, reporter, block=block))

    def reported_until(self, license_id: Hash32, block: BlockId = "latest") -> int:
        """Last unix second of which a license's use was reported; 0 if nothing was."""
        return int(self.chain.call(_ABI, self.address, "reportedUntil", license_id, block=block))

    def usage(self, license_id: Hash32, block: BlockId = "latest") -> Usage:
        """What was reported of a license's use."""
        return Usage(**self.chain.call(_ABI, self.address, "usage", license_id, block=block))

    def usage_of(self, reporter: Address, block: BlockId = "latest") -> Usage:
        """What a reporter anchored without naming a license."""
        return Usage(**self.chain.call(_ABI, self.address, "usageOf", reporter, block=block))

    def account(self, license_id: Hash32, block: BlockId = "latest") -> Account:
        """A license's account."""
        found = self.chain.call(_ABI, self.address, "account", license_id, block=block)
        return Account(found["currency"], found["settled"], found["closesAt"])

    def deposit_of(self, license_id: Hash32) -> Address:
        """Where a metered license's deposit is paid, opened or not, sold or not."""
        return Address(self.chain.call(_ABI, self.address, "depositOf", license_id))

    def head(self, block: BlockId = "latest") -> Hash32:
        """The rolling head of the contract's logs."""
        return Hash32(self.chain.call(_ABI, self.address, "head", block=block))
