"""EIP-712: structs that are hashed, signed, and written to JSON from one description of their members.

A struct's class is a frozen dataclass; its `Struct` lists the members in signing order. Only the types that
Licet signs are known: uints, bool, address, bytes32 and string, and a struct that another holds by its hash.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from licet.errors import DocumentInvalid, InputError
from licet.trees.hashing import keccak, parse_address
from licet.types import Address, Hash32, address_bytes, hash32, hash_bytes, parse_hash, parse_uint, shown

MAX_URI_BYTES = 1024
"""Longest URI that the contracts take, in UTF-8 bytes."""

_DOMAIN_MEMBERS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


def new_salt() -> Hash32:
    """8 random bytes, after 24 zeros: enough to tell equal terms apart, and zeros are cheap on chain."""
    return hash32(bytes(24) + secrets.token_bytes(8))


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a struct.

    Attributes:
        name: in Solidity, in signatures and in JSON.
        type: its Solidity type.
        attribute: its name in the Python class.
        struct: what a signer reads here, where the chain and the class hold its hash (`bytes32`) alone.
    """

    name: str
    type: str
    attribute: str
    struct: "Struct | None" = None

    @property
    def signed_type(self) -> str:
        """Its type in the EIP-712 message."""
        return self.struct.name if self.struct else self.type


class Struct:
    """An EIP-712 struct type."""

    def __init__(self, name: str, *members: Member) -> None:
        self.name = name
        self.members = members
        own = f"{name}({','.join(f'{m.signed_type} {m.name}' for m in members)})"
        self.encoded_type: str = own + "".join(struct.encoded_type for struct in self._structs())
        self.type_hash = keccak(self.encoded_type.encode())

    def _structs(self) -> "Iterator[Struct]":
        return (m.struct for m in self.members if m.struct)

    def normalize(self, value: object) -> None:
        """Checks each member's type and range, and writes addresses and hashes in their one spelling.

        For `__post_init__` of frozen dataclasses.

        Raises:
            InputError: a member is of another type or out of range.
        """
        for member in self.members:
            what = f"{self.name}.{member.name}"
            checked = _checked(getattr(value, member.attribute), member.type, what)
            object.__setattr__(value, member.attribute, checked)

    def hash(self, value: object) -> Hash32:
        """The struct hash of a normalized value (EIP-712 `hashStruct`)."""
        words = (_word(getattr(value, m.attribute), m.type) for m in self.members)
        return hash32(keccak(self.type_hash + b"".join(words)))

    def to_abi(self, value: object) -> dict[str, Any]:
        """The members by their Solidity names, as they are."""
        return {m.name: getattr(value, m.attribute) for m in self.members}

    def from_abi(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments for the Python class from members by their Solidity names."""
        return {m.attribute: members[m.name] for m in self.members}

    def to_json(self, value: object) -> dict[str, Any]:
        """A JSON object with the members' Solidity names; integers are decimal strings."""
        return {m.name: _plain(getattr(value, m.attribute)) for m in self.members}

    def from_json(self, data: object) -> dict[str, Any]:
        """The arguments for the Python class from what `to_json` wrote.

        Raises:
            DocumentInvalid: it is not an object with exactly these members, or one has another JSON type.
        """
        if not isinstance(data, Mapping) or set(data) != {m.name for m in self.members}:
            raise DocumentInvalid(f"{self.name} must have exactly: {', '.join(m.name for m in self.members)}")
        return {m.attribute: _read(data[m.name], m.type, f"{self.name}.{m.name}") for m in self.members}

    def typed_data(
        self, value: object, chain_id: int, contract: Address, **structs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The full message that wallets (`eth_signTypedData_v4`) and eth-account sign.

        Args:
            value: the struct.
            chain_id: EIP-155 chain id.
            contract: that the signature is for.
            structs: as JSON, the structs that the value holds by their hashes.
        """
        types = {
            struct.name: [{"name": m.name, "type": m.signed_type} for m in struct.members]
            for struct in (self, *self._structs())
        }
        return {
            "types": {
                "EIP712Domain": [{"name": name, "type": kind} for name, kind in _DOMAIN_MEMBERS],
                **types,
            },
            "primaryType": self.name,
            "domain": {"name": "Licet", "version": "1", "chainId": chain_id, "verifyingContract": contract},
            "message": self.to_json(value) | structs,
        }


@lru_cache(maxsize=1 << 8)
def domain_separator(chain_id: int, contract: Address) -> Hash32:
    """The EIP-712 domain separator of a contract of Licet, version 1."""
    return separator_of("Licet", "1", chain_id, contract)


def separator_of(name: str, version: str, chain_id: int, contract: Address) -> Hash32:
    """The EIP-712 domain separator of any contract whose domain has these four members, and no other."""
    kinds = ",".join(f"{kind} {member}" for member, kind in _DOMAIN_MEMBERS)
    words = (
        keccak(f"EIP712Domain({kinds})".encode()),
        keccak(name.encode()),
        keccak(version.encode()),
        chain_id.to_bytes(32),
        _word(contract, "address"),
    )
    return hash32(keccak(b"".join(words)))


@lru_cache(maxsize=1 << 12)
def signing_digest(struct_hash: Hash32, chain_id: int, contract: Address) -> Hash32:
    """The 32 bytes that are signed: keccak256(0x1901 ‖ domain separator ‖ struct hash)."""
    domain = hash_bytes(domain_separator(chain_id, contract))
    return hash32(keccak(b"\x19\x01" + domain + hash_bytes(struct_hash)))


def _checked(value: Any, kind: str, what: str) -> Any:
    if kind.startswith("uint"):
        # A bool is an int in Python, but not in Solidity.
        if not isinstance(value, int) or isinstance(value, bool):
            raise InputError(f"{what} is {shown(value)}: {kind} expected")
        if value >> int(kind.removeprefix("uint")):
            raise InputError(f"{what} is out of range for {kind}")
        return value
    expected = bool if kind == "bool" else str
    if not isinstance(value, expected):
        raise InputError(f"{what} is {shown(value)}: {kind} expected")
    return _CHECKS[kind](value, what) if kind in _CHECKS else value


def _checked_uri(value: str, what: str) -> str:
    try:
        length = len(value.encode())
    except UnicodeEncodeError as error:
        raise InputError(f"{what} is {shown(value)}: not valid Unicode") from error
    if length > MAX_URI_BYTES:
        raise InputError(f"{what} has {length} bytes: at most {MAX_URI_BYTES} are allowed")
    return value


_CHECKS: dict[str, Callable[[Any, str], str]] = {
    "address": parse_address,
    "bytes32": parse_hash,
    "string": _checked_uri,
}


def _word(value: Any, kind: str) -> bytes:
    """A member's 32 bytes in the EIP-712 encoding."""
    if kind == "address":
        return bytes(12) + address_bytes(value)
    if kind == "bytes32":
        return hash_bytes(value)
    if kind == "string":
        return keccak(value.encode())
    return int(value).to_bytes(32)


def _plain(value: Any) -> Any:
    return str(int(value)) if isinstance(value, int) and not isinstance(value, bool) else value


def _read(value: Any, kind: str, what: str) -> Any:
    expected, word = (bool, "boolean") if kind == "bool" else (str, "string")
    if not isinstance(value, expected):
        raise DocumentInvalid(f"{what} is {shown(value)}: a JSON {word} expected")
    if not kind.startswith("uint"):
        return value
    try:
        return parse_uint(str(value), int(kind.removeprefix("uint")), what)
    except InputError as error:
        raise DocumentInvalid(str(error)) from error
