"""The rights holder: registers works, makes offers, collects what is due, and defends it."""

from licet.rights_holder.collecting import Collecting
from licet.rights_holder.deriving import Deriving
from licet.rights_holder.disputing import Disputing
from licet.rights_holder.keeping import Keeping
from licet.rights_holder.registering import Registering


class RightsHolder(Registering, Deriving, Keeping, Collecting, Disputing):
    """Acts for one rights holder, whose account is the chain's signer.

    Documents go into the publisher's folder; it must be served, or handed on, for others to read them.
    Everything that sends a transaction raises as `Chain.send` does.
    """
