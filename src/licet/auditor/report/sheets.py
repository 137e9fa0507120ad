"""The sheets of a report: sales, cases, and a balance sheet of whatever money was paid into.

All amounts are in the token's smallest unit; the zero address stands for the native coin.
"""

from dataclasses import dataclass

from licet.types import Address, Hash32


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One sale of `quantity` licenses, the first of which is `license_id`.

    `price` is of each, in the smallest unit of `currency` (zero address: the native coin); `time` is in unix
    seconds.
    """

    license_id: Hash32
    asset_id: Hash32
    asset_name: str | None
    licensee: Address
    payer: Address
    payee: Address
    price: int
    quantity: int
    currency: Address
    block: int
    tx: Hash32
    log_index: int
    time: int


@dataclass(frozen=True, slots=True)
class VaultSheet:
    """The balance sheet of one vault in one token: received = claimed + due + dust.

    Attributes:
        vault: its address.
        root: the root of its split.
        assets: the assets that were sold for it.
        names: the names of those that are catalogues with a document at hand.
        token: the currency; the zero address for the native coin.
        payees: how many share; None where the split is not known.
        received: all that ever came in, in the token's smallest unit.
        claimed: all that was paid out.
        due: what payees could claim now; None where the split is not known.
        dust: the rest, which counts into the next payment; None where the split is not known.
    """

    vault: Address
    root: Hash32
    assets: tuple[Hash32, ...]
    names: tuple[str, ...]
    token: Address
    payees: int | None
    received: int
    claimed: int
    due: int | None
    dust: int | None


@dataclass(frozen=True, slots=True)
class MeterSheet:
    """The deposit of one metered license: received = settled + withdrawn + balance.

    Attributes:
        license_id: the license.
        asset_id: what it is of.
        purse: where the deposit is.
        token: the currency; the zero address for the native coin.
        units: paid so far.
        received: all that was paid in, in the token's smallest unit.
        settled: what was paid to the offer's payee.
        withdrawn: what went back to the licensee.
        balance: what is left.
        closes_at: from when it is the licensee's, unix seconds; None while the account is open.
    """

    license_id: Hash32
    asset_id: Hash32
    purse: Address
    token: Address
    units: int
    received: int
    settled: int
    withdrawn: int
    balance: int
    closes_at: int | None


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """A period's payout.

    Attributes:
        statement_id: its id.
        asset_id: what earned it.
        publisher: who published and paid it.
        vault: where it goes.
        token: the currency; the zero address for the native coin.
        amount: what it says, in the token's smallest unit.
        since: first second of the period, unix.
        until: last second of the period, unix.
        contestable_until: last second for a contest, unix.
        state: `contestable`, `contested`, `due`, `released` or `returned`.
        released: what left its purse.
        balance: what waits in it.
    """

    statement_id: Hash32
    asset_id: Hash32
    publisher: Address
    vault: Address
    token: Address
    amount: int
    since: int
    until: int
    contestable_until: int
    state: str
    released: int
    balance: int


@dataclass(frozen=True, slots=True)
class EscrowSheet:
    """Sales that were escrowed while a dispute was open: received = released + balance.

    Attributes:
        case_id: the latest dispute of the asset then.
        asset_id: the asset.
        payee: whom the offers name.
        purse: where the money waits.
        token: the currency; the zero address for the native coin.
        received: all that was paid in, in the token's smallest unit.
        released: what was paid out.
        balance: what is left.
    """

    case_id: int
    asset_id: Hash32
    payee: Address
    purse: Address
    token: Address
    received: int
    released: int
    balance: int


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case: a dispute, or a contest of a statement.

    Attributes:
        contract: where it was opened.
        case_id: its number there.
        kind: `asset`, `work`, `license` or `statement`.
        subject: the asset, the license or the statement that it is about.
        claimant: who opened it.
        status: `open`, `upheld`, `rejected` or `lapsed`.
        deadline: last unix second for a ruling.
    """

    contract: Address
    case_id: int
    kind: str
    subject: Hash32
    claimant: Address
    status: str
    deadline: int
