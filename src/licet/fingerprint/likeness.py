"""What a file is like: its kind, its ISCC, for a picture its PDQ hash: all that a look-up needs."""

from dataclasses import dataclass
from pathlib import Path

from licet.errors import InputError, ToolMissing
from licet.fingerprint.audio import chromaprint, has_features
from licet.fingerprint.codes import Code, codes_of, with_short
from licet.fingerprint.exact import Progress, check_file
from licet.fingerprint.iscc import audio_code, byte_codes, image_code, iscc_code, text_code
from licet.fingerprint.media import HEAD_BYTES, Media, media_of, media_type
from licet.fingerprint.pictures import MIN_QUALITY, iscc_pixels, pdq_of, read_picture
from licet.fingerprint.text import read_text
from licet.types import Hash32


@dataclass(frozen=True, slots=True)
class Content:
    """What a work's content is like.

    Attributes:
        media_type: by its first bytes.
        iscc: the Content-Code, 256 bits; None where its kind has none, or the content has no features.
        pdq: the PDQ hash of a picture with enough features, in hex.
        unread: why the content of a text, picture or sound could not be read; None if it could.
    """

    media_type: str
    iscc: str | None = None
    pdq: str | None = None
    unread: str | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A file's identity, exact and by likeness.

    Attributes:
        sha256: of its bytes.
        size: how many they are.
        content: what it is like.
        iscc: the ISCC-CODE of Content-Code, if there is one, Data-Code and Instance-Code.
        data: the Data-Code, 256 bits.
    """

    sha256: Hash32
    size: int
    content: Content
    iscc: str
    data: str

    @property
    def units(self) -> tuple[str, ...]:
        """The units to compare, 256 bits each: the Content-Code if there is one, and the Data-Code."""
        return (self.content.iscc, self.data) if self.content.iscc else (self.data,)

    def codes(self) -> tuple[Code, ...]:
        """The code words that a look-up compares."""
        return with_short(codes_of(self.units, self.content.pdq))


def fingerprint(path: str | Path, progress: Progress | None = None) -> Fingerprint:
    """A file's fingerprint.

    Args:
        path: the file.
        progress: called with the number of bytes read since the last call.

    Raises:
        InputError: nothing is there, it is no regular file, it is empty, or cannot be read.
    """
    path = Path(path)
    try:
        check_file(path)
        with path.open("rb") as file:
            codes = byte_codes(file, progress)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if not codes.size:
        raise InputError(f"{path} is empty: an empty file is no work")
    content = content_of(path)
    units = [content.iscc, codes.data, codes.instance] if content.iscc else [codes.data, codes.instance]
    return Fingerprint(codes.sha256, codes.size, content, iscc_code(units), codes.data)


def content_of(path: Path) -> Content:
    """What a file's content is like; a content that cannot be read has no codes, and the reason.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            kind = media_type(file.read(HEAD_BYTES))
        match media_of(kind):
            case Media.TEXT:
                return Content(kind, text_code(read_text(path, kind)))
            case Media.IMAGE:
                return _picture(path, kind)
            case Media.AUDIO:
                vector = chromaprint(path)
                return Content(kind, audio_code(vector) if has_features(vector) else None)
            case Media.OTHER:
                return Content(kind)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except (InputError, ToolMissing) as error:
        return Content(kind, unread=str(error))


def _picture(path: Path, kind: str) -> Content:
    picture = read_picture(path)
    pdq, quality = pdq_of(picture)
    return Content(kind, image_code(iscc_pixels(picture)), pdq if quality >= MIN_QUALITY else None)
