"""The programs that run a local chain: Anvil and Ganache, where they are found, and how they are started."""

import os
import shutil
from pathlib import Path
from typing import Final, Literal

from licet.chain.local.development import DEVELOPMENT_MNEMONIC, FUNDED_ACCOUNTS, LOCAL_CHAIN_ID
from licet.errors import NodeFailed

Engine = Literal["anvil", "ganache"]

HOST: Final = "127.0.0.1"
_BALANCE_ETHER: Final = 10_000
_PACKAGES: Final[dict[Engine, str]] = {"anvil": "@foundry-rs/anvil", "ganache": "ganache"}


def find_engine(engine: Engine) -> list[str]:
    """The command that runs an engine, from `PATH`, `node_modules/.bin` here or above, or npx's own store.

    Nothing is downloaded. With npx it shows only on running whether the package is there.

    Raises:
        NodeFailed: there is none, nor npx; the message says how to get it.
    """
    found = shutil.which(engine)
    if found:
        return [found]
    here = Path.cwd()
    for folder in (here, *here.parents):
        program = folder / "node_modules" / ".bin" / engine
        if os.access(program, os.X_OK):
            return [str(program)]
    npx = shutil.which("npx")
    if npx:
        return [npx, "--no-install", "--offline", f"--package={_PACKAGES[engine]}", "--", engine]
    raise NodeFailed(f"{not_found(engine)} (which comes with Node.js 20 or newer)", engine=engine)


def not_found(engine: Engine) -> str:
    """That it is nowhere, and how to get it."""
    return (
        f"{engine} is neither on PATH nor in node_modules here or above: "
        f"install it with `npm install {_PACKAGES[engine]}`"
    )


def arguments(
    engine: Engine, port: int, *, block_time: int | None = None, prune_history: bool = False
) -> list[str]:
    """What an engine is started with; see `LocalNode`."""
    values: dict[str, object]
    if engine == "anvil":
        values = {
            "--host": HOST,
            "--port": port,
            "--chain-id": LOCAL_CHAIN_ID,
            "--mnemonic": DEVELOPMENT_MNEMONIC,
            "--accounts": FUNDED_ACCOUNTS,
            "--balance": _BALANCE_ETHER,
            "--block-time": block_time,
        }
        flags = ["--quiet", *(["--prune-history"] if prune_history else [])]
    else:
        values = {
            "--server.host": HOST,
            "--server.port": port,
            "--chain.chainId": LOCAL_CHAIN_ID,
            "--chain.networkId": LOCAL_CHAIN_ID,
            "--wallet.mnemonic": DEVELOPMENT_MNEMONIC,
            "--wallet.totalAccounts": FUNDED_ACCOUNTS,
            "--wallet.defaultBalance": _BALANCE_ETHER,
            "--miner.blockTime": block_time,
        }
        flags = []
    return [str(x) for item in values.items() if item[1] is not None for x in item] + flags
