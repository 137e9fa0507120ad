"""Money: paid into vaults and purses by whoever likes, and collected by, or for, the payees."""

from random import Random
from typing import Any

from licet import errors
from licet.errors import InputError
from licet.types import Address
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import VaultBook
from tests.integration.bazaar.refusing import Reasons
from tests.integration.conftest import DAY, DOLLAR, Party


def pay(bazaar: Bazaar, random: Random) -> Attempt | None:
    """A plain payment to a vault, or now and then into a purse."""
    model, payer = bazaar.model, bazaar.somebody(random)
    if not model.vaults:
        return None
    purses = [own.meter.purse for own in model.licenses if own.meter]
    purses += [stated.purse for stated in model.statements] + list(model.escrows)
    payee = recent(random, purses if purses and random.random() < 0.25 else list(model.vaults))
    token, amount = bazaar.token(random), random.randrange(1, 30 * DOLLAR)

    def act() -> None:
        payer.currency(token).transfer(payee, amount)

    return Attempt(act, lambda _: model.move(token, payer.address, payee, amount))


def collect(bazaar: Bazaar, random: Random) -> Attempt | None:
    """All that is due to somebody from some vaults, through vaults between; by themselves, or pushed."""
    model = bazaar.model
    if not model.vaults:
        return None
    payee, sender = bazaar.somebody(random), bazaar.somebody(random)
    books = list(model.vaults.values())
    theirs = [book for book in books if payee.address in book.tree.shares]
    pool = theirs if theirs and random.random() < 0.9 else books
    known = list(dict.fromkeys(recent(random, pool) for _ in range(random.randint(1, 4))))
    made = [asset for asset in model.assets if asset.made]
    above = [asset for asset in made if any(p.listed.asset.vault in known for p in asset.parents)]
    derivatives = [recent(random, above)] if above and random.random() < 0.5 else []
    if made and random.random() < 0.05:
        derivatives = [recent(random, made)]
    token = bazaar.token(random)
    flows = model.flows(known, derivatives, payee.address)
    paying = [*model.trace(flows, token)]
    total = sum(amount for _, station, amount in paying if station == payee.address)

    def refusals(_: int) -> Reasons:
        leading = {book for book, _ in flows}
        if not leading.issuperset(known) or not leading.issuperset(asset.vault for asset in derivatives):
            yield InputError
        elif not total:
            yield errors.NothingDue

    def act() -> Any:
        vaults, ids = [book.vault for book in known], [asset.id for asset in derivatives]
        if sender is payee:
            return sender.sells.collect(vaults, token, derivatives=ids)
        return sender.buys.push(vaults, token, payee.address, derivatives=ids)

    def then(collected: Any) -> None:
        for book, station, amount in paying:
            assert model.claim(book, token, station, station) == amount
        assert collected.total == total

    return Attempt(act, then, lambda n: [*refusals(n)])


def _share(bazaar: Bazaar, random: Random) -> tuple[VaultBook, Party] | None:
    """A vault, and as a rule one of its payees who is a person."""
    books = list(bazaar.model.vaults.values())
    if not books:
        return None
    book = recent(random, books)
    payees = [person for person in bazaar.people if person.address in book.tree.shares]
    return book, random.choice(payees if payees and random.random() < 0.9 else bazaar.people)


def claim_to(bazaar: Bazaar, random: Random) -> Attempt | None:
    """A payee has it sent to somebody else."""
    share = _share(bazaar, random)
    if share is None:
        return None
    book, payee = share
    receiver, token = bazaar.somebody(random), bazaar.token(random)

    def then(collected: Any) -> None:
        assert collected.total == bazaar.model.claim(book, token, payee.address, receiver.address)

    return Attempt(
        lambda: payee.sells.claim_to(book.vault, token, receiver.address),
        then,
        lambda _: [*_unpayable(book, token, payee)],
    )


def signed_claim(bazaar: Bazaar, random: Random) -> Attempt | None:
    """A payee signs where it should go, another submits it; sometimes too late, or after a claim."""
    share = _share(bazaar, random)
    if share is None:
        return None
    book, payee = share
    if payee.address not in book.tree.shares:
        return None
    model, sender = bazaar.model, bazaar.somebody(random)
    receiver, token = bazaar.somebody(random), bazaar.token(random)
    late, overtaken = random.random() < 0.15, random.random() < 0.15
    paid = book.due(token, payee.address) if overtaken else 0
    alone = sender is payee  # nobody asks them for their own signature

    def act() -> Any:
        document = payee.sells.sign_claim(book.vault, token, receiver.address, bazaar.network.now + DAY)
        if paid:
            payee.sells.claim_to(book.vault, token, payee.address)
            model.claim(book, token, payee.address, payee.address)
            tip.currency(token).transfer(book.address, 10**9)
            model.move(token, tip.address, book.address, 10**9)
        if late:
            bazaar.network.travel(2 * DAY)
        return sender.sells.submit_claim(document, book.vault)

    def then(collected: Any) -> None:
        assert collected.total == model.claim(book, token, payee.address, receiver.address)

    def refusals(_: int) -> Reasons:
        if not paid:
            yield from _unpayable(book, token, payee)
        if late and not alone:
            yield errors.ClaimExpired
        if paid and not alone:
            yield errors.ClaimSignatureInvalid

    tip = bazaar.people[0]
    return Attempt(act, then, lambda n: [*refusals(n)])


def _unpayable(book: VaultBook, token: Address, payee: Party) -> Reasons:
    if payee.address not in book.tree.shares:
        yield InputError
    elif not book.due(token, payee.address):
        yield errors.NothingDue
