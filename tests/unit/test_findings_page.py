"""docs/findings.md says what the auditor can say, and which tests make it do so."""

from pathlib import Path
from types import ModuleType

import pytest

from licet.auditor import Kind
from tests.unit.scripts import load

PAGE = Path(__file__).resolve().parents[2] / "docs" / "findings.md"


@pytest.fixture(scope="module")
def findings() -> ModuleType:
    return load("scripts/findings.py")


def test_the_table_is_what_the_code_says(findings: ModuleType) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == findings.rendered(page), "run python scripts/findings.py"


def test_every_kind_has_its_row_and_a_test(findings: ModuleType) -> None:
    rows = findings.kinds_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [str(kind) for kind in Kind]
    assert all("`test_" in row for row in rows)


def test_a_kind_that_no_test_finds_is_refused(findings: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "TESTS", PAGE.parent)
    with pytest.raises(ValueError, match="no test finds logs_incomplete"):
        findings.kinds_table()
