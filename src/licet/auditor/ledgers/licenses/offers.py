"""Offers: their states, replayed from the license token's logs, and compared with their slots."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.kept import Kept, Words
from licet.chain.client import Log
from licet.chain.compiled.artifacts import artifact
from licet.chain.compiled.slots import mapped
from licet.contracts.events import Event, OfferCancelled, OfferPublished, Sold
from licet.contracts.licenses import OfferState
from licet.rights.offer import Offer
from licet.types import Address, Hash32

_OFFERS: Final = artifact("LicenseToken").layout.variables["_offers"]
_SOLD: Final = (1 << 32) - 1
_CANCELLED: Final = 1 << 32
_PUBLISHED: Final = 1 << 33


def is_readable(offer: Offer, log: Log) -> bool:
    """Whether an offer stands in its log as it was decoded: a URI that is not UTF-8 does not."""
    return offer.terms_uri.encode() in log.data


class OfferLedger:
    """What every offer's slot says, after the events that were applied."""

    def __init__(self) -> None:
        self.states: Final[defaultdict[Hash32, OfferState]] = defaultdict(
            lambda: OfferState(sold=0, cancelled=False, published=False)
        )

    def apply(self, event: Event) -> Iterator[Finding]:
        """Changes the states as an event says; yields publications that are not their licensor's offers."""
        match event:
            case OfferPublished():
                yield from _check_publication(event)
                self.states[event.offer_hash] = replace(self.states[event.offer_hash], published=True)
            case OfferCancelled():
                self.states[event.offer_hash] = replace(self.states[event.offer_hash], cancelled=True)
            case Sold(offer=offer, log=log) if offer.supply and is_readable(offer, log):
                offer_hash = offer.struct_hash()
                self.states[offer_hash] = replace(
                    self.states[offer_hash], sold=self.states[offer_hash].sold + event.quantity
                )


def kept_offers(ledger: OfferLedger, token: Address) -> Iterator[Kept]:
    """Yields what the license token should keep of offers."""
    for offer_hash, expected in ledger.states.items():

        def differs(
            words: Words, offer_hash: Hash32 = offer_hash, expected: OfferState = expected
        ) -> Iterator[Finding]:
            (word,) = words
            actual = OfferState(word & _SOLD, bool(word & _CANCELLED), bool(word & _PUBLISHED))
            if actual != expected:
                yield found(
                    Kind.OFFER_STATE_WRONG,
                    f"the slot of offer {offer_hash} says {actual}, the logs say {expected}",
                    contract=token,
                    offer_hash=offer_hash,
                    expected=_spelled(expected),
                    actual=_spelled(actual),
                )

        word = expected.sold | _CANCELLED * expected.cancelled | _PUBLISHED * expected.published
        yield Kept(token, (mapped(_OFFERS, offer_hash),), (word,), differs, {"offer_hash": offer_hash})


def _check_publication(event: OfferPublished) -> Iterator[Finding]:
    if not is_readable(event.offer, event.log):
        yield found(
            Kind.LOG_MALFORMED,
            f"the terms' URI of the published offer {event.offer_hash} is not UTF-8",
            event.log,
            offer_hash=event.offer_hash,
        )
        return
    if event.conditions.struct_hash() != event.offer.conditions:
        yield found(
            Kind.OFFER_HASH_WRONG,
            f"the offer {event.offer_hash} was published with the conditions "
            f"{event.conditions.struct_hash()}, and names {event.offer.conditions}",
            event.log,
            offer_hash=event.offer_hash,
            expected=event.offer.conditions,
            actual=event.conditions.struct_hash(),
        )
    actual = event.offer.struct_hash()
    if actual != event.offer_hash or event.licensor != event.offer.licensor:
        yield found(
            Kind.OFFER_HASH_WRONG,
            f"the offer published as {event.offer_hash} by {event.licensor} is {actual} "
            f"of {event.offer.licensor}",
            event.log,
            offer_hash=event.offer_hash,
            expected=event.offer_hash,
            actual=actual,
        )


def _spelled(state: OfferState) -> str:
    return f"sold {state.sold}, cancelled {state.cancelled}, published {state.published}"
