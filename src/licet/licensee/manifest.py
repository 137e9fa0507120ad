"""Manifests: files of very many hashes, read into a table; and the answers, written out in their order."""

import glob
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from licet.contracts.licenses import PERPETUAL
from licet.database import Database, check_out, named, quoted
from licet.errors import InputError
from licet.fingerprint import check_file
from licet.licensee.answers import REASONS, Status
from licet.tables import open_table
from licet.types import Hash32, hash_bytes, shown

COLUMNS: Final = ("sha256", "hash")
"""Where the hashes are, if no column is named."""

_MAGIC: Final = b"PAR1"
# 64 hex digits, with or without 0x; anything else is NULL.
_DIGITS: Final = "CASE WHEN length({0}) = 66 AND {0}[:2] IN ('0x', '0X') THEN {0}[3:] ELSE {0} END"
_CONTENT: Final = "CASE WHEN length({0}) = 64 THEN try(unhex({0})) END"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A CSV file (also `.csv.gz`, with a header) or Parquet file with a SHA-256 in each row.

    A hash has 64 hex digits, with or without `0x`. Each row counts as an item; what a repeated hash takes is
    bought once.

    Attributes:
        path: the file.
        column: where the hashes are; the column `sha256` or `hash` if not given.
    """

    path: Path
    column: str | None = None

    def ask(self, database: Database) -> None:
        """Makes the table `asked` of the rows, each with its place and its class from the table `classed`.

        Raises:
            InputError: the file cannot be read, has no such column or no rows, or a row has no hash.
        """
        source = self._source(database)
        database.with_file(
            self.path,
            f"""
            CREATE OR REPLACE TABLE listed AS
                SELECT {_CONTENT.format("digits")} AS content
                FROM (SELECT {_DIGITS.format("hash")} AS digits FROM ({source}));
            """,
        )
        first_bad, rows = database.rows("SELECT min(rowid) FILTER (content IS NULL), count(*) FROM listed")[0]
        if not rows:
            raise InputError(f"{self.path} has no rows: a hash in each is expected")
        if first_bad is not None:
            found = database.rows(f"{source} LIMIT 1 OFFSET {first_bad}")[0][0]
            raise InputError(
                f"{self.path}, row {first_bad + 1}: {shown(found or '')} is not a SHA-256: "
                "64 hex digits, with or without 0x"
            )
        database.run(
            """
            CREATE OR REPLACE TABLE asked AS
                SELECT listed.rowid AS place, content, class FROM listed LEFT JOIN classed USING (content);
            DROP TABLE listed;
            """
        )

    def _source(self, database: Database) -> str:
        """A query for the hashes, as text."""
        check_file(self.path)
        try:
            with self.path.open("rb") as file:
                is_parquet = file.read(len(_MAGIC)) == _MAGIC
        except OSError as error:
            raise InputError(f"{self.path} cannot be read: {error.strerror or error}") from error
        # As an absolute path it is no URL, and no character of it is a wild card.
        path = quoted(glob.escape(str(self.path.resolve())))
        if is_parquet:
            return self._parquet(database, f"read_parquet({path}, hive_partitioning = false)")
        with open_table(self.path) as table:
            column = self._choose(table.header)
            columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in table.header)
        compression = "gzip" if self.path.suffix == ".gz" else "none"
        return (
            f"SELECT {named(column)} AS hash FROM read_csv({path}, header = true, auto_detect = false, "
            f"columns = {{{columns}}}, delim = ',', quote = '\"', escape = '\"', hive_partitioning = false, "
            f"compression = '{compression}')"
        )

    def _parquet(self, database: Database, source: str) -> str:
        database.with_file(self.path, f"CREATE OR REPLACE TEMP VIEW manifest AS SELECT * FROM {source}")
        types = {name: kind for name, kind, *_ in database.rows("DESCRIBE manifest")}
        column = self._choose(tuple(types))
        if types[column] == "BLOB":
            return f"SELECT hex({named(column)}) AS hash FROM {source}"
        if types[column] != "VARCHAR":
            raise InputError(
                f"the column {shown(column)} of {self.path} has the type {types[column]}: "
                "text of hex digits, or 32 bytes, are expected"
            )
        return f"SELECT {named(column)} AS hash FROM {source}"

    def _choose(self, columns: tuple[str, ...]) -> str:
        wanted = COLUMNS if self.column is None else (self.column,)
        found = [name for name in wanted if name in columns]
        if len(found) > 1:
            raise InputError(f"{self.path} has the columns {' and '.join(found)}: name one with --column")
        if not found:
            has = shown(", ".join(columns), 300)
            names = " or ".join(map(shown, wanted))
            raise InputError(f"{self.path} has no column {names}, only {has}: name one with --column")
        return found[0]


def write_answers(
    database: Database,
    out: Path,
    *,
    claims: Iterable[tuple[int, Hash32]],
    licenses: Iterable[tuple[Hash32, int]],
    offers: Iterable[tuple[int, Hash32, int]],
) -> None:
    """Writes the answer for each row that was asked for, in their order, whole or not at all.

    In Parquet, hashes and ids are their 32 bytes; in CSV, 0x and hex digits.

    Args:
        database: what was asked for and answered.
        out: a new file, `.csv` or `.parquet`.
        claims: number and asset of the claims to what is contested, oldest first.
        licenses: id and end of each license, by its number.
        offers: number, hash and price of the offers to buy.

    Raises:
        InputError: as `check_out`, or it cannot be written.
    """
    check_out(out)
    database.load(
        "claim_names",
        "claim INTEGER, age INTEGER, asset_id VARCHAR",
        [(number, place, asset_id) for place, (number, asset_id) in enumerate(claims)],
    )
    database.load(
        "license_names",
        "license INTEGER, license_id BLOB, until VARCHAR",
        [(number, hash_bytes(id_), _end(until)) for number, (id_, until) in enumerate(licenses)],
    )
    database.load(
        "offer_names",
        "offer INTEGER, offer_hash BLOB, price VARCHAR",
        [(number, hash_bytes(offer_hash), str(price)) for number, offer_hash, price in offers],
    )
    database.run(
        """
        CREATE OR REPLACE TABLE answer_names AS
            SELECT class, status, reason, license_id, until, offer_hash, price, claims
            FROM answers LEFT JOIN (
                SELECT class, string_agg(asset_id, ' ' ORDER BY age) AS claims
                FROM laid JOIN claim_names USING (claim) GROUP BY class
            ) USING (class)
            LEFT JOIN license_names USING (license) LEFT JOIN offer_names USING (offer)
        """
    )
    reasons = ", ".join(map(quoted, REASONS))
    part = out.with_name(f".{out.name}.part")
    is_csv = out.suffix == ".csv"
    form, hashes = ("FORMAT csv, HEADER", _hex) if is_csv else ("FORMAT parquet", str)
    try:
        database.with_file(
            out,
            f"""
            COPY (
                SELECT {hashes("content")} AS sha256, coalesce(status, '{Status.UNKNOWN}') AS status,
                    [{reasons}][reason + 1] AS reason, until, {hashes("license_id")} AS license_id, price,
                    {hashes("offer_hash")} AS offer_hash,
                    CASE WHEN status = '{Status.CONTESTED}' THEN claims END AS claims
                FROM (SELECT * FROM asked LEFT JOIN answer_names USING (class) ORDER BY place)
            ) TO {quoted(str(part.absolute()))} ({form})
            """,
        )
        part.replace(out)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def _hex(column: str) -> str:
    return f"'0x' || lower(hex({column}))"


def _end(until: int) -> str:
    return "perpetual" if until == PERPETUAL else str(until)
