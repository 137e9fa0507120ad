"""The application as `licet serve` runs it, in threads of this process: pages, index, audits."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from licet.auditor import AuditReport
from licet.contracts import Contracts
from licet.documents import Library
from licet.server import listening
from licet.web.app import application
from licet.web.keeper import Keeper
from licet.web.live import Live
from licet.web.site import Site
from tests.integration.conftest import Network


@dataclass(frozen=True)
class Served:
    """A site that is served.

    Attributes:
        url: where.
        keeper: keeps its index.
        live: has its latest audit.
    """

    url: str
    keeper: Keeper
    live: Live

    def catch_up(self) -> None:
        """Brings the index, and what is browsed, up to the newest block and document."""
        self.keeper.update()

    def audited(self, block: int) -> AuditReport:
        """Waits for an audit of a block, or of a later one."""
        until = time.monotonic() + 30
        while self.live.audited is None or self.live.audited.report.block.number < block:
            assert time.monotonic() < until, f"block {block} was not audited: {self.live.faults}"
            time.sleep(0.05)
        return self.live.audited.report


@contextlib.contextmanager
def serving(network: Network, documents: Path, folder: Path) -> Iterator[Served]:
    """Serves a network.

    Args:
        network: the chain, with Licet on it.
        documents: where everybody publishes.
        folder: for the index.
    """
    contracts = Contracts.of(network.chain(), network.deployment)
    library = Library([documents], allow_http=False)
    files = folder / "index.sqlite", folder / "shelf.sqlite"
    live = Live()
    site = Site(contracts, library, *files, live)
    keeper = Keeper(contracts, library, *files, live)
    with listening("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(application(site), log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        keeper.update()
        keeper.start()
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", keeper, live)
        finally:
            server.should_exit = True
            thread.join()
            keeper.end()
            site.close()
