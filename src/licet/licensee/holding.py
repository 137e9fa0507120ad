"""Holding licenses: which ones, on what terms, what they permit, and sharing them by sublicense."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from licet.chain.client import Receipt
from licet.chain.compiled.abi import log_topic
from licet.contracts import events
from licet.contracts.licenses import License
from licet.contracts.publications import registration
from licet.contracts.terms import grant_behind, grant_of
from licet.errors import UnexpectedAnswer, reverted
from licet.licensee.account import Account
from licet.rights.offer import license_id as sublicense_id
from licet.rights.offer import new_salt
from licet.rights.order import Grant
from licet.rights.uses import Use
from licet.trees.catalog import CatalogProof
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32, parse_hash


@dataclass(frozen=True, slots=True)
class Held:
    """A license that an account holds.

    Attributes:
        license_id: its id.
        grant: what proves its terms; for a sublicense, those of the license that it was granted under.
        license: its slot on chain.
    """

    license_id: Hash32
    grant: Grant
    license: License

    @property
    def asset_id(self) -> Hash32:
        """The asset that it is of."""
        return self.grant.offer.asset_id


@dataclass(frozen=True, slots=True)
class Sublicense:
    """A sublicense that was granted.

    Attributes:
        license_id: its id.
        parent_id: the license that it was granted under; it permits nothing without that.
        licensee: who received it, and keeps it.
        uses: what it permits.
        expires: unix second from which it permits nothing.
        receipt: the transaction.
    """

    license_id: Hash32
    parent_id: Hash32
    licensee: Address
    uses: Use
    expires: int
    receipt: Receipt


class Holding(Account):
    """Holds licenses, and proves what they permit."""

    def licenses(self, holder: Address | None = None) -> tuple[Held, ...]:
        """The licenses that an account holds, expired ones too; this account's if not given.

        Anybody can give anybody a license: one on terms that cannot be read is left out.
        """
        holder = self._contracts.chain.account if holder is None else parse_address(holder)
        ids = dict.fromkeys(
            event.license_id
            for event in events.read(
                self._contracts.chain,
                events.LicenseTransferred,
                [self._contracts.licenses.address],
                [None, log_topic(holder)],
                from_block=self._contracts.deployment.block,
            )
        )
        slots = {license_id: self._contracts.licenses.license(license_id) for license_id in ids}
        held = []
        for license_id, slot in slots.items():
            if slot.holder == holder:
                with contextlib.suppress(UnexpectedAnswer):
                    held.append(Held(license_id, grant_behind(self._contracts, license_id), slot))
        return tuple(held)

    def grant(self, license_id: Hash32) -> Grant:
        """What a license's id is the hash of, from the record of its sale.

        Raises:
            LicenseUnknown: no license of this id was sold; a sublicense was granted.
            UnexpectedAnswer: its terms cannot be read, or do not lead to this id.
        """
        return grant_of(self._contracts, license_id)

    def permits(self, license_id: Hash32, uses: Use, item: str | Path | None = None) -> bool:
        """Whether a license permits all of `uses` now, as the chain answers.

        Args:
            license_id: the license.
            uses: what is to be done.
            item: with what: a file, a SHA-256, an asset or a catalogue's work id; if not given, with the
                asset that the license is of.

        Raises:
            LicenseUnknown: no license has this id.
            InputError: the item is neither a file nor a known id.
        """
        license_id = parse_hash(license_id, "license id")
        grant, licenses = grant_behind(self._contracts, license_id), self._contracts.licenses
        # Of a sublicense, the terms speak of the license that it stands on: both must permit.
        if (item is None or grant.license_id != license_id) and not licenses.permits(license_id, uses):
            return False
        if item is None:
            return True
        lookup = self._finder.lookup([item])[0]
        if lookup.asset_id is not None:
            return licenses.permits_asset(grant, uses, lookup.asset_id)
        return lookup.content is not None and self._permits_work(grant, uses, lookup.content)

    def _permits_work(self, grant: Grant, uses: Use, content: Hash32) -> bool:
        registered = registration(self._contracts, grant.offer.asset_id)
        proof = CatalogProof((), 0)
        if registered.works:
            found = self._finder.proof(registered.asset_id, content)
            if found is None:
                return False
            proof = found
        licenses = self._contracts.licenses
        return licenses.permits_work(grant, uses, content, registered.registrant, proof)

    def transfer(self, license_id: Hash32, receiver: Address) -> Receipt:
        """Hands a license on, for good; whom its holder named to report its use are named no longer.

        Args:
            license_id: a license that this account holds.
            receiver: who holds it from now on.

        Raises:
            LicenseUnknown: no license has this id.
            NotLicensee: this account does not hold it.
            LicenseNotTransferable: it is bound to its licensee.
        """
        license_id, licenses = parse_hash(license_id, "license id"), self._contracts.licenses
        account, holder = self._contracts.chain.account, licenses.license(license_id).holder
        if holder != account:
            facts = {"licenseId": license_id, "caller": account, "holder": holder}
            raise reverted("NotLicensee", facts)
        return licenses.transfer(license_id, parse_address(receiver, "receiver"))

    def sublicense(
        self,
        license_id: Hash32,
        licensee: Address,
        uses: Use | None = None,
        *,
        expires: int | None = None,
        salt: Hash32 | None = None,
    ) -> Sublicense:
        """Grants somebody a sublicense under a license that this account holds, for nothing.

        Args:
            license_id: the license, whose conditions must allow it.
            licensee: who receives it.
            uses: what it permits; all that the license does if not given.
            expires: unix second from which it permits nothing; when the license expires if not given.
            salt: tells several grants to one licensee apart; random if not given.

        Raises:
            LicenseUnknown, DocumentMissing: the license's terms are not to be found.
            NotSublicensable: its conditions allow none.
            NotLicensee: this account does not hold it.
            SublicenseTooWide: the license permits less, or ends sooner.
        """
        terms, licenses = self.terms(license_id), self._contracts.licenses
        slot = licenses.license(terms.license_id)
        licensee = parse_address(licensee, "licensee")
        uses = slot.uses if uses is None else uses
        expires = slot.expires if expires is None else expires
        salt = salt or new_salt()
        receipt = licenses.grant_sublicense(terms.grant, terms.conditions, licensee, uses, expires, salt)
        granted = sublicense_id(terms.license_id, licensee, salt)
        return Sublicense(granted, terms.license_id, licensee, uses, expires, receipt)
