"""The database of an index, in an SQLite file or in PostgreSQL."""
