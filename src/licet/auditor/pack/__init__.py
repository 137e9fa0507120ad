"""Packs: an audit and its evidence as one file, from which anybody makes the audit again.

`packing` makes and checks them; `archive` is the file, to the byte, `documents` what the audit read of those.
"""

from licet.auditor.pack.packing import Pack, make_pack, verify_pack

__all__ = ["Pack", "make_pack", "verify_pack"]
