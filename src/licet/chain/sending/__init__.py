"""The one sender of an account's transactions: each is sent once, whatever happens to nodes and processes.

Whoever holds the `lease` takes the steps of `progress`, as the `policy` wants them. `reorgs` watches the
blocks that have something, `takers` finds who has a nonce, and `variants` signs.
"""
