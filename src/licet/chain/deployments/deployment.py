"""A deployment: the addresses of its contracts and the hashes of their code, as a file keeps them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from licet.errors import InputError
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32, parse_hash

ADDRESSES: Final = (
    "asset_registry",
    "license_token",
    "vault_factory",
    "vault_implementation",
    "usage_ledger",
    "statement_escrow",
    "dispute_desk",
    "arbitrator",
)
"""The fields that hold the contracts' addresses; the registry's, which names the others, is the first."""


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
                **{name: parse_address(data[name]) for name in ADDRESSES},
            )
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
        except (InputError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path} is not a deployment file: `licet deploy` makes one") from error
