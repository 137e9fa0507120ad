"""The licensee: looks works up, gets exact quotes, buys licenses, proves what they permit, reports use."""

from licet.licensee.buying import Purchase, Renewal
from licet.licensee.finding import Resemblance
from licet.licensee.holding import Held, Sublicense
from licet.licensee.lookup import Claim, Lookup
from licet.licensee.manifest import Manifest
from licet.licensee.metering import Meter
from licet.licensee.quote import Quote, QuoteItem, Reason, Status, check_complete
from licet.licensee.role import Licensee

__all__ = [
    "Claim",
    "Held",
    "Licensee",
    "Lookup",
    "Manifest",
    "Meter",
    "Purchase",
    "Quote",
    "QuoteItem",
    "Reason",
    "Renewal",
    "Resemblance",
    "Status",
    "Sublicense",
    "check_complete",
]
