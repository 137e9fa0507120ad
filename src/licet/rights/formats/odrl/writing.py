"""Terms as ODRL policies: one policy each, with one permission and one prohibition at most."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from licet.documents.canonical import canonical_json, sha256
from licet.documents.kinds import PayeeShare
from licet.documents.terms import Link, Relation
from licet.errors import DocumentInvalid, InputError
from licet.rights.conditions import STRUCT
from licet.rights.formats.odrl.profile import ACTIONS, AI_PROFILE, CURRENCIES, OWN_CONTEXT, PARENTS
from licet.rights.odrl_words import LICET
from licet.rights.offer import Kind
from licet.rights.syntax.jsonld import MAX_BYTES, check_size
from licet.rights.syntax.xsd import length, moment
from licet.rights.terms import NO_CONDITIONS, Payment, Terms
from licet.rights.uses import Use
from licet.rights.vocabulary import permitting

_IRI: Final = re.compile(r'([A-Za-z][A-Za-z0-9+.-]*):[^\x00-\x20<>"{}|\\^`\ud800-\udfff]*')
_CODE: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_PATTERN: Final = re.compile(r"\*|\$$")
_Object = dict[str, Any]


def write(terms: Sequence[Terms]) -> bytes:
    """Writes policies: one as it is, several as a graph.

    Raises:
        InputError: some text is not valid Unicode, or the document would be too large to be read.
    """
    policies = _named([_policy(each) for each in terms])
    body = policies[0] if len(policies) == 1 else {"@graph": policies}
    document = {"@context": OWN_CONTEXT, **body}
    data = json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
    try:
        check_size(document)
    except DocumentInvalid as error:
        raise InputError(f"{error}: write fewer terms into one") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"the policies have {len(data)} bytes: {MAX_BYTES} are the most in one document")
    return data


def _named(policies: list[_Object]) -> list[_Object]:
    """Policies with their names, which follow from what they say; equal ones are numbered."""
    seen: dict[str, int] = {}
    named = []
    for policy in policies:
        name = f"urn:licet:policy:{sha256(canonical_json(policy))[2:]}"
        seen[name] = seen.get(name, 0) + 1
        name += f":{seen[name]}" if seen[name] > 1 else ""
        named.append({"@id": name, "uid": name, **policy})
    return named


def _policy(terms: Terms) -> _Object:
    document = terms.document
    policy: _Object = {"@type": _kind(terms), "profile": [AI_PROFILE, LICET], "conflict": "prohibit"}
    if document.title:
        policy["dct:title"] = document.title
    if document.text:
        policy["dct:description"] = document.text
    if terms.licensor:
        policy["assigner"] = _reference(terms.licensor, "Party")
    if terms.licensee:
        policy["assignee"] = _reference(terms.licensee, "Party")
    policy["target"] = [_target(target) for target in terms.targets] or [f"{LICET}beside"]
    policy |= _rules(terms)
    return policy | _properties(terms)


def _kind(terms: Terms) -> str:
    if terms.licensor and terms.licensee:
        return "Agreement"
    return "Offer" if terms.licensor and terms.payment is not None and not terms.licensee else "Set"


def _rules(terms: Terms) -> _Object:
    rules: _Object = {}
    actions = _actions(terms.document.uses)
    if terms.conditions.sublicensable:
        actions.append("grantUse")
    if terms.transferable:
        actions.append("licet:transfer-license")
    limits, duties = list(_limits(terms)), list(_duties(terms))
    if actions or limits or duties or not terms.document.prohibited:
        permission: _Object = {"@type": "Permission", "action": actions or ["licet:nothing"]}
        permission |= {"constraint": limits} if limits else {}
        permission |= {"duty": duties} if duties else {}
        rules["permission"] = [permission]
    if terms.document.prohibited:
        rules["prohibition"] = [{"@type": "Prohibition", "action": _actions(terms.document.prohibited)}]
    if terms.exclusive:
        licensor = _reference(terms.licensor, "Party") if terms.licensor else f"{LICET}licensor"
        rules["obligation"] = [{"@type": "Duty", "action": "ensureExclusivity", "assignee": licensor}]
    return rules


def _actions(uses: Use) -> list[Any]:
    return [
        {"@id": word, "@type": "Action", "includedIn": PARENTS[word]} if word in PARENTS else word
        for word in permitting(ACTIONS, uses)
    ]


def _limits(terms: Terms) -> Iterator[_Object]:
    document = terms.document
    if document.territories:
        yield _set_limit("spatial", document.territories)
    if document.excluded_territories:
        yield _set_limit("spatial", document.excluded_territories, excluded=True)
    if document.users:
        yield _set_limit("recipient", map(_own, document.users))
    if document.excluded_users:
        yield _set_limit("recipient", map(_own, document.excluded_users), excluded=True)
    if document.models:
        yield _set_limit("licet:model", document.models)
    if terms.until:
        yield _limit("dateTime", "lteq", _typed(moment(terms.until), "dateTime"))
    if terms.duration:
        yield _limit("elapsedTime", "lteq", _typed(length(terms.duration), "duration"))
    if terms.start:
        yield _limit("licet:saleTime", "gteq", _typed(moment(terms.start), "dateTime"))
    if terms.end:
        yield _limit("licet:saleTime", "lteq", _typed(moment(terms.end), "dateTime"))
    if terms.supply:
        yield _limit("licet:supply", "lteq", _typed(str(terms.supply), "integer"))


def _duties(terms: Terms) -> Iterator[_Object]:
    document = terms.document
    if terms.payment is not None:
        yield _compensation(terms.payment, terms.duration)
    if document.attribution:
        yield _duty("attribute", refinement=[_limit("licet:credit", "eq", document.attribution)])
    if document.retention:
        yield _duty("delete", [_limit("elapsedTime", "lteq", _typed(length(document.retention), "duration"))])
    if terms.conditions.report_within:
        interval = _typed(length(terms.conditions.report_within), "duration")
        yield _duty("inform", [_limit("timeInterval", "lteq", interval)])


def _compensation(payment: Payment, duration: int) -> _Object:
    """The duty to pay: an amount, for each unit if metered, for each interval if a subscription."""
    amount = _limit("payAmount", "eq", _typed(payment.text(), "decimal"))
    if payment.currency:
        amount["unit"] = _currency(payment.currency)
    refinement = [amount]
    if payment.kind == Kind.METERED:
        refinement.append(_limit("unitOfCount", "eq", payment.unit or _own("unsaid")))
    if payment.kind != Kind.SUBSCRIPTION:
        return _duty("compensate", refinement=refinement)
    interval = _typed(length(duration), "duration") if duration else _own("unsaid")
    return _duty("compensate", [_limit("timeInterval", "eq", interval)], refinement)


def _duty(action: str, constraint: Sequence[_Object] = (), refinement: Sequence[_Object] = ()) -> _Object:
    refined = {"rdf:value": {"@id": f"odrl:{action}"}, "refinement": list(refinement)}
    duty: _Object = {"@type": "Duty", "action": refined if refinement else action}
    return duty | ({"constraint": list(constraint)} if constraint else {})


def _limit(left: str, operator: str, right: object) -> _Object:
    return {"@type": "Constraint", "leftOperand": left, "operator": operator, "rightOperand": right}


def _set_limit(left: str, values: Iterable[object], *, excluded: bool = False) -> _Object:
    right = list(values)
    if len(right) == 1:
        return _limit(left, "neq" if excluded else "eq", right[0])
    return _limit(left, "isNoneOf" if excluded else "isAnyOf", right)


def _properties(terms: Terms) -> _Object:
    """What stands in the policy beside its rules."""
    document = terms.document
    found: _Object = {}
    rest = replace(terms.conditions, sublicensable=False, report_within=0)
    if rest != NO_CONDITIONS:
        plain = STRUCT.to_json(rest)
        said = [
            m for m in STRUCT.members if getattr(rest, m.attribute) != getattr(NO_CONDITIONS, m.attribute)
        ]
        found["licet:conditions"] = {f"licet:{m.name}": plain[m.name] for m in said}
    if document.warranties:
        found["licet:warrants"] = [_own(word) for word in document.warranties]
    if document.disclaimers:
        found["licet:disclaims"] = [_own(word) for word in document.disclaimers]
    for relation in Relation:
        if links := [_link(link) for link in document.links if link.relation == relation]:
            found["dct:license" if relation == Relation.LICENSE else f"licet:{relation}"] = links
    if document.payees:
        found["licet:payee"] = [_payee(entry) for entry in document.payees]
    return found


def _link(link: Link) -> _Object:
    return {"@id": link.href} if _is_iri(link.href) else _typed(link.href, "anyURI")


def _payee(entry: PayeeShare) -> _Object:
    named = {} if entry.name is None else {"dct:title": entry.name}
    return {"licet:account": entry.payee, "licet:share": str(entry.share), **named}


def _target(target: str) -> object:
    if _PATTERN.search(target):
        return {"@type": "AssetCollection", "licet:text": target}
    return _reference(target, "Asset")


def _reference(name: str, kind: str) -> object:
    return name if _is_iri(name) else {"@type": kind, "licet:text": name}


def _currency(name: str) -> object:
    if _CODE.fullmatch(name):
        return {"@id": f"{CURRENCIES}{name}"}
    return {"@id": name} if _is_iri(name) and not name.startswith(CURRENCIES) else name


def _is_iri(name: str) -> bool:
    """Whether it is an absolute IRI, and JSON-LD takes it as it is: no prefix of the context's begins it.

    The profile's own are not for naming what others have.
    """
    match = _IRI.fullmatch(name)
    return match is not None and match[1] not in OWN_CONTEXT and not name.startswith(LICET)


def _own(word: str) -> _Object:
    return {"@id": f"licet:{word}"}


def _typed(text: str, datatype: str) -> _Object:
    return {"@value": text, "@type": f"xsd:{datatype}"}
