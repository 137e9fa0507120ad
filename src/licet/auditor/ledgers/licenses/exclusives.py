"""Exclusive licenses: whether each sale, renewal or revocation of one was recorded on its deed."""

from collections.abc import Iterator
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.contracts.events import Event, ExclusiveGranted
from licet.types import Hash32

_UINT32_MAX: Final = (1 << 32) - 1


class Exclusives:
    """What is to be recorded next."""

    def __init__(self) -> None:
        self._expected: Final[dict[Hash32, tuple[Event, Hash32, int]]] = {}

    def expect(self, cause: Event, license_id: Hash32, asset_id: Hash32, until: int) -> None:
        """A license was sold, renewed or revoked that is exclusive until a time (unix seconds)."""
        self._expected[license_id] = (cause, asset_id, min(until, _UINT32_MAX))

    def granted(self, event: ExclusiveGranted) -> Iterator[Finding]:
        """Yields whether something else was recorded than was sold."""
        cause, asset_id, until = self._expected.pop(event.license_id, (None, event.asset_id, 0))
        if cause is None or asset_id != event.asset_id or until != event.until:
            yield _wrong(event, event.license_id, until or "nothing", event.until)

    def missing(self) -> Iterator[Finding]:
        """Yields what was sold and never recorded."""
        for license_id, (cause, _, until) in self._expected.items():
            yield _wrong(cause, license_id, until, "nothing")


def _wrong(event: Event, license_id: Hash32, expected: object, actual: object) -> Finding:
    return found(
        Kind.EXCLUSIVE_WRONG,
        f"license {license_id} should be recorded as exclusive until {expected}, and is until {actual}",
        event.log,
        license_id=license_id,
        expected=expected,
        actual=actual,
    )
