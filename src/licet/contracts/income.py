"""Income: what vaults owe, and how it goes up through any number of them to a payee, in one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from licet.chain.client import Receipt
from licet.chain.compiled.abi import log_topic
from licet.contracts import events
from licet.contracts.vaults import Vault, VaultClaim, vault_in
from licet.errors import InputError, UnexpectedAnswer, reverted
from licet.rights.derivation import lineage
from licet.trees.hashing import parse_address
from licet.trees.sums import SumProof, SumTree, verify_share
from licet.types import Address, Hash32

if TYPE_CHECKING:
    from licet.contracts import Contracts


@dataclass(frozen=True, slots=True)
class Collected:
    """What a payee was paid, by vault, and the transaction that paid it."""

    amounts: dict[Address, int]
    receipt: Receipt

    @property
    def total(self) -> int:
        """The sum, in the token's smallest unit."""
        return sum(self.amounts.values())


@dataclass(frozen=True, slots=True)
class _Flow:
    """That one vault pays one payee, which may be another vault."""

    source: Address
    payee: Address
    root: Hash32
    salt: Hash32
    proof: SumProof

    def claim(self, token: Address) -> VaultClaim:
        return VaultClaim(self.root, token, self.payee, self.proof, self.salt)


def address_of(contracts: "Contracts", vault: Vault) -> Address:
    """Where a vault is, deployed or not."""
    return vault_in(contracts.deployment, vault.split.tree().root, vault.salt)


def due(contracts: "Contracts", vault: Vault, token: Address, payee: Address) -> int:
    """What a vault owes a payee now, in the token's smallest unit.

    Raises:
        InputError: the payee is not in the split.
    """
    tree = vault.split.tree()
    share = tree.proof(payee).share
    vaults = contracts.vaults
    address = vault_in(contracts.deployment, tree.root, vault.salt)
    entitled = vaults.received(address, token) * share // tree.total
    return max(0, entitled - vaults.released_to(address, token, payee))


def collect(
    contracts: "Contracts",
    vaults: Sequence[Vault],
    token: Address,
    payee: Address,
    derivatives: Sequence[Hash32] = (),
) -> Collected:
    """Pays a payee all that is due from any number of vaults, in one transaction of the chain's account.

    Money goes up first: from the derivatives' vaults to those of what they were made from, at any level, and
    from each vault that pays another. What owes nothing is passed over.

    Args:
        contracts: where.
        vaults: each has the payee in its split, or pays a vault that leads there.
        token: the currency; the zero address for the native coin.
        payee: who is paid.
        derivatives: ids of assets whose income leads to the vaults, or to the payee.

    Raises:
        InputError: a vault or a derivative does not lead to the payee.
        NothingDue: nothing would reach the payee; no transaction was sent.
    """
    trees = [(vault.split.tree(), vault.salt) for vault in vaults]
    known = {vault_in(contracts.deployment, tree.root, salt): (tree, salt) for tree, salt in trees}
    registered = _with_ancestors(contracts, derivatives)
    up = [flow for event in registered.values() for flow in _flows_up(contracts, event)]
    flows = _leading_to(payee, [*up, *_flows_of(known, {payee, *known, *(flow.source for flow in up)})])
    _check_all_lead(flows, payee, known, [registered[asset_id] for asset_id in derivatives])
    claims = [flow.claim(token) for flow in _downstream_first(flows)]
    amounts = contracts.vaults.would_pay(claims)
    if not any(amount for claim, amount in zip(claims, amounts, strict=True) if claim.payee == payee):
        raise reverted("NothingDue", {"payee": payee, "token": token})
    receipt = contracts.vaults.claim([c for c, amount in zip(claims, amounts, strict=True) if amount])
    sources = [flow.source for flow in flows if flow.payee == payee]
    return Collected(paid_to(receipt, sources, token, payee), receipt)


def paid_to(
    receipt: Receipt, vaults: Iterable[Address], token: Address, payee: Address
) -> dict[Address, int]:
    """What vaults paid a payee in a transaction, as they say themselves."""
    amounts = dict.fromkeys(vaults, 0)
    # A token, or a payee that is a contract, can log and claim whatever it likes meanwhile.
    for event in events.find(events.Claimed, [log for log in receipt.logs if log.address in amounts]):
        if (event.token, event.payee) == (token, payee):
            amounts[event.log.address] += event.amount
    return amounts


def derivatives_of(contracts: "Contracts", vaults: Iterable[Address]) -> tuple[Hash32, ...]:
    """The assets whose income goes up to some vaults or payees, at any number of levels; oldest first."""
    reached = {parse_address(vault, "vault") for vault in vaults}
    found = []
    # Parents exist before their derivatives: one pass in order finds all levels.
    for event in _derivatives(contracts):
        if any(line.royalty_bps and line.payee in reached for line in event.parents):
            reached.add(event.vault)
            found.append(event.asset_id)
    return tuple(found)


def derivative_of(contracts: "Contracts", asset_id: Hash32) -> events.DerivativeRegistered:
    """How a derivative was registered.

    Raises:
        InputError: the asset is no derivative.
    """
    for event in _derivatives(contracts, asset_id):
        return event
    raise InputError(f"asset {asset_id} is no derivative: name one that was made from others")


def _derivatives(
    contracts: "Contracts", asset_id: Hash32 | None = None
) -> Iterator[events.DerivativeRegistered]:
    return events.read(
        contracts.chain,
        events.DerivativeRegistered,
        [contracts.assets.address],
        [log_topic(asset_id)] if asset_id else [],
        from_block=contracts.deployment.block,
    )


def _with_ancestors(
    contracts: "Contracts", derivatives: Iterable[Hash32]
) -> dict[Hash32, events.DerivativeRegistered]:
    """How some derivatives were registered, and all derivatives that they were made from."""
    found = {asset_id: derivative_of(contracts, asset_id) for asset_id in derivatives}
    waiting = list(found.values())
    while waiting:
        for line in waiting.pop().parents:
            if line.asset_id in found:
                continue
            for event in _derivatives(contracts, line.asset_id):
                found[line.asset_id] = event
                waiting.append(event)
    return found


def _flows_up(contracts: "Contracts", event: events.DerivativeRegistered) -> Iterator[_Flow]:
    """What a derivative owes upwards, as the chain has proven it: its split need not be at hand.

    Raises:
        UnexpectedAnswer: the node gives what the registry cannot have taken.
    """
    salt = lineage([line.license_id for line in event.parents])
    source = vault_in(contracts.deployment, event.split, salt)
    shares = {line.payee: line.proof for line in event.parents if line.royalty_bps}
    for payee, proof in shares.items():
        if not verify_share(event.split, payee, proof):
            raise UnexpectedAnswer(
                f"the parents of derivative {event.asset_id}, as the node at {contracts.chain.url} gives "
                "them, do not prove their shares: ask another node"
            )
        yield _Flow(source, payee, event.split, salt, proof)


def _flows_of(known: dict[Address, tuple[SumTree, Hash32]], stations: set[Address]) -> Iterator[_Flow]:
    """What the vaults named owe to the payee, and to vaults."""
    for source, (tree, salt) in known.items():
        for station in stations & tree.shares.keys():
            yield _Flow(source, station, tree.root, salt, tree.proof(station))


def _leading_to(payee: Address, flows: Iterable[_Flow]) -> list[_Flow]:
    """The flows at whose end the payee is paid, each once."""
    into: dict[Address, dict[Address, _Flow]] = {}
    for flow in flows:
        into.setdefault(flow.payee, {})[flow.source] = flow
    leading: dict[tuple[Address, Address], _Flow] = {}
    waiting = [payee]
    while waiting:
        for flow in into.pop(waiting.pop(), {}).values():
            leading[flow.source, flow.payee] = flow
            waiting.append(flow.source)
    return list(leading.values())


def _downstream_first(flows: Sequence[_Flow]) -> Iterator[_Flow]:
    """In an order in which each vault is paid before it pays. There is no circle: addresses are hashes."""
    order = TopologicalSorter[Address]()
    for flow in flows:
        order.add(flow.payee, flow.source)
    for station in order.static_order():
        yield from (flow for flow in flows if flow.source == station)


def _check_all_lead(
    flows: Sequence[_Flow],
    payee: Address,
    known: dict[Address, tuple[SumTree, Hash32]],
    derivatives: Iterable[events.DerivativeRegistered],
) -> None:
    sources = {flow.source for flow in flows}
    for vault, (tree, _) in known.items():
        if vault not in sources:
            tree.proof(payee)  # says that the payee is not in this split
    for event in derivatives:
        if event.vault not in sources:
            raise InputError(
                f"nothing of the income of derivative {event.asset_id} goes up to {payee}: "
                "name the vaults on the way, or leave it out"
            )
