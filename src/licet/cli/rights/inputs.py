"""Documents that commands on rights read: from files, or one of them from stdin; never more than fits."""

import sys
from pathlib import Path
from typing import Final

import click

from licet.errors import InputError
from licet.fingerprint import check_file

STDIN: Final = Path("-")
DOCUMENT: Final = click.Path(path_type=Path)


def read_inputs(*paths: Path, most: int) -> list[bytes]:
    """The bytes of some documents, in their order.

    Args:
        paths: files; `-` for stdin, once.
        most: the largest that a document may be, bytes.

    Raises:
        InputError: stdin is named twice, or a document is no file, too large, or cannot be read.
    """
    if list(paths).count(STDIN) > 1:
        raise InputError("only one of the documents can come from stdin: put the others into files")
    return [_read(path, most) for path in paths]


def _read(path: Path, most: int) -> bytes:
    if path == STDIN:
        data = sys.stdin.buffer.read(most + 1)
        name = "stdin"
    else:
        check_file(path)
        name = str(path)
        try:
            with path.open("rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(data) > most:
        raise InputError(f"{name} is too large for such a document: {most:,} bytes are the most")
    return data
