"""A period of a gateway: the logs of what it anchored, from which the period's statement is computed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from licet.documents import Publisher, file_name
from licet.errors import InputError
from licet.gateway.batches import Batches
from licet.gateway.errors import NotAnchored
from licet.gateway.journal import Journal
from licet.gateway.settings import ChainSettings
from licet.types import Hash32


@dataclass(frozen=True, slots=True)
class Period:
    """The logs that have records of a period.

    Attributes:
        logs: their files, as documents.
        roots: what was anchored of each.
    """

    logs: tuple[Path, ...]
    roots: tuple[Hash32, ...]

    @classmethod
    def of(cls, settings: ChainSettings, since: int, until: int) -> Self:
        """A period of the gateway that has these settings, whether or not that is running.

        Its logs are written again where they are missing.

        Args:
            settings: of the chain, with the journal.
            since: first second, unix.
            until: last second, unix; it is over.

        Raises:
            InputError: the journal is not there, or the logs' folder cannot be written.
            NotAnchored: records of the period are not on chain yet.
            JournalFailed: the journal cannot be used.
        """
        if isinstance(settings.journal, Path) and not settings.journal.is_file():
            raise InputError(f"there is no journal {settings.journal}: has the gateway ever run here?")
        publisher = Publisher(settings.logs or settings.beside(".logs"))
        journal = Journal(settings.journal)
        try:
            batches = Batches(journal)
            waiting = batches.waiting(since, until)
            if waiting:
                raise NotAnchored(
                    f"{waiting} records of the period are not anchored yet: a running gateway does it every "
                    f"{settings.anchor_seconds} seconds, so try again after that",
                    waiting=waiting,
                )
            logs, roots = [], []
            for number in batches.within(since, until):  # one at a time: each may be large
                batch = batches.read(number)
                logs.append(publisher.directory / file_name(publisher.publish(batch.log).hash))
                roots.append(batch.root)
        finally:
            journal.close()
        return cls(tuple(logs), tuple(roots))
