"""Disputes: of others' deeds, of works in their catalogues, of licenses of one's own works; and contests."""

from pathlib import Path

from licet.chain.client import Receipt
from licet.contracts import events
from licet.contracts.cases import Cases, OpenedCase
from licet.contracts.publications import catalog_document, registration, statement_of
from licet.contracts.terms import LicenseTerms
from licet.documents import EvidenceDocument
from licet.errors import InputError, reverted
from licet.rights.statement import Statement
from licet.rights_holder.account import content_of
from licet.rights_holder.stating import Released, Stating
from licet.trees.hashing import parse_address
from licet.types import ZERO_HASH, Address, Hash32, parse_hash


class Disputing(Stating):
    """Opens cases, answers them, and takes what they leave."""

    def dispute_asset(
        self, asset_id: Hash32, claim_id: Hash32, payee: Address, evidence: EvidenceDocument | None = None
    ) -> OpenedCase:
        """Disputes a deed: its content is this account's, who registered it too.

        From now on its sales are paid into escrow, unless its holder stakes a bond. The bond and the
        arbitrator's fee are paid in native coin (`DisputeDesk.opening_cost`).

        Args:
            asset_id: the deed disputed.
            claim_id: this account's own deed to the content.
            payee: who gets what is escrowed, if the claim is upheld: as a rule the vault of that deed.
            evidence: what the claim rests on; it is published.

        Raises:
            ClaimInvalid: this account does not hold the deed that it claims on.
            AssetAlreadyDefeated: the deed has lost a dispute.
        """
        desk = self._contracts.disputes
        receipt = desk.dispute_asset(
            asset_id, claim_id, parse_address(payee, "payee"), *self._shown(evidence)
        )
        event = events.logged(events.AssetDisputed, receipt, desk.address)
        return OpenedCase(event.case_id, event.deadline, receipt)

    def dispute_work(
        self, asset_id: Hash32, work: str | Path, claim_id: Hash32, evidence: EvidenceDocument | None = None
    ) -> OpenedCase:
        """Disputes one work of a catalogue; the others are not touched.

        The bond and the arbitrator's fee are paid in native coin.

        Args:
            asset_id: the catalogue's deed.
            work: its file, or its SHA-256.
            claim_id: this account's own deed to the work.
            evidence: what the claim rests on; it is published.

        Raises:
            NotRegistered: no asset has this id.
            InputError: the asset is a single work, or a catalogue without this one.
            DocumentError: the catalogue's document is not to be found, or is not what was registered.
            ClaimInvalid: this account does not hold the deed that it claims on.
            WorkAlreadyDefeated: the work has lost a dispute.
        """
        registered = registration(self._contracts, parse_hash(asset_id, "asset id"))
        content = content_of(work)
        if not registered.works:
            raise InputError(f"asset {asset_id} is a single work, no catalogue: dispute the asset")
        document = catalog_document(registered, self._library)
        index = next((i for i, entry in enumerate(document.works) if entry.sha256 == content), None)
        if index is None:
            raise InputError(f"the catalogue {asset_id} has no work {content}: check the file")
        desk, proof = self._contracts.disputes, document.tree().proof(index)
        receipt = desk.dispute_work(
            asset_id, content, registered.registrant, proof, claim_id, *self._shown(evidence)
        )
        event = events.logged(events.WorkDisputed, receipt, desk.address)
        return OpenedCase(event.case_id, event.deadline, receipt)

    def dispute_license(
        self, terms: LicenseTerms | Hash32, evidence: EvidenceDocument | None = None
    ) -> OpenedCase:
        """Disputes a license of a work whose deed this account holds: its holder broke its terms.

        If it is upheld, `revoke` takes the case's number as its cause. The bond and the arbitrator's fee are
        paid in native coin.

        Args:
            terms: its terms, or its id where the library has its offer.
            evidence: what the claim rests on; it is published.

        Raises:
            LicenseNotRevocable: its terms let no ruling revoke it.
            NotDeedHolder: this account does not hold the deed.
        """
        terms, desk = self._terms(terms), self._contracts.disputes
        receipt = desk.dispute_license(terms.grant, terms.conditions, *self._shown(evidence))
        event = events.logged(events.LicenseDisputed, receipt, desk.address)
        return OpenedCase(event.case_id, event.deadline, receipt)

    def contest_statement(
        self, statement: Statement | Hash32, evidence: EvidenceDocument | None = None
    ) -> OpenedCase:
        """Contests a statement within its window: its amounts are wrong. Anybody may.

        If it is upheld, the money goes back to the publisher, who states it anew. The bond and the
        arbitrator's fee are paid in native coin.

        Args:
            statement: it, or its id.
            evidence: what the claim rests on; it is published.

        Raises:
            StatementUnknown: no statement has this id.
            WindowOver: it cannot be contested any more.
            StatementIsReturned: a contest of it was upheld.
        """
        if not isinstance(statement, Statement):
            statement = statement_of(self._contracts, statement)
        escrow = self._contracts.statements
        receipt = escrow.contest(statement, *self._shown(evidence))
        event = events.logged(events.StatementContested, receipt, escrow.address)
        return OpenedCase(event.case_id, event.deadline, receipt)

    def counter_bond(self, case_id: int) -> Receipt:
        """Stakes the bond against a dispute of a deed that this account holds, to be paid directly again.

        The claimant gets it if the claim is upheld; else it comes back (`withdraw_bonds`).

        Raises:
            CannotCounterBond: the case is no dispute of a deed, or was answered before.
            NotDeedHolder: this account does not hold the deed.
            CaseNotOpen: the case is closed.
        """
        return self._contracts.disputes.counter_bond(case_id)

    def submit_evidence(self, case_id: int, evidence: EvidenceDocument, *, contest: bool = False) -> Receipt:
        """Shows evidence in an open case. Anybody may.

        Args:
            case_id: the case.
            evidence: what speaks for or against the claim; it is published.
            contest: whether the case is a contest of a statement, rather than a dispute.

        Raises:
            CaseNotOpen, CaseOverdue: it cannot be ruled on any more.
        """
        _, uri = self._shown(evidence)
        return self._cases(contest).submit_evidence(case_id, uri)

    def release_escrow(self, case_id: int, payee: Address, token: Address) -> Released:
        """Pays out what was sold while a case was its asset's latest: to the payee, or by an upheld claim.

        Anybody may, once none of the cases opened up to then can be ruled on any more.

        Args:
            case_id: the case.
            payee: whom the offers name.
            token: the currency; the zero address for the native coin.

        Raises:
            EscrowNotOver: a case can still be ruled on.
            NothingEscrowed: nothing is there, or all was paid out.
        """
        desk = self._contracts.disputes
        receipt = desk.release(case_id, payee, token)
        event = events.logged(events.EscrowReleased, receipt, desk.address)
        return Released(event.receiver, event.amount, receipt)

    def lapse(self, case_id: int, *, contest: bool = False) -> Receipt:
        """Closes a case that nobody ruled on by its deadline; its bond goes back. Anybody may.

        Args:
            case_id: the case.
            contest: whether it is a contest of a statement, rather than a dispute.

        Raises:
            CaseNotOverdue: the arbitrator has time.
            CaseNotOpen: the case is closed.
        """
        return self._cases(contest).lapse(case_id)

    def owed_bonds(self, who: Address | None = None) -> int:
        """What closed cases owe somebody, this account if not given, in wei."""
        payee = self.address if who is None else parse_address(who)
        return sum(cases.owed(payee) for cases in (self._contracts.disputes, self._contracts.statements))

    def withdraw_bonds(self, who: Address | None = None) -> tuple[Receipt, ...]:
        """Pays somebody, this account if not given, all that closed cases owe them. Anybody may.

        Raises:
            NothingOwed: nothing is; no transaction was sent.
        """
        payee = self.address if who is None else parse_address(who)
        owing = [c for c in (self._contracts.disputes, self._contracts.statements) if c.owed(payee)]
        if not owing:
            raise reverted("NothingOwed", {"who": payee})
        return tuple(cases.withdraw(payee) for cases in owing)

    def _cases(self, contest: bool) -> Cases:
        return self._contracts.statements if contest else self._contracts.disputes

    def _shown(self, evidence: EvidenceDocument | None) -> tuple[Hash32, str]:
        """Publishes evidence; its hash and URI."""
        if evidence is None:
            return ZERO_HASH, ""
        published = self._publisher.publish(evidence)
        return published.hash, published.uri
