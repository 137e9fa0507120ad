"""RSL 1.0 documents as trees that are sure to be valid, and small enough to be read at leisure.

The schema (RELAX NG) is Licet's, after the specification's prose. Its validator takes time and memory
with the square of what stands side by side, so numbers are limited before it, and extensions taken out.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple, cast

from lxml import etree

from licet.documents.terms import Disclaimer, User, Warranty
from licet.errors import DocumentInvalid
from licet.rights.syntax.markup import parse_xml
from licet.rights.vocabulary import RSL
from licet.types import shown

NAMESPACE: Final = "https://rslstandard.org/rsl"
PREFIX: Final = f"{{{NAMESPACE}}}"
TITLE: Final = "RSL 1.0"

MAX_BYTES: Final = 1 << 20
"""The largest RSL document that is read."""

_MAX_ELEMENTS: Final = 10_000
_MAX_ATTRIBUTES: Final = 16
_MAX_VALUE: Final = 8192
_MAX_LIST: Final = 16_384

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "usage": tuple(RSL),
    "user": tuple(User),
    "warranty": tuple(Warranty),
    "disclaimer": tuple(Disclaimer),
}
_ELEMENTS: Final = frozenset(
    {
        *("rsl", "content", "license", "permits", "prohibits", "payment", "standard", "custom", "amount"),
        *("accepts", "reporting", "legal", "alternate", "schema", "copyright", "terms"),
    }
)


class Root(NamedTuple):
    """The element `rsl` of a valid document, and the names of the extensions that were taken out of it."""

    element: etree._Element
    extensions: tuple[str, ...]


def valid_rsl(data: bytes) -> Root:
    """Parses an RSL document and checks it by the schema.

    Raises:
        DocumentInvalid: it is not well-formed or not valid, or has more to it than any needs.
    """
    if len(data) > MAX_BYTES:
        raise DocumentInvalid(f"this {TITLE} document has {len(data)} bytes: {MAX_BYTES} are the most")
    element = parse_xml(data, TITLE)
    extensions = tuple(_without_extensions(element))
    for checked, each in enumerate(element.iter()):
        if checked >= _MAX_ELEMENTS:
            raise DocumentInvalid(f"this {TITLE} document has more than {_MAX_ELEMENTS} elements")
        _check(each)
    schema = _schema()
    if not schema.validate(element):
        raise _invalid(schema.error_log[0].line, " ".join(schema.error_log[0].message.split())[:200])
    return Root(element, extensions)


def listed(element: etree._Element) -> list[str]:
    """The words of a list, which drafts separated by commas."""
    return text_of(element).replace(",", " ").split()


def text_of(element: etree._Element) -> str:
    """The text of an element, without space around it."""
    return (element.text or "").strip()


def name_of(element: etree._Element) -> str:
    """The name of an element of RSL."""
    return str(element.tag).removeprefix(PREFIX)


def _check(element: etree._Element) -> None:
    """Refuses what the schema could not, or not in words that help."""
    name, line = name_of(element), cast("int", element.sourceline)
    if name not in _ELEMENTS:
        raise _invalid(line, f"{shown(name)} is no element of RSL")
    if len(element.attrib) > _MAX_ATTRIBUTES:
        raise _invalid(line, f"{name} has {len(element.attrib)} attributes: {_MAX_ATTRIBUTES} are the most")
    if any(len(value) > _MAX_VALUE for value in element.attrib.values()):
        raise _invalid(line, f"{name} has an attribute of more than {_MAX_VALUE} characters")
    if name not in ("permits", "prohibits", "legal"):
        return
    if len(element.text or "") > _MAX_LIST:
        raise _invalid(line, f"{name} has more than {_MAX_LIST} characters")
    known = _WORDS.get(element.get("type", ""), ())
    for word in listed(element) if known else ():
        if word not in known and ":" not in word:
            raise _invalid(line, f"{shown(word)} is no {element.get('type')}; known are: {', '.join(known)}")


def _without_extensions(root: etree._Element) -> Iterator[str]:
    """Takes out elements and attributes of other namespaces; their names."""
    for element in list(root.iter(f"{PREFIX}*")):
        for child in [each for each in element if not str(each.tag).startswith(PREFIX)]:
            yield str(child.tag)
            element.remove(child)
        for key in [str(key) for key in element.attrib if str(key).startswith("{")]:
            yield key
            del element.attrib[key]


@cache
def _schema() -> etree.RelaxNG:
    source = files("licet.rights").joinpath("schemas/rsl-1.0.rng").read_bytes()
    return etree.RelaxNG(etree.fromstring(source))


def _invalid(line: int, reason: str) -> DocumentInvalid:
    return DocumentInvalid(f"not a valid {TITLE} document: line {line}: {reason}", line=line)
