"""Offers that somebody has shown: published on chain, or signed and among the documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from licet.contracts.events import OfferPublished
from licet.documents import OfferDocument
from licet.errors import DocumentError, NotRegistered
from licet.licensee.offers import StandingOffer
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer
from licet.shelf import Role
from licet.types import Address, Hash32
from licet.web.site import Desk
from licet.web.views.logs import newest

MOST: Final = 50
"""How many offers on one asset are looked at."""


class NoOffer(NotRegistered):
    """Nobody has shown an offer of this hash."""


@dataclass(frozen=True, slots=True)
class Known:
    """An offer that somebody has shown.

    Attributes:
        standing: the offer, and its signature if it is not published.
        conditions: its conditions.
    """

    standing: StandingOffer
    conditions: Conditions

    @property
    def offer(self) -> Offer:
        """The offer itself."""
        return self.standing.offer


def known_offer(desk: Desk, offer_hash: Hash32) -> Known:
    """An offer that somebody has shown.

    Raises:
        NoOffer: nobody has.
    """
    for known in by_hash(desk, offer_hash):
        return known
    raise NoOffer(
        f"there is no offer {offer_hash} here: it was not published on chain, and its signed document is not "
        "among the server's",
        hash=offer_hash,
    )


def by_hash(desk: Desk, offer_hash: Hash32) -> Iterator[Known]:
    """The offer of a hash, with each signature that somebody has shown; published ones first."""
    for event in newest(desk, OfferPublished, Role.OFFER, offer_hash):
        if event.offer.struct_hash() == offer_hash:
            yield Known(StandingOffer(event.offer, b""), event.conditions)
            break
    for signed in desk.shelf.signed_offer(offer_hash):
        known = _signed(desk, signed.document_hash)
        if known is not None and known.offer.struct_hash() == offer_hash:
            yield known


def known_on(desk: Desk, asset_id: Hash32, holder: Address) -> dict[Hash32, Known]:
    """The offers on an asset that its holder made, as far as there are not too many."""
    found: dict[Hash32, Known] = {}
    for event in newest(desk, OfferPublished, Role.OFFERED, asset_id):
        if (event.offer.asset_id, event.offer.licensor) == (asset_id, holder):
            found[event.offer.struct_hash()] = Known(StandingOffer(event.offer, b""), event.conditions)
        if len(found) == MOST:
            return found
    for signed in desk.shelf.signed_offers(asset_id):
        known = _signed(desk, signed.document_hash)
        if known is not None and known.offer.licensor == holder and len(found) < MOST:
            found.setdefault(signed.offer_hash, known)
    return found


def _signed(desk: Desk, document_hash: Hash32) -> Known | None:
    try:
        document = OfferDocument.from_bytes(desk.library.get(document_hash))
    except DocumentError:
        return None  # it was taken away, or altered
    signature = bytes.fromhex(document.signature[2:])
    return Known(StandingOffer(document.offer, signature), document.conditions)
