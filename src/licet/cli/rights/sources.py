"""Where commands on rights find terms: in documents of every format, and on chain, by an id or by a work."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from licet.cli.offer import check_here
from licet.cli.rights.inputs import STDIN, read_inputs
from licet.cli.session import Session
from licet.documents import OfferDocument
from licet.errors import (
    AssetNotRegistered,
    DocumentInvalid,
    InputError,
    LicenseUnknown,
    NotOnOffer,
    NotRegistered,
)
from licet.licensee import Licensee
from licet.rights.formats.base import MAX_BYTES, Format, Loss
from licet.rights.formats.registry import FORMATS, detect
from licet.rights.offer import Kind
from licet.rights.terms import Terms
from licet.types import Hash32, parse_hash

_ID: Final = re.compile(r"(?:0x)?[0-9a-fA-F]{64}", re.ASCII)
_OFFER_SIGN: Final = b'"type":"licet/offer/1"'

from_option: Final = click.option(
    "--from",
    "source_format",
    type=click.Choice([name for name, each in FORMATS.items() if each.read is not None]),
    help="What format the documents are in.  [default: as they look]",
)


@dataclass(frozen=True, slots=True)
class Source:
    """Terms, and where they are from.

    Attributes:
        name: what was named.
        where: what the terms were found as, in words.
        terms: the terms.
        paid: whether the price was paid.
        losses: what the document says besides, and Licet's terms cannot hold.
    """

    name: str
    where: str
    terms: Terms
    paid: bool = False
    losses: tuple[Loss, ...] = ()


def find_terms(session: Session, items: Sequence[str], source_format: str | None) -> list[Source]:
    """All terms that some documents have, and that ids and works have on chain.

    Raises:
        InputError: an item is nothing that can be read, or says nothing.
    """
    found: list[Source] = []
    for item in items:
        before = len(found)
        found += _terms_in(session, item, source_format)
        if len(found) == before:
            raise InputError(f"{item} has no terms: it neither permits nor prohibits anything")
    return found


def document_terms(session: Session, path: Path, source_format: str | None) -> list[Source]:
    """All terms in one document.

    Raises:
        InputError: it cannot be read, or is in no known format.
    """
    (data,) = read_inputs(path, most=MAX_BYTES)
    try:
        known = _look(data) if source_format is None else FORMATS[source_format]
    except DocumentInvalid as error:
        raise InputError(f"{path}: {error}", **error.facts) from error
    return _documented(session, path, data, known)


def _terms_in(session: Session, item: str, source_format: str | None) -> Iterable[Source]:
    path = Path(item)
    if path != STDIN and not path.exists() and _ID.fullmatch(item):
        return _by_id(session.licensee, parse_hash(item))
    if source_format is None and path != STDIN and path.is_file():
        return _of_file(session, path)
    return document_terms(session, path, source_format)


def _of_file(session: Session, path: Path) -> Iterable[Source]:
    """The terms in a rights expression; of any other file, those of the offers on it as a work."""
    # A work may be of any size, a rights expression may not.
    data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    try:
        known = _look(data)
    except DocumentInvalid:
        return _of_work(session.licensee, str(path))
    return _documented(session, path, data, known)


def _look(data: bytes) -> Format | None:
    """The format that a document looks like; None for a signed offer. Raises `DocumentInvalid`."""
    return None if _OFFER_SIGN in data else detect(data)


def _documented(session: Session, path: Path, data: bytes, known: Format | None) -> list[Source]:
    """The terms in a document of a format, or in a signed offer."""
    if known is None:
        document = OfferDocument.from_bytes(data)
        check_here(session.contracts, document, str(path))
        return [Source(str(path), "signed offer", session.licensee.terms_of_offer(document.offer))]
    try:
        imported = known.parse(data)
    except DocumentInvalid as error:
        raise InputError(f"{path}: {error}", **error.facts) from error
    losses = [[loss for loss in imported.losses if loss.index == n] for n in range(len(imported.terms))]
    return [
        Source(str(path), known.title, terms, losses=tuple(lost))
        for terms, lost in zip(imported.terms, losses, strict=True)
    ]


def _by_id(licensee: Licensee, name: Hash32) -> Iterator[Source]:
    """A license's terms, or those of the offers on an asset."""
    try:
        terms = licensee.agreement(name)
        metered = terms.payment is not None and terms.payment.kind is Kind.METERED
        yield Source(name, "license", terms, paid=not metered)
        return
    except LicenseUnknown:
        pass
    try:
        offered = licensee.offered(name)
    except AssetNotRegistered as error:
        raise NotRegistered(f"{name} is neither a license nor an asset here", asset_id=name) from error
    if not offered:
        raise NotOnOffer(f"no offer on asset {name} stands: ask its holder for one", asset_id=name)
    yield from (Source(name, "offer", terms) for terms in offered)


def _of_work(licensee: Licensee, item: str) -> Iterator[Source]:
    """The terms of all offers on a work, whoever claims it; each names its licensor."""
    (lookup,) = licensee.lookup([item])
    if not lookup.claims:
        raise NotRegistered(f"{item} is no rights expression, and nobody has registered it as a work")
    assets = dict.fromkeys(claim.asset_id for claim in lookup.undefeated)
    offered = [terms for asset_id in assets for terms in licensee.offered(asset_id)]
    if not offered:
        raise NotOnOffer(f"{item} is registered, but no offer on it stands: ask its holder for one")
    yield from (Source(item, "offer", terms) for terms in offered)
