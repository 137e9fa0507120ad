"""What the contracts log, as dataclasses; a log that is anything else is said to be so."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from eth_abi import encode

from licet.chain.artifacts import artifact
from licet.chain.client import Log
from licet.contracts import events
from licet.errors import InputError, UnexpectedAnswer
from licet.rights.offer import Offer
from licet.rights.order import Order
from licet.rights.uses import Use
from licet.trees.hashing import head_count
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32

ADDRESS = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
OTHER = Address("0xa16E02E87b7454126E5E10d957A927A7F5B5d2be")
HASH = hash32(b"\x0a" * 32)
KINDS = [
    events.AssetRegistered,
    events.OffersCancelled,
    events.ExclusiveGranted,
    events.DeedTransferred,
    events.Sold,
    events.OfferPublished,
    events.OfferCancelled,
    events.LicenseTransferred,
    events.SplitPublished,
    events.Claimed,
]
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
    salt=ZERO_HASH,
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


def offer_fields(offer: Offer) -> tuple[Any, ...]:
    members = offer.to_abi().values()
    return tuple(bytes.fromhex(m[2:]) if isinstance(m, str) and len(m) == 66 else m for m in members)


def useless_offer() -> tuple[Any, ...]:
    """An offer that permits nothing."""
    fields = offer_fields(OFFER)
    return (*fields[:6], 0, *fields[7:])


OFFER_TYPE = (
    "(address,bytes32,uint32,address,address,uint256,uint32,bytes32,string,"
    "uint40,uint40,uint32,uint16,uint32,bool,bool,bool,bytes32)"
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_has_the_arguments_of_its_event(kind: type[events.Event]) -> None:
    abi = artifact(kind.CONTRACT).abi
    assert len(abi.events[events.topic_of(kind)].inputs) == len(fields(kind)) - 1


def test_kinds_of_different_events_have_different_topics() -> None:
    topics = {events.topic_of(kind) for kind in KINDS}
    assert len(topics) == len(KINDS) - 1  # deeds and licenses move by the same Transfer


def test_a_registration() -> None:
    found = log(
        events.AssetRegistered,
        HASH,
        ADDRESS,
        HASH,
        types=["uint64", "bytes32", "string"],
        values=[3, b"\x0b" * 32, "ni:x"],
    )
    assert events.decode(events.AssetRegistered, found) == events.AssetRegistered(
        log=found,
        asset_id=HASH,
        registrant=ADDRESS,
        content=HASH,
        works=3,
        document_hash=hash32(b"\x0b" * 32),
        uri="ni:x",
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
        values=[OTHER, bytes(32), 2, offer_fields(OFFER), b"sig"],
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
        types=["string", "(address,uint128)[]"],
        values=["", [(ADDRESS, 3), (OTHER, 1)]],
    )
    assert events.decode(events.SplitPublished, found).payees == ((ADDRESS, 3), (OTHER, 1))


def test_an_offer_that_the_contract_cannot_have_published_is_refused() -> None:
    published = log(events.OfferPublished, HASH, HASH, ADDRESS, types=[OFFER_TYPE], values=[useless_offer()])
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
    offers = [offer_fields(OFFER), useless_offer()]
    chain: Any = Logs(
        *(
            log(events.OfferPublished, HASH, HASH, ADDRESS, types=[OFFER_TYPE], values=[offer])
            for offer in reversed(offers)
        )
    )
    read = events.read(chain, events.OfferPublished, [ADDRESS], from_block=0, skip_unreadable=True)
    assert [event.offer for event in read] == [OFFER]
    with pytest.raises(InputError):
        list(events.read(chain, events.OfferPublished, [ADDRESS], from_block=0))


# What counts into a contract's head.


def test_all_but_approvals_count() -> None:
    abi = artifact("LicenseToken").abi
    counted = {
        entry.name: events.is_audited("LicenseToken", replace(log(events.Sold), topics=(first,)))
        for first, entry in abi.events.items()
    }
    uncounted = {name for name, audited in counted.items() if not audited}
    assert uncounted == {"Approval", "ApprovalForAll"}


@pytest.mark.parametrize("topics", [(), (b"\x01" * 32,)])
def test_a_log_that_nobody_knows_counts(topics: tuple[bytes, ...]) -> None:
    assert events.is_audited("AssetRegistry", replace(log(events.Sold), topics=topics))


def test_a_head_counts_and_tells_the_order() -> None:
    first, second = (log(events.OffersCancelled, HASH, ADDRESS, epoch) for epoch in (1, 2))
    assert events.replay_head([]) == ZERO_HASH
    assert head_count(events.replay_head([first, second])) == 2
    assert events.replay_head([first, second]) != events.replay_head([second, first])
