"""All that can be asked for: each question's path, what answers it, and the page that shows the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from licet.rights.uses import Use
from licet.types import Address, Hash32
from licet.web.asking import (
    CURRENCY,
    LICENSEE,
    MOST_PRICE,
    PAGE,
    QUANTITY,
    SALT,
    TOKEN,
    USE,
    Parameter,
    address_in_path,
    hash_in_path,
    word_in_path,
    words,
)
from licet.web.site import Desk
from licet.web.views import (
    accounts,
    audit,
    browsing,
    earnings,
    licenses,
    looking_up,
    offers,
    transactions,
    works,
)
from licet.web.views.config import config
from licet.web.views.paging import Page

View = Callable[..., dict[str, Any]]
"""Makes an answer of a desk and the parameters."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A question.

    Attributes:
        path: of its page; the API's is the same behind `/api`.
        about: what it answers, for people.
        view: makes the answer.
        parameters: what it takes.
        template: of its page; None where the API alone has it.
        part: the template of the rows alone, for HTMX; None where there are none.
    """

    path: str
    about: str
    view: View
    parameters: tuple[Parameter, ...] = ()
    template: str | None = None
    part: str | None = None


_ASSET: Final = hash_in_path("asset_id", "an asset's id")
_OFFER: Final = hash_in_path("offer_hash", "an offer's hash")
_LICENSE: Final = hash_in_path("license_id", "a license's id")
NO_USE: Final = Use(0)
_ACCOUNT: Final = address_in_path("address", "account or vault")


def _quote(
    desk: Desk, offer_hash: Hash32, licensee: Address, quantity: int = 1, salt: Hash32 | None = None
) -> dict[str, Any]:
    return offers.quote(desk, offer_hash, licensee, quantity, salt)


def _works(
    desk: Desk,
    page: Page,
    q: str = "",
    kind: str = "",
    use: Use = NO_USE,
    currency: Address | None = None,
    most: str = "",
) -> dict[str, Any]:
    return browsing.works(desk, page, q, kind, browsing.wanted(desk, use, currency, most))


RESOURCES: Final = (
    Resource("/config", "The chain, the contracts and the currencies.", config),
    Resource(
        "/works",
        "Works and catalogues, the newest first: all, or found by words, by kind, by what is on offer.",
        _works,
        (
            words("q", "words of titles and works' ids, an asset's id, or a SHA-256"),
            words("kind", "work or catalog, for those alone"),
            *(USE, CURRENCY, MOST_PRICE),
            *PAGE,
        ),
        "works.html",
        "rows/entries.html",
    ),
    Resource(
        "/works/{sha256}",
        "Who registered a file of this SHA-256, and what may be done with it.",
        looking_up.lookup,
        (hash_in_path("sha256", "a file's SHA-256"),),
        "work.html",
    ),
    Resource("/assets/{asset_id}", "An asset.", works.asset, (_ASSET,), "asset.html"),
    Resource(
        "/assets/{asset_id}/works",
        "The works of a catalogue, in its order.",
        works.catalog,
        (_ASSET, *PAGE),
        "catalog.html",
        "rows/works.html",
    ),
    Resource(
        "/assets/{asset_id}/sales",
        "The licenses sold of an asset, the newest first.",
        works.sales,
        (_ASSET, *PAGE),
        "sales.html",
        "rows/sales.html",
    ),
    Resource("/offers/{offer_hash}", "An offer.", offers.offer, (_OFFER,), "offer.html"),
    Resource(
        "/offers/{offer_hash}/quote",
        "Exactly what buying on an offer costs now.",
        _quote,
        (_OFFER, LICENSEE, QUANTITY, SALT),
    ),
    Resource("/licenses/{license_id}", "A license.", licenses.license_, (_LICENSE,), "license.html"),
    Resource(
        "/licenses/{license_id}/certificate",
        "What proves a license.",
        licenses.certificate,
        (_LICENSE,),
        "certificate.html",
    ),
    Resource("/accounts/{address}", "An account, or a vault.", accounts.account, (_ACCOUNT,), "account.html"),
    *(
        Resource(
            f"/accounts/{{address}}/{name}", about, view, (_ACCOUNT, *PAGE), "list.html", f"rows/{rows}.html"
        )
        for name, rows, about, view in (
            ("works", "entries", "What an account registered, the newest first.", accounts.works),
            (
                "licenses",
                "licenses",
                "The licenses that an account holds, the newest first.",
                accounts.licenses,
            ),
            ("sales", "sales", "What was sold on an account's offers, the newest first.", accounts.sales),
            ("statements", "statements", "The statements that an account published.", accounts.statements),
        )
    ),
    Resource(
        "/accounts/{address}/claims",
        "What an account could claim now, with the proofs: of as many vaults at a time as a page has rows.",
        earnings.claims,
        (_ACCOUNT, TOKEN, *PAGE),
    ),
    Resource(
        "/audit", "The verdict, the trial balance, the gravest findings.", audit.overview, (), "audit.html"
    ),
    Resource("/audit/status", "The verdict, and how far the work is.", audit.status, (), "status.html"),
    Resource(
        "/audit/findings",
        "All findings, the worst first.",
        audit.findings,
        PAGE,
        "findings.html",
        "rows/findings.html",
    ),
    Resource(
        "/audit/tables/{name}",
        "A table of the audit's report.",
        audit.table,
        (word_in_path("name", "the table's name"), *PAGE),
        "table.html",
        "rows/cells.html",
    ),
    Resource(
        "/transactions/{tx}",
        "What a transaction made the contracts log.",
        transactions.transaction,
        (hash_in_path("tx", "a transaction's hash"),),
        "transaction.html",
    ),
)

HOME: Final = Resource("/", "What was registered last.", _works, PAGE, "home.html", "rows/entries.html")
"""The first page, which the API has as `/works`."""
