"""The demo's acts, each told from the side of the role that plays it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from rich.text import Text

from licet.auditor import Auditor, AuditReport
from licet.catalog import Catalog, Payee, read_catalog
from licet.chain.client import Chain, Receipt
from licet.chain.deployments import deploy
from licet.chain.local.node import LocalNode
from licet.chain.signing.signer import LocalSigner
from licet.cli.audit_tables import balance_sheets, counted, findings_table
from licet.cli.demo import cast
from licet.cli.demo.cast import World
from licet.cli.demo.stage import DemoError, Stage, check
from licet.cli.money import Money
from licet.cli.output import bar, steps_bar
from licet.cli.text import format_amount, one_line, plural, short
from licet.contracts.vaults import VaultClaim
from licet.documents import OfferDocument, PayeeShare, SplitDocument, TermsDocument, Work
from licet.errors import NothingDue, Reverted, ShareNotInSplit
from licet.licensee import Licensee, Purchase, Quote, QuoteItem, Status
from licet.rights.conditions import Conditions
from licet.rights.uses import Use, parse_uses, use_names
from licet.rights_holder import PAYEES_ON_CHAIN, Collected, Price, PublishedSplit, Registered
from licet.samples import Samples
from licet.types import Address

YEAR: Final = 365 * 86_400
TRAINING: Final = parse_uses("ai-training")

_DECIMALS: Final = 6
_SYMBOL: Final = "TUSD"
_WORK_PRICE: Final = 25_000_000
_PRICE_OF_EACH: Final = 100_000
_BUDGET_OVER: Final = 100_000_000
_GIFT: Final = 30_000_000
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
class CatalogFile:
    """The CSV file of the demo's catalogue, and the columns that say who is paid; no column: the licensor."""

    path: Path
    payees_column: str | None
    weights_column: str | None

    @property
    def name(self) -> str:
        """The catalogue's title: the file's name without its endings."""
        return self.path.name.split(".")[0]


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


_Question: TypeAlias = tuple[str, Purchase, str | Path, Use, bool]
"""What was licensed, the license, with what, which uses, and the right answer."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A question put to the chain, and its answer."""

    license: str
    item: str
    uses: str
    when: str
    answer: bool


def money(units: int) -> str:
    """An amount of test dollars for people."""
    return format_amount(units, _DECIMALS, _SYMBOL)


def deploy_contracts(stage: Stage, node: LocalNode, documents: Path) -> World:
    """Puts the contracts on the new chain."""
    stage.act("The stage: a new chain, and Licet's contracts on it")
    rows: list[tuple[str, str, str]] = []

    def created(name: str, receipt: Receipt) -> None:
        rows.append((name, str(receipt.created), f"{receipt.gas_used:,}"))
        gas.add(receipt)

    with stage.step("deploy") as gas:
        deployment = deploy(Chain(node.url, cast.deployer()), progress=created)
    stage.show(["contract", "address", ">gas"], rows)
    return World(node, deployment, documents)


def read(stage: Stage, source: CatalogFile) -> Catalog:
    """Reads the catalogue, before anything is started: it may be unusable."""
    with stage.step("read_catalog"), bar(f"reading {source.path.name}") as progress:
        return read_catalog(
            source.path,
            payees_column=source.payees_column,
            weights_column=source.weights_column,
            progress=progress,
        )


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


def ask(
    stage: Stage, world: World, licensee: Licensee, titles: Titles, samples: Samples, unknown: Path
) -> Quote:
    """The licensee asks before use: who has rights in these files and works, and what would it cost?"""
    stage.act("The licensee asks before use, for training a generative model")
    with stage.step("competing_claim") as gas:
        gas.add(world.rights_holder(cast.stranger()).register_work(samples.sound).receipt)
    some = titles.contents.works[len(titles.contents.works) // 2]
    items = [samples.text, samples.picture, _item(some), samples.sound, unknown]
    with stage.step("quote"):
        quote = licensee.quote(items, TRAINING)
    stage.show(
        ["item", "status", "claimed by", "as", ">license costs"], [_asked(item) for item in quote.items]
    )
    statuses = [Status.ON_OFFER, Status.ON_OFFER, Status.ON_OFFER, Status.CONTESTED, Status.UNKNOWN]
    check("the answers", [item.status for item in quote.items], statuses)
    stage.say(
        "A stranger has registered the sound too. Licet never chooses between competing claims: "
        "the licensee names the one to trust, or does without."
    )
    trusted = titles.works[samples.sound].asset_id
    with stage.step("quote_trusting"):
        settled = licensee.quote([samples.sound], TRAINING, trust=[trusted])
    check("the trusted claim's status", settled.items[0].status, Status.ON_OFFER)
    stage.say(f"Trusting the licensor's deed {short(trusted)}, it costs {money(settled.total)}.")
    return quote


def buy(
    stage: Stage, world: World, licensee: Licensee, titles: Titles, samples: Samples
) -> tuple[Quote, Purchase, Purchase]:
    """The licensee buys a license for the picture, and one for the whole catalogue."""
    stage.act("The licensee buys: one transaction for a work, one for the whole catalogue")
    signer = cast.licensee()
    dollars = world.dollars(signer)
    with stage.step("quote_purchase"):
        quote = licensee.quote([samples.picture, titles.catalog.asset_id], TRAINING)
    dollars.mint(signer.address, quote.total + _BUDGET_OVER)
    before = dollars.balance_of(signer.address)
    purchases = []
    for name, standing in zip(("work", "catalog"), quote.purchases, strict=True):
        with stage.step(f"buy_{name}") as gas:
            purchases.append(licensee.buy(standing))
            gas.add(*purchases[-1].receipts)
    paid = before - dollars.balance_of(signer.address)
    work, catalog = purchases
    names = (samples.picture.name, f"all {plural(len(titles.contents.works), 'work')}")
    stage.show(
        ["license for", "license id", ">price", ">gas"],
        [
            (name, short(p.license_id), money(p.grant.offer.price), f"{p.gas_used:,}")
            for name, p in zip(names, purchases, strict=True)
        ],
    )
    check("the amount paid", paid, quote.total)
    stage.say(
        f"Quoted {money(quote.total)}, paid {money(paid)}: each by a permit for its exact sum (EIP-2612)."
    )
    return quote, work, catalog


def ask_permission(
    stage: Stage,
    licensee: Licensee,
    questions: Sequence[tuple[str, Purchase, str | Path, Use, bool]],
    when: str,
) -> tuple[Permission, ...]:
    """Puts questions to the chain, and shows the answers."""
    answers = []
    with stage.step(f"permits_{when.replace(' ', '_')}"):
        for name, purchase, item, uses, expected in questions:
            answer = licensee.permits(purchase.license_id, uses, item)
            check(f"the answer for {item}", answer, expected)
            shown = one_line(Path(item).name)
            answers.append(Permission(name, shown, ", ".join(use_names(uses)), when, answer))
    stage.show(
        ["license for", "may", "with", "when", "answer"],
        [(a.license, a.uses, a.item, a.when, _yes_or_no(a.answer)) for a in answers],
    )
    return tuple(answers)


def permits(
    stage: Stage, licensee: Licensee, titles: Titles, samples: Samples, work: Purchase, catalog: Purchase
) -> tuple[Permission, ...]:
    """What the licenses permit today."""
    stage.act("Anybody may ask the chain what a license permits")
    one = _item(titles.contents.works[-1])
    return ask_permission(
        stage,
        licensee,
        [
            ("the picture", work, samples.picture, TRAINING, True),
            ("the catalogue", catalog, one, TRAINING, True),
            ("the picture", work, samples.picture, Use.REDISTRIBUTE, False),
            ("the picture", work, samples.sound, TRAINING, False),
            ("the catalogue", catalog, samples.picture, TRAINING, False),
        ],
        "today",
    )


def pay(stage: Stage, world: World, shares: Shares) -> dict[int, int]:
    """Somebody pays both vaults, by plain transfers; returns the gas by number of payees."""
    stage.act("Money comes in: the same gas for any number of payees")
    payer = cast.licensee()
    dollars = world.dollars(payer)
    gas_of: dict[int, int] = {}
    for name, published in (("work", shares.work), ("catalog", shares.catalog)):
        with stage.step(f"pay_vault_{name}") as gas:
            receipt = dollars.transfer(published.vault, _GIFT)
            gas.add(receipt)
        gas_of[len(published.split.payees)] = receipt.gas_used
    stage.show(
        [">payees of the vault", ">paid", ">gas"],
        [(f"{payees:,}", money(_GIFT), f"{used:,}") for payees, used in gas_of.items()],
    )
    stage.say("A plain transfer of an ERC-20 token: any wallet can do it, with no code of Licet's.")
    return gas_of


def collect(stage: Stage, world: World, shares: Shares) -> dict[str, Collected]:
    """Artists collect what is theirs; one of them from two vaults in one transaction."""
    stage.act("Artists collect, each with a proof of their share")
    token = world.dollars(cast.licensee()).address
    work, catalog = shares.work.split, shares.catalog.split
    claims: dict[str, tuple[Address, list[SplitDocument]]] = {
        "claim_two_vaults": (shares.shared, [work, catalog]),
        "claim_catalog": (_least(world, shares), [catalog]),
        "claim_work": (cast.coauthor().address, [work]),
    }
    collected: dict[str, Collected] = {}
    rows = []
    for name, (payee, splits) in claims.items():
        if name == "claim_catalog" and payee == shares.shared:
            continue  # the only payee of the catalogue
        signer = shares.signers[payee]
        world.give_gas_money(cast.deployer(), signer)
        holder = world.rights_holder(signer)
        due = sum(holder.due(split, token) for split in splits)
        with stage.step(name) as gas:
            collected[name] = holder.collect(splits, token)
            gas.add(collected[name].receipt)
        check(f"what {payee} was paid", collected[name].total, due)
        check(f"what is due to {payee} then", sum(holder.due(split, token) for split in splits), 0)
        rows.append(
            (
                one_line(shares.names[payee]),
                short(payee),
                str(len(splits)),
                money(due),
                f"{gas.used:,}",
            )
        )
    stage.show(["payee", "address", ">vaults", ">collected", ">gas"], rows)
    return collected


def refuse(stage: Stage, world: World, shares: Shares) -> None:
    """What nobody may do: collect twice, or with somebody else's share."""
    token = world.dollars(cast.stranger()).address
    tree = shares.catalog.split.tree()
    proof = tree.proof(shares.shared)
    again = VaultClaim(tree.root, token, shares.shared, proof)
    stolen = VaultClaim(tree.root, token, cast.stranger().address, proof)
    vault = shares.catalog.vault
    stage.say("Nobody collects twice, or with somebody else's share:")
    with stage.step("refused_claims"):
        artist = world.contracts(shares.signers[shares.shared]).vaults
        stranger = world.contracts(cast.stranger()).vaults
        twice = _refused(NothingDue, lambda: artist.claim_from(vault, again))
        theft = _refused(ShareNotInSplit, lambda: stranger.claim_from(vault, stolen))
    stage.show(
        ["who tries", "what", "the contract says"],
        [
            (one_line(shares.names[shares.shared]), "to collect a second time", Text(twice.name, "red")),
            ("a stranger", "to collect with that proof", Text(theft.name, "red")),
        ],
    )


def wait_a_year(
    stage: Stage,
    world: World,
    licensee: Licensee,
    titles: Titles,
    samples: Samples,
    work: Purchase,
    catalog: Purchase,
) -> tuple[Permission, ...]:
    """Lets a year pass, after which the licenses permit nothing."""
    stage.act("A year passes, and the licenses end")
    world.node.advance(YEAR)
    return ask_permission(
        stage,
        licensee,
        [
            ("the picture", work, samples.picture, TRAINING, False),
            ("the catalogue", catalog, _item(titles.contents.works[-1]), TRAINING, False),
        ],
        "a year later",
    )


def audit(stage: Stage, world: World) -> AuditReport:
    """The auditor recomputes everything from the node, one address and the published documents."""
    stage.act("The auditor trusts nobody, and recomputes everything")
    chain = world.chain()
    registry = world.deployment.asset_registry
    with stage.step("audit"), steps_bar() as progress:
        report = Auditor(chain, world.library()).audit(registry, progress=progress)
    stage.say(f"Given: a node, the registry's address {registry}, the published documents. No key.")
    stage.say(counted(report))
    stage.put(balance_sheets(report, Money(chain)))
    for part in findings_table(report.findings):
        stage.put(part)
    return report


def _least(world: World, shares: Shares) -> Address:
    """The payee of the catalogue with the smallest share that is worth anything yet."""
    contracts = world.contracts(cast.licensee())
    token = world.dollars(cast.licensee()).address
    tree = shares.catalog.split.tree()
    received = contracts.vaults.received(shares.catalog.vault, token)
    worth = {payee: share for payee, share in tree.shares.items() if received * share // tree.total}
    return min(worth, key=worth.__getitem__)


def _item(work: Work) -> str | Path:
    """A catalogue's work as a licensee names it: by its id, unless that stands for a file too."""
    return work.sha256 if Path(work.id).exists() else work.id


def _asked(item: QuoteItem) -> tuple[str | Text, ...]:
    claims = item.lookup.claims
    return (
        one_line(Path(item.lookup.item).name),
        Text(item.status.replace("_", " "), style="green" if item.offer else "yellow"),
        " and ".join(short(claim.holder) for claim in claims) or "-",
        one_line(claims[0].catalog or "single work") if claims else "-",
        money(item.offer.offer.price) if item.offer else "-",
    )


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


def _refused(kind: type[Reverted], attempt: Callable[[], object]) -> Reverted:
    try:
        attempt()
    except kind as error:
        return error
    raise DemoError(f"{kind.__name__} was to be raised, but the contract agreed; please report this")


def _yes_or_no(answer: bool) -> Text:
    return Text("yes", style="bold green") if answer else Text("no", style="bold red")
