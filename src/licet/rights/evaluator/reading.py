"""Documents as graphs: Turtle or JSON-LD, told apart by their first character."""

import re
from typing import Final

from licet.errors import DocumentInvalid
from licet.rights.evaluator.graph import Graph
from licet.rights.evaluator.triples import read_jsonld
from licet.rights.evaluator.turtle import read_turtle
from licet.rights.syntax.jsonld import MAX_BYTES

_XML: Final = re.compile(
    r"\s*<(?:\?xml|!DOCTYPE|!ENTITY|[A-Za-z][\w.\-]*(?::[\w.\-]+)?[ \t\r\n]+xmlns)", re.ASCII
)
_JSON: Final = re.compile(r"\s*(?:\{|\[\s*(?:[\[{\"]|\]\s*$))")


def read_graph(data: bytes, name: str) -> Graph:
    """Reads a document; nothing that it refers to is fetched.

    Args:
        data: Turtle or JSON-LD in UTF-8.
        name: what the document is, in letters: it names blank nodes, and the base of relative IRIs, so
            documents that are evaluated together need names of their own.

    Raises:
        DocumentInvalid: it is neither, or too large, too deep or too much; the message names the document.
    """
    graph = Graph(f"http://{name}.invalid/")
    try:
        text = _text(data)
        if _JSON.match(text):
            read_jsonld(data, graph, name)
        else:
            read_turtle(text, graph, name)
    except DocumentInvalid as error:
        raise DocumentInvalid(f"{name}: {error}", **error.facts) from error
    return graph


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise DocumentInvalid(f"the document is too large: {MAX_BYTES:,} bytes are the most")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentInvalid(f"the document is not UTF-8: byte {error.start} cannot be read") from error
    if not text.strip():
        raise DocumentInvalid("the document is empty")
    if _XML.match(text):
        raise DocumentInvalid("the document is XML: give it as Turtle or JSON-LD")
    return text
