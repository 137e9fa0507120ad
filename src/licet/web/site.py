"""The site: what its pages are made from; and a desk for each request, with connections of its own."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Final

from licet.contracts import Contracts
from licet.documents import Library
from licet.errors import IndexUnusable
from licet.index import Index
from licet.shelf import Shelf
from licet.web.currencies import Currencies
from licet.web.live import Live
from licet.web.previews import Previews


@dataclass(frozen=True, slots=True)
class Desk:
    """What one request reads from.

    Attributes:
        contracts: the chain's, for what changes with every block.
        index: what was logged.
        shelf: where it stands.
        library: the published documents.
        previews: the pictures beside them.
        currencies: how amounts are shown.
        live: the latest audit.
        public_rpc: the node's URL, as browsers are told.
        language: the code of the one in which sentences are made.
    """

    contracts: Contracts
    index: Index
    shelf: Shelf
    library: Library
    previews: Previews
    currencies: Currencies
    live: Live
    public_rpc: str
    language: str = "en"


class Site:
    """Everything that is served. Desks are handed out again and again, each to one request at a time."""

    def __init__(
        self,
        contracts: Contracts,
        library: Library,
        db: str | Path,
        shelf: Path,
        live: Live,
        public_rpc: str | None = None,
    ) -> None:
        """A site.

        Args:
            contracts: of the deployment.
            library: where documents are found.
            db: the index, as `Index` takes it; it is there.
            shelf: the shelf's file.
            live: the latest audit.
            public_rpc: the node's URL as browsers reach it; the server's own if not given.
        """
        self.contracts: Final = contracts
        self.library: Final = library
        self.previews: Final = Previews(library)
        self.live: Final = live
        self.currencies: Final = Currencies(contracts.chain)
        self.public_rpc: Final = public_rpc or contracts.chain.url
        self._db: Final = db
        self._shelf: Final = shelf
        self._free: Final[LifoQueue[tuple[Index, Shelf]]] = LifoQueue()

    @contextlib.contextmanager
    def desk(self, language: str = "en") -> Iterator[Desk]:
        """A desk for one request.

        Args:
            language: the code of the one in which sentences are made.

        Raises:
            IndexUnusable, IndexFailed: the index or the shelf cannot be opened.
        """
        try:
            index, shelf = self._free.get_nowait()
        except Empty:
            index, shelf = self._opened()
        try:
            yield Desk(
                self.contracts,
                index,
                shelf,
                self.library,
                self.previews,
                self.currencies,
                self.live,
                self.public_rpc,
                language,
            )
        finally:
            self._free.put((index, shelf))

    def _opened(self) -> tuple[Index, Shelf]:
        with contextlib.ExitStack() as stack:
            index = stack.enter_context(Index(self._db, create=False))
            index.identity  # noqa: B018 - raises where nothing was indexed yet
            shelf = stack.enter_context(Shelf(self._shelf))
            if not shelf.is_made:
                raise IndexUnusable(f"{self._shelf} is being made: ask again in a moment")
            stack.pop_all()
        return index, shelf

    def close(self) -> None:
        """Lets all files go."""
        with contextlib.suppress(Empty):
            while True:
                index, shelf = self._free.get_nowait()
                index.close()
                shelf.close()
