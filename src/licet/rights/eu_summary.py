"""The licensed part of the public summary of training content that the EU's AI Act asks of model providers.

Regulation (EU) 2024/1689, article 53(1)(d), and the Commission's template (C(2025) 5235, 24 July 2025),
section 2.2.1: datasets commercially licensed by rightsholders or their representatives. The template asks
whether there are any, and of which modalities; the list below them is what a provider may add. That a license
permits training says nothing of whether a model was trained on the works: that only the provider knows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from licet.errors import InputError
from licet.rights.syntax.xsd import moment
from licet.rights.uses import Use, use_names
from licet.types import Hash32

TRAINING: Final = Use.TRAIN | Use.TRAIN_GENERATIVE
"""The uses that make a license one of training content."""

_NO_TRAINING: Final = "it permits no training"
_NOT_COMMERCIAL: Final = "nothing is paid for it"
# Those that mean something in Markdown; all others are as they look.
_MARKUP: Final = frozenset("\\`*_{}[]<>()#+!|~&-.")


class Modality(StrEnum):
    """Kinds of content, in the words of the template."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LicensedItem:
    """One license, as far as the summary needs it.

    Attributes:
        license_id: the license.
        asset: what is licensed, as an IRI.
        title: its name, for people.
        works: how many works it is.
        licensor: who licenses it, as an IRI.
        uses: what is permitted.
        since: when the license was sold, unix seconds.
        until: its last second, unix; 0 for perpetual.
        paid: whether it is paid for.
        modalities: the kinds of content, in the template's order; none if nobody said.
        licensor_name: the licensor's name; empty if nobody said.
        revoked: whether it was revoked.
    """

    license_id: Hash32
    asset: str
    title: str
    works: int
    licensor: str
    uses: Use
    since: int
    until: int = 0
    paid: bool = True
    modalities: tuple[Modality, ...] = ()
    licensor_name: str = ""
    revoked: bool = False

    def __post_init__(self) -> None:
        if self.works < 1 or self.since < 0 or self.until < 0:
            raise InputError("a licensed item has at least one work, and times from 1970 on")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A license that is no part of the section, and why."""

    item: LicensedItem
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Section 2.2.1 of the summary, oldest license first.

    Attributes:
        licensee: whose licenses these are, as an IRI.
        as_of: of which moment, unix seconds.
        items: the licenses that are training content, and paid for.
        left_out: those that are not.
    """

    licensee: str
    as_of: int
    items: tuple[LicensedItem, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def works(self) -> int:
        """How many works are licensed; an asset that is licensed twice counts once."""
        return sum({item.asset: item.works for item in self.items}.values())

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """The modalities that are known, in the template's order."""
        known = {modality for item in self.items for modality in item.modalities}
        return tuple(modality for modality in Modality if modality in known)

    @property
    def unknown(self) -> int:
        """Of how many items nobody said the modalities."""
        return sum(not item.modalities for item in self.items)

    def to_json(self) -> dict[str, Any]:
        """The summary as a JSON object with stable keys; times are unix seconds, None for perpetual."""
        return {
            "regulation": "(EU) 2024/1689, article 53(1)(d)",
            "section": "2.2.1",
            "licensee": self.licensee,
            "as_of": self.as_of,
            "agreements_concluded": bool(self.items),
            "modalities": [str(modality) for modality in self.modalities],
            "modalities_unknown": self.unknown,
            "works": self.works,
            "datasets": [_item_json(item) for item in self.items],
            "left_out": [
                {"license_id": each.item.license_id, "asset": each.item.asset, "reason": each.reason}
                for each in self.left_out
            ],
        }

    def to_markdown(self) -> str:
        """The summary for people, to be put into the template."""
        return "\n".join([*self._answers(), *self._list(), *self._rest()]) + "\n"

    def _answers(self) -> list[str]:
        yes, no = _boxes(bool(self.items))
        lines = [
            "#### 2.2.1. Datasets commercially licensed by rightsholders or their representatives",
            "",
            "Have you concluded transactional commercial licensing agreement(s) with rightsholder(s) or with "
            "their representatives?",
            "",
            f"- {yes} Yes",
            f"- {no} No",
        ]
        if not self.items:
            return lines
        lines += [
            "",
            "If yes, specify the modality(ies) of the content covered by the datasets concerned:",
            "",
        ]
        lines += [f"- {_boxes(each in self.modalities)[0]} {each.capitalize()}" for each in Modality]
        if self.unknown:
            lines += ["", f"Of {self.unknown} of the datasets below, the modality is not known: state it."]
        return lines

    def _list(self) -> list[str]:
        if not self.items:
            return []
        total = _works(self.works)
        return [
            "",
            f"Datasets under license at {_day(self.as_of)}, {total} in all:",
            "",
            "| Dataset | Works | Modality | Rightsholder | Permitted | Licensed | License |",
            "|---|---|---|---|---|---|---|",
            *map(_row, self.items),
            "",
            "The licenses say what may be done. Which works a model was trained on, they do not say.",
        ]

    def _rest(self) -> list[str]:
        if not self.left_out:
            return []
        counts = dict.fromkeys((_NO_TRAINING, _NOT_COMMERCIAL), 0)
        for each in self.left_out:
            counts[each.reason] += 1
        said = [f"{count} because {reason}" for reason, count in counts.items() if count]
        return ["", f"Licenses that are not listed: {'; '.join(said)}."]


def summary(items: Iterable[LicensedItem], licensee: str, as_of: int) -> Summary:
    """The summary's section of all licenses that somebody has or had.

    Args:
        items: the licenses, also those that have ended: what was trained on then is still training content.
        licensee: who has them, as an IRI.
        as_of: now, unix seconds.
    """
    in_order = sorted(items, key=lambda item: (item.since, item.license_id))
    reasons = [(item, _reason(item)) for item in in_order]
    return Summary(
        licensee,
        as_of,
        tuple(item for item, reason in reasons if reason is None),
        tuple(LeftOut(item, reason) for item, reason in reasons if reason is not None),
    )


def modalities_of(media_types: Iterable[str]) -> tuple[Modality, ...]:
    """The modalities of works by their media types; none where one of them does not tell."""
    kinds = {kind.partition("/")[0] for kind in media_types}
    told = tuple(modality for modality in Modality if modality in kinds and modality != Modality.OTHER)
    return told if len(told) == len(kinds) else ()


def _reason(item: LicensedItem) -> str | None:
    if not item.uses & TRAINING:
        return _NO_TRAINING
    return None if item.paid else _NOT_COMMERCIAL


def _item_json(item: LicensedItem) -> dict[str, Any]:
    return {
        "license_id": item.license_id,
        "asset": item.asset,
        "title": item.title,
        "works": item.works,
        "modalities": [str(modality) for modality in item.modalities],
        "licensor": item.licensor,
        "licensor_name": item.licensor_name or None,
        "uses": list(use_names(item.uses)),
        "since": item.since,
        "until": item.until or None,
        "revoked": item.revoked,
    }


def _row(item: LicensedItem) -> str:
    until = _day(item.until) if item.until else "no end"
    cells = (
        item.title or item.asset,
        f"{item.works:,}",
        ", ".join(item.modalities) or "not known",
        item.licensor_name or item.licensor,
        ", ".join(use_names(item.uses)),
        f"{_day(item.since)} to {until}{', revoked' if item.revoked else ''}",
        item.license_id,
    )
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """Text from anywhere in a cell of a table: one line, and nothing in it is markup."""
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))
    return "".join(f"\\{c}" if c in _MARKUP else c for c in line)


def _boxes(answer: bool) -> tuple[str, str]:
    return ("☒", "☐") if answer else ("☐", "☒")


def _works(count: int) -> str:
    return "1 work" if count == 1 else f"{count:,} works"


def _day(seconds: int) -> str:
    return moment(seconds).partition("T")[0]
