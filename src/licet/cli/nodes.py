"""Several nodes for one command: the next is asked where one fails."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import click

from licet.cli.output import note
from licet.cli.session import Session
from licet.cli.text import one_line
from licet.errors import ChainError

others_option: Final = click.option(
    "--other-rpc",
    "others",
    multiple=True,
    metavar="URL",
    help="A further node, asked when the first one fails; its blocks must be the same. May be repeated.",
)


def at_first_node(session: Session, urls: Sequence[str]) -> Session:
    """The session at the first of some nodes that shows the contracts.

    Raises:
        LicetError: as `Session.contracts`, of the last node; or of an earlier one, where the node is not why.
    """
    for url in urls[:-1]:
        found = replace(session, rpc=url)
        try:
            found.contracts  # noqa: B018 - asks
        except ChainError as error:
            trying_on(error)
        else:
            return found
    return replace(session, rpc=urls[-1])


def trying_on(error: ChainError) -> None:
    """Tells of a fault of a node after which it, or another one, is asked again."""
    note(f"trying on: {one_line(str(error))}")
