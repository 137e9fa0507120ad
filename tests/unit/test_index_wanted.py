"""What is asked about the money, and how far a track has come."""

from licet.chain.blocks.receipts import bloom_mask
from licet.index.money.fetch import Search
from licet.index.money.wanted import MOST_ADDRESSES, Claims, Transfers
from licet.index.tables.state import Track

TOKEN, OTHER = b"t" * 20, b"o" * 20


def accounts(count: int) -> dict[bytes, int]:
    return {number.to_bytes(20): 1 for number in range(1, count + 1)}


def transfers(count: int) -> Transfers:
    followed = accounts(count)
    return Transfers({TOKEN: 1}, followed, followed)


def test_some_hundred_accounts_are_asked_for_at_a_time() -> None:
    questions = list(transfers(2 * MOST_ADDRESSES + 1).questions(wide=False))
    assert len(questions) == 6  # who sent, and who got
    named = [words for question in questions for words in question["topics"] if isinstance(words, list)]
    assert max(map(len, named)) == MOST_ADDRESSES
    assert len(list(Claims(accounts(MOST_ADDRESSES + 1)).questions(wide=False))) == 2
    assert [question["topics"] for question in transfers(3_000).questions(wide=True)] == [
        questions[0]["topics"][:1]
    ]


def test_so_many_are_picked_out_of_all() -> None:
    search = Search(transfers(5_000))
    assert len(search.questions(8)) == 1
    search.learn(8, 100)
    assert len(search.questions(8)) == 1
    search.learn(8, 8_000_000)  # a token that everybody uses
    assert len(search.questions(8)) == 20
    assert not Search(transfers(3)).wide


def test_a_question_that_is_refused_is_put_otherwise() -> None:
    search = Search(transfers(5_000))
    search.questions(8)
    assert search.refused(8)
    assert len(search.questions(8)) == 20
    assert search.refused(1) is False
    assert len(search.questions(1)) == 1


def test_a_bloom_says_who_may_be_in_a_block() -> None:
    wanted = transfers(2)
    topic = bytes.fromhex(next(iter(wanted.questions(wide=True)))["topics"][0][2:])
    words = (TOKEN, topic, bytes(12) + (1).to_bytes(20))
    bloom = 0
    for word in words:
        assert not wanted.may_be_in(bloom)
        bloom |= bloom_mask(word)
    assert wanted.may_be_in(bloom)
    assert not Transfers({OTHER: 1}, accounts(2), accounts(2)).may_be_in(bloom)


def test_a_track_that_goes_back() -> None:
    track = Track(block=20, named=15, horizon=18, backfill=9)
    assert track.complete == 15
    assert track.back_to(17, 0) == Track(17, 15, 17, 9)
    assert track.back_to(16, 0).complete == 15
    # Whoever was being caught up with is gone.
    assert track.back_to(12, 0) == Track(12, 12, 12, 0)
    assert Track.begin(4).complete == 4
