"""Previews, as documents name them: the pictures themselves lie beside the documents."""

from dataclasses import dataclass
from typing import Self

from licet.documents.base import check_keys, json_object, string
from licet.errors import InputError
from licet.fingerprint.media import PREVIEW_FORMATS
from licet.types import Hash32, parse_hash, shown


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture of a work or of a catalogue, which lies beside its document.

    Attributes:
        sha256: of the picture's bytes.
        media_type: `image/jpeg`, `image/png` or `image/webp`.
    """

    sha256: Hash32
    media_type: str

    def __post_init__(self) -> None:
        if self.media_type not in PREVIEW_FORMATS:
            known = ", ".join(PREVIEW_FORMATS)
            raise InputError(f"{shown(self.media_type)} is no kind of preview: {known} are")

    @property
    def file_name(self) -> str:
        """The name of its file."""
        return f"{self.sha256[2:]}.{self.media_type.partition('/')[2]}"

    def to_json(self) -> dict[str, str]:
        """The preview as a member of a document."""
        return {"sha256": self.sha256[2:], "mediaType": self.media_type}

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            InputError: it is anything else.
        """
        item = json_object(data, "a preview")
        check_keys(item, "sha256", "mediaType")
        return cls(parse_hash(string(item, "sha256"), "SHA-256"), string(item, "mediaType"))
