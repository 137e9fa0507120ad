"""The rights holder: registers works, makes offers, collects what is due, and defends it."""

from licet.contracts.cases import OpenedCase
from licet.contracts.income import Collected
from licet.rights_holder.deriving import RegisteredDerivative, derivative_split
from licet.rights_holder.describing import Neighbours, Shown
from licet.rights_holder.keeping import Revocation, Settlement
from licet.rights_holder.offering import PAYEES_ON_CHAIN, Price, PublishedSplit
from licet.rights_holder.registering import Registered
from licet.rights_holder.role import RightsHolder
from licet.rights_holder.stating import PublishedStatement, Released

__all__ = [
    "PAYEES_ON_CHAIN",
    "Collected",
    "Neighbours",
    "OpenedCase",
    "Price",
    "PublishedSplit",
    "PublishedStatement",
    "Registered",
    "RegisteredDerivative",
    "Released",
    "Revocation",
    "RightsHolder",
    "Settlement",
    "Shown",
    "derivative_split",
]
