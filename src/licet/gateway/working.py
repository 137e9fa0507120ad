"""What a gateway does besides answering: it anchors, redeems, looks for news, mends re-orgs, and warns."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Final

from licet.errors import LicetError
from licet.gateway.app import Business
from licet.gateway.config import Site
from licet.gateway.gas import watch_gas
from licet.gateway.payees import check_payees

_LOOK_SECONDS: Final = 1.0


@contextlib.contextmanager
def working(site: Site, business: Business | None, tell: Callable[[LicetError], None]) -> Iterator[None]:
    """Does a gateway's work in threads of its own, as long as the context lasts.

    Without it, no record is anchored, no voucher is redeemed, and a license that was revoked counts until its
    seconds are over. One such context for each business, in the process that has it.

    Args:
        site: the site.
        business: what it has to do with a chain; None if nothing, and nothing is done.
        tell: called with what went wrong, from any of the threads; the work goes on.
    """
    if business is None or business.anchoring is None or business.upkeep is None or site.chain is None:
        yield
        return
    stop = threading.Event()
    anchor_seconds, anchor_records = site.chain.anchor_seconds, site.chain.anchor_records
    threads = [
        threading.Thread(target=business.anchoring.run, args=(stop, anchor_seconds, anchor_records, tell)),
        threading.Thread(target=business.upkeep.run, args=(stop, tell)),
        threading.Thread(target=watch_gas, args=(business.market.contracts.chain, stop, tell)),
    ]
    if any(policy.tariff for policy in site.policies.policies):
        pays = (business.market, site.policies.policies, stop, tell)
        threads.append(threading.Thread(target=check_payees, args=pays))
    if business.holders is not None:
        looks = business.holders.permits.run
        redeems = business.holders.redeeming.run
        threads.append(threading.Thread(target=looks, args=(stop, _LOOK_SECONDS, tell)))
        threads.append(threading.Thread(target=redeems, args=(stop, _LOOK_SECONDS, anchor_seconds, tell)))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
