"""Events, read from the index where the shelf says that they stand."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from licet.contracts.events import Event, LicenseTransferred
from licet.shelf import Place, Role
from licet.types import Address, Hash32
from licet.web.site import Desk
from licet.web.views.paging import Page, key_of

_E = TypeVar("_E", bound=Event)

MOST_READ = 1_000
"""How many logs are looked at for one page, where not all of them are shown."""


def event_at(desk: Desk, kind: type[_E], place: Place) -> _E | None:
    """The event at a place; None where it is another, or is gone meanwhile."""
    for log in desk.index.logs_at(place.block, place.log_index, place.log_index):
        event = desk.index.event(log)
        if isinstance(event, kind):
            return event
    return None


def newest(
    desk: Desk, kind: type[_E], role: Role, of: Hash32 | Address, before: Place | None = None
) -> Iterator[_E]:
    """The events that name something in a role, the newest first, as far as they may be looked at."""
    for place in desk.shelf.places(role, of, before, MOST_READ):
        event = event_at(desk, kind, place)
        if event is not None:
            yield event


def page_of(
    desk: Desk,
    kind: type[_E],
    role: Role,
    of: Hash32 | Address,
    page: Page,
    row: Callable[[_E], dict[str, Any] | None],
) -> dict[str, Any]:
    """A page of events, the newest first.

    Args:
        desk: where to read.
        kind: which events.
        role: as what they name it.
        of: what.
        page: which page.
        row: makes an object of an event; None where it does not belong there.

    Returns:
        `items`, and the key `next`: None at the end.
    """
    items: list[dict[str, Any]] = []
    last: Place | None = None
    for place in desk.shelf.places(role, of, page.place, MOST_READ):
        if len(items) == page.limit:
            return {"items": items, "next": None if last is None else key_of(last)}
        last = place
        event = event_at(desk, kind, place)
        made = None if event is None else row(event)
        if made is not None:
            items.append(made)
    return {"items": items, "next": None}


def holder_of(desk: Desk, license_id: Hash32) -> Address | None:
    """Who holds a license, by the index."""
    for event in newest(desk, LicenseTransferred, Role.LICENSE, license_id):
        if event.license_id == license_id:
            return event.receiver
    return None


def logged(desk: Desk, event: Event) -> dict[str, Any]:
    """Where an event stands, and when that was."""
    log = event.log
    return {
        "time": desk.index.timestamp(log.block_number),
        "block": log.block_number,
        "log_index": log.index,
        "tx": log.tx_hash,
    }
