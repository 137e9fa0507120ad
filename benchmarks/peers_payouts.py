"""Money shared among holders, for `benchmarks/peers.py`: beside OpenZeppelin, Superfluid and Uniswap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gas import ALL, PAYEE, Bench, Figures
from peers_contracts import (
    OPENZEPPELIN,
    SUPERFLUID,
    UNISWAP,
    Comparison,
    Maker,
    Peer,
    ask,
)

from licet.chain.client import Chain, Receipt
from licet.chain.compiled.abi import Abi
from licet.chain.compiled.artifacts import Artifact
from licet.chain.signing.signer import LocalSigner
from licet.contracts.vaults import VaultClaim
from licet.documents import sha256
from licet.trees.hashing import checksum, keccak
from licet.trees.sums import SumNode, SumProof, SumTree, sum_root
from licet.types import ZERO_ADDRESS, Address, Hash32, address_bytes, hash32

HOLDERS = (2, 10, 100)
PAYMENT = 10**9
SHARE = 7  # of each holder
DUST = 1  # stays behind: clearing a balance earns a refund, and makes the next payment dearer
DOLLAR_18 = 10**18  # a wrapped dollar: Superfluid's tokens have 18 decimals


@dataclass(frozen=True, slots=True)
class Payout:
    """Gas of paying holders who have been paid before.

    Attributes:
        set_up: once, before the first payment.
        pay: the payer's part.
        collect: of all else that hands each holder the token, a transaction each.
        collect_at_once: the same in one transaction, where the contract can.
        connect: once, what the holders themselves must do to be paid without collecting.
    """

    set_up: int
    pay: int
    collect: int
    collect_at_once: int = 0
    connect: int = 0


def sharing(bench: Bench, ours: Figures) -> Iterator[Comparison]:
    """A payment to 2, 10 and 100 holders, all of whom have been paid before."""
    payer = bench.licensee.chain
    holders = {size: [funded_holder(payer, f"{size}/{i}") for i in range(size)] for size in HOLDERS}
    vaults = {size: vault_payout(bench, split_of(chains)) for size, chains in holders.items()}
    splitters = {size: splitter_payout(bench, split_of(chains)) for size, chains in holders.items()}
    superfluid = Superfluid.start(bench)
    pools = {size: pool_payout(payer, superfluid, chains) for size, chains in holders.items()}

    most, made = HOLDERS[-1], "`deploy_vault`, holders published"
    connected = pools[most].set_up + pools[most].connect
    for peer, gas in (
        ("PaymentSplitter deployed", splitters[most].set_up),
        ("Superfluid pool, units for each holder", pools[most].set_up),
        ("Superfluid pool, units for each holder, each connects", connected),
    ):
        yield Comparison(f"set up a split of {most} holders", peer, gas, made, vaults[most].set_up)

    steady = ours["pay_vault_steady"]["gas"]
    for size in HOLDERS:
        operation = f"pay {size} holders: payer's part"
        yield Comparison(operation, "PaymentSplitter paid", splitters[size].pay, "`pay_vault_steady`", steady)
        yield Comparison(operation, "Superfluid distribute", pools[size].pay, "`pay_vault_steady`", steady)
    for size in HOLDERS:
        yield from collecting(size, vaults[size], splitters[size], pools[size])


def funded_holder(payer: Chain, name: str) -> Chain:
    """An account of its own, with native coin for its gas."""
    holder = payer.with_signer(LocalSigner.from_key(sha256(name.encode())))
    payer.pay(holder.account, 10**18)
    return holder


def split_of(holders: Sequence[Chain]) -> SumTree:
    """Equal shares."""
    return SumTree([(holder.account, SHARE) for holder in holders])


def collecting(size: int, vault: Payout, splitter: Payout, pool: Payout) -> Iterator[Comparison]:
    """A payment up to the holders' wallets; ours a transaction a claim, and all claims in one transaction."""
    claims = f"paid, {size} claims", vault.pay + vault.collect
    at_once = f"paid, {size} claims in one transaction", vault.pay + vault.collect_at_once
    operation = f"pay {size} holders: token in each wallet"
    released = f"PaymentSplitter paid, {size} releases", splitter.pay + splitter.collect
    unwrapped = f"Superfluid wrap, distribute, {size} unwraps", pool.pay + pool.collect
    yield Comparison(operation, *released, *claims)
    yield Comparison(operation, *released, *at_once)
    yield Comparison(operation, *unwrapped, *at_once)
    operation = f"pay {size} holders: wrapped token will do"
    yield Comparison(operation, "Superfluid distribute", pool.pay, *at_once)


def vault_payout(bench: Bench, tree: SumTree) -> Payout:
    """Licet's: the second payment, claims pushed one by one; then a third, claimed at once."""
    vaults = bench.licensee.vaults
    published = vaults.publish(tree.root, payees=list(tree.shares.items())).gas_used
    deployed = vaults.deploy(tree.root).gas_used
    vault = vaults.vault_of(tree.root)
    claims = [VaultClaim(tree.root, bench.dollar.address, payee, tree.proof(payee)) for payee in tree.shares]
    bench.dollar.transfer(vault, DUST)
    for _ in range(2):
        pay = bench.dollar.transfer(vault, PAYMENT).gas_used
        collect = sum(vaults.claim_from(vault, claim).gas_used for claim in claims)
    bench.dollar.transfer(vault, PAYMENT)
    return Payout(published + deployed, pay, collect, collect_at_once=vaults.claim(claims).gas_used)


def splitter_payout(bench: Bench, tree: SumTree) -> Payout:
    """PaymentSplitter's: the second payment, released to each holder."""
    maker = Maker(bench.web3, bench.licensee.chain, OPENZEPPELIN.artifacts("build/contracts"))
    holders, shares = list(tree.shares), list(tree.shares.values())
    splitter, created = maker.create("PaymentSplitter", holders, shares, release=2)
    bench.dollar.transfer(splitter.address, DUST)
    for _ in range(2):
        pay = bench.dollar.transfer(splitter.address, PAYMENT).gas_used
        collect = sum(splitter.send("release", bench.dollar.address, each).gas_used for each in holders)
    return Payout(created.gas_used, pay, collect)


ERC1820 = Address("0x1820a4B7618BdE71Dce8cdc73aAB6C95905faD24")
"""Where every chain has ERC-1820's registry, by its standard; Superfluid's tokens ask for it."""


@dataclass(frozen=True, slots=True)
class Superfluid:
    """Superfluid, deployed by its own deployer, with wrapped test dollars.

    Attributes:
        host: what agreements are called through.
        agreement: the one of general distribution, which pools belong to.
        token: the wrapped test dollar.
        pool: the interface of a pool.
    """

    host: Peer
    agreement: Peer
    token: Peer
    pool: Abi

    @classmethod
    def start(cls, bench: Bench) -> Superfluid:
        """Deploys all of it, for the licensee, who may wrap without limit."""
        chain = bench.licensee.chain
        creation = bytes.fromhex(SUPERFLUID.artifacts("dev-scripts/artifacts")["ERC1820Registry"]["bin"])
        created = chain.deploy(Artifact("ERC1820Registry", Abi(()), creation, b"", {})).created
        code = chain.code(created or ZERO_ADDRESS)
        ask(bench.web3, "anvil_setCode", ERC1820, "0x" + code.hex())
        maker = Maker(bench.web3, chain, SUPERFLUID.artifacts("build/hardhat/contracts"), "contracts/")
        deployer = maker.place("utils/SuperfluidFrameworkDeployer.t.sol/SuperfluidFrameworkDeployer")
        for step in range(deployer.call("getNumSteps")):
            deployer.send("executeStep", step)
        found = deployer.call("getFramework")
        factories, semi_upgradable = "superfluid/SuperTokenFactory.sol/SuperTokenFactory", 1
        factory = maker.at(factories, found["superTokenFactory"], createERC20Wrapper=6)
        wrapping = (bench.dollar.address, 6, semi_upgradable, "Wrapped dollar", "TUSDx", ZERO_ADDRESS)
        wrapped = factory.logged(factory.send("createERC20Wrapper", *wrapping), "SuperTokenCreated")["token"]
        bench.dollar.approve(wrapped, ALL)
        general = "agreements/gdav1/GeneralDistributionAgreementV1.sol/GeneralDistributionAgreementV1"
        return cls(
            maker.at("superfluid/Superfluid.sol/Superfluid", found["host"]),
            maker.at(general, found["gda"]),
            maker.at("superfluid/SuperToken.sol/SuperToken", wrapped),
            maker.abi("agreements/gdav1/SuperfluidPool.sol/SuperfluidPool"),
        )

    def agree(self, chain: Chain, function: str, *arguments: object) -> Receipt:
        """Calls the agreement as an account; the context, its last argument, is the host's to fill in."""
        data = self.agreement.abi.encode_call(function, (*arguments, b""))
        return self.host.by(chain).send("callAgreement", self.agreement.address, data, b"")


def pool_payout(payer: Chain, superfluid: Superfluid, holders: Sequence[Chain]) -> Payout:
    """A pool's second distribution: the payer wraps and distributes, each connected holder unwraps."""
    token, pools, agree = superfluid.token, superfluid.agreement, superfluid.agree
    only_admin_moves_units, anyone_pays = False, True
    created = pools.send("createPool", token.address, payer.account, (only_admin_moves_units, anyone_pays))
    pool = Peer(payer, superfluid.pool, pools.logged(created, "PoolCreated")["pool"])
    units = sum(pool.send("updateMemberUnits", holder.account, SHARE).gas_used for holder in holders)
    connect = sum(agree(holder, "connectPool", pool.address).gas_used for holder in holders)
    token.send("upgrade", DOLLAR_18)  # stays behind, as dust does
    due = SHARE * DOLLAR_18
    amount = len(holders) * due
    for _ in range(2):
        wrap = token.send("upgrade", amount).gas_used
        pay = agree(payer, "distribute", token.address, payer.account, pool.address, amount).gas_used
        unwrap = sum(token.by(holder).send("downgrade", due).gas_used for holder in holders)
    return Payout(created.gas_used + units, pay, wrap + unwrap, connect=connect)


def distributing(bench: Bench, ours: Figures) -> Iterator[Comparison]:
    """A payee's claim out of a distribution to many; all payees had the token before."""
    maker = Maker(bench.web3, bench.licensee.chain, UNISWAP.artifacts("build"))
    peer, equal, other = "Uniswap claim", "paid again in equal shares", "paid again in other shares"
    for name, depth, payees in (("1024", 10, "1,024 payees"), ("1m", 20, "1 M payees")):
        opened, claimed = distributor_claim(bench, maker, depth)
        steady = f"claim_{name}_steady"
        first = first_claim(bench, depth)
        yield Comparison(f"claim, {payees} paid once", peer, claimed, "first claim", first)
        yield Comparison(f"claim, {payees} {equal}", peer, claimed, f"`{steady}`", ours[steady]["gas"])
    peer = "Uniswap distributor deployed, paid"
    pay, new = ours["pay_vault_steady"]["gas"], ours["deploy_vault"]["gas"] + ours["pay_vault_first"]["gas"]
    yield Comparison(f"any number of payees {equal}", peer, opened, "`pay_vault_steady`", pay)
    yield Comparison(f"any number of payees {other}", peer, opened, "`deploy_vault`, `pay_vault_first`", new)


OTHER = checksum(keccak(b"other payee")[12:])
"""Shares `PAYEE`'s word of Uniswap's bitmap, and `PAYEE`'s vault; claims before."""


def distributor_claim(bench: Bench, maker: Maker, depth: int) -> tuple[int, int]:
    """Gas of opening a distribution, and of `PAYEE`'s claim with its word of the bitmap written.

    Of the tree only the path is made, of `OTHER` and `PAYEE` side by side: no hash can tell.
    """
    above = [keccak(bytes([level])) for level in range(1, depth)]
    leaves = [
        keccak(index.to_bytes(32) + address_bytes(payee) + PAYMENT.to_bytes(32))
        for index, payee in enumerate((OTHER, PAYEE))
    ]

    def proof(sibling: bytes) -> list[Hash32]:
        return [hash32(node) for node in (sibling, *above)]

    root = leaves[0]
    for sibling in (leaves[1], *above):
        root = keccak(min(root, sibling) + max(root, sibling))
    distributor, created = maker.create("MerkleDistributor", bench.dollar.address, hash32(root))
    funded = bench.dollar.transfer(distributor.address, 3 * PAYMENT)
    distributor.send("claim", 0, OTHER, PAYMENT, proof(leaves[1]))
    claimed = distributor.send("claim", 1, PAYEE, PAYMENT, proof(leaves[0]))
    return created.gas_used + funded.gas_used, claimed.gas_used


def first_claim(bench: Bench, depth: int) -> int:
    """Gas of `PAYEE`'s first claim from a vault that `OTHER` has claimed from; a path alone, likewise."""
    vaults, token = bench.licensee.vaults, bench.dollar.address
    pair = SumTree([(OTHER, SHARE), (PAYEE, SHARE)])
    above = tuple(SumNode(sha256(bytes([level])), SHARE << level) for level in range(1, depth))
    left = 0x55554 & (1 << depth) - 1

    def proof(payee: Address) -> SumProof:
        bottom = pair.proof(payee)
        return SumProof(bottom.share, bottom.siblings + above, bottom.sides | left)

    root = sum_root(PAYEE, proof(PAYEE))[0]
    vault = vaults.vault_of(root)
    vaults.deploy(root)
    bench.dollar.transfer(vault, PAYMENT)
    vaults.claim_from(vault, VaultClaim(root, token, OTHER, proof(OTHER)))
    return vaults.claim_from(vault, VaultClaim(root, token, PAYEE, proof(PAYEE))).gas_used
