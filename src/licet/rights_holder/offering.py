"""Offering licenses: who shares in the price, on what terms, and who may sign for the licensor."""

from dataclasses import dataclass, field, replace
from typing import Final

from licet.chain.client import Receipt
from licet.contracts.assets import Deed, DeedFlag
from licet.contracts.licenses import PERPETUAL
from licet.contracts.vaults import Vault
from licet.documents import OfferDocument, SplitDocument, TermsDocument
from licet.errors import InputError, NotRegistered, reverted
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind, Offer, new_salt
from licet.rights.uses import Use
from licet.rights_holder.account import Account
from licet.trees.hashing import parse_address
from licet.types import ZERO_HASH, Address, Hash32

PAYEES_ON_CHAIN: Final = 16
"""Splits of up to so many payees are published on chain in full; larger ones by their document's hash."""


@dataclass(frozen=True, slots=True)
class PublishedSplit:
    """A split that was published: the vault that pays it, and the transaction that published it.

    Attributes:
        vault: the vault's address.
        split: who gets which share.
        receipt: the transaction.
        salt: of the vault's address: 0 for an asset's own vault.
    """

    vault: Address
    split: SplitDocument
    receipt: Receipt
    salt: Hash32 = ZERO_HASH

    def as_vault(self) -> Vault:
        """The vault, to collect from."""
        return Vault(self.split, self.salt)


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
        conditions: the rare terms: of derivatives, sublicenses, revocation, metering, resale. Each offer
            gets a salt of its own when it is signed, so that a price serves again after a cancellation.
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


class Offering(Account):
    """Publishes splits, and makes offers."""

    def publish_split(self, split: SplitDocument, salt: Hash32 = ZERO_HASH) -> PublishedSplit:
        """Publishes who shares in a vault, so that all payees can be paid for ever.

        Small splits (`PAYEES_ON_CHAIN`) go on chain payee by payee; of larger ones the document's hash does,
        and the document into the publisher's folder.

        Args:
            split: who gets which share.
            salt: of the vault's address; 0 for an asset's own vault.
        """
        root = split.tree().root
        vaults = self._contracts.vaults
        if len(split.payees) <= PAYEES_ON_CHAIN:
            payees = [(entry.payee, entry.share) for entry in split.payees]
            receipt = vaults.publish(root, payees=payees, salt=salt)
        else:
            published = self._publisher.publish(split)
            receipt = vaults.publish(root, published.hash, published.uri, salt=salt)
        return PublishedSplit(vaults.vault_of(root, salt), split, receipt, salt)

    def offer(
        self,
        asset_id: Hash32,
        payee: Address,
        price: Price,
        terms: TermsDocument,
        *,
        licensor: Address | None = None,
    ) -> OfferDocument:
        """Signs an offer, and publishes it and its terms as documents. Costs no gas.

        Args:
            asset_id: what is licensed; the licensor must hold its deed.
            payee: who receives the price, as a rule the vault of a published split; a derivative's own vault.
            price: what it costs, and the conditions of the sale.
            terms: the rights document; its uses are those that the license permits.
            licensor: for whom this account signs, if they appointed it; this account itself if not given.

        Raises:
            InputError: a value is out of range, the price is 0 and not marked free, or the sale is over.
            NotRegistered: the licensor does not hold the asset's deed.
            NotLicensor: the licensor has not appointed this account, or not for now.
            Reverted: the deed lost a dispute, or a derivative's parents do not allow the sale.
        """
        chain = self._contracts.chain
        licensor = self.address if licensor is None else parse_address(licensor, "licensor")
        deed = self._contracts.assets.deed(asset_id)
        if deed.holder != licensor:
            raise NotRegistered(
                f"{licensor} cannot license asset {asset_id}: {deed.holder} holds its deed",
                asset_id=asset_id,
                holder=deed.holder,
            )
        now = chain.block().timestamp
        self._check_acts_for(licensor, now)
        if price.end and price.end <= now:
            raise InputError(f"the sale would have ended {now - price.end} seconds ago: name a later end")
        document = self._publisher.publish(terms)
        conditions = replace(price.conditions, salt=new_salt())
        offer = Offer(
            licensor=licensor,
            asset_id=asset_id,
            epoch=deed.epoch,
            payee=payee,
            currency=price.currency,
            price=price.amount,
            uses=Use(terms.uses),
            terms_hash=document.hash,
            terms_uri=self._uri(document.uri),
            start=price.start,
            end=price.end,
            duration=price.duration,
            supply=price.supply,
            kind=price.kind,
            exclusive=price.exclusive,
            transferable=price.transferable,
            conditions=conditions.struct_hash(),
        )
        offer.check_new()
        conditions.check_new()
        self._check_flags(offer, deed, max(now, offer.start))
        licenses = self._contracts.licenses.address
        signature = chain.signer_or_raise().sign_typed_data(
            offer.typed_data(chain.chain_id, licenses, conditions)
        )
        signed = OfferDocument(chain.chain_id, licenses, offer, conditions, "0x" + signature.hex())
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

    def appoint_agent(self, agent: Address, until: int) -> Receipt:
        """Lets an agent sign, publish and cancel offers for this account.

        Offers that an agent signed sell for as long as the appointment runs; published ones go on.

        Args:
            agent: an account, which signs by its key.
            until: last unix second; 0 ends the appointment.
        """
        return self._contracts.licenses.appoint_agent(agent, until)

    def _check_acts_for(self, licensor: Address, now: int) -> None:
        if licensor == self.address:
            return
        until = self._contracts.licenses.agent_until(licensor, self.address)
        if until < now:
            raise reverted("NotLicensor", {"caller": self.address, "licensor": licensor, "until": until})

    def _check_flags(self, offer: Offer, deed: Deed, sold: int) -> None:
        """Refuses to sign what would not sell at that time."""
        if deed.flags & DeedFlag.DEFEATED:
            raise reverted("AssetDefeated", {"assetId": offer.asset_id})
        if not deed.flags & DeedFlag.DERIVATIVE:
            return
        if deed.flags & DeedFlag.CEILING and offer.kind == Kind.METERED:
            raise InputError(
                f"derivative {offer.asset_id} is under a revenue ceiling, so it sells no metered licenses: "
                "units are paid after their sale; offer a sale or a subscription"
            )
        expires = sold + offer.duration if offer.duration else PERPETUAL
        amount = 0 if offer.kind == Kind.METERED else offer.price
        self._contracts.assets.check_sale(offer, expires, amount)
