"""What the gateway itself says: refusals that machines read (RFC 9457) and people understand."""

import html
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

PROBLEM: Final = "application/problem+json"

PAGE: Final = "/.well-known/licet/"
"""Where the site tells people its terms."""

_REFUSAL: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title></head>
<body><h1>{title}</h1><p>{detail}</p><p><a href="{terms}">The terms of this site</a></p></body></html>
"""


def refusal(
    scope: Scope,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **facts: Any,
) -> Response:
    """An answer that says no: a page for browsers, JSON for all others.

    Args:
        scope: of the request.
        status: the HTTP status.
        detail: why, and what to do, for people.
        headers: more fields of the answer.
        facts: more members of the JSON object.
    """
    title = HTTPStatus(status).phrase
    fields = {"Cache-Control": "no-store", "Vary": "Accept", **(headers or {})}
    if wants_page(scope):
        page = _REFUSAL.format(title=html.escape(title), detail=html.escape(detail), terms=PAGE)
        return Response(page, status, fields, media_type="text/html")
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
