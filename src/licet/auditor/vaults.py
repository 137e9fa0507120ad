"""Vaults: what came in, what went out, and whether everybody got their share, to the last unit."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.payments import Payment
from licet.auditor.splits import Vault
from licet.chain.client import Log
from licet.contracts import events
from licet.contracts.events import Claimed, Redirected
from licet.trees.sums import SumTree
from licet.types import Address


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of one vault in one token, in the token's smallest unit.

    Attributes:
        vault: the vault.
        token: the currency; the zero address for the native coin.
        balance: what it has.
        released: what it says it paid out.
        claimed: what its logs say it paid to each payee.
        released_to: what it says it paid to each of these.
        moved: what came in and what went out by the token's own logs; None where there are none.
        least_income: what must have come in, by sales and by other vaults' claims.
    """

    vault: Vault
    token: Address
    balance: int
    released: int
    claimed: Mapping[Address, int]
    released_to: Mapping[Address, int]
    moved: tuple[int, int] | None
    least_income: int

    @property
    def received(self) -> int:
        """All that ever came in."""
        return self.balance + self.released

    @property
    def paid(self) -> int:
        """All that was claimed."""
        return sum(self.claimed.values())

    def due(self) -> int | None:
        """What payees could claim now; None where the split is not known."""
        if self.vault.split is None:
            return None
        entitled = entitlements(self.vault.split, self.received)
        return sum(max(0, amount - self.claimed.get(payee, 0)) for payee, amount in entitled.items())

    def dust(self) -> int | None:
        """What is left, and counts into the next payment; None where the split is not known."""
        due = self.due()
        return None if due is None else self.received - self.paid - due


@dataclass(frozen=True, slots=True)
class Claim:
    """A vault paid a payee.

    Attributes:
        event: as the vault logged it.
        receiver: who got the money: the payee, or where the payee had it sent.
    """

    event: Claimed
    receiver: Address

    def payment(self) -> Payment:
        """The transfer that must have followed."""
        event = self.event
        vault = event.log.address
        return Payment(
            log=event.log,
            kind=Kind.CLAIM_UNPAID,
            what=f"vault {vault} says that {event.payee} claimed from it",
            payer=vault,
            payee=self.receiver,
            token=event.token,
            amount=event.amount,
            subject={"vault": vault},
        )


def entitlements(split: SumTree, received: int) -> dict[Address, int]:
    """What each payee may ever have got out of what was received: their share of it, rounded down."""
    total = split.total
    return {payee: received * share // total for payee, share in split.shares.items()}


def check_book(book: Book) -> Iterator[Finding]:
    """Yields what does not agree in a vault's book."""
    yield from _check_released(book)
    yield from _check_income(book)
    if book.vault.split is not None:
        yield from _check_shares(book, book.vault.split)


def read_claims(logs: Iterable[Log], findings: list[Finding]) -> Iterator[Claim]:
    """The claims among vaults' logs, which are in order; what cannot be read goes into `findings`."""
    redirected: Redirected | None = None
    for log in logs:
        try:
            if log.topics[0] == events.topic_of(Redirected):
                redirected = events.decode(Redirected, log)
                continue
            claimed = events.decode(Claimed, log)
        except ValueError:
            message = f"vault {log.address} logged a claim that cannot be read"
            findings.append(found(Kind.LOG_MALFORMED, message, log, vault=log.address))
            continue
        yield Claim(claimed, _receiver(claimed, redirected))


def _receiver(claimed: Claimed, redirected: Redirected | None) -> Address:
    """Who got what was claimed: where the payee had it sent, if that was logged just before."""
    if redirected is None or (redirected.token, redirected.payee) != (claimed.token, claimed.payee):
        return claimed.payee
    before = (redirected.log.address, redirected.log.tx_hash, redirected.log.index + 1)
    same = before == (claimed.log.address, claimed.log.tx_hash, claimed.log.index)
    return redirected.receiver if same else claimed.payee


def claimed_by(claims: Collection[Claim]) -> dict[tuple[Address, Address], dict[Address, int]]:
    """What each payee claimed, by vault and token."""
    books: defaultdict[tuple[Address, Address], defaultdict[Address, int]] = defaultdict(
        lambda: defaultdict(int)
    )
    for claim in claims:
        event = claim.event
        books[event.log.address, event.token][event.payee] += event.amount
    return {place: dict(amounts) for place, amounts in books.items()}


def _check_released(book: Book) -> Iterator[Finding]:
    if book.paid != book.released:
        yield _of_book(
            Kind.RELEASED_WRONG,
            book,
            f"logged claims of {book.paid}, but says that it paid out {book.released}",
            expected=book.paid,
            actual=book.released,
        )
    for payee, amount in book.claimed.items():
        says = book.released_to[payee]
        if amount != says:
            yield _of_book(
                Kind.RELEASED_TO_WRONG,
                book,
                f"logged claims of {amount} for {payee}, but says that it paid them {says}",
                payee,
                expected=amount,
                actual=says,
            )


def _check_income(book: Book) -> Iterator[Finding]:
    if book.received < book.least_income:
        yield _of_book(
            Kind.INCOME_WRONG,
            book,
            f"received {book.received}, though sales and other vaults paid it {book.least_income}",
            expected=book.least_income,
            actual=book.received,
        )
    if book.moved is None:
        return
    came, went = book.moved
    if came - went != book.balance:
        yield _of_book(
            Kind.INCOME_WRONG,
            book,
            f"has {book.balance}, but {came} came in and {went} went out",
            expected=came - went,
            actual=book.balance,
        )
    if went != book.paid:
        yield _of_book(
            Kind.OUTFLOW_WRONG,
            book,
            f"logged claims of {book.paid}, but {went} went out",
            expected=book.paid,
            actual=went,
        )


def _check_shares(book: Book, split: SumTree) -> Iterator[Finding]:
    entitled = entitlements(split, book.received)
    for payee, amount in book.claimed.items():
        if payee not in entitled:
            yield _of_book(
                Kind.CLAIM_BY_STRANGER,
                book,
                f"paid {amount} to {payee}, who is not in its split",
                payee,
                expected=0,
                actual=amount,
            )
        elif amount > entitled[payee]:
            yield _of_book(
                Kind.OVERCLAIMED,
                book,
                f"paid {amount} to {payee}, whose share is {entitled[payee]}",
                payee,
                expected=entitled[payee],
                actual=amount,
            )
    dust = book.dust()
    if dust is not None and not 0 <= dust < len(split):
        yield _of_book(
            Kind.VAULT_UNBALANCED,
            book,
            f"received {book.received}, paid {book.paid} and owes {book.due()}: {dust} are left over",
            expected=f"0 to {len(split) - 1}",
            actual=dust,
        )


def _of_book(
    kind: Kind,
    book: Book,
    what: str,
    payee: Address | None = None,
    *,
    expected: object = None,
    actual: object = None,
) -> Finding:
    return of_vault(kind, book.vault, what, book.token, payee, expected=expected, actual=actual)


def of_vault(
    kind: Kind,
    vault: Vault,
    what: str,
    token: Address | None = None,
    payee: Address | None = None,
    *,
    expected: object = None,
    actual: object = None,
) -> Finding:
    """A finding about a vault; `what` goes on after its address."""
    return found(
        kind,
        f"vault {vault.address} {what}",
        vault=vault.address,
        root=vault.root,
        token=token,
        payee=payee,
        expected=expected,
        actual=actual,
    )
