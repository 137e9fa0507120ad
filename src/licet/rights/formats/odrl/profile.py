"""The words of ODRL policies as Licet writes and reads them: ODRL 2.2, its AI vocabulary, a small profile.

The profile (`urn:licet:odrl:`) has words only for what ODRL and Dublin Core have none for. By ODRL's own
rule, whoever does not know it must not rely on the policy.
"""

from collections.abc import Mapping
from typing import Any, Final

from licet.documents.terms import Disclaimer, User, Warranty
from licet.rights.odrl_words import CC, CONTEXT, DCT, LICET, ODRL, RDF, XSD
from licet.rights.uses import Use
from licet.rights.vocabulary import ODRL as WORDS
from licet.rights.vocabulary import Words

CURRENCIES: Final = "urn:iso:std:iso:4217:"
"""What an ISO 4217 code stands after."""

AI_PROFILE: Final = "https://w3c.github.io/odrl/ai-vocab/"
"""The IRI of the ODRL community group's AI vocabulary profile."""

OWN_CONTEXT: Final[Mapping[str, Any]] = {
    "@vocab": ODRL,
    "odrl": ODRL,
    "dct": DCT,
    "rdf": RDF,
    "xsd": XSD,
    "licet": LICET,
    "uid": {"@id": f"{ODRL}uid", "@type": "@id"},
    **{name: CONTEXT[name] for name in ("assignee", "assigner", "profile", "target")},
    **{name: CONTEXT[name] for name in ("action", "conflict", "includedIn", "leftOperand", "operator")},
}
"""The context that stands in every policy that Licet writes: it needs no other."""

PARENTS: Final[Mapping[str, str]] = {"licet:mine": "data-mining", "licet:train-non-generative": "ai-training"}
"""The profile's narrower actions, with those of the AI vocabulary that they are included in."""

ACTIONS: Final[Words] = {
    **{word: meant for word, meant in WORDS.items() if word != "use"},
    "licet:mine": Use.MINE,
    "licet:train-non-generative": Use.TRAIN,
}
"""The actions that policies are written in. `use` is not: it would permit to print, to play, to translate."""

_READ: Final[Mapping[str, Use]] = {
    **{f"{ODRL}{word}": meant for word, meant in WORDS.items()},
    **{f"{LICET}{word.removeprefix('licet:')}": ACTIONS[word] for word in PARENTS},
    f"{CC}CommercialUse": Use.COMMERCIAL,
    f"{CC}Distribution": Use.REDISTRIBUTE | Use.DISPLAY,
}

_REACHES: Final[Mapping[str, Use]] = {
    **dict.fromkeys(("annotate", "anonymize", "include", "modify", "synchronize"), Use.DERIVE),
    **dict.fromkeys(("textToSpeech", "transform", "translate", "aggregate"), Use.DERIVE),
    **dict.fromkeys(("play", "present", "print", "stream"), Use.DISPLAY | Use.REDISTRIBUTE),
    **dict.fromkeys(("give", "sell", "transfer", "move"), Use.REDISTRIBUTE | Use.COMMERCIAL),
    "grantUse": Use(0),
}


def meant(action: str) -> Use | None:
    """The uses that an action, by its IRI, is; None if it is not made of uses."""
    return _READ.get(action)


def reached(action: str) -> Use:
    """The uses that might not be permitted any more where an action is prohibited: all, of an unknown one."""
    known = _READ.get(action)
    if known is None:
        known = _REACHES.get(action.removeprefix(ODRL))
    return Use(sum(Use)) if known is None else known


PROFILE: Final[Mapping[str, Mapping[str, str]]] = {
    "actions": {
        "mine": "find patterns and statistics; no training, no input to a model. Included in `data-mining`",
        "train-non-generative": "train models that do not generate. Included in `ai-training`",
        "transfer-license": "transfer the license itself to somebody else, who then holds it",
        "nothing": "no use at all: what carries the limits and duties of a policy that permits none",
    },
    "left operands": {
        "model": "the name or IRI of the model that a work goes into",
        "saleTime": "the moment at which the license is bought; later use is not limited by it",
        "supply": "how many licenses are sold on these terms. `count` counts executions instead",
        "credit": "refines `attribute`: the credit, word by word",
    },
    "right operands": {
        **{word.value: f"with `recipient`: users of the class {word.value}, as in RSL 1.0" for word in User},
        "unsaid": "with `unitOfCount` and `timeInterval`: there is one, and the terms do not say which",
    },
    "assets and parties": {
        "beside": "as a target: whatever the policy stands beside",
        "licensor": "as the assignee of `ensureExclusivity`: whoever licenses, where no assigner is named",
        "text": "property: a name or a pattern of URLs for what has no IRI",
    },
    "warranties": {word.value: f"with `warrants`: {word.value}, as in RSL 1.0" for word in Warranty},
    "disclaimers": {word.value: f"with `disclaims`: {word.value}, as in RSL 1.0" for word in Disclaimer},
    "properties of a policy": {
        "conditions": "the rare terms, with the names of Licet's EIP-712 type `Conditions`",
        "warrants": "what the licensor warrants, in the words of RSL 1.0",
        "disclaims": "what the licensor does not answer for, in the words of RSL 1.0",
        "payee": "who shares in the price, with `account`, `share` and `dct:title`",
        "terms": "terms of service that apply besides",
        "contact": "whom to ask",
        "proof": "what shows that the licensor may license this",
    },
}
"""The profile's words, by what they are used as, with what they mean."""
