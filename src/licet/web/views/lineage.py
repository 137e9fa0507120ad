"""What an asset was made from, and what was made from it: the graph around it, as far as it fits a page."""

from typing import Any, Final

from licet.contracts.events import DerivativeRegistered
from licet.shelf import Asset, Role
from licet.types import Hash32
from licet.web.site import Desk
from licet.web.views.logs import newest

MOST: Final = 40
"""How many assets a graph has."""


def lineage(desk: Desk, found: Asset) -> dict[str, Any]:
    """The graph around an asset.

    Returns:
        `nodes`, each with its `generation`: 0 for the asset, less for what it was made from, more for what
        was made from it; `links`, each with the share asked, in basis points; and whether there are `more`.
    """
    graph = _Graph(desk, found.asset_id)
    graph.grow(-1)
    graph.grow(1)
    if len(graph.generations) == 1:
        return {"nodes": [], "links": [], "more": False}
    return {
        "nodes": [
            {"asset_id": asset_id, "title": graph.title(asset_id), "generation": generation}
            for asset_id, generation in graph.generations.items()
        ],
        "links": [
            {"parent": parent, "child": child, "royalty_bps": bps}
            for (parent, child), bps in graph.links.items()
            if parent in graph.generations and child in graph.generations
        ],
        "more": graph.more,
    }


class _Graph:
    def __init__(self, desk: Desk, asset_id: Hash32) -> None:
        self._desk: Final = desk
        self._start: Final = asset_id
        self.generations: Final[dict[Hash32, int]] = {asset_id: 0}
        self.links: Final[dict[tuple[Hash32, Hash32], int]] = {}
        self.more = False

    def grow(self, step: int) -> None:
        """Adds ancestors (-1) or descendants (1), nearest first."""
        waiting = [self._start]
        while waiting:
            here = waiting.pop(0)
            for parent, child, bps in self._ancestors(here) if step < 0 else self._descendants(here):
                self.links[parent, child] = bps
                there = parent if step < 0 else child
                if there in self.generations:
                    continue
                if len(self.generations) >= MOST:
                    self.more = True
                    return
                self.generations[there] = self.generations[here] + step
                waiting.append(there)

    def title(self, asset_id: Hash32) -> str | None:
        asset = self._desk.shelf.asset(asset_id)
        return asset.title if asset else None

    def _ancestors(self, child: Hash32) -> list[tuple[Hash32, Hash32, int]]:
        for event in newest(self._desk, DerivativeRegistered, Role.DERIVATION, child):
            if event.asset_id == child:
                return [(line.asset_id, child, line.royalty_bps) for line in event.parents]
        return []

    def _descendants(self, parent: Hash32) -> list[tuple[Hash32, Hash32, int]]:
        found: list[tuple[Hash32, Hash32, int]] = []
        for event in newest(self._desk, DerivativeRegistered, Role.SOURCE, parent):
            found += [
                (parent, event.asset_id, line.royalty_bps)
                for line in event.parents
                if line.asset_id == parent
            ]
            if len(found) > MOST:
                break
        return found
