"""For the payees: their money pushed to them, and statements contested that get them wrong."""

from collections.abc import Sequence

from licet.contracts import events, income
from licet.contracts.cases import OpenedCase
from licet.contracts.income import Collected
from licet.contracts.publications import statement_of, vault_at
from licet.contracts.vaults import Vault
from licet.documents import EvidenceDocument
from licet.licensee.account import Account
from licet.rights.statement import Statement
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32


class Supporting(Account):
    """Sees to it that payees get what they are due."""

    def push(
        self,
        vaults: Sequence[Vault | Address],
        token: Address,
        payee: Address,
        *,
        derivatives: Sequence[Hash32] = (),
    ) -> Collected:
        """Pays a payee all that is due from any number of vaults, in one transaction; the money goes to them.

        Args:
            vaults: the vaults, or their addresses where their splits were published.
            token: the currency; the zero address for the native coin.
            payee: who is paid.
            derivatives: ids of assets whose income leads to these vaults.

        Raises:
            DocumentMissing: the split of a vault is not to be found.
            InputError: a vault or a derivative does not lead to the payee.
            NothingDue: nothing would reach the payee; no transaction was sent.
        """
        found = [v if isinstance(v, Vault) else vault_at(self._contracts, v, self._library) for v in vaults]
        payee, token = parse_address(payee, "payee"), parse_address(token)
        return income.collect(self._contracts, found, token, payee, derivatives)

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
