"""Packs of evidence: an audit with all that it rests on, to be audited again with no node.

A pack has the conversation with the node, the documents, and the report, each line of which holds the hash of
the one before. Who checks a pack runs the same audit over the conversation, proves everything again, and
compares the reports. What is left to compare, with a source of one's own, is the block's hash.
"""

import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Final

from licet.auditor.audit import Auditor
from licet.auditor.evidence.records import Progress
from licet.auditor.pack.archive import (
    ALTERED,
    CONVERSATION,
    REPORT,
    SIGNATURE,
    Archive,
    manifest_of,
    write_archive,
)
from licet.auditor.pack.documents import FOLDER, Keeping, Packed
from licet.auditor.report.audit_report import AuditReport
from licet.chain.client import BlockId, Chain
from licet.chain.rpc.conversation import Playback, Recorder
from licet.chain.signatures import recover
from licet.chain.signing.signer import Signer
from licet.documents import Library
from licet.documents.base import MAX_DOCUMENT_BYTES
from licet.documents.canonical import canonical_json, parse_json, sha256
from licet.errors import (
    DeploymentError,
    DocumentError,
    InputError,
    LicetError,
    PackInvalid,
)
from licet.fingerprint import check_new
from licet.rights.typed_data import Member, Struct, signing_digest
from licet.trees.hashing import parse_address
from licet.types import ZERO_HASH, Address, Hash32, parse_hash

FORMAT: Final = "licet audit pack 1"

_NODE: Final = "http://node.invalid"
"""Stands for the node, whose URL may have a key in it."""
_MAX_CONVERSATION_BYTES: Final = 16 << 30
_MOST_UNPACKED: Final = 100
"""How many times its packed size a conversation may have: an honest one has about six times that."""
_LEAST_BYTES: Final = 1 << 20
_FACTS: Final = {"format", "made_with", "chain_id", "registry", "block", "report_head", "signer", "files"}
_SIGNED: Final = Struct("AuditPack", Member("manifest", "bytes32", "manifest"))


@dataclass(frozen=True, slots=True)
class _Seal:
    """What the auditor signs; EIP-712 type `AuditPack`: the SHA-256 of the manifest."""

    manifest: Hash32

    def digest(self, chain_id: int, registry: Address) -> Hash32:
        return signing_digest(_SIGNED.hash(self), chain_id, registry)

    def typed_data(self, chain_id: int, registry: Address) -> dict[str, Any]:
        return _SIGNED.typed_data(self, chain_id, registry)


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that holds.

    Attributes:
        report: the audit's, as it was made again.
        report_head: the hash that the report's last line leads to.
        signer: the auditor who signed it; None where nobody did.
        made_with: the version of Licet that made it, and checked it.
    """

    report: AuditReport
    report_head: Hash32
    signer: Address | None
    made_with: str

    def to_json(self) -> dict[str, Any]:
        """A JSON object with stable keys: what the pack says, and what to compare it with."""
        report = self.report
        return {
            "holds": True,
            "verdict": str(report.verdict),
            "chain_id": report.chain_id,
            "registry": report.registry,
            "block": {"number": report.block.number, "hash": report.block.hash},
            "report_head": self.report_head,
            "signer": self.signer,
            "made_with": self.made_with,
            "unproven": [] if report.proven is None else list(report.proven.unproven),
            "findings": [finding.to_json() for finding in report.findings],
        }


def make_pack(
    chain: Chain,
    library: Library,
    registry: Address,
    path: Path,
    *,
    block: BlockId | None = None,
    signer: Signer | None = None,
    progress: Progress | None = None,
) -> Pack:
    """Audits with proofs, writes the pack, and checks it as anybody else will.

    Args:
        chain: the node to ask.
        library: where published documents are found. All offers and splits in its folders go into the pack.
        registry: the registry's address.
        path: the file to write.
        block: the last block; the newest if not given.
        signer: the auditor, who signs the pack's manifest.
        progress: as for an audit.

    Raises:
        InputError: the file is there already, or cannot be written; or the evidence is too large.
        LicetError: the audit's own.
    """
    check_new(path)
    with _writing(path), ExitStack() as stack:
        made = stack.enter_context(tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False))
        stack.callback(lambda: Path(made.name).unlink(missing_ok=True))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # By its number: when it is played back, there is no newest block.
        number = chain.block("latest" if block is None else block).number
        kept = Keeping(library, folder)
        with (folder / CONVERSATION).open("wb") as into:
            recorder = Recorder(chain.transport, into)
            auditor = Auditor(Chain(_NODE, transport=recorder), kept)
            auditor.audit(registry, block=number, proofs=True, progress=progress)
            recorder.close()
        # The report is the one that the pack leads to: what the live audit knew besides is not evidence.
        with (folder / CONVERSATION).open("rb") as conversation:
            report = _played(conversation, kept.packed(), registry, number, _MAX_CONVERSATION_BYTES, progress)
        lines, head = _chained(report)
        (folder / REPORT).write_bytes(lines)
        (folder / ALTERED).write_bytes(canonical_json(sorted(kept.packed().altered)))
        names = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
        files = [(name, folder / name) for name in names]
        facts = _facts(report, head, None if signer is None else signer.address)
        manifest = manifest_of(facts, files)
        write_archive(made, manifest, files, None if signer is None else _signature(signer, manifest, report))
        made.close()
        Path(made.name).chmod(0o644)
        Path(made.name).replace(path)
    return Pack(report, head, facts["signer"], facts["made_with"])


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Translates what the operating system raises where a pack is made."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror or error}; what it rests on needs room in "
            f"{tempfile.gettempdir()} too, meanwhile"
        ) from error


def verify_pack(path: Path, progress: Progress | None = None) -> Pack:
    """Checks a pack, with no node: proves everything again, and makes the report again.

    Raises:
        InputError: the file cannot be read, is no pack, or was made with another version of Licet.
        PackInvalid: it does not hold.
    """
    with Archive(path) as archive:
        manifest = archive.manifest
        signer = _checked_facts(manifest)
        try:
            library = _library(archive)
            registry, block = parse_address(manifest["registry"]), manifest["block"]["number"]
            with archive.open(CONVERSATION) as conversation:
                most = _MOST_UNPACKED * archive.members[CONVERSATION].size + _LEAST_BYTES
                most = min(most, _MAX_CONVERSATION_BYTES)
                report = _played(conversation, library, registry, block, most, progress)
        except PackInvalid:
            raise
        except (LicetError, KeyError, TypeError, AttributeError) as error:
            raise PackInvalid(f"the pack does not hold: {error}") from error
        lines, head = _chained(report)
        if archive.read(REPORT) != lines:
            raise PackInvalid("the pack does not hold: its evidence leads to another report")
        if _facts(report, head, signer) != {name: manifest[name] for name in _FACTS - {"files"}}:
            raise PackInvalid("the pack does not hold: its manifest is of another report")
        if signer is not None:
            _check_signature(archive, report, signer)
        return Pack(report, head, signer, manifest["made_with"])


def _played(
    conversation: IO[bytes],
    library: Library,
    registry: Address,
    block: int,
    max_bytes: int,
    progress: Progress | None,
) -> AuditReport:
    """The audit, made from a conversation."""
    with tempfile.TemporaryFile() as scratch:
        playback = Playback(conversation, scratch, max_bytes)
        chain = Chain(_NODE, transport=playback)
        try:
            report = Auditor(chain, library).audit(registry, block=block, proofs=True, progress=progress)
        except DeploymentError as error:
            raise PackInvalid(f"the pack does not hold: {error}") from error
        if playback.left:
            raise PackInvalid(
                f"the pack does not hold: {playback.left} answers of its conversation were not asked for"
            )
        return report


def _chained(report: AuditReport) -> tuple[bytes, Hash32]:
    """A report line by line, each with the hash of the one before; and the hash of the last."""
    told = report.to_json()
    tables = {name: rows for name, rows in told.items() if isinstance(rows, list)}
    records: list[dict[str, Any]] = [
        {"kind": "report", "record": {name: told[name] for name in told if name not in tables}}
    ]
    records += [{"kind": name, "record": row} for name, rows in tables.items() for row in rows]
    previous, lines = ZERO_HASH, []
    for record in records:
        # No canonical JSON of documents: amounts of use may be larger than its numbers.
        line = json.dumps(record | {"previous": previous}, sort_keys=True, separators=(",", ":")).encode()
        previous = sha256(line)
        lines.append(line + b"\n")
    return b"".join(lines), previous


def _facts(report: AuditReport, head: Hash32, signer: Address | None) -> dict[str, Any]:
    """What a manifest says besides its files."""
    return {
        "format": FORMAT,
        "made_with": version("licet"),
        "chain_id": report.chain_id,
        "registry": report.registry,
        "block": {"number": report.block.number, "hash": report.block.hash},
        "report_head": head,
        "signer": signer,
    }


def _checked_facts(manifest: Mapping[str, Any]) -> Address | None:
    """Who is said to have signed, from a manifest that may be anything."""
    if manifest.get("format") != FORMAT or set(manifest) != _FACTS:
        raise PackInvalid("the pack does not hold: its manifest is not that of a pack")
    if manifest["made_with"] != version("licet"):
        raise InputError(
            f"the pack says that Licet {manifest['made_with']!r:.40} made it, this is {version('licet')}: "
            "check it with that version, which asks and finds the same"
        )
    signer = manifest["signer"]
    try:
        return None if signer is None else parse_address(str(signer))
    except InputError as error:
        raise PackInvalid(f"the pack does not hold: {error}") from error


def _library(archive: Archive) -> Packed:
    """The documents of a pack, read when asked for; and those in whose place something else stood."""
    documents = {}
    for name, member in archive.members.items():
        if not name.startswith(FOLDER) or name == ALTERED:
            continue
        if name != f"{FOLDER}{member.sha256}.json" or member.size > MAX_DOCUMENT_BYTES:
            raise PackInvalid(f"the pack does not hold: {name} is another document")
        documents[Hash32("0x" + member.sha256)] = name
    altered = {parse_hash(str(one)) for one in parse_json(archive.read(ALTERED))}
    return Packed(documents, altered, archive.read)


def _signature(signer: Signer, manifest: bytes, report: AuditReport) -> bytes:
    signed = signer.sign_typed_data(_Seal(sha256(manifest)).typed_data(report.chain_id, report.registry))
    return canonical_json({"signature": "0x" + signed.hex()})


def _check_signature(archive: Archive, report: AuditReport, signer: Address) -> None:
    data = archive.read(SIGNATURE)
    digest = _Seal(sha256(archive.manifest_bytes)).digest(report.chain_id, report.registry)
    try:
        told = parse_json(data)
        signature = bytes.fromhex(told["signature"].removeprefix("0x"))
        holds = canonical_json({"signature": "0x" + signature.hex()}) == data
    except (DocumentError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise PackInvalid("the pack does not hold: its signature is none") from error
    if not holds or recover(digest, signature) != signer:
        raise PackInvalid(f"the pack does not hold: its signature is not {signer}'s")
