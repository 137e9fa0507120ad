"""The till: takes a payment for one URL, once, and says when what it is for may be handed over.

In this order: the payment is read and checked; it is written down for its URL; the application is asked, and
if it has what was asked for, the payment is settled; that is written down, and only then does content leave.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from x402.schemas import PaymentRequirements

from licet.contracts.authorizations import Settlement, Transfer
from licet.errors import ChainError, InputError, InsufficientBalance, OutboxFailed, SignerError
from licet.gateway import wire
from licet.gateway.errors import AccountTaken, JournalFailed, PaymentRefused, PaymentWaits
from licet.gateway.journal import Journal, Outcome, Shown
from licet.gateway.policies import Policy, Tariff
from licet.gateway.recording import Recorder
from licet.gateway.settling import Settler
from licet.gateway.shown import shown_of

MARGIN: Final = 6
"""Seconds before its end in which a payment is too late to be mined."""

SKEW: Final = 300
"""Seconds by which a payer's clock may be ahead."""

RETRY_SECONDS: Final = 5
_AT_ONCE: Final = 16
_WAITING: Final = 256
_NEXT_SECOND: Final = 0.1
_T = TypeVar("_T")


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
        self._settler: Final = settler
        self._recorder: Final = recorder
        self._limiter: CapacityLimiter | None = None

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
            await to_thread.run_sync(self._journal.database.ask)
        except JournalFailed:
            return "the journal cannot be used"
        return ""

    async def requirements(self, tariff: Tariff) -> PaymentRequirements:
        """What pays for a read.

        Raises:
            PaymentWaits: the chain cannot be asked what the token is called.
        """
        token = self._settler.token(tariff.currency)
        if "domain" not in vars(token):
            await self._asking(lambda: (token.domain, token.domain_separator))
        return wire.requirements(tariff, self.chain_id, token.domain)

    async def open(self, field: str, url: str, policy: Policy) -> Reading:
        """A request that shows a payment; holds the payment until `close`.

        Args:
            field: the payment, as sent.
            url: what is asked for.
            policy: that of the URL; it is metered.

        Raises:
            PaymentRefused: the payment is not for this, or was used.
            PaymentWaits: another request is about it, or the chain is away.
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
        outcome = await to_thread.run_sync(self._journal.take, shown, int(time.time()))
        if outcome is Outcome.NEW:
            await self._check_new(shown, transfer)
        check_outcome(outcome)
        return Reading(shown, transfer, outcome, policy)

    async def check(self, transfer: Transfer, tariff: Tariff) -> None:
        """Makes sure that a transfer pays a tariff, and that its payer signed it.

        The chain is asked only where a contract pays (EIP-1271).

        Raises:
            PaymentRefused: it does not.
            PaymentWaits: the chain cannot be asked.
        """
        if (transfer.payee, transfer.amount) != (tariff.payee, tariff.amount):
            raise PaymentRefused(
                f"the payment is of {transfer.amount} units to {transfer.payee}: {tariff.amount} to "
                f"{tariff.payee} are asked for"
            )
        token = self._settler.token(tariff.currency)
        if not transfer.is_signed(token.domain_separator) and (
            transfer.is_accounts or not await self._asking(partial(token.is_signed, transfer))
        ):
            raise PaymentRefused("the payment's signature is not its payer's")

    async def settle(self, reading: Reading) -> tuple[Settlement, bytes]:
        """Makes sure that a reading is paid for, and writes that and its record down.

        Returns:
            Where it was paid, and the receipt.

        Raises:
            PaymentRefused: it cannot be.
            PaymentWaits: it is not known yet whether it is; the payment stays bound to its URL.
        """
        known = await to_thread.run_sync(self._recorded, reading.shown)
        if known is not None:
            return known
        assert reading.policy.tariff is not None
        token = reading.policy.tariff.currency
        is_new = reading.outcome is Outcome.NEW
        settle = partial(self._settler.settle, token, reading.transfer, maybe_sent=not is_new)
        try:
            settlement = await self._asking(settle)
        except PaymentRefused:
            if is_new:  # else a transaction of before may still be on its way
                await to_thread.run_sync(self._journal.forget, reading.shown)
            raise
        return settlement, await to_thread.run_sync(self._record, reading, settlement)

    async def verify(self, transfer: Transfer, tariff: Tariff) -> None:
        """Makes sure that a checked transfer would succeed now; sends nothing.

        Raises:
            PaymentRefused: it would not.
            PaymentWaits: the chain is away.
        """
        check_times(transfer)
        await self._asking(partial(self._settler.check, tariff.currency, transfer))

    async def submit(self, transfer: Transfer, tariff: Tariff) -> Settlement:
        """Makes sure that a checked transfer has happened, before it is shown. Raises as `verify`."""
        check_times(transfer)
        return await self._asking(partial(self._settler.settle, tariff.currency, transfer, maybe_sent=False))

    async def close(self, reading: Reading, *, delivered: bool) -> None:
        """Ends a request: what its payment is for was delivered, or may be asked for again."""
        if reading.outcome is Outcome.REPEATED:
            return
        if delivered:
            await to_thread.run_sync(self._journal.served, reading.shown, int(time.time()))
        else:
            await to_thread.run_sync(self._journal.release, reading.shown)

    def _recorded(self, shown: Shown) -> tuple[Settlement, bytes] | None:
        settlement, receipt = self._journal.settlement(shown), self._journal.receipt(shown)
        return None if settlement is None or receipt is None else (settlement, receipt)

    def _record(self, reading: Reading, settlement: Settlement) -> bytes:
        """Writes down that a reading is paid for, with its record; returns the receipt."""
        shown, policy = reading.shown, reading.policy
        while True:
            now = int(time.time())
            receipt = self._recorder.receipt(
                policy, reading.transfer.payer, reading.transfer.nonce, settlement, now
            )
            if self._journal.settled(shown, settlement, receipt):
                return self._journal.receipt(shown) or receipt.to_bytes()
            time.sleep(_NEXT_SECOND)  # records of this second are under a root already

    async def _check_new(self, shown: Shown, transfer: Transfer) -> None:
        """Makes sure that a payment never shown before can be settled now. Raises `PaymentRefused`."""
        try:
            check_times(transfer)
        except PaymentRefused:
            await to_thread.run_sync(self._journal.forget, shown)
            raise

    async def _asking(self, ask: Callable[[], _T]) -> _T:
        """What the chain says; asked in a few threads of its own, so that a slow node holds up nothing else.

        Raises:
            PaymentWaits: it cannot be asked.
        """
        if self._limiter is None:
            self._limiter = CapacityLimiter(_AT_ONCE)
        if self._limiter.statistics().tasks_waiting >= _WAITING:
            raise PaymentWaits("too many payments are being settled")
        try:
            return await to_thread.run_sync(ask, limiter=self._limiter)
        except (AccountTaken, ChainError, InsufficientBalance, OutboxFailed, SignerError) as error:
            raise PaymentWaits(
                "the chain cannot be asked at present, or the gateway cannot pay its gas"
            ) from error


def check_outcome(outcome: Outcome) -> None:
    """Makes sure that a payment that is shown may open what it is shown for.

    Raises:
        PaymentRefused: it may not.
        PaymentWaits: another request is about it.
    """
    if outcome is Outcome.BUSY:
        raise PaymentWaits("another request with this payment is being answered", busy=True)
    if outcome is Outcome.ELSEWHERE:
        raise PaymentRefused("the payment was used for another URL, or is another one of the same nonce")
    if outcome is Outcome.SPENT:
        raise PaymentRefused("the payment was used: what it is for was delivered")


def check_times(transfer: Transfer) -> None:
    """Makes sure that a payment can be submitted now, and not for much longer. Raises `PaymentRefused`."""
    now = int(time.time())
    if transfer.valid_after >= now:
        raise PaymentRefused(f"the payment is valid after {transfer.valid_after} only: it is {now}")
    if transfer.valid_before < now + MARGIN:
        raise PaymentRefused(f"the payment is void from {transfer.valid_before}: it is {now}, sign another")
    if transfer.valid_before > now + wire.TIMEOUT + SKEW:
        raise PaymentRefused(
            f"the payment is valid until {transfer.valid_before}, longer than the {wire.TIMEOUT} s asked for"
        )
