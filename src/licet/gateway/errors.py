# ruff: noqa: N818 - errors are named for what is wrong, as all of Licet's
"""What goes wrong with payments at the gateway."""

from licet.errors import LicetError


class PaymentRefused(LicetError):
    """A payment does not open what it was shown for; it moved no money for this, or opened it before."""


class PaymentWaits(LicetError):
    """It is not known yet whether a payment opens what it was shown for: to be asked again."""
