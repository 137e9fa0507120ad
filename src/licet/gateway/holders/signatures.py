"""Requests signed one by one (RFC 9421): with a wallet's key (ERC-8128), or a crawler's (Web Bot Auth).

A signature counts here if it covers what is asked for: the method, and the target's URI, or its authority,
path and query; of a request with a body, its digest as well. It names its end and a nonce, and is used once.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import InvalidSignature
from http_message_signatures.algorithms import ED25519, HTTPSignatureAlgorithm

from licet.chain.client import Chain
from licet.errors import InputError
from licet.gateway.errors import IdentityRefused
from licet.gateway.holders.messages import personal_digest
from licet.gateway.holders.nonces import Nonces
from licet.gateway.holders.signing_in import is_signed
from licet.gateway.keys import TAG, BotKey
from licet.gateway.signed import SKEW, Asked, Signature, check_holds, signatures_of
from licet.trees.hashing import parse_address
from licet.types import Address, shown

MAX_SECONDS: Final = 300
"""How long a signature may be valid, from its making to its end."""

_KEY: Final = re.compile(r"erc8128:([1-9][0-9]{0,18}):(0x[0-9a-fA-F]{40})", re.ASCII)
_NONCE: Final = re.compile(r"[!-~]{8,128}", re.ASCII)


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


class Signatures:
    """Says who signed a request.

    Args:
        chain: that wallets' signatures name.
        nonces: where used ones are kept.
        keys: of crawlers; those that read with nobody's licenses do not count.
    """

    def __init__(self, chain: Chain, nonces: Nonces, keys: tuple[BotKey, ...] = ()) -> None:
        self._chain: Final = chain
        self._nonces: Final = nonces
        self._keys: Final = {
            key.thumbprint: (key.holder, Ed25519PublicKey.from_public_bytes(key.public))
            for key in keys
            if key.holder is not None
        }

    def signer(self, asked: Asked) -> Address:
        """Whose licenses a signed request is to be read with. Asks the chain for contract wallets alone.

        Raises:
            IdentityRefused: it is not signed, by nobody known, too weakly, not for now, or was seen before.
                Nobody known may sign for something else: then `buys` in the facts is true.
            ChainError: a contract wallet could not be asked.
        """
        signature = self._holders(signatures_of(asked))
        _, expires = signature.times(MAX_SECONDS)
        if not _NONCE.fullmatch(signature.nonce):
            raise IdentityRefused("the request's signature names no nonce of 8 to 128 characters")
        holder, algorithm, key = self._key(signature.key_id)
        _check_covers(asked, check_holds(asked, signature, algorithm, key))
        if not self._nonces.use(f"request:{signature.key_id}:{signature.nonce}", expires + SKEW):
            raise IdentityRefused("the request's signature was used before: sign each request anew")
        return holder

    def _holders(self, signatures: tuple[Signature, ...]) -> Signature:
        """The one signature that is a holder's, of those of a request."""
        found = [
            each
            for each in signatures
            if _KEY.fullmatch(each.key_id) or (each.tag == TAG and each.key_id in self._keys)
        ]
        if not found:
            raise IdentityRefused(
                f"the key {shown(signatures[0].key_id)} is not known: name erc8128:<chain id>:<address>, or "
                f"with the tag {TAG} a key whose licenses this site knows",
                buys=True,
            )
        if len(found) > 1:
            raise IdentityRefused("the request has several signatures for licenses: sign it once")
        return found[0]

    def _key(self, key_id: str) -> tuple[Address, type[HTTPSignatureAlgorithm], object]:
        match = _KEY.fullmatch(key_id)
        if match is None:
            holder, public = self._keys[key_id]
            return holder, ED25519, public
        if int(match[1]) != self._chain.chain_id:
            raise IdentityRefused(f"the key {key_id} is of another chain than {self._chain.chain_id}")
        try:
            address = parse_address(match[2])
        except InputError as error:
            raise IdentityRefused(str(error)) from error
        return address, _Personal, _Wallet(self._chain, address)


def _check_covers(asked: Asked, covered: frozenset[str]) -> None:
    target = {'"@authority"', '"@path"'} | ({'"@query"'} if "?" in asked.url else set())
    if '"@method"' not in covered or not ('"@target-uri"' in covered or target <= covered):
        raise IdentityRefused(
            "the request's signature must cover @method, and @target-uri, or @authority, @path and @query"
        )
