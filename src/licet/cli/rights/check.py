"""`licet rights check`: a decision on a use, with its reasons."""

import time
from dataclasses import replace
from typing import Any, Final

import click
from rich.console import RenderableType
from rich.text import Text

from licet.cli.options import takes
from licet.cli.output import emit
from licet.cli.params import SINCE, uses_option
from licet.cli.rights.sources import Source, find_terms, from_option
from licet.cli.session import Session
from licet.cli.text import one_line
from licet.documents.terms import User
from licet.rights.checking import Asked, Check, outcome
from licet.rights.checking import check as checked
from licet.rights.evaluator import Outcome
from licet.rights.uses import Use, use_names

_EXIT_CODES: Final = {Outcome.PERMIT: 0, Outcome.DENY: 1, Outcome.UNDECIDED: 2}
_WORDS: Final = {
    Outcome.PERMIT: ("permitted", "green"),
    Outcome.DENY: ("not permitted", "red"),
    Outcome.UNDECIDED: ("undecided", "yellow"),
}


@click.command("check")
@click.argument("items", nargs=-1, required=True, metavar="ITEM…")
@uses_option()
@click.option("--territory", metavar="CODE", default="", help="Where: a country's two letters (ISO 3166-1).")
@click.option("--user", type=click.Choice([user.value for user in User]), help="Which class of users asks.")
@click.option("--model", metavar="NAME", default="", help="The model that the work would go into.")
@click.option("--at", "moment", type=SINCE, metavar="DATE", help="When.  [default: now]")
@from_option
@takes(documents=True)
def check(
    session: Session,
    items: tuple[str, ...],
    uses: Use,
    territory: str,
    user: str | None,
    model: str,
    moment: int | None,
    source_format: str | None,
    as_json: bool,
) -> int:
    """Decide whether terms permit some uses, and say why.

    An ITEM is what `licet rights explain` takes. Of several terms, and several uses, all have to permit.

    Exit code 0: permitted. 1: not permitted. 2: undecided: the terms depend on something not stated, or ask
    for something first, such as a payment.
    """
    asked = Asked(
        uses,
        int(time.time()) if moment is None else moment,
        territory.upper(),
        None if user is None else User(user),
        model,
    )
    sources = find_terms(session, items, source_format)
    found = [(source, checked(source.terms, replace(asked, paid=source.paid))) for source in sources]
    result = outcome(each for _, checks in found for each in checks)
    emit(
        {
            "uses": list(use_names(uses)),
            "outcome": result.value,
            "items": [_json(source, checks) for source, checks in found],
        },
        *(line for source, checks in found for line in _lines(source, checks)),
        as_json=as_json,
    )
    return _EXIT_CODES[result]


def _json(source: Source, checks: tuple[Check, ...]) -> dict[str, Any]:
    return {
        "item": source.name,
        "found_as": source.where,
        "outcome": outcome(checks).value,
        "uses": [
            {
                "use": use_names(each.use)[0],
                "outcome": each.outcome.value,
                "reasons": list(each.reasons),
                "duties": list(each.duties),
            }
            for each in checks
        ],
        "not_read": [{"member": loss.member, "reason": loss.reason} for loss in source.losses],
    }


def _lines(source: Source, checks: tuple[Check, ...]) -> list[RenderableType]:
    lines: list[RenderableType] = [Text(f"{one_line(source.name)} ({source.where})", "bold")]
    for each in checks:
        word, style = _WORDS[each.outcome]
        if each.duties:
            word = "permitted on conditions"
        lines.append(Text.assemble("  ", (use_names(each.use)[0], ""), ": ", (word, style)))
        lines += [Text(f"    {one_line(said)}") for said in (*each.reasons, *each.duties)]
    return lines
