"""`licet rights`: rights expressed in the words of others."""

import click

from licet.cli.rights.evaluate import evaluate


@click.group("rights")
def command() -> None:
    """Read, convert, explain and check rights expressions."""


command.add_command(evaluate)
