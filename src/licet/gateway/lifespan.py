"""Start and end of a server, as ASGI tells an application of them; and what is no HTTP."""

from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send


async def only_lifespan(
    scope: Scope, receive: Receive, send: Send, close: Callable[[], Awaitable[None]] | None = None
) -> bool:
    """Answers whatever is no HTTP request; says whether that was it.

    Args:
        scope: of the connection.
        receive: ASGI's.
        send: ASGI's.
        close: called at the end.
    """
    if scope["type"] == "http":
        return False
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return True
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    if close is not None:
        await close()
    await send({"type": "lifespan.shutdown.complete"})
    return True
