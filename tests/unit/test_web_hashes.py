"""The pages' scripts compute the same hashes as Python and the contracts: Node, over the golden vectors."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from licet.documents import Preview, TermsDocument, WorkDocument, sha256
from licet.documents.terms import Disclaimer, Link, Relation, User, Warranty
from licet.errors.reverted import REVERTS
from licet.rights.uses import Use
from tests.unit.scripts import ROOT, load

GOLDEN = ROOT / "tests" / "golden"
NOT_SHIPPED = {"NotEnumerable", "TermsUnknown"}  # of an adapter that who wants it deploys


@pytest.fixture(scope="module")
def web() -> Any:
    return load("scripts/web.py")


@pytest.fixture(scope="module")
def computed(web: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("web")
    web.bundle(ROOT / "web" / "test" / "golden.ts", folder, "--platform=node", "--out-extension:.js=.mjs")
    hashed = {"licenses": licenses(), "trees": trees(), "splits": splits()}
    vectors = json.dumps(offers() | hashed | {"works": works(), "terms": terms()})
    ran = subprocess.run(
        ("node", folder / "golden.mjs"), input=vectors.encode(), capture_output=True, check=True
    )
    result: dict[str, Any] = json.loads(ran.stdout)
    return result


def offers() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((GOLDEN / "offers.json").read_text())
    return read


def licenses() -> list[dict[str, str]]:
    read: list[dict[str, str]] = json.loads((GOLDEN / "licenses.json").read_text())["licenses"]
    return read


def trees() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((GOLDEN / "catalog_trees.json").read_text())["trees"]
    return [{name: tree[name] for name in ("works", "root")} for tree in read]


def splits() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((GOLDEN / "sum_trees.json").read_text())["trees"]
    return [{name: tree[name] for name in ("payees", "shares", "root")} for tree in read]


def works() -> list[dict[str, Any]]:
    """What a page knows of files that are registered one by one."""
    titles = ("Sonnet 18", '十四行诗 "\\\n\u2028\U0001f4d6', "\x7f <b>")
    return [
        {
            "sha256": sha256(title.encode()),
            "size": size,
            "mediaType": media_type,
            "title": title,
            "preview": sha256(b"small") if media_type == "image/png" else None,
        }
        for title, size, media_type in zip(
            titles, (0, 539, 1 << 40), ("text/plain", "image/png", "application/octet-stream"), strict=True
        )
    ]


def test_a_works_document_is_the_one_that_python_writes(computed: dict[str, Any]) -> None:
    expected = [
        WorkDocument(
            work["sha256"],
            work["size"],
            work["mediaType"],
            title=work["title"],
            preview=Preview(work["preview"], "image/jpeg") if work["preview"] else None,
        )
        for work in works()
    ]
    assert [text.encode() for text in computed["works"]] == [work.to_bytes() for work in expected]


EVERYTHING = TermsDocument(
    title="Training / 训练",
    uses=Use.MINE | Use.TRAIN_GENERATIVE,
    text='You may "train".\n\\ Nothing else.',
    prohibited=Use.COMMERCIAL | Use.DERIVE,
    territories=("DE", "FR", "TW"),
    excluded_territories=("US",),
    users=(User.EDUCATION, User.NON_COMMERCIAL),
    excluded_users=(User.GOVERNMENT,),
    models=("\uff5e model", "\U0001f4d6 model"),  # which UTF-16 has the other way round
    retention=30 * 86_400,
    attribution="© “Ruan”",
    warranties=(Warranty.AUTHORITY, Warranty.OWNERSHIP),
    disclaimers=(Disclaimer.AS_IS, Disclaimer.NO_LIABILITY),
    links=(Link(Relation.CONTACT, "mailto:ruan@example"), Link(Relation.TERMS, "https://例.example/a?b=c")),
)
PLAIN = TermsDocument("", Use.SEARCH, "")


def terms() -> list[dict[str, Any]]:
    """What the offer form says of rights documents: nothing in any order."""
    empty: dict[str, Any] = {"prohibited": [], "links": [], "attribution": "", "retention": "0"}
    empty |= {name: [] for name in ("territories", "excludedTerritories", "users", "excludedUsers")}
    empty |= {name: [] for name in ("models", "warranties", "disclaimers")}
    found = []
    for document in (EVERYTHING, PLAIN):
        said = empty | document.to_json()
        for name, value in said.items():
            if isinstance(value, list):
                said[name] = value[::-1] + (value[:1] if name == "territories" else [])
        found.append(said)
    return found


def test_a_rights_document_is_the_one_that_python_writes(computed: dict[str, Any]) -> None:
    assert [text.encode() for text in computed["terms"]] == [EVERYTHING.to_bytes(), PLAIN.to_bytes()]


def test_offers_have_their_hashes_and_digests(computed: dict[str, Any]) -> None:
    expected = [
        {
            "structHash": vector["structHash"],
            "conditions": vector["offer"]["conditions"],
            "digest": vector["digest"],
        }
        for vector in offers()["offers"]
    ]
    assert computed["offers"] == expected


def test_licenses_have_their_ids(computed: dict[str, Any]) -> None:
    assert computed["licenses"] == [vector["licenseId"] for vector in licenses()]


def test_catalogues_have_their_roots(computed: dict[str, Any]) -> None:
    assert computed["trees"] == [tree["root"] for tree in trees()]


def test_splits_have_their_roots(computed: dict[str, Any]) -> None:
    assert computed["splits"] == [split["root"] for split in splits()]


def test_every_custom_error_has_words_in_both_languages(web: Any) -> None:
    table = web.shipped_errors()
    assert {web.name_of(entry) for entry in table.values()} == set(REVERTS) - NOT_SHIPPED
    for language in (web.translated("zh"), {name: kind.explanation for name, kind in REVERTS.items()}):
        for entry in table.values():
            facts = {parameter.name: parameter.name for parameter in entry.inputs}
            words = language[web.name_of(entry)].replace(":time}", "}")
            assert words.format_map(facts)  # raises where the words ask for what the error does not say
