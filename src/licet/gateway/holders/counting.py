"""Reads paid by the unit: a voucher is checked, counted with its read's record, and redeemed later."""

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from licet.chain.client import Chain
from licet.chain.signatures import is_valid, recover
from licet.documents import VoucherDocument
from licet.errors import InputError
from licet.gateway.asking import Asking
from licet.gateway.catalogs import NONE, Catalogs
from licet.gateway.errors import LicenseRefused, PaymentWaits, VoucherRefused
from licet.gateway.holders.meters import Meter, Meters
from licet.gateway.holders.scribe import Entry, Key, Scribe
from licet.gateway.holders.vouchers import MEANS, Shown, Vouchers, delivered, read_voucher
from licet.gateway.policies import Policy
from licet.rights.uses import Use, parse_uses, use_names
from licet.types import ZERO_HASH, Address, Hash32

VOUCHER: Final = "Licet-Voucher"
"""The field with a voucher: the document in base64url."""

_UNIT_BITS: Final = 56


@dataclass(frozen=True, slots=True)
class Counted:
    """One request that shows a voucher that may pay for it.

    Attributes:
        shown: the voucher, and for what.
        entry: the use that is to be recorded.
    """

    shown: Shown
    entry: Entry

    @property
    def place(self) -> tuple[str, int]:
        """What no two requests are about at once."""
        return self.shown.voucher.license_id, self.shown.voucher.units


class Counter:
    """Takes vouchers.

    Args:
        chain: that they are for.
        usage_ledger: the contract that they are for.
        meters: what licenses' deposits suffice for.
        vouchers: where the best ones are kept.
        scribe: who records reads.
        catalogs: of the site.
    """

    def __init__(
        self,
        chain: Chain,
        usage_ledger: Address,
        meters: Meters,
        vouchers: Vouchers,
        scribe: Scribe,
        catalogs: Catalogs = NONE,
    ) -> None:
        self._chain: Final = chain
        self._usage_ledger: Final = usage_ledger
        self._meters: Final = meters
        self._vouchers: Final = vouchers
        self._scribe: Final = scribe
        self._catalogs: Final = catalogs
        self._asking: Final = Asking()
        self._busy: Final[set[tuple[str, int]]] = set()

    async def open(self, field: str, url: str, wanted: str, policy: Policy) -> Counted:
        """A request that shows a voucher; holds it until `close`.

        Args:
            field: the voucher, as sent.
            url: what is asked for.
            wanted: what for, in words; empty for whatever the license permits.
            policy: that of the URL.

        Raises:
            VoucherRefused: the voucher does not pay for this.
            LicenseRefused: its license does not cover this.
            PaymentWaits: another request is about it.
            ChainWaits: the chain is away.
        """
        document = read_voucher(field)
        voucher = document.voucher
        if (document.chain_id, document.usage_ledger) != (self._chain.chain_id, self._usage_ledger):
            raise VoucherRefused(f"the voucher is for {document.usage_ledger}, this is {self._usage_ledger}")
        meter = self._meters.known(voucher.license_id)
        if meter is None:
            meter = await self._asking.ask(partial(self._meters.meter, voucher.license_id))
        leaf = self._catalogs.leaf(policy.asset, meter.asset_id)
        uses = _covered(meter, policy, wanted, is_within=leaf is not None)
        if voucher.units > meter.limit or voucher.units >> _UNIT_BITS:
            raise VoucherRefused(
                f"the voucher is for {voucher.units} units, deposit and cap suffice for {meter.limit}",
                limit=meter.limit,
            )
        await self._check_signed(document, meter)
        shown = Shown(document, url, meter.settled)
        key = Key(MEANS, voucher.license_id, str(voucher.units))
        work = ZERO_HASH if leaf is None else leaf.work
        admit = self._vouchers.admission(shown)
        counted = Counted(shown, Entry(key, meter.asset_id, uses, meter.holder, work, admit))
        if counted.place in self._busy:
            raise PaymentWaits("another request with this voucher is being answered", busy=True)
        self._busy.add(counted.place)
        return counted

    async def record(self, counted: Counted, work: Hash32 = ZERO_HASH) -> bytes:
        """Counts a read and records it; returns the receipt.

        Args:
            counted: the request.
            work: the work that was read, where that is told by what was answered with; else zero.

        Raises:
            VoucherRefused: the voucher was used, or is for fewer units than are read.
        """
        entry = counted.entry if work == ZERO_HASH else replace(counted.entry, work=work)
        return await self._scribe.write(entry)

    def close(self, counted: Counted, *, done: bool) -> None:
        """Ends a request: its read reached its end, or may be asked for again with the same voucher."""
        self._busy.discard(counted.place)
        if done:
            self._scribe.later(*delivered(counted.shown))

    async def _check_signed(self, document: VoucherDocument, meter: Meter) -> None:
        digest = document.voucher.digest(self._chain.chain_id, self._usage_ledger)
        if recover(digest, document.signature) == meter.holder:
            return
        signed = partial(is_valid, self._chain, meter.holder, digest, document.signature)
        if not await self._asking.ask(signed):
            raise VoucherRefused(f"the voucher's signature is not {meter.holder}'s")


def _covered(meter: Meter, policy: Policy, wanted: str, *, is_within: bool) -> Use:
    """What a metered license, of the asset or of what it is within, permits. Raises `LicenseRefused`."""
    assert policy.terms is not None, "what is licensed says its uses"
    try:
        asked = parse_uses(wanted.replace(",", " ").split()) if wanted else Use(0)
    except InputError as error:
        raise LicenseRefused(str(error), buys=False) from error
    what = ", ".join(use_names(asked or policy.terms.document.uses))
    permitted = meter.uses & policy.terms.document.uses
    # This clock says when a read was; the chain's may be behind, or have been asked a while ago.
    if time.time() >= meter.expires:
        why = "has ended"
    elif not (is_within or meter.asset_id == policy.asset):
        why = f"is of asset {meter.asset_id}, this is {policy.asset}"
    elif not meter.uses:
        why = "was revoked, or has no open account: pay into its deposit, and ask again in a moment"
    elif not permitted or asked & ~permitted:
        why = f"does not permit {what}"
    else:
        return asked or permitted
    raise LicenseRefused(f"license {meter.terms.license_id} {why}", buys=False)
