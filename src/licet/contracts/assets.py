"""`AssetRegistry`: deeds to works and catalogues."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from licet.chain.client import BlockId, Chain, Receipt
from licet.chain.compiled.artifacts import artifact
from licet.rights.derivation import Derivation
from licet.rights.offer import Offer
from licet.rights.registration import Registration
from licet.rights.uses import Use
from licet.types import Address, Hash32

_ABI: Final = artifact("AssetRegistry").abi


class DeedFlag(IntFlag):
    """What a deed is marked with."""

    DERIVATIVE = 1
    RECIPROCAL = 2
    """Licensed on its parents' rights document only."""
    CEILING = 4
    """Sells until its vault has received its parents' revenue ceiling."""
    DISPUTED = 8
    """Sales go to an escrow until the dispute is decided."""
    DEFEATED = 16
    """It lost a dispute: no further sale."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a deed's slot says.

    Attributes:
        holder: who holds it now.
        epoch: offers must name it; every transfer and `cancel_offers` raises it.
        exclusive_until: unix seconds up to which an exclusive license runs; 0 if none was ever sold.
        parents_until: when a derivative's licenses end (unix seconds); 2^32 - 1 for never, 0 for an original.
        flags: what it is marked with.
    """

    holder: Address
    epoch: int
    exclusive_until: int
    parents_until: int
    flags: DeedFlag


@dataclass(frozen=True, slots=True)
class Derivative:
    """What a derivative may sell, and where its income goes; zeros for an original, but for a pinned vault.

    Attributes:
        vault: the payee that every offer must name.
        uses: what all its parents' licenses permit: no license of it permits more.
        ceiling_currency: the only currency it sells in, if it has a ceiling.
        revenue_ceiling: what its vault may have received, in that currency's units, before sales end; 0 for
            none.
        terms_hash: the rights document that every offer must name, if it is reciprocal; else zero.
    """

    vault: Address
    uses: Use
    ceiling_currency: Address
    revenue_ceiling: int
    terms_hash: Hash32


class AssetRegistry:
    """The registry at an address. Calls that change something raise as `Chain.send` does."""

    def __init__(self, chain: Chain, address: Address) -> None:
        self.chain: Final = chain
        self.address: Final = address

    def register(self, registration: Registration) -> Receipt:
        """Registers an asset for the chain's account, which must be the registrant."""
        return self.chain.send(_ABI, self.address, "register", _fields(registration))

    def register_for(self, registration: Registration, signature: bytes) -> Receipt:
        """Registers an asset for somebody else, on their signature over the registration."""
        return self.chain.send(
            _ABI,
            self.address,
            "registerFor",
            registration.registrant,
            _fields(registration),
            registration.deadline,
            signature,
        )

    def register_derivative(self, registration: Registration, derivation: Derivation) -> Receipt:
        """Registers, for the chain's account, a work that was made from others, or under others' licenses."""
        return self.chain.send(
            _ABI, self.address, "registerDerivative", _fields(registration), derivation.to_abi()
        )

    def check_derivative(self, registration: Registration, derivation: Derivation) -> None:
        """Makes sure that `register_derivative` would succeed now; sends nothing.

        Raises:
            Reverted: it would not, as the exception's class says.
        """
        self.chain.simulate(
            _ABI, self.address, "registerDerivative", _fields(registration), derivation.to_abi()
        )

    def refresh_parents(self, asset_id: Hash32, split: Hash32, license_ids: Sequence[Hash32]) -> Receipt:
        """Takes a derivative's parents' licenses, in the order of its registration, as they are now."""
        return self.chain.send(_ABI, self.address, "refreshParents", asset_id, split, list(license_ids))

    def pin_vault(self, asset_id: Hash32, vault: Address, resale_bps: int) -> Receipt:
        """Names where basis points of the deed's resale should go; its holder's account must sign."""
        return self.chain.send(_ABI, self.address, "pinVault", asset_id, vault, resale_bps)

    def cancel_offers(self, asset_id: Hash32) -> Receipt:
        """Voids all standing offers on an asset; its holder's account must sign."""
        return self.chain.send(_ABI, self.address, "cancelOffers", asset_id)

    def transfer(self, asset_id: Hash32, receiver: Address) -> Receipt:
        """Hands a deed on; its standing offers lapse."""
        sender = self.chain.account
        return self.chain.send(_ABI, self.address, "transferFrom", sender, receiver, int(asset_id, 16))

    def deed(self, asset_id: Hash32, block: BlockId = "latest") -> Deed:
        """A deed's slot.

        Raises:
            AssetNotRegistered: no deed has this id.
        """
        slot = self.chain.call(_ABI, self.address, "deed", asset_id, block=block)
        return Deed(
            slot["holder"],
            slot["epoch"],
            slot["exclusiveUntil"],
            slot["parentsUntil"],
            DeedFlag(slot["flags"]),
        )

    def derivative(self, asset_id: Hash32, block: BlockId = "latest") -> Derivative:
        """What a derivative may sell, and where its income goes."""
        made = self.chain.call(_ABI, self.address, "derivative", asset_id, block=block)
        return Derivative(
            made["vault"],
            Use(made["uses"]),
            made["ceilingCurrency"],
            made["revenueCeiling"],
            made["termsHash"],
        )

    def check_sale(self, offer: Offer, expires: int, amount: int, block: BlockId = "latest") -> None:
        """Makes sure that a derivative's parents allow a sale on an offer; an original has none.

        Args:
            offer: the offer.
            expires: until when the licenses would run, unix seconds.
            amount: what would be paid at the sale, in the offer's currency's smallest unit.
            block: when.

        Raises:
            Reverted: they do not, as the exception's class says.
        """
        self.chain.call(
            _ABI,
            self.address,
            "checkSale",
            offer.asset_id,
            offer.payee,
            int(offer.uses),
            expires,
            offer.currency,
            amount,
            offer.terms_hash,
            block=block,
        )

    def royalty_info(self, asset_id: Hash32, price: int, block: BlockId = "latest") -> tuple[Address, int]:
        """Who should get how much of the deed's resale at a price (ERC-2981), once a vault was pinned."""
        vault, amount = self.chain.call(
            _ABI, self.address, "royaltyInfo", int(asset_id, 16), price, block=block
        )
        return vault, amount

    def head(self, block: BlockId = "latest") -> Hash32:
        """The rolling head of the contract's audited logs."""
        return Hash32(self.chain.call(_ABI, self.address, "head", block=block))


def _fields(registration: Registration) -> tuple[Hash32, int, Hash32, str, int]:
    return (
        registration.content,
        registration.works,
        registration.document_hash,
        registration.uri,
        int(registration.origin),
    )
