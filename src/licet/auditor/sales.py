"""Sales: whether each was made on a valid offer, with all that stood on chain just before it."""

from collections.abc import Iterator
from dataclasses import dataclass

from licet.auditor.findings import Finding, Kind, found
from licet.chain import signatures
from licet.chain.client import Chain
from licet.contracts.assets import Deed
from licet.contracts.events import Sold
from licet.contracts.licenses import OfferState
from licet.errors import ChainError, ConnectionFailed
from licet.rights.offer import license_id
from licet.types import Address


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What stood on chain when a license was sold, by the logs before it.

    Attributes:
        time: of the sale's block, unix seconds.
        deed: the asset's deed; None if it had none.
        state: the offer's.
    """

    time: int
    deed: Deed | None
    state: OfferState


def check_sale(sale: Sold, at: Circumstances) -> Iterator[Finding]:
    """Yields what made a sale invalid, its offer's signature aside."""
    yield from _check_identity(sale)
    yield from _check_deed(sale, at.deed, at.time)
    yield from _check_offer(sale, at)


def check_signature(sale: Sold, chain: Chain, license_token: Address) -> Iterator[Finding]:
    """Yields whether the offer of a sale is not signed by its licensor, or cannot be shown to be.

    A contract is asked as it stood after the sale's block, and before: it may have changed its mind between.
    """
    offer = sale.offer
    digest = offer.digest(chain.chain_id, license_token)
    if signatures.recover(digest, sale.signature) == offer.licensor:
        return
    block = sale.log.block_number
    try:
        for moment in (block, max(block - 1, 0)):
            if signatures.is_valid(chain, offer.licensor, digest, sale.signature, moment):
                return
        is_contract = any(chain.code(offer.licensor, moment) for moment in (block, max(block - 1, 0)))
    except ConnectionFailed:
        raise
    except ChainError as error:
        yield _unsigned(Kind.SIGNATURE_UNPROVEN, sale, f"cannot be checked: {error}")
        return
    if is_contract:
        yield _unsigned(
            Kind.SIGNATURE_UNPROVEN,
            sale,
            f"is not confirmed by the contract {offer.licensor}, neither before block {block} nor after it",
        )
    else:
        yield _unsigned(Kind.SIGNATURE_INVALID, sale, f"is not {offer.licensor}'s")


def _check_identity(sale: Sold) -> Iterator[Finding]:
    offer = sale.offer
    expected = license_id(offer.struct_hash(), sale.licensee, sale.salt)
    if sale.license_id != expected:
        yield _fault(
            Kind.LICENSE_ID_WRONG,
            sale,
            "is not the hash of its offer, licensee and salt",
            expected,
            sale.license_id,
        )
    if sale.asset_id != offer.asset_id:
        yield _fault(
            Kind.SALE_ASSET_WRONG,
            sale,
            f"was logged for asset {sale.asset_id}, the offer is for {offer.asset_id}",
            offer.asset_id,
            sale.asset_id,
        )


def _check_deed(sale: Sold, deed: Deed | None, time: int) -> Iterator[Finding]:
    offer = sale.offer
    if deed is None:
        yield _fault(Kind.SALE_WITHOUT_DEED, sale, f"is of asset {offer.asset_id}, which is not registered")
        return
    if offer.licensor != deed.holder:
        yield _fault(
            Kind.LICENSOR_NOT_HOLDER,
            sale,
            f"was offered by {offer.licensor}, but {deed.holder} held the deed",
            deed.holder,
            offer.licensor,
        )
    if offer.epoch != deed.epoch:
        yield _fault(
            Kind.OFFER_OUTDATED,
            sale,
            f"was sold on an offer of epoch {offer.epoch}, the deed was in epoch {deed.epoch}",
            deed.epoch,
            offer.epoch,
        )
    if time < deed.exclusive_until:
        yield _fault(
            Kind.EXCLUSIVE_VIOLATED,
            sale,
            f"was sold at {time}, while an exclusive license ran until {deed.exclusive_until}",
            f"at or after {deed.exclusive_until}",
            time,
        )


def _check_offer(sale: Sold, at: Circumstances) -> Iterator[Finding]:
    offer = sale.offer
    if at.time < offer.start:
        yield _fault(
            Kind.OFFER_NOT_STARTED,
            sale,
            f"was sold at {at.time}, before the sale's start at {offer.start}",
            offer.start,
            at.time,
        )
    if offer.end and at.time > offer.end:
        yield _fault(
            Kind.OFFER_EXPIRED,
            sale,
            f"was sold at {at.time}, after the sale's end at {offer.end}",
            offer.end,
            at.time,
        )
    if at.state.cancelled:
        yield _fault(Kind.OFFER_CANCELLED, sale, "was sold on a cancelled offer")
    if offer.supply and at.state.sold + sale.quantity > offer.supply:
        yield _fault(
            Kind.OFFER_OVERSOLD,
            sale,
            f"is number {at.state.sold + sale.quantity} on an offer of {offer.supply}",
            offer.supply,
            at.state.sold + sale.quantity,
        )


def _fault(kind: Kind, sale: Sold, what: str, expected: object = None, actual: object = None) -> Finding:
    return found(
        kind,
        f"license {sale.license_id} {what}",
        sale.log,
        license_id=sale.license_id,
        asset_id=sale.offer.asset_id,
        offer_hash=sale.offer.struct_hash(),
        expected=expected,
        actual=actual,
    )


def _unsigned(kind: Kind, sale: Sold, what: str) -> Finding:
    return _fault(kind, sale, f"was sold on an offer whose signature {what}")
