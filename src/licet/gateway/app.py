"""The gateway as a whole: what a site's configuration comes to, as one ASGI application."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Self, TypeVar

from starlette.types import ASGIApp

from licet.chain.signing.signer import Signer
from licet.documents import Publisher
from licet.errors import ChainError, InputError
from licet.gateway.anchoring import Anchoring
from licet.gateway.batches import Batches
from licet.gateway.catalogs import NONE, Catalogs
from licet.gateway.config import Site
from licet.gateway.documents import Documents
from licet.gateway.elsewhere import FacilitatorElsewhere
from licet.gateway.facilitator import Facilitator
from licet.gateway.folder import Folder
from licet.gateway.gate import Gate
from licet.gateway.health import Health
from licet.gateway.holders.accounts import Accounts
from licet.gateway.holders.holders import Holders
from licet.gateway.holders.olp import LicenseServer
from licet.gateway.journal import Journal
from licet.gateway.limited import Limited
from licet.gateway.logs import Log
from licet.gateway.market import Market
from licet.gateway.metrics import Metrics
from licet.gateway.observing import Observed
from licet.gateway.proofs import Proofs
from licet.gateway.proxies import Proxied
from licet.gateway.recording import Recorder
from licet.gateway.saying import Saying
from licet.gateway.sending import Account
from licet.gateway.settling import Settler
from licet.gateway.till import Till
from licet.gateway.upkeep import Upkeep
from licet.gateway.upstream import Upstream
from licet.types import Address

PAUSES: Final = (0.1, 0.2, 0.4, 0.8)
"""Seconds before a node that refuses to answer is asked again, while a gateway starts."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Business:
    """What a site with a chain has besides: the market, and the till.

    Attributes:
        market: the chain, and the offers that stand.
        till: who takes payments; None where nothing is metered or licensed.
        anchoring: who anchors records; None where there are none.
        upkeep: who keeps payments and anchors on chain; None where there are none.
        holders: what serves licenses' holders; None where nothing is licensed.
        catalogs: of the site.
    """

    market: Market
    till: Till | None = None
    anchoring: Anchoring | None = None
    upkeep: Upkeep | None = None
    holders: Holders | None = None
    catalogs: Catalogs = NONE

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
            AccountTaken: another gateway sends from the signer's account.
            ChainError, DeploymentError: the chain is not the one expected.
            InputError, OutboxFailed: the journal or the outbox cannot be used, or is of another
                deployment; or a catalogue's document is missing.
            SignerError: there is no signer, and one is needed.
        """
        market = _patiently(partial(Market.of, site, signer))
        if market is None or site.chain is None:
            return None
        if not site.needs_account:
            return cls(market)
        settings, chain = site.chain, market.contracts.chain
        catalogs = _patiently(partial(Catalogs.of, site, market.contracts, market.library))
        recorder = Recorder(chain.signer_or_raise(), chain.chain_id, market.contracts.usage.address)
        journal = _journal(settings.journal, chain.chain_id, market.contracts.usage.address)
        account = _patiently(
            partial(
                Account,
                chain,
                settings.outbox or settings.beside(".outbox"),
                journal,
                confirmations=settings.confirmations,
                gwei=settings.max_gwei,
            )
        )
        elsewhere = settings.facilitator
        settler = Settler(chain, FacilitatorElsewhere(chain, elsewhere) if elsewhere else account)
        publisher = Publisher(settings.logs or settings.beside(".logs"))
        anchoring = Anchoring(Batches(journal), market.contracts, publisher, account)
        upkeep = Upkeep(journal, settler, recorder, anchoring, account)
        holders = None
        if site.licensed:
            holders = Holders.of(site, market, journal, recorder, account, catalogs)
        return cls(market, Till(journal, settler, recorder), anchoring, upkeep, holders, catalogs)


def _journal(place: str | Path, chain_id: int, usage_ledger: Address) -> Journal:
    """The journal at a place, of this deployment."""
    journal = Journal(place)
    try:
        journal.keep_to(chain_id, usage_ledger)
    except BaseException:
        journal.close()
        raise
    return journal


@dataclass(frozen=True, slots=True)
class Eyes:
    """What is told of requests.

    Attributes:
        log: where they are written; None if they are not.
        metrics: where they are counted; None if they are not.
    """

    log: Log | None = None
    metrics: Metrics | None = None


def gateway(site: Site, business: Business | None = None, eyes: Eyes | None = None) -> ASGIApp:
    """The application that serves a site on its terms.

    Args:
        site: what is served: a folder, or another server.
        business: the site's, if it names a chain.
        eyes: what is told of requests.

    Raises:
        InputError: nothing is served, or a format that the site speaks cannot say its terms.
    """
    return around(served(site), site, business, eyes)


def around(app: ASGIApp, site: Site, business: Business | None = None, eyes: Eyes | None = None) -> ASGIApp:
    """The same around an application of one's own, which is served instead.

    Args:
        app: an ASGI application; what it answers is read on the site's terms.
        site: the terms; its folder and upstream are left alone.
        business: the site's, if it names a chain; `licet.gateway.working` does its work meanwhile.
        eyes: what is told of requests.

    Raises:
        InputError: a format that the site speaks cannot say its terms.
    """
    saying = Saying(site)
    market, till = (None, None) if business is None else (business.market, business.till)
    checks = {} if market is None else {"chain": market.ready}
    if till is not None:
        checks["journal"] = till.ready
    holders = None if business is None else business.holders
    catalogs = NONE if business is None else business.catalogs
    gate = Gate(app, site, saying, till, None if holders is None else holders.desk, catalogs, market)
    inner: ASGIApp = Documents(gate, site, saying, market)
    if market is not None and till is not None:
        inner = Facilitator(inner, till, site.policies.policies, market.contracts.chain.account)
    if holders is not None:
        assert site.chain is not None, "licenses are on a chain"
        inner = Accounts(inner, holders.nonces, holders.tokens, holders.signing_in)
        seconds = site.chain.session_seconds
        inner = LicenseServer(inner, site, holders.tokens, holders.permits, seconds, gate.asking)
    if business is not None and business.anchoring is not None:
        inner = Proofs(inner, business.anchoring)
    if site.rate is not None:
        inner = Limited(inner, site.rate)
    inner = Health(inner, checks)
    if eyes is not None and (eyes.log is not None or eyes.metrics is not None):
        inner = Observed(inner, eyes.log, eyes.metrics)
    return Proxied(inner, site.proxies) if site.proxies else inner


def served(site: Site) -> ASGIApp:
    """What a site's configuration says is served, without any terms.

    Raises:
        InputError: it says nothing of that.
    """
    if site.folder is not None:
        return Folder(site.folder)
    if not site.upstream:
        raise InputError("nothing is served: name site.folder or site.upstream")
    return Upstream(site.upstream, site.origin)


def _patiently(asks: Callable[[], _T]) -> _T:
    """What is read of the chain while a gateway starts: amid a re-org a node may refuse any question.

    Raises:
        ChainError: it refuses for long; or something else is wrong with it, which time does not mend.
    """
    for pause in PAUSES:
        try:
            return asks()
        except ChainError as error:
            if type(error) is not ChainError:
                raise
            time.sleep(pause)
    return asks()
