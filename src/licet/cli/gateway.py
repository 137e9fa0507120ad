"""`licet gateway`: a site, served to machines on its holder's terms."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from licet.cli.listening import listening, place_of, run_server
from licet.cli.output import emit, facts, note
from licet.cli.params import FILE
from licet.cli.session import Session, takes
from licet.cli.text import one_line
from licet.errors import LicetError, ToolMissing

if TYPE_CHECKING:
    from licet.gateway.app import Business
    from licet.gateway.config import Site

DEFAULT_PORT: Final = 8402
_LIBRARIES: Final = ("starlette", "uvicorn", "httpx", "x402")


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
    account pays the gas of settling payments, which go to the works' vaults: it is needed where something is
    metered, and holds no one's money.

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
    with listening(host, port) as listener:
        _tell(site, f"http://{place_of(host)}:{listener.getsockname()[1]}", as_json=as_json)
        with _anchoring(site, business):
            run_server(app, listener)
    note("The gateway has ended.")


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
    metered = any(policy.tariff for policy in site.policies.policies)
    signer = replace(session, rpc=site.chain.rpc).signer if metered or session.has_account else None
    return Business.of(site, signer)


@contextlib.contextmanager
def _anchoring(site: "Site", business: "Business | None") -> Iterator[None]:
    """Anchors records meanwhile."""
    if business is None or business.anchoring is None or site.chain is None:
        yield
        return
    stop = threading.Event()
    anchors = threading.Thread(
        target=business.anchoring.run, args=(stop, site.chain.anchor_seconds, _not_anchored)
    )
    anchors.start()
    try:
        yield
    finally:
        stop.set()
        anchors.join()


def _not_anchored(error: LicetError) -> None:
    note(f"records are not anchored yet, trying on: {one_line(str(error))}")
