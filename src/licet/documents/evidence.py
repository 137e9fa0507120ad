# ruff: noqa: D102 - to_json and from_json are documented in Document
"""Evidence: what a claim in a case rests on, as arbitrators' programs read it (ERC-1497)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from licet.documents.base import Document, check_keys, string
from licet.errors import InputError
from licet.types import ZERO_HASH, Hash32, parse_hash


@dataclass(frozen=True, slots=True)
class EvidenceDocument(Document):
    """What somebody says in a case, and the file that shows it.

    Attributes:
        name: a title; not empty.
        description: what is claimed, and why.
        file_uri: where the file is, if there is one.
        file_hash: its SHA-256; zero if there is none.
    """

    TYPE: ClassVar[str] = "licet/evidence/1"

    name: str
    description: str
    file_uri: str = ""
    file_hash: Hash32 = ZERO_HASH

    def __post_init__(self) -> None:
        object.__setattr__(self, "file_hash", parse_hash(self.file_hash, "SHA-256"))
        if not self.name:
            raise InputError("evidence needs a name")
        if bool(self.file_uri) != (self.file_hash != ZERO_HASH):
            raise InputError("a file that is evidence has a URI and a SHA-256: give both, or neither")

    def to_json(self) -> dict[str, Any]:
        file = {"fileURI": self.file_uri, "fileHash": self.file_hash[2:]} if self.file_uri else {}
        return {"name": self.name, "description": self.description, **file}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "name", "description", optional=("fileURI", "fileHash"))
        return cls(
            name=string(data, "name"),
            description=string(data, "description"),
            file_uri=string(data, "fileURI") if "fileURI" in data else "",
            file_hash=parse_hash(string(data, "fileHash"), "SHA-256") if "fileHash" in data else ZERO_HASH,
        )
