"""Crawlers that sign their requests are known by their keys; nobody else is, whatever name they go by."""

import base64
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, tzinfo
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response
from starlette.types import Scope

from licet.gateway.app import around
from licet.gateway.bots import MAX_SECONDS, WANTED, Bots, Once
from licet.gateway.config import Site
from licet.gateway.discovery import describe
from licet.gateway.errors import AskedTooOften, IdentityRefused
from licet.gateway.keys import PUBLISHED, BotKey
from licet.gateway.limits import By, Limit, Rate, Turn
from licet.gateway.policies import Access, Policies, Policy
from licet.gateway.saying import Saying
from licet.gateway.signed import MAX_FIELD
from licet.gateway.terms_page import terms_page
from licet.types import parse_hash
from tests.unit.asgi import Answer, ask
from tests.unit.wallets import READER, signed_fields

ORIGIN = "https://site.example"
SECRET, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
USUAL = ("@authority",)

Fields = list[tuple[str, str]]


def key_of(secret: Ed25519PrivateKey, name: str = "examplebot") -> BotKey:
    public = base64.urlsafe_b64encode(secret.public_key().public_bytes_raw()).decode().rstrip("=")
    return BotKey.parse(name, public)


KEY = key_of(SECRET)


def signed(
    secret: Ed25519PrivateKey = SECRET,
    path: str = "/x",
    *,
    covered: Sequence[str] = USUAL,
    nonce: str | None = None,
    tag: str | None = "web-bot-auth",
    origin: str = ORIGIN,
    **rest: Any,
) -> Fields:
    """The fields that a crawler sends."""
    key_id = rest.pop("key_id", key_of(secret).thumbprint)
    return signed_fields(secret, origin + path, covered=covered, key_id=key_id, nonce=nonce, tag=tag, **rest)


def names(bots: Bots, fields: Fields, path: str = "/x", query: str = "") -> tuple[str, ...]:
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in fields],
    }
    return bots.names(scope)


@pytest.fixture
def bots() -> Bots:
    return Bots(ORIGIN, [KEY])


@pytest.mark.parametrize(
    "covered",
    [USUAL, ("@target-uri",), ("@authority", "@method", "@path", "@query"), ("@path", "@authority")],
)
def test_a_crawler_is_known_by_its_signature(bots: Bots, covered: Sequence[str]) -> None:
    assert names(bots, signed(covered=covered)) == ("examplebot",)
    assert names(bots, []) == ()


def test_the_usual_signature_is_for_the_whole_site_and_until_it_ends(bots: Bots) -> None:
    fields = signed(seconds=MAX_SECONDS)
    for path in ("/x", "/y", "/x"):
        assert names(bots, fields, path) == ("examplebot",), "no nonce: it may be shown again"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"origin": "https://evil.example"}, "does not hold: .* a request for 'https://site.example/x'"),
        ({"origin": "https://site.example:8443"}, "does not hold"),
        ({"covered": ("@method", "@path")}, "must cover @authority"),
        ({"covered": ("@path", "@authority"), "path": "/y"}, "does not hold"),
        ({"covered": ("@target-uri",), "path": "/x?y"}, "does not hold"),
        ({"seconds": MAX_SECONDS + 1}, "86400 s at most"),
        ({"seconds": -10}, "sign it for now"),
        ({"after": -100}, "sign it for now"),
        ({"after": 90}, "of the future"),
    ],
)
def test_a_known_keys_signature_that_does_not_count_is_said(
    bots: Bots, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(IdentityRefused, match=reason):
        names(bots, signed(**changes))


def test_nobody_signs_in_anothers_name(bots: Bots) -> None:
    with pytest.raises(IdentityRefused, match="does not hold"):
        names(bots, signed(OTHER, key_id=KEY.thumbprint))


def test_a_clock_may_be_a_little_ahead(bots: Bots) -> None:
    assert names(bots, signed(after=30)) == ("examplebot",)


@pytest.mark.parametrize(
    "fields",
    [
        signed(OTHER),
        signed(tag=None),
        signed(tag="something-else"),
        signed_fields(READER, ORIGIN + "/x"),
        [("Signature-Input", ""), ("Signature", "")],
        [("Signature-Input", "a=1"), ("Signature", "a=:AA==:")],
        [("Signature-Input", f'a=1;tag="web-bot-auth";keyid="{KEY.thumbprint}"'), ("Signature", "a=:AA==:")],
        [("Signature-Input", "a=(("), ("Signature", "a=:AA==:")],
        [("Signature-Input", "\xff"), ("Signature", "\xfe")],
        [("Signature", 'keyId="main",algorithm="rsa-sha256",signature="AA=="')],
        [(signed()[0][0], signed()[0][1])],
        [(name, value + " " * MAX_FIELD) for name, value in signed()],
        [(name, f"{value}, {value}") for name, value in signed()],
        [(name, value.replace("pyhms=", "a=" if name == "Signature" else "b=")) for name, value in signed()],
    ],
)
def test_what_others_sign_or_nobody_can_read_is_left_alone(bots: Bots, fields: Fields) -> None:
    assert names(bots, fields) == ()


def relabelled(fields: Fields, label: str) -> Fields:
    return [(name, value.replace("pyhms=", f"{label}=")) for name, value in fields]


def joined(*requests: Fields) -> Fields:
    """Several signatures, as one request carries them."""
    return [(name, ", ".join(dict(each)[name] for each in requests)) for name, _ in requests[0]]


def test_each_signature_is_looked_at_by_itself() -> None:
    bots = Bots(ORIGIN, [KEY, key_of(OTHER, "another")])
    ours, theirs = relabelled(signed(), "ours"), relabelled(signed(OTHER), "theirs")
    wallets = relabelled(signed_fields(READER, ORIGIN + "/x"), "wallets")
    rubbish = [("Signature-Input", 'z=("@nothing");created="x"'), ("Signature", "z=1")]
    assert names(bots, joined(ours, theirs)) == ("another", "examplebot")
    assert names(bots, joined(wallets, ours)) == ("examplebot",)
    assert names(bots, [*ours, *wallets]) == ("examplebot",), "as lines of their own, too"
    assert names(bots, joined(ours, rubbish)) == ("examplebot",)
    half = [*ours, ("Signature-Input", 'h=("@authority")'), ("Signature", "g=:AA==:")]
    assert names(bots, half) == ("examplebot",)
    bad = relabelled(signed(OTHER, seconds=-1), "bad")
    with pytest.raises(IdentityRefused, match="sign it for now"):
        names(bots, joined(ours, bad))


def test_a_signature_may_cover_another(bots: Bots) -> None:
    """As a remote browser signs what an agent has signed before."""
    inner = signed_fields(
        OTHER, ORIGIN + "/x", covered=USUAL, key_id=key_of(OTHER).thumbprint, tag="web-bot-auth"
    )
    fields = {name.lower(): value for name, value in relabelled(inner, "agent")}
    created = int(time.time())
    covered = '("@authority" "signature-input";key="agent" "signature";key="agent")'
    said = f'{covered};created={created};expires={created + 60};keyid="{KEY.thumbprint}";tag="web-bot-auth"'
    base = (
        f'"@authority": site.example\n"signature-input";key="agent": {fields["signature-input"][6:]}\n'
        f'"signature";key="agent": {fields["signature"][6:]}\n"@signature-params": {said}'
    )
    made = base64.b64encode(SECRET.sign(base.encode())).decode()
    outer = [("Signature-Input", f"browser={said}"), ("Signature", f"browser=:{made}:")]
    inside = [("Signature-Input", fields["signature-input"]), ("Signature", fields["signature"])]
    assert names(bots, joined(inside, outer)) == ("examplebot",)
    with pytest.raises(IdentityRefused, match="does not hold"):
        names(bots, outer)


def test_a_nonce_counts_once_for_each_key() -> None:
    bots = Bots(ORIGIN, [KEY, key_of(OTHER, "another")])
    fields = signed(nonce="n1")
    assert names(bots, fields) == ("examplebot",)
    with pytest.raises(IdentityRefused, match="used before"):
        names(bots, fields, "/y")
    with pytest.raises(IdentityRefused, match="used before"):
        names(bots, signed(nonce="n1", seconds=90))
    assert names(bots, signed(OTHER, nonce="n1")) == ("another",)
    assert names(bots, signed(nonce="n2")) == ("examplebot",)
    # A signature that does not hold uses nothing up.
    with pytest.raises(IdentityRefused, match="does not hold"):
        names(bots, signed(OTHER, key_id=KEY.thumbprint, nonce="n3"))
    assert names(bots, signed(nonce="n3")) == ("examplebot",)


def test_what_was_signed_before_the_memory_began_counts_without_a_nonce_alone(bots: Bots) -> None:
    assert names(bots, signed(after=-100, seconds=200)) == ("examplebot",)
    with pytest.raises(IdentityRefused, match="too long ago"):
        names(bots, signed(after=-100, seconds=200, nonce="n1"))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), max_size=80), st.integers(1, 10))
def test_however_few_are_remembered_none_counts_twice(shown: list[tuple[int, int]], most: int) -> None:
    """Pairs of a nonce and its signature's second; the memory has room for `most`."""
    once = Once(most, 0)
    counted = []
    for nonce, created in shown:
        if once.use(str(nonce), created):
            counted.append((nonce, created))
        assert len(once) <= most
    assert len(set(counted)) == len(counted)


def test_new_signatures_count_however_many_there_were() -> None:
    once = Once(10, 0)
    assert all(once.use(f"n{second}", second) for second in range(1_000))
    assert len(once) == 10
    assert not once.use("n999", 999)
    assert not once.use("n0", 0), "forgotten, and so is void"


_LABELS = st.sampled_from(["a", "b", "*", ""])
_INPUTS = st.sampled_from(
    [
        f'("@authority");created=1;expires=2;keyid="{KEY.thumbprint}";tag="web-bot-auth"',
        f'("@authority" "@authority");created={int(time.time())};expires={int(time.time()) + 600};'
        f'keyid="{KEY.thumbprint}";tag="web-bot-auth"',
        f'("@query-param";name="x" 1);keyid="{KEY.thumbprint}";tag="web-bot-auth";nonce=1;created=1.5',
        f"();keyid={KEY.thumbprint};tag=web-bot-auth",
        '("@authority")',
        "1",
        "",
    ]
)


@given(
    st.lists(st.tuples(_LABELS, _INPUTS | st.text(max_size=40)), max_size=4),
    st.lists(st.tuples(_LABELS, st.binary(max_size=70) | st.text(max_size=20)), max_size=4),
)
def test_any_fields_are_nobodys_or_refused(
    inputs: list[tuple[str, str]], made: list[tuple[str, bytes | str]]
) -> None:
    bots = Bots(ORIGIN, [KEY])
    said = ", ".join(f"{label}={value}" for label, value in inputs)
    signatures = ", ".join(
        f"{label}={value if isinstance(value, str) else f':{base64.b64encode(value).decode()}:'}"
        for label, value in made
    )
    fields = [
        (name, text.encode(errors="replace").decode("latin-1"))
        for name, text in (("Signature-Input", said), ("Signature", signatures))
    ]
    with suppress(IdentityRefused):
        assert names(bots, fields) == ()


# Vectors of draft-ietf-webbotauth-httpsig-protocol-01, "EdDSA Using Curve edwards25519"; the key is that of
# RFC 9421, B.1.4.
VECTOR_KEY = BotKey.parse("vector", "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs")
VECTOR_AT = 1_735_689_700
VECTOR = [
    ("Signature-Agent", '"https://signature-agent.test"'),
    (
        "Signature-Input",
        'sig2=("@authority" "signature-agent");created=1735689600;'
        'keyid="poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";alg="ed25519";expires=1735693200;'
        'nonce="e8N7S2MFd/qrd6T2R3tdfAuuANngKI7LFtKYI/vowzk4lAZYadIX6wW25MwG7DCT9RUKAJ0qVkU0mEeLElW1qg==";'
        'tag="web-bot-auth"',
    ),
    (
        "Signature",
        "sig2=:jdq0SqOwHdyHr9+r5jw3iYZH6aNGKijYp/EstF4RQTQdi5N5YYKrD+mCT1HA1nZDsi6nJKuHxUi/5Syp3rLWBA==:",
    ),
]
LONG = [
    ("Signature-Agent", 'agent2="https://signature-agent.test"'),
    (
        "Signature-Input",
        'sig2=("@authority" "signature-agent";key="agent2");created=1735689600;'
        'keyid="poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";alg="ed25519";expires=4889289600;'
        'nonce="n9p433xm+NJ3ph3upfBIGmsuwHw387YV7Q/F+6BSpGCVjYCqQw6rznNA8PVVLySrAWsv0hQtFioQb6E1YsauiA==";'
        'tag="web-bot-auth"',
    ),
    (
        "Signature",
        "sig2=:RdNFx5Bj6au3YgAMQL/RzmUlZE8QZLIaXGRpw985hWnwPfMxT228NMk6ehRS1PSl4e8PhbNZACSanGdhEwYCCg==:",
    ),
]


def test_the_drafts_own_vector_is_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Then":
            return cls.fromtimestamp(VECTOR_AT, tz)

    monkeypatch.setattr(time, "time", lambda: float(VECTOR_AT - 100))
    bots = Bots("https://example.com", [VECTOR_KEY])
    monkeypatch.setattr(time, "time", lambda: float(VECTOR_AT))
    monkeypatch.setattr("http_message_signatures.signatures.datetime.datetime", Then)
    assert VECTOR_KEY.thumbprint == "poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U"
    assert names(bots, VECTOR, "/path/to/resource") == ("vector",)
    with pytest.raises(IdentityRefused, match="used before"):
        names(bots, VECTOR)
    elsewhere = Bots("https://example.org", [VECTOR_KEY])
    with pytest.raises(IdentityRefused, match="does not hold"):
        names(elsewhere, VECTOR)
    with pytest.raises(IdentityRefused, match="86400 s at most"):
        names(bots, LONG)
    monkeypatch.setattr("licet.gateway.bots.MAX_SECONDS", 1 << 40)
    assert names(bots, LONG) == ("vector",)
    altered = [(name, value.replace("agent.test", "agent.evil")) for name, value in LONG]
    with pytest.raises(IdentityRefused, match="does not hold"):
        names(Bots("https://example.com", [VECTOR_KEY]), altered)


# At the gate.

CLAIMS = ("User-Agent", "examplebot/1.0")


async def echo(scope: Scope, receive: Any, send: Any) -> None:
    await Response(b"text")(scope, receive, send)


def site(*policies: Policy, **settings: Any) -> Site:
    keys = (KEY, key_of(OTHER, "another"))
    return Site(ORIGIN, Policies.of([*policies, Policy("/", Access.FREE)]), keys=keys, **settings)


ARCHIVE = (
    Policy("/archive/", Access.FORBIDDEN),
    Policy("/archive/", Access.FREE, keys=("examplebot",)),
    Policy("/archive/drafts/", Access.FORBIDDEN, ("examplebot",)),
)


def test_a_key_opens_what_a_name_does_not() -> None:
    app = around(echo, site(*ARCHIVE))

    def get(*fields: tuple[str, str], path: str = "/archive/a") -> Answer:
        return ask(app, path, headers=fields)

    assert get(*signed()).body == b"text"
    assert get(*signed(), CLAIMS).status == 200
    assert get(CLAIMS).status == 403
    assert get(*signed(OTHER)).status == 403, "known, but not named here"
    assert get(*signed(OTHER, key_id="x")).status == 403
    assert get(*signed(), CLAIMS, path="/archive/drafts/a").status == 403, "the longer pattern counts"
    assert get(*signed(), path="/archive/drafts/a").status == 200


def test_who_signs_badly_is_told_why() -> None:
    app = around(echo, site(*ARCHIVE))
    for path in ("/archive/a", "/x"):
        answer = ask(app, path, headers=signed(seconds=-1))
        assert (answer.status, answer.headers["accept-signature"]) == (401, WANTED)
        assert answer.headers["www-authenticate"].startswith('License error="invalid_token"')
        assert answer.headers["content-type"] == "application/problem+json"
        assert "sign it for now" in json.loads(answer.body)["detail"]
        assert "describedby" in answer.headers["link"]
    assert ask(app, "/robots.txt", headers=signed(seconds=-1)).status == 200, "the terms are for all"
    for fields in (signed(OTHER, seconds=-1, key_id="x"), signed(tag="x", seconds=-1)):
        assert ask(app, "/x", headers=fields).status == 200, "others' signatures are others' business"
    page_ = ask(app, "/x", headers=[*signed(seconds=-1), ("Accept", "text/html")])
    assert page_.headers["content-type"].startswith("text/html")


def test_caches_hear_that_a_signature_counts() -> None:
    assert ask(around(echo, site(*ARCHIVE)), "/x").headers["vary"] == "User-Agent, Signature-Input, Signature"
    assert "vary" not in ask(around(echo, site()), "/x").headers
    assert ask(around(echo, site(*ARCHIVE[:2])), "/x").headers["vary"] == "Signature-Input, Signature"


def test_keys_that_no_policy_names_are_not_looked_at() -> None:
    assert ask(around(echo, site()), "/x", headers=signed(seconds=-1)).status == 200


def test_a_keys_rate_is_its_own() -> None:
    rate = Rate(2, 60, By.KEY)
    app = around(
        echo,
        site(
            Policy("/", Access.FREE, keys=("examplebot", "another"), rate=rate),
            Policy("/a/", Access.FREE, rate=rate),
        ),
    )
    for path in ("/x", "/a/x"):
        assert [ask(app, path, headers=signed()).status for _ in range(3)] == [200, 200, 429]
        assert ask(app, path, headers=signed(OTHER)).status == 200
    assert [ask(app, "/a/x").status for _ in range(3)] == [200, 200, 429], "others by address"
    assert ask(app, "/a/x", headers=signed(seconds=-1)).status == 429, "and whoever signs badly with these"


def test_who_signs_badly_is_counted_where_others_are_once_they_are_known() -> None:
    sold = Policy("/sold/", Access.LICENSE, asset=parse_hash("11" * 32), rate=Rate(2, 60, By.KEY))
    app = around(echo, site(sold, *ARCHIVE))
    asked = [ask(app, "/sold/x", headers=signed(seconds=-1)).status for _ in range(3)]
    assert asked == [401, 401, 429]


def test_a_crawler_that_pays_is_counted_as_who_pays() -> None:
    """Where it will be known who pays, a key counts only for those who do not."""
    limit = Limit(Rate(1, 60, By.KEY))

    def turn(client: str, bot: str, payer: str = "") -> None:
        begun = Turn(limit, {"type": "http", "client": (client, 1)}, is_proven=True, bot=bot)
        begun.count()
        begun.known(payer)

    turn("192.0.2.1", "examplebot")
    turn("192.0.2.1", "another")
    turn("192.0.2.1", "another", "0xpayer")
    turn("192.0.2.1", "")
    for bot, payer in (("examplebot", ""), ("", ""), ("examplebot", "0xpayer")):
        with pytest.raises(AskedTooOften):
            turn("192.0.2.1", bot, payer)
    turn("192.0.2.2", "")


def test_what_is_said_of_a_key_is_not_said_to_all() -> None:
    asset = parse_hash("11" * 32)
    terms = site(*ARCHIVE, Policy("/sold/", Access.LICENSE, asset=asset, keys=("another",)))
    saying = Saying(terms)
    robots = saying.documents["/robots.txt"].data.decode()
    assert "Disallow: /archive/" in robots
    assert "/sold/" not in robots
    assert "another" not in robots
    said = describe(terms, saying, None)["policies"]
    assert [each["keys"] for each in said if each["path"] == "/sold/"] == [[key_of(OTHER).thumbprint]]
    assert "<h2>/archive/ for examplebot (by its key): free to read</h2>" in terms_page(terms, {}).decode()


def test_examples_keys_are_known() -> None:
    for public in PUBLISHED:
        assert BotKey.parse("x", public).thumbprint


def test_a_request_without_signatures_costs_a_glance(bots: Bots, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read where the field is not there."""

    def read(*_: object) -> None:
        raise AssertionError("the request was read")

    monkeypatch.setattr("licet.gateway.signed.Asked.of", read)
    assert names(bots, [("Accept", "*/*"), CLAIMS, ("Signature", "x")]) == ()


def test_an_application_sees_the_signature() -> None:
    """What a crawler shows is no secret of its holder's: it may count for the application, too."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        seen.append(scope)
        await Response(b"")(scope, receive, send)

    fields = signed()
    assert ask(around(app, site(*ARCHIVE)), "/x", headers=fields).status == 200
    assert {name for name, _ in seen[0]["headers"]} >= {b"signature", b"signature-input"}
