"""Works and catalogues, and what becomes of their deeds."""

from random import Random

from licet import errors
from licet.catalog import Catalog
from licet.documents import Work
from licet.rights.registration import Registration
from licet.types import Hash32, hash32
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import Asset
from tests.integration.bazaar.refusing import Reasons
from tests.integration.conftest import DAY


def register_work(bazaar: Bazaar, random: Random) -> Attempt:
    """A new work, or one that somebody has registered; sometimes for somebody else who signed it."""
    model, registrant = bazaar.model, bazaar.somebody(random)
    singles = [asset for asset in model.assets if not asset.works]
    if singles and random.random() < 0.15:
        content = recent(random, singles).content
        path = bazaar.work(content)
    else:
        path, content = bazaar.new_work(random)
    vault = bazaar.vault_of(bazaar.split(random))
    sent_by = bazaar.somebody(random)

    def act() -> Hash32:
        registrant.sells.publish_split(vault.vault.split)
        if random.random() < 0.7:
            return registrant.sells.register_work(path).asset_id
        registration = Registration(registrant.address, content, deadline=bazaar.network.now + DAY)
        signature = registrant.sells.sign_registration(registration)
        return sent_by.sells.register_for(registration, signature).asset_id

    def then(asset_id: Hash32) -> None:
        model.assets.append(Asset(asset_id, content, registrant.address, vault))
        model.counts["registrations"] += 1

    taken = any(
        asset.content == content and asset.id == Registration(registrant.address, content).asset_id
        for asset in model.assets
    )
    return Attempt(act, then, lambda _: [errors.AssetAlreadyRegistered] if taken else [])


def register_catalog(bazaar: Bazaar, random: Random) -> Attempt:
    """A catalogue of a few works."""
    model, registrant = bazaar.model, bazaar.somebody(random)
    works = tuple(Work(str(n), hash32(random.randbytes(32))) for n in range(random.randint(2, 5)))
    catalog = Catalog(works, {}, 1)
    vault = bazaar.vault_of(bazaar.split(random))

    def act() -> Hash32:
        registrant.sells.publish_split(vault.vault.split)
        return registrant.sells.register_catalog(catalog, "Some works").asset_id

    def then(asset_id: Hash32) -> None:
        contents = tuple(work.sha256 for work in works)
        model.assets.append(Asset(asset_id, catalog.tree().root, registrant.address, vault, contents))
        model.counts["registrations"] += 1

    return Attempt(act, then)


def transfer_deed(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.assets:
        return None
    asset = recent(random, bazaar.model.assets)
    sender, receiver = bazaar.mostly(random, asset.holder), bazaar.somebody(random)

    def then(_: object) -> None:
        asset.holder = receiver.address
        asset.epoch += 1

    return Attempt(
        lambda: sender.sells.transfer_deed(asset.id, receiver.address),
        then,
        lambda _: [] if sender.address == asset.holder else [errors.NotDeedHolder],
    )


def pin_vault(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.assets:
        return None
    asset = recent(random, bazaar.model.assets)
    sender = bazaar.mostly(random, asset.holder)
    vault = recent(random, bazaar.model.assets).vault if random.random() < 0.3 else asset.vault
    bps = random.choice([0, 250, 10_000, 10_001])

    def refusals(_: int) -> Reasons:
        if sender.address != asset.holder:
            yield errors.NotDeedHolder
        if bps > 10_000:
            yield errors.ResaleInvalid
        if asset.made and vault is not asset.vault:
            yield errors.PayeeNotVault

    return Attempt(
        lambda: sender.sells.pin_vault(asset.id, vault.address, bps), lambda _: None, lambda n: [*refusals(n)]
    )
