"""ODRL documents in a few words, for the tests of the evaluator."""

from licet.rights.evaluator import Report, evaluate, read_graph

PREFIXES = """
@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
@prefix ex: <http://example.org/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix report: <https://w3id.org/force/compliance-report#> .
"""
NOON = '<http://example.com/request/currentTime> dct:issued "2026-11-29T12:00:00Z"^^xsd:dateTime .'
READ = "odrl:assignee ex:licensee ; odrl:action odrl:read ; odrl:target ex:work"
RULES = {"ex:may": "permission", "ex:not": "prohibition", "ex:must": "obligation"}


def policy(rules: str, more: str = "") -> str:
    """A policy from rules called `ex:may…`, `ex:not…` and `ex:must…`, each said in full."""
    named = [word for word in rules.split() if word.startswith(tuple(RULES))]
    links = "".join(
        f" ; odrl:{kind} {name}"
        for name in dict.fromkeys(named)
        for start, kind in RULES.items()
        if name.startswith(start)
    )
    return f"ex:policy a odrl:Set{links}{more} . {rules}"


def judge(policy_text: str, asked: str = READ, state: str = NOON, more: str = "") -> Report:
    """The report on a policy, for what is asked, in a state of the world."""
    request = f"ex:request a odrl:Request ; odrl:permission ex:asked . ex:asked {asked} . {more}"
    texts = {"policy": policy_text, "request": request, "state": state}
    return evaluate(*(read_graph((PREFIXES + text).encode(), name) for name, text in texts.items()))


def constrained(constraint: str, asked: str = READ, state: str = NOON, more: str = "") -> str:
    """What becomes of a permission with one constraint, and what of a prohibition: both see the same."""
    found = set()
    for name in ("ex:may", "ex:not"):
        rule = policy(f"{name} odrl:constraint [ {constraint} ] .")
        found.add(judge(rule, asked, state, more).rules[0].active.value)
    assert len(found) == 1
    return found.pop()
