"""What the contracts log, as dataclasses; a log that is anything else is said to be so."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from eth_abi.abi import encode

from licet.chain.client import Log
from licet.chain.compiled.artifacts import artifact
from licet.contracts import events
from licet.contracts.cases import Status
from licet.errors import InputError, UnexpectedAnswer
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer
from licet.rights.order import Order
from licet.rights.registration import Origin
from licet.rights.statement import Statement
from licet.rights.uses import Use
from licet.trees.hashing import head_count
from licet.trees.sums import SumNode, SumProof
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32

ADDRESS = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
OTHER = Address("0xa16E02E87b7454126E5E10d957A927A7F5B5d2be")
HASH = hash32(b"\x0a" * 32)
KINDS: list[type[events.Event]] = [
    kind
    for kind in (getattr(events, name) for name in events.__all__)
    if isinstance(kind, type) and issubclass(kind, events.Event) and kind is not events.Event
]
STATEMENT = Statement(ADDRESS, HASH, 1, 2, ZERO_ADDRESS, 5, HASH, ZERO_HASH, "ni:x", 3)
CONDITIONS = Conditions(royalty_bps=500)
OFFER = Offer(
    licensor=ADDRESS,
    asset_id=HASH,
    epoch=1,
    payee=OTHER,
    currency=ZERO_ADDRESS,
    price=5,
    uses=Use.TRAIN,
    terms_hash=HASH,
    terms_uri="ni:x",
    conditions=CONDITIONS.struct_hash(),
)


def topic(value: Hash32 | Address | int) -> bytes:
    number = value if isinstance(value, int) else int(value, 16)
    return number.to_bytes(32)


def log(kind: type[events.Event], *topics: Any, types: list[str] = [], values: list[Any] = []) -> Log:  # noqa: B006
    return Log(
        address=ADDRESS,
        topics=(events.topic_of(kind), *map(topic, topics)),
        data=encode(types, values),
        block_number=7,
        block_hash=HASH,
        tx_hash=HASH,
        index=0,
    )


def members(struct: Offer | Conditions | Statement) -> tuple[Any, ...]:
    return tuple(
        bytes.fromhex(m[2:]) if isinstance(m, str) and len(m) == 66 else m for m in struct.to_abi().values()
    )


def useless_offer() -> tuple[Any, ...]:
    """An offer that permits nothing."""
    fields = members(OFFER)
    return (*fields[:6], 0, *fields[7:])


CONDITIONS_TYPE = "(uint16,uint96,bool,bool,bool,bool,uint32,uint16,uint16,address,uint56,uint32,bytes32)"
OFFER_TYPE = (
    "(address,bytes32,uint32,address,address,uint256,uint32,bytes32,string,"
    "uint40,uint40,uint32,uint32,uint8,bool,bool,bytes32)"
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_has_the_arguments_of_its_event(kind: type[events.Event]) -> None:
    abi = artifact(kind.CONTRACT).abi
    assert len(abi.events[events.topic_of(kind)].inputs) == len(fields(kind)) - 1


def test_every_event_that_counts_has_a_kind() -> None:
    known = {(kind.CONTRACT, events.topic_of(kind)) for kind in KINDS}
    hints = {"Approval", "ApprovalForAll", "Locked", "Unlocked", "MetadataUpdate", "BatchMetadataUpdate"}
    for contract in ("AssetRegistry", "LicenseToken", "RoyaltyVaultFactory", "UsageLedger", "DisputeDesk"):
        for topic, entry in artifact(contract).abi.events.items():
            named = (contract, topic) in known or entry.name in hints | {"ContractURIUpdated", "MetaEvidence"}
            assert named, f"{contract}.{entry.name} has no kind"


def test_cases_are_logged_in_the_same_words_by_both_contracts() -> None:
    desk, escrow = artifact("DisputeDesk").abi.events, artifact("StatementEscrow").abi.events
    shared = {events.topic_of(kind) for kind in KINDS if kind.CONTRACT == "DisputeDesk"} & set(escrow)
    assert {desk[topic] for topic in shared} == {escrow[topic] for topic in shared}
    names = {"CaseClosed", "Withdrawn", "Evidence", "Dispute", "Ruling"}
    assert {desk[topic].name for topic in shared} == names


def test_kinds_of_different_events_have_different_topics() -> None:
    topics = {events.topic_of(kind) for kind in KINDS}
    assert len(topics) == len(KINDS) - 1  # deeds and licenses move by the same Transfer


def test_a_registration() -> None:
    found = log(
        events.AssetRegistered,
        HASH,
        ADDRESS,
        HASH,
        types=["uint64", "bytes32", "string", "uint8"],
        values=[3, b"\x0b" * 32, "ni:x", 2],
    )
    assert events.decode(events.AssetRegistered, found) == events.AssetRegistered(
        log=found,
        asset_id=HASH,
        registrant=ADDRESS,
        content=HASH,
        works=3,
        document_hash=hash32(b"\x0b" * 32),
        uri="ni:x",
        origin=Origin.AI_ASSISTED,
    )


@pytest.mark.parametrize("kind", [events.DeedTransferred, events.LicenseTransferred])
def test_a_transfer_speaks_of_its_own_ids(kind: type[events.Event]) -> None:
    found: Any = events.decode(kind, log(kind, ZERO_ADDRESS, ADDRESS, HASH))
    id_name = "asset_id" if kind is events.DeedTransferred else "license_id"
    assert (found.sender, found.receiver, getattr(found, id_name)) == (ZERO_ADDRESS, ADDRESS, HASH)


def test_a_sale_has_the_offer() -> None:
    sold = log(
        events.Sold,
        HASH,
        HASH,
        ADDRESS,
        types=["address", "bytes32", "uint256", OFFER_TYPE, "bytes"],
        values=[OTHER, bytes(32), 2, members(OFFER), b"sig"],
    )
    event = events.decode(events.Sold, sold)
    assert event.payer == OTHER
    assert event.order == Order(OFFER, b"sig", ADDRESS, ZERO_HASH, 2)


def test_a_publication_of_a_split_has_its_payees() -> None:
    found = log(
        events.SplitPublished,
        ADDRESS,
        HASH,
        ZERO_HASH,
        types=["bytes32", "string", "(address,uint128)[]"],
        values=[bytes(32), "", [(ADDRESS, 3), (OTHER, 1)]],
    )
    assert events.decode(events.SplitPublished, found).payees == ((ADDRESS, 3), (OTHER, 1))


def test_a_derivative_has_its_lineage() -> None:
    share = (OTHER, 5, 1, [(b"\x0c" * 32, 7)])
    found = log(
        events.DerivativeRegistered,
        HASH,
        ADDRESS,
        HASH,
        types=[
            "uint32",
            "uint32",
            "(bytes32,bytes32,uint16,(address,uint128,uint256,(bytes32,uint128)[]))[]",
            "bytes32[]",
        ],
        values=[128, 9, [(b"\x01" * 32, b"\x02" * 32, 250, share)], [b"\x03" * 32]],
    )
    event = events.decode(events.DerivativeRegistered, found)
    proof = SumProof(5, (SumNode(hash32(b"\x0c" * 32), 7),), 1)
    line = events.Lineage(hash32(b"\x01" * 32), hash32(b"\x02" * 32), 250, OTHER, proof)
    assert (event.asset_id, event.vault, event.split) == (HASH, ADDRESS, HASH)
    assert (event.uses, event.parents_until) == (Use.DERIVE, 9)
    assert (event.parents, event.sources) == ((line,), (hash32(b"\x03" * 32),))


def test_a_period_of_use_has_its_start_and_end() -> None:
    types = ["uint64", "uint40", "uint40"]
    found = log(events.UsageAnchored, ADDRESS, HASH, HASH, types=types, values=[3, 10, 20])
    event = events.decode(events.UsageAnchored, found)
    assert (event.reporter, event.license_id, event.root) == (ADDRESS, HASH, HASH)
    assert (event.count, event.since, event.until) == (3, 10, 20)


def test_what_the_ledger_gives_back_is_not_what_a_case_owed() -> None:
    back = log(events.DepositWithdrawn, HASH, ADDRESS, OTHER, types=["uint256"], values=[5])
    owed = log(events.OwedWithdrawn, ADDRESS, 5, OTHER)
    assert [(e.licensee, e.token, e.amount) for e in events.find(events.DepositWithdrawn, [back, owed])] == [
        (ADDRESS, OTHER, 5)
    ]
    assert [(e.receiver, e.amount, e.caller) for e in events.find(events.OwedWithdrawn, [back, owed])] == [
        (ADDRESS, 5, OTHER)
    ]


def test_conditions_are_shown_in_full_or_named_by_their_hash() -> None:
    published = log(
        events.OfferPublished,
        HASH,
        HASH,
        ADDRESS,
        types=[OFFER_TYPE, CONDITIONS_TYPE],
        values=[members(OFFER), members(CONDITIONS)],
    )
    assert events.decode(events.OfferPublished, published).conditions == CONDITIONS
    admitted = log(events.ReporterAdmitted, HASH, HASH, ADDRESS)
    assert events.decode(events.ReporterAdmitted, admitted).conditions_hash == HASH


def test_a_statement_is_published_in_full() -> None:
    found = log(
        events.StatementPublished,
        STATEMENT.id,
        HASH,
        ADDRESS,
        types=[
            "address",
            "uint40",
            "(address,bytes32,uint40,uint40,address,uint256,bytes32,bytes32,string,uint32)",
        ],
        values=[OTHER, 99, members(STATEMENT)],
    )
    event = events.decode(events.StatementPublished, found)
    assert (event.statement, event.vault, event.contestable_until) == (STATEMENT, OTHER, 99)


def test_a_disputed_work_is_named_by_its_sha256() -> None:
    found = log(
        events.WorkDisputed,
        4,
        HASH,
        ADDRESS,
        types=["bytes32", "bytes32", "uint40", "bytes32", "string"],
        values=[b"\x01" * 32, b"\x02" * 32, 9, b"\x03" * 32, "ni:x"],
    )
    event = events.decode(events.WorkDisputed, found)
    assert (event.case_id, event.sha256, event.claim_id) == (4, hash32(b"\x01" * 32), hash32(b"\x02" * 32))
    assert (event.deadline, event.evidence_hash, event.evidence_uri) == (9, hash32(b"\x03" * 32), "ni:x")


def test_a_case_that_is_closed_says_how() -> None:
    found = log(events.CaseClosed, 4, HASH, 3, types=["address"], values=[OTHER])
    event = events.decode(events.CaseClosed, found)
    assert (event.case_id, event.status, event.bond_to) == (4, Status.REJECTED, OTHER)


def test_the_arbitrators_number_leads_to_the_case() -> None:
    found = log(events.DisputeRaised, OTHER, 7, types=["uint256", "uint256"], values=[0, 4])
    event = events.decode(events.DisputeRaised, found)
    assert (event.arbitrator, event.dispute_id, event.meta_evidence_id, event.case_id) == (OTHER, 7, 0, 4)


def test_an_offer_that_the_contract_cannot_have_published_is_refused() -> None:
    published = log(
        events.OfferPublished,
        HASH,
        HASH,
        ADDRESS,
        types=[OFFER_TYPE, CONDITIONS_TYPE],
        values=[useless_offer(), members(CONDITIONS)],
    )
    with pytest.raises(InputError):
        events.decode(events.OfferPublished, published)


@pytest.mark.parametrize(
    "wrong",
    [
        log(events.Claimed, ADDRESS, OTHER, types=["uint256"], values=[5]),
        replace(log(events.OffersCancelled, HASH, ADDRESS, 1), topics=()),
        log(events.OffersCancelled, HASH, ADDRESS),
        log(events.DeedTransferred, ADDRESS, ADDRESS, HASH),
    ],
    ids=["another contract's", "no topics", "too few topics", "another event"],
)
def test_a_log_of_another_kind_is_said_to_be_so(wrong: Log) -> None:
    with pytest.raises(ValueError, match="log 0 of block 7 is no OffersCancelled"):
        events.decode(events.OffersCancelled, wrong)


def test_events_are_found_among_others() -> None:
    claimed = log(events.Claimed, ADDRESS, OTHER, types=["uint256"], values=[5])
    logs = [replace(claimed, topics=()), log(events.OffersCancelled, HASH, ADDRESS, 1), claimed]
    assert [event.amount for event in events.find(events.Claimed, logs)] == [5]


class Logs:
    """A chain that gives these logs, whatever it is asked for."""

    url = "http://node"

    def __init__(self, *logs: Log) -> None:
        self._logs = logs
        self.asked: dict[str, Any] = {}

    def logs(self, addresses: object, topics: object, **limits: object) -> Iterator[Log]:
        self.asked = {"addresses": addresses, "topics": topics, **limits}
        yield from self._logs


def test_events_are_asked_for_by_their_topic() -> None:
    chain: Any = Logs(log(events.OffersCancelled, HASH, ADDRESS, 1))
    (event,) = events.read(chain, events.OffersCancelled, [ADDRESS], [HASH], from_block=3, to_block=9)
    assert (event.asset_id, event.holder, event.epoch) == (HASH, ADDRESS, 1)
    wanted = "0x" + events.topic_of(events.OffersCancelled).hex()
    assert chain.asked["topics"] == [wanted, HASH]
    assert (chain.asked["from_block"], chain.asked["to_block"]) == (3, 9)


def test_a_node_that_gives_other_logs_is_not_believed() -> None:
    chain: Any = Logs(log(events.OfferCancelled, HASH, HASH, ADDRESS))
    with pytest.raises(UnexpectedAnswer, match="the node at http://node gives logs not asked for"):
        list(events.read(chain, events.OffersCancelled, [ADDRESS], from_block=0))


def test_what_cannot_be_read_is_an_error_unless_left_out() -> None:
    offers = [members(OFFER), useless_offer()]
    chain: Any = Logs(
        *(
            log(
                events.OfferPublished,
                HASH,
                HASH,
                ADDRESS,
                types=[OFFER_TYPE, CONDITIONS_TYPE],
                values=[offer, members(CONDITIONS)],
            )
            for offer in reversed(offers)
        )
    )
    read = events.read(chain, events.OfferPublished, [ADDRESS], from_block=0, skip_unreadable=True)
    assert [event.offer for event in read] == [OFFER]
    with pytest.raises(InputError):
        list(events.read(chain, events.OfferPublished, [ADDRESS], from_block=0))


# What counts into a contract's head.


@pytest.mark.parametrize(
    ("contract", "uncounted_names"),
    [
        ("AssetRegistry", {"Approval", "ApprovalForAll", "MetadataUpdate"}),
        ("LicenseToken", {"Approval", "ApprovalForAll", "MetadataUpdate", "Locked"}),
        ("RoyaltyVaultFactory", set()),
        ("UsageLedger", set()),
        ("StatementEscrow", {"MetaEvidence", "Dispute", "Ruling"}),
        ("DisputeDesk", {"MetaEvidence", "Dispute", "Ruling"}),
    ],
)
def test_what_gives_no_right_does_not_count(contract: str, uncounted_names: set[str]) -> None:
    abi = artifact(contract).abi
    counted = {
        entry.name: events.is_audited(contract, replace(log(events.Sold), topics=(first,)))
        for first, entry in abi.events.items()
    }
    uncounted = {name for name, audited in counted.items() if not audited}
    assert uncounted == uncounted_names


@pytest.mark.parametrize("topics", [(), (b"\x01" * 32,)])
def test_a_log_that_nobody_knows_counts(topics: tuple[bytes, ...]) -> None:
    assert events.is_audited("AssetRegistry", replace(log(events.Sold), topics=topics))


def test_a_head_counts_and_tells_the_order() -> None:
    first, second = (log(events.OffersCancelled, HASH, ADDRESS, epoch) for epoch in (1, 2))
    assert events.replay_head([]) == ZERO_HASH
    assert head_count(events.replay_head([first, second])) == 2
    assert events.replay_head([first, second]) != events.replay_head([second, first])
