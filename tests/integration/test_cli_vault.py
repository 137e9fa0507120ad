"""`licet vault`: income that goes up, and what is due paid elsewhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from licet.documents import ClaimDocument, PayeeShare, TermsDocument
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered, RegisteredDerivative
from licet.types import Address
from tests.integration.commands import Ok, Run, failed, shown
from tests.integration.conftest import ARTIST, DOLLAR, LICENSOR, RIVAL, STRANGER, Network, Party

pytestmark = pytest.mark.integration

REMIXING = TermsDocument("Remixes", Use.DERIVE | Use.TRAIN, "You may remix this song, and train on it.")


@pytest.fixture
def paid(licensee: Party, vault: Address) -> Address:
    """The artists' vault, with 40 dollars in it: 30 for the artist, 10 for the other."""
    licensee.receive_dollars(40 * DOLLAR)
    licensee.dollar.transfer(vault, 40 * DOLLAR)
    return vault


@pytest.fixture
def remix(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    rival: Party,
    vault: Address,
    dollar: Address,
    make_work: Callable[[str], Path],
) -> RegisteredDerivative:
    """A tenth of its income goes to the artists; 100 dollars came in."""
    price = Price(dollar, 0, Kind.FREE, conditions=Conditions(royalty_bps=1000))
    offer = licensor.sells.offer(asset.asset_id, vault, price, REMIXING)
    license_id = rival.buys.buy(offer).license_id
    made = rival.sells.register_derivative(make_work("a remix"), [license_id], [PayeeShare(rival.address, 1)])
    licensee.receive_dollars(100 * DOLLAR)
    licensee.dollar.transfer(made.vault, 100 * DOLLAR)
    return made


# Elsewhere.


def test_a_payee_has_their_due_paid_elsewhere(ok: Ok, run: Run, paid: Address, stranger: Party) -> None:
    claimed = ok("vault", "claim", paid, "--to", stranger.address, account=ARTIST)
    assert (claimed["total"], claimed["receiver"]) == (str(30 * DOLLAR), stranger.address)
    assert stranger.dollars == 30 * DOLLAR
    failed(run("vault", "claim", paid, "--to", stranger.address, account=ARTIST), 1, "nothing is due")


def test_a_signed_claim_is_submitted_by_somebody_else(
    ok: Ok, run: Run, paid: Address, artist: Party, stranger: Party, rival: Party
) -> None:
    signing = ("vault", "authorize", paid, "--to", rival.address, "--out", "claim.json")
    sent = artist.chain.nonce(artist.address)
    signed = ok(*signing, account=ARTIST)
    assert (signed["payee"], signed["receiver"]) == (artist.address, rival.address)
    assert artist.chain.nonce(artist.address) == sent
    assert ClaimDocument.from_bytes(Path("claim.json").read_bytes()).claim.deadline == signed["deadline"]
    failed(run(*signing, account=ARTIST), 2, "is there already")
    submitted = ok("vault", "submit", "claim.json", account=STRANGER)
    assert (submitted["total"], submitted["receiver"]) == (str(30 * DOLLAR), rival.address)
    assert rival.dollars == 30 * DOLLAR
    failed(run("vault", "submit", "claim.json", account=STRANGER), 1, "nothing is due")


def test_people_see_where_the_money_goes(run: Run, paid: Address, stranger: Party) -> None:
    signing = ("vault", "authorize", paid, "--to", stranger.address, "--out", "claim.json")
    shown(run(*signing, account=ARTIST), "claim.json", stranger.address)
    shown(run("vault", "submit", "claim.json", account=STRANGER), "30.00 TUSD", "paid to", stranger.address)


def test_a_signed_claim_serves_in_its_time_and_as_it_was_signed(
    ok: Ok, run: Run, paid: Address, stranger: Party, rival: Party, network: Network
) -> None:
    signing = ("vault", "authorize", paid, "--to", rival.address, "--within", "1h", "--out")
    ok(*signing, "claim.json", account=ARTIST)
    text = Path("claim.json").read_text()
    Path("mine.json").write_text(text.replace(rival.address, stranger.address))
    failed(run("vault", "submit", "mine.json", account=STRANGER), 1, "signature")
    Path("there.json").write_text(text.replace('"chainId":"31337"', '"chainId":"1"'))
    failed(run("vault", "submit", "there.json", account=STRANGER), 2, "chain 1")
    Path("spaced.json").write_text(text + "\n")
    failed(run("vault", "submit", "spaced.json", account=STRANGER), 1, "canonical")
    network.travel(3601)
    failed(run("vault", "submit", "claim.json", account=STRANGER), 1, "until")
    assert rival.dollars == 0


def test_what_is_not_paid_elsewhere(
    run: Run, paid: Address, stranger: Party, artist: Party, asset: Registered
) -> None:
    to = ("--to", stranger.address)
    failed(run("vault", "claim", paid, *to, account=STRANGER), 2, "not among")
    failed(run("vault", "claim", paid, paid, *to, account=ARTIST), 2, "name one vault and nothing else")
    failed(run("vault", "claim", paid, *to, "--payee", artist.address, account=ARTIST), 2, "nothing else")
    failed(run("vault", "claim", paid, *to, "--all-derivatives", account=ARTIST), 2, "nothing else")
    failed(run("vault", "claim", account=ARTIST), 2, "Name a vault, or a --derivative")
    failed(run("vault", "authorize", paid, *to, "--out", "c.json", account=STRANGER), 2, "not among")
    failed(run("vault", "authorize", asset.asset_id, *to, "--out", "c.json", account=ARTIST), 2, "address")
    failed(run("vault", "submit", "nothing.json", account=ARTIST), 2, "does not exist")
    assert not Path("c.json").exists()


# Upwards.


def test_a_remixs_income_comes_up_to_the_artist(
    ok: Ok, run: Run, remix: RegisteredDerivative, vault: Address, artist: Party
) -> None:
    assert ok("vault", "due", vault, "--payee", artist.address)["total"] == "0"
    claimed = ok("vault", "claim", vault, "--derivative", remix.asset_id, account=ARTIST)
    assert claimed["vaults"] == {vault: str(75 * DOLLAR // 10)}
    assert artist.dollars == 75 * DOLLAR // 10
    failed(
        run("vault", "claim", vault, "--all-derivatives", account=ARTIST),
        1,
        "nothing is due",
    )


def test_all_derivatives_are_found(
    ok: Ok, remix: RegisteredDerivative, vault: Address, artist: Party, rival: Party
) -> None:
    claimed = ok("vault", "claim", vault, "--all-derivatives", account=ARTIST)
    assert claimed["total"] == str(75 * DOLLAR // 10)
    own = ok("vault", "claim", remix.vault, account=RIVAL)
    assert (own["total"], rival.dollars) == (str(90 * DOLLAR), 90 * DOLLAR)


def test_a_payee_in_a_derivatives_vault_names_no_other(
    ok: Ok, licensor: Party, remix: RegisteredDerivative, vault: Address
) -> None:
    """The artists' vault itself is a payee: anybody pushes what it is due."""
    pushed = ok("vault", "claim", "--derivative", remix.asset_id, "--payee", vault, account=STRANGER)
    assert pushed["vaults"] == {remix.vault: str(10 * DOLLAR)}
    assert licensor.dollar.balance_of(vault) == 10 * DOLLAR


def test_what_does_not_lead_to_a_payee(
    run: Run, remix: RegisteredDerivative, asset: Registered, vault: Address, stranger: Party
) -> None:
    failed(run("vault", "claim", "--derivative", remix.asset_id, account=STRANGER), 2, "goes up to")
    failed(run("vault", "claim", vault, "--derivative", asset.asset_id, account=ARTIST), 2, "no derivative")
    failed(run("vault", "claim", vault, "--derivative", "0x12", account=LICENSOR), 2, "asset id")
