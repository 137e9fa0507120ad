"""The guide is a story that works: its shell blocks, one after another, on a chain of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from licet.chain.local.node import LocalNode

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")

# The guide picks values out of JSON with jq, which not every machine has: this does what it needs of it.
JQ = f"""#!{sys.executable}
import functools, json, re, sys
steps = re.findall(r"\\w+|\\d+", sys.argv[-1])
print(functools.reduce(lambda v, step: v[int(step) if step.isdigit() else step], steps, json.load(sys.stdin)))
"""


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has `licet` and `jq`, and an empty folder."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "jq").write_text(JQ, encoding="utf-8")
    (programs / "jq").chmod(0o755)
    path = os.pathsep.join((str(programs), str(Path(sys.executable).parent), os.environ["PATH"]))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LICET_")}
    return inherited | {"PATH": path}


def test_the_guide_ends_with_a_clean_audit(shell: dict[str, str], tmp_path: Path) -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    folder = tmp_path / "work"
    folder.mkdir()
    with LocalNode() as node:
        story = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "".join(blocks)],
            cwd=folder,
            env=shell | {"LICET_RPC": node.url},
            capture_output=True,
            text=True,
            check=False,
        )
    assert story.returncode == 0, story.stderr
    assert "clean" in story.stdout.splitlines()[-1]
