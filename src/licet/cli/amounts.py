"""What payees earned in a period: computed from usage and shares, or read from a file or the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from licet.cli.output import emit, facts, steps_bar
from licet.cli.params import FILE, SINCE, UNTIL, json_option
from licet.cli.session import Session
from licet.cli.text import parse_amount, plural
from licet.documents import PayeeShare, SplitDocument
from licet.errors import InputError
from licet.text import MAX_DECIMALS
from licet.trees.hashing import parse_address
from licet.types import Address, parse_uint

if TYPE_CHECKING:
    from licet.statement import Engine


@click.command("compute")
@click.option(
    "--usage",
    multiple=True,
    required=True,
    metavar="FILE",
    help="CSV or Parquet with the columns work and units, or usage logs (JSON); may be repeated, or a "
    "pattern: 'june/*.parquet', 'gateway.logs/*.json'.",
)
@click.option(
    "--shares",
    multiple=True,
    required=True,
    metavar="FILE",
    help="The same with the columns work, payee (an address) and share.",
)
@click.option("--total", required=True, metavar="AMOUNT", help="What is apportioned: the period's money.")
@click.option(
    "--decimals",
    type=click.IntRange(0, MAX_DECIMALS),
    default=0,
    metavar="N",
    show_default=True,
    help="How many the currency has; with none, AMOUNT is in its smallest units.",
)
@click.option("--out", type=FILE, required=True, metavar="FILE", help="The amounts: .csv or .parquet.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What computes; the amounts are the same. Spark reads Parquet alone.",
)
@click.option(
    "--master", metavar="URL", help="Spark's cluster: spark://host:7077.  [default: as Spark is set up]"
)
@click.option(
    "--temp",
    type=FILE,
    metavar="FOLDER",
    help="For DuckDB's tables that memory cannot hold.  [default: the system's]",
)
@click.option("--from", "since", type=SINCE, metavar="DATE", help="Of usage logs: the first day, UTC.")
@click.option("--until", type=UNTIL, metavar="DATE", help="Their last day.")
@click.option(
    "--licensed", is_flag=True, help="Of usage logs: only use of licenses, not what was paid for one by one."
)
@json_option
def compute(
    usage: tuple[str, ...],
    shares: tuple[str, ...],
    total: str,
    decimals: int,
    out: Path,
    engine: "Engine",
    master: str | None,
    temp: Path | None,
    since: int | None,
    until: int | None,
    licensed: bool,
    as_json: bool,
) -> None:
    """Compute what each payee earned: a total, by the usage of works, by who shares in them.

    The total goes to the works by their units, each work's part to its payees by their shares; what rounding
    leaves goes to the largest remainders, of equal ones to the id that comes first. All is exact, and sums to
    the total, whatever the order of rows. `licet statement publish` takes the file. No node is asked.

    Of usage logs, each record counts for the work that it names, or for its asset. `licet statement gateway`
    does all of it for a gateway's period.
    """
    if master is not None and engine != "spark":
        raise InputError("--master is Spark's: add --engine spark, or leave it out")
    whole = parse_amount(total, decimals, "the currency") if decimals else parse_uint(total, 128, "total")
    # Loaded here, as nothing else needs it.
    from licet.statement import Counting
    from licet.statement import compute as apportion

    counting = Counting(since or 0, until, licensed)
    with steps_bar() as advance:
        done = apportion(
            usage,
            shares,
            whole,
            out,
            engine=engine,
            temp=temp,
            master=master,
            counting=counting,
            report=advance,
        )
    counts = done.counts
    emit(
        {
            "out": str(done.out),
            "total": str(done.total),
            "payees": done.payees,
            "unpaid": counts.unpaid,
            "works": counts.works,
            "usage_rows": counts.rows,
            "units": str(counts.units),
            "share_rows": counts.shares,
            "root": done.root,
            "digest": done.digest,
            "engine": engine,
        },
        facts(
            amounts=str(done.out),
            total=f"{done.total:,} smallest units",
            payees=f"{done.payees:,}" + (f"; {counts.unpaid:,} more get 0" if counts.unpaid else ""),
            usage=f"{plural(counts.rows, 'row')}, {counts.units:,} units of {plural(counts.works, 'work')}",
            shares=plural(counts.shares, "row"),
            root=done.root,
            digest=done.digest,
        ),
        as_json=as_json,
    )


def read_amounts(session: Session, token: Address, given: Sequence[str]) -> SplitDocument:
    """What each payee earned, in the currency's smallest unit: amounts one by one, or the name of a file.

    Raises:
        InputError: an amount or the file cannot be used.
    """
    if all("=" in entry for entry in given):
        pairs = (entry.partition("=") for entry in given)
        return SplitDocument.of(
            PayeeShare(parse_address(payee), session.money.units(token, amount)) for payee, _, amount in pairs
        )
    if len(given) > 1:
        raise InputError("name one file, or amounts such as 0xAb…12=70.50 0xCd…34=30")
    # Loaded here, as it brings a database.
    from licet.statement import SMALLEST_UNITS, open_amounts

    shares = []
    with open_amounts(Path(given[0])) as table:
        is_computed = SMALLEST_UNITS in table.columns
        if is_computed and "amount" in table.columns:
            raise InputError(f"{given[0]} has the columns amount and {SMALLEST_UNITS}: leave one out")
        payee_at, amount_at = table.column("payee"), table.column(SMALLEST_UNITS if is_computed else "amount")
        name_at = table.columns.get("name")
        for row in table.rows():
            try:
                payee, text = parse_address(row[payee_at].strip()), row[amount_at].strip()
                amount = parse_uint(text, 128, "amount") if is_computed else session.money.units(token, text)
            except InputError as error:
                table.fail(str(error))
            name = row[name_at].strip() if name_at is not None else ""
            shares.append(PayeeShare(payee, amount, name or None))
    return SplitDocument.of(shares)
