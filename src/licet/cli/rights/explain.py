"""`licet rights explain`: terms in plain words."""

from typing import Any

import click
from rich.console import RenderableType
from rich.text import Text

from licet.cli.options import takes
from licet.cli.output import emit
from licet.cli.rights.sources import Source, find_terms, from_option
from licet.cli.session import Session
from licet.cli.text import one_line
from licet.rights.explain import Section
from licet.rights.explain import explain as explained
from licet.rights.terms import members
from licet.rights.uses import use_names


@click.command("explain")
@click.argument("items", nargs=-1, required=True, metavar="ITEM…")
@from_option
@takes(documents=True)
def explain(session: Session, items: tuple[str, ...], source_format: str | None, as_json: bool) -> None:
    """Say in plain words who may do what, for how much, until when.

    An ITEM is a rights expression in any format that is read (robots.txt, license.xml, ODRL policy, …), a
    signed offer, the id of a license, the id of an asset, or a work: of the last two, the offers that stand.
    """
    found = [(source, explained(source.terms)) for source in find_terms(session, items, source_format)]
    emit(
        {"items": [_json(source, sections) for source, sections in found]},
        *(line for source, sections in found for line in _lines(source, sections)),
        as_json=as_json,
    )


def _json(source: Source, sections: tuple[Section, ...]) -> dict[str, Any]:
    return {
        "item": source.name,
        "found_as": source.where,
        "permitted": list(use_names(source.terms.document.uses)),
        "prohibited": list(use_names(source.terms.document.prohibited)),
        "members": sorted(members(source.terms)),
        "sections": {
            section.title.lower().replace(" ", "_"): list(section.sentences) for section in sections
        },
        "not_read": [{"member": loss.member, "reason": loss.reason} for loss in source.losses],
    }


def _lines(source: Source, sections: tuple[Section, ...]) -> list[RenderableType]:
    lines = [Text(f"{one_line(source.name)} ({source.where})", "bold")]
    for section in sections:
        lines.append(Text(f"  {section.title}", "bold"))
        lines += [Text(f"    {one_line(sentence)}") for sentence in section.sentences]
    if source.losses:
        lines.append(Text("  Not understood", "bold yellow"))
        lines += [Text(f"    {one_line(loss.member)}: {one_line(loss.reason)}") for loss in source.losses]
    return [*lines, Text()]
