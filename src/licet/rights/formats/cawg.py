"""CAWG's training and data mining assertion 1.1, as it stands among the assertions of a C2PA manifest.

It speaks to everybody, of one work, and has no place for prices or any other condition. So a use is
`allowed` only where nothing else is asked; else it is `constrained`, with the conditions in words. Read back,
a constrained use is neither permitted nor prohibited, and the words are kept: what they ask for, only people
can tell. Without words, `constrained` means `notAllowed`, as the standard says.

The older assertion of C2PA 1.4 is read too: the same entries, whose names start with `c2pa.`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from licet.documents.terms import TermsDocument
from licet.errors import DocumentInvalid, InputError
from licet.rights.explain import conditions
from licet.rights.formats.base import Format, Imported, Loss
from licet.rights.schemas import Schema
from licet.rights.syntax.strict_json import read_json, write_json
from licet.rights.terms import Terms
from licet.rights.uses import Use
from licet.rights.vocabulary import CAWG

LABEL: Final = "cawg.training-mining"
_OLD_LABEL: Final = "c2pa.training-mining"
_ALLOWED, _NOT_ALLOWED, _CONSTRAINED = "allowed", "notAllowed", "constrained"
# The standard's text has the second name, its schema and whoever writes it the first.
_INFO: Final = ("constraint_info", "constraints_info")
_MAX_INFO: Final = 10_000
_NONE: Final = Use(0)
_SCHEMA: Final = Schema("cawg-training-mining")


def export(terms: Sequence[Terms]) -> bytes:
    """Writes terms.

    Raises:
        InputError: the assertion would be empty, as they are about none of its four uses.
    """
    (only,) = terms
    info = "\n".join(conditions(only))[:_MAX_INFO]
    entries: dict[str, dict[str, str]] = {}
    for name, use in CAWG.items():
        if use & only.document.uses:
            entries[name] = {"use": _CONSTRAINED, _INFO[0]: info} if info else {"use": _ALLOWED}
        elif use & only.document.prohibited:
            entries[name] = {"use": _NOT_ALLOWED}
    if not entries:
        raise InputError(
            "the terms neither permit nor prohibit data mining, training or inference: "
            "CAWG's assertion speaks of nothing else"
        )
    return write_json({"label": LABEL, "data": {"entries": entries}})


def read(data: bytes) -> Imported:
    """Reads an assertion: by itself, its data alone, or the only one in a manifest.

    Raises:
        DocumentInvalid: it is none, or there are several.
    """
    assertion = _assertion(read_json(data))
    _SCHEMA.check(assertion, FORMAT.title)
    permitted, prohibited = _NONE, _NONE
    words: dict[str, None] = {}
    losses = [*_other_parts(assertion, "label", "data"), *_other_parts(assertion["data"], "entries")]
    for name, entry in assertion["data"]["entries"].items():
        losses += (Loss(f"{name}.{loss.member}", loss.reason) for loss in _other_parts(entry, "use", *_INFO))
        use = CAWG.get(_present_name(name))
        info = next((entry[key] for key in _INFO if key in entry), "")
        if use is None:
            losses.append(Loss(name, "the entry is none of the standard's: what it means is not known"))
        elif entry["use"] == _ALLOWED:
            permitted |= use
            losses += [Loss(f"{name}.{_INFO[0]}", "what is allowed is not constrained")] if info else []
        elif entry["use"] == _CONSTRAINED and info:
            words[info] = None
            losses.append(Loss(name, f"it is permitted on conditions that only words say: {info[:200]}"))
        else:
            prohibited |= use
    document = TermsDocument("", permitted & ~prohibited, "\n".join(words), prohibited=prohibited)
    return Imported((Terms(document),), tuple(losses))


def sniff(data: bytes) -> bool:
    """Whether an assertion's label, or one of its entries, stands in some JSON."""
    names = (LABEL, _OLD_LABEL, *CAWG, *map(_old_name, CAWG))
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and any(
        f'"{name}"'.encode() in data for name in names
    )


def _assertion(found: Any) -> Any:
    if not isinstance(found, dict) or "label" in found:
        return found
    if "entries" in found:
        return {"label": LABEL, "data": found}
    listed = found.get("assertions")
    if not isinstance(listed, list):
        return found
    ours = [each for each in listed if isinstance(each, dict) and _is_ours(each.get("label"))]
    if len(ours) != 1:
        raise DocumentInvalid(f"the manifest has {len(ours)} assertions on training and mining: one is read")
    return ours[0]


def _is_ours(label: object) -> bool:
    return isinstance(label, str) and label.partition("__")[0] in (LABEL, _OLD_LABEL)


def _other_parts(found: Mapping[str, Any], *known: str) -> Iterator[Loss]:
    yield from (Loss(key, "it is no part of the assertion's rights") for key in found if key not in known)


def _present_name(name: str) -> str:
    prefix, _, rest = name.partition(".")
    return f"cawg.{rest}" if prefix == "c2pa" else name


def _old_name(name: str) -> str:
    return name.replace("cawg.", "c2pa.", 1)


_OFFERS: Final = "the assertion has no place for what is sold: it is said in words where a use is constrained"
_LIMITS: Final = (
    "the assertion has no place for conditions: they are said in words where a use is constrained"
)

FORMAT: Final = Format(
    name="cawg",
    title="CAWG training and data mining assertion 1.1",
    media_type="application/json",
    suffix=".cawg.json",
    export=export,
    read=read,
    sniff=sniff,
    reasons={
        "title": "the assertion has no title",
        "text": "the assertion's only words are those of a constraint",
        "uses": "the assertion permits mining, training and inference alone, and only without conditions",
        "prohibited": "the assertion prohibits mining, training and inference alone",
        **dict.fromkeys(("territories", "excluded_territories", "users", "excluded_users"), _LIMITS),
        **dict.fromkeys(("models", "retention", "attribution", "conditions"), _LIMITS),
        **dict.fromkeys(("licensee", "until", "payment", "start", "end", "duration", "supply"), _OFFERS),
        **dict.fromkeys(("exclusive", "transferable"), _OFFERS),
        "warranties": "the assertion has no place for warranties",
        "disclaimers": "the assertion has no place for disclaimers",
        "links": "the assertion has no place for links but in a constraint's words",
        "payees": "the assertion has no place for payees",
        "targets": "the assertion is about the work whose manifest it stands in",
        "licensor": "the assertion is made by the manifest's signer, and names nobody",
    },
    single=True,
)
"""CAWG's assertion."""
