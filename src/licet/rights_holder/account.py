"""What all parts of the role share: the account, the contracts, and where documents go and come from."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from licet.contracts import Contracts
from licet.contracts.terms import LicenseTerms, terms_of
from licet.documents import Library, Publisher
from licet.errors import reverted
from licet.fingerprint import Progress, sha256_file
from licet.types import Address, Hash32, parse_hash

if TYPE_CHECKING:
    from licet.similarity import SimilarWorks


class Account:
    """A rights holder's account, which is the chain's signer."""

    def __init__(
        self,
        contracts: Contracts,
        publisher: Publisher,
        library: Library | None = None,
        similar: "SimilarWorks | None" = None,
    ) -> None:
        """An account that acts.

        Args:
            contracts: of one deployment, for the account.
            publisher: where documents go; its folder must be served, or handed on, for others to read them.
            library: where others' documents are found; the publisher's folder if not given.
            similar: the index of what is registered, to be warned of works that are like one's own; without
                it there are no warnings.
        """
        self._contracts: Final = contracts
        self._publisher: Final = publisher
        self._library: Final = library or Library([publisher.directory])
        self._similar: Final = similar

    @property
    def address(self) -> Address:
        """The rights holder's account."""
        return self._contracts.chain.account

    def _terms(self, entry: LicenseTerms | Hash32) -> LicenseTerms:
        """A license's terms, found by its id if need be."""
        if isinstance(entry, LicenseTerms):
            return entry
        return terms_of(self._contracts, entry, self._library)

    def _check_holds(self, asset_id: Hash32) -> None:
        """Makes sure that this account holds a deed.

        Raises:
            NotDeedHolder: it does not.
        """
        holder = self._contracts.assets.deed(asset_id).holder
        if holder != self.address:
            raise reverted("NotDeedHolder", {"caller": self.address, "holder": holder, "assetId": asset_id})

    def _uri(self, uri: str) -> str:
        """A document's URI as it goes on chain: one that only repeats the hash would cost gas for nothing."""
        return uri if self._publisher.base_uri else ""


def content_of(work: str | Path, progress: Progress | None = None) -> Hash32:
    """A work's SHA-256: of its file, or as it was given.

    Raises:
        InputError: it is neither a file that can be read nor 64 hex digits.
    """
    if is_file(work):
        return sha256_file(work, progress)
    return parse_hash(str(work), "file, and no SHA-256")


def is_file(work: str | Path) -> bool:
    """Whether a work is named by its file; else it is by its SHA-256."""
    return isinstance(work, Path) or Path(work).exists()
