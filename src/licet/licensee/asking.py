"""Asking before use: who claims a work, what is on offer, what it costs."""

from collections.abc import Collection, Iterable
from pathlib import Path

from licet.database import check_out
from licet.documents import TrustPolicy
from licet.licensee.holding import Holding
from licet.licensee.lookup import Lookup
from licet.licensee.manifest import Manifest
from licet.licensee.offers import Offers, StandingOffer
from licet.licensee.quote import Quote
from licet.licensee.quoting import Quoter
from licet.rights.uses import Use
from licet.trees.hashing import is_address, parse_address
from licet.types import Address, Hash32, parse_hash

Trusted = Hash32 | Address | TrustPolicy
"""Whom to believe where claims compete: an asset, a registrant, or what a policy names."""


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
        asset_id = parse_hash(asset_id, "asset id")
        self._contracts.assets.deed(asset_id)  # which has to be there
        return Offers(self._contracts, self._library).standing([asset_id])[asset_id]

    def quote(
        self,
        items: Iterable[str | Path],
        uses: Use,
        *,
        trust: Collection[Trusted] = (),
        currency: Address | None = None,
    ) -> Quote:
        """What some items cost for some uses, to the unit.

        Args:
            items: as `lookup` takes them.
            uses: what is to be done with them.
            trust: asset ids and registrants whose claims to believe where claims compete, and policies.
            currency: buy in this currency only.

        Raises:
            InputError: an item is unknown, or offers in several currencies would do and none is named.
        """
        return self._quoter(uses, trust, currency).items(items)

    def quote_manifest(
        self,
        manifest: Manifest,
        uses: Use,
        *,
        trust: Collection[Trusted] = (),
        currency: Address | None = None,
        out: Path | None = None,
    ) -> Quote:
        """What the works of a manifest cost for some uses, to the unit; there may be millions.

        Args:
            manifest: the file with their hashes.
            uses: what is to be done with them.
            trust: as `quote` takes it.
            currency: buy in this currency only.
            out: a new file, `.csv` or `.parquet`, for the answer to each row.

        Raises:
            InputError: the manifest cannot be read, a row has no hash, the file is there already, or offers
                in several currencies would do and none is named.
        """
        if out is not None:
            check_out(out)
        return self._quoter(uses, trust, currency).manifest(manifest, out)

    def _quoter(self, uses: Use, trust: Collection[Trusted], currency: Address | None) -> Quoter:
        policy = _policy(trust)
        currency = None if currency is None else parse_address(currency)
        return Quoter(
            self._contracts,
            self._finder.claims(),
            Offers(self._contracts, self._library),
            self.licenses() if self._contracts.chain.signer else (),
            uses,
            policy,
            currency,
        )


def _policy(trust: Collection[Trusted]) -> TrustPolicy:
    """All that is trusted, as one policy.

    Raises:
        InputError: an entry is no asset id, address or policy, or somebody is trusted and distrusted.
    """
    policies = [entry for entry in trust if isinstance(entry, TrustPolicy)]
    names = [entry for entry in trust if not isinstance(entry, TrustPolicy)]
    return TrustPolicy.of(
        [Hash32(n) for n in names if not is_address(n)] + [a for p in policies for a in p.assets],
        [Address(n) for n in names if is_address(n)] + [r for p in policies for r in p.registrants],
        [r for p in policies for r in p.distrusted],
    )
