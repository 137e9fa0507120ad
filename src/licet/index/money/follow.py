"""Follows the money: what vaults and tokens logged of whom the events name, up to the last proven block.

First what vaults paid, which may name further tokens; then the transfers. Whoever is new is caught up with
from the first block on: money may come before anybody says what for. Each step is one transaction, and the
next goes on where the last one ended, whatever ended it.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from licet.collector import uncollected
from licet.errors import ChainError
from licet.index.events.names import Role
from licet.index.events.rows import Row
from licet.index.following.fetch import Fetcher
from licet.index.following.follow import Pace, Progress
from licet.index.following.nodes import Nodes
from licet.index.money.fetch import ForkedError, Found, MoneyFetcher, Piece, Search
from licet.index.money.wanted import Claims, Transfers, Wanted
from licet.index.store.money import CLAIMS, TRANSFERS
from licet.index.store.store import Store
from licet.index.tables.state import Track

_LOGS_AT_ONCE: Final = 2_500
_NEAR_TIP: Final = 64
"""Blocks near the tip in one step: each is asked for by itself."""


class MoneyFollower:
    """Brings the money of one index up to date, whose blocks are there already."""

    def __init__(
        self,
        store: Store,
        nodes: Nodes,
        fetcher: Fetcher,
        first: int,
        progress: Progress | None = None,
    ) -> None:
        """A follower.

        Args:
            store: the index's database.
            nodes: whom to ask.
            fetcher: how.
            first: the first block that is indexed.
            progress: called with how many blocks of a run were searched, and how many there are in it.
        """
        self._store: Final = store
        self._nodes: Final = nodes
        self._fetcher: Final = MoneyFetcher(fetcher)
        self._first: Final = first
        self._progress: Final = progress
        self._final = first - 1

    def run(self, last: int) -> bool:
        """Follows the money up to a block; returns whether all is there: not if the chain has changed.

        Args:
            last: the last block at which the contracts' heads agreed.

        Raises:
            ChainError: no node gives what is needed, or what they give cannot be right.
            IndexFailed: the database cannot be written.
        """
        tracks = [self._store.track(number) for number in (CLAIMS, TRANSFERS)]
        if any(max(track.block, track.named) > last for track in tracks):
            raise self._store.damaged(f"its money is followed beyond block {last}, the last one proven")
        if all(track.complete == last for track in tracks):
            return True
        with uncollected():
            _, self._final = self._nodes.persist(self._nodes.tip)
            try:
                for number in (CLAIMS, TRANSFERS):
                    self._follow(number, last)
            except ForkedError:
                return False
        return True

    def _follow(self, number: int, last: int) -> None:
        """Brings one track up to a block."""
        steps = _Steps(self._store, number)
        while steps.track.named < last:
            # What was begun is done first: the names of later blocks have not been caught up with so far.
            horizon = steps.track.horizon if steps.track.horizon > steps.track.named else last
            steps.track = replace(steps.track, horizon=horizon)
            self._catch_up(number, steps)
            steps.track = replace(steps.track, named=horizon, backfill=self._first - 1)
        start = steps.track
        wanted = self._wanted(number, start.named)
        if wanted and start.block < last:
            move = lambda block: replace(steps.track, block=block)  # noqa: E731 - said twice, here and below
            self._search(steps, wanted, (start.block + 1, last), move)
        steps.commit(replace(steps.track, block=last))

    def _catch_up(self, number: int, steps: "_Steps") -> None:
        """Looks for older logs of whoever is new."""
        track = steps.track
        wanted = self._new(number, track) if track.backfill < track.block else []
        if wanted:
            steps.commit(track)
            move = lambda block: replace(steps.track, backfill=block)  # noqa: E731 - as above
            self._search(steps, wanted, (track.backfill + 1, track.block), move)

    def _wanted(self, number: int, last: int) -> list[Wanted]:
        """The logs of all that are named up to a block."""
        if number == CLAIMS:
            return _some(Claims(self._store.names(Role.VAULT, last)))
        accounts = self._store.names(Role.ACCOUNT, last)
        return _some(Transfers(self._store.names(Role.TOKEN, last), accounts, accounts))

    def _new(self, number: int, track: Track) -> list[Wanted]:
        """The logs of all that were named after `named`, up to the horizon: of new tokens, those of all."""
        after, last = track.named, track.horizon
        if number == CLAIMS:
            return _some(Claims(_after(self._store.names(Role.VAULT, last), after)))
        accounts, tokens = (self._store.names(role, last) for role in (Role.ACCOUNT, Role.TOKEN))
        newcomers = _after(accounts, after)
        known = {account: block for account, block in accounts.items() if block <= after}
        return _some(
            Transfers(tokens, newcomers, accounts), Transfers(_after(tokens, after), known, accounts)
        )

    def _search(
        self,
        steps: "_Steps",
        wanted: Sequence[Wanted],
        blocks: tuple[int, int],
        move: Callable[[int], Track],
    ) -> None:
        """Fetches and stores what is wanted of some blocks; `move` says where the track stands after one.

        While one piece is stored, the next one is fetched.
        """
        pace, searches = Pace(_LOGS_AT_ONCE), [Search(logs) for logs in wanted]
        first, last = blocks
        block = first - 1
        tried = 0
        ahead: tuple[Piece, Future[Found]] | None = None

        def ask(after: int) -> tuple[Piece, Future[Found]]:
            nonlocal tried
            piece = self._piece(after + 1, last, pace.size)
            tried = piece.blocks
            return piece, pool.submit(self._fetcher.fetch, self._nodes.current, searches, piece)

        def fetch() -> tuple[Piece, Found]:
            nonlocal ahead
            piece, future = ahead or ask(block)
            ahead = None
            found = future.result()
            pace.learn(piece.blocks, found.logs)
            if piece.last < last:
                ahead = ask(piece.last)
            return piece, found

        def failed(_: ChainError) -> None:
            otherwise = [search.refused(tried) for search in searches]
            if not any(otherwise):
                pace.shrink()

        with ThreadPoolExecutor(max_workers=1) as pool:
            while block < last:
                piece, found = self._nodes.persist(fetch, failed)
                block = piece.last
                steps.commit(move(block), piece, sorted(found.rows.values()), found.names)
                if self._progress is not None:
                    self._progress(block - first + 1, last - first + 1)

    def _piece(self, first: int, last: int, size: int) -> Piece:
        final = first <= self._final
        last = (
            min(first + size - 1, last, self._final) if final else min(first + min(size, _NEAR_TIP) - 1, last)
        )
        return Piece(first, last, final, self._store.hashes(first, last))


class _Steps:
    """Where a track stands, and where it stands in the database."""

    def __init__(self, store: Store, number: int) -> None:
        self.track = store.track(number)
        self._stored = self.track
        self._store: Final = store
        self._number: Final = number

    def commit(
        self, track: Track, piece: Piece | None = None, rows: Sequence[Row] = (), names: Sequence[Row] = ()
    ) -> None:
        """Stores what was found, and where the track stands now."""
        if track != self._stored:
            at = None if piece is None else (piece.last, piece.hashes[piece.last])
            self._store.advance(self._number, self._stored, track, at=at, rows=rows, names=names)
        self.track = self._stored = track


def _some(*wanted: Wanted) -> list[Wanted]:
    return [logs for logs in wanted if logs]


def _after(names: Mapping[bytes, int], block: int) -> dict[bytes, int]:
    return {address: named for address, named in names.items() if named > block}
