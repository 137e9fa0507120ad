"""Stories that several tests begin with: who sells what to whom, told with the contracts alone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from licet.chain.client import Receipt
from licet.contracts.disputes import MultisigArbitrator, Ruling
from licet.contracts.vaults import vault_in
from licet.documents import (
    OfferDocument,
    PayeeShare,
    SplitDocument,
    TermsDocument,
    UsageLog,
    UsageRecord,
)
from licet.rights.conditions import WHOLE_BPS, Conditions
from licet.rights.derivation import Derivation, Parent, lineage
from licet.rights.offer import Kind, Offer
from licet.rights.order import Grant, Order
from licet.rights.registration import Registration
from licet.rights.statement import Statement
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.rights_holder import Price
from licet.trees.sums import SumTree
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32
from tests.integration.conftest import DAY, DEPLOYER, DOLLAR, Network, Party, development_signer

PRICE = 10 * DOLLAR
MONTH = 30 * DAY
ALL_USES = Use.TRAIN | Use.TRAIN_GENERATIVE | Use.DERIVE


@dataclass(frozen=True)
class Sold:
    """Licenses that were bought, and what proves their terms."""

    order: Order
    conditions: Conditions

    @property
    def offer(self) -> Offer:
        return self.order.offer

    @property
    def grant(self) -> Grant:
        return next(self.order.grants())

    @property
    def license_id(self) -> Hash32:
        return self.order.license_id


@dataclass(frozen=True)
class Made:
    """A derivative: its id, its split, and the licenses that it was made under."""

    asset_id: Hash32
    split: SumTree
    vault: Address
    parents: tuple[Sold, ...]

    @property
    def salt(self) -> Hash32:
        return lineage(self.license_ids)

    @property
    def license_ids(self) -> tuple[Hash32, ...]:
        return tuple(parent.license_id for parent in self.parents)


@dataclass(frozen=True)
class Market:
    """Everybody, and what they do again and again."""

    network: Network
    licensor: Party
    licensee: Party
    rival: Party
    stranger: Party
    vault: Address
    make_work: Callable[[str], Path]

    @cached_property
    def dollar(self) -> Address:
        assert self.network.deployment.test_dollar is not None
        return self.network.deployment.test_dollar

    @cached_property
    def arbitrator(self) -> MultisigArbitrator:
        chain = self.network.chain(development_signer(DEPLOYER))
        return MultisigArbitrator(chain, self.network.deployment.arbitrator)

    # Rights.

    def register(self, holder: Party, text: str) -> Hash32:
        return holder.sells.register_work(self.make_work(text)).asset_id

    def offer(
        self,
        asset_id: Hash32,
        seller: Party | None = None,
        *,
        payee: Address | None = None,
        conditions: Conditions | None = None,
        uses: Use = ALL_USES,
        **price: Any,
    ) -> OfferDocument:
        """A signed offer, by default of the licensor's, in dollars."""
        fields = {"currency": self.dollar, "amount": PRICE, **price}
        terms = TermsDocument("Terms", uses, "You may.")
        price_ = Price(conditions=conditions or Conditions(), **fields)
        return (seller or self.licensor).sells.offer(asset_id, payee or self.vault, price_, terms)

    def buy(
        self, document: OfferDocument, buyer: Party | None = None, quantity: int = 1, salt: int = 7
    ) -> Sold:
        """Buys on an offer, by default for the licensee, who is given the money."""
        buyer = buyer or self.licensee
        signature = bytes.fromhex(document.signature[2:])
        order = Order(document.offer, signature, buyer.address, hash32(salt.to_bytes(32)), quantity)
        self.fund(buyer, order.total, document.offer.currency)
        buyer.contracts.licenses.buy(order)
        return Sold(order, document.conditions)

    def sell(self, asset_id: Hash32, seller: Party | None = None, quantity: int = 1, **terms: Any) -> Sold:
        """Offers and sells in one go."""
        return self.buy(self.offer(asset_id, seller, **terms), quantity=quantity)

    def fund(self, payer: Party, amount: int, currency: Address, spender: Address | None = None) -> None:
        """Gives somebody test dollars, and allows a contract to take them."""
        if currency == self.dollar:
            payer.receive_dollars(amount)
            payer.dollar.approve(spender or self.network.deployment.license_token, amount)

    def signed_by(self, signer: Party, document: OfferDocument) -> OfferDocument:
        """The same offer, signed by somebody else."""
        chain_id, token = document.chain_id, document.license_token
        message = document.offer.typed_data(chain_id, token, document.conditions)
        return replace(document, signature="0x" + signer.signer.sign_typed_data(message).hex())

    def renew(self, sold: Sold, payer: Party | None = None) -> Receipt:
        payer = payer or self.licensee
        self.fund(payer, sold.order.total, sold.offer.currency)
        return payer.contracts.licenses.renew(sold.order)

    def revoke(self, sold: Sold, cause: int = 0, refund: int = 0) -> Receipt:
        self.fund(self.licensor, refund, sold.offer.currency)
        return self.licensor.contracts.licenses.revoke(sold.grant, sold.conditions, cause)

    # Derivatives.

    def derive(self, maker: Party, text: str, parents: tuple[Sold, ...], **more: Any) -> Made:
        """Registers a work made under licenses: their payees get what the terms ask, the maker the rest."""
        shares: dict[Address, int] = {maker.address: WHOLE_BPS}
        for parent in parents:
            royalty = parent.conditions.royalty_bps
            shares[parent.offer.payee] = shares.get(parent.offer.payee, 0) + royalty
            shares[maker.address] -= royalty
        split = SumTree({payee: share for payee, share in shares.items() if share})
        asked = [
            Parent(
                parent.grant,
                parent.conditions,
                split.proof(parent.offer.payee) if parent.conditions.royalty_bps else None,
            )
            for parent in parents
        ]
        derivation = Derivation(split.root if parents else ZERO_HASH, tuple(asked), **more)
        content = hash32(text.encode().rjust(32, b"\0"))
        registration = Registration(maker.address, content)
        maker.contracts.assets.register_derivative(registration, derivation)
        salt = lineage(derivation.license_ids)
        vault = vault_in(self.network.deployment, split.root, salt)
        if parents:
            maker.contracts.vaults.publish(split.root, payees=list(split.shares.items()), salt=salt)
        ordered = tuple(
            parent for id_ in derivation.license_ids for parent in parents if parent.license_id == id_
        )
        return Made(registration.asset_id, split, vault, ordered)

    # Use.

    def metered(self, asset: Hash32 | None = None, **conditions: Any) -> Sold:
        """A metered license at one dollar a unit, with a deposit of 100; by default of a new work."""
        asset = asset or self.register(self.licensor, "a metered work")
        terms = Conditions(**{"unit_cap": 50, "refund_delay": DAY, **conditions})
        return self.sell(asset, kind=Kind.METERED, amount=DOLLAR, conditions=terms)

    def deposit(self, sold: Sold, amount: int) -> None:
        ledger = self.network.deployment.usage_ledger
        self.fund(self.licensee, amount, sold.offer.currency, ledger)
        self.licensee.contracts.usage.deposit(sold.grant, amount)

    def settle(self, sold: Sold, units: int) -> None:
        voucher = Voucher(sold.license_id, units)
        ledger = self.stranger.contracts.usage
        message = voucher.typed_data(self.licensee.chain.chain_id, ledger.address)
        ledger.settle(sold.grant, sold.conditions, voucher, self.licensee.signer.sign_typed_data(message))

    def anchor(
        self, reporter: Party, sold: Sold, since: int, until: int, *, of_any: bool = False
    ) -> UsageLog:
        """Five records of one license's use; `of_any`, as a gateway anchors them."""
        log = UsageLog(
            since,
            until,
            tuple(
                UsageRecord(
                    sold.offer.asset_id, sold.license_id, Use.TRAIN, 1, since, until, reference=str(i)
                )
                for i in range(5)
            ),
            ZERO_HASH if of_any else sold.license_id,
        )
        reporter.buys.anchor_usage(log)
        return log

    # Cases.

    def rule(self, ruling: Ruling, dispute: int = -1) -> None:
        """The arbitrator rules, by default on the newest dispute."""
        self.arbitrator.vote(range(self.arbitrator.dispute_count())[dispute], ruling)

    def statement(self, publisher: Party, asset_id: Hash32, split: SplitDocument, **terms: Any) -> Statement:
        """A statement of 100 dollars for a day, contestable for a day."""
        now = self.network.now
        fields: dict[str, Any] = {
            "publisher": publisher.address,
            "asset_id": asset_id,
            "since": now - DAY,
            "until": now,
            "currency": self.dollar,
            "amount": 100 * DOLLAR,
            "root": split.tree().root,
            "document_hash": ZERO_HASH,
            "uri": "",
            "window": DAY,
        }
        return Statement(**(fields | terms))

    def state(self, publisher: Party, asset_id: Hash32, split: SplitDocument, **terms: Any) -> Statement:
        """Publishes such a statement, and pays it in."""
        statement = self.statement(publisher, asset_id, split, **terms)
        self.fund(publisher, statement.amount, statement.currency, self.network.deployment.statement_escrow)
        value = statement.amount if statement.currency == ZERO_ADDRESS else 0
        publisher.contracts.statements.publish(statement, value=value)
        return statement

    def split_of(self, *payees: Party) -> SplitDocument:
        """Equal parts."""
        return SplitDocument.of(PayeeShare(party.address, 1) for party in payees)
