"""The configuration: what it says is what is served; what is wrong with it is said in one line."""

from pathlib import Path

import pytest

from licet.documents.terms import TermsDocument
from licet.errors import InputError
from licet.gateway.config import LogSettings, MetricsSettings, Site, origin_of
from licet.gateway.limits import By, Rate
from licet.gateway.policies import Access
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights.vocabulary import MACHINE

ASSET = "0x" + "11" * 32
DOLLAR = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
VAULT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
CHAIN = f'[chain]\nrpc = "http://127.0.0.1:8545"\nregistry = "{DOLLAR}"\nchain_id = 31337\n'
SITE = '[site]\norigin = "https://site.example"\nfolder = "."\n'
REST = '[[policy]]\npath = "/"\naccess = "free"\n'
METERED = f"""
[[policy]]
path = "/paid/"
access = "metered"
asset = "{ASSET}"
price = "2000"
currency = "{DOLLAR}"
payee = "{VAULT}"
decimals = 6
uses = ["ai-training", "index"]
title = "Stories"
"""


def read(folder: Path, text: str) -> Site:
    path = folder / "gateway.toml"
    path.write_text(text)
    return Site.read(path)


def test_what_a_site_says_of_licenses(tmp_path: Path) -> None:
    licensed = policy(path='"/tales/"', access='"license"', asset=f'"{ASSET}"', uses='["index"]')
    plain = read(tmp_path, SITE + CHAIN + licensed + REST)
    assert plain.chain is not None
    assert plain.needs_account
    assert (plain.chain.license_seconds, plain.chain.session_seconds, plain.keys) == (30, 3600, ())
    assert not read(tmp_path, SITE + licensed + REST).needs_account, "without a chain nobody can read it"
    assert not read(tmp_path, SITE + CHAIN + REST).needs_account
    settings = "license_seconds = 5\nsession_seconds = 60\n"
    chain = read(tmp_path, SITE + CHAIN + settings + REST).chain
    assert chain is not None
    assert (chain.license_seconds, chain.session_seconds) == (5, 60)


@pytest.mark.parametrize(
    "text",
    [
        "license_seconds = 0\n",
        'session_seconds = "1h"\n',
        f'[[chain.key]]\nname = "x"\npublic = "{"A" * 43}"\n',
    ],
)
def test_what_is_no_setting_of_licenses(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read(tmp_path, SITE + CHAIN + text + REST)


def policy(**values: str) -> str:
    return "[[policy]]\n" + "".join(f"{name} = {value}\n" for name, value in values.items())


def key(**values: str) -> str:
    return "[[key]]\n" + "".join(
        f'{name} = "{value}"\n'
        for name, value in {"name": "bot", "public": "A" * 43, **values}.items()
        if value
    )


def test_crawlers_keys(tmp_path: Path) -> None:
    own = policy(path='"/a/"', access='"free"', keys='["bot"]', rate='"1/s"')
    agents = policy(path='"/a/"', access='"free"', keys='["bot"]', rate='"1/s"', rate_by='"address"')
    keys = key() + "".join(
        key(name=name, public=letter * 42 + "A", holder=VAULT)
        for name, letter in (("bot", "B"), ("Other.2", "C"))
    )
    site = read(tmp_path, SITE + own + REST + keys)
    assert [(each.name, each.public[0], each.holder) for each in site.keys] == [
        ("bot", 0, None),
        ("bot", 4, VAULT),
        ("Other.2", 8, VAULT),
    ]
    named = site.policies.policies[0]
    assert (named.keys, named.rate) == (("bot",), Rate(1, 1, By.KEY))
    assert read(tmp_path, SITE + agents + REST + key()).policies.policies[0].rate == Rate(1, 1)
    assert read(tmp_path, SITE + REST).keys == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (key(public="A" * 42), "key 1: 'A*' is no Ed25519 public key"),
        (key(public=""), "key 1.public is missing"),
        (key(name=""), "key 1.name is missing"),
        (key(name="two words"), "key 1: 'two words' is no key's name"),
        (key(name="x" * 65), "is no key's name"),
        (key(holder="me"), "key 1: 'me' is not an address"),
        (key(kid="x"), "key 1.kid is unknown"),
        (key() + key(name="other"), "two .*key.* have one public key"),
        (key(public="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"), "an example's key"),
        (key(public="JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"), "an example's key"),
        (key(public="JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bt"), "'J.*0bt' is no Ed25519 public key"),
        (policy(path='"/a"', access='"free"', keys='["bot"]'), "'bot' is the name of no key"),
        (policy(path='"/a"', access='"free"', keys='["Bot"]') + key(), "'Bot' is the name of no key"),
        (policy(path='"/a"', access='"free"', keys='"bot"') + key(), "an array"),
        (policy(path='"/a"', access='"free"', keys='["bot"]', agents='["bot"]') + key(), "a policy for each"),
    ],
)
def test_what_is_no_key(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(tmp_path, SITE + REST + text)


def test_a_site(tmp_path: Path) -> None:
    site = read(tmp_path, SITE + CHAIN + METERED + REST)
    assert (site.origin, site.folder, site.upstream) == ("https://site.example", tmp_path, "")
    assert site.chain is not None
    assert site.chain.chain_id == 31337
    paid, rest = site.policies.policies
    assert paid.tariff is not None
    assert (paid.access, paid.tariff.amount, paid.tariff.payee) == (Access.METERED, 2000, VAULT)
    assert paid.terms is not None
    assert paid.terms.payment is not None
    assert paid.terms.document.uses == Use.TRAIN | Use.TRAIN_GENERATIVE | Use.INDEX
    assert paid.terms.payment.currency == f"eip155:31337/erc20:{DOLLAR}"
    assert paid.terms.payment.text() == "0.002000"
    assert paid.terms.targets == ("/paid/",)
    assert rest.terms is None, "who may read a page has no license for anything else"


def test_what_policies_say(tmp_path: Path) -> None:
    (tmp_path / "terms.json").write_bytes(TermsDocument("Index", Use.INDEX, "As you like.").to_bytes())
    entries = (
        policy(path='"/a/"', access='"free"', uses='["search"]', prohibited='["ai-training"]'),
        policy(path='"/b/"', access='"free"', terms='"terms.json"'),
        policy(path='"/c/"', access='"forbidden"'),
        policy(path='"/d/"', access='"free"', prohibited='["gen-ai"]'),
        policy(path='"/e/"', access='"license"', asset=f'"{ASSET}"', uses='["index"]'),
    )
    a, b, c, d, e, _ = (
        each.terms for each in read(tmp_path, SITE + "".join(entries) + REST).policies.policies
    )
    assert a and b and c and d and e  # noqa: PT018 - all say something
    assert a.payment is not None
    assert (a.document.uses, a.payment.kind) == (Use.SEARCH, Kind.FREE)
    assert (b.document.title, b.targets) == ("Index", ("/b/",))
    assert (c.document.uses, c.document.prohibited) == (Use(0), MACHINE)
    assert (d.document.prohibited, d.payment) == (Use.TRAIN_GENERATIVE, None)
    assert (e.document.uses, e.payment) == (Use.INDEX, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "site is missing"),
        ("site = 1", "site is 1: a table"),
        ("x = = 1", "not valid TOML"),
        (SITE, "policy is missing"),
        (SITE + 'upstream = "http://127.0.0.1:1"\n' + REST, "name one of them"),
        (SITE.replace('"."', '"nowhere"') + REST, "no folder"),
        (SITE.replace('"."', "1") + REST, "site.folder is 1: a string"),
        (SITE + "colour = 1\n" + REST, "site.colour is unknown"),
        (SITE + "max_body = 0\n" + REST, "above 0"),
        (SITE + "max_body = true\n" + REST, "a whole number"),
        (SITE + "html_links = 1\n" + REST, "true or false"),
        (REST + SITE + "[more]\n", "more is unknown"),
        (SITE + "[policy]\nx = 1\n", "policy is .*an array"),
        (SITE + policy(path='"/a/"', access='"free"'), 'path = "/"'),
        (SITE + REST + REST, "two policies"),
        (SITE + REST + policy(path='"/a"', access='"maybe"'), "policy 2: access is 'maybe'; known are: free"),
        (SITE + REST + policy(path='"/a"', access='"free"', agent='"x"'), ".toml: policy 2.agent is unknown"),
        (SITE + REST + policy(path='"/a"', access='"free"', agents='"x"'), "an array"),
        (SITE + REST + policy(path='"/a"', access='"free"', agents="[1]"), "strings"),
        (SITE + REST + policy(path='"/a"', access='"free"', uses='["sleep"]'), "not a use"),
        (SITE + REST + policy(path='"/a"', access='"free"', title='"x"'), "words for uses"),
        (SITE + REST + policy(path='"/a"', access='"forbidden"', uses='["index"]'), "permits nothing"),
        (SITE + REST + policy(path='"/a"', access='"free"', price='"1"'), "price is unknown"),
        (SITE + REST + policy(path='"/a"', access='"free"', terms='"no.json"'), "no.json cannot be read"),
        (SITE + REST + policy(path='"/a"', access='"free"', terms='"gateway.toml"'), "rights convert"),
        (SITE + REST + policy(path='"/a"', access='"license"', asset='"0x1"'), "asset id"),
        (SITE + REST + policy(path='"/a"', access='"license"', asset=f'"{ASSET}"'), "uses is missing"),
        (SITE + METERED + REST, "add .chain."),
        (SITE + CHAIN.replace("31337", "0") + REST, "chain_id above 0"),
        (SITE + CHAIN.replace("http:", "file:") + REST, "http"),
        (SITE + CHAIN + METERED.replace('"2000"', '"0.5"') + REST, "price"),
        (SITE + CHAIN + METERED.replace('"2000"', '"0"') + REST, "costs nothing is free"),
        (SITE + CHAIN + METERED.replace(VAULT, "0x12") + REST, "payee"),
        (SITE + REST + REST.replace('"/"', '"a"'), "pattern of paths"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        read(tmp_path, text)
    assert "gateway.toml" in str(caught.value)
    assert "\n" not in str(caught.value).split(" is not valid TOML")[0]


def test_a_file_that_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Site.read(tmp_path / "nothing")
    (tmp_path / "large").write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(InputError, match="more than"):
        Site.read(tmp_path / "large")
    (tmp_path / "bytes").write_bytes(b"\xff")
    with pytest.raises(InputError, match="not valid TOML"):
        Site.read(tmp_path / "bytes")
    (tmp_path / "deep").write_bytes(b"a = " + b"[" * 100_000)
    with pytest.raises(InputError, match="not valid TOML"):
        Site.read(tmp_path / "deep")


def test_too_many_policies(tmp_path: Path) -> None:
    entries = "".join(policy(path=f'"/{n}"', access='"free"') for n in range(1_000))
    with pytest.raises(InputError, match="1000 are the most"):
        read(tmp_path, SITE + entries + REST)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Site.Example", "https://site.example"),
        ("https://site.example/", "https://site.example"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://[::1]:9000", "http://[::1]:9000"),
    ],
)
def test_origins(url: str, origin: str) -> None:
    assert origin_of(url, "x") == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "site.example",
        "ftp://site.example",
        "https://",
        "https://user:secret@site.example",
        "https://site.example/path",
        "https://site.example?x",
        "https://site.example#x",
        "https://site.example:99999",
        "https://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example",
        "https://site.example\\@evil.example",
        "https://a b.example",
        "https://[::1",
    ],
)
def test_what_is_no_origin(url: str) -> None:
    with pytest.raises(InputError, match="an origin such as"):
        origin_of(url, "x")


def test_what_a_site_says_of_its_operation(tmp_path: Path) -> None:
    site = SITE + 'rate = "50/s"\nproxies = ["127.0.0.1", "10.0.0.0/8"]\n'
    limited = 'rate = "60/min"\nrate_by = "key"\n'
    rest = '[metrics]\nport = 9999\n[log]\nfile = "gateway.log"\n'
    found = read(tmp_path, site + CHAIN + METERED + limited + REST + rest)
    assert found.rate == Rate(50, 1)
    assert [str(network) for network in found.proxies] == ["127.0.0.1/32", "10.0.0.0/8"]
    assert found.policies.policies[0].rate == Rate(60, 60, By.KEY)
    assert found.metrics == MetricsSettings("127.0.0.1", 9999)
    assert found.log == LogSettings(tmp_path / "gateway.log")
    plain = read(tmp_path, SITE + CHAIN + METERED + REST + "[log]\n[metrics]\n")
    assert (plain.rate, plain.proxies, plain.policies.policies[0].rate) == (None, (), None)
    assert (plain.log, plain.metrics) == (LogSettings(None), MetricsSettings("127.0.0.1", 9402))


def test_where_a_gateway_keeps_what_it_does(tmp_path: Path) -> None:
    plain = read(tmp_path, SITE + CHAIN + METERED + REST).chain
    assert plain is not None
    assert plain.journal == tmp_path / "gateway.sqlite"
    assert (plain.outbox, plain.logs) == (None, None)
    assert plain.beside(".outbox") == tmp_path / "gateway.outbox"
    assert (plain.confirmations, plain.max_gwei, plain.facilitator) == (1, 200, "")
    url = "postgresql://gateway@db/journal"
    named = f'journal = "{url}"\nconfirmations = 3\nmax_gwei = 5\nfacilitator = "https://x402.example"\n'
    server = read(tmp_path, SITE + CHAIN + named + METERED + REST).chain
    assert server is not None
    assert (server.journal, server.confirmations, server.max_gwei) == (url, 3, 5)
    assert server.facilitator == "https://x402.example"
    assert (server.outbox, server.logs) == (tmp_path / "gateway.outbox", tmp_path / "gateway.logs")
    own = read(tmp_path, SITE + CHAIN + named + 'outbox = "o"\nlogs = "l"\n' + METERED + REST).chain
    assert own is not None
    assert (own.outbox, own.logs) == (tmp_path / "o", tmp_path / "l")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SITE + 'rate = "10"\n' + REST, "is no rate"),
        (SITE + 'rate_by = "key"\n' + REST, "rate_by is for a rate"),
        (SITE + REST + 'rate = "1/s"\nrate_by = "name"\n', "nothing that is counted by"),
        (SITE + 'proxies = ["example.com"]\n' + REST, "no address and no network"),
        (SITE + REST + "[metrics]\nport = 70000\n", "a TCP port is expected"),
        (SITE + REST + "[metrics]\npath = 1\n", "metrics.path is unknown"),
        (SITE + REST + "[log]\nlevel = 1\n", "log.level is unknown"),
        (SITE + CHAIN + 'facilitator = "ftp://x"\n' + METERED + REST, "are http\\(s\\) URLs"),
        (SITE + CHAIN + "max_gwei = 0\n" + METERED + REST, "a number above 0"),
        (SITE + CHAIN + "confirmations = -1\n" + METERED + REST, "a number above 0"),
    ],
)
def test_what_is_wrong_with_its_operation(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path, text)
