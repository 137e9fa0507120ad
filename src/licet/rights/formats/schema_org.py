"""schema.org: a work, the terms beside it and the offer, in JSON-LD as it stands in web pages.

Only written. schema.org has no words for uses: what is read from it could not say what is permitted. The uses
stand there in words, for people and search engines.
"""

from collections.abc import Sequence
from typing import Any, Final

from licet.documents.terms import Relation, TermsDocument
from licet.errors import InputError
from licet.rights.explain import statement
from licet.rights.formats.base import Format
from licet.rights.offer import Kind
from licet.rights.syntax.strict_json import write_json
from licet.rights.syntax.xsd import moment
from licet.rights.terms import Payment, Terms

_LINKS: Final = {
    Relation.LICENSE: "license",
    Relation.TERMS: "usageInfo",
    Relation.CONTACT: "acquireLicensePage",
    Relation.PROOF: "subjectOf",
}
Node = dict[str, Any]


def export(terms: Sequence[Terms]) -> bytes:
    """Writes terms.

    Raises:
        InputError: some are a license that somebody has, which is not on offer.
    """
    works = [_work(each) for each in terms]
    body = works[0] if len(works) == 1 else {"@graph": works}
    return write_json({"@context": "https://schema.org", **body})


def sniff(_data: bytes) -> bool:
    """No: the format is only written."""
    return False


def _work(terms: Terms) -> Node:
    if terms.licensee:
        raise InputError(
            "schema.org tells the public what is on offer; these terms are a license that "
            f"{terms.licensee} has: write the offer instead"
        )
    document = terms.document
    work: Node = {"@type": "CreativeWork"}
    if len(terms.targets) == 1:
        work["@id"] = terms.targets[0]
    elif terms.targets:
        parts = [{"@type": "CreativeWork", "@id": target} for target in terms.targets]
        work |= {"@type": "Collection", "hasPart": parts}
    if document.attribution:
        work["creditText"] = document.attribution
    work["usageInfo"] = [_usage(document)]
    for link in document.links:
        pages = work.setdefault(_LINKS[link.relation], [])
        pages.append({"@type": "CreativeWork", "url": link.href})
    work["offers"] = _offer(terms)
    return work


def _usage(document: TermsDocument) -> Node:
    usage: Node = {"@type": "CreativeWork", "abstract": " ".join(statement(document))}
    if document.title:
        usage["name"] = document.title
    if document.text:
        usage["text"] = document.text
    return usage


def _offer(terms: Terms) -> Node:
    offer: Node = {"@type": "Offer", "category": "License"}
    if terms.licensor:
        offer["offeredBy"] = {"@id": terms.licensor}
    if terms.payment is not None:
        offer["priceSpecification"] = _price(terms.payment)
    if terms.start:
        offer["validFrom"] = moment(terms.start)
    if terms.end:
        offer["validThrough"] = moment(terms.end)
    if terms.duration:
        offer["eligibleDuration"] = _quantity(terms.duration, "SEC")
    if terms.supply:
        offer["inventoryLevel"] = _quantity(terms.supply, "C62")
    if terms.document.territories:
        offer["eligibleRegion"] = list(terms.document.territories)
    if terms.document.excluded_territories:
        offer["ineligibleRegion"] = list(terms.document.excluded_territories)
    return offer


def _price(payment: Payment) -> Node:
    price: Node = {"@type": "UnitPriceSpecification", "price": payment.text()}
    if payment.currency:
        price["priceCurrency"] = payment.currency
    kinds = {
        Kind.SALE: "for a license, once",
        Kind.FREE: "for nothing",
        Kind.SUBSCRIPTION: "for a license, for each term",
        Kind.METERED: "for each unit used",
    }
    price["description"] = kinds[payment.kind]
    if payment.unit:
        price["unitText"] = payment.unit
    return price


def _quantity(value: int, unit: str) -> Node:
    return {"@type": "QuantitativeValue", "value": value, "unitCode": unit}


_NO_WORD: Final = "schema.org has no word for it: it stands there in a sentence"

FORMAT: Final = Format(
    name="schema-org",
    title="schema.org work and offer",
    media_type="application/ld+json",
    suffix=".schema.jsonld",
    export=export,
    read=None,
    sniff=sniff,
    reasons={
        **dict.fromkeys(("uses", "prohibited", "users", "excluded_users", "models", "retention"), _NO_WORD),
        **dict.fromkeys(("warranties", "disclaimers"), _NO_WORD),
        "payees": "schema.org has no word for who shares in a price",
        "until": "schema.org has no word for when a permission ends",
        "exclusive": "schema.org has no word for an exclusive license",
        "transferable": "schema.org has no word for handing a license on",
        "conditions": "schema.org has no word for what is asked of a licensee afterwards",
    },
    says=frozenset(
        {
            *("title", "text", "attribution", "links", "territories", "excluded_territories", "targets"),
            *("licensor", "payment", "start", "end", "duration", "supply"),
        }
    ),
)
"""schema.org."""
