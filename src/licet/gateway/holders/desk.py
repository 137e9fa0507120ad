"""The desk: which license covers what is asked for, what is on sale if none does, and the record of a read.

What somebody may read is what the chain says of their licenses.
"""

import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.errors import InputError, LicetError
from licet.gateway import wire
from licet.gateway.answers import Notice, challenge, refusal, wants_page
from licet.gateway.asking import Asking
from licet.gateway.errors import (
    AskedTooOften,
    ChainWaits,
    IdentityRefused,
    LicenseRefused,
    PaymentRefused,
    VoucherRefused,
    Waits,
)
from licet.gateway.holders.accounts import NONCE, SESSION
from licet.gateway.holders.askers import Asker, Askers
from licet.gateway.holders.counting import VOUCHER, Counter
from licet.gateway.holders.permits import Cover, Permits, Question
from licet.gateway.holders.sales import Sales
from licet.gateway.holders.scribe import Entry, Key, Scribe
from licet.gateway.limits import Turn
from licet.gateway.paths import RequestPath
from licet.gateway.policies import Policy
from licet.gateway.recording import FIELD, field_of
from licet.gateway.saying import SERVER
from licet.gateway.signed import INPUT
from licet.gateway.withholding import Withheld
from licet.gateway.works import work_in
from licet.rights.uses import parse_uses
from licet.types import ZERO_HASH, Address, parse_hash

LICENSE: Final = "Licet-License"
"""The field that names a license; in an answer, the one that was read with."""

USES: Final = "Licet-Uses"
"""The field that says what something is read for, in Licet's words."""

MEANS: Final = "license"
_PAYMENT, _VOUCHER, _LICENSE, _USES = (
    name.lower().encode() for name in (wire.SIGNATURE, VOUCHER, LICENSE, USES)
)
_ON_SALE: Final = f"A license is on sale: the field {wire.REQUIRED} has the offers."
_LATER: Final = {"Retry-After": "5"}

# What shows who asks: nothing behind the gateway needs to see it.
_SECRETS: Final = frozenset(
    {b"authorization", b"signature", b"signature-input", b"payment-signature", b"licet-voucher"}
)


class Desk:
    """Lets holders read what their licenses cover.

    Args:
        origin: of the site.
        askers: says who asks.
        permits: what licenses permit.
        scribe: who records reads.
        sales: who sells licenses.
        counter: who takes vouchers.
    """

    def __init__(
        self,
        origin: str,
        askers: Askers,
        permits: Permits,
        scribe: Scribe,
        sales: Sales,
        counter: Counter,
    ) -> None:
        self._origin: Final = origin
        self._askers: Final = askers
        self._permits: Final = permits
        self._scribe: Final = scribe
        self._sales: Final = sales
        self._counter: Final = counter
        self._asking: Final = Asking()

    async def answer(
        self, app: ASGIApp, path: RequestPath, policy: Policy, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answers a request for what is licensed."""
        if scope["method"] not in ("GET", "HEAD"):
            allowed = {"Allow": "GET, HEAD"}
            await refusal(scope, 405, "What is licensed is read with GET.", allowed)(scope, receive, send)
            return
        try:
            names = {name for name, _ in scope["headers"]} if scope["method"] == "GET" else set()
            if _PAYMENT in names:
                await self._sell(app, path, policy, scope, receive, send)
                return
            if _VOUCHER in names:
                await self._count(app, path, policy, scope, receive, send)
                return
            asker = await self._askers.asker(scope, receive)
            Turn.of(scope).known(asker.holder)
            cover = await self._cover(asker, policy, scope)
            inner = behind(path, scope)
            await self._read(app, asker.holder, cover, inner, receive, send)
        except (IdentityRefused, LicenseRefused, PaymentRefused, VoucherRefused) as error:
            if not isinstance(error, LicenseRefused):
                Turn.of(scope).known()
            answer = await self._refusal(error, path, policy, scope)
            await answer(scope, receive, send)
        except Waits as error:
            status = 409 if error.facts.get("busy") else 503
            await refusal(scope, status, str(error), _LATER)(scope, receive, send)

    async def _refusal(self, error: LicetError, path: RequestPath, policy: Policy, scope: Scope) -> Response:
        """Says who may read, how they are known, and what a license costs."""
        headers = Headers(scope=scope)
        # Crawlers sign for other things than licenses as well.
        shows = "authorization" in headers or (INPUT in headers and not error.facts.get("buys"))
        code = "invalid_token" if shows else "invalid_request"
        if isinstance(error, LicenseRefused):
            code = "insufficient_scope"
        said, notice = str(error), None
        fields = {"WWW-Authenticate": challenge(code, str(error))}
        facts: dict[str, Any] = {"asset": policy.asset, **doors(self._origin)}
        status = 403 if isinstance(error, LicenseRefused) else 401
        if isinstance(error, VoucherRefused):
            facts |= error.facts
            return refusal(scope, 402, str(error), fields, **facts)
        # Whoever has a license of this, or shows what is void, is not sold another.
        if isinstance(error, PaymentRefused) or error.facts.get("buys", not shows):
            try:
                wanted = await self._sales.requirements(policy)
                if not shows and isinstance(error, IdentityRefused) and wants_page(scope):
                    price = await self._sales.price(policy)
                    notice = _notice(price, on_sale=bool(wanted))
            except ChainWaits as waits:
                return refusal(scope, 503, str(waits), _LATER)
            if wanted or isinstance(error, PaymentRefused):
                title = "" if policy.terms is None else policy.terms.document.title
                if not isinstance(error, PaymentRefused):
                    said = f"{said.rstrip('.')}. {_ON_SALE}"
                bill = wire.required(wanted, self._url(scope, path.url), title, said)
                fields[wire.REQUIRED] = wire.required_field(bill)
                status, facts = 402, {**facts, "x402": wire.plain(bill)}
        return refusal(scope, status, said, fields, notice=notice, **facts)

    async def _count(
        self, app: ASGIApp, path: RequestPath, policy: Policy, scope: Scope, receive: Receive, send: Send
    ) -> None:
        headers = Headers(scope=scope)
        shown = headers.getlist(VOUCHER)
        if len(shown) != 1:
            raise VoucherRefused("the request has several vouchers")
        url = self._url(scope, path.url)
        counted = await self._counter.open(shown[0], url, headers.get(USES, ""), policy)
        try:
            Turn.of(scope).known(counted.entry.requester)
        except AskedTooOften:
            self._counter.close(counted, done=False)
            raise

        async def count() -> Mapping[str, str]:
            receipt = await self._counter.record(counted, work_in(inner))
            return {FIELD: field_of(receipt), LICENSE: counted.shown.voucher.license_id}

        async def close(delivered: bool) -> None:
            self._counter.close(counted, done=delivered)

        inner = behind(path, scope)
        await Withheld(count, close).answer(app, inner, receive, send)

    def _url(self, scope: Scope, path: str) -> str:
        """What is asked for, under the public origin."""
        query: bytes = scope.get("query_string", b"")
        return f"{self._origin}{path}" + (f"?{query.decode('latin-1')}" if query else "")

    async def _sell(
        self, app: ASGIApp, path: RequestPath, policy: Policy, scope: Scope, receive: Receive, send: Send
    ) -> None:
        shown = Headers(scope=scope).getlist(wire.SIGNATURE)
        if len(shown) != 1:
            raise PaymentRefused("the request has several payments")
        sale = await self._sales.open(shown[0], self._url(scope, path.url), policy)
        try:
            Turn.of(scope).known(sale.signed.payer)
        except AskedTooOften:
            await self._sales.close(sale, delivered=False)
            raise

        async def buy() -> Mapping[str, str]:
            settlement, receipt = await self._sales.settle(sale, work_in(inner))
            said = wire.response_field(settlement, sale.signed, self._sales.chain_id)
            license_id = sale.order.license_id
            return {wire.RESPONSE: said, FIELD: field_of(receipt), LICENSE: license_id}

        async def close(delivered: bool) -> None:
            await self._sales.close(sale, delivered=delivered)

        inner = behind(path, scope)
        await Withheld(buy, close).answer(app, inner, receive, send)

    async def _cover(self, asker: Asker, policy: Policy, scope: Scope) -> Cover:
        if asker.scope and asker.scope != policy.path:
            raise LicenseRefused(f"the token is for {asker.scope}", buys=False)
        assert policy.terms is not None, "what is licensed says its uses"
        offered = policy.terms.document.uses
        try:
            fields = dict(scope["headers"])
            named = fields.get(_LICENSE, b"").decode("latin-1")
            wanted = fields.get(_USES, b"").decode("latin-1")
            question = Question(
                asker.holder,
                policy.asset,
                offered,
                parse_uses(wanted.replace(",", " ").split()) if wanted else asker.uses,
                parse_hash(named, "license id") if named else parse_hash(asker.license_id),
            )
        except InputError as error:
            raise LicenseRefused(str(error), buys=False) from error
        if asker.license_id not in (ZERO_HASH, question.license_id):
            raise LicenseRefused(f"the token is for license {asker.license_id}", buys=False)
        if asker.uses and question.wanted & ~asker.uses:
            raise LicenseRefused("the token is for fewer uses", buys=False)
        known = self._permits.known(question)
        if known is not None:
            return known
        return await self._asking.ask(partial(self._permits.cover, question))

    async def _read(
        self,
        app: ASGIApp,
        holder: Address,
        cover: Cover,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        if scope["method"] == "HEAD":  # has no content, and is no use
            await app(scope, receive, send)
            return
        key = Key(MEANS, cover.license_id, secrets.token_hex(12))

        async def record() -> Mapping[str, str]:
            work = work_in(scope) if cover.work == ZERO_HASH else cover.work
            receipt = await self._scribe.write(Entry(key, cover.asset, cover.uses, holder, work))
            return {FIELD: field_of(receipt), LICENSE: cover.license_id}

        await Withheld(record).answer(app, scope, receive, send)


def _notice(price: str, *, on_sale: bool) -> Notice:
    """What people are told who have shown no license."""
    sale = f"One is on sale. {price}".rstrip() if on_sale else "None is on sale at present."
    return Notice("A license is needed", f"This is read with a license. {sale}")


def doors(origin: str) -> dict[str, str]:
    """Where holders sign in, and crawlers get tokens."""
    places = {"sign_in": SESSION, "nonce": NONCE, "license_server": SERVER}
    return {name: f"{origin}{path}" for name, path in places.items()}


def behind(path: RequestPath, scope: Scope) -> Scope:
    """A request under the one spelling of its path, without what shows who asks."""
    fields = [field for field in scope["headers"] if field[0].lower() not in _SECRETS]
    return {**scope, "path": path.decoded, "raw_path": path.url.encode("ascii"), "headers": fields}
