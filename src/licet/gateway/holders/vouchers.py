"""Vouchers: what a metered license's licensee signs for the units used so far, one more with each read.

Each number of units is shown once, for one URL. As many reads are served as the best voucher has units,
whatever the order in which they arrive. The best voucher, the count, and each read's record are one commit.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Final, NamedTuple

from licet.documents import VoucherDocument
from licet.documents.usage import BY_VOUCHER
from licet.errors import DocumentInvalid, InputError, LicetError
from licet.gateway.database import Connection
from licet.gateway.errors import VoucherRefused
from licet.gateway.journal import Journal
from licet.rights.voucher import Voucher
from licet.text import plural
from licet.types import Hash32

MAX_FIELD: Final = 4096
"""The longest voucher that is read, characters."""

MEANS: Final = BY_VOUCHER

_SCHEMA: Final = (
    """
CREATE TABLE IF NOT EXISTS vouchers (
    license_id TEXT NOT NULL PRIMARY KEY,
    units BIGINT NOT NULL,
    signature TEXT NOT NULL,
    reads BIGINT NOT NULL,
    settled BIGINT NOT NULL
)
""",
    """
CREATE TABLE IF NOT EXISTS voucher_reads (
    license_id TEXT NOT NULL,
    units BIGINT NOT NULL,
    url TEXT NOT NULL,
    delivered INTEGER NOT NULL,
    PRIMARY KEY (license_id, units)
)
""",
)


class Shown(NamedTuple):
    """A voucher as somebody shows it.

    Attributes:
        document: the voucher, signed.
        url: for what.
        settled: units that are paid on chain, as far as is known.
    """

    document: VoucherDocument
    url: str
    settled: int

    @property
    def voucher(self) -> Voucher:
        """What was signed."""
        return self.document.voucher


class Due(NamedTuple):
    """The best voucher of a license of which units were read that are not paid.

    Attributes:
        voucher: signed for as many units, or more.
        signature: of the licensee.
        reads: units that were read.
        settled: units that were paid when it was last looked at.
    """

    voucher: Voucher
    signature: bytes
    reads: int
    settled: int


class Vouchers:
    """The vouchers of a gateway.

    Args:
        journal: whose database has them.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal: Final = journal
        with journal.transaction() as db:
            for statement in _SCHEMA:
                db.execute(statement)

    def admission(self, shown: Shown) -> Callable[[Connection], bytes | LicetError | None]:
        """What decides, in the transaction that records a read, whether its voucher pays for it."""
        return lambda db: _admit(db, shown)

    def reads(self, license_id: Hash32) -> int:
        """How many units of a license were read here, or paid before."""
        with self._journal.database.reading() as db:
            row = db.execute("SELECT reads FROM vouchers WHERE license_id = ?", (license_id,)).fetchone()
        return 0 if row is None else int(row[0])

    def due(self, units: int = 1) -> tuple[Due, ...]:
        """The best vouchers of licenses of which at least so many units were read and not paid."""
        with self._journal.database.reading() as db:
            rows = db.execute(
                "SELECT license_id, units, signature, reads, settled FROM vouchers "
                "WHERE reads - settled >= ?",
                (units,),
            ).fetchall()
        return tuple(
            Due(Voucher(Hash32(license_id), best), bytes.fromhex(signature), reads, settled)
            for license_id, best, signature, reads, settled in rows
        )

    def settled(self, license_id: Hash32, units: int) -> None:
        """Notes how many units of a license are paid on chain."""
        with self._journal.transaction() as db:
            db.execute("UPDATE vouchers SET settled = ? WHERE license_id = ?", (units, license_id))

    def doubt(self) -> None:
        """Forgets what is paid, since a re-org may have undone it: the chain is asked again."""
        with self._journal.transaction() as db:
            db.execute("UPDATE vouchers SET settled = 0")


def read_voucher(field: str) -> VoucherDocument:
    """A voucher out of its field: the document, in base64url.

    Raises:
        VoucherRefused: it is none.
    """
    try:
        if len(field) > MAX_FIELD:
            raise InputError(f"it has more than {MAX_FIELD} characters")
        data = base64.b64decode(field + "=" * (-len(field) % 4), altchars=b"-_", validate=True)
        return VoucherDocument.from_bytes(data)
    except (DocumentInvalid, InputError, binascii.Error, ValueError) as error:
        raise VoucherRefused(f"the voucher is no document of one in base64url: {error}") from error


def delivered(shown: Shown) -> tuple[str, tuple[str, int]]:
    """What notes that the read of a voucher reached its end."""
    return (
        "UPDATE voucher_reads SET delivered = 1 WHERE license_id = ? AND units = ?",
        (shown.voucher.license_id, shown.voucher.units),
    )


def _admit(db: Connection, shown: Shown) -> bytes | LicetError | None:
    """The receipt of a read that was not delivered, or why a voucher pays for nothing; None if it pays."""
    license_id, units = shown.voucher.license_id, shown.voucher.units
    row = db.execute("SELECT units, reads FROM vouchers WHERE license_id = ?", (license_id,)).fetchone()
    best, reads = (0, shown.settled) if row is None else (int(row[0]), int(row[1]))
    used = db.execute(
        "SELECT url, delivered FROM voucher_reads WHERE license_id = ? AND units = ?", (license_id, units)
    ).fetchone()
    if used is not None:
        if used[0] != shown.url or used[1]:
            what = plural(units, "unit")
            return VoucherRefused(f"the voucher of {what} was used: sign for more", units=reads + 1)
        receipt = db.execute(
            "SELECT receipt FROM records WHERE token = ? AND payer = ? AND nonce = ?",
            (MEANS, license_id, str(units)),
        ).fetchone()
        return bytes(receipt[0])
    if reads + 1 > max(best, units):
        return VoucherRefused(
            f"{reads} units were read, the voucher is for {max(best, units)}: sign for one more",
            units=reads + 1,
        )
    db.execute(
        "INSERT INTO voucher_reads (license_id, units, url, delivered) VALUES (?, ?, ?, 0)",
        (license_id, units, shown.url),
    )
    signature = shown.document.signature.hex()
    if row is None:
        db.execute(
            "INSERT INTO vouchers (license_id, units, signature, reads, settled) VALUES (?, ?, ?, ?, ?)",
            (license_id, units, signature, reads + 1, shown.settled),
        )
    elif units > best:
        db.execute(
            "UPDATE vouchers SET units = ?, signature = ?, reads = ? WHERE license_id = ?",
            (units, signature, reads + 1, license_id),
        )
    else:
        db.execute("UPDATE vouchers SET reads = ? WHERE license_id = ?", (reads + 1, license_id))
    return None
