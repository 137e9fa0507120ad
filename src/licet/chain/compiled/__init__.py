"""The contracts as they are compiled: interface, byte code, and where they keep what."""
