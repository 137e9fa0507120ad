"""The bazaar itself: people, the clock, and attempts, of which what was predicted must come."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest

from licet.chain.client import Receipt
from licet.contracts.disputes import MultisigArbitrator
from licet.contracts.vaults import Vault, vault_in
from licet.documents import PayeeShare, SplitDocument, VoucherDocument, sha256
from licet.errors import LicetError
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32
from tests.integration.bazaar.model import Model, VaultBook
from tests.integration.conftest import DEPLOYER, Network, Party, development_signer

T = TypeVar("T")
Refusals = Collection[type[LicetError]]

PURSE_OF_GOLD = 10**15
"""What everybody starts with, in test dollars' smallest unit."""
SLACK = 12
"""Blocks, of a second each, that an attempt may take: no outcome may change meanwhile."""


@dataclass(frozen=True)
class Attempt:
    """What somebody tries.

    Attributes:
        act: does it, through a role.
        then: books what came of it.
        refusals: the errors of which one must come, at a time; none if it must succeed.
        outlook: what else depends on the time.
    """

    act: Callable[[], Any]
    then: Callable[[Any], None]
    refusals: Callable[[int], Refusals] = lambda _: ()
    outlook: Callable[[int], object] = lambda _: None

    def at(self, now: int) -> tuple[set[type[LicetError]], object]:
        """All that depends on the time."""
        return set(self.refusals(now)), self.outlook(now)


@dataclass(frozen=True)
class Bazaar:
    """Six people on a chain whose every block is a second after the one before."""

    network: Network
    folder: Path

    @cached_property
    def people(self) -> tuple[Party, ...]:
        return tuple(
            Party(self.network, development_signer(number), self.folder / "documents")
            for number in range(1, 7)
        )

    @cached_property
    def model(self) -> Model:
        return Model()

    @cached_property
    def vouchers(self) -> dict[Hash32, list[VoucherDocument]]:
        """What licensees signed, by license."""
        return {}

    @cached_property
    def tally(self) -> Counter[tuple[str, str]]:
        """How often each operation succeeded, or was refused with which error."""
        return Counter()

    @cached_property
    def dollar(self) -> Address:
        assert self.network.deployment.test_dollar is not None
        return self.network.deployment.test_dollar

    @cached_property
    def arbitrator(self) -> MultisigArbitrator:
        chain = self.network.chain(development_signer(DEPLOYER))
        return MultisigArbitrator(chain, self.network.deployment.arbitrator)

    def open(self) -> None:
        """Everybody comes, with money."""
        self.network.rpc("anvil_setBlockTimestampInterval", 1)
        for person in self.people:
            person.receive_dollars(PURSE_OF_GOLD)
            self.model.held[person.address, self.dollar] = PURSE_OF_GOLD

    def try_out(self, name: str, attempt: Attempt) -> None:
        """Does what is attempted; it must come out as predicted."""
        now = self.network.now
        while attempt.at(now + 1) != attempt.at(now + SLACK):
            now = self.network.travel(SLACK)
        expected = set(attempt.refusals(now + 1))
        if not expected:
            attempt.then(attempt.act())
            self.tally[name, "done"] += 1
            return
        with pytest.raises(tuple(expected)) as caught:
            attempt.act()
        assert type(caught.value) in expected
        self.tally[name, type(caught.value).__name__] += 1

    # What operations need.

    def somebody(self, random: Random, but: Collection[Address] = ()) -> Party:
        """Anybody, or anybody else."""
        return random.choice([person for person in self.people if person.address not in but])

    def party(self, address: Address) -> Party:
        return next(person for person in self.people if person.address == address)

    def mostly(self, random: Random, address: Address) -> Party:
        """As a rule who it should be."""
        return self.party(address) if random.random() < 0.85 else self.somebody(random)

    def time(self, receipt: Receipt) -> int:
        """When a transaction's block was made."""
        block = self.network.rpc("eth_getBlockByNumber", hex(receipt.block_number), False)
        return int(block["timestamp"], 16)

    def token(self, random: Random) -> Address:
        """The dollar, or the native coin."""
        return self.dollar if random.random() < 0.7 else ZERO_ADDRESS

    def new_work(self, random: Random) -> tuple[Path, Hash32]:
        """A work that nobody has seen before, in a file that is named by its hash."""
        data = random.randbytes(40)
        content = sha256(data)
        path = self.work(content)
        path.write_bytes(data)
        return path, content

    def work(self, content: Hash32) -> Path:
        return self.folder / f"work-{content}"

    def split(self, random: Random, whole: int | None = None) -> SplitDocument:
        """Some people, and maybe an older vault; of a whole, if there is one to divide."""
        payees = [person.address for person in random.sample(self.people, random.randint(1, 3))]
        if self.model.vaults and random.random() < 0.25:
            payees.append(recent(random, list(self.model.vaults)))
        shares = [random.randint(1, 1_000) for _ in payees]
        if whole is not None:
            shares[0] = whole - sum(shares[1:])
        return SplitDocument.of(map(PayeeShare, payees, shares))

    def vault_of(self, split: SplitDocument, salt: Hash32 = ZERO_HASH) -> VaultBook:
        """The book of a split's vault."""
        address = vault_in(self.network.deployment, split.tree().root, salt)
        return self.model.add_vault(Vault(split, salt), address)


def recent(random: Random, items: Sequence[T]) -> T:
    """One of some things: as a rule of the newest, so that much comes of each."""
    if random.random() < 0.2:
        return random.choice(items)
    return items[-1 - min(int(random.expovariate(1 / 6)), len(items) - 1)]
