"""docs/trust.md says which attacks and laws are tested: each of them is, under the name that stands there."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.unit.scripts import load

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "trust.md"
LINKED = re.compile(r"^\| .+ \| (.+) \| \[`(test\w+)`\]\(\.\./(tests/[\w/.]+)\) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def trust() -> ModuleType:
    return load("scripts/trust.py")


def test_the_tables_are_what_the_tests_say(trust: ModuleType) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == trust.rendered(page), "run python scripts/trust.py"


def test_every_test_in_the_table_exists() -> None:
    rows = LINKED.findall(PAGE.read_text(encoding="utf-8"))
    assert len({source for source, _, _ in rows}) > 25, "published sources"
    for _, test, path in rows:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"\b(function|def) {test}\(", text), f"{path} has no {test}"


def test_every_test_of_a_published_finding_is_in_the_table_once() -> None:
    listed = [(test, path) for _, test, path in LINKED.findall(PAGE.read_text(encoding="utf-8"))]
    assert len(listed) == len(set(listed))
    for path in sorted((ROOT / "tests" / "contracts").glob("PublishedFindings*.t.sol")):
        place = path.relative_to(ROOT).as_posix()
        tests = re.findall(r"function (test\w*)\(", path.read_text(encoding="utf-8"))
        assert tests, place
        assert tests == [test for test, where in listed if where == place]


def test_every_invariant_is_a_law(trust: ModuleType) -> None:
    declared = 0
    for path in (ROOT / "tests" / "contracts").glob("*.t.sol"):
        text = path.read_text(encoding="utf-8")
        declared += len(re.findall(r"function (?:invariant_\w+|afterInvariant)\(", text))
    laws = trust.laws()
    assert len(laws) == declared
    assert len({law for law, _, _ in laws}) >= 15


def test_a_test_without_a_source_is_refused(
    trust: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = "    /// @dev Bare.\n    function test_A() public {\n"
    (tmp_path / "PublishedFindingsSales.t.sol").write_text(bare, encoding="utf-8")
    monkeypatch.setattr(trust, "TESTS", tmp_path)
    monkeypatch.setattr(trust, "ROOT", tmp_path)
    with pytest.raises(ValueError, match="test_A does not say what was found, and where"):
        trust.findings()
