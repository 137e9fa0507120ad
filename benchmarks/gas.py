#!/usr/bin/env python3
"""Gas and fresh storage slots of each operation, as whole transactions on Anvil.

    python benchmarks/gas.py             a table, with the targets
    python benchmarks/gas.py --json      {operation: {"gas": …, "new_slots": …}}
    python benchmarks/gas.py --write     keep the figures in tests/snapshots/gas.json and docs/performance.md
    python benchmarks/gas.py --check     fail where they differ from the ones kept, or miss a target

All inputs are fixed, so the figures are the same at every run. `first` is a holder's, licensee's or vault's
first time, which writes slots that a repeat (`repeat`, `steady`) finds written. In `buy_first` and
`buy_repeat` the allowance that stands is unlimited, and the terms are named by their hash alone;
`buy_repeat_dearest` has a limited allowance, whose own slot is written, and a URI of 66 bytes. `each` is
gas per license: of 100 seats on one offer; of a basket of 100 works, each of another licensor, who each
have a vault of their own. `buy_catalog` is a license to a whole catalogue, for a holder who had none.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from web3 import HTTPProvider, Web3

from licet.chain.client import Chain, Receipt
from licet.chain.deployments import deploy
from licet.chain.local.node import LocalNode
from licet.chain.signing.signer import LocalSigner, Signer
from licet.contracts import Contracts
from licet.contracts.currency import Currency
from licet.contracts.vaults import VaultClaim
from licet.documents import sha256
from licet.rights.conditions import Conditions
from licet.rights.derivation import Derivation, Parent
from licet.rights.offer import Kind, Offer
from licet.rights.order import Grant, Order
from licet.rights.registration import Origin, Registration, asset_id
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.trees.hashing import checksum
from licet.trees.sums import SumNode, SumProof, SumTree, sum_root
from licet.types import ZERO_ADDRESS, Address, Hash32, hash32

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOT = ROOT / "tests" / "snapshots" / "gas.json"
DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- gas -->\n", "<!-- /gas -->"

URI = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"  # 66 bytes
ALL = (1 << 256) - 1
DEADLINE = 4_000_000_000
YEAR = 31_536_000
WORKS = 69_202

TARGETS = {
    "register_work_repeat": 65_000,
    "register_catalog": 88_000,
    "register_100_each": 1_000,
    "register_derivative_l2": 130_000,
    "register_derivative_l3": 130_000,
    "buy_first": 125_000,
    "buy_repeat": 106_000,
    "buy_permit_repeat": 122_000,
    "buy_seats_100_each": 27_000,
    "buy_basket_100_each": 64_000,
    "buy_basket_100_new_vaults_each": 82_000,
    "buy_catalog": 125_000,
    "pay_vault_first": 52_000,
    "pay_vault_steady": 35_000,
    "ancestor_to_wallet_l3": 150_000,
    "claim_16_steady": 60_000,
    "claim_1024_steady": 65_000,
    "claim_1m_steady": 75_000,
    "claim_20_vaults_each": 34_000,
    "anchor_usage": 37_000,
    "settle_voucher": 75_000,
}

Figures = dict[str, dict[str, int]]


def main() -> int:
    """Measure, then print, keep or check; returns the exit code."""
    parser = argparse.ArgumentParser(description="Gas and fresh storage slots of each operation.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--write", action="store_true", help="keep the figures as the snapshot")
    parser.add_argument("--check", action="store_true", help="compare with the snapshot and the targets")
    options = parser.parse_args()
    figures = measure()
    if options.write:
        SNAPSHOT.parent.mkdir(parents=True, exist_ok=True)
        SNAPSHOT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        DOCUMENT.write_text(documented(figures), encoding="utf-8")
    if options.json:
        print(json.dumps(figures))
    else:
        Console().print(table(figures))
    problems = differences(figures) if options.check else []
    for problem in problems:
        print(f"gas: {problem}", file=sys.stderr)
    return 1 if problems else 0


def differences(figures: Figures) -> list[str]:
    """What differs from the snapshot, and what misses its target."""
    kept: Figures = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    found = [
        f"{name} was {kept.get(name)}, is {figures.get(name)}: if that is meant, `benchmarks/gas.py --write`"
        for name in sorted(kept.keys() | figures.keys())
        if kept.get(name) != figures.get(name)
    ]
    missed = [
        f"{name} costs {figures[name]['gas']:,} gas, more than its target of {target:,}"
        for name, target in TARGETS.items()
        if figures[name]["gas"] > target
    ]
    if DOCUMENT.read_text(encoding="utf-8") != documented(figures):
        found.append("docs/performance.md shows other figures: `benchmarks/gas.py --write`")
    return found + missed


def documented(figures: Figures) -> str:
    """The document with these figures in place of its own."""
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    rows = [
        f"| `{name}` | {figure['gas']:,} | {figure['new_slots']} | {_target(name)} |"
        for name, figure in figures.items()
    ]
    lines = ["| operation | gas | new slots | target |", "|---|---:|---:|---:|", *rows]
    return before + BEGIN + "\n".join(lines) + "\n" + END + after


def _target(name: str) -> str:
    return f"≤ {TARGETS[name]:,}" if name in TARGETS else ""


def table(figures: Figures) -> Table:
    """The figures for people."""
    result = Table(title="Gas by transaction, and storage slots that it writes for the first time")
    result.add_column("operation")
    for column in ("gas", "new slots", "target"):
        result.add_column(column, justify="right")
    for name, figure in figures.items():
        result.add_row(name, f"{figure['gas']:,}", str(figure["new_slots"]), _target(name))
    return result


def measure() -> Figures:
    """Runs all operations on a fresh chain."""
    with LocalNode() as node:
        bench = Bench.start(node.url)
        steps = (registering, buying, ordering, paying, claiming, deriving, using)
        return {name: figure for step in steps for name, figure in step(bench).items()}


@dataclass(frozen=True, slots=True)
class Bench:
    """A fresh deployment, seen by a licensor and a licensee; the licensee has test dollars."""

    web3: Web3
    licensor: Contracts
    licensee: Contracts
    dollar: Currency

    @classmethod
    def start(cls, url: str) -> Bench:
        """Deploys."""
        licensor = Chain(url, LocalSigner.development(0))
        licensee = Chain(url, LocalSigner.development(1))
        deployment = deploy(licensor)
        dollar = Currency(licensee, deployment.test_dollar or ZERO_ADDRESS)
        dollar.mint(licensee.account, 10**15)
        return cls(
            Web3(HTTPProvider(url)),
            Contracts.of(licensor, deployment),
            Contracts.of(licensee, deployment),
            dollar,
        )

    def figure(self, receipt: Receipt, parts: int = 1) -> dict[str, int]:
        """A transaction's gas and fresh slots, by part where it does several things at once."""
        return {"gas": receipt.gas_used // parts, "new_slots": self._new_slots(receipt) // parts}

    def _new_slots(self, receipt: Receipt) -> int:
        tracer: Any = {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}}
        answer: Any = self.web3.provider.make_request(
            "debug_traceTransaction",  # type: ignore[arg-type]
            [receipt.tx_hash, tracer],
        )
        before, after = answer["result"]["pre"], answer["result"]["post"]
        return sum(
            int(value, 16) != 0 and int(before.get(address, {}).get("storage", {}).get(slot, "0x0"), 16) == 0
            for address, account in after.items()
            for slot, value in account.get("storage", {}).items()
        )


def registering(bench: Bench) -> Figures:
    """A work, another by the same holder, a catalogue."""

    def register(
        name: str, works: int = 0, contracts: Contracts = bench.licensor, parts: int = 1
    ) -> dict[str, int]:
        document = sha256(b"document") if works else hash32(bytes(32))
        registration = Registration(
            contracts.chain.account, sha256(name.encode()), works, document, URI, Origin.HUMAN_MADE
        )
        return bench.figure(contracts.assets.register(registration), parts)

    register("of another holder", contracts=bench.licensee)  # the registry's very first writes its head
    return {
        "register_work_first": register("a"),
        "register_work_repeat": register("b"),
        "register_catalog": register("c", WORKS),
        "register_100_each": register("d", 100, parts=100),
    }


def buying(bench: Bench) -> Figures:
    """A license: for a new licensee, again, and with a permit. The vault has been paid before."""
    account, licenses = bench.licensee.chain.account, bench.licensee.licenses
    tree = split(2)
    vault = bench.licensee.vaults.vault_of(tree.root)
    bench.dollar.transfer(vault, 1)
    offer, signature = signed_offer(bench, vault)
    located, located_signature = signed_offer(bench, vault, URI)

    def buy(salt: int, licensee: Address = account) -> dict[str, int]:
        return bench.figure(licenses.buy(Order(offer, signature, licensee, hash32(salt.to_bytes(32)))))

    bench.dollar.approve(licenses.address, ALL)
    buy(1 << 60, licensee=bench.licensor.chain.account)  # the token's very first sale writes its head
    figures = {"buy_first": buy(1 << 60 | 1), "buy_repeat": buy(1 << 60 | 2)}
    bench.dollar.approve(licenses.address, 10 * offer.price)
    dearest = licenses.buy(Order(located, located_signature, account, hash32((1 << 60).to_bytes(32))))
    bench.dollar.approve(licenses.address, 0)
    for salt in (1 << 60 | 3, 1 << 60 | 4):
        permit = bench.dollar.sign_permit(licenses.address, offer.price, DEADLINE)
        receipt = licenses.buy_with_permit(
            Order(offer, signature, account, hash32(salt.to_bytes(32))), permit
        )
    return {
        **figures,
        "buy_repeat_dearest": bench.figure(dearest),
        "buy_permit_repeat": bench.figure(receipt),
    }


def ordering(bench: Bench) -> Figures:
    """Many licenses in one transaction, and one for many works. The allowance is unlimited."""
    account, licenses = bench.licensee.chain.account, bench.licensee.licenses
    bench.dollar.approve(licenses.address, ALL)
    paid = bench.licensee.vaults.vault_of(split(2).root)
    offer, signature = signed_offer(bench, paid)
    seats = licenses.buy(Order(offer, signature, account, hash32((1 << 61).to_bytes(32)), 100))
    signers = [LocalSigner.from_key(sha256(f"licensor {i}".encode())) for i in range(100)]
    works = [sha256(f"work {i}".encode()) for i in range(100)]
    for signer, work in zip(signers, works, strict=True):
        registration = Registration(signer.address, work, deadline=DEADLINE)
        message = registration.typed_data(bench.licensee.chain.chain_id, bench.licensee.assets.address)
        bench.licensee.assets.register_for(registration, signer.sign_typed_data(message))

    def basket(kind: str) -> list[Order]:
        vaults = [bench.licensee.vaults.vault_of(split(2, f"{kind} vault {i}").root) for i in range(100)]
        offers = (
            signed_offer(bench, vault, work=work, signer=signer)
            for vault, work, signer in zip(vaults, works, signers, strict=True)
        )
        return [Order(*signed, account, hash32((1 << 60).to_bytes(32))) for signed in offers]

    known, new = basket("known"), basket("new")
    for order in known:
        bench.dollar.transfer(order.offer.payee, 1)
    holder = checksum(bytes.fromhex(sha256(b"new holder")[2:42]))
    on_catalog, catalog_signature = signed_offer(bench, paid, work=sha256(b"c"))
    catalog = licenses.buy(Order(on_catalog, catalog_signature, holder, hash32((1 << 60).to_bytes(32))))
    return {
        "buy_seats_100_each": bench.figure(seats, parts=100),
        "buy_basket_100_each": bench.figure(licenses.buy_basket(known, skip=False), parts=100),
        "buy_basket_100_new_vaults_each": bench.figure(licenses.buy_basket(new, skip=False), parts=100),
        "buy_catalog": bench.figure(catalog),
    }


def paying(bench: Bench) -> Figures:
    """A vault: deployed; paid for the first time, and again. The number of payees is nowhere seen."""
    tree = split(1_024)
    vault = bench.licensee.vaults.vault_of(tree.root)
    first, again = bench.dollar.transfer(vault, 10**9), bench.dollar.transfer(vault, 10**9)
    return {
        "deploy_vault": bench.figure(bench.licensee.vaults.deploy(tree.root)),
        "pay_vault_first": bench.figure(first),
        "pay_vault_steady": bench.figure(again),
    }


def claiming(bench: Bench) -> Figures:
    """A payee's claim, not the first, out of splits of several sizes; and one from three vaults at once."""
    figures = {
        f"claim_{name}_steady": bench.figure(steady_claim(bench, *payee_of(size)))
        for name, size in (("2", 2), ("16", 16), ("1024", 1_024), ("1m", 1_000_000))
    }
    trees = [split(16, f"vault {i} ") for i in range(20)]
    claims = [VaultClaim(tree.root, bench.dollar.address, PAYEE, tree.proof(PAYEE)) for tree in trees]
    for _ in range(2):
        for claim in claims:
            bench.dollar.transfer(bench.licensee.vaults.vault_of(claim.root), 10**9)
        receipt = bench.licensee.vaults.claim(claims)
    return {**figures, "claim_20_vaults_each": bench.figure(receipt, parts=20)}


def deriving(bench: Bench) -> Figures:
    """A work made from another (level 2), one made from that (level 3), and what flows up from there.

    Both registrants have deeds already. The first work's payee claims their part of the third's income out of
    three vaults in one transaction, not for the first time.
    """
    bench.dollar.mint(bench.licensor.chain.account, 10**15)
    original = split(2, "original")
    vaults = bench.licensee.vaults
    first_vault = vaults.vault_of(original.root)
    granted = bought_to_derive(bench, bench.licensor, bench.licensee, sha256(b"a"), first_vault, 2 * YEAR)
    second, registered_second = derived(bench.licensee, granted, sha256(b"second"))
    second_vault = vaults.vault_of(second.split, second.lineage)
    granted = bought_to_derive(bench, bench.licensee, bench.licensor, sha256(b"second"), second_vault, YEAR)
    third, registered_third = derived(bench.licensor, granted, sha256(b"third"))
    claims = [
        VaultClaim(made.split, bench.dollar.address, made.parents[0].payee, proof, made.lineage)
        for made in (third, second)
        if (proof := made.parents[0].proof)
    ]
    claims.append(VaultClaim(original.root, bench.dollar.address, PAYEE, original.proof(PAYEE)))
    for _ in range(2):
        bench.dollar.transfer(vaults.vault_of(third.split, third.lineage), 10**9)
        receipt = vaults.claim(claims)
    return {
        "register_derivative_l2": bench.figure(registered_second),
        "register_derivative_l3": bench.figure(registered_third),
        "ancestor_to_wallet_l3": bench.figure(receipt),
    }


def bought_to_derive(
    bench: Bench, licensor: Contracts, licensee: Contracts, work: Hash32, vault: Address, duration: int
) -> Grant:
    """A license to derive from a work, which asks 5 % of the derivative's income for the work's vault.

    It runs `duration` seconds: a derivative's no longer than the one that it was made by, however many
    seconds pass between the two purchases.
    """
    signer = licensor.chain.signer_or_raise()
    uses = Use.DERIVE | Use.DISPLAY
    offer, signature = signed_offer(bench, vault, work=work, signer=signer, uses=uses, duration=duration)
    order = Order(offer, signature, licensee.chain.account, hash32((1 << 60).to_bytes(32)))
    Currency(licensee.chain, bench.dollar.address).approve(licensee.licenses.address, ALL)
    licensee.licenses.buy(order)
    return next(order.grants())


def derived(holder: Contracts, grant: Grant, content: Hash32) -> tuple[Derivation, Receipt]:
    """A derivative whose vault gives the parent its 5 %, and three others the rest."""
    others = (checksum(bytes.fromhex(sha256(f"maker {i}".encode())[2:42])) for i in range(2))
    tree = SumTree(
        [(grant.offer.payee, 500), (holder.chain.account, 5_500), *((who, 2_000) for who in others)]
    )
    parent = Parent(grant, CONDITIONS, tree.proof(grant.offer.payee))
    derivation = Derivation(tree.root, (parent,))
    registration = Registration(holder.chain.account, content, 0, hash32(bytes(32)), URI, Origin.AI_ASSISTED)
    return derivation, holder.assets.register_derivative(registration, derivation)


def using(bench: Bench) -> Figures:
    """A reporter's anchor of a million records, not the first; and a voucher's settlement, not the first."""
    usage, dollar = bench.licensee.usage, bench.dollar
    now = bench.licensee.chain.block().timestamp
    for i in range(2):
        anchored = usage.anchor(
            hash32(bytes(32)), sha256(f"records {i}".encode()), 10**6, now - 20 + 10 * i, now - 15 + 10 * i
        )
    vault = bench.licensee.vaults.vault_of(split(2).root)
    offer, signature = signed_offer(bench, vault, kind=Kind.METERED)
    order = Order(offer, signature, bench.licensee.chain.account, hash32((1 << 60).to_bytes(32)))
    bench.licensee.licenses.buy(order)
    grant = next(order.grants())
    dollar.approve(usage.address, ALL)
    usage.deposit(grant, 1_000 * offer.price)
    signer = bench.licensee.chain.signer_or_raise()
    for units in (300, 700):
        voucher = Voucher(grant.license_id, units)
        signed = signer.sign_typed_data(voucher.typed_data(bench.licensee.chain.chain_id, usage.address))
        settled = bench.licensor.usage.settle(grant, CONDITIONS, voucher, signed)
    return {"anchor_usage": bench.figure(anchored), "settle_voucher": bench.figure(settled)}


def steady_claim(bench: Bench, root: Hash32, proof: SumProof) -> Receipt:
    """The second claim of `PAYEE` from a vault."""
    vaults = bench.licensee.vaults
    vault = vaults.vault_of(root)
    vaults.deploy(root)
    for _ in range(2):
        bench.dollar.transfer(vault, 10**9)
        receipt = vaults.claim_from(vault, VaultClaim(root, bench.dollar.address, PAYEE, proof))
    return receipt


def payee_of(size: int) -> tuple[Hash32, SumProof]:
    """The root of a split of so many payees, and the proof of `PAYEE`.

    Of a large one only the path is made, with 20 siblings of the sums that a real tree has: no hash can tell.
    """
    if size <= 1_024:
        tree = split(size)
        return tree.root, tree.proof(PAYEE)
    depth = (size - 1).bit_length()
    siblings = tuple(SumNode(sha256(bytes([level])), 7 << level) for level in range(depth))
    proof = SumProof(7, siblings, 0x55555)
    return sum_root(PAYEE, proof)[0], proof


def split(size: int, name: str = "") -> SumTree:
    """A split of `PAYEE` and others, 7 shares each; another one for another name."""
    others = (checksum(bytes.fromhex(sha256(f"{name}{size}/{i}".encode())[2:42])) for i in range(size - 1))
    return SumTree([(PAYEE, 7), *((other, 7) for other in others)])


def signed_offer(
    bench: Bench,
    vault: Address,
    uri: str = "",
    work: Hash32 | None = None,
    signer: Signer | None = None,
    uses: Use = Use.TRAIN | Use.TRAIN_GENERATIVE,
    kind: Kind = Kind.SALE,
    duration: int = YEAR,
) -> tuple[Offer, bytes]:
    """An offer of a work: a price of 25 dollars, a year if not said otherwise, with an end of the sale.

    If not said otherwise, the licensor's, of the first work.
    """
    chain = bench.licensor.chain
    signer = signer or chain.signer_or_raise()
    offer = Offer(
        licensor=signer.address,
        asset_id=asset_id(work or sha256(b"a"), signer.address),
        epoch=0,
        payee=vault,
        currency=bench.dollar.address,
        price=25_000_000,
        uses=uses,
        terms_hash=sha256(b"terms"),
        terms_uri=uri,
        start=1_700_000_000,
        end=DEADLINE,
        duration=duration,
        kind=kind,
        transferable=kind != Kind.METERED,
        conditions=CONDITIONS.struct_hash(),
    )
    message = offer.typed_data(chain.chain_id, bench.licensor.licenses.address, CONDITIONS)
    return offer, signer.sign_typed_data(message)


CONDITIONS = Conditions(royalty_bps=500, salt=hash32((1 << 60).to_bytes(32)))
PAYEE = checksum(bytes.fromhex(sha256(b"payee")[2:42]))

if __name__ == "__main__":
    sys.exit(main())
