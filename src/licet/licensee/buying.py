"""Buying: at exactly the offer's price, by permit, allowance, authorization or native coin; and renewing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from licet.chain.client import Receipt
from licet.contracts import events
from licet.contracts.currency import Currency
from licet.contracts.paying import PERMIT_SECONDS, pay
from licet.contracts.terms import order_of
from licet.documents import OfferDocument, OrderDocument
from licet.errors import InputError, reverted
from licet.licensee.account import Account
from licet.licensee.offers import StandingOffer
from licet.licensee.quote import Quote, check_complete
from licet.rights.offer import Kind, new_salt
from licet.rights.order import MAX_QUANTITY, Grant, Order
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32

AUTHORIZATION_SECONDS: Final = 24 * 3600
"""How long a payment that somebody else is to submit stays valid."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """Licenses that were bought: the orders that sold, and the transactions that it took."""

    orders: tuple[Order, ...]
    receipts: tuple[Receipt, ...]

    @property
    def grants(self) -> tuple[Grant, ...]:
        """What proves the terms of each license."""
        return tuple(grant for order in self.orders for grant in order.grants())

    @property
    def grant(self) -> Grant:
        """What proves the terms of the first license."""
        return self.grants[0]

    @property
    def license_id(self) -> Hash32:
        """The first license's id."""
        return self.grant.license_id

    @property
    def gas_used(self) -> int:
        """Gas units of all its transactions."""
        return sum(receipt.gas_used for receipt in self.receipts)


@dataclass(frozen=True, slots=True)
class Renewal:
    """Subscriptions that were renewed.

    Attributes:
        expires: by license id, the unix second from which each now permits nothing.
        receipts: the transactions that it took.
    """

    expires: dict[Hash32, int]
    receipts: tuple[Receipt, ...]


class Buying(Account):
    """Buys and renews licenses."""

    def buy(
        self,
        standing: StandingOffer | OfferDocument,
        *,
        licensee: Address | None = None,
        salt: Hash32 | None = None,
        quantity: int = 1,
    ) -> Purchase:
        """Buys licenses on one offer, for exactly its price each.

        One transaction where the token takes permits, the allowance suffices, or the native coin is asked;
        else an approval of exactly the price comes first.

        Args:
            standing: the offer.
            licensee: who receives the license; this account if not given.
            salt: tells several purchases on one offer apart; random if not given.
            quantity: how many licenses (seats), up to 100.

        Raises:
            InputError: the offer is for another chain or contract.
            InsufficientBalance: this account has less than the price of all.
            Reverted: the offer does not sell, as the exception's class says.
        """
        order = self._order(standing, licensee, salt, quantity)
        currency = Currency(self._contracts.chain, order.offer.currency)
        currency.check_balance(order.total, "the license")
        return self._pay(order, currency)

    def authorize(
        self,
        standing: StandingOffer | OfferDocument,
        *,
        licensee: Address | None = None,
        salt: Hash32 | None = None,
        quantity: int = 1,
    ) -> OrderDocument:
        """Signs the payment for an order (EIP-3009), for somebody else to submit; sends nothing.

        The payment is bound to this very order. Arguments and errors are those of `buy`.

        Raises:
            InputError: the currency takes no authorizations, or the order costs nothing.
        """
        order = self._order(standing, licensee, salt, quantity)
        if not order.total:
            raise InputError("the order costs nothing, so nobody has to authorize a payment: buy it directly")
        chain, token = self._contracts.chain, self._contracts.licenses.address
        currency = Currency(chain, order.offer.currency)
        if not currency.has_authorization():
            raise InputError(f"{currency.address} takes no EIP-3009 authorizations: buy directly")
        currency.check_balance(order.total, "the license")
        nonce = order.authorization_nonce(chain.chain_id, token, chain.account)
        until = chain.block().timestamp + AUTHORIZATION_SECONDS
        signed = currency.sign_authorization(token, order.total, nonce, until)
        return OrderDocument(chain.chain_id, token, order, signed)

    def submit(self, paid: OrderDocument) -> Purchase:
        """Buys what somebody else has ordered and paid for; this account pays the gas.

        Raises:
            InputError: the order is for another chain or contract.
            Reverted: the offer does not sell, or the payment is void, as the exception's class says.
        """
        self._check_here(paid, "order")
        receipt = self._contracts.licenses.buy_with_authorization(paid.order, paid.authorization)
        return Purchase((paid.order,), (receipt,))

    def buy_basket(
        self,
        offers: Sequence[StandingOffer | OfferDocument],
        *,
        licensee: Address | None = None,
        quantity: int = 1,
        skip: bool = False,
    ) -> Purchase:
        """Buys on up to 100 offers in one transaction.

        What an allowance suffices for is drawn from it, else by the token's permit, if it takes them; a token
        without permits is approved for exactly the sum first, and so is each where native coin is asked, too.
        Of what is passed over, the allowance stays.

        Args:
            offers: different ones; they may be of different licensors, assets and currencies.
            licensee: who receives the licenses; this account if not given.
            quantity: how many licenses (seats) on each offer.
            skip: pass over what does not sell, and do not pay for it, rather than buy nothing at all.

        Raises:
            InputError: an offer is for another chain or contract.
            InsufficientBalance: this account has less than the sum in one of the currencies.
            Reverted: an offer does not sell, and `skip` is not set.
        """
        orders = [self._order(standing, licensee, None, quantity) for standing in offers]
        sums: dict[Address, int] = {}
        for order in orders:
            sums[order.offer.currency] = sums.get(order.offer.currency, 0) + order.total
        token = self._contracts.licenses
        receipts = pay(token.chain, token.buying_basket(orders, skip=skip), sums, "the license")
        # Payees and currencies can log whatever they like.
        logs = [log for log in receipts[-1].logs if log.address == token.address]
        sold = {event.license_id for event in events.find(events.Sold, logs)}
        return Purchase(tuple(o for o in orders if o.license_id in sold), receipts)

    def buy_all(
        self, quote: Quote, *, licensee: Address | None = None, quantity: int = 1
    ) -> Iterator[Purchase]:
        """Buys all that a quote asks for, up to 100 licenses in each transaction; what was yielded is bought.

        Args:
            quote: whose `purchases` to buy.
            licensee: who receives the licenses; this account if not given.
            quantity: how many licenses (seats) of each purchase; the total is multiplied by it.

        Raises:
            Contested, NotOnOffer, NotRegistered: an item could not be used afterwards; nothing was bought.
            InsufficientBalance: this account has less than the quote's total; nothing was bought.
            Reverted: an offer does not sell any more; nothing of its transaction was bought.
        """
        check_complete(quote)
        if quote.currency is not None:
            currency = Currency(self._contracts.chain, quote.currency)
            currency.check_balance(quote.total * quantity, "the license")
        each = max(1, MAX_QUANTITY // max(1, quantity))  # more licenses might not fit into a block
        for first in range(0, len(quote.purchases), each):
            basket = quote.purchases[first : first + each]
            if len(basket) == 1:
                yield self.buy(basket[0], licensee=licensee, quantity=quantity)
            else:
                yield self.buy_basket(basket, licensee=licensee, quantity=quantity)

    def renew(self, license_id: Hash32, *, quantity: int = 1) -> Renewal:
        """Renews a subscription for another term, at its offer's price, from its end on or from now.

        The offer must still sell. Paid as in `buy`. Anybody may pay for anybody's.

        Args:
            license_id: the license; of several seats bought together, the first to be renewed.
            quantity: how many of those seats, from this one on.

        Raises:
            LicenseUnknown: no license of this id was sold.
            NotRenewable: it is no subscription.
            InsufficientBalance: this account has less than the price of all.
            Reverted: the offer does not sell any more, or a license was revoked.
        """
        seat = order_of(self._contracts, license_id)
        order = Order(seat.offer, seat.signature, seat.licensee, seat.salt, quantity)
        if order.offer.kind != Kind.SUBSCRIPTION:
            raise reverted("NotRenewable", {"licenseId": order.license_id})
        licenses = self._contracts.licenses
        sums = {order.offer.currency: order.total}
        receipts = pay(licenses.chain, licenses.renewing(order), sums, "the renewal")
        logs = [log for log in receipts[-1].logs if log.address == licenses.address]
        renewed = events.find(events.Renewed, logs)
        return Renewal({event.license_id: event.expires for event in renewed}, receipts)

    def _order(
        self,
        standing: StandingOffer | OfferDocument,
        licensee: Address | None,
        salt: Hash32 | None,
        quantity: int,
    ) -> Order:
        here = self._here(standing)
        licensee = self._contracts.chain.account if licensee is None else parse_address(licensee)
        return Order(here.offer, here.signature, licensee, salt or new_salt(), quantity)

    def _pay(self, order: Order, currency: Currency) -> Purchase:
        chain, licenses = self._contracts.chain, self._contracts.licenses
        if currency.is_allowed(licenses.address, order.total):
            return Purchase((order,), (licenses.buy(order),))
        if currency.has_permit():
            deadline = chain.block().timestamp + PERMIT_SECONDS
            permit = currency.sign_permit(licenses.address, order.total, deadline)
            return Purchase((order,), (licenses.buy_with_permit(order, permit),))
        approvals = currency.ensure_allowance(licenses.address, order.total)
        return Purchase((order,), (*approvals, licenses.buy(order)))

    def _here(self, standing: StandingOffer | OfferDocument) -> StandingOffer:
        if isinstance(standing, StandingOffer):
            return standing
        self._check_here(standing, "offer")
        return StandingOffer(standing.offer, bytes.fromhex(standing.signature[2:]))

    def _check_here(self, document: OfferDocument | OrderDocument, what: str) -> None:
        chain_id, licenses = self._contracts.chain.chain_id, self._contracts.licenses.address
        if (document.chain_id, document.license_token) != (chain_id, licenses):
            raise InputError(
                f"the {what} is for the contract {document.license_token} on chain {document.chain_id}, this "
                f"is {licenses} on chain {chain_id}: use a node and a registry of the {what}'s deployment"
            )
