"""TDMRep and its policies: reserved unless free for everybody, and nothing licensed that is restricted."""

import contextlib
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.documents import TermsDocument
from licet.documents.terms import Link, Relation
from licet.errors import DocumentInvalid, InputError
from licet.rights.formats.base import Format, Imported
from licet.rights.formats.tdm import policy as tdmpolicy
from licet.rights.formats.tdm import reservation as tdmrep
from licet.rights.formats.tdm.reservation import TDM, Reservation, of_headers, of_html, reservation_of
from licet.rights.odrl_words import TDM_PROFILE
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use
from tests.unit import strategies
from tests.unit.formats import check, plain

FREE = Payment(Kind.FREE)
POLICY = "https://press.example/policy.jsonld"
RESEARCH = {"leftOperand": "purpose", "operator": "eq", "rightOperand": "tdm:research"}
OPEN = Terms(TermsDocument("", TDM, ""), targets=("/open/",), payment=FREE)


def entries(*items: Any) -> Imported:
    return tdmrep.FORMAT.parse(json.dumps(items).encode())


def policy(*permissions: Any, **more: Any) -> Imported:
    """What a policy says."""
    written = {
        "@context": ["http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"],
        "@type": "Offer",
        "profile": "http://www.w3.org/ns/tdmrep",
        "uid": "https://press.example/policies/1",
        "permission": list(permissions),
    }
    return tdmpolicy.FORMAT.parse(json.dumps(written | more).encode())


@given(
    terms=(strategies.terms() | plain(strategies.assets)).map(
        lambda each: replace(
            each, document=replace(each.document, uses=each.document.uses | TDM, prohibited=Use(0))
        )
    )
)
def test_laws_of_policies(terms: Terms) -> None:
    assert check(tdmpolicy.FORMAT, [terms]) is not None


@given(terms=strategies.terms())
def test_a_policy_offers_all_of_mining_or_nothing(terms: Terms) -> None:
    if terms.document.uses & TDM == TDM:
        tdmpolicy.FORMAT.write([terms])
    else:
        with pytest.raises(InputError, match="mining as a whole"):
            tdmpolicy.FORMAT.write([terms])


def test_a_file_of_a_publisher() -> None:
    found = entries(
        {"location": "/open/", "tdm-reservation": 0},
        {"location": "/", "tdm-reservation": 1, "tdm-policy": POLICY},
    )
    link = Link(Relation.LICENSE, POLICY)
    assert found.terms == (
        OPEN,
        Terms(TermsDocument("", Use(0), "", prohibited=TDM, links=(link,)), targets=("/",)),
    )
    assert not found.losses
    assert tdmrep.FORMAT.parse(tdmrep.FORMAT.write(found.terms).data) == found


@pytest.mark.parametrize(
    "terms",
    [
        replace(OPEN, payment=None),
        replace(OPEN, payment=Payment(Kind.SALE, 1, "EUR")),
        replace(OPEN, licensee="https://lab.example/"),
        replace(OPEN, document=TermsDocument("", TDM & ~Use.MINE, "")),
        replace(OPEN, document=TermsDocument("", TDM, "", models=("small",))),
    ],
)
def test_what_is_not_free_for_everybody_is_reserved(terms: Terms) -> None:
    assert not reservation_of(OPEN).reserved
    assert reservation_of(terms).reserved
    assert tdmrep.FORMAT.parse(tdmrep.FORMAT.write([terms]).data).terms[0].document.prohibited == TDM


def test_a_permission_behind_a_reservation_is_none() -> None:
    """The first entry that matches counts."""
    found = entries({"location": "/", "tdm-reservation": 1}, {"location": "/open/", "tdm-reservation": 0})
    assert [each.targets for each in found.terms] == [("/",)]
    assert [loss.member for loss in found.losses] == ["location"]
    reserved = Terms(TermsDocument("", Use(0), "", prohibited=TDM), targets=("/",))
    with pytest.raises(InputError, match="put the narrower first"):
        tdmrep.FORMAT.write([reserved, OPEN])
    assert tdmrep.FORMAT.write([OPEN, reserved])


@pytest.mark.parametrize(
    ("entry", "lost"),
    [
        ({"location": "/", "tdm-reservation": 2}, "tdm-reservation"),
        ({"location": "/", "tdm-reservation": "0"}, "tdm-reservation"),
        ({"location": "/", "tdm-reservation": False}, "tdm-reservation"),
        ({"location": "/"}, "tdm-reservation"),
        ({"tdm-reservation": 0}, "location"),
        ({"location": "", "tdm-reservation": 0}, "location"),
        ({"location": ["/"], "tdm-reservation": 0}, "location"),
        ("text", "location"),
    ],
)
def test_wrong_entries_say_nothing(entry: Any, lost: str) -> None:
    found = entries(entry)
    assert found.terms == ()
    assert [loss.member for loss in found.losses] == [lost]


def test_whatever_else_an_entry_has_is_named() -> None:
    found = entries(
        {"location": "/a", "tdm-reservation": 0, "tdm-policy": POLICY},
        {"location": "/b", "tdm-reservation": 1, "tdm-policy": "policy.json", "note": "x"},
    )
    assert [(loss.member, loss.index) for loss in found.losses] == [
        ("tdm-policy", 0),
        ("note", 1),
        ("tdm-policy", 1),
    ]
    assert found.terms[1].document.prohibited == TDM


def test_fields() -> None:
    reserved = Reservation(True, POLICY)
    assert reserved.headers() == {"tdm-reservation": "1", "tdm-policy": POLICY}
    assert Reservation(False).headers() == {"tdm-reservation": "0"}
    assert of_headers({"TDM-Reservation": " 1 ", "TDM-Policy": POLICY}) == reserved
    assert of_headers({"tdm-reservation": "0", "tdm-policy": POLICY}) == Reservation(False)
    assert of_headers({"tdm-policy": POLICY}) is None
    assert of_headers({"tdm-reservation": "0, 1"}) is None
    with pytest.raises(InputError, match="no URL that a field could hold"):
        Reservation(True, "https://a.example/\r\nSet-Cookie: a=b").headers()


def test_pages() -> None:
    reserved = Reservation(True, 'https://press.example/?a="&b=<')
    page = f"<html><head>{reserved.meta()}</head><body><p>Text</body></html>".encode()
    assert of_html(page) == reserved
    twice = b'<META NAME="TDM-Reservation" CONTENT="0"><meta name=tdm-reservation content=1>'
    assert of_html(twice) == Reservation(False)
    for noise in (b"", b"\0", b"\xff\xfe", b"<", b"<meta>", b"<meta name=tdm-reservation>", b"<a>" * 100_000):
        assert of_html(noise) is None
    with pytest.raises(DocumentInvalid):
        of_html(bytes(5 << 20))


# Policies.


def test_a_policy_that_asks_for_consent() -> None:
    found = policy(
        {"target": "https://press.example/news", "action": "tdm:mine", "duty": [{"action": "obtainConsent"}]},
        assigner={
            "uid": "https://press.example",
            "vcard:fn": "The Press",
            "vcard:hasEmail": "mailto:tdm@press.example",
            "vcard:hasURL": "https://press.example/tdm",
        },
    )
    (terms,) = found.terms
    assert terms.licensor == "https://press.example"
    assert terms.targets == ("https://press.example/news",)
    assert terms.document.uses == TDM
    assert terms.payment is None
    assert {link.href for link in terms.document.links} == {
        "mailto:tdm@press.example",
        "https://press.example/tdm",
    }
    assert [loss.member for loss in found.losses] == ["vcard:fn", "duty"]


def test_a_policy_without_duties_is_free() -> None:
    found = policy({"action": "http://www.w3.org/ns/tdmrep#mine"}, {"action": [{"@id": "tdm:mine"}]})
    assert [each.payment for each in found.terms] == [FREE, FREE]


@pytest.mark.parametrize(
    "permission",
    [
        {"action": "tdm:mine", "constraint": [RESEARCH]},
        {"action": "tdm:mine", "assignee": "https://lab.example"},
        {"action": "tdm:mine", "duty": [{"action": "attribute"}]},
        {"action": "tdm:mine", "duty": [{"action": "compensate", "constraint": {}}]},
        {"action": "tdm:mine", "duty": ["obtainConsent"]},
        {"action": "use"},
        {"action": {"@id": "tdm:mine", "refinement": []}},
        {"action": "tdm:mine", "target": {"@id": "urn:x"}},
        {},
        "tdm:mine",
    ],
)
def test_a_permission_that_terms_cannot_hold_is_left_out(permission: Any) -> None:
    found = policy(permission)
    assert found.terms == ()
    assert found.losses


def test_restrictions_of_a_whole_policy_take_its_permissions_away() -> None:
    for name in ("prohibition", "obligation", "assignee", "inheritFrom"):
        found = policy({"action": "tdm:mine"}, **{name: [{"action": "tdm:mine"}]})
        assert found.terms == ()
        assert name in {loss.member for loss in found.losses}


@pytest.mark.parametrize(
    ("payment", "limited", "duty"),
    [
        (FREE, {}, None),
        (FREE, {"duration": 60}, "obtainConsent"),
        (None, {}, "obtainConsent"),
        (Payment(Kind.SALE, 1, "EUR"), {}, "compensate"),
    ],
)
def test_duties(payment: Payment | None, limited: dict[str, Any], duty: str | None) -> None:
    terms = replace(OPEN, payment=payment, **limited)
    (permission,) = json.loads(tdmpolicy.FORMAT.write([terms]).data)["permission"]
    assert permission.get("duty") == ([{"action": duty}] if duty else None)


def test_a_policy_is_of_one_licensor() -> None:
    assert len(tdmpolicy.FORMAT.parse(tdmpolicy.FORMAT.write([OPEN, OPEN]).data).terms) == 2
    with pytest.raises(InputError, match="write these one by one"):
        tdmpolicy.FORMAT.write([OPEN, replace(OPEN, licensor="https://other.example/")])


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"@type": "Set", "profile": "http://www.w3.org/ns/tdmrep"}',
        b'{"@type": "Offer"}',
        b'{"@type": "Offer", "@type": "Offer", "profile": "http://www.w3.org/ns/tdmrep"}',
        b'{"@type": "Offer", "profile": "http://www.w3.org/ns/tdmrep", "uid": "\\ud800"}',
        b'{"@type": "Offer", "profile": "http://www.w3.org/ns/tdmrep", "x": 1' + b"0" * 1_000_000 + b"}",
        b'{"@type": "Offer", "profile": "http://www.w3.org/ns/tdmrep", "x": 1e400}',
        json.dumps({"@type": "Offer", "profile": TDM_PROFILE, "permission": [{}] * 1001}).encode(),
    ],
)
def test_what_is_no_policy_is_refused(document: bytes) -> None:
    with pytest.raises(DocumentInvalid):
        tdmpolicy.FORMAT.parse(document)


@pytest.mark.parametrize("form", [tdmrep.FORMAT, tdmpolicy.FORMAT], ids=lambda form: form.name)
@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"[" + b"1" * 1_000_000 + b"]",
        b'[{"location": "/", "location": "/", "tdm-reservation": 0}]',
        b'[{"location": "/\\ud800", "tdm-reservation": 0}]',
        b"[NaN]",
        b"[" + b"{}," * 2000 + b"{}]",
        "[]".encode("utf-16"),
        bytes(5 << 20),
    ],
)
def test_hostile_json_is_refused_at_once(form: Format, document: bytes) -> None:
    started = time.process_time()
    with pytest.raises(DocumentInvalid):
        form.parse(document)
    assert time.process_time() - started < 5


def test_many_patterns_cost_little() -> None:
    stars = "/" + "a*" * 2000 + "b"
    started = time.process_time()
    entries(
        *[{"location": stars, "tdm-reservation": 1}] * 100,
        *[{"location": "/" + "a" * 2000, "tdm-reservation": 0}] * 100,
    )
    assert time.process_time() - started < 15


KEYS = st.sampled_from(["action", "duty", "target", "location", "tdm-reservation", "@id"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["tdm:mine", "/", "Offer", POLICY, ""]),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(KEYS, children),
)


@given(first=JSON, second=JSON)
def test_noise_is_refused_or_read(first: Any, second: Any) -> None:
    entries(first, second)
    policy(first, assigner=second)
    with contextlib.suppress(DocumentInvalid):
        tdmpolicy.FORMAT.parse(json.dumps({"@type": first, "profile": second}).encode())
