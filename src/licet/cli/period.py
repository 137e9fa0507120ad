"""`licet statement gateway`: a period's records become its statement, in one go."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from licet.cli.amounts import read_amounts
from licet.cli.options import takes
from licet.cli.output import steps_bar
from licet.cli.params import ASSET, DURATION, FILE, NATIVE, SINCE, UNTIL, Parsed, yes_option
from licet.cli.session import Session
from licet.cli.stating import state, tell_stated
from licet.cli.text import format_time
from licet.contracts.events import StatementPublished
from licet.contracts.publications import statements
from licet.contracts.statements import State
from licet.documents import SplitDocument, StatementDocument, sha256
from licet.errors import InputError
from licet.trees.hashing import parse_address
from licet.types import ZERO_ADDRESS, Address, Hash32

_BASIS: Final = "The units read under licenses, as the gateway recorded them."
_CURRENCY: Final = Parsed("currency", lambda text: ZERO_ADDRESS if text == NATIVE else parse_address(text))


@click.command("gateway")
@click.argument("config", type=FILE, metavar="CONFIG")
@click.argument("asset", type=ASSET)
@click.option(
    "--from", "since", type=SINCE, required=True, metavar="DATE", help="The period's first day, UTC."
)
@click.option("--until", type=UNTIL, required=True, metavar="DATE", help="Its last day.")
@click.option("--total", required=True, metavar="AMOUNT", help="The period's money, such as 1250.00.")
@click.option(
    "--currency",
    type=_CURRENCY,
    required=True,
    metavar="CURRENCY",
    help=f"What is paid: an ERC-20 token's address, or {NATIVE}.",
)
@click.option(
    "--shares",
    multiple=True,
    required=True,
    metavar="FILE",
    help="CSV or Parquet with the columns work (its SHA-256; of an asset that is one, its id), payee and "
    "share; may be repeated.",
)
@click.option(
    "--window",
    type=DURATION,
    required=True,
    metavar="TIME",
    help="How long anybody may contest it: 14d, 12h.",
)
@click.option(
    "--basis", default=_BASIS, show_default=True, metavar="TEXT", help="How the amounts came about."
)
@yes_option
@takes(account=True, publishes=True, chain=False)
def command(
    session: Session,
    config: Path,
    asset: Hash32,
    currency: Address,
    window: int,
    yes: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """State a period of the gateway of CONFIG: what its records of ASSET earned, paid in for the payees.

    It does what `licet statement compute` and `licet statement publish` do, with the logs that the gateway
    anchored; whether that runs makes no difference. The total goes to the works by their reads under
    licenses: whatever was paid for read by read is in the vaults already. The same again, also after it
    was interrupted, states nothing twice.
    """
    from licet.gateway.config import Site
    from licet.gateway.periods import Period

    since, until = given["since"], given["until"]
    chain = Site.read(config).chain
    if chain is None:
        raise InputError(f"{config} names no chain: there are no records")
    session = replace(session, rpc=chain.rpc, registry=chain.registry)
    chain.check(session.reader)
    session.contracts.assets.deed(asset)  # says that there is no such asset
    if session.reader.block().timestamp <= until:
        raise InputError(f"the period is not over: it lasts until {format_time(until)}")
    publisher = session.signer.address  # asked for before anything is reckoned
    period = Period.of(chain, since, until)
    document = StatementDocument(
        asset_id=asset,
        since=since,
        until=until,
        currency=currency,
        amounts=_amounts(session, period.logs, asset, currency, given),
        basis=given["basis"],
        usage=period.roots,
    )
    standing, document_hash = _standing(session, publisher, document), sha256(document.to_bytes())
    for event in standing:
        if event.statement.document_hash == document_hash:
            tell_stated(session, event, document, as_json=as_json)
            return
    if standing:
        other = standing[0].statement
        raise InputError(
            f"the statement {other.id} has other amounts for {format_time(other.since)} to "
            f"{format_time(other.until)}: no use is paid for twice, so name a period beside that"
        )
    state(session, document, window, yes=yes, as_json=as_json)


def _amounts(
    session: Session,
    logs: Sequence[Path],
    asset: Hash32,
    currency: Address,
    given: Mapping[str, Any],
) -> SplitDocument:
    """What each payee earned by what the logs have of an asset."""
    # Loaded here, as it brings a database.
    from licet.statement import Counting, compute

    if not logs:
        raise InputError("the gateway has no records of the period: nothing was used")
    counting = Counting(given["since"], given["until"], licensed=True, asset=asset)
    total = session.money.units(currency, given["total"])
    with tempfile.TemporaryDirectory() as scratch, steps_bar() as advance:
        out = Path(scratch) / "amounts.csv"
        compute(logs, given["shares"], total, out, counting=counting, report=advance)
        return read_amounts(session, currency, (str(out),))


def _standing(session: Session, publisher: Address, document: StatementDocument) -> list[StatementPublished]:
    """What the account has stated of the same asset and days, in the same currency, and what stands of it."""
    contracts = session.contracts
    return [
        event
        for event in statements(contracts, asset_id=document.asset_id)
        if (event.statement.publisher, event.statement.currency) == (publisher, document.currency)
        and event.statement.since <= document.until
        and document.since <= event.statement.until
        and contracts.statements.state(event.statement_id).state is State.PUBLISHED
    ]
