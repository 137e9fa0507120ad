"""What a work may be used for: one bit for each use, and the standards' words as sets of them."""

from collections.abc import Iterable
from enum import KEEP, IntFlag

from licet.errors import InputError
from licet.types import shown


class Use(IntFlag, boundary=KEEP):
    """A set of uses.

    Bits without a name may come from later versions of Licet; they are kept, and permit nothing known here.
    """

    MINE = 1
    """Find patterns and statistics; no training."""
    TRAIN = 2
    """Train models that do not generate."""
    TRAIN_GENERATIVE = 4
    """Train models that generate."""
    AUGMENT = 8
    """Input to a trained model: inference, retrieval, grounding."""
    INDEX = 16
    """Index for retrieval by AI."""
    SEARCH = 32
    """Search that shows links and excerpts."""
    REDISTRIBUTE = 64
    DERIVE = 128
    DISPLAY = 256
    COMMERCIAL = 512


LEAVES: dict[str, Use] = {
    "mine": Use.MINE,
    "train": Use.TRAIN,
    "train-generative": Use.TRAIN_GENERATIVE,
    "augment": Use.AUGMENT,
    "index": Use.INDEX,
    "search": Use.SEARCH,
    "redistribute": Use.REDISTRIBUTE,
    "derive": Use.DERIVE,
    "display": Use.DISPLAY,
    "commercial": Use.COMMERCIAL,
}
"""Each use by its name, in the order of the bits."""

SETS: dict[str, Use] = {
    "data-mining": Use.MINE | Use.TRAIN | Use.TRAIN_GENERATIVE | Use.AUGMENT,
    "ai-training": Use.TRAIN | Use.TRAIN_GENERATIVE,
    "gen-ai": Use.TRAIN_GENERATIVE,
    "ai-augment": Use.AUGMENT,
}
"""The actions of the ODRL AI vocabulary profile (its `index` and `search` are uses of their own)."""


def parse_uses(names: str | Iterable[str]) -> Use:
    """Reads uses and sets by name: `"ai-training,index"`, or the names one by one.

    Raises:
        InputError: a name is unknown, or there is none.
    """
    uses = Use(0)
    for part in names.split(",") if isinstance(names, str) else names:
        name = part.strip().lower()
        use = LEAVES.get(name) or SETS.get(name)
        if use is None:
            known = ", ".join([*LEAVES, *SETS])
            raise InputError(f"{shown(part)} is not a use; known are: {known}")
        uses |= use
    if not uses:
        raise InputError("no use is named")
    return uses


def use_names(uses: int) -> tuple[str, ...]:
    """The names of the uses in a set, in the order of the bits; a bit unknown to this version is `bit-N`."""
    names = [name for name, use in LEAVES.items() if uses & use]
    known = sum(LEAVES.values())
    names += [f"bit-{n}" for n in range(uses.bit_length()) if uses & ~known & 1 << n]
    return tuple(names)
