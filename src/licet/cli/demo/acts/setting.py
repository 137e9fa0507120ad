"""The setting: a new chain with Licet's contracts, and the catalogue that is played with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from licet.catalog import Catalog, read_catalog
from licet.chain.client import Chain, Receipt
from licet.chain.deployments import deploy
from licet.chain.local.node import LocalNode
from licet.cli.demo import cast
from licet.cli.demo.cast import World
from licet.cli.demo.stage import Stage
from licet.cli.output import bar
from licet.cli.text import format_amount
from licet.rights.uses import parse_uses

YEAR: Final = 365 * 86_400
TRAINING: Final = parse_uses("ai-training")
_DECIMALS: Final = 6
_SYMBOL: Final = "TUSD"


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """The CSV file of the demo's catalogue, and the columns that say who is paid; no column: the licensor."""

    path: Path
    payees_column: str | None
    weights_column: str | None

    @property
    def name(self) -> str:
        """The catalogue's title: the file's name without its endings."""
        return self.path.name.split(".")[0]


def money(units: int) -> str:
    """An amount of test dollars for people."""
    return format_amount(units, _DECIMALS, _SYMBOL)


def deploy_contracts(stage: Stage, node: LocalNode, documents: Path) -> World:
    """Puts the contracts on the new chain."""
    stage.act("The stage: a new chain, and Licet's contracts on it")
    rows: list[tuple[str, str, str]] = []

    def created(name: str, receipt: Receipt) -> None:
        rows.append((name, str(receipt.created), f"{receipt.gas_used:,}"))
        gas.add(receipt)

    with stage.step("deploy") as gas:
        deployment = deploy(Chain(node.url, cast.deployer()), progress=created)
    stage.show(["contract", "address", ">gas"], rows)
    return World(node, deployment, documents)


def read(stage: Stage, source: CatalogFile) -> Catalog:
    """Reads the catalogue, before anything is started: it may be unusable."""
    with stage.step("read_catalog"), bar(f"reading {source.path.name}") as progress:
        return read_catalog(
            source.path,
            payees_column=source.payees_column,
            weights_column=source.weights_column,
            progress=progress,
        )
