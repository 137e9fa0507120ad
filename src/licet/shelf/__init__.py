"""The shelf: what an index and the published documents have of works, arranged to be browsed and searched.

A database of its own beside the index, made from it and from documents alone: it may be deleted at any time,
and is made anew. All that it gives of a log is where that stands; the index has what it says.
"""

from licet.shelf.entries import Asset, Place, SignedOffer, Work
from licet.shelf.filling import Filler
from licet.shelf.offered import Wanted
from licet.shelf.roles import Role
from licet.shelf.shelf import ANYTHING, Shelf

__all__ = ["ANYTHING", "Asset", "Filler", "Place", "Role", "Shelf", "SignedOffer", "Wanted", "Work"]
