"""Licenses as data sets (Croissant 1.1): one, or all that an account's licenses permit now."""

import json
from typing import Any

from licet.licensee.role import Licensee
from licet.rights.formats.croissant import Licensed, croissant, library
from licet.rights.terms import Terms
from licet.types import Address, Hash32


def license_as_croissant(licensee: Licensee, license_id: Hash32) -> bytes:
    """What a license is of. Raises as `Licensee.agreement`."""
    terms = licensee.agreement(license_id)
    return croissant(licensee.data_set(license_id), terms, _policy(terms))


def library_as_croissant(licensee: Licensee, holder: Address) -> bytes:
    """All that somebody's licenses permit now, as one data set.

    Raises:
        InputError: they hold no license that runs and whose documents are at hand.
    """
    held = licensee.library(holder)
    licensed = [Licensed(dataset, terms, _policy(terms)) for dataset, terms in held.licensed]
    return library(licensed, held.holder, held.time, held.left_out)


def _policy(terms: Terms) -> Any:
    # Loads what JSON-LD needs, which nothing else does.
    from licet.rights.formats.odrl import FORMAT

    return json.loads(FORMAT.write([terms]).data)
