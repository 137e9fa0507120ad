# ruff: noqa: N818 - errors are named for what is wrong, as all of Licet's
"""What goes wrong with payments and licenses at the gateway."""

from licet.errors import LicetError


class PaymentRefused(LicetError):
    """A payment does not open what it was shown for; it moved no money for this, or opened it before."""


class Waits(LicetError):
    """What is asked for cannot be said yet: to be asked again."""


class PaymentWaits(Waits):
    """It is not known yet whether a payment opens what it was shown for."""


class JournalFailed(PaymentWaits):
    """The database of payments and records cannot be used at present; what it has is as it was."""


class PaymentLost(LicetError):
    """A re-org took a payment out that had been served, and it cannot be made again."""


class NotAnchored(LicetError):
    """Records are not under a root on chain yet: to be asked for again. `waiting` says how many."""


class AccountTaken(LicetError):
    """Another gateway sends from the account, through another outbox: both would take the same nonces."""


class PayeeDoubtful(LicetError):
    """Reads are paid to an address that is no vault, as far as the chain knows; they are sold anyway."""


class IdentityRefused(LicetError):
    """Whoever asks is not who they say: a token, a signature or a message that does not count."""


class LicenseRefused(LicetError):
    """Whoever asks is known, and has no license for this."""


class VoucherRefused(LicetError):
    """A voucher does not pay for what it was shown for."""


class ChainWaits(Waits):
    """The chain cannot be asked at present."""


class AskedTooOften(LicetError):
    """Whoever asks is to wait; `seconds` in the facts says how long."""
