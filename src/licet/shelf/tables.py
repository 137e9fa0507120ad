"""The tables of a shelf."""

from typing import Final

SCHEMA: Final = 2
"""The form of the tables; a shelf of another one is made anew."""

LONGEST_BEGINNING: Final = 6
"""Of how many letters of a word's beginning the search keeps where they are."""

_BEGINNINGS: Final = " ".join(map(str, range(1, LONGEST_BEGINNING + 1)))

TABLES: Final = (
    "CREATE TABLE about (schema INTEGER, chain_id TEXT, genesis BLOB, registry BLOB)",
    # The last block whose logs are here, and the first one of the index.
    "CREATE TABLE cursor (block INTEGER, hash BLOB)",
    "CREATE TABLE assets (number INTEGER PRIMARY KEY, asset_id BLOB UNIQUE, registrant BLOB, content BLOB, "
    "works INTEGER, document_hash BLOB, uri TEXT, block INTEGER, log_index INTEGER, title TEXT, "
    "media_type TEXT, preview BLOB, preview_type TEXT, read INTEGER)",
    "CREATE INDEX assets_content ON assets (content)",
    "CREATE INDEX assets_unread ON assets (document_hash) WHERE read = 0",
    "CREATE INDEX assets_catalogs ON assets (number) WHERE works > 0",
    "CREATE INDEX assets_singles ON assets (number) WHERE works = 0",
    "CREATE TABLE works (asset INTEGER, position INTEGER, id TEXT, sha256 BLOB, "
    "PRIMARY KEY (asset, position)) WITHOUT ROWID",
    "CREATE INDEX works_sha256 ON works (sha256)",
    "CREATE TABLE seen (key INTEGER, role INTEGER, block INTEGER, log_index INTEGER, "
    "PRIMARY KEY (key, role, block, log_index)) WITHOUT ROWID",
    "CREATE TABLE documents (hash BLOB PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE offers (offer_hash BLOB, document_hash BLOB, asset_id BLOB, "
    "PRIMARY KEY (offer_hash, document_hash)) WITHOUT ROWID",
    "CREATE INDEX offers_asset ON offers (asset_id)",
    # What offers are found by: `source` is a signed one's document, or empty; a price has 32 bytes.
    "CREATE TABLE offered (offer_hash BLOB, source BLOB, asset_id BLOB, asset INTEGER, epoch INTEGER, "
    'uses INTEGER, currency BLOB, price BLOB, "end" INTEGER, block INTEGER, '
    "PRIMARY KEY (offer_hash, source))",
    "CREATE INDEX offered_asset ON offered (asset)",
    "CREATE INDEX offered_waiting ON offered (asset_id) WHERE asset IS NULL",
    "CREATE TABLE cancelled (offer_hash BLOB, block INTEGER, PRIMARY KEY (offer_hash, block)) WITHOUT ROWID",
    # Each raised its deed's epoch by one.
    "CREATE TABLE epochs (asset_id BLOB, block INTEGER, log_index INTEGER, "
    "PRIMARY KEY (asset_id, block, log_index)) WITHOUT ROWID",
    # Only where words stand is kept; what they stand in is in the other tables.
    "CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=none, columnsize=0, tokenize='ascii', "
    f"prefix='{_BEGINNINGS}')",
)

CATALOG: Final = "\ue000"
"""What stands in the words of a catalogue's title besides, and in no text: that tells it from works."""

_SHIFT: Final = 32


def row_of(asset: int, position: int | None = None) -> int:
    """The row that the words of an asset's title have, or of the id of a work in its catalogue."""
    return asset << _SHIFT | (0 if position is None else position + 1)


def of_row(row: int) -> tuple[int, int | None]:
    """The asset, and the work's position, of a row."""
    position = row & ((1 << _SHIFT) - 1)
    return row >> _SHIFT, position - 1 if position else None
