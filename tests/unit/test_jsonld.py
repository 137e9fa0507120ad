"""JSON-LD as both of its readers have it: what one refuses, the other does not read."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from licet.errors import DocumentInvalid
from licet.rights.evaluator import read_graph
from licet.rights.evaluator.graph import Literal
from licet.rights.formats.odrl.nodes import Literal as Text
from licet.rights.formats.odrl.nodes import read_nodes
from licet.rights.odrl_words import ODRL, UNDEFINED
from licet.rights.syntax.jsonld import MAX_BYTES, MAX_CONTEXT_VALUES, MAX_CONTEXTS, MAX_VALUES, expand

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
NODE = {"@context": {"p": "x:p"}, "@id": "x:a"}


def as_triples(document: Any) -> object:
    return read_graph(json.dumps(document).encode(), "doc")


def as_nodes(document: Any) -> object:
    return read_nodes(json.dumps(document).encode(), lambda _name: None)


REFUSED: dict[str, tuple[Any, str]] = {
    "a named graph": ({"@context": CONTEXT, "uid": "x:g", "@graph": [{"uid": "x:a"}]}, "named graph"),
    "a named graph inside": ({**NODE, "p": {"@graph": [{"p": 1}]}}, "named graph"),
    "a context in a term": ({"@context": {"p": {"@id": "x:p", "@context": {}}}}, "context inside a context"),
    "many contexts": ([NODE] * (MAX_CONTEXTS + 1), "contexts are too many"),
    "a large context": ({"@context": dict.fromkeys(map(str, range(MAX_CONTEXT_VALUES)), "x:p")}, "too large"),
    "many values": ({**NODE, "p": [1] * MAX_VALUES}, f"{MAX_VALUES:,} are the most"),
    "much text": ({**NODE, "p": "x" * MAX_BYTES}, "too large"),
    "a context elsewhere": ({"@context": "https://x.example/"}, "never fetched"),
    "text without a node": ("x", "object expected|not Turtle"),
    "an unsafe number": ({**NODE, "p": int("9" * 101)}, "too large to be meant"),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("read", [as_triples, as_nodes])
def test_both_readers_refuse(read: Callable[[Any], object], kind: str) -> None:
    document, reason = REFUSED[kind]
    with pytest.raises(DocumentInvalid, match=reason):
        read(document)


@pytest.mark.parametrize(
    ("number", "text", "kind"),
    [("1", "1", "integer"), ("1.0", "1", "integer"), ("-1e2", "-100", "integer"), ("0.1", "0.1", "double")],
)
def test_numbers_are_the_same_for_both(number: str, text: str, kind: str) -> None:
    data = b'{"@context": {"p": "x:p"}, "@id": "x:a", "p": ' + number.encode() + b"}"
    datatype = f"http://www.w3.org/2001/XMLSchema#{kind}"
    assert read_graph(data, "doc").objects("x:a", "x:p") == (Literal(text, datatype),)
    assert read_nodes(data, lambda _name: None)["x:a"].values("x:p") == [Text(text, datatype)]


@pytest.mark.parametrize("number", [b"0.10000000000000000001", b"123456789.123456789123"])
def test_a_number_that_would_be_rounded_is_refused(number: bytes) -> None:
    with pytest.raises(DocumentInvalid, match="would round"):
        read_graph(b'{"@context": {"p": "x:p"}, "p": ' + number + b"}", "doc")


def test_a_word_that_nothing_defines_says_so() -> None:
    document = {"@context": CONTEXT, "uid": "x:a", "maxCount": 5, "action": "train", "permission": []}
    (node,) = expand(json.dumps(document).encode(), {CONTEXT: {"@vocab": UNDEFINED, "uid": "@id"}})
    assert f"{UNDEFINED}maxCount" in node
    nodes = read_nodes(json.dumps(document).encode(), lambda _name: None)
    assert set(nodes["x:a"].properties) == {f"{UNDEFINED}maxCount", f"{ODRL}action", f"{ODRL}permission"}
    (action,) = nodes["x:a"].values(f"{ODRL}action")
    assert action == (f"{UNDEFINED}train",)


def test_a_mark_of_byte_order_is_passed_over() -> None:
    data = b"\xef\xbb\xbf" + json.dumps({**NODE, "p": "é"}).encode()
    assert read_graph(data, "doc").objects("x:a", "x:p") == (Literal("é"),)
