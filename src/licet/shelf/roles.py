"""As what a log names an asset, an account, a license, an offer or a vault: how its logs are found again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Final

from licet.index.events.decode import Decoder
from licet.index.events.names import places_of
from licet.index.events.rows import Row, numbered

_WORD: Final = 32
_ADDRESS: Final = 20
_KEY: Final = 8
_NOBODY: Final = bytes(_WORD)


class Role(IntEnum):
    """What is looked up, and in which logs."""

    TRANSACTION = 0
    """A transaction's hash: its first log in an index."""
    DERIVATION = 1
    """An asset that was made from others."""
    SOURCE = 2
    """An asset that another was made from."""
    DEED = 3
    """An asset whose deed changed hands."""
    SOLD = 4
    """An asset that a license was sold of."""
    OFFERED = 5
    """An asset on which an offer was published."""
    DISPUTED = 6
    STATED = 7
    """An asset of which a statement was published."""
    REGISTRANT = 8
    HOLDER = 9
    """An account that received a license."""
    LICENSOR = 10
    """An account on whose offer a license was sold."""
    PUBLISHER = 11
    """An account that published a statement."""
    LICENSE = 12
    """A license that was made out, or changed hands."""
    RENEWED = 13
    REVOKED = 14
    USED = 15
    """A license whose use was reported."""
    OFFER = 16
    """An offer that was published."""
    VAULT = 17
    """A vault whose split was published."""
    SUBLICENSE = 18
    """A license that was granted under another."""
    METERED = 19
    """A license on whose account something was paid in or out."""


_SEEN: Final[Mapping[str, Mapping[str, Role]]] = {
    "asset_registry_asset_registered": {"registrant": Role.REGISTRANT},
    "asset_registry_derivative_registered": {"asset_id": Role.DERIVATION},
    "asset_registry_transfer": {"asset_id": Role.DEED},
    "license_token_sold": {"asset_id": Role.SOLD, "offer_licensor": Role.LICENSOR},
    "license_token_offer_published": {"asset_id": Role.OFFERED, "offer_hash": Role.OFFER},
    "license_token_transfer": {"license_id": Role.LICENSE, "receiver": Role.HOLDER},
    "license_token_renewed": {"license_id": Role.RENEWED},
    "license_token_revoked": {"license_id": Role.REVOKED},
    "license_token_sublicensed": {"license_id": Role.SUBLICENSE},
    "usage_ledger_usage_anchored": {"license_id": Role.USED},
    **{
        f"usage_ledger_{what}": {"license_id": Role.METERED}
        for what in ("account_opened", "deposited", "settled", "account_closing", "withdrawn")
    },
    "dispute_desk_asset_disputed": {"asset_id": Role.DISPUTED},
    "statement_escrow_statement_published": {"asset_id": Role.STATED, "publisher": Role.PUBLISHER},
    "royalty_vault_factory_split_published": {"vault": Role.VAULT},
}
"""By a kind's view: the columns that are looked up, and as what."""

_DERIVED: Final = "asset_registry_derivative_registered"
_DEEDS: Final = "asset_registry_transfer"


def key_of(value: bytes) -> int:
    """What a hash or an address is found by: its first 64 bits. Others may have the same: compare."""
    return int.from_bytes(value[:_KEY], signed=True)


def seen(log: Row) -> Iterator[tuple[int, Role]]:
    """What a log is found by, as an index has it; but for its transaction."""
    rules = _rules().get(log[3])
    if rules is None:
        return
    topics, data = bytes(log[4]), bytes(log[5])
    words = topics + data
    if rules.table == _DEEDS and words[_WORD : 2 * _WORD] == _NOBODY:
        return  # made out when the asset was registered, which has a log of its own
    for role, place, address in rules.places:
        word = words[place]
        if len(word) == _WORD:
            yield key_of(word[_WORD - _ADDRESS :] if address else word), role
    if rules.table == _DERIVED:
        yield from ((key_of(parent), Role.SOURCE) for parent in _parents(rules.decoder, topics, data))


@dataclass(frozen=True, slots=True)
class _Rules:
    """How a kind's logs are read: its view, and where what is looked up stands.

    Attributes:
        table: the kind's view.
        decoder: makes rows of its logs.
        places: roles, where the words stand, and whether they are addresses.
    """

    table: str
    decoder: Decoder
    places: tuple[tuple[Role, slice, bool], ...]


@cache
def _rules() -> dict[int, _Rules]:
    found = {}
    for number, (_, kind) in numbered().items():
        if kind is None or kind.table not in _SEEN:
            continue
        words, types = places_of(kind), {column.name: column.type for column in kind.columns}
        places = tuple(
            (role, words[column], types[column] == "address") for column, role in _SEEN[kind.table].items()
        )
        found[number] = _Rules(kind.table, kind.decoder, places)
    return found


def _parents(decoder: Decoder, topics: bytes, data: bytes) -> set[bytes]:
    """The assets that a derivative was made from; none where nobody can read the log."""
    try:
        row = dict(zip((c.name for c in decoder.columns), decoder.row(topics, data), strict=True))
        return {bytes.fromhex(parent["assetId"][2:]) for parent in json.loads(row["parents"])}
    except (ValueError, KeyError):
        return set()
