"""`licet gateway`: a site, served to machines on its holder's terms."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from licet.cli.options import takes
from licet.cli.output import emit, facts, note
from licet.cli.params import FILE
from licet.cli.session import Session
from licet.cli.text import one_line
from licet.errors import LicetError, ToolMissing

if TYPE_CHECKING:
    from licet.gateway.app import Business, Eyes
    from licet.gateway.config import Site

DEFAULT_PORT: Final = 8402
_LIBRARIES: Final = (
    "starlette",
    "uvicorn",
    "httptools",
    "uvloop",
    "httpx",
    "jinja2",
    "prometheus_client",
    "x402",
    "http_message_signatures",
)


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
    from licet.gateway.working import working
    from licet.server import listening, serve, url_of

    site = Site.read(config)
    if check:
        gateway(site)
        _tell(site, "", as_json=as_json)
        return
    business = _business(site, session)
    with listening(host, port) as listener, _watching(site, business) as eyes:
        app = gateway(site, business, eyes)
        _tell(site, url_of(listener), as_json=as_json)
        with working(site, business, _teller(eyes)):
            serve(app, listener, site.max_body)
    note("The gateway has ended.")


def _tell(site: "Site", url: str, *, as_json: bool) -> None:
    served = site.upstream or str(site.folder)
    policies = [
        {
            "path": policy.path,
            "access": policy.access.value,
            "agents": list(policy.agents),
            "keys": list(policy.keys),
        }
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
def _watching(site: "Site", business: "Business | None") -> Iterator["Eyes"]:
    """Writes and counts requests, where the site wants it."""
    from licet.gateway.app import Eyes
    from licet.gateway.logs import Log
    from licet.gateway.metrics import Metrics

    till = None if business is None else business.till
    with contextlib.ExitStack() as stack:
        log = metrics = None
        if site.log is not None:
            log = stack.enter_context(Log.to(site.log.file))
        if site.metrics is not None:
            metrics = Metrics(None if till is None else till.journal.counts)
            stack.enter_context(metrics.served(site.metrics.host, site.metrics.port))
        yield Eyes(log, metrics)


def _teller(eyes: "Eyes") -> Callable[[LicetError], None]:
    """Says what goes wrong in the background."""

    def tell(error: LicetError) -> None:
        if eyes.metrics is not None:
            eyes.metrics.failed(error)
        if eyes.log is not None:
            eyes.log.write("trouble", kind=type(error).__name__, said=str(error))
        else:
            note(one_line(str(error)))

    return tell
