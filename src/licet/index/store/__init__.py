"""The database of an index: an SQLite file, or PostgreSQL."""
