"""An outbox: what is asked for twice is there once, and what is on disk is all that has to be known."""

import os
import sqlite3
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.chain.compiled.artifacts import artifact, known_errors
from licet.chain.outbox import failures
from licet.chain.outbox.file import OutboxFile
from licet.chain.outbox.intents import Intent, State, Variant
from licet.chain.outbox.outbox import LONGEST_KEY, Outbox
from licet.chain.sending.lease import lease
from licet.chain.signing.signer import LocalSigner
from licet.chain.signing.transactions import Fees, Transaction, sign
from licet.errors import (
    DevelopmentKeyRefused,
    InputError,
    InsufficientBalance,
    LicetError,
    OutboxFailed,
    Panicked,
    Reverted,
    SignerError,
)
from licet.types import Address, hash32

PAYEE = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
PAYMENT = Transaction(PAYEE, 7)
BLOCK = hash32(b"\x01" * 32)
SIGNER = LocalSigner.development(1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


@pytest.fixture
def outbox(path: Path) -> Outbox:
    return Outbox(path, "31337/genesis/me")


def variant(nonce: int, tip: int = 1, *, cancels: bool = False) -> Variant:
    fees = Fees(10 * tip, tip)
    return Variant(nonce, sign(SIGNER, 31337, PAYMENT, nonce, 21_000, fees), 21_000, fees, cancels, 5.0)


def signed(outbox: Outbox, key: str = "a", at_least: int = 0) -> Intent:
    outbox.sign(outbox.find(key) or outbox.submit(key, PAYMENT), at_least, variant)
    return outbox.get(key)


def included(outbox: Outbox, key: str = "a") -> Intent:
    intent = signed(outbox, key)
    outbox.include(intent, outbox.variants(intent)[0].tx_hash, 9, BLOCK, True)
    return outbox.get(key)


# Asking.


def test_a_key_stands_for_one_transaction(outbox: Outbox) -> None:
    first = outbox.submit("invoice 7", PAYMENT)
    assert (first.state, first.transaction, first.nonce) == (State.QUEUED, PAYMENT, None)
    assert outbox.submit("invoice 7", PAYMENT) == first
    with pytest.raises(InputError, match="stands for another transaction already"):
        outbox.submit("invoice 7", replace(PAYMENT, value=8))
    assert len(outbox.in_state(State.QUEUED)) == 1


@pytest.mark.parametrize("key", ["", "~call/1", "two\nlines", "x" * (LONGEST_KEY + 1), "\0"])
def test_what_is_no_key(outbox: Outbox, key: str) -> None:
    with pytest.raises(InputError, match="is not an intent's key"):
        outbox.submit(key, PAYMENT)


def test_a_key_that_nothing_has(outbox: Outbox) -> None:
    assert outbox.find("invoice 8") is None
    with pytest.raises(InputError, match="has nothing under the key"):
        outbox.get("invoice 8")


def test_an_account_sees_its_own_alone(outbox: Outbox, path: Path) -> None:
    signed(outbox, at_least=5)
    other = Outbox(path, "31337/another genesis/me")
    assert other.find("a") is None
    assert other.next_nonce() == 0
    assert not other.holds(5)
    assert other.submit("a", replace(PAYMENT, value=9)).state is State.QUEUED


@given(
    to=st.none() | st.just(PAYEE),
    value=st.integers(0, 2**256 - 1),
    data=st.binary(max_size=100),
)
def test_content_is_kept_as_it_is(to: Address | None, value: int, data: bytes) -> None:
    transaction = Transaction(to, value, data)
    with tempfile.TemporaryDirectory() as folder:
        outbox = Outbox(Path(folder) / "outbox.db", "me")
        assert outbox.submit("a", transaction).transaction == transaction
        outbox.close()


# Without a key.


def test_the_same_content_is_the_same_until_somebody_was_told(outbox: Outbox) -> None:
    first = outbox.submit_unnamed(PAYMENT)
    assert outbox.submit_unnamed(PAYMENT) == first
    assert outbox.submit_unnamed(replace(PAYMENT, value=8)).id != first.id
    outbox.settle(first, State.CONFIRMED)
    assert outbox.submit_unnamed(PAYMENT).id == first.id
    outbox.tell(first)
    second = outbox.submit_unnamed(PAYMENT)
    assert second.id != first.id
    assert second.state is State.QUEUED


def test_what_failed_before_it_was_sent_may_be_tried_again(outbox: Outbox) -> None:
    intent = outbox.submit("a", PAYMENT)
    outbox.settle(intent, State.FAILED, failures.noted(SignerError("no")))
    assert outbox.submit("a", PAYMENT) == intent


def permitted(deadline: int, action: bytes = b"renew") -> Transaction:
    """A payment behind a permit that nobody signed."""
    permit = (deadline, 27, BLOCK, BLOCK)
    data = artifact("LicenseToken").abi.encode_call("permitFirst", (PAYEE, 7, permit, action))
    return Transaction(PAYEE, 0, data)


def test_with_another_permit_in_front_it_is_the_same(outbox: Outbox) -> None:
    first = outbox.submit_unnamed(permitted(1))
    assert outbox.submit_unnamed(permitted(2)).id == first.id
    assert outbox.submit("a", permitted(1)).id == outbox.submit("a", Transaction(PAYEE, 0, b"renew")).id
    with pytest.raises(InputError, match="stands for another transaction already"):
        outbox.submit("a", permitted(1, b"renew two"))


def test_what_is_not_signed_has_the_newest_permit(outbox: Outbox) -> None:
    """An older one may be void by now: nothing else is wrong with what it pays for."""
    intent = outbox.submit("a", permitted(1))
    outbox.settle(intent, State.FAILED, failures.noted(SignerError("no")))
    assert outbox.submit("a", permitted(2)) == replace(intent, transaction=permitted(2))
    assert outbox.submit("a", permitted(3)) == replace(intent, transaction=permitted(3)), "it waits"
    (unnamed,) = {outbox.submit_unnamed(permitted(number)).key for number in (1, 2)}
    assert outbox.get(unnamed).transaction == permitted(2)
    assert outbox.sign(intent, 5, variant) is None, "of that, the gas was another"
    assert outbox.sign(outbox.get("a"), 5, variant)
    assert outbox.submit("a", permitted(4)).transaction == permitted(3), "what is signed stays as it is"


def test_what_failed_on_chain_has_failed(outbox: Outbox) -> None:
    outbox.settle(included(outbox), State.FAILED, failures.noted(SignerError("no")))
    assert outbox.submit("a", PAYMENT).state is State.FAILED


# Nonces and bytes.


@pytest.mark.parametrize(("at_least", "expected"), [(0, 6), (6, 6), (9, 9)])
def test_a_nonce_is_the_highest_of_the_chains_and_the_outboxs(
    outbox: Outbox, at_least: int, expected: int
) -> None:
    signed(outbox, "a", 5)
    assert signed(outbox, "b", at_least).nonce == expected


def test_a_nonce_and_its_bytes_are_there_both_or_neither(outbox: Outbox) -> None:
    intent = outbox.submit("a", PAYMENT)

    def refuse(nonce: int) -> Variant:
        raise SignerError("no")

    with pytest.raises(SignerError):
        outbox.sign(intent, 3, refuse)
    assert outbox.get("a") == intent
    assert outbox.next_nonce() == 0


def test_everything_is_on_disk(outbox: Outbox, path: Path) -> None:
    intent = signed(outbox, at_least=4)
    outbox.replace(intent, variant(4, 2, cancels=True))
    again = Outbox(path, "31337/genesis/me")  # while the first has it open, as after a kill
    assert again.get("a") == intent
    assert again.variants(intent) == [variant(4), variant(4, 2, cancels=True)]


def test_bytes_of_a_nonce_that_was_given_up_are_not_sent_again(outbox: Outbox) -> None:
    intent = signed(outbox, at_least=4)
    outbox.release(intent)
    queued = outbox.get("a")
    assert (queued.state, queued.nonce) == (State.QUEUED, None)
    outbox.sign(queued, 6, variant)
    assert [v.nonce for v in outbox.variants(outbox.get("a"))] == [6]


def test_the_same_bytes_may_be_signed_again(outbox: Outbox) -> None:
    """A node that lags may say that a nonce is free which was given up."""
    outbox.release(signed(outbox, at_least=4))
    assert signed(outbox, at_least=4).nonce == 4
    assert len(outbox.variants(outbox.get("a"))) == 1


def test_a_missing_nonce_is_filled_once(outbox: Outbox) -> None:
    signed(outbox, at_least=4)
    outbox.fill(PAYMENT, variant(3))
    outbox.fill(PAYMENT, variant(3, 2))
    outbox.fill(PAYMENT, variant(4))
    filling, other = outbox.in_state(State.SIGNED)
    assert (filling.nonce, filling.fills, other.fills) == (3, True, False)
    outbox.release(filling)
    assert [i.key for i in outbox.in_state(State.CANCELLED)] == [filling.key]
    assert not outbox.holds(3)


def test_the_order_is_that_of_nonces_then_of_asking(outbox: Outbox) -> None:
    for key in "cab":
        signed(outbox, key)
    assert [i.key for i in outbox.in_state(State.SIGNED, State.SENT)] == ["c", "a", "b"]
    outbox.submit("z", PAYMENT)
    outbox.submit("y", PAYMENT)
    assert [i.key for i in outbox.in_state(State.QUEUED)] == ["z", "y"]
    assert [i.key for i in outbox.in_state(State.QUEUED, limit=1)] == ["z"]


def test_what_a_re_org_took_is_as_it_was(outbox: Outbox) -> None:
    intent = included(outbox)
    assert outbox.in_blocks_from(9) == [intent]
    assert outbox.in_blocks_from(10) == []
    outbox.settle(intent, State.FAILED, failures.noted(SignerError("no")))
    outbox.exclude(intent)
    sent = outbox.get("a")
    assert (sent.state, sent.nonce) == (State.SENT, intent.nonce)
    assert sent.tx_hash is sent.block_hash is sent.block_number is sent.succeeded is sent.failure is None


# Calling off.


def test_what_was_not_signed_is_called_off_at_once(outbox: Outbox) -> None:
    intent = outbox.submit("a", PAYMENT)
    outbox.cancel(intent)
    assert outbox.get("a").state is State.CANCELLED
    assert outbox.sign(intent, 0, variant) is None, "it was called off while it was looked at"
    assert outbox.next_nonce() == 0


def test_what_was_signed_has_to_be_replaced(outbox: Outbox) -> None:
    outbox.cancel(signed(outbox))
    assert (outbox.get("a").state, outbox.get("a").cancelling) == (State.SIGNED, True)
    outbox.release(outbox.get("a"))
    assert outbox.get("a").state is State.CANCELLED


def test_what_is_settled_stays(outbox: Outbox) -> None:
    intent = included(outbox)
    outbox.settle(intent, State.CONFIRMED)
    outbox.cancel(intent)
    assert (outbox.get("a").state, outbox.get("a").cancelling) == (State.CONFIRMED, False)


def test_the_oldest_that_is_not_settled(outbox: Outbox) -> None:
    assert outbox.first_unsettled() == 0
    first, second = outbox.submit("a", PAYMENT), outbox.submit("b", PAYMENT)
    assert outbox.first_unsettled() == first.id
    outbox.settle(first, State.CONFIRMED)
    assert outbox.first_unsettled() == second.id


# Forgetting.


def settled(outbox: Outbox, key: str, block: int) -> Intent:
    """Confirmed in a block; it was signed at 5 s."""
    intent = signed(outbox, key)
    outbox.include(intent, outbox.variants(intent)[0].tx_hash, block, BLOCK, True)
    outbox.settle(intent, State.CONFIRMED)
    return outbox.get(key)


def test_what_is_over_for_long_is_found_from_the_oldest_on(outbox: Outbox) -> None:
    old = [settled(outbox, key, block).id for key, block in (("a", 3), ("b", 4), ("c", 4), ("d", 5))]
    included(outbox, "under way")
    assert outbox.settled_long_ago(4, 6.0, 10) == old[:3]
    assert outbox.settled_long_ago(9, 6.0, 2) == old[:2]
    assert outbox.settled_long_ago(9, 6.0, 10) == old, "what a block has is not settled by that"
    assert outbox.settled_long_ago(9, 5.0, 10) == []


def test_the_highest_nonce_is_remembered(outbox: Outbox) -> None:
    first, _ = settled(outbox, "a", 3), settled(outbox, "b", 4)
    assert outbox.settled_long_ago(9, 6.0, 10) == [first.id]


def test_what_is_forgotten_is_gone_and_nothing_else(outbox: Outbox, path: Path) -> None:
    outbox.cancel(outbox.submit("called off", PAYMENT))
    waiting = outbox.submit("waiting", PAYMENT)
    first = settled(outbox, "a", 3)
    outbox.cancel(outbox.submit("called off later", PAYMENT))
    second = settled(outbox, "b", 4)
    other = settled(Outbox(path, "31337/genesis/somebody else"), "a", 3)
    outbox.forget([first.id])
    with sqlite3.connect(path) as db:
        keys = [key for (key,) in db.execute("SELECT key FROM intents ORDER BY id")]
        of = [intent for (intent,) in db.execute("SELECT intent FROM variants ORDER BY intent")]
    assert keys == ["waiting", "called off later", "b", "a"]
    assert of == [second.id, other.id]
    assert outbox.get("waiting") == waiting
    assert outbox.submit("a", replace(PAYMENT, value=8)).state is State.QUEUED


def test_without_a_key_what_is_forgotten_is_not_taken_for_what_follows(outbox: Outbox) -> None:
    keys = []
    for block in (3, 4, 5):
        intent = outbox.submit_unnamed(PAYMENT)
        keys.append(settled(outbox, intent.key, block).key)
        if block < 5:
            outbox.tell(intent)
    outbox.forget(outbox.settled_long_ago(4, 6.0, 10))
    assert outbox.submit_unnamed(PAYMENT).key == keys[2], "nobody was told of it"
    outbox.tell(outbox.get(keys[2]))
    assert outbox.submit_unnamed(PAYMENT).key not in keys


# The file.


def test_the_file_is_its_owners(outbox: Outbox, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_key_that_signs_is_in_it(outbox: Outbox, path: Path) -> None:
    signed(outbox)
    outbox.close()
    key = bytes.fromhex("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
    assert LocalSigner.from_key(key.hex()).address == SIGNER.address
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert variant(0).raw in content
    assert key not in content
    assert key.hex().encode() not in content.lower()


def test_power_cuts_lose_nothing(path: Path) -> None:
    file = OutboxFile(path)
    assert file.rows("PRAGMA journal_mode", ()) == [("wal",)]
    assert file.rows("PRAGMA synchronous", ()) == [(2,)]
    file.close()


def test_what_is_no_outbox(tmp_path: Path) -> None:
    text, other = tmp_path / "text", tmp_path / "other.db"
    text.write_text("hello, this is a text and no database\n" * 50)
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    before = other.read_bytes()
    for path in (text, other, tmp_path, tmp_path / "missing" / "outbox.db"):
        with pytest.raises(OutboxFailed):
            Outbox(path, "me")
    assert other.read_bytes() == before


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutboxFailed, match="is not a file"):
        Outbox(tmp_path / "pipe", "me")


def test_many_at_once_make_one_file_and_one_intent_a_key(path: Path) -> None:
    together = threading.Barrier(8)

    def ask(_: int) -> list[int]:
        together.wait()
        mine = Outbox(path, "me")
        ids = [mine.submit(f"payment {n}", PAYMENT).id for n in range(10)]
        ids += [mine.submit_unnamed(PAYMENT).id]
        mine.close()
        return ids

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert len(Outbox(path, "me").in_state(State.QUEUED)) == 11


# The lease.


def test_a_lease_is_held_by_one(tmp_path: Path) -> None:
    path = tmp_path / "lease"
    with lease(path) as first, lease(path) as second:
        assert (first, second) == (True, False)
    with lease(path) as third:
        assert third
    with pytest.raises(OutboxFailed), lease(tmp_path):
        pass


# Failures.


def test_a_failure_is_raised_again_as_it_was() -> None:
    refusal = known_errors().decode_revert(bytes.fromhex("4e487b71") + (0x11).to_bytes(32))
    again = failures.raised(failures.noted(refusal))
    assert isinstance(again, Panicked)
    assert (str(again), again.facts) == (str(refusal), refusal.facts)
    for error in (
        InsufficientBalance("pay"),
        SignerError("no"),
        DevelopmentKeyRefused("no"),
        LicetError("other"),
    ):
        again = failures.raised(failures.noted(error))
        assert (type(again), str(again)) == (type(error), str(error))
    nothing = failures.raised(failures.noted(known_errors().decode_revert(b"")))
    assert type(nothing) is Reverted


def test_an_outcome_of_a_hash_belongs_to_the_intent_that_signed_it(outbox: Outbox, path: Path) -> None:
    """A local chain that was started anew has the same ids, and the same bytes for the same payment."""
    signed(outbox)
    anew = Outbox(path, "31337/another genesis/me")
    assert [v.raw for v in anew.variants(signed(anew))] == [variant(0).raw]
