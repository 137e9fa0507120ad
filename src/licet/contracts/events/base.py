"""What all events have in common."""

from dataclasses import dataclass
from typing import ClassVar

from licet.chain.client import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event; `log` says where it stands."""

    CONTRACT: ClassVar[str]
    log: Log
