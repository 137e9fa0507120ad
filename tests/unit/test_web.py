"""What the server takes from a request, and what it lets a page have: whatever is sent."""

from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from licet.errors import DocumentMissing, IndexUnusable, InputError, LicetError, NotRegistered
from licet.text import one_line, short
from licet.types import ZERO_HASH
from licet.web.answers import status_of
from licet.web.downloads import DOWNLOADS
from licet.web.drawings import of_works
from licet.web.headers import policy
from licet.web.languages import language_of
from licet.web.openapi import description
from licet.web.pages import span, web_link
from licet.web.resources import RESOURCES
from licet.web.views.paging import Page


def request(headers: dict[str, str] | None = None, query: str = "") -> Request:
    fields = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in (headers or {}).items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": query.encode(),
        "headers": fields,
    }
    return Request(scope)


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("zh-TW", "zh"),
        ("de, zh-CN;q=0.8, en;q=0.5", "zh"),
        ("en-GB, zh;q=0.9", "en"),
        ("zh;q=0, en;q=0.1", "en"),
        ("*", "en"),
        ("fr", "en"),
        ("zh;q=x", "en"),
        (",,;q=1", "en"),
    ],
)
def test_the_language_is_the_browsers(accepted: str, code: str) -> None:
    assert language_of(request({"Accept-Language": accepted})).code == code


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [(0, "no wait", "无需等待"), (730 * 86_400, "2 years", "2 年"), (3_601, "3,601 seconds", "3,601 秒")],
)
def test_a_length_of_time_is_in_its_largest_unit(seconds: int, en: str, zh: str) -> None:
    assert [span(language_of(request(query=f"lang={code}")), seconds) for code in ("en", "zh")] == [en, zh]


def test_no_license_is_no_link() -> None:
    """What was used without a license is logged with the license zero, which no page is about."""
    templates = jinja2.Environment(loader=jinja2.PackageLoader("licet.web"), autoescape=True)
    templates.filters |= {"short": short, "line": one_line, "web_link": web_link}
    evidence: Any = templates.get_template("evidence.html").module
    assert str(evidence.evidence("license_id", ZERO_HASH)).strip() == "\N{EN DASH}"
    assert "/licenses/0x" in str(evidence.evidence("license_id", "0x" + "1f" * 32))


def test_a_language_that_was_chosen_comes_first() -> None:
    headers = {"Accept-Language": "en", "Cookie": "licet-language=zh"}
    assert language_of(request(headers)).code == "zh"
    assert language_of(request(headers, "lang=en")).code == "en"
    assert language_of(request(headers, "lang=../../etc")).code == "zh"
    assert language_of(request({"Cookie": "licet-language=de"})).code == "en"


@given(st.text(st.characters(max_codepoint=255), max_size=600))
def test_no_header_breaks_the_choice(accepted: str) -> None:
    assert language_of(request({"Accept-Language": accepted})).code in ("en", "zh")


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "\tjavascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ni:///sha-256;abc",
        "//elsewhere.example/x",
        "/audit",
        "https:",
        "https:///x",
        "http://[::1",
        "https://a.example/\u202egpj.exe",
        "https://a.example/" + "x" * 3_000,
        "",
    ],
)
def test_what_is_no_link_is_text(uri: str) -> None:
    assert web_link(uri) is None


def test_what_is_a_link() -> None:
    for uri in ("https://a.example/x.png", "http://a.example:8080/?q=1#f"):
        assert web_link(uri) == uri


@pytest.mark.parametrize("key", ["-1", "1-", "a", "1-2-3", "01", "9" * 20, "\uff11", "1 ", "0x1", "1\n"])
def test_a_key_that_no_page_gave_is_refused(key: str) -> None:
    with pytest.raises(InputError, match="is no key of a page"):
        Page(key)


@pytest.mark.parametrize("limit", [0, -1, 101, 10**9])
def test_a_page_has_so_many_rows_at_most(limit: int) -> None:
    with pytest.raises(InputError, match="1 to 100"):
        Page("", limit)


def test_the_policy_lets_nothing_in() -> None:
    rules = dict(
        rule.split(" ", 1) for rule in policy("https://user:secret@node.example:8545/key").split("; ")
    )
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["connect-src"] == "'self' https://node.example:8545"
    assert not any(word in rule for rule in rules.values() for word in ("unsafe", "*", "secret", "key"))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotRegistered("x"), 404),
        (DocumentMissing("x"), 404),
        (InputError("x"), 400),
        (IndexUnusable("x"), 503),
        (LicetError("x"), 500),
    ],
)
def test_errors_have_their_status(error: LicetError, status: int) -> None:
    assert status_of(error) == status


def test_the_description_has_all_there_is() -> None:
    described = description()
    paths = {f"/api{each.path}" for each in (*RESOURCES, *DOWNLOADS)}
    assert set(described["paths"]) == paths
    for path, methods in described["paths"].items():
        assert set(methods) == {"get"}
        named = {parameter["name"] for parameter in methods["get"]["parameters"] if parameter["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def taken_in(works: int) -> dict[str, Any]:
    """What so many works took in, the first most, and another one nothing."""
    listed = [
        {"asset_id": f"0x{n:064x}", "title": None, "amount": str(9 - n), "by_time": {"3600": str(9 - n)}}
        for n in range(works)
    ]
    nothing = {"asset_id": "0x" + "f" * 64, "title": "Free", "amount": "0", "by_time": {"3600": "0"}}
    total = sum(int(work["amount"]) for work in listed)
    return {"by_time": {"3600": str(total)}, "works": [*listed, nothing]}


@pytest.mark.parametrize(("works", "last"), [(1, None), (2, 8), (4, 6), (5, 6 + 5), (7, 6 + 5 + 4 + 3)])
def test_a_column_is_made_of_four_works_at_most(works: int, last: int | None) -> None:
    amounts, parts = of_works(taken_in(works), "others")
    assert [sum(part.values()) for _, part in parts][-1:] == ([] if last is None else [last])
    assert len(parts) == (0 if works == 1 else min(works, 4))
    assert ("others" in dict(parts)) == (works > 4)
    assert not parts or sum(sum(part.values()) for _, part in parts) == sum(amounts.values())
