"""The licensee's role: from files to licenses that the chain vouches for, and their use."""

from licet.licensee.buying import Buying
from licet.licensee.describing import Describing
from licet.licensee.finding import Finding
from licet.licensee.metering import Metering
from licet.licensee.reporting import Reporting
from licet.licensee.supporting import Supporting


class Licensee(Finding, Buying, Describing, Metering, Reporting, Supporting):
    """Acts for one licensee, whose account is the chain's signer. Looking up and checking need no account.

    The library has the documents that others published. Everything that sends a transaction raises as
    `Chain.send` does.
    """
