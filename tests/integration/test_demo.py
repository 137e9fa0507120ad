"""The demo in full, on both engines and on a museum's whole catalogue, and nothing left behind."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from licet.cli.demo.acts import payees
from licet.cli.main import main
from licet.errors import NothingDue

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
BESIDE = ROOT.parent / "shared" / "data"
TATE = Path(os.environ.get("LICET_SHARED_DATA", BESIDE)) / "tate_works.csv.gz"
STEPS = [
    "read_catalog",
    "deploy",
    "register_text",
    "register_picture",
    "register_sound",
    "register_catalog",
    "make_keys",
    "publish_split_work",
    "publish_split_catalog",
    "sign_offers",
    "competing_claim",
    "quote",
    "quote_trusting",
    "quote_purchase",
    "buy_work",
    "buy_catalog",
    "permits_today",
    "pay_vault_work",
    "pay_vault_catalog",
    "claim_two_vaults",
    "claim_catalog",
    "claim_work",
    "refused_claims",
    "permits_a_year_later",
    "audit",
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in a folder of its own, where the engines are found as anywhere."""
    monkeypatch.chdir(tmp_path)
    engines = ROOT / "node_modules" / ".bin"
    monkeypatch.setenv("PATH", f"{engines}{os.pathsep}{os.environ['PATH']}")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))


def played(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    code = main(["demo", "--json", *arguments])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    result = json.loads(captured.out)
    assert isinstance(result, dict)
    assert result["verdict"] == "clean"
    assert not result["findings"]
    return result


@pytest.mark.parametrize(
    "engine", [pytest.param("anvil"), pytest.param("ganache", marks=pytest.mark.ganache)]
)
def test_for_programs(engine: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    result = played(capsys, "--engine", engine)
    assert (result["works"], result["payees"], result["engine"]) == (24, 5, engine)
    assert [step["name"] for step in result["steps"]] == STEPS
    for step in result["steps"]:
        assert set(step) == {"name", "gas", "seconds"}
        on_chain = step["name"].startswith(
            ("deploy", "register", "publish", "competing", "buy", "pay", "claim")
        )
        assert (step["gas"] > 20_000) == on_chain, step
    assert result["quote"]["total"] == "27400000"
    answers = [(p["license"], p["uses"], p["when"], p["answer"]) for p in result["permissions"]]
    assert answers == [
        ("the picture", "train, train-generative", "today", True),
        ("the catalogue", "train, train-generative", "today", True),
        ("the picture", "redistribute", "today", False),
        ("the picture", "train, train-generative", "today", False),
        ("the catalogue", "train, train-generative", "today", False),
        ("the picture", "train, train-generative", "a year later", False),
        ("the catalogue", "train, train-generative", "a year later", False),
    ]
    assert len(set(result["pay_gas_by_payees"].values())) == 1
    # Nothing is left behind: no file where it was run, none among the temporary ones.
    assert [path.name for path in tmp_path.iterdir()] == ["scratch"]
    assert not list((tmp_path / "scratch").iterdir())


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[-1].endswith("Verdict: clean. Everything was checked, and everything agrees.")
    assert [int(act) for act in re.findall(r"^(\d+)  \w", captured.out, re.MULTILINE)] == list(range(1, 12))
    for word in ("contested", "unknown", "on offer", "NothingDue", "ShareNotInSplit", "27.40 TUSD"):
        assert word in captured.out


@pytest.mark.parametrize(
    ("rows", "arguments", "payees"),
    [
        (["id,title", "1,a", "2,b"], (), 1),
        (["id,who", "1,x", "2,y"], ("--payees-column", "who"), 2),
        (["id,artist_ids,part", "1,x|y,1|999999999"], ("--weights-column", "part"), 2),
        (["id,who", "poem.txt,0x70997970C51812dc3A010C7d01b50e0d17dc79C8"], ("--payees-column", "who"), 1),
    ],
    ids=["nobody named", "another column", "a share worth nothing", "an id that is a file, an address"],
)
def test_other_catalogues(
    rows: list[str], arguments: tuple[str, ...], payees: int, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("poem.txt").write_text("something else")
    Path("works.csv").write_text("\n".join(rows))
    assert played(capsys, "--catalog", "works.csv", *arguments)["payees"] == payees


def test_a_broken_promise_stops_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Had a contract let a thief claim, the demo would not call it a day."""
    monkeypatch.setattr(payees, "ShareNotInSplit", NothingDue)
    assert main(["demo", "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1


@pytest.mark.skipif(not TATE.is_file(), reason=f"the Tate catalogue is not at {TATE}")
def test_a_museum_in_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    result = played(capsys, "--catalog", str(TATE))
    assert (result["works"], result["payees"]) == (69_202, 3_393)
    assert result["seconds"] < 60
    gas = {step["name"]: step["gas"] for step in result["steps"]}
    assert gas["register_catalog"] <= 88_000
    assert gas["pay_vault_catalog"] == gas["pay_vault_work"] <= 36_000


def test_interrupted_it_ends_its_chain(tmp_path: Path) -> None:
    """Ctrl-C in the middle: exit code 130, one line, and no node lives on."""
    program = (
        "import os, signal, sys\n"
        "from licet.cli.demo import acts\n"
        "from licet.cli.main import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def stop(stage, world, *rest):\n"
        "    print(world.node.url, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "acts.register = stop\n"
        "sys.exit(main(['demo', '--json']))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.strip()) == (130, "licet: interrupted")
    port = ran.stdout.strip().rpartition(":")[2]
    listed = subprocess.run(["ps", "-axww", "-o", "args="], capture_output=True, text=True, check=True)
    assert f"--port {port}" not in listed.stdout
