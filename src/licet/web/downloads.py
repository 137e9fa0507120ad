"""Files: terms as other standards write them, data sets' metadata, summaries, and the audit's report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from licet.errors import InputError
from licet.types import Address, Hash32, shown
from licet.web.asking import Parameter, address_in_path, hash_in_path, word_in_path
from licet.web.site import Desk
from licet.web.views import holdings, licenses, offer_terms
from licet.web.views.audit import audited_of

REPORTS: Final = {
    "html": "text/html",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
"""The forms of the report, by the suffixes of its files."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to be kept.

    Attributes:
        data: its content, or where that is.
        media_type: what it is.
        name: what it is called.
        owner: what has to be kept meanwhile, where the content is elsewhere.
    """

    data: bytes | Path
    media_type: str
    name: str
    owner: object = None


@dataclass(frozen=True, slots=True)
class Download:
    """What makes a file.

    Attributes:
        path: behind `/api`.
        about: what it is.
        view: makes it of a desk and the parameters.
        parameters: what it takes.
        media_type: what it is as a rule.
    """

    path: str
    about: str
    view: Callable[..., File]
    parameters: tuple[Parameter, ...]
    media_type: str


def _terms(desk: Desk, offer_hash: Hash32, format_name: str) -> File:
    return File(*offer_terms.terms_in(desk, offer_hash, format_name))


def _croissant(desk: Desk, license_id: Hash32) -> File:
    return File(
        licenses.croissant(desk, license_id), "application/ld+json", f"{license_id[2:18]}.croissant.json"
    )


def _summary(desk: Desk, address: Address) -> File:
    text = holdings.summary(desk, address).to_markdown()
    return File(text.encode(), "text/markdown", f"{address}.summary.md")


def _library(desk: Desk, address: Address) -> File:
    return File(holdings.library(desk, address), "application/ld+json", f"{address}.croissant.json")


def _holdings(desk: Desk, address: Address) -> File:
    return File(holdings.holdings(desk, address), "text/csv", f"{address}.licenses.csv")


def _report(desk: Desk, suffix: str) -> File:
    if suffix not in REPORTS:
        raise InputError(f"{shown(suffix)} is no form of the report: {', '.join(REPORTS)} are")
    audited = audited_of(desk)
    report = audited.report
    name = f"audit-{report.chain_id}-{report.block.number}.{suffix}"
    return File(audited.paper(suffix), REPORTS[suffix], name, audited)


DOWNLOADS: Final = (
    Download(
        "/offers/{offer_hash}/terms/{format_name}",
        "An offer's terms, as a standard writes them: odrl, rsl, …",
        _terms,
        (hash_in_path("offer_hash", "an offer's hash"), word_in_path("format_name", "the format's name")),
        "application/ld+json",
    ),
    Download(
        "/licenses/{license_id}/croissant",
        "The asset that a license is of, as a data set (Croissant 1.1).",
        _croissant,
        (hash_in_path("license_id", "a license's id"),),
        "application/ld+json",
    ),
    Download(
        "/accounts/{address}/summary",
        "The licensed datasets of the EU's public summary of training content.",
        _summary,
        (address_in_path("address", "who holds the licenses"),),
        "text/markdown",
    ),
    Download(
        "/accounts/{address}/croissant",
        "All that an account's licenses permit now, as one data set (Croissant 1.1).",
        _library,
        (address_in_path("address", "who holds the licenses"),),
        "application/ld+json",
    ),
    Download(
        "/accounts/{address}/holdings",
        "The licenses that an account holds, as CSV.",
        _holdings,
        (address_in_path("address", "who holds the licenses"),),
        "text/csv",
    ),
    Download(
        "/audit/report/{suffix}",
        "The audit's report: html, json, xlsx, or zip for CSV files.",
        _report,
        (word_in_path("suffix", "html, json, xlsx or zip"),),
        "text/html",
    ),
)
