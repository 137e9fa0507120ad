"""The plan of an audit: its procedures, what each compares with what, and which exceptions it may find."""

from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass
from typing import Final, Protocol

from licet.auditor.findings import Finding, Kind
from licet.auditor.report.counts import Counts


class Audited(Protocol):
    """What the procedures ask of a report: how much was looked at, and what was found."""

    @property
    def counts(self) -> Counts:
        """How much was looked at."""

    @property
    def findings(self) -> Sequence[Finding]:
        """Whatever did not agree, could not be checked, or is to be noted."""

    @property
    def meters(self) -> Sized:
        """The metered licenses' accounts."""

    @property
    def vaults(self) -> Sized:
        """The vaults' balance sheets."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A procedure as it is agreed upon.

    Attributes:
        key: its name; stable, programs rely on it.
        title: the same for people.
        done: what is compared with what.
        noun: what it is done with.
        count: how many of those a report is about.
        kinds: the kinds of its exceptions.
    """

    key: str
    title: str
    done: str
    noun: str
    count: Callable[[Audited], int]
    kinds: frozenset[Kind]


def _kinds(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


PLANS: Final = (
    Plan(
        "contracts",
        "The contracts are those that were published",
        "Found every contract from the registry's address, and compared its code with the published code.",
        "contract",
        lambda _: 6,
        frozenset(),
    ),
    Plan(
        "history",
        "The history is complete",
        "Read all logs of the contracts, put them in order, and compared the rolling hash that they lead to "
        "with the one that each contract keeps.",
        "log",
        lambda report: report.counts.logs,
        _kinds(Kind.LOGS_INCOMPLETE, Kind.LOGS_INCONSISTENT, Kind.LOG_MALFORMED),
    ),
    Plan(
        "storage",
        "The contracts' storage",
        "Read every slot that the logs lead to, and compared the whole word, with what no other procedure "
        "has a name for too.",
        "license",
        lambda report: report.counts.licenses,
        _kinds(Kind.STATE_WRONG),
    ),
    Plan(
        "deeds",
        "Deeds",
        "Recomputed each deed's id, followed its transfers and cancellations, and compared the outcome with "
        "its slot.",
        "registration",
        lambda report: report.counts.registrations,
        _kinds(Kind.ASSET_ID_WRONG, Kind.DEED_CONTRADICTION, Kind.DEED_STATE_WRONG, Kind.DEED_PIN_WRONG),
    ),
    Plan(
        "catalogs",
        "Catalogues",
        "Fetched each catalogue's document, recomputed its hash, its root and its number of works, and "
        "compared them with the registration.",
        "catalogue",
        lambda report: report.counts.catalogs,
        _kinds(Kind.CATALOG_MISSING, Kind.CATALOG_ALTERED, Kind.CATALOG_WRONG),
    ),
    Plan(
        "derivatives",
        "Derivatives and their parents",
        "Compared each derivative's vault, uses and times with its parents' licenses, and the parents' "
        "shares with what those ask for.",
        "derivative",
        lambda report: report.counts.derivatives,
        _kinds(
            Kind.DERIVATIVE_VAULT_WRONG,
            Kind.DERIVATIVE_USES_WRONG,
            Kind.DERIVATIVE_STATE_WRONG,
            Kind.PARENT_LICENSE_INVALID,
            Kind.PARENT_SHARE_WRONG,
            Kind.PARENTS_UNTIL_WRONG,
            Kind.PARENTS_OUTDATED,
            Kind.LINEAGE_WRONG,
        ),
    ),
    Plan(
        "offers",
        "Offers and signatures",
        "Recomputed the hash of each offer that was published or sold on, checked who signed it, and "
        "compared its slot with the logs.",
        "offer",
        lambda report: report.counts.offers_checked,
        _kinds(
            Kind.OFFER_HASH_WRONG, Kind.OFFER_STATE_WRONG, Kind.SIGNATURE_INVALID, Kind.SIGNATURE_UNPROVEN
        ),
    ),
    Plan(
        "agents",
        "Agents",
        "Compared each agent's term of office with what was logged.",
        "agent",
        lambda report: report.counts.agents,
        _kinds(Kind.AGENT_STATE_WRONG),
    ),
    Plan(
        "sales",
        "Sales",
        "Recomputed each license's id, and compared each sale and renewal with its offer, and with the deed "
        "as it stood just before.",
        "sale",
        lambda report: report.counts.sales,
        _kinds(
            Kind.LICENSE_ID_WRONG,
            Kind.LICENSE_SOLD_TWICE,
            Kind.SALE_ASSET_WRONG,
            Kind.SALE_WITHOUT_DEED,
            Kind.LICENSOR_NOT_HOLDER,
            Kind.OFFER_OUTDATED,
            Kind.OFFER_NOT_STARTED,
            Kind.OFFER_EXPIRED,
            Kind.OFFER_CANCELLED,
            Kind.OFFER_OVERSOLD,
            Kind.EXCLUSIVE_VIOLATED,
            Kind.EXCLUSIVE_WRONG,
            Kind.ASSET_DEFEATED,
        ),
    ),
    Plan(
        "derivative_sales",
        "Sales of derivatives",
        "Compared each sale and renewal of a derivative with what its parents' licenses allow: payee, uses, "
        "term, terms, revenue ceiling.",
        "sale",
        lambda report: report.counts.derivative_sales,
        _kinds(
            Kind.PAYEE_NOT_DERIVATIVES,
            Kind.USES_BEYOND_PARENTS,
            Kind.TERM_BEYOND_PARENTS,
            Kind.TERMS_NOT_RECIPROCAL,
            Kind.CEILING_EVADED,
            Kind.CEILING_EXCEEDED,
        ),
    ),
    Plan(
        "licenses",
        "Licenses",
        "Compared each license's slot with its sale, renewals, transfers and revocation, and what was "
        "pinned of it with its terms.",
        "license",
        lambda report: report.counts.licenses,
        _kinds(
            Kind.LICENSE_WITHOUT_SALE,
            Kind.LICENSE_MOVED,
            Kind.LICENSE_MISSING,
            Kind.LICENSE_HOLDER_WRONG,
            Kind.LICENSE_USES_WRONG,
            Kind.LICENSE_EXPIRY_WRONG,
            Kind.LICENSE_BOUND_WRONG,
            Kind.LICENSE_METERED_WRONG,
            Kind.LICENSE_SUBLICENSE_WRONG,
            Kind.LICENSE_REVOKED_WRONG,
            Kind.LICENSE_DAY_WRONG,
            Kind.LICENSE_PARENT_WRONG,
            Kind.PIN_WRONG,
        ),
    ),
    Plan(
        "renewals",
        "Renewals",
        "Compared each renewal's terms and new end with the license's offer and what was paid for.",
        "renewal",
        lambda report: report.counts.renewals,
        _kinds(Kind.RENEWAL_INVALID, Kind.RENEWAL_TERMS_WRONG, Kind.RENEWAL_EXPIRY_WRONG),
    ),
    Plan(
        "revocations",
        "Revocations and refunds",
        "Compared each revocation with its cause, and its refund with what the terms state.",
        "revocation",
        lambda report: report.counts.revocations,
        _kinds(Kind.REVOCATION_INVALID, Kind.REVOCATION_CAUSE_WRONG, Kind.REFUND_WRONG),
    ),
    Plan(
        "sublicenses",
        "Sublicenses",
        "Compared each sublicense with what its license allows.",
        "sublicense",
        lambda report: report.counts.sublicenses,
        _kinds(Kind.SUBLICENSE_INVALID, Kind.SUBLICENSE_TOO_WIDE),
    ),
    Plan(
        "usage",
        "Reports of use",
        "Compared each anchored report with who may report and with what was reported before, its root with "
        "the records where they are at hand, these with the licenses' uses and ends, and the sums with the "
        "ledger's slots.",
        "report",
        lambda report: report.counts.anchors,
        _kinds(
            Kind.ANCHOR_INVALID,
            Kind.ANCHOR_OVERLAPS,
            Kind.ANCHOR_UNAUTHORIZED,
            Kind.REPORTER_WRONG,
            Kind.USAGE_LOG_WRONG,
            Kind.USAGE_UNLICENSED,
            Kind.USAGE_LOG_ALTERED,
            Kind.USAGE_LOG_MISSING,
            Kind.USAGE_STATE_WRONG,
        ),
    ),
    Plan(
        "meters",
        "Metered accounts",
        "Recomputed each settlement from its units and price, looked for the licensee's signature for as "
        "many units, and compared each account's slot with the logs.",
        "account",
        lambda report: len(report.meters),
        _kinds(
            Kind.ACCOUNT_CONTRADICTION,
            Kind.ACCOUNT_STATE_WRONG,
            Kind.SETTLEMENT_WRONG,
            Kind.SETTLEMENT_OVER_CAP,
            Kind.VOUCHER_INVALID,
            Kind.VOUCHER_UNSEEN,
        ),
    ),
    Plan(
        "payments",
        "Payments",
        "Looked for the token's transfer behind each payment that a contract logged; each transfer stands "
        "for one payment.",
        "payment",
        lambda report: report.counts.payments,
        _kinds(
            Kind.PAYMENT_MISSING,
            Kind.RENEWAL_UNPAID,
            Kind.REFUND_UNPAID,
            Kind.DEPOSIT_UNPAID,
            Kind.SETTLEMENT_UNPAID,
            Kind.WITHDRAWAL_UNPAID,
            Kind.ESCROW_UNPAID,
            Kind.STATEMENT_UNPAID,
            Kind.STATEMENT_DOCUMENT_MISSING,
            Kind.STATEMENT_DOCUMENT_ALTERED,
            Kind.STATEMENT_DOCUMENT_WRONG,
            Kind.STATEMENT_USAGE_UNANCHORED,
            Kind.STATEMENT_UNFUNDED,
            Kind.CLAIM_UNPAID,
            Kind.PAYEE_NOT_A_VAULT,
            Kind.TRANSFERS_UNREADABLE,
        ),
    ),
    Plan(
        "splits",
        "Splits",
        "Recomputed each vault's address from its split, looked for the split that its root commits to, and "
        "compared its code.",
        "vault",
        lambda report: report.counts.vaults,
        _kinds(Kind.VAULT_ADDRESS_WRONG, Kind.SPLIT_MISSING, Kind.SPLIT_UNUSED, Kind.VAULT_CODE_WRONG),
    ),
    Plan(
        "vaults",
        "Vaults' balance sheets",
        "Closed each vault's book in each token: compared what it has and says it paid with the transfers "
        "and the claims; received = claimed + due + dust.",
        "balance sheet",
        lambda report: len(report.vaults),
        _kinds(
            Kind.VAULT_UNREADABLE,
            Kind.RELEASED_WRONG,
            Kind.VAULT_UNBALANCED,
            Kind.INCOME_WRONG,
            Kind.OUTFLOW_WRONG,
        ),
    ),
    Plan(
        "claims",
        "Claims and shares",
        "Recomputed what each payee is entitled to, and compared what they claimed with it, and with what "
        "the vault says it paid them.",
        "claim",
        lambda report: report.counts.claims,
        _kinds(Kind.RELEASED_TO_WRONG, Kind.CLAIM_BY_STRANGER, Kind.OVERCLAIMED),
    ),
    Plan(
        "purses",
        "Deposits, escrows and statements' purses",
        "Compared what each purse has with what was paid in and out.",
        "purse",
        lambda report: report.counts.purses,
        _kinds(Kind.PURSE_INCOME_WRONG, Kind.PURSE_OUTFLOW_WRONG, Kind.PURSE_UNREADABLE),
    ),
    Plan(
        "statements",
        "Statements",
        "Recomputed each statement's id and vault, compared what it states with its document, and its state "
        "and release with its contests.",
        "statement",
        lambda report: report.counts.statements,
        _kinds(
            Kind.STATEMENT_WRONG,
            Kind.STATEMENT_CONTRADICTION,
            Kind.STATEMENT_STATE_WRONG,
            Kind.STATEMENT_RELEASED_WRONG,
        ),
    ),
    Plan(
        "cases",
        "Disputes and contests",
        "Compared each case's deadline, ruling, bond and effects with the logs and the contracts' slots.",
        "case",
        lambda report: report.counts.cases,
        _kinds(
            Kind.CASE_CONTRADICTION,
            Kind.CASE_DEADLINE_WRONG,
            Kind.CASE_STATUS_WRONG,
            Kind.CASE_BOND_WRONG,
            Kind.CASE_STATE_WRONG,
            Kind.OWED_WRONG,
            Kind.OWED_UNCOVERED,
            Kind.DEED_FLAGS_WRONG,
            Kind.DISPUTE_STATE_WRONG,
            Kind.ESCROW_RELEASED_WRONG,
        ),
    ),
)
"""All procedures, in the order in which they are performed."""

PLAN_OF: Final = {kind: plan.key for plan in PLANS for kind in plan.kinds}
"""The procedure whose exception a kind of finding is."""
