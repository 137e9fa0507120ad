"""Disputes of deeds, of works in catalogues, and of licenses."""

from random import Random
from typing import Any

from licet import errors
from licet.errors import InputError
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.refusing import Reasons
from tests.integration.bazaar.ruling import SAID, opened_case


def dispute_asset(bazaar: Bazaar, random: Random) -> Attempt | None:
    """On a deed of the claimant's own, as a rule."""
    model = bazaar.model
    if not model.assets:
        return None
    asset, claim = recent(random, model.assets), recent(random, model.assets)
    claimant = bazaar.mostly(random, claim.holder)

    def refusals(_: int) -> Reasons:
        if claim is asset or claim.holder != claimant.address:
            yield errors.ClaimInvalid
        if asset.upheld:
            yield errors.AssetAlreadyDefeated

    def then(opened: Any) -> None:
        case = opened_case(bazaar, "asset", asset, claimant.address, opened)
        case.payee = claim.vault.address
        model.disputes.append(case)
        if not asset.open:
            asset.settled = asset.latest.id if asset.latest else 0
        asset.latest = case
        asset.open += 1
        asset.escrowing += 1

    return Attempt(
        lambda: claimant.sells.dispute_asset(asset.id, claim.id, claim.vault.address, SAID),
        then,
        lambda n: [*refusals(n)],
    )


def dispute_work(bazaar: Bazaar, random: Random) -> Attempt | None:
    """One work of a catalogue."""
    model = bazaar.model
    catalogs = [asset for asset in model.assets if asset.works]
    if not catalogs:
        return None
    asset = recent(random, catalogs if random.random() < 0.95 else model.assets)
    claim = recent(random, model.assets)
    claimant, work = bazaar.mostly(random, claim.holder), random.choice(asset.works or (asset.content,))

    def refusals(_: int) -> Reasons:
        if not asset.works:
            yield InputError
        if claim is asset or claim.holder != claimant.address:
            yield errors.ClaimInvalid
        if work in asset.defeated_works:
            yield errors.WorkAlreadyDefeated

    def then(opened: Any) -> None:
        case = opened_case(bazaar, "work", asset, claimant.address, opened)
        case.work = work
        model.disputes.append(case)

    return Attempt(
        lambda: claimant.sells.dispute_work(asset.id, work, claim.id, SAID), then, lambda n: [*refusals(n)]
    )


def dispute_license(bazaar: Bazaar, random: Random) -> Attempt | None:
    model = bazaar.model
    sold = [own for own in model.licenses if own.parent is None]
    revocable = [own for own in sold if own.terms.conditions.revocable]
    if not sold:
        return None
    held = recent(random, revocable if revocable and random.random() < 0.9 else sold)
    asset = held.listed.asset
    claimant = bazaar.mostly(random, asset.holder)

    def refusals(_: int) -> Reasons:
        if not held.terms.conditions.revocable:
            yield errors.LicenseNotRevocable
        if claimant.address != asset.holder:
            yield errors.NotDeedHolder

    def then(opened: Any) -> None:
        model.disputes.append(opened_case(bazaar, "license", held, claimant.address, opened))

    return Attempt(lambda: claimant.sells.dispute_license(held.terms, SAID), then, lambda n: [*refusals(n)])
