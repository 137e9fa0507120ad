"""Who is paid for reads: looked at once on chain, since what goes astray does not come back.

The configuration is believed, as nothing else can say what its writer meant: a work may pay a plain account.
But whoever configures one is told, and so is whoever leaves a derivative's parents out.
"""

from collections.abc import Callable, Iterable
from threading import Event
from typing import Final

from licet.contracts import Contracts
from licet.contracts.assets import DeedFlag
from licet.contracts.publications import splits_published
from licet.contracts.vaults import root_in_code
from licet.errors import LicetError
from licet.gateway.errors import PayeeDoubtful
from licet.gateway.market import Market
from licet.gateway.policies import Policy
from licet.licensee.offers import Offers
from licet.types import Address, Hash32

_AGAIN_SECONDS: Final = 60.0


def check_payees(
    market: Market, policies: Iterable[Policy], stop: Event, tell: Callable[[LicetError], None]
) -> None:
    """Tells which payees of what is metered are doubtful; waits for a chain that is away.

    Args:
        market: of the site.
        policies: of the site.
        stop: says when to stop.
        tell: is told of each doubtful payee, and of what fails meanwhile.
    """
    paid = {(each.asset, each.tariff.payee): each.path for each in policies if each.tariff is not None}
    for (asset, payee), path in paid.items():
        while not stop.is_set():
            try:
                doubt = doubt_of(market, asset, payee)
            except LicetError as error:
                tell(error)
                stop.wait(_AGAIN_SECONDS)
                continue
            if doubt:
                tell(PayeeDoubtful(f"{path} pays {payee}, {doubt}", payee=payee, asset=asset))
            break


def doubt_of(market: Market, asset: Hash32, payee: Address) -> str:
    """Why a registered asset's payee is doubtful; empty if it is not.

    Raises:
        ChainError: the chain does not answer.
    """
    assets = market.contracts.assets
    if assets.deed(asset).flags & DeedFlag.DERIVATIVE:
        vault = assets.derivative(asset).vault
        return "" if payee == vault else f"but this derivative's parents are paid from {vault}: name that"
    # Not as the market has them, which makes do with fewer while the chain is away.
    standing = Offers(market.contracts, market.library).standing([asset])[asset]
    if any(each.offer.payee == payee for each in standing):
        return ""
    if is_vault(market.contracts, payee):
        return ""
    return (
        "which is no vault that was published here, nor the payee of an offer that stands: whatever is paid "
        "belongs to that address alone. Publish the split (`licet split publish`) and name its vault, unless "
        "that is meant"
    )


def is_vault(contracts: Contracts, address: Address) -> bool:
    """Whether an address is a vault: one that stands, or one whose split was published."""
    code = contracts.chain.code(address)
    if code:
        return root_in_code(code, contracts.deployment.vault_implementation) is not None
    return any(splits_published(contracts, address))
