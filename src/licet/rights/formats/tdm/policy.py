"""TDM policies: the documents that W3C TDMRep leads to, a profile of ODRL that offers mining, as JSON-LD.

A policy names who offers it and what has to be done first: ask for consent, or pay. It has no prices, and no
uses but mining as a whole. It is read as most write it, as plain JSON, without resolving any context.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from licet.documents.canonical import sha256
from licet.documents.names import ni_uri
from licet.documents.terms import Link, Relation, TermsDocument, in_order
from licet.errors import DocumentInvalid, InputError
from licet.rights.formats.base import MAX_BYTES, Format, Imported, Loss
from licet.rights.formats.tdm.reservation import TDM
from licet.rights.formats.unconditional import for_all, left_out
from licet.rights.odrl_words import TDM_PROFILE
from licet.rights.offer import Kind
from licet.rights.syntax.strict_json import read_json
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use, use_names
from licet.types import shown

CONTEXT: Final = ("http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld")
"""The contexts of a policy, in their order."""

MAX_PERMISSIONS: Final = 1_000
"""The most permissions of a policy that are read."""

_MINE: Final = ("tdm:mine", f"{TDM_PROFILE}#mine")
_CONSENT: Final = "obtainConsent"
_PAY: Final = "compensate"
_CONTACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "vcard:hasEmail": ("mailto:",),
    "vcard:hasTelephone": ("tel:",),
    "vcard:hasURL": ("http://", "https://"),
}
_KNOWN: Final = {"@context", "@type", "type", "profile", "uid", "@id", "assigner", "permission"}
_RESTRICTING: Final = frozenset(
    ("prohibition", "obligation", "assignee", "inheritFrom", "constraint", "duty", "target")
)

_UNHELD: Final = "terms hold no such restriction, so nothing is taken as permitted"

_Notes = list[tuple[str, str]]


def write(terms: Sequence[Terms]) -> bytes:
    """A policy with one permission for each target.

    Raises:
        InputError: terms do not permit all of mining, which a policy offers as a whole, or they are not all
            by one licensor, to be reached in one way.
    """
    for each in terms:
        if each.document.uses & TDM != TDM:
            missing = ", ".join(use_names(TDM & ~each.document.uses))
            raise InputError(
                f"a TDM policy offers mining as a whole, and these terms do not permit {missing}"
            )
    if any(_assigner(each) != _assigner(terms[0]) for each in terms):
        raise InputError("a TDM policy is by one licensor, to be reached in one way: write these one by one")
    assigner, permissions = _assigner(terms[0]), [_permission(each) for each in terms]
    policy = {
        "@context": list(CONTEXT),
        "@type": "Offer",
        "profile": TDM_PROFILE,
        "uid": ni_uri(sha256(json.dumps([assigner, permissions]).encode())),
        "assigner": assigner,
        "permission": permissions,
    }
    return f"{json.dumps(policy, indent=2)}\n".encode()


def read(data: bytes) -> Imported:
    """Reads a policy: terms for each permission.

    Raises:
        DocumentInvalid: it is no offer of TDMRep's profile, or has too many permissions.
    """
    policy = _policy(data)
    notes: _Notes = []
    licensor, contacts = _parties(policy.get("assigner"), notes)
    others = (name for name in policy if name not in _KNOWN | _RESTRICTING)
    notes += ((name[:200], "terms have no word for it") for name in others)
    restricting = sorted(name for name in policy if name in _RESTRICTING)
    notes += [(name, _UNHELD) for name in restricting]
    permissions = _listed(policy.get("permission", []))
    if len(permissions) > MAX_PERMISSIONS:
        raise DocumentInvalid(
            f"this TDM policy has {len(permissions)} permissions: {MAX_PERMISSIONS} are the most"
        )
    losses = [Loss(part, reason) for part, reason in notes]
    terms: list[Terms] = []
    for permission in permissions:
        payment, aside = _offered(permission)
        losses += (Loss(part, reason, len(terms)) for part, reason in aside)
        targets = _listed(permission.get("target", [])) if isinstance(permission, dict) else []
        if payment is not None and not restricting:
            document = TermsDocument("", TDM, "", links=in_order(contacts))
            terms.append(Terms(document, in_order(targets), licensor, payment=payment[0]))
    return Imported(tuple(terms), tuple(losses))


def _policy(data: bytes) -> dict[str, Any]:
    policy = read_json(data)
    if not isinstance(policy, dict) or _name(policy.get("@type", policy.get("type"))) != "Offer":
        raise DocumentInvalid("not a valid TDM policy: a JSON object of @type Offer is expected")
    if not _is_of_profile(policy):
        raise DocumentInvalid(f"not a valid TDM policy: its profile is not {TDM_PROFILE}")
    return policy


def _permission(terms: Terms) -> dict[str, Any]:
    duty = None
    if terms.payment is not None and terms.payment.kind != Kind.FREE:
        duty = _PAY
    elif not for_all(terms):
        duty = _CONSENT
    target = {"target": "".join(terms.targets)} if terms.targets else {}
    return {**target, "action": _MINE[0], **({"duty": [{"action": duty}]} if duty else {})}


def _assigner(terms: Terms) -> dict[str, str]:
    said = {"uid": terms.licensor} if terms.licensor else {}
    contacts = [link.href for link in terms.document.links if link.relation == Relation.CONTACT]
    for name, schemes in _CONTACTS.items():
        href = next((href for href in contacts if href.startswith(schemes)), "")
        said |= {name: href} if href else {}
    return said


def _parties(assigner: Any, notes: _Notes) -> tuple[str, list[Link]]:
    """The licensor, and how to reach it."""
    if isinstance(assigner, str):
        return assigner, []
    if not isinstance(assigner, dict):
        notes.append(("assigner", "nobody is named who offers this"))
        return "", []
    licensor = _name(assigner.get("uid", assigner.get("@id", "")))
    links: list[Link] = []
    for name, value in assigner.items():
        href = _name(value)
        if name in _CONTACTS and href.startswith(_CONTACTS[name]) and _is_link(href):
            links.append(Link(Relation.CONTACT, href))
        elif name not in ("uid", "@id"):
            notes.append((name[:200], "terms name a licensor by one IRI and by links to reach it"))
    return licensor, links


def _offered(permission: Any) -> tuple[tuple[Payment | None] | None, _Notes]:
    """What a permission costs; None if terms cannot hold it. And what of it is left aside."""
    if not isinstance(permission, dict):
        return None, [("permission", f"{shown(permission)} is no permission")]
    held = {"target", "action", "duty", "@type", "uid", "@id"}
    notes = [(name[:200], _UNHELD) for name in permission if name not in held]
    if _name(permission.get("action")) not in _MINE:
        notes.append(("action", f"{shown(permission.get('action'))} is not mining"))
    if not all(isinstance(target, str) and target for target in _listed(permission.get("target", []))):
        notes.append(("target", f"{shown(permission['target'])} is no IRI"))
    duties = list(_duties(permission.get("duty", [])))
    notes += [
        ("duty", f"{shown(duty)} is no duty that terms hold") for duty in duties if not _is_asking(duty)
    ]
    if notes:
        return None, notes
    if not duties:
        return (Payment(Kind.FREE),), []
    return (None,), [
        ("duty", f"{' and '.join(in_order(duties))}: for how much is not said, it has to be asked for")
    ]


def _duties(duties: Any) -> Iterator[str]:
    for duty in _listed(duties):
        plain = isinstance(duty, dict) and set(duty) <= {"action", "@type", "uid", "@id"}
        yield _name(duty["action"]) if plain and "action" in duty else json.dumps(duty)


def _is_asking(duty: str) -> bool:
    return duty in (_CONSENT, _PAY)


def _is_link(href: str) -> bool:
    try:
        TermsDocument("", Use.MINE, "", links=(Link(Relation.CONTACT, href),))
    except InputError:
        return False
    return True


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: Any) -> str:
    """A name in JSON-LD: a string, or an object that has it as its identity."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) and set(value) == {"@id"}:
        value = value["@id"]
    return value.removeprefix("odrl:") if isinstance(value, str) else ""


def _sniff(data: bytes) -> bool:
    if TDM_PROFILE.encode() not in data or len(data) > MAX_BYTES:
        return False
    try:
        policy = read_json(data)
    except DocumentInvalid:
        return False
    return isinstance(policy, dict) and _is_of_profile(policy)


def _is_of_profile(policy: Mapping[str, Any]) -> bool:
    return TDM_PROFILE in [_name(each) for each in _listed(policy.get("profile"))]


_ASKED: Final = "a TDM policy asks for consent or for pay, and the rest is agreed then"

FORMAT: Final = Format(
    name="tdmpolicy",
    title="TDM policy",
    media_type="application/ld+json",
    suffix=".jsonld",
    export=write,
    read=read,
    sniff=_sniff,
    reasons={
        **dict.fromkeys(left_out(""), _ASKED),
        "uses": "a TDM policy offers mining as a whole, and nothing else",
        "prohibited": "a TDM policy prohibits nothing",
        "title": "a TDM policy has no title",
        "text": "a TDM policy has no terms in words",
        "links": "a TDM policy names one address of mail, one telephone and one page",
        "payees": "a TDM policy does not say who is paid",
        "payment": "a TDM policy has no prices: it asks for pay, or for consent",
    },
    by_target=True,
)
"""The policy that a reservation leads to."""
