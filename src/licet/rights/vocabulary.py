"""The crosswalk: every standard's words for uses, as sets of Licet's own.

A word may cover more than one use, and the standards' words overlap, so that a set of uses need not have a
word. Then a permission is rounded down and a prohibition up, as far as nothing permitted is taken away.
"""

from collections.abc import Mapping
from typing import Final

from licet.rights.uses import SETS, Use

MACHINE: Final = Use.MINE | Use.TRAIN | Use.TRAIN_GENERATIVE | Use.AUGMENT | Use.INDEX | Use.SEARCH
"""What machines do with works, all of it."""

Words = Mapping[str, Use]
"""The words of one vocabulary, with the uses that each covers."""

ODRL: Final[Words] = {
    "use": Use(sum(Use)),
    "data-mining": SETS["data-mining"],
    "ai-training": SETS["ai-training"],
    "gen-ai": SETS["gen-ai"],
    "ai-augment": SETS["ai-augment"],
    "index": Use.INDEX,
    "search": Use.SEARCH,
    "distribute": Use.REDISTRIBUTE,
    "derive": Use.DERIVE,
    "display": Use.DISPLAY,
    "commercialize": Use.COMMERCIAL,
}
"""Actions of ODRL 2.2 and its AI vocabulary profile (`http://www.w3.org/ns/odrl/2/`)."""

RSL: Final[Words] = {
    "all": MACHINE,
    "ai-all": SETS["ai-training"] | Use.AUGMENT | Use.INDEX,
    "ai-train": SETS["ai-training"],
    "ai-input": Use.AUGMENT,
    "ai-index": Use.INDEX,
    "search": Use.SEARCH,
}
"""Usages of RSL 1.0. `all` is whatever a machine does."""

AIPREF: Final[Words] = {"train-ai": Use.TRAIN_GENERATIVE, "ai-use": Use.AUGMENT, "search": Use.SEARCH}
"""Categories of the IETF's AI preferences vocabulary (`draft-ietf-aipref-vocab-08`)."""

TDMREP: Final[Words] = {"tdm": SETS["data-mining"]}
"""What a reservation of text and data mining covers (W3C TDMRep; EU directive 2019/790, article 4)."""

CAWG: Final[Words] = {
    "cawg.data_mining": Use.MINE,
    "cawg.ai_training": Use.TRAIN,
    "cawg.ai_generative_training": Use.TRAIN_GENERATIVE,
    "cawg.ai_inference": Use.AUGMENT,
}
"""Entries of the CAWG training and data mining assertion 1.1."""

VOCABULARIES: Final[Mapping[str, Words]] = {
    "ODRL": ODRL,
    "RSL": RSL,
    "AIPREF": AIPREF,
    "TDMRep": TDMREP,
    "CAWG": CAWG,
}
"""All vocabularies that have words for single uses."""


def permitting(words: Words, uses: Use) -> tuple[str, ...]:
    """The fewest and widest words that permit nothing beyond these uses, in the vocabulary's order."""
    chosen: list[str] = []
    covered = Use(0)
    for word, meant in sorted(words.items(), key=lambda item: -item[1].bit_count()):
        if meant & uses == meant and meant & ~covered:
            chosen.append(word)
            covered |= meant
    return tuple(word for word in words if word in chosen)


def prohibiting(words: Words, prohibited: Use, permitted: Use) -> tuple[str, ...]:
    """The narrowest words that together prohibit these uses, and none that is permitted.

    A word that prohibits more than asked is taken only where no narrower one does.
    """
    exact = permitting(words, prohibited)
    covered = meaning(words, exact)
    chosen = set(exact)
    for word, meant in sorted(words.items(), key=lambda item: item[1].bit_count()):
        if meant & prohibited & ~covered and not meant & permitted:
            chosen.add(word)
            covered |= meant
    return tuple(word for word in words if word in chosen)


def meaning(words: Words, chosen: tuple[str, ...]) -> Use:
    """All uses that some words cover together."""
    uses = Use(0)
    for word in chosen:
        uses |= words[word]
    return uses
