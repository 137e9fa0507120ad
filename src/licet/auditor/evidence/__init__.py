"""The evidence: where logs and state are read, and what shows that none of them is missing or false.

`sources` chooses between a node, an index and proofs; `records` and `proven` read the logs, `history` puts
them in order and compares them with the contracts' heads, `conditions` finds what offers name by hash alone.
"""
