"""Crawlers' keys (Web Bot Auth), and whose licenses they read with."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Final

from licet.errors import InputError
from licet.types import Address, shown

_PUBLIC: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class BotKey:
    """A crawler's key, and whose licenses it reads with.

    Attributes:
        public: the Ed25519 public key, 32 bytes.
        holder: the licenses' holder.
    """

    public: bytes
    holder: Address

    @classmethod
    def parse(cls, public: str, holder: Address) -> "BotKey":
        """A key as a JWK has it (`x`, base64url).

        Raises:
            InputError: it is anything else.
        """
        if not _PUBLIC.fullmatch(public):
            raise InputError(f"{shown(public)} is no Ed25519 public key: 32 bytes in base64url, as a JWK's x")
        return cls(base64.urlsafe_b64decode(public + "="), holder)

    @property
    def thumbprint(self) -> str:
        """By what signatures name it (RFC 7638)."""
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": _text(self.public)}
        return _text(hashlib.sha256(json.dumps(jwk, separators=(",", ":")).encode()).digest())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
