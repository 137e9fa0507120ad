"""What must come of it: who holds, may and is owed what, apart from the contracts and from the auditor."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from licet.contracts.terms import LicenseTerms
from licet.contracts.vaults import Vault
from licet.documents import OfferDocument, StatementDocument
from licet.rights.offer import Kind, Offer
from licet.rights.order import Grant
from licet.rights.statement import Statement
from licet.rights.uses import Use
from licet.trees.sums import SumTree
from licet.types import ZERO_ADDRESS, Address, Hash32

PERPETUAL = 2**40 - 1
FOREVER = 2**32 - 1
"""A derivative's parents' end where they have none."""


@dataclass(eq=False)
class VaultBook:
    """A vault: what came in, and what each payee got of it, by token."""

    vault: Vault
    address: Address
    number: int
    tree: SumTree
    received: Counter[Address] = field(default_factory=Counter)
    claimed: Counter[tuple[Address, Address]] = field(default_factory=Counter)

    def due(self, token: Address, payee: Address, extra: int = 0) -> int:
        """What a payee can claim now, or could if so much more had come in."""
        share = (self.received[token] + extra) * self.tree.shares[payee] // self.tree.total
        return share - self.claimed[token, payee]

    def paid(self, token: Address) -> int:
        return sum(self.claimed[token, payee] for payee in self.tree.shares)

    def owed(self, token: Address) -> int:
        return sum(self.due(token, payee) for payee in self.tree.shares)


@dataclass(eq=False)
class Asset:
    """A deed, and what a derivative's parents ask of it."""

    id: Hash32
    content: Hash32
    holder: Address
    vault: VaultBook
    works: tuple[Hash32, ...] = ()
    epoch: int = 0
    exclusive_until: int = 0
    # Of a derivative.
    parents: "tuple[License, ...]" = ()
    made: bool = False
    uses: int = 0
    parents_until: int = FOREVER
    ceiling: tuple[Address, int] | None = None
    reciprocal: Hash32 | None = None
    # Of its disputes.
    open: int = 0
    escrowing: int = 0
    latest: "Case | None" = None
    settled: int = 0
    upheld: "Case | None" = None
    defeated_works: set[Hash32] = field(default_factory=set)


@dataclass(eq=False)
class Listed:
    """An offer, and what became of it."""

    document: OfferDocument
    asset: Asset
    signer: Address
    published: bool = False
    cancelled: bool = False
    sold: int = 0

    @property
    def offer(self) -> Offer:
        return self.document.offer


@dataclass(eq=False)
class License:
    """A license, or a sublicense (`parent`)."""

    id: Hash32
    listed: Listed
    grant: Grant
    holder: Address
    expires: int
    uses: Use
    sold_at: int
    bound: bool
    parent: "License | None" = None
    revoked: bool = False
    named: set[tuple[Address, Address]] = field(default_factory=set)
    admitted: bool = False
    reported_until: int = 0
    meter: "Meter | None" = None

    @property
    def terms(self) -> LicenseTerms:
        return LicenseTerms(self.grant, self.listed.document.conditions)

    @property
    def metered(self) -> bool:
        return self.parent is None and self.listed.offer.kind is Kind.METERED


@dataclass(eq=False)
class Meter:
    """The account of a metered license."""

    purse: Address
    units: int = 0
    settled: int = 0
    withdrawn: Counter[Address] = field(default_factory=Counter)
    closes_at: int | None = None


@dataclass(eq=False)
class Stated:
    """A statement."""

    statement: Statement
    document: StatementDocument
    vault: VaultBook
    purse: Address
    contestable_until: int
    window: int
    open: int = 0
    returned: bool = False
    released: Counter[Address] = field(default_factory=Counter)


@dataclass(eq=False)
class Case:
    """A dispute (of an asset, a work of it, or a license), or a contest of a statement."""

    id: int
    kind: str
    subject: Asset | License | Stated
    claimant: Address
    deadline: int
    dispute: int
    payee: Address = ZERO_ADDRESS
    work: Hash32 | None = None
    status: str = "open"
    counter_bond_by: Address | None = None
    voted: bool = False

    @property
    def contest(self) -> bool:
        return self.kind == "statement"


@dataclass(frozen=True)
class Escrow:
    """Where the sales for one payee wait, which were made while a case was its asset's latest."""

    case: Case
    payee: Address
    purse: Address


class Model:
    """The books of everybody."""

    def __init__(self) -> None:
        self.assets: list[Asset] = []
        self.offers: list[Listed] = []
        self.licenses: list[License] = []
        self.statements: list[Stated] = []
        self.disputes: list[Case] = []
        self.contests: list[Case] = []
        self.escrows: dict[Address, Escrow] = {}
        self.vaults: dict[Address, VaultBook] = {}
        self.agents: dict[tuple[Address, Address], int] = {}
        self.reported_until: Counter[Address] = Counter()
        self.held: Counter[tuple[Address, Address]] = Counter()
        self.released: Counter[tuple[Address, Address]] = Counter()
        self.owed: Counter[tuple[bool, Address]] = Counter()
        self.sales: list[tuple[Hash32, Address, Address, Address, int, int, Address]] = []
        self.counts: Counter[str] = Counter()

    # Money.

    def add_vault(self, vault: Vault, address: Address) -> VaultBook:
        """A vault's book; the one that is there already if its address is."""
        if address not in self.vaults:
            self.vaults[address] = VaultBook(vault, address, len(self.vaults), vault.split.tree())
        return self.vaults[address]

    def move(self, token: Address, payer: Address, payee: Address, amount: int) -> None:
        """Money moves; what reaches a vault is its income, what leaves a purse was released."""
        self.held[payer, token] -= amount
        self.held[payee, token] += amount
        if payee in self.vaults:
            self.vaults[payee].received[token] += amount

    def release(self, token: Address, purse: Address, payee: Address, amount: int) -> None:
        """A purse pays."""
        self.released[purse, token] += amount
        self.move(token, purse, payee, amount)

    def claim(self, book: VaultBook, token: Address, payee: Address, receiver: Address) -> int:
        """A payee takes all that is due, and has it sent to somebody."""
        amount = book.due(token, payee)
        book.claimed[token, payee] += amount
        self.move(token, book.address, receiver, amount)
        self.counts["claims"] += 1
        return amount

    # Income on its way up.

    def flows(
        self, known: Iterable[VaultBook], derivatives: Iterable[Asset], payee: Address
    ) -> list[tuple[VaultBook, Address]]:
        """Which vault must pay whom so that a payee gets all, newest vault first: it pays older ones."""
        known = list(known)
        up = {
            (asset.vault, parent.listed.offer.payee)
            for asset in _with_ancestors(derivatives)
            for parent in asset.parents
            if parent.terms.conditions.royalty_bps
        }
        stations = {payee, *(book.address for book in known), *(book.address for book, _ in up)}
        edges = up | {(book, station) for book in known for station in stations & book.tree.shares.keys()}
        leading: set[tuple[VaultBook, Address]] = set()
        reached = {payee}
        while new := {edge for edge in edges - leading if edge[1] in reached}:
            leading |= new
            reached |= {book.address for book, _ in new}
        return sorted(leading, key=lambda edge: (-edge[0].number, edge[1]))

    def trace(
        self, flows: Iterable[tuple[VaultBook, Address]], token: Address
    ) -> Iterator[tuple[VaultBook, Address, int]]:
        """What each of these would pay now, one after the other; nothing is booked."""
        extra: defaultdict[Address, int] = defaultdict(int)
        for book, station in flows:
            amount = book.due(token, station, extra[book.address])
            extra[station] += amount
            if amount:
                yield book, station, amount

    # Licenses.

    def permits(self, held: License, uses: Use, now: int) -> bool:
        """Whether a license permits uses."""
        if uses & ~held.uses or now >= held.expires:
            return False
        if held.metered:
            meter = held.meter
            funded = meter is not None and self.held[meter.purse, held.listed.offer.currency] > 0
            return meter is not None and meter.closes_at is None and funded
        return held.parent is None or self.permits(held.parent, uses, now)

    def holds(self, holder: Address) -> list[License]:
        return [held for held in self.licenses if held.holder == holder]


def _with_ancestors(derivatives: Iterable[Asset]) -> set[Asset]:
    found: set[Asset] = set()
    waiting = list(derivatives)
    while waiting:
        asset = waiting.pop()
        if asset not in found:
            found.add(asset)
            waiting += (parent.listed.asset for parent in asset.parents)
    return found
