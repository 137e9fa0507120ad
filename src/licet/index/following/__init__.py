"""The chain, followed block by block: what several nodes say, checked, and turned into rows."""
