"""What formats that only say yes or no have in common: which terms are no plain yes, and what is left out.

A plain yes tells everybody that a use costs nothing and may begin at once. Terms that say more are not
written as one: whoever reads it would take the uses without the limits.
"""

from collections.abc import Collection, Mapping
from typing import Final

from licet.rights.offer import Kind
from licet.rights.terms import Terms, members

LIMITS: Final = frozenset(
    {
        "territories",
        "excluded_territories",
        "users",
        "excluded_users",
        "models",
        "retention",
        "attribution",
        "licensee",
        "start",
        "end",
        "duration",
        "until",
        "supply",
        "exclusive",
        "conditions",
    }
)
"""Members of terms, or their first parts, that limit a permission: to whom, where, when, on which duty."""


def for_all(terms: Terms, but: Collection[str] = ()) -> bool:
    """Whether everybody may make the uses at once, for nothing.

    Args:
        terms: the terms.
        but: limits that the format can say.
    """
    if terms.payment is None or terms.payment.kind != Kind.FREE:
        return False
    said = {name.partition(".")[0] for name in members(terms)}
    return not said & LIMITS - set(but)


def left_out(standard: str) -> Mapping[str, str]:
    """Why a standard that speaks of uses alone leaves out each member besides `uses` and `prohibited`.

    Args:
        standard: its name, to begin a sentence with.
    """
    conditional = f"{standard} has no conditions: what is permitted on some is not permitted in it"
    return {
        "title": f"{standard} has no titles",
        "text": f"{standard} has no terms in words",
        "territories": conditional,
        "excluded_territories": conditional,
        "users": conditional,
        "excluded_users": conditional,
        "models": conditional,
        "retention": conditional,
        "attribution": conditional,
        "warranties": f"{standard} warrants nothing",
        "disclaimers": f"{standard} disclaims nothing",
        "links": f"{standard} does not lead there",
        "payees": f"{standard} does not say who is paid",
        "targets": f"{standard} does not name what it is about: it stands beside it",
        "licensor": f"{standard} does not name who says so",
        "licensee": conditional,
        "payment": f"{standard} has no prices: a use is permitted in it where it is free",
        "start": conditional,
        "end": conditional,
        "duration": conditional,
        "until": conditional,
        "supply": conditional,
        "exclusive": conditional,
        "transferable": f"{standard} knows no licenses that could be transferred",
        "conditions": conditional,
    }
