"""Servers in front of the gateway: their word on where a request comes from is taken, and nobody else's."""

import ipaddress
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.errors import InputError
from licet.gateway.limits import parsed_address
from licet.types import shown

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxied:
    """Middleware that puts the client's address in place of that of the servers in front.

    Args:
        app: all else.
        proxies: the networks of these servers.
    """

    def __init__(self, app: ASGIApp, proxies: Iterable[Network]) -> None:
        self._app: Final = app
        self._proxies: Final = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application answer."""
        if scope["type"] == "http":
            scope["client"] = (self._client(scope), 0)
        await self._app(scope, receive, send)

    def _client(self, scope: Scope) -> str:
        """The last address on the way that is not one of the servers in front."""
        peer = str((scope.get("client") or ("unknown",))[0])
        if not self._is_own(peer):
            return peer
        said = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        for one in reversed([address.strip() for address in said]):
            if parsed_address(one) is None:
                break
            peer = one
            if not self._is_own(one):
                break
        return peer

    def _is_own(self, address: str) -> bool:
        parsed = parsed_address(address)
        return parsed is not None and any(parsed in network for network in self._proxies)


def parse_network(text: str) -> Network:
    """A network, or one address, of servers in front.

    Raises:
        InputError: it is neither.
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise InputError(f"{shown(text)} is no address and no network: write 10.0.0.0/8") from error
