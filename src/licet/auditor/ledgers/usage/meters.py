"""Use, metered: whether each account was charged what its new units cost, within its terms."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.kept import Kept, Words, says_otherwise
from licet.auditor.ledgers.licenses.titles import LicenseLedger
from licet.auditor.ledgers.payments import Payment, Purse
from licet.auditor.ledgers.scene import Scene
from licet.auditor.ledgers.usage.vouchers import Settlement
from licet.chain.compiled.artifacts import artifact
from licet.chain.compiled.slots import mapped
from licet.contracts.events import (
    AccountClosing,
    AccountOpened,
    Deposited,
    DepositWithdrawn,
    Event,
    Settled,
)
from licet.contracts.purses import purse_address
from licet.contracts.usage import OPEN, Account
from licet.rights.offer import Kind as OfferKind
from licet.rights.offer import Offer
from licet.trees.hashing import checksum
from licet.types import Address, Hash32

_LAYOUT: Final = artifact("UsageLedger").layout
_AccountEvent = AccountOpened | Deposited | Settled | AccountClosing | DepositWithdrawn


@dataclass(frozen=True, slots=True)
class Meter:
    """A metered license's account, as the logs say that it stands.

    Attributes:
        account: what its slot should say.
        asset_id: what the license is of.
        licensee: whose deposit it is.
        purse: where the deposit is.
        settled: what was paid of it, in its currency's smallest unit.
        withdrawn: what of its currency went back to the licensee.
    """

    account: Account
    asset_id: Hash32
    licensee: Address
    purse: Address
    settled: int = 0
    withdrawn: int = 0


class AccountLedger:
    """What every account's slot should say, after the events that were applied."""

    def __init__(self, scene: Scene, licenses: LicenseLedger) -> None:
        self.meters: Final[dict[Hash32, Meter]] = {}
        self.settlements: Final[list[Settlement]] = []
        self._scene: Final = scene
        self._licenses: Final = licenses
        self._address: Final = scene.contracts.usage.address

    def is_open(self, license_id: Hash32) -> bool:
        """Whether a license's account was opened, and is not closing."""
        meter = self.meters.get(license_id)
        return meter is not None and meter.account.closes_at == OPEN

    def purses(self) -> Iterator[Purse]:
        """Where the deposits are."""
        for license_id, meter in self.meters.items():
            name = f"the deposit of license {license_id}"
            yield Purse(meter.purse, name, {"license_id": license_id}, meter.account.currency)

    def apply(self, event: Event) -> Iterator[Finding]:
        """Takes an event; yields what is wrong with it."""
        if not isinstance(event, _AccountEvent):
            return
        title = self._licenses.titles.get(event.license_id)
        offer = None if title is None else title.offer
        if title is None or offer is None or offer.kind != OfferKind.METERED:
            yield _fault(Kind.ACCOUNT_CONTRADICTION, event, "has an account, but is not metered")
            return
        if isinstance(event, AccountOpened):
            yield from self._opened(event, offer, title.licensee)
            return
        meter = self.meters.get(event.license_id)
        if meter is None:
            yield _fault(Kind.ACCOUNT_CONTRADICTION, event, "was charged before its account was opened")
            return
        match event:
            case Deposited():
                yield from self._deposited(event, meter)
            case Settled():
                yield from self._settled(event, meter, offer)
            case AccountClosing():
                yield from self._closing(event, meter, offer)
            case DepositWithdrawn():
                yield from self._withdrawn(event, meter)

    def _opened(self, event: AccountOpened, offer: Offer, licensee: Address) -> Iterator[Finding]:
        if event.license_id in self.meters:
            yield _fault(Kind.ACCOUNT_CONTRADICTION, event, "had its account opened twice")
            return
        purse = purse_address(self._address, event.license_id)
        pairs = (
            ("asset", offer.asset_id, event.asset_id),
            ("currency", offer.currency, event.currency),
            ("purse", purse, event.purse),
        )
        yield from _differences(event, pairs)
        account = Account(event.currency, 0, OPEN)
        self.meters[event.license_id] = Meter(account, offer.asset_id, licensee, purse)

    def _deposited(self, event: Deposited, meter: Meter) -> Iterator[Finding]:
        if meter.account.closes_at != OPEN:
            yield _fault(Kind.ACCOUNT_CONTRADICTION, event, "was paid for after its account was closed")
        yield from _differences(event, [("currency", meter.account.currency, event.currency)])
        self._moves(event, Kind.DEPOSIT_UNPAID, event.payer, meter.purse, event.currency, "had a deposit")

    def _settled(self, event: Settled, meter: Meter, offer: Offer) -> Iterator[Finding]:
        pairs = (
            ("asset", offer.asset_id, event.asset_id),
            ("payee", offer.payee, event.payee),
            ("currency", offer.currency, event.currency),
        )
        yield from _differences(event, pairs)
        before = meter.account.settled
        if event.units <= before:
            yield _fault(
                Kind.SETTLEMENT_WRONG,
                event,
                f"was charged up to {event.units} units, though {before} were paid before",
                f"more than {before}",
                event.units,
            )
        cost = max(0, event.units - before) * offer.price
        if event.amount != cost:
            yield _fault(
                Kind.SETTLEMENT_WRONG,
                event,
                f"was charged {event.amount} for {event.units - before} units, which cost {cost}",
                cost,
                event.amount,
            )
        terms = self._scene.conditions.find(offer.conditions, event.log)
        if terms is not None and terms.unit_cap and event.units > terms.unit_cap:
            yield _fault(
                Kind.SETTLEMENT_OVER_CAP,
                event,
                f"was charged {event.units} units in all, its terms allow {terms.unit_cap}",
                terms.unit_cap,
                event.units,
            )
        self.settlements.append(Settlement(event.log.place(), event.license_id, event.units, meter.licensee))
        self._moves(event, Kind.SETTLEMENT_UNPAID, meter.purse, event.payee, event.currency, "was charged")
        self._set(
            event,
            replace(
                meter,
                account=replace(meter.account, settled=event.units),
                settled=meter.settled + event.amount,
            ),
        )

    def _closing(self, event: AccountClosing, meter: Meter, offer: Offer) -> Iterator[Finding]:
        if meter.account.closes_at != OPEN:
            yield _fault(Kind.ACCOUNT_CONTRADICTION, event, "had its account closed twice")
        pairs = [("asset", offer.asset_id, event.asset_id), ("licensee", meter.licensee, event.licensee)]
        yield from _differences(event, pairs)
        now = self._scene.clock.time(event.log)
        terms = self._scene.conditions.find(offer.conditions, event.log)
        wrong = event.closes_at < now if terms is None else event.closes_at != now + terms.refund_delay
        if wrong:
            delay = 0 if terms is None else terms.refund_delay
            yield _fault(
                Kind.ACCOUNT_CONTRADICTION,
                event,
                f"had its account closed at {now} by {event.closes_at}, its terms say {now + delay}",
                now + delay,
                event.closes_at,
            )
        self._set(event, replace(meter, account=replace(meter.account, closes_at=event.closes_at)))

    def _withdrawn(self, event: DepositWithdrawn, meter: Meter) -> Iterator[Finding]:
        now = self._scene.clock.time(event.log)
        if now < meter.account.closes_at:
            yield _fault(
                Kind.ACCOUNT_CONTRADICTION,
                event,
                f"had its deposit withdrawn at {now}, before {meter.account.closes_at}",
                f"from {meter.account.closes_at} on",
                now,
            )
        yield from _differences(event, [("licensee", meter.licensee, event.licensee)])
        what = "had withdrawn"
        self._moves(event, Kind.WITHDRAWAL_UNPAID, meter.purse, event.licensee, event.token, what)
        if event.token == meter.account.currency:
            self._set(event, replace(meter, withdrawn=meter.withdrawn + event.amount))

    def _set(self, event: _AccountEvent, meter: Meter) -> None:
        self.meters[event.license_id] = meter

    def _moves(
        self,
        event: Deposited | Settled | DepositWithdrawn,
        kind: Kind,
        payer: Address,
        payee: Address,
        token: Address,
        what: str,
    ) -> None:
        self._scene.payments.append(
            Payment(
                log=event.log,
                kind=kind,
                what=f"license {event.license_id} {what}",
                payer=payer,
                payee=payee,
                token=token,
                amount=event.amount,
                subject={"license_id": event.license_id},
            )
        )


def kept_accounts(book: AccountLedger, ledger: Address) -> Iterator[Kept]:
    """Yields what the usage ledger should keep of metered licenses' accounts."""
    for license_id, meter in book.meters.items():
        expected, thing = meter.account, f"license {license_id}'s account"
        differs = says_otherwise(
            Kind.ACCOUNT_STATE_WRONG, ledger, thing, expected, _account, license_id=license_id
        )
        words = _LAYOUT.pack(
            "Account",
            currency=int(expected.currency, 16),
            settled=expected.settled,
            closesAt=expected.closes_at,
        )
        yield Kept(ledger, (mapped(_LAYOUT.variables["_accounts"], license_id),), words, differs)


def _account(words: Words) -> Account:
    values = _LAYOUT.unpack("Account", words)
    return Account(checksum(values["currency"].to_bytes(20)), values["settled"], values["closesAt"])


def _differences(event: _AccountEvent, pairs: object) -> Iterator[Finding]:
    for name, expected, actual in pairs:  # type: ignore[attr-defined]
        if expected != actual:
            yield _fault(
                Kind.ACCOUNT_CONTRADICTION,
                event,
                f"has the {name} {expected}, but {actual} was logged",
                expected,
                actual,
            )


def _fault(
    kind: Kind, event: _AccountEvent, what: str, expected: object = None, actual: object = None
) -> Finding:
    return found(
        kind,
        f"license {event.license_id} {what}",
        event.log,
        license_id=event.license_id,
        expected=expected,
        actual=actual,
    )
