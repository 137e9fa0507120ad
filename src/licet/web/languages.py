"""The languages of the pages: which one is asked for, and its messages."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from starlette.requests import Request

LANGUAGES: Final = {"en": "English", "zh": "中文"}
"""The languages, by their codes, as they call themselves."""
COOKIE: Final = "licet-language"

_TAG: Final = re.compile(r"\s*([A-Za-z]{1,8}|\*)[A-Za-z0-9-]*\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*")
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Language:
    """A language, and what pages say in it.

    Attributes:
        code: as `lang` has it.
        messages: what there is to say, by its key; `{name}` stands for a value.
        words: what the programs say in English themselves; none in English.
    """

    code: str
    messages: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str, **values: object) -> str:
        """A message. Of one that counts, `<key>_one` is taken for one.

        Raises:
            KeyError: there is none of this key, or a value is missing.
        """
        if values.get("count") == 1 and f"{key}_one" in self.messages:
            key = f"{key}_one"
        shown = {name: f"{value:,}" if type(value) is int else value for name, value in values.items()}
        return self.messages[key].format(**shown)

    def form(self, key: str) -> str:
        """A message whose values somebody else fills in. Raises as `text`."""
        return self.messages[key]

    def known(self, key: str, otherwise: str) -> str:
        """A message of which there may be none."""
        return self.messages.get(key, otherwise)


@cache
def language(code: str) -> Language:
    """A language by its code."""
    folder = files(__package__).joinpath("messages")
    messages = json.loads(folder.joinpath(f"{code}.json").read_text(encoding="utf-8"))
    own = folder.joinpath(f"{code}.words.json")
    return Language(code, messages, json.loads(own.read_text(encoding="utf-8")) if own.is_file() else {})


def language_of(request: Request) -> Language:
    """The language that a request asks for: by its address, else by its cookie, else by the browser."""
    for code in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if code in LANGUAGES:
            return language(code)
    return language(_preferred(request.headers.get("accept-language", "")))


def _preferred(header: str) -> str:
    """The first of our languages, by what a browser says that it likes; English if it likes none of them."""
    best, weight = "en", 0.0
    for part in header[:_LONGEST].split(","):
        match = _TAG.fullmatch(part)
        if match is None or match[1].lower() not in LANGUAGES:
            continue
        wanted = float(match[2] or 1)
        if wanted > weight:
            best, weight = match[1].lower(), wanted
    return best
