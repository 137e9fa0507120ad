"""What proves a license's terms, found again from its id: on chain, and among the documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet.chain.compiled.abi import log_topic
from licet.contracts import events
from licet.documents import Library, OfferDocument
from licet.errors import DocumentError, DocumentMissing, InputError, LicenseUnknown, UnexpectedAnswer
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer
from licet.rights.order import Grant, Order
from licet.types import ZERO_HASH, Hash32, parse_hash

if TYPE_CHECKING:
    from licet.contracts import Contracts


@dataclass(frozen=True, slots=True)
class LicenseTerms:
    """All that a license was sold on: what its id is the hash of, and its offer's conditions.

    Raises:
        InputError: the conditions are not the offer's.
    """

    grant: Grant
    conditions: Conditions

    def __post_init__(self) -> None:
        self.grant.offer.check_conditions(self.conditions)

    @property
    def license_id(self) -> Hash32:
        """The id of the license."""
        return self.grant.license_id


def order_of(contracts: "Contracts", license_id: Hash32) -> Order:
    """The order that would buy a license again: of the very offer, signature and salt, for this one seat.

    Raises:
        LicenseUnknown: no license of this id was sold; a sublicense is granted, not sold.
        UnexpectedAnswer: its terms cannot be read, or do not lead to this id.
    """
    license_id = parse_hash(license_id, "license id")
    try:
        orders = [sale.order for sale in _sales_of(contracts, license_id)]
    except InputError as error:
        raise UnexpectedAnswer(f"the terms of license {license_id} cannot be read: {error}") from error
    for order in orders:
        for seat, grant in zip(order.license_ids(), order.grants(), strict=True):
            if seat == license_id:
                return Order(order.offer, order.signature, order.licensee, grant.salt)
    if orders:
        raise UnexpectedAnswer(
            f"the terms of license {license_id} cannot be read: as the node gives them, "
            f"they are those of {orders[0].license_id}"
        )
    raise LicenseUnknown("LicenseUnknown", {"licenseId": license_id}, "0x")


def grant_of(contracts: "Contracts", license_id: Hash32) -> Grant:
    """What a license's id is the hash of, from the record of its sale. Raises as `order_of`."""
    order = order_of(contracts, license_id)
    return Grant(order.offer, order.licensee, order.salt)


def grant_behind(contracts: "Contracts", license_id: Hash32) -> Grant:
    """What proves a license's terms: its own grant, or for a sublicense, that of the license it stands on.

    Raises as `order_of`.
    """
    parent = contracts.licenses.parent_of(parse_hash(license_id, "license id"))
    return grant_of(contracts, license_id if parent == ZERO_HASH else parent)


def terms_of(contracts: "Contracts", license_id: Hash32, library: Library) -> LicenseTerms:
    """A license's grant and conditions. Raises as `order_of` and `conditions_of`."""
    grant = grant_of(contracts, license_id)
    return LicenseTerms(grant, conditions_of(contracts, grant.offer, library))


def conditions_of(contracts: "Contracts", offer: Offer, library: Library) -> Conditions:
    """An offer's conditions: as it was published on chain, or as a signed offer in the folders has them.

    Raises:
        DocumentMissing: they are in neither place.
    """
    published = events.read(
        contracts.chain,
        events.OfferPublished,
        [contracts.licenses.address],
        [log_topic(offer.struct_hash())],
        from_block=contracts.deployment.block,
        skip_unreadable=True,
    )
    for event in published:
        if event.conditions.struct_hash() == offer.conditions:
            return event.conditions
    for found in library.listing(OfferDocument).found:
        try:
            document = OfferDocument.from_bytes(library.get(found.hash))
        except DocumentError:
            continue  # somebody else's broken file
        if document.conditions.struct_hash() == offer.conditions:
            return document.conditions
    looked = ", ".join(map(str, library.folders)) or "no folder"
    raise DocumentMissing(
        f"the conditions of offer {offer.struct_hash()} are not known: it was not published on chain, "
        f"and its signed document is not in {looked}: get it from {offer.licensor}, or who bought on it",
        hash=offer.conditions,
    )


def _sales_of(contracts: "Contracts", license_id: Hash32) -> Iterator[events.Sold]:
    """The sale that a license was made out in: the first one after it in its transaction."""
    chain, token = contracts.chain, contracts.licenses.address
    made_out = events.read(
        chain,
        events.LicenseTransferred,
        [token],
        [log_topic(ZERO_HASH), None, log_topic(license_id)],
        from_block=contracts.deployment.block,
    )
    for mint in made_out:
        block = mint.log.block_number
        for sale in events.read(chain, events.Sold, [token], from_block=block, to_block=block):
            if sale.log.index > mint.log.index:
                yield sale
                break
