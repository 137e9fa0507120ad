"""What is on offer, as far as logs and documents tell: so works and catalogues are found by use and by price.

An offer that its licensor took back, that the deed has outlived, or whose sale has ended, is not. Whether one
that is left would sell now (not sold out, no exclusive license running, not defeated), the chain says.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from licet.errors import InputError
from licet.index.events.kinds import Kind
from licet.index.events.rows import Row, numbered
from licet.rights.offer import Offer
from licet.shelf.database import Database
from licet.types import Address, Hash32, address_bytes, hash_bytes

MOST_OFFERS: Final = 3_000
"""How many offers are looked at for one page, where few of them are what is wanted."""

_WORD: Final = 32
_NOBODY: Final = bytes(_WORD)
_NUMBERS: Final = {kind.table: number for number, (_, kind) in numbered().items() if kind}
_PUBLISHED: Final = _NUMBERS["license_token_offer_published"]
_CANCELLED: Final = _NUMBERS["license_token_offer_cancelled"]
_OUTDATED: Final = _NUMBERS["asset_registry_offers_cancelled"]
_MOVED: Final = _NUMBERS["asset_registry_transfer"]
_STANDS: Final = (
    '("end" = 0 OR "end" >= :now) '
    "AND NOT EXISTS (SELECT 1 FROM cancelled c WHERE c.offer_hash = o.offer_hash) "
    "AND epoch = (SELECT count(*) FROM epochs e WHERE e.asset_id = o.asset_id)"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for among offers.

    Attributes:
        uses: bit set of the uses that one offer has to permit; 0 for any.
        currency: in which it is priced; None for any, and for nothing.
        most: the highest price, in the currency's smallest unit, for what the offer's kind says: a license, a
            term, or a unit; None for any.
        now: unix second at which it is still on sale.
    """

    uses: int = 0
    currency: Address | None = None
    most: int | None = None
    now: int = 0

    def __post_init__(self) -> None:
        if self.most is not None and self.currency is None:
            raise InputError("a highest price needs its currency", parameter="currency")

    def __bool__(self) -> bool:
        return bool(self.uses or self.currency is not None)

    def where(self) -> tuple[str, dict[str, Any]]:
        """The same in SQL, of a row `o` of offers, and its values."""
        said = []  # what is read most quickly first
        values: dict[str, Any] = {"now": self.now}
        if self.uses:
            values["uses"] = self.uses
            said.append("uses & :uses = :uses")
        if self.currency is not None:
            priced = "currency = :currency"
            values["currency"] = address_bytes(self.currency)
            if self.most is not None:
                priced += " AND price <= :most"
                values["most"] = self.most.to_bytes(_WORD)
            said.append(f"(price = :free OR {priced})")
            values["free"] = bytes(_WORD)
        return " AND ".join([*said, _STANDS]), values


class Offered:
    """The offers of a shelf."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database

    def assets(self, wanted: Wanted, before: int, limit: int) -> tuple[list[int], int | None]:
        """The numbers of assets on which something wanted is offered, the newest first.

        Returns:
            At most `limit`; and the number to go on below, None at the end. There may be fewer where so many
            offers were looked at.
        """
        fits, values = wanted.where()
        rows = self._database.stream(
            f"SELECT asset, {fits} FROM offered o WHERE asset < :before ORDER BY asset DESC LIMIT :rows",
            {**values, "before": before, "rows": MOST_OFFERS},
        )
        found: list[int] = []
        asset, looked_at = None, 0
        for asset, is_wanted in rows:
            if is_wanted and asset not in found[-1:]:
                if len(found) == limit:
                    return found, found[-1]
                found.append(asset)
            looked_at += 1
        return found, asset if looked_at == MOST_OFFERS else None

    def beside(self, asset: str, wanted: Wanted) -> tuple[str, dict[str, Any]]:
        """Whether something wanted is offered on an asset, as an expression, and its values.

        Args:
            asset: the expression for its number.
            wanted: what offers are looked for.
        """
        where, values = wanted.where()
        return f"EXISTS (SELECT 1 FROM offered o WHERE asset = {asset} AND {where})", values

    def has(self, asset: int, wanted: Wanted) -> bool:
        """Whether something wanted is offered on an asset."""
        fits, values = self.beside(":asset", wanted)
        [(found,)] = self._database.named(f"SELECT {fits}", {**values, "asset": asset})
        return bool(found)

    # Filling.

    def add(self, logs: Iterable[Row]) -> None:
        """Notes what logs say of offers; after their assets were noted."""
        for log in logs:
            number, topics = log[3], bytes(log[4])
            if number == _PUBLISHED:
                for row in _published(log):
                    self._put(row)
            elif number == _CANCELLED:
                self._database.run(
                    "INSERT OR IGNORE INTO cancelled VALUES (?, ?)", topics[_WORD : 2 * _WORD], log[0]
                )
            elif number == _OUTDATED or (number == _MOVED and topics[_WORD : 2 * _WORD] != _NOBODY):
                at = 1 if number == _OUTDATED else 3
                asset_id = topics[at * _WORD : (at + 1) * _WORD]
                self._database.run("INSERT OR IGNORE INTO epochs VALUES (?, ?, ?)", asset_id, log[0], log[1])

    def sign(self, offer: Offer, document_hash: Hash32) -> None:
        """Notes an offer that a document has."""
        self._put(
            (
                hash_bytes(offer.struct_hash()),
                hash_bytes(document_hash),
                hash_bytes(offer.asset_id),
                offer.epoch,
                int(offer.uses),
                address_bytes(offer.currency),
                offer.price.to_bytes(_WORD),
                offer.end,
                None,
            )
        )

    def registered(self, assets: Iterable[bytes]) -> None:
        """Joins offers whose documents were there before their assets."""
        if self._database.rows("SELECT 1 FROM offered WHERE asset IS NULL LIMIT 1"):
            self._database.run_many(
                "UPDATE offered SET asset = (SELECT number FROM assets a WHERE a.asset_id = "
                "offered.asset_id) WHERE asset_id = ? AND asset IS NULL",
                ((asset_id,) for asset_id in assets),
            )

    def forget(self, block: int) -> None:
        """Takes away what came after a block; before the assets are."""
        for table in ("offered", "cancelled", "epochs"):
            self._database.run(f"DELETE FROM {table} WHERE block > ?", block)
        self._database.run(
            "UPDATE offered SET asset = NULL WHERE asset IN (SELECT number FROM assets WHERE block > ?)",
            block,
        )

    def _put(self, row: tuple[Any, ...]) -> None:
        self._database.run(
            "INSERT OR IGNORE INTO offered VALUES "
            "(?1, ?2, ?3, (SELECT number FROM assets WHERE asset_id = ?3), ?4, ?5, ?6, ?7, ?8, ?9)",
            *row,
        )


def _published(log: Row) -> Iterator[tuple[Any, ...]]:
    """The row of an offer that was published; none where nobody can read the log."""
    kind = numbered()[_PUBLISHED][1]
    assert kind is not None
    try:
        row = _named(kind, log)
        price = int(row["offer_price"]).to_bytes(_WORD)
    except ValueError:
        return
    names = ("offer_epoch", "offer_uses", "offer_currency")
    yield (
        bytes(row["offer_hash"]),
        b"",
        bytes(row["offer_asset_id"]),
        *(row[name] for name in names),
        price,
        row["offer_end"],
        log[0],
    )


def _named(kind: Kind, log: Row) -> Mapping[str, Any]:
    values = kind.decoder.row(bytes(log[4]), bytes(log[5]))
    return dict(zip((column.name for column in kind.columns), values, strict=True))
