"""XMP packets (ISO 16684-1): properties of one resource, in RDF/XML."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from licet.errors import DocumentInvalid
from licet.rights.syntax.markup import parse_xml
from licet.types import shown

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NAMESPACES: Final[Mapping[str, str]] = {
    "cc": "http://creativecommons.org/ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
}
"""Those in which rights are spoken of, by their usual prefix."""

_META: Final = "adobe:ns:meta/"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_VALUE: Final = f"{{{RDF}}}value"
_PREFIXES: Final = {uri: prefix for prefix, uri in NAMESPACES.items()}
# What XML 1.0 has no way to write.
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEADER: Final = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TRAILER: Final = b'\n<?xpacket end="w"?>\n'


class Packet:
    """A packet that is being written."""

    def __init__(self, about: str, *prefixes: str) -> None:
        """An empty packet.

        Args:
            about: the resource's IRI; empty for the file that the packet stands in.
            prefixes: of the namespaces that will be used.
        """
        names = {"rdf": RDF, **{prefix: NAMESPACES[prefix] for prefix in prefixes}}
        self._root = etree.Element(f"{{{_META}}}xmpmeta", nsmap={"x": _META})
        rdf = etree.SubElement(self._root, f"{{{RDF}}}RDF", nsmap=names)
        self._resource = etree.SubElement(rdf, f"{{{RDF}}}Description")
        self._resource.set(f"{{{RDF}}}about", writable(about))

    def add(self, name: str, value: str) -> None:
        """Adds a simple property: `add("plus:DataMining", …)`."""
        etree.SubElement(self._resource, _clark(name)).text = writable(value)

    def add_text(self, name: str, value: str) -> None:
        """Adds a property that may have a value in each language, in none of them."""
        alternatives = self._container(name, "Alt")
        item = etree.SubElement(alternatives, f"{{{RDF}}}li")
        item.set(_LANGUAGE, "x-default")
        item.text = writable(value)

    def add_structures(self, name: str, member: str, values: tuple[str, ...]) -> None:
        """Adds a list of structures with one member each."""
        listed = self._container(name, "Seq")
        for value in values:
            item = etree.SubElement(listed, f"{{{RDF}}}li")
            item.set(f"{{{RDF}}}parseType", "Resource")
            etree.SubElement(item, _clark(member)).text = writable(value)

    def to_bytes(self) -> bytes:
        """The packet, in UTF-8."""
        etree.indent(self._root)
        return _HEADER + etree.tostring(self._root, encoding="utf-8") + _TRAILER

    def _container(self, name: str, kind: str) -> etree._Element:
        return etree.SubElement(etree.SubElement(self._resource, _clark(name)), f"{{{RDF}}}{kind}")


def writable(text: str) -> str:
    """Text without the characters that XML cannot write: each becomes a replacement character."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def read_packet(data: bytes) -> tuple[str, dict[str, list[str]]]:
    """Reads a packet: the resource's IRI, and the values of its properties by prefixed name.

    Members of structures count as properties, and a structure as an empty one. Of properties in other
    namespaces than `NAMESPACES`, none is read. Of a text in several languages, the default one comes first.

    Raises:
        DocumentInvalid: it is no packet, has a document type or entities, or speaks of several resources.
    """
    root = parse_xml(data.lstrip(b" \t\r\n"), "XMP")
    if root.tag not in (f"{{{_META}}}xmpmeta", f"{{{_META}}}xapmeta", f"{{{RDF}}}RDF"):
        raise DocumentInvalid(f"the root of the XML is {shown(root.tag)}: an XMP packet's is x:xmpmeta")
    abouts = {about for each in root.iter(f"{{{RDF}}}Description") if (about := each.get(f"{{{RDF}}}about"))}
    if len(abouts) > 1:
        raise DocumentInvalid(f"the packet speaks of {len(abouts)} resources: one is read")
    found: dict[str, list[str]] = {}
    for element in root.iter(etree.Element):
        for name, values in _properties(element):
            found.setdefault(name, []).extend(values)
    return next(iter(abouts), ""), found


def _properties(element: etree._Element) -> Iterator[tuple[str, list[str]]]:
    """What one element says: its attributes, and itself."""
    for attribute, value in element.attrib.items():
        if (name := _prefixed(str(attribute))) is not None:
            yield name, [str(value)]
    name = _prefixed(str(element.tag))
    if name is None:
        return
    resource = element.get(f"{{{RDF}}}resource")
    items = element.findall(f"./*/{{{RDF}}}li")
    if resource is not None:
        yield name, [resource]
    elif items:
        items.sort(key=lambda item: item.get(_LANGUAGE) != "x-default")
        yield name, [item.text or "" for item in items if not len(item)]
    elif len(element):
        yield name, [element.findtext(_VALUE) or element.findtext(f"{{{RDF}}}Description/{_VALUE}") or ""]
    else:
        yield name, [element.text or ""]


def _clark(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def _prefixed(clark: str) -> str | None:
    namespace, _, local = clark.removeprefix("{").partition("}")
    prefix = _PREFIXES.get(namespace)
    return None if prefix is None else f"{prefix}:{local}"
