"""The chain as the gateway sees it: the contracts, and the offers on its site's assets that stand now."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any, Final, Self

from licet.chain.client import Chain
from licet.chain.signing.signer import Signer
from licet.contracts import Contracts
from licet.contracts.currency import Currency
from licet.documents import Library
from licet.errors import LicetError
from licet.gateway.asking import Asking
from licet.gateway.config import Site
from licet.gateway.policies import Policy
from licet.licensee import Licensee
from licet.licensee.offers import StandingOffer
from licet.rights.explain import explain
from licet.rights.offer import Offer
from licet.text import one_line
from licet.types import ZERO_HASH, Address, Hash32

SECONDS: Final = 60.0
"""How long offers that were found standing are shown so."""

MOST: Final = 10
"""The most offers of an asset that people are told of."""

_SAID: Final = ("Price", "When", "Permitted", "Prohibited", "Who and where", "Duties", "Conditions")
_SYMBOL: Final = 12  # a token may call itself anything, at any length


Said = Mapping[Hash32, Sequence[Sequence[str]]]
"""The sentences of offers, by their assets."""


class Market:
    """What a site's assets are offered for; asks the chain again after a minute.

    Args:
        contracts: of the deployment.
        library: where signed offers are.
        assets: of the site.
    """

    def __init__(self, contracts: Contracts, library: Library, assets: Iterable[Hash32]) -> None:
        self.contracts: Final = contracts
        self.library: Final = library
        self._licensee: Final = Licensee(contracts, library)
        self._assets: Final = sorted(set(assets) - {ZERO_HASH})
        self._asking: Final = Asking()
        self._pricing: Final = Asking()
        self._lock: Final = Lock()
        self._asked = -SECONDS
        self._offers: dict[Hash32, tuple[StandingOffer, ...]] = {}
        self._telling: Final = Lock()
        self._symbols: Final[dict[Address, str]] = {}
        self._said: Said = {}
        self._told_of: dict[Hash32, tuple[StandingOffer, ...]] = {}

    @classmethod
    def of(cls, site: Site, signer: Signer | None = None) -> Self | None:
        """A site's market, after checking that its chain is the one expected, and the contracts' code.

        Args:
            site: the site.
            signer: whose account pays for the gas of settlements.

        Returns:
            None if the site names no chain.

        Raises:
            ChainError, DeploymentError: it is not.
        """
        settings = site.chain
        if settings is None:
            return None
        chain = Chain(settings.rpc, signer)
        settings.check(chain)
        assets = (policy.asset for policy in site.policies.policies)
        return cls(
            Contracts.of(chain, settings.registry), Library(settings.documents, allow_http=False), assets
        )

    def offers(self) -> list[dict[str, Any]]:
        """All offers that stand, as a buyer needs them; those of a minute ago while the chain is away."""
        return [_json(asset, offer) for asset, offers in self._now().items() for offer in offers]

    def standing(self, asset: Hash32) -> tuple[StandingOffer, ...]:
        """The offers on one of the site's assets that stand, cheapest first; as `offers`."""
        return self._now().get(asset, ())

    def said(self) -> Said:
        """What the offers that stand say, in sentences, the price first: the cheapest ones of each asset.

        Those whose rights document is not at hand are left out.
        """
        offers = self._now()
        with self._telling:
            if offers is not self._told_of:
                self._said = {
                    asset: tuple(filter(None, (self._sentences(each.offer) for each in standing[:MOST])))
                    for asset, standing in offers.items()
                }
                self._told_of = offers
            return self._said

    def price(self, offer: Offer) -> str:
        """What an offer costs, in a sentence; empty if its rights document is not at hand."""
        return next(iter(self._sentences(offer)), "")

    async def price_of_read(self, policy: Policy) -> str:
        """What a read of what is metered costs, in a sentence; empty if that cannot be said."""
        if policy.terms is None or policy.terms.payment is None:
            return ""
        names = await self._pricing.ask(partial(self.names, (policy,)))
        sections = {each.title: each.sentences for each in explain(policy.terms, names)}
        return sections["Price"][0]

    def names(self, policies: Iterable[Policy]) -> dict[str, str]:
        """What the currencies of what is metered call themselves, by their ids; those that say so."""
        found = {}
        for policy in policies:
            if policy.tariff is not None and policy.terms is not None and policy.terms.payment is not None:
                with suppress(LicetError):
                    found[policy.terms.payment.currency] = self._called(policy.tariff.currency)
        return found

    def _called(self, currency: Address) -> str:
        """A currency's symbol, asked for once. Raises `LicetError`: it has none, or the chain is away."""
        if currency not in self._symbols:
            symbol = Currency(self.contracts.chain, currency).symbol()
            self._symbols[currency] = one_line(symbol)[:_SYMBOL]
        return self._symbols[currency]

    def _sentences(self, offer: Offer) -> tuple[str, ...]:
        try:
            terms = self._licensee.terms_of_offer(offer)
            called = self._called(offer.currency)
        except LicetError:
            return ()
        assert terms.payment is not None, "an offer has a price"
        names = {terms.payment.currency: called}
        sections = {each.title: each.sentences for each in explain(terms, names)}
        return tuple(sentence for title in _SAID for sentence in sections.get(title, ()))

    def _now(self) -> dict[Hash32, tuple[StandingOffer, ...]]:
        with self._lock:
            if time.monotonic() - self._asked >= SECONDS:
                with suppress(LicetError):  # what stood a moment ago is the best that can be said
                    self._offers = {asset: self._licensee.offers(asset) for asset in self._assets}
                self._asked = time.monotonic()
            return self._offers

    async def ready(self) -> str:
        """What is wrong with the chain; empty if it answers."""
        try:
            await self._asking.ask(self.contracts.chain.block)
        except LicetError:
            return "the node does not answer"
        return ""

    def describe(self) -> dict[str, Any]:
        """The chain and its contracts."""
        deployment = self.contracts.deployment
        return {
            "chain_id": self.contracts.chain.chain_id,
            "contracts": {
                "asset_registry": deployment.asset_registry,
                "license_token": deployment.license_token,
                "vault_factory": deployment.vault_factory,
                "usage_ledger": deployment.usage_ledger,
                "statement_escrow": deployment.statement_escrow,
                "dispute_desk": deployment.dispute_desk,
            },
        }


def _json(asset: Hash32, standing: StandingOffer) -> dict[str, Any]:
    return {
        "asset": asset,
        "offer_hash": standing.offer.struct_hash(),
        "offer": standing.offer.to_json(),
        "signature": "0x" + standing.signature.hex() if standing.signature else None,
    }
