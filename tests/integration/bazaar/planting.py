"""One fault, planted at a random place of an honest bazaar, and the finding that names it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from licet.auditor import Kind
from licet.contracts import events
from licet.rights.offer import Kind as OfferKind
from tests.integration.bazaar.bazaar import Bazaar
from tests.integration.bazaar.places import (
    ELSEWHERE,
    HEADED,
    Planted,
    all_sales,
    all_statements,
    catalog_document,
    changed,
    claim_left_out,
    code_of_a_vault,
    counted,
    cut_off,
    flip,
    given_twice,
    left_out,
    less,
    lie,
    log,
    more,
    of_account,
    of_asset,
    of_dispute,
    of_license,
    of_published_offer,
    of_purses_dollars,
    of_statement,
    of_usage,
    of_vaults_dollars,
    other_status,
    released_of_a_vault,
    rulings,
    sales_in_dollars,
    slot,
    swapped,
)


@dataclass(frozen=True)
class Fault:
    """A kind of fault.

    Attributes:
        kind: the finding that names it.
        plant: plants it somewhere; None where there is nothing to plant it in.
        note: what it is.
    """

    kind: Kind
    note: str
    plant: Callable[[Bazaar, Random], Planted | None] = field(repr=False)


FAULTS = (
    Fault(Kind.LICENSE_HOLDER_WRONG, "holder of a license", slot("license_token", of_license, flip(0))),
    Fault(
        Kind.LICENSE_EXPIRY_WRONG, "expired license runs", slot("license_token", of_license, flip(160 + 38))
    ),
    Fault(Kind.LICENSE_USES_WRONG, "uses of a license", slot("license_token", of_license, flip(160 + 49))),
    Fault(Kind.LICENSE_REVOKED_WRONG, "revocation forgotten", slot("license_token", of_license, flip(235))),
    Fault(Kind.LICENSE_MISSING, "a license vanished", slot("license_token", of_license, lambda _: 0)),
    Fault(Kind.DEED_STATE_WRONG, "epoch of a deed", slot("asset_registry", of_asset, flip(160))),
    Fault(Kind.OFFER_STATE_WRONG, "cancellation", slot("license_token", of_published_offer, flip(32))),
    Fault(Kind.USAGE_STATE_WRONG, "totals of use", slot("usage_ledger", of_usage, flip(41))),
    Fault(Kind.ACCOUNT_STATE_WRONG, "units settled", slot("usage_ledger", of_account, flip(160))),
    Fault(Kind.CASE_STATE_WRONG, "claimant of a case", slot("dispute_desk", of_dispute, flip(0))),
    Fault(Kind.STATEMENT_STATE_WRONG, "publisher", slot("statement_escrow", of_statement, flip(0))),
    Fault(Kind.INCOME_WRONG, "a cent less in a vault", slot("test_dollar", of_vaults_dollars, less)),
    Fault(Kind.PURSE_INCOME_WRONG, "a cent less in a purse", slot("test_dollar", of_purses_dollars, less)),
    Fault(Kind.RELEASED_WRONG, "what a vault paid out", released_of_a_vault),
    Fault(Kind.VAULT_CODE_WRONG, "another contract for a vault", code_of_a_vault),
    *(
        Fault(Kind.LOGS_INCOMPLETE, f"head of {name}", slot(name, lambda *_: 0, flip(200)))
        for name in ("asset_registry", "license_token", "vault_factory")
    ),
    Fault(Kind.PAYMENT_MISSING, "spoofed payer", log(events.Sold, "payer", ELSEWHERE, sales_in_dollars)),
    Fault(Kind.LICENSE_MISSING, "more seats", log(events.Sold, "quantity", more, all_sales)),
    Fault(
        Kind.LICENSE_ID_WRONG,
        "wrong price",
        log(
            events.Sold,
            "offer",
            lambda o: o | {"price": o["price"] + 1, "kind": o["kind"] if o["price"] else OfferKind.SALE},
            sales_in_dollars,
        ),
    ),
    Fault(
        Kind.LICENSE_ID_WRONG,
        "wrong vault",
        log(events.Sold, "offer", lambda o: o | {"payee": ELSEWHERE}, all_sales),
    ),
    Fault(Kind.SETTLEMENT_WRONG, "overcharged", log(events.Settled, "amount", more, counted("settlements"))),
    Fault(
        Kind.SETTLEMENT_WRONG,
        "units again",
        log(events.Settled, "units", lambda _: 0, counted("settlements")),
    ),
    Fault(Kind.RENEWAL_EXPIRY_WRONG, "longer", log(events.Renewed, "expires", more, counted("renewals"))),
    Fault(Kind.RENEWAL_TERMS_WRONG, "cheaper", log(events.Renewed, "amount", less, counted("renewals"))),
    Fault(Kind.REFUND_WRONG, "refund", log(events.Revoked, "refund", more, counted("revocations"))),
    Fault(Kind.SUBLICENSE_TOO_WIDE, "wider", log(events.Sublicensed, "uses", 1023, counted("sublicenses"))),
    Fault(Kind.ANCHOR_INVALID, "no records", log(events.UsageAnchored, "count", 0, counted("anchors"))),
    Fault(
        Kind.DERIVATIVE_VAULT_WRONG,
        "missing upstream",
        log(events.DerivativeRegistered, "vault", ELSEWHERE, counted("derivatives")),
    ),
    Fault(
        Kind.STATEMENT_WRONG,
        "altered statement line",
        log(
            events.StatementPublished,
            "statement",
            lambda s: s | {"amount": s["amount"] + 1},
            all_statements,
        ),
    ),
    Fault(Kind.CASE_STATUS_WRONG, "another ruling", log(events.CaseClosed, "status", other_status, rulings)),
    Fault(Kind.LOGS_INCOMPLETE, "a log left out", lie(left_out, HEADED)),
    Fault(Kind.LOGS_INCOMPLETE, "a log changed", lie(changed, HEADED)),
    Fault(Kind.LOGS_INCOMPLETE, "logs swapped", lie(swapped, HEADED)),
    Fault(Kind.LOGS_INCOMPLETE, "logs cut off", lie(cut_off, HEADED)),
    Fault(Kind.LOGS_INCONSISTENT, "a log twice", lie(given_twice, HEADED)),
    Fault(Kind.RELEASED_WRONG, "a claim left out", claim_left_out),
    Fault(Kind.CATALOG_ALTERED, "a document changed", catalog_document),
)
