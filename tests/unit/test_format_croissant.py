"""Croissant: MLCommons' own library reads what Licet writes, and finds the works in the catalogue."""

import json
import re
import socket
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld

from licet.documents import CatalogDocument, Publisher, TermsDocument, Work, file_name, sha256
from licet.documents.terms import Link, Relation
from licet.errors import InputError
from licet.rights.formats.croissant import MAX_FILES, DataSet, Licensed, croissant, library, media_type
from licet.rights.terms import Terms
from licet.rights.uses import Use

with warnings.catch_warnings():
    # Those of what mlcroissant imports.
    warnings.simplefilter("ignore")
    import mlcroissant

ODRL = "http://www.w3.org/ns/odrl/2/"
ASSET = "eip155:31337/erc721:0x" + "11" * 20 + "/7"
POLICY = {
    "@context": {
        "@vocab": ODRL,
        "target": {"@id": f"{ODRL}target", "@type": "@id"},
        "uid": {"@id": f"{ODRL}uid", "@type": "@id"},
        "action": {"@id": f"{ODRL}action", "@type": "@vocab"},
    },
    "@id": "urn:policy",
    "@type": "Offer",
    "uid": "urn:policy",
    "permission": [{"target": ASSET, "action": "ai-training", "source": "a word of both contexts"}],
}
TERMS = Terms(TermsDocument("Training", Use.TRAIN, "You may train.", attribution="© Ada"))
ONE = DataSet(
    asset=ASSET,
    name="A poem",
    published=1_800_000_000,
    creator="did:pkh:eip155:31337:0x" + "11" * 20,
    works=(Work("poem.txt", sha256(b"poem")),),
    terms=sha256(TERMS.document.to_bytes()),
)


def catalog(count: int) -> DataSet:
    works = tuple(Work(f"picture {n}.png", sha256(str(n).encode())) for n in range(count))
    document = CatalogDocument("Pictures", works)
    return replace(ONE, name="Pictures", works=works, document=sha256(document.to_bytes()))


def written(dataset: DataSet, terms: Terms = TERMS, policy: dict[str, Any] = POLICY) -> dict[str, Any]:
    return dict(json.loads(croissant(dataset, terms, policy)))


def checked(metadata: dict[str, Any], **mapping: str) -> Any:
    """The data set as mlcroissant reads it; it has nothing to complain of."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "ConjunctiveGraph is deprecated", DeprecationWarning)
        found = mlcroissant.Dataset(jsonld=metadata, mapping=mapping)
    issues = found.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set()), issues.report()
    return found


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be fetched to understand a data set."""

    def refuse(*_: object) -> None:
        raise AssertionError("somebody asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_a_catalogue_is_read_by_mlcroissant(tmp_path: Path) -> None:
    dataset = catalog(3)
    published = Publisher(tmp_path).publish(CatalogDocument("Pictures", dataset.works))
    assert published.hash == dataset.document
    found = checked(written(dataset), catalog=str(tmp_path / file_name(published.hash)))
    assert (found.metadata.name, found.metadata.version) == ("Pictures", "1.0.0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas' own
        records = list(found.records("works"))
    assert [(record["works/id"], record["works/sha256"]) for record in records] == [
        (work.id.encode(), work.sha256[2:].encode()) for work in dataset.works
    ]


def test_a_library_is_one_data_set(tmp_path: Path) -> None:
    """Each catalogue is a record set of its own; a work that stands in two is one file."""
    sets = [catalog(3), replace(catalog(2), asset=f"{ASSET}7", name="Few"), replace(ONE, asset=f"{ASSET}8")]
    policies = [{**POLICY, "@id": f"urn:{n}", "uid": f"urn:{n}"} for n in range(3)]
    licensed = [Licensed(each, TERMS, policy) for each, policy in zip(sets, policies, strict=True)]
    metadata = json.loads(library([*licensed, licensed[0]], "did:pkh:eip155:1:0xab", 1_800_000_000, 2))
    documents = [Publisher(tmp_path).publish(CatalogDocument("Pictures", each.works)) for each in sets[:2]]
    ids = [document.hash[2:] for document in documents]
    found = checked(metadata, **{f"catalog/{id_}": str(tmp_path / f"{id_}.json") for id_ in ids})
    assert (
        found.metadata.description
        == "4 licenses, 6 works. 2 more licenses left out: documents are not at hand."
    )
    assert [each.id for each in found.metadata.record_sets] == [f"works/{id_}" for id_ in ids]
    files = [each["@id"] for each in metadata["distribution"]]
    assert len(files) == len(set(files)) == 2 + 3 + 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas' own
        assert len(list(found.records(f"works/{ids[0]}"))) == 3
    with pytest.raises(InputError, match="holds no license"):
        library([], "did:pkh:eip155:1:0xab", 1)


def test_a_catalogue_that_was_changed_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "catalog.json"
    path.write_bytes(CatalogDocument("Pictures", (Work("x", sha256(b"x")),)).to_bytes())
    with pytest.raises(mlcroissant.GenerationError) as caught:
        list(checked(written(catalog(3)), catalog=str(path)).records("works"))
    assert "is not identical" in str(caught.value.__cause__)


def test_a_work_is_a_file() -> None:
    metadata = written(ONE)
    (file,) = checked(metadata).metadata.distribution
    assert (file.name, file.sha256) == ("poem.txt", sha256(b"poem")[2:])
    assert (file.encoding_formats, "recordSet" in metadata) == (["text/plain"], False)
    assert (metadata["datePublished"], metadata["creditText"]) == ("2027-01-15", "© Ada")
    assert metadata["license"] == ["ni:///sha-256;" + metadata["license"][0].partition(";")[2]]


def test_many_works_are_records_alone() -> None:
    few, many = written(catalog(MAX_FILES)), written(catalog(MAX_FILES + 1))
    assert (len(few["distribution"]), len(many["distribution"])) == (1 + MAX_FILES, 1)
    assert "257 works" in many["description"]
    checked(many)


def test_the_policy_means_what_it_meant() -> None:
    """Whatever stands in the policy is read in its own words, none in the data set's."""
    (dataset,) = jsonld.expand(written(ONE))
    (usage,) = dataset["https://schema.org/usageInfo"]
    (policy,) = jsonld.expand(POLICY)
    assert usage.pop("https://schema.org/name") == [{"@value": "Training"}]
    assert usage.pop("@type") == [f"{ODRL}Offer", "https://schema.org/CreativeWork"]
    assert policy.pop("@type") == [f"{ODRL}Offer"]
    assert policy.pop(f"{ODRL}uid") == [{"@id": "urn:policy"}]  # as its node is called
    assert usage == policy


def test_links_to_a_license_are_its_license() -> None:
    linked = replace(TERMS.document, links=(Link(Relation.LICENSE, "https://a.example/license"),))
    assert written(ONE, Terms(linked))["license"] == ["https://a.example/license"]


def test_a_name_ends_no_citation() -> None:
    hostile = written(replace(ONE, name="}, author = {Mallory", creator_name="\\"))
    assert re.fullmatch(r"@misc\{licet(, [a-z]+ = \{[^{}\\]*\})+\}", hostile["citeAs"])
    assert checked(hostile).metadata.name == "}, author = {Mallory"


def test_media_types() -> None:
    assert media_type("a/b.JPG") == "image/jpeg"
    assert media_type("A00001") == "application/octet-stream"


@pytest.mark.parametrize(
    ("change", "policy", "words"),
    [
        ({}, POLICY | {"@context": "http://www.w3.org/ns/odrl.jsonld"}, "context must stand in it"),
        ({"name": "\ud800"}, POLICY, "Unicode"),
    ],
)
def test_what_is_not_written(change: dict[str, Any], policy: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        croissant(replace(ONE, **change), TERMS, policy)


@pytest.mark.parametrize("works", [(), ONE.works * 2])
def test_what_is_no_data_set(works: tuple[Work, ...]) -> None:
    with pytest.raises(InputError):
        replace(ONE, works=works)
