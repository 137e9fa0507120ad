"""What is signed: content, and fees that rise enough and not too far."""

from dataclasses import replace

from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from hexbytes import HexBytes
from hypothesis import given
from hypothesis import strategies as st

from licet.chain.compiled.artifacts import artifact
from licet.chain.signing.signer import LocalSigner
from licet.chain.signing.transactions import Fees, Transaction, sign
from licet.types import Address, hash32

PAYEE = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
AMOUNTS = st.integers(0, 10**15)


@st.composite
def prices(draw: st.DrawFn) -> Fees:
    tip = draw(AMOUNTS)
    return Fees(tip + draw(AMOUNTS), tip)


@given(old=prices(), market=prices(), cap=AMOUNTS)
def test_what_replaces_pays_a_tenth_more_in_both_fields(old: Fees, market: Fees, cap: int) -> None:
    new = old.replaced(market, cap)
    if new is None:
        assert 11 * old.most > 10 * cap - 10
        return
    assert 10 * new.most >= 11 * old.most
    assert 10 * new.tip >= 11 * old.tip
    assert new.most > old.most
    assert new.tip > old.tip
    assert new.tip <= new.most <= cap
    assert new.most >= min(market.most, cap)


def test_what_replaces_pays_no_more_than_it_has_to() -> None:
    assert Fees(100, 10).replaced(Fees(50, 5), 1_000) == Fees(110, 11)
    assert Fees(101, 11).replaced(Fees(50, 5), 1_000) == Fees(112, 13)
    assert Fees(100, 10).replaced(Fees(500, 50), 1_000) == Fees(500, 50)
    assert Fees(100, 10).replaced(Fees(5_000, 50), 1_000) == Fees(1_000, 50)
    assert Fees(100, 10).replaced(Fees(5_000, 50), 109) is None
    assert Fees(0, 0).replaced(Fees(0, 0), 10) == Fees(1, 1)


@given(fees=prices(), cap=AMOUNTS)
def test_a_cap_is_a_cap(fees: Fees, cap: int) -> None:
    capped = fees.capped(cap)
    assert capped.tip <= capped.most <= cap or capped == fees


# Permits in front.


def behind(currency: int, deadline: int, transaction: Transaction) -> Transaction:
    """The same behind a permit that nobody signed."""
    permit = (deadline, 27, hash32(bytes(32)), hash32(bytes([7] * 32)))
    arguments = (Address("0x" + f"{currency:040x}"), 5, permit, transaction.data)
    data = artifact("LicenseToken").abi.encode_call("permitFirst", arguments)
    return replace(transaction, data=data)


@given(data=st.binary(max_size=100), deadlines=st.lists(st.integers(0, 2**64), max_size=3))
def test_permits_in_front_make_no_other_transaction(data: bytes, deadlines: list[int]) -> None:
    plain = permitted = Transaction(PAYEE, 7, data)
    for number, deadline in enumerate(deadlines):
        permitted = behind(number, deadline, permitted)
    assert permitted.without_permits() == plain
    assert permitted.digest() == plain.digest()
    assert replace(permitted, value=8).digest() != plain.digest()


@given(rest=st.binary(max_size=300))
def test_what_only_begins_like_a_permit_is_content(rest: bytes) -> None:
    selector = artifact("UsageLedger").abi.functions["permitFirst"].digest[:4]
    transaction = Transaction(PAYEE, 0, selector + rest)
    assert len(transaction.without_permits().data) <= len(transaction.data)
    short = Transaction(PAYEE, 0, selector + rest[:200])
    assert short.without_permits() == short


def test_signed_is_what_was_to_be_signed() -> None:
    signer = LocalSigner.development(1)
    raw = sign(signer, 31337, Transaction(PAYEE, 7, b"\x01\x02"), 5, 50_000, Fees(90, 9))
    assert Account.recover_transaction(raw) == signer.address
    fields = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
    names = ("nonce", "gas", "maxFeePerGas", "maxPriorityFeePerGas", "value", "chainId", "type")
    assert [fields[name] for name in names] == [5, 50_000, 90, 9, 7, 31337, 2]
    assert (bytes(fields["to"]).hex(), bytes(fields["data"]).hex()) == (PAYEE[2:].lower(), "0102")


def test_names_of_contents_differ() -> None:
    contents = [Transaction(None), Transaction(PAYEE), Transaction(PAYEE, 1), Transaction(PAYEE, 1, b"\1")]
    assert len({content.digest() for content in contents}) == 4
    assert Transaction(PAYEE, 1).digest() == Transaction(PAYEE, 1).digest()


def test_a_call_of_a_contract() -> None:
    abi = artifact("TestDollar").abi
    call = Transaction.calling(abi, PAYEE, "transfer", PAYEE, 5, value=3)
    assert call == Transaction(PAYEE, 3, abi.encode_call("transfer", (PAYEE, 5)))
    assert Transaction(None, 0, b"\x60").fields() == {"value": 0, "data": "0x60"}
