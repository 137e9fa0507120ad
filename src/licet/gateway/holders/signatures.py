"""Requests signed one by one (RFC 9421): with a wallet's key (ERC-8128), or a crawler's (Web Bot Auth).

A signature counts here if it covers what is asked for: the method, and the target's URI, or its authority,
path and query; of a request with a body, its digest as well. It names its end and a nonce, and is used once.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import http_sf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature
from http_message_signatures.algorithms import ED25519, HTTPSignatureAlgorithm
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from licet.chain.client import Chain
from licet.errors import ChainError, InputError
from licet.gateway.errors import IdentityRefused
from licet.gateway.holders.keys import BotKey
from licet.gateway.holders.messages import personal_digest
from licet.gateway.holders.nonces import Nonces
from licet.gateway.holders.signing_in import is_signed
from licet.trees.hashing import parse_address
from licet.types import Address, shown

INPUT: Final = "Signature-Input"
SIGNATURE: Final = "Signature"

MAX_SECONDS: Final = 300
"""How long a signature may be valid, from its making to its end."""

MAX_FIELD: Final = 4096
"""The longest field of a signature that is read, characters."""

SKEW: Final = 5
"""Seconds by which a signer's clock may be ahead."""

_KEY: Final = re.compile(r"erc8128:([1-9][0-9]{0,18}):(0x[0-9a-fA-F]{40})", re.ASCII)
_NONCE: Final = re.compile(r"[!-~]{8,128}", re.ASCII)
_TAG: Final = "web-bot-auth"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as its signature speaks of it.

    Attributes:
        method: in capitals.
        url: what is asked for, under the public origin, spelled as it was sent.
        fields: its header fields; several of one name as they came.
        body: its content.
    """

    method: str
    url: str
    fields: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def headers(self) -> "_Fields":
        """The fields as the library takes them."""
        return _Fields(self.fields)


class _Fields(Mapping[str, str]):
    """Header fields; `items` has each line."""

    def __init__(self, fields: tuple[tuple[str, str], ...]) -> None:
        self._fields: Final = fields

    def items(self) -> Any:
        return self._fields

    def __getitem__(self, name: str) -> str:
        found = [value for other, value in self._fields if other.lower() == name.lower()]
        if not found:
            raise KeyError(name)
        return ", ".join(found)

    def __iter__(self) -> Any:
        return iter(dict(self._fields))

    def __len__(self) -> int:
        return len(dict(self._fields))


@dataclass(frozen=True, slots=True)
class _Wallet:
    chain: Chain
    address: Address


class _Personal(HTTPSignatureAlgorithm):
    """EIP-191 over the signature base, by an account or a contract."""

    algorithm_id = "eip191"

    def __init__(self, public_key: Any = None, private_key: Any = None) -> None:  # noqa: ARG002
        self._wallet: Final[_Wallet] = public_key

    def verify(self, signature: bytes, message: bytes) -> None:
        wallet = self._wallet
        if not is_signed(wallet.chain, wallet.address, personal_digest(message), signature):
            raise InvalidSignature(f"it is not {wallet.address}'s")


class _Known(HTTPSignatureKeyResolver):
    """The one key that a signature may be of."""

    def __init__(self, key: object) -> None:
        self._key: Final = key

    def resolve_public_key(self, key_id: str) -> Any:  # noqa: ARG002
        return self._key


class Signatures:
    """Says who signed a request.

    Args:
        chain: that wallets' signatures name.
        nonces: where used ones are kept.
        keys: of crawlers.
    """

    def __init__(self, chain: Chain, nonces: Nonces, keys: tuple[BotKey, ...] = ()) -> None:
        self._chain: Final = chain
        self._nonces: Final = nonces
        self._keys: Final = {key.thumbprint: key for key in keys}

    def signer(self, asked: Asked) -> Address:
        """Whose licenses a signed request is to be read with. Asks the chain for contract wallets alone.

        Raises:
            IdentityRefused: it is not signed, by nobody known, too weakly, not for now, or was seen before.
            ChainError: a contract wallet could not be asked.
        """
        parameters = _parameters(asked)
        key_id, nonce, expires = _checked(parameters)
        holder, algorithm, key = self._key(key_id, parameters)
        verifier = HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=_Known(key))
        verifier.max_clock_skew = timedelta(seconds=SKEW)
        try:
            (result,) = verifier.verify(
                asked, max_age=timedelta(seconds=MAX_SECONDS), body=asked.body if asked.body else None
            )
        except HTTPMessageSignaturesException as error:
            if isinstance(error.__cause__, ChainError):
                raise error.__cause__ from error
            raise IdentityRefused(f"the request's signature does not hold: {error}") from error
        _check_covers(asked, set(result.covered_components))
        if not self._nonces.use(f"request:{key_id}:{nonce}", expires + SKEW):
            raise IdentityRefused("the request's signature was used before: sign each request anew")
        return holder

    def _key(
        self, key_id: str, parameters: Mapping[str, Any]
    ) -> tuple[Address, type[HTTPSignatureAlgorithm], object]:
        match = _KEY.fullmatch(key_id)
        if match is not None:
            if int(match[1]) != self._chain.chain_id:
                raise IdentityRefused(f"the key {key_id} is of another chain than {self._chain.chain_id}")
            try:
                address = parse_address(match[2])
            except InputError as error:
                raise IdentityRefused(str(error)) from error
            return address, _Personal, _Wallet(self._chain, address)
        key = self._keys.get(key_id)
        if key is None or parameters.get("tag") != _TAG:
            raise IdentityRefused(
                f"the key {shown(key_id)} is not known: name erc8128:<chain id>:<address>, or with the tag "
                f"{_TAG} a key that this site knows"
            )
        return key.holder, ED25519, Ed25519PublicKey.from_public_bytes(key.public)


def _parameters(asked: Asked) -> Mapping[str, Any]:
    """What the one signature of a request says of itself."""
    try:
        field, signature = asked.headers[INPUT], asked.headers[SIGNATURE]
    except KeyError as error:
        raise IdentityRefused(f"a signed request has the fields {INPUT} and {SIGNATURE}") from error
    if len(field) + len(signature) > MAX_FIELD:
        raise IdentityRefused(f"the request's signature has more than {MAX_FIELD} characters")
    try:
        found: Any = http_sf.parse(field.encode(), tltype="dictionary")
        ((_, parameters),) = found.values()
    except (ValueError, TypeError, UnicodeError) as error:
        raise IdentityRefused(f"{INPUT} has not one signature: sign a request once") from error
    return dict(parameters)


def _checked(parameters: Mapping[str, Any]) -> tuple[str, str, int]:
    """The key, the nonce and the end of a signature."""
    key_id, nonce = parameters.get("keyid"), parameters.get("nonce")
    created, expires = parameters.get("created"), parameters.get("expires")
    if not isinstance(key_id, str) or not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        raise IdentityRefused("the request's signature names no keyid, or no nonce of 8 to 128 characters")
    if type(created) is not int or type(expires) is not int:
        raise IdentityRefused("the request's signature does not name created and expires")
    if not 0 < expires - created <= MAX_SECONDS or expires <= time.time():
        raise IdentityRefused(
            f"the request's signature is valid from {created} until {expires}: sign it for now, and for "
            f"{MAX_SECONDS} s at most"
        )
    return key_id, nonce, expires


def _check_covers(asked: Asked, covered: set[str]) -> None:
    target = {'"@authority"', '"@path"'} | ({'"@query"'} if "?" in asked.url else set())
    if '"@method"' not in covered or not ('"@target-uri"' in covered or target <= covered):
        raise IdentityRefused(
            "the request's signature must cover @method, and @target-uri, or @authority, @path and @query"
        )
