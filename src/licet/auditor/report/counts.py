"""How much an audit looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was looked at.

    `offers` are those that were published, `offers_checked` each that was published or sold on, and
    `derivative_sales` the sales and renewals of derivatives.
    """

    logs: int = 0
    registrations: int = 0
    catalogs: int = 0
    works: int = 0
    offers: int = 0
    sales: int = 0
    vaults: int = 0
    claims: int = 0
    derivatives: int = 0
    renewals: int = 0
    revocations: int = 0
    sublicenses: int = 0
    anchors: int = 0
    settlements: int = 0
    statements: int = 0
    cases: int = 0
    licenses: int = 0
    agents: int = 0
    purses: int = 0
    payments: int = 0
    offers_checked: int = 0
    derivative_sales: int = 0
