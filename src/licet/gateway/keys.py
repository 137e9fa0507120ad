"""Crawlers' keys (Web Bot Auth): what policies call them, and whose licenses they read with."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Final

from licet.errors import InputError
from licet.types import Address, shown

TAG: Final = "web-bot-auth"
"""By which crawlers' signatures are known."""

PUBLISHED: Final = frozenset(
    {"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
)
"""Keys of examples (RFC 9421, RFC 8037): everybody can sign with them."""

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_PUBLIC: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class BotKey:
    """A crawler's key.

    Attributes:
        name: what policies call it; a crawler's keys, the old and the new one, may have one name.
        public: the Ed25519 public key, 32 bytes.
        holder: whose licenses it reads with; None if nobody's.
    """

    name: str
    public: bytes
    holder: Address | None = None

    @classmethod
    def parse(cls, name: str, public: str, holder: Address | None = None) -> "BotKey":
        """A key as a JWK has it (`x`, base64url).

        Raises:
            InputError: it is anything else, or has no name.
        """
        if not _NAME.fullmatch(name):
            raise InputError(f"{shown(name)} is no key's name: letters, digits, and . _ - alone, 64 at most")
        # Its last character has two bits to spare: one key has one spelling, by which examples' are known.
        if not _PUBLIC.fullmatch(public) or _text(base64.urlsafe_b64decode(public + "=")) != public:
            raise InputError(f"{shown(public)} is no Ed25519 public key: 32 bytes in base64url, as a JWK's x")
        return cls(name, base64.urlsafe_b64decode(public + "="), holder)

    @property
    def thumbprint(self) -> str:
        """By what signatures name it (RFC 7638)."""
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": _text(self.public)}
        return _text(hashlib.sha256(json.dumps(jwk, separators=(",", ":")).encode()).digest())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
