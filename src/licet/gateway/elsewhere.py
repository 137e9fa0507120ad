"""A facilitator elsewhere, which settles payments in the gateway's place, and pays the gas.

What it says is not believed: a payment is settled where the chain says so.
"""

from typing import Final

import httpx
from x402.http import FacilitatorConfig, HTTPFacilitatorClientSync
from x402.schemas import PaymentPayload

from licet.chain.client import Chain
from licet.contracts.authorizations import Authorizations, Transfer
from licet.errors import ChainError
from licet.gateway import wire
from licet.gateway.policies import Tariff
from licet.types import Address

SECONDS: Final = 30.0
"""How long it may take to settle one payment."""


class FacilitatorElsewhere:
    """Sends payments to another x402 facilitator; see `licet.gateway.settling.Sender`.

    Args:
        chain: that payments are made on.
        url: the facilitator's; `/settle` is below it. Redirects are not followed.
        seconds: how long it may take.
    """

    def __init__(self, chain: Chain, url: str, seconds: float = SECONDS) -> None:
        self._chain: Final = chain
        self._url: Final = url
        self._tokens: Final[dict[Address, Authorizations]] = {}
        self._web: Final = httpx.Client(trust_env=False, follow_redirects=False, timeout=seconds)
        self._client: Final = HTTPFacilitatorClientSync(FacilitatorConfig(url=url, http_client=self._web))

    def close(self) -> None:
        """Ends all connections."""
        self._web.close()

    def send(self, token: Address, transfer: Transfer) -> None:
        """Has a payment settled.

        Raises:
            Reverted: the token would refuse it; nobody was asked then.
            ChainError: the facilitator does not answer, or does not settle it.
        """
        authorizations = self._tokens.setdefault(token, Authorizations(self._chain, token))
        authorizations.check(transfer)
        tariff = Tariff(transfer.amount, token, transfer.payee)
        wanted = wire.requirements(tariff, self._chain.chain_id, authorizations.domain)
        payload = PaymentPayload(
            x402_version=wire.VERSION, payload=wire.authorization_of(transfer), accepted=wanted
        )
        try:
            said = self._client.settle(payload, wanted)
        except (httpx.HTTPError, ValueError) as error:
            raise ChainError(f"the facilitator at {self._url} does not answer: {error}") from error
        if not said.success:
            raise ChainError(
                f"the facilitator at {self._url} does not settle what the token would take: "
                f"{said.error_message or said.error_reason}"
            )
