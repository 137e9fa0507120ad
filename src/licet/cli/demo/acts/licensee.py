"""The licensee's acts: what files cost is asked, licenses are bought, and what they permit is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from rich.text import Text

from licet.cli.demo import cast
from licet.cli.demo.acts.licensor import Titles
from licet.cli.demo.acts.setting import TRAINING, YEAR, money
from licet.cli.demo.cast import World
from licet.cli.demo.stage import Stage, check
from licet.cli.text import one_line, plural, short
from licet.documents import Work
from licet.licensee import Licensee, Purchase, Quote, QuoteItem, Status
from licet.rights.uses import Use, use_names
from licet.samples import Samples

_BUDGET_OVER: Final = 100_000_000
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
    questions: Sequence[_Question],
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


def _yes_or_no(answer: bool) -> Text:
    return Text("yes", style="bold green") if answer else Text("no", style="bold red")
