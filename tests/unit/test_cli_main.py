"""The program as such: version, help, documented as it is, and one line for whatever goes wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import click
import pytest

from licet.cli.main import cli, main
from licet.errors import ChainError, InputError, LicetError, WrongChain
from tests.unit.scripts import load

ROOT = Path(__file__).resolve().parents[2]


def docs_script() -> ModuleType:
    return load("scripts/docs.py")


def leaves(command: click.Command = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that does something itself, as words."""
    if isinstance(command, click.Group):
        if command.invoke_without_command:
            yield path
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from leaves(below, (*path, name))
    else:
        yield path


LEAVES = tuple(leaves())


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"licet {version('licet')}\n"


def test_it_runs_as_a_module() -> None:
    asked = [sys.executable, "-m", "licet", "--version"]
    assert subprocess.check_output(asked, text=True) == f"licet {version('licet')}\n"


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "licet demo" in captured.err
    assert captured.err.count("\n") > 10


def test_the_documented_commands_are_those_of_the_program() -> None:
    documented = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert documented == docs_script().cli_page(), "docs/cli.md is old: run `make docs`"


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_has_help_and_json(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*path, "--help"]) == 0
    out = capsys.readouterr().out
    assert "--json" in out
    assert f"Usage: licet {' '.join(path)}" in out


@pytest.mark.parametrize("path", [("nonsense",), *LEAVES], ids=" ".join)
def test_wrong_usage_is_one_line_and_exit_code_2(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path, "--nonsense"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("licet: ")
    assert captured.err.count("\n") == 1
    assert "--help" in captured.err


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InputError("no such file"), 2, "licet: no such file\n"),
        (
            ChainError("the node\nsays \x1b[31mno"),
            1,
            "licet: the node says \N{REPLACEMENT CHARACTER}[31mno\n",
        ),
        (WrongChain("another chain"), 2, "licet: another chain\n"),
        (LicetError("so"), 1, "licet: so\n"),
        (KeyboardInterrupt(), 130, "licet: interrupted\n"),
        (PermissionError(13, "Permission denied", "out.json"), 1, "licet: out.json: Permission denied\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_errors_are_one_line_with_their_exit_code(
    error: BaseException,
    code: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    @click.command("fails")
    def fails() -> None:
        raise error

    monkeypatch.setitem(cli.commands, "fails", fails)
    assert main(["fails"]) == code
    assert capsys.readouterr().err.lstrip("\n") == line


def test_settings_in_a_file_are_read_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".env").write_bytes(b"LICET_RPC=\xff\n")
    assert main(["--version"]) == 2
    assert "UTF-8" in capsys.readouterr().err


def test_only_settings_of_licet_are_taken_and_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICET_RPC", "ftp://environment")
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    (tmp_path / ".env").write_text("LICET_RPC=ftp://file\nHTTP_PROXY=http://proxy.example\n")
    assert main(["audit"]) == 2
    assert "ftp://environment" in capsys.readouterr().err
    assert "HTTP_PROXY" not in os.environ
