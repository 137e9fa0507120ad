"""The figures of a report: income over time, who earned what, and where the money went; for each token."""

from collections import Counter
from collections.abc import Iterator
from heapq import nlargest
from typing import Final

from licet.auditor.papers.amounts import Amounts
from licet.auditor.papers.flows import Link, money_flow
from licet.auditor.papers.html_tables import framed, right_cell
from licet.auditor.papers.markup import Html, tag
from licet.auditor.papers.periods import by_period, income
from licet.auditor.papers.plots import Earned, columns, rows
from licet.auditor.papers.sankey import sankey
from licet.auditor.payees import PayeeSum
from licet.auditor.report import AuditReport
from licet.text import plural, short
from licet.types import Address

MOST_TOKENS: Final = 4
"""How many tokens have figures: those with most payments."""
MOST_PAYEES: Final = 15


def figures(report: AuditReport, sums: tuple[PayeeSum, ...], amounts: Amounts) -> Iterator[Html]:
    """The figures of the tokens that were used most, and how many have none.

    Args:
        report: the audit's.
        sums: the sums of all its payees.
        amounts: shows amounts.
    """
    used = Counter(line.token for line in report.payments)
    tokens = nlargest(MOST_TOKENS, sorted(used), key=used.__getitem__)
    if not tokens:
        yield tag("p", "No payment was logged yet.")
    for token in tokens:
        yield tag("h3", amounts.name(token))
        yield _income(report, token, amounts)
        yield _earned(report, token, sums, amounts)
        yield _flow(report, token, amounts)
    if len(used) > MOST_TOKENS:
        more = len(used) - MOST_TOKENS
        yield tag("p", f"Of {plural(more, 'more token')} with fewer payments there are tables alone.")


def _income(report: AuditReport, token: Address, amounts: Amounts) -> Html:
    came = income(report.payments, token)
    if not came:
        return tag("p", "There was no income.")
    noun, sums = by_period(came)
    show = amounts.of(token)
    title = f"Income by {noun} (UTC) in {amounts.short(token)}"
    plot = columns(sums, show, lambda units: amounts.rounded(token, units), title)
    cells = (tag("tr", tag("th", name, scope="row"), right_cell(show(units))) for name, units in sums.items())
    about = "sales, renewals, settlements of metered use, and statements that were released; refunds stay in"
    return _figure(f"{title}: {about}.", plot, framed(title, [noun, "income"], cells, {1}))


def _earned(report: AuditReport, token: Address, sums: tuple[PayeeSum, ...], amounts: Amounts) -> Html:
    vaults = {book.vault for book in report.shares}
    people = [line for line in sums if line.token == token and line.payee not in vaults]
    if not people:
        return tag("p", "Nobody earned anything.")
    top = nlargest(MOST_PAYEES, people, key=lambda line: line.claimed + line.due)
    earned = [Earned(short(line.payee), line.payee, line.claimed, line.due) for line in top]
    rest = len(people) - len(top)
    if rest:
        label = plural(rest, "other")
        claimed = sum(line.claimed for line in people) - sum(line.claimed for line in top)
        due = sum(line.due for line in people) - sum(line.due for line in top)
        earned.append(Earned(label, label, claimed, due))
    title = f"Who earned what in {amounts.short(token)}"
    about = "claimed (first colour) and due (second); a vault's share is its own payees'"
    return _figure(f"{title}: {about}.", rows(earned, amounts.of(token), title))


def _flow(report: AuditReport, token: Address, amounts: Amounts) -> Html:
    links = money_flow(report, token)
    if not links:
        return tag("p", "No money moved.")
    title = f"Flow of {amounts.short(token)} from buyers to payees"
    about = "buyers, then vaults and deposits, then payees; what is not paid out is still there"
    show = amounts.of(token)
    cells = (_link(link, show(link.amount)) for link in links)
    table = framed(title, ["from", "to", "amount"], cells, {2})
    return _figure(f"{title}: {about}.", sankey(links, show, title), table)


def _link(link: Link, amount: str) -> Html:
    return tag("tr", tag("td", link.source.detail), tag("td", link.target.detail), right_cell(amount))


def _figure(caption: str, plot: Html, *tables: Html) -> Html:
    details = (tag("details", tag("summary", "The same as a table"), table) for table in tables)
    return tag("figure", tag("figcaption", caption), plot, *details)
