"""What all formats have in common: terms in, bytes out, and the other way, with what each way loses.

What a document loses is found by reading it again: no member can go missing unannounced.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from licet.errors import DocumentInvalid, InputError
from licet.rights.terms import Terms, differences, members

MAX_BYTES: Final = 4 << 20
"""The largest rights expression that is read."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a format cannot say, or that Licet's terms cannot.

    Attributes:
        member: which member of the terms comes back otherwise, by its name in `licet.rights.terms.members`;
            where a document is read, which of its own parts was left aside, in its own words.
        reason: why.
        index: of which of the terms, from 0.
    """

    member: str
    reason: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class Exported:
    """A document, and what it does not say of the terms that it was made from."""

    data: bytes
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """The terms in a document, and what of it the terms do not say."""

    terms: tuple[Terms, ...]
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """One standard's way to write terms down.

    Attributes:
        name: for the command line.
        title: the standard and its version.
        media_type: of the document.
        suffix: of its file, with the dot.
        export: writes terms, at least one; leaves out what the format cannot say, and permits nothing beyond.
        read: reads a document into as many terms as were written, in order; None where the format is only
            written. Raises `DocumentInvalid`.
        sniff: whether some bytes look like this format, cheaply; never raises.
        reasons: why what can be lost is lost, by the member's name or its first part (`uses`, …).
        says: of a format that is only written: the members, or first parts, that it does say.
        single: whether one document holds the terms of one thing alone.
        by_target: whether each entry of a document is about one target: terms of several are written, and
            read, as so many terms, with all that are about one target beside each other.
    """

    name: str
    title: str
    media_type: str
    suffix: str
    export: Callable[[Sequence[Terms]], bytes]
    read: Callable[[bytes], Imported] | None
    sniff: Callable[[bytes], bool]
    reasons: Mapping[str, str] = field(default_factory=dict)
    says: frozenset[str] = frozenset()
    single: bool = False
    by_target: bool = False

    def write(self, terms: Sequence[Terms]) -> Exported:
        """Writes terms.

        Raises:
            InputError: there are none, more than one document holds, or the format has no way to write them.
        """
        if not terms:
            raise InputError(f"there are no terms to write as {self.title}")
        if self.single and len(terms) > 1:
            raise InputError(
                f"one {self.title} document holds the terms of one thing, these are of {len(terms)}: "
                "write them one by one"
            )
        laid = _laid_by_target(terms) if self.by_target else list(enumerate(terms))
        data = self.export([each for _, each in laid])
        return Exported(data, tuple(dict.fromkeys(self._losses(laid, data))))

    def parse(self, data: bytes) -> Imported:
        """Reads a document.

        Raises:
            InputError: the format is only written.
            DocumentInvalid: these bytes are no valid document of this format, or too many.
        """
        if self.read is None:
            raise InputError(f"{self.title} is only written, not read")
        if len(data) > MAX_BYTES:
            raise DocumentInvalid(
                f"this {self.title} document has {len(data)} bytes: {MAX_BYTES} are the most"
            )
        return self.read(data)

    def _losses(self, laid: Sequence[tuple[int, Terms]], data: bytes) -> Iterator[Loss]:
        if self.read is None:
            lost = [frozenset(name for name in members(each) if not self._says(name)) for _, each in laid]
        else:
            said = self.read(data).terms
            lost = [differences(each, back) for (_, each), back in zip(laid, said, strict=True)]
        for (index, _), names in zip(laid, lost, strict=True):
            yield from (Loss(name, self._reason(name), index) for name in sorted(names))

    def _says(self, name: str) -> bool:
        return bool({name, _first(name)} & self.says)

    def _reason(self, name: str) -> str:
        reason = self.reasons.get(name) or self.reasons.get(_first(name))
        return reason or f"{self.title} has no word for it"


def _laid_by_target(terms: Sequence[Terms]) -> list[tuple[int, Terms]]:
    """Terms of one target each, with the index of those that they are of; equal targets beside each other."""
    laid = [
        (index, replace(each, targets=(target,) if target else ()))
        for index, each in enumerate(terms)
        for target in each.targets or ("",)
    ]
    first: dict[tuple[str, ...], int] = {}
    for place, (_, each) in enumerate(laid):
        first.setdefault(each.targets, place)
    return sorted(laid, key=lambda item: first[item[1].targets])


def _first(name: str) -> str:
    return name.partition(".")[0]
