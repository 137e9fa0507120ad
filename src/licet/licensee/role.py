"""The licensee's role: from files to licenses that the chain vouches for."""

import contextlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from licet.chain.abi import log_topic
from licet.chain.client import Receipt
from licet.contracts import Contracts, events
from licet.contracts.currency import Currency
from licet.contracts.licenses import Grant, License
from licet.contracts.publications import registration
from licet.documents import Library, OfferDocument
from licet.errors import InputError, InsufficientBalance, LicenseUnknown, UnexpectedAnswer
from licet.licensee.lookup import Finder, Lookup
from licet.licensee.offers import Offers, StandingOffer
from licet.licensee.quote import Quote, Quoter, check_complete
from licet.rights.offer import new_salt
from licet.rights.uses import Use
from licet.trees.catalog import CatalogProof
from licet.trees.hashing import is_address, parse_address
from licet.types import Address, Hash32, parse_hash

PERMIT_SECONDS: Final = 3600
"""How long a permit that pays for a purchase stays valid."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """A license that was bought: what proves its terms, and the transactions that it took."""

    grant: Grant
    receipts: tuple[Receipt, ...]

    @property
    def license_id(self) -> Hash32:
        """The license's id."""
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
    ) -> Purchase:
        """Buys one license, for exactly the offer's price.

        One transaction where the token takes permits, the allowance suffices, or the native coin is asked;
        else an approval of exactly the price comes first.

        Args:
            standing: the offer.
            licensee: who receives the license; this account if not given.
            salt: tells several purchases on one offer apart; random if not given.

        Raises:
            InputError: the offer is for another chain or contract.
            InsufficientBalance: this account has less than the price.
            Reverted: the offer does not sell, as the exception's class says.
        """
        standing = self._here(standing)
        offer = standing.offer
        chain, licenses = self._contracts.chain, self._contracts.licenses
        licensee = chain.account if licensee is None else parse_address(licensee)
        grant = Grant(offer, licensee, salt or new_salt())
        currency = Currency(chain, offer.currency)
        self._check_balance(currency, offer.price)
        if currency.is_native or not offer.price:
            return Purchase(grant, (licenses.buy(grant, standing.signature),))
        if currency.allowance(chain.account, licenses.address) >= offer.price:
            return Purchase(grant, (licenses.buy(grant, standing.signature),))
        if currency.has_permit():
            deadline = chain.block().timestamp + PERMIT_SECONDS
            permit = currency.sign_permit(licenses.address, offer.price, deadline)
            return Purchase(grant, (licenses.buy_with_permit(grant, standing.signature, permit),))
        approval = currency.approve(licenses.address, offer.price)
        return Purchase(grant, (approval, licenses.buy(grant, standing.signature)))

    def buy_all(self, quote: Quote, *, licensee: Address | None = None) -> Iterator[Purchase]:
        """Buys all that a quote asks for, one license after another; whatever was yielded is bought.

        Args:
            quote: whose `purchases` to buy.
            licensee: who receives the licenses; this account if not given.

        Raises:
            Contested, NotOnOffer, NotRegistered: an item could not be used afterwards; nothing was bought.
            InsufficientBalance: this account has less than the quote's total; nothing was bought.
            Reverted: an offer does not sell any more.
        """
        check_complete(quote)
        if quote.currency is not None:
            self._check_balance(Currency(self._contracts.chain, quote.currency), quote.total)
        for standing in quote.purchases:
            yield self.buy(standing, licensee=licensee)

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
        sold = events.read(
            self._contracts.chain,
            events.Sold,
            [self._contracts.licenses.address],
            [log_topic(license_id)],
            from_block=self._contracts.deployment.block,
        )
        try:
            grants = [Grant(event.offer, event.licensee, event.salt) for event in sold]
        except InputError as error:
            raise UnexpectedAnswer(f"the terms of license {license_id} cannot be read: {error}") from error
        for grant in grants:
            if grant.license_id != license_id:
                raise UnexpectedAnswer(
                    f"the terms of license {license_id} cannot be read: as the node gives them, "
                    f"they are those of {grant.license_id}"
                )
            return grant
        raise LicenseUnknown("LicenseUnknown", {"licenseId": license_id}, "0x")

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

    def _here(self, standing: StandingOffer | OfferDocument) -> StandingOffer:
        if isinstance(standing, StandingOffer):
            return standing
        chain_id, licenses = self._contracts.chain.chain_id, self._contracts.licenses.address
        if (standing.chain_id, standing.license_token) != (chain_id, licenses):
            raise InputError(
                f"the offer is for the contract {standing.license_token} on chain {standing.chain_id}, "
                f"this is {licenses} on chain {chain_id}: use a node and a registry of the offer's deployment"
            )
        return StandingOffer(standing.offer, bytes.fromhex(standing.signature[2:]))

    def _check_balance(self, currency: Currency, price: int) -> None:
        has = currency.balance_of(self._contracts.chain.account)
        if has < price:
            raise InsufficientBalance(
                f"{self._contracts.chain.account} has {has} of the {price} units that the license costs, "
                f"in the currency {currency.address}: get {price - has} more",
                has=has,
                needs=price,
            )
