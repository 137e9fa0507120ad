"""The chain followed block by block: asked of several nodes, checked, and turned into rows."""
