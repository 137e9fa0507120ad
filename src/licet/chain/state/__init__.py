"""What the chain's state has at one block, very much of it at a time.

`reading` believes a node, which runs `programs` that read for it; `proofs` shows each word against the root
in a header.
"""
