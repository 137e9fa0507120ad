"""Reporting: the tables of a report, drawn up from the ledgers and the closed books."""

from collections import defaultdict
from collections.abc import Iterable

from licet.auditor.evidence.history import History
from licet.auditor.ledgers.assets.works import Works
from licet.auditor.ledgers.cases.book import CaseBook
from licet.auditor.ledgers.cases.statements import Stated
from licet.auditor.ledgers.replay import Replay
from licet.auditor.money.closing import Money
from licet.auditor.money.purses import PurseBook, PurseBooks
from licet.auditor.money.vaults import Book
from licet.auditor.report.counts import Counts
from licet.auditor.report.lines import Shares
from licet.auditor.report.sheets import CaseLine, EscrowSheet, MeterSheet, SaleLine, StatementSheet
from licet.contracts.disputes import Kind as CaseKind
from licet.contracts.events import (
    DerivativeRegistered,
    OfferPublished,
    Renewed,
    Settled,
    Sold,
    Sublicensed,
    UsageAnchored,
)
from licet.contracts.statements import State
from licet.contracts.usage import OPEN
from licet.types import Address, Hash32


def counted(history: History, works: Works, replay: Replay, money: Money) -> Counts:
    """How much was looked at."""
    return Counts(
        logs=history.logs,
        registrations=len(replay.registrations),
        catalogs=works.catalogs,
        works=works.works,
        offers=replay.tally[OfferPublished],
        sales=len(replay.sales),
        vaults=len(money.vaults),
        claims=len(money.claims),
        derivatives=replay.tally[DerivativeRegistered],
        renewals=replay.tally[Renewed],
        revocations=len(replay.revocations),
        sublicenses=replay.tally[Sublicensed],
        anchors=replay.tally[UsageAnchored],
        settlements=replay.tally[Settled],
        statements=len(replay.statements.statements),
        cases=len(replay.disputes.book.cases) + len(replay.statements.book.cases),
        licenses=len(replay.licenses.titles),
        agents=len(replay.agents.until),
        purses=len(money.purses),
        payments=sum(1 for payment in money.payments if payment.amount),
        offers_checked=len(_offers(replay)),
        derivative_sales=replay.derivative_sales,
    )


def _offers(replay: Replay) -> set[Hash32]:
    """The offers that were published or sold on, by their hashes."""
    published = {offer_hash for offer_hash, state in replay.offers.states.items() if state.published}
    return published | {title.offer_hash for title in replay.licenses.titles.values() if title.offer_hash}


def sale_line(sale: Sold, names: dict[Hash32, str], time: int) -> SaleLine:
    """One sale, made at a time (unix seconds)."""
    offer = sale.offer
    return SaleLine(
        license_id=sale.license_id,
        asset_id=offer.asset_id,
        asset_name=names.get(offer.asset_id),
        licensee=sale.licensee,
        payer=sale.payer,
        payee=offer.payee,
        price=offer.price,
        quantity=sale.quantity,
        currency=offer.currency,
        block=sale.log.block_number,
        tx=sale.log.tx_hash,
        log_index=sale.log.index,
        time=time,
    )


def meter_sheets(replay: Replay, books: PurseBooks) -> tuple[MeterSheet, ...]:
    """The deposits of metered licenses, in the order of their opening."""
    return tuple(
        MeterSheet(
            license_id=license_id,
            asset_id=meter.asset_id,
            purse=meter.purse,
            token=meter.account.currency,
            units=meter.account.settled,
            received=meter.settled + meter.withdrawn + balance,
            settled=meter.settled,
            withdrawn=meter.withdrawn,
            balance=balance,
            closes_at=None if meter.account.closes_at == OPEN else meter.account.closes_at,
        )
        for license_id, meter in replay.accounts.meters.items()
        for balance in [_balance(books, meter.purse, meter.account.currency)]
    )


def statement_sheets(replay: Replay, books: PurseBooks, now: int) -> tuple[StatementSheet, ...]:
    """The statements, as they stand at a time (unix seconds), oldest first."""
    return tuple(
        StatementSheet(
            statement_id=statement_id,
            asset_id=stated.event.asset_id,
            publisher=stated.state.publisher,
            vault=stated.vault,
            token=stated.event.statement.currency,
            amount=stated.event.statement.amount,
            since=stated.event.statement.since,
            until=stated.event.statement.until,
            contestable_until=stated.state.contestable_until,
            state=_state(stated, now),
            released=stated.released,
            balance=_balance(books, stated.purse, stated.event.statement.currency),
        )
        for statement_id, stated in replay.statements.statements.items()
    )


def escrow_sheets(replay: Replay, books: PurseBooks) -> tuple[EscrowSheet, ...]:
    """The escrows of sales, in each token that reached them."""
    of_purse: defaultdict[Address, list[PurseBook]] = defaultdict(list)
    for book in books.values():
        of_purse[book.purse.address].append(book)
    sheets: list[EscrowSheet] = []
    for (case_id, payee), purse in replay.disputes.escrows.items():
        sheets += (
            EscrowSheet(
                case_id=case_id,
                asset_id=replay.disputes.book.cases[case_id].subject,
                payee=payee,
                purse=purse.address,
                token=book.token,
                received=book.received,
                released=book.paid_out,
                balance=book.balance,
            )
            for book in of_purse[purse.address]
            if book.received
        )
    return tuple(sheets)


def share_books(books: Iterable[Book]) -> tuple[Shares, ...]:
    """Who shares in what each vault received."""
    return tuple(
        Shares(book.vault.address, book.token, book.vault.split, book.received, book.claimed)
        for book in books
    )


def case_lines(replay: Replay) -> tuple[CaseLine, ...]:
    """All disputes, then all contests."""
    disputes = _cases(replay.disputes.book, [kind.name.lower() for kind in CaseKind])
    return disputes + _cases(replay.statements.book, ["statement"])


def _cases(book: CaseBook, kinds: list[str]) -> tuple[CaseLine, ...]:
    return tuple(
        CaseLine(
            contract=book.contract.address,
            case_id=case_id,
            kind=kinds[case.kind],
            subject=case.subject,
            claimant=case.claimant,
            status=case.status.name.lower(),
            deadline=case.deadline,
        )
        for case_id, case in book.cases.items()
    )


def _balance(books: PurseBooks, purse: Address, token: Address) -> int:
    book = books.get((purse, token))
    return 0 if book is None else book.balance


def _state(stated: Stated, now: int) -> str:
    state = stated.state
    if state.state == State.RETURNED:
        return "returned"
    if state.open:
        return "contested"
    if now <= state.contestable_until:
        return "contestable"
    return "released" if stated.released else "due"
