"""Where the contracts are on a chain, and whether they are the contracts that this package ships.

A deployment is known by its registry's address alone: the registry names the others, and the code of each is
compared with the artifact, its immutables filled in.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Self

from eth_utils.address import to_canonical_address
from rlp import encode as rlp_encode  # type: ignore[import-untyped]

from licet.chain.client import Chain, Receipt
from licet.chain.compiled.artifacts import Artifact, artifact
from licet.chain.local.development import LOCAL_CHAIN_IDS
from licet.errors import (
    DeploymentError,
    InputError,
    NotAContract,
    NotARegistry,
    Reverted,
    UnexpectedAnswer,
    WrongChain,
)
from licet.rights.typed_data import domain_separator
from licet.trees.hashing import checksum, keccak, parse_address
from licet.types import ZERO_ADDRESS, Address, Hash32, hash32, parse_hash

_REGISTRY: Final = artifact("AssetRegistry")
_LICENSES: Final = artifact("LicenseToken")
_FACTORY: Final = artifact("RoyaltyVaultFactory")
_VAULT: Final = artifact("RoyaltyVault")
_LEDGER: Final = artifact("UsageLedger")
_ESCROW: Final = artifact("StatementEscrow")
_DESK: Final = artifact("DisputeDesk")
_PURSE: Final = artifact("Purse")
_ARBITRATOR: Final = artifact("MultisigArbitrator")
_DOLLAR: Final = artifact("TestDollar")


@dataclass(frozen=True, slots=True)
class Arbitration:
    """Who decides disputes and contests, and on what terms; fixed at deployment.

    Attributes:
        arbitrator: an ERC-792 arbitrator; if not given, one is deployed whose only owner is the deploying
            account, which is for trying out.
        bond: what a claim costs that turns out false, in wei.
        timeout: seconds after which a case that nobody ruled on lapses.
        fee: of the arbitrator that is deployed, in wei for each case.
    """

    arbitrator: Address | None = None
    bond: int = 10**16
    timeout: int = 30 * 86_400
    fee: int = 10**15


@dataclass(frozen=True, slots=True)
class Deployment:
    """The contracts of one deployment.

    Attributes:
        chain_id: EIP-155 chain id.
        block: the block that the registry was deployed in; nothing happened before it.
        asset_registry: the one address that an auditor needs.
        license_token: sells licenses.
        vault_factory: where vaults come from.
        vault_implementation: the code that all vaults run.
        usage_ledger: where use is reported and metered licenses are paid.
        statement_escrow: where periods' payouts wait until nobody contests them.
        dispute_desk: where deeds, works and licenses are disputed.
        arbitrator: who decides, whose code is not Licet's to check.
        test_dollar: the stablecoin for trying out; on local chains only.
        code_hashes: keccak256 of the code at each address, by the artifact's name.
    """

    chain_id: int
    block: int
    asset_registry: Address
    license_token: Address
    vault_factory: Address
    vault_implementation: Address
    usage_ledger: Address
    statement_escrow: Address
    dispute_desk: Address
    arbitrator: Address
    test_dollar: Address | None
    code_hashes: Mapping[str, Hash32]

    def save(self, path: Path) -> None:
        """Writes the deployment as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2, sort_keys=True) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what `save` wrote.

        Raises:
            InputError: the file cannot be read, or is not a deployment.
        """
        try:
            data = json.loads(path.read_bytes())
            dollar = data["test_dollar"]
            return cls(
                chain_id=int(data["chain_id"]),
                block=int(data["block"]),
                test_dollar=None if dollar is None else parse_address(dollar),
                code_hashes={name: parse_hash(value) for name, value in data["code_hashes"].items()},
                **{name: parse_address(data[name]) for name in _ADDRESSES},
            )
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
        except (InputError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path} is not a deployment file: `licet deploy` makes one") from error

    def check(self, chain: Chain) -> None:
        """Makes sure that a chain has these very contracts.

        Raises:
            WrongChain: the node is on another chain.
            NotAContract: there is no code at an address.
            DeploymentError: the code at an address is not the one noted here, or not the one shipped.
        """
        if chain.chain_id != self.chain_id:
            raise WrongChain(
                f"the deployment is on chain {self.chain_id}, the node at {chain.url} on {chain.chain_id}: "
                "name a node of the deployment's chain",
                expected=self.chain_id,
                actual=chain.chain_id,
            )
        found = discover(chain, self.asset_registry)
        for name, expected in found.code_hashes.items():
            _agree(f"{name} has the code hash", self.code_hashes.get(name), expected)
        # The hashes are of the contracts that the registry names; they say nothing of other addresses.
        for name in _ADDRESSES[1:]:
            _agree(f"the {name} is at", getattr(self, name), getattr(found, name))
        _agree("the registry was deployed in block", self.block, found.block)
        if self.test_dollar is not None:
            _checked(chain, _DOLLAR, self.test_dollar, {})


def _agree(what: str, noted: object, found: object) -> None:
    if noted != found:
        raise DeploymentError(
            f"the deployment file says that {what} {noted}, the chain says {found}: "
            "the file is of another deployment, or was altered",
            noted=noted,
            found=found,
        )


_NAMED: Final = ("licenseToken", "vaultFactory", "usageLedger", "statementEscrow", "disputeDesk")
_ADDRESSES: Final = (
    "asset_registry",
    "license_token",
    "vault_factory",
    "vault_implementation",
    "usage_ledger",
    "statement_escrow",
    "dispute_desk",
    "arbitrator",
)


def discover(chain: Chain, registry: Address) -> Deployment:
    """The deployment that a registry belongs to, each contract's code compared with the one shipped.

    Raises:
        NotAContract: there is no code at an address.
        NotARegistry: another program's contract stands there.
        DeploymentError: the code at an address is not the one shipped.
    """
    if not chain.code(registry):
        raise NotAContract(
            f"there is no contract at {registry} on chain {chain.chain_id}: "
            "check the registry's address, and that the node is on the right chain",
            address=registry,
        )
    try:
        named = {name: chain.call(_REGISTRY.abi, registry, name) for name in _NAMED}
        block = chain.call(_REGISTRY.abi, registry, "deploymentBlock")
    except (Reverted, UnexpectedAnswer) as error:
        raise NotARegistry(
            f"the contract at {registry} is not a registry of Licet: check the address", address=registry
        ) from error
    try:
        implementation = chain.call(_FACTORY.abi, named["vaultFactory"], "implementation")
        arbitrator = chain.call(_DESK.abi, named["disputeDesk"], "arbitrator")
        terms = {
            address: {
                "_arbitrator": int(arbitrator, 16),
                "_purse": int(_purse_of(address), 16),
                **{name: chain.call(_DESK.abi, address, name) for name in ("bond", "timeout")},
            }
            for address in (named["statementEscrow"], named["disputeDesk"])
        }
    except (Reverted, UnexpectedAnswer) as error:
        raise DeploymentError(
            f"the contract at {registry} is not a registry of Licet, or names others than Licet's: "
            "do not trust this deployment",
            address=registry,
        ) from error
    deployment = Deployment(
        chain_id=chain.chain_id,
        block=block,
        asset_registry=registry,
        license_token=named["licenseToken"],
        vault_factory=named["vaultFactory"],
        vault_implementation=implementation,
        usage_ledger=named["usageLedger"],
        statement_escrow=named["statementEscrow"],
        dispute_desk=named["disputeDesk"],
        arbitrator=arbitrator,
        test_dollar=None,
        code_hashes={},
    )
    return replace(deployment, code_hashes=_code_hashes(chain, deployment, terms))


def _code_hashes(
    chain: Chain, deployment: Deployment, terms: Mapping[Address, Mapping[str, int]]
) -> dict[str, Hash32]:
    """The hash of each contract's code, which must be the artifact's with these very immutables."""
    registry, token, factory, vault, ledger, escrow, desk = (
        getattr(deployment, name) for name in _ADDRESSES[:-1]
    )

    def domain(contract: Address) -> dict[str, int]:
        return _domain_immutables(chain.chain_id, contract)

    immutables: list[tuple[Artifact, Address, Mapping[str, int]]] = [
        (
            _REGISTRY,
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
            _LICENSES,
            token,
            {
                "_registry": int(registry, 16),
                "_factory": int(factory, 16),
                "_ledger": int(ledger, 16),
                "_desk": int(desk, 16),
                **domain(token),
            },
        ),
        (_FACTORY, factory, {"implementation": int(vault, 16)}),
        (_VAULT, vault, domain(vault)),
        (
            _LEDGER,
            ledger,
            {"licenseToken": int(token, 16), "purseCode": int(_purse_of(ledger), 16), **domain(ledger)},
        ),
        (_ESCROW, escrow, {"_factory": int(factory, 16), **terms[escrow]}),
        (_DESK, desk, {"_registry": int(registry, 16), **terms[desk]}),
    ]
    hashes = {
        contract.name: _checked(chain, contract, address, values) for contract, address, values in immutables
    }
    for owner in (ledger, escrow, desk):
        _checked(chain, _PURSE, _purse_of(owner), {"_owner": int(owner, 16)})
    return hashes


def _purse_of(owner: Address) -> Address:
    """The code of the purses that a contract pays from: the first contract that it created."""
    return create_address(owner, 1)


def deploy(
    chain: Chain,
    previous: Deployment | None = None,
    *,
    arbitration: Arbitration | None = None,
    progress: Callable[[str, Receipt], None] | None = None,
) -> Deployment:
    """Deploys the contracts, unless `previous` stands on this chain already.

    On local chains a test stablecoin comes with them; there, a previous deployment that a restarted chain has
    forgotten is made anew.

    Args:
        chain: where, and for which account.
        previous: the deployment noted before, if there is one.
        arbitration: who decides disputes; the defaults of `Arbitration` if not given.
        progress: called with each contract's name and transaction.

    Raises:
        WrongChain: `previous` is of another chain.
        NotAContract: `previous` has no code on a chain that is not local.
        DeploymentError: `previous` has other code than the one shipped, or another transaction of the same
            account came between the deployment's.
    """
    local = chain.chain_id in LOCAL_CHAIN_IDS
    if previous is not None:
        try:
            previous.check(chain)
        except NotAContract:
            if not local:
                raise
        else:
            return previous

    def created(contract: Artifact, *arguments: object) -> Address:
        receipt = chain.deploy(contract, *arguments)
        if receipt.created is None:
            raise DeploymentError(f"the node says nothing of where {contract.name} was created")
        if progress is not None:
            progress(contract.name, receipt)
        return receipt.created

    arbitration = arbitration or Arbitration()
    arbitrator = arbitration.arbitrator or created(_ARBITRATOR, [chain.account], 1, arbitration.fee)
    factory = created(_FACTORY)
    # The registry and the others name each other: their addresses follow from the next nonces.
    nonce = chain.nonce(chain.account)
    token, ledger, escrow, desk = (create_address(chain.account, nonce + i) for i in range(1, 5))
    registry = created(_REGISTRY, factory, token, ledger, escrow, desk)
    terms = (arbitrator, arbitration.bond, arbitration.timeout)
    made = (
        created(_LICENSES, registry),
        created(_LEDGER, token),
        created(_ESCROW, factory, *terms),
        created(_DESK, registry, *terms),
    )
    if made != (token, ledger, escrow, desk):
        raise DeploymentError(
            "another transaction of the deploying account came in between, so that the contracts do not name "
            "each other: deploy again, with an account that nothing else uses meanwhile"
        )
    deployment = discover(chain, registry)
    return replace(deployment, test_dollar=created(_DOLLAR)) if local else deployment


def create_address(sender: Address, nonce: int) -> Address:
    """The address of the contract that an account's transaction with this nonce creates (CREATE)."""
    return checksum(keccak(rlp_encode([to_canonical_address(sender), nonce]))[12:])


def _checked(chain: Chain, contract: Artifact, address: Address, immutables: Mapping[str, int]) -> Hash32:
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


def _domain_immutables(chain_id: int, contract: Address) -> dict[str, int]:
    """What Solady's EIP712 keeps in the code of a contract."""
    return {
        "_cachedThis": int(contract, 16),
        "_cachedChainId": chain_id,
        "_cachedNameHash": int.from_bytes(keccak(b"Licet")),
        "_cachedVersionHash": int.from_bytes(keccak(b"1")),
        "_cachedDomainSeparator": int(domain_separator(chain_id, contract), 16),
    }
