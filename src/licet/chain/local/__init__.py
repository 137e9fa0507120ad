"""Local chains, for development and tests: a node, and the accounts that such nodes give away."""
