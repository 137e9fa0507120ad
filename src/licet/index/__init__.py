"""The index: all events of a deployment in a database of one's own, proven complete."""

from licet.index.index import Index, IndexState

__all__ = ["Index", "IndexState"]
