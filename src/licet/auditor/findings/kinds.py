"""The kinds of findings: what an audit can say, and how much it weighs."""

from enum import StrEnum
from typing import Final


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
    STATE_WRONG = "state_wrong"
    """A slot has something that the logs do not lead to, and that no other kind has a name for."""

    # Deeds and catalogues.
    ASSET_ID_WRONG = "asset_id_wrong"
    """A deed's id is not the hash of its content and registrant."""
    DEED_CONTRADICTION = "deed_contradiction"
    """The registry logged what the deed's state did not allow."""
    DEED_STATE_WRONG = "deed_state_wrong"
    """A deed's slot does not say what its logs say."""
    DEED_FLAGS_WRONG = "deed_flags_wrong"
    """A deed was flagged otherwise than its disputes say, or was not though they say so."""
    DEED_PIN_WRONG = "deed_pin_wrong"
    """A deed's resale royalties go elsewhere than was logged, or a derivative's past its vault."""
    CATALOG_MISSING = "catalog_missing"
    """A catalogue's document is not to be found."""
    CATALOG_ALTERED = "catalog_altered"
    """What stands in the place of a catalogue's document has another SHA-256."""
    CATALOG_WRONG = "catalog_wrong"
    """A catalogue's document has another root or number of works than registered, or is no catalogue."""

    # Derivatives.
    DERIVATIVE_VAULT_WRONG = "derivative_vault_wrong"
    """A derivative was registered with another vault than its split and its parents' licenses lead to."""
    DERIVATIVE_USES_WRONG = "derivative_uses_wrong"
    """A derivative may sell other uses than all its parents' licenses permit."""
    DERIVATIVE_STATE_WRONG = "derivative_state_wrong"
    """What the registry keeps of a derivative is not what its registration and its parents' terms say."""
    PARENT_LICENSE_INVALID = "parent_license_invalid"
    """A derivative was made under a license that its registrant did not hold, or that did not permit it."""
    PARENT_SHARE_WRONG = "parent_share_wrong"
    """A parent's payee was not proven to hold the share of a derivative's income that the license asks."""
    PARENTS_UNTIL_WRONG = "parents_until_wrong"
    """A derivative's sales end at another time than the first of its parents' licenses."""
    PARENTS_OUTDATED = "parents_outdated"
    """A derivative may sell longer than its parents' licenses run now: nobody had them looked at again."""
    LINEAGE_WRONG = "lineage_wrong"
    """The parents of an asset were looked at again that are not its parents."""

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
    """The offer of a sale or a renewal names another epoch than the deed's."""
    OFFER_NOT_STARTED = "offer_not_started"
    OFFER_EXPIRED = "offer_expired"
    OFFER_CANCELLED = "offer_cancelled"
    """The offer of a sale was cancelled before."""
    OFFER_OVERSOLD = "offer_oversold"
    EXCLUSIVE_VIOLATED = "exclusive_violated"
    """A license was sold while an exclusive one ran."""
    EXCLUSIVE_WRONG = "exclusive_wrong"
    """An exclusive sale was not recorded on the deed as it was made, or was recorded and not made."""
    ASSET_DEFEATED = "asset_defeated"
    """A license was sold or renewed though the deed had lost a dispute."""
    PAYEE_NOT_DERIVATIVES = "payee_not_derivatives"
    """A license of a derivative was sold past the vault that its parents share in."""
    USES_BEYOND_PARENTS = "uses_beyond_parents"
    """A license of a derivative permits what its parents' licenses do not."""
    TERM_BEYOND_PARENTS = "term_beyond_parents"
    """A license of a derivative runs longer than its parents' licenses."""
    TERMS_NOT_RECIPROCAL = "terms_not_reciprocal"
    """A license of a derivative was sold on other terms than the rights document that its parents ask for."""
    CEILING_EVADED = "ceiling_evaded"
    """A license of a derivative was sold so that no revenue ceiling holds: for another currency than its own,
    by the unit, or into the escrow of a dispute."""
    CEILING_EXCEEDED = "ceiling_exceeded"
    """A license of a derivative was sold though its vault had received what its parents' licenses allow."""
    PAYMENT_MISSING = "payment_missing"
    """The price of a sale did not move from the payer to the payee, or to the escrow of a dispute."""
    AGENT_STATE_WRONG = "agent_state_wrong"
    """An agent's term of office is not the one that was logged."""
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
    LICENSE_METERED_WRONG = "license_metered_wrong"
    LICENSE_SUBLICENSE_WRONG = "license_sublicense_wrong"
    LICENSE_REVOKED_WRONG = "license_revoked_wrong"
    LICENSE_DAY_WRONG = "license_day_wrong"
    """The day that a license's slot says it was sold on is not the day of its sale."""
    LICENSE_PARENT_WRONG = "license_parent_wrong"
    """A sublicense depends on another license than the one that it was granted under."""
    PIN_WRONG = "pin_wrong"
    """What was pinned for a license is not what its offer and its conditions say."""

    # Renewals, revocations, sublicenses.
    RENEWAL_INVALID = "renewal_invalid"
    """A license was renewed that cannot be: unknown, revoked, or no subscription."""
    RENEWAL_TERMS_WRONG = "renewal_terms_wrong"
    """A renewal names another offer, payee, currency or price than its license was sold with."""
    RENEWAL_EXPIRY_WRONG = "renewal_expiry_wrong"
    """A renewed license runs longer or shorter than it was paid for."""
    RENEWAL_UNPAID = "renewal_unpaid"
    """The price of a renewal did not move from the payer to the payee, or to the escrow of a dispute."""
    REVOCATION_INVALID = "revocation_invalid"
    """A license was revoked that was not running, or not by the holder of its asset's deed."""
    REVOCATION_CAUSE_WRONG = "revocation_cause_wrong"
    """A license was revoked without the cause that is named: no overdue report, no dispute upheld."""
    REFUND_WRONG = "refund_wrong"
    """A revocation gave back more or less than the terms state, or to another vault than its holder's."""
    REFUND_UNPAID = "refund_unpaid"
    """The refund of a revocation did not move."""
    SUBLICENSE_INVALID = "sublicense_invalid"
    """A sublicense was granted under a license that does not run, or that allows none."""
    SUBLICENSE_TOO_WIDE = "sublicense_too_wide"
    """A sublicense permits more than its license, or runs longer."""

    # Use, reported and metered.
    ANCHOR_INVALID = "anchor_invalid"
    """An anchor of use has no root, no records, or a period that is none, or that is not over."""
    ANCHOR_OVERLAPS = "anchor_overlaps"
    """A period of use was reported twice."""
    ANCHOR_UNAUTHORIZED = "anchor_unauthorized"
    """Use of a license was reported by somebody whom neither its holder nor its terms name."""
    USAGE_LOG_WRONG = "usage_log_wrong"
    """The records that lead to an anchor's root are not as many, or not of what, it says."""
    USAGE_UNLICENSED = "usage_unlicensed"
    """Use was reported under a license that had ended by then, or that does not permit it."""
    USAGE_LOG_ALTERED = "usage_log_altered"
    """Of an anchor another log of the same license and period is at hand, with other records."""
    USAGE_LOG_MISSING = "usage_log_missing"
    """Of some anchors the records are not at hand; nobody has to publish them."""
    REPORTER_WRONG = "reporter_wrong"
    """A reporter was named by another than the license's holder, or is not the one that the terms name."""
    USAGE_STATE_WRONG = "usage_state_wrong"
    """What the ledger says was reported is not the sum of the anchors."""
    ACCOUNT_CONTRADICTION = "account_contradiction"
    """The usage ledger logged what the state of a metered license's account did not allow."""
    ACCOUNT_STATE_WRONG = "account_state_wrong"
    """An account's slot does not say what its logs say."""
    SETTLEMENT_WRONG = "settlement_wrong"
    """A settlement charged another amount than its new units cost, or units that were paid before."""
    SETTLEMENT_OVER_CAP = "settlement_over_cap"
    """A settlement charged more units than the license's terms allow."""
    VOUCHER_INVALID = "voucher_invalid"
    """A license was charged for units that its licensee signed no voucher for."""
    VOUCHER_UNSEEN = "voucher_unseen"
    """The node does not show some settlements' vouchers, which the ledger has checked."""
    SETTLEMENT_UNPAID = "settlement_unpaid"
    """The amount of a settlement did not move from the deposit to the payee."""
    DEPOSIT_UNPAID = "deposit_unpaid"
    """A deposit that was logged did not move."""
    WITHDRAWAL_UNPAID = "withdrawal_unpaid"
    """What was left of a deposit did not move to its licensee."""

    # Cases: disputes, and contests of statements.
    CASE_CONTRADICTION = "case_contradiction"
    """A contract of cases logged what the state of a case did not allow."""
    CASE_DEADLINE_WRONG = "case_deadline_wrong"
    """A case has another deadline than its opening and the timeout lead to."""
    CASE_STATUS_WRONG = "case_status_wrong"
    """A case ended otherwise than the arbitrator ruled, or than its deadline says."""
    CASE_BOND_WRONG = "case_bond_wrong"
    """The bond of a case went to another than its outcome says, or was paid out in another amount."""
    CASE_STATE_WRONG = "case_state_wrong"
    """What a contract keeps of a case is not what its logs say."""
    OWED_WRONG = "owed_wrong"
    """A contract owes somebody another amount than the bonds of the cases lead to."""
    OWED_UNCOVERED = "owed_uncovered"
    """A contract has less than the bonds that it owes and holds."""
    DISPUTE_STATE_WRONG = "dispute_state_wrong"
    """What the desk keeps of an asset's or a work's disputes is not what its logs say."""
    ESCROW_RELEASED_WRONG = "escrow_released_wrong"
    """Escrowed money was released too early, or to another than the disputes' outcome says."""
    ESCROW_UNPAID = "escrow_unpaid"
    """Escrowed money that was released did not move."""

    # Statements.
    STATEMENT_WRONG = "statement_wrong"
    """A statement has another id, vault, window or publisher than its terms lead to."""
    STATEMENT_CONTRADICTION = "statement_contradiction"
    """The escrow logged what the state of a statement did not allow."""
    STATEMENT_STATE_WRONG = "statement_state_wrong"
    """A statement's slot does not say what its logs say."""
    STATEMENT_UNFUNDED = "statement_unfunded"
    """A statement was published without its amount being paid in."""
    STATEMENT_RELEASED_WRONG = "statement_released_wrong"
    """A statement's money was released too early, or to another than its contests' outcome says."""
    STATEMENT_UNPAID = "statement_unpaid"
    """A statement's money that was released did not move."""
    STATEMENT_DOCUMENT_MISSING = "statement_document_missing"
    """A statement's document is not to be found, or has a form that cannot be compared."""
    STATEMENT_DOCUMENT_ALTERED = "statement_document_altered"
    """What stands in the place of a statement's document has another SHA-256."""
    STATEMENT_DOCUMENT_WRONG = "statement_document_wrong"
    """A statement's document has another asset, period, currency, amount or split than was stated."""
    STATEMENT_USAGE_UNANCHORED = "statement_usage_unanchored"
    """A statement's document names a usage log that nobody anchored."""

    # Purses: where deposits, escrowed sales and statements wait.
    PURSE_INCOME_WRONG = "purse_income_wrong"
    """A purse's balance does not follow from what was paid in and out."""
    PURSE_OUTFLOW_WRONG = "purse_outflow_wrong"
    """More or less left a purse than was logged."""
    PURSE_UNREADABLE = "purse_unreadable"
    """A token does not say what a purse holds."""

    # Splits and vaults.
    VAULT_ADDRESS_WRONG = "vault_address_wrong"
    """A split was published for another vault than its root leads to."""
    SPLIT_MISSING = "split_missing"
    """Nothing that was published, and no document at hand, hashes to the root of a vault."""
    SPLIT_UNUSED = "split_unused"
    """The same, for a vault that never received anything known."""
    VAULT_CODE_WRONG = "vault_code_wrong"
    VAULT_UNREADABLE = "vault_unreadable"
    """A token does not say what a vault holds."""
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


_NOTES: Final = frozenset(
    {
        Kind.PAYEE_NOT_A_VAULT,
        Kind.SPLIT_UNUSED,
        Kind.PARENTS_OUTDATED,
        Kind.USAGE_LOG_MISSING,
        Kind.VOUCHER_UNSEEN,
        Kind.STATEMENT_USAGE_UNANCHORED,
    }
)
_CANNOT_TELL: Final = frozenset(
    {
        Kind.CATALOG_MISSING,
        Kind.SIGNATURE_UNPROVEN,
        Kind.SPLIT_MISSING,
        Kind.USAGE_LOG_ALTERED,
        Kind.STATEMENT_DOCUMENT_MISSING,
        Kind.VAULT_UNREADABLE,
        Kind.PURSE_UNREADABLE,
        Kind.TRANSFERS_UNREADABLE,
    }
)
