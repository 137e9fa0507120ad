"""JSON-RPC with a node that may be wrong, broken or hostile.

`transport` asks and tries again, `batches` asks very much at once, and a `conversation` records what was
asked, and plays it back.
"""
