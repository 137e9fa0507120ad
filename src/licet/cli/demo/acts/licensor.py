"""The licensor's acts: works are registered, shares published and offers signed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from licet.catalog import Catalog, Payee
from licet.chain.signing.signer import LocalSigner
from licet.cli.demo import cast
from licet.cli.demo.acts.setting import TRAINING, YEAR, CatalogFile, money
from licet.cli.demo.cast import World
from licet.cli.demo.stage import Stage
from licet.cli.output import bar
from licet.cli.text import plural, short
from licet.documents import OfferDocument, PayeeShare, SplitDocument, TermsDocument
from licet.rights.conditions import Conditions
from licet.rights.uses import use_names
from licet.rights_holder import PAYEES_ON_CHAIN, Price, PublishedSplit, Registered
from licet.samples import Samples
from licet.types import Address

_WORK_PRICE: Final = 25_000_000
_PRICE_OF_EACH: Final = 100_000
_ROYALTY_BPS: Final = 500
_COAUTHORS: Final = (60, 40)
_TERMS: Final = TermsDocument(
    title="AI training, one year",
    uses=TRAINING,
    text=(
        "The licensee may train models on the work, generative ones too, for one year from the purchase. "
        "Models trained in that time may be kept and used. The work itself may not be passed on."
    ),
)


@dataclass(frozen=True, slots=True)
class Titles:
    """What the licensor registered: single works by their files, and a catalogue."""

    works: Mapping[Path, Registered]
    catalog: Registered
    contents: Catalog


@dataclass(frozen=True, slots=True)
class Shares:
    """Who shares in which vault, and with whose key each payee collects.

    Attributes:
        work: the split of the single works.
        catalog: the split of the catalogue.
        signers: the payees' keys.
        names: what to call the payees.
        shared: the payee who has a share in both.
    """

    work: PublishedSplit
    catalog: PublishedSplit
    signers: Mapping[Address, LocalSigner]
    names: Mapping[Address, str]
    shared: Address


def register(stage: Stage, world: World, samples: Samples, source: CatalogFile, contents: Catalog) -> Titles:
    """The licensor registers three works and a whole catalogue, four transactions in all."""
    stage.act("The licensor registers: a text, a picture, a sound, and a catalogue")
    licensor = world.rights_holder(cast.licensor())
    works: dict[Path, Registered] = {}
    files = {"text": samples.text, "picture": samples.picture, "sound": samples.sound}
    for kind, path in files.items():
        with stage.step(f"register_{kind}") as gas:
            works[path] = licensor.register_work(path)
            gas.add(works[path].receipt)
    with stage.step("register_catalog") as gas:
        catalog = licensor.register_catalog(contents, source.name)
        gas.add(catalog.receipt)
    stage.say("What goes on chain is a hash: of a work's bytes, or of the list of a catalogue's works.")
    named = {path.name: registered for path, registered in works.items()} | {source.path.name: catalog}
    stage.show(
        ["registered", ">works", "asset id", ">gas"],
        [
            (name, f"{r.registration.works or 1:,}", short(r.asset_id), f"{r.receipt.gas_used:,}")
            for name, r in named.items()
        ],
    )
    return Titles(works, catalog, contents)


def share(stage: Stage, world: World, titles: Titles) -> Shares:
    """The licensor publishes who shares in the money."""
    stage.act("The licensor says who shares in the money")
    labels = list(titles.contents.shares)
    with stage.step("make_keys"), bar("making demo keys", len(labels)) as progress:
        signers = {label: _made(label, progress) for label in labels}
    licensor = world.rights_holder(cast.licensor())
    everybody = {signer.address: signer for signer in signers.values()}
    names = {signer.address: f"artist {label}" for label, signer in signers.items()}
    if labels:
        addresses = {label: Payee(signer.address, label) for label, signer in signers.items()}
        catalog_split = titles.contents.split(addresses)
    else:
        catalog_split = SplitDocument.of([PayeeShare(licensor.address, 1)])
        everybody[licensor.address], names[licensor.address] = cast.licensor(), "the licensor"
    shared = max(catalog_split.payees, key=lambda entry: entry.share).payee
    coauthor = cast.coauthor()
    everybody[coauthor.address], names[coauthor.address] = coauthor, "the co-author"
    work_split = SplitDocument.of(map(PayeeShare, (shared, coauthor.address), _COAUTHORS))
    with stage.step("publish_split_work") as gas:
        work = licensor.publish_split(work_split)
        gas.add(work.receipt)
    with stage.step("publish_split_catalog") as gas:
        catalog = licensor.publish_split(catalog_split)
        gas.add(catalog.receipt)
    _show_splits(stage, work, catalog)
    stage.say(
        "A vault's address commits to every share, and takes money before anything is deployed there. "
        "The payees' keys are demo keys, made from their labels: anybody can make them too.",
        style="dim",
    )
    return Shares(work, catalog, everybody, names, shared)


def offer(stage: Stage, world: World, titles: Titles, shares: Shares) -> tuple[OfferDocument, ...]:
    """The licensor signs offers: documents, no transactions."""
    stage.act("The licensor signs offers, which costs no gas")
    licensor = world.rights_holder(cast.licensor())
    dollar = world.dollars(cast.licensor()).address
    works = len(titles.contents.works)
    royalty = Conditions(royalty_bps=_ROYALTY_BPS)
    signed: dict[str, OfferDocument] = {}
    with stage.step("sign_offers"):
        for path, registered in titles.works.items():
            price = Price(dollar, _WORK_PRICE, duration=YEAR, conditions=royalty)
            signed[path.name] = licensor.offer(registered.asset_id, shares.work.vault, price, _TERMS)
        price = Price(dollar, _PRICE_OF_EACH * works, duration=YEAR, conditions=royalty)
        name = f"all {plural(works, 'work')}"
        signed[name] = licensor.offer(titles.catalog.asset_id, shares.catalog.vault, price, _TERMS)
    stage.show(
        ["offer on", "uses", "runs", ">price", "paid to vault"],
        [
            (name, ", ".join(use_names(o.offer.uses)), "1 year", money(o.offer.price), short(o.offer.payee))
            for name, o in signed.items()
        ],
    )
    return tuple(signed.values())


def _made(label: str, progress: Callable[[int], None]) -> LocalSigner:
    progress(1)
    return cast.artist_signer(label)


def _show_splits(stage: Stage, work: PublishedSplit, catalog: PublishedSplit) -> None:
    rows = []
    for name, published in (("the single works", work), ("the catalogue", catalog)):
        on_chain = len(published.split.payees) <= PAYEES_ON_CHAIN
        rows.append(
            (
                name,
                f"{len(published.split.payees):,}",
                "on chain" if on_chain else "document",
                short(published.vault),
                f"{published.receipt.gas_used:,}",
            )
        )
    stage.show(["income of", ">payees", "published", "vault", ">gas"], rows)
