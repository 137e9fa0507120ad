"""Actions and what each is included in: ODRL 2.2's core and common vocabularies, and the AI profile's.

What a document says of actions (`odrl:includedIn`) comes on top; see `world`.
"""

from typing import Final

ODRL: Final = "http://www.w3.org/ns/odrl/2/"
CC: Final = "http://creativecommons.org/ns#"
LICET: Final = "urn:licet:odrl:"
"""Licet's own profile; see `licet.rights.formats.odrl.profile`."""


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
