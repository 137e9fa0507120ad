"""`RoyaltyVaultFactory` and the vaults that come from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from licet.chain.client import BlockId, Chain, Receipt
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import Deployment
from licet.contracts.currency import Currency
from licet.documents import SplitDocument
from licet.trees.hashing import checksum, keccak
from licet.trees.sums import SumProof
from licet.types import ZERO_HASH, Address, Hash32, address_bytes, hash32, hash_bytes

_ABI: Final = artifact("RoyaltyVaultFactory").abi
_VAULT_ABI: Final = artifact("RoyaltyVault").abi

# A clone with a 32 byte argument (Solady's LibClone): what creates it, and its code before and after the
# implementation's address.
_CLONE_CREATION: Final = bytes.fromhex("61004d3d81600a3d39f3")
_CLONE_BEFORE: Final = bytes.fromhex("363d3d373d3d3d363d73")
_CLONE_AFTER: Final = bytes.fromhex("5af43d82803e903d91602b57fd5bf3")


@dataclass(frozen=True, slots=True)
class Vault:
    """A vault, as its address commits to it.

    Attributes:
        split: who gets which share of what is paid there.
        salt: 0 for an asset's own vault, a derivative's lineage, or a statement's id.
    """

    split: SplitDocument
    salt: Hash32 = ZERO_HASH


@dataclass(frozen=True, slots=True)
class VaultClaim:
    """A claim on one vault.

    Attributes:
        root: the vault's split.
        token: what to claim; the zero address for the native coin.
        payee: who is paid.
        proof: of the payee's share.
        salt: of the vault's address.
    """

    root: Hash32
    token: Address
    payee: Address
    proof: SumProof
    salt: Hash32 = ZERO_HASH

    def share(self) -> tuple[Any, ...]:
        """The payee's share, as the contracts take it."""
        return self.proof.to_abi(self.payee)


class RoyaltyVaultFactory:
    """The factory at an address, and its vaults. Calls that change something raise as `Chain.send` does."""

    def __init__(self, chain: Chain, address: Address) -> None:
        self.chain: Final = chain
        self.address: Final = address

    def vault_of(self, root: Hash32, salt: Hash32 = ZERO_HASH) -> Address:
        """The address of a split's vault, deployed or not."""
        return Address(self.chain.call(_ABI, self.address, "vaultOf", root, salt))

    def publish(
        self,
        root: Hash32,
        document_hash: Hash32 = ZERO_HASH,
        uri: str = "",
        payees: Sequence[tuple[Address, int]] = (),
        *,
        salt: Hash32 = ZERO_HASH,
    ) -> Receipt:
        """Publishes a split: the payees themselves, or the hash and URI of the document that has them."""
        return self.chain.send(_ABI, self.address, "publish", root, salt, document_hash, uri, list(payees))

    def deploy(self, root: Hash32, salt: Hash32 = ZERO_HASH) -> Receipt:
        """Deploys a split's vault; not needed before a claim from the factory."""
        return self.chain.send(_ABI, self.address, "deploy", root, salt)

    def claim(self, claims: Sequence[VaultClaim]) -> Receipt:
        """Pays what is due from many vaults in one transaction; claims with nothing due are skipped."""
        batch = [(claim.root, claim.salt, claim.token, claim.share()) for claim in claims]
        return self.chain.send(_ABI, self.address, "claim", batch)

    def would_pay(self, claims: Sequence[VaultClaim]) -> tuple[int, ...]:
        """What `claim` would pay now for each claim, in its token's smallest unit; sends nothing."""
        batch = [(claim.root, claim.salt, claim.token, claim.share()) for claim in claims]
        return tuple(self.chain.simulate(_ABI, self.address, "claim", batch))

    def claim_from(self, vault: Address, claim: VaultClaim) -> Receipt:
        """Pays what is due from one deployed vault.

        Raises:
            NothingDue: all has been paid.
        """
        return self.chain.send(_VAULT_ABI, vault, "claim", claim.token, claim.share())

    def claim_to(
        self,
        vault: Address,
        claim: VaultClaim,
        receiver: Address,
        *,
        deadline: int = 0,
        signature: bytes = b"",
    ) -> Receipt:
        """Pays what is due from one deployed vault to an address that the payee names.

        Args:
            vault: the vault.
            claim: on it.
            receiver: who gets it.
            deadline: of the payee's signature, unix seconds.
            signature: the payee's over a `ClaimTo`; empty where the chain's account is the payee.

        Raises:
            NothingDue: all has been paid.
        """
        return self.chain.send(
            _VAULT_ABI, vault, "claimTo", claim.token, receiver, claim.share(), deadline, signature
        )

    def due(self, vault: Address, claim: VaultClaim, block: BlockId = "latest") -> int:
        """What a claim on a deployed vault would pay now.

        Raises:
            ShareNotInSplit: the proof is of another split.
        """
        return int(self.chain.call(_VAULT_ABI, vault, "due", claim.token, claim.share(), block=block))

    def released(self, vault: Address, token: Address, block: BlockId = "latest") -> int:
        """All that a vault has paid out in a token; 0 for one that is not deployed."""
        if not self.chain.code(vault, block):
            return 0
        return int(self.chain.call(_VAULT_ABI, vault, "released", token, block=block))

    def released_to(self, vault: Address, token: Address, payee: Address, block: BlockId = "latest") -> int:
        """All that a vault has paid to one payee in a token; 0 for one that is not deployed."""
        if not self.chain.code(vault, block):
            return 0
        return int(self.chain.call(_VAULT_ABI, vault, "releasedTo", token, payee, block=block))

    def received(self, vault: Address, token: Address, block: BlockId = "latest") -> int:
        """All that ever came into a vault in a token: its balance and what it has paid out."""
        return Currency(self.chain, token).balance_of(vault, block) + self.released(vault, token, block)

    def implementation(self) -> Address:
        """The code that all vaults run."""
        return Address(self.chain.call(_ABI, self.address, "implementation"))

    def head(self, block: BlockId = "latest") -> Hash32:
        """The rolling head of the factory's logs."""
        return Hash32(self.chain.call(_ABI, self.address, "head", block=block))


def vault_in(deployment: Deployment, root: Hash32, salt: Hash32 = ZERO_HASH) -> Address:
    """The address of a split's vault in a deployment; see `vault_address`."""
    return vault_address(root, deployment.vault_implementation, deployment.vault_factory, salt)


def vault_address(
    root: Hash32, implementation: Address, factory: Address, salt: Hash32 = ZERO_HASH
) -> Address:
    """The address of a split's vault, computed with no node: CREATE2 of a clone that carries the root.

    The salt is 0 for an asset's own vault, a derivative's `lineage`, or a statement's id.
    """
    code = _CLONE_CREATION + vault_code(root, implementation)
    return checksum(keccak(b"\xff" + address_bytes(factory) + hash_bytes(salt) + keccak(code))[12:])


def vault_code(root: Hash32, implementation: Address) -> bytes:
    """The code of a deployed vault: a clone of the implementation, followed by the root."""
    return _CLONE_BEFORE + address_bytes(implementation) + _CLONE_AFTER + hash_bytes(root)


def root_in_code(code: bytes, implementation: Address) -> Hash32 | None:
    """The root that a vault's code carries; None for code that is no vault's of this implementation."""
    root = hash32(code[-32:]) if len(code) >= 32 else ZERO_HASH
    return root if code == vault_code(root, implementation) else None
