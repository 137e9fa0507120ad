"""The auditor's parts that need no chain: replays, ledgers, books, reports."""

from dataclasses import replace

import pytest

from licet.auditor.evidence.records import in_order
from licet.auditor.findings import Finding, Kind, Severity, found
from licet.auditor.ledgers.assets.deeds import DeedLedger
from licet.auditor.ledgers.licenses.offers import OfferLedger
from licet.auditor.ledgers.licenses.sales import (
    Circumstances,
    Deal,
    check_deal,
    check_exclusive,
    check_identity,
)
from licet.auditor.ledgers.licenses.titles import DAY, LicenseLedger
from licet.auditor.ledgers.payments import Payment
from licet.auditor.money.splits import Vault
from licet.auditor.money.transfers import Ledger, check_payments
from licet.auditor.money.vaults import Book, check_book
from licet.auditor.report.audit_report import AuditReport, Counts, Verdict, ranked
from licet.chain.client import Block, Log
from licet.chain.compiled.artifacts import artifact
from licet.contracts.assets import Deed, DeedFlag
from licet.contracts.events import (
    AssetRegistered,
    DeedTransferred,
    ExclusiveGranted,
    LicenseTransferred,
    OfferCancelled,
    OfferPublished,
    OffersCancelled,
    Sold,
)
from licet.contracts.licenses import PERPETUAL, License, OfferState
from licet.contracts.transfers import Transfer, decode_transfer
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer, license_id
from licet.rights.registration import Origin, asset_id
from licet.rights.uses import Use
from licet.trees.hashing import checksum
from licet.trees.sums import SumTree
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, address_bytes, hash32


def account(number: int) -> Address:
    return checksum(number.to_bytes(20))


LICENSOR, LICENSEE, STRANGER, PAYEE, CO_PAYEE, TOKEN, VAULT, REGISTRY = map(account, range(1, 9))
CONTENT = hash32(b"c" * 32)
ASSET = asset_id(CONTENT, LICENSOR)
TX, OTHER_TX = hash32(b"t" * 32), hash32(b"u" * 32)
NOW = 1_800_000_000
OPEN = OfferState(sold=0, cancelled=False, published=False)
CONDITIONS = Conditions(salt=ZERO_HASH)
OFFER = Offer(
    licensor=LICENSOR,
    asset_id=ASSET,
    epoch=0,
    payee=VAULT,
    currency=TOKEN,
    price=100,
    uses=Use.TRAIN,
    terms_hash=ZERO_HASH,
    terms_uri="",
    conditions=CONDITIONS.struct_hash(),
)


def log(index: int = 0, *, tx: Hash32 = TX, address: Address = REGISTRY, block: int = 5) -> Log:
    return Log(address, (), b"", block, hash32(b"b" * 32), tx, index)


def sold(offer: Offer = OFFER, at: Log | None = None, quantity: int = 1) -> Sold:
    return Sold(
        log=at or log(),
        license_id=license_id(offer.struct_hash(), LICENSEE),
        asset_id=offer.asset_id,
        licensee=LICENSEE,
        payer=LICENSEE,
        salt=ZERO_HASH,
        quantity=quantity,
        offer=offer,
        signature=b"",
    )


def names(findings: object) -> list[Kind]:
    return [finding.kind for finding in findings]  # type: ignore[attr-defined]


# Sales.


def deed(holder: Address = LICENSOR, epoch: int = 0, exclusive_until: int = 0) -> Deed:
    return Deed(holder, epoch, exclusive_until, 0, DeedFlag(0))


FINE = Circumstances(deed(), OPEN)


def wrong_with(sale: Sold, at: Circumstances) -> list[Kind]:
    """What is found wrong with a sale made now."""
    expires = NOW + sale.offer.duration if sale.offer.duration else PERPETUAL
    deal = Deal(sale.log, sale.license_id, sale.offer, sale.quantity, NOW, expires)
    return names([*check_identity(sale), *check_deal(deal, at), *check_exclusive(deal, at.deed)])


def test_a_valid_sale_has_no_findings() -> None:
    assert not wrong_with(sold(), FINE)


@pytest.mark.parametrize(
    ("terms", "circumstances", "kind"),
    [
        ({}, {"deed": None}, Kind.SALE_WITHOUT_DEED),
        ({}, {"deed": deed(STRANGER)}, Kind.LICENSOR_NOT_HOLDER),
        ({}, {"deed": deed(epoch=1)}, Kind.OFFER_OUTDATED),
        ({}, {"deed": deed(exclusive_until=NOW + 1)}, Kind.EXCLUSIVE_VIOLATED),
        ({}, {"deed": replace(deed(), flags=DeedFlag.DEFEATED)}, Kind.ASSET_DEFEATED),
        ({}, {"state": replace(OPEN, cancelled=True)}, Kind.OFFER_CANCELLED),
        ({"start": NOW + 1}, {}, Kind.OFFER_NOT_STARTED),
        ({"end": NOW - 1}, {}, Kind.OFFER_EXPIRED),
        ({"supply": 2}, {"state": replace(OPEN, sold=2)}, Kind.OFFER_OVERSOLD),
    ],
)
def test_what_makes_a_sale_invalid(
    terms: dict[str, int], circumstances: dict[str, object], kind: Kind
) -> None:
    at = replace(FINE, **circumstances)  # type: ignore[arg-type]
    assert wrong_with(sold(replace(OFFER, **terms)), at) == [kind]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("terms", "circumstances"),
    [
        ({"start": NOW, "end": NOW}, {}),
        ({"supply": 2}, {"state": replace(OPEN, sold=1)}),
        ({}, {"deed": deed(exclusive_until=NOW)}),
    ],
)
def test_the_last_valid_moment(terms: dict[str, int], circumstances: dict[str, object]) -> None:
    at = replace(FINE, **circumstances)  # type: ignore[arg-type]
    assert not wrong_with(sold(replace(OFFER, **terms)), at)  # type: ignore[arg-type]


def test_a_license_id_is_the_hash_of_its_terms() -> None:
    assert wrong_with(replace(sold(), licensee=STRANGER), FINE) == [Kind.LICENSE_ID_WRONG]


def test_a_sale_is_of_its_offers_asset() -> None:
    assert wrong_with(replace(sold(), asset_id=ZERO_HASH), FINE) == [Kind.SALE_ASSET_WRONG]


# Deeds.

MADE_OUT = DeedTransferred(log=log(0), sender=ZERO_ADDRESS, receiver=LICENSOR, asset_id=ASSET)
REGISTERED = AssetRegistered(
    log=log(1),
    asset_id=ASSET,
    registrant=LICENSOR,
    content=CONTENT,
    works=0,
    document_hash=ZERO_HASH,
    uri="",
    origin=Origin.UNSTATED,
)
HANDED_ON = DeedTransferred(log=log(2), sender=LICENSOR, receiver=STRANGER, asset_id=ASSET)


def replayed(*applied: object) -> tuple[DeedLedger, list[Kind]]:
    ledger = DeedLedger()
    kinds = [kind for event in applied for kind in names(ledger.apply(event))]  # type: ignore[arg-type]
    return ledger, kinds


def test_a_deed_is_followed() -> None:
    cancelled = OffersCancelled(log=log(3), asset_id=ASSET, holder=STRANGER, epoch=2)
    exclusive = ExclusiveGranted(log=log(4), asset_id=ASSET, license_id=ZERO_HASH, until=NOW)
    ledger, kinds = replayed(MADE_OUT, REGISTERED, HANDED_ON, cancelled, exclusive)
    assert ledger.deeds == {ASSET: deed(STRANGER, 2, NOW)}
    assert not kinds


@pytest.mark.parametrize(
    "contradiction",
    [
        replace(HANDED_ON, sender=STRANGER),
        MADE_OUT,
        OffersCancelled(log=log(3), asset_id=ASSET, holder=STRANGER, epoch=1),
        OffersCancelled(log=log(3), asset_id=ASSET, holder=LICENSOR, epoch=2),
        ExclusiveGranted(log=log(3), asset_id=ZERO_HASH, license_id=ZERO_HASH, until=NOW),
    ],
)
def test_what_a_deed_does_not_allow(contradiction: object) -> None:
    assert replayed(MADE_OUT, REGISTERED, contradiction)[1] == [Kind.DEED_CONTRADICTION]


def test_an_asset_id_is_the_hash_of_content_and_registrant() -> None:
    wrong = replace(REGISTERED, content=hash32(b"d" * 32))
    assert replayed(MADE_OUT, wrong)[1] == [Kind.ASSET_ID_WRONG]


def test_a_registration_needs_its_deed() -> None:
    assert replayed(REGISTERED)[1] == [Kind.DEED_CONTRADICTION]


# Offers and licenses.


def publication(offer: Offer = OFFER) -> OfferPublished:
    return OfferPublished(
        log=log(),
        offer_hash=offer.struct_hash(),
        asset_id=ASSET,
        licensor=LICENSOR,
        offer=offer,
        conditions=CONDITIONS,
    )


def test_an_offer_is_followed() -> None:
    offer = replace(OFFER, supply=3)
    offer_hash = offer.struct_hash()
    ledger = OfferLedger()
    events = (
        publication(offer),
        sold(offer),
        sold(offer),
        OfferCancelled(log=log(), offer_hash=offer_hash, asset_id=ASSET, licensor=LICENSOR),
    )
    assert not [finding for event in events for finding in ledger.apply(event)]
    assert ledger.states == {offer_hash: OfferState(sold=2, cancelled=True, published=True)}


@pytest.mark.parametrize(
    "change", [{"offer_hash": ZERO_HASH}, {"licensor": STRANGER}, {"conditions": Conditions()}]
)
def test_an_offer_is_published_by_its_licensor_under_its_hash(change: dict[str, object]) -> None:
    wrong = replace(publication(), **change)  # type: ignore[arg-type]
    assert names(OfferLedger().apply(wrong)) == [Kind.OFFER_HASH_WRONG]


def mint(receiver: Address = LICENSEE, offer: Offer = OFFER) -> LicenseTransferred:
    return LicenseTransferred(
        log=log(), sender=ZERO_ADDRESS, receiver=receiver, license_id=sold(offer).license_id
    )


def after_sale(offer: Offer = OFFER) -> LicenseLedger:
    """A ledger after one sale as it should be."""
    ledger = LicenseLedger()
    assert not [*ledger.transferred(mint(offer=offer)), *ledger.sold(sold(offer), NOW)]
    return ledger


def test_a_license_runs_from_its_sale() -> None:
    (title,) = after_sale(replace(OFFER, duration=60)).titles.values()
    assert title.slot == License(LICENSEE, NOW + 60, Use.TRAIN, True, False, False, False, NOW // DAY)


def test_a_license_without_duration_is_perpetual() -> None:
    (title,) = after_sale().titles.values()
    assert title.slot.expires == PERPETUAL


def test_a_bound_license_stays() -> None:
    moved = replace(mint(STRANGER), sender=LICENSEE)
    assert names(after_sale().transferred(moved)) == [Kind.LICENSE_MOVED]


def test_a_license_is_handed_on_by_its_holder() -> None:
    offer = replace(OFFER, transferable=True)
    moved = replace(mint(PAYEE, offer), sender=STRANGER)
    assert names(after_sale(offer).transferred(moved)) == [Kind.LICENSE_MOVED]


def test_a_license_is_made_out_to_its_licensee() -> None:
    ledger = LicenseLedger()
    assert not names(ledger.transferred(mint(STRANGER)))
    assert names(ledger.sold(sold(), NOW)) == [Kind.LICENSE_HOLDER_WRONG]


def test_a_license_is_sold_once() -> None:
    assert names(after_sale().sold(sold(), NOW)) == [Kind.LICENSE_SOLD_TWICE]


def test_a_license_needs_a_sale() -> None:
    ledger = LicenseLedger()
    assert not names(ledger.transferred(mint()))
    assert names(ledger.unsold()) == [Kind.LICENSE_WITHOUT_SALE]


SEATS = sold(quantity=3)


def seat_mints() -> list[LicenseTransferred]:
    return [replace(mint(), license_id=license_id) for license_id in SEATS.order.license_ids()]


def test_seats_run_from_their_sale() -> None:
    ledger = LicenseLedger()
    for each in seat_mints():
        assert not names(ledger.transferred(each))
    assert not names(ledger.sold(SEATS, NOW))
    assert not names(ledger.unsold())
    assert list(ledger.titles) == list(SEATS.order.license_ids())


def test_a_seat_that_was_not_made_out() -> None:
    ledger = LicenseLedger()
    for each in seat_mints()[:2]:
        assert not names(ledger.transferred(each))
    assert names(ledger.sold(SEATS, NOW)) == [Kind.LICENSE_HOLDER_WRONG]


def test_a_seat_beyond_the_quantity() -> None:
    ledger = LicenseLedger()
    for each in seat_mints():
        assert not names(ledger.transferred(each))
    assert not names(ledger.sold(replace(SEATS, quantity=2), NOW))
    assert names(ledger.unsold()) == [Kind.LICENSE_WITHOUT_SALE]


def test_seats_count_into_the_supply() -> None:
    sale = sold(replace(OFFER, supply=4), quantity=3)
    assert not wrong_with(sale, replace(FINE, state=replace(OPEN, sold=1)))
    assert wrong_with(sale, replace(FINE, state=replace(OPEN, sold=2))) == [Kind.OFFER_OVERSOLD]


# Payments.


def through(*legs: tuple[Address, Address, int]) -> list[Kind]:
    """What is found wrong with the payment of three seats, where these amounts moved after the sale."""
    moves = [Transfer(a, b, amount, log(i, address=TOKEN)) for i, (a, b, amount) in enumerate(legs, start=1)]
    payment = Payment(
        log=SEATS.log,
        kind=Kind.PAYMENT_MISSING,
        what="seats were sold",
        payer=LICENSEE,
        payee=VAULT,
        token=TOKEN,
        amount=300,
        through=SEATS.log.address,
    )
    return names(check_payments([payment], {TOKEN: Ledger(moves)}))


def test_seats_are_paid_in_one_sum() -> None:
    assert not through((LICENSEE, VAULT, 300))


def test_a_payment_may_pass_through_the_license_token() -> None:
    assert not through((LICENSEE, SEATS.log.address, 300), (SEATS.log.address, VAULT, 300))


@pytest.mark.parametrize(
    "legs",
    [
        [(LICENSEE, VAULT, 200)],
        [(LICENSEE, VAULT, 100)] * 3,
        [(LICENSEE, SEATS.log.address, 300)],
        [(SEATS.log.address, VAULT, 300)],
        [(LICENSEE, SEATS.log.address, 300), (SEATS.log.address, STRANGER, 300)],
        [(LICENSEE, SEATS.log.address, 300), (SEATS.log.address, VAULT, 299)],
        [(STRANGER, SEATS.log.address, 300), (SEATS.log.address, VAULT, 300)],
    ],
)
def test_seats_that_were_not_paid(legs: list[tuple[Address, Address, int]]) -> None:
    assert through(*legs) == [Kind.PAYMENT_MISSING]


def moved(index: int, tx: Hash32 = TX, amount: int = 100) -> Transfer:
    return Transfer(LICENSEE, VAULT, amount, log(index, tx=tx, address=TOKEN))


def paid(*transfers: Transfer, times: int = 1) -> list[bool]:
    ledger = Ledger(transfers)
    return [ledger.take(log(3), LICENSEE, VAULT, 100) for _ in range(times)]


def test_a_transfer_pays_once() -> None:
    assert paid(moved(4), times=2) == [True, False]


def test_two_transfers_pay_twice() -> None:
    assert paid(moved(4), moved(5), times=2) == [True, True]


@pytest.mark.parametrize("other", [moved(4, OTHER_TX), moved(4, amount=99), moved(4, amount=101), moved(2)])
def test_another_transfer_does_not_pay(other: Transfer) -> None:
    assert paid(other) == [False]


def topics(*words: bytes) -> tuple[bytes, ...]:
    return (artifact("TestDollar").abi.topic("Transfer"), *(word.rjust(32, b"\0") for word in words))


ENDS = (address_bytes(LICENSEE), address_bytes(VAULT))


def test_a_transfer_is_read() -> None:
    item = replace(log(), topics=topics(*ENDS), data=(7).to_bytes(32))
    assert decode_transfer(item) == Transfer(LICENSEE, VAULT, 7, item)


@pytest.mark.parametrize(
    ("log_topics", "data"),
    [
        (topics(*ENDS, b"\1"), b""),  # an ERC-721's
        (topics(*ENDS), b""),
        (topics(*ENDS), bytes(64)),
        (topics(ENDS[0]), bytes(32)),
        (topics(b"\xff" * 32, ENDS[1]), bytes(32)),
        ((), bytes(32)),
    ],
)
def test_what_is_no_transfer_is_none(log_topics: tuple[bytes, ...], data: bytes) -> None:
    assert decode_transfer(replace(log(), topics=log_topics, data=data)) is None


# Vaults.

SPLIT = SumTree({PAYEE: 2, CO_PAYEE: 1})
BOOK = Book(
    vault=Vault(VAULT, SPLIT.root, SPLIT),
    token=TOKEN,
    balance=34,
    released=66,
    claimed={PAYEE: 66},
    released_to={PAYEE: 66},
    moved=(100, 66),
    least_income=0,
)


def test_a_book_that_adds_up() -> None:
    assert not names(check_book(BOOK))
    assert (BOOK.received, BOOK.paid, BOOK.due(), BOOK.dust()) == (100, 66, 33, 1)


def test_a_book_of_an_unknown_split_has_neither_due_nor_dust() -> None:
    book = replace(BOOK, vault=replace(BOOK.vault, split=None))
    assert not names(check_book(book))
    assert (book.due(), book.dust()) == (None, None)


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"released": 65, "balance": 35, "moved": (101, 66)}, [Kind.RELEASED_WRONG]),
        ({"released_to": {PAYEE: 65}}, [Kind.RELEASED_TO_WRONG]),
        ({"moved": (101, 66)}, [Kind.INCOME_WRONG]),
        ({"moved": (101, 67)}, [Kind.OUTFLOW_WRONG]),
        ({"moved": None, "least_income": 101}, [Kind.INCOME_WRONG]),
        (
            {
                "claimed": {PAYEE: 67},
                "released_to": {PAYEE: 67},
                "released": 67,
                "balance": 33,
                "moved": (100, 67),
            },
            [Kind.OVERCLAIMED],
        ),
        (
            {
                "claimed": {PAYEE: 66, STRANGER: 1},
                "released_to": {PAYEE: 66, STRANGER: 1},
                "released": 67,
                "balance": 33,
                "moved": (100, 67),
            },
            [Kind.CLAIM_BY_STRANGER],
        ),
        (
            {
                "claimed": {PAYEE: 66, CO_PAYEE: 35},
                "released_to": {PAYEE: 66, CO_PAYEE: 35},
                "released": 101,
                "balance": 0,
                "moved": (101, 101),
            },
            [Kind.OVERCLAIMED, Kind.VAULT_UNBALANCED],
        ),
    ],
)
def test_what_does_not_add_up(change: dict[str, object], kinds: list[Kind]) -> None:
    found_kinds = names(check_book(replace(BOOK, **change)))  # type: ignore[arg-type]
    assert found_kinds == kinds


def test_amounts_beyond_any_honest_token() -> None:
    huge = (1 << 256) - 1
    book = replace(
        BOOK, balance=huge, released=huge, claimed={PAYEE: huge}, released_to={PAYEE: huge}, moved=None
    )
    assert not names(check_book(book))
    assert book.received == 2 * huge


# Logs.


def test_logs_are_put_in_order_and_kept_once() -> None:
    findings: list[Finding] = []
    first, second = log(0), log(1)
    assert in_order([second, first, second], [REGISTRY], 0, 9, findings) == [first, second]
    assert names(findings) == [Kind.LOGS_INCONSISTENT]


@pytest.mark.parametrize("other", [log(address=STRANGER), log(block=10)])
def test_logs_that_were_not_asked_for_are_dropped(other: Log) -> None:
    findings: list[Finding] = []
    assert in_order([other], [REGISTRY], 0, 9, findings) == []
    assert names(findings) == [Kind.LOGS_INCONSISTENT]


# The report.


def report(*findings: Finding) -> AuditReport:
    return AuditReport(
        chain_id=1,
        registry=REGISTRY,
        license_token=LICENSOR,
        vault_factory=LICENSEE,
        usage_ledger=STRANGER,
        statement_escrow=PAYEE,
        dispute_desk=CO_PAYEE,
        block=Block(7, TX, NOW),
        counts=Counts(),
        findings=ranked(list(findings)),
    )


ERROR = found(Kind.OVERCLAIMED, "too much", log(3), payee=PAYEE, expected=1, actual=2)
UNKNOWN = found(Kind.SPLIT_MISSING, "who knows", vault=VAULT)
NOTE = found(Kind.PAYEE_NOT_A_VAULT, "by the way")


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ((), Verdict.CLEAN),
        ((NOTE,), Verdict.CLEAN),
        ((NOTE, UNKNOWN), Verdict.CANNOT_TELL),
        ((NOTE, UNKNOWN, ERROR), Verdict.FINDINGS),
    ],
)
def test_the_worst_finding_decides(findings: tuple[Finding, ...], verdict: Verdict) -> None:
    assert report(*findings).verdict is verdict


def test_findings_are_ranked() -> None:
    assert [finding.severity for finding in report(NOTE, UNKNOWN, ERROR).findings] == list(Severity)


def test_a_finding_carries_its_evidence() -> None:
    assert ERROR.to_json() == {
        "kind": "overclaimed",
        "severity": "error",
        "message": "too much",
        "evidence": {
            "tx": TX,
            "block": 5,
            "log_index": 3,
            "contract": REGISTRY,
            "payee": PAYEE,
            "expected": "1",
            "found": "2",
        },
    }
