# ruff: noqa: D102 - to_json and from_json are documented in Document
"""A work's metadata: what identifies it, exactly and by likeness."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from licet.documents.base import Document, array, check_keys, checked, string
from licet.documents.previews import Preview
from licet.errors import InputError
from licet.fingerprint.codes import parse_iscc, parse_pdq
from licet.types import Hash32, parse_hash, parse_uint, shown

if TYPE_CHECKING:
    from licet.fingerprint.likeness import Fingerprint

_MEDIA_TYPE: Final = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}", re.ASCII)
_MAX_UNITS: Final = 8


@dataclass(frozen=True, slots=True)
class WorkDocument(Document):
    """What a registrant says of a work; whether it is so, only the file shows.

    Attributes:
        sha256: of its bytes.
        size: how many they are.
        media_type: what kind of file it is.
        iscc: its ISCC-CODE (ISO 24138); None where whoever registered it could not make one, as a browser.
        units: ISCC-UNITs of the same work that are longer than in the ISCC-CODE.
        pdq: a picture's PDQ hash, in hex.
        title: for people.
        preview: a small picture of it, for people.
    """

    TYPE: ClassVar[str] = "licet/work/1"

    sha256: Hash32
    size: int
    media_type: str
    iscc: str | None = None
    units: tuple[str, ...] = ()
    pdq: str | None = None
    title: str | None = None
    preview: Preview | None = None

    def __post_init__(self) -> None:
        parse_uint(str(self.size), 64, "size")
        if _MEDIA_TYPE.fullmatch(self.media_type) is None:
            raise InputError(f"{shown(self.media_type)} is not a media type: such as image/png")
        if len(self.units) > _MAX_UNITS:
            raise InputError(f"a work has at most {_MAX_UNITS} ISCC-UNITs, these are {len(self.units)}")
        for iscc in self.codes:
            parse_iscc(iscc)
        if self.pdq is not None:
            parse_pdq(self.pdq)

    @property
    def codes(self) -> tuple[str, ...]:
        """All its ISCCs."""
        return self.units if self.iscc is None else (*self.units, self.iscc)

    @classmethod
    def of(cls, fingerprint: "Fingerprint", title: str | None = None, preview: Preview | None = None) -> Self:
        """The document of a file that was read."""
        return cls(
            sha256=fingerprint.sha256,
            size=fingerprint.size,
            media_type=fingerprint.content.media_type,
            iscc=fingerprint.iscc,
            units=fingerprint.units,
            pdq=fingerprint.content.pdq,
            title=title,
            preview=preview,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "sha256": self.sha256[2:],
            "size": str(self.size),
            "mediaType": self.media_type,
            **({"iscc": self.iscc} if self.iscc is not None else {}),
            **({"units": list(self.units)} if self.units else {}),
            **({"pdq": self.pdq} if self.pdq is not None else {}),
            **({"title": self.title} if self.title is not None else {}),
            **({"preview": self.preview.to_json()} if self.preview is not None else {}),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        optional = ("iscc", "units", "pdq", "title", "preview")
        check_keys(data, "type", "sha256", "size", "mediaType", optional=optional)
        units = array(data, "units") if "units" in data else []
        return cls(
            sha256=parse_hash(string(data, "sha256"), "SHA-256"),
            size=parse_uint(string(data, "size"), 64, "size"),
            media_type=string(data, "mediaType"),
            iscc=string(data, "iscc") if "iscc" in data else None,
            units=tuple(checked(unit, str, "a unit") for unit in units),
            pdq=string(data, "pdq") if "pdq" in data else None,
            title=string(data, "title") if "title" in data else None,
            preview=Preview.from_json(data["preview"]) if "preview" in data else None,
        )
