"""An audit's working papers, read back: whole, exact, harmless, and the same each time."""

import base64
import csv
import hashlib
import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import html

from licet.auditor import AuditReport, Kind
from licet.auditor.findings import found
from licet.auditor.papers import check_targets, html_tables, json_pieces, page, workbook, write_report
from licet.auditor.papers.columns import looks_like_formula, utc
from licet.auditor.papers.csv_files import as_written, harmless
from licet.auditor.papers.tables import tables_of
from licet.auditor.papers.workbook import write_workbook
from licet.chain.client import Block
from licet.errors import InputError
from licet.text import one_line
from tests.unit.audited import HOSTILE, NOW, TOKEN, TX, account, empty, full, hostile

NAMES = ["r.json", "r.zip", "r.xlsx", "r.html", "r"]
LONG = 2**200

Rows = list[dict[str, Any]]


def written(report: AuditReport, path: Path) -> Path:
    write_report(report, path)
    return path


def from_folder(report: AuditReport, tmp_path: Path) -> dict[str, Rows]:
    folder = written(report, tmp_path / "folder")
    return {path.stem: read_csv(path.read_bytes()) for path in folder.iterdir()}


def from_archive(report: AuditReport, tmp_path: Path) -> dict[str, Rows]:
    with zipfile.ZipFile(written(report, tmp_path / "all.zip")) as archive:
        assert archive.testzip() is None
        return {name.removesuffix(".csv"): read_csv(archive.read(name)) for name in archive.namelist()}


def read_csv(data: bytes) -> Rows:
    text = data.decode()
    assert not re.search(r"(?<!\r)\n", re.sub(r'"[^"]*"', "", text)), "RFC 4180 ends lines with CRLF"
    return list(csv.DictReader(io.StringIO(text, newline="")))


def from_workbook(report: AuditReport, tmp_path: Path) -> dict[str, Rows]:
    book = openpyxl.load_workbook(written(report, tmp_path / "all.xlsx"))
    read = {}
    for sheet in book.worksheets:
        heads, *rows = sheet.iter_rows(values_only=True)
        read[sheet.title] = [dict(zip(heads, row, strict=True)) for row in rows]
    return read


def parsed(report: AuditReport, tmp_path: Path) -> Any:
    return html.fromstring(written(report, tmp_path / "page.html").read_bytes())


TABLES = pytest.mark.parametrize("read", [from_folder, from_archive, from_workbook])
Read = Callable[[AuditReport, Path], dict[str, Rows]]

# All formats.


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("report", [empty(), full("A song"), hostile()], ids=["empty", "full", "hostile"])
def test_equal_reports_make_equal_files(name: str, report: AuditReport, tmp_path: Path) -> None:
    def content(path: Path) -> dict[str, bytes]:
        files = path.iterdir() if path.is_dir() else [path]
        return {file.name.removeprefix("2"): file.read_bytes() for file in files}

    assert content(written(report, tmp_path / name)) == content(written(report, tmp_path / f"2{name}"))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_beside_a_report(name: str, tmp_path: Path) -> None:
    written(full(), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_overwritten(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        written(full(), tmp_path / name)
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["report.pdf"], "stands for no format"),
        (["none/report.html"], "there is no folder"),
        (["a.html", "b.csv"], "stands for no format"),
        (["a.html", "a.html"], "named twice"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(names: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        check_targets([tmp_path / name for name in names])


def test_a_report_that_fails_halfway_leaves_nothing(tmp_path: Path) -> None:
    broken = replace(full(), sales=("no sale",))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        written(broken, tmp_path / "r.zip")
    assert list(tmp_path.iterdir()) == []


# JSON.


def test_json_in_pieces_is_json_as_a_whole() -> None:
    for report in (empty(), full(), hostile()):
        assert json.loads("".join(json_pieces(report))) == json.loads(json.dumps(report.to_json()))


# Tables.


@TABLES
def test_every_table_is_there_with_every_row(read: Read, tmp_path: Path) -> None:
    report = full("A song", sales=7, payees=5)
    tables = read(report, tmp_path)
    for table in tables_of(report):
        assert len(tables[table.name]) == table.count(), table.name
    assert set(tables) == {table.name for table in tables_of(report)}
    assert len(tables["sales"]) == 7


@TABLES
@pytest.mark.parametrize("price", [100, 10**15, LONG])
def test_amounts_are_exact(read: Read, price: int, tmp_path: Path) -> None:
    report = full("A song", price=price)
    tables = read(report, tmp_path)
    assert [int(row["price"]) for row in tables["sales"]] == [price] * 3
    assert [int(row["computed"]) for row in tables["trial_balance"]] == [
        line.computed for line in report.trial_balance
    ]


@TABLES
@pytest.mark.parametrize("price", [7, LONG + 1])
def test_the_lines_of_each_payee_make_up_the_sum(read: Read, price: int, tmp_path: Path) -> None:
    tables = read(full(price=price, payees=9), tmp_path)
    sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in tables["payee_lines"]:
        received, share, total = int(row["received"]), int(row["share"]), int(row["total"])
        assert received * share == int(row["entitled"]) * total + int(row["remainder"])
        for at, name in enumerate(("entitled", "claimed", "due")):
            sums[row["payee"], row["token"]][at] += int(row[name])
    claims: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in tables["claims"]:
        claims[row["payee"], row["token"]] += int(row["amount"])
    assert len(tables["payee_sums"]) == len(sums) == 9
    for row in tables["payee_sums"]:
        key = row["payee"], row["token"]
        assert [int(row[name]) for name in ("entitled", "claimed", "due")] == sums[key]
        assert int(row["claimed"]) == claims[key]


@TABLES
def test_the_trial_balance_closes(read: Read, tmp_path: Path) -> None:
    rows = read(full(), tmp_path)["trial_balance"]
    assert sum(int(row["closing"]) for row in rows if row["kind"] != "total") == 0
    assert {row["reconciled"] for row in rows} == {"yes"}


@TABLES
def test_findings_have_their_evidence(read: Read, tmp_path: Path) -> None:
    evidence = {"tx": TX, "block": 7, "log_index": 3}
    report = empty(found(Kind.OVERCLAIMED, "too much", expected=5, actual=LONG, **evidence))
    (row,) = read(report, tmp_path)["findings"]
    assert (row["severity"], row["kind"], row["message"]) == ("error", "overclaimed", "too much")
    assert (row["tx"], int(row["block"]), int(row["log_index"])) == (TX, 7, 3)
    assert (row["expected"], row["found"]) == ("5", str(LONG))


# What somebody called their work.


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_of_csv_is_no_formula_and_can_be_taken_back(text: str) -> None:
    line = one_line(text)
    cell = harmless(line)
    assert not looks_like_formula(cell)
    assert as_written(cell) == line


def test_no_cell_of_csv_is_a_formula(tmp_path: Path) -> None:
    tables = from_folder(hostile(), tmp_path)
    for name, rows in tables.items():
        for row in rows:
            for column, cell in row.items():
                number = re.fullmatch(r"-?[0-9]+", cell) is not None
                assert number or not looks_like_formula(cell), (name, column, cell)
    names = {as_written(row["asset_name"]) for row in tables["sales"]}
    assert names == {one_line(text) for text in HOSTILE}


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(hostile(), tmp_path / "r.xlsx"))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n", "d"), cell.value
                assert cell.hyperlink is None
                if isinstance(cell.value, str) and looks_like_formula(cell.value):
                    assert cell.quotePrefix
    assert [row[2].value for row in book["sales"].iter_rows(min_row=2)] == [one_line(t) for t in HOSTILE]


# Workbooks.


def test_a_table_that_is_too_long_for_a_sheet_goes_on_in_the_next(tmp_path: Path) -> None:
    write_workbook(full(sales=7), tmp_path / "r.xlsx", max_rows=4)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    sheets = [book[name].iter_rows(values_only=True) for name in ("sales", "sales 2", "sales 3")]
    rows = [[row[12] for row in sheet] for sheet in sheets]
    assert rows == [["log_index", 0, 1, 2], ["log_index", 3, 4, 5], ["log_index", 6]]
    assert "sales 4" not in book.sheetnames


def test_a_sheet_takes_as_many_rows_as_a_spreadsheet() -> None:
    assert workbook.MAX_ROWS == 1_048_576


def test_a_column_is_of_numbers_or_of_text_never_both(tmp_path: Path) -> None:
    sales = full(sales=2).sales
    report = replace(empty(), sales=(sales[0], replace(sales[1], price=10**15)))
    assert [row["price"] for row in from_workbook(report, tmp_path)["sales"]] == ["100", str(10**15)]


def test_workbooks_have_dates_and_a_heading_that_stays(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(full(), tmp_path / "r.xlsx"))
    assert {sheet.freeze_panes for sheet in book.worksheets} == {"A2"}
    (time, *_) = [row[9] for row in book["sales"].iter_rows(min_row=2)]
    assert time.value.strftime("%Y-%m-%dT%H:%M:%SZ") == utc(NOW)
    assert book.properties.created == time.value


def test_a_time_beyond_all_calendars_is_a_number(tmp_path: Path) -> None:
    far = 2**63
    report = replace(full(), block=Block(7, TX, far))
    report = replace(report, payments=tuple(replace(line, time=far) for line in report.payments))
    assert {row["time"] for row in from_workbook(report, tmp_path)["payments"]} == {str(far)}
    assert {row["time"] for row in from_folder(report, tmp_path)["payments"]} == {str(far)}
    assert str(far) in parsed(report, tmp_path).find(".//header").text_content()


def test_a_text_that_is_too_long_for_a_cell_is_cut(tmp_path: Path) -> None:
    report = replace(full("\N{MUSICAL SYMBOL G CLEF}" * 40_000, sales=1), vaults=())
    (row,) = from_workbook(report, tmp_path)["sales"]
    assert row["asset_name"].endswith("…")
    assert len(row["asset_name"].encode("utf-16-le")) <= 2 * workbook.MAX_TEXT


# The page.


@pytest.mark.parametrize("report", [empty(), full("A song"), hostile()], ids=["empty", "full", "hostile"])
def test_a_page_needs_nothing_and_runs_nothing(report: AuditReport, tmp_path: Path) -> None:
    tree = parsed(report, tmp_path)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = tree.xpath("//style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert "url(" not in style.text
    assert "@import" not in style.text
    assert {element.tag for element in tree.iter() if isinstance(element.tag, str)} <= {
        *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "article", "figure"),
        *("h1", "h2", "h3", "p", "a", "strong", "dl", "dt", "dd", "div", "details", "summary", "figcaption"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
        *("svg", "g", "path", "rect", "line", "text", "desc"),
    }
    names = {name for element in tree.iter() for name in element.attrib}
    assert not names & {"src", "style", "action", "xlink:href"}
    assert not any(name.startswith("on") for name in names)
    assert all(href.startswith("#") for href in tree.xpath("//@href"))
    assert {href[1:] for href in tree.xpath("//nav/a/@href")} == set(tree.xpath("//h2/@id"))


def test_what_works_are_called_is_text_on_the_page(tmp_path: Path) -> None:
    tree = parsed(hostile(), tmp_path)
    messages = [article.find("p").text_content() for article in tree.xpath("//article")]
    assert set(messages) == {one_line(text) for text in HOSTILE}
    assert len(messages) == 3 * len(HOSTILE)


def test_a_page_can_be_heard(tmp_path: Path) -> None:
    tree = parsed(full("A song"), tmp_path)
    assert tree.xpath("/html/@lang") == ["en"]
    assert all(table.xpath("caption") and table.xpath("thead//th") for table in tree.xpath("//table"))
    assert all(head.get("scope") in ("col", "row") for head in tree.xpath("//th"))
    plots = tree.xpath("//svg")
    assert len(plots) == 3
    assert all(plot.get("role") == "img" and plot.xpath("title") and plot.xpath("desc") for plot in plots)


def test_a_page_prints(tmp_path: Path) -> None:
    (style,) = parsed(full(), tmp_path).xpath("//style")
    for rule in ("@page", "table-header-group", "break-inside: avoid", "prefers-color-scheme: dark"):
        assert rule in style.text


def test_the_page_shows_verdict_procedures_and_evidence(tmp_path: Path) -> None:
    tree = parsed(empty(found(Kind.OVERCLAIMED, "too much", expected=5, actual=6, tx=TX)), tmp_path)
    assert "Verdict: findings" in tree.find(".//header").text_content()
    (row,) = tree.xpath("//tr[th='claims']")
    assert row.xpath("td[last()]")[0].text_content() == "1 exception found."
    (article,) = tree.xpath("//article")
    facts = [[part.text_content() for part in article.xpath(f".//{name}")] for name in ("dt", "dd")]
    assert dict(zip(*facts, strict=True)) == {"tx": TX, "expected": "5", "found": "6"}


def test_a_statement_on_the_page_adds_up(tmp_path: Path) -> None:
    tree = parsed(full(price=101, payees=3, symbol=None), tmp_path)
    tables = tree.xpath("//h3[starts-with(., 'Statement of')]/following-sibling::div[1]/table")
    assert len(tables) == 3
    for table in tables:
        lines, sums = (
            [[units(cell) for cell in row.xpath("td")[-3:]] for row in table.xpath(f"{part}/tr")]
            for part in ("tbody", "tfoot")
        )
        assert sums == [[sum(column) for column in zip(*lines, strict=True)]]
        entitled, claimed, due = sums[0]
        assert entitled - claimed == due


def units(cell: Any) -> int:
    return int(cell.text_content().removesuffix(" units").replace(",", ""))


def test_a_long_table_says_what_it_leaves_out(tmp_path: Path) -> None:
    tree = parsed(full(sales=html_tables.MOST + 5), tmp_path)
    (table,) = tree.xpath("//h2[@id='sales']/following-sibling::div[1]/table")
    assert len(table.xpath("tbody/tr")) == html_tables.MOST
    (sentence,) = tree.xpath("//h2[@id='sales']/following-sibling::p[1]")
    assert sentence.text_content().startswith("5 more rows are not on this page")


def test_of_many_payees_those_with_most_have_statements(tmp_path: Path) -> None:
    tree = parsed(full(payees=page.MOST_STATEMENTS + 10, price=10**6), tmp_path)
    heads = [head.text_content() for head in tree.xpath("//h3[starts-with(., 'Statement of')]")]
    assert len(heads) == page.MOST_STATEMENTS
    assert heads[0] == f"Statement of {account(100 + page.MOST_STATEMENTS + 9)}"
    assert "The statements of 10 more payees" in tree.text_content()


def test_the_total_of_a_long_trial_balance_is_on_the_page(tmp_path: Path) -> None:
    report = full()
    vault, total = report.trial_balance[1], report.trial_balance[-1]
    report = replace(report, trial_balance=(*[vault] * 400, replace(vault, reconciled=False), total))
    tree = parsed(report, tmp_path)
    (table,) = tree.xpath("//h2[@id='trial_balance']/following-sibling::div[1]/table")
    rows = [row.xpath("td")[0].text_content() for row in table.xpath("tbody/tr")]
    assert len(rows) == html_tables.MOST
    assert rows[-1] == "total"
    assert len(table.xpath("tbody/tr/td[.='no']")) == 1


def test_a_report_without_any_history_has_a_page(tmp_path: Path) -> None:
    text = parsed(empty(), tmp_path).text_content()
    assert "No payment was logged yet." in text
    assert "No vault has received anything for anybody." in text


@pytest.mark.parametrize("symbol", [None, "TUSD"])
def test_the_page_shows_amounts_as_the_token_does(symbol: str | None, tmp_path: Path) -> None:
    tree = parsed(full(price=1_500_000, symbol=symbol), tmp_path)
    (first, *_) = tree.xpath("//h2[@id='sales']/following-sibling::div[1]//tbody/tr")
    shown = [cell.text_content() for cell in first.xpath("td[@class='right']")]
    assert shown[0] == ("1.50 TUSD" if symbol else "1,500,000 units")
    assert TOKEN in tree.text_content()
