"""Packs of evidence: what is written is audited again with no node, and no byte of it can be altered."""

import gzip
import hashlib
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from licet.auditor import Pack, Verdict, make_pack, verify_pack
from licet.auditor.pack.archive import manifest_of, write_archive
from licet.chain.client import Chain
from licet.documents import CatalogDocument, Library, Published, Publisher, Work, file_name, sha256
from licet.documents.canonical import canonical_json
from licet.errors import ChainError, InputError, PackInvalid
from licet.rights.registration import Registration
from tests.integration.commands import Ok, Run
from tests.integration.conftest import LICENSOR, Network, Party, development_signer
from tests.integration.faults import alter_slot, between, deed_slot
from tests.integration.story import folder as folder
from tests.integration.story import network as network

pytestmark = pytest.mark.integration

Make = Callable[..., Path]


@pytest.fixture
def make(network: Network, folder: Path, tmp_path: Path) -> Make:
    """Packs a story of all contracts."""

    def make(name: str = "pack.zip", url: str = network.url, **settings: Any) -> Path:
        path = tmp_path / name
        library = Library([folder], allow_http=False)
        make_pack(Chain(url), library, network.deployment.asset_registry, path, **settings)
        return path

    return make


def remade(path: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """The pack that somebody makes who alters it, and whatever binds what was altered."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    facts = json.loads(files.pop("manifest.json"))
    signature = files.pop("signature.json", None)
    del facts["files"]
    change(files, facts)
    return written(path.with_name("remade.zip"), files, facts, signature)


def written(path: Path, files: dict[str, bytes], facts: dict[str, Any], signature: bytes | None) -> Path:
    members = []
    for i, (name, data) in enumerate(sorted(files.items())):
        member = path.with_name(f"member-{i}")
        member.write_bytes(data)
        members.append((name, member))
    with path.open("wb") as into:
        write_archive(into, manifest_of(facts, members), members, signature)
    return path


def cataloged(folder: Path, licensor: Party) -> Published:
    """A catalogue, whose document every audit needs."""
    works = tuple(Work(name, sha256(name.encode())) for name in ("one", "two"))
    document = CatalogDocument("Poems", works)
    published = Publisher(folder).publish(document)
    licensor.contracts.assets.register(
        Registration(
            registrant=licensor.address,
            content=document.tree().root,
            works=len(works),
            document_hash=published.hash,
            uri=published.uri,
        )
    )
    return published


def conversation(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(files["conversation.jsonl.gz"]).splitlines()]


def say(files: dict[str, bytes], lines: list[dict[str, Any]]) -> None:
    text = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
    files["conversation.jsonl.gz"] = gzip.compress(text, mtime=0)


def test_a_pack_is_checked_with_no_node(make: Make, network: Network, audit: Callable[..., Any]) -> None:
    path = make()
    checked = verify_pack(path)
    assert isinstance(checked, Pack)
    report = checked.report
    assert report.verdict is Verdict.CLEAN
    assert report.to_json() | {"proven": None} == audit().to_json()
    assert report.proven is not None
    assert report.proven.slots > 50
    assert checked.signer is None
    assert network.url.encode() not in path.read_bytes()


def test_the_same_audit_makes_the_same_pack(make: Make) -> None:
    one, other = make("one.zip"), make("other.zip")
    assert one.read_bytes() == other.read_bytes()


def test_any_program_opens_it(make: Make) -> None:
    with zipfile.ZipFile(make()) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        listed = {entry["name"]: entry["sha256"] for entry in manifest["files"]}
        assert archive.namelist() == ["manifest.json", *listed]
        for name, expected in listed.items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == expected
        previous = "0x" + "00" * 32
        for line in archive.read("report.jsonl").splitlines():
            assert json.loads(line)["previous"] == previous
            previous = sha256(line)
        assert previous == manifest["report_head"]
        methods = {
            line["method"]
            for line in conversation({"conversation.jsonl.gz": archive.read("conversation.jsonl.gz")})
        }
    assert {"eth_getProof", "eth_getBlockReceipts", "eth_getLogs", "eth_getBlockByNumber"} <= methods


def test_every_altered_byte_is_noticed(make: Make, tmp_path: Path) -> None:
    path = make(signer=development_signer(LICENSOR))
    data = path.read_bytes()
    chosen = random.Random(7)
    # All of the manifest and of the archive's end, and what stands elsewhere by chance.
    places = {*range(600), *range(len(data) - 400, len(data))}
    places |= {chosen.randrange(len(data)) for _ in range(400)}
    altered = tmp_path / "altered.zip"
    for place in sorted(places):
        changed = bytearray(data)
        changed[place] ^= 1 << chosen.randrange(8)
        altered.write_bytes(changed)
        with pytest.raises((PackInvalid, InputError)):
            verify_pack(altered)


@pytest.mark.parametrize("extra", [b"\0", b"PK", b"x" * 1000])
def test_what_stands_before_or_after_is_noticed(extra: bytes, make: Make, tmp_path: Path) -> None:
    data = make().read_bytes()
    altered = tmp_path / "altered.zip"
    altered.write_bytes(data + extra)
    with pytest.raises(PackInvalid, match="something was added"):
        verify_pack(altered)
    altered.write_bytes(extra + data)
    with pytest.raises(InputError, match="no pack of evidence"):
        verify_pack(altered)
    altered.write_bytes(data[: -len(extra)])
    with pytest.raises(PackInvalid, match="does not hold"):
        verify_pack(altered)


def test_members_cannot_be_dropped_added_or_renamed(make: Make, folder: Path, licensor: Party) -> None:
    name = f"documents/{file_name(cataloged(folder, licensor).hash)}"
    path = make()
    verify_pack(path)

    def drop(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        del files["report.jsonl"]

    def drop_document(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        del files[name]

    def alter_document(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        files[name] += b"\n"

    def add(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        files["documents/more.json"] = b"{}"

    def climb(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        files["../report.jsonl"] = files.pop("report.jsonl")

    def rename(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        files[f"documents/{'ab' * 32}.json"] = files.pop(name)

    for change, message in (
        (drop, "has no report"),
        (drop_document, "leads to another report"),
        (alter_document, "is another document"),
        (add, "that no pack has"),
        (climb, "that no pack has"),
        (rename, "is another document"),
    ):
        with pytest.raises(PackInvalid, match=message):
            verify_pack(remade(path, change))


def test_answers_cannot_be_altered(make: Make) -> None:
    path = make()

    def altered(method: str, change: Callable[[Any], Any], which: int = 0) -> Path:
        def alter(files: dict[str, bytes], facts: dict[str, Any]) -> None:
            lines = conversation(files)
            chosen = [line for line in lines if line["method"] == method][which]
            chosen["result"] = change(chosen["result"])
            say(files, lines)

        return remade(path, alter)

    def other_proof(answer: dict[str, Any]) -> dict[str, Any]:
        first = answer["storageProof"][0]
        return answer | {
            "storageProof": [first | {"proof": first["proof"][:-1]}, *answer["storageProof"][1:]]
        }

    lies = [
        altered("eth_getProof", other_proof, -1),
        altered("eth_getBlockByNumber", lambda block: block | {"stateRoot": "0x" + "11" * 32}),
        altered("eth_getBlockByNumber", lambda block: block | {"timestamp": "0x1"}, 5),
        altered("eth_getLogs", lambda logs: logs[1:]),
        altered("eth_getBlockReceipts", lambda receipts: []),
        altered("eth_getCode", lambda code: "0x00"),
        altered("eth_chainId", lambda _: "0x5"),
    ]
    for lie in lies:
        with pytest.raises(PackInvalid):
            verify_pack(lie)


def test_answers_cannot_be_swapped_dropped_or_added(make: Make) -> None:
    path = make()

    def swap(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        lines = conversation(files)
        one, other = [line for line in lines if line["method"] == "eth_getProof" and line["params"][1]][:2]
        one["result"], other["result"] = other["result"], one["result"]
        say(files, lines)

    def drop(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        say(files, conversation(files)[:-1])

    def twice(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        lines = conversation(files)
        say(files, [*lines, lines[-1]])

    for change, message in ((swap, "proof"), (drop, "no answer"), (twice, "were not asked for")):
        with pytest.raises(PackInvalid, match=message):
            verify_pack(remade(path, change))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nonsense",
        gzip.compress(b"nonsense\n", mtime=0),  # else their names differ with the second
        gzip.compress(b'{"method":1}\n', mtime=0),
        gzip.compress(b"[" * 999, mtime=0),
        gzip.compress(b'{"method":"m","params":%s,"result":1}\n' % (b"[" * 999 + b"]" * 999), mtime=0),
    ],
)
def test_a_conversation_that_is_none(text: bytes, make: Make) -> None:
    def alter(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        files["conversation.jsonl.gz"] = text

    with pytest.raises(PackInvalid, match="does not hold"):
        verify_pack(remade(make(), alter))


def test_a_conversation_that_unpacks_without_end(make: Make) -> None:
    def alter(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        files["conversation.jsonl.gz"] = gzip.compress(b" " * (64 << 20))

    with pytest.raises(PackInvalid, match=r"has more than \d+ bytes"):
        verify_pack(remade(make(), alter))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdict": "clean"}, "not that of a pack"),
        ({"format": "licet audit pack 2"}, "not that of a pack"),
        ({"chain_id": 1}, "of another report"),
        ({"report_head": "0x" + "11" * 32}, "of another report"),
        ({"block": {"number": 3, "hash": "0x" + "11" * 32}}, "no answer"),
        ({"block": None}, "does not hold"),
        ({"registry": "nobody"}, "does not hold"),
        ({"signer": "nobody"}, "not an address"),
    ],
)
def test_a_manifest_that_says_otherwise(changes: dict[str, Any], message: str, make: Make) -> None:
    def alter(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        facts |= changes
        if changes.get("signer"):
            files.clear()

    path = make()
    if "signer" in changes:
        # The signature's member comes with it: any 65 bytes.
        with zipfile.ZipFile(path) as archive:
            files = {n: archive.read(n) for n in archive.namelist() if n != "manifest.json"}
            facts = json.loads(archive.read("manifest.json")) | changes
        del facts["files"]
        signature = canonical_json({"signature": "0x" + "11" * 65})
        path = written(path.with_name("signed.zip"), files, facts, signature)
    else:
        path = remade(path, alter)
    with pytest.raises(PackInvalid, match=message):
        verify_pack(path)


def test_another_version_is_told_from_a_fault(make: Make) -> None:
    def alter(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        facts["made_with"] = "99.0"

    with pytest.raises(InputError, match=r"99\.0"):
        verify_pack(remade(make(), alter))


def test_a_signed_pack_names_its_auditor(make: Make) -> None:
    auditor, other = development_signer(LICENSOR), development_signer(LICENSOR + 1)
    path = make(signer=auditor)
    assert verify_pack(path).signer == auditor.address

    def claim(files: dict[str, bytes], facts: dict[str, Any]) -> None:
        facts["signer"] = other.address

    with pytest.raises(PackInvalid, match=f"its signature is not {other.address}'s"):
        verify_pack(remade(path, claim))


def test_what_is_found_is_found_again(make: Make, network: Network, folder: Path, licensor: Party) -> None:
    [sale, *_] = verify_pack(make("before.zip")).report.sales
    alter_slot(
        network, network.deployment.license_token, deed_slot(sale.license_id), lambda word: word ^ 1 << 170
    )
    published = cataloged(folder, licensor)
    (folder / file_name(published.hash)).write_bytes(b"{}")
    found = {str(finding.kind) for finding in verify_pack(make("after.zip")).report.findings}
    assert {"license_expiry_wrong", "catalog_altered"} <= found


def test_a_node_that_takes_no_batches(make: Make, network: Network) -> None:
    """What is recorded is the same, question by question."""
    with between(network.url, lambda method, params, result: result) as url:
        assert verify_pack(make(url=url)).report.verdict is Verdict.CLEAN


def test_a_node_whose_proofs_do_not_hold_makes_no_pack(make: Make, network: Network, tmp_path: Path) -> None:
    def answer(method: str, params: list[Any], result: Any) -> Any:
        return result | {"accountProof": []} if method == "eth_getProof" else result

    with between(network.url, answer) as url, pytest.raises(ChainError, match="cannot be right"):
        make("none.zip", url)
    assert not (tmp_path / "none.zip").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_file_that_is_there_stays(make: Make) -> None:
    path = make()
    before = path.read_bytes()
    with pytest.raises(InputError, match="is there already"):
        make()
    assert path.read_bytes() == before


def test_the_commands(make: Make, ok: Ok, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    told = ok("audit", "--pack", path, "--sign", "--json", account=LICENSOR)
    assert told["proven"]["slots"] > 50
    checked = ok("audit", "verify", path, "--json")
    assert checked["holds"] is True
    assert checked["verdict"] == "clean"
    assert checked["block"] == {name: told["block"][name] for name in ("number", "hash")}
    assert checked["signer"] == development_signer(LICENSOR).address
    shown = run("audit", "verify", path)
    assert shown.code == 0
    assert "The pack holds." in shown.out
    assert told["block"]["hash"] in shown.out

    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    broken = run("audit", "verify", path)
    assert broken.code == 1
    assert "the pack does not hold" in broken.err


def test_bad_input(make: Make, run: Run, tmp_path: Path) -> None:
    nothing, text = tmp_path / "none.zip", tmp_path / "text.zip"
    text.write_text("not a pack")
    for arguments, message in (
        (("verify", nothing), "none.zip"),
        (("verify", text), "is no pack of evidence"),
        (("verify", tmp_path), str(tmp_path)),
        (("--pack", tmp_path / "no" / "pack.zip"), "cannot be written"),
        (("--pack", text), "is there already"),
        (("--pack", nothing, "--db", "index.sqlite"), "leave out --db"),
        (("--sign",), "name one with --pack"),
        (("--pack", nothing, "--sign"), "which account signs?"),
    ):
        ran = run("audit", *arguments)
        assert ran.code == 2, arguments
        assert message in ran.err.replace("\n", " ")
    assert not nothing.exists()
