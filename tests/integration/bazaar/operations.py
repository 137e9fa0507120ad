"""All that anybody can do, and how often it is tried."""

from collections.abc import Callable
from random import Random

from tests.integration.bazaar import (
    deriving,
    disputing,
    keeping,
    offering,
    paying,
    registering,
    ruling,
    selling,
    stating,
    using,
)
from tests.integration.bazaar.bazaar import Attempt, Bazaar
from tests.integration.conftest import DAY

Operation = Callable[[Bazaar, Random], Attempt | None]

WEIGHTS: dict[Operation, int] = {
    registering.register_work: 6,
    registering.register_catalog: 2,
    registering.transfer_deed: 1,
    registering.pin_vault: 1,
    offering.offer: 14,
    offering.publish_offer: 2,
    offering.cancel_offer: 1,
    offering.cancel_offers: 1,
    offering.appoint_agent: 1,
    selling.buy: 16,
    selling.buy_by_authorization: 4,
    selling.buy_basket: 4,
    keeping.renew: 5,
    keeping.transfer_license: 2,
    keeping.sublicense: 3,
    keeping.revoke: 4,
    keeping.pin_license: 1,
    deriving.derive: 8,
    deriving.refresh_parents: 2,
    using.anchor: 4,
    using.name_reporter: 1,
    using.admit_reporter: 1,
    using.open_account: 1,
    using.deposit: 4,
    using.sign_voucher: 5,
    using.settle: 4,
    using.close_account: 1,
    using.withdraw_deposit: 2,
    paying.pay: 5,
    paying.collect: 9,
    paying.claim_to: 3,
    paying.signed_claim: 2,
    stating.publish_statement: 3,
    stating.contest_statement: 2,
    stating.release_statement: 3,
    disputing.dispute_asset: 2,
    disputing.dispute_work: 1,
    disputing.dispute_license: 2,
    ruling.counter_bond: 1,
    ruling.rule: 4,
    ruling.lapse: 1,
    ruling.submit_evidence: 1,
    ruling.release_escrow: 2,
    ruling.withdraw_bonds: 1,
}


def step(bazaar: Bazaar, random: Random) -> None:
    """Somebody does something; or time passes, which may take a month."""
    if random.random() < 0.04:
        bazaar.network.travel(random.choice([3_600, DAY, 3 * DAY, 10 * DAY, 31 * DAY]))
        bazaar.tally["wait", "done"] += 1
        return
    attempt: Attempt | None = None
    while attempt is None:
        (operation,) = random.choices(list(WEIGHTS), list(WEIGHTS.values()))
        attempt = operation(bazaar, random)
    bazaar.try_out(operation.__name__, attempt)
