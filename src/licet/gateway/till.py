"""The till: takes a payment for one URL, once, and says when what it is for may be handed over.

In this order: the payment is read and checked; it is written down for its URL; the application is asked, and
if it has what was asked for, the payment is settled; that is written down, and only then does content leave.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

from x402.schemas import PaymentRequirements

from licet.contracts.authorizations import Settlement, Transfer
from licet.documents.receipts import ReceiptDocument
from licet.errors import InputError
from licet.gateway import wire
from licet.gateway.asking import PAYING, Asking
from licet.gateway.errors import JournalFailed, PaymentRefused
from licet.gateway.journal import Journal
from licet.gateway.payments import Payments, check_times
from licet.gateway.policies import Policy, Tariff
from licet.gateway.recording import Recorder
from licet.gateway.settling import Settler
from licet.gateway.shown import Outcome, Shown, shown_of
from licet.types import ZERO_HASH, Hash32

RETRY_SECONDS: Final = 5
_WAITING: Final = 256


@dataclass(frozen=True, slots=True)
class Reading:
    """One request with a payment that may open what it asks for.

    Attributes:
        shown: the payment, as the journal knows it.
        transfer: what was signed.
        outcome: how far it is.
        policy: of what is asked for.
    """

    shown: Shown
    transfer: Transfer
    outcome: Outcome
    policy: Policy


class Till:
    """Takes payments.

    Args:
        journal: where they are written down.
        settler: who settles them.
        recorder: who records and signs what was read.
    """

    def __init__(self, journal: Journal, settler: Settler, recorder: Recorder) -> None:
        self._journal: Final = journal
        self._payments: Final = Payments(journal)
        self._settler: Final = settler
        self._recorder: Final = recorder
        self._asking: Final = Asking(PAYING, _WAITING)
        self._readiness: Final = Asking()

    @property
    def journal(self) -> Journal:
        """Where payments are written down."""
        return self._journal

    @property
    def chain_id(self) -> int:
        """Where payments are made."""
        return self._settler.chain.chain_id

    async def ready(self) -> str:
        """What is wrong with the journal; empty if it answers."""
        try:
            await self._readiness.ask(self._journal.database.ask)
        except JournalFailed:
            return "the journal cannot be used"
        return ""

    async def requirements(self, tariff: Tariff) -> PaymentRequirements:
        """What pays for a read.

        Raises:
            ChainWaits: the chain cannot be asked what the token is called.
        """
        token = self._settler.token(tariff.currency)
        if "domain" not in vars(token):
            await self._asking.ask(lambda: (token.domain, token.domain_separator))
        return wire.requirements(tariff, self.chain_id, token.domain)

    async def open(self, field: str, url: str, policy: Policy) -> Reading:
        """A request that shows a payment; holds the payment until `close`.

        Args:
            field: the payment, as sent.
            url: what is asked for.
            policy: that of the URL; it is metered.

        Raises:
            PaymentRefused: the payment is not for this, or was used.
            PaymentWaits: another request is about it.
            ChainWaits: the chain is away.
        """
        assert policy.tariff is not None
        wanted = await self.requirements(policy.tariff)
        try:
            payload = wire.read_payment(field)
            transfer = wire.transfer_of(payload)
        except InputError as error:
            raise PaymentRefused(str(error)) from error
        if not wire.agrees(payload, wanted, url):
            raise PaymentRefused("the payment is for something else than what is asked for here")
        await self.check(transfer, policy.tariff)
        currency = policy.tariff.currency
        submission = self._settler.token(currency).submission(transfer)
        shown = shown_of(currency, transfer, url, wire.identifier_of(payload), submission)
        outcome = await self._payments.take(shown, transfer)
        return Reading(shown, transfer, outcome, policy)

    async def check(self, transfer: Transfer, tariff: Tariff) -> None:
        """Makes sure that a transfer pays a tariff, and that its payer signed it.

        The chain is asked only where a contract pays (EIP-1271).

        Raises:
            PaymentRefused: it does not.
            ChainWaits: the chain cannot be asked.
        """
        if (transfer.payee, transfer.amount) != (tariff.payee, tariff.amount):
            raise PaymentRefused(
                f"the payment is of {transfer.amount} units to {transfer.payee}: {tariff.amount} to "
                f"{tariff.payee} are asked for"
            )
        token = self._settler.token(tariff.currency)
        if not transfer.is_signed(token.domain_separator) and (
            transfer.is_accounts or not await self._asking.ask(partial(token.is_signed, transfer))
        ):
            raise PaymentRefused("the payment's signature is not its payer's")

    async def settle(self, reading: Reading, work: Hash32 = ZERO_HASH) -> tuple[Settlement, bytes]:
        """Makes sure that a reading is paid for, and writes that and its record down.

        Args:
            reading: the request.
            work: the work that is read, where its asset is a catalogue; zero if that is not known.

        Returns:
            Where it was paid, and the receipt.

        Raises:
            PaymentRefused: it cannot be.
            ChainWaits: it is not known yet whether it is; the payment stays bound to its URL.
        """
        assert reading.policy.tariff is not None
        token = reading.policy.tariff.currency
        maybe_sent = reading.outcome is not Outcome.NEW
        pay = partial(self._settler.settle, token, reading.transfer, maybe_sent=maybe_sent)
        return await self._payments.settle(
            reading.shown,
            reading.outcome,
            partial(self._asking.ask, pay),
            partial(self._receipt, reading, work),
        )

    async def verify(self, transfer: Transfer, tariff: Tariff) -> None:
        """Makes sure that a checked transfer would succeed now; sends nothing.

        Raises:
            PaymentRefused: it would not.
            ChainWaits: the chain is away.
        """
        check_times(transfer)
        await self._asking.ask(partial(self._settler.check, tariff.currency, transfer))

    async def submit(self, transfer: Transfer, tariff: Tariff) -> Settlement:
        """Makes sure that a checked transfer has happened, before it is shown. Raises as `verify`."""
        check_times(transfer)
        return await self._asking.ask(
            partial(self._settler.settle, tariff.currency, transfer, maybe_sent=False)
        )

    async def close(self, reading: Reading, *, delivered: bool) -> None:
        """Ends a request: what its payment is for was delivered, or may be asked for again."""
        await self._payments.close(reading.shown, reading.outcome, delivered=delivered)

    def _receipt(self, reading: Reading, work: Hash32, settlement: Settlement, now: int) -> ReceiptDocument:
        signed = reading.transfer
        return self._recorder.receipt(reading.policy, signed.payer, signed.nonce, settlement, now, work)
