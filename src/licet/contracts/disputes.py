"""`DisputeDesk`: disputes of deeds, works and licenses; and an arbitrator for trying out."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from licet.chain.client import BlockId, Chain, Receipt
from licet.chain.compiled.artifacts import artifact
from licet.contracts.assets import DeedFlag
from licet.contracts.cases import Cases
from licet.rights.conditions import Conditions
from licet.rights.order import Grant
from licet.trees.catalog import CatalogProof
from licet.types import ZERO_HASH, Address, Hash32

_ABI: Final = artifact("DisputeDesk").abi
_ARBITRATOR_ABI: Final = artifact("MultisigArbitrator").abi


class Kind(IntEnum):
    """What a dispute is about."""

    ASSET = 0
    WORK = 1
    LICENSE = 2


@dataclass(frozen=True, slots=True)
class Claim:
    """What a dispute of an asset says beyond the case; zeros for other cases.

    Attributes:
        payee: who gets what was escrowed, if the claim is upheld.
        counter_bond_by: who staked a bond against it; the zero address for nobody.
    """

    payee: Address
    counter_bond_by: Address


@dataclass(frozen=True, slots=True)
class AssetState:
    """How an asset's disputes stand.

    Attributes:
        latest: its latest case; 0 for none.
        settled: all its cases up to this one were closed when the next was opened.
        upheld: its earliest-opened upheld case; 0 for none.
        open: how many of its cases are open.
        escrowing: how many of those its holder staked no bond against.
    """

    latest: int
    settled: int
    upheld: int
    open: int
    escrowing: int


class Ruling(IntEnum):
    """What the arbitrator may decide."""

    REFUSED = 0
    UPHOLD = 1
    REJECT = 2


class DisputeDesk(Cases):
    """The dispute desk at an address. Calls that change something raise as `Chain.send` does.

    Disputes are opened at `opening_cost()`, which is sent along.
    """

    def dispute_asset(
        self,
        asset_id: Hash32,
        claim_id: Hash32,
        payee: Address,
        evidence_hash: Hash32 = ZERO_HASH,
        evidence_uri: str = "",
    ) -> Receipt:
        """Disputes a deed; the chain's account must hold another, on which it claims the content.

        Args:
            asset_id: the deed disputed.
            claim_id: the account's own deed.
            payee: who gets what is escrowed from now on, if the claim is upheld.
            evidence_hash: SHA-256 of the evidence; zero for none.
            evidence_uri: where the evidence is, at most 1,024 bytes.
        """
        return self.chain.send(
            _ABI,
            self.address,
            "disputeAsset",
            asset_id,
            claim_id,
            payee,
            evidence_hash,
            evidence_uri,
            value=self.opening_cost(),
        )

    def dispute_work(
        self,
        asset_id: Hash32,
        sha256: Hash32,
        registrant: Address,
        proof: CatalogProof,
        claim_id: Hash32,
        evidence_hash: Hash32 = ZERO_HASH,
        evidence_uri: str = "",
    ) -> Receipt:
        """Disputes one work of a catalogue.

        Args:
            asset_id: the catalogue's.
            sha256: the work's.
            registrant: who registered the catalogue.
            proof: that the work is in it.
            claim_id: the chain's account's own deed.
            evidence_hash: SHA-256 of the evidence; zero for none.
            evidence_uri: where the evidence is, at most 1,024 bytes.
        """
        return self.chain.send(
            _ABI,
            self.address,
            "disputeWork",
            asset_id,
            sha256,
            registrant,
            proof.siblings,
            proof.sides,
            claim_id,
            evidence_hash,
            evidence_uri,
            value=self.opening_cost(),
        )

    def dispute_license(
        self, grant: Grant, conditions: Conditions, evidence_hash: Hash32 = ZERO_HASH, evidence_uri: str = ""
    ) -> Receipt:
        """Disputes a revocable license; the chain's account must hold the licensed asset's deed."""
        return self.chain.send(
            _ABI,
            self.address,
            "disputeLicense",
            grant.to_abi(),
            conditions.to_abi(),
            evidence_hash,
            evidence_uri,
            value=self.opening_cost(),
        )

    def counter_bond(self, case_id: int) -> Receipt:
        """Stakes the bond against a dispute of the chain's account's deed: it escrows no further sale."""
        return self.chain.send(_ABI, self.address, "counterBond", case_id, value=self.bond())

    def release(self, case_id: int, payee: Address, token: Address) -> Receipt:
        """Pays out what was sold for `payee` while a case was the latest of its asset; anybody may call.

        Args:
            case_id: the case.
            payee: whom the offers name.
            token: the currency; the zero address for the native coin.
        """
        return self.chain.send(_ABI, self.address, "release", case_id, payee, token)

    def escrow_of(self, asset_id: Hash32, payee: Address, block: BlockId = "latest") -> Address:
        """Where a sale of an asset is to be paid now: the payee itself, or the escrow for it."""
        return Address(self.chain.call(_ABI, self.address, "escrowOf", asset_id, payee, block=block))

    def purse_of(self, case_id: int, payee: Address) -> Address:
        """Where sales for a payee were paid while a case was the latest of its asset."""
        return Address(self.chain.call(_ABI, self.address, "purseOf", case_id, payee))

    def upheld(self, case_id: int, license_id: Hash32, block: BlockId = "latest") -> bool:
        """Whether a case is a dispute of this license, and was upheld."""
        return bool(self.chain.call(_ABI, self.address, "upheld", case_id, license_id, block=block))

    def work_flags(self, asset_id: Hash32, sha256: Hash32, block: BlockId = "latest") -> DeedFlag:
        """Whether a work of a catalogue is disputed, or defeated."""
        return DeedFlag(self.chain.call(_ABI, self.address, "workFlags", asset_id, sha256, block=block))

    def asset_state(self, asset_id: Hash32, block: BlockId = "latest") -> AssetState:
        """How an asset's disputes stand."""
        return AssetState(**self.chain.call(_ABI, self.address, "assetState", asset_id, block=block))

    def claim(self, case_id: int, block: BlockId = "latest") -> Claim:
        """What a dispute of an asset says beyond the case."""
        found = self.chain.call(_ABI, self.address, "claimOf", case_id, block=block)
        return Claim(found["payee"], found["counterBondBy"])

    def work_of(self, case_id: int, block: BlockId = "latest") -> Hash32:
        """The SHA-256 of the work that a case is about; zero for other cases."""
        return Hash32(self.chain.call(_ABI, self.address, "workOf", case_id, block=block))


class MultisigArbitrator:
    """An arbitrator whose owners vote. Calls that change something raise as `Chain.send` does."""

    def __init__(self, chain: Chain, address: Address) -> None:
        self.chain: Final = chain
        self.address: Final = address

    def vote(self, dispute_id: int, ruling: Ruling) -> Receipt:
        """Votes for a ruling; the chain's account must be an owner. The deciding vote also hands it over."""
        return self.chain.send(_ARBITRATOR_ABI, self.address, "vote", dispute_id, int(ruling))

    def execute(self, dispute_id: int) -> Receipt:
        """Hands over the ruling of a solved dispute that was refused before; anybody may."""
        return self.chain.send(_ARBITRATOR_ABI, self.address, "execute", dispute_id)

    def withdraw(self, owner: Address) -> Receipt:
        """Pays an owner all fees due to them; anybody may call."""
        return self.chain.send(_ARBITRATOR_ABI, self.address, "withdraw", owner)

    def due(self, owner: Address, block: BlockId = "latest") -> int:
        """Fees due to an owner, in wei."""
        return int(self.chain.call(_ARBITRATOR_ABI, self.address, "due", owner, block=block))

    def executed(self, dispute_id: int, block: BlockId = "latest") -> bool:
        """Whether the ruling was taken by the contract that asked for it."""
        return bool(self.chain.call(_ARBITRATOR_ABI, self.address, "executed", dispute_id, block=block))

    def vote_of(self, dispute_id: int, owner: Address, block: BlockId = "latest") -> Ruling | None:
        """An owner's vote; None for none yet."""
        vote = int(self.chain.call(_ARBITRATOR_ABI, self.address, "voteOf", dispute_id, owner, block=block))
        return Ruling(vote - 1) if vote else None

    def dispute_count(self, block: BlockId = "latest") -> int:
        """How many disputes there were; they are numbered from 0."""
        return int(self.chain.call(_ARBITRATOR_ABI, self.address, "disputeCount", block=block))

    def owners(self) -> tuple[Address, ...]:
        """Who votes."""
        return tuple(self.chain.call(_ARBITRATOR_ABI, self.address, "owners"))

    def threshold(self) -> int:
        """How many equal votes decide."""
        return int(self.chain.call(_ARBITRATOR_ABI, self.address, "threshold"))

    def cost(self, block: BlockId = "latest") -> int:
        """The fee of a dispute, in wei."""
        return int(self.chain.call(_ARBITRATOR_ABI, self.address, "arbitrationCost", b"", block=block))
