"""Use: what was reported of it, whether the records at hand lead to the same, and what was charged for it."""
