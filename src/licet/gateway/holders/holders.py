"""All that a site with licensed paths has for its licenses' holders."""

from dataclasses import dataclass
from typing import Self

from licet.contracts import Contracts
from licet.gateway.config import Site
from licet.gateway.holders.desk import Desk
from licet.gateway.holders.nonces import Nonces
from licet.gateway.holders.permits import Permits
from licet.gateway.holders.scribe import Scribe
from licet.gateway.holders.signatures import Signatures
from licet.gateway.holders.signing_in import SigningIn
from licet.gateway.holders.tokens import Tokens
from licet.gateway.journal import Journal
from licet.gateway.recording import Recorder


@dataclass(frozen=True, slots=True)
class Holders:
    """What serves licenses' holders.

    Attributes:
        nonces: to sign in with.
        tokens: that were given out.
        signing_in: who checks messages.
        permits: what licenses permit, to be looked after in the background.
        desk: who lets holders read.
    """

    nonces: Nonces
    tokens: Tokens
    signing_in: SigningIn
    permits: Permits
    desk: Desk

    @classmethod
    def of(cls, site: Site, contracts: Contracts, journal: Journal, recorder: Recorder) -> Self:
        """What a site has for them.

        Args:
            site: with a chain.
            contracts: of its deployment.
            journal: where tokens, nonces and records are kept.
            recorder: who signs receipts.
        """
        assert site.chain is not None
        chain, settings = contracts.chain, site.chain
        nonces, tokens = Nonces(journal), Tokens(journal)
        permits = Permits(contracts, settings.license_seconds)
        signers = Signatures(chain, nonces, settings.keys)
        return cls(
            nonces,
            tokens,
            SigningIn(site.origin, chain, nonces, tokens, settings.session_seconds),
            permits,
            Desk(site.origin, tokens, signers, permits, Scribe(journal, recorder)),
        )
