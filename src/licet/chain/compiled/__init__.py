"""The contracts as the compiler made them.

`artifacts` ships their interfaces and byte code, `abi` encodes and decodes by an interface (`words` the
simple part of it, much faster), and `slots` says where contracts keep what.
"""
