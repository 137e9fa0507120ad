"""Findings: what an audit can say is wrong, cannot be checked or is worth knowing, each with its evidence."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from licet.chain.client import Log
from licet.types import Address, Hash32


class Severity(StrEnum):
    """How much a finding weighs; from the worst down."""

    ERROR = "error"
    """Something does not agree."""
    CANNOT_TELL = "cannot_tell"
    """Something could not be checked, for want of a document or of a node's answer."""
    NOTE = "note"
    """Nothing is wrong, but somebody may want to know."""


class Kind(StrEnum):
    """What is found. The names are stable: programs rely on them."""

    # The history.
    LOGS_INCOMPLETE = "logs_incomplete"
    """The logs do not lead to the contract's rolling head: the node left out, altered or moved one."""
    LOGS_INCONSISTENT = "logs_inconsistent"
    """The node gave a log twice, one that was not asked for, or one of another block than it says."""
    LOG_MALFORMED = "log_malformed"
    """A contract logged what its interface does not know, or terms that nobody can read."""

    # Deeds and catalogues.
    ASSET_ID_WRONG = "asset_id_wrong"
    """A deed's id is not the hash of its content and registrant."""
    DEED_CONTRADICTION = "deed_contradiction"
    """The registry logged what the deed's state did not allow."""
    DEED_STATE_WRONG = "deed_state_wrong"
    """A deed's slot does not say what its logs say."""
    CATALOG_MISSING = "catalog_missing"
    """A catalogue's document is not to be found."""
    CATALOG_ALTERED = "catalog_altered"
    """What stands in the place of a catalogue's document has another SHA-256."""
    CATALOG_WRONG = "catalog_wrong"
    """A catalogue's document has another root or number of works than registered, or is no catalogue."""

    # Offers and sales.
    OFFER_HASH_WRONG = "offer_hash_wrong"
    """A published offer does not hash to its id, or is published by another than its licensor."""
    OFFER_STATE_WRONG = "offer_state_wrong"
    """An offer's slot does not say what its logs say."""
    LICENSE_ID_WRONG = "license_id_wrong"
    """A license's id is not the hash of its offer, licensee and salt."""
    LICENSE_SOLD_TWICE = "license_sold_twice"
    SALE_ASSET_WRONG = "sale_asset_wrong"
    """A sale is logged for another asset than its offer's."""
    SALE_WITHOUT_DEED = "sale_without_deed"
    """The asset of a sale was not registered."""
    SIGNATURE_INVALID = "signature_invalid"
    """The offer of a sale was neither signed nor published by its licensor."""
    SIGNATURE_UNPROVEN = "signature_unproven"
    """A contract account made the offer, and does not confirm its signature, or the node cannot ask it."""
    LICENSOR_NOT_HOLDER = "licensor_not_holder"
    OFFER_OUTDATED = "offer_outdated"
    """The offer of a sale names another epoch than the deed's."""
    OFFER_NOT_STARTED = "offer_not_started"
    OFFER_EXPIRED = "offer_expired"
    OFFER_CANCELLED = "offer_cancelled"
    """The offer of a sale was cancelled before."""
    OFFER_OVERSOLD = "offer_oversold"
    EXCLUSIVE_VIOLATED = "exclusive_violated"
    """A license was sold while an exclusive one ran."""
    EXCLUSIVE_WRONG = "exclusive_wrong"
    """An exclusive sale was not recorded on the deed as it was made, or was recorded and not made."""
    PAYMENT_MISSING = "payment_missing"
    """The price of a sale did not move from the payer to the payee."""
    PAYEE_NOT_A_VAULT = "payee_not_a_vault"
    """A sale was paid to an address that is no known vault: who shares in it cannot be seen on chain."""

    # Licenses.
    LICENSE_WITHOUT_SALE = "license_without_sale"
    LICENSE_MOVED = "license_moved"
    """A license was handed on that is bound to its licensee, or by another than its holder."""
    LICENSE_MISSING = "license_missing"
    LICENSE_HOLDER_WRONG = "license_holder_wrong"
    LICENSE_USES_WRONG = "license_uses_wrong"
    LICENSE_EXPIRY_WRONG = "license_expiry_wrong"
    LICENSE_BOUND_WRONG = "license_bound_wrong"

    # Splits and vaults.
    VAULT_ADDRESS_WRONG = "vault_address_wrong"
    """A split was published for another vault than its root leads to."""
    SPLIT_MISSING = "split_missing"
    """Nothing that was published, and no document at hand, hashes to the root of a vault."""
    SPLIT_UNUSED = "split_unused"
    """The same, for a vault that never received anything known."""
    VAULT_CODE_WRONG = "vault_code_wrong"
    VAULT_UNREADABLE = "vault_unreadable"
    """A vault or its token does not say what it holds."""
    TRANSFERS_UNREADABLE = "transfers_unreadable"
    """The node does not give a token's logs."""
    RELEASED_WRONG = "released_wrong"
    """A vault's claims do not sum to what it says it paid out."""
    RELEASED_TO_WRONG = "released_to_wrong"
    """The same, for one payee."""
    CLAIM_BY_STRANGER = "claim_by_stranger"
    """A vault paid somebody who is not in its split."""
    CLAIM_UNPAID = "claim_unpaid"
    """A vault says that it paid, but the token did not move."""
    OVERCLAIMED = "overclaimed"
    """A payee got more than their share."""
    VAULT_UNBALANCED = "vault_unbalanced"
    """received = claimed + due + dust does not hold with less dust than payees."""
    INCOME_WRONG = "income_wrong"
    """A vault's balance does not follow from the transfers to and from it."""
    OUTFLOW_WRONG = "outflow_wrong"
    """More or less left a vault than was claimed."""

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        if self in _NOTES:
            return Severity.NOTE
        return Severity.CANNOT_TELL if self in _CANNOT_TELL else Severity.ERROR


_NOTES: Final = frozenset({Kind.PAYEE_NOT_A_VAULT, Kind.SPLIT_UNUSED})
_CANNOT_TELL: Final = frozenset(
    {
        Kind.CATALOG_MISSING,
        Kind.SIGNATURE_UNPROVEN,
        Kind.SPLIT_MISSING,
        Kind.VAULT_UNREADABLE,
        Kind.TRANSFERS_UNREADABLE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where to look, and what stands there; what does not apply is None.

    Attributes:
        tx: the transaction.
        block: its block.
        log_index: the log within the block.
        contract: whose log or slot it is.
        asset_id: the asset.
        offer_hash: the offer.
        license_id: the license.
        document_hash: the document.
        vault: the vault.
        root: its split.
        token: the currency, zero for the native coin.
        payee: the payee.
        expected: what should be, as text; amounts as decimal digits in the smallest unit.
        found: what is.
    """

    tx: Hash32 | None = None
    block: int | None = None
    log_index: int | None = None
    contract: Address | None = None
    asset_id: Hash32 | None = None
    offer_hash: Hash32 | None = None
    license_id: Hash32 | None = None
    document_hash: Hash32 | None = None
    vault: Address | None = None
    root: Hash32 | None = None
    token: Address | None = None
    payee: Address | None = None
    expected: str | None = None
    found: str | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON object of what applies."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, with a sentence for people."""

    kind: Kind
    message: str
    evidence: Evidence

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return self.kind.severity

    def to_json(self) -> dict[str, Any]:
        """A JSON object: `kind`, `severity`, `message`, `evidence`."""
        return {
            "kind": str(self.kind),
            "severity": str(self.severity),
            "message": self.message,
            "evidence": self.evidence.to_json(),
        }


def found(
    kind: Kind,
    message: str,
    log: Log | None = None,
    *,
    expected: object = None,
    actual: object = None,
    **subject: Any,
) -> Finding:
    """A finding.

    Args:
        kind: what is found.
        message: the same for people, with the facts in it.
        log: the log that shows it.
        expected: what should be.
        actual: what is.
        subject: the attributes of `Evidence` that name what it is about.
    """
    if log is not None:
        subject |= {"tx": log.tx_hash, "block": log.block_number, "log_index": log.index}
        subject.setdefault("contract", log.address)
    return Finding(
        kind,
        message,
        Evidence(
            **subject,
            expected=None if expected is None else str(expected),
            found=None if actual is None else str(actual),
        ),
    )
