"""Quotes of manifests on a chain: what is quoted is what buying costs, and the command that shows it."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from licet.catalog import read_catalog
from licet.documents import TrustPolicy, write_document
from licet.errors import Contested, InputError, NotOnOffer, NotRegistered, OfferIsCancelled
from licet.fingerprint import sha256_file
from licet.licensee import Licensee, Manifest, Quote, Reason, Status, check_complete
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.types import Hash32
from tests.integration.commands import Ok, Run, failed, shown
from tests.integration.conftest import DOLLAR, LICENSEE, Offering, Party

pytestmark = pytest.mark.integration

UNKNOWN = Hash32("0x" + "7" * 64)


@dataclass(frozen=True)
class Trade:
    """Songs 0 to 3 are a catalogue, for 5 dollars; 4 to 7 another, for 9, or 2 each; 8 and 9 cost 3."""

    works: list[Hash32]
    catalogs: list[Registered]
    singles: dict[int, Registered]


@pytest.fixture
def trade(
    licensor: Party, make_work: Callable[[str], Path], tmp_path: Path, price: Price, offering: Offering
) -> Trade:
    songs = [make_work(f"song {n}") for n in range(10)]
    catalogs = []
    for name, some, amount in (("first", songs[:4], 5), ("second", songs[4:8], 9)):
        path = tmp_path / f"{name}.csv"
        path.write_text("id,file\n" + "".join(f"{name} {song.stem},{song.name}\n" for song in some))
        catalogs.append(licensor.sells.register_catalog(read_catalog(path), name))
        offering(licensor, catalogs[-1].asset_id, replace(price, amount=amount * DOLLAR))
    singles = {}
    for number in range(4, 10):
        singles[number] = licensor.sells.register_work(songs[number])
        amount = 2 * DOLLAR if number < 8 else 3 * DOLLAR + number
        offering(licensor, singles[number].asset_id, replace(price, amount=amount))
    return Trade([sha256_file(song) for song in songs], catalogs, singles)


@pytest.fixture
def manifest(trade: Trade, tmp_path: Path) -> Callable[..., Manifest]:
    """Lists songs by their numbers, or other hashes."""

    def make(*listed: int | Hash32) -> Manifest:
        path = tmp_path / "manifest.csv"
        rows = (trade.works[entry] if isinstance(entry, int) else entry for entry in listed)
        path.write_text("sha256\n" + "".join(f"{row}\n" for row in rows))
        return Manifest(path)

    return make


def quoted(buyer: Party | Licensee, asked: Manifest, **options: object) -> Quote:
    licensee = buyer.buys if isinstance(buyer, Party) else buyer
    return licensee.quote_manifest(asked, Use.TRAIN, **options)  # type: ignore[arg-type]


def test_what_a_manifest_is_quoted_is_what_buying_it_costs(
    licensee: Party, trade: Trade, manifest: Callable[..., Manifest]
) -> None:
    asked = manifest(*range(10), *range(10))
    quote = quoted(licensee, asked)
    # Four songs at 2 are cheaper than the second catalogue.
    assert quote.total == (5 + 4 * 2 + 3 + 3) * DOLLAR + 8 + 9
    assert (len(quote.purchases), quote.minimal, quote.counts[Status.ON_OFFER]) == (7, True, 20)
    licensee.receive_dollars(quote.total + 7)
    assert sum(len(purchase.grants) for purchase in licensee.buys.buy_all(quote)) == 7
    assert licensee.dollars == 7
    after = quoted(licensee, asked)
    assert (after.counts[Status.LICENSED], after.total, after.purchases) == (20, 0, ())


def test_another_price_buys_nothing(
    licensee: Party,
    licensor: Party,
    trade: Trade,
    manifest: Callable[..., Manifest],
    price: Price,
    offering: Offering,
) -> None:
    asked = manifest(0, 1, 8)
    quote = quoted(licensee, asked)
    old = next(p.offer for p in quote.purchases if p.offer.asset_id == trade.singles[8].asset_id)
    licensee.receive_dollars(quote.total * 3)
    licensor.sells.cancel_offer(old)
    offering(licensor, old.asset_id, replace(price, amount=old.price + 1))
    before = licensee.dollars
    with pytest.raises(OfferIsCancelled):
        list(licensee.buys.buy_all(quote))
    assert (licensee.dollars, licensee.buys.licenses()) == (before, ())
    assert quoted(licensee, asked).total == quote.total + 1


def test_files_and_a_manifest_are_answered_alike(
    passer_by: Licensee, rival: Party, trade: Trade, manifest: Callable[..., Manifest], tmp_path: Path
) -> None:
    rival.sells.register_work(tmp_path / "song_2.txt")
    one_by_one = passer_by.quote([*trade.works, UNKNOWN], Use.TRAIN)
    out = tmp_path / "answers.csv"
    at_once = quoted(passer_by, manifest(*range(10), UNKNOWN), out=out)
    assert at_once.counts == one_by_one.counts
    assert at_once.total == one_by_one.total
    with out.open(newline="") as file:
        answers = list(csv.DictReader(file))
    assert [row["status"] for row in answers] == [item.status for item in one_by_one.items]
    assert [row["offer_hash"] or None for row in answers] == [
        item.offer.offer.struct_hash() if item.offer else None for item in one_by_one.items
    ]
    contested = one_by_one.items[2].lookup.claims
    assert answers[2]["claims"].split() == [claim.asset_id for claim in contested]


def test_a_manifest_that_cannot_be_used_whole_is_not_bought(
    licensee: Party, rival: Party, trade: Trade, manifest: Callable[..., Manifest], tmp_path: Path
) -> None:
    song = tmp_path / "song_2.txt"
    for listed, error in (([0, UNKNOWN], NotRegistered), ([0, 2], Contested)):
        if error is Contested:
            rival.sells.register_work(song)
        quote = quoted(licensee, manifest(*listed))
        with pytest.raises(error, match="1 of the manifest's items"):
            check_complete(quote)
    with pytest.raises(NotOnOffer, match="forbidden"):
        check_complete(licensee.buys.quote_manifest(manifest(0), Use.DISPLAY))


# Whom to trust.


@pytest.fixture
def claim(rival: Party, trade: Trade, tmp_path: Path) -> Registered:
    """The rival claims song 8 too."""
    return rival.sells.register_work(tmp_path / "song_8.txt")


@pytest.mark.parametrize(
    ("trusted", "status", "reason"),
    [
        ([], Status.CONTESTED, None),
        (["rival asset"], Status.FORBIDDEN, Reason.NO_OFFER),
        (["licensor"], Status.ON_OFFER, None),
        (["not rival"], Status.ON_OFFER, None),
        (["not licensor"], Status.FORBIDDEN, Reason.NO_OFFER),
        (["not rival", "not licensor"], Status.FORBIDDEN, Reason.DISTRUSTED),
        # who is named counts more than who is not
        (["rival asset", "not rival"], Status.FORBIDDEN, Reason.NO_OFFER),
        (["licensor", "rival asset"], Status.CONTESTED, None),
    ],
)
def test_a_policy_says_whom_to_believe(
    passer_by: Licensee,
    licensor: Party,
    rival: Party,
    trade: Trade,
    claim: Registered,
    manifest: Callable[..., Manifest],
    trusted: list[str],
    status: Status,
    reason: Reason | None,
) -> None:
    parties = {"not rival": rival.address, "not licensor": licensor.address}
    policy = TrustPolicy.of(
        assets=[claim.asset_id] if "rival asset" in trusted else [],
        registrants=[licensor.address] if "licensor" in trusted else [],
        distrusted=[parties[name] for name in trusted if name in parties],
    )
    (item,) = passer_by.quote([trade.works[8]], Use.TRAIN, trust=[policy]).items
    assert (item.status, item.reason) == (status, reason)
    assert quoted(passer_by, manifest(8), trust=[policy]).counts[status] == 1


def test_policies_and_names_add_up(
    passer_by: Licensee, licensor: Party, rival: Party, trade: Trade, claim: Registered
) -> None:
    policy = TrustPolicy.of(distrusted=[licensor.address])
    trust = [policy, claim.asset_id]
    assert passer_by.quote([trade.works[8]], Use.TRAIN, trust=trust).counts[Status.FORBIDDEN] == 1
    with pytest.raises(InputError, match="trusted and distrusted"):
        passer_by.quote([trade.works[8]], Use.TRAIN, trust=[policy, licensor.address])


# The command.


def test_the_command_quotes_a_manifest(
    ok: Ok, run: Run, trade: Trade, manifest: Callable[..., Manifest], claim: Registered, tmp_path: Path
) -> None:
    path = manifest(*range(10), UNKNOWN).path
    asking = ("license", "quote", "--manifest", path, "--uses", "train")
    quote = ok(*asking)
    assert quote["counts"] == {"licensed": 0, "on_offer": 9, "forbidden": 0, "unknown": 1, "contested": 1}
    assert (quote["total"], quote["minimal"], quote["out"]) == (str(16 * DOLLAR + 9), True, None)
    assert sum(int(offer["price"]) for offer in quote["purchases"]) == int(quote["total"])
    distrusting = TrustPolicy.of(distrusted=[claim.registration.registrant])
    write_document(distrusting, tmp_path / "policy.json")
    out = tmp_path / "answers.csv"
    trusting = run(*asking, "--trust", "policy.json", "--out", out, account=LICENSEE)
    shown(trusting, "7 licenses to buy, for 19.000017 TUSD in all.", "contested", "unknown")
    assert len(out.read_text().splitlines()) == 12
    failed(run(*asking, "--out", out), 2, "is there already")
