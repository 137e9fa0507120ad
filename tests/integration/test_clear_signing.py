"""The committed files of clear-signing/ are those of a fresh local chain."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration
FOLDER = Path(__file__).resolve().parents[2] / "clear-signing"


@pytest.mark.parametrize(
    ("file", "contract"),
    [
        ("calldata-AssetRegistry", "asset_registry"),
        ("calldata-DisputeDesk", "dispute_desk"),
        ("calldata-LicenseToken", "license_token"),
        ("calldata-RoyaltyVault", "vault_implementation"),
        ("calldata-RoyaltyVaultFactory", "vault_factory"),
        ("calldata-StatementEscrow", "statement_escrow"),
        ("calldata-UsageLedger", "usage_ledger"),
        ("eip712-ClaimTo", "vault_implementation"),
        ("eip712-Offer", "license_token"),
    ],
)
def test_a_file_names_the_address_that_a_fresh_chain_gives_the_contract(network, file, contract):
    (context,) = (
        value
        for key, value in json.loads((FOLDER / f"{file}.json").read_text())["context"].items()
        if key != "$id"
    )
    deployed = {"chainId": network.deployment.chain_id, "address": getattr(network.deployment, contract)}
    assert context["deployments"] == [deployed]
