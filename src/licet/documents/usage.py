# ruff: noqa: D102 - to_json and from_json are documented in Document
"""Usage logs: what was used, when and how much, so that a period's records stand under one root on chain."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Final, Self

from licet.documents.base import Document, array, check_keys, checked, json_object, string
from licet.documents.canonical import canonical_json, canonical_string, sha256, utf8
from licet.errors import InputError
from licet.rights.uses import LEAVES, Use, parse_uses, use_names
from licet.trees.catalog import CatalogProof, CatalogTree, verify_work
from licet.types import ZERO_HASH, Hash32, parse_hash, parse_uint

BY_VOUCHER: Final = "voucher"
"""How a gateway's reference to what a voucher paid for begins; license and number follow."""

_TIME_BITS: Final = 40
_UNIT_BITS: Final = 56


@lru_cache(maxsize=1 << 12)
def _uses(uses: Use) -> str:
    return canonical_json(list(use_names(uses))).decode()


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One line of a usage log. Its hash is the SHA-256 of its canonical JSON (RFC 8785).

    Attributes:
        asset_id: what was used.
        license_id: under which license.
        uses: what was done with it; not empty.
        units: how much, in the units that the license is sold by.
        since: first second, unix.
        until: last second, unix.
        work: SHA-256 of the work, where the asset is a catalogue; zero for the asset as a whole.
        reference: the recorder's own number for it, which tells equal records apart.
    """

    asset_id: Hash32
    license_id: Hash32
    uses: Use
    units: int
    since: int
    until: int
    work: Hash32 = ZERO_HASH
    reference: str = ""

    def __post_init__(self) -> None:
        for name in ("asset_id", "license_id", "work"):
            object.__setattr__(self, name, parse_hash(getattr(self, name), name))
        if not self.uses or self.uses & ~sum(LEAVES.values()):
            raise InputError("a usage record names at least one use, and only known ones")
        if not 0 < self.units < 1 << _UNIT_BITS:
            raise InputError(f"a usage record has {self.units} units: 1 to 2^56 - 1 are allowed")
        _check_period(self.since, self.until)

    @property
    def is_paid(self) -> bool:
        """Whether it was paid for by itself: without a license, or by a voucher, as gateways refer to it."""
        return self.license_id == ZERO_HASH or self.reference.startswith(f"{BY_VOUCHER}:{self.license_id}:")

    @property
    def hash(self) -> Hash32:
        """What stands for the record in the tree of its log."""
        return sha256(self.to_bytes())

    def to_bytes(self) -> bytes:
        """The record in canonical JSON: what `canonical_json` makes of it, eight times faster.

        Raises:
            InputError: the reference is not valid Unicode.
        """
        reference = f'"reference":{canonical_string(self.reference)},' if self.reference else ""
        work = "" if self.work == ZERO_HASH else f',"work":"{self.work[2:]}"'
        return utf8(
            f'{{"assetId":"{self.asset_id}","from":"{self.since}","licenseId":"{self.license_id}",{reference}'
            f'"units":"{self.units}","until":"{self.until}","uses":{_uses(self.uses)}{work}}}'
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object; integers are decimal strings, what is empty is left out."""
        work = {} if self.work == ZERO_HASH else {"work": self.work[2:]}
        reference = {"reference": self.reference} if self.reference else {}
        return {
            "assetId": self.asset_id,
            "licenseId": self.license_id,
            "uses": list(use_names(self.uses)),
            "units": str(self.units),
            "from": str(self.since),
            "until": str(self.until),
            **work,
            **reference,
        }

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            InputError: it is not a valid record.
        """
        item = json_object(data, "a record")
        names = ("assetId", "licenseId", "uses", "units", "from", "until")
        check_keys(item, *names, optional=("work", "reference"))
        return cls(
            asset_id=parse_hash(string(item, "assetId"), "asset id"),
            license_id=parse_hash(string(item, "licenseId"), "license id"),
            uses=parse_uses([checked(name, str, "a use") for name in array(item, "uses")]),
            units=parse_uint(string(item, "units"), _UNIT_BITS, "units"),
            since=parse_uint(string(item, "from"), _TIME_BITS, "time"),
            until=parse_uint(string(item, "until"), _TIME_BITS, "time"),
            work=parse_hash(string(item, "work"), "SHA-256") if "work" in item else ZERO_HASH,
            reference=string(item, "reference") if "reference" in item else "",
        )


@dataclass(frozen=True, slots=True)
class UsageLog(Document):
    """A period's records, in the order of their tree; no two are equal.

    Its root goes on chain (`anchor`). It dates all records and proves any of them: none can be added or
    altered later. That none was left out, it does not prove.

    Attributes:
        since: first second of the period, unix; not 0.
        until: last second, unix.
        records: of use within the period.
        license_id: the license that all records are of; zero for any, as a gateway keeps it.
    """

    TYPE: ClassVar[str] = "licet/usage/1"

    since: int
    until: int
    records: tuple[UsageRecord, ...]
    license_id: Hash32 = ZERO_HASH

    def __post_init__(self) -> None:
        object.__setattr__(self, "license_id", parse_hash(self.license_id, "license id"))
        object.__setattr__(self, "records", tuple(self.records))
        _check_period(self.since, self.until)
        if not self.records:
            raise InputError("a usage log needs at least one record")
        if len(set(self.records)) != len(self.records):
            raise InputError("two records of the usage log are equal: give each a reference of its own")
        for record in self.records:
            if record.since < self.since or record.until > self.until:
                raise InputError(
                    f"a record of use from {record.since} until {record.until} is outside of the log's "
                    f"period, {self.since} until {self.until}"
                )
            if self.license_id not in (ZERO_HASH, record.license_id):
                raise InputError(f"the log is of license {self.license_id}, a record of {record.license_id}")

    @classmethod
    def of(cls, records: Iterable[UsageRecord], license_id: Hash32 = ZERO_HASH) -> Self:
        """A log whose period is that of its records.

        Raises:
            InputError: there are none, two are equal, or one is of another license.
        """
        records = tuple(records)
        since = min((record.since for record in records), default=1)
        return cls(since, max((record.until for record in records), default=1), records, license_id)

    def tree(self) -> CatalogTree:
        """The tree whose leaves are the records' hashes."""
        return CatalogTree(record.hash for record in self.records)

    def to_bytes(self) -> bytes:
        """The document in canonical JSON; a record at a time, since there may be very many."""
        head = f'{{"from":"{self.since}","licenseId":"{self.license_id}","records":['
        tail = f'],"type":"{self.TYPE}","until":"{self.until}"}}'
        return b"".join((head.encode(), b",".join(map(UsageRecord.to_bytes, self.records)), tail.encode()))

    @property
    def root(self) -> Hash32:
        """What is anchored."""
        return self.tree().root

    def proof(self, record: UsageRecord) -> CatalogProof:
        """The proof that a record is in the log.

        Raises:
            InputError: it is not.
        """
        try:
            return self.tree().proof(self.records.index(record))
        except ValueError as error:
            raise InputError("the usage log has no such record") from error

    def units(self, license_id: Hash32 | None = None) -> int:
        """The units of all records, or of one license's."""
        return sum(record.units for record in self.records if license_id in (None, record.license_id))

    def to_json(self) -> dict[str, Any]:
        return {
            "from": str(self.since),
            "until": str(self.until),
            "licenseId": self.license_id,
            "records": [record.to_json() for record in self.records],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "from", "until", "licenseId", "records")
        return cls(
            since=parse_uint(string(data, "from"), _TIME_BITS, "time"),
            until=parse_uint(string(data, "until"), _TIME_BITS, "time"),
            records=tuple(UsageRecord.from_json(item) for item in array(data, "records")),
            license_id=parse_hash(string(data, "licenseId"), "license id"),
        )


def verify_usage(root: Hash32, record: UsageRecord, proof: CatalogProof) -> bool:
    """Whether the log with this root has a record."""
    return verify_work(root, record.hash, proof)


def _check_period(since: int, until: int) -> None:
    if not 0 < since <= until < 1 << _TIME_BITS:
        raise InputError(f"the period from {since} until {until} is none: unix seconds, in this order, not 0")
