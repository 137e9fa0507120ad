"""`licet work`: single works."""

from pathlib import Path
from typing import Any, Final

import click
from rich.text import Text

from licet.cli.likeness import near_json, warn_of_neighbours
from licet.cli.options import takes
from licet.cli.output import bar, emit, facts, sent, table
from licet.cli.params import ADDRESS, FILE, LICENSE, SHARE, origin_option
from licet.cli.session import Session
from licet.cli.text import one_line, percent, short
from licet.contracts.terms import LicenseTerms
from licet.documents import ApprovalDocument, OfferDocument, PayeeShare, read_document, write_document
from licet.errors import InputError
from licet.fingerprint import check_file, check_new
from licet.rights.derivation import DerivativeApproval
from licet.rights.registration import Origin
from licet.rights_holder import Registered, RegisteredDerivative, Shown
from licet.rights_holder.account import content_of
from licet.types import Address, Hash32, parse_hash, shown

_uri: Final = click.option(
    "--uri", default="", metavar="URI", help="Where the work's document can be fetched, if not at --base-uri."
)
_title: Final = click.option("--title", metavar="TEXT", help="What the work is called; of one file alone.")
_preview: Final = click.option(
    "--preview",
    is_flag=True,
    help="Publish a small picture of each work that is a picture, for people to know it by.",
)


@click.group("work")
def command() -> None:
    """Register single works, of one's own or made from others'."""


@command.command("register")
@click.argument("files", type=FILE, nargs=-1, required=True)
@origin_option
@_title
@_preview
@_uri
@takes(account=True, publishes=True, index=True)
def register(
    session: Session,
    files: tuple[Path, ...],
    origin: Origin,
    title: str | None,
    preview: bool,
    uri: str,
    as_json: bool,
) -> None:
    """Register each of FILES as a work, by the SHA-256 of its bytes; the files stay where they are.

    What identifies a work is published as a document, with its ISCC, which also stands in the event. Works
    of others' that are like it are named in a warning: the way to dispute them stands there too.
    """
    for file in files:
        check_file(file)
    if title is not None and len(files) > 1:
        raise InputError(f"--title names one work, and these are {len(files)}: register them one by one")
    holder, said = session.rights_holder, Shown(title, preview)
    done: dict[Path, Registered] = {}
    try:
        for file in files:
            with bar(f"reading {file.name}", file.stat().st_size) as progress:
                done[file] = holder.register_work(file, origin=origin, uri=uri, shown=said, progress=progress)
    finally:
        # What was registered stays so, also where a later file fails.
        if done:
            _show(done, as_json=as_json)
            for file, registered in done.items():
                warn_of_neighbours(file.name, registered.asset_id, holder.address, registered.neighbours)


@command.command("derive")
@click.argument("work", metavar="FILE|SHA256")
@click.option(
    "--license",
    "licenses",
    multiple=True,
    metavar="LICENSE|OFFER",
    help="A license to derive that it is made under: its id, or the file of the offer that it was bought on.",
)
@click.option(
    "--share",
    "shares",
    type=SHARE,
    multiple=True,
    metavar="ADDRESS=SHARE",
    help="Who shares in what the parents leave of the income.",
)
@click.option(
    "--approval",
    "approvals",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="A parent's approval, where a license asks for it (`licet work approve`).",
)
@click.option(
    "--source",
    "sources",
    type=LICENSE,
    multiple=True,
    metavar="LICENSE",
    help="A license that a model or tool was made or used under.",
)
@origin_option
@_uri
@takes(account=True, publishes=True)
def derive(
    session: Session,
    work: str,
    licenses: tuple[str, ...],
    shares: tuple[PayeeShare, ...],
    approvals: tuple[Path, ...],
    sources: tuple[Hash32, ...],
    origin: Origin,
    uri: str,
    as_json: bool,
) -> None:
    """Register a work that was made from others', under licenses that the account holds.

    Its income goes to one vault, in which each parent's payee has the share that its license asks: every
    offer of it must name that vault. Options that name several things may be repeated.
    """
    holder = session.rights_holder
    content = _content(work)
    parents = [_terms(session, name) for name in licenses]
    signed = dict(_approval(session, file, content, holder.address) for file in approvals)
    made = holder.register_derivative(
        content, parents, shares, approvals=signed, sources=sources, origin=origin, uri=uri
    )
    emit(_derivative_json(made), *_derivative_words(made), as_json=as_json)


@command.command("approve")
@click.argument("work", metavar="FILE|SHA256")
@click.option(
    "--license",
    "license_id",
    type=LICENSE,
    required=True,
    metavar="LICENSE",
    help="The license that it is made under.",
)
@click.option(
    "--registrant", type=ADDRESS, required=True, metavar="ADDRESS", help="Who will register the work."
)
@click.option("--out", type=FILE, required=True, metavar="FILE", help="The file to write the approval into.")
@takes(account=True)
def approve(
    session: Session, work: str, license_id: Hash32, registrant: Address, out: Path, as_json: bool
) -> None:
    """Sign that a work may be registered as made from one whose deed the account holds. Costs no gas."""
    check_new(out)
    holder, content = session.rights_holder, _content(work)
    approval = DerivativeApproval(license_id, content, registrant)
    signature = holder.approve_derivative(license_id, content, registrant)
    registry = session.contracts.assets.address
    write_document(ApprovalDocument(session.reader.chain_id, registry, approval, signature), out)
    emit(
        {"file": str(out), "license_id": license_id, "sha256": content, "registrant": registrant},
        facts(file=str(out), license=license_id, work=content, registrant=registrant),
        as_json=as_json,
    )


def _content(work: str) -> Hash32:
    """A work's SHA-256: of its file, or as it was given."""
    path = Path(work)
    if not path.exists():
        return content_of(work)
    check_file(path)
    with bar(f"reading {path.name}", path.stat().st_size) as progress:
        return content_of(path, progress)


def _terms(session: Session, name: str) -> LicenseTerms | Hash32:
    """A license by its id, or by the file of the offer that the account bought it on.

    Raises:
        InputError: it is neither, or the account holds no license on the offer.
    """
    path = Path(name)
    if not path.exists():
        try:
            return parse_hash(name)
        except InputError as error:
            raise InputError(
                f"{shown(name)} is neither a license id (64 hex digits) nor the file of an offer"
            ) from error
    document = read_document(OfferDocument, path)
    held = [
        entry
        for entry in session.buyer.licenses()
        if entry.grant.license_id == entry.license_id and entry.grant.offer == document.offer
    ]
    if not held:
        raise InputError(f"{session.signer.address} holds no license on the offer in {path}: buy one first")
    longest = max(held, key=lambda entry: entry.license.expires)
    return LicenseTerms(longest.grant, document.conditions)


def _approval(session: Session, file: Path, content: Hash32, registrant: Address) -> tuple[Hash32, bytes]:
    """A parent's signature from its file, and the license that it is for.

    Raises:
        InputError: it is for another work, registrant or deployment.
    """
    document = read_document(ApprovalDocument, file)
    approval = document.approval
    for what, said, meant in (
        ("chain", document.chain_id, session.reader.chain_id),
        ("registry", document.asset_registry, session.contracts.assets.address),
        ("work", approval.content, content),
        ("registrant", approval.registrant, registrant),
    ):
        if said != meant:
            raise InputError(
                f"{file} approves of another {what}, {said} and not {meant}: have a new one signed"
            )
    return approval.license_id, document.signature


def _derivative_json(made: RegisteredDerivative) -> dict[str, Any]:
    parents = made.derivation.parents
    return {
        "asset_id": made.asset_id,
        "sha256": made.registration.content,
        "vault": made.vault if made.split else None,
        "payees": len(made.split.split.payees) if made.split else 0,
        "parents": [
            {
                "license_id": parent.grant.license_id,
                "asset_id": parent.grant.offer.asset_id,
                "payee": parent.payee,
                "royalty_bps": parent.conditions.royalty_bps,
            }
            for parent in parents
        ],
        "sources": list(made.derivation.sources),
        **sent(*([made.split.receipt] if made.split else []), made.receipt),
    }


def _derivative_words(made: RegisteredDerivative) -> list[Any]:
    parents = table(
        ["made from", "under the license", ">asks", "for"],
        [
            (
                short(parent.grant.offer.asset_id),
                short(parent.grant.license_id),
                percent(parent.conditions.royalty_bps),
                parent.payee,
            )
            for parent in made.derivation.parents
        ],
    )
    words = facts(
        asset_id=made.asset_id,
        vault=f"{made.vault}, which every offer must name" if made.split else "none: it has no parents",
        sources=f"{len(made.derivation.sources)}",
        gas=f"{sent(*([made.split.receipt] if made.split else []), made.receipt)['gas']:,}",
    )
    return [words, Text(), parents] if made.derivation.parents else [words]


def _show(done: dict[Path, Registered], *, as_json: bool) -> None:
    emit(
        {
            "works": [
                {
                    "file": str(file),
                    "sha256": registered.registration.content,
                    "asset_id": registered.asset_id,
                    "document_hash": registered.registration.document_hash,
                    "uri": registered.registration.uri,
                    "near_matches": near_json(registered.neighbours.near),
                    "not_compared": registered.neighbours.gap,
                    "tx": registered.receipt.tx_hash,
                    "gas": registered.receipt.gas_used,
                }
                for file, registered in done.items()
            ]
        },
        table(
            ["file", "asset id", ">gas"],
            [(one_line(file.name), r.asset_id, f"{r.receipt.gas_used:,}") for file, r in done.items()],
        ),
        as_json=as_json,
    )
