"""Text as people read and write it on a command line: amounts, lengths of time, percentages, files."""

from pathlib import Path

from licet.errors import InputError
from licet.fingerprint import check_file
from licet.text import format_amount, format_time, one_line, parse_amount, plural, short

__all__ = [
    "duration",
    "format_amount",
    "format_time",
    "one_line",
    "parse_amount",
    "percent",
    "plural",
    "read_text",
    "short",
]


def read_text(path: Path) -> str:
    """A text file's content.

    Raises:
        InputError: it cannot be read, or is not UTF-8.
    """
    check_file(path)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


def duration(seconds: int) -> str:
    """A length of time as people read it: `30 days`, `12 hours`; in the largest unit that it is whole in."""
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds and seconds % size == 0:
            return plural(seconds // size, noun)
    return plural(seconds, "second")


def percent(bps: int) -> str:
    """Basis points as people read them: `5 %`, `2.25 %`."""
    whole, rest = divmod(bps, 100)
    return f"{whole}.{rest:02d}".rstrip("0") + " %" if rest else f"{whole} %"
