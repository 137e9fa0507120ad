"""`licet node`."""

import click
from rich.text import Text

from licet.chain.local.development import LOCAL_CHAIN_ID, development_accounts
from licet.chain.local.engines import Engine
from licet.chain.local.node import LocalNode
from licet.cli.output import emit, facts, note, table
from licet.cli.params import json_option

DEFAULT_PORT = 8545


@click.command("node")
@click.option(
    "--engine",
    type=click.Choice(["anvil", "ganache"]),
    default="anvil",
    show_default=True,
    help="The program.",
)
@click.option("--port", type=int, default=DEFAULT_PORT, show_default=True, help="The TCP port, on 127.0.0.1.")
@json_option
def command(engine: Engine, port: int, as_json: bool) -> None:
    """Run a local chain until Ctrl-C.

    It starts empty, with ten accounts of 10,000 ether whose keys everybody knows: `--dev-account 0` to 9 in
    the other commands. `licet deploy --dev-account 0` puts the contracts on it.
    """
    with LocalNode(engine, port=port) as node:
        try:
            _introduce(node, as_json=as_json)
            node.wait()
        except KeyboardInterrupt:
            note("\nThe chain has ended.")


def _introduce(node: LocalNode, *, as_json: bool) -> None:
    accounts = development_accounts()
    emit(
        {"url": node.url, "chain_id": LOCAL_CHAIN_ID, "engine": node.engine, "accounts": accounts},
        facts(url=node.url, chain=str(LOCAL_CHAIN_ID), engine=node.engine),
        Text(),
        table([">dev account", "address"], [(str(i), address) for i, address in enumerate(accounts)]),
        as_json=as_json,
    )
    note("These are public development accounts: never send real money to them. Ctrl-C ends the chain.")
