"""The auditor's rules of renewals, revocations, sublicenses, derivatives, purses; with no chain."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.auditor.evidence.conditions import ShownConditions, conditions_in
from licet.auditor.findings import Kind
from licet.auditor.ledgers.assets.lineage import (
    Ancestor,
    check_parents,
    check_shares,
    demanded,
    incompatible,
    uses_of,
)
from licet.auditor.ledgers.licenses.agents import AgentLedger
from licet.auditor.ledgers.licenses.exclusives import Exclusives
from licet.auditor.ledgers.licenses.renewals import check_renewal, continues
from licet.auditor.ledgers.licenses.revocations import Grounds, check_revocation, refund
from licet.auditor.ledgers.licenses.sublicenses import PinLedger, check_sublicense
from licet.auditor.ledgers.licenses.titles import DAY, Title
from licet.auditor.ledgers.payments import Payment, Purse
from licet.auditor.money.purses import PurseBook, check_purse
from licet.auditor.money.transfers import Ledger, check_ceilings
from licet.auditor.money.vaults import Claim
from licet.chain.client import Log
from licet.contracts.assets import Deed, DeedFlag, Derivative
from licet.contracts.events import (
    AgentAppointed,
    Claimed,
    DerivativeRegistered,
    ExclusiveGranted,
    Lineage,
    Pin,
    Renewed,
    Revoked,
    Sublicensed,
)
from licet.contracts.licenses import PERPETUAL, License
from licet.contracts.transfers import Transfer
from licet.documents import Library, OfferDocument, file_name, sha256
from licet.errors import ChainError, ConnectionFailed
from licet.rights.conditions import STRUCT, Conditions
from licet.rights.derivation import lineage
from licet.rights.offer import Kind as OfferKind
from licet.rights.offer import Offer, license_id
from licet.rights.uses import Use
from licet.trees.hashing import checksum, keccak
from licet.trees.sums import SumTree
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32


def account(number: int) -> Address:
    return checksum(number.to_bytes(20))


LICENSOR, LICENSEE, STRANGER, PAYEE, OTHER, TOKEN, VAULT, CONTRACT = map(account, range(1, 9))
ASSET, LICENSE, TX, NEXT_TX = (hash32(letter * 32) for letter in (b"a", b"l", b"t", b"u"))
NOW = 1_800_000_000
TERMS = Conditions(salt=ZERO_HASH)


def log(index: int = 0, tx: Hash32 = TX, block: int = 5) -> Log:
    return Log(CONTRACT, (), b"", block, hash32(b"b" * 32), tx, index)


def offer(conditions: Conditions = TERMS, **terms: Any) -> Offer:
    fields: dict[str, Any] = {
        "licensor": LICENSOR,
        "asset_id": ASSET,
        "epoch": 0,
        "payee": PAYEE,
        "currency": TOKEN,
        "price": 1_000,
        "uses": Use.TRAIN | Use.DERIVE,
        "terms_hash": ZERO_HASH,
        "terms_uri": "",
        "conditions": conditions.struct_hash(),
    }
    return Offer(**(fields | terms))


def title(terms: Offer, **slot: Any) -> Title:
    fields: dict[str, Any] = {
        "holder": LICENSEE,
        "expires": NOW + 10 * DAY,
        "uses": terms.uses,
        "bound": True,
        "metered": False,
        "sublicense": False,
        "revoked": False,
        "sold_on": NOW // DAY - 20,
    }
    return Title(License(**(fields | slot)), LICENSEE, terms)


def names(findings: object) -> list[Kind]:
    return [finding.kind for finding in findings]  # type: ignore[attr-defined]


# Conditions.


def words(conditions: Conditions) -> bytes:
    return b"".join(
        int(value).to_bytes(32) if not isinstance(value, str) else bytes.fromhex(value[2:]).rjust(32, b"\0")
        for value in conditions.to_abi().values()
    )


RARE = Conditions(royalty_bps=700, revocable=True, reporter=STRANGER, unit_cap=9, salt=ZERO_HASH)


@pytest.mark.parametrize("before", [b"", b"\0" * 31, b"\x12\x34\x56\x78", b"\xff" * 100])
@pytest.mark.parametrize("after", [b"", b"\0" * 33])
def test_conditions_are_found_wherever_they_stand(before: bytes, after: bytes) -> None:
    assert conditions_in(before + words(RARE) + after, RARE.struct_hash()) == RARE


def test_conditions_that_are_not_there() -> None:
    assert conditions_in(words(RARE)[:-1], RARE.struct_hash()) is None
    assert conditions_in(words(RARE), TERMS.struct_hash()) is None
    assert conditions_in(b"", TERMS.struct_hash()) is None


def test_words_that_do_not_fit_are_no_conditions() -> None:
    """Their hash is right, and no contract reads them: a truth value of 2."""
    data = bytearray(words(RARE))
    data[5 * 32 + 31] = 2
    assert conditions_in(bytes(data), hash32(keccak(STRUCT.type_hash + bytes(data)))) is None


class Node:
    """A node that gives transactions, or fails."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer
        self.asked: list[Hash32] = []

    def transaction_input(self, tx_hash: Hash32) -> tuple[None, bytes]:
        self.asked.append(tx_hash)
        if isinstance(self.answer, Exception):
            raise self.answer
        return None, self.answer


def shown(node: Node, *folders: Path) -> ShownConditions:
    return ShownConditions(node, Library(folders))  # type: ignore[arg-type]


def test_conditions_are_looked_for_in_a_transaction_once() -> None:
    node = Node(b"nothing")
    known = shown(node)
    for _ in range(3):
        assert known.find(RARE.struct_hash(), log()) is None
    assert node.asked == [TX]
    node.answer = b"\x12\x34\x56\x78" + words(RARE)
    assert known.find(RARE.struct_hash(), log(tx=NEXT_TX)) == RARE
    assert known.find(RARE.struct_hash(), log()) == RARE
    assert node.asked == [TX, NEXT_TX]


def test_conditions_that_were_published_need_no_node() -> None:
    known = shown(Node(ConnectionFailed("nobody there")))
    known.add(RARE)
    assert known.find(RARE.struct_hash(), log()) == RARE


def test_conditions_are_found_among_documents(tmp_path: Path) -> None:
    document = OfferDocument(1, CONTRACT, offer(RARE), RARE, "0x11")
    data = document.to_bytes()
    (tmp_path / file_name(sha256(data))).write_bytes(data)
    broken = b'{"type":"licet/offer/1"}'
    (tmp_path / file_name(sha256(broken))).write_bytes(broken)
    assert shown(Node(b""), tmp_path).find(RARE.struct_hash()) == RARE


def test_a_node_that_keeps_no_transactions_shows_nothing() -> None:
    assert shown(Node(ChainError("pruned"))).find(RARE.struct_hash(), log()) is None


def test_a_node_that_is_gone_is_not_passed_over() -> None:
    with pytest.raises(ConnectionFailed):
        shown(Node(ConnectionFailed("gone"))).find(RARE.struct_hash(), log())


# Agents and exclusive licenses.


def test_an_agent_signs_until_their_last_second() -> None:
    agents = AgentLedger()
    agents.appointed(AgentAppointed(log=log(), licensor=LICENSOR, agent=STRANGER, until=NOW))
    assert agents.may_sign(LICENSOR, STRANGER, NOW)
    assert not agents.may_sign(LICENSOR, STRANGER, NOW + 1)
    assert not agents.may_sign(LICENSOR, None, NOW)
    assert not agents.may_sign(STRANGER, STRANGER, NOW)


GRANTED = ExclusiveGranted(log=log(), asset_id=ASSET, license_id=LICENSE, until=NOW)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"until": NOW + 1}, [Kind.EXCLUSIVE_WRONG]),
        ({"asset_id": ZERO_HASH}, [Kind.EXCLUSIVE_WRONG]),
        ({"license_id": ZERO_HASH}, [Kind.EXCLUSIVE_WRONG, Kind.EXCLUSIVE_WRONG]),
    ],
)
def test_what_is_recorded_is_what_was_sold(change: dict[str, Any], found: list[Kind]) -> None:
    exclusives = Exclusives()
    exclusives.expect(GRANTED, LICENSE, ASSET, NOW)
    granted = exclusives.granted(replace(GRANTED, **change))
    assert names([*granted, *exclusives.missing()]) == found


def test_for_ever_is_recorded_as_far_as_it_goes() -> None:
    exclusives = Exclusives()
    exclusives.expect(GRANTED, LICENSE, ASSET, PERPETUAL)
    assert not names(exclusives.granted(replace(GRANTED, until=(1 << 32) - 1)))


# Renewals.

MONTHLY = offer(kind=OfferKind.SUBSCRIPTION, duration=30 * DAY)


def renewal(terms: Offer = MONTHLY, expires: int = NOW + 40 * DAY, **changes: Any) -> Renewed:
    event = Renewed(
        log=log(),
        license_id=LICENSE,
        asset_id=ASSET,
        offer_hash=terms.struct_hash(),
        payer=STRANGER,
        payee=PAYEE,
        currency=TOKEN,
        amount=1_000,
        expires=expires,
    )
    return replace(event, **changes)


def test_a_renewal_runs_on_from_the_end() -> None:
    assert not names(check_renewal(renewal(), title(MONTHLY), NOW))


def test_a_renewal_runs_from_now_if_the_license_ran_out() -> None:
    late = NOW + 10 * DAY  # the second from which it permits nothing
    event = renewal(expires=late + 30 * DAY)
    assert not names(check_renewal(event, title(MONTHLY), late))
    assert names(check_renewal(event, title(MONTHLY), late + 1)) == [Kind.RENEWAL_EXPIRY_WRONG]


@pytest.mark.parametrize(
    ("held", "found"),
    [
        (None, [Kind.RENEWAL_INVALID]),
        (title(offer()), [Kind.RENEWAL_INVALID]),
        (replace(title(MONTHLY), offer=None), [Kind.RENEWAL_INVALID]),
        (title(MONTHLY, revoked=True), [Kind.RENEWAL_INVALID]),
    ],
)
def test_what_cannot_be_renewed(held: Title | None, found: list[Kind]) -> None:
    assert names(check_renewal(renewal(), held, NOW)) == found


@pytest.mark.parametrize(
    ("change", "together"),
    [
        ({"log": log(2)}, True),
        ({"log": log(3)}, False),  # a payment stands between
        ({"log": log(2, NEXT_TX)}, False),
        ({"log": log(2), "offer_hash": ZERO_HASH}, False),
        ({"log": log(2), "payer": LICENSEE}, False),
    ],
)
def test_which_renewals_are_paid_together(change: dict[str, Any], together: bool) -> None:
    assert continues(renewal(), replace(renewal(), **change)) is together


# Revocations.

STRICT = Conditions(report_within=DAY, refund_bps=5_000, salt=ZERO_HASH)
MILD = Conditions(revocable=True, refund_bps=2_500, salt=ZERO_HASH)
DEED = Deed(LICENSOR, 0, 0, 0, DeedFlag(0))


def revocation(refunded: int, **changes: Any) -> Revoked:
    event = Revoked(
        log=log(),
        license_id=LICENSE,
        asset_id=ASSET,
        cause=0,
        holder=LICENSEE,
        payer=LICENSOR,
        vault=VAULT,
        currency=TOKEN,
        refund=refunded,
    )
    return replace(event, **changes)


def grounds(conditions: Conditions | None, **changes: Any) -> Grounds:
    return replace(Grounds(NOW, DEED, conditions, reported_until=NOW - 3 * DAY, upheld=False), **changes)


def test_a_refund_to_the_unit() -> None:
    strict = offer(STRICT, duration=30 * DAY)
    held = title(strict, expires=NOW + 10 * DAY + 1)
    expected = 1_000 * (10 * DAY + 1) * 5_000 // (30 * DAY * 10_000)
    assert expected == 166
    assert not names(check_revocation(revocation(166), held, grounds(STRICT)))
    assert names(check_revocation(revocation(167), held, grounds(STRICT))) == [Kind.REFUND_WRONG]


@pytest.mark.parametrize(
    ("terms", "expires", "conditions", "amount"),
    [
        (offer(MILD), PERPETUAL, MILD, 250),
        (offer(MILD, duration=DAY), NOW + DAY // 2, MILD, 125),
        (offer(MILD, duration=DAY), NOW + 3 * DAY, MILD, 750),  # renewed twice
        (offer(MILD, kind=OfferKind.METERED), PERPETUAL, MILD, 0),
        (offer(MILD, kind=OfferKind.FREE, price=0), PERPETUAL, None, 0),
        (offer(MILD), PERPETUAL, None, None),
        (offer(MILD, price=(1 << 256) - 1), PERPETUAL, MILD, ((1 << 256) - 1) // 4),
    ],
)
def test_refunds(terms: Offer, expires: int, conditions: Conditions | None, amount: int | None) -> None:
    assert refund(terms, expires, NOW, conditions) == amount


@pytest.mark.parametrize(
    ("cause", "conditions", "changes", "found"),
    [
        (0, STRICT, {}, []),
        (0, STRICT, {"reported_until": NOW - DAY - 1}, []),
        (0, STRICT, {"reported_until": NOW - DAY}, [Kind.REVOCATION_CAUSE_WRONG]),
        (0, MILD, {}, [Kind.REVOCATION_CAUSE_WRONG]),  # no reports are asked
        (7, MILD, {"upheld": True}, []),
        (7, MILD, {}, [Kind.REVOCATION_CAUSE_WRONG]),
        (7, STRICT, {"upheld": True}, [Kind.REVOCATION_CAUSE_WRONG]),  # not revocable
        # Where nobody showed the terms, only what no terms allow is wrong.
        (0, None, {}, []),
        (0, None, {"reported_until": NOW - 1}, [Kind.REVOCATION_CAUSE_WRONG]),
        (7, None, {"upheld": True}, []),
        (7, None, {}, [Kind.REVOCATION_CAUSE_WRONG]),
    ],
)
def test_causes(
    cause: int, conditions: Conditions | None, changes: dict[str, Any], found: list[Kind]
) -> None:
    held = title(offer(conditions or TERMS), expires=PERPETUAL)
    amount = 0 if conditions is None else 1_000 * conditions.refund_bps // 10_000
    event = revocation(amount, cause=cause)
    assert names(check_revocation(event, held, grounds(conditions, **changes))) == found


@pytest.mark.parametrize("days", [0, 1])
def test_the_day_of_the_sale_counts_as_reported(days: int) -> None:
    """Counted from its end, since its hour is not kept."""
    held = title(offer(STRICT), expires=PERPETUAL, sold_on=NOW // DAY)
    time = (NOW // DAY + 1 + days) * DAY + days
    at = grounds(STRICT, time=time, reported_until=0)
    expected = [] if days else [Kind.REVOCATION_CAUSE_WRONG]
    assert names(check_revocation(revocation(500), held, at)) == expected


# Sublicenses and pins.

SUBLICENSABLE = Conditions(sublicensable=True, salt=ZERO_HASH)


def sublicense(**changes: Any) -> Sublicensed:
    event = Sublicensed(
        log=log(),
        license_id=license_id(LICENSE, STRANGER),
        parent_id=LICENSE,
        licensee=STRANGER,
        uses=Use.TRAIN,
        expires=NOW + DAY,
        salt=ZERO_HASH,
    )
    return replace(event, **changes)


@pytest.mark.parametrize(
    ("changes", "conditions", "found"),
    [
        ({}, SUBLICENSABLE, []),
        ({}, None, []),
        ({}, TERMS, [Kind.SUBLICENSE_INVALID]),
        ({"expires": NOW + 10 * DAY}, SUBLICENSABLE, []),
        ({"expires": NOW + 10 * DAY + 1}, SUBLICENSABLE, [Kind.SUBLICENSE_TOO_WIDE]),
        ({"expires": NOW}, SUBLICENSABLE, [Kind.SUBLICENSE_TOO_WIDE]),
        ({"uses": Use.TRAIN | Use.MINE}, SUBLICENSABLE, [Kind.SUBLICENSE_TOO_WIDE]),
        ({"uses": Use(0)}, SUBLICENSABLE, [Kind.SUBLICENSE_TOO_WIDE]),
        ({"salt": TX}, SUBLICENSABLE, [Kind.LICENSE_ID_WRONG]),
    ],
)
def test_sublicenses(changes: dict[str, Any], conditions: Conditions | None, found: list[Kind]) -> None:
    parent = title(offer(conditions or TERMS))
    assert names(check_sublicense(sublicense(**changes), parent, conditions, NOW)) == found


def test_a_sublicense_of_a_sublicense() -> None:
    parent = replace(title(offer()), offer=None)
    assert names(check_sublicense(sublicense(), parent, None, NOW)) == [Kind.SUBLICENSE_INVALID]


@pytest.mark.parametrize(
    ("conditions", "resale", "found"), [(TERMS, 0, []), (TERMS, 1, [Kind.PIN_WRONG]), (None, 1, [])]
)
def test_pins(conditions: Conditions | None, resale: int, found: list[Kind]) -> None:
    event = Pin(log=log(), license_id=LICENSE, asset_id=ASSET, payee=PAYEE, resale_bps=resale)
    assert names(PinLedger().pinned(event, title(offer()), conditions)) == found


# Lineage.


def parent(number: int, terms: Conditions, split: SumTree, payee: Address = PAYEE, **more: Any) -> Ancestor:
    """A parent as it should be, in a split."""
    sold = offer(terms, payee=payee, **more)
    proof = split.proof(payee)
    line = Lineage(hash32(bytes([number]) * 32), ASSET, terms.royalty_bps, payee, proof)
    return Ancestor(line, title(sold), terms, DEED)


def registered(split: SumTree, *ancestors: Ancestor) -> DerivativeRegistered:
    return DerivativeRegistered(
        log=log(),
        asset_id=TX,
        vault=VAULT,
        split=split.root,
        uses=Use.TRAIN | Use.DERIVE,
        parents_until=0,
        parents=tuple(ancestor.line for ancestor in ancestors),
        sources=(),
    )


SPLIT = SumTree({PAYEE: 15, OTHER: 5, LICENSEE: 80})


def royalty(bps: int, **more: Any) -> Conditions:
    return Conditions(royalty_bps=bps, salt=ZERO_HASH, **more)


@pytest.mark.parametrize(
    ("shares", "found"),
    [
        ([(1_000, PAYEE), (500, PAYEE), (500, OTHER)], []),
        ([(1_000, PAYEE), (501, PAYEE)], [Kind.PARENT_SHARE_WRONG]),
        ([(1_501, PAYEE)], [Kind.PARENT_SHARE_WRONG]),
        ([(501, OTHER)], [Kind.PARENT_SHARE_WRONG]),
        ([(500, OTHER), (500, PAYEE)], [Kind.PARENT_SHARE_WRONG]),  # out of order
        ([(0, PAYEE), (0, OTHER)], []),
    ],
)
def test_shares(shares: list[tuple[int, Address]], found: list[Kind]) -> None:
    ancestors = [parent(i, royalty(bps), SPLIT, payee) for i, (bps, payee) in enumerate(shares)]
    assert names(check_shares(registered(SPLIT, *ancestors), ancestors)) == found


def test_a_share_that_the_terms_do_not_ask() -> None:
    one = parent(1, royalty(1_000), SPLIT)
    other = replace(one, conditions=royalty(900))
    assert names(check_shares(registered(SPLIT, one), [other])) == [Kind.PARENT_SHARE_WRONG]
    # Terms that nobody showed are believed.
    assert not names(check_shares(registered(SPLIT, one), [replace(one, conditions=None)]))


def test_a_share_of_more_than_the_whole() -> None:
    one = parent(1, royalty(1_000), SPLIT)
    huge = replace(one.line, proof=replace(one.line.proof, share=1 << 128))
    wrong = replace(one, line=huge)
    assert names(check_shares(registered(SPLIT, wrong), [wrong])) == [Kind.PARENT_SHARE_WRONG]


@pytest.mark.parametrize(
    ("slot", "found"),
    [
        ({}, []),
        ({"holder": STRANGER}, [Kind.PARENT_LICENSE_INVALID]),
        ({"expires": NOW}, [Kind.PARENT_LICENSE_INVALID]),
        ({"uses": Use.TRAIN}, [Kind.PARENT_LICENSE_INVALID]),
        ({"metered": True}, [Kind.PARENT_LICENSE_INVALID]),
    ],
)
def test_parents(slot: dict[str, Any], found: list[Kind]) -> None:
    one = parent(1, royalty(0), SPLIT)
    changed = replace(one, title=title(offer(royalty(0)), **slot))
    assert names(check_parents(registered(SPLIT, one), [changed], LICENSEE, NOW)) == found


def test_what_parents_ask_together() -> None:
    ancestors = [
        parent(1, royalty(0, revenue_ceiling=9), SPLIT),
        parent(2, royalty(0, revenue_ceiling=5), SPLIT, OTHER),
        parent(3, royalty(0, reciprocal=True), SPLIT, terms_hash=TX),
    ]
    flags = DeedFlag.DERIVATIVE | DeedFlag.CEILING | DeedFlag.RECIPROCAL
    event = registered(SPLIT, *ancestors)
    assert demanded(event, ancestors) == (Derivative(VAULT, event.uses, TOKEN, 5, TX), flags)
    assert uses_of(ancestors) == Use.TRAIN | Use.DERIVE
    assert incompatible(ancestors) is None


def test_reciprocity_is_handed_down() -> None:
    """The parent's terms do not ask for it, but the parent is a derivative that must."""
    deed = replace(DEED, flags=DeedFlag.DERIVATIVE | DeedFlag.RECIPROCAL)
    one = replace(parent(1, royalty(0), SPLIT, terms_hash=TX), deed=deed)
    should = demanded(registered(SPLIT, one), [one])
    assert should is not None
    assert should[0].terms_hash == TX
    assert DeedFlag.RECIPROCAL in should[1]


def test_nothing_is_demanded_where_terms_are_unknown() -> None:
    ancestors = [parent(1, royalty(0), SPLIT), replace(parent(2, royalty(0), SPLIT), conditions=None)]
    assert demanded(registered(SPLIT, *ancestors), ancestors) is None


@pytest.mark.parametrize(
    ("terms", "more"),
    [
        (royalty(0, reciprocal=True), {"terms_hash": TX}),
        (royalty(0, revenue_ceiling=5), {"currency": ZERO_ADDRESS}),
    ],
)
def test_parents_that_exclude_each_other(terms: Conditions, more: dict[str, Any]) -> None:
    first, second = parent(1, terms, SPLIT), parent(2, terms, SPLIT, **more)
    assert incompatible([first, second]) == second.line.license_id
    assert incompatible([first, first]) is None


def test_lineage_is_in_order() -> None:
    assert lineage([TX, NEXT_TX]) != lineage([NEXT_TX, TX])


# Money.


def transfer(index: int, amount: int, tx: Hash32 = TX, block: int = 5) -> Transfer:
    return Transfer(STRANGER, VAULT, amount, log(index, tx, block))


LEDGER = Ledger([transfer(9, 1, block=4), transfer(2, 10), transfer(5, 100), transfer(7, 1_000, NEXT_TX)])


@pytest.mark.parametrize(("index", "before", "by"), [(1, 1, 111), (3, 11, 111), (6, 111, 111)])
def test_what_an_account_had_received(index: int, before: int, by: int) -> None:
    assert LEDGER.received_before(VAULT, log(index)) == before
    assert LEDGER.received_by(VAULT, log(index)) == by
    assert LEDGER.received_before(OTHER, log(index)) == 0


def sale(amount: int, ceiling: int, payee: Address = VAULT, token: Address = TOKEN) -> Payment:
    return Payment(
        log=log(6),
        kind=Kind.PAYMENT_MISSING,
        what="it was sold",
        payer=STRANGER,
        payee=payee,
        token=token,
        amount=amount,
        limit=(VAULT, ceiling),
    )


@pytest.mark.parametrize(("amount", "found"), [(889, []), (890, [Kind.CEILING_EXCEEDED]), (0, [])])
def test_ceilings_of_tokens(amount: int, found: list[Kind]) -> None:
    """111 had come in."""
    assert names(check_ceilings([sale(amount, 1_000)], {TOKEN: LEDGER})) == found


@pytest.mark.parametrize(
    ("amounts", "found"),
    [([4, 6], []), ([4, 7], [Kind.CEILING_EXCEEDED]), ([11, 1], [Kind.CEILING_EXCEEDED] * 2)],
)
def test_ceilings_where_only_sales_are_known(amounts: list[int], found: list[Kind]) -> None:
    sales = [sale(amount, 10, token=ZERO_ADDRESS) for amount in amounts]
    assert names(check_ceilings(sales, {})) == found


def test_what_is_escrowed_counts_once() -> None:
    assert not names(check_ceilings([sale(5, 10, OTHER), sale(6, 10, OTHER)], {}))


PURSE = PurseBook(Purse(VAULT, "a deposit", {}), TOKEN, 30, paid_out=70, paid_in=0, moved=(100, 70))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"balance": 29}, [Kind.PURSE_INCOME_WRONG]),
        ({"balance": 31}, [Kind.PURSE_INCOME_WRONG]),
        ({"paid_out": 69}, [Kind.PURSE_OUTFLOW_WRONG]),
        ({"paid_out": 71}, [Kind.PURSE_OUTFLOW_WRONG]),
        ({"moved": None, "paid_in": 100}, []),
        ({"moved": None, "paid_in": 101}, [Kind.PURSE_INCOME_WRONG]),
        ({"moved": None, "paid_in": 1}, []),  # plain payments are not logged
    ],
)
def test_purses(change: dict[str, Any], found: list[Kind]) -> None:
    assert names(check_purse(replace(PURSE, **change))) == found


def test_a_claim_is_paid_to_whom_its_payee_named() -> None:
    event = Claimed(log=log(), token=TOKEN, payee=PAYEE, amount=5)
    payment = Claim(event, OTHER).payment()
    assert (payment.payer, payment.payee, payment.amount) == (CONTRACT, OTHER, 5)
