"""What plots of pages say, in words and figures, is what the API answers."""

import re
from collections import Counter
from typing import Any

import pytest

from licet.auditor.papers.html.periods import INCOME
from licet.text import short
from tests.integration.conftest import DAY
from tests.integration.market import Market
from tests.integration.plots import Plot, periods, plots, units
from tests.integration.story import folder, network  # noqa: F401 - fixtures
from tests.integration.test_web import Served, register, served  # noqa: F401 - fixtures

pytestmark = pytest.mark.integration

SHARED, OWN = "Income, over time, of the vaults that it shares in", "its own share"
PAID, TAKEN = "Paid out over time", "Taken in by sales, over time"
BY_WORK = "Taken in by sales, over time, by work"


@pytest.fixture
def shown(served: Served, market: Market) -> Served:  # noqa: F811
    """The story, and two works' sales in the days after it."""
    works = [
        register(market.licensor, market.make_work(text), title)
        for text, title in (("a play", "A play: the first / 第一出"), ("an ode", "An ode, with a comma"))
    ]
    for each in (*works, works[0]):
        market.network.travel(2 * DAY)
        market.sell(each)
    served.audit()
    return served


def test_what_an_account_took_in_is_what_its_plots_say(shown: Served, market: Market) -> None:
    """By time and by work, each of the works by its name."""
    account = f"/accounts/{market.licensor.address}"
    drawn, sums = of_page(shown, account), shown.api(account)["sales"]["taken"]["sums"]
    assert len(sums) == 2
    for line in sums:
        paid = [work for work in line["works"] if work["amount"] != "0"]
        plot = drawn[BY_WORK if len(paid) > 1 else TAKEN, line["amount_text"].split()[1]]
        assert plot.by_period() == over_time(line, plot)
        assert plot.total() == int(line["amount"])
        assert plot.legend == (tuple(named(work) for work in paid) if len(paid) > 1 else ())
        for work in paid if len(paid) > 1 else ():
            assert plot.by_period(named(work)) == over_time(work, plot)
        assert len(plot.by_period()) == (4 if len(paid) > 1 else 1)


def test_what_an_account_earned_is_what_its_plots_say(shown: Served) -> None:
    """What its vaults took in and its own share, what it was paid, and each vault's bar."""
    audited = shown.live.audited
    assert audited is not None
    seen: Counter[str] = Counter()
    splits = [shares.split for shares in audited.report.shares if shares.split]
    payees = {line.payee for line in audited.report.claims} | {
        payee for split in splits for payee, _ in split.items()
    }
    for payee in sorted(payees):
        account = f"/accounts/{payee}"
        drawn, earned = of_page(shown, account), shown.api(account)["earnings"]
        for line in earned["sums"]:
            symbol = line["entitled_text"].split()[1]
            claims = [claim for claim in earned["claims"] if claim["token"] == line["token"]]
            if claims:
                paid = drawn[PAID, symbol]
                expected = periods(((c["time"], int(c["amount"])) for c in claims), paid.by_period())
                assert paid.by_period() == expected
                assert paid.total() == int(line["claimed"])
            vaults = [each for each in earned["vaults"] if each["token"] == line["token"]]
            income = drawn.get((SHARED, symbol))
            # What came by a plain transfer is received, and no income that was logged.
            if income and income.total() == sum(int(each["received"]) for each in vaults):
                assert income.total(OWN) == int(line["entitled"])
                seen["own"] += 1
        assert bars(shown, account) == [
            (
                f"{line['vault']}: {line['claimed_text']} claimed, {line['due_text']} due",
                short(line["vault"]),
                int(line["claimed"]) + int(line["due"]),
            )
            for line in earned["vaults"]
        ]
        seen.update(title for title, _ in drawn)
    assert min(seen[title] for title in (SHARED, PAID, "own")) >= 1


def test_what_a_vault_took_in_is_what_its_plot_says(shown: Served) -> None:
    audited = shown.live.audited
    assert audited is not None
    left = Counter[int]()
    for vault in sorted({sheet.vault for sheet in audited.report.vaults}):
        drawn = of_page(shown, f"/accounts/{vault}")
        for sheet in shown.api(f"/accounts/{vault}")["vault"]["sheets"]:
            plot = drawn.get(("Income over time", sheet["received_text"].split()[1]))
            left[int(sheet["received"]) - (plot.total() if plot else 0)] += 1
    assert left.pop(0) > 2
    assert left == {1_000_000: 1}  # that somebody sent by a plain transfer


def test_where_the_money_went_is_what_the_audits_tables_say(shown: Served) -> None:
    """Income over time, who earned what, and each flow from a buyer."""
    [section] = shown.page("/audit").xpath("//section[@class='figures']")
    drawn = {svg.findtext("title"): svg for svg in section.iter("svg")}
    tables = {table.findtext("caption"): table for table in section.iter("table")}
    payments = [row for row in table_of(shown, "payments") if row["moved"] is not False]
    vaults = {row["vault"] for row in table_of(shown, "vaults")}  # whose shares are their own payees'
    earned = [row for row in table_of(shown, "payee_sums") if row["payee"] not in vaults]
    symbols = {row["amount"].split()[1] for row in payments}
    assert len(symbols) == 2
    for symbol in symbols:
        paid = [row for row in payments if row["amount"].endswith(f" {symbol}")]
        [title] = [title for title in tables if re.fullmatch(rf"Income by \w+ \(UTC\) in {symbol}", title)]
        rows = [(row.findtext("th"), row.findtext("td")) for row in tables[title].iterfind("tbody/tr")]
        income = [row for row in paid if row["movement"] in INCOME]
        expected = periods(((row["time"], units(row["amount"])) for row in income), dict(rows))
        assert {name: units(said) for name, said in rows if units(said)} == expected
        named = [bar.findtext("title") for bar in drawn[title].iter("rect")]
        assert named == [f"{name}: {said}" for name, said in rows]

        names = [bar.findtext("title") for bar in drawn[f"Who earned what in {symbol}"].iter("g")]
        assert set(names) == {
            f"{row['payee']}: {row['claimed']} claimed, {row['due']} due"
            for row in earned
            if row["due"].endswith(f" {symbol}") and units(row["claimed"]) + units(row["due"])
        }

        flow = f"Flow of {symbol} from buyers to payees"
        flows = [tuple(row.xpath("td//text()")) for row in tables[flow].iterfind("tbody/tr")]
        arrows = [band.findtext("title") for band in drawn[flow].iter("path")]
        assert sorted(arrows) == sorted(f"{source} → {target}: {amount}" for source, target, amount in flows)
        bought = Counter[tuple[str, str]]()
        for row in paid:
            if row["movement"] in ("sale", "renewal"):
                bought[row["payer"], f"vault {row['payee']}"] += units(row["amount"])
        assert bought.items() <= {(one, other): units(amount) for one, other, amount in flows}.items()
        assert bought


def table_of(served: Served, name: str) -> list[dict[str, Any]]:  # noqa: F811
    """The rows of a table of the audit's."""
    found = served.api(f"/audit/tables/{name}", limit=100)
    assert found["next"] is None
    columns = [column["name"] for column in found["columns"]]
    return [dict(zip(columns, row, strict=True)) for row in found["items"]]


def of_page(served: Served, path: str) -> dict[tuple[str, str], Plot]:  # noqa: F811
    """The plots of a page, by title and currency."""
    return {(plot.title, plot.symbol): plot for plot in plots(served.page(path))}


def bars(served: Served, path: str) -> list[tuple[str, str, int]]:  # noqa: F811
    """What the bars of vaults say: in full, in short, and the sum beside."""
    found = served.page(path).xpath("//figure[not(details)]//svg/g")
    texts = [(bar.findtext("title"), [each.text for each in bar.iter("text")]) for bar in found]
    return [(said, name, units(total)) for said, (name, total) in texts]


def over_time(taken: dict[str, Any], plot: Plot) -> dict[str, int]:
    """What the API has by time, by the plot's periods."""
    times = ((int(time), int(amount)) for time, amount in taken["by_time"].items())
    return periods(times, plot.by_period())


def named(work: dict[str, Any]) -> str:
    return work["title"] or short(work["asset_id"])
