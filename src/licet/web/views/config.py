"""What a wallet needs to know of the chain: where it and its contracts are, which currencies are used."""

from typing import Any, Final

from licet.errors import LicetError
from licet.types import ZERO_ADDRESS
from licet.web.site import Desk

_NAMES: Final = {
    1: "Ethereum",
    10: "OP Mainnet",
    137: "Polygon",
    1337: "Local chain",
    8453: "Base",
    31337: "Local chain",
    42161: "Arbitrum One",
    11155111: "Sepolia",
    84532: "Base Sepolia",
}
_MOST: Final = 50


def config(desk: Desk) -> dict[str, Any]:
    """The chain, the contracts, and the currencies that were paid in or that a local chain has for trying."""
    deployment = desk.contracts.deployment
    return {
        "chain_id": deployment.chain_id,
        "chain_name": _NAMES.get(deployment.chain_id, f"Chain {deployment.chain_id}"),
        "coin": desk.currencies.line(ZERO_ADDRESS).symbol,
        "rpc_url": desk.public_rpc,
        "contracts": {
            "asset_registry": deployment.asset_registry,
            "license_token": deployment.license_token,
            "royalty_vault_factory": deployment.vault_factory,
            "usage_ledger": deployment.usage_ledger,
            "statement_escrow": deployment.statement_escrow,
            "dispute_desk": deployment.dispute_desk,
        },
        "currencies": currencies(desk),
    }


def currencies(desk: Desk) -> list[dict[str, Any]]:
    """The currencies that were paid in or that a local chain has for trying."""
    tokens = sorted(desk.index.tokens())[:_MOST]
    test_dollar = desk.contracts.deployment.test_dollar
    if test_dollar is not None and test_dollar not in tokens:
        tokens.append(test_dollar)
    return [currency for token in tokens for currency in _currency(desk, token)]


def _currency(desk: Desk, token: Any) -> list[dict[str, Any]]:
    """A currency, if it says what it is."""
    try:
        line = desk.currencies.line(token)
        permit = desk.currencies.has_permit(token)
    except LicetError:
        return []
    if line.symbol is None or line.decimals is None:
        return []
    return [{"address": token, "symbol": line.symbol, "decimals": line.decimals, "permit": permit}]
