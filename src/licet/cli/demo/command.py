"""The command `licet demo`."""

import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console

from licet.auditor import AuditReport, Verdict
from licet.catalog import catalog_columns
from licet.chain.local.engines import Engine
from licet.chain.local.node import LocalNode
from licet.cli.audit_tables import verdict_line
from licet.cli.demo import acts, cast
from licet.cli.demo.acts import CatalogFile, Permission, Shares, Titles
from licet.cli.demo.cast import World
from licet.cli.demo.stage import Stage, Step
from licet.cli.output import console, print_json
from licet.cli.params import json_option
from licet.licensee import Quote
from licet.rights_holder import Collected
from licet.samples import samples

_DEFAULT_PAYEES: Final = "artist_ids"
_WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo came to."""

    engine: Engine
    world: World
    titles: Titles
    shares: Shares
    quote: Quote
    permissions: tuple[Permission, ...]
    gas_by_payees: dict[int, int]
    collected: dict[str, Collected]
    report: AuditReport

    def to_json(self, steps: tuple[Step, ...], seconds: float) -> dict[str, Any]:
        """A JSON object with stable keys; amounts are decimal strings."""
        return {
            "verdict": str(self.report.verdict),
            "works": len(self.titles.contents.works),
            "payees": len(self.shares.catalog.split.payees),
            "engine": self.engine,
            "chain_id": self.world.deployment.chain_id,
            "registry": self.world.deployment.asset_registry,
            "catalog": self.titles.catalog.asset_id,
            "quote": {"total": str(self.quote.total), "currency": self.quote.currency},
            "permissions": [asdict(permission) for permission in self.permissions],
            "pay_gas_by_payees": {str(payees): gas for payees, gas in self.gas_by_payees.items()},
            "collected": {name: str(collected.total) for name, collected in self.collected.items()},
            "findings": [finding.to_json() for finding in self.report.findings],
            "steps": [asdict(step) for step in steps],
            "seconds": round(seconds, 3),
        }


@click.command("demo")
@click.option(
    "--catalog",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The catalogue, a .csv or .csv.gz file.  [default: a sample of 24 works]",
)
@click.option(
    "--payees-column",
    metavar="NAME",
    help=f"Its column with the payees of each work.  [default: {_DEFAULT_PAYEES}, if there is one]",
)
@click.option("--weights-column", metavar="NAME", help="Its column with the payees' weights.")
@click.option(
    "--engine", type=click.Choice(["anvil", "ganache"]), default="anvil", show_default=True, help="The chain."
)
@json_option
def command(
    catalog: Path | None, payees_column: str | None, weights_column: str | None, engine: Engine, as_json: bool
) -> int:
    """Play the whole job on a local chain, from files to a verdict.

    Starts a chain of its own, plays licensor, licensee, artists and auditor on it, and ends it again. Nothing
    is left behind. Exits with 0 when the auditor's verdict is clean.
    """
    begun = time.perf_counter()
    out = console(quiet=as_json, pipe_width=_WIDTH)
    out.width = min(out.width, _WIDTH)
    stage = Stage(out)
    outcome = _play(stage, engine, catalog, payees_column, weights_column)
    seconds = time.perf_counter() - begun
    if as_json:
        print_json(outcome.to_json(stage.steps, seconds))
    else:
        _conclude(out, stage, outcome, seconds)
    return 0 if outcome.report.verdict is Verdict.CLEAN else 1


def _play(
    stage: Stage, engine: Engine, catalog: Path | None, payees_column: str | None, weights_column: str | None
) -> Outcome:
    with ExitStack() as stack:
        files = stack.enter_context(samples())
        path = catalog or files.catalog
        source = CatalogFile(path, payees_column or _default_payees(path), weights_column)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="licet-demo-")))
        stage.title(f"Licet {version('licet')}: a demo on {engine}, with the catalogue {path.name}")
        contents = acts.read(stage, source)
        node = stack.enter_context(LocalNode(engine))
        world = acts.deploy_contracts(stage, node, folder / "documents")
        titles = acts.register(stage, world, files, source, contents)
        shares = acts.share(stage, world, titles)
        acts.offer(stage, world, titles, shares)
        unknown = folder / "found.txt"
        unknown.write_text("Nobody has registered this text.\n", encoding="utf-8")
        licensee = world.licensee(cast.licensee())
        acts.ask(stage, world, licensee, titles, files, unknown)
        quote, work, all_works = acts.buy(stage, world, licensee, titles, files)
        today = acts.permits(stage, licensee, titles, files, work, all_works)
        gas_by_payees = acts.pay(stage, world, shares)
        collected = acts.collect(stage, world, shares)
        acts.refuse(stage, world, shares)
        later = acts.wait_a_year(stage, world, licensee, titles, files, work, all_works)
        report = acts.audit(stage, world)
    return Outcome(engine, world, titles, shares, quote, today + later, gas_by_payees, collected, report)


def _conclude(out: Console, stage: Stage, outcome: Outcome, seconds: float) -> None:
    rows = [(step.name, f"{step.gas:,}" if step.gas else "-", f"{step.seconds:.2f}") for step in stage.steps]
    stage.title("\nAll steps")
    stage.show(["step", ">gas", ">seconds"], rows)
    out.print()
    out.print(f"Played in {seconds:.1f} seconds.", verdict_line(outcome.report))


def _default_payees(path: Path) -> str | None:
    return _DEFAULT_PAYEES if _DEFAULT_PAYEES in catalog_columns(path) else None
