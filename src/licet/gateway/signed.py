"""Requests that are signed (RFC 9421): which signatures one has, what each says, and whether it holds.

Each signature is looked at by itself: what others there are, and whether these are any good, changes nothing.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self

import http_sf
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureComponentResolver,
    HTTPSignatureKeyResolver,
)
from http_message_signatures.algorithms import HTTPSignatureAlgorithm
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from starlette.datastructures import Headers
from starlette.types import Scope

from licet.errors import ChainError
from licet.gateway.errors import IdentityRefused
from licet.types import shown

INPUT: Final = "Signature-Input"
SIGNATURE: Final = "Signature"

MAX_FIELD: Final = 4096
"""The longest fields of signatures that are read, characters of both."""

SKEW: Final = 60
"""Seconds by which the clock of whoever signs may be ahead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as its signatures speak of it.

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

    @classmethod
    def of(cls, scope: Scope, origin: str, body: bytes = b"") -> Self:
        """A request as it came, at a site of this origin: whatever its field Host says."""
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope.get("query_string", b"")
        target = path + (b"?" + query if query else b"")
        url = f"{origin}{target.decode('latin-1')}"
        return cls(scope["method"], url, tuple(Headers(scope=scope).items()), body)

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

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._fields))

    def __len__(self) -> int:
        return len(dict(self._fields))


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a request.

    Attributes:
        said: what it says of itself, by name.
        fields: the two fields with it alone.
    """

    said: Mapping[str, Any]
    fields: tuple[tuple[str, str], ...]

    @property
    def key_id(self) -> str:
        """The key that it names; empty if it names none."""
        return self._text("keyid")

    @property
    def tag(self) -> str:
        """What it is for; empty if it does not say."""
        return self._text("tag")

    @property
    def nonce(self) -> str:
        """Its nonce; empty if it has none."""
        return self._text("nonce")

    def times(self, most: int) -> tuple[int, int]:
        """The unix seconds from which and until which it is valid: now, and for so many seconds at most.

        Raises:
            IdentityRefused: it does not say so, or says something else.
        """
        created, expires = self.said.get("created"), self.said.get("expires")
        if type(created) is not int or type(expires) is not int:
            raise IdentityRefused("the request's signature does not name created and expires")
        now = int(time.time())
        if created > now + SKEW:
            raise IdentityRefused(f"the request's signature is of the future, {created}: it is {now}")
        if not 0 < expires - created <= most or expires <= now:
            raise IdentityRefused(
                f"the request's signature is valid from {created} until {expires}, it is {now}: sign it for "
                f"now, and for {most} s at most"
            )
        return created, expires

    def _text(self, name: str) -> str:
        found = self.said.get(name)
        return found if isinstance(found, str) else ""


def signatures_of(asked: Asked) -> tuple[Signature, ...]:
    """The signatures of a request.

    Raises:
        IdentityRefused: the fields of signatures are not there, or cannot be read.
    """
    try:
        said, made = asked.headers[INPUT], asked.headers[SIGNATURE]
    except KeyError as error:
        raise IdentityRefused(f"a signed request has the fields {INPUT} and {SIGNATURE}") from error
    if len(said) + len(made) > MAX_FIELD:
        raise IdentityRefused(f"the request's signatures have more than {MAX_FIELD} characters")
    inputs, signatures = _members(said, INPUT), _members(made, SIGNATURE)
    found = []
    for label in (label for label in inputs if label in signatures):
        covered, parameters = inputs[label]
        fields = ((INPUT, _field(label, inputs[label])), (SIGNATURE, _field(label, signatures[label])))
        # What is no list of components is nobody's, whatever it says.
        found.append(Signature(parameters if isinstance(covered, list) else {}, fields))
    if not found:
        raise IdentityRefused(f"the fields {INPUT} and {SIGNATURE} have no signature in common")
    return tuple(found)


def check_holds(
    asked: Asked, signature: Signature, algorithm: type[HTTPSignatureAlgorithm], key: object
) -> frozenset[str]:
    """Makes sure that a signature is of a key; says nothing of its times.

    Returns:
        What it covers, spelled as in the signature's base: `"@authority"`, in quotes.

    Raises:
        IdentityRefused: it is not, or covers what is not there.
        ChainError: a contract wallet could not be asked.
    """
    verifier = HTTPMessageVerifier(
        signature_algorithm=algorithm, key_resolver=_Known(key), component_resolver_class=_Components
    )
    verifier.max_clock_skew = timedelta(seconds=SKEW)
    try:
        (result,) = verifier.verify(
            _One(asked, signature), max_age=None, body=asked.body if asked.body else None
        )
    except HTTPMessageSignaturesException as error:
        if isinstance(error.__cause__, ChainError):
            raise error.__cause__ from error
        why = str(error) or f"it is not this key's, of a request for {shown(asked.url)}"
        raise IdentityRefused(f"the request's signature does not hold: {why}") from error
    return frozenset(result.covered_components)


class _One:
    """A request with one of its signatures, as the library takes it."""

    def __init__(self, asked: Asked, signature: Signature) -> None:
        self.asked: Final = asked
        self.method: Final = asked.method
        self.url: Final = asked.url
        self.headers: Final = _Fields(signature.fields)


class _Components(HTTPSignatureComponentResolver):
    """What a signature covers: the whole request, other signatures as well."""

    def __init__(self, message: _One) -> None:
        super().__init__(message.asked)  # type: ignore[no-untyped-call]


class _Known(HTTPSignatureKeyResolver):
    """The one key that a signature may be of."""

    def __init__(self, key: object) -> None:
        self._key: Final = key

    def resolve_public_key(self, key_id: str) -> Any:  # noqa: ARG002
        return self._key


def _members(field: str, name: str) -> dict[str, Any]:
    """The members of a field that is a dictionary (RFC 9651), each once."""

    def twice(key: str, context: str) -> None:
        raise ValueError(f"{key} stands twice in a {context}")

    try:
        found: Any = http_sf.parse(field.encode(), tltype="dictionary", on_duplicate_key=twice)
        return dict(found)
    except (ValueError, TypeError) as error:
        raise IdentityRefused(f"the field {name} cannot be read: {error}") from error


def _field(label: str, member: Any) -> str:
    return http_sf.ser({label: member})
