"""Evidence in a case: the options that give it."""

from pathlib import Path
from typing import Any, Final

import click

from licet.cli.params import FILE, Command
from licet.cli.text import read_text
from licet.documents import EvidenceDocument, read_document
from licet.errors import InputError
from licet.fingerprint import sha256_file
from licet.types import ZERO_HASH

_OPTIONS: Final = (
    click.option(
        "--evidence", type=FILE, metavar="FILE", help="What shows it: a text, or a published document (JSON)."
    ),
    click.option("--evidence-text", metavar="TEXT", help="Or the text itself."),
    click.option("--evidence-title", metavar="TEXT", help="Its title.  [default: the file's name]"),
    click.option("--exhibit", type=FILE, metavar="FILE", help="A file that the evidence speaks of."),
    click.option("--exhibit-uri", metavar="URI", help="Where others fetch that file."),
)


def evidence_options(function: Command) -> Command:
    """Adds the options that give evidence."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def evidence_from(given: dict[str, Any]) -> EvidenceDocument | None:
    """The evidence that the options give; None where they give none.

    Raises:
        InputError: they do not go together, or a file cannot be read.
    """
    file: Path | None = given["evidence"]
    text: str | None = given["evidence_text"]
    exhibit: Path | None = given["exhibit"]
    if file is not None and text is not None:
        raise InputError("name the evidence's file, or its text, not both")
    if (exhibit is None) != (given["exhibit_uri"] is None):
        raise InputError("an exhibit has a file and a URI: name --exhibit and --exhibit-uri")
    if file is None and text is None:
        if exhibit is not None or given["evidence_title"] is not None:
            raise InputError("what does the evidence say? Name --evidence or --evidence-text")
        return None
    if file is not None and file.suffix == ".json":
        if exhibit is not None or given["evidence_title"] is not None:
            raise InputError(
                f"{file} says itself what its title and its exhibit are: leave those options out"
            )
        return read_document(EvidenceDocument, file)
    return EvidenceDocument(
        name=given["evidence_title"] or (file.stem if file else "Evidence"),
        description=text if text is not None else read_text(file or Path()),
        file_uri=given["exhibit_uri"] or "",
        file_hash=sha256_file(exhibit) if exhibit else ZERO_HASH,
    )
