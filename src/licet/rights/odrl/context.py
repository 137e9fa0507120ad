"""The JSON-LD context of `http://www.w3.org/ns/odrl.jsonld`: it ships, and is never fetched.

It differs where the published one slips: there `neq` is spelt `neg`, `industry` and `dataType` lead nowhere,
and requests and the AI vocabulary's actions are missing, so that a document would lose them without a word.
"""

from typing import Any, Final

from licet.rights.odrl.actions import ACTIONS, ODRL, words

CONTEXT_URLS: Final = frozenset(
    f"{scheme}://www.w3.org/ns/odrl{end}" for scheme in ("http", "https") for end in (".jsonld", "/2/", "/2")
)

_PREFIXES: Final = {
    "odrl": ODRL,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "http://schema.org/",
    "cc": "http://creativecommons.org/ns#",
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
    "constraint refinement"
)
_WORDS: Final = words("conflict function action operator leftOperand")


def odrl_context() -> dict[str, Any]:
    """The context as a JSON document."""
    actions = (iri.removeprefix(ODRL) for iri in ACTIONS if iri.startswith(ODRL))
    return {
        "@context": {
            **_PREFIXES,
            "uid": "@id",
            "type": "@type",
            **{name: ODRL + name for name in (*actions, *_NAMED)},
            **{name: {"@id": ODRL + name, "@type": "@id"} for name in _NODES},
            **{name: {"@id": ODRL + name, "@type": "@vocab"} for name in _WORDS},
            "rightOperandReference": {"@id": ODRL + "rightOperandReference", "@type": "@id"},
            "dataType": {"@id": ODRL + "dataType", "@type": "@id"},
        }
    }
