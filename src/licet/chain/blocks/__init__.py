"""Blocks as nodes give them: what a header's hash binds is recomputed, and so need not be believed.

`asking` asks for headers and receipts in the forms that `headers` and `raw` have; `receipts` leads logs to
the root in a header, by `tries` of `rlp`.
"""
