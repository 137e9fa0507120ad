"""Local chains, for development and tests: a node, and the accounts that such nodes give away.

`node` runs one of the `engines` for as long as the process that started it, by way of the `watchdog`.
"""
