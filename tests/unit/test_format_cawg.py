"""CAWG's assertion: a use is allowed only where nothing is asked for it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from licet.documents import TermsDocument
from licet.errors import DocumentInvalid
from licet.rights.conditions import Conditions
from licet.rights.formats.cawg import FORMAT
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use
from licet.rights.vocabulary import CAWG
from tests.unit.formats import HOSTILE_JSON, check_refused

OURS = Use(sum(CAWG.values()))
FREE = Terms(TermsDocument("", Use.TRAIN | Use.SEARCH, "", prohibited=Use.TRAIN_GENERATIVE))


def entries(of: Terms) -> dict[str, Any]:
    assertion = json.loads(FORMAT.write([of]).data)
    assert assertion["label"] == "cawg.training-mining"
    return dict(assertion["data"]["entries"])


def assertion(label: str = "cawg.training-mining", **found: object) -> bytes:
    named = {name.replace("_", ".", 1): entry for name, entry in found.items()}
    return json.dumps({"label": label, "data": {"entries": named}}).encode()


def test_what_nothing_is_asked_for_is_allowed() -> None:
    assert entries(FREE) == {
        "cawg.ai_training": {"use": "allowed"},
        "cawg.ai_generative_training": {"use": "notAllowed"},
    }
    assert {loss.member for loss in FORMAT.write([FREE]).losses} == {"uses.search"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"payment": Payment(Kind.SALE, 25_500_000, "USD", 6)}, "It costs 25.50 USD, paid once."),
        ({"payment": Payment(Kind.METERED, 2, "EUR", 2, "crawl")}, "It costs 0.02 EUR, paid for each crawl."),
        ({"licensee": "did:web:model.example"}, "Licensed to did:web:model.example."),
        ({"end": 1_800_000_000}, "Licenses are sold until 15 January 2027, 08:00 UTC."),
        ({"end": (1 << 40) - 1}, "Licenses are sold until second 1,099,511,627,775 since 1970."),
        ({"duration": 30 * 86_400}, "A license runs for 30 days."),
        ({"supply": 3}, "At most 3 licenses will be sold."),
        (
            {"conditions": Conditions(resale_bps=1_000)},
            "At a resale, 10 % is asked for the licensor's side.",
        ),
        (
            {"conditions": Conditions(report_within=60)},
            "Use must be reported at least every 1 minute, or the license may be revoked.",
        ),
        ({"document": replace(FREE.document, territories=("DE", "FR"))}, "Only in these countries: DE, FR."),
        (
            {"document": replace(FREE.document, attribution="(c) Ada")},
            "This credit must be given: “(c) Ada”.",
        ),
        ({"document": replace(FREE.document, text="Ask first.")}, "Ask first."),
    ],
)
def test_whatever_is_asked_for_constrains(change: dict[str, Any], words: str) -> None:
    changed = replace(FREE, **change)
    assert entries(changed)["cawg.ai_training"] == {"use": "constrained", "constraint_info": words}
    (back,) = FORMAT.parse(FORMAT.write([changed]).data).terms
    assert (back.document.uses, back.document.prohibited) == (Use(0), Use.TRAIN_GENERATIVE)
    assert back.document.text == words


def test_a_free_license_asks_for_nothing() -> None:
    assert entries(replace(FREE, payment=Payment(Kind.FREE)))["cawg.ai_training"] == {"use": "allowed"}


def test_a_long_text_is_cut_as_the_standard_asks_and_announced() -> None:
    long = replace(FREE, document=replace(FREE.document, text="x" * 20_000))
    assert len(entries(long)["cawg.ai_training"]["constraint_info"]) == 10_000
    assert "text" in {loss.member for loss in FORMAT.write([long]).losses}


def test_the_standards_own_entries() -> None:
    read = FORMAT.parse(
        assertion(
            cawg_ai_training={"use": "allowed"},
            cawg_ai_generative_training={"use": "notAllowed"},
            cawg_data_mining={"use": "constrained", "constraint_info": "contact@rights.example"},
            cawg_ai_inference={"use": "constrained"},
        )
    )
    (found,) = read.terms
    assert found.document.uses == Use.TRAIN
    assert found.document.prohibited == Use.TRAIN_GENERATIVE | Use.AUGMENT
    assert found.document.text == "contact@rights.example"
    (loss,) = read.losses
    assert loss.member == "cawg.data_mining"
    assert "contact@rights.example" in loss.reason


def test_the_older_assertion_and_the_other_name_of_a_constraint() -> None:
    (found,) = FORMAT.parse(
        assertion(
            "c2pa.training-mining__2",
            c2pa_ai_training={"use": "notAllowed"},
            c2pa_data_mining={"use": "allowed"},
            c2pa_ai_inference={"use": "constrained", "constraints_info": "Ask."},
        )
    ).terms
    assert found.document == TermsDocument("", Use.MINE, "Ask.", prohibited=Use.TRAIN)


def test_where_both_names_of_an_entry_disagree_the_prohibition_holds() -> None:
    (found,) = FORMAT.parse(
        assertion(cawg_ai_training={"use": "allowed"}, c2pa_ai_training={"use": "notAllowed"})
    ).terms
    assert found.document == TermsDocument("", Use(0), "", prohibited=Use.TRAIN)


def test_what_cannot_be_held_is_named() -> None:
    read = FORMAT.parse(
        b'{"entries": {"com.example.resale": {"use": "allowed"}, "cawg.ai_training": '
        b'{"use": "allowed", "constraint_info": "x", "until": 2030}}, "metadata": {"score": 0.5}}'
    )
    assert {loss.member for loss in read.losses} == {
        "com.example.resale",
        "cawg.ai_training.until",
        "cawg.ai_training.constraint_info",
        "metadata",
    }
    assert read.terms[0].document.uses == Use.TRAIN


def test_the_only_assertion_of_a_manifest_is_read() -> None:
    ours = json.loads(assertion(cawg_ai_training={"use": "notAllowed"}))
    manifest = {"title": "A poem", "assertions": [{"label": "c2pa.actions", "data": {}}, ours]}
    data = json.dumps(manifest).encode()
    assert FORMAT.sniff(data)
    assert FORMAT.parse(data).terms[0].document.prohibited == Use.TRAIN
    with pytest.raises(DocumentInvalid, match="2 assertions"):
        FORMAT.parse(json.dumps({"assertions": [ours, ours]}).encode())


@pytest.mark.parametrize("data", HOSTILE_JSON.values(), ids=HOSTILE_JSON)
def test_hostile_documents_are_refused(data: bytes) -> None:
    check_refused(FORMAT, data)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"label": "cawg.identity", "data": {"entries": {"cawg.ai_training": {"use": "allowed"}}}},
        {"label": "cawg.training-mining", "data": []},
        {"label": "cawg.training-mining", "data": {"entries": {}}},
        {"label": "cawg.training-mining", "data": {"entries": {"cawg.ai_training": "allowed"}}},
        {"entries": {f"com.example.{n}": {"use": "allowed"} for n in range(1001)}},
        {"label": "cawg.training-mining", "data": {"entries": {"cawg.ai_training": {"use": "yes"}}}},
        {"label": "cawg.training-mining", "data": {"entries": {"training": {"use": "allowed"}}}},
        {"entries": {"cawg.ai_training": {"use": "constrained", "constraint_info": 5}}},
        {"assertions": []},
        {"assertions": [{"label": ["cawg.training-mining"]}]},
    ],
)
def test_what_the_schema_refuses(data: object) -> None:
    check_refused(FORMAT, json.dumps(data).encode())
