"""`licet serve`: the web application, and what keeps it up to date."""

import contextlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from licet.chain.client import Chain
from licet.cli.options import takes
from licet.cli.output import emit, facts, note
from licet.cli.params import FILE
from licet.cli.session import Session
from licet.cli.text import one_line
from licet.contracts import Contracts
from licet.documents import Library
from licet.errors import InputError, LicetError, ToolMissing

if TYPE_CHECKING:
    from licet.web.keeper import Keeper
    from licet.web.site import Site

DEFAULT_PORT: Final = 8411
_LIBRARIES: Final = ("starlette", "uvicorn", "httptools", "uvloop", "jinja2")
_PATIENCE: Final = 8.0
_LARGEST_DOCUMENT: Final = 16 << 20
"""Of the documents that a page reads; catalogues are read once, whatever their size."""


@click.command("serve")
@click.option(
    "--db",
    metavar="FILE|URL",
    envvar="LICET_DB",
    show_envvar=True,
    help="The index: an SQLite file, or postgresql://user@host/database.  [default: index-<chain id>.sqlite]",
)
@click.option(
    "--shelf",
    type=FILE,
    metavar="FILE",
    help="What the pages are browsed by; made from the index, and may be deleted.  "
    "[default: shelf-<chain id>.sqlite]",
)
@click.option(
    "--fetch",
    is_flag=True,
    help="Look for catalogues and works' documents at the URIs that registrants name.",
)
@click.option(
    "--public-rpc",
    metavar="URL",
    help="The node's URL as browsers reach it, for wallets that do not know the chain.  [default: --rpc]",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, show_default=True, help="The TCP port."
)
@takes(documents=True)
def command(
    session: Session,
    db: str | None,
    shelf: Path | None,
    fetch: bool,
    public_rpc: str | None,
    host: str,
    port: int,
    as_json: bool,
) -> None:
    """Serve pages to find works, to buy licenses with a wallet and to read the audit, until interrupted.

    Keeps an index of the deployment up to date, as `licet index update` does, and audits every new block, as
    `licet audit watch` does. Holds no keys: whatever is signed, a wallet signs in the browser. Whoever
    serves it to others puts a server with TLS before it.
    """
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise ToolMissing(f"the pages need {', '.join(missing)}: pip install 'licet[web]'")
    if public_rpc is not None and not public_rpc.startswith(("http://", "https://")):
        raise InputError(f"{public_rpc!r} is not an http(s) URL of a node")
    from licet.server import listening, serve, url_of
    from licet.web.app import application

    chain_id = session.contracts.deployment.chain_id
    files = db or f"index-{chain_id}.sqlite", shelf or Path(f"shelf-{chain_id}.sqlite")
    with contextlib.ExitStack() as stack:
        site, keeper = _kept(session, *files, fetch=fetch, public_rpc=public_rpc)
        stack.callback(site.close)
        app = application(site)
        listener = stack.enter_context(listening(host, port))
        url = url_of(listener)
        emit(
            {"url": url, "registry": session.contracts.deployment.asset_registry, "db": files[0]},
            facts(listens_at=url, registry=session.contracts.deployment.asset_registry, index=files[0]),
            as_json=as_json,
        )
        stack.enter_context(_keeping(keeper))
        serve(app, listener)
    note("The site has ended.")


def _kept(
    session: Session, db: str, shelf: Path, *, fetch: bool, public_rpc: str | None
) -> "tuple[Site, Keeper]":
    """The site, and its keeper."""
    from licet.web.keeper import Keeper
    from licet.web.live import Live
    from licet.web.site import Site

    live = Live(session.rpc, public_rpc or "the node")
    told: set[str] = set()

    def faulty(error: LicetError) -> None:
        message = one_line(str(error))
        if message not in told:
            told.add(message)
            note(f"trying on: {message}")

    contracts = session.contracts
    # Nobody waits half a minute for a page.
    quick = Contracts.of(Chain(session.rpc, seconds=_PATIENCE), contracts.deployment)
    pages = Library(session.documents, allow_http=False, max_bytes=_LARGEST_DOCUMENT)
    site = Site(quick, pages, db, shelf, live, public_rpc)
    library = Library(session.documents, allow_http=fetch)
    return site, Keeper(contracts, library, db, shelf, live, faulty)


@contextlib.contextmanager
def _keeping(keeper: "Keeper") -> Iterator[None]:
    keeper.start()
    try:
        yield
    finally:
        keeper.end()
