"""Licenses sold over x402: one signature buys a license, and opens what it was asked for in the same answer.

In this order: the payment is read and checked; it is written down for its URL; the application is asked, and
if it has what was asked for, the license is bought; that is written down with the record, and only then does
content leave.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

from x402.schemas import PaymentPayload, PaymentRequirements

from licet.chain.compiled.abi import log_topic
from licet.chain.signing.transactions import Transaction
from licet.contracts import Contracts, events
from licet.contracts.authorizations import Authorizations, Receivable, Settlement
from licet.contracts.currency import Currency
from licet.documents.receipts import ReceiptDocument
from licet.documents.usage import UsageRecord
from licet.errors import ChainError, InputError, Reverted
from licet.gateway import scheme, wire
from licet.gateway.asking import PAYING, Asking
from licet.gateway.errors import PaymentRefused
from licet.gateway.journal import Journal
from licet.gateway.market import Market
from licet.gateway.payments import Payments
from licet.gateway.policies import Policy
from licet.gateway.recording import Recorder
from licet.gateway.sending import Account
from licet.gateway.shown import Outcome, Shown, shown_of
from licet.licensee.offers import StandingOffer
from licet.rights.offer import Kind
from licet.rights.order import Order
from licet.rights.uses import Use
from licet.types import ZERO_HASH, Address, Hash32

MOST: Final = 3
"""The most offers of one 402 answer, the cheapest: a header holds no more. Discovery has all."""

_LOOK_BACK: Final = 10_000


@dataclass(frozen=True, slots=True)
class Sale:
    """One request that shows a payment for a license.

    Attributes:
        shown: the payment, as the journal knows it.
        signed: what the buyer signed.
        order: of the license.
        outcome: how far the payment is.
        policy: of what is asked for.
    """

    shown: Shown
    signed: Receivable
    order: Order
    outcome: Outcome
    policy: Policy

    @property
    def uses(self) -> Use:
        """What the license permits of what the policy offers."""
        assert self.policy.terms is not None
        return self.order.offer.uses & self.policy.terms.document.uses


class Sales:
    """Sells licenses.

    Args:
        journal: where payments are written down.
        contracts: for the gateway's account, which pays the gas.
        market: the offers that stand.
        recorder: who records and signs what was read.
        account: that sends.
    """

    def __init__(
        self, journal: Journal, contracts: Contracts, market: Market, recorder: Recorder, account: Account
    ) -> None:
        self._payments: Final = Payments(journal)
        self._contracts: Final = contracts
        self._market: Final = market
        self._recorder: Final = recorder
        self._account: Final = account
        self._asking: Final = Asking(PAYING)
        self._domains: Final[dict[Address, tuple[str, str] | None]] = {}

    @property
    def chain_id(self) -> int:
        """Where licenses are bought."""
        return self._contracts.chain.chain_id

    async def requirements(self, policy: Policy) -> list[PaymentRequirements]:
        """What buys a license for what a policy is about, the cheapest first; nothing where none is on sale.

        Raises:
            ChainWaits: the chain cannot be asked what a currency is called.
        """
        return await self._asking.ask(partial(self._requirements, policy))

    async def price(self, policy: Policy) -> str:
        """What the first of `requirements` costs, in a sentence; empty if that cannot be said.

        Raises:
            ChainWaits: the chain cannot be asked.
        """
        return await self._asking.ask(partial(self._price, policy))

    async def open(self, field: str, url: str, policy: Policy) -> Sale:
        """A request that shows a payment; holds the payment until `close`.

        Args:
            field: the payment, as sent.
            url: what is asked for.
            policy: that of the URL.

        Raises:
            PaymentRefused: the payment is not for this, or was used.
            PaymentWaits: another request is about it.
            ChainWaits: the chain is away.
        """
        try:
            payload = wire.read_payment(field)
            standing = await self._asking.ask(partial(self._on_sale, payload, policy))
            order, signed = scheme.order_in(payload, standing), scheme.receivable_in(payload)
        except InputError as error:
            raise PaymentRefused(str(error)) from error
        if payload.resource is not None and payload.resource.url != url:
            raise PaymentRefused("the payment is for something else than what is asked for here")
        await self._asking.ask(partial(self._check, order, signed))
        submission = self._submission(order, signed)
        shown = shown_of(order.offer.currency, signed, url, wire.identifier_of(payload), submission)
        outcome = await self._payments.take(shown, signed)
        return Sale(shown, signed, order, outcome, policy)

    async def settle(self, sale: Sale, work: Hash32 = ZERO_HASH) -> tuple[Settlement, bytes]:
        """Makes sure that the license is bought, and writes that and the record down.

        Args:
            sale: the request.
            work: the work that it opens, where its asset is a catalogue; zero if that is not known.

        Returns:
            Where it was bought, and the receipt.

        Raises:
            PaymentRefused: it cannot be.
            ChainWaits: it is not known yet whether it is; the payment stays bound to its URL.
        """
        pay = partial(self._asking.ask, partial(self._buy, sale))
        return await self._payments.settle(sale.shown, sale.outcome, pay, partial(self._receipt, sale, work))

    async def close(self, sale: Sale, *, delivered: bool) -> None:
        """Ends a request: what its payment is for was delivered, or may be asked for again."""
        await self._payments.close(sale.shown, sale.outcome, delivered=delivered)

    def _requirements(self, policy: Policy) -> list[PaymentRequirements]:
        token = self._contracts.licenses.address
        return [
            scheme.requirements(standing, self.chain_id, token, domain)
            for standing, domain in self._offers(policy)[:MOST]
        ]

    def _price(self, policy: Policy) -> str:
        return next((self._market.price(standing.offer) for standing, _ in self._offers(policy)), "")

    def _offers(self, policy: Policy) -> list[tuple[StandingOffer, tuple[str, str]]]:
        """The offers that one payment can buy on, with the domains of their currencies."""
        assert policy.terms is not None
        found = []
        for standing in self._market.standing(policy.asset):
            offer = standing.offer
            if offer.kind in (Kind.SALE, Kind.SUBSCRIPTION) and offer.uses & policy.terms.document.uses:
                domain = self._domain(offer.currency)
                if domain is not None:
                    found.append((standing, domain))
        return found

    def _domain(self, address: Address) -> tuple[str, str] | None:
        """The name and version of a currency that takes authorizations; None for any other."""
        if address not in self._domains:
            currency = Currency(self._contracts.chain, address)
            takes = currency.has_authorization()
            self._domains[address] = currency.domain_name() if takes else None
        return self._domains[address]

    def _on_sale(self, payload: PaymentPayload, policy: Policy) -> StandingOffer:
        """The offer that a payment is for, of those on sale. Raises `InputError`."""
        wanted = scheme.offer_in(payload.accepted)
        network = wire.network(self.chain_id)
        for standing, _ in self._offers(policy):
            if standing.offer == wanted.offer and payload.accepted.network == network:
                return standing
        raise InputError("the payment is for an offer that does not stand here, or not any more")

    def _check(self, order: Order, signed: Receivable) -> None:
        """Makes sure that what was signed pays for the order. Raises `PaymentRefused`."""
        token = self._contracts.licenses.address
        nonce = order.authorization_nonce(self.chain_id, token, signed.payer)
        if (signed.payee, signed.amount, signed.nonce) != (token, order.total, nonce):
            raise PaymentRefused(
                "the payment is bound to another license, amount or payer than it is shown for"
            )
        domain = Authorizations(self._contracts.chain, order.offer.currency).domain_separator
        if not signed.is_signed(domain):
            raise PaymentRefused("the payment's signature is not its payer's account's")

    def _buy(self, sale: Sale) -> Settlement:
        since = max(0, self._contracts.chain.block().number - _LOOK_BACK)
        found = self._sold(sale.order.license_id, since)
        if found is not None:  # by this gateway before, or by whoever submitted the payment first
            return found
        try:
            submission = self._submission(sale.order, sale.signed)
            self._account.submit(sale.signed.payer, sale.signed.nonce, submission)
        except Reverted as error:
            found = self._sold(sale.order.license_id, since)
            if found is None:
                raise PaymentRefused(f"the license is not sold: {error}") from error
            return found
        found = self._sold(sale.order.license_id, since)
        if found is None:
            raise ChainError(f"the sale of license {sale.order.license_id} is not seen yet")
        return found

    def _submission(self, order: Order, signed: Receivable) -> Transaction:
        """The transaction that buys a license."""
        return self._contracts.licenses.buying_with_authorization(order, scheme.authorization_of(signed))

    def _sold(self, license_id: Hash32, since: int) -> Settlement | None:
        """Where a license was sold; a license is sold once."""
        sold = events.read(
            self._contracts.chain,
            events.LicenseTransferred,
            [self._contracts.licenses.address],
            [log_topic(ZERO_HASH), None, log_topic(license_id)],
            from_block=since,
        )
        for event in sold:
            return Settlement(event.log.tx_hash, event.log.block_number, event.log.block_hash)
        return None

    def _receipt(self, sale: Sale, work: Hash32, settlement: Settlement, now: int) -> ReceiptDocument:
        """The receipt of what a license opened in the answer that sold it."""
        order, signed = sale.order, sale.signed
        record = UsageRecord(
            asset_id=sale.policy.asset,
            license_id=order.license_id,
            uses=sale.uses,
            units=1,
            since=now,
            until=now,
            work=work,
            reference=f"x402:{signed.payer}:{signed.nonce}",
        )
        return self._recorder.countersigned(record, order.licensee, settlement.tx_hash)
