"""What stands in the database of an index: tables and views, and what goes into them together."""
