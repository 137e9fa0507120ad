"""The latest audit, with what all its pages need: made once for each, not for each visitor."""

import shutil
import tempfile
import threading
import weakref
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

from licet.auditor import AuditReport, CaseLine, MeterSheet, SaleLine, StatementSheet, VaultSheet
from licet.auditor.papers import write_report
from licet.auditor.papers.columns import Table
from licet.auditor.papers.html.amounts import Amounts
from licet.auditor.papers.html.figures import figures
from licet.auditor.papers.html.markup import Html, joined
from licet.auditor.papers.html.periods import LATEST
from licet.auditor.papers.tables import tables_of
from licet.auditor.report.lines import ClaimLine, Movement, PaymentLine, Shares
from licet.auditor.report.payees import PayeeStatement, payee_statement
from licet.errors import LicetError
from licet.text import one_line
from licet.trees.sums import SumTree
from licet.types import Address, Hash32
from licet.web.languages import LANGUAGES, language
from licet.web.words import figure_words

_MANY: Final = 10_000
_Logged = TypeVar("_Logged", SaleLine, PaymentLine)


@dataclass(frozen=True)
class Audited:
    """An audit's report, and what follows from it.

    Attributes:
        report: all that it says.
    """

    report: AuditReport

    @cached_property
    def _folder(self) -> Path:
        folder = tempfile.mkdtemp(prefix="licet-audit-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)

    @cached_property
    def _pen(self) -> threading.Lock:
        return threading.Lock()

    def paper(self, suffix: str) -> Path:
        """The report as a file, which is written once, and there as long as this is.

        Args:
            suffix: of the file, as `write_report` knows it, without the dot.
        """
        with self._pen:
            path = self._folder / f"report.{suffix}"
            if not path.exists():
                write_report(self.report, path)
        return path

    @cached_property
    def amounts(self) -> Amounts:
        """Shows amounts of the report's tokens."""
        return Amounts(self.report.tokens)

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Its tables, by their names."""
        return {table.name: table for table in tables_of(self.report)}

    @cached_property
    def figures(self) -> dict[str, Html]:
        """Income, earnings and the flow of money, as plots; by the language's code."""
        sums = tuple(self.tables["payee_sums"].lines())
        return {
            code: joined(*figures(self.report, sums, self.amounts, figure_words(language(code))))
            for code in LANGUAGES
        }

    @cached_property
    def _books(self) -> dict[Address, list[int]]:
        """The numbers of the books that somebody shares in, or was paid from."""
        found: defaultdict[Address, list[int]] = defaultdict(list)
        for number, book in enumerate(self.report.shares):
            few = () if book.split is None or len(book.split) > _MANY else book.split.shares
            for payee in {*book.claimed, *few}:
                found[payee].append(number)
        return dict(found)

    @cached_property
    def _large(self) -> list[int]:
        """The numbers of the books with so many payees that these are not listed twice."""
        books = enumerate(self.report.shares)
        return [number for number, book in books if book.split is not None and len(book.split) > _MANY]

    @cached_property
    def _claims(self) -> dict[Address, list[ClaimLine]]:
        found: defaultdict[Address, list[ClaimLine]] = defaultdict(list)
        for claim in self.report.claims:
            found[claim.payee].append(claim)
        return dict(found)

    @cached_property
    def _sheets(self) -> dict[Address, list[VaultSheet]]:
        found: defaultdict[Address, list[VaultSheet]] = defaultdict(list)
        for sheet in self.report.vaults:
            found[sheet.vault].append(sheet)
        return dict(found)

    @cached_property
    def _splits(self) -> dict[Address, SumTree]:
        return {book.vault: book.split for book in self.report.shares if book.split is not None}

    @cached_property
    def _statements(self) -> dict[Hash32, StatementSheet]:
        return {sheet.statement_id: sheet for sheet in self.report.statements}

    @cached_property
    def _cases(self) -> dict[tuple[Address, int], CaseLine]:
        return {(line.contract, line.case_id): line for line in self.report.cases}

    @cached_property
    def _income(self) -> dict[tuple[Address, Address], dict[int, int]]:
        found: dict[tuple[Address, Address], dict[int, int]] = {}
        for line in self.report.payments:
            if line.moved is not False and line.payee in self._sheets:
                amounts, time = found.setdefault((line.payee, line.token), {}), min(line.time, LATEST)
                amounts[time] = amounts.get(time, 0) + line.amount
        return found

    def income(self, vaults: Iterable[Address], token: Address) -> dict[int, int]:
        """What contracts paid into vaults at each time, unix seconds.

        Plain transfers are not in it: no contract logs them.
        """
        found: defaultdict[int, int] = defaultdict(int)
        for vault in vaults:
            for time, amount in self._income.get((vault, token), {}).items():
                found[time] += amount
        return dict(found)

    def own_income(self, payee: Address, token: Address) -> dict[int, int]:
        """A payee's own share of `income`, at each time, of all vaults that they share in.

        Of what had come in by then, as `PayeeLine.entitled` has it of the whole, less what was theirs before:
        the sums are what they are entitled to, where nothing came by plain transfers.
        """
        found: defaultdict[int, int] = defaultdict(int)
        for book in self.books(payee):
            share = 0 if book.split is None or book.token != token else book.split.share(payee)
            if book.split is None or not share:
                continue
            received = before = 0
            for time, amount in sorted(self._income.get((book.vault, token), {}).items()):
                received += amount
                entitled = received * share // book.split.total
                found[time] += entitled - before
                before = entitled
        return dict(found)

    def sale(self, block: int, log_index: int) -> SaleLine | None:
        """The sale that a log tells of; None where the report has none there."""
        return next(_at(self.report.sales, block, log_index), None)

    def paid_at(self, sale: SaleLine) -> int:
        """What was paid at a sale, by the payment that its log tells of."""
        payments = _at(self.report.payments, sale.block, sale.log_index)
        sales = (line for line in payments if line.movement is Movement.SALE and line.moved is not False)
        return sum(line.amount for line in sales)

    @cached_property
    def _meters(self) -> dict[Hash32, MeterSheet]:
        return {sheet.license_id: sheet for sheet in self.report.meters}

    def meter(self, license_id: Hash32) -> MeterSheet | None:
        """The deposit of a metered license."""
        return self._meters.get(license_id)

    def stated(self, statement_id: Hash32) -> str | None:
        """How far a statement has come: `contestable`, `contested`, `due`, `released` or `returned`."""
        sheet = self._statements.get(statement_id)
        return None if sheet is None else sheet.state

    def case(self, contract: Address, case_id: int) -> str | None:
        """How a case stands: `open`, `upheld`, `rejected` or `lapsed`."""
        line = self._cases.get((contract, case_id))
        return None if line is None else line.status

    def sheets(self, vault: Address) -> list[VaultSheet]:
        """The balance sheets of a vault, one for each token."""
        return self._sheets.get(vault, [])

    def split(self, vault: Address) -> SumTree | None:
        """Who shares in a vault; None where that is not known."""
        return self._splits.get(vault)

    def books(self, payee: Address) -> Sequence[Shares]:
        """The books of the vaults that somebody shares in."""
        numbers = dict.fromkeys(self._books.get(payee, ()))
        for number in self._large:
            split = self.report.shares[number].split
            if split is not None and split.share(payee):
                numbers[number] = None
        return [self.report.shares[number] for number in numbers]

    def statement(self, payee: Address) -> PayeeStatement:
        """What somebody is entitled to, was paid, and is due."""
        return payee_statement(self.books(payee), self._claims.get(payee, ()), payee)

    def prepare(self) -> None:
        """Makes all of it now, so that no visitor waits."""
        for made in (
            *(self.amounts, self.tables, self.figures, self._books, self._claims, self._sheets, self._splits),
            *(self._pen, self._large, self._statements, self._cases, self._income, self._meters),
        ):
            assert made is not None


def _at(lines: Sequence[_Logged], block: int, log_index: int) -> Iterator[_Logged]:
    """Those of some lines, oldest first, that a log tells of."""
    place = (block, log_index)
    at = bisect_left(lines, place, key=lambda line: (line.block, line.log_index))
    while at < len(lines) and (lines[at].block, lines[at].log_index) == place:
        yield lines[at]
        at += 1


class Live:
    """The latest audit, and how far the work is; told by one thread, and asked by many."""

    def __init__(self, node: str = "", public: str = "") -> None:
        """Nothing yet.

        Args:
            node: the node's URL, which may have a key in it: what is told to visitors does not have it.
            public: what stands in its place.
        """
        self._node: Final = node
        self._public: Final = public
        self._lock: Final = threading.Lock()
        self._audited: Audited | None = None
        self._progress: dict[str, tuple[int, int]] = {}
        self._errors: dict[str, LicetError] = {}

    @property
    def audited(self) -> Audited | None:
        """The latest audit; None until the first is done."""
        return self._audited

    @property
    def faults(self) -> list[str]:
        """What goes wrong at present, in words."""
        return list(self.errors())

    def errors(self) -> dict[str, LicetError]:
        """The same, by the words."""
        with self._lock:
            return {self.told(str(error)): error for error in self._errors.values()}

    def progress(self) -> Iterator[tuple[str, int, int]]:
        """The steps that are under way: what, how much is done, how much there is."""
        with self._lock:
            steps = list(self._progress.items())
        yield from ((step, done, total) for step, (done, total) in steps if done < total)

    def publish(self, report: AuditReport) -> None:
        """Takes a new report, once all that follows from it is made."""
        audited = Audited(report)
        audited.prepare()
        self._audited = audited

    def told(self, message: str) -> str:
        """What an error says, as visitors may read it."""
        shown = message.replace(self._node, self._public) if self._node else message
        return one_line(shown)

    def advance(self, step: str, done: int, total: int) -> None:
        """Notes how far a step is."""
        with self._lock:
            self._progress[step] = done, total

    def failed(self, work: str, error: LicetError | None) -> None:
        """Notes that some work fails, or no longer does."""
        with self._lock:
            if error is None:
                self._errors.pop(work, None)
            else:
                self._errors[work] = error
