"""Catalogues from CSV: one work in each row, and who is to be paid for it.

A row's work is, in this order: the SHA-256 in column `sha256`; that of the file named in column `file`;
that of the row itself as a canonical JSON object {column: value}. Its id is in the column `id`, else in the
first column (unless that is `sha256`), else the row's number. Files are `.csv` or `.csv.gz`, in UTF-8, with a
header.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from licet.documents import CatalogDocument, PayeeShare, Preview, SplitDocument, Work, canonical_json, sha256
from licet.errors import InputError
from licet.fingerprint import Progress, sha256_file
from licet.tables import Table, open_table
from licet.trees.catalog import CatalogTree
from licet.trees.hashing import is_address, parse_address
from licet.trees.sums import MAX_SUM
from licet.types import Address, Hash32, parse_hash, shown

_PROGRESS_ROWS = 1000
_WEIGHT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9}|/[1-9][0-9]{0,8})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The works of a CSV file, in its order, and the shares of their payees.

    Attributes:
        works: id and SHA-256 of each work.
        shares: by payee label, in the order in which they appear; `share_unit` of them make one whole work.
            Empty where no payees' column was named.
        share_unit: how many shares one work is divided into.
    """

    works: tuple[Work, ...]
    shares: Mapping[str, int]
    share_unit: int

    def tree(self) -> CatalogTree:
        """The tree over the works."""
        return CatalogTree(work.sha256 for work in self.works)

    def document(self, name: str, preview: Preview | None = None) -> CatalogDocument:
        """The document to publish, with a small picture if there is one."""
        return CatalogDocument(name, self.works, preview)

    def split(self, payees: Mapping[str, "Payee"] | None = None) -> SplitDocument:
        """The split of the catalogue's income: each payee's part of the works.

        Args:
            payees: the address for each label; a label that is an address needs none.

        Raises:
            InputError: a label has no address, or the catalogue has no payees.
        """
        known = payees or {}
        unknown = [label for label in self.shares if label not in known and not is_address(label)]
        if unknown:
            more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
            raise InputError(
                f"no address is known for {', '.join(map(shown, unknown[:3]))}{more}: "
                "add a line for each to the payees' file"
            )
        return SplitDocument.of(_payee_share(label, share, known) for label, share in self.shares.items())


@dataclass(frozen=True, slots=True)
class Payee:
    """Where a payee label's money goes, and the name to publish with it, if any."""

    address: Address
    name: str | None = None


def read_catalog(
    path: str | Path,
    *,
    payees_column: str | None = None,
    weights_column: str | None = None,
    separator: str = "|",
    progress: Progress | None = None,
) -> Catalog:
    """Reads a catalogue, in which every work is worth the same.

    A row's payees share its work by their weights, else equally.

    Args:
        path: a `.csv` or `.csv.gz` file.
        payees_column: the column with the row's payee labels.
        weights_column: the column with as many weights (`2`, `0.5`, `1/3`), else each payee counts once.
        separator: what stands between labels, and between weights.
        progress: called with the number of rows read since the last call.

    Raises:
        InputError: the file cannot be read, or a row cannot be used; names the line.
    """
    if weights_column is not None and payees_column is None:
        raise InputError("weights need payees: name the payees' column too")
    if not separator:
        raise InputError("the separator is empty: use a character that no label has")
    with open_table(Path(path)) as table:
        leaf = _leaf_reader(table)
        identify = _id_reader(table)
        tally = _Tally(table, payees_column, weights_column, separator) if payees_column else None
        works: list[Work] = []
        lines: dict[str, int] = {}
        ids: dict[str, int] = {}
        for number, row in enumerate(table.rows(), 1):
            work = Work(identify(row, number), leaf(row))
            table.once(lines, work.sha256, "the same work", "leave one out")
            table.once(ids, work.id, f"the id {shown(work.id)}", "add a column `id` that tells works apart")
            works.append(work)
            if tally:
                tally.add(row)
            if progress is not None and number % _PROGRESS_ROWS == 0:
                progress(_PROGRESS_ROWS)
        if progress is not None:
            progress(len(works) % _PROGRESS_ROWS)
        if not works:
            raise InputError(f"{path} has a header but no rows: a catalogue needs at least one work")
        shares, unit = tally.shares() if tally else ({}, 1)
    return Catalog(tuple(works), shares, unit)


def catalog_columns(path: str | Path) -> tuple[str, ...]:
    """The columns of a catalogue's file.

    Raises:
        InputError: the file cannot be read, or has no header.
    """
    with open_table(Path(path)) as table:
        return table.header


def read_payees(path: str | Path) -> dict[str, Payee]:
    """Reads the addresses of payee labels from a CSV with the columns `payee`, `address` and maybe `name`.

    Raises:
        InputError: the file cannot be read, a column is missing, an address is not valid, or a label stands
            there twice.
    """
    payees: dict[str, Payee] = {}
    lines: dict[str, int] = {}
    with open_table(Path(path)) as table:
        label_at, address_at = table.column("payee"), table.column("address")
        name_at = table.columns.get("name")
        for row in table.rows():
            label = row[label_at].strip() or table.fail("the payee is empty")
            table.once(lines, label, f"the payee {shown(label)}", "leave one out")
            try:
                address = parse_address(row[address_at].strip())
            except InputError as error:
                table.fail(str(error))
            name = row[name_at].strip() if name_at is not None else ""
            payees[label] = Payee(address, name or None)
    if not payees:
        raise InputError(f"{path} has a header but no rows: a payee in each is expected")
    return payees


def _payee_share(label: str, share: int, known: Mapping[str, Payee]) -> PayeeShare:
    payee = known.get(label) or Payee(parse_address(label, "payee"))
    return PayeeShare(payee.address, share, payee.name)


# Rows


def _leaf_reader(table: Table) -> Callable[[list[str]], Hash32]:
    """How a row's SHA-256 is found: given, of its file, or of the row itself."""
    if "sha256" in table.columns:
        return lambda row: _given_hash(table, row)
    if "file" in table.columns:
        return lambda row: _file_hash(table, row)
    return lambda row: sha256(canonical_json(dict(zip(table.header, row, strict=True))))


def _given_hash(table: Table, row: list[str]) -> Hash32:
    try:
        return parse_hash(row[table.columns["sha256"]].strip(), "SHA-256")
    except InputError as error:
        table.fail(str(error))


def _file_hash(table: Table, row: list[str]) -> Hash32:
    name = row[table.columns["file"]].strip() or table.fail("the file is not named")
    try:
        return sha256_file(table.path.parent / name)
    except InputError as error:
        table.fail(str(error))


def _id_reader(table: Table) -> Callable[[list[str], int], str]:
    """How a row's id is found: in the column `id`, in the first column, or by counting."""
    at = table.columns.get("id", 0)
    if table.header[at] == "sha256":
        return lambda _, number: str(number)
    return lambda row, _: row[at].strip() or table.fail(f"the id (column {shown(table.header[at])}) is empty")


# Shares


class _Tally:
    """Counts, exactly, how much of the works is each payee's."""

    def __init__(self, table: Table, payees_column: str, weights_column: str | None, separator: str) -> None:
        self._table = table
        self._labels_at = table.column(payees_column)
        self._weights_at = None if weights_column is None else table.column(weights_column)
        self._separator = separator
        # How often each (label, numerator, denominator) occurs: few differ, and fractions are slow to add.
        self._parts: Counter[tuple[str, int, int]] = Counter()

    def add(self, row: list[str]) -> None:
        """Divides one work among the payees of its row."""
        labels = [label.strip() for label in row[self._labels_at].split(self._separator)]
        if not all(labels):
            self._table.fail("a payee is empty")
        if self._weights_at is None:
            # Who is named twice, say in two roles, is still one payee.
            unique = dict.fromkeys(labels)
            self._parts.update((label, 1, len(unique)) for label in unique)
            return
        weights = self._weights(row[self._weights_at], len(labels))
        total = sum(weights)
        for label, weight in zip(labels, weights, strict=True):
            part = weight / total
            self._parts[label, part.numerator, part.denominator] += 1

    def shares(self) -> tuple[dict[str, int], int]:
        """The shares by label, and how many make one work: the least number that leaves no fractions."""
        exact: dict[str, Fraction] = {}
        for (label, numerator, denominator), count in self._parts.items():
            exact[label] = exact.get(label, Fraction(0)) + Fraction(numerator * count, denominator)
            self._check_size(exact[label].denominator)
        unit = 1
        for part in exact.values():
            unit = math.lcm(unit, part.denominator)
            self._check_size(unit)
        shares = {label: int(part * unit) for label, part in exact.items()}
        self._check_size(sum(shares.values()))
        return shares, unit

    def _weights(self, cell: str, count: int) -> list[Fraction]:
        texts = [text.strip() for text in cell.split(self._separator)]
        if len(texts) != count:
            self._table.fail(f"there are {count} payees, but {len(texts)} weights")
        for text in texts:
            if _WEIGHT.fullmatch(text) is None or not Fraction(text):
                self._table.fail(f"{shown(text)} is not a weight: a positive number such as 2, 0.5 or 1/3")
        return [Fraction(text) for text in texts]

    def _check_size(self, number: int) -> None:
        if number > MAX_SUM:
            raise InputError(
                f"{self._table.path}: the shares need numbers beyond 2^128 to stay exact: "
                "use weights that sum to the same number in every row"
            )
