"""Licet: computable permission for works, before use.

A rights holder registers works and signs offers, a licensee looks up, quotes and buys, an auditor checks all
of it from the chain. These are the names that most programs need; the modules under them have the rest.
"""

from licet.auditor import Auditor, AuditReport
from licet.catalog import Catalog, Payee, read_catalog, read_payees
from licet.chain.client import Chain
from licet.chain.deployments import Deployment, deploy, discover
from licet.chain.local.node import LocalNode
from licet.chain.signing.signer import LocalSigner, Signer
from licet.contracts import Contracts
from licet.contracts.currency import Currency
from licet.contracts.terms import LicenseTerms
from licet.contracts.vaults import Vault
from licet.documents import (
    ClaimDocument,
    EvidenceDocument,
    Library,
    OfferDocument,
    PayeeShare,
    Publisher,
    SplitDocument,
    StatementDocument,
    TermsDocument,
    UsageLog,
    UsageRecord,
    VoucherDocument,
    verify_usage,
)
from licet.errors import LicetError
from licet.index import Index
from licet.licensee import Licensee, Quote
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind, Offer
from licet.rights.registration import Origin
from licet.rights.uses import Use, parse_uses
from licet.rights_holder import Price, RightsHolder
from licet.samples import samples

__all__ = [
    "AuditReport",
    "Auditor",
    "Catalog",
    "Chain",
    "ClaimDocument",
    "Conditions",
    "Contracts",
    "Currency",
    "Deployment",
    "EvidenceDocument",
    "Index",
    "Kind",
    "Library",
    "LicenseTerms",
    "Licensee",
    "LicetError",
    "LocalNode",
    "LocalSigner",
    "Offer",
    "OfferDocument",
    "Origin",
    "Payee",
    "PayeeShare",
    "Price",
    "Publisher",
    "Quote",
    "RightsHolder",
    "Signer",
    "SplitDocument",
    "StatementDocument",
    "TermsDocument",
    "UsageLog",
    "UsageRecord",
    "Use",
    "Vault",
    "VoucherDocument",
    "deploy",
    "discover",
    "parse_uses",
    "read_catalog",
    "read_payees",
    "samples",
    "verify_usage",
]
