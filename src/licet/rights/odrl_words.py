"""ODRL's own words: its namespaces, its actions and what each is included in, its JSON-LD context.

Actions are those of ODRL 2.2's core and common vocabularies and of the AI profile. What a document says of
them (`odrl:includedIn`) comes on top; see `licet.rights.evaluator.world`.

The context ships, and is never fetched. It differs where the published one slips: there `neq` is spelt `neg`,
`industry` and `dataType` lead nowhere, and requests and the AI vocabulary's actions are missing. And what it
has no word for gets an IRI that says so: the published one would drop a limit that it does not know, and
leave a permission without it.
"""

from collections.abc import Mapping
from typing import Any, Final

ODRL: Final = "http://www.w3.org/ns/odrl/2/"
CC: Final = "http://creativecommons.org/ns#"
DCT: Final = "http://purl.org/dc/terms/"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
LICET: Final = "urn:licet:odrl:"
"""Licet's own profile; see `licet.rights.formats.odrl.profile`."""

TDM_PROFILE: Final = "http://www.w3.org/ns/tdmrep"
"""What TDM policies name as their profile: they are ODRL with words of their own, and their own format."""

UNDEFINED: Final = "urn:licet:undefined:"
"""What words stand after that a document uses, and neither ODRL nor the document defines."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text: a list that reads as one."""
    return tuple(text.split())


_IN_USE: Final = words(
    "acceptTracking aggregate annotate anonymize archive attribute compensate concurrentUse data-mining "
    "delete derive digitize distribute ensureExclusivity execute grantUse include index inform install "
    "modify move nextPolicy obtainConsent play present print read reproduce reviewPolicy search stream "
    "synchronize textToSpeech transform translate uninstall watermark"
)
_IN_OTHERS: Final = {
    "display": "play",
    "extract": "reproduce",
    "give": "transfer",
    "sell": "transfer",
    "ai-training": "data-mining",
    "gen-ai": "ai-training",
    "ai-augment": "data-mining",
}
_CC_IN_USE: Final = words(
    "Attribution CommercialUse DerivativeWorks Distribution Notice Reproduction ShareAlike Sharing SourceCode"
)
_ALONE: Final = words(
    "use transfer adHocShare extractChar extractPage extractWord lease lend preview secondaryUse"
)

SAME_AS: Final = {
    **{
        ODRL + old: ODRL + new
        for old, new in {
            "append": "modify",
            "appendTo": "modify",
            "copy": "reproduce",
            "export": "transform",
            "license": "grantUse",
            "pay": "compensate",
            "write": "modify",
            "writeTo": "modify",
        }.items()
    },
    **{
        ODRL + old: CC + new
        for old, new in {
            "attachPolicy": "Notice",
            "attachSource": "SourceCode",
            "commercialize": "CommercialUse",
            "share": "Sharing",
            "shareAlike": "ShareAlike",
        }.items()
    },
}
"""Deprecated actions, and the ones that the vocabulary gives as their exact match."""

INCLUDED_IN: Final = {
    **{ODRL + name: ODRL + "use" for name in _IN_USE},
    **{CC + name: ODRL + "use" for name in _CC_IN_USE},
    **{ODRL + name: ODRL + wider for name, wider in _IN_OTHERS.items()},
    LICET + "mine": ODRL + "data-mining",
    LICET + "train-non-generative": ODRL + "ai-training",
}
"""Each action that is included in another, with that other."""

ACTIONS: Final = (*(ODRL + name for name in _ALONE), *INCLUDED_IN, *SAME_AS)
"""All actions of the vocabularies, by their IRIs."""

KNOWN_PROFILES: Final = frozenset(
    {
        ODRL,
        ODRL.removesuffix("/"),
        ODRL + "core",
        "http://www.w3.org/ns/odrl/2/#actionsCommon",
        "https://w3c.github.io/odrl/ai-vocab/",
        "https://w3c.github.io/odrl/ai-vocab",
        LICET,
    }
)
"""Profiles whose terms are known here."""

_PREFIXES: Final = {
    "odrl": ODRL,
    "rdf": RDF,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": DCT,
    "xsd": XSD,
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "http://schema.org/",
    "cc": CC,
}
_NAMED: Final = words(
    "Policy Rule ConflictTerm perm prohibit invalid Agreement Assertion Offer Privacy Request Set Ticket "
    "Asset AssetCollection Party PartyCollection PartyScope Action Permission Prohibition Duty Constraint "
    "LogicalConstraint Operator RightOperand LeftOperand rightOperand unit status absolutePosition "
    "absoluteSpatialPosition absoluteTemporalPosition absoluteSize count dateTime delayPeriod "
    "deliveryChannel elapsedTime event fileFormat industry language media meteredTime payAmount "
    "percentage product purpose recipient relativePosition relativeSpatialPosition "
    "relativeTemporalPosition relativeSize resolution spatial spatialCoordinates systemDevice "
    "timeInterval unitOfCount version virtualLocation eq gt gteq lt lteq neq isA hasPart isPartOf isAllOf "
    "isAnyOf isNoneOf or xone and andSequence policyUsage"
)
_NODES: Final = words(
    "profile inheritFrom relation hasPolicy target output partOf source assignee assigner assigneeOf "
    "assignerOf attributedParty attributingParty compensatedParty compensatingParty consentingParty "
    "consentedParty informedParty informingParty trackingParty trackedParty contractingParty "
    "contractedParty includedIn implies permission prohibition obligation duty consequence remedy "
    "constraint refinement rightOperandReference dataType"
)
_WORDS: Final = words("conflict function action operator leftOperand scope undefined")

CONTEXT: Final[Mapping[str, Any]] = {
    "@vocab": UNDEFINED,
    **_PREFIXES,
    "uid": "@id",
    "id": "@id",
    "type": "@type",
    **{iri.removeprefix(ODRL): iri for iri in ACTIONS if iri.startswith(ODRL)},
    **{name: ODRL + name for name in _NAMED},
    **{name: {"@id": ODRL + name, "@type": "@id"} for name in _NODES},
    **{name: {"@id": ODRL + name, "@type": "@vocab"} for name in _WORDS},
}
"""The context of `http://www.w3.org/ns/odrl.jsonld`."""

CONTEXTS: Final[Mapping[str, Mapping[str, Any]]] = {
    f"{scheme}://www.w3.org/ns/odrl{end}": CONTEXT
    for scheme in ("http", "https")
    for end in (".jsonld", "/2/", "/2")
}
"""The contexts that a document may name, by their URLs."""
