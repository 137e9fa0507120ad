"""ASGI applications, asked directly: with any path, field and body, also such as no client would send."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    fields: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


def ask(
    app: ASGIApp,
    path: str | bytes,
    *,
    method: str = "GET",
    query: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: Iterable[bytes] = (),
    into: Answer | None = None,
) -> Answer:
    """The answer to one request, sent as it is; `into` has it even where the application raises after it."""
    return asyncio.run(asked(app, path, method=method, query=query, headers=headers, body=body, into=into))


async def asked(
    app: ASGIApp,
    path: str | bytes,
    *,
    method: str = "GET",
    query: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: Iterable[bytes] = (),
    into: Answer | None = None,
) -> Answer:
    raw = path if isinstance(path, bytes) else path.encode("ascii")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": raw.decode("latin-1"),
        "raw_path": raw,
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("192.0.2.1", 1234),
        "server": ("127.0.0.1", 80),
    }
    waiting = list(body) or [b""]
    over = asyncio.Event()
    answer = Answer() if into is None else into
    ended = False

    async def receive() -> Message:
        if waiting:
            chunk = waiting.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal ended
        if message["type"] == "http.response.start":
            assert not answer.status, "an answer begins once"
            answer.status = message["status"]
            answer.fields = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in message["headers"]]
            answer.headers = dict(answer.fields)
        else:
            assert answer.status, "an answer begins with its header"
            assert not ended, "nothing follows the end"
            answer.body += message.get("body", b"")
            ended = not message.get("more_body", False)
            if ended:
                over.set()

    await app(scope, receive, send)
    assert ended, "an answer has an end"
    return answer
