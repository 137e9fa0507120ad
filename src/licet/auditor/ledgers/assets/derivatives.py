"""Derivatives: whether each was made as its parents' licenses allow, and sells what they allow."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.assets.deeds import DeedLedger, deed_in, derivative_in, made_slots
from licet.auditor.ledgers.assets.lineage import (
    Ancestor,
    check_parents,
    check_shares,
    demanded,
    fault,
    incompatible,
    uses_of,
)
from licet.auditor.ledgers.licenses.sales import FOREVER
from licet.auditor.ledgers.licenses.titles import LicenseLedger
from licet.auditor.ledgers.scene import Scene
from licet.auditor.ledgers.usage.meters import AccountLedger
from licet.chain.compiled.slots import token_slot
from licet.contracts.assets import DeedFlag, Derivative
from licet.contracts.events import DerivativeRegistered, Event, ParentsRefreshed, VaultPinned
from licet.contracts.licenses import PERPETUAL
from licet.contracts.vaults import vault_in
from licet.rights.derivation import lineage
from licet.types import ZERO_ADDRESS, Address, Hash32

_HOW_MADE: Final = DeedFlag.DERIVATIVE | DeedFlag.RECIPROCAL | DeedFlag.CEILING


@dataclass(frozen=True, slots=True)
class Made:
    """A derivative with parents.

    Attributes:
        event: its registration.
        parents: its parents' licenses, in order.
        stored: what the registry keeps of it; written once.
        flags: how it was made, as its deed says; written once.
        demanded: what both should be; None where a parent's terms are not known.
    """

    event: DerivativeRegistered
    parents: tuple[Hash32, ...]
    stored: Derivative
    flags: DeedFlag
    demanded: tuple[Derivative, DeedFlag] | None


class DerivativeLedger:
    """The derivatives that were registered."""

    def __init__(
        self, scene: Scene, deeds: DeedLedger, licenses: LicenseLedger, accounts: AccountLedger
    ) -> None:
        self.made: Final[dict[Hash32, Made]] = {}
        self._scene: Final = scene
        self._deeds: Final = deeds
        self._licenses: Final = licenses
        self._accounts: Final = accounts

    def limits(self, asset: Hash32) -> Derivative | None:
        """What a derivative may sell; None for any other asset."""
        made = self.made.get(asset)
        return None if made is None else made.stored

    def vaults(self) -> Iterator[tuple[Hash32, Hash32]]:
        """The split and the salt of each derivative's vault."""
        return ((made.event.split, lineage(made.parents)) for made in self.made.values())

    def outdated(self) -> Iterator[Finding]:
        """Yields the derivatives whose parents' licenses end earlier than was last seen."""
        for asset, made in self.made.items():
            deed, until = self._deeds.deeds[asset], self._until(made.parents)
            if deed.parents_until > until:
                yield found(
                    Kind.PARENTS_OUTDATED,
                    f"derivative {asset} may sell until {deed.parents_until}, but its parents' licenses run "
                    f"until {until} only: anybody may have them looked at again",
                    asset_id=asset,
                    expected=until,
                    actual=deed.parents_until,
                )

    def apply(self, event: Event) -> Iterator[Finding]:
        """Takes an event after the deed that it is about has changed; yields what is wrong with it."""
        match event:
            case DerivativeRegistered():
                yield from self._registered(event)
            case ParentsRefreshed():
                yield from self._refreshed(event)
            case VaultPinned():
                yield from self._pinned(event)

    def _registered(self, event: DerivativeRegistered) -> Iterator[Finding]:
        time = self._scene.clock.time(event.log)
        registrant = self._deeds.holder(event.asset_id) or ZERO_ADDRESS
        ancestors = self._ancestors(event)
        yield from check_parents(event, ancestors, registrant, time)
        yield from check_shares(event, ancestors)
        yield from self._check_sources(event, registrant, time)
        uses = uses_of(ancestors)
        if event.uses != uses:
            yield fault(
                Kind.DERIVATIVE_USES_WRONG,
                event,
                f"may sell the uses {int(event.uses)}, its parents' licenses all permit {int(uses)}",
                None,
                int(uses),
                int(event.uses),
            )
        parents = tuple(line.license_id for line in event.parents)
        yield from self._check_until(event, parents)
        vault = self._vault(event.split, parents)
        if event.vault != vault:
            yield fault(
                Kind.DERIVATIVE_VAULT_WRONG,
                event,
                f"was registered with the vault {event.vault}, its split and its parents lead to {vault}",
                None,
                vault,
                event.vault,
            )
        clash = incompatible(ancestors)
        if clash is not None:
            yield fault(
                Kind.PARENT_LICENSE_INVALID, event, "has parents whose terms exclude each other", clash
            )
        if parents:
            self._keep(event, parents, demanded(event, ancestors))

    def _keep(
        self,
        event: DerivativeRegistered,
        parents: tuple[Hash32, ...],
        should: tuple[Derivative, DeedFlag] | None,
    ) -> None:
        registry = self._scene.contracts.assets.address
        slots = (token_slot(event.asset_id), *made_slots(event.asset_id))
        word, *words = self._scene.state.words((registry, slot) for slot in slots)
        deed = deed_in(word)
        # That a deed is gone is found where deeds are compared.
        flags = DeedFlag.DERIVATIVE if deed is None else deed.flags & _HOW_MADE
        stored = derivative_in(tuple(words))
        self.made[event.asset_id] = Made(event, parents, stored, flags, should)
        self._deeds.mark(event.asset_id, flags if should is None else should[1])

    def _refreshed(self, event: ParentsRefreshed) -> Iterator[Finding]:
        made = self.made.get(event.asset_id)
        if made is None or lineage(made.parents) != event.lineage:
            yield found(
                Kind.LINEAGE_WRONG,
                f"the parents {event.lineage} were looked at for {event.asset_id}: they are not its own",
                event.log,
                asset_id=event.asset_id,
                expected="none" if made is None else lineage(made.parents),
                actual=event.lineage,
            )
            return
        yield from self._check_until(event, made.parents)

    def _pinned(self, event: VaultPinned) -> Iterator[Finding]:
        made = self.made.get(event.asset_id)
        if made is not None and event.vault != made.event.vault:
            yield found(
                Kind.DEED_PIN_WRONG,
                f"resale royalties of derivative {event.asset_id} were pinned to {event.vault}, "
                f"past its vault {made.event.vault}",
                event.log,
                asset_id=event.asset_id,
                vault=event.vault,
                expected=made.event.vault,
                actual=event.vault,
            )

    def _check_until(
        self, event: DerivativeRegistered | ParentsRefreshed, parents: tuple[Hash32, ...]
    ) -> Iterator[Finding]:
        until = self._until(parents)
        if event.parents_until != until:
            yield found(
                Kind.PARENTS_UNTIL_WRONG,
                f"derivative {event.asset_id} was said to sell until {event.parents_until}, "
                f"its parents' licenses run until {until}",
                event.log,
                asset_id=event.asset_id,
                expected=until,
                actual=event.parents_until,
            )

    def _until(self, parents: tuple[Hash32, ...]) -> int:
        """When the first of some licenses ends, as a deed's slot has it."""
        titles = (self._licenses.titles.get(parent) for parent in parents)
        return _clamped(min((title.slot.expires for title in titles if title is not None), default=PERPETUAL))

    def _check_sources(
        self, event: DerivativeRegistered, registrant: Address, time: int
    ) -> Iterator[Finding]:
        for source in event.sources:
            title = self._licenses.titles.get(source)
            held = title is not None and title.slot.holder == registrant
            if not held or not self._permits(source, time):
                yield fault(
                    Kind.PARENT_LICENSE_INVALID,
                    event,
                    f"names the source {source}, which {registrant} did not hold, or which did not run",
                    source,
                )

    def _permits(self, license_id: Hash32, time: int) -> bool:
        """Whether a license permits what it says; a metered one's account is asked, but not what is in it."""
        title = self._licenses.titles.get(license_id)
        if title is None or not title.runs(time):
            return False
        if title.slot.metered:
            return self._accounts.is_open(license_id)
        return not title.slot.sublicense or self._permits(title.parent, time)

    def _ancestors(self, event: DerivativeRegistered) -> list[Ancestor]:
        ancestors = []
        for line in event.parents:
            title = self._licenses.titles.get(line.license_id)
            conditions = None
            if title is not None and title.offer is not None:
                conditions = self._scene.conditions.find(title.offer.conditions, event.log)
            deed = self._deeds.deeds.get(line.asset_id)
            ancestors.append(Ancestor(line, title, conditions, deed))
        return ancestors

    def _vault(self, split: Hash32, parents: tuple[Hash32, ...]) -> Address:
        if not parents:
            return ZERO_ADDRESS
        return vault_in(self._scene.contracts.deployment, split, lineage(parents))


def _clamped(expires: int) -> int:
    """A license's end in the deed's 32 bits: never stays never."""
    return FOREVER if expires == PERPETUAL else min(expires, FOREVER - 1)


def compare_derivatives(ledger: DerivativeLedger) -> Iterator[Finding]:
    """Yields the derivatives of which the registry keeps something else than their registration leads to."""
    for asset, made in ledger.made.items():
        stored, flags = made.stored, made.flags
        expected, should = made.demanded or (
            Derivative(
                made.event.vault,
                made.event.uses,
                stored.ceiling_currency,
                stored.revenue_ceiling,
                stored.terms_hash,
            ),
            flags,
        )
        # Where not all terms are known, what the registry keeps must at least agree with itself.
        agrees = bool(stored.revenue_ceiling) == (DeedFlag.CEILING in flags)
        if stored != expected or flags != should or not agrees:
            yield found(
                Kind.DERIVATIVE_STATE_WRONG,
                f"the registry keeps {stored}, {flags!r} of derivative {asset}; "
                f"its registration leads to {expected}, {should!r}",
                contract=made.event.log.address,
                asset_id=asset,
                vault=made.event.vault,
                expected=f"{expected}, flags {int(should)}",
                actual=f"{stored}, flags {int(flags)}",
            )
