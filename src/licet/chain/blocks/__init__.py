"""Blocks as nodes give them: what the hash in a header binds is recomputed, and so need not be believed."""
