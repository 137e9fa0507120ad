"""`licet audit watch`."""

import contextlib
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import click
from rich.text import Text

from licet.auditor import Auditor, Verdict, Watched, Watcher
from licet.chain.client import Chain
from licet.cli.audit import EXIT_CODES, undecided
from licet.cli.audit_tables import findings_table, verdict_word
from licet.cli.nodes import at_first_node, others_option, trying_on
from licet.cli.options import takes
from licet.cli.output import console, note, show, steps_bar
from licet.cli.params import db_option
from licet.cli.session import Session
from licet.cli.text import format_time
from licet.documents import Library
from licet.index import Index


@click.command("watch")
@db_option
@others_option
@takes(documents=True)
def command(session: Session, db: str | None, others: tuple[str, ...], as_json: bool) -> int:
    """Audit each new block, and tell what has changed, until interrupted.

    A block is audited when it is the newest; those that came during an audit are audited together. With
    --db, the index is brought up to date first. A line for each audit, then what it found that the one
    before did not; with --json, a JSON object in a line of its own for each. Once interrupted, exits as
    `licet audit` does with the last verdict.
    """
    verdict = Verdict.CANNOT_TELL
    try:
        with undecided(), _watcher(session, db, others) as watcher:
            for watched in watcher.watch():
                verdict = watched.report.verdict
                _tell(watched, as_json=as_json)
    except KeyboardInterrupt:
        note("interrupted")
    return EXIT_CODES[verdict]


@contextlib.contextmanager
def _watcher(session: Session, db: str | None, others: tuple[str, ...]) -> Iterator[Watcher]:
    urls = [session.rpc, *others]
    first = at_first_node(session, urls)
    deployment, library = first.contracts.deployment, session.library
    with contextlib.ExitStack() as stack:
        index = None if db is None else stack.enter_context(Index(db, create=False))
        progress = stack.enter_context(steps_bar())

        def update() -> None:
            if index is not None:
                index.update(
                    urls,
                    deployment,
                    progress=lambda done, total: progress("blocks", done, total),
                    on_fault=trying_on,
                )

        yield Watcher(
            Auditor(first.reader, library),
            deployment.asset_registry,
            others=[partial(_auditor, url, library) for url in urls if url != first.rpc],
            index=index,
            update=update,
            progress=progress,
            on_fault=trying_on,
        )


def _auditor(url: str, library: Library) -> Auditor:
    return Auditor(Chain(url), library)


def _tell(watched: Watched, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_data(watched), ensure_ascii=False))
        return
    report, out = watched.report, console()
    block = f"Block {report.block.number:,} of {format_time(report.block.timestamp)}: "
    gone = f"; {len(watched.gone)} gone" if watched.gone else ""
    show(out, Text.assemble(block, verdict_word(report.verdict), gone))
    for part in findings_table(watched.found):
        show(out, part)


def _data(watched: Watched) -> dict[str, Any]:
    block = watched.report.block
    return {
        "block": block.number,
        "block_hash": block.hash,
        "time": block.timestamp,
        "verdict": str(watched.report.verdict),
        "found": [finding.to_json() for finding in watched.found],
        "gone": [finding.to_json() for finding in watched.gone],
    }
