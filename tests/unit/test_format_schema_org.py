"""schema.org: whoever reads a page learns of the offer, and of the uses in words."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pyld import jsonld

from licet.documents import TermsDocument
from licet.documents.terms import Link, Relation, User
from licet.errors import InputError
from licet.rights.formats.schema_org import FORMAT
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use

SOLD = Terms(
    TermsDocument(
        "Training",
        Use.TRAIN,
        "You may train.",
        prohibited=Use.DISPLAY,
        territories=("DE", "FR"),
        users=(User.EDUCATION,),
        attribution="© Ada",
        links=tuple(Link(relation, f"https://a.example/{relation}") for relation in sorted(Relation)),
    ),
    targets=("https://poems.example/1",),
    licensor="did:web:ada.example",
    payment=Payment(Kind.METERED, 25, "EUR", 3, "crawl"),
    start=1_800_000_000,
    duration=86_400,
    supply=3,
)


def written(*of: Terms) -> dict[str, Any]:
    found = json.loads(FORMAT.write(of).data)
    assert found.pop("@context") == "https://schema.org"
    return dict(found)


def test_an_offer() -> None:
    page = {"@type": "CreativeWork"}
    assert written(SOLD) == {
        "@type": "CreativeWork",
        "@id": "https://poems.example/1",
        "creditText": "© Ada",
        "usageInfo": [
            page
            | {
                "abstract": "The licensee may train AI models that do not generate content. "
                "What is not said here is not licensed. It is forbidden to show the work in public. "
                "Only for schools and other places of education. Only in these countries: DE, FR. "
                "This credit must be given: “© Ada”. Whom to ask: https://a.example/contact "
                "Full text of the license: https://a.example/license "
                "What shows that the licensor may license this: https://a.example/proof "
                "Terms of service that apply besides: https://a.example/terms",
                "name": "Training",
                "text": "You may train.",
            },
            page | {"url": "https://a.example/terms"},
        ],
        "acquireLicensePage": [page | {"url": "https://a.example/contact"}],
        "license": [page | {"url": "https://a.example/license"}],
        "subjectOf": [page | {"url": "https://a.example/proof"}],
        "offers": {
            "@type": "Offer",
            "category": "License",
            "offeredBy": {"@id": "did:web:ada.example"},
            "priceSpecification": {
                "@type": "UnitPriceSpecification",
                "price": "0.025",
                "priceCurrency": "EUR",
                "description": "for each unit used",
                "unitText": "crawl",
            },
            "validFrom": "2027-01-15T08:00:00Z",
            "eligibleDuration": {"@type": "QuantitativeValue", "value": 86_400, "unitCode": "SEC"},
            "inventoryLevel": {"@type": "QuantitativeValue", "value": 3, "unitCode": "C62"},
            "eligibleRegion": ["DE", "FR"],
        },
    }


def test_it_is_json_ld_of_which_nothing_is_dropped() -> None:
    (found,) = jsonld.expand(written(SOLD) | {"@context": {"@vocab": "https://schema.org/"}})
    assert {key.removeprefix("https://schema.org/") for key in found} == set(written(SOLD))


def test_several_works_and_one_of_several_parts() -> None:
    many = written(SOLD, replace(SOLD, targets=("https://a.example/1", "https://a.example/2")))["@graph"]
    assert [work["@type"] for work in many] == ["CreativeWork", "Collection"]
    assert [part["@id"] for part in many[1]["hasPart"]] == ["https://a.example/1", "https://a.example/2"]


def test_a_free_license_has_a_price_of_nothing() -> None:
    price = written(replace(SOLD, payment=Payment(Kind.FREE)))["offers"]["priceSpecification"]
    assert (price["price"], "priceCurrency" in price) == ("0", False)


def test_no_text_ends_a_script() -> None:
    hostile = replace(SOLD.document, title="</script><script>", text="<!--")
    assert b"<" not in FORMAT.write([replace(SOLD, document=hostile)]).data


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"licensee": "did:web:model.example"}, "write the offer instead"),
        ({"document": replace(SOLD.document, title="\ud800")}, "Unicode"),
    ],
)
def test_what_is_not_written(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        FORMAT.write([replace(SOLD, **change)])


def test_it_is_not_read() -> None:
    data = FORMAT.write([SOLD]).data
    assert not FORMAT.sniff(data)
    with pytest.raises(InputError, match="only written"):
        FORMAT.parse(data)
