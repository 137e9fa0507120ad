# ruff: noqa: D102 - to_json and from_json are documented in Document
"""Statements: what each payee of an asset earned in a period, and how that came about."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from licet.documents.base import Document, array, check_keys, checked, string
from licet.documents.kinds import SplitDocument, payee_share
from licet.errors import InputError
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32, parse_hash, parse_uint


@dataclass(frozen=True, slots=True)
class StatementDocument(Document):
    """What a statement on chain rests on: its amounts, payee by payee, and where they come from.

    Attributes:
        asset_id: the asset that earned it.
        since: first second of the period, unix.
        until: last second of the period, unix.
        currency: what is paid; the zero address for the native coin.
        amounts: what each payee earned, in the currency's smallest unit: the split of the statement's vault.
        basis: how the amounts came about, in words.
        usage: roots of the usage logs that they were reckoned from.
    """

    TYPE: ClassVar[str] = "licet/statement/1"

    asset_id: Hash32
    since: int
    until: int
    currency: Address
    amounts: SplitDocument
    basis: str = ""
    usage: tuple[Hash32, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "asset_id", parse_hash(self.asset_id, "asset id"))
        object.__setattr__(self, "currency", parse_address(self.currency, "currency"))
        object.__setattr__(self, "usage", tuple(parse_hash(root, "root") for root in self.usage))
        if not 0 <= self.since <= self.until < 1 << 40:
            raise InputError(
                f"the period from {self.since} until {self.until} is none: unix seconds, in this order"
            )

    def to_json(self) -> dict[str, Any]:
        return {
            "assetId": self.asset_id,
            "from": str(self.since),
            "until": str(self.until),
            "currency": self.currency,
            "amounts": self.amounts.to_json()["payees"],
            "basis": self.basis,
            "usage": list(self.usage),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "assetId", "from", "until", "currency", "amounts", "basis", "usage")
        return cls(
            asset_id=parse_hash(string(data, "assetId"), "asset id"),
            since=parse_uint(string(data, "from"), 40, "time"),
            until=parse_uint(string(data, "until"), 40, "time"),
            currency=parse_address(string(data, "currency"), "currency"),
            amounts=SplitDocument(tuple(payee_share(item) for item in array(data, "amounts"))),
            basis=string(data, "basis"),
            usage=tuple(parse_hash(checked(root, str, "a root"), "root") for root in array(data, "usage")),
        )
