#!/usr/bin/env python3
"""Deploy the contracts that the package ships, and write down where they are.

    python scripts/deploy.py --rpc URL --keystore FILE     on any EVM chain
    python scripts/deploy.py --rpc URL --dev-account 0     on a local chain
    brownie run deploy                                     on Brownie's active network

Deploys the committed artifacts, not what a compiler on this machine would make. Running it again changes
nothing: `deployments/<chainId>.json` (addresses, block, code hashes) is checked against the chain first. The
password comes from `--password-file`, from LICET_PASSWORD or from a prompt; LICET_RPC and LICET_KEYSTORE
serve as defaults, also from a file `.env`.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from dotenv import load_dotenv

from licet.chain.client import Chain
from licet.chain.deployments import Arbitration, Deployment, deploy
from licet.chain.local.development import LOCAL_CHAIN_IDS
from licet.chain.signing.signer import LocalSigner
from licet.errors import InputError, LicetError
from licet.trees.hashing import parse_address

DEPLOYMENTS = Path(__file__).resolve().parent.parent / "deployments"
_TRYING_OUT = "  (the deploying account alone decides: for trying out)"


def main(arguments: list[str] | None = None) -> None:
    """Deploy on the node that the arguments name; `brownie run deploy` calls this without any."""
    options = _parser().parse_args(_brownie_arguments() if arguments is None else arguments)
    chain = Chain(options.rpc)
    path = options.out or DEPLOYMENTS / f"{chain.chain_id}.json"
    previous = Deployment.load(path) if path.exists() else None
    arbitration = Arbitration(parse_address(options.arbitrator) if options.arbitrator else None)
    signer = _signer(options, chain.chain_id)
    deployment = deploy(chain.with_signer(signer), previous, arbitration=arbitration)
    if deployment == previous:
        print(f"chain {chain.chain_id}: deployed before, {path} is right")
        return
    deployment.save(path)
    print(f"chain {chain.chain_id}: deployed, written to {path}")
    print(f"  registry          {deployment.asset_registry}")
    print(f"  license token     {deployment.license_token}")
    print(f"  vault factory     {deployment.vault_factory}")
    print(f"  usage ledger      {deployment.usage_ledger}")
    print(f"  statement escrow  {deployment.statement_escrow}")
    print(f"  dispute desk      {deployment.dispute_desk}")
    print(f"  arbitrator        {deployment.arbitrator}{'' if options.arbitrator else _TRYING_OUT}")
    if deployment.test_dollar:
        print(f"  test dollar       {deployment.test_dollar}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Deploy Licet's contracts.")
    parser.add_argument("--rpc", default=os.environ.get("LICET_RPC", "http://127.0.0.1:8545"))
    parser.add_argument("--keystore", type=Path, default=os.environ.get("LICET_KEYSTORE"))
    parser.add_argument("--password-file", type=Path)
    parser.add_argument("--dev-account", type=int, help="a development account, on a local chain")
    parser.add_argument(
        "--arbitrator", help="who decides disputes (ERC-792); if not given, the deploying account alone"
    )
    parser.add_argument("--out", type=Path, help="the file to write; deployments/<chainId>.json if not given")
    return parser


def _signer(options: argparse.Namespace, chain_id: int) -> LocalSigner:
    if options.keystore is not None:
        return LocalSigner.from_keystore(Path(options.keystore), _password(options))
    if options.dev_account is not None or chain_id in LOCAL_CHAIN_IDS:
        return LocalSigner.development(options.dev_account or 0)
    raise InputError(f"chain {chain_id} is not local: name the deploying account with --keystore")


def _password(options: argparse.Namespace) -> str:
    if options.password_file is not None:
        try:
            text: str = options.password_file.read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(f"{options.password_file} cannot be read: {error.strerror}") from error
        return text.rstrip("\r\n")
    return os.environ.get("LICET_PASSWORD") or getpass.getpass("Password of the keystore: ")


def _brownie_arguments() -> list[str]:
    """Brownie calls `main` in its own process: its arguments are not ours, its node is."""
    brownie = sys.modules.get("brownie")
    return sys.argv[1:] if brownie is None else ["--rpc", brownie.web3.provider.endpoint_uri]


if __name__ == "__main__":
    load_dotenv()
    try:
        main(sys.argv[1:])
    except LicetError as error:
        print(f"deploy: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
