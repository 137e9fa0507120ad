"""Offers: whether they would sell now and why not, what they say, what buying costs."""

import hashlib
from typing import Any

from licet.contracts.assets import Deed
from licet.errors import NotOnOffer
from licet.licensee.offers import Obstacle, Offers
from licet.rights.offer import Kind
from licet.rights.order import Order
from licet.rights.uses import use_names
from licet.types import ZERO_HASH, Address, Hash32
from licet.web.languages import language
from licet.web.site import Desk
from licet.web.views.known_offers import Known, by_hash, known_offer, known_on
from licet.web.views.offer_terms import said_by


class DoesNotSell(NotOnOffer):
    """An offer would not sell now; `why_not` in the facts says why."""


def offers_on(desk: Desk, asset_id: Hash32, deed: Deed) -> list[dict[str, Any]]:
    """The offers on an asset that would sell now, cheapest first."""
    now = desk.contracts.chain.block().timestamp
    checks = Offers(desk.contracts, desk.library)
    selling = [
        known
        for offer_hash, known in known_on(desk, asset_id, deed.holder).items()
        if checks.obstacle(known.standing, offer_hash, deed, now) is None
    ]
    selling.sort(key=lambda known: (known.offer.currency, known.offer.price, known.offer.struct_hash()))
    return [offer_json(desk, known, None) for known in selling]


def offer(desk: Desk, offer_hash: Hash32) -> dict[str, Any]:
    """One offer, whether it sells or not.

    Raises:
        NoOffer: it was neither published, nor is its signed document at hand.
        ChainError: the node does not answer.
    """
    known, obstacle, _ = _checked(desk, offer_hash)
    asset = desk.shelf.asset(known.offer.asset_id)
    shown = asset.preview if asset else None
    return {
        **offer_json(desk, known, obstacle),
        "title": asset.title if asset else None,
        "preview": shown.sha256 if shown and desk.previews.has(shown) else None,
    }


def quote(
    desk: Desk, offer_hash: Hash32, licensee: Address, quantity: int, salt: Hash32 | None
) -> dict[str, Any]:
    """Exactly what buying on an offer costs now.

    Args:
        desk: where to read.
        offer_hash: the offer.
        licensee: who is to have the licenses.
        quantity: how many.
        salt: the purchase's, if it is chosen already: it makes the license's id.

    Raises:
        NoOffer: nobody has shown this offer.
        DoesNotSell: it would not sell now.
        InputError: an order cannot be for so many.
        ChainError: the node does not answer.
    """
    block = desk.contracts.chain.block()
    known, obstacle, _ = _checked(desk, offer_hash)
    if obstacle is not None:
        raise DoesNotSell(
            f"the offer {offer_hash} does not sell now: {obstacle}", hash=offer_hash, why_not=str(obstacle)
        )
    bought = known.offer
    order = Order(bought, known.standing.signature, licensee, salt or ZERO_HASH, quantity)
    named = f"{offer_hash} {licensee} {quantity} {salt or ''} {block.hash}"
    return {
        "quote_id": "0x" + hashlib.sha256(named.encode()).hexdigest(),
        "offer_hash": offer_hash,
        "licensee": licensee,
        "quantity": quantity,
        "total": str(order.total),
        "currency": bought.currency,
        "decimals": desk.currencies.line(bought.currency).decimals,
        "total_text": desk.currencies.text(bought.currency, order.total),
        "seconds": bought.duration or None,
        "block_number": block.number,
        "block_hash": block.hash,
        "license_id": None if salt is None else order.license_id,
    }


def offer_json(desk: Desk, known: Known, obstacle: Obstacle | None) -> dict[str, Any]:
    """An offer as the API has it: the signed members under `offer`, the same for people beside them."""
    said = known.offer
    return {
        "hash": said.struct_hash(),
        "asset": said.asset_id,
        "offer": said.to_json(),
        "conditions": known.conditions.to_json(),
        "signature": "0x" + known.standing.signature.hex(),
        "stands": obstacle is None,
        "why_not": None if obstacle is None else str(obstacle),
        "why_not_text": None if obstacle is None else language(desk.language).text(f"why_not.{obstacle}"),
        "licensor": said.licensor,
        "uses": list(use_names(said.uses)),
        "kind": said.kind.name.lower(),
        "price_text": None if said.kind is Kind.FREE else desk.currencies.text(said.currency, said.price),
        "seconds": said.duration or None,
        **said_by(desk, known),
    }


def _checked(desk: Desk, offer_hash: Hash32) -> tuple[Known, Obstacle | None, Deed]:
    """The offer, and what stands in its way: of several signatures, the one that sells."""
    found = known_offer(desk, offer_hash)
    deed = desk.contracts.assets.deed(found.offer.asset_id)
    now = desk.contracts.chain.block().timestamp
    checks = Offers(desk.contracts, desk.library)
    obstacle: Obstacle | None = None
    for known in by_hash(desk, offer_hash):
        obstacle = checks.obstacle(known.standing, offer_hash, deed, now)
        if obstacle is not Obstacle.NOT_SIGNED:
            return known, obstacle, deed
    return found, obstacle, deed
