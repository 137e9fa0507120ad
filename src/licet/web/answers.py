"""Answers that say no: a page for browsers, RFC 9457 for the API."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from licet.errors import (
    AssetNotRegistered,
    ChainError,
    DocumentError,
    IndexFailed,
    IndexUnusable,
    InputError,
    LicenseUnknown,
    LicetError,
    NotOnOffer,
    NotRegistered,
    UnexpectedAnswer,
)

PROBLEM: Final = "application/problem+json"

_STATUSES: Final[Mapping[type[LicetError], HTTPStatus]] = {
    NotRegistered: HTTPStatus.NOT_FOUND,
    AssetNotRegistered: HTTPStatus.NOT_FOUND,
    LicenseUnknown: HTTPStatus.NOT_FOUND,
    DocumentError: HTTPStatus.NOT_FOUND,
    NotOnOffer: HTTPStatus.CONFLICT,
    InputError: HTTPStatus.BAD_REQUEST,
    IndexUnusable: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    UnexpectedAnswer: HTTPStatus.BAD_GATEWAY,
    ChainError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""By the class of an error, the first that fits."""


def status_of(error: LicetError) -> HTTPStatus:
    """The HTTP status of an error."""
    return next(
        (status for kind, status in _STATUSES.items() if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def problem(status: HTTPStatus, detail: str, facts: Mapping[str, object] | None = None) -> Response:
    """What the API says where it cannot answer.

    Args:
        status: the HTTP status.
        detail: why, and what to do, for people.
        facts: the same as data.
    """
    named: dict[str, Any] = {
        name: value if _is_plain(value) else str(value) for name, value in (facts or {}).items()
    }
    body = {**named, "type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    return JSONResponse(body, status, media_type=PROBLEM)


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | bool)
