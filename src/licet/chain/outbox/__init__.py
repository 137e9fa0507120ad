"""What is to be sent, kept in one SQLite file before any node has it."""
