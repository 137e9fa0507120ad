"""SPDX: a rights document as a license with a name of its own."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from licet.documents import TermsDocument, sha256
from licet.documents.terms import Disclaimer, Link, Relation, User, Warranty
from licet.errors import InputError
from licet.rights.formats.spdx import FORMAT, license_ref
from licet.rights.terms import Terms
from licet.rights.uses import Use
from tests.unit.formats import check
from tests.unit.strategies import terms

DOCUMENT = TermsDocument(
    "Training",
    Use.TRAIN | Use.MINE,
    "You may train.",
    prohibited=Use.DISPLAY,
    excluded_territories=("US",),
    excluded_users=(User.GOVERNMENT,),
    models=("one", "two"),
    retention=2 * 86_400,
    warranties=(Warranty.AUTHORITY, Warranty.OWNERSHIP),
    disclaimers=(Disclaimer.AS_IS,),
    links=(Link(Relation.CONTACT, "mailto:a@b.example"),),
)


def infos(*of: Terms) -> list[dict[str, Any]]:
    found = json.loads(FORMAT.write(of).data)
    assert list(found) == ["hasExtractedLicensingInfos"]
    return list(found["hasExtractedLicensingInfos"])


@given(terms())
def test_nothing_is_left_unsaid_unannounced(drawn: Terms) -> None:
    check(FORMAT, [drawn])
    (info,) = infos(drawn)
    assert re.fullmatch(r"LicenseRef-[A-Za-z0-9.-]+", info["licenseId"])
    assert info["name"]
    assert drawn.document.text in info["extractedText"]


def test_a_license() -> None:
    (info,) = infos(Terms(DOCUMENT))
    assert info["licenseId"] == "LicenseRef-licet-" + sha256(DOCUMENT.to_bytes())[2:34]
    assert info["name"] == "Training"
    assert info["seeAlsos"] == ["mailto:a@b.example"]
    assert info["extractedText"].split("\n") == [
        "Training",
        "",
        "You may train.",
        "",
        "The licensee may find patterns and statistics in the work by machine.",
        "The licensee may train AI models that do not generate content.",
        "What is not said here is not licensed.",
        "It is forbidden to show the work in public.",
        "Not for governments.",
        "Not in these countries: US.",
        "Only for these AI models: “one”, “two”.",
        "Copies must be deleted after 2 days.",
        "The licensor warrants to be allowed to license them.",
        "The licensor warrants to own the rights.",
        "The work is licensed as it is.",
        "Whom to ask: mailto:a@b.example",
    ]


def test_a_license_without_a_title_goes_by_its_reference() -> None:
    (info,) = infos(Terms(TermsDocument("", Use(0), "")))
    assert info["name"] == info["licenseId"]
    assert info["extractedText"] == "Nothing is permitted by these terms."


def test_a_license_of_several_offers_is_written_once() -> None:
    other = replace(DOCUMENT, title="Other")
    found = infos(Terms(DOCUMENT), Terms(DOCUMENT, supply=3), Terms(other))
    assert [info["licenseId"] for info in found] == [license_ref(DOCUMENT), license_ref(other)]


def test_it_is_not_read() -> None:
    assert not FORMAT.sniff(FORMAT.write([Terms(DOCUMENT)]).data)
    with pytest.raises(InputError, match="only written"):
        FORMAT.parse(b"{}")
    with pytest.raises(InputError, match="Unicode"):
        FORMAT.write([Terms(replace(DOCUMENT, text="\ud800"))])
