"""The tables of a gateway's journal, as SQLite takes them; `database` spells them for PostgreSQL."""

from typing import Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS payments (
    token TEXT NOT NULL,
    payer TEXT NOT NULL,
    nonce TEXT NOT NULL,
    url TEXT NOT NULL,
    amount TEXT NOT NULL,
    payee TEXT NOT NULL,
    identifier TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    tx_hash TEXT,
    block_number INTEGER,
    block_hash TEXT,
    served_at INTEGER,
    lost_at INTEGER,
    submission TEXT NOT NULL,
    holder TEXT,
    held_until INTEGER NOT NULL,
    PRIMARY KEY (token, payer, nonce)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS payments_by_block ON payments (block_number);
CREATE INDEX IF NOT EXISTS payments_not_settled ON payments (taken_at) WHERE tx_hash IS NULL;
CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY,
    token TEXT NOT NULL,
    payer TEXT NOT NULL,
    nonce TEXT NOT NULL,
    time INTEGER NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    receipt BLOB NOT NULL,
    batch INTEGER,
    UNIQUE (token, payer, nonce)
);
CREATE INDEX IF NOT EXISTS records_by_batch ON records (batch, number);
CREATE INDEX IF NOT EXISTS records_in_no_batch ON records (time) WHERE batch IS NULL;
CREATE TABLE IF NOT EXISTS batches (
    number INTEGER PRIMARY KEY,
    root TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    tx_hash TEXT,
    block_number INTEGER,
    block_hash TEXT
);
CREATE TABLE IF NOT EXISTS watched (
    id INTEGER PRIMARY KEY,
    block INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS deployment (
    id INTEGER PRIMARY KEY,
    chain_id INTEGER NOT NULL,
    usage_ledger TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS senders (
    account TEXT PRIMARY KEY,
    outbox TEXT NOT NULL,
    seen_at INTEGER NOT NULL
);
"""
