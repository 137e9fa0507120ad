"""`licet deploy`: who decides disputes, and on what terms, for ever."""

from collections.abc import Callable

import pytest

from licet.types import Address
from tests.integration.commands import Ok, Run, failed, shown
from tests.integration.conftest import DAY, LICENSOR, STRANGER, Network, Party

pytestmark = pytest.mark.integration

FILE = ("--deployment", "here.json")


@pytest.fixture
def terms(network: Network) -> tuple[object, ...]:
    """The arbitrator that is there, half an ether, and three days."""
    arbitrator = network.deployment.arbitrator
    return ("--arbitrator", arbitrator, "--bond", "0.5", "--timeout", "3d")


def test_the_terms_of_disputes_are_set_at_deployment(
    ok: Ok, run: Run, terms: tuple[object, ...], network: Network
) -> None:
    made = ok("deploy", *FILE, *terms, account=STRANGER)
    assert made["arbitrator"] == network.deployment.arbitrator
    assert (made["bond"], made["timeout"]) == (str(5 * 10**17), 3 * DAY)
    again = ok("deploy", *FILE, *terms, account=STRANGER)
    assert (again["gas"], again["dispute_desk"]) == (0, made["dispute_desk"])
    shown(run("deploy", *FILE, account=STRANGER), "0.50 ETH bond, 3 days for a ruling", "as before")


def test_a_new_arbitrator_takes_the_fee_that_is_named(ok: Ok, run: Run, stranger: Party) -> None:
    made = ok("deploy", *FILE, "--fee", "0.25", account=STRANGER)
    assert (made["bond"], made["timeout"]) == (str(10**16), 30 * DAY)
    work = ok("work", "register", "here.json", *FILE, account=LICENSOR)["works"][0]
    stolen = ok("work", "register", "here.json", *FILE, account=STRANGER)["works"][0]
    disputing = ("dispute", "asset", stolen["asset_id"], "--claim", work["asset_id"])
    ok(*disputing, "--payee", stranger.address, *FILE, "--yes", account=LICENSOR)
    ok("arbitrate", "vote", 1, "uphold", *FILE, account=STRANGER)
    assert ok("arbitrate", "withdraw", *FILE, account=STRANGER)["amount"] == str(25 * 10**16)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("--bond", "0.1"), "bond"),
        (("--timeout", "4d"), "timeout"),
        (("--fee", "7"), "fee"),
    ],
)
def test_other_terms_need_another_deployment(
    ok: Ok, run: Run, terms: tuple[object, ...], options: tuple[object, ...], name: str
) -> None:
    ok("deploy", *FILE, *terms, account=STRANGER)
    failed(run("deploy", *FILE, *options, account=STRANGER), 2, f"whose {name} is", "for ever")


def test_another_arbitrator_needs_another_deployment(
    ok: Ok, run: Run, terms: tuple[object, ...], raw_contract: Callable[[bytes], Address]
) -> None:
    ok("deploy", *FILE, *terms, account=STRANGER)
    free = raw_contract(bytes.fromhex("60205ff3"))
    failed(run("deploy", *FILE, "--arbitrator", free, account=STRANGER), 2, "whose arbitrator is")


def test_terms_that_cannot_be(run: Run, terms: tuple[object, ...], network: Network) -> None:
    before = network.rpc("eth_blockNumber")
    failed(run("deploy", *FILE, *terms, "--fee", "1", account=STRANGER), 2, "leave one out")
    failed(run("deploy", *FILE, "--bond", "much", account=STRANGER), 2, "not an amount")
    failed(run("deploy", *FILE, "--timeout", "soon", account=STRANGER), 2, "not a length of time")
    failed(run("deploy", *FILE, "--arbitrator", "me", account=STRANGER), 2, "address")
    assert network.rpc("eth_blockNumber") == before


def test_an_arbitrator_is_one(
    run: Run, stranger: Party, network: Network, raw_contract: Callable[[bytes], Address]
) -> None:
    deaf = raw_contract(bytes.fromhex("5f5ffd"))
    before = network.rpc("eth_blockNumber")
    failed(run("deploy", *FILE, "--arbitrator", stranger.address, account=STRANGER), 2, "no contract")
    failed(run("deploy", *FILE, "--arbitrator", deaf, account=STRANGER), 2, "is no arbitrator")
    assert network.rpc("eth_blockNumber") == before


def test_somebody_elses_arbitrator_is_not_voted_in(
    ok: Ok, run: Run, rival: Party, raw_contract: Callable[[bytes], Address]
) -> None:
    """It takes cases for nothing, and rules in its own way."""
    free = raw_contract(bytes.fromhex("60205ff3"))
    ok("deploy", *FILE, "--arbitrator", free, account=STRANGER)
    mine = ok("work", "register", "here.json", *FILE, account=LICENSOR)["works"][0]["asset_id"]
    theirs = ok("work", "register", "here.json", *FILE, account=STRANGER)["works"][0]["asset_id"]
    disputing = ("dispute", "asset", theirs, "--claim", mine, "--payee", rival.address, "--yes")
    ok(*disputing, *FILE, account=LICENSOR)
    assert ok("dispute", "show", 1, *FILE)["dispute_number"] == 0
    for command in (("vote", 1, "uphold"), ("execute", 1), ("withdraw",)):
        failed(run("arbitrate", *command, *FILE, account=STRANGER), 2, "ask there how it rules")
    failed(run("arbitrate", "show", 1, *FILE), 2, "ask there how it rules")
