"""Statements: what an asset's payees earned in a period, paid in, contestable, then released to them."""

from dataclasses import dataclass

from licet.chain.client import Receipt
from licet.contracts import events
from licet.contracts.currency import Currency
from licet.contracts.publications import statement_of
from licet.contracts.statements import State
from licet.contracts.vaults import Vault
from licet.documents import StatementDocument
from licet.errors import reverted
from licet.rights.statement import Statement
from licet.rights_holder.offering import Offering
from licet.types import Address, Hash32


@dataclass(frozen=True, slots=True)
class PublishedStatement:
    """A statement that was published and paid in.

    Attributes:
        statement: what stands on chain.
        vault: where its payees will claim.
        contestable_until: last unix second for a contest; from then on it can be released.
        receipts: the transactions that it took.
    """

    statement: Statement
    vault: Vault
    contestable_until: int
    receipts: tuple[Receipt, ...]

    @property
    def id(self) -> Hash32:
        """The statement's id."""
        return self.statement.id


@dataclass(frozen=True, slots=True)
class Released:
    """Money that left an escrow.

    Attributes:
        receiver: who got it: a vault, or a claimant, or a publisher whom it went back to.
        amount: in the token's smallest unit.
        receipt: the transaction.
    """

    receiver: Address
    amount: int
    receipt: Receipt


class Stating(Offering):
    """Publishes statements."""

    def publish_statement(self, document: StatementDocument, window: int) -> PublishedStatement:
        """States what an asset's payees earned in a period, and pays it in.

        The document goes into the publisher's folder, the split of its amounts is published for the
        statement's own vault, and this account pays their sum into escrow. A token is drawn from an
        allowance, which is given first if there is none.

        Args:
            document: the amounts, and how they came about. Payees of a derivative are paid through its vault.
            window: seconds in which anybody may contest it.

        Raises:
            InsufficientBalance: this account has less than the amounts' sum.
            StatementAlreadyPublished: this account published this very statement before.
        """
        tree = document.amounts.tree()
        published = self._publisher.publish(document)
        statement = Statement(
            publisher=self.address,
            asset_id=document.asset_id,
            since=document.since,
            until=document.until,
            currency=document.currency,
            amount=tree.total,
            root=tree.root,
            document_hash=published.hash,
            uri=self._uri(published.uri),
            window=window,
        )
        escrow, currency = self._contracts.statements, Currency(self._contracts.chain, document.currency)
        if escrow.state(statement.id).state is not State.NONE:
            raise reverted("StatementAlreadyPublished", {"statementId": statement.id})
        lacking = max(0, tree.total - currency.balance_of(escrow.purse_of(statement.id)))
        currency.check_balance(lacking, "the statement")
        split = self.publish_split(document.amounts, statement.id)
        approvals = currency.ensure_allowance(escrow.address, lacking)
        receipt = escrow.publish(statement, value=lacking if currency.is_native else 0)
        event = events.logged(events.StatementPublished, receipt, escrow.address)
        receipts = (split.receipt, *approvals, receipt)
        return PublishedStatement(statement, split.as_vault(), event.contestable_until, receipts)

    def release_statement(self, statement: Statement | Hash32, token: Address | None = None) -> Released:
        """Moves a statement's money to its vault, or back to its publisher if a contest was upheld.

        Anybody may, once its window is over and no contest open.

        Args:
            statement: it, or its id.
            token: what to move; the statement's currency if not given.

        Raises:
            StatementUnknown: no statement has this id.
            WindowOpen: it can still be contested.
            StatementIsContested: a contest is open.
            NothingToRelease: nothing is there, or all was moved.
        """
        if not isinstance(statement, Statement):
            statement = statement_of(self._contracts, statement)
        escrow = self._contracts.statements
        receipt = escrow.release(statement, statement.currency if token is None else token)
        released = events.logged(events.StatementReleased, receipt, escrow.address)
        return Released(released.receiver, released.amount, receipt)
