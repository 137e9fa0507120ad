"""Documents from anywhere: Turtle and JSON-LD say the same, and hostile ones are refused within bounds."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, URIRef
from rdflib import Graph as RdfGraph
from rdflib import Literal as RdfLiteral
from rdflib.compare import to_isomorphic

from licet.errors import DocumentInvalid
from licet.rights.evaluator import ODRL, Graph, Literal, Outcome, evaluate, read_graph
from licet.rights.evaluator.graph import STRING
from licet.rights.odrl_words import RDF, XSD
from licet.rights.syntax.jsonld import MAX_BYTES
from tests.unit.odrl_documents import NOON, PREFIXES, READ, judge, policy

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
EX = "http://example.org/"


def turtle(text: str) -> Graph:
    return read_graph((PREFIXES + text).encode(), "doc")


def json_ld(value: Any) -> Graph:
    return read_graph(json.dumps(value).encode(), "doc")


def as_rdf(graph: Graph) -> RdfGraph:
    """The graph as another library has it, which compares whatever its blank nodes are called."""
    found = RdfGraph()

    def node(term: Any) -> Any:
        if isinstance(term, Literal):
            plain = term.language or term.datatype == STRING
            return RdfLiteral(
                term.lexical, datatype=None if plain else term.datatype, lang=term.language or None
            )
        return BNode(term[2:]) if term.startswith("_:") else URIRef(term)

    for triple in graph:
        found.add(tuple(map(node, triple)))  # type: ignore[arg-type]
    return found


WRITTEN = """
@base <http://base.example/a/b> . PREFIX p: <http://p.example/> prefix : <#>
<c> a p:Kind, p:Other ; p:q <../d>, <#e>, <> ;; p:text "a\\"b\\u00e9\\n", 'c', '''d'e
''f''', \"\"\"g\"h\"\"\" ; .
[ p:q [ p:r ( 1 -2.5 1e3 ( ) [ ] ) ] ] p:s true, false .
[ p:q _:x.y ] . _:x.y p:q _:z .
( 1 ) p:q "x"@en-gb, "y"^^p:own, "1"^^<http://www.w3.org/2001/XMLSchema#integer> .
p:a\\~b p:c%41 p:d.e, :f, p: . # a comment
"""


def test_all_of_turtle() -> None:
    theirs = RdfGraph().parse(data=WRITTEN, format="turtle")
    assert to_isomorphic(as_rdf(read_graph(WRITTEN.encode(), "doc"))) == to_isomorphic(theirs)


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
IRIS = st.sampled_from([URIRef(EX + name) for name in ("a", "b.c", "d#e", "f?g=h", "ü")])
BLANKS = st.sampled_from([BNode("x"), BNode("y")])
LITERALS = (
    st.builds(RdfLiteral, TEXT)
    | st.builds(RdfLiteral, TEXT, lang=st.just("en"))
    | st.builds(RdfLiteral, st.integers())
)
TRIPLES = st.tuples(IRIS | BLANKS, IRIS, IRIS | BLANKS | LITERALS)


@pytest.mark.parametrize("syntax", ["turtle", "longturtle", "nt"])
@given(triples=st.lists(TRIPLES, min_size=1, max_size=8))
def test_whatever_another_library_writes_is_read(syntax: str, triples: list[Any]) -> None:
    graph = RdfGraph()
    for triple in triples:
        graph.add(triple)
    written = graph.serialize(format=syntax)
    assert to_isomorphic(as_rdf(read_graph(written.encode(), "doc"))) == to_isomorphic(graph)


def test_json_ld_says_what_turtle_says() -> None:
    rules = {
        "@context": [CONTEXT, {"ex": EX}],
        "@type": "Set",
        "uid": "ex:policy",
        "conflict": "prohibit",
        "permission": {
            "uid": "ex:may",
            "target": "ex:work",
            "assignee": "ex:licensee",
            "action": [{"rdf:value": {"@id": "odrl:read"}, "refinement": {
                "leftOperand": "resolution", "operator": "lteq", "rightOperand": 300}}],
            "constraint": {"and": {"@list": [
                {"leftOperand": "dateTime", "operator": "lt",
                 "rightOperand": {"@value": "2027-01-01", "@type": "xsd:date"}},
                {"leftOperand": "purpose", "operator": "neq", "rightOperand": {"@id": "ex:war"}},
            ]}},
            "duty": {"uid": "ex:pay", "action": "compensate"},
        },
        "prohibition": {"uid": "ex:not", "action": "gen-ai"},
    }  # fmt: skip
    same = """
    ex:policy a odrl:Set ; odrl:conflict odrl:prohibit ; odrl:permission ex:may ; odrl:prohibition ex:not .
    ex:may odrl:target ex:work ; odrl:assignee ex:licensee ; odrl:action [
      rdf:value odrl:read ; odrl:refinement [ odrl:leftOperand odrl:resolution ;
        odrl:operator odrl:lteq ; odrl:rightOperand 300 ] ] ;
      odrl:constraint [ odrl:and (
        [ odrl:leftOperand odrl:dateTime ; odrl:operator odrl:lt ; odrl:rightOperand "2027-01-01"^^xsd:date ]
        [ odrl:leftOperand odrl:purpose ; odrl:operator odrl:neq ; odrl:rightOperand ex:war ] ) ] ;
      odrl:duty ex:pay . ex:pay odrl:action odrl:compensate . ex:not odrl:action odrl:gen-ai ."""
    assert to_isomorphic(as_rdf(json_ld(rules))) == to_isomorphic(as_rdf(turtle(same)))


def test_all_that_json_ld_can_hold() -> None:
    found = json_ld({
        "@context": {"p": EX, "r": {"@reverse": "p:q"}, "j": {"@id": "p:j", "@type": "@json"},
                     "l": {"@id": "p:l", "@container": "@language"}, "n": "@nest"},
        "@id": "p:a", "p:int": [1, -2], "p:whole": 2.0, "p:part": 1.5, "p:true": True,
        "j": {"b": [1], "a": None},
        "l": {"en": "x", "de": ["y"]}, "r": {"@id": "p:c"}, "@included": [{"@id": "p:d", "p:q": "z"}],
        "n": {"p:nested": "w"}, "p:typed": {"@value": "3", "@type": "p:own"}, "p:empty": {"@list": []},
    })  # fmt: skip
    assert set(found) == {
        (EX + "a", EX + "int", Literal("1", XSD + "integer")),
        (EX + "a", EX + "int", Literal("-2", XSD + "integer")),
        (EX + "a", EX + "whole", Literal("2", XSD + "integer")),
        (EX + "a", EX + "part", Literal("1.5", XSD + "double")),
        (EX + "a", EX + "true", Literal("true", XSD + "boolean")),
        (EX + "a", EX + "j", Literal('{"a": null, "b": [1]}', RDF + "JSON")),
        (EX + "a", EX + "l", Literal("x", RDF + "langString", "en")),
        (EX + "a", EX + "l", Literal("y", RDF + "langString", "de")),
        (EX + "c", EX + "q", EX + "a"),
        (EX + "d", EX + "q", Literal("z")),
        (EX + "a", EX + "nested", Literal("w")),
        (EX + "a", EX + "typed", Literal("3", EX + "own")),
        (EX + "a", EX + "empty", RDF + "nil"),
    }


def test_words_that_json_ld_reserves_are_ignored() -> None:
    assert set(json_ld({"@context": {"@own": "x:own", "p": "x:p"}, "@own": 1, "p": "x"})) == {
        ("_:doc1", "x:p", Literal("x"))
    }


def test_a_word_that_no_context_defines_is_not_lost() -> None:
    """An action that is dropped would leave a permission for everything."""
    rules = json_ld({"@context": CONTEXT, "@type": "Set", "permission": {"action": "train"}})
    request, state = turtle(f"ex:r odrl:permission ex:q . ex:q {READ} ."), turtle(NOON)
    with pytest.raises(DocumentInvalid, match="action 'train' is not defined"):
        evaluate(rules, request, state)


@pytest.mark.parametrize(
    "context",
    [
        "https://evil.example/context.jsonld",
        "file:///etc/passwd",
        "context.jsonld",
        "//evil.example",
        [CONTEXT, "https://evil.example"],
        {"@import": "https://evil.example/context.jsonld"},
    ],
    ids=str,
)
def test_contexts_are_never_fetched(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> NoReturn:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(DocumentInvalid, match="not at hand and never fetched"):
        json_ld({"@context": context, "@id": "x:a"})
    assert len(json_ld({"@context": CONTEXT, "uid": "x:a", "permission": {}})) == 1


LIMIT = MAX_BYTES - 500
START = PREFIXES.encode() + b"ex:a ex:b "
OPEN = {"@context": {"p": "x:p"}, "@id": "x:a"}


def much(part: bytes, start: bytes = START) -> bytes:
    return start + part * (LIMIT // len(part))


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "100 MB": (lambda: b" " * (100 << 20), "too large"),
    "XML bomb": (
        lambda: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + b"x" * 999 + b'">]><a>' + b"&b;" * 999,
        "is XML",
    ),
    "external entity": (
        lambda: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "is XML",
    ),
    "RDF/XML": (lambda: b'<rdf:RDF xmlns:rdf="http://x/"/>', "is XML"),
    "nested lists": (lambda: much(b"("), "nested deeper"),
    "nested nodes": (lambda: much(b"[ ex:b "), "nested deeper"),
    "nested arrays": (lambda: b"[" * LIMIT, "nested too deeply"),
    "nested objects": (lambda: b'{"a":' * (LIMIT // 5), "nested too deeply"),
    "a number of 2 MB": (lambda: much(b"1"), "too large to be meant"),
    "a JSON number of 2 MB": (lambda: b'{"a":' + b"9" * LIMIT + b"}", "too large to be meant"),
    "a huge exponent": (lambda: b'{"a":1e999999999}', "too large to be meant"),
    "an infinite number": (lambda: b'{"a":1e400}', "too large to be meant"),
    "no number": (lambda: b'{"a":NaN}', "or none"),
    "a decimal of a gigabyte": (
        lambda: START + b'"1e999999999"^^<http://www.w3.org/2001/XMLSchema#decimal> .',
        "too large to be meant",
    ),
    "a key twice": (lambda: b'{"@id":"x:a","@id":"x:b"}', "'@id' twice"),
    "a lone surrogate": (lambda: START + b'"\\uD800" .', "surrogate"),
    "a lone surrogate in an IRI": (lambda: START + b"<x:\\uDFFF> .", "surrogate"),
    "a lone surrogate in JSON": (lambda: b'{"@context":{"a":"x:a"},"a":"\\ud800"}', "surrogate"),
    "a lone surrogate as a key": (lambda: b'{"\\ud800":1}', "surrogate"),
    "cyclic terms": (lambda: b'{"@context":{"a":"b:x","b":"a:x"},"a":1}', "[Cc]yclic"),
    "a context within a term": (
        lambda: b'{"@context":{"a":{"@id":"x:a","@context":{"a":"x:b"}}}}',
        "context inside a context",
    ),
    "many contexts": (lambda: json.dumps([OPEN] * 100).encode(), "contexts are too many"),
    "a context of many terms": (
        lambda: json.dumps({"@context": {f"t{n}": "x:a" for n in range(5000)}}).encode(),
        "contexts are too many",
    ),
    "many values": (lambda: json.dumps({**OPEN, "p": list(range(100_000))}).encode(), "50,000 are the most"),
    "named graphs": (lambda: json.dumps({**OPEN, "@graph": [{"p": 1}]}).encode(), "named graph"),
    "many triples": (lambda: much(b"[],"), "says more than"),
    "endless IRI": (lambda: much(b"<a"), "line 10"),
    "endless text": (lambda: much(b'\\"', START + b'"'), "not Turtle"),
    "endless long text": (lambda: much(b'a"', START + b'"""'), "not Turtle"),
    "endless language": (lambda: much(b"a-", START + b'"a"@'), "not Turtle"),
    "endless signs": (lambda: much(b"+"), "not Turtle"),
    "separators": (lambda: much(b";", START + b"1 "), "not Turtle"),
    "not UTF-8": (lambda: b"\xe9", "not UTF-8"),
    "UTF-16": (lambda: "ex:a".encode("utf-16"), "not UTF-8"),
    "nothing": (lambda: b" \n", "empty"),
    "no JSON": (lambda: b'{"a":', "not JSON"),
    "no JSON-LD": (lambda: b'{"@id":5}', "not valid JSON-LD"),
    "a base that is none": (lambda: b"@base <http://[> . <a> <b> <c> .", "not an IRI"),
    "an unknown prefix": (lambda: b"ex:a ex:b ex:c .", "prefix `ex:` is not declared"),
}  # fmt: skip


SCRIPT = """
import json, resource, sys, time
from licet.errors import LicetError
from licet.rights.evaluator import read_graph
most = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_DATA, (most, most))
for size in map(int, sys.argv[2:]):
    data = sys.stdin.buffer.read(size)
    begun, said = time.process_time(), "read"
    try:
        read_graph(data, "policy")
    except LicetError as error:
        said = str(error)
    print(json.dumps([said, time.process_time() - begun]), flush=True)
"""
SECONDS, BYTES = 10, 1 << 30


@pytest.fixture(scope="module")
def refusals() -> dict[str, tuple[str, float]]:
    """What each hostile document came to, and its CPU seconds: all in one process of limited memory."""
    documents = [make() for make, _ in HOSTILE.values()]
    arguments = [sys.executable, "-c", SCRIPT, str(BYTES), *(str(len(one)) for one in documents)]
    ran = subprocess.run(arguments, input=b"".join(documents), capture_output=True, check=True)
    assert ran.stderr == b""
    results = [json.loads(line) for line in ran.stdout.splitlines()]
    return {kind: (said, taken) for kind, (said, taken) in zip(HOSTILE, results, strict=True)}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_documents_are_refused_within_bounds(
    kind: str, refusals: dict[str, tuple[str, float]]
) -> None:
    said, taken = refusals[kind]
    assert said.startswith("policy: ")
    assert re.search(HOSTILE[kind][1], said), said
    assert len(said) < 500
    assert taken < SECONDS


def test_xml_inside_a_literal_is_never_parsed() -> None:
    bomb = "<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>"
    graph = turtle(f'ex:a ex:b "{bomb}"^^rdf:XMLLiteral .')
    assert graph.objects(EX + "a", EX + "b") == (Literal(bomb, RDF + "XMLLiteral"),)


def names(prefix: str, count: int) -> str:
    return ", ".join(f"ex:{prefix}{n}" for n in range(count))


def constraints(count: int, rest: str) -> str:
    return "".join(f" ex:c{n} {rest.format(n=n, next=n + 1)} ." for n in range(count))


ANY_OF = "odrl:leftOperand odrl:purpose ; odrl:operator odrl:isAnyOf ; odrl:rightOperand "
HOSTILE_RULES = {
    # Each constraint has the next one twice, so that spelt out they would be 2^30.
    "constraints, or some": (
        policy("ex:may odrl:constraint ex:c0 .")
        + constraints(30, "odrl:and ex:c{next}, [ odrl:or ex:c{next} ]"),
        READ,
    ),
    "rules": (policy("ex:may a odrl:Permission .", f" ; odrl:permission {names('m', 2000)}"), READ),
    "at once": (policy("ex:may odrl:target ex:x ."), f"odrl:target {names('t', 500)}"),
    "too long to evaluate": (
        policy(f"ex:may odrl:constraint {names('c', 100)} .")
        + constraints(100, ANY_OF + ", ".join(map(str, range(500)))),
        f"{READ} ; odrl:purpose " + ", ".join(f'"{n}"' for n in range(60)),
    ),
    "endless": (
        policy("ex:may odrl:constraint [ odrl:and ex:l ] . ex:l rdf:first ex:c ; rdf:rest ex:l ."),
        READ,
    ),
}


@pytest.mark.parametrize("words", HOSTILE_RULES)
def test_hostile_policies_are_refused(words: str) -> None:
    rules, asked = HOSTILE_RULES[words]
    begun = time.process_time()
    with pytest.raises(DocumentInvalid, match=words):
        judge(rules, asked)
    assert time.process_time() - begun < SECONDS


def test_circles_of_members_end() -> None:
    state = NOON + "ex:work odrl:partOf ex:one . ex:one odrl:partOf ex:two . ex:two odrl:partOf ex:work ."
    assert judge(policy("ex:may odrl:target ex:two ."), READ, state).decision.outcome is Outcome.PERMIT
    assert judge(policy("ex:may odrl:target ex:three ."), READ, state).decision.outcome is Outcome.DENY


def test_an_ill_typed_literal_is_no_answer_and_no_warning() -> None:
    soon = 'odrl:leftOperand odrl:dateTime ; odrl:operator odrl:lt ; odrl:rightOperand "soon"^^xsd:dateTime'
    report = judge(policy(f"ex:may odrl:constraint [ {soon} ] ."))
    assert report.decision.outcome is Outcome.UNDECIDED
    assert report.rules[0].premises[0].operator == ODRL + "lt"
