"""Terms: all that is agreed about a work's use, in nobody's vocabulary: an offer, a license, or neither.

Every standard's document is read into these and written from them (`licet.rights.formats`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self

from licet.documents.terms import TermsDocument
from licet.errors import InputError
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind, Offer
from licet.rights.uses import use_names
from licet.types import ZERO_HASH, Address, Hash32, shown

NO_CONDITIONS: Final = Conditions(salt=ZERO_HASH)
"""What an offer's conditions say where they say nothing."""

_MAX_DECIMALS: Final = 77


@dataclass(frozen=True, slots=True)
class Payment:
    """What a license costs.

    Attributes:
        kind: how it is paid for.
        amount: in the currency's smallest unit, for what `kind` says; 0 only where it is free.
        currency: an ISO 4217 code, or the CAIP-19 id of a token or native coin; empty where it is free.
        decimals: how many decimals the currency's unit has: 25 dollars of 6 decimals are 25,000,000.
        unit: what a metered license is charged for, in a word (`crawl`, `use`, `training`, …); empty for
            others, or where nothing says.
    """

    kind: Kind
    amount: int = 0
    currency: str = ""
    decimals: int = 0
    unit: str = ""

    def __post_init__(self) -> None:
        if self.amount < 0 or not 0 <= self.decimals <= _MAX_DECIMALS:
            raise InputError(f"{self.amount} of {self.decimals} decimals is not an amount of money")
        if (self.kind == Kind.FREE) != (self.amount == 0):
            raise InputError(f"the price is {self.amount}: a price of 0 must be marked free, and no other")
        if bool(self.currency) == (self.kind == Kind.FREE) or (self.decimals and not self.currency):
            raise InputError("a price names its currency; what is free has none")
        if self.unit and self.kind != Kind.METERED:
            raise InputError(f"the price is for each {self.unit}, so its kind is metered")

    def text(self) -> str:
        """The amount in the currency's unit, as decimal digits."""
        if not self.decimals:
            return str(self.amount)
        digits = str(self.amount).rjust(self.decimals + 1, "0")
        return f"{digits[: -self.decimals]}.{digits[-self.decimals :]}"


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of an offer, of a license (an agreement), or of neither, where nobody says what it costs.

    Attributes:
        document: the rights document: uses, territories, users, … and the words.
        targets: what is licensed, as IRIs or patterns of URLs, sorted; empty for what the terms stand beside.
        licensor: who licenses, as an IRI; empty if unsaid. An account is `did:pkh:` and its CAIP-10 id.
        licensee: to whom it was licensed; only an agreement has one.
        payment: what it costs; None if unsaid.
        start: first second of the sale, unix; 0 for at once.
        end: last second of the sale, unix; 0 for no end.
        duration: seconds that a license runs; 0 for perpetual.
        until: last second of the permission, unix, whoever has it; 0 for no end but that of `duration`.
        supply: how many licenses may be sold; 0 for any number.
        exclusive: no other license is sold while this one runs.
        transferable: whether a licensee may transfer the license.
        conditions: the rare terms, without a salt.
    """

    document: TermsDocument
    targets: tuple[str, ...] = ()
    licensor: str = ""
    licensee: str = ""
    payment: Payment | None = None
    start: int = 0
    end: int = 0
    duration: int = 0
    until: int = 0
    supply: int = 0
    exclusive: bool = False
    transferable: bool = False
    conditions: Conditions = NO_CONDITIONS

    def __post_init__(self) -> None:
        if self.targets != tuple(sorted(set(self.targets))) or not all(self.targets):
            raise InputError(f"targets are sorted, each once, none empty: {shown(self.targets)} are not")
        if self.conditions.salt != ZERO_HASH:
            object.__setattr__(self, "conditions", replace(self.conditions, salt=ZERO_HASH))
        if min(self.start, self.end, self.duration, self.until, self.supply) < 0:
            raise InputError("times, durations and numbers of licenses are 0 or more")

    @classmethod
    def of_offer(
        cls, offer: Offer, conditions: Conditions, document: TermsDocument, where: "Place", decimals: int
    ) -> Self:
        """The terms of an offer on chain.

        Args:
            offer: the offer.
            conditions: its conditions.
            document: the rights document whose hash it has.
            where: the chain and the registry.
            decimals: of the offer's currency.

        Raises:
            InputError: the conditions or the document are not the offer's.
        """
        offer.check_conditions(conditions)
        if document.uses != offer.uses:
            raise InputError(
                f"the document permits {', '.join(use_names(document.uses))}, "
                f"the offer {', '.join(use_names(offer.uses))}: take the document that the offer names"
            )
        free = offer.kind == Kind.FREE
        return cls(
            document,
            targets=(where.asset(offer.asset_id),),
            licensor=where.account(offer.licensor),
            payment=Payment(
                offer.kind,
                offer.price,
                "" if free else where.currency(offer.currency),
                0 if free else decimals,
            ),
            start=offer.start,
            end=offer.end,
            duration=offer.duration,
            supply=offer.supply,
            exclusive=offer.exclusive,
            transferable=offer.transferable,
            conditions=conditions,
        )

    def granted(self, licensee: str, until: int) -> Self:
        """The agreement that a license sold on these terms is.

        Args:
            licensee: who has it, as an IRI.
            until: its last second, unix; 0 for perpetual.
        """
        return replace(self, licensee=licensee, until=until)


@dataclass(frozen=True, slots=True)
class Place:
    """A chain and the asset registry on it: what ids of assets, accounts and tokens are relative to.

    Attributes:
        chain_id: EIP-155 chain id.
        registry: the asset registry.
    """

    chain_id: int
    registry: Address

    def asset(self, asset_id: Hash32) -> str:
        """An asset as the CAIP-19 id of its deed, which is a valid IRI."""
        return f"eip155:{self.chain_id}/erc721:{self.registry}/{int(asset_id, 16)}"

    def account(self, address: Address) -> str:
        """An account as a DID (`did:pkh`)."""
        return f"did:pkh:eip155:{self.chain_id}:{address}"

    def currency(self, token: Address) -> str:
        """A token, or for the zero address the native coin, by its CAIP-19 id."""
        if int(token, 16):
            return f"eip155:{self.chain_id}/erc20:{token}"
        return f"eip155:{self.chain_id}/slip44:60"


def members(terms: Terms) -> dict[str, object]:
    """All that terms say, flat, by dotted names such as `title`, `uses.train`, `payment.amount`.

    What they leave unsaid is absent.
    """
    return dict(_said(terms))


def differences(a: Terms, b: Terms) -> frozenset[str]:
    """The names of all members that two terms do not have alike."""
    one, other = members(a), members(b)
    absent = object()
    return frozenset(name for name in one | other if one.get(name, absent) != other.get(name, absent))


def _said(terms: Terms) -> Iterator[tuple[str, object]]:
    for name in ("uses", "prohibited"):
        yield from ((f"{name}.{use}", True) for use in use_names(getattr(terms.document, name)))
    yield from _set_members(terms.document, skip=("uses", "prohibited"))
    yield from _set_members(terms, skip=("document", "payment", "conditions"))
    if terms.payment is not None:
        yield "payment.kind", terms.payment.kind
        yield from ((f"payment.{name}", value) for name, value in _set_members(terms.payment, skip=("kind",)))
    for name, value in _set_members(terms.conditions, skip=("salt",)):
        if value != getattr(NO_CONDITIONS, name):
            yield f"conditions.{name}", value


def _set_members(thing: Any, skip: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    for entry in fields(thing):
        value = getattr(thing, entry.name)
        if entry.name not in skip and value:
            yield entry.name, value
