"""The code at a deployment's addresses, compared with the artifacts whose immutables are filled in."""

from collections.abc import Mapping
from typing import Final

from eth_utils.address import to_canonical_address
from rlp import encode as rlp_encode  # type: ignore[import-untyped]

from licet.chain.client import Chain
from licet.chain.compiled.artifacts import Artifact, artifact
from licet.chain.deployments.deployment import ADDRESSES, Deployment
from licet.errors import DeploymentError, NotAContract
from licet.rights.typed_data import domain_separator
from licet.trees.hashing import checksum, keccak
from licet.types import ZERO_ADDRESS, Address, Hash32, hash32

REGISTRY: Final = artifact("AssetRegistry")
LICENSES: Final = artifact("LicenseToken")
FACTORY: Final = artifact("RoyaltyVaultFactory")
_VAULT: Final = artifact("RoyaltyVault")
LEDGER: Final = artifact("UsageLedger")
ESCROW: Final = artifact("StatementEscrow")
DESK: Final = artifact("DisputeDesk")
_PURSE: Final = artifact("Purse")
DOLLAR: Final = artifact("TestDollar")


def code_hashes(
    chain: Chain, deployment: Deployment, terms: Mapping[Address, Mapping[str, int]]
) -> dict[str, Hash32]:
    """The hash of each contract's code, which must be the artifact's with these very immutables."""
    registry, token, factory, vault, ledger, escrow, desk = (
        getattr(deployment, name) for name in ADDRESSES[:-1]
    )

    def domain(contract: Address) -> dict[str, int]:
        return _domain_immutables(chain.chain_id, contract)

    immutables: list[tuple[Artifact, Address, Mapping[str, int]]] = [
        (
            REGISTRY,
            registry,
            {
                "licenseToken": int(token, 16),
                "vaultFactory": int(factory, 16),
                "usageLedger": int(ledger, 16),
                "statementEscrow": int(escrow, 16),
                "disputeDesk": int(desk, 16),
                "deploymentBlock": deployment.block,
                "_vaultImplementation": int(vault, 16),
                **domain(registry),
            },
        ),
        (
            LICENSES,
            token,
            {
                "_registry": int(registry, 16),
                "_factory": int(factory, 16),
                "_ledger": int(ledger, 16),
                "_desk": int(desk, 16),
                **domain(token),
            },
        ),
        (FACTORY, factory, {"implementation": int(vault, 16)}),
        (_VAULT, vault, domain(vault)),
        (
            LEDGER,
            ledger,
            {"licenseToken": int(token, 16), "purseCode": int(purse_of(ledger), 16), **domain(ledger)},
        ),
        (ESCROW, escrow, {"_factory": int(factory, 16), **terms[escrow]}),
        (DESK, desk, {"_registry": int(registry, 16), **terms[desk]}),
    ]
    hashes = {
        contract.name: checked_hash(chain, contract, address, values)
        for contract, address, values in immutables
    }
    for owner in (ledger, escrow, desk):
        checked_hash(chain, _PURSE, purse_of(owner), {"_owner": int(owner, 16)})
    return hashes


def checked_hash(chain: Chain, contract: Artifact, address: Address, immutables: Mapping[str, int]) -> Hash32:
    """The hash of the code at an address, which must be the artifact's."""
    code = chain.code(address) if address != ZERO_ADDRESS else b""
    if not code:
        raise NotAContract(
            f"there is no {contract.name} at {address} on chain {chain.chain_id}", address=address
        )
    if code != contract.runtime_code(immutables):
        raise DeploymentError(
            f"the code at {address} is not the {contract.name} that this version of Licet ships: "
            "check the address; do not trust this deployment",
            contract=contract.name,
            address=address,
            code_hash=hash32(keccak(code)),
        )
    return hash32(keccak(code))


def purse_of(owner: Address) -> Address:
    """The code of the purses that a contract pays from: the first contract that it created."""
    return create_address(owner, 1)


def create_address(sender: Address, nonce: int) -> Address:
    """The address of the contract that an account's transaction with this nonce creates (CREATE)."""
    return checksum(keccak(rlp_encode([to_canonical_address(sender), nonce]))[12:])


def _domain_immutables(chain_id: int, contract: Address) -> dict[str, int]:
    """What Solady's EIP712 keeps in the code of a contract."""
    return {
        "_cachedThis": int(contract, 16),
        "_cachedChainId": chain_id,
        "_cachedNameHash": int.from_bytes(keccak(b"Licet")),
        "_cachedVersionHash": int.from_bytes(keccak(b"1")),
        "_cachedDomainSeparator": int(domain_separator(chain_id, contract), 16),
    }
