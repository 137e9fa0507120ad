"""What all parts of the role share: the contracts, documents of others', and a place for own ones."""

from typing import Final

from licet.contracts import Contracts
from licet.contracts.terms import LicenseTerms, terms_of
from licet.documents import Document, Library, Published, Publisher
from licet.errors import InputError
from licet.licensee.lookup import Finder
from licet.types import ZERO_HASH, Hash32


class Account:
    """A licensee's account, which is the chain's signer. Looking up and checking need none."""

    def __init__(self, contracts: Contracts, library: Library, publisher: Publisher | None = None) -> None:
        """An account that acts, or somebody who only looks.

        Args:
            contracts: of one deployment.
            library: where others' documents are found.
            publisher: where usage logs and evidence go; not needed for anything else.
        """
        self._contracts: Final = contracts
        self._library: Final = library
        self._publisher: Final = publisher
        self._finder: Final = Finder(contracts, library)

    def terms(self, license_id: Hash32) -> LicenseTerms:
        """A license's grant and conditions, which prove all that it was sold on.

        Raises:
            LicenseUnknown: no license of this id was sold; a sublicense was granted.
            UnexpectedAnswer: its terms cannot be read, or do not lead to this id.
            DocumentMissing: its offer was not published on chain, and the library has not its document.
        """
        return terms_of(self._contracts, license_id, self._library)

    def _publish(self, document: Document) -> Published:
        if self._publisher is None:
            raise InputError("this is published: name a folder to publish into")
        return self._publisher.publish(document)

    def _shown(self, evidence: Document | None) -> tuple[Hash32, str]:
        """Publishes evidence; its hash and URI."""
        if evidence is None:
            return ZERO_HASH, ""
        published = self._publish(evidence)
        return published.hash, published.uri
