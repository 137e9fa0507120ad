"""Finding what a file is: registered as it is, or like something that is registered."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from licet.fingerprint import Progress
from licet.licensee.asking import Asking
from licet.licensee.lookup import Lookup

if TYPE_CHECKING:
    from licet.fingerprint.likeness import Fingerprint
    from licet.similarity import NearMatch, SimilarWorks


@dataclass(frozen=True, slots=True)
class Resemblance:
    """What a file is, and what it is like.

    Attributes:
        file: the file.
        fingerprint: what it is compared by.
        exact: the claims to its very bytes.
        near: other registered works that are like it, nearest first.
    """

    file: Path
    fingerprint: "Fingerprint"
    exact: Lookup
    near: "tuple[NearMatch, ...]"


class Finding(Asking):
    """Looks works up by what they are like."""

    def find(
        self, file: str | Path, similar: "SimilarWorks", progress: Progress | None = None
    ) -> Resemblance:
        """Who claims a file, and which registered works are like it.

        Args:
            file: it is read, not published.
            similar: the index, as it is: `similar.update()` takes in what was registered since.
            progress: called with the number of bytes read since the last call.

        Raises:
            InputError: the file or the index cannot be read.
            IndexDamaged: the index has to be built again, by `similar.update()`.
        """
        from licet.fingerprint.likeness import fingerprint
        from licet.fingerprint.match import Likeness

        file = Path(file)
        read = fingerprint(file, progress)
        (exact,) = self.lookup([read.sha256])
        claimed = {claim.asset_id for claim in exact.claims}
        near = tuple(
            match
            for match in similar.find(read.codes(), read.sha256)
            if match.asset_id not in claimed or match.likeness is not Likeness.IDENTICAL
        )
        return Resemblance(file, read, exact, near)
