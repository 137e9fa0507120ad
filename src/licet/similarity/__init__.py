"""The similarity index of one deployment's registered works, fed from the chain and the documents.

A work's likeness stands in its metadata document, whose hash is in the event, and in the event's URI; that of
a catalogue's works in its document. Whoever registers writes both: a wrong code hides a work, or shows a
false neighbour, and proves nothing. The index says where to look; the files decide.
"""

from licet.similarity.works import MAX_NEAR, NearMatch, SimilarWorks

__all__ = ["MAX_NEAR", "NearMatch", "SimilarWorks"]
