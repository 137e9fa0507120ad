"""What stands in the database of an index: tables, the views that decode logs, and what one write adds."""
