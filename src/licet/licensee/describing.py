"""Describing what is licensed: for a data set's metadata, and for the public summary that the EU asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from licet.contracts.currency import Currency
from licet.contracts.events import AssetRegistered
from licet.contracts.licenses import PERPETUAL, License
from licet.contracts.publications import catalog_document, registration
from licet.contracts.terms import conditions_of
from licet.documents import PayeeShare, TermsDocument, Work
from licet.errors import DocumentError, InputError, LicenseUnknown
from licet.licensee.asking import Asking
from licet.licensee.holding import Held
from licet.rights.conditions import Conditions
from licet.rights.eu_summary import LicensedItem, Modality, Summary, modalities_of, summary
from licet.rights.formats.croissant import DataSet, media_type
from licet.rights.offer import Kind, Offer
from licet.rights.terms import Place, Terms
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Asset:
    """What is known of an asset: its name, the number of its works, and of which modalities they are."""

    name: str
    works: int
    modalities: tuple[Modality, ...]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an account's licenses permit.

    Attributes:
        holder: the account's IRI.
        time: when that was so, unix seconds.
        licensed: what each license is of, and its terms.
        left_out: how many licenses there are besides: sublicenses, whose terms are their parents', and those
            whose documents are not to be found.
    """

    holder: str
    time: int
    licensed: tuple[tuple[DataSet, Terms], ...]
    left_out: int


class Describing(Asking):
    """Describes the licenses that an account holds."""

    def summary(
        self, holder: Address | None = None, modalities: Mapping[Hash32, tuple[Modality, ...]] | None = None
    ) -> Summary:
        """The section on licensed datasets of the EU's public summary of training content.

        Licenses that have ended count too. What a catalogue is called, and of which modalities its works are,
        is known where its document is.

        Args:
            holder: whose licenses; this account's if not given.
            modalities: of assets, where the endings of their works' ids do not tell, or tell wrongly.

        Raises:
            InputError: a modality is named of an asset of which there is no license.
        """
        chain = self._contracts.chain
        holder = chain.account if holder is None else parse_address(holder, "holder")
        held, stated = self.licenses(holder), modalities or {}
        if unknown := set(stated) - {each.asset_id for each in held}:
            raise InputError(
                f"{holder} holds no license of the asset {min(unknown)}: state no modality of it"
            )
        assets = {asset_id: self._asset(asset_id) for asset_id in {each.asset_id for each in held}}
        assets |= {
            asset_id: replace(assets[asset_id], modalities=named) for asset_id, named in stated.items()
        }
        items = [self._item(each, assets[each.asset_id]) for each in held]
        return summary(items, self._place.account(holder), chain.block().timestamp)

    def agreement(self, license_id: Hash32) -> Terms:
        """All that a license was sold on, as the agreement that it is.

        Raises:
            LicenseUnknown: no license of this id was sold; a sublicense was granted.
            UnexpectedAnswer: its terms cannot be read, or do not lead to this id.
            DocumentError: its rights document, or its offer's conditions, are not to be found.
            InputError: the rights document does not permit what the offer does.
        """
        known = self.terms(license_id)
        slot = self._contracts.licenses.license(known.license_id)
        terms = self._terms_of(known.grant.offer, known.conditions)
        return terms.granted(self._place.account(slot.holder), _last_second(slot))

    def library(self, holder: Address | None = None) -> Holdings:
        """All that an account's licenses permit now, as data sets with their terms.

        Args:
            holder: whose licenses; this account's if not given.
        """
        holder = self._contracts.chain.account if holder is None else parse_address(holder, "holder")
        now = self._contracts.chain.block().timestamp
        found, left_out = [], 0
        for held in self.licenses(holder):
            if held.license.revoked or held.license.expires <= now:
                continue
            try:
                found.append((self.data_set(held.license_id), self.agreement(held.license_id)))
            except (DocumentError, LicenseUnknown, InputError):
                left_out += 1
        return Holdings(self._place.account(holder), now, tuple(found), left_out)

    def offered(self, asset_id: Hash32) -> tuple[Terms, ...]:
        """The terms of all offers on an asset that would sell now, cheapest first.

        Raises:
            AssetNotRegistered: no asset has this id.
            DocumentError: a rights document, or an offer's conditions, are not to be found.
            InputError: a rights document does not permit what its offer does.
        """
        return tuple(self.terms_of_offer(standing.offer) for standing in self.offers(asset_id))

    def terms_of_offer(self, offer: Offer) -> Terms:
        """The terms of an offer, whether it sells or not. Raises as `offered`."""
        return self._terms_of(offer, conditions_of(self._contracts, offer, self._library))

    def data_set(self, license_id: Hash32) -> DataSet:
        """The asset that a license is of, as a data set. Raises as `agreement`."""
        offer = self.terms(license_id).grant.offer
        registered = registration(self._contracts, offer.asset_id)
        document = self.rights_document(offer)
        name, works = self._works(registered)
        on_the_web = registered.uri.partition(":")[0].lower() in ("http", "https")
        return DataSet(
            asset=self._place.asset(registered.asset_id),
            name=name or document.title or registered.asset_id,
            published=self._contracts.chain.block(registered.log.block_number).timestamp,
            creator=self._place.account(registered.registrant),
            creator_name=_name_of(registered.registrant, document.payees),
            works=works,
            terms=offer.terms_hash,
            document=registered.document_hash if registered.works else None,
            uri=registered.uri if registered.works and on_the_web else "",
        )

    def rights_document(self, offer: Offer) -> TermsDocument:
        """An offer's rights document.

        Raises:
            DocumentError: it is not to be found, or is none.
        """
        return TermsDocument.from_bytes(self._library.get(offer.terms_hash, offer.terms_uri))

    def _terms_of(self, offer: Offer, conditions: Conditions) -> Terms:
        free = offer.kind is Kind.FREE
        decimals = 0 if free else Currency(self._contracts.chain, offer.currency).decimals()
        return Terms.of_offer(offer, conditions, self.rights_document(offer), self._place, decimals)

    def _asset(self, asset_id: Hash32) -> _Asset:
        registered = registration(self._contracts, asset_id)
        try:
            name, works = self._works(registered)
        except DocumentError:  # the summary is of what is licensed, also where nobody has its list
            return _Asset("", registered.works, ())
        kinds = {media_type(work.id) for work in works} if registered.works else set()
        return _Asset(name, len(works), modalities_of(kinds))

    def _item(self, held: Held, asset: _Asset) -> LicensedItem:
        offer, slot = held.grant.offer, held.license
        licensor = held.grant.licensee if slot.sublicense else offer.licensor
        try:
            payees = self.rights_document(offer).payees
        except DocumentError:
            payees = ()
        return LicensedItem(
            license_id=held.license_id,
            asset=self._place.asset(held.asset_id),
            title=asset.name,
            works=asset.works,
            licensor=self._place.account(licensor),
            licensor_name=_name_of(licensor, payees),
            uses=slot.uses,
            since=slot.sold_on * _DAY,
            until=_last_second(slot),
            paid=offer.kind is not Kind.FREE and not slot.sublicense,
            modalities=asset.modalities,
            revoked=slot.revoked,
        )

    def _works(self, registered: AssetRegistered) -> tuple[str, tuple[Work, ...]]:
        if not registered.works:
            return "", (Work(registered.content[2:], registered.content),)
        document = catalog_document(registered, self._library)
        return document.name, document.works

    @property
    def _place(self) -> Place:
        return Place(self._contracts.chain.chain_id, self._contracts.assets.address)


def _last_second(slot: License) -> int:
    return 0 if slot.expires == PERPETUAL else slot.expires - 1


def _name_of(address: Address, payees: tuple[PayeeShare, ...]) -> str:
    """What somebody is called among the payees, if they are one."""
    return next((entry.name for entry in payees if entry.payee == address and entry.name), "")
