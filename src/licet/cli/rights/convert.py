"""`licet rights convert`: one standard's document as another's."""

from pathlib import Path

import click

from licet.cli.options import takes
from licet.cli.output import note, print_json
from licet.cli.params import FILE
from licet.cli.rights.inputs import DOCUMENT
from licet.cli.rights.sources import Source, document_terms, from_option
from licet.cli.session import Session
from licet.cli.text import one_line
from licet.documents import write_document
from licet.errors import InputError
from licet.fingerprint import check_new
from licet.rights.formats.base import Loss
from licet.rights.formats.registry import FORMATS


@click.command("convert")
@click.argument("document", type=DOCUMENT, metavar="IN")
@click.option("--to", "target", type=click.Choice(list(FORMATS)), required=True, help="The format to write.")
@from_option
@click.option("--out", type=FILE, metavar="FILE", help="The file to write into.  [default: stdout]")
@takes(documents=True)
def convert(
    session: Session, document: Path, target: str, source_format: str | None, out: Path | None, as_json: bool
) -> None:
    """Write the terms in IN, a file or `-`, in another vocabulary.

    What gets lost on the way is said on stderr, each thing by its name; no permission gets wider. Of a signed
    offer, the chain is asked for the rest, and a documents folder for the rights document.
    """
    if out is not None:
        check_new(out)
    sources = document_terms(session, document, source_format)
    if not sources:
        raise InputError(f"{document} has no terms: it neither permits nor prohibits anything")
    wanted = FORMATS[target]
    written = wanted.write([source.terms for source in sources])
    read_losses = [loss for source in sources for loss in source.losses]
    if out is not None:
        write_document(written.data, out)
    if as_json:
        print_json(
            {
                "format": target,
                "media_type": wanted.media_type,
                "terms": len(sources),
                "document": None if out else written.data.decode(),
                "file": str(out) if out else None,
                "not_read": [_loss_json(loss) for loss in read_losses],
                "not_written": [_loss_json(loss) for loss in written.losses],
            }
        )
        return
    if out is None:
        click.echo(written.data.decode(), nl=False)
    _tell(sources, read_losses, f"{document} says what Licet's terms cannot hold")
    _tell(sources, written.losses, f"{wanted.title} does not say")


def _tell(sources: list[Source], losses: list[Loss] | tuple[Loss, ...], what: str) -> None:
    """The losses for people, on stderr."""
    for loss in losses:
        which = f" (terms {loss.index + 1} of {len(sources)})" if len(sources) > 1 else ""
        note(f"licet: {what}: {one_line(loss.member)}{which}: {one_line(loss.reason)}")


def _loss_json(loss: Loss) -> dict[str, object]:
    return {"member": loss.member, "reason": loss.reason, "terms": loss.index}
