"""Asking before use: who claims a work, what is on offer, what it costs."""

from collections.abc import Collection, Iterable
from pathlib import Path

from licet.licensee.holding import Holding
from licet.licensee.lookup import Lookup
from licet.licensee.offers import Offers, StandingOffer
from licet.licensee.quote import Quote, Quoter
from licet.rights.uses import Use
from licet.trees.hashing import is_address, parse_address
from licet.types import Address, Hash32, parse_hash


class Asking(Holding):
    """Looks works up, and gets quotes."""

    @property
    def unreadable_catalogs(self) -> dict[Hash32, str]:
        """Registered catalogues whose works could not be looked up, with the reason."""
        return self._finder.unreadable

    def lookup(self, items: Iterable[str | Path]) -> tuple[Lookup, ...]:
        """Who claims some items; never chooses between competing claims.

        Args:
            items: files; SHA-256s; asset ids; ids of works in catalogues.

        Raises:
            InputError: an item is neither a file nor a known id.
        """
        return self._finder.lookup(items)

    def offers(self, asset_id: Hash32) -> tuple[StandingOffer, ...]:
        """The offers on an asset that would sell now, cheapest first.

        Raises:
            AssetNotRegistered: no asset has this id.
        """
        return Offers(self._contracts, self._library).standing(parse_hash(asset_id, "asset id"))

    def quote(
        self,
        items: Iterable[str | Path],
        uses: Use,
        *,
        trust: Collection[Hash32 | Address] = (),
        currency: Address | None = None,
    ) -> Quote:
        """What some items cost for some uses, to the unit.

        Args:
            items: as `lookup` takes them.
            uses: what is to be done with them.
            trust: asset ids and registrants whose claims to believe where claims compete.
            currency: buy in this currency only.

        Raises:
            InputError: an item is unknown, or offers in several currencies would do and none is named.
        """
        held = self.licenses() if self._contracts.chain.signer else ()
        trust = {parse_address(name) if is_address(name) else parse_hash(name, "id") for name in trust}
        currency = None if currency is None else parse_address(currency)
        quoter = Quoter(self._contracts, self._library, self._finder, held)
        return quoter.quote(items, uses, trust=trust, currency=currency)
