"""ODRL holds all that terms say, and nothing read from it is wider than what was written."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pyld import jsonld
from rdflib import Dataset, URIRef
from rdflib.namespace import DCTERMS, ODRL2, RDF
from rdflib.term import Node

from licet.documents import TermsDocument
from licet.documents.terms import Link, Relation, User
from licet.errors import DocumentInvalid, InputError
from licet.rights.conditions import Conditions
from licet.rights.formats.base import Imported
from licet.rights.formats.odrl import FORMAT
from licet.rights.formats.odrl.profile import PROFILE
from licet.rights.odrl_words import CONTEXT, LICET
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import SETS, Use
from licet.types import ZERO_HASH
from tests.unit.strategies import documents, names, terms

REMOTE = "http://www.w3.org/ns/odrl.jsonld"
ODRL = str(ODRL2)
DOCUMENT = TermsDocument("Rings", Use.TRAIN, "As agreed.")


def policy(**members: Any) -> bytes:
    """A stranger's policy, in the Recommendation's own context."""
    return json.dumps({"@context": REMOTE, "@type": "Set", "uid": "https://x.example/p"} | members).encode()


def permission(**members: Any) -> bytes:
    """A stranger's policy with one permission, to mine."""
    rule = {"target": "https://x.example/a", "action": "data-mining"} | members
    return policy(permission=[rule])


def limit(left: str, operator: str, right: object, **more: Any) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right, **more}


def triples_of(data: bytes) -> Iterator[tuple[Node, Node]]:
    """The predicates and objects of a document's triples."""
    yield from ((predicate, value) for _, predicate, value, _ in Dataset().parse(data=data, format="json-ld"))


def only(data: bytes) -> Terms:
    (found,) = FORMAT.parse(data).terms
    return found


def lost(imported: Imported) -> dict[str, str]:
    return {loss.member: loss.reason for loss in imported.losses}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(terms(), min_size=1, max_size=3))
def test_all_that_terms_say_comes_back(several: list[Terms]) -> None:
    exported = FORMAT.write(several)
    assert not exported.losses
    assert FORMAT.sniff(exported.data)
    imported = FORMAT.parse(exported.data)
    assert imported.terms == tuple(several)
    assert not imported.losses


odd = names | st.sampled_from(
    [
        "/articles/*",
        "https://x.example/*.png$",
        "dct:title",
        "licet:nothing",
        "urn:licet:odrl:beside",
        "urn:iso:std:iso:4217:USD",
        "_:b0",
        "@type",
        "https://x.example/a b",
        "USD",
        "relative",
    ]
)
moments = st.integers(0, 1 << 60)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    documents(),
    st.sets(odd, max_size=3),
    odd,
    odd,
    odd,
    odd,
    st.lists(moments, min_size=5, max_size=5),
    st.data(),
)
def test_names_that_are_no_iris_and_distant_times_come_back(
    document: TermsDocument,
    targets: set[str],
    licensor: str,
    licensee: str,
    currency: str,
    unit: str,
    times: list[int],
    data: st.DataObject,
) -> None:
    kind = data.draw(st.sampled_from([Kind.SALE, Kind.SUBSCRIPTION, Kind.METERED]))
    payment = Payment(kind, 1, currency, 77, unit if kind == Kind.METERED else "")
    links = (Link(Relation.LICENSE, "dct:x"), Link(Relation.PROOF, "https://x.example/{a}|<b>"))
    said = Terms(
        replace(document, retention=times[4], links=links, models=(unit,)),
        tuple(sorted(targets)),
        licensor,
        licensee,
        payment,
        *times[:4],
        supply=times[4],
    )
    assert only(FORMAT.write([said]).data) == said


# rdflib's own reader of JSON-LD uses what rdflib deprecates.
@pytest.mark.filterwarnings(
    "ignore:(Dataset.default_context|ConjunctiveGraph) is deprecated:DeprecationWarning"
)
@given(terms())
def test_the_triples_use_odrl_dublin_core_and_the_profile_alone(said: Terms) -> None:
    document = FORMAT.write([said]).data
    triples = list(triples_of(document))
    profile = {f"{LICET}{word}" for words in PROFILE.values() for word in words}
    profile |= {f"{LICET}{name}" for name in [*Conditions(salt=ZERO_HASH).to_json(), "account", "share"]}
    ontology = {str(term) for term in dir(ODRL2)}
    dublin_core = {str(term) for term in dir(DCTERMS)}
    assert triples
    for predicate, value in triples:
        known = str(predicate) in ontology | profile or predicate == RDF.value or predicate == RDF.type
        assert known or str(predicate) in dublin_core, predicate
        if predicate == RDF.type:
            assert str(value) in ontology, value
        elif isinstance(value, URIRef) and str(value).startswith(LICET) and value != URIRef(LICET):
            assert str(value) in profile, value


@given(terms())
def test_it_expands_without_the_network(said: Terms) -> None:
    def refuse(url: str, options: object) -> object:
        raise AssertionError(url)

    expanded = jsonld.expand(json.loads(FORMAT.write([said]).data), {"documentLoader": refuse})
    assert len(expanded) == 1


def test_a_policy_as_it_is_written() -> None:
    said = Terms(
        replace(
            DOCUMENT, uses=SETS["ai-training"] | Use.INDEX, territories=("DE", "FR"), prohibited=Use.SEARCH
        ),
        ("eip155:1/erc721:0x11/5",),
        "did:pkh:eip155:1:0x22",
        payment=Payment(Kind.SALE, 2550, "USD", 2),
        duration=86400,
    )
    written = json.loads(FORMAT.write([said]).data)
    assert written["@type"] == "Offer"
    assert written["@id"] == written["uid"]
    assert written["conflict"] == "prohibit"
    assert written["target"] == ["eip155:1/erc721:0x11/5"]
    (rule,) = written["permission"]
    assert rule["action"] == ["ai-training", "index"]
    assert rule["constraint"][0]["rightOperand"] == ["DE", "FR"]
    assert rule["constraint"][1]["rightOperand"] == {"@value": "PT86400S", "@type": "xsd:duration"}
    amount = rule["duty"][0]["action"]["refinement"][0]
    assert amount["rightOperand"] == {"@value": "25.50", "@type": "xsd:decimal"}
    assert amount["unit"] == {"@id": "urn:iso:std:iso:4217:USD"}
    assert written["prohibition"][0]["action"] == ["search"]


def test_half_of_an_action_is_a_narrower_action_that_says_what_it_is_part_of() -> None:
    written = json.loads(FORMAT.write([Terms(replace(DOCUMENT, uses=Use.TRAIN | Use.MINE))]).data)
    actions = {item["@id"]: item["includedIn"] for item in written["permission"][0]["action"]}
    assert actions == {"licet:mine": "data-mining", "licet:train-non-generative": "ai-training"}


def test_use_itself_is_never_permitted_in_writing() -> None:
    """It would permit to print, to play and to translate."""
    written = json.loads(FORMAT.write([Terms(replace(DOCUMENT, uses=Use(sum(Use))))]).data)
    assert "use" not in written["permission"][0]["action"]


@pytest.mark.parametrize(
    ("licensor", "licensee", "payment", "kind"),
    [
        ("did:x:a", "did:x:b", None, "Agreement"),
        ("did:x:a", "", Payment(Kind.FREE), "Offer"),
        ("did:x:a", "", None, "Set"),
        ("", "did:x:b", None, "Set"),
        ("", "", Payment(Kind.FREE), "Set"),
    ],
)
def test_kinds_of_policy(licensor: str, licensee: str, payment: Payment | None, kind: str) -> None:
    said = Terms(DOCUMENT, licensor=licensor, licensee=licensee, payment=payment)
    assert json.loads(FORMAT.write([said]).data)["@type"] == kind


def test_equal_policies_stay_apart() -> None:
    said = Terms(DOCUMENT)
    written = json.loads(FORMAT.write([said, said]).data)
    first, second = (item["@id"] for item in written["@graph"])
    assert second == f"{first}:2"


PREFIXED = {
    "@context": {"o": ODRL, "dc": str(DCTERMS), "x": "http://www.w3.org/2001/XMLSchema#"},
    "@graph": [
        {"@id": "https://x.example/rule", "o:constraint": {"@id": "_:where"}, "o:duty": [{"@id": "_:pay"}]},
        {
            "@id": "https://x.example/p",
            "@type": ["o:Offer", "o:Policy"],
            "dc:title": {"@value": "Annual", "@language": "en"},
            "dc:license": {"@id": "https://x.example/license"},
            "o:assigner": {"@id": "https://x.example/museum"},
            "o:permission": {"@id": "https://x.example/rule"},
        },
        {
            "@id": "https://x.example/rule",
            "o:target": {"@id": "https://x.example/b"},
            "o:action": [{"@id": "o:ai-training"}, {"@id": "o:display"}],
        },
        {"@id": "https://x.example/rule", "o:target": [{"@id": "https://x.example/a"}]},
        {
            "@id": "_:where",
            "o:leftOperand": {"@id": "o:spatial"},
            "o:operator": {"@id": "o:isAnyOf"},
            "o:rightOperand": {"@list": ["FR", "de"]},
        },
        {
            "@id": "_:pay",
            "o:action": {
                "http://www.w3.org/1999/02/22-rdf-syntax-ns#value": {"@id": "o:compensate"},
                "o:refinement": {
                    "o:leftOperand": {"@id": "o:payAmount"},
                    "o:operator": {"@id": "o:eq"},
                    "o:rightOperand": 10.5,
                    "o:unit": {"@id": "http://dbpedia.org/resource/Euro"},
                },
            },
            "o:constraint": {
                "o:leftOperand": {"@id": "o:timeInterval"},
                "o:operator": {"@id": "o:eq"},
                "o:rightOperand": {"@value": "P30D", "@type": "x:duration"},
            },
        },
    ],
}


def test_other_prefixes_single_values_and_nodes_told_in_pieces() -> None:
    imported = FORMAT.parse(json.dumps(PREFIXED).encode())
    assert imported.terms == (
        Terms(
            TermsDocument(
                "Annual",
                SETS["ai-training"] | Use.DISPLAY,
                "",
                territories=("DE", "FR"),
                links=(Link(Relation.LICENSE, "https://x.example/license"),),
            ),
            ("https://x.example/a", "https://x.example/b"),
            "https://x.example/museum",
            payment=Payment(Kind.SUBSCRIPTION, 105, "http://dbpedia.org/resource/Euro", 1),
            duration=30 * 86400,
        ),
    )


def test_properties_of_the_policy_are_its_rules() -> None:
    data = policy(
        target="https://x.example/a", assigner="https://x.example/m", action="index", permission=[{}]
    )
    said = only(data)
    assert (said.targets, said.licensor) == (("https://x.example/a",), "https://x.example/m")
    assert said.document.uses == Use.INDEX


def test_an_asset_may_name_its_policy() -> None:
    data = {
        "@context": REMOTE,
        "@id": "https://x.example/a",
        "hasPolicy": {"@id": "https://x.example/p", "@type": "Set", "permission": {"action": "index"}},
    }
    assert only(json.dumps(data).encode()).targets == ("https://x.example/a",)


def test_permissions_with_other_limits_are_terms_of_their_own() -> None:
    target = {"target": "https://x.example/a"}
    here = limit("spatial", "eq", "DE")
    rules = [{**target, "action": "index"}, {**target, "action": "gen-ai", "constraint": here}]
    imported = FORMAT.parse(policy(permission=[*rules, {**target, "action": "search"}]))
    assert [(said.document.uses, said.document.territories) for said in imported.terms] == [
        (Use.INDEX | Use.SEARCH, ()),
        (Use.TRAIN_GENERATIVE, ("DE",)),
    ]


def test_a_policy_to_be_passed_on_is_not_in_force() -> None:
    inner = {"@id": "https://x.example/next", "@type": "Set", "permission": {"target": "https://x.example/a"}}
    rule = {"target": "https://x.example/a", "action": "index"}
    passed_on = {**rule, "duty": {"action": "nextPolicy", "target": inner | {"action": "use"}}}
    imported = FORMAT.parse(policy(permission=[{**rule, "action": "search"}, passed_on]))
    assert [said.document.uses for said in imported.terms] == [Use.SEARCH]
    assert "not taken to be in force" in lost(imported)["odrl:Policy"]


PERMITTED = st.sampled_from(["use", "data-mining", "ai-training", "gen-ai", "ai-augment", "index", "derive"])
STRANGE: list[dict[str, Any]] = [
    {"constraint": limit("purpose", "eq", "research")},
    {"constraint": limit("industry", "eq", "health")},
    {"constraint": limit("count", "lteq", 5)},
    {"constraint": limit("spatial", "eq", "EU-ish")},
    {"constraint": limit("spatial", "isAllOf", ["DE", "FR"])},
    {"constraint": limit("spatial", "eq", {"@id": "https://x.example/de"})},
    {"constraint": limit("dateTime", "gteq", "2027-01-01T00:00:00Z")},
    {"constraint": limit("elapsedTime", "lteq", "PT0S")},
    {"constraint": limit("elapsedTime", "gteq", "P1D")},
    {"constraint": limit("elapsedTime", "lteq", "soon")},
    {"constraint": limit("recipient", "eq", {"@id": "https://x.example/friends"})},
    {"constraint": [limit("spatial", "eq", "DE"), limit("spatial", "eq", "FR")]},
    {"constraint": {"or": [limit("spatial", "eq", "DE"), limit("spatial", "eq", "FR")]}},
    {"constraint": {"and": [{"xone": [limit("spatial", "eq", "DE")]}]}},
    {
        "constraint": {
            "leftOperand": "spatial",
            "operator": "eq",
            "rightOperandReference": "https://x.example/",
        }
    },
    {"constraint": limit("https://x.example/mood", "eq", "good")},
    {"constraint": {}},
    {"constraint": "https://x.example/elsewhere"},
    {"duty": {"action": "compensate"}},
    {"duty": {"action": "attribute"}},
    {"duty": {"action": "delete"}},
    {"duty": {"action": "obtainConsent"}},
    {"duty": {"action": "https://x.example/dance"}},
    {"duty": {"action": ["attribute", "inform"]}},
    {
        "duty": {
            "action": {"rdf:value": {"@id": "odrl:compensate"}, "refinement": limit("payAmount", "gteq", 5)}
        }
    },
    {
        "duty": {
            "action": {"rdf:value": {"@id": "odrl:compensate"}, "refinement": limit("payAmount", "eq", 5)}
        }
    },
    {"duty": {"action": "inform", "informedParty": "https://x.example/third"}},
    {"duty": {"action": "delete", "constraint": limit("event", "eq", "end")}},
    {"duty": "https://x.example/elsewhere"},
    {"assignee": {"@type": "PartyCollection", "source": "https://x.example/", "refinement": {}}},
    {"assignee": {"@type": "Party"}},
    {"target": {"@type": "AssetCollection", "source": "https://x.example/", "refinement": {}}},
    {"https://x.example/only": "on Tuesdays"},
    {"relation": "https://x.example/other"},
    {"maxCount": 5},
    {"constrain": limit("spatial", "eq", "DE")},
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("strange", STRANGE, ids=lambda members: json.dumps(members)[:60])
@given(action=PERMITTED)
def test_a_permission_whose_limit_cannot_be_said_is_left_out(strange: dict[str, Any], action: str) -> None:
    plain = {"target": "https://x.example/b", "action": "search"}
    limited = {"target": "https://x.example/a", "action": action, **strange}
    imported = FORMAT.parse(policy(permission=[plain, limited]))
    (said,) = imported.terms
    assert (said.targets, said.document.uses) == (("https://x.example/b",), Use.SEARCH)
    assert any("left out" in reason for reason in lost(imported).values())


@pytest.mark.parametrize(
    "members",
    [
        {"@type": "Request"},
        {"@type": "Ticket"},
        {"inheritFrom": "https://x.example/parent"},
        {"obligation": {"action": "https://x.example/dance"}},
        {"constraint": limit("spatial", "eq", "DE")},
        {
            "prohibition": {"target": "https://x.example/a", "action": "https://x.example/all"},
            "conflict": "prohibit",
        },
        {"prohibition": {"target": "https://x.example/a"}, "conflict": "prohibit"},
        {"prohibition": "https://x.example/elsewhere", "conflict": "prohibit"},
        {"prohibition": {"target": "https://x.example/a", "action": "use"}},
        {
            "prohibition": {"action": "use", "constraint": limit("spatial", "eq", "DE")},
            "conflict": "prohibit",
        },
    ],
    ids=lambda members: json.dumps(members)[:60],
)
def test_a_policy_that_permits_nothing_certain_permits_nothing(members: dict[str, Any]) -> None:
    rule = {"target": "https://x.example/a", "action": "data-mining"}
    # Some of these policies prohibit something, or else nothing is left of them.
    also = {"target": "https://x.example/b", "action": "search"}
    rules = [also, *([members["prohibition"]] if "prohibition" in members else [])]
    found = FORMAT.parse(policy(permission=rule, **members | {"prohibition": rules})).terms
    assert found
    assert all(not said.document.uses for said in found)


def test_an_offer_to_somebody_alone_is_not_an_offer_to_all() -> None:
    rule = {"target": "https://x.example/a", "action": "index"}
    with pytest.raises(DocumentInvalid, match="for somebody alone"):
        FORMAT.parse(policy(**{"@type": "Offer"}, assignee="https://x.example/b", permission=rule))


def settled(conflict: str | None) -> list[tuple[Use, Use]]:
    rules = {
        "permission": {"target": "https://x.example/a", "action": "data-mining"},
        "prohibition": {"target": "https://x.example/a", "action": ["gen-ai", "search"]},
    }
    found = FORMAT.parse(policy(**rules, **({} if conflict is None else {"conflict": conflict}))).terms
    return [(said.document.uses, said.document.prohibited) for said in found]


def test_what_wins_where_permitted_and_prohibited_meet() -> None:
    mining = SETS["data-mining"]
    both = Use.TRAIN_GENERATIVE | Use.SEARCH
    assert settled("prohibit") == [(mining & ~Use.TRAIN_GENERATIVE, both)]
    assert settled("perm") == [(mining, Use.SEARCH)]
    assert settled(None) == settled("invalid") == [(Use(0), both)]


def test_a_prohibition_within_limits_takes_from_the_permission_but_prohibits_nothing() -> None:
    rules = {
        "permission": {"target": "https://x.example/a", "action": "data-mining"},
        "prohibition": {
            "target": "https://x.example/a",
            "action": "gen-ai",
            "constraint": limit("spatial", "eq", "DE"),
        },
        "conflict": "prohibit",
    }
    imported = FORMAT.parse(policy(**rules))
    assert imported.terms[0].document.uses == SETS["data-mining"] & ~Use.TRAIN_GENERATIVE
    assert not imported.terms[0].document.prohibited
    assert "odrl:constraint" in lost(imported)
    assert "train-generative" in lost(imported)["odrl:prohibition"]


def test_rules_of_other_targets_and_parties_stay_apart() -> None:
    rules = {
        "permission": [
            {"target": "https://x.example/a", "assignee": ["https://x.example/eve", "https://x.example/bob"]},
            {"target": "https://x.example/b"},
        ],
        "prohibition": {
            "target": "https://x.example/a",
            "assignee": "https://x.example/bob",
            "action": "gen-ai",
        },
        "conflict": "prohibit",
        "action": "ai-training",
    }
    found = {(said.targets, said.licensee): said.document for said in FORMAT.parse(policy(**rules)).terms}
    bob = found[("https://x.example/a",), "https://x.example/bob"]
    assert (bob.uses, bob.prohibited) == (Use.TRAIN, Use.TRAIN_GENERATIVE)
    assert found[("https://x.example/a",), "https://x.example/eve"].uses == SETS["ai-training"]
    assert found[("https://x.example/b",), ""].uses == SETS["ai-training"]


@pytest.mark.parametrize(
    ("members", "attribute", "value"),
    [
        ({"constraint": limit("spatial", "neq", "DE")}, "document.excluded_territories", ("DE",)),
        (
            {"constraint": limit("spatial", "isNoneOf", ["US", "CN"])},
            "document.excluded_territories",
            ("CN", "US"),
        ),
        (
            {
                "constraint": {
                    "and": [limit("spatial", "isAnyOf", ["DE", "FR"]), limit("spatial", "eq", "DE")]
                }
            },
            "document.territories",
            ("DE",),
        ),
        (
            {"constraint": limit("recipient", "eq", {"@id": f"{LICET}education"})},
            "document.users",
            (User.EDUCATION,),
        ),
        ({"constraint": limit("elapsedTime", "lteq", "P1Y")}, "duration", 365 * 86400),
        ({"constraint": limit("elapsedTime", "lt", "PT1H")}, "duration", 3599),
        (
            {"duty": {"action": "attribute", "attributedParty": "https://x.example/m"}},
            "document.attribution",
            "https://x.example/m",
        ),
        (
            {"duty": {"action": "delete", "constraint": limit("delayPeriod", "lteq", "P30D")}},
            "document.retention",
            30 * 86400,
        ),
        (
            {"duty": {"action": "inform", "constraint": limit("timeInterval", "lteq", "P1M")}},
            "conditions.report_within",
            28 * 86400,
        ),
        (
            {
                "assignee": "https://x.example/bob",
                "constraint": limit("dateTime", "lt", "2030-01-01T00:00:00Z"),
            },
            "until",
            1893455999,
        ),
        ({"constraint": limit("dateTime", "lteq", "2030-01-01")}, "until", 1893456000 - 14 * 3600),
        ({"action": ["index", "grantUse"]}, "conditions.sublicensable", True),
        ({"action": "cc:CommercialUse"}, "document.uses", Use.COMMERCIAL),
    ],
    ids=lambda value: json.dumps(value, default=str)[:60],
)
def test_limits_and_duties_that_can_be_said(members: dict[str, Any], attribute: str, value: object) -> None:
    imported = FORMAT.parse(permission(**members))
    (found,) = imported.terms
    got: Any = found
    for name in attribute.split("."):
        got = getattr(got, name)
    assert got == value
    assert not imported.losses


def test_what_only_describes_is_lost_by_its_name() -> None:
    data = policy(
        permission={"target": "https://x.example/a", "action": ["index", "print"], "rdfs:label": "Index"},
        profile="https://x.example/profile",
        **{"dct:creator": "Somebody", "dct:title": ["One", "Two"]},
    )
    imported = FORMAT.parse(data)
    assert imported.terms[0].document.title == "One"
    assert set(lost(imported)) == {"odrl:profile", "dct:creator", "dct:title", "odrl:print"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"1", "JSON-LD object expected"),
        (b"[1]", "no ODRL policy"),
        (b"{}", "no ODRL policy"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":1,"a":2}', "key 'a' twice"),
        (b'{"@context":"http://x.example/c","permission":{}}', "never fetched"),
        (b'{"@context":{"@import":"http://x.example/c"},"permission":{}}', "never fetched"),
        (b'{"@context":["http://www.w3.org/ns/odrl.jsonld",{"a":"b:x","b":"a:x"}],"a":1}', "[Cc]yclic"),
        (b'{"@context":{"@vocab":5}}', "JSON-LD"),
        (b'{"@context":{"a":{"@id":"http://x.example/","@context":{}}}}', "context inside a context"),
        (b'{"a":1e999}', "too large"),
        (b'{"a":' + b"9" * 5000 + b"}", "too large to be meant"),
        (b'{"a":NaN}', "or none"),
        (b'{"a":"\\ud800"}', "half a surrogate pair"),
        (b'{"\\udfff":1}', "half a surrogate pair"),
        (b"[" + b"1," * 300_000 + b"1]", "50,000 are the most"),
        (b'{"a":[' + b'{"@context":{}},' * 99 + b"1]}", "contexts are too many"),
        (
            b'{"@context":{' + b",".join(b'"t%d":"http://x.example/"' % n for n in range(3000)) + b"}}",
            "too large",
        ),
        (b'{"@context":{"x":"http://x.example/"},"constraint":5}', "gives 'constraint' a meaning"),
        (b'{"@context":{"duty":null},"duty":5}', "gives one of its properties a meaning"),
        (policy(permission=[{"@id": "https://x.example/r", "@reverse": {"constraint": {}}}]), "@reverse"),
        (policy(permission=[{"target": "https://x.example/a", "action": "print"}]), "odrl:print"),
        (b" " * (3 << 20), "2,097,152 bytes are the most"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_hostile_documents(data: bytes, message: str) -> None:
    FORMAT.sniff(data)
    with pytest.raises(DocumentInvalid, match=message):
        FORMAT.parse(data)


@pytest.mark.parametrize("shape", ["shared", "forked", "many"])
def test_what_would_take_too_long_is_refused(shape: str) -> None:
    here = limit("spatial", "isAnyOf", ["DE", "FR"])
    targets = [{"target": f"https://x.example/{n}", "action": "index"} for n in range(6000)]
    documents: dict[str, dict[str, Any]] = {
        "many": {"permission": targets},
        "shared": {
            "permission": [{**rule, "constraint": "_:c"} for rule in targets],
            "@included": {"@id": "_:c", "and": [here] * 2000},
        },
        "forked": {
            "permission": {**targets[0], "constraint": "_:c0"},
            "@included": [
                {
                    "@id": f"_:c{n}",
                    "and": [{"@id": f"_:c{n + 1}"}, *({"@id": f"_:d{n}-{k}"} for k in range(50))],
                }
                for n in range(7)
            ]
            + [{"@id": f"_:d{n}-{k}", "and": {"@id": f"_:c{n + 1}"}} for n in range(7) for k in range(50)]
            + [{"@id": "_:c7", **here}],
        },
    }
    with pytest.raises(DocumentInvalid, match=r"too often|5,000 different terms|too deeply"):
        FORMAT.parse(policy(**documents[shape]))


def test_what_is_too_large_to_be_read_is_not_written() -> None:
    with pytest.raises(InputError, match="are the most in one document"):
        FORMAT.write([Terms(replace(DOCUMENT, text="x" * (5 << 20)))])
    with pytest.raises(InputError, match="not valid Unicode"):
        FORMAT.write([Terms(replace(DOCUMENT, title="\ud800"))])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["@id", "@type", "@value", "@list", "@graph", "@context", "@included", *list(CONTEXT)]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["permission", "prohibition", "@context", "target", "duty"]), JSON))
def test_whatever_is_read_is_refused_in_words_or_can_be_written(members: dict[str, Any]) -> None:
    context = [REMOTE, *([members.pop("@context")] if isinstance(members.get("@context"), dict) else [])]
    data = json.dumps({"@context": context, **members}).encode()
    try:
        imported = FORMAT.parse(data)
    except DocumentInvalid:
        return
    assert not FORMAT.write(imported.terms).losses


@given(terms(), st.sampled_from(STRANGE))
def test_a_strange_limit_added_to_terms_leaves_nothing_permitted(
    said: Terms, strange: dict[str, Any]
) -> None:
    written = json.loads(FORMAT.write([said]).data)
    assume("permission" in written)
    written["permission"][0] |= {
        name: [*(current if isinstance(current, list) else [current]), value]
        for name, value in strange.items()
        for current in [written["permission"][0].get(name, [])]
    }
    written["@context"] = [REMOTE, written["@context"]]
    try:
        found = FORMAT.parse(json.dumps(written).encode()).terms
    except DocumentInvalid:
        return
    assert all(not each.document.uses for each in found)
