"""The words of a text, as they are searched: of any script, in any case, with and without accents.

Chinese, Japanese and Korean write no spaces between words: of a run of their characters, each two neighbours
are a word, and a character that stands alone is one.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

MOST_WORDS: Final = 64
"""How many words of a title count."""
LONGEST_WORD: Final = 40

_RUN: Final = re.compile(r"[^\W_]+")
_IDEOGRAPHS: Final = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]+"
)


def words(text: str) -> list[str]:
    """The words of a text, in order, as far as they count."""
    found: list[str] = []
    for word in _words(text):
        found.append(word[:LONGEST_WORD])
        if len(found) == MOST_WORDS:
            break
    return found


def _words(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    # Composed again, since Korean would fall apart; what is left over of other letters are accents.
    plain = unicodedata.normalize("NFC", "".join(c for c in plain if not 0x300 <= ord(c) < 0x370))
    for run in _RUN.findall(plain):
        at = 0
        for match in _IDEOGRAPHS.finditer(run):
            yield from filter(None, [run[at : match.start()]])
            yield from _pairs(match[0])
            at = match.end()
        yield from filter(None, [run[at:]])


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    else:
        yield from (a + b for a, b in pairwise(run))
