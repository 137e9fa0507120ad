"""The README keeps its word: its Python runs and prints what it says, its figures are the measured ones."""

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_python_prints_what_the_readme_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The folder has no node_modules: the engine is found on PATH, as for somebody who installed the package.
    monkeypatch.setenv("PATH", str(ROOT / "node_modules" / ".bin"), prepend=":")
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(blocks("python")[0], "README.md", "exec"), {"__name__": "readme"})
    assert printed.getvalue() == blocks("text")[0]


def test_code_comes_by_line_30() -> None:
    assert README.splitlines().index("```python") < 30


def test_the_two_commands_are_make_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"^make (\w+)", blocks("bash")[0], re.MULTILINE)
    assert commands == ["demo", "test"]
    assert all(f"\n{target}: " in makefile for target in commands)


def test_the_gas_figures_are_the_measured_ones() -> None:
    snapshot = json.loads((ROOT / "tests" / "snapshots" / "gas.json").read_text(encoding="utf-8"))
    assert f"a license {snapshot['buy_repeat']['gas']:,} gas" in README
    assert f"any number of holders {snapshot['pay_vault_steady']['gas']:,}" in README


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)#]+)", README))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
