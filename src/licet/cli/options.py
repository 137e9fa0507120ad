"""The common options of commands: the chain, the account, the documents, and how the answer is printed."""

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

import click
from click.core import ParameterSource

from licet.cli.params import ADDRESS, FILE, json_option
from licet.cli.session import DEFAULT_INDEX, DEFAULT_RPC, PASSWORD_VARIABLE, Session

_CHAIN_OPTIONS: Final = (
    click.option(
        "--rpc",
        default=DEFAULT_RPC,
        metavar="URL",
        envvar="LICET_RPC",
        show_envvar=True,
        show_default=True,
        help="The node's JSON-RPC.",
    ),
    click.option(
        "--registry",
        type=ADDRESS,
        metavar="ADDRESS",
        envvar="LICET_REGISTRY",
        show_envvar=True,
        help="The asset registry: all other contracts are found from it.",
    ),
    click.option(
        "--deployment",
        type=FILE,
        metavar="FILE",
        envvar="LICET_DEPLOYMENT",
        show_envvar=True,
        help="Or the file that `licet deploy` wrote.  [default: deployments/<chain id>.json]",
    ),
)
_ACCOUNT_OPTIONS: Final = (
    click.option(
        "--keystore",
        type=FILE,
        metavar="FILE",
        envvar="LICET_KEYSTORE",
        show_envvar=True,
        help=f"The account that signs. Its password: --password-file, {PASSWORD_VARIABLE}, or a prompt.",
    ),
    click.option("--password-file", type=FILE, metavar="FILE", help="A file with the keystore's password."),
    click.option(
        "--dev-account",
        type=click.IntRange(0, 19),
        metavar="N",
        help="Instead of a keystore, on local chains: the N-th public development account.",
    ),
    click.option(
        "--outbox",
        type=FILE,
        metavar="FILE",
        envvar="LICET_OUTBOX",
        show_envvar=True,
        help="Keep transactions in this file until they are confirmed: after a crash, none is sent twice.",
    ),
)


def _documents_option(help_text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--documents`: folders to read from, or to publish into, as the help says."""
    return click.option(
        "--documents",
        type=FILE,
        multiple=True,
        default=("documents",),
        metavar="FOLDER",
        envvar="LICET_DOCUMENTS",
        show_envvar=True,
        show_default=True,
        help=help_text,
    )


_DOCUMENT_OPTIONS: Final = (_documents_option("Where published documents are; may be repeated."),)
_PUBLISHER_OPTIONS: Final = (
    _documents_option("Where documents are published: the first, if repeated."),
    click.option(
        "--base-uri",
        metavar="URI",
        envvar="LICET_BASE_URI",
        show_envvar=True,
        help="Where others fetch that folder from.",
    ),
)
_INDEX_OPTIONS: Final = (
    click.option(
        "--index",
        type=FILE,
        default=DEFAULT_INDEX,
        metavar="FOLDER",
        envvar="LICET_INDEX",
        show_envvar=True,
        show_default=True,
        help="Where the local index of similar works is kept.",
    ),
)


def takes(
    *,
    account: bool = False,
    documents: bool = False,
    publishes: bool = False,
    contracts: bool = True,
    index: bool = False,
    chain: bool = True,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds the common options, and `--json`, to a command, which gets a Session first, and `as_json`.

    Args:
        account: it signs, or may sign.
        documents: it reads published documents.
        publishes: it publishes documents.
        contracts: it needs the contracts, not a node alone.
        index: it compares works with those registered.
        chain: it takes the chain from its options, not from a file.
    """
    options = [*(_CHAIN_OPTIONS if contracts else _CHAIN_OPTIONS[:1])] if chain else []
    options += _ACCOUNT_OPTIONS if account else ()
    options += _PUBLISHER_OPTIONS if publishes else _DOCUMENT_OPTIONS if documents else ()
    options += _INDEX_OPTIONS if index else ()

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def command(**values: Any) -> Any:
            common = {f.name: values.pop(f.name) for f in fields(Session) if f.name in values}
            return function(Session(**_explicit_first(common)), **values)

        for option in reversed([*options, json_option]):
            command = option(command)
        return command

    return decorate


def _explicit_first(common: dict[str, Any]) -> dict[str, Any]:
    """The command line overrules the environment; two names for one thing on it are refused."""
    for one, other in (("registry", "deployment"), ("keystore", "dev_account")):
        if common.get(one) is None or common.get(other) is None:
            continue
        said = [name for name in (one, other) if _on_command_line(name)]
        if len(said) != 1:
            raise click.UsageError(
                f"--{one} and --{other.replace('_', '-')} name the same thing: leave one out"
            )
        common[one if said == [other] else other] = None
    return common


def _on_command_line(name: str) -> bool:
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE
