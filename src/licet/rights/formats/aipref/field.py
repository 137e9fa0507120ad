"""AI preferences of the IETF: the `Content-Usage` field (drafts `aipref-vocab-08` and `aipref-attach-05`).

A statement of preference allows a category of use, disallows it, or leaves it unknown. What cannot be read is
unknown: no statement is an error. Labels spell `train-ai`, where RSL has `ai-train`.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

import http_sf

from licet.documents.terms import TermsDocument
from licet.errors import InputError
from licet.rights.formats.base import Format, Imported, Loss
from licet.rights.formats.unconditional import for_all, left_out
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use, use_names
from licet.rights.vocabulary import AIPREF, meaning, permitting, prohibiting

MAX_BYTES: Final = 1 << 16
"""The longest statement that is read."""

_OLDER: Final = MappingProxyType({"aitrain": "train-ai"})
"""Labels of older texts, by what they became."""


class Preference(StrEnum):
    """What a statement says of a category."""

    ALLOW = "y"
    DISALLOW = "n"
    UNKNOWN = ""


Preferences = Mapping[str, Preference]
"""What is preferred for each category of the vocabulary."""


class Statement(NamedTuple):
    """Preferences, and what of a statement is none: the part, and why."""

    preferences: Preferences
    aside: tuple[tuple[str, str], ...] = ()


def read_statement(value: bytes) -> Statement:
    """Reads a value of the `Content-Usage` field; several lines of it are joined by commas before.

    Never raises: what cannot be read leaves the preferences unknown.
    """
    unknown = combine()
    if len(value) > MAX_BYTES:
        return Statement(unknown, (("Content-Usage", f"it has more than {MAX_BYTES} bytes"),))
    try:
        found = http_sf.parse(value, tltype="dictionary")
    except (http_sf.StructuredFieldError, ValueError) as error:
        return Statement(unknown, (("Content-Usage", f"it is no dictionary (RFC 9651): {error}"),))
    preferences: dict[str, Preference] = dict(unknown)
    aside: list[tuple[str, str]] = []
    assert isinstance(found, dict)
    for label, member in found.items():
        category = _OLDER.get(label, label)
        value_of, parameters = member if isinstance(member, tuple) else (member, {})
        preference = _preference(value_of)
        if category not in AIPREF:
            aside.append((label, "the vocabulary has no such category"))
        elif preference is Preference.UNKNOWN:
            aside.append((label, "neither y nor n is said of it, so it is unknown"))
        else:
            preferences[category] = _stricter(preferences[category], preference)
        if parameters:
            aside.append((f"{label};{next(iter(parameters))}", "the vocabulary has no parameters"))
    return Statement(preferences, tuple(aside))


def combine(*statements: Preferences) -> Preferences:
    """What several statements about one thing say together: disallowed by any is disallowed."""
    result = dict.fromkeys(AIPREF, Preference.UNKNOWN)
    for statement in statements:
        for category, preference in statement.items():
            result[category] = _stricter(result.get(category, Preference.UNKNOWN), preference)
    return result


def serialize(preferences: Preferences) -> str:
    """Preferences as a value of the field; empty where all are unknown."""
    said = {name: http_sf.Token(value.value) for name, value in preferences.items() if value}
    return http_sf.ser(dict(said)) if said else ""


def preferences_of(terms: Terms) -> Preferences:
    """What terms say in this vocabulary: what is permitted on conditions is left unknown."""
    document = terms.document
    allowed = permitting(AIPREF, document.uses) if for_all(terms) else ()
    denied = prohibiting(AIPREF, document.prohibited, document.uses)
    return combine(dict.fromkeys(allowed, Preference.ALLOW), dict.fromkeys(denied, Preference.DISALLOW))


def stated(terms: Terms) -> str:
    """What terms say, as a value of the field.

    Raises:
        InputError: they say nothing that the vocabulary has a word for.
    """
    value = serialize(preferences_of(terms))
    if not value:
        uses = ", ".join(use_names(terms.document.uses)) or "nothing"
        raise InputError(
            f"AI preferences have no word for these terms: they permit {uses}, and y is for what is free "
            "without conditions"
        )
    return value


def terms_of(preferences: Preferences, targets: tuple[str, ...] = ()) -> Terms | None:
    """Terms that say what preferences do; None if all are unknown."""
    allowed = tuple(name for name, value in preferences.items() if value is Preference.ALLOW)
    denied = tuple(name for name, value in preferences.items() if value is Preference.DISALLOW)
    uses, prohibited = meaning(AIPREF, allowed), meaning(AIPREF, denied)
    return terms_with(uses, prohibited, targets) if uses | prohibited else None


def terms_with(uses: Use, prohibited: Use, targets: tuple[str, ...] = ()) -> Terms:
    """Terms with nothing but uses: what is allowed in so many words is free."""
    document = TermsDocument("", uses, "", prohibited=prohibited)
    return Terms(document, targets=targets, payment=Payment(Kind.FREE) if uses else None)


def read(data: bytes) -> Imported:
    """Reads a value of the field. Never raises."""
    statement = read_statement(data.strip())
    terms = terms_of(statement.preferences)
    losses = tuple(Loss(part, reason) for part, reason in statement.aside)
    return Imported((terms,) if terms else (), losses)


def write(terms: Sequence[Terms]) -> bytes:
    """A value of the field. Raises as `stated`."""
    return f"{stated(terms[0])}\n".encode()


def reasons(standard: str) -> Mapping[str, str]:
    """Why what preferences lose is lost."""
    return {
        **left_out(standard),
        "uses": f"{standard} has words for generative training, for input to generative models and for "
        "search, and allows them only where they are free without conditions",
        "prohibited": f"{standard} has words for generative training, for input to generative models and for "
        "search alone",
    }


def _preference(value: object) -> Preference:
    if isinstance(value, http_sf.Token) and str(value) in ("y", "n"):
        return Preference(str(value))
    return Preference.UNKNOWN


def _stricter(one: Preference, other: Preference) -> Preference:
    for preference in (Preference.DISALLOW, Preference.ALLOW):
        if preference in (one, other):
            return preference
    return Preference.UNKNOWN


def _sniff(data: bytes) -> bool:
    return len(data) <= MAX_BYTES and any(_labels(data))


def _labels(data: bytes) -> Iterator[str]:
    statement = read_statement(data.strip())
    yield from (name for name, value in statement.preferences.items() if value)


FORMAT: Final = Format(
    name="aipref",
    title="AIPREF Content-Usage",
    media_type="text/plain",
    suffix=".txt",
    export=write,
    read=read,
    sniff=_sniff,
    reasons=reasons("AIPREF"),
    single=True,
)
"""The value of an HTTP field `Content-Usage`, about what it is sent with."""
