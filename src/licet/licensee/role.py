"""The licensee's role: from files to licenses that the chain vouches for."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from licet.chain.abi import log_topic
from licet.chain.client import Receipt
from licet.contracts import Contracts, events
from licet.contracts.currency import Currency
from licet.contracts.licenses import License
from licet.contracts.publications import registration
from licet.documents import Library, OfferDocument, OrderDocument
from licet.errors import InputError, InsufficientBalance, LicenseUnknown, UnexpectedAnswer
from licet.licensee.lookup import Finder, Lookup
from licet.licensee.offers import Offers, StandingOffer
from licet.licensee.quote import Quote, Quoter, check_complete
from licet.rights.offer import new_salt
from licet.rights.order import MAX_QUANTITY, Grant, Order
from licet.rights.uses import Use
from licet.trees.catalog import CatalogProof
from licet.trees.hashing import is_address, parse_address
from licet.types import ZERO_HASH, Address, Hash32, parse_hash

PERMIT_SECONDS: Final = 3600
"""How long a permit that pays for a purchase stays valid."""

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
class Held:
    """A license that an account holds: what proves its terms, and its slot on chain."""

    grant: Grant
    license: License


class Licensee:
    """Acts for one licensee, whose account is the chain's signer. Looking up and checking need no account.

    The library has the documents that others published. Everything that sends a transaction raises as
    `Chain.send` does.
    """

    def __init__(self, contracts: Contracts, library: Library) -> None:
        self._contracts: Final = contracts
        self._library: Final = library
        self._finder: Final = Finder(contracts, library)

    @property
    def unreadable_catalogs(self) -> dict[Hash32, str]:
        """Registered catalogues whose works could not be looked up, with the reason."""
        return self._finder.unreadable

    def lookup(self, items: Iterable[str | Path]) -> tuple[Lookup, ...]:
        """Who claims some items; never chooses between competing claims.

        Args:
            items: files; SHA-256s; asset ids; ids of works in catalogues.

        Raises:
            InputError: an item is neither a file nor a known id.
        """
        return self._finder.lookup(items)

    def offers(self, asset_id: Hash32) -> tuple[StandingOffer, ...]:
        """The offers on an asset that would sell now, cheapest first.

        Raises:
            AssetNotRegistered: no asset has this id.
        """
        return Offers(self._contracts, self._library).standing(parse_hash(asset_id, "asset id"))

    def quote(
        self,
        items: Iterable[str | Path],
        uses: Use,
        *,
        trust: Collection[Hash32 | Address] = (),
        currency: Address | None = None,
    ) -> Quote:
        """What some items cost for some uses, to the unit.

        Args:
            items: as `lookup` takes them.
            uses: what is to be done with them.
            trust: asset ids and registrants whose claims to believe where claims compete.
            currency: buy in this currency only.

        Raises:
            InputError: an item is unknown, or offers in several currencies would do and none is named.
        """
        held = [h.grant for h in self.licenses()] if self._contracts.chain.signer else []
        trust = {parse_address(name) if is_address(name) else parse_hash(name, "id") for name in trust}
        currency = None if currency is None else parse_address(currency)
        quoter = Quoter(self._contracts, self._library, self._finder, held)
        return quoter.quote(items, uses, trust=trust, currency=currency)

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
        self._check_balance(currency, order.total)
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
        self._check_balance(currency, order.total)
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

        ERC-20 currencies must be allowed before, for the sum; what is missing is approved first, exactly.

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
        chain, token = self._contracts.chain, self._contracts.licenses
        currencies = {address: Currency(chain, address) for address in sums}
        for address, currency in currencies.items():
            self._check_balance(currency, sums[address])
        approvals = [
            currency.approve(token.address, sums[address])
            for address, currency in currencies.items()
            if not currency.is_native
            and sums[address]
            and currency.allowance(chain.account, token.address) < sums[address]
        ]
        receipt = token.buy_basket(orders, skip=skip)
        # Payees and currencies can log whatever they like.
        logs = [log for log in receipt.logs if log.address == token.address]
        sold = {event.license_id for event in events.find(events.Sold, logs)}
        return Purchase(tuple(o for o in orders if o.license_id in sold), (*approvals, receipt))

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
            self._check_balance(Currency(self._contracts.chain, quote.currency), quote.total * quantity)
        each = max(1, MAX_QUANTITY // max(1, quantity))  # more licenses might not fit into a block
        for first in range(0, len(quote.purchases), each):
            basket = quote.purchases[first : first + each]
            if len(basket) == 1:
                yield self.buy(basket[0], licensee=licensee, quantity=quantity)
            else:
                yield self.buy_basket(basket, licensee=licensee, quantity=quantity)

    def licenses(self, holder: Address | None = None) -> tuple[Held, ...]:
        """The licenses that an account holds, expired ones too; this account's if not given.

        Anybody can give anybody a license: one on terms that cannot be read is left out.
        """
        holder = self._contracts.chain.account if holder is None else parse_address(holder)
        ids = dict.fromkeys(
            event.license_id
            for event in events.read(
                self._contracts.chain,
                events.LicenseTransferred,
                [self._contracts.licenses.address],
                [None, log_topic(holder)],
                from_block=self._contracts.deployment.block,
            )
        )
        slots = {license_id: self._contracts.licenses.license(license_id) for license_id in ids}
        held = []
        for license_id, slot in slots.items():
            if slot.holder == holder:
                with contextlib.suppress(UnexpectedAnswer):
                    held.append(Held(self.grant(license_id), slot))
        return tuple(held)

    def grant(self, license_id: Hash32) -> Grant:
        """What a license's id is the hash of, from the record of its sale.

        Raises:
            LicenseUnknown: no license has this id.
            UnexpectedAnswer: its terms cannot be read, or do not lead to this id.
        """
        license_id = parse_hash(license_id, "license id")
        try:
            orders = [sale.order for sale in self._sales_of(license_id)]
        except InputError as error:
            raise UnexpectedAnswer(f"the terms of license {license_id} cannot be read: {error}") from error
        for order in orders:
            for seat, grant in zip(order.license_ids(), order.grants(), strict=True):
                if seat == license_id:
                    return grant
        if orders:
            raise UnexpectedAnswer(
                f"the terms of license {license_id} cannot be read: as the node gives them, "
                f"they are those of {orders[0].license_id}"
            )
        raise LicenseUnknown("LicenseUnknown", {"licenseId": license_id}, "0x")

    def _sales_of(self, license_id: Hash32) -> Iterator[events.Sold]:
        """The sale that a license was made out in: the first one after it in its transaction."""
        chain, token = self._contracts.chain, self._contracts.licenses.address
        made_out = events.read(
            chain,
            events.LicenseTransferred,
            [token],
            [log_topic(ZERO_HASH), None, log_topic(license_id)],
            from_block=self._contracts.deployment.block,
        )
        for mint in made_out:
            block = mint.log.block_number
            for sale in events.read(chain, events.Sold, [token], from_block=block, to_block=block):
                if sale.log.index > mint.log.index:
                    yield sale
                    break

    def permits(self, license_id: Hash32, uses: Use, item: str | Path | None = None) -> bool:
        """Whether a license permits all of `uses` now, as the chain answers.

        Args:
            license_id: the license.
            uses: what is to be done.
            item: with what: a file, a SHA-256, an asset or a catalogue's work id; if not given, with the
                asset that the license is of.

        Raises:
            LicenseUnknown: no license has this id.
            InputError: the item is neither a file nor a known id.
        """
        grant = self.grant(license_id)
        if item is None:
            return self._contracts.licenses.permits(license_id, uses)
        lookup = self.lookup([item])[0]
        if lookup.asset_id is not None:
            return self._contracts.licenses.permits_asset(grant, uses, lookup.asset_id)
        return lookup.content is not None and self._permits_work(grant, uses, lookup.content)

    def _permits_work(self, grant: Grant, uses: Use, content: Hash32) -> bool:
        registered = registration(self._contracts, grant.offer.asset_id)
        proof = CatalogProof((), 0)
        if registered.works:
            found = self._finder.proof(registered.asset_id, content)
            if found is None:
                return False
            proof = found
        licenses = self._contracts.licenses
        return licenses.permits_work(grant, uses, content, registered.registrant, proof)

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
        allowed = (
            currency.is_native
            or not order.total
            or currency.allowance(chain.account, licenses.address) >= order.total
        )
        if allowed:
            return Purchase((order,), (licenses.buy(order),))
        if currency.has_permit():
            deadline = chain.block().timestamp + PERMIT_SECONDS
            permit = currency.sign_permit(licenses.address, order.total, deadline)
            return Purchase((order,), (licenses.buy_with_permit(order, permit),))
        approval = currency.approve(licenses.address, order.total)
        return Purchase((order,), (approval, licenses.buy(order)))

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

    def _check_balance(self, currency: Currency, price: int) -> None:
        has = currency.balance_of(self._contracts.chain.account)
        if has < price:
            raise InsufficientBalance(
                f"{self._contracts.chain.account} has {has} of the {price} units that the license costs, "
                f"in the currency {currency.address}: get {price - has} more",
                has=has,
                needs=price,
            )
