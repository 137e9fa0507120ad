"""Which offers stand: signed ones from the library and published ones, checked as a sale would."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from licet.chain.compiled.abi import log_topic
from licet.chain.signatures import is_valid, recover
from licet.contracts import Contracts, events
from licet.contracts.assets import Deed, DeedFlag
from licet.contracts.licenses import PERPETUAL
from licet.documents import Library, OfferDocument
from licet.errors import DocumentError, Reverted
from licet.rights.offer import Kind, Offer
from licet.types import Hash32

_MAX_TOPICS: Final = 100


@dataclass(frozen=True, slots=True)
class StandingOffer:
    """An offer that would sell now.

    Attributes:
        offer: the terms.
        signature: the licensor's; empty where the offer is published on chain.
    """

    offer: Offer
    signature: bytes


class Obstacle(StrEnum):
    """Why an offer would not sell now. The names are stable: programs rely on them."""

    DEFEATED = "asset_defeated"
    """The deed lost a dispute."""
    NOT_HOLDER = "licensor_not_holder"
    """The licensor does not hold the deed any more."""
    OUTDATED = "offer_outdated"
    """The deed changed hands, or its holder cancelled all offers."""
    EXCLUSIVE = "exclusive_runs"
    """An exclusive license runs."""
    NOT_STARTED = "offer_not_started"
    ENDED = "offer_ended"
    CANCELLED = "offer_cancelled"
    SOLD_OUT = "offer_sold_out"
    NOT_SIGNED = "offer_not_signed"
    """It is not published, and the signature is not its licensor's, nor an agent's."""
    PARENTS = "parents_do_not_allow"
    """What the asset was made from may not be licensed so."""


class Offers:
    """The offers that a licensee knows of at one moment: make a new one for a later moment."""

    def __init__(self, contracts: Contracts, library: Library) -> None:
        self._contracts: Final = contracts
        self._library: Final = library

    def standing(self, assets: Collection[Hash32]) -> dict[Hash32, tuple[StandingOffer, ...]]:
        """The offers on each of some registered assets that would sell now, cheapest first."""
        candidates: dict[Hash32, dict[Hash32, StandingOffer]] = {asset_id: {} for asset_id in assets}
        for candidate in (*self._published(assets), *self._signed()) if assets else ():
            if candidate.offer.asset_id in candidates:
                offer_hash = candidate.offer.struct_hash()
                candidates[candidate.offer.asset_id].setdefault(offer_hash, candidate)
        now = self._contracts.chain.block().timestamp
        return {asset_id: self._selling(asset_id, known, now) for asset_id, known in candidates.items()}

    def _selling(
        self, asset_id: Hash32, known: Mapping[Hash32, StandingOffer], now: int
    ) -> tuple[StandingOffer, ...]:
        if not known:
            return ()
        deed = self._contracts.assets.deed(asset_id)
        selling = [
            (candidate.offer.price, offer_hash, candidate)
            for offer_hash, candidate in known.items()
            if self.obstacle(candidate, offer_hash, deed, now) is None
        ]
        return tuple(candidate for _, _, candidate in sorted(selling, key=lambda found: found[:2]))

    def _signed(self) -> Iterator[StandingOffer]:
        here = (self._contracts.chain.chain_id, self._contracts.licenses.address)
        for document in _read(self._library):
            if (document.chain_id, document.license_token) == here:
                yield StandingOffer(document.offer, bytes.fromhex(document.signature[2:]))

    def _published(self, assets: Collection[Hash32]) -> Iterator[StandingOffer]:
        # Nodes take so many topics at most; of more assets, the offers on all are read.
        named = [log_topic(asset_id) for asset_id in assets] if len(assets) <= _MAX_TOPICS else None
        published = events.read(
            self._contracts.chain,
            events.OfferPublished,
            [self._contracts.licenses.address],
            [None, named],
            from_block=self._contracts.deployment.block,
            skip_unreadable=True,
        )
        for event in published:
            yield StandingOffer(event.offer, b"")

    def obstacle(self, candidate: StandingOffer, offer_hash: Hash32, deed: Deed, now: int) -> Obstacle | None:
        """Why an offer would not sell; None where it would.

        Args:
            candidate: the offer; one that is published has no signature.
            offer_hash: its struct hash.
            deed: its asset's, as it is now.
            now: when, unix seconds.
        """
        offer = candidate.offer
        if found := _by_deed(offer, deed, now):
            return found
        if now < offer.start:
            return Obstacle.NOT_STARTED
        if offer.end and now > offer.end:
            return Obstacle.ENDED
        state = self._contracts.licenses.offer_state(offer_hash)
        if state.cancelled:
            return Obstacle.CANCELLED
        if offer.supply and state.sold >= offer.supply:
            return Obstacle.SOLD_OUT
        if not state.published and not self._is_signed(candidate, now):
            return Obstacle.NOT_SIGNED
        return None if self._parents_allow(offer, deed, now) else Obstacle.PARENTS

    def _is_signed(self, standing: StandingOffer, now: int) -> bool:
        """Whether the licensor signed, or an agent of theirs who is appointed now."""
        chain, licenses = self._contracts.chain, self._contracts.licenses
        digest = standing.offer.digest(chain.chain_id, licenses.address)
        if is_valid(chain, standing.offer.licensor, digest, standing.signature):
            return True
        agent = recover(digest, standing.signature)
        return agent is not None and now <= licenses.agent_until(standing.offer.licensor, agent)

    def _parents_allow(self, offer: Offer, deed: Deed, now: int) -> bool:
        """Whether a derivative may be licensed so; an original always may."""
        if not deed.flags & DeedFlag.DERIVATIVE:
            return True
        amount = 0 if offer.kind == Kind.METERED else offer.price
        if deed.flags & DeedFlag.CEILING:
            # What is paid later, by the unit or out of an escrow, keeps under no ceiling.
            disputed = amount and deed.flags & DeedFlag.DISPUTED
            if offer.kind == Kind.METERED or (disputed and self._is_escrowed(offer)):
                return False
        expires = now + offer.duration if offer.duration else PERPETUAL
        try:
            self._contracts.assets.check_sale(offer, expires, amount)
        except Reverted:
            return False
        return True

    def _is_escrowed(self, offer: Offer) -> bool:
        return self._contracts.disputes.escrow_of(offer.asset_id, offer.payee) != offer.payee


def _read(library: Library) -> Iterator[OfferDocument]:
    for found in library.listing(OfferDocument).found:
        try:
            yield OfferDocument.from_bytes(library.get(found.hash))
        except DocumentError:
            continue  # somebody else's broken file is no offer


def _by_deed(offer: Offer, deed: Deed, now: int) -> Obstacle | None:
    """What stands in the way by an asset's deed."""
    if deed.flags & DeedFlag.DEFEATED:
        return Obstacle.DEFEATED
    if offer.licensor != deed.holder:
        return Obstacle.NOT_HOLDER
    if offer.epoch != deed.epoch:
        return Obstacle.OUTDATED
    return Obstacle.EXCLUSIVE if now < deed.exclusive_until else None
