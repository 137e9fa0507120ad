"""The payees' acts: money comes in, everybody collects, and nobody more than that."""

from collections.abc import Callable
from typing import Final

from rich.text import Text

from licet.cli.demo import cast
from licet.cli.demo.acts.licensor import Shares
from licet.cli.demo.acts.setting import money
from licet.cli.demo.cast import World
from licet.cli.demo.stage import DemoError, Stage, check
from licet.cli.text import one_line, short
from licet.contracts.vaults import VaultClaim
from licet.documents import SplitDocument
from licet.errors import NothingDue, Reverted, ShareNotInSplit
from licet.rights_holder import Collected
from licet.types import Address

_GIFT: Final = 30_000_000


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


def _least(world: World, shares: Shares) -> Address:
    """The payee of the catalogue with the smallest share that is worth anything yet."""
    contracts = world.contracts(cast.licensee())
    token = world.dollars(cast.licensee()).address
    tree = shares.catalog.split.tree()
    received = contracts.vaults.received(shares.catalog.vault, token)
    worth = {payee: share for payee, share in tree.shares.items() if received * share // tree.total}
    return min(worth, key=worth.__getitem__)


def _refused(kind: type[Reverted], attempt: Callable[[], object]) -> Reverted:
    try:
        attempt()
    except kind as error:
        return error
    raise DemoError(f"{kind.__name__} was to be raised, but the contract agreed; please report this")
