"""`licet offer`: kinds of licenses, and the conditions that they are sold on."""

from pathlib import Path

import pytest

from licet.documents import OfferDocument
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights_holder import Registered
from licet.types import ZERO_ADDRESS, Address
from tests.integration.commands import Ok, Run, failed, shown
from tests.integration.conftest import DAY, LICENSEE, LICENSOR, Network, Party

pytestmark = pytest.mark.integration

Signing = tuple[object, ...]


@pytest.fixture
def signing(asset: Registered, vault: Address) -> Signing:
    terms = ("--terms-text", "Derive.", "--uses", "derive,train")
    return ("offer", "sign", asset.asset_id, "--payee", vault, *terms)


def conditions_in(made: dict[str, str]) -> Conditions:
    return OfferDocument.from_bytes(Path(made["file"]).read_bytes()).conditions


def test_all_conditions_are_stated_on_the_command_line(
    ok: Ok, signing: Signing, stranger: Party, dollar: Address
) -> None:
    made = ok(
        *(*signing, "--days", 30, "--price", 25, "--transferable"),
        *("--royalty", "12.5%", "--ceiling", "1000.50", "--approval", "--reciprocal", "--sublicensable"),
        *("--revocable", "--report-within", "7d", "--refund", "50", "--resale", "2.25%"),
        *("--reporter", stranger.address),
        account=LICENSOR,
    )
    found = conditions_in(made)
    assert found == Conditions(
        royalty_bps=1250,
        revenue_ceiling=1000_500_000,
        approval=True,
        reciprocal=True,
        sublicensable=True,
        revocable=True,
        report_within=7 * DAY,
        refund_bps=5000,
        resale_bps=225,
        reporter=stranger.address,
        salt=found.salt,
    )
    assert made["full_conditions"] == found.to_json()
    assert made["conditions"] == found.struct_hash()


def test_no_condition_is_the_default(ok: Ok, signing: Signing) -> None:
    found = conditions_in(ok(*signing, "--days", 30, "--price", 25, account=LICENSOR))
    assert found == Conditions(salt=found.salt)
    assert found.reporter == ZERO_ADDRESS


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        (Kind.SALE, ("--price", 25, "--days", 0), "25.00 TUSD"),
        (Kind.FREE, ("--days", 30), "free"),
        (Kind.SUBSCRIPTION, ("--price", 25, "--days", 30), "25.00 TUSD each term"),
        (
            Kind.METERED,
            ("--price", "0.01", "--days", 0, "--unit-cap", 500, "--refund-delay", "12h"),
            "0.01 TUSD each unit",
        ),
    ],
    ids=str,
)
def test_each_kind_is_offered_and_listed(
    ok: Ok, run: Run, signing: Signing, asset: Registered, kind: Kind, options: tuple[object, ...], words: str
) -> None:
    name = kind.name.lower()
    made = ok(*signing, "--kind", name, *options, account=LICENSOR)
    assert made["kind"] == name
    (listed,) = ok("offer", "list", asset.asset_id)["offers"]
    assert (listed["kind"], listed["full_conditions"]) == (name, made["full_conditions"])
    shown(run("offer", "list", asset.asset_id), words)
    shown(run(*signing, "--kind", name, *options, account=LICENSOR), words, name)
    if kind is Kind.METERED:
        found = conditions_in(made)
        assert (found.unit_cap, found.refund_delay) == (500, 12 * 3600)
        shown(run("offer", "list", asset.asset_id), "500 units at most", "after 12 hours")


def test_people_read_conditions_in_words(run: Run, signing: Signing, asset: Registered) -> None:
    asked = ("--days", 30, "--price", 25, "--royalty", 5, "--ceiling", 100, "--revocable", "--refund", "50%")
    words = (
        "5 % of derivatives' income",
        "up to 100.00 TUSD",
        "a ruling may revoke",
        "50 % for the time",
    )
    shown(run(*signing, *asked, account=LICENSOR), *words)
    shown(run("offer", "list", asset.asset_id), *words)


def test_a_sale_has_a_first_day(ok: Ok, run: Run, signing: Signing, network: Network) -> None:
    start = network.now + DAY
    made = ok(*signing, "--days", 0, "--kind", "free", "--from", start, account=LICENSOR)
    assert made["start"] == str(start)
    buying = ("license", "buy", "--offer", made["file"], "--yes")
    failed(run(*buying, account=LICENSEE), 1, "starts at")
    network.travel_to(start)
    assert ok(*buying, account=LICENSEE)["licenses"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--kind", "rental", "--price", 1), "sale|free|subscription|metered"),
        (("--kind", "free", "--price", 1), "either a --price, or --kind free"),
        (("--kind", "metered"), "either a --price, or --kind free"),
        (("--kind", "subscription", "--price", 1), "needs a duration"),
        (("--kind", "metered", "--price", 1, "--transferable"), "not transferable"),
        (("--price", 1, "--unit-cap", 5), "without --kind metered"),
        (("--price", 1, "--refund-delay", "3d"), "without --kind metered"),
        (("--price", 1, "--resale", "5%"), "without --transferable"),
        (("--price", 1, "--unit-cap", 0), "--unit-cap"),
        (("--price", 1, "--royalty", "100.01%"), "more than the whole"),
        (("--price", 1, "--royalty", "-5"), "not a percentage"),
        (("--price", 1, "--royalty", "5 percent"), "not a percentage"),
        (("--price", 1, "--report-within", "monthly"), "not a length of time"),
        (("--price", 1, "--report-within", "30"), "not a length of time"),
        (("--price", 1, "--report-within", "99999d"), "49710d is the most"),
        (("--price", 1, "--ceiling", "much"), "not an amount"),
        (("--price", 1, "--ceiling", "0.0000001"), "too fine"),
        (("--price", 1, "--reporter", "me"), "address"),
        (("--price", 1, "--agent-for", "me"), "address"),
        (("--price", 1, "--from", "2090-01-02", "--until", "2090-01-01"), "not after its start"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_offered(
    run: Run, signing: Signing, options: tuple[object, ...], words: str, network: Network
) -> None:
    before = network.rpc("eth_blockNumber")
    failed(run(*signing, "--days", 0, *options, account=LICENSOR), 2, words)
    assert network.rpc("eth_blockNumber") == before


def test_a_metered_license_costs_nothing_at_its_sale(
    ok: Ok, run: Run, signing: Signing, licensee: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ok(*signing, "--kind", "metered", "--price", "0.01", "--days", 0, account=LICENSOR)
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("click.confirm", lambda question, **_: not asked.append(question))
    assert run("license", "buy", "--offer", made["file"], account=LICENSEE).code == 0
    assert asked == ["Buy 1 license for 0.00 TUSD?"]
    assert licensee.dollars == 0
