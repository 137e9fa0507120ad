# ruff: noqa: D102 - to_json and from_json are documented in Document
"""Whom a buyer believes where claims compete: a policy, kept in a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from licet.documents.base import Document, array, check_keys, checked
from licet.errors import InputError
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32, parse_hash


@dataclass(frozen=True, slots=True)
class TrustPolicy(Document):
    """Which claims a buyer believes; `TrustPolicy.of` sorts.

    Nobody ranks before another: where two claims are trusted, or none, the work stays contested. Age is no
    reason for trust either, as whoever copies a work can be the first to register it.

    Attributes:
        assets: deeds whose claims are believed; sorted, each once.
        registrants: whose claims are believed; sorted, each once.
        distrusted: registrants whose claims count as none; sorted, each once, and none of `registrants`.
    """

    TYPE: ClassVar[str] = "licet/trust/1"

    assets: tuple[Hash32, ...] = ()
    registrants: tuple[Address, ...] = ()
    distrusted: tuple[Address, ...] = ()

    def __post_init__(self) -> None:
        for listed in (self.assets, self.registrants, self.distrusted):
            if list(listed) != sorted(set(listed), key=str.lower):
                raise InputError("the lists of a trust policy are sorted, each entry once")
        both = set(self.registrants) & set(self.distrusted)
        if both:
            raise InputError(f"{min(both)} is trusted and distrusted: leave it in one of the lists")

    @classmethod
    def of(
        cls,
        assets: Iterable[Hash32] = (),
        registrants: Iterable[Address] = (),
        distrusted: Iterable[Address] = (),
    ) -> Self:
        """A policy, in any order.

        Raises:
            InputError: an entry is no asset id or address, or a registrant is trusted and distrusted.
        """
        return cls(
            _sorted(parse_hash(asset, "asset id") for asset in assets),
            _sorted(parse_address(registrant, "registrant") for registrant in registrants),
            _sorted(parse_address(registrant, "registrant") for registrant in distrusted),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "assets": list(self.assets),
            "registrants": list(self.registrants),
            "distrusted": list(self.distrusted),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "assets", "registrants", "distrusted")
        return cls(
            tuple(parse_hash(entry, "asset id") for entry in _strings(data, "assets")),
            tuple(parse_address(entry, "registrant") for entry in _strings(data, "registrants")),
            tuple(parse_address(entry, "registrant") for entry in _strings(data, "distrusted")),
        )


def _strings(data: dict[str, Any], key: str) -> list[str]:
    return [checked(entry, str, f"an entry of {key}") for entry in array(data, key)]


def _sorted(entries: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(set(entries), key=str.lower))
