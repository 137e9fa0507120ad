"""An x402 facilitator for this site's own payments: `/supported`, `/verify` and `/settle`.

It settles what pays one of the site's tariffs and nothing else, since it pays the gas. A payment that is
settled here opens its URL afterwards as any other.
"""

from collections.abc import Iterable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from x402.schemas import (
    PaymentPayload,
    PaymentRequirements,
    SettleRequest,
    SettleResponse,
    SupportedKind,
    SupportedResponse,
    VerifyRequest,
    VerifyResponse,
)

from licet.contracts.authorizations import Transfer
from licet.errors import InputError
from licet.gateway import wire
from licet.gateway.answers import refusal
from licet.gateway.errors import PaymentRefused, Waits
from licet.gateway.policies import Policy, Tariff
from licet.gateway.till import RETRY_SECONDS, Till
from licet.types import Address

BASE: Final = "/.well-known/licet/x402"
MAX_BODY: Final = 64 << 10
_JSON: Final = "application/json"
_INVALID: Final = "invalid_payload"
_NOT_FOUND: Final = "A facilitator has /supported, /verify and /settle."


class Facilitator:
    """Middleware that answers below `/.well-known/licet/x402`.

    Args:
        app: all else.
        till: who settles.
        policies: of the site, with the tariffs that may be paid.
        account: who pays the gas.
    """

    def __init__(self, app: ASGIApp, till: Till, policies: Iterable[Policy], account: Address) -> None:
        self._app: Final = app
        self._till: Final = till
        self._tariffs: Final = tuple(dict.fromkeys(each.tariff for each in policies if each.tariff))
        self._account: Final = account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        path = scope["path"] if scope["type"] == "http" else ""
        asked = (scope.get("method"), path.removeprefix(BASE)) if path.startswith(f"{BASE}/") else None
        if asked is None:
            await self._app(scope, receive, send)
        elif asked == ("GET", "/supported"):
            await _answer(self._supported())(scope, receive, send)
        elif asked in (("POST", "/verify"), ("POST", "/settle")):
            answer = await self._posted(asked[1], Request(scope, receive))
            await answer(scope, receive, send)
        else:
            await refusal(scope, 404, _NOT_FOUND)(scope, receive, send)

    def _supported(self) -> SupportedResponse:
        network = wire.network(self._till.chain_id)
        kind = SupportedKind(x402_version=wire.VERSION, scheme=wire.SCHEME, network=network)
        return SupportedResponse(kinds=[kind], signers={"eip155:*": [self._account]})

    async def _posted(self, what: str, request: Request) -> Response:
        data = b""
        async for chunk in request.stream():
            data += chunk
            if len(data) > MAX_BODY:
                return refusal(request.scope, 413, f"A payment has {MAX_BODY} bytes at most.")
        try:
            if what == "/verify":
                asked = VerifyRequest.model_validate_json(data)
                return _answer(await self._verify(asked.payment_payload, asked.payment_requirements))
            wanted = SettleRequest.model_validate_json(data)
            return _answer(await self._settle(wanted.payment_payload, wanted.payment_requirements))
        except ValueError:
            return refusal(request.scope, 400, "The body is no request of x402, version 2.")
        except Waits as error:
            return refusal(request.scope, 503, str(error), {"Retry-After": str(RETRY_SECONDS)})

    async def _verify(self, payload: PaymentPayload, wanted: PaymentRequirements) -> VerifyResponse:
        try:
            transfer, tariff = await self._checked(payload, wanted)
            await self._till.verify(transfer, tariff)
        except PaymentRefused as error:
            return VerifyResponse(is_valid=False, invalid_reason=_INVALID, invalid_message=str(error))
        return VerifyResponse(is_valid=True, payer=transfer.payer)

    async def _settle(self, payload: PaymentPayload, wanted: PaymentRequirements) -> SettleResponse:
        try:
            transfer, tariff = await self._checked(payload, wanted)
            settlement = await self._till.submit(transfer, tariff)
        except PaymentRefused as error:
            return SettleResponse(
                success=False,
                error_reason=_INVALID,
                error_message=str(error),
                transaction="",
                network=wire.network(self._till.chain_id),
            )
        return wire.settled(settlement, transfer, self._till.chain_id)

    async def _checked(self, payload: PaymentPayload, wanted: PaymentRequirements) -> tuple[Transfer, Tariff]:
        """The transfer that pays one of the site's tariffs. Raises `PaymentRefused`."""
        for tariff in self._tariffs:
            ours = await self._till.requirements(tariff)
            if wire.is_same(wanted, ours) and wire.is_same(payload.accepted, ours):
                try:
                    transfer = wire.transfer_of(payload)
                except InputError as error:
                    raise PaymentRefused(str(error)) from error
                await self._till.check(transfer, tariff)
                return transfer, tariff
        raise PaymentRefused("nothing on this site costs that, and it settles its own payments alone")


def _answer(said: SupportedResponse | VerifyResponse | SettleResponse) -> Response:
    body = said.model_dump_json(by_alias=True, exclude_none=True)
    return Response(body, 200, {"Cache-Control": "no-store"}, media_type=_JSON)
