"""Derivatives: works made from others' works, whose makers' licensors share in the income."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from pathlib import Path

from licet.chain.client import Receipt
from licet.contracts.income import derivative_of
from licet.contracts.terms import LicenseTerms, grant_of
from licet.documents import PayeeShare, SplitDocument
from licet.errors import InputError
from licet.fingerprint import Progress
from licet.rights.conditions import WHOLE_BPS
from licet.rights.derivation import Derivation, DerivativeApproval, Parent
from licet.rights.registration import Origin, Registration
from licet.rights_holder.account import content_of, is_file
from licet.rights_holder.describing import Describing
from licet.rights_holder.offering import Offering, PublishedSplit
from licet.trees.hashing import parse_address
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, parse_hash


@dataclass(frozen=True, slots=True)
class RegisteredDerivative:
    """A derivative that was registered.

    Attributes:
        asset_id: its id.
        registration: what was said of it.
        derivation: what it was made from.
        split: its vault, which every offer of it must name as payee; None where it has sources alone.
        receipt: the transaction that registered it.
    """

    asset_id: Hash32
    registration: Registration
    derivation: Derivation
    split: PublishedSplit | None
    receipt: Receipt

    @property
    def vault(self) -> Address:
        """The address of its vault; the zero address where it has none."""
        return self.split.vault if self.split else ZERO_ADDRESS


def derivative_split(parents: Iterable[LicenseTerms], shares: Iterable[PayeeShare]) -> SplitDocument:
    """The split of a derivative: each parent's payee gets what its license asks, the others share the rest.

    Args:
        parents: the licenses that the derivative is made under; what one payee's ask together adds up.
        shares: of the others, in any unit.

    Raises:
        InputError: the parents ask for more than the whole, or what they leave is nobody's.
    """
    asked: dict[Address, int] = {}
    for terms in parents:
        payee, bps = terms.grant.offer.payee, terms.conditions.royalty_bps
        if bps:
            asked[payee] = asked.get(payee, 0) + bps
    own = list(shares)
    left, whole = WHOLE_BPS - sum(asked.values()), sum(entry.share for entry in own)
    if left < 0:
        raise InputError(
            f"the licenses ask {sum(asked.values())} basis points in all, more than the whole ({WHOLE_BPS}): "
            "derive from fewer works, or agree on lower royalties"
        )
    if left and not whole:
        raise InputError(
            f"the licenses ask {sum(asked.values())} basis points in all: name who shares in the other {left}"
        )
    if own and not left:
        raise InputError("the licenses ask for the whole income: nothing is left for others to share")
    # Exact in integers: parents get bps parts of `whole` each, the others `left` parts of their own share.
    upward = [PayeeShare(payee, bps * (whole or 1)) for payee, bps in asked.items()]
    entries = [*upward, *(PayeeShare(e.payee, e.share * left, e.name) for e in own)]
    common = gcd(*(entry.share for entry in entries)) or 1
    return SplitDocument.of(PayeeShare(e.payee, e.share // common, e.name) for e in entries)


class Deriving(Offering, Describing):
    """Registers derivatives, and approves of others'."""

    def register_derivative(
        self,
        work: str | Path,
        licenses: Sequence[LicenseTerms | Hash32],
        shares: Iterable[PayeeShare] = (),
        *,
        approvals: Mapping[Hash32, bytes] | None = None,
        sources: Sequence[Hash32] = (),
        origin: Origin = Origin.UNSTATED,
        uri: str = "",
        document_hash: Hash32 = ZERO_HASH,
        progress: Progress | None = None,
    ) -> RegisteredDerivative:
        """Registers a work of this account's that was made from others'.

        Its income goes to one vault, in which each parent's payee holds what its license asks. That vault's
        split is published first: nothing is sent before the chain was asked whether the registration holds.

        Args:
            work: its file, or its SHA-256.
            licenses: those to derive that it is made under, which this account holds, at most 16: their
                terms, or their ids where the library has the offers.
            shares: who else shares in the income, in any unit: the parents' royalties come on top.
            approvals: by license id, the signatures of parents' holders, where the conditions ask for them.
            sources: licenses of this account's that a model or tool was made or used under, at most 64.
            origin: how the work came about.
            uri: where the work's document can be fetched, if not from the publisher's base URI.
            document_hash: the SHA-256 of a document of one's own, to be named in place of the metadata, which
                are published where the work is given as a file.
            progress: called with the number of bytes read since the last call.

        Raises:
            InputError: there are neither licenses nor sources, or too many, or the shares are not possible.
            LicenseUnknown, DocumentMissing: the terms of a license are not to be found.
            Reverted: a parent does not allow it, as the exception's class says.
        """
        parents = [self._terms(entry) for entry in licenses]
        if is_file(work):
            described = self._describe(work, uri, document_hash, progress)
            content, document_hash, uri = (
                described.fingerprint.sha256,
                described.document_hash,
                described.uri,
            )
        else:
            content = content_of(work)
        registration = Registration(
            self.address, content, document_hash=document_hash, uri=uri, origin=origin
        )
        split = derivative_split(parents, shares) if parents else None
        derivation = _derivation(parents, split, approvals or {}, sources)
        self._contracts.assets.check_derivative(registration, derivation)
        published = self.publish_split(split, derivation.lineage) if split else None
        receipt = self._contracts.assets.register_derivative(registration, derivation)
        return RegisteredDerivative(registration.asset_id, registration, derivation, published, receipt)

    def approve_derivative(self, license_id: Hash32, work: str | Path, registrant: Address) -> bytes:
        """Signs that a work may be registered as derived under a license whose conditions ask for approval.

        Args:
            license_id: of a work whose deed this account holds.
            work: the derivative's file, or its SHA-256.
            registrant: who will register it.

        Raises:
            LicenseUnknown: no license has this id.
            NotDeedHolder: this account does not hold the deed of the work licensed.
        """
        self._check_holds(grant_of(self._contracts, license_id).offer.asset_id)
        chain = self._contracts.chain
        approval = DerivativeApproval(license_id, content_of(work), parse_address(registrant, "registrant"))
        message = approval.typed_data(chain.chain_id, self._contracts.assets.address)
        return chain.signer_or_raise().sign_typed_data(message)

    def refresh_parents(self, asset_id: Hash32) -> Receipt:
        """Takes a derivative's parents' licenses as they are now: renewed ones let it sell for longer.

        Raises:
            InputError: the asset is no derivative.
        """
        registered = derivative_of(self._contracts, parse_hash(asset_id, "asset id"))
        license_ids = [line.license_id for line in registered.parents]
        return self._contracts.assets.refresh_parents(asset_id, registered.split, license_ids)


def _derivation(
    parents: Iterable[LicenseTerms],
    split: SplitDocument | None,
    approvals: Mapping[Hash32, bytes],
    sources: Sequence[Hash32],
) -> Derivation:
    tree = split.tree() if split else None
    proven = []
    for terms in parents:
        asks = terms.conditions.royalty_bps and tree
        proof = tree.proof(terms.grant.offer.payee) if tree and asks else None
        approval = approvals.get(terms.license_id, b"")
        if terms.conditions.approval and not approval:
            raise InputError(
                f"license {terms.license_id} asks for the approval of its work's holder: have them sign one "
                "for this work, and pass it on"
            )
        proven.append(Parent(terms.grant, terms.conditions, proof, approval))
    return Derivation(tree.root if tree else ZERO_HASH, tuple(proven), tuple(sources))
