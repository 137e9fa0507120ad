"""`licet agent`: somebody else signs a licensor's offers."""

import pytest

from licet.rights_holder import Registered
from licet.types import Address
from tests.integration.commands import Ok, Run, answered, failed, shown
from tests.integration.conftest import DAY, LICENSEE, LICENSOR, RIVAL, STRANGER, Network, Party

pytestmark = pytest.mark.integration

FOREVER = "2090-12-31"


@pytest.fixture
def signing(asset: Registered, vault: Address, licensor: Party) -> tuple[object, ...]:
    """The agent's command."""
    terms = ("--terms-text", "Mine.", "--uses", "mine", "--days", 0, "--kind", "free")
    return ("offer", "sign", asset.asset_id, "--payee", vault, *terms, "--agent-for", licensor.address)


def test_an_agent_signs_publishes_and_cancels_for_a_licensor(
    ok: Ok, run: Run, signing: tuple[object, ...], licensor: Party, stranger: Party
) -> None:
    failed(run(*signing, account=STRANGER), 1, "sign with the licensor's key")
    appointed = ok("agent", "appoint", stranger.address, "--until", FOREVER, account=LICENSOR)
    assert (appointed["licensor"], appointed["agent"]) == (licensor.address, stranger.address)
    assert answered(run("agent", "show", licensor.address, stranger.address, "--json"), 0)["acts"] is True
    made = ok(*signing, account=STRANGER)
    assert made["licensor"] == licensor.address
    assert len(ok("license", "buy", "--offer", made["file"], "--yes", account=LICENSEE)["licenses"]) == 1
    ok("offer", "publish", made["file"], account=STRANGER)
    ok("offer", "cancel", made["file"], "--yes", account=STRANGER)


def test_what_an_agent_signed_sells_no_more_once_they_are_dismissed(
    ok: Ok, run: Run, signing: tuple[object, ...], licensor: Party, stranger: Party
) -> None:
    ok("agent", "appoint", stranger.address, "--until", FOREVER, account=LICENSOR)
    made = ok(*signing, account=STRANGER)
    assert ok("agent", "end", stranger.address, account=LICENSOR)["until"] is None
    assert answered(run("agent", "show", licensor.address, stranger.address, "--json"), 1)["until"] is None
    failed(run("license", "buy", "--offer", made["file"], "--yes", account=LICENSEE), 1, "signature")
    failed(run(*signing, account=STRANGER), 1, "sign with the licensor's key")


def test_an_appointment_ends_with_its_last_day(
    ok: Ok, run: Run, network: Network, licensor: Party, stranger: Party
) -> None:
    until = network.now + DAY
    ok("agent", "appoint", stranger.address, "--until", until, account=LICENSOR)
    asking = ("agent", "show", licensor.address, stranger.address)
    shown(run(*asking), "yes")
    network.travel_to(until)
    assert answered(run(*asking, "--json"), 0)["until"] == until
    network.travel(1)
    assert answered(run(*asking, "--json"), 1)["acts"] is False


def test_people_see_whom_they_appoint(run: Run, stranger: Party) -> None:
    shown(
        run("agent", "appoint", stranger.address, "--until", FOREVER, account=LICENSOR),
        *(stranger.address, "2090-12-31 23:59 UTC"),
    )
    shown(run("agent", "end", stranger.address, account=LICENSOR), "ended")


def test_a_holder_is_needed_not_an_agents_word(
    run: Run, ok: Ok, signing: tuple[object, ...], rival: Party, stranger: Party
) -> None:
    """Somebody who holds no deed appoints an agent: there is nothing to sign for."""
    ok("agent", "appoint", stranger.address, "--until", FOREVER, account=RIVAL)
    failed(run(*signing[:-1], rival.address, account=STRANGER), 1, "holds its deed")
