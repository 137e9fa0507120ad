"""What licenses permit, as the chain says: remembered for so many seconds, and forgotten when a log names it.

Each answer of the chain counts for `seconds` at most. Meanwhile the logs of each new block are read, and
whatever they name is forgotten: so a license that was revoked, sold or ended is refused after the next look.
"""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from threading import Event, Lock
from typing import Final, NamedTuple, TypeVar

from licet.chain.client import Block, Log
from licet.chain.compiled.abi import log_topic
from licet.contracts import Contracts, events
from licet.contracts.licenses import License
from licet.contracts.terms import grant_behind
from licet.errors import LicenseUnknown, LicetError, UnexpectedAnswer
from licet.gateway.catalogs import NONE, Catalogs, Leaf
from licet.gateway.errors import LicenseRefused
from licet.rights.order import Grant
from licet.rights.uses import Use, use_names
from licet.types import ZERO_HASH, Address, Hash32

MAX_HELD: Final = 100
"""The most licenses of one holder that are looked at, the newest; to read with an older one, name it."""

_NO_SECONDS: Final = 2.0
"""How long a refusal is remembered: whoever just bought must not wait for long."""

_REMEMBERED: Final = 50_000
_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Cover:
    """A license that covers what somebody asks for.

    Attributes:
        license_id: the license.
        uses: what it permits of that.
        expires: unix second from which it permits nothing.
        asset: what it is a license of: what was asked for, or a catalogue that contains it.
        work: in a catalogue, the SHA-256 of the work that was asked for; else zero.
    """

    license_id: Hash32
    uses: Use
    expires: int
    asset: Hash32 = ZERO_HASH
    work: Hash32 = ZERO_HASH


class Question(NamedTuple):
    """What somebody asks for.

    Attributes:
        holder: who asks.
        asset: what for.
        offered: all that may be done with it under a license.
        wanted: what is to be done, all of which must be permitted; nothing for whatever is.
        license_id: the license that they name; zero to look for one.
    """

    holder: Address
    asset: Hash32
    offered: Use
    wanted: Use = Use(0)
    license_id: Hash32 = ZERO_HASH


_NOTHING: Final = (0.0, Cover(ZERO_HASH, Use(0), 0), ZERO_HASH)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was learnt of a license; `until` is on the clock of `time.monotonic`."""

    slot: License
    grant: Grant
    permitted: dict[tuple[Use, Hash32], bool]
    until: float


class Permits:
    """What licenses permit.

    Args:
        contracts: of the deployment.
        seconds: how long what the chain said counts.
        catalogs: of the site.
    """

    def __init__(self, contracts: Contracts, seconds: float, catalogs: Catalogs = NONE) -> None:
        self._contracts: Final = contracts
        self._catalogs: Final = catalogs
        self._seconds: Final = seconds
        self._lock: Final = Lock()
        self._found: Final[dict[Hash32, _Found]] = {}
        self._answers: Final[dict[Question, tuple[float, Cover, Hash32]]] = {}
        self._held: Final[dict[Address, tuple[float, tuple[Hash32, ...]]]] = {}
        self._unreadable: Final[dict[Hash32, float]] = {}
        self._grants: Final[dict[Hash32, Grant]] = {}  # what an id is the hash of never changes
        self._listeners: Final[list[Callable[[Collection[str] | None], None]]] = []
        self._forgotten = 0
        self._last: Block | None = None

    def known(self, question: Question) -> Cover | None:
        """The license that is known to cover what somebody asks for, without asking the chain."""
        until, cover, _ = self._answers.get(question, _NOTHING)
        return cover if time.monotonic() < until and time.time() < cover.expires else None

    def cover(self, question: Question) -> Cover:
        """A license that covers what somebody asks for; asks the chain where it has to.

        Raises:
            LicenseRefused: there is none.
            ChainError: the chain does not answer.
        """
        holder, asset, offered, wanted, license_id = question
        if wanted & ~offered:
            raise LicenseRefused(
                f"{', '.join(use_names(wanted & ~offered))} is nothing that is offered here", buys=False
            )
        before, named, has_any = self._forgotten, license_id != ZERO_HASH, False
        for candidate in (license_id,) if named else self._licenses(holder):
            found = self._find(candidate)
            if found is None or found.slot.holder != holder:
                continue
            leaf = self._catalogs.leaf(asset, found.grant.offer.asset_id)
            if leaf is None and found.grant.offer.asset_id != asset:
                continue
            has_any = True
            cover = self._covers(candidate, found, leaf, wanted or offered, whole=bool(wanted))
            if cover is not None:
                with self._lock:
                    if before == self._forgotten:  # else it may be what was just forgotten
                        _bounded(self._answers)[question] = (found.until, cover, found.grant.license_id)
                return cover
        what = f"license {license_id} does not cover this" if named else f"{holder} has no license for this"
        uses = ", ".join(use_names(wanted or offered))
        raise LicenseRefused(f"{what}: asset {asset}, for {uses}", buys=not (named or has_any))

    def grant(self, license_id: Hash32) -> Grant:
        """What proves a license's terms; of a sublicense, those of the license that it stands on.

        Raises:
            LicenseUnknown, UnexpectedAnswer: as `grant_behind`.
        """
        grant = self._grants.get(license_id)
        if grant is None:
            grant = grant_behind(self._contracts, license_id)
            with self._lock:
                _bounded(self._grants)[license_id] = grant
        return grant

    @property
    def changes(self) -> int:
        """How often something was forgotten: what was asked before the last time may be old."""
        return self._forgotten

    def tells(self, listener: Callable[[Collection[str] | None], None]) -> None:
        """Has somebody told what logs named, as topics in hex; None for all, after a re-org."""
        self._listeners.append(listener)

    def look(self) -> None:
        """Reads the logs since the last look, and forgets whatever they name; all of it after a re-org.

        Raises:
            ChainError: the chain does not answer; what is remembered counts until its time is over.
        """
        chain, last = self._contracts.chain, self._last
        head = chain.block()
        if last is None or head.number < last.number or chain.block(last.number).hash != last.hash:
            self._forget_all()
        elif head.number > last.number:
            contracts = [self._contracts.licenses.address, self._contracts.usage.address]
            self._forget(chain.logs(contracts, from_block=last.number + 1, to_block=head.number))
        self._last = head

    def run(self, stop: Event, seconds: float, on_fault: Callable[[LicetError], None]) -> None:
        """Looks every so many seconds, until told to stop."""
        while not stop.wait(seconds):
            try:
                self.look()
            except LicetError as error:
                on_fault(error)

    def _covers(
        self, license_id: Hash32, found: _Found, leaf: Leaf | None, uses: Use, *, whole: bool
    ) -> Cover | None:
        permitted = uses & found.slot.uses
        # What is paid by the unit needs a voucher.
        if found.slot.metered or not permitted or (whole and permitted != uses):
            return None
        # By the chain's clock as well as by this one, which says when a read was: one may be behind.
        if found.slot.expires <= time.time():
            return None
        work = ZERO_HASH if leaf is None else leaf.work
        if (permitted, work) not in found.permitted:
            is_permitted = self._permits(license_id, found.grant, leaf, permitted)
            found.permitted[permitted, work] = is_permitted
        if not found.permitted[permitted, work]:
            return None
        return Cover(license_id, permitted, found.slot.expires, found.grant.offer.asset_id, work)

    def _permits(self, license_id: Hash32, grant: Grant, leaf: Leaf | None, uses: Use) -> bool:
        licenses = self._contracts.licenses
        # Of a sublicense, the terms speak of the license that it stands on: both must permit.
        if grant.license_id != license_id and not licenses.permits(license_id, uses):
            return False
        if leaf is None:
            return licenses.permits_asset(grant, uses, grant.offer.asset_id)
        return licenses.permits_work(grant, uses, leaf.work, leaf.registrant, leaf.proof)

    def _find(self, license_id: Hash32) -> _Found | None:
        found = self._found.get(license_id)
        if found is not None and time.monotonic() < found.until:
            return found
        if time.monotonic() < self._unreadable.get(license_id, 0.0):
            return None
        before = self._forgotten
        try:
            slot = self._contracts.licenses.license(license_id)
        except LicenseUnknown:
            return None
        try:
            grant = self.grant(license_id)
        except (LicenseUnknown, UnexpectedAnswer):  # anybody can give anybody a license on unreadable terms
            with self._lock:
                _bounded(self._unreadable)[license_id] = time.monotonic() + self._seconds
            return None
        is_good = not slot.revoked and slot.expires > time.time()
        seconds = self._seconds if is_good else min(_NO_SECONDS, self._seconds)
        found = _Found(slot, grant, {}, time.monotonic() + seconds)
        with self._lock:
            if before == self._forgotten:  # else it may be what was just forgotten
                _bounded(self._found)[license_id] = found
        return found

    def _licenses(self, holder: Address) -> tuple[Hash32, ...]:
        """The licenses that somebody received, the newest first."""
        at, held = self._held.get(holder, (0.0, ()))
        if time.monotonic() < at:
            return held
        before = self._forgotten
        received = events.read(
            self._contracts.chain,
            events.LicenseTransferred,
            [self._contracts.licenses.address],
            [None, log_topic(holder)],
            from_block=self._contracts.deployment.block,
        )
        ids = tuple(dict.fromkeys(event.license_id for event in reversed(list(received))))[:MAX_HELD]
        seconds = self._seconds if ids else min(_NO_SECONDS, self._seconds)
        with self._lock:
            if before == self._forgotten:
                _bounded(self._held)[holder] = (time.monotonic() + seconds, ids)
        return ids

    def _forget(self, logs: Iterable[Log]) -> None:
        named = {"0x" + topic.hex() for log in logs for topic in log.topics[1:]}
        if not named:
            return
        with self._lock:
            self._forgotten += 1
            for license_id, found in list(self._found.items()):
                if named & {license_id, found.grant.license_id}:
                    del self._found[license_id]
            for question, (_, cover, behind) in list(self._answers.items()):
                if named & {cover.license_id, behind}:
                    del self._answers[question]
            for holder in list(self._held):
                if log_topic(holder) in named:
                    del self._held[holder]
        for listener in self._listeners:
            listener(named)

    def _forget_all(self) -> None:
        with self._lock:
            self._forgotten += 1
            self._found.clear()
            self._answers.clear()
            self._held.clear()
        for listener in self._listeners:
            listener(None)


def _bounded(kept: dict[_K, _V]) -> dict[_K, _V]:
    """A dictionary with room for one more: the oldest entry makes it."""
    if len(kept) >= _REMEMBERED:
        kept.pop(next(iter(kept)))
    return kept
