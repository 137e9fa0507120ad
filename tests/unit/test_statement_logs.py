"""Usage logs as what a statement is computed from."""

from pathlib import Path

import pytest

from licet.documents import UsageLog, UsageRecord, write_document
from licet.errors import DocumentInvalid, InputError
from licet.rights.uses import Use
from licet.statement import Counting, compute
from licet.types import ZERO_HASH, Hash32

ONE, OTHER, WORK = (Hash32("0x" + digit * 64) for digit in "123")
LICENSE = Hash32("0x" + "9" * 64)
HOLDER, ARTIST = "0x" + "ab" * 20, "0x" + "cd" * 20


def record(asset: Hash32, at: int, units: int = 1, **rest: Hash32) -> UsageRecord:
    fields = {"license_id": LICENSE, **rest}
    return UsageRecord(asset, uses=Use.INDEX, units=units, since=at, until=at, reference=f"{at}", **fields)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Two batches of a gateway: six units of one asset, two of another, one of a work."""
    folder = tmp_path / "gateway.logs"
    folder.mkdir()
    first = UsageLog.of([record(ONE, 100), record(ONE, 101, 2), record(OTHER, 102)])
    second = UsageLog.of(
        [record(ONE, 200, 3, license_id=ZERO_HASH), record(OTHER, 201), record(ONE, 202, work=WORK)]
    )
    write_document(first, folder / "a.json")
    write_document(second, folder / "b.json")
    (tmp_path / "shares.csv").write_text(
        f"work,payee,share\n{ONE},{HOLDER},1\n{OTHER},{ARTIST},1\n{WORK},{ARTIST},1\n"
    )
    return folder


ALL = Counting()


def amounts(logs: Path, counting: Counting = ALL, total: int = 900, *more: Path) -> dict[str, int]:
    out = logs.parent / "amounts.csv"
    out.unlink(missing_ok=True)
    usage = [str(logs / "*.json"), *more]
    compute(usage, [logs.parent / "shares.csv"], total, out, counting=counting)
    return {
        payee: int(amount) for payee, amount in (line.split(",") for line in out.read_text().splitlines()[1:])
    }


def test_records_count_for_their_work_or_asset(logs: Path) -> None:
    assert amounts(logs) == {HOLDER: 600, ARTIST: 300}


def test_a_period_has_the_records_that_end_in_it(logs: Path) -> None:
    assert amounts(logs, Counting(101, 200), 600) == {HOLDER: 500, ARTIST: 100}
    assert amounts(logs, Counting(102, 102)) == {ARTIST: 900}
    assert amounts(logs, Counting(until=101)) == {HOLDER: 900}
    with pytest.raises(InputError, match="no rows"):
        amounts(logs, Counting(300))


def test_what_was_paid_for_already_can_be_left_out(logs: Path) -> None:
    assert amounts(logs, Counting(licensed=True), 600) == {HOLDER: 300, ARTIST: 300}


def test_what_a_voucher_paid_for_is_paid_for_already(logs: Path) -> None:
    """A number of the recorder's own says nothing of that."""
    by_voucher = UsageRecord(ONE, LICENSE, Use.INDEX, 5, 300, 300, reference=f"voucher:{LICENSE}:1")
    by_another = UsageRecord(ONE, LICENSE, Use.INDEX, 1, 300, 300, reference="voucher:1")
    write_document(UsageLog.of([by_voucher, by_another]), logs / "c.json")
    assert amounts(logs, Counting(300), 600) == {HOLDER: 600}
    assert amounts(logs, Counting(licensed=True), 700) == {HOLDER: 400, ARTIST: 300}


def test_an_assets_records_can_be_told_from_others(logs: Path) -> None:
    assert amounts(logs, Counting(asset=OTHER)) == {ARTIST: 900}
    assert amounts(logs, Counting(200, asset=ONE), 800) == {HOLDER: 600, ARTIST: 200}


def test_logs_and_tables_add_up(logs: Path) -> None:
    more = logs.parent / "more.csv"
    more.write_text(f"work,units\n{OTHER},9\n")
    assert amounts(logs, Counting(), 1_800, more) == {HOLDER: 600, ARTIST: 1_200}


def test_what_cannot_be_counted(logs: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    again.write_bytes((logs / "a.json").read_bytes())
    with pytest.raises(InputError, match="count twice"):
        amounts(logs, Counting(), 1, again)
    with pytest.raises(InputError, match="named twice"):
        amounts(logs, Counting(), 1, logs / "a.json")
    with pytest.raises(InputError, match="no file is called"):
        amounts(tmp_path / "nowhere")
    again.write_text("{}")
    with pytest.raises(DocumentInvalid):
        amounts(logs, Counting(), 1, again)
    table = tmp_path / "table.csv"
    table.write_text(f"work,units\n{ONE},1\n")
    shares, out = [tmp_path / "shares.csv"], tmp_path / "out.csv"
    with pytest.raises(InputError, match="usage logs"):
        compute([table], shares, 1, out, counting=Counting(1))
    with pytest.raises(InputError, match="Spark reads Parquet alone"):
        compute([str(logs / "*.json")], shares, 1, out, engine="spark")
    assert not out.exists()
