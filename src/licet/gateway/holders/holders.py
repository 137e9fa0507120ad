"""All that a site with licensed paths has for its licenses' holders."""

from dataclasses import dataclass
from typing import Self

from licet.gateway.catalogs import Catalogs
from licet.gateway.config import Site
from licet.gateway.holders.askers import Askers
from licet.gateway.holders.counting import Counter
from licet.gateway.holders.desk import Desk
from licet.gateway.holders.meters import Meters
from licet.gateway.holders.nonces import Nonces
from licet.gateway.holders.permits import Permits
from licet.gateway.holders.redeeming import Redeeming
from licet.gateway.holders.sales import Sales
from licet.gateway.holders.scribe import Scribe
from licet.gateway.holders.signatures import Signatures
from licet.gateway.holders.signing_in import SigningIn
from licet.gateway.holders.tokens import Tokens
from licet.gateway.holders.vouchers import Vouchers
from licet.gateway.journal import Journal
from licet.gateway.market import Market
from licet.gateway.recording import Recorder
from licet.gateway.sending import Account


@dataclass(frozen=True, slots=True)
class Holders:
    """What serves licenses' holders.

    Attributes:
        nonces: to sign in with.
        tokens: that were given out.
        signing_in: who checks messages.
        permits: what licenses permit, to be looked after in the background.
        desk: who lets holders read.
        redeeming: who redeems vouchers, in the background.
    """

    nonces: Nonces
    tokens: Tokens
    signing_in: SigningIn
    permits: Permits
    desk: Desk
    redeeming: Redeeming

    @classmethod
    def of(
        cls,
        site: Site,
        market: Market,
        journal: Journal,
        recorder: Recorder,
        account: Account,
        catalogs: Catalogs,
    ) -> Self:
        """What a site has for them.

        Args:
            site: with a chain.
            market: of its deployment.
            journal: where tokens, nonces and records are kept.
            recorder: who signs receipts.
            account: that sends.
            catalogs: of the site.
        """
        assert site.chain is not None
        contracts, settings = market.contracts, site.chain
        chain = contracts.chain
        nonces, tokens = Nonces(journal), Tokens(journal)
        permits = Permits(contracts, settings.license_seconds, catalogs)
        meters = Meters(contracts, market.library, permits, settings.license_seconds)
        vouchers, scribe = Vouchers(journal), Scribe(journal, recorder)
        redeeming = Redeeming(contracts, meters, vouchers, account, settings.redeem_units)
        permits.tells(redeeming.notice)
        return cls(
            nonces,
            tokens,
            SigningIn(site.origin, chain, nonces, tokens, settings.session_seconds),
            permits,
            Desk(
                site.origin,
                Askers(site.origin, tokens, Signatures(chain, nonces, site.keys)),
                permits,
                scribe,
                Sales(journal, contracts, market, recorder, account),
                Counter(chain, contracts.usage.address, meters, vouchers, scribe, catalogs),
            ),
            redeeming,
        )
