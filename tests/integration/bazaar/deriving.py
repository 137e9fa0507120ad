"""Derivatives, at any number of levels."""

from random import Random
from typing import Any

from licet import errors
from licet.documents import PayeeShare
from licet.errors import InputError
from licet.rights.uses import Use
from licet.types import Hash32
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import FOREVER, PERPETUAL, Asset, License
from tests.integration.bazaar.refusing import Reasons


def derive(bazaar: Bazaar, random: Random) -> Attempt | None:
    """Made under a few licenses, and maybe with licensed tools; not always of one's own, or approved."""
    model = bazaar.model
    sold = [own for own in model.licenses if own.parent is None]
    if not sold:
        return None
    maker = bazaar.party(recent(random, sold).holder)
    usable = [
        own for own in sold if own.holder == maker.address and own.uses & Use.DERIVE and not own.metered
    ]
    pool = usable if usable and random.random() < 0.9 else sold
    parents = list(dict.fromkeys(recent(random, pool) for _ in range(random.randint(1, 3))))
    tools = [own for own in model.holds(maker.address) if own not in parents]
    sources = [recent(random, tools)] if tools and random.random() < 0.2 else []
    if sources and random.random() < 0.3:
        parents = []
    _, content = bazaar.new_work(random)
    shares = [
        PayeeShare(person.address, random.randint(1, 99))
        for person in random.sample(bazaar.people, random.randint(1, 2))
    ]
    approvers = {
        parent.id: bazaar.mostly(random, parent.listed.asset.holder)
        for parent in parents
        if parent.terms.conditions.approval and random.random() < 0.8
    }
    plain = bazaar.vault_of(bazaar.split(random)) if not parents else None

    def act() -> Any:
        approvals: dict[Hash32, bytes] = {}
        for license_id, approver in approvers.items():
            approvals[license_id] = approver.sells.approve_derivative(license_id, content, maker.address)
        if plain is not None:
            maker.sells.publish_split(plain.vault.split)
        return maker.sells.register_derivative(
            content,
            [parent.terms for parent in parents],
            shares if parents else (),
            approvals=approvals,
            sources=[source.id for source in sources],
        )

    def then(made: Any) -> None:
        asset = Asset(
            made.asset_id, content, maker.address, plain or bazaar.vault_of(made.split.split, made.split.salt)
        )
        if parents:
            _ask(asset, parents, made.derivation.license_ids)
        model.assets.append(asset)
        model.counts["registrations"] += 1
        model.counts["derivatives"] += 1

    def refusals(now: int) -> Reasons:
        asked = sum(parent.terms.conditions.royalty_bps for parent in parents)
        if asked >= 10_000:
            yield InputError
        for parent in parents:
            if parent.holder != maker.address or not parent.uses & Use.DERIVE:
                yield errors.ParentLicenseInvalid
            if parent.metered or now >= parent.expires:
                yield errors.ParentLicenseInvalid
            if parent.terms.conditions.approval:
                if parent.id not in approvers:
                    yield InputError
                elif approvers[parent.id].address != parent.listed.asset.holder:
                    yield errors.NotDeedHolder
        for source in sources:
            if not model.permits(source, source.uses, now):
                yield errors.ParentLicenseInvalid
        ceilings = {p.listed.offer.currency for p in parents if p.terms.conditions.revenue_ceiling}
        if len(ceilings) > 1 or len({p.listed.offer.terms_hash for p in parents if _reciprocal(p)}) > 1:
            yield errors.ParentsIncompatible

    return Attempt(act, then, lambda n: [*refusals(n)])


def _reciprocal(parent: License) -> bool:
    return parent.terms.conditions.reciprocal or parent.listed.asset.reciprocal is not None


def _ask(asset: Asset, parents: list[License], order: tuple[Hash32, ...]) -> None:
    """What parents ask of their derivative."""
    asset.made = True
    asset.parents = tuple(sorted(parents, key=lambda parent: order.index(parent.id)))
    asset.uses = 0xFFFFFFFF
    for parent in parents:
        asset.uses &= parent.uses
        ceiling = parent.terms.conditions.revenue_ceiling
        if ceiling and (asset.ceiling is None or ceiling < asset.ceiling[1]):
            asset.ceiling = (parent.listed.offer.currency, ceiling)
        if _reciprocal(parent):
            asset.reciprocal = parent.listed.offer.terms_hash
    asset.parents_until = _end(asset)


def _end(asset: Asset) -> int:
    first = min(parent.expires for parent in asset.parents)
    return FOREVER if first == PERPETUAL else first


def refresh_parents(bazaar: Bazaar, random: Random) -> Attempt | None:
    """Anybody has a derivative's parents looked at again; or tries to, of what is none."""
    if not bazaar.model.assets:
        return None
    made = [asset for asset in bazaar.model.assets if asset.made]
    asset = recent(random, made if made and random.random() < 0.9 else bazaar.model.assets)
    sender = bazaar.somebody(random)

    def then(_: object) -> None:
        asset.parents_until = _end(asset)

    # One that was made with tools alone has a line in the log, and nothing to look at.
    refused = [] if asset.made else [InputError, errors.LineageUnknown]
    return Attempt(lambda: sender.sells.refresh_parents(asset.id), then, lambda _: refused)
