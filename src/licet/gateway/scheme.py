"""x402, scheme `licet-license` on EIP-3009: a license bought by one signature, as both sides say it.

The requirements have the whole offer. What a buyer signs is that the license token, and nobody else, may take
the price, under a nonce that is the hash of the license's id, the payer and the amount: it pays for this
license or for nothing, whoever submits it.
"""

from typing import Any, Final

from x402.schemas import PaymentPayload, PaymentRequirements

from licet.contracts.authorizations import Receivable
from licet.errors import DocumentInvalid, InputError
from licet.gateway import wire
from licet.licensee.offers import StandingOffer
from licet.rights.offer import Offer
from licet.rights.order import Authorization, Order
from licet.trees.hashing import parse_address
from licet.types import Address, hash32, parse_hash

NAME: Final = "licet-license"

_TYPES: Final = (
    ("from", "address"),
    ("to", "address"),
    ("value", "uint256"),
    ("validAfter", "uint256"),
    ("validBefore", "uint256"),
    ("nonce", "bytes32"),
)
_DOMAIN: Final = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


def requirements(
    standing: StandingOffer, chain_id: int, license_token: Address, domain: tuple[str, str]
) -> PaymentRequirements:
    """What buys one license.

    Args:
        standing: the offer.
        chain_id: where.
        license_token: the contract that sells it.
        domain: the name and version of the currency's EIP-712 domain.
    """
    offer, (name, version) = standing.offer, domain
    return PaymentRequirements(
        scheme=NAME,
        network=wire.network(chain_id),
        asset=offer.currency,
        amount=str(offer.price),
        pay_to=license_token,
        max_timeout_seconds=wire.TIMEOUT,
        extra={
            "name": name,
            "version": version,
            "offer": offer.to_json(),
            "signature": "0x" + standing.signature.hex(),
        },
    )


def offer_in(wanted: PaymentRequirements) -> StandingOffer:
    """The offer that requirements are of.

    Raises:
        InputError: they are not of this scheme, or ask for something else than the offer does.
    """
    try:
        offer = Offer.from_json(wanted.extra.get("offer"))
        signature = bytes.fromhex(str(wanted.extra.get("signature"))[2:])
    except (DocumentInvalid, ValueError) as error:
        raise InputError(f"the requirements have no valid offer: {error}") from error
    asked = (wanted.scheme, wanted.amount, wanted.asset.lower())
    if asked != (NAME, str(offer.price), offer.currency.lower()):
        raise InputError("the requirements ask for something else than their offer does")
    return StandingOffer(offer, signature)


def typed_data(wanted: PaymentRequirements, message: dict[str, Any]) -> dict[str, Any]:
    """What a buyer signs, as EIP-712 has it."""
    return {
        "types": {
            "EIP712Domain": [{"name": name, "type": kind} for name, kind in _DOMAIN],
            "ReceiveWithAuthorization": [{"name": name, "type": kind} for name, kind in _TYPES],
        },
        "primaryType": "ReceiveWithAuthorization",
        "domain": {
            "name": wanted.extra["name"],
            "version": wanted.extra["version"],
            "chainId": int(str(wanted.network).partition(":")[2]),
            "verifyingContract": wanted.asset,
        },
        "message": message,
    }


def payload_of(order: Order, message: dict[str, Any], signature: bytes) -> dict[str, Any]:
    """A payment, without its wrapping: who receives which license, and what was signed."""
    return {
        "licensee": order.licensee,
        "salt": order.salt,
        "authorization": {name: str(value) for name, value in message.items()},
        "signature": "0x" + signature.hex(),
    }


def order_in(payload: PaymentPayload, standing: StandingOffer) -> Order:
    """The order of one license that a payment is for.

    Raises:
        InputError: it names none.
    """
    licensee, salt = payload.payload.get("licensee"), payload.payload.get("salt")
    if not isinstance(licensee, str) or not isinstance(salt, str):
        raise InputError("the payment does not say who receives the license, or has no salt")
    return Order(
        standing.offer, standing.signature, parse_address(licensee, "licensee"), parse_hash(salt, "salt")
    )


def receivable_in(payload: PaymentPayload) -> Receivable:
    """What the buyer signed.

    Raises:
        InputError: it is no EIP-3009 authorization.
    """
    signed = wire.transfer_of(payload)
    return Receivable(
        signed.payer,
        signed.payee,
        signed.amount,
        signed.valid_after,
        signed.valid_before,
        signed.nonce,
        signed.signature,
    )


def authorization_of(signed: Receivable) -> Authorization:
    """The same, as the license token takes it."""
    signature = signed.signature
    return Authorization(
        signed.payer,
        signed.valid_after,
        signed.valid_before,
        signature[64],
        hash32(signature[:32]),
        hash32(signature[32:64]),
    )
