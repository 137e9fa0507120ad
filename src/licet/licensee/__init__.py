"""The licensee: looks works up, gets exact quotes, buys licenses, proves what they permit."""

from licet.licensee.lookup import Claim, Lookup
from licet.licensee.quote import Quote, QuoteItem, Status, check_complete
from licet.licensee.role import Held, Licensee, Purchase

__all__ = [
    "Claim",
    "Held",
    "Licensee",
    "Lookup",
    "Purchase",
    "Quote",
    "QuoteItem",
    "Status",
    "check_complete",
]
