"""Who license holders are: messages, nonces, tokens and signatures that count, and all that do not."""

import base64
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from licet.chain.client import Chain
from licet.errors import ConnectionFailed, InputError
from licet.gateway.errors import IdentityRefused
from licet.gateway.holders.messages import SignIn
from licet.gateway.holders.nonces import Nonces
from licet.gateway.holders.signatures import Signatures
from licet.gateway.holders.signing_in import SigningIn
from licet.gateway.holders.tokens import Kind, Token, Tokens
from licet.gateway.holders.vouchers import Vouchers
from licet.gateway.journal import Journal
from licet.gateway.keys import BotKey
from licet.gateway.signed import Asked
from licet.types import Address
from tests.unit.wallets import READER, message, personally, second, signed_fields

HOLDER = Address(READER.address)
OTHER = Account.from_key("0x" + "22" * 32)
URL = "http://site.example/tales/a.txt?part=1"


class Node:
    """A chain of which nobody holds a contract wallet; or that is away."""

    chain_id = 31337

    def __init__(self, *, away: bool = False) -> None:
        self.away = away

    def code(self, *_: object) -> bytes:
        if self.away:
            raise ConnectionFailed("nothing answers")
        return b""


def chain(*, away: bool = False) -> Chain:
    return cast(Chain, Node(away=away))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


class House:
    """Where to sign in."""

    def __init__(self, journal: Journal, seconds: int = 600, *, away: bool = False) -> None:
        self.nonces, self.tokens = Nonces(journal), Tokens(journal)
        self.signing_in = SigningIn(
            "http://site.example", chain(away=away), self.nonces, self.tokens, seconds
        )

    def enter(self, text: str | None = None, signature: str | None = None, **rest: Any) -> tuple[str, Token]:
        text = message(READER, self.nonces.new()) if text is None else text
        return self.signing_in.sign_in(text, signature or personally(READER, text), **rest)


def test_who_signs_in_is_known_by_a_token(journal: Journal) -> None:
    house = House(journal)
    secret, token = house.enter()
    assert (token.kind, token.holder) == (Kind.SESSION, HOLDER)
    assert 290 <= token.expires_at - time.time() <= 300, "no longer than the message says"
    assert house.tokens.find(secret) == token
    assert Tokens(journal).find(secret) == token, "another worker knows it too"
    assert secret not in (journal_bytes := b"".join(journal_files(journal))).decode("latin-1")
    assert HOLDER.encode() in journal_bytes
    _, longer = house.enter(message(READER, house.nonces.new(), **{"Expiration Time": None}))
    assert 590 <= longer.expires_at - time.time() <= 600
    _, client = house.enter(message(READER, house.nonces.new(), **{"Expiration Time": None}), client=True)
    assert client.kind is Kind.CLIENT
    assert client.expires_at > longer.expires_at


def journal_files(journal: Journal) -> Iterator[bytes]:
    with journal.transaction() as db:
        (path,) = [row[2] for row in db.execute("PRAGMA database_list")]
    for name in (path, f"{path}-wal"):
        yield Path(name).read_bytes()


def test_who_is_looked_up_does_not_wait_for_what_is_written(journal: Journal) -> None:
    house, vouchers = House(journal), Vouchers(journal)
    secret, token = house.enter()
    with ThreadPoolExecutor(1) as pool, journal.transaction():
        assert pool.submit(Tokens.find, house.tokens, secret).result(timeout=3) == token
        assert pool.submit(Vouchers.reads, vouchers, token.license_id).result(timeout=3) == 0
        assert pool.submit(Vouchers.due, vouchers).result(timeout=3) == ()


def test_a_token_ends(journal: Journal) -> None:
    house = House(journal)
    secret, token = house.enter()
    elsewhere = Tokens(journal)
    assert elsewhere.find(secret) == token
    assert elsewhere.known(secret) == (True, token)
    assert house.tokens.revoke(secret)
    assert not house.tokens.revoke(secret)
    assert house.tokens.known(secret) == (False, None)
    assert house.tokens.find(secret) is None
    time.sleep(1.1)
    assert elsewhere.known(secret) == (False, None), "it looks again after a second"
    assert elsewhere.find(secret) is None
    over = house.tokens.issue(replace(token, expires_at=int(time.time()) - 1))
    assert house.tokens.find(over) is None
    for unknown in ("", "x", "é", "x" * 10_000):
        assert house.tokens.find(unknown) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"domain": "evil.example"}, "is for evil.example"),
        ({"domain": "https://site.example"}, "is for site.example"),
        ({"URI": "http://evil.example/"}, "URI"),
        ({"URI": "http://site.example.evil.example/"}, "URI"),
        ({"Version": "2"}, "no message"),
        ({"Chain ID": "1"}, "chain 1"),
        ({"Nonce": "abcdefgh12345678"}, "nonce"),
        ({"Nonce": "short"}, "nonce"),
        ({"Issued At": second(time.time() + 9_000)}, "issued"),
        ({"Issued At": second(time.time() - 3_600)}, "issued"),
        ({"Issued At": "today"}, "no time"),
        ({"Issued At": "2026-02-30T00:00:00Z"}, "no time"),
        ({"Expiration Time": second(time.time() - 1)}, "void"),
        ({"Not Before": second(time.time() + 9_000)}, "valid from"),
        ({"Resource": "x"}, "no message"),
        ({"address": HOLDER.lower()}, "checksum"),
        ({"address": OTHER.address}, "signature"),
        ({"statement": "two\nlines\n"}, "no message"),
        ({"statement": "x" * 9_000 + "\n"}, "no message"),
    ],
)
def test_what_is_signed_for_something_else_signs_nobody_in(
    journal: Journal, changes: dict[str, Any], reason: str
) -> None:
    house = House(journal)
    with pytest.raises(IdentityRefused, match=reason):
        house.enter(message(READER, house.nonces.new(), **changes))


def test_messages_in_all_their_forms(journal: Journal) -> None:
    house = House(journal)
    for changes in (
        {"domain": "http://site.example"},
        {"statement": ""},
        {"Not Before": second(time.time() - 1)},
        {"Not Before": second(time.time() - 1), "Request ID": "7"},
        {"Issued At": "2026-11-29T12:00:00.123+01:00", "Expiration Time": None},
    ):
        text = message(READER, house.nonces.new(), **changes)
        assert SignIn.parse(text).address == HOLDER
    resources = message(READER, "12345678") + "\nResources:\n- ipfs://x\n- https://y.example/"
    assert SignIn.parse(resources).text == resources
    assert (
        SignIn.parse(message(READER, "12345678", **{"Issued At": "1970-01-01T01:00:01+01:00"})).issued_at == 1
    )


def test_a_message_signs_in_once_and_altered_never(journal: Journal) -> None:
    house = House(journal)
    text = message(READER, house.nonces.new())
    signature = personally(READER, text)
    for other in ("0x" + "00" * 65, "0x" + "11" * 65, signature[:-2] + "05", personally(OTHER, text)):
        with pytest.raises(IdentityRefused, match="signature"):
            house.enter(text, other)
    for none in ("", "0x", "0x12", signature[2:], signature + "0"):
        with pytest.raises(IdentityRefused, match="signature"):
            house.signing_in.sign_in(text, none)
    house.enter(text, signature)
    with pytest.raises(IdentityRefused, match="used before"):
        house.enter(text, signature)
    # Some wallets count from 0.
    again = message(READER, house.nonces.new())
    plain = personally(READER, again)
    house.enter(again, plain[:-2] + f"{int(plain[-2:], 16) - 27:02x}")
    with pytest.raises(ConnectionFailed):
        House(journal, away=True).enter(message(OTHER, house.nonces.new()), signature)


def test_nonces_are_those_that_were_given_out(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    nonces = Nonces(journal)
    nonce = nonces.new()
    assert nonces.is_own(nonce)
    assert Nonces(journal).is_own(nonce), "any worker's will do"
    assert nonce.isalnum()
    assert nonces.new() != nonce
    for changed in ("", nonce[:-1], nonce + "0", "0" + nonce[1:-1] + "x", "0" * len(nonce)):
        assert not nonces.is_own(changed)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 601)
    assert not nonces.is_own(nonce)
    assert nonces.use("a", int(now) + 700)
    assert not nonces.use("a", int(now) + 700)
    assert nonces.use("b", int(now) + 700)
    monkeypatch.setattr(time, "time", lambda: now + 702)
    assert nonces.use("a", int(now) + 800), "what is over is forgotten"


@given(st.text(max_size=300))
def test_any_text_is_a_message_or_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        SignIn.parse(text)


# Requests that are signed.


@pytest.fixture
def bot() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def bot_key(bot: Ed25519PrivateKey) -> BotKey:
    public = base64.urlsafe_b64encode(bot.public_key().public_bytes_raw()).decode().rstrip("=")
    return BotKey.parse("bot", public, HOLDER)


def signer(journal: Journal, fields: list[tuple[str, str]], url: str = URL, **rest: Any) -> Address:
    """Who signed a request, at a gateway that knows one crawler."""
    keys = (bot_key(Ed25519PrivateKey.from_private_bytes(bytes(range(32)))),)
    asked = Asked(rest.get("method", "GET"), url, tuple(fields), rest.get("body", b""))
    return Signatures(chain(), Nonces(journal), keys).signer(asked)


@pytest.mark.parametrize(
    "covered",
    [("@method", "@authority", "@path", "@query"), ("@method", "@target-uri"), ("@target-uri", "@method")],
)
def test_a_wallet_signs_a_request_once(journal: Journal, covered: tuple[str, ...]) -> None:
    fields = signed_fields(READER, URL, covered=covered)
    assert signer(journal, fields) == HOLDER
    with pytest.raises(IdentityRefused, match="used before"):
        signer(journal, fields)
    assert signer(journal, signed_fields(READER, URL, covered=covered, nonce="nonce-0002")) == HOLDER


def test_a_crawler_signs_a_request(journal: Journal, bot: Ed25519PrivateKey) -> None:
    key = bot_key(bot).thumbprint
    assert signer(journal, signed_fields(bot, URL, key_id=key, tag="web-bot-auth")) == HOLDER
    with pytest.raises(IdentityRefused, match="not known"):
        signer(journal, signed_fields(bot, URL, key_id=key, nonce="nonce-0002"))
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(IdentityRefused, match="does not hold"):
        signer(journal, signed_fields(stranger, URL, key_id=key, tag="web-bot-auth", nonce="nonce-0003"))
    with pytest.raises(IdentityRefused, match="not known"):
        signer(journal, signed_fields(stranger, URL, key_id=bot_key(stranger).thumbprint, tag="web-bot-auth"))


def test_a_thumbprint_is_that_of_rfc_7638() -> None:
    # The key of RFC 8037, appendix A.
    key = BotKey.parse("bot", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    assert key.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    for bad in ("", "x", "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo", "AAAA", "é" * 43):
        with pytest.raises(InputError, match="Ed25519"):
            BotKey.parse("bot", bad)


@pytest.mark.parametrize(
    "url",
    [
        "http://site.example/tales/b.txt?part=1",
        "http://site.example/tales/a.txt?part=2",
        "http://site.example/tales/a.txt",
        "http://evil.example/tales/a.txt?part=1",
    ],
)
def test_a_signature_is_for_one_url_and_method(journal: Journal, url: str) -> None:
    for covered in (("@method", "@authority", "@path", "@query"), ("@method", "@target-uri")):
        fields = signed_fields(READER, URL, covered=covered)
        with pytest.raises(IdentityRefused):
            signer(journal, fields, url)
        with pytest.raises(IdentityRefused):
            signer(journal, fields, method="HEAD")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"covered": ("@authority",)}, "must cover"),
        ({"covered": ("@target-uri",)}, "must cover"),
        ({"covered": ("@method", "@authority", "@path")}, "must cover"),
        ({"covered": ("@method", "@path", "@query")}, "must cover"),
        ({"after": 90}, "future"),
        ({"after": -100}, "sign it for now"),
        ({"seconds": 3_600}, "300 s at most"),
        ({"seconds": -10}, "sign it for now"),
        ({"nonce": None}, "nonce"),
        ({"nonce": "short"}, "nonce"),
        ({"key_id": "erc8128:1:" + HOLDER}, "another chain"),
        ({"key_id": "erc8128:31337:" + OTHER.address}, "does not hold"),
        ({"key_id": "eip155:31337:" + HOLDER}, "not known"),
        ({"key_id": "x" * 5_000}, "characters"),
    ],
)
def test_a_weak_or_late_signature_counts_for_nothing(
    journal: Journal, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(IdentityRefused, match=reason):
        signer(journal, signed_fields(READER, URL, **changes))


def test_a_body_is_signed_too(journal: Journal) -> None:
    fields = signed_fields(READER, URL, body=b"words")
    with pytest.raises(IdentityRefused):
        signer(journal, fields, body=b"other")
    with pytest.raises(IdentityRefused, match="Digest"):
        signer(journal, signed_fields(READER, URL), body=b"words")
    assert signer(journal, fields, body=b"words") == HOLDER


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("Signature", "x")],
        [("Signature-Input", "x"), ("Signature", "y")],
        [("Signature-Input", 'a=("@method");created=1'), ("Signature", "a=:AA==:")],
        [("Signature-Input", "a=()"), ("Signature", "")],
        [("Signature-Input", "\xff=()"), ("Signature", "a")],
        [("Signature-Input", 'a=("@method"), b=("@method")'), ("Signature", "a=:AA==:, b=:AA==:")],
    ],
)
def test_what_is_no_signature_is_refused(journal: Journal, fields: list[tuple[str, str]]) -> None:
    with pytest.raises(IdentityRefused):
        signer(journal, fields)


def test_a_chain_that_is_away_says_nothing_of_a_contract_wallet(journal: Journal) -> None:
    fields = signed_fields(OTHER, URL, key_id="erc8128:31337:" + HOLDER)
    away = Signatures(chain(away=True), Nonces(journal))
    with pytest.raises(ConnectionFailed):
        away.signer(Asked("GET", URL, tuple(fields)))
