"""Pages, made by templates in which whatever is not markup of the template's own is escaped."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from licet.auditor.papers.columns import moment
from licet.rights.uses import LEAVES
from licet.text import format_time, one_line, short
from licet.types import ZERO_ADDRESS
from licet.web import drawings, words
from licet.web.languages import LANGUAGES, Language
from licet.web.site import Site
from licet.web.values import Values

_LONGEST_LINK: Final = 2_000
_SPANS: Final = (("years", 365 * 86_400), ("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))


class Pages:
    """Makes pages of answers."""

    def __init__(self, site: Site) -> None:
        """Pages of a site."""
        self._site: Final = site
        self._templates: Final = jinja2.Environment(
            loader=jinja2.PackageLoader("licet.web"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"short": short, "line": one_line, "web_link": web_link}

    def page(
        self,
        request: Request,
        language: Language,
        template: str,
        data: Mapping[str, Any],
        values: Mapping[str, Any],
        part: str | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """A page.

        Args:
            request: what was asked.
            language: what it is written in.
            template: its template's name.
            data: the answer that it shows.
            values: the parameters of the question.
            part: the template of the page's rows, if it has some.
            status: the HTTP status.
        """
        context = self._context(request, language, data, values) | {"part": part}
        return HTMLResponse(self._templates.get_template(template).render(context), status)

    def refusal(
        self, request: Request, language: Language, status: HTTPStatus, said: words.Said | None = None
    ) -> Response:
        """A page that says why there is none."""
        data = {"status": int(status), "said": said}
        return self.page(request, language, "refusal.html", data, {}, status=status)

    def _context(
        self, request: Request, language: Language, data: Mapping[str, Any], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {
            "data": data,
            "values": values,
            "path": request.url.path,
            "query": dict(request.query_params),
            "language": language,
            "languages": LANGUAGES,
            "t": language.text,
            "form": language.form,
            "known": language.known,
            "figure_words": words.figure_words(language),
            "named": partial(words.named, language),
            "said": partial(words.said, language),
            "shown": Values(self._site.currencies).shown,
            "event_of": partial(words.event_of, language),
            "finding_of": partial(words.finding, language),
            "cells_of": partial(words.cells, language),
            "error_of": partial(words.error, language),
            "step_of": lambda step: language.words.get(f"step.{step}", step),
            "span": lambda seconds: span(language, seconds),
            "time": time,
            "with_query": lambda **changes: _with_query(request, changes),
            "live": self._site.live,
            "chain_id": self._site.contracts.chain.chain_id,
            "draw": drawings,
            "uses": tuple(LEAVES),
            "native": ZERO_ADDRESS,
            "audited": self._site.live.audited,
        }


def time(seconds: int) -> Markup:
    """A unix time, for people and for programs."""
    at = moment(seconds)
    if at is None:
        return Markup("{}").format(str(seconds))
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), format_time(seconds))


def span(language: Language, seconds: int) -> str:
    """A length of time, in the largest unit that fits it."""
    if seconds == 0:
        return language.text("span.none")
    name, length = next((name, length) for name, length in _SPANS if seconds % length == 0 or length == 1)
    return language.text(f"span.{name}", count=seconds // length)


def web_link(uri: str) -> str | None:
    """A link that a page may have: http(s), and nothing that runs; None for any other."""
    if len(uri) > _LONGEST_LINK or not uri.isprintable():
        return None
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    return uri if parts.scheme in ("http", "https") and parts.netloc else None


def _with_query(request: Request, changes: Mapping[str, Any]) -> str:
    """The page's own address, with some parameters changed; None takes one away."""
    values = {**request.query_params, **changes}
    query = urlencode({name: value for name, value in values.items() if value is not None})
    return f"{request.url.path}?{query}" if query else request.url.path
