"""RSL's Open License Protocol in documents: where a license is to be had, and which one is asked for."""

from collections.abc import Collection
from typing import Final

from lxml import etree

from licet.errors import DocumentInvalid
from licet.rights.formats.rsl.reading import read
from licet.rights.formats.rsl.schema import NAMESPACE, PREFIX, TITLE, valid_rsl
from licet.rights.terms import Terms

MAX_BYTES: Final = 16 << 10
"""The largest element that is read."""

_BEFORE: Final = f'<rsl xmlns="{NAMESPACE}"><content url="/">'.encode()
_AFTER: Final = b"</content></rsl>"


def with_server(document: bytes, server: str, targets: Collection[str]) -> bytes:
    """A document whose contents say that their licenses are to be had from a server.

    Args:
        document: as Licet writes it.
        server: the server's URL.
        targets: the URLs of those contents.
    """
    root = valid_rsl(document).element
    for content in root.iterchildren(f"{PREFIX}content"):
        if content.get("url") in targets:
            content.set("server", server)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def license_asked(element: bytes) -> Terms:
    """The terms of one element `license`, as a client sends it that wants it.

    Raises:
        DocumentInvalid: it is anything else, or has terms that Licet does not hold.
    """
    if len(element) > MAX_BYTES:
        raise DocumentInvalid(f"the license has {len(element)} bytes: {MAX_BYTES} are the most")
    document = _BEFORE + element + _AFTER
    contents = list(valid_rsl(document).element.iterchildren(f"{PREFIX}content"))
    licenses = [each for content in contents for each in content.iterchildren(f"{PREFIX}license")]
    found = read(document).terms
    if len(contents) != 1 or len(licenses) != 1 or len(found) != 1:
        raise DocumentInvalid(f"this is not one element license of {TITLE}")
    return found[0]
