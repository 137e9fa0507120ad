"""The documents that say the terms, at the paths where standards look for them."""

from functools import partial
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.gateway.answers import PAGE, refusal
from licet.gateway.asking import Asking
from licet.gateway.config import Site
from licet.gateway.discovery import describe, openapi, page, to_bytes
from licet.gateway.html import SAFE
from licet.gateway.market import Market
from licet.gateway.paths import request_path
from licet.gateway.saying import API, DISCOVERY, LICENSE, OPENAPI, TDMREP, Said, Saying
from licet.gateway.terms_page import terms_page

_MAX_AGE: Final = 60
_JSON: Final = "application/json"
_HTML: Final = "text/html"


class Documents:
    """Middleware that answers for robots.txt and its like; the site's own files of these names are hidden.

    Args:
        app: all else.
        site: whose terms they are.
        saying: what the site says.
        market: the chain, if there is one.
    """

    def __init__(self, app: ASGIApp, site: Site, saying: Saying, market: Market | None) -> None:
        self._app: Final = app
        self._site: Final = site
        self._saying: Final = saying
        self._market: Final = market
        self._asking: Final = Asking()
        self._fixed: Final = {
            **saying.documents,
            OPENAPI: Said(to_bytes(openapi(site, saying)), _JSON),
            API: Said(page(site, saying), _HTML),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        path = request_path(scope) if scope["type"] == "http" else None
        url = "" if path is None else path.url
        if url in self._fixed:
            await self._answer(self._fixed[url], scope, receive, send)
        elif url == DISCOVERY:
            described = await self._asking.ask(partial(describe, self._site, self._saying, self._market))
            await self._answer(Said(to_bytes(described), _JSON), scope, receive, send)
        elif url == PAGE:
            said = await self._asking.ask(self._terms)
            await self._answer(Said(said, _HTML), scope, receive, send)
        elif url in (LICENSE, TDMREP):
            await refusal(scope, 404, "This site says nothing of uses.")(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _terms(self) -> bytes:
        """The terms for people; may ask the chain."""
        if self._market is None:
            return terms_page(self._site, {})
        names = self._market.names(self._site.policies.policies)
        return terms_page(self._site, self._market.said(), names)

    async def _answer(self, said: Said, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await refusal(scope, 405, "This is read with GET or HEAD.", {"Allow": "GET, HEAD"})(
                scope, receive, send
            )
            return
        fields = {
            "Cache-Control": f"max-age={_MAX_AGE}",
            "Link": self._saying.links,
            "X-Content-Type-Options": "nosniff",
            **(SAFE if said.media_type == _HTML else {}),
        }
        await Response(said.data, 200, fields, media_type=said.media_type)(scope, receive, send)
