"""`licet gateway`: a site, served to machines on its holder's terms."""

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from licet.cli.output import emit, facts, note
from licet.cli.params import FILE
from licet.cli.session import Session, takes
from licet.cli.text import one_line
from licet.errors import InputError, LicetError, ToolMissing

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from licet.gateway.app import Business
    from licet.gateway.config import Site

DEFAULT_PORT: Final = 8402
_LIBRARIES: Final = ("starlette", "uvicorn", "httpx", "x402", "http_message_signatures")
_LOOK_SECONDS: Final = 1.0
_GRACE: Final = 30
_KEEP_ALIVE: Final = 5
_BACKLOG: Final = 2048
_MAX_HEADER: Final = 64 << 10


@click.command("gateway")
@click.argument("config", type=FILE, metavar="CONFIG")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="The TCP port."
)
@click.option("--check", is_flag=True, help="Only say whether CONFIG is valid.")
@takes(account=True, chain=False)
def command(session: Session, config: Path, host: str, port: int, check: bool, as_json: bool) -> None:
    """Serve a folder or a site to machines, on the terms that CONFIG (TOML) states, until interrupted.

    Every path has a policy: free, metered, license or forbidden. docs/gateway.md says what CONFIG has. The
    account pays the gas of settling payments, which go to the works' vaults, and signs receipts: it is needed
    where something is metered or licensed, and holds no one's money.

    Requests that have begun are answered before it ends, for half a minute at most.
    """
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise ToolMissing(f"the gateway needs {', '.join(missing)}: pip install 'licet[gateway]'")
    from licet.gateway.app import gateway
    from licet.gateway.config import Site

    site = Site.read(config)
    if check:
        gateway(site)
        _tell(site, "", as_json=as_json)
        return
    business = _business(site, session)
    app = gateway(site, business)
    with _listening(host, port) as listener:
        place = f"[{host}]" if ":" in host else host
        _tell(site, f"http://{place}:{listener.getsockname()[1]}", as_json=as_json)
        with _meanwhile(site, business):
            _run(app, listener)
    note("The gateway has ended.")


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise InputError(
            f"nothing can listen at {host}:{port} ({error.strerror or error}): choose others"
        ) from error


def _tell(site: "Site", url: str, *, as_json: bool) -> None:
    served = site.upstream or str(site.folder)
    policies = [
        {"path": policy.path, "access": policy.access.value, "agents": list(policy.agents)}
        for policy in site.policies.policies
    ]
    emit(
        {"origin": site.origin, "serves": served, "policies": policies, "url": url or None},
        facts(
            origin=site.origin,
            serves=served,
            policies=str(len(policies)),
            **({"listens_at": url} if url else {}),
        ),
        as_json=as_json,
    )


def _business(site: "Site", session: Session) -> "Business | None":
    """What the site has to do with a chain; nothing if it names none."""
    from licet.gateway.app import Business

    if site.chain is None:
        return None
    signer = (
        replace(session, rpc=site.chain.rpc).signer if site.needs_account or session.has_account else None
    )
    return Business.of(site, signer)


@contextlib.contextmanager
def _meanwhile(site: "Site", business: "Business | None") -> Iterator[None]:
    """Anchors records meanwhile, redeems vouchers, and looks whether licenses were revoked."""
    if business is None or business.anchoring is None or site.chain is None:
        yield
        return
    stop = threading.Event()
    seconds = site.chain.anchor_seconds
    threads = [threading.Thread(target=business.anchoring.run, args=(stop, seconds, _not_anchored))]
    if business.holders is not None:
        looks = business.holders.permits.run
        redeems = business.holders.redeeming.run
        threads.append(threading.Thread(target=looks, args=(stop, _LOOK_SECONDS, _not_seen)))
        threads.append(threading.Thread(target=redeems, args=(stop, _LOOK_SECONDS, seconds, _not_redeemed)))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _not_redeemed(error: LicetError) -> None:
    note(f"vouchers are not redeemed yet, trying on: {one_line(str(error))}")


def _not_seen(error: LicetError) -> None:
    note(f"the chain's news are not seen, trying on: {one_line(str(error))}")


def _not_anchored(error: LicetError) -> None:
    note(f"records are not anchored yet, trying on: {one_line(str(error))}")


def _run(app: "ASGIApp", listener: socket.socket) -> None:
    import uvicorn

    settings = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=_MAX_HEADER,
    )
    # Once it has ended gracefully, uvicorn raises the signal again that asked for it.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(settings).run(sockets=[listener])
