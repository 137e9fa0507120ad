"""The gate: in front of any ASGI application, lets through what the policies let through."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.gateway import wire
from licet.gateway.answers import Notice, challenge, refusal, wants_page
from licet.gateway.bodies import Bounded, TooMuchError
from licet.gateway.bots import WANTED, Bots
from licet.gateway.catalogs import NONE, Catalogs
from licet.gateway.config import Site
from licet.gateway.errors import AskedTooOften, IdentityRefused, PaymentRefused, Waits
from licet.gateway.holders.desk import Desk
from licet.gateway.limited import too_many
from licet.gateway.limits import Limit, Turn
from licet.gateway.market import Market
from licet.gateway.observing import ACCESS
from licet.gateway.pages import Linked, unmarked
from licet.gateway.paths import RequestPath, request_path
from licet.gateway.paying import Paying
from licet.gateway.policies import Access, Policy
from licet.gateway.saying import Saying
from licet.gateway.till import RETRY_SECONDS, Till

MAX_FIELDS: Final = 100
"""The most header fields that a request may have."""

_SIGNATURE: Final = wire.SIGNATURE.lower().encode()

_MOUNTED: Final = (
    "This gateway is mounted below {}: let it stand at the root of its site, where robots.txt and "
    "/.well-known/ are looked for."
)

# What the policy alone says; a page may have links of its own besides.
_OURS: Final = frozenset({b"content-usage", b"tdm-reservation", b"tdm-policy"})


class Gate:
    """Middleware: what is behind it is read on the site's terms.

    Args:
        app: what is served.
        site: the terms.
        saying: what the site says of them.
        till: who takes payments; None if nobody does.
        desk: who lets licenses' holders read; None if nobody does.
        catalogs: of the site.
        market: the chain, if there is one.
    """

    def __init__(
        self,
        app: ASGIApp,
        site: Site,
        saying: Saying,
        till: Till | None = None,
        desk: Desk | None = None,
        catalogs: Catalogs = NONE,
        market: Market | None = None,
    ) -> None:
        self._app: Final = app
        self._site: Final = site
        self._saying: Final = saying
        self._till: Final = till
        self._desk: Final = desk
        self._catalogs: Final = catalogs
        self._market: Final = market
        self._elements: Final = saying.elements if site.html_links else ""
        self._by_agent: Final = bool(site.policies.agents)
        self._bots: Final = _bots(site)
        vary = {"User-Agent": self._by_agent, "Signature-Input, Signature": self._bots is not None}
        self._vary: Final = ", ".join(names for names, counts in vary.items() if counts)
        self._limits: Final = {id(each): Limit(each.rate) for each in site.policies.policies if each.rate}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or lets the application answer it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no terms can be said over a web socket
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope.get("root_path"):  # policies would speak of other paths than what is behind the gateway
            await refusal(scope, 500, _MOUNTED.format(scope["root_path"]))(scope, receive, send)
            return
        path = request_path(scope)
        if path is None or len(scope["headers"]) > MAX_FIELDS:
            await refusal(scope, 400, "The path or the header of this request is unusual.")(
                scope, receive, send
            )
            return
        await self._answer(path, scope, receive, send)

    def asking(self, scope: Scope) -> tuple[str, tuple[str, ...]]:
        """By what policies know who asks: what they call themselves, and the keys that they signed with.

        Raises:
            IdentityRefused: a known key's signature does not count.
        """
        return self._agent(scope), () if self._bots is None else self._bots.names(scope)

    async def _answer(self, path: RequestPath, scope: Scope, receive: Receive, send: Send) -> None:
        bots, wrong = self._signed(scope)
        policy = self._site.policies.match(path, self._agent(scope), bots)
        said = self._with_terms(policy, send)
        scope[ACCESS] = policy.access
        proven = wrong is None and policy.access in (Access.METERED, Access.LICENSE)
        if proven:
            self._catalogs.expecting(policy.asset, scope)
        turn = Turn.begun(self._limits.get(id(policy)), scope, is_proven=proven, bot=", ".join(bots))
        try:
            turn.count()
            if wrong is None:
                await self._let(path, policy, scope, receive, said)
            else:
                await _unsigned(scope, wrong)(scope, receive, said)
        except AskedTooOften as error:
            await too_many(scope, error)(scope, receive, said)

    def _agent(self, scope: Scope) -> str:
        """What they call themselves, where policies go by that."""
        return Headers(scope=scope).get("user-agent", "") if self._by_agent else ""

    def _signed(self, scope: Scope) -> tuple[tuple[str, ...], IdentityRefused | None]:
        """The crawlers that policies name and that signed a request, or what is wrong with a signature."""
        try:
            return () if self._bots is None else self._bots.names(scope), None
        except IdentityRefused as error:
            return (), error

    async def _let(
        self, path: RequestPath, policy: Policy, scope: Scope, receive: Receive, said: Send
    ) -> None:
        """Does what the policy says. Raises `AskedTooOften`."""
        if policy.access is Access.FREE:
            if self._elements:
                scope, linked = unmarked(scope), Linked(self._elements, scope, said)
                await self._pass(path, scope, receive, linked)
            else:
                await self._pass(path, scope, receive, said)
        elif policy.access is Access.FORBIDDEN:
            answer = refusal(scope, 403, "The holder of the rights keeps this from machines and people.")
            await answer(scope, receive, said)
        elif policy.access is Access.LICENSE:
            if self._desk is None:
                answer = refusal(
                    scope,
                    401,
                    "This is read with a license alone, and nobody looks at licenses here.",
                    {"WWW-Authenticate": "License"},
                    notice=Notice("A license is needed", "This is read with a license. None is sold here."),
                    asset=policy.asset,
                )
                await answer(scope, receive, said)
            else:
                await self._desk.answer(self._app, path, policy, scope, receive, said)
        else:
            await self._sell(path, policy, scope, receive, said)

    async def _sell(
        self, path: RequestPath, policy: Policy, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answers a request for what is paid for, one read at a time."""
        assert policy.tariff is not None
        if self._till is None:
            await _later(scope, "Nobody takes payments here at present.")(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            allowed = {"Allow": "GET, HEAD"}
            await refusal(scope, 405, "What is paid for is read with GET.", allowed)(scope, receive, send)
            return
        query: bytes = scope.get("query_string", b"")
        url = f"{self._site.origin}{path.url}" + (f"?{query.decode('latin-1')}" if query else "")
        shown = Headers(scope=scope).getlist(wire.SIGNATURE) if scope["method"] == "GET" else []
        try:
            if len(shown) != 1:
                raise PaymentRefused("Each read of this is paid for: sign what PAYMENT-REQUIRED asks for.")
            reading = await self._till.open(shown[0], url, policy)
            try:
                Turn.of(scope).known(reading.transfer.payer)
            except AskedTooOften:
                await self._till.close(reading, delivered=False)
                raise
            inner = self._inner(path, scope)
            await Paying(self._till, reading).answer(self._app, inner, receive, send)
        except PaymentRefused as error:
            Turn.of(scope).known()
            answer = await self._bill(policy, url, scope, str(error))
            await answer(scope, receive, send)
        except Waits as error:
            await _later(scope, str(error), 409 if error.facts.get("busy") else 503)(scope, receive, send)

    async def _bill(self, policy: Policy, url: str, scope: Scope, reason: str) -> Response:
        """The answer that says what is to be paid, and why it was not."""
        assert policy.tariff is not None
        assert self._till is not None
        try:
            wanted = await self._till.requirements(policy.tariff)
            notice = await self._notice(policy, scope)
        except Waits as error:
            return _later(scope, str(error))
        title = "" if policy.terms is None else policy.terms.document.title
        bill = wire.required([wanted], url, title, reason)
        return refusal(
            scope,
            402,
            reason,
            {wire.REQUIRED: wire.required_field(bill)},
            notice=notice,
            asset=policy.asset,
            x402=wire.plain(bill),
        )

    async def _notice(self, policy: Policy, scope: Scope) -> Notice | None:
        """What people are told who have not paid; None for all others."""
        if not wants_page(scope) or wire.SIGNATURE in Headers(scope=scope):
            return None
        price = "" if self._market is None else await self._market.price_of_read(policy)
        return Notice("This is paid for", f"Each read of this is paid for. {price}".rstrip())

    def _inner(self, path: RequestPath, scope: Scope) -> Scope:
        """The request under the one spelling of its path, without its payment."""
        fields = [field for field in scope["headers"] if field[0].lower() != _SIGNATURE]
        return {**scope, "path": path.decoded, "raw_path": path.url.encode("ascii"), "headers": fields}

    async def _pass(self, path: RequestPath, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application answer, under the one spelling of the path, and with a body within bounds."""
        inner = self._inner(path, scope)
        body = Bounded(receive, send, self._site.max_body)
        if body.announces_too_much(Headers(scope=scope)):
            await refusal(scope, 413, body.problem, {"Connection": "close"})(scope, receive, send)
            return
        try:
            await self._app(inner, body.receive, body.send)
        except TooMuchError:
            if not body.answered:
                await refusal(scope, 413, body.problem, {"Connection": "close"})(scope, receive, send)

    def _with_terms(self, policy: Policy, send: Send) -> Send:
        """ASGI's `send`, with what the policy says in the header, in place of the application's word."""
        fields = self._saying.headers(policy)

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [field for field in message["headers"] if field[0].lower() not in _OURS]
                message = {**message, "headers": [*kept, *fields]}
                if self._vary:
                    MutableHeaders(scope=message).add_vary_header(self._vary)
            await send(message)

        return said


def _bots(site: Site) -> Bots | None:
    """Who knows the crawlers' keys that policies name; None if these name none."""
    named = [key for key in site.keys if key.name in site.policies.keys]
    return Bots(site.origin, named) if named else None


def _unsigned(scope: Scope, error: IdentityRefused) -> Response:
    """The answer to a crawler whose key is known, and whose signature does not count."""
    wanted = {"WWW-Authenticate": challenge("invalid_token", str(error)), "Accept-Signature": WANTED}
    return refusal(scope, 401, str(error), wanted)


def _later(scope: Scope, reason: str, status: int = 503) -> Response:
    return refusal(scope, status, reason, {"Retry-After": str(RETRY_SECONDS)})
