"""What the contracts' storage should have, by the logs; compared with what it has, whole words at a time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from licet.auditor.evidence.records import Progress
from licet.auditor.findings import Finding, Kind, found
from licet.chain.state.reading import StateReader, parts_of
from licet.types import Address

Words: TypeAlias = "tuple[int, ...]"

_AT_ONCE: Final = 8_192


@dataclass(frozen=True, slots=True)
class Kept:
    """What a contract keeps of one thing.

    Attributes:
        contract: whose storage it is.
        slots: where.
        words: what should stand there.
        differs: given what does, yields what is wrong with it; may yield nothing where it has no name for it.
        subject: the attributes of `Evidence` that name what it is about.
    """

    contract: Address
    slots: tuple[int, ...]
    words: Words
    differs: Callable[[Words], Iterator[Finding]]
    subject: dict[str, Any] = field(default_factory=dict)


def says_otherwise(
    kind: Kind,
    contract: Address,
    thing: str,
    expected: object,
    read: Callable[[Words], object],
    logs: str = "its logs",
    **subject: Any,
) -> Callable[[Words], Iterator[Finding]]:
    """Says what the slot of a thing has instead, where that reads otherwise than expected.

    Args:
        kind: what is found then.
        contract: whose slot it is.
        thing: what it is of, for people.
        expected: what its words should read as.
        read: reads them.
        logs: what that follows from, for people.
        subject: the attributes of `Evidence` that name the thing.
    """

    def differs(words: Words) -> Iterator[Finding]:
        actual = read(words)
        if actual != expected:
            message = f"the slot of {thing} says {actual}, {logs} say {expected}"
            yield found(kind, message, contract=contract, expected=expected, actual=actual, **subject)

    return differs


def nameless(words: Words) -> Iterator[Finding]:  # noqa: ARG001 - as all that explain
    """Has no name for what is wrong."""
    return iter(())


def compare(
    expected: Iterable[Kept], state: StateReader, what: str, total: int, progress: Progress | None = None
) -> Iterator[Finding]:
    """Yields where the state says otherwise than the logs.

    Args:
        expected: what should stand where.
        state: of the block that is audited.
        what: this is, for `progress`.
        total: how many there are, about.
        progress: as for an audit.
    """
    done = 0
    for part in parts_of(expected, _AT_ONCE):
        words = iter(state.words((kept.contract, slot) for kept in part for slot in kept.slots))
        for kept in part:
            actual = tuple(next(words) for _ in kept.slots)
            if actual != kept.words:
                yield from _explained(kept, actual)
        done += len(part)
        if progress is not None:
            progress(what, done, max(done, total))


def _explained(kept: Kept, actual: Words) -> Iterator[Finding]:
    findings = list(kept.differs(actual))
    yield from findings
    if findings:
        return
    for slot, should, does in zip(kept.slots, kept.words, actual, strict=True):
        if should != does:
            yield found(
                Kind.STATE_WRONG,
                f"slot {slot:#x} of {kept.contract} has {does:#x}, the logs lead to {should:#x}",
                contract=kept.contract,
                expected=f"{should:#x}",
                actual=f"{does:#x}",
                **kept.subject,
            )
