"""What stands on a shelf."""

from dataclasses import dataclass
from typing import NamedTuple

from licet.documents import Preview
from licet.types import Address, Hash32


class Place(NamedTuple):
    """Where a log stands."""

    block: int
    log_index: int


@dataclass(frozen=True, slots=True)
class Asset:
    """A registered asset.

    Attributes:
        number: its place in the order of registration; what pages go by.
        asset_id: the deed.
        registrant: who registered it.
        content: the work's SHA-256, or the root of the catalogue.
        works: how many works the catalogue has; 0 for a single work.
        document_hash: its document's SHA-256; zero where none was named.
        uri: where the registrant says that this is.
        place: of the registration's log.
        title: by its document; None while that is not at hand, or where it says none.
        media_type: of a single work, by its document.
        preview: of a single work, by its document; the picture itself may not be at hand.
    """

    number: int
    asset_id: Hash32
    registrant: Address
    content: Hash32
    works: int
    document_hash: Hash32
    uri: str
    place: Place
    title: str | None
    media_type: str | None
    preview: Preview | None


@dataclass(frozen=True, slots=True)
class Work:
    """A work of a catalogue whose document is at hand.

    Attributes:
        asset: the catalogue's number.
        position: its place in the catalogue, from 0.
        id: what the catalogue calls it.
        sha256: of its bytes.
    """

    asset: int
    position: int
    id: str
    sha256: Hash32


@dataclass(frozen=True, slots=True)
class SignedOffer:
    """A signed offer's document that is at hand.

    Attributes:
        offer_hash: the offer's identity.
        asset_id: what it is on.
        document_hash: the document's SHA-256.
    """

    offer_hash: Hash32
    asset_id: Hash32
    document_hash: Hash32
