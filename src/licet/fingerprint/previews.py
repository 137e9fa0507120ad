"""Previews: small pictures by which people recognise a work; checked before they are shown to anybody."""

import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from licet.errors import InputError
from licet.fingerprint.media import HEAD_BYTES, PREVIEW_FORMATS, Media, media_of, media_type

MAX_PREVIEW_BYTES: Final = 128 << 10
"""The largest preview that is made, or shown."""
MAX_PREVIEW_SIDE: Final = 640
"""Pixels that a preview is wide, and high, at most."""

PREVIEW_TYPE: Final = "image/jpeg"
"""What previews are made as: every browser shows it, and its canvas writes it."""

_QUALITIES: Final = (82, 70, 55, 40, 25)
_FAULTS: Final = (
    *(OSError, ValueError, SyntaxError, EOFError, LookupError, ArithmeticError, TypeError),
    *(struct.error, zlib.error, MemoryError),
)
"""What Pillow's readers trip over in broken files."""


def preview_of(path: Path) -> bytes | None:
    """A preview of a picture's file: upright, on white, without what else the file tells (place, camera).

    None where the file is no picture.

    Raises:
        InputError: it looks like a picture, and cannot be read.
    """
    # numpy and pdqhash come with it, which whoever shows previews does not need.
    from licet.fingerprint.pictures import read_picture

    try:
        with path.open("rb") as file:
            kind = media_type(file.read(HEAD_BYTES))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if media_of(kind) is not Media.IMAGE:
        return None
    picture = read_picture(path)
    picture.thumbnail((MAX_PREVIEW_SIDE, MAX_PREVIEW_SIDE), Image.Resampling.LANCZOS)
    for quality in _QUALITIES:
        made = BytesIO()
        picture.save(made, "JPEG", quality=quality, optimize=True)
        if made.tell() <= MAX_PREVIEW_BYTES:
            break
    return made.getvalue()


def check_preview(data: bytes) -> str:
    """The media type of a preview, if it is one: a still picture, small, that can be read to its end.

    Raises:
        InputError: it is anything else.
    """
    if len(data) > MAX_PREVIEW_BYTES:
        raise InputError(f"a preview has at most {MAX_PREVIEW_BYTES:,} bytes, this has {len(data):,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data), formats=tuple(PREVIEW_FORMATS.values())) as picture:
                if max(picture.size) > MAX_PREVIEW_SIDE:
                    raise InputError(
                        f"a preview is at most {MAX_PREVIEW_SIDE} pixels wide and high, "
                        f"this is {picture.width} by {picture.height}"
                    )
                if getattr(picture, "n_frames", 1) != 1:
                    raise InputError("a preview is one picture, and no animation")
                found = picture.format
                picture.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, *_FAULTS) as error:
        raise InputError(f"the preview cannot be read: {error}") from error
    return next(name for name, format_ in PREVIEW_FORMATS.items() if format_ == found)
