"""Sales and renewals: whether each was made on a valid offer, with all that stood on chain just before it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.chain import signatures
from licet.chain.client import Chain, Log
from licet.contracts.assets import Deed, DeedFlag, Derivative
from licet.contracts.events import Sold
from licet.contracts.licenses import OfferState
from licet.errors import ChainError, ConnectionFailed
from licet.rights.offer import Kind as OfferKind
from licet.rights.offer import Offer, license_id
from licet.rights.uses import use_names
from licet.types import Address, Hash32

FOREVER: Final = (1 << 32) - 1
"""`parents_until` of a derivative whose parents' licenses do not expire."""


@dataclass(frozen=True, slots=True)
class Deal:
    """Licenses that were sold or renewed together.

    Attributes:
        log: that says so.
        license_id: the first of them.
        offer: what they were sold on.
        quantity: how many.
        time: when, unix seconds.
        expires: until when the latest of them runs now.
        verb: what was done: `sold` or `renewed`.
    """

    log: Log
    license_id: Hash32
    offer: Offer
    quantity: int
    time: int
    expires: int
    verb: str = "sold"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What stood on chain when a license was sold or renewed, by the logs before it.

    Attributes:
        deed: the asset's deed; None if it had none.
        state: the offer's.
        derivative: what the asset may sell, if it is a derivative.
        escrowed: whether a sale is paid to the escrow of a dispute.
    """

    deed: Deed | None
    state: OfferState
    derivative: Derivative | None = None
    escrowed: bool = False


def check_identity(sale: Sold) -> Iterator[Finding]:
    """Yields whether a sale's license or asset is not its offer's."""
    offer = sale.offer
    expected = license_id(offer.struct_hash(), sale.licensee, sale.salt)
    if sale.license_id == expected and sale.asset_id == offer.asset_id:
        return
    subject = {"license_id": sale.license_id, "asset_id": offer.asset_id, "offer_hash": offer.struct_hash()}
    if sale.license_id != expected:
        yield found(
            Kind.LICENSE_ID_WRONG,
            f"license {sale.license_id} is not the hash of its offer, licensee and salt",
            sale.log,
            expected=expected,
            actual=sale.license_id,
            **subject,
        )
    if sale.asset_id != offer.asset_id:
        yield found(
            Kind.SALE_ASSET_WRONG,
            f"license {sale.license_id} was logged for {sale.asset_id}, and offered of {offer.asset_id}",
            sale.log,
            expected=offer.asset_id,
            actual=sale.asset_id,
            **subject,
        )


def check_deal(deal: Deal, at: Circumstances) -> Iterator[Finding]:
    """Yields what made a sale or a renewal invalid; signatures, exclusiveness and payment aside."""
    yield from _check_deed(deal, at.deed)
    yield from _check_offer(deal, at.state)
    if at.deed is not None and at.derivative is not None:
        yield from _check_derivative(deal, at.deed, at.derivative)
        if DeedFlag.CEILING in at.deed.flags and deal.offer.price:
            yield from _check_ceiling(deal, at.derivative, escrowed=at.escrowed)


def check_exclusive(deal: Deal, deed: Deed | None, *, own: bool = False) -> Iterator[Finding]:
    """Yields whether another's exclusive license ran; `own` if the one that runs is this very license."""
    if deed is not None and deal.time < deed.exclusive_until and not own:
        yield _fault(
            Kind.EXCLUSIVE_VIOLATED,
            deal,
            f"was {deal.verb} at {deal.time}, while an exclusive license ran until {deed.exclusive_until}",
            f"at or after {deed.exclusive_until}",
            deal.time,
        )


def check_signature(
    sale: Sold, chain: Chain, license_token: Address, may_sign: Callable[[Address | None], bool]
) -> Iterator[Finding]:
    """Yields whether an offer is signed neither by its licensor nor by an agent, or cannot be shown to be.

    A contract is asked as it stood after the sale's block, and before: it may have changed its mind between.
    """
    offer = sale.offer
    digest = offer.digest(chain.chain_id, license_token)
    signer = signatures.recover(digest, sale.signature)
    if signer == offer.licensor or may_sign(signer):
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
        yield _unsigned(Kind.SIGNATURE_INVALID, sale, f"is neither {offer.licensor}'s nor an agent's")


def _check_deed(deal: Deal, deed: Deed | None) -> Iterator[Finding]:
    offer = deal.offer
    if deed is None:
        yield _fault(Kind.SALE_WITHOUT_DEED, deal, f"is of asset {offer.asset_id}, which is not registered")
        return
    if offer.licensor != deed.holder:
        yield _fault(
            Kind.LICENSOR_NOT_HOLDER,
            deal,
            f"was offered by {offer.licensor}, but {deed.holder} held the deed",
            deed.holder,
            offer.licensor,
        )
    if offer.epoch != deed.epoch:
        yield _fault(
            Kind.OFFER_OUTDATED,
            deal,
            f"was {deal.verb} on an offer of epoch {offer.epoch}, the deed was in epoch {deed.epoch}",
            deed.epoch,
            offer.epoch,
        )
    if DeedFlag.DEFEATED in deed.flags:
        yield _fault(Kind.ASSET_DEFEATED, deal, f"was {deal.verb} though its deed had lost a dispute")


def _check_offer(deal: Deal, state: OfferState) -> Iterator[Finding]:
    offer = deal.offer
    if deal.time < offer.start:
        yield _fault(
            Kind.OFFER_NOT_STARTED,
            deal,
            f"was {deal.verb} at {deal.time}, before the sale's start at {offer.start}",
            offer.start,
            deal.time,
        )
    if offer.end and deal.time > offer.end:
        yield _fault(
            Kind.OFFER_EXPIRED,
            deal,
            f"was {deal.verb} at {deal.time}, after the sale's end at {offer.end}",
            offer.end,
            deal.time,
        )
    if state.cancelled:
        yield _fault(Kind.OFFER_CANCELLED, deal, f"was {deal.verb} on a cancelled offer")
    if deal.verb == "sold" and offer.supply and state.sold + deal.quantity > offer.supply:
        yield _fault(
            Kind.OFFER_OVERSOLD,
            deal,
            f"is number {state.sold + deal.quantity} on an offer of {offer.supply}",
            offer.supply,
            state.sold + deal.quantity,
        )


def _check_derivative(deal: Deal, deed: Deed, derivative: Derivative) -> Iterator[Finding]:
    """What a derivative's parents allow, revenue aside."""
    offer = deal.offer
    if offer.payee != derivative.vault:
        yield _fault(
            Kind.PAYEE_NOT_DERIVATIVES,
            deal,
            f"was {deal.verb} for {offer.payee}, the derivative's vault is {derivative.vault}",
            derivative.vault,
            offer.payee,
        )
    beyond = int(offer.uses) & ~int(derivative.uses)
    if beyond:
        yield _fault(
            Kind.USES_BEYOND_PARENTS,
            deal,
            f"permits {', '.join(use_names(beyond))}, which its parents' licenses do not",
            int(derivative.uses),
            int(offer.uses),
        )
    if deed.parents_until != FOREVER and deal.expires > deed.parents_until:
        yield _fault(
            Kind.TERM_BEYOND_PARENTS,
            deal,
            f"was {deal.verb} until {deal.expires}, its parents' licenses end at {deed.parents_until}",
            deed.parents_until,
            deal.expires,
        )
    if DeedFlag.RECIPROCAL in deed.flags and offer.terms_hash != derivative.terms_hash:
        yield _fault(
            Kind.TERMS_NOT_RECIPROCAL,
            deal,
            f"was {deal.verb} on the terms {offer.terms_hash}, its parents ask for {derivative.terms_hash}",
            derivative.terms_hash,
            offer.terms_hash,
        )


def _check_ceiling(deal: Deal, derivative: Derivative, *, escrowed: bool) -> Iterator[Finding]:
    """Sales that no revenue ceiling could hold; how much its vault received is checked with the payments."""
    offer = deal.offer
    if offer.kind == OfferKind.METERED:
        yield _fault(Kind.CEILING_EVADED, deal, f"was {deal.verb} by the unit, under a revenue ceiling")
    elif offer.currency != derivative.ceiling_currency:
        yield _fault(
            Kind.CEILING_EVADED,
            deal,
            f"was {deal.verb} for {offer.currency}, its ceiling is in {derivative.ceiling_currency}",
            derivative.ceiling_currency,
            offer.currency,
        )
    elif escrowed:
        yield _fault(Kind.CEILING_EVADED, deal, f"was {deal.verb} into escrow, under a revenue ceiling")


def _fault(kind: Kind, deal: Deal, what: str, expected: object = None, actual: object = None) -> Finding:
    return found(
        kind,
        f"license {deal.license_id} {what}",
        deal.log,
        license_id=deal.license_id,
        asset_id=deal.offer.asset_id,
        offer_hash=deal.offer.struct_hash(),
        expected=expected,
        actual=actual,
    )


def _unsigned(kind: Kind, sale: Sold, what: str) -> Finding:
    return found(
        kind,
        f"license {sale.license_id} was sold on an offer whose signature {what}",
        sale.log,
        license_id=sale.license_id,
        asset_id=sale.offer.asset_id,
        offer_hash=sale.offer.struct_hash(),
    )
