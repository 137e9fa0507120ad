"""`LicenseToken`: licenses, and the offers they are sold on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from licet.chain.client import BlockId, Chain, Receipt
from licet.chain.compiled.artifacts import artifact
from licet.chain.rpc.batches import Call
from licet.chain.signing.transactions import Transaction
from licet.contracts.currency import Permit
from licet.errors import UnexpectedAnswer
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer
from licet.rights.order import Authorization, Grant, Order
from licet.rights.uses import Use
from licet.trees.catalog import CatalogProof
from licet.types import ZERO_ADDRESS, Address, Hash32

_ABI: Final = artifact("LicenseToken").abi

PERPETUAL: Final = (1 << 40) - 1
"""The expiry of a license that does not expire."""


@dataclass(frozen=True, slots=True)
class License:
    """What a license's slot says.

    Attributes:
        holder: who holds it now.
        expires: unix second from which it permits nothing; `PERPETUAL` for never.
        uses: what it permits until then.
        bound: whether it stays with its licensee.
        metered: permits only while its deposit is open and not spent.
        sublicense: permits only while the license that it was granted under does.
        revoked: at `expires`, for ever.
        sold_on: day of the sale, counted from 1970-01-01 (UTC).
    """

    holder: Address
    expires: int
    uses: Use
    bound: bool
    metered: bool
    sublicense: bool
    revoked: bool
    sold_on: int


@dataclass(frozen=True, slots=True)
class OfferState:
    """What has happened to an offer; `sold` is counted only where the supply is limited."""

    sold: int
    cancelled: bool
    published: bool


@dataclass(frozen=True, slots=True)
class Pinned:
    """What was shown of a license's terms.

    Attributes:
        asset_id: the asset licensed; zero if nothing was shown.
        payee: who receives resale royalties.
        resale_bps: share of a resale, basis points.
    """

    asset_id: Hash32
    payee: Address
    resale_bps: int


class LicenseToken:
    """The license token at an address. Calls that change something raise as `Chain.send` does."""

    def __init__(self, chain: Chain, address: Address) -> None:
        self.chain: Final = chain
        self.address: Final = address

    def buy(self, order: Order) -> Receipt:
        """Buys licenses, paid by the chain's account out of its allowance, or in native coin."""
        return self.chain.send(_ABI, self.address, "buy", order.to_abi(), value=_native(order))

    def buy_with_permit(self, order: Order, permit: Permit) -> Receipt:
        """Buys licenses, paid by the chain's account on its permit for exactly the total."""
        return self.chain.send(_ABI, self.address, "buyWithPermit", order.to_abi(), permit.to_abi())

    def buy_with_authorization(self, order: Order, authorization: Authorization) -> Receipt:
        """Buys licenses, paid by whoever signed the authorization; the chain's account pays the gas."""
        return self.chain.transact(self.buying_with_authorization(order, authorization))

    def buying_with_authorization(self, order: Order, authorization: Authorization) -> Transaction:
        """The transaction that buys licenses as `buy_with_authorization` does, for whoever sends it."""
        fields = _signed(authorization)
        return Transaction.calling(_ABI, self.address, "buyWithAuthorization", order.to_abi(), fields)

    def buy_basket(self, orders: Sequence[Order], *, skip: bool) -> Receipt:
        """Buys several orders in one transaction, paid as in `buy`.

        Args:
            orders: at most 100.
            skip: pass over what does not sell, rather than buy nothing at all.
        """
        return self.chain.transact(self.buying_basket(orders, skip=skip))

    def buying_basket(self, orders: Sequence[Order], *, skip: bool) -> Transaction:
        """The transaction that buys several orders as `buy_basket` does, for whoever sends it."""
        value = sum(map(_native, orders))
        fields = [order.to_abi() for order in orders]
        return Transaction.calling(_ABI, self.address, "buyBasket", fields, skip, value=value)

    def renew(self, order: Order) -> Receipt:
        """Renews the subscriptions of an order, paid by the chain's account as in `buy`."""
        return self.chain.transact(self.renewing(order))

    def renewing(self, order: Order) -> Transaction:
        """The transaction that renews the subscriptions of an order, for whoever sends it."""
        return Transaction.calling(_ABI, self.address, "renew", order.to_abi(), value=_native(order))

    def revoke(self, grant: Grant, conditions: Conditions, cause: int, *, value: int = 0) -> Receipt:
        """Revokes a license; the deed's present holder's account must sign, and pays the refund.

        Args:
            grant: the license.
            conditions: its offer's.
            cause: number of the dispute that upheld it; 0 for use that was not reported in time.
            value: the refund, where it is native coin.
        """
        return self.chain.send(
            _ABI, self.address, "revoke", grant.to_abi(), conditions.to_abi(), cause, value=value
        )

    def grant_sublicense(
        self,
        grant: Grant,
        conditions: Conditions,
        licensee: Address,
        uses: Use,
        expires: int,
        salt: Hash32,
    ) -> Receipt:
        """Grants a sublicense; the license's holder's account must sign."""
        fields = (licensee, int(uses), expires, salt)
        return self.chain.send(
            _ABI, self.address, "grantSublicense", grant.to_abi(), conditions.to_abi(), fields
        )

    def pin(self, grant: Grant, conditions: Conditions) -> Receipt:
        """Shows a license's terms to markets and other contracts."""
        return self.chain.send(_ABI, self.address, "pin", grant.to_abi(), conditions.to_abi())

    def pinned(self, license_id: Hash32, block: BlockId = "latest") -> Pinned:
        """What was shown of a license's terms."""
        shown = self.chain.call(_ABI, self.address, "pinned", license_id, block=block)
        return Pinned(shown["assetId"], shown["payee"], shown["resaleBps"])

    def royalty_info(self, license_id: Hash32, price: int, block: BlockId = "latest") -> tuple[Address, int]:
        """Who should get how much of a license's resale at a price (ERC-2981), once its terms were shown."""
        payee, amount = self.chain.call(
            _ABI, self.address, "royaltyInfo", int(license_id, 16), price, block=block
        )
        return payee, amount

    def appoint_agent(self, agent: Address, until: int) -> Receipt:
        """Lets an agent make and cancel offers for the chain's account through `until`; 0 ends it."""
        return self.chain.send(_ABI, self.address, "appointAgent", agent, until)

    def agent_until(self, licensor: Address, agent: Address, block: BlockId = "latest") -> int:
        """The last unix second in which an agent may act; 0 if never appointed."""
        return int(self.chain.call(_ABI, self.address, "agentUntil", licensor, agent, block=block))

    def parent_of(self, license_id: Hash32, block: BlockId = "latest") -> Hash32:
        """The license that a sublicense was granted under; zero for every other."""
        return Hash32(self.chain.call(_ABI, self.address, "parentOf", license_id, block=block))

    def publish_offer(self, offer: Offer, conditions: Conditions) -> Receipt:
        """Puts an offer on chain, so that it sells without a signature; its licensor's account must sign."""
        return self.chain.send(_ABI, self.address, "publishOffer", offer.to_abi(), conditions.to_abi())

    def cancel_offer(self, offer: Offer) -> Receipt:
        """Ends the sale on an offer; its licensor's account must sign."""
        return self.chain.send(_ABI, self.address, "cancelOffer", offer.to_abi())

    def transfer(self, license_id: Hash32, receiver: Address) -> Receipt:
        """Hands a license on, if its terms allow that."""
        sender = self.chain.account
        return self.chain.send(_ABI, self.address, "transferFrom", sender, receiver, int(license_id, 16))

    def permits(self, license_id: Hash32, uses: Use, block: BlockId = "latest") -> bool:
        """Whether a license permits all of `uses` now, for the asset it is of."""
        return bool(self.chain.call(_ABI, self.address, "permits", license_id, int(uses), block=block))

    def permits_asset(self, grant: Grant, uses: Use, asset_id: Hash32, block: BlockId = "latest") -> bool:
        """Whether the license proven by `grant` permits all of `uses` of an asset now."""
        return bool(
            self.chain.call(
                _ABI, self.address, "permitsAsset", grant.to_abi(), int(uses), asset_id, block=block
            )
        )

    def permits_work(
        self,
        grant: Grant,
        uses: Use,
        sha256: Hash32,
        registrant: Address,
        proof: CatalogProof,
        block: BlockId = "latest",
    ) -> bool:
        """Whether the license proven by `grant` permits all of `uses` of the work with this SHA-256 now.

        Args:
            grant: the license.
            uses: what is to be done.
            sha256: the work's.
            registrant: who registered the licensed asset.
            proof: that the work is in the licensed catalogue; empty for a single work.
            block: when.
        """
        return bool(
            self.chain.call(
                _ABI,
                self.address,
                "permitsWork",
                grant.to_abi(),
                int(uses),
                sha256,
                registrant,
                proof.siblings,
                proof.sides,
                block=block,
            )
        )

    def license(self, license_id: Hash32, block: BlockId = "latest") -> License:
        """A license's slot.

        Raises:
            LicenseUnknown: no license has this id.
        """
        return _license(self.chain.call(_ABI, self.address, "license", license_id, block=block))

    def licenses(self, license_ids: Sequence[Hash32]) -> list[License]:
        """The slots of some licenses as they are now, asked for at once.

        Raises:
            ChainError: the node refuses, or one of them is no license.
            UnexpectedAnswer: another contract stands there.
        """
        calls = [
            Call(
                "eth_call",
                ({"to": self.address, "data": "0x" + _ABI.encode_call("license", [id_]).hex()}, "latest"),
            )
            for id_ in license_ids
        ]
        answers = self.chain.node.ask_all(str, calls)
        try:
            words = [bytes.fromhex((answer or "").removeprefix("0x")) for answer in answers]
        except ValueError as error:
            raise UnexpectedAnswer(f"the node at {self.chain.url} answers what is no hex") from error
        return [_license(_ABI.decode_result("license", data)[0]) for data in words]

    def offer_state(self, offer_hash: Hash32, block: BlockId = "latest") -> OfferState:
        """What has happened to an offer."""
        return OfferState(**self.chain.call(_ABI, self.address, "offerState", offer_hash, block=block))

    def head(self, block: BlockId = "latest") -> Hash32:
        """The rolling head of the contract's audited logs."""
        return Hash32(self.chain.call(_ABI, self.address, "head", block=block))


def _signed(authorization: Authorization) -> tuple[Any, ...]:
    return (
        authorization.payer,
        authorization.valid_after,
        authorization.valid_before,
        authorization.v,
        authorization.r,
        authorization.s,
    )


def _license(slot: Mapping[str, Any]) -> License:
    return License(
        slot["holder"],
        slot["expires"],
        Use(slot["uses"]),
        slot["bound"],
        slot["metered"],
        slot["sublicense"],
        slot["revoked"],
        slot["soldOn"],
    )


def _native(order: Order) -> int:
    return order.total if order.offer.currency == ZERO_ADDRESS else 0
