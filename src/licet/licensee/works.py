"""The works that anybody has registered, in one table: which claims are laid to each.

A work is known by the *set* of claims laid to it. Works with the same set, such as all that only one
catalogue lists, are a class, and all that a quote decides (whom to believe, what is licensed, what to buy) it
decides for classes: their number is that of the combinations that occur, not of the works.

A claim is numbered as its asset is, from 0. Only where one work of a catalogue is in dispute does its claim
differ from that to the catalogue's other works: such claims count downwards from -1.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from licet.database import Database
from licet.types import Hash32, hash32, hash_bytes

SINGLE: Final = -1
"""The place of a work that is registered by itself, in no catalogue."""


class Listing(NamedTuple):
    """That an asset lays claim to a work.

    Attributes:
        asset: its number.
        place: where the catalogue lists the work, from 0; `SINGLE` for a single work's deed.
    """

    asset: int
    place: int


class Works:
    """Knows the works of all assets that it was told of, and their classes."""

    def __init__(self) -> None:
        self.database: Final = Database()
        self._disputed: tuple[tuple[int, Hash32], ...] = ()
        self._changed = True
        self.database.run("CREATE TABLE works (content BLOB, asset INTEGER, place INTEGER, id VARCHAR)")

    def add_singles(self, assets: Sequence[int], contents: Sequence[Hash32]) -> None:
        """Adds works that have a deed each."""
        self._changed = self._changed or bool(assets)
        self.database.insert("works", [contents, assets], f"unhex(c0[3:]), c1, {SINGLE}, NULL")

    def add_catalog(self, asset: int, contents: Sequence[Hash32], ids: Sequence[str]) -> None:
        """Adds the works of a catalogue, in its order."""
        self._changed = True
        places = range(len(contents))
        self.database.insert("works", [contents, places, ids], f"unhex(c0[3:]), {asset}, c1, c2")

    def listings(self, contents: Iterable[Hash32]) -> dict[Hash32, list[Listing]]:
        """Who lays claim to some works: single deeds first, then catalogues, in the order of the assets."""
        self.database.load("wanted", "content BLOB", [[hash_bytes(content)] for content in contents])
        rows = self.database.rows(
            "SELECT DISTINCT content, asset, place FROM works SEMI JOIN wanted USING (content) "
            f"ORDER BY place > {SINGLE}, asset"
        )
        found: dict[Hash32, list[Listing]] = {}
        for content, asset, place in rows:
            found.setdefault(hash32(content), []).append(Listing(asset, place))
        return found

    def named(self, ids: Iterable[str]) -> dict[str, set[Hash32]]:
        """The works that catalogues give some ids to."""
        self.database.load("wanted", "id VARCHAR", [[name] for name in ids])
        found: dict[str, set[Hash32]] = {}
        for name, content in self.database.rows(
            "SELECT DISTINCT id, content FROM works SEMI JOIN wanted USING (id)"
        ):
            found.setdefault(name, set()).add(hash32(content))
        return found

    def classify(self, disputed: Iterable[tuple[int, Hash32]] = ()) -> None:
        """Sorts the works into classes: tables `classed` (of works) and `class_claims`.

        Args:
            disputed: works of catalogues that are, or were, in dispute, with the number of the asset.
        """
        disputed = tuple(dict.fromkeys(disputed))
        if not self._changed and disputed == self._disputed:
            return
        self._disputed, self._changed = disputed, False
        self.database.load(
            "disputed",
            "content BLOB, asset INTEGER, claim INTEGER",
            [(hash_bytes(content), asset, -1 - i) for i, (asset, content) in enumerate(disputed)],
        )
        self.database.run(
            """
            CREATE OR REPLACE TEMP TABLE signed AS
                SELECT content, list_sort(list(DISTINCT coalesce(claim, asset))) AS claims
                FROM works LEFT JOIN disputed USING (content, asset) GROUP BY content;
            CREATE OR REPLACE TEMP TABLE signatures AS
                SELECT (row_number() OVER () - 1)::INTEGER AS class, claims
                FROM (SELECT DISTINCT claims FROM signed);
            CREATE OR REPLACE TABLE classed AS
                SELECT content, class FROM signed JOIN signatures USING (claims);
            CREATE OR REPLACE TABLE class_claims AS SELECT class, unnest(claims) AS claim FROM signatures;
            DROP TABLE signed;
            DROP TABLE signatures;
            """
        )

    def claim(self, number: int) -> tuple[int, Hash32 | None]:
        """What a claim's number stands for: the asset's number, and the one work, if it is of one only."""
        return (number, None) if number >= 0 else self._disputed[-1 - number]
