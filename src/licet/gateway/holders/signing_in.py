"""Signing in with a wallet: a message of EIP-4361 that this site asked for, signed by its address."""

import re
import time
from typing import Final
from urllib.parse import urlsplit

from licet.chain.client import Chain
from licet.chain.signatures import is_valid
from licet.errors import InputError
from licet.gateway.errors import IdentityRefused
from licet.gateway.holders.messages import SignIn
from licet.gateway.holders.nonces import SECONDS, Nonces
from licet.gateway.holders.tokens import Kind, Token, Tokens
from licet.gateway.signed import SKEW
from licet.types import Address, Hash32

CLIENT_SECONDS: Final = 30 * 86_400
"""How long a secret for the token endpoint lives at most."""

_SIGNATURE: Final = re.compile(r"0x(?:[0-9a-fA-F]{2}){64,2048}", re.ASCII)


class SigningIn:
    """Signs holders in.

    Args:
        origin: the site's.
        chain: whose chain id the message names, and where contract wallets are asked.
        nonces: that it gave out.
        tokens: where the tokens are kept.
        seconds: how long a session lives at most.
    """

    def __init__(self, origin: str, chain: Chain, nonces: Nonces, tokens: Tokens, seconds: int) -> None:
        self._origin: Final = urlsplit(origin)
        self._chain: Final = chain
        self._nonces: Final = nonces
        self._tokens: Final = tokens
        self._seconds: Final = seconds

    def sign_in(self, text: str, signature: str, *, client: bool = False) -> tuple[str, Token]:
        """Checks a signed message, and gives out a token. Asks the chain for contract wallets alone.

        Args:
            text: the message.
            signature: of its address, in hex.
            client: whether a secret for the token endpoint is wanted, not a session.

        Raises:
            IdentityRefused: the message is not for this site, or not for now, or not signed by its address.
            ChainError: a contract wallet could not be asked.
        """
        now = int(time.time())
        try:
            message = SignIn.parse(text)
        except InputError as error:
            raise IdentityRefused(str(error)) from error
        self._check_place(message)
        _check_times(message, now)
        if not _SIGNATURE.fullmatch(signature):
            raise IdentityRefused("the signature is none in hex, of 64 bytes or more")
        if not is_signed(self._chain, message.address, message.digest, bytes.fromhex(signature[2:])):
            raise IdentityRefused(f"the signature is not {message.address}'s")
        if not self._nonces.use(f"sign-in:{message.nonce}", now + SECONDS):
            raise IdentityRefused("the message was used before: ask for another nonce")
        kind, seconds = (Kind.CLIENT, CLIENT_SECONDS) if client else (Kind.SESSION, self._seconds)
        until = now + seconds if message.expires_at is None else min(now + seconds, message.expires_at)
        token = Token(kind, message.address, until, now)
        return self._tokens.issue(token), token

    def _check_place(self, message: SignIn) -> None:
        if message.domain != self._origin.netloc or message.scheme not in ("", self._origin.scheme):
            raise IdentityRefused(f"the message is for {message.domain}, this is {self._origin.netloc}")
        uri, own = message.uri, self._origin.geturl()
        if uri != own and not uri.startswith(f"{own}/"):
            raise IdentityRefused(f"the message's URI is not below {own}")
        if message.chain_id != self._chain.chain_id:
            raise IdentityRefused(
                f"the message is for chain {message.chain_id}, this is {self._chain.chain_id}"
            )
        if not self._nonces.is_own(message.nonce):
            raise IdentityRefused("the nonce was not given out here, or too long ago: ask for another")


def _check_times(message: SignIn, now: int) -> None:
    if not now - SECONDS <= message.issued_at <= now + SKEW:
        raise IdentityRefused(f"the message was issued at {message.issued_at}: it is {now}")
    if message.expires_at is not None and message.expires_at <= now:
        raise IdentityRefused(f"the message is void from {message.expires_at}: it is {now}")
    if message.not_before is not None and message.not_before > now:
        raise IdentityRefused(f"the message is valid from {message.not_before}: it is {now}")


def is_signed(chain: Chain, signer: Address, digest: Hash32, signature: bytes) -> bool:
    """Whether an account's wallet, or a contract, signed a digest; wallets' 0 and 1 stand for 27 and 28."""
    if len(signature) == 65 and signature[64] < 2:
        signature = signature[:64] + bytes([signature[64] + 27])
    return is_valid(chain, signer, digest, signature)
