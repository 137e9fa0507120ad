"""What a site says: read by the formats' own readers, it is what its policies do, in every place alike."""

import base64
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import ASGIApp

from licet.documents.terms import TermsDocument
from licet.errors import InputError
from licet.gateway.app import around, gateway
from licet.gateway.config import ChainSettings, Site
from licet.gateway.policies import Access, Policies, Policy, Tariff
from licet.gateway.saying import Saying
from licet.gateway.terms_page import terms_page
from licet.rights.formats.aipref import field, robots
from licet.rights.formats.rsl import discovery
from licet.rights.formats.rsl import writing as rsl
from licet.rights.formats.tdm import reservation
from licet.rights.offer import Kind
from licet.rights.syntax.robots_txt import covers, lines
from licet.rights.terms import Payment, Terms
from licet.rights.uses import SETS, Use
from licet.rights.vocabulary import MACHINE
from licet.types import Address, parse_hash
from tests.unit.asgi import Answer, ask

ORIGIN = "https://site.example"
ASSET = parse_hash("11" * 32)
DOLLAR = Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
VAULT = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
NONE = Use(0)
FREE = Payment(Kind.FREE)


def terms(path: str, uses: Use, prohibited: Use = NONE, payment: Payment | None = FREE) -> Terms:
    document = TermsDocument("Title", uses, "Words.", prohibited=prohibited)
    return Terms(document, targets=(path,), payment=payment if uses else None)


def site(**settings: object) -> Site:
    policies = [
        Policy("/", Access.FREE, terms=terms("/", Use.SEARCH, SETS["ai-training"])),
        Policy("/open/", Access.FREE, terms=terms("/open/", MACHINE)),
        Policy("/no/", Access.FORBIDDEN, terms=terms("/no/", Use(0), MACHINE)),
        Policy(
            "/paid/*.txt$",
            Access.METERED,
            asset=ASSET,
            tariff=Tariff(2000, DOLLAR, VAULT),
            terms=terms(
                "/paid/*.txt$",
                SETS["ai-training"],
                payment=Payment(Kind.METERED, 2000, f"eip155:31337/erc20:{DOLLAR}", 6, "use"),
            ),
        ),
        Policy("/", Access.FORBIDDEN, ("badbot",), terms=terms("/", Use(0), MACHINE)),
        Policy("/open/", Access.FREE, ("badbot",), terms=terms("/open/", Use.SEARCH)),
    ]
    chain = ChainSettings("http://127.0.0.1:1", DOLLAR, 31337)
    return Site(ORIGIN, Policies.of(policies), title="A <site>", chain=chain, **settings)  # type: ignore[arg-type]


def silent(**settings: object) -> Site:
    return Site(ORIGIN, Policies.of([Policy("/", Access.FREE)]), **settings)  # type: ignore[arg-type]


def app(of: Site | None = None) -> ASGIApp:
    return around(Response(b"text", headers={"TDM-Reservation": "0", "Link": "</a>; rel=next"}), of or site())


def get(path: str, *headers: tuple[str, str]) -> Answer:
    answer = ask(app(), path, headers=headers)
    assert answer.status == 200
    return answer


def test_robots_txt() -> None:
    data = get("/robots.txt").body
    references = discovery.in_robots(data)
    assert [(each.agents, each.url) for each in references] == [((), f"{ORIGIN}/license.xml")]
    said = [(line.agents, line.label, line.value) for line in lines(data)]
    assert (("*",), "disallow", "/no/") in said
    assert (("*",), "allow", "/") in said
    assert (("badbot",), "disallow", "/") in said
    assert (("badbot",), "allow", "/open/") in said
    read = {each.targets: each.document for each in robots.read(data).terms}
    assert read[("/open/",)].uses & Use.SEARCH
    assert read[("/no/",)].prohibited & Use.TRAIN_GENERATIVE


def test_license_xml() -> None:
    answer = get("/license.xml")
    assert answer.headers["content-type"] == "application/rsl+xml"
    read = {each.targets: each for each in rsl.FORMAT.parse(answer.body).terms}
    assert set(read) == {(f"{ORIGIN}{path}",) for path in ("/", "/open/", "/no/", "/paid/*.txt$")}
    assert read[(f"{ORIGIN}/open/",)].document.uses == MACHINE
    assert read[(f"{ORIGIN}/no/",)].document.prohibited == MACHINE
    paid = read[(f"{ORIGIN}/paid/*.txt$",)]
    assert paid.payment is None or paid.payment.kind != Kind.FREE, "what is paid for is never said to be free"


@pytest.mark.parametrize(
    ("path", "reserved", "usage"),
    [
        ("/x", True, {"search": "y", "train-ai": "n"}),
        ("/open/x", False, {"search": "y", "train-ai": "y"}),
        ("/paid/x.txt", True, {"search": "", "train-ai": ""}),
        ("/no/x", True, {"search": "n", "train-ai": "n"}),
    ],
)
def test_header_robots_and_tdmrep_say_the_same(path: str, reserved: bool, usage: dict[str, str]) -> None:
    answer = ask(app(), path)
    said = reservation.of_headers(answer.headers)
    assert said is not None
    assert said.reserved == reserved
    assert len([name for name, _ in answer.fields if name == "tdm-reservation"]) == 1, (
        "the policy alone speaks"
    )
    preferences = field.read_statement(answer.headers.get("content-usage", "").encode()).preferences
    assert {name: preferences[name].value for name in usage} == usage
    # The first entry of tdmrep.json that matches counts, and the longest rule of robots.txt.
    entries = json.loads(get("/.well-known/tdmrep.json").body)
    first = next(entry for entry in entries if covers(entry["location"], path))
    assert first["tdm-reservation"] == int(reserved)
    rules = [rule for rule in robots.rules(get("/robots.txt").body) if rule.agents == ("*",)]
    matching = [rule for rule in rules if covers(rule.path, path)]
    longest = max(matching, key=lambda rule: len(rule.path))
    assert {name: longest.statement.preferences[name].value for name in usage} == usage


def test_links() -> None:
    answer = get("/x")
    fields = ", ".join(value for name, value in answer.fields if name == "link")
    assert discovery.in_link_field(fields) == (f"{ORIGIN}/license.xml",)
    assert 'rel="describedby"' in fields
    assert "</a>; rel=next" in fields, "the application's own links stay"


def test_a_refusal_says_the_terms_too() -> None:
    answer = ask(app(), "/no/x")
    assert (answer.status, answer.headers["tdm-reservation"]) == (403, "1")


def test_a_site_that_says_nothing() -> None:
    quiet = app(silent())
    assert ask(quiet, "/license.xml").status == 404
    assert ask(quiet, "/.well-known/tdmrep.json").status == 404
    assert b"License:" not in ask(quiet, "/robots.txt").body
    assert "content-usage" not in ask(quiet, "/x").headers


def test_discovery() -> None:
    found = json.loads(get("/.well-known/licet.json").body)
    assert (found["type"], found["origin"]) == ("licet/site/1", ORIGIN)
    assert found["documents"]["/license.xml"] == f"{ORIGIN}/license.xml"
    assert [policy["path"] for policy in found["policies"]][:1] == ["/paid/*.txt$"]
    paid = found["policies"][0]
    assert (paid["asset"], paid["price"], paid["payee"]) == (ASSET, "2000", VAULT)
    assert found["chain"] is None, "no node was asked"


def test_openapi() -> None:
    described = json.loads(get("/.well-known/licet/openapi.json").body)
    assert described["openapi"].startswith("3.1")
    for path in described["paths"]:
        if "{" not in path:
            assert ask(app(), path).status == 200, path
    names = [each["operationId"] for path in described["paths"].values() for each in path.values()]
    assert len(set(names)) == len(names)
    assert {"401", "402", "403"} & set(described["paths"]["/{path}"]["get"]["responses"]) == {"402", "403"}


def test_a_page_for_people() -> None:
    body = get("/.well-known/licet/").body.decode()
    assert "A &lt;site&gt;" in body
    assert "<h2>/no/: not to be read</h2>" in body
    assert "0.002" in body


def test_a_page_says_nothing_that_offers_say_otherwise() -> None:
    path, uses = "/archive/", SETS["ai-training"]
    licensed = Policy(path, Access.LICENSE, asset=ASSET, terms=terms(path, uses, payment=None))
    of = Site(ORIGIN, Policies.of([licensed, Policy("/", Access.FREE)]))
    body = ask(app(of), "/.well-known/licet/").body.decode()
    assert "<h2>/archive/: read with a license</h2>" in body
    assert "color-scheme:light dark" in body
    assert "train AI models" in body
    assert "does not end" not in body
    assert "not stated" not in body
    assert 'href="/.well-known/licet.json">the offers' in body
    assert "script" not in body
    policy = get("/.well-known/licet/").headers["content-security-policy"]
    style = body.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    every = get("/.well-known/licet/").body.decode()
    paid = every.partition("<h2>/paid/*.txt$: each read is paid for</h2>")[2].partition("<h2>")[0]
    assert "0.002" in paid
    assert "does not end" not in paid, "it is one read"


def test_people_read_what_programs_are_told() -> None:
    described = json.loads(get("/.well-known/licet/openapi.json").body)
    answer = get("/.well-known/licet/api")
    body = answer.body.decode()
    assert "A &lt;site&gt;: the API" in body
    for path, methods in described["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in body
    assert 'href="/.well-known/licet/openapi.json"' in body
    assert (
        answer.headers["content-security-policy"]
        == get("/.well-known/licet/").headers["content-security-policy"]
    )
    assert 'href="/.well-known/licet/api"' in get("/.well-known/licet/").body.decode()


def test_documents_are_only_read() -> None:
    assert ask(app(), "/robots.txt", method="HEAD").status == 200
    assert ask(app(), "/robots.txt", method="POST").status == 405


def test_no_policy_is_silent_below_one_that_speaks() -> None:
    policies = [Policy("/", Access.FREE, terms=terms("/", Use.SEARCH)), Policy("/drafts/", Access.FREE)]
    with pytest.raises(InputError, match="/drafts/ says nothing"):
        Saying(Site(ORIGIN, Policies.of(policies)))


def test_what_a_format_would_say_wrongly_is_refused() -> None:
    half = Policy("/", Access.FREE, terms=terms("/", Use.TRAIN))
    with pytest.raises(InputError, match="cannot permit train alone"):
        Saying(Site(ORIGIN, Policies.of([half])))


@pytest.fixture
def pages(tmp_path: Path) -> ASGIApp:
    (tmp_path / "a.html").write_bytes(b"<html><HEAD lang=en><title>x</title></HEAD></html>")
    (tmp_path / "b.html").write_bytes(b"<p>no head")
    (tmp_path / "c.txt").write_bytes(b"<head>")
    (tmp_path / "d.html").write_bytes(b" " * 100_000 + b"<head>")
    return gateway(site(folder=tmp_path, html_links=True))


def test_pages_lead_to_the_terms(pages: ASGIApp) -> None:
    answer = ask(pages, "/a.html")
    assert answer.body.startswith(b'<html><HEAD lang=en><link rel="license"')
    assert answer.body.endswith(b"<title>x</title></HEAD></html>")
    assert answer.headers["content-length"] == str(len(answer.body))
    assert discovery.in_page(answer.body) == (f"{ORIGIN}/license.xml",)
    for path in ("/b.html", "/c.txt", "/d.html"):
        answer = ask(pages, path)
        assert b"<link" not in answer.body
        assert answer.headers["content-length"] == str(len(answer.body))


def test_a_page_with_links_is_another_version(pages: ASGIApp) -> None:
    etag = ask(pages, "/a.html").headers["etag"]
    again = ask(pages, "/a.html", headers=[("If-None-Match", etag)])
    assert (again.status, again.headers["etag"]) == (304, etag)
    part = ask(pages, "/a.html", headers=[("Range", "bytes=0-4")])
    assert (part.status, part.body) == (206, b"<html")
    assert part.headers["etag"] != etag, "parts of two versions are not put together"
    whole = ask(pages, "/a.html", headers=[("Range", "bytes=0-4"), ("If-Range", etag)])
    assert whole.status == 200
    head = ask(pages, "/a.html", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert not {"content-length", "etag"} & set(head.headers)


def test_what_the_page_for_people_is_told_is_text() -> None:
    """Terms are others' documents, and a token calls itself what it likes."""
    mark = "</li><script>1</script>"
    terms = Terms(TermsDocument(mark, Use.TRAIN, mark), targets=("/a/",))
    policies = [Policy("/", Access.FREE), Policy("/a/", Access.LICENSE, asset=ASSET, terms=terms)]
    sold = Site("https://site.example", Policies.of(policies), title=mark)
    page = terms_page(sold, {ASSET: [[f"It costs 1 {mark}.", f"For {mark}."]]}).decode()
    assert "<script" not in page
    assert "They are for /a/." in page.partition("<h3>About these terms</h3>")[2]
    untitled = replace(terms, document=replace(terms.document, title=""))
    policies[1] = replace(policies[1], terms=untitled)
    assert "About these terms" not in terms_page(replace(sold, policies=Policies.of(policies)), {}).decode()
    assert page.partition("<h2>/: free to read</h2>")[2].startswith("<p>It may be read. Nothing is said here")
    assert page.count("&lt;script&gt;") >= 5, "it is there: as title and heading, in terms and in an offer"
