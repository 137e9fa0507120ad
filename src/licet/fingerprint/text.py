"""Plain text out of files: encodings told apart, markup left out."""

import codecs
from pathlib import Path
from typing import Final

from licet.fingerprint.media import utf16_order

MAX_CHARACTERS: Final = 10_000_000
"""Of a longer text the beginning counts, as iscc-sdk has it."""

_MAX_BYTES: Final = 4 * MAX_CHARACTERS
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNSEEN: Final = frozenset(("script", "style", "template", "noscript"))


def read_text(path: Path, media_type: str) -> str:
    """A file's text, at most 10 million characters of it. May raise `OSError`."""
    with path.open("rb") as file:
        data = file.read(_MAX_BYTES)
    text = decode_text(data)
    if media_type == "text/html":
        text = _without_markup(text)
    return text[:MAX_CHARACTERS]


def decode_text(data: bytes) -> str:
    """Text by its byte order mark, else as UTF-8, else as UTF-16, else as Windows-1252."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    order = utf16_order(data[:4096])
    if order:
        return data.decode(order, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        # A character that the end of what was read cuts in two is no other encoding.
        if error.start >= len(data) - 3 and len(data) == _MAX_BYTES:
            return data[: error.start].decode()
    # Latin-1, with letters in five places where Latin-1 has controls.
    return data.decode("cp1252", "replace")


def _without_markup(text: str) -> str:
    """What a reader sees of HTML or XML; nothing in it is fetched or run."""
    from lxml import etree

    # The text is known: what the page says of its own encoding would be wrong.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        return ""
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    return " ".join(str(part) for part in root.itertext())
