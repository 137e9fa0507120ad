"""The demo's acts, each told from the side of the role that plays it."""

from licet.cli.demo.acts.auditor import audit
from licet.cli.demo.acts.licensee import Permission, ask, buy, permits, wait_a_year
from licet.cli.demo.acts.licensor import Shares, Titles, offer, register, share
from licet.cli.demo.acts.payees import collect, pay, refuse
from licet.cli.demo.acts.setting import CatalogFile, deploy_contracts, read

__all__ = [
    "CatalogFile",
    "Permission",
    "Shares",
    "Titles",
    "ask",
    "audit",
    "buy",
    "collect",
    "deploy_contracts",
    "offer",
    "pay",
    "permits",
    "read",
    "refuse",
    "register",
    "share",
    "wait_a_year",
]
