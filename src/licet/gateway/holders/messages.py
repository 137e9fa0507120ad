"""Sign-In with Ethereum (EIP-4361): the message that a wallet shows and signs, read in its one form."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from licet.errors import InputError
from licet.trees.hashing import keccak, parse_address
from licet.types import Address, Hash32, hash32, parse_uint, shown

MAX_CHARACTERS: Final = 4096
"""The longest message that is read."""

_CHAIN_BITS: Final = 64
_NONCE: Final = re.compile(r"[A-Za-z0-9]{8,128}", re.ASCII)
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_FORM: Final = re.compile(
    r"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://)?(?P<domain>[!-~]+)"
    r" wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9a-fA-F]{40})\n\n"
    r"(?:(?P<statement>[ -~]+)\n)?\n"
    r"URI: (?P<uri>[!-~]+)\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain_id>[0-9]+)\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]+)\n"
    r"Issued At: (?P<issued_at>[!-~]+)"
    r"(?:\nExpiration Time: (?P<expires_at>[!-~]+))?"
    r"(?:\nNot Before: (?P<not_before>[!-~]+))?"
    r"(?:\nRequest ID: (?P<request_id>[!-~]*))?"
    r"(?:\nResources:(?P<resources>(?:\n- [!-~]+)*))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What somebody signs to sign in. Times are unix seconds.

    Attributes:
        domain: who asks: host, and port if it is not the scheme's.
        address: who signs.
        uri: what is signed in to.
        chain_id: EIP-155 chain id, where a contract wallet is asked.
        nonce: of the one who asks; used once.
        issued_at: when it was made.
        scheme: of the origin that asks; empty where the message names none.
        statement: for people.
        expires_at: when it becomes void; None for never.
        not_before: when it becomes valid; None for at once.
        text: the message as it was signed.
    """

    domain: str
    address: Address
    uri: str
    chain_id: int
    nonce: str
    issued_at: int
    scheme: str
    statement: str
    expires_at: int | None
    not_before: int | None
    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a message: every line in its place, nothing besides.

        Raises:
            InputError: it is anything else.
        """
        match = _FORM.fullmatch(text) if len(text) <= MAX_CHARACTERS else None
        if match is None:
            raise InputError("this is no message of EIP-4361 (Sign-In with Ethereum), version 1")
        found = match.groupdict()
        if not _NONCE.fullmatch(found["nonce"]):
            raise InputError(f"the nonce {shown(found['nonce'])} has not 8 to 128 letters and digits")
        address = parse_address(found["address"], "address")
        if address != found["address"]:
            raise InputError(f"the address {found['address']} is not spelled with its checksum (EIP-55)")
        return cls(
            domain=found["domain"].lower(),
            address=address,
            uri=found["uri"],
            chain_id=parse_uint(found["chain_id"], _CHAIN_BITS, "chain id"),
            nonce=found["nonce"],
            issued_at=_second(found["issued_at"]),
            scheme=(found["scheme"] or "").lower(),
            statement=found["statement"] or "",
            expires_at=None if found["expires_at"] is None else _second(found["expires_at"]),
            not_before=None if found["not_before"] is None else _second(found["not_before"]),
            text=text,
        )

    @property
    def digest(self) -> Hash32:
        """What the wallet signs."""
        return personal_digest(self.text.encode())


def personal_digest(message: bytes) -> Hash32:
    """What a wallet signs of a message for people (EIP-191, version `E`)."""
    return hash32(keccak(b"\x19Ethereum Signed Message:\n%d" % len(message) + message))


def _second(text: str) -> int:
    """A time of RFC 3339 as unix second."""
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError) as error:
        raise InputError(f"{shown(text)} is no time as RFC 3339 has it, with an offset") from error
