"""`licet audit verify`."""

from pathlib import Path
from typing import Final

import click
from rich.text import Text

from licet.auditor import verify_pack
from licet.cli.audit import EXIT_CODES, undecided
from licet.cli.audit_tables import counted, findings_table, proof_lines, verdict_line
from licet.cli.output import emit, facts, steps_bar
from licet.cli.params import FILE, json_option

_HOLDS: Final = (
    "The pack holds. Compare the block's hash with a source of your own: all else follows from it."
)


@click.command("verify")
@click.argument("pack", type=FILE)
@json_option
def command(pack: Path, as_json: bool) -> int:
    """Check a pack of evidence, with no node: prove everything again, and make the report again.

    Exits with 0 when the pack holds and its verdict is clean, with 1 when it does not hold or there are
    findings, with 2 when it cannot be read, or its verdict is that it cannot tell.
    """
    with steps_bar() as progress:
        checked = verify_pack(pack, progress)
    report = checked.report
    with undecided():
        emit(
            checked.to_json(),
            Text(counted(report)),
            Text(),
            *findings_table(report.findings),
            *proof_lines(report),
            facts(
                chain=str(report.chain_id),
                block=f"{report.block.number}, {report.block.hash}",
                registry=report.registry,
                report=checked.report_head,
                signed_by=checked.signer or "nobody",
            ),
            Text(),
            Text(_HOLDS),
            verdict_line(report),
            as_json=as_json,
        )
    return EXIT_CODES[report.verdict]
