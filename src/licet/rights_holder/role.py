"""The rights holder: registers works, makes offers, collects what is due."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from licet.catalog import Catalog
from licet.chain.client import Receipt
from licet.contracts import Contracts, events
from licet.contracts.vaults import VaultClaim
from licet.documents import OfferDocument, Publisher, SplitDocument, TermsDocument
from licet.errors import InputError, NotRegistered, SignerError, reverted
from licet.fingerprint import Progress, sha256_file
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind, Offer
from licet.rights.registration import Registration
from licet.rights.uses import Use
from licet.trees.hashing import parse_address
from licet.types import ZERO_HASH, Address, Hash32

PAYEES_ON_CHAIN: Final = 16
"""Splits of up to so many payees are published on chain in full; larger ones by their document's hash."""


@dataclass(frozen=True, slots=True)
class Registered:
    """An asset that was registered: its id, and the transaction that did it."""

    asset_id: Hash32
    registration: Registration
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class PublishedSplit:
    """A split that was published: the vault that pays it, and the transaction that published it."""

    vault: Address
    split: SplitDocument
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Price:
    """What a license costs and how long it runs, and on what conditions it is sold.

    Attributes:
        currency: an ERC-20 token; the zero address for the native coin.
        amount: in the currency's smallest unit, for what `kind` says; 0 only where it is free.
        kind: how a license is paid for.
        duration: seconds that a license runs; 0 for perpetual.
        start: first second of the sale, unix; 0 for at once.
        end: last second of the sale, unix; 0 for no end.
        supply: how many licenses may be sold; 0 for any number.
        exclusive: no other license of the asset is sold while this one runs.
        transferable: whether a licensee may transfer the license.
        conditions: the rare terms: of derivatives, sublicenses, revocation, metering, resale.
    """

    currency: Address
    amount: int
    kind: Kind = Kind.SALE
    duration: int = 0
    start: int = 0
    end: int = 0
    supply: int = 0
    exclusive: bool = False
    transferable: bool = False
    conditions: Conditions = field(default_factory=Conditions)


@dataclass(frozen=True, slots=True)
class Collected:
    """What a payee was paid, by vault, and the transaction that paid it."""

    amounts: dict[Address, int]
    receipt: Receipt

    @property
    def total(self) -> int:
        """The sum, in the token's smallest unit."""
        return sum(self.amounts.values())


class RightsHolder:
    """Acts for one rights holder, whose account is the chain's signer.

    Documents go into the publisher's folder; it must be served, or handed on, for others to read them.
    Everything that sends a transaction raises as `Chain.send` does.
    """

    def __init__(self, contracts: Contracts, publisher: Publisher) -> None:
        self._contracts: Final = contracts
        self._publisher: Final = publisher

    @property
    def address(self) -> Address:
        """The rights holder's account."""
        return self._contracts.chain.account

    # Registering

    def register_work(
        self,
        path: str | Path,
        *,
        uri: str = "",
        document_hash: Hash32 = ZERO_HASH,
        progress: Progress | None = None,
    ) -> Registered:
        """Registers a single work by the SHA-256 of its bytes.

        Args:
            path: the work's file; it is read, not published.
            uri: where a document about the work can be fetched, if there is one.
            document_hash: that document's SHA-256.
            progress: called with the number of bytes hashed since the last call.

        Raises:
            InputError: the file cannot be read, or is empty.
            AssetAlreadyRegistered: this account has registered this work before.
        """
        content = sha256_file(path, progress)
        return self._register(Registration(self.address, content, document_hash=document_hash, uri=uri))

    def register_catalog(self, catalog: Catalog, name: str) -> Registered:
        """Registers all works of a catalogue in one transaction, and publishes the list of them.

        Args:
            catalog: the works.
            name: the catalogue's title, for people.
        """
        published = self._publisher.publish(catalog.document(name))
        return self._register(
            Registration(
                self.address,
                catalog.tree().root,
                works=len(catalog.works),
                document_hash=published.hash,
                uri=published.uri,
            )
        )

    def sign_registration(self, registration: Registration) -> bytes:
        """Signs a registration that somebody else will submit and pay for (`register_for`).

        Raises:
            SignerError: the registrant is another account, or the signer refuses.
        """
        if registration.registrant != self.address:
            raise SignerError(f"the registrant is {registration.registrant}, but {self.address} is to sign")
        registry = self._contracts.assets.address
        chain = self._contracts.chain
        return chain.signer_or_raise().sign_typed_data(registration.typed_data(chain.chain_id, registry))

    def register_for(self, registration: Registration, signature: bytes) -> Registered:
        """Submits a registration that its registrant signed; this account pays the gas."""
        receipt = self._contracts.assets.register_for(registration, signature)
        return Registered(registration.asset_id, registration, receipt)

    def transfer_deed(self, asset_id: Hash32, receiver: Address) -> Receipt:
        """Hands an asset's deed on; its standing offers lapse. Licenses sold before stay.

        Raises:
            NotDeedHolder: this account does not hold the deed.
        """
        holder = self._contracts.assets.deed(asset_id).holder
        if holder != self.address:
            raise reverted("NotDeedHolder", {"caller": self.address, "holder": holder, "assetId": asset_id})
        return self._contracts.assets.transfer(asset_id, receiver)

    # Offering

    def publish_split(self, split: SplitDocument) -> PublishedSplit:
        """Publishes who shares in a vault, so that all payees can be paid for ever.

        Small splits (`PAYEES_ON_CHAIN`) go on chain payee by payee; of larger ones the document's hash does,
        and the document into the publisher's folder.
        """
        root = split.tree().root
        vaults = self._contracts.vaults
        if len(split.payees) <= PAYEES_ON_CHAIN:
            receipt = vaults.publish(root, payees=[(entry.payee, entry.share) for entry in split.payees])
        else:
            published = self._publisher.publish(split)
            receipt = vaults.publish(root, published.hash, published.uri)
        return PublishedSplit(vaults.vault_of(root), split, receipt)

    def offer(self, asset_id: Hash32, payee: Address, price: Price, terms: TermsDocument) -> OfferDocument:
        """Signs an offer, and publishes it and its terms as documents. Costs no gas.

        Args:
            asset_id: what is licensed; this account must hold its deed.
            payee: who receives the price, as a rule the vault of a published split.
            price: what it costs, and the conditions of the sale.
            terms: the rights document; its uses are those that the license permits.

        Raises:
            InputError: a value is out of range, the price is 0 and not marked free, or the sale is over.
            NotRegistered: this account does not hold the asset's deed.
        """
        chain = self._contracts.chain
        deed = self._contracts.assets.deed(asset_id)
        if deed.holder != self.address:
            raise NotRegistered(
                f"{self.address} cannot license asset {asset_id}: {deed.holder} holds its deed",
                asset_id=asset_id,
                holder=deed.holder,
            )
        now = chain.block().timestamp
        if price.end and price.end <= now:
            raise InputError(f"the sale would have ended {now - price.end} seconds ago: name a later end")
        document = self._publisher.publish(terms)
        # A URI that only repeats the hash would cost every buyer gas.
        uri = document.uri if self._publisher.base_uri else ""
        offer = Offer(
            licensor=self.address,
            asset_id=asset_id,
            epoch=deed.epoch,
            payee=payee,
            currency=price.currency,
            price=price.amount,
            uses=Use(terms.uses),
            terms_hash=document.hash,
            terms_uri=uri,
            start=price.start,
            end=price.end,
            duration=price.duration,
            supply=price.supply,
            kind=price.kind,
            exclusive=price.exclusive,
            transferable=price.transferable,
            conditions=price.conditions.struct_hash(),
        )
        offer.check_new()
        price.conditions.check_new()
        licenses = self._contracts.licenses.address
        signature = chain.signer_or_raise().sign_typed_data(
            offer.typed_data(chain.chain_id, licenses, price.conditions)
        )
        signed = OfferDocument(chain.chain_id, licenses, offer, price.conditions, "0x" + signature.hex())
        self._publisher.publish(signed)
        return signed

    def publish_offer(self, offer: Offer, conditions: Conditions) -> Receipt:
        """Puts an offer on chain, where everybody finds it; it then sells without a signature."""
        return self._contracts.licenses.publish_offer(offer, conditions)

    def cancel_offer(self, offer: Offer) -> Receipt:
        """Ends the sale on one offer, for ever. Licenses sold before stay."""
        return self._contracts.licenses.cancel_offer(offer)

    def cancel_offers(self, asset_id: Hash32) -> Receipt:
        """Ends the sale on all standing offers of an asset. Licenses sold before stay."""
        return self._contracts.assets.cancel_offers(asset_id)

    # Collecting

    def due(self, split: SplitDocument, token: Address, payee: Address | None = None) -> int:
        """What a vault owes a payee now, in the token's smallest unit.

        Args:
            split: of the vault.
            token: the currency; the zero address for the native coin.
            payee: this account if not given.

        Raises:
            InputError: the payee is not in the split.
        """
        payee = self.address if payee is None else parse_address(payee)
        tree = split.tree()
        share = tree.proof(payee).share
        vaults = self._contracts.vaults
        vault = vaults.vault_of(tree.root)
        entitled = vaults.received(vault, token) * share // tree.total
        return max(0, entitled - vaults.released_to(vault, token, payee))

    def collect(
        self, splits: Sequence[SplitDocument], token: Address, payee: Address | None = None
    ) -> Collected:
        """Pays a payee all that is due from any number of vaults, in one transaction.

        Anyone may do this for anyone: the money goes to the payee. A vault that owes nothing is passed over.

        Args:
            splits: of the vaults.
            token: the currency; the zero address for the native coin.
            payee: this account if not given.

        Raises:
            InputError: the payee is not in one of the splits.
            NothingDue: none of the vaults owes anything; no transaction was sent.
        """
        payee = self.address if payee is None else parse_address(payee)
        token = parse_address(token)
        if not any(self.due(split, token, payee) for split in splits):
            raise reverted("NothingDue", {"payee": payee, "token": token})
        trees = [split.tree() for split in splits]
        claims = [VaultClaim(tree.root, token, payee, tree.proof(payee)) for tree in trees]
        receipt = self._contracts.vaults.claim(claims)
        amounts = {self._contracts.vaults.vault_of(tree.root): 0 for tree in trees}
        # A token, or a payee that is a contract, can log and claim whatever it likes meanwhile.
        for event in events.find(events.Claimed, [log for log in receipt.logs if log.address in amounts]):
            if (event.token, event.payee) == (token, payee):
                amounts[event.log.address] += event.amount
        return Collected(amounts, receipt)

    def _register(self, registration: Registration) -> Registered:
        receipt = self._contracts.assets.register(registration)
        return Registered(registration.asset_id, registration, receipt)
