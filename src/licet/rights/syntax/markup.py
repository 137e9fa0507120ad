"""XML and HTML from strangers, parsed: no DTD, no entities, no network, bounded depth and size.

Whoever wants more than a tree (schemas, includes, style sheets) does it elsewhere, or not at all. The time
that libxml2 and lxml take over the attributes of one element grows with the square of their number, in HTML
while they parse: so tags are looked at first.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from licet.errors import DocumentInvalid, InputError
from licet.rights.formats.base import MAX_BYTES
from licet.types import shown

_DOCTYPE: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
MAX_TAGS: Final = 200_000
"""Tags in one document, opening and closing."""

MAX_ATTRIBUTES: Final = 1_000
"""Attributes of one element."""

_TAG: Final = re.compile(rb"<[A-Za-z](?:=\s*+(?:\"[^\"]*+\"|'[^']*+')|[^>])*+")
_VALUE: Final = re.compile(rb"=\s*+(?:\"[^\"]*+\"|'[^']*+')|/")
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def parse_xml(data: bytes, what: str) -> etree._Element:
    """The root of an XML document in UTF-8 or UTF-16, without comments and processing instructions.

    Args:
        data: the document.
        what: its kind, for messages.

    Raises:
        DocumentInvalid: it is not well-formed, nested too deeply, or has a document type declaration, too
            many tags, or too many attributes in one.
    """
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
        utf8 = text.encode()
    except UnicodeError as error:
        raise DocumentInvalid(f"this {what} document is neither UTF-8 nor UTF-16") from error
    if _DOCTYPE.search(utf8):
        raise DocumentInvalid(f"this {what} document declares a document type or entities: {what} has none")
    _check_tags(utf8, f"this {what} document")
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever the document declares: it was decoded above
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(utf8, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentInvalid(f"this {what} document is not well-formed XML: {_cut(error.msg)}") from error


def parse_html(data: bytes) -> etree._Element | None:
    """The root of an HTML page, as far as it can be read; None where nothing can.

    Raises:
        DocumentInvalid: the page is too large, or a tag in it.
    """
    if len(data) > MAX_BYTES:
        raise DocumentInvalid(f"the page has {len(data)} bytes: {MAX_BYTES} are the most")
    _check_tags(data, "the page")
    parser = etree.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def tags(root: etree._Element | None, name: str) -> Iterator[dict[str, str]]:
    """The attributes of all elements of a name in a page, with the attributes' names in lower case."""
    if root is None:
        return
    for element in root.iter(name):
        yield {str(key).lower(): str(value) for key, value in element.attrib.items()}


def html_tag(name: str, /, **attributes: str) -> str:
    """An HTML element without content, its attributes' values quoted.

    Raises:
        InputError: a value has control characters.
    """
    for value in attributes.values():
        if not value.isprintable():
            raise InputError(f"{shown(value)} cannot stand in a page: it has control characters")
    return f"<{name} {' '.join(f'{key}={quoteattr(value)}' for key, value in attributes.items())}>"


def _check_tags(data: bytes, what: str) -> None:
    """Refuses what would take long to parse."""
    if data.count(b"<") > MAX_TAGS:
        raise DocumentInvalid(f"{what} has too many tags: {MAX_TAGS:,} are the most")
    for tag in _TAG.finditer(data):
        words = _VALUE.sub(b" ", tag[0]) if tag.end() - tag.start() > MAX_ATTRIBUTES else b""
        if len(words.split()) > MAX_ATTRIBUTES + 1:
            raise DocumentInvalid(
                f"{what} has a tag with too many attributes: {MAX_ATTRIBUTES:,} are the most"
            )


def _cut(message: str | None) -> str:
    text = " ".join((message or "no reason is known").split())
    return text if len(text) <= 200 else text[:199] + "…"
