"""The gateway as a whole: what a site's configuration comes to, as one ASGI application."""

from dataclasses import dataclass
from typing import Self

from starlette.types import ASGIApp

from licet.chain.signer import Signer
from licet.documents import Publisher
from licet.gateway.anchoring import Anchoring
from licet.gateway.batches import Batches, default_logs
from licet.gateway.config import Site
from licet.gateway.documents import Documents
from licet.gateway.facilitator import Facilitator
from licet.gateway.folder import Folder
from licet.gateway.gate import Gate
from licet.gateway.health import Health
from licet.gateway.holders.accounts import Accounts
from licet.gateway.holders.holders import Holders
from licet.gateway.holders.olp import LicenseServer
from licet.gateway.journal import Journal
from licet.gateway.market import Market
from licet.gateway.proofs import Proofs
from licet.gateway.recording import Recorder
from licet.gateway.saying import Saying
from licet.gateway.settling import DirectSender, Settler
from licet.gateway.till import Till
from licet.gateway.upstream import Upstream


@dataclass(frozen=True, slots=True)
class Business:
    """What a site with a chain has besides: the market, and the till.

    Attributes:
        market: the chain, and the offers that stand.
        till: who takes payments; None where nothing is metered or licensed.
        anchoring: who anchors records; None where there are none.
        holders: what serves licenses' holders; None where nothing is licensed.
    """

    market: Market
    till: Till | None = None
    anchoring: Anchoring | None = None
    holders: Holders | None = None

    @classmethod
    def of(cls, site: Site, signer: Signer | None = None) -> Self | None:
        """A site's business, after checking its chain.

        Args:
            site: the site.
            signer: whose account pays the gas, and signs receipts; needed where something is metered or
                licensed.

        Returns:
            None if the site names no chain.

        Raises:
            ChainError, DeploymentError: the chain is not the one expected.
            InputError: the journal cannot be used.
            SignerError: there is no signer, and one is needed.
        """
        market = Market.of(site, signer)
        if market is None or site.chain is None:
            return None
        if not site.needs_account:
            return cls(market)
        chain = market.contracts.chain
        recorder = Recorder(chain.signer_or_raise(), chain.chain_id, market.contracts.usage.address)
        journal, sender = Journal(site.chain.journal), DirectSender(chain)
        publisher = Publisher(default_logs(site.chain.journal))
        anchoring = Anchoring(Batches(journal), market.contracts, publisher, sender.turn)
        holders = None
        if site.licensed:
            holders = Holders.of(site, market, journal, recorder, sender.turn)
        return cls(market, Till(journal, Settler(chain, sender), recorder), anchoring, holders)


def gateway(site: Site, business: Business | None = None) -> ASGIApp:
    """The application that serves a site on its terms.

    Args:
        site: what is served: a folder, or another server.
        business: the site's, if it names a chain.

    Raises:
        InputError: a format that the site speaks cannot say its terms.
    """
    return around(served(site), site, business)


def around(app: ASGIApp, site: Site, business: Business | None = None) -> ASGIApp:
    """The same around an application of one's own, which is served instead.

    Args:
        app: an ASGI application; what it answers is read on the site's terms.
        site: the terms; its folder and upstream are left alone.
        business: the site's, if it names a chain.

    Raises:
        InputError: a format that the site speaks cannot say its terms.
    """
    saying = Saying(site)
    market, till = (None, None) if business is None else (business.market, business.till)
    checks = {} if market is None else {"chain": market.ready}
    holders = None if business is None else business.holders
    gate = Gate(app, site, saying, till, None if holders is None else holders.desk)
    inner: ASGIApp = Documents(gate, site, saying, market)
    if market is not None and till is not None:
        inner = Facilitator(inner, till, site.policies.policies, market.contracts.chain.account)
    if holders is not None:
        assert site.chain is not None, "licenses are on a chain"
        inner = Accounts(inner, holders.nonces, holders.tokens, holders.signing_in)
        seconds = site.chain.session_seconds
        inner = LicenseServer(inner, site, holders.tokens, holders.permits, seconds)
    if business is not None and business.anchoring is not None:
        inner = Proofs(inner, business.anchoring)
    return Health(inner, checks)


def served(site: Site) -> ASGIApp:
    """What a site's configuration says is served, without any terms."""
    return Upstream(site.upstream, site.origin) if site.folder is None else Folder(site.folder)
