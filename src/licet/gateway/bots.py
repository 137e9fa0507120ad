"""Crawlers that sign their requests (Web Bot Auth), and are known by that to policies.

Their signatures cover the site's authority, and mostly nothing else: they say who asks, not what for. So they
choose the policy, and open nothing that is licensed. Keys are those of the configuration: none is fetched.
"""

import hashlib
import heapq
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures.algorithms import ED25519
from starlette.types import Scope

from licet.gateway.errors import IdentityRefused
from licet.gateway.keys import TAG, BotKey
from licet.gateway.signed import INPUT, Asked, Signature, check_holds, signatures_of

MAX_SECONDS: Final = 86_400
"""How long a signature may be valid, from its making to its end."""

MAX_NONCES: Final = 200_000
"""The most nonces that are remembered, of all keys together."""

WANTED: Final = f'sig1=("@authority");created;expires;tag="{TAG}"'
"""What a signature has, as the field Accept-Signature says it."""

_FIELD: Final = INPUT.lower().encode()


class Once:
    """The nonces of one key's signatures: each counts once.

    Remembered are those of the signatures that were made last. One that is older than all of these, or than
    the memory, does not count: nobody knows whether it did before.

    Args:
        most: so many.
        since: unix second; what was signed before does not count.
    """

    def __init__(self, most: int, since: int) -> None:
        self._most: Final = most
        self._since = since
        self._used: Final[set[bytes]] = set()
        self._made: Final[list[tuple[int, bytes]]] = []

    def use(self, nonce: str, created: int) -> bool:
        """Uses the nonce of a signature that was made at a unix second; says whether it was unused."""
        name = hashlib.sha256(nonce.encode()).digest()
        if created < self._since or name in self._used:
            return False
        self._used.add(name)
        heapq.heappush(self._made, (created, name))
        if len(self._made) > self._most:
            oldest, forgotten = heapq.heappop(self._made)
            self._used.discard(forgotten)
            self._since = oldest + 1
        return True

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True, slots=True)
class _Bot:
    name: str
    public: Ed25519PublicKey
    nonces: Once


class Bots:
    """Says which crawlers signed a request.

    Args:
        origin: of the site; a signature for another authority does not hold.
        keys: that policies name.
        most: how many nonces are remembered.
    """

    def __init__(self, origin: str, keys: Iterable[BotKey], *, most: int = MAX_NONCES) -> None:
        self._origin: Final = origin
        keys, since = tuple(keys), int(time.time())
        self._bots: Final = {
            key.thumbprint: _Bot(
                key.name, Ed25519PublicKey.from_public_bytes(key.public), Once(most // len(keys), since)
            )
            for key in keys
        }

    def names(self, scope: Scope) -> tuple[str, ...]:
        """The names of the keys that a request is signed with, of those that are known here; mostly none.

        What is signed for something else, by others, or in fields that cannot be read, is left alone.

        Raises:
            IdentityRefused: it says that it is signed with one of these keys, for this; and that is not so.
        """
        if not any(name == _FIELD for name, _ in scope["headers"]):
            return ()
        asked = Asked.of(scope, self._origin)
        try:
            signatures = signatures_of(asked)
        except IdentityRefused:
            return ()
        own = (each for each in signatures if each.tag == TAG and each.key_id in self._bots)
        return tuple(sorted({self._name(asked, signature) for signature in own}))

    def _name(self, asked: Asked, signature: Signature) -> str:
        bot = self._bots[signature.key_id]
        created, _ = signature.times(MAX_SECONDS)
        covered = check_holds(asked, signature, ED25519, bot.public)
        if not covered & {'"@authority"', '"@target-uri"'}:
            raise IdentityRefused("the request's signature must cover @authority, or @target-uri")
        # Without a nonce, whoever signs may show a signature again until it ends.
        if signature.nonce and not bot.nonces.use(signature.nonce, created):
            raise IdentityRefused(
                "the request's signature was used before, or made too long ago to know: sign each anew"
            )
        return bot.name
