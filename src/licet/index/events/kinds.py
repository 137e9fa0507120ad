"""Which contracts are indexed, and each kind of event that they log: its view, its columns, its decoder.

All of it follows from the compiled interfaces: a contract that gains an event gains a view.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from licet.chain.client import Log
from licet.chain.compiled.abi import Entry
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import Deployment
from licet.contracts import events
from licet.contracts.events import Event
from licet.index.events.decode import Column, Decoder, Spelling
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address

CONTRACTS: Final = (
    "AssetRegistry",
    "LicenseToken",
    "RoyaltyVaultFactory",
    "UsageLedger",
    "StatementEscrow",
    "DisputeDesk",
)
"""The contracts of a deployment that keep a rolling head of their logs; their places are their numbers."""

MAY_BE_OLDER: Final = frozenset(("RoyaltyVaultFactory", "UsageLedger", "StatementEscrow"))
"""What may stand, and be used, before the registry that names it."""

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event of one contract.

    Attributes:
        contract: the contract's name.
        event: the event's, as Solidity spells it.
        table: the view of the decoded events: `license_token_sold`.
        topic: the first topic of its logs.
        audited: whether its logs count into the contract's rolling head.
        type: the class of such events; None where Licet has no use for them.
        entry: the event in the interface.
        spelled: how an argument is called in Python, and in SQL.
        decoder: makes rows of logs.
    """

    contract: str
    event: str
    table: str
    topic: bytes
    audited: bool
    type: type[Event] | None
    entry: Entry
    spelled: Spelling
    decoder: Decoder

    @property
    def columns(self) -> tuple[Column, ...]:
        """The table's, after those that say where the event stands."""
        return self.decoder.columns


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, by contract and name."""
    return tuple(
        _kind(contract, topic, entry)
        for contract in CONTRACTS
        for topic, entry in sorted(
            artifact(contract).abi.events.items(), key=lambda item: (item[1].name, item[0])
        )
    )


def addresses(deployment: Deployment) -> tuple[Address, ...]:
    """Where a deployment's contracts are, in the order of `CONTRACTS`."""
    return (
        deployment.asset_registry,
        deployment.license_token,
        deployment.vault_factory,
        deployment.usage_ledger,
        deployment.statement_escrow,
        deployment.dispute_desk,
    )


def snake(name: str) -> str:
    """`LicenseToken` as `license_token`."""
    return _HUMP.sub("_", name).lower()


def _kind(contract: str, topic: bytes, entry: Entry) -> Kind:
    found = _types().get((contract, topic))
    log = Log(ZERO_ADDRESS, (topic,), b"", 0, ZERO_HASH, ZERO_HASH, 0)

    def spelled(name: str) -> str:
        return events.attribute(found, name)

    return Kind(
        contract=contract,
        event=entry.name,
        table=f"{snake(contract)}_{snake(entry.name)}",
        topic=topic,
        audited=events.is_audited(contract, log),
        type=found,
        entry=entry,
        spelled=spelled,
        decoder=Decoder(entry, spelled),
    )


@cache
def _types() -> dict[tuple[str, bytes], type[Event]]:
    """The class of each event; the statement escrow logs its cases in the dispute desk's words."""
    found = [
        kind
        for kind in (getattr(events, name) for name in events.__all__)
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    ]
    own = {(kind.CONTRACT, events.topic_of(kind)): kind for kind in found}
    shared = {
        ("StatementEscrow", topic): kind for (name, topic), kind in own.items() if name == "DisputeDesk"
    }
    return shared | own
