"""What somebody's licenses come to: the EU's summary of training content, and a data set's metadata."""

import json
import shutil
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.catalog import read_catalog
from licet.documents import PayeeShare, TermsDocument, Work, file_name, sha256
from licet.errors import DocumentMissing, InputError, LicenseUnknown
from licet.rights.conditions import Conditions
from licet.rights.eu_summary import Modality
from licet.rights.formats.odrl import FORMAT as ODRL
from licet.rights.offer import Kind
from licet.rights.terms import Place
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.types import Hash32
from tests.integration.commands import Ok, Run, shown
from tests.integration.conftest import DAY, DOLLAR, LICENSEE, Network, Offering, Party

pytestmark = pytest.mark.integration

TRAIN = TermsDocument("Training", Use.TRAIN_GENERATIVE, "Train.")
PICTURES = 3


@pytest.fixture
def catalog(licensor: Party, tmp_path: Path) -> Registered:
    """Three pictures."""
    path = tmp_path / "pictures.csv"
    lines = [f"picture{n}.png,{sha256(bytes([n]))}" for n in range(PICTURES)]
    path.write_text("\n".join(["id,sha256", *lines]))
    return licensor.sells.register_catalog(read_catalog(path), "Pictures")


@pytest.fixture
def bought(
    licensor: Party, licensee: Party, asset: Registered, catalog: Registered, price: Price, offering: Offering
) -> tuple[Hash32, Hash32]:
    """Licenses of the poem, perpetual, and of the pictures, for 30 days."""
    licensee.receive_dollars(100 * DOLLAR)
    named = replace(TRAIN, payees=(PayeeShare(licensor.address, 1, "Ada"),))
    poem = offering(licensor, asset.asset_id, replace(price, duration=0), TRAIN)
    pictures = offering(licensor, catalog.asset_id, price, named)
    return licensee.buys.buy(poem).license_id, licensee.buys.buy(pictures).license_id


def test_two_licenses_are_summarized(
    ok: Ok,
    run: Run,
    network: Network,
    licensee: Party,
    licensor: Party,
    asset: Registered,
    catalog: Registered,
    bought: tuple[Hash32, Hash32],
) -> None:
    place = Place(network.deployment.chain_id, network.deployment.asset_registry)
    found = ok("license", "summary", account=LICENSEE)
    assert (found["agreements_concluded"], found["works"], found["left_out"]) == (True, 1 + PICTURES, [])
    assert (found["modalities"], found["modalities_unknown"]) == (["image"], 1)
    assert found["licensee"] == place.account(licensee.address)
    by_license = {item["license_id"]: item for item in found["datasets"]}
    poem, pictures = (by_license[license_id] for license_id in bought)
    today = network.now // DAY * DAY
    assert poem == {
        "license_id": bought[0],
        "asset": place.asset(asset.asset_id),
        "title": "",
        "works": 1,
        "modalities": [],
        "licensor": place.account(licensor.address),
        "licensor_name": None,
        "uses": ["train-generative"],
        "since": today,
        "until": None,
        "revoked": False,
    }
    assert (pictures["title"], pictures["works"], pictures["modalities"]) == ("Pictures", 3, ["image"])
    assert pictures["licensor_name"] == "Ada"
    assert pictures["until"] == licensee.contracts.licenses.license(bought[1]).expires - 1
    stated = ok("license", "summary", "--modality", f"{asset.asset_id}=text", account=LICENSEE)
    assert (stated["modalities"], stated["modalities_unknown"]) == (["text", "image"], 0)
    text = run("license", "summary", "--holder", licensee.address).out
    assert "- ☒ Yes" in text
    assert "| Pictures | 3 | image | Ada |" in text


def test_a_license_that_ended_or_is_free_or_trains_nothing(
    network: Network, licensor: Party, licensee: Party, catalog: Registered, price: Price, offering: Offering
) -> None:
    licensee.receive_dollars(100 * DOLLAR)
    search = TermsDocument("Search", Use.SEARCH, "Find.")
    free = replace(price, kind=Kind.FREE, amount=0)
    ended = licensee.buys.buy(offering(licensor, catalog.asset_id, price, TRAIN)).license_id
    gift = licensee.buys.buy(offering(licensor, catalog.asset_id, free, TRAIN)).license_id
    other = licensee.buys.buy(offering(licensor, catalog.asset_id, price, search)).license_id
    network.travel(31 * DAY)
    found = licensee.buys.summary()
    assert [item.license_id for item in found.items] == [ended]
    assert {each.item.license_id: each.reason for each in found.left_out} == {
        gift: "nothing is paid for it",
        other: "it permits no training",
    }


def test_a_sublicense_is_nothing_that_was_paid_for(
    licensor: Party, licensee: Party, stranger: Party, catalog: Registered, price: Price, offering: Offering
) -> None:
    licensee.receive_dollars(100 * DOLLAR)
    shared = replace(price, conditions=Conditions(sublicensable=True))
    parent = licensee.buys.buy(offering(licensor, catalog.asset_id, shared, TRAIN)).license_id
    granted = licensee.buys.sublicense(parent, stranger.address).license_id
    (left,) = stranger.buys.summary().left_out
    assert (left.item.license_id, left.item.works, left.item.paid) == (granted, PICTURES, False)
    assert left.item.licensor.endswith(licensee.address)
    with pytest.raises(LicenseUnknown):
        stranger.buys.agreement(granted)


def test_a_catalogue_whose_document_nobody_has_is_counted_all_the_same(
    licensee: Party, bought: tuple[Hash32, Hash32], folder: Path
) -> None:
    for path in folder.glob("*.json"):
        path.unlink()
    found = licensee.buys.summary()
    assert sorted((item.works, item.title, item.modalities) for item in found.items) == [
        (1, "", ()),
        (PICTURES, "", ()),
    ]
    with pytest.raises(DocumentMissing):
        licensee.buys.data_set(bought[1])


def test_a_modality_of_what_is_not_licensed(licensee: Party, catalog: Registered) -> None:
    with pytest.raises(InputError, match="holds no license"):
        licensee.buys.summary(modalities={catalog.asset_id: (Modality.IMAGE,)})
    assert licensee.buys.summary().items == ()


def test_a_license_as_an_agreement_and_its_asset_as_a_data_set(
    network: Network, licensor: Party, licensee: Party, catalog: Registered, bought: tuple[Hash32, Hash32]
) -> None:
    place = Place(network.deployment.chain_id, network.deployment.asset_registry)
    terms = licensee.buys.agreement(bought[1])
    assert (terms.licensor, terms.licensee) == (
        place.account(licensor.address),
        place.account(licensee.address),
    )
    assert terms.document.payees == (PayeeShare(licensor.address, 1, "Ada"),)
    assert terms.until == licensee.contracts.licenses.license(bought[1]).expires - 1
    assert terms.payment is not None
    assert terms.payment.text() == "25.000000"
    found = licensee.buys.data_set(bought[1])
    assert (found.name, found.asset, found.creator_name) == ("Pictures", terms.targets[0], "Ada")
    assert found.works == tuple(Work(f"picture{n}.png", sha256(bytes([n]))) for n in range(PICTURES))
    assert found.document is not None
    assert (licensee.folder / file_name(found.document)).exists()
    assert licensee.buys.agreement(bought[0]).until == 0
    assert licensee.buys.data_set(bought[0]).document is None


def test_all_licenses_are_exported_as_one_data_set(
    run: Run, licensee: Party, bought: tuple[Hash32, Hash32]
) -> None:
    whole = run("license", "export", "--to", "croissant", "--holder", licensee.address).json
    each = [run("license", "export", license_id, "--to", "croissant").json for license_id in bought]
    assert whole["usageInfo"] == [one["usageInfo"] for one in each]
    hashes = {file["sha256"] for one in each for file in one["distribution"]}
    assert {file["sha256"] for file in whole["distribution"]} == hashes
    document = licensee.buys.data_set(bought[1]).document
    assert document is not None
    [records] = whole["recordSet"]
    assert records["@id"] == f"works/{document[2:]}"
    shutil.move(licensee.folder / file_name(document), licensee.folder / "away")
    fewer = run("license", "export", "--to", "croissant", "--holder", licensee.address).json
    assert fewer["description"] == "1 license, 1 work. 1 more license left out: documents are not at hand."


def test_a_license_is_exported_as_croissant(
    ok: Ok, run: Run, licensee: Party, bought: tuple[Hash32, Hash32], tmp_path: Path
) -> None:
    """MLCommons' own library reads it, and finds the works in the catalogue's document."""
    poem, pictures = (
        run("license", "export", license_id, "--to", "croissant", "--json").json for license_id in bought
    )
    out = tmp_path / "pictures.json"
    written = ok("license", "export", bought[1], "--to", "croissant", "--out", out)
    assert written == {"license_id": bought[1], "format": "croissant", "file": str(out)}
    assert json.loads(out.read_bytes()) == pictures
    shown(run("license", "export", bought[1], "--to", "croissant", "--out", tmp_path / "2"), bought[1])
    agreement = ODRL.parse(json.dumps(pictures["usageInfo"] | {"@context": _context(pictures)}).encode())
    assert agreement.terms == (licensee.buys.agreement(bought[1]),)

    document = licensee.buys.data_set(bought[1]).document
    assert document is not None
    found = read_by_mlcroissant(pictures, catalog=str(licensee.folder / file_name(document)))
    assert [record["works/id"] for record in found] == [f"picture{n}.png".encode() for n in range(PICTURES)]
    assert read_by_mlcroissant(poem) == []


def _context(metadata: dict[str, Any]) -> dict[str, Any]:
    """The policy's own context, which nothing is before."""
    nothing, own = metadata["usageInfo"]["@context"]
    assert nothing is None
    return dict(own)


def read_by_mlcroissant(metadata: dict[str, Any], **files: str) -> list[dict[str, bytes]]:
    """The records of a data set, of whose metadata mlcroissant has nothing to complain."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of what mlcroissant uses; its own complaints are issues
        import mlcroissant

        dataset = mlcroissant.Dataset(jsonld=metadata, mapping=files)
        issues = dataset.metadata.ctx.issues
        assert (issues.errors, issues.warnings) == (set(), set()), issues.report()
        return list(dataset.records("works")) if files else []
