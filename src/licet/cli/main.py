"""The program: its commands, its version, and how every error ends it: one line, and an exit code.

0 done, yes, clean; 1 it failed, no, findings; 2 it could not be used so, or cannot tell; 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Final

import click
from dotenv import dotenv_values

from licet.cli import (
    account,
    agent,
    arbitrate,
    audit,
    catalog,
    deed,
    demo,
    deploy,
    dispute,
    find,
    gateway,
    index,
    licenses,
    lookup,
    meter,
    node,
    offer,
    receipt,
    rights,
    serve,
    split,
    statement,
    usage,
    vault,
    verify,
    watch,
    work,
)
from licet.cli.text import one_line
from licet.errors import InputError, LicetError

INTERRUPTED: Final = 130
"""As shells say it: 128 and the signal's number."""
PIPE_CLOSED: Final = 141


class _InOrder(click.Group):
    """Lists its commands in the order of the job, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("licet"), prog_name="licet", message="%(prog)s %(version)s")
def cli() -> None:
    """Ask, pay and prove before use: licenses for works of all kinds, on EVM chains.

    Start with `licet demo`. Options that several commands share can stand in the environment, or in a file
    .env in the current directory: LICET_RPC, LICET_REGISTRY, LICET_DEPLOYMENT, LICET_KEYSTORE,
    LICET_PASSWORD, LICET_OUTBOX, LICET_DOCUMENTS, LICET_BASE_URI, LICET_INDEX, LICET_DB.
    """


for module in (
    demo,
    node,
    deploy,
    account,
    work,
    catalog,
    split,
    deed,
    agent,
    offer,
    rights,
    lookup,
    find,
    licenses,
    meter,
    usage,
    vault,
    statement,
    dispute,
    arbitrate,
    gateway,
    receipt,
    index,
    audit,
    serve,
):
    cli.add_command(module.command)
audit.command.add_command(verify.command)
audit.command.add_command(watch.command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: what stands after `licet`; the process's own if not given.

    Returns:
        The exit code. Whatever goes wrong is one line on stderr, never a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # file names may be any bytes
    try:
        _read_settings(Path(".env"))
        result = cli.main(args=arguments, prog_name="licet", standalone_mode=False)
        sys.stdout.flush()
    except click.Abort:
        return _fail("interrupted", INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.UsageError as error:
        help_for = error.ctx.command_path if error.ctx else "licet"
        return _fail(f"{error.format_message()} (see {help_for} --help)", error.exit_code)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except LicetError as error:
        return _fail(str(error), error.exit_code)
    except SystemExit:
        return PIPE_CLOSED  # click's own way out when it meets the closed pipe first
    except BrokenPipeError:
        # Whoever read our output has enough; Python's own flush at exit must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}", 1)
    return result if isinstance(result, int) else 0


def _fail(message: str, exit_code: int) -> int:
    click.echo(f"licet: {one_line(message)}", err=True)
    return exit_code


def _read_settings(path: Path) -> None:
    """Takes Licet's own variables from a file `.env`, if there is one; the environment's come first."""
    if not path.is_file():
        return
    try:
        values = dotenv_values(path)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: save it as UTF-8, one NAME=value in a line") from error
    for name, value in values.items():
        if name.startswith("LICET_") and value is not None:
            os.environ.setdefault(name, value)
