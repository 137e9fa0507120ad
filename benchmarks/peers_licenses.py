"""Works registered and licenses sold, for `benchmarks/peers.py`: beside EAS and Unlock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from eth_abi.abi import encode
from gas import ALL, PAYEE, URI, Bench, Figures
from peers_contracts import (
    EAS,
    OPENZEPPELIN,
    UNLOCK,
    Comparison,
    Maker,
    Peer,
)

from licet.documents import sha256
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, hash_bytes

WORKS = 1_000
PRICE = 25_000_000  # 25 dollars of 6 decimals, the price in gas.py
YEAR = 31_536_000


def attesting(bench: Bench, ours: Figures) -> Iterator[Comparison]:
    """Works put on record, by the Ethereum Attestation Service and by Licet."""
    maker = Maker(bench.web3, bench.licensor.chain, EAS.artifacts("artifacts/contracts"))
    schemas, _ = maker.create("SchemaRegistry.sol/SchemaRegistry")
    eas, _ = maker.create("EAS.sol/EAS", schemas.address)
    receipt = schemas.send("register", "bytes32 content,string uri", ZERO_ADDRESS, True)
    schema = schemas.logged(receipt, "Registered")["uid"]

    def attestation(name: str) -> tuple[Any, ...]:
        data = encode(["bytes32", "string"], [hash_bytes(sha256(name.encode())), URI])
        return ZERO_ADDRESS, 0, True, ZERO_HASH, data, 0

    hashes = [sha256(f"work {i}".encode()) for i in range(WORKS)]
    records = [attestation(f"work {i}") for i in range(WORKS)]
    first = eas.by(bench.licensee.chain).send("attest", (schema, attestation("a"))).gas_used
    later = eas.by(bench.licensee.chain).send("attest", (schema, attestation("b"))).gas_used
    bare = eas.send("timestamp", sha256(b"c")).gas_used
    root = eas.send("timestamp", sha256(b"d")).gas_used
    # In as many transactions as EIP-7825's cap on each asks for.
    many_bare = sum(eas.send("multiTimestamp", part).gas_used for part in parts(hashes, 500))
    many = sum(eas.send("multiAttest", [(schema, part)]).gas_used for part in parts(records, 60))

    def row(operation: str, call: str, gas: int, name: str) -> Comparison:
        return Comparison(operation, f"EAS {call}", gas, f"`{name}`", ours[name]["gas"])

    yield row("register a work: bare hash, holder's later", "timestamp", bare, "register_work_repeat")
    yield row("register a work: hash and URI, holder's first", "attest", first, "register_work_first")
    yield row("register a work: hash and URI, holder's later", "attest", later, "register_work_repeat")
    yield row(f"register {WORKS:,} works: one root", "timestamp", root, "register_catalog")
    yield row(f"register {WORKS:,} works: bare hashes", "multiTimestamp", many_bare, "register_catalog")
    yield row(f"register {WORKS:,} works: hash and URI each", "multiAttest", many, "register_catalog")


def parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The items, so many at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


def selling(bench: Bench, ours: Figures) -> Iterator[Comparison]:
    """A license or key for a year, sold for test dollars under a standing, unlimited allowance."""
    maker = Maker(bench.web3, bench.licensor.chain, UNLOCK.artifacts("dist/abis"))
    lock = new_lock(bench, maker)
    bench.dollar.approve(lock.address, ALL)
    buyer = bench.licensee.chain

    def buy(recipient: Address = buyer.account) -> int:
        purchase = (PRICE, recipient, ZERO_ADDRESS, ZERO_ADDRESS, ZERO_ADDRESS, b"", 0)
        return lock.by(buyer).send("purchase", [purchase]).gas_used

    buy(bench.licensor.chain.account)  # the lock's very first, as in gas.py
    for state, name in (("first", "buy_first"), ("later", "buy_repeat")):
        operation = f"sell a license in ERC-20: licensee's {state}"
        yield Comparison(operation, "Unlock purchase", buy(), f"`{name}`", ours[name]["gas"])


def new_lock(bench: Bench, maker: Maker) -> Peer:
    """Unlock's newest lock, priced in test dollars. Unlock stands behind a proxy, since it starts only so."""
    account, admin = bench.licensor.chain.account, PAYEE
    code, _ = maker.create("Unlock/UnlockV14")
    proxies = Maker(maker.web3, maker.chain, OPENZEPPELIN.artifacts("build/contracts"))
    start = code.abi.encode_call("initialize", (account,))
    proxy, _ = proxies.create("TransparentUpgradeableProxy", code.address, admin, start)
    unlock = Peer(maker.chain, code.abi, proxy.address)
    template, _ = maker.create("PublicLock/PublicLockV15", initialize=6, purchase=1)
    unlock.send("addLockTemplate", template.address, 15)
    unlock.send("setLockTemplate", template.address)
    terms = (account, YEAR, bench.dollar.address, PRICE, ALL, "Benchmark")
    receipt = unlock.send("createUpgradeableLock", template.abi.encode_call("initialize", terms))
    lock = Peer(unlock.chain, template.abi, unlock.logged(receipt, "NewLock")["newLockAddress"])
    lock.send("updateLockConfig", YEAR, ALL, 10)  # more than one key a holder
    return lock
