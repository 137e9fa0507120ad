"""`licet find`, and the warnings at registration: what is registered and like a file."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from licet.contracts import Contracts
from licet.contracts.publications import registration
from licet.documents import Library, Publisher, WorkDocument
from licet.fingerprint.codes import iscc_in
from licet.fingerprint.likeness import fingerprint
from licet.fingerprint.match import Likeness
from licet.rights_holder import RightsHolder
from licet.samples import samples
from licet.similarity import SimilarWorks
from tests.integration.commands import Ok, Run, failed, shown
from tests.integration.conftest import LICENSOR, RIVAL, Party

pytestmark = pytest.mark.integration


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """The sample picture."""
    with samples() as files:
        return Path(shutil.copy(files.picture, tmp_path / "rings.png"))


@pytest.fixture
def copy(picture: Path, tmp_path: Path) -> Path:
    """The same picture as a JPEG."""
    path = tmp_path / "copy.jpg"
    Image.open(picture).convert("RGB").save(path, quality=60)
    return path


# Finding


def test_a_registered_file_is_found_as_identical(ok: Ok, run: Run, picture: Path, licensor: Party) -> None:
    made = ok("work", "register", picture, account=LICENSOR)["works"][0]
    [found] = ok("find", picture)["files"]
    [claim] = found["claims"]
    assert (claim["asset_id"], claim["registrant"]) == (made["asset_id"], licensor.address)
    assert (claim["distance"], claim["likeness"]) == (0, "identical")
    assert found["near"] == []
    shown(run("find", picture), "registered", "identical", made["asset_id"])


def test_a_re_encoded_copy_is_found(ok: Ok, run: Run, picture: Path, copy: Path, licensor: Party) -> None:
    made = ok("work", "register", picture, account=LICENSOR)["works"][0]
    found = ok("find", copy)
    assert found["index"]["works"] == 1
    [item] = found["files"]
    assert (item["claims"], item["media_type"]) == ([], "image/jpeg")
    [near] = item["near"]
    assert (near["asset_id"], near["registrant"]) == (made["asset_id"], licensor.address)
    assert (near["likeness"], near["work"], near["bits"]) == ("re-encoded", None, near["bits"])
    assert 0 <= near["distance"] <= 31
    ran = run("find", copy)
    shown(ran, "not registered itself", "re-encoded: differs in", made["asset_id"])
    assert max(map(len, ran.out.splitlines())) <= 100


def test_an_edited_text_is_probably_derived(ok: Ok, tmp_path: Path) -> None:
    words = Path(__file__).read_text(encoding="utf-8").split()
    original, edited, spaced = (tmp_path / name for name in ("original.txt", "edited.txt", "spaced.txt"))
    original.write_text(" ".join(words))
    edited.write_text(" ".join("edited" if i % 20 == 0 else word for i, word in enumerate(words)))
    spaced.write_text("\r\n".join(words), encoding="utf-16")
    ok("work", "register", original, account=LICENSOR)
    found = ok("find", edited, spaced)["files"]
    assert [[near["likeness"] for near in item["near"]] for item in found] == [
        ["probably derived"],
        ["re-encoded"],
    ]


def test_what_nothing_is_like_is_said_to_be_unknown(ok: Ok, run: Run, picture: Path, work: Path) -> None:
    ok("work", "register", picture, account=LICENSOR)
    [item] = ok("find", work)["files"]
    assert (item["claims"], item["near"]) == ([], [])
    shown(run("find", work), "nothing like it is registered")


def test_works_of_a_folder_are_found(ok: Ok, picture: Path, copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "works"
    (folder / "pictures").mkdir(parents=True)
    picture.rename(folder / "pictures" / "rings.png")
    (folder / "poem.txt").write_text("A poem of some words, which nobody else has written.")
    made = ok("catalog", "register", folder, "--name", "Works", account=LICENSOR)
    assert (made["works"], made["compared"]) == (2, 2)
    [item] = ok("find", copy)["files"]
    [near] = item["near"]
    assert (near["asset_id"], near["work"]) == (made["asset_id"], "pictures/rings.png")
    assert near["likeness"] == "re-encoded"
    [exact] = ok("find", folder / "poem.txt")["files"]
    assert [claim["catalog"] for claim in exact["claims"]] == ["Works"]
    assert exact["near"] == []


def test_the_iscc_in_the_event_is_enough(ok: Ok, picture: Path, copy: Path, folder: Path) -> None:
    """Whoever has no documents still finds the work; better so once the document has come."""
    ok("work", "register", picture, account=LICENSOR)
    documents = folder.rename(folder.with_name("elsewhere"))
    [near] = ok("find", copy)["files"][0]["near"]
    assert (near["code"], near["bits"]) == ("iscc-image-64", 64)
    documents.rename(folder)
    codes = {ok("find", copy)["files"][0]["near"][0]["code"]}
    assert codes <= {"pdq", "iscc-image"}


def test_the_index_goes_on_from_where_it_was(ok: Ok, picture: Path, copy: Path, work: Path) -> None:
    ok("work", "register", picture, account=LICENSOR)
    assert ok("find", copy)["index"]["works"] == 1
    ok("work", "register", work, account=LICENSOR)
    assert ok("find", copy)["index"]["works"] == 2
    assert ok("find", copy)["index"]["works"] == 2


def test_an_index_of_another_chain_is_begun_anew(ok: Ok, licensor: Party, picture: Path, work: Path) -> None:
    snapshot = licensor.network.rpc("evm_snapshot")
    ok("work", "register", picture, account=LICENSOR)
    assert ok("find", picture)["index"]["works"] == 1
    licensor.network.rpc("evm_revert", snapshot)
    licensor.network.travel(77)
    ok("work", "register", work, account=LICENSOR)
    found = ok("find", picture)
    assert (found["index"]["works"], found["files"][0]["near"]) == (1, [])


@pytest.mark.parametrize("part", ["index.json", "*.segment"])
def test_a_damaged_index_is_built_again(ok: Ok, run: Run, picture: Path, copy: Path, part: str) -> None:
    ok("work", "register", picture, account=LICENSOR)
    index = Path(ok("find", copy)["index"]["folder"])
    [path] = index.glob(part)
    path.write_bytes(path.read_bytes()[:-7] if part == "index.json" else b"x" * path.stat().st_size)
    ran = run("find", copy, "--json")
    assert ran.code == 0
    assert "is damaged" in ran.err
    assert len(ran.json["files"][0]["near"]) == 1
    assert run("find", copy).err == ""


def test_bad_input(run: Run, work: Path, tmp_path: Path) -> None:
    failed(run("find", "nothing"), 2, "does not exist")
    failed(run("find", tmp_path), 2, "is a directory")
    failed(run("find"), 2, "FILES")
    (tmp_path / "empty").touch()
    failed(run("find", "empty"), 2, "is empty")
    failed(run("find", work, "--index", work), 2, "index")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"rubbish")
    ran = run("find", "broken.png")
    assert ran.code == 0
    assert "compared by its bytes alone" in ran.err


# Registering


def test_registering_warns_of_what_others_registered(
    ok: Ok, run: Run, picture: Path, copy: Path, licensor: Party, rival: Party
) -> None:
    first = ok("work", "register", picture, account=LICENSOR)["works"][0]
    ran = run("work", "register", copy, "--json", account=RIVAL)
    assert ran.code == 0
    [made] = ran.json["works"]
    [near] = made["near_matches"]
    assert (near["asset_id"], near["likeness"]) == (first["asset_id"], "re-encoded")
    assert (near["registrant"], made["not_compared"]) == (licensor.address, None)
    assert f"registered by {licensor.address}" in ran.err
    command = ran.err.rpartition("dispute it: ")[2].split()
    assert command[:4] == ["licet", "dispute", "asset", first["asset_id"]]
    assert ok(*command[1:], "--yes", account=RIVAL)["case"] == 1


def test_a_work_of_anothers_catalogue_can_be_disputed_as_the_warning_says(
    ok: Ok, run: Run, picture: Path, copy: Path, tmp_path: Path
) -> None:
    works = tmp_path / "works"
    works.mkdir()
    picture.rename(works / "rings.png")
    (works / "other.txt").write_text("something else")
    ok("catalog", "register", works, "--name", "Works", account=LICENSOR)
    ran = run("work", "register", copy, account=RIVAL)
    assert "rings.png of a catalogue" in ran.err
    command = ran.err.rpartition("dispute it: ")[2].split()
    assert ok(*command[1:], "--yes", account=RIVAL)["case"] == 1


def test_registering_a_catalogue_warns_too(ok: Ok, run: Run, picture: Path, copy: Path) -> None:
    first = ok("work", "register", picture, account=LICENSOR)["works"][0]
    works = copy.parent / "works"
    works.mkdir()
    copy.rename(works / "copy.jpg")
    ran = run("catalog", "register", works, "--name", "Mine", "--json", account=RIVAL)
    assert [near["asset_id"] for near in ran.json["near_matches"]] == [first["asset_id"]]
    assert "others have registered 1 work before that Mine is like" in ran.err


def test_registering_says_nothing_of_ones_own_works(run: Run, picture: Path, copy: Path) -> None:
    run("work", "register", picture, account=LICENSOR)
    ran = run("work", "register", copy, account=LICENSOR)
    assert (ran.code, ran.err) == (0, "")


def test_an_index_that_cannot_be_written_stops_no_registration(run: Run, picture: Path) -> None:
    Path("index").write_text("a file")
    ran = run("work", "register", picture, "--json", account=LICENSOR)
    assert ran.code == 0
    assert "cannot be" in ran.json["works"][0]["not_compared"]
    assert "not compared with all that is registered" in ran.err


def test_registering_in_python_tells_of_neighbours(
    licensor: Party, rival: Party, picture: Path, copy: Path, folder: Path, tmp_path: Path
) -> None:
    licensor.sells.register_work(picture)
    library = Library([folder], allow_http=False)
    similar = SimilarWorks(rival.contracts, library, tmp_path / "index")
    holder = RightsHolder(rival.contracts, Publisher(folder), library, similar)
    registered = holder.register_work(copy)
    [near] = registered.neighbours.near
    assert (near.registrant, near.likeness) == (licensor.address, Likeness.RE_ENCODED)
    assert registered.neighbours.gap is None
    assert rival.sells.register_work(picture).neighbours.gap == "no index was named"


# What is published


def test_the_event_has_the_iscc_and_the_hash_of_the_metadata(
    licensor: Party, picture: Path, reader: Contracts, folder: Path
) -> None:
    registered = licensor.sells.register_work(picture)
    event = registration(reader, registered.asset_id)
    read = fingerprint(picture)
    assert event.uri == read.iscc
    document = WorkDocument.from_bytes(Library([folder]).get(event.document_hash))
    assert document == WorkDocument.of(read)
    assert (document.sha256, document.pdq) == (event.content, read.content.pdq)


def test_a_served_folder_is_named_with_the_iscc_as_fragment(
    licensor: Party, picture: Path, reader: Contracts, folder: Path
) -> None:
    holder = RightsHolder(licensor.contracts, Publisher(folder, "https://works.example/d"))
    event = registration(reader, holder.register_work(picture).asset_id)
    place = f"https://works.example/d/{event.document_hash[2:]}.json"
    assert event.uri == f"{place}#{fingerprint(picture).iscc}"
    assert iscc_in(event.uri) == fingerprint(picture).iscc


def test_a_repeat_registration_keeps_below_65_000_gas(
    licensor: Party, picture: Path, copy: Path, work: Path
) -> None:
    licensor.sells.register_work(work)
    for path in (picture, copy):
        registered = licensor.sells.register_work(path)
        assert len(registered.registration.uri) <= 66
        assert registered.receipt.gas_used <= 65_000
