"""Registering works and catalogues, and handing their deeds on."""

from dataclasses import dataclass, replace
from pathlib import Path

from licet.catalog import Catalog
from licet.chain.client import Receipt
from licet.documents import Work
from licet.errors import InputError, SignerError
from licet.fingerprint import Progress
from licet.fingerprint.codes import Code, codes_of, with_short
from licet.rights.registration import Origin, Registration
from licet.rights_holder.describing import UNNAMED, UNWATCHED, Describing, Neighbours, Shown
from licet.types import ZERO_HASH, Address, Hash32


@dataclass(frozen=True, slots=True)
class Registered:
    """An asset that was registered.

    Attributes:
        asset_id: its id.
        registration: what was said of it.
        receipt: the transaction that did it.
        neighbours: what others had registered before that is like it.
    """

    asset_id: Hash32
    registration: Registration
    receipt: Receipt
    neighbours: Neighbours = UNWATCHED


class Registering(Describing):
    """Registers works."""

    def register_work(
        self,
        path: str | Path,
        *,
        origin: Origin = Origin.UNSTATED,
        uri: str = "",
        document_hash: Hash32 = ZERO_HASH,
        shown: Shown = UNNAMED,
        progress: Progress | None = None,
    ) -> Registered:
        """Registers a single work by the SHA-256 of its bytes.

        Its metadata (`WorkDocument`) are published, with its ISCC; the event has their hash, and the ISCC in
        its URI.

        Args:
            path: the work's file; it is read, not published.
            origin: how the work came about.
            uri: where the work's document can be fetched, if not from the publisher's base URI.
            document_hash: the SHA-256 of a document of one's own, to be named in place of the metadata.
            shown: what the metadata say for people: a title, and a preview, which is published beside them.
            progress: called with the number of bytes read since the last call.

        Raises:
            InputError: the file cannot be read, or is empty.
            AssetAlreadyRegistered: this account has registered this work before.
        """
        described = self._describe(path, uri, document_hash, progress, shown)
        read = described.fingerprint
        neighbours = self._neighbours([(read.codes(), read.sha256)])
        registration = Registration(
            self.address,
            read.sha256,
            document_hash=described.document_hash,
            uri=described.uri,
            origin=origin,
        )
        return replace(self._register(registration), neighbours=neighbours)

    def register_catalog(
        self,
        catalog: Catalog,
        name: str,
        *,
        origin: Origin = Origin.UNSTATED,
        picture: str | Path | None = None,
    ) -> Registered:
        """Registers all works of a catalogue in one transaction, and publishes the list of them.

        Args:
            catalog: the works.
            name: the catalogue's title, for people.
            origin: how its works came about.
            picture: a picture's file, from which a preview of the catalogue is made and published.

        Raises:
            InputError: the file is no picture that can be read.
        """
        preview = None if picture is None else self._preview(Path(picture))
        if picture is not None and preview is None:
            raise InputError(f"{picture} is no picture: a preview is made of one")
        published = self._publisher.publish(catalog.document(name, preview))
        compared = ((_codes(work), work.sha256) for work in catalog.works if work.iscc or work.pdq)
        neighbours = self._neighbours(compared)
        registration = Registration(
            self.address,
            catalog.tree().root,
            works=len(catalog.works),
            document_hash=published.hash,
            uri=published.uri,
            origin=origin,
        )
        return replace(self._register(registration), neighbours=neighbours)

    def sign_registration(self, registration: Registration) -> bytes:
        """Signs a registration that somebody else will submit and pay for (`register_for`).

        Raises:
            SignerError: the registrant is another account, or the signer refuses.
        """
        if registration.registrant != self.address:
            raise SignerError(f"the registrant is {registration.registrant}, but {self.address} is to sign")
        registry = self._contracts.assets.address
        chain = self._contracts.chain
        return chain.signer_or_raise().sign_typed_data(registration.typed_data(chain.chain_id, registry))

    def register_for(self, registration: Registration, signature: bytes) -> Registered:
        """Submits a registration that its registrant signed; this account pays the gas."""
        receipt = self._contracts.assets.register_for(registration, signature)
        return Registered(registration.asset_id, registration, receipt)

    def transfer_deed(self, asset_id: Hash32, receiver: Address) -> Receipt:
        """Hands an asset's deed on; its standing offers lapse. Licenses sold before stay.

        Raises:
            NotDeedHolder: this account does not hold the deed.
        """
        self._check_holds(asset_id)
        return self._contracts.assets.transfer(asset_id, receiver)

    def pin_vault(self, asset_id: Hash32, vault: Address, resale_bps: int) -> Receipt:
        """Tells markets where a share of the deed's resale should go (ERC-2981).

        Args:
            asset_id: whose deed this account holds.
            vault: who should be paid; a derivative's is its own.
            resale_bps: of the price, basis points.

        Raises:
            NotDeedHolder: this account does not hold the deed.
            PayeeNotVault: the asset is a derivative with another vault.
        """
        return self._contracts.assets.pin_vault(asset_id, vault, resale_bps)

    def _register(self, registration: Registration) -> Registered:
        receipt = self._contracts.assets.register(registration)
        return Registered(registration.asset_id, registration, receipt)


def _codes(work: Work) -> tuple[Code, ...]:
    """What a work of a catalogue is compared by."""
    return with_short(codes_of([work.iscc] if work.iscc else [], work.pdq))
