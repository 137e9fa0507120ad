"""Which policy counts for which path and crawler; and which spellings of a path there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.errors import InputError
from licet.gateway.paths import RequestPath, request_path
from licet.gateway.policies import Access, Policies, Policy, Tariff
from licet.types import Address, parse_hash

ASSET = parse_hash("11" * 32)
TARIFF = Tariff(
    1,
    Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
    Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
)


def path(raw: bytes | str) -> RequestPath | None:
    data = raw if isinstance(raw, bytes) else raw.encode()
    return request_path({"type": "http", "raw_path": data, "path": ""})


def matched(policies: Policies, raw: str, agent: str = "", *keys: str) -> Policy:
    asked = path(raw)
    assert asked is not None
    return policies.match(asked, agent, keys)


def free(pattern: str, *agents: str) -> Policy:
    return Policy(pattern, Access.FREE, agents)


def forbidden(pattern: str, *agents: str) -> Policy:
    return Policy(pattern, Access.FORBIDDEN, agents)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "x",
        "http://elsewhere.example/",
        "//elsewhere.example/",
        "/a//b",
        "/../secret",
        "/a/../b",
        "/a/./b",
        "/%2e%2e/secret",
        "/a/%2E%2e",
        "/a%2fb",
        "/a%2Fb",
        "/a%5cb",
        "/a\\b",
        "/a%00",
        "/a%0d%0ab",
        "/a%7f",
        "/a%",
        "/a%2",
        "/a%zz",
        b"/\xff",
        "/%ff",
        "/%c0%ae%c0%ae/",
        "/" + "a" * 5000,
    ],
)
def test_paths_that_could_be_read_in_two_ways_are_none(raw: str | bytes) -> None:
    assert path(raw) is None


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("/", "/"),
        ("/a/b", "/a/b"),
        ("/a/b/", "/a/b/"),
        ("/%61", "/a"),
        ("/a%20b", "/a%20b"),
        ("/caf%c3%a9", "/caf%C3%A9"),
        ("/a+b", "/a+b"),
        ("/a%3Fb", "/a%3Fb"),
        ("/%2e%2e.txt", "/...txt"),
        ("/.well-known/x", "/.well-known/x"),
    ],
)
def test_each_path_has_one_spelling(raw: str, url: str) -> None:
    asked = path(raw)
    assert asked is not None
    assert asked.url == url


@given(st.binary(max_size=60))
def test_a_path_is_none_or_leads_below_the_root_and_back_to_itself(raw: bytes) -> None:
    asked = path(b"/" + raw)
    if asked is None:
        return
    assert not {"", ".", ".."} & set(asked.segments)
    assert path(asked.url) == asked


def test_the_longest_pattern_counts_whatever_the_order() -> None:
    for order in (1, -1):
        policies = Policies.of([free("/"), forbidden("/a/"), free("/a/b$"), forbidden("/*.pdf$")][::order])
        assert matched(policies, "/x").access is Access.FREE
        assert matched(policies, "/a/x").access is Access.FORBIDDEN
        assert matched(policies, "/a/b").access is Access.FREE
        assert matched(policies, "/a/bc").access is Access.FORBIDDEN
        assert matched(policies, "/x/y.pdf").access is Access.FORBIDDEN


def test_no_spelling_of_a_path_leads_around_its_policy() -> None:
    policies = Policies.of([free("/"), forbidden("/caf\N{LATIN SMALL LETTER E WITH ACUTE}/")])
    for raw in ("/caf%c3%a9/x", "/caf%C3%A9/x", "/c%61f%c3%a9/x", "/cafe%cc%81/x"):
        assert matched(policies, raw).access is Access.FORBIDDEN, raw


def test_what_is_served_for_a_folder_has_the_policy_of_its_index() -> None:
    policies = Policies.of([free("/"), forbidden("/a/index.html")])
    assert matched(policies, "/a/").access is Access.FORBIDDEN
    assert matched(policies, "/a/x").access is Access.FREE


def test_a_crawler_has_its_own_policies_before_those_for_everybody() -> None:
    policies = Policies.of([forbidden("/"), free("/", "GPTBot"), forbidden("/a/", "gptbot"), free("/b/")])
    agent = "Mozilla/5.0 (compatible; GPTBot/1.2)"
    assert policies.agents == ("gptbot",)
    assert matched(policies, "/x").access is Access.FORBIDDEN
    assert matched(policies, "/x", agent).access is Access.FREE
    assert matched(policies, "/a/x", agent).access is Access.FORBIDDEN
    assert matched(policies, "/b/x", agent).access is Access.FREE
    assert [policy.path for policy in policies.of_agent("gptbot")] == ["/a/", "/b/", "/"]


def test_who_goes_by_several_names_gets_what_is_stricter() -> None:
    policies = Policies.of([free("/"), free("/a/", "one"), forbidden("/a/", "two")])
    assert matched(policies, "/a/x", "one two").access is Access.FORBIDDEN


def test_what_is_proven_counts_before_what_is_claimed() -> None:
    def keyed(pattern: str, access: Access, *keys: str) -> Policy:
        return Policy(pattern, access, keys=keys)

    policies = Policies.of(
        [
            free("/"),
            forbidden("/a/"),
            forbidden("/a/", "one"),
            keyed("/a/", Access.FREE, "one", "two"),
            keyed("/a/b/", Access.FORBIDDEN, "two"),
            forbidden("/a/c/", "one"),
            forbidden("/d/"),
            keyed("/", Access.FREE, "one"),
        ]
    )
    assert policies.keys == ("one", "two")
    assert policies.agents == ("one",)
    assert matched(policies, "/a/x").access is Access.FORBIDDEN
    assert matched(policies, "/a/x", "two").access is Access.FORBIDDEN, "a key's name is nobody's user agent"
    for agent in ("", "one"):
        assert matched(policies, "/a/x", agent, "one").access is Access.FREE
    assert matched(policies, "/a/x", "one").access is Access.FORBIDDEN, "after a key was seen, too"
    assert matched(policies, "/a/x", "", "unknown").access is Access.FORBIDDEN
    assert matched(policies, "/a/b/x", "", "one").access is Access.FREE
    assert matched(policies, "/a/b/x", "", "one", "two").access is Access.FORBIDDEN, "the longer pattern"
    assert matched(policies, "/a/c/x", "one", "one").access is Access.FORBIDDEN, "the longer pattern"
    assert matched(policies, "/d/x", "", "one").access is Access.FORBIDDEN, "the longer pattern"
    assert [policy.path for policy in policies.of_agent("one")] == ["/a/c/", "/a/", "/d/", "/"]
    equal = Policies.of([free("/"), keyed("/", Access.FREE, "one"), keyed("/", Access.FORBIDDEN, "two")])
    assert matched(equal, "/x", "", "one", "two").access is Access.FORBIDDEN, "the stricter of two keys"
    for agent, keys in (("", ()), ("one", ()), ("", ("one",)), ("one", ("two",)), ("one", ("one", "two"))):
        assert policies.at("/a/", agent, keys) == matched(policies, "/a/x", agent, *keys), "by its pattern"
    assert policies.at("/a/c/") is None, "it is for others"
    assert policies.at("/a/x") is None


@pytest.mark.parametrize(
    ("policies", "problem"),
    [
        ([], 'path = "/"'),
        ([free("/a")], 'path = "/"'),
        ([free("/", "one")], 'path = "/"'),
        ([free("/"), forbidden("/")], "two policies"),
        ([free("/"), free("/a", "one"), forbidden("/a", "one", "two")], "two policies"),
        ([Policy("/", Access.FREE, keys=("one",))], 'path = "/"'),
        ([free("/"), *[Policy("/a", Access.FREE, keys=("one",))] * 2], "two policies"),
    ],
)
def test_each_path_has_one_policy(policies: list[Policy], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        Policies.of(policies)


def test_a_policy_says_what_it_needs() -> None:
    for pattern in ("a", "", "/a?b", "/" + "*" * 17, "/a#b"):
        with pytest.raises(InputError):
            free(pattern)
    with pytest.raises(InputError, match="write a policy for each"):
        Policy("/", Access.FREE, ("one",), keys=("one",))
    with pytest.raises(InputError, match="product token"):
        free("/", "two words")
    with pytest.raises(InputError, match="price is for what is metered"):
        Policy("/", Access.METERED, asset=ASSET)
    with pytest.raises(InputError, match="price is for what is metered"):
        Policy("/", Access.FREE, tariff=TARIFF)
    for access, tariff in ((Access.METERED, TARIFF), (Access.LICENSE, None)):
        with pytest.raises(InputError, match="name the asset"):
            Policy("/", access, tariff=tariff)
    with pytest.raises(InputError, match="costs nothing is free"):
        Tariff(0, TARIFF.currency, TARIFF.payee)
