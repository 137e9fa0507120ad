"""What the gateway itself says: refusals that machines read (RFC 9457) and people understand."""

import html
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from licet.gateway.html import SAFE, document

PROBLEM: Final = "application/problem+json"

PAGE: Final = "/.well-known/licet/"
"""Where the site tells people its terms."""

_LEADS: Final = f'<p><a href="{PAGE}">The terms of this site</a>: what may be read, and what it costs.</p>'


class Notice(NamedTuple):
    """What a page says to people, where programs are told something else.

    Attributes:
        title: above it, as text.
        detail: why, as text.
    """

    title: str
    detail: str


def refusal(
    scope: Scope,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    *,
    notice: Notice | None = None,
    **facts: Any,
) -> Response:
    """An answer that says no: a page for browsers, JSON for all others.

    Args:
        scope: of the request.
        status: the HTTP status.
        detail: why, and what to do, in words.
        headers: more fields of the answer.
        notice: what a page says instead; None for the same.
        facts: more members of the JSON object.
    """
    title = HTTPStatus(status).phrase
    fields = {"Cache-Control": "no-store", "Vary": "Accept", **(headers or {})}
    if wants_page(scope):
        said = notice or Notice(title, detail)
        body = f"<h1>{html.escape(said.title)}</h1><p>{html.escape(said.detail)}</p>{_LEADS}"
        return Response(document(said.title, body), status, {**fields, **SAFE}, media_type="text/html")
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, **facts}
    return Response(json.dumps(problem), status, fields, media_type=PROBLEM)


def challenge(code: str, description: str) -> str:
    """The value of `WWW-Authenticate`, as RSL's crawlers read it."""
    plain = "".join(char for char in description if char.isascii() and char.isprintable())
    said = plain.replace("\\", "").replace('"', "'")
    return f'License error="{code}", error_description="{said}"'


def wants_page(scope: Scope) -> bool:
    """Whether a browser asks: one names HTML before anything else."""
    accepted = Headers(scope=scope).get("accept", "")
    return accepted.lstrip().lower().startswith(("text/html", "application/xhtml+xml"))
