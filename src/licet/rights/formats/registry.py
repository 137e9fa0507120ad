"""All formats by name, and which one some bytes are in."""

from collections.abc import Mapping
from typing import Final

from licet.errors import DocumentInvalid
from licet.rights.formats import cawg, licet, odrl, schema_org, spdx
from licet.rights.formats.aipref import field, robots
from licet.rights.formats.base import Format
from licet.rights.formats.rsl import writing as rsl
from licet.rights.formats.tdm import policy, reservation
from licet.rights.formats.xmp import plus

FORMATS: Final[Mapping[str, Format]] = {
    each.name: each
    for each in (
        field.FORMAT,
        robots.FORMAT,
        cawg.FORMAT,
        licet.FORMAT,
        odrl.FORMAT,
        plus.FORMAT,
        rsl.FORMAT,
        schema_org.FORMAT,
        spdx.FORMAT,
        policy.FORMAT,
        reservation.FORMAT,
    )
}
"""The formats by their names, in the order of the alphabet."""


def detect(data: bytes) -> Format:
    """The format that some bytes are in.

    Raises:
        DocumentInvalid: they look like none, or like several.
    """
    found = [each for each in FORMATS.values() if each.read is not None and each.sniff(data)]
    if not found:
        known = ", ".join(each.name for each in FORMATS.values() if each.read is not None)
        raise DocumentInvalid(f"the document looks like no format that is read: name its format ({known})")
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        raise DocumentInvalid(f"the document looks like several formats ({names}): name the one it is in")
    return found[0]
