"""What kind of work a file is, by its first bytes: names lie, and archives have none that can be trusted."""

from enum import StrEnum
from typing import Final

HEAD_BYTES: Final = 4096
"""How many bytes of a file its kind is told by."""

PREVIEW_FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
"""What previews may be, by their media types, as Pillow calls it."""


class Media(StrEnum):
    """What can be compared by content; the value is what stands for it in messages."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    OTHER = "other"


# Where the bytes stand, the bytes, the media type.
_SIGNATURES: Final = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (4, b"ftypM4A", "audio/mp4"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"{\\rtf", "application/rtf"),
)
# Files that hold chunks of bytes: the four bytes they begin with, the four that stand eighth.
_CONTAINERS: Final = {
    b"RIFFWEBP": "image/webp",
    b"RIFFWAVE": "audio/wav",
    b"FORMAIFF": "audio/aiff",
    b"FORMAIFC": "audio/aiff",
}
# A frame of MPEG's layer III, versions 1, 2 and 2.5, with a checksum or without.
_MPEG_FRAMES: Final = (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3", b"\xff\xe2")
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\v\f\r")) + b"\x7f"
_MARKUP: Final = (b"<!doctype html", b"<html", b"<?xml", b"<svg")


def media_type(head: bytes) -> str:
    """The media type of a file that begins with these bytes; `application/octet-stream` where unknown."""
    for at, signature, name in _SIGNATURES:
        if head[at : at + len(signature)] == signature:
            return name
    if head[:4] + head[8:12] in _CONTAINERS:
        return _CONTAINERS[head[:4] + head[8:12]]
    if head[:2] in _MPEG_FRAMES:
        return "audio/mpeg"
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return "image/bmp"
    if looks_like_text(head):
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        return "text/html" if start.startswith(_MARKUP) else "text/plain"
    return "application/octet-stream"


def media_of(name: str) -> Media:
    """What a media type is compared as."""
    kind = name.partition("/")[0]
    return Media(kind) if kind in tuple(Media) else Media.OTHER


def looks_like_text(head: bytes) -> bool:
    """Whether these bytes may be text: in UTF-8, UTF-16, or one of the codes with a byte a character."""
    if head.startswith(_BYTE_ORDER_MARKS) or utf16_order(head):
        return True
    return bool(head.strip()) and head.translate(None, _CONTROLS) == head


def utf16_order(head: bytes) -> str | None:
    """The codec of UTF-16 without a byte order mark, told by where its zero bytes are; None if it is none."""
    even, odd = head[0::2], head[1::2]
    if len(odd) >= 2 and odd.count(0) * 2 > len(odd) and not even.count(0):
        return "utf-16-le"
    if len(even) >= 2 and even.count(0) * 2 > len(even) and not odd.count(0):
        return "utf-16-be"
    return None
