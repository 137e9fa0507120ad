"""The buyer's side of licenses over x402: a scheme for x402's own client.

    client = x402Client().register("eip155:8453", LicenseScheme(signer, license_token))

The client then answers a 402 of a gateway by buying the license that it asks for, and reads in the same go.
"""

import time
from typing import Any, Final

from x402.schemas import PaymentRequirements

from licet.chain.signing.signer import Signer
from licet.errors import InputError
from licet.gateway import scheme, wire
from licet.rights.offer import new_salt
from licet.rights.order import Order
from licet.rights.uses import Use, use_names
from licet.trees.hashing import parse_address
from licet.types import Address

_NO_USE: Final = Use(0)


class LicenseScheme:
    """Pays for licenses on EVM chains, as x402's `SchemeNetworkClient`.

    Args:
        signer: whose money pays.
        license_token: the contract that licenses are bought from: no other is paid.
        licensee: who receives them; the signer if not given.
        uses: what they must permit, all of it; nothing else is bought.
    """

    scheme = scheme.NAME

    def __init__(
        self,
        signer: Signer,
        license_token: Address,
        *,
        licensee: Address | None = None,
        uses: Use = _NO_USE,
    ) -> None:
        self._signer: Final = signer
        self._license_token: Final = parse_address(license_token, "license token")
        self._licensee: Final = signer.address if licensee is None else parse_address(licensee, "licensee")
        self._uses: Final = uses

    def create_payment_payload(self, requirements: PaymentRequirements) -> dict[str, Any]:
        """Signs the payment for a license, which pays for this license alone.

        Args:
            requirements: what the gateway asks for.

        Raises:
            InputError: they are of another contract, or their offer is not what they ask for, or permits less
                than is wanted.
            SignerError: the signer refuses.
        """
        standing = scheme.offer_in(requirements)
        if requirements.pay_to.lower() != self._license_token.lower():
            raise InputError(
                f"the license is sold by {requirements.pay_to}, and {self._license_token} alone is paid"
            )
        missing = self._uses & ~standing.offer.uses
        if missing:
            raise InputError(f"the license does not permit {', '.join(use_names(missing))}")
        order = Order(standing.offer, standing.signature, self._licensee, new_salt())
        chain_id = int(str(requirements.network).partition(":")[2])
        payer = self._signer.address
        message = {
            "from": payer,
            "to": self._license_token,
            "value": order.total,
            "validAfter": 0,
            "validBefore": int(time.time()) + min(requirements.max_timeout_seconds, wire.TIMEOUT),
            "nonce": order.authorization_nonce(chain_id, self._license_token, payer),
        }
        signature = self._signer.sign_typed_data(scheme.typed_data(requirements, message))
        return scheme.payload_of(order, message, signature)
