"""What an account holds, as files: a data set, a section of the EU's summary, a table."""

import csv
import io
from typing import Any

from licet.auditor.papers.columns import looks_like_formula, utc
from licet.contracts.licenses import PERPETUAL
from licet.licensee import Licensee
from licet.licensee.exporting import library_as_croissant
from licet.rights.uses import use_names
from licet.types import Address
from licet.web.site import Desk
from licet.web.views.licenses import Narrowed, state_of

_COLUMNS = (
    *("license_id", "asset_id", "title", "uses", "state", "expires", "licensor", "offer_hash", "kind"),
    *("price", "currency"),
)


def summary(desk: Desk, address: Address) -> Any:
    """The section on licensed datasets of the EU's public summary of training content."""
    return Licensee(desk.contracts, desk.library).summary(address)


def library(desk: Desk, address: Address) -> bytes:
    """All that an account's licenses permit now, as one data set (Croissant 1.1).

    Raises:
        InputError: it holds no license that runs and whose documents are at hand.
        ChainError: the node does not answer.
    """
    held = Licensee(desk.contracts, desk.library).licenses(address)
    offers = {each.grant.offer.struct_hash() for each in held}
    signed = [document for offer in sorted(offers) for document in desk.shelf.signed_offer(offer)]
    return library_as_croissant(Licensee(desk.contracts, Narrowed(desk.library, signed)), address)


def holdings(desk: Desk, address: Address) -> bytes:
    """The licenses that an account holds, as CSV.

    Raises:
        ChainError: the node does not answer.
    """
    now = desk.contracts.chain.block().timestamp
    lines = io.StringIO(newline="")
    write = csv.writer(lines, lineterminator="\r\n").writerow
    write(_COLUMNS)
    for held in Licensee(desk.contracts, desk.library).licenses(address):
        offer, asset = held.grant.offer, desk.shelf.asset(held.asset_id)
        title = asset.title if asset and asset.title else ""
        write(
            (
                held.license_id,
                held.asset_id,
                f"'{title}" if looks_like_formula(title) else title,
                "|".join(use_names(held.license.uses)),
                state_of(held.license, now),
                "" if held.license.expires == PERPETUAL else utc(held.license.expires),
                offer.licensor,
                offer.struct_hash(),
                offer.kind.name.lower(),
                offer.price,
                offer.currency,
            )
        )
    return lines.getvalue().encode()
