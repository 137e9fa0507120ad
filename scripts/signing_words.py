"""What wallets say of each thing that is signed for Licet: the words of `scripts/clear_signing.py`.

Labels have at most 20 characters and intents at most 30, so that a hardware wallet shows them whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

NO_ADDRESS = "0x0000000000000000000000000000000000000000"


class Need(IntEnum):
    """To whom a member of a struct matters; to everybody else it is shown where there is room."""

    ALL = 0
    """Also to who only points at a license sold before."""
    BUYER = 1
    """To who pays on these terms, and to who sets them."""
    LICENSOR = 2
    """To who sets them."""
    NOBODY = 3
    """Shown where there is room."""
    HIDDEN = 4
    """Never shown: signatures and proofs, which say nothing to a reader."""


@dataclass(frozen=True, slots=True)
class Words:
    """How one value is shown.

    Attributes:
        label: before the value.
        format: ERC-7730's, or `amount of …` (what beside it names the token), `enum …`, or `percent` (of
            basis points).
        need: who must see it.
        unless: a value that says nothing, so that it is left out.
    """

    label: str
    format: str = "raw"
    need: Need = Need.ALL
    unless: int | str | None = None


HIDDEN = Words("", need=Need.HIDDEN)

OFFER = {
    "uses": Words("Uses", "enum uses"),
    "price": Words("Price", "amount of currency"),
    "kind": Words("Paid", "enum kind"),
    "currency": Words("Currency", "addressName", Need.BUYER, NO_ADDRESS),
    "payee": Words("Paid to", "addressName", Need.BUYER),
    "licensor": Words("Licensor", "addressName", Need.BUYER),
    "assetId": Words("Asset"),
    "duration": Words("Runs (0 = for ever)", "duration", Need.BUYER),
    "exclusive": Words("Exclusive", need=Need.BUYER),
    "transferable": Words("Transferable", need=Need.BUYER),
    "termsURI": Words("Terms", need=Need.BUYER),
    "termsHash": Words("SHA-256 of terms", need=Need.BUYER),
    "start": Words("On sale from", "date", Need.LICENSOR),
    "end": Words("Sale ends (0=never)", "date", Need.LICENSOR),
    "supply": Words("Licenses (0 = any)", need=Need.LICENSOR),
    "epoch": Words("Deed's epoch", need=Need.NOBODY),
    "conditions": Words("Conditions", need=Need.NOBODY),
}

CONDITIONS = {
    "royaltyBps": Words("Derivatives' share", "percent", Need.LICENSOR),
    "revenueCeiling": Words("Revenue ceiling", "amount of offer's currency", Need.LICENSOR, 0),
    "approval": Words("Derivative approval", need=Need.LICENSOR),
    "reciprocal": Words("Share alike", need=Need.LICENSOR),
    "sublicensable": Words("Sublicensable", need=Need.LICENSOR),
    "revocable": Words("Revocable by ruling", need=Need.LICENSOR),
    "reportWithin": Words("Report use within", "duration", Need.LICENSOR, 0),
    "refundBps": Words("Refund if revoked", "percent", Need.LICENSOR),
    "resaleBps": Words("Resale royalty", "percent", Need.LICENSOR),
    "reporter": Words("Reporter of use", "addressName", Need.LICENSOR, NO_ADDRESS),
    "unitCap": Words("Most units", need=Need.LICENSOR, unless=0),
    "refundDelay": Words("Deposit back after", "duration", Need.LICENSOR, 0),
    "salt": Words("Salt", need=Need.NOBODY),
}

REGISTRATION = {
    "content": Words("Content hash"),
    "works": Words("Works (0 = single)"),
    "origin": Words("Made", "enum origin"),
    "uri": Words("Document"),
    "documentHash": Words("SHA-256 of document"),
}

SHARE = {
    "payee": Words("Payee", "addressName"),
    "share": Words("Share of the split"),
    "sides": HIDDEN,
    "siblings": HIDDEN,
}

STRUCTS: dict[str, dict[str, Words]] = {
    "ILicenseToken.Offer": OFFER,
    "ILicenseToken.Conditions": CONDITIONS,
    "ILicenseToken.Order": {
        "quantity": Words("Licenses"),
        "licensee": Words("Licensee", "addressName"),
        "salt": Words("Salt", need=Need.NOBODY),
        "signature": HIDDEN,
    },
    "ILicenseToken.Grant": {
        "licensee": Words("Licensee", "addressName"),
        "salt": Words("Salt", need=Need.NOBODY),
    },
    "ILicenseToken.Authorization": {
        "payer": Words("Payer", "addressName"),
        "validAfter": Words("Valid from", "date", Need.NOBODY),
        "validBefore": Words("Valid until", "date"),
        "v": HIDDEN,
        "r": HIDDEN,
        "s": HIDDEN,
    },
    "IPermitFirst.Permit": {
        "deadline": Words("Permit ends", "date"),
        "v": HIDDEN,
        "r": HIDDEN,
        "s": HIDDEN,
    },
    "ILicenseToken.Sublicense": {
        "licensee": Words("Sublicensee", "addressName"),
        "uses": Words("Uses", "enum uses"),
        "expires": Words("Expires", "date"),
        "salt": Words("Salt", need=Need.NOBODY),
    },
    "IAssetRegistry.Registration": REGISTRATION,
    "IAssetRegistry.Derivation": {
        "split": Words("Split of its income"),
        "sources": Words("Made under license"),
    },
    "IAssetRegistry.Parent": {"approval": HIDDEN},
    "IRoyaltyVault.Share": SHARE,
    "IRoyaltyVaultFactory.VaultClaim": {
        "token": Words("Currency", "addressName"),
        "root": Words("Split"),
        "salt": Words("Salt", need=Need.NOBODY),
    },
    "IRoyaltyVaultFactory.Payee": {
        "payee": Words("Payee", "addressName"),
        "share": Words("Share of the split"),
    },
    "IStatementEscrow.Statement": {
        "amount": Words("Paid in all", "amount of currency"),
        "currency": Words("Currency", "addressName", unless=NO_ADDRESS),
        "publisher": Words("Publisher", "addressName"),
        "assetId": Words("Asset"),
        "from": Words("Period from", "date"),
        "until": Words("Period until", "date"),
        "window": Words("Contestable for", "duration"),
        "root": Words("Split"),
        "uri": Words("Statement"),
        "documentHash": Words("SHA-256 of statement"),
    },
    # Signed as typed data, beside `Offer` and `Conditions`.
    "Registration": {
        "registrant": Words("Registrant", "addressName"),
        **REGISTRATION,
        "deadline": Words("Signature ends", "date"),
    },
    "DerivativeApproval": {
        "licenseId": Words("Under license"),
        "content": Words("Content hash"),
        "registrant": Words("Registrant", "addressName"),
    },
    "Voucher": {
        "licenseId": Words("License"),
        "units": Words("Units used in all"),
    },
    "ClaimTo": {
        "token": Words("Currency", "addressName"),
        "to": Words("Paid to", "addressName"),
        "payee": Words("Payee", "addressName"),
        "releasedTo": Words("Paid before", "amount of token"),
        "deadline": Words("Signature ends", "date"),
    },
}
"""By struct, in the order in which they are shown; what is itself a struct has its own entry."""

PARAMETERS: dict[str, Words] = {
    "account": Words("May transfer it", "addressName"),
    "agent": Words("Agent", "addressName"),
    "assetId": Words("Asset"),
    "caseId": Words("Case"),
    "cause": Words("Case (0=no reports)"),
    "claimId": Words("Your own deed"),
    "count": Words("Records"),
    "data": HIDDEN,
    "deadline": Words("Signature ends", "date"),
    "documentHash": Words("SHA-256 of document"),
    "evidenceHash": Words("SHA-256 of evidence"),
    "evidenceURI": Words("Evidence"),
    "isApproved": Words("Allowed"),
    "licenseId": Words("License"),
    "licenseIds": Words("Parent's license"),
    "named": Words("May report"),
    "operator": Words("May transfer all", "addressName"),
    "payee": Words("Payee", "addressName"),
    "registrant": Words("Registrant", "addressName"),
    "reporter": Words("Reporter of use", "addressName"),
    "resaleBps": Words("Resale royalty", "percent"),
    "root": Words("Split"),
    "salt": Words("Salt", need=Need.NOBODY),
    "sha256Hash": Words("SHA-256 of work"),
    "siblings": HIDDEN,
    "sides": HIDDEN,
    "signature": HIDDEN,
    "signedUnits": Words("Units signed for"),
    "skip": Words("Skip what fails"),
    "split": Words("Split of its income"),
    "to": Words("To", "addressName"),
    "token": Words("Currency", "addressName"),
    "units": Words("Units charged in all"),
    "uri": Words("Document"),
    "vault": Words("Vault", "addressName"),
    "who": Words("Paid to", "addressName"),
}
"""By a function's parameter, unless `SPECIAL` has another meaning of it."""

SPECIAL: dict[tuple[str, str], Words] = {
    ("UsageLedger.anchor", "root"): Words("Root of the records"),
    ("UsageLedger.anchor", "from"): Words("Period from", "date"),
    ("UsageLedger.anchor", "until"): Words("Period until", "date"),
    ("UsageLedger.deposit", "amount"): Words("Deposit", "amount of grant.offer.currency"),
    **{
        (f"{contract}.permitFirst", name): words
        for contract in ("LicenseToken", "UsageLedger")
        for name, words in (
            ("currency", Words("Currency", "addressName")),
            ("amount", Words("Permitted", "amount of currency")),
            ("action", Words("Then", "calldata")),
        )
    },
    ("LicenseToken.appointAgent", "until"): Words("Until (0 = ends now)", "date"),
    **{
        (f"{contract}.{function}", name): words
        for contract, noun in (("AssetRegistry", "Deed"), ("LicenseToken", "License"))
        for function in ("approve", "transferFrom", "safeTransferFrom")
        for name, words in (("id", Words(noun, "nftName")), ("from", Words("From", "addressName")))
    },
}

INTENTS: dict[str, dict[str, str]] = {
    "AssetRegistry": {
        "register": "Register a work",
        "registerFor": "Register a work for somebody",
        "registerDerivative": "Register a derivative",
        "refreshParents": "Renew a derivative's term",
        "pinVault": "Name a deed's resale vault",
        "cancelOffers": "Cancel all offers of an asset",
        "approve": "Let somebody transfer a deed",
        "setApprovalForAll": "Let one transfer all deeds",
        "transferFrom": "Transfer a deed",
        "safeTransferFrom": "Transfer a deed",
    },
    "LicenseToken": {
        "buy": "Buy licenses",
        "buyWithPermit": "Buy licenses",
        "buyWithAuthorization": "Buy licenses, paid by another",
        "buyBasket": "Buy a basket of licenses",
        "permitFirst": "Permit a payment, and then",
        "renew": "Renew subscriptions",
        "revoke": "Revoke a license",
        "grantSublicense": "Grant a sublicense",
        "pin": "Show a license's terms",
        "appointAgent": "Appoint an agent",
        "publishOffer": "Publish an offer",
        "cancelOffer": "Cancel an offer",
        "approve": "Let somebody transfer it",
        "setApprovalForAll": "Let one transfer all licenses",
        "transferFrom": "Transfer a license",
        "safeTransferFrom": "Transfer a license",
    },
    "RoyaltyVault": {
        "claim": "Pay out a share",
        "claimTo": "Pay out a share elsewhere",
    },
    "RoyaltyVaultFactory": {
        "claim": "Pay out shares",
        "deploy": "Deploy a vault",
        "publish": "Publish a split",
    },
    "UsageLedger": {
        "anchor": "Anchor records of use",
        "nameReporter": "Name a reporter of use",
        "admitReporter": "Admit the terms' reporter",
        "open": "Open a deposit account",
        "permitFirst": "Permit a payment, and then",
        "deposit": "Deposit for metered use",
        "settle": "Settle metered use",
        "close": "Close a deposit account",
        "withdraw": "Take a deposit's rest back",
    },
    "StatementEscrow": {
        "publish": "Publish and fund a statement",
        "contest": "Contest a statement",
        "release": "Release a statement's money",
        "lapse": "Let an overdue case lapse",
        "submitEvidence": "Submit evidence",
        "withdraw": "Pay out what is owed",
    },
    "DisputeDesk": {
        "disputeAsset": "Dispute a deed",
        "disputeWork": "Dispute a work in a catalogue",
        "disputeLicense": "Dispute a license",
        "counterBond": "Back a deed with a bond",
        "release": "Release escrowed sales",
        "lapse": "Let an overdue case lapse",
        "submitEvidence": "Submit evidence",
        "withdraw": "Pay out what is owed",
    },
}
"""What a person wants who signs a call of this function."""

UNSIGNED = {
    "AssetRegistry": {"flag", "grantExclusive"},
    "LicenseToken": {"sellApart"},
    "StatementEscrow": {"rule"},
    "DisputeDesk": {"rule"},
}
"""Functions that only other contracts call."""

MESSAGES = {
    "Offer": "Offer licenses",
    "Registration": "Register a work",
    "DerivativeApproval": "Approve a derivative",
    "Voucher": "Confirm the units used",
    "ClaimTo": "Have a share paid elsewhere",
}
"""What a person wants who signs this typed data."""

KINDS = {0: "once", 1: "free of charge", 2: "for each period", 3: "for each unit"}
ORIGINS = {0: "not stated how", 1: "by a human", 2: "with help of AI", 3: "by AI"}
