"""RSL 1.0: written, read, checked by its schema, and found on the web."""
