# ruff: noqa: D102 - to_json and from_json are documented in Document
"""The types of documents: catalogue, split, signed offer, paid order.

Each is a frozen dataclass that is valid or was not made; `from_bytes` takes exactly what `to_bytes` writes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple, Self

from licet.documents.base import (
    Document,
    array,
    check_chain_id,
    check_keys,
    json_object,
    parse_signature,
    string,
)
from licet.documents.canonical import canonical_json, canonical_string, utf8
from licet.documents.previews import Preview
from licet.errors import InputError
from licet.fingerprint.codes import parse_iscc, parse_pdq
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer
from licet.rights.order import Authorization, Order
from licet.trees.catalog import CatalogTree
from licet.trees.hashing import parse_address
from licet.trees.sums import SumTree
from licet.types import Address, Hash32, parse_hash, parse_uint


class Work(NamedTuple):
    """A work of a catalogue.

    Attributes:
        id: the catalogue's id for it.
        sha256: of its bytes.
        iscc: an ISCC of it, where its file was read: as a rule its Content-Code, 256 bits.
        pdq: a picture's PDQ hash, in hex.
    """

    id: str
    sha256: Hash32
    iscc: str | None = None
    pdq: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogDocument(Document):
    """The works of a catalogue, in the order of its tree. Ids and hashes are unique.

    Attributes:
        name: its title, for people.
        works: all of them.
        preview: a small picture of it, for people.
    """

    TYPE: ClassVar[str] = "licet/catalog/1"

    name: str
    works: tuple[Work, ...]
    preview: Preview | None = None

    def __post_init__(self) -> None:
        if not self.works:
            raise InputError("a catalogue needs at least one work")
        if len({work.id for work in self.works}) != len(self.works):
            raise InputError("two works of the catalogue have the same id")
        if len({work.sha256 for work in self.works}) != len(self.works):
            raise InputError("two works of the catalogue have the same SHA-256")

    def tree(self) -> CatalogTree:
        """The catalogue's tree."""
        return CatalogTree(work.sha256 for work in self.works)

    def to_json(self) -> dict[str, Any]:
        shown = {} if self.preview is None else {"preview": self.preview.to_json()}
        return {"name": self.name, "works": [_work_json(work) for work in self.works], **shown}

    def to_bytes(self) -> bytes:
        """The document in canonical JSON, written straight: there may be a million works."""
        works = ",".join(map(_work_text, self.works))
        name = canonical_string(self.name)
        shown = (
            "" if self.preview is None else f'"preview":{canonical_json(self.preview.to_json()).decode()},'
        )
        return utf8(f'{{"name":{name},{shown}"type":"{self.TYPE}","works":[{works}]}}')

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "name", "works", optional=("preview",))
        preview = Preview.from_json(data["preview"]) if "preview" in data else None
        return cls(string(data, "name"), tuple(_work(item) for item in array(data, "works")), preview)


def _work_text(work: Work) -> str:
    """A work in canonical JSON; codes and hashes are plain letters and digits."""
    iscc = "" if work.iscc is None else f'"iscc":"{work.iscc}",'
    pdq = "" if work.pdq is None else f'"pdq":"{work.pdq}",'
    return f'{{"id":{canonical_string(work.id)},{iscc}{pdq}"sha256":"{work.sha256[2:]}"}}'


def _work_json(work: Work) -> dict[str, str]:
    likeness = {} if work.iscc is None else {"iscc": work.iscc}
    if work.pdq is not None:
        likeness["pdq"] = work.pdq
    return {"id": work.id, "sha256": work.sha256[2:], **likeness}


def _work(data: object) -> Work:
    item = json_object(data, "a work")
    check_keys(item, "id", "sha256", optional=("iscc", "pdq"))
    return Work(
        string(item, "id"),
        parse_hash(string(item, "sha256"), "SHA-256"),
        parse_iscc(string(item, "iscc")) if "iscc" in item else None,
        parse_pdq(string(item, "pdq")) if "pdq" in item else None,
    )


@dataclass(frozen=True, slots=True)
class PayeeShare:
    """One payee of a split: address, share of the total, and a name for people to read."""

    payee: Address
    share: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SplitDocument(Document):
    """Who gets which share of a vault: positive shares, sorted by address, each payee once.

    `SplitDocument.of` sorts and merges.
    """

    TYPE: ClassVar[str] = "licet/split/1"

    payees: tuple[PayeeShare, ...]

    def __post_init__(self) -> None:
        addresses = [parse_address(entry.payee, "payee") for entry in self.payees]
        if any(a.lower() >= b.lower() for a, b in pairwise(addresses)):
            raise InputError("the payees of a split are sorted by address, each once")
        self.tree()

    @classmethod
    def of(cls, shares: Iterable[PayeeShare]) -> Self:
        """A split in any order; shares of one address are added up, and it keeps the first name given.

        Raises:
            InputError: what `SumTree` refuses.
        """
        merged: dict[Address, PayeeShare] = {}
        for entry in shares:
            payee = parse_address(entry.payee, "payee")
            before = merged.get(payee, PayeeShare(payee, 0))
            merged[payee] = PayeeShare(payee, before.share + entry.share, before.name or entry.name)
        return cls(tuple(sorted(merged.values(), key=lambda entry: entry.payee.lower())))

    def tree(self) -> SumTree:
        """The split's tree."""
        return SumTree((entry.payee, entry.share) for entry in self.payees)

    def to_json(self) -> dict[str, Any]:
        return {"payees": [payee_json(entry) for entry in self.payees]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "payees")
        return cls(tuple(payee_share(item) for item in array(data, "payees")))


def payee_json(entry: PayeeShare) -> dict[str, str]:
    """A payee's share as a JSON object."""
    named = {} if entry.name is None else {"name": entry.name}
    return {"payee": entry.payee, "share": str(entry.share), **named}


def payee_share(data: object) -> PayeeShare:
    """A payee's share from its JSON object. May raise `InputError`."""
    item = json_object(data, "a payee")
    check_keys(item, "payee", "share", optional=("name",))
    return PayeeShare(
        payee=parse_address(string(item, "payee"), "payee"),
        share=parse_uint(string(item, "share"), 128, "share"),
        name=string(item, "name") if "name" in item else None,
    )


@dataclass(frozen=True, slots=True)
class OfferDocument(Document):
    """An offer as its licensor hands it out: with the chain and the contract it is for, and the signature.

    Attributes:
        chain_id: EIP-155 chain id.
        license_token: the contract that the signature is for.
        offer: the terms.
        conditions: those that the offer names by their hash.
        signature: `0x` hex; whether it is the licensor's is not checked here.
    """

    TYPE: ClassVar[str] = "licet/offer/1"

    chain_id: int
    license_token: Address
    offer: Offer
    conditions: Conditions
    signature: str

    def __post_init__(self) -> None:
        self.offer.check_conditions(self.conditions)
        if not parse_signature(self.signature):
            raise InputError("the signature is empty")
        check_chain_id(self.chain_id)

    def to_json(self) -> dict[str, Any]:
        return {
            "chainId": str(self.chain_id),
            "licenseToken": self.license_token,
            "offer": self.offer.to_json(),
            "conditions": self.conditions.to_json(),
            "signature": self.signature,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "chainId", "licenseToken", "offer", "conditions", "signature")
        return cls(
            chain_id=parse_uint(string(data, "chainId"), what="chain id"),
            license_token=parse_address(string(data, "licenseToken"), "license token"),
            offer=Offer.from_json(data["offer"]),
            conditions=Conditions.from_json(data["conditions"]),
            signature=string(data, "signature"),
        )


@dataclass(frozen=True, slots=True)
class OrderDocument(Document):
    """An order with its payment signed: anyone may submit it, and can do nothing else with it.

    Attributes:
        chain_id: EIP-155 chain id.
        license_token: the contract that the payment is signed for.
        order: what is bought.
        authorization: what pays for it; whether its signature is the payer's is not checked here.
    """

    TYPE: ClassVar[str] = "licet/order/1"

    chain_id: int
    license_token: Address
    order: Order
    authorization: Authorization

    def __post_init__(self) -> None:
        check_chain_id(self.chain_id)

    def to_json(self) -> dict[str, Any]:
        order, paid = self.order, self.authorization
        return {
            "chainId": str(self.chain_id),
            "licenseToken": self.license_token,
            "order": {
                "offer": order.offer.to_json(),
                "signature": "0x" + order.signature.hex(),
                "quantity": str(order.quantity),
                "licensee": order.licensee,
                "salt": order.salt,
            },
            "authorization": {
                "payer": paid.payer,
                "validAfter": str(paid.valid_after),
                "validBefore": str(paid.valid_before),
                "v": str(paid.v),
                "r": paid.r,
                "s": paid.s,
            },
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "chainId", "licenseToken", "order", "authorization")
        return cls(
            chain_id=parse_uint(string(data, "chainId"), what="chain id"),
            license_token=parse_address(string(data, "licenseToken"), "license token"),
            order=_order(json_object(data["order"], "order")),
            authorization=_authorization(json_object(data["authorization"], "authorization")),
        )


def _order(data: dict[str, Any]) -> Order:
    check_keys(data, "offer", "signature", "quantity", "licensee", "salt")
    return Order(
        offer=Offer.from_json(data["offer"]),
        signature=parse_signature(string(data, "signature")),
        licensee=parse_address(string(data, "licensee"), "licensee"),
        salt=parse_hash(string(data, "salt"), "salt"),
        quantity=parse_uint(string(data, "quantity"), what="quantity"),
    )


def _authorization(data: dict[str, Any]) -> Authorization:
    check_keys(data, "payer", "validAfter", "validBefore", "v", "r", "s")
    return Authorization(
        payer=parse_address(string(data, "payer"), "payer"),
        valid_after=parse_uint(string(data, "validAfter"), what="time"),
        valid_before=parse_uint(string(data, "validBefore"), what="time"),
        v=parse_uint(string(data, "v"), 8, "v"),
        r=parse_hash(string(data, "r"), "r"),
        s=parse_hash(string(data, "s"), "s"),
    )
