"""The figures of a report: income over time, who earned what, and where the money went; for each token."""

from collections import Counter
from collections.abc import Iterator
from heapq import nlargest
from typing import Final

from licet.auditor.papers.html.amounts import Amounts
from licet.auditor.papers.html.flows import Link, money_flow
from licet.auditor.papers.html.markup import Html, tag
from licet.auditor.papers.html.periods import by_period, income
from licet.auditor.papers.html.plots import Earned, columns, rows
from licet.auditor.papers.html.sankey import sankey
from licet.auditor.papers.html.tables import framed, right_cell
from licet.auditor.papers.html.words import ENGLISH, Words
from licet.auditor.report.audit_report import AuditReport
from licet.auditor.report.payees import PayeeSum
from licet.text import short
from licet.types import Address

MOST_TOKENS: Final = 4
"""How many tokens have figures: those with most payments."""
MOST_PAYEES: Final = 15


def figures(
    report: AuditReport, sums: tuple[PayeeSum, ...], amounts: Amounts, words: Words = ENGLISH
) -> Iterator[Html]:
    """The figures of the tokens that were used most, and how many have none.

    Args:
        report: the audit's.
        sums: the sums of all its payees.
        amounts: shows amounts.
        words: what the figures say besides.
    """
    used = Counter(line.token for line in report.payments)
    tokens = nlargest(MOST_TOKENS, sorted(used), key=used.__getitem__)
    if not tokens:
        yield tag("p", words.say("no_payment"))
    for token in tokens:
        yield tag("h3", amounts.name(token))
        yield _income(report, token, amounts, words)
        yield _earned(report, token, sums, amounts, words)
        yield _flow(report, token, amounts, words)
    if len(used) > MOST_TOKENS:
        yield tag("p", words.say("more_tokens", count=len(used) - MOST_TOKENS))


def _income(report: AuditReport, token: Address, amounts: Amounts, words: Words) -> Html:
    came = income(report.payments, token)
    if not came:
        return tag("p", words.say("no_income"))
    noun, sums = by_period(came)
    period = words.say(f"period.{noun}")
    show = amounts.of(token)
    title = words.say("income", period=period, token=amounts.short(token))
    plot = columns(sums, show, lambda units: amounts.rounded(token, units), title, words)
    cells = (tag("tr", tag("th", name, scope="row"), right_cell(show(units))) for name, units in sums.items())
    table = framed(title, [period, words.say("income_column")], cells, {1})
    return _figure(words.say("income_about", title=title), plot, words, table)


def _earned(
    report: AuditReport, token: Address, sums: tuple[PayeeSum, ...], amounts: Amounts, words: Words
) -> Html:
    vaults = {book.vault for book in report.shares}
    people = [line for line in sums if line.token == token and line.payee not in vaults]
    if not people:
        return tag("p", words.say("nobody_earned"))
    top = nlargest(MOST_PAYEES, people, key=lambda line: line.claimed + line.due)
    earned = [Earned(short(line.payee), line.payee, line.claimed, line.due) for line in top]
    rest = len(people) - len(top)
    if rest:
        label = words.say("others", count=rest)
        claimed = sum(line.claimed for line in people) - sum(line.claimed for line in top)
        due = sum(line.due for line in people) - sum(line.due for line in top)
        earned.append(Earned(label, label, claimed, due))
    title = words.say("earned", token=amounts.short(token))
    return _figure(
        words.say("earned_about", title=title), rows(earned, amounts.of(token), title, words), words
    )


def _flow(report: AuditReport, token: Address, amounts: Amounts, words: Words) -> Html:
    links = money_flow(report, token, words=words)
    if not links:
        return tag("p", words.say("no_flow"))
    title = words.say("flow", token=amounts.short(token))
    show = amounts.of(token)
    cells = (_link(link, show(link.amount)) for link in links)
    heads = [words.say(name) for name in ("from", "to", "amount")]
    plot = sankey(links, show, title, words)
    return _figure(words.say("flow_about", title=title), plot, words, framed(title, heads, cells, {2}))


def _link(link: Link, amount: str) -> Html:
    return tag("tr", tag("td", link.source.detail), tag("td", link.target.detail), right_cell(amount))


def _figure(caption: str, plot: Html, words: Words, *tables: Html) -> Html:
    details = (tag("details", tag("summary", words.say("as_table")), table) for table in tables)
    return tag("figure", tag("figcaption", caption), plot, *details)
