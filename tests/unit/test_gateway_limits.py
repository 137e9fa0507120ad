"""How often somebody may ask, who somebody is, and what is remembered of them."""

import math
from ipaddress import ip_network
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.errors import InputError
from licet.gateway.app import gateway
from licet.gateway.config import Site
from licet.gateway.limits import By, Limit, Rate, client_of
from licet.gateway.policies import Access, Policies, Policy
from licet.gateway.proxies import Proxied, parse_network
from tests.unit.asgi import ask


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("requests", "seconds"), [(1, 1), (3, 1), (60, 60), (7, 3_600), (999_999, 1)])
def test_so_many_at_once_and_then_one_after_the_other(requests: int, seconds: int) -> None:
    clock = Clock()
    limit = Limit(Rate(requests, seconds), clock=clock)
    count = min(requests, 500)
    assert [limit.take("a") for _ in range(count)] == [0.0] * count
    if count < requests:
        return
    wait = limit.take("a")
    assert wait == pytest.approx(seconds / requests)
    assert limit.take("b") == 0.0, "another one's bucket is another"
    clock.now += wait
    assert limit.take("a") == 0.0
    assert limit.take("a") > 0
    clock.now += seconds
    assert [limit.take("a") for _ in range(count)] == [0.0] * count


def test_over_a_long_time_nobody_gets_more_than_the_rate() -> None:
    clock = Clock()
    limit = Limit(Rate(10, 1), clock=clock)
    allowed = 0
    for _ in range(10_000):
        clock.now += 0.01
        allowed += limit.take("a") == 0.0
    assert 1_000 <= allowed <= 1_011


def test_memory_is_bounded() -> None:
    clock = Clock()
    limit = Limit(Rate(1, 3_600), clock=clock, most=100)
    for number in range(10_000):
        assert limit.take(f"{number}") == 0.0
    assert len(limit) == 100
    assert limit.take("9999") > 0, "whoever asked last is remembered"


def test_who_waits_is_told_nothing_new_by_asking_again() -> None:
    clock = Clock()
    limit = Limit(Rate(1, 60), clock=clock)
    limit.take("a")
    assert limit.take("a") == limit.take("a") == 60.0


def scope(client: str, **headers: str) -> dict[str, Any]:
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "client": (client, 1), "headers": fields}


def test_an_address_of_ipv6_is_its_network() -> None:
    assert client_of(scope("2001:db8::1"), By.ADDRESS) == client_of(scope("2001:db8::ffff"), By.ADDRESS)
    assert client_of(scope("2001:db8::1"), By.ADDRESS) != client_of(scope("2001:db8:0:1::1"), By.ADDRESS)
    assert client_of(scope("192.0.2.1"), By.ADDRESS) != client_of(scope("192.0.2.2"), By.ADDRESS)
    assert client_of(scope("::ffff:192.0.2.1"), By.ADDRESS) != client_of(
        scope("::ffff:192.0.2.2"), By.ADDRESS
    )
    assert client_of(scope("not an address: x"), By.ADDRESS) == "not an address: x"


def test_an_agent_is_what_it_calls_itself() -> None:
    assert client_of(scope("192.0.2.1", user_agent="Bot"), By.AGENT) == "Bot"
    assert len(client_of(scope("192.0.2.1", user_agent="x" * 9_000), By.AGENT)) == 200


@pytest.mark.parametrize(
    ("peer", "said", "client"),
    [
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"),  # nobody's word is taken
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the first may be the client's own word
        ("10.0.0.1", "203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, nonsense, 10.0.0.2", "10.0.0.2"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_word_of_servers_in_front_is_taken(peer: str, said: str, client: str) -> None:
    seen = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["client"][0])

    proxied = Proxied(app, [ip_network("10.0.0.0/8")])
    coroutine = proxied(scope(peer, x_forwarded_for=said), None, None)  # type: ignore[arg-type]
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert seen == [client]


def site(tmp_path: Any, rate: Rate | None = None, whole: Rate | None = None) -> ASGIApp:
    (tmp_path / "a.txt").write_bytes(b"text")
    policies = [Policy("/", Access.FREE), Policy("/a", Access.FREE, rate=rate)]
    return gateway(Site("https://site.example", Policies.of(policies), folder=tmp_path, rate=whole))


def test_a_policy_has_a_rate_of_its_own(tmp_path: Any) -> None:
    app = site(tmp_path, Rate(2, 60))
    assert [ask(app, "/a.txt").status for _ in range(3)] == [200, 200, 429]
    answer = ask(app, "/a.txt")
    assert 0 < int(answer.headers["retry-after"]) <= math.ceil(60 / 2)
    assert "link" in answer.headers, "the terms are said to those who wait as well"
    assert ask(app, "/b.txt").status == 404


def test_an_agents_rate_is_for_all_who_call_themselves_so(tmp_path: Any) -> None:
    app = site(tmp_path, Rate(1, 60, By.AGENT))
    assert ask(app, "/a.txt", headers=[("User-Agent", "one")]).status == 200
    assert ask(app, "/a.txt", headers=[("User-Agent", "two")]).status == 200
    assert ask(app, "/a.txt", headers=[("User-Agent", "one")]).status == 429


def test_a_sites_rate_is_for_everything_but_health(tmp_path: Any) -> None:
    app = site(tmp_path, whole=Rate(2, 60))
    assert [ask(app, path).status for path in ("/robots.txt", "/a.txt", "/robots.txt")] == [200, 200, 429]
    assert ask(app, "/healthz").status == 200


@pytest.mark.parametrize("text", ["", "0/s", "10", "10/day", "-1/s", "1.5/s", "10 / s", "9999999999/s"])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(InputError, match="is no rate"):
        Rate.parsed(text)


def test_what_is_no_network() -> None:
    assert parse_network("192.0.2.1").num_addresses == 1
    with pytest.raises(InputError, match="no address and no network"):
        parse_network("10.0.0.1/8")
    with pytest.raises(InputError, match="nothing that is counted by"):
        Rate.parsed("1/s", "shoe size")
