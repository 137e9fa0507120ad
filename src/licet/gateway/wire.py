"""x402, version 2, scheme `exact` on EIP-3009: what a read costs, said and read in its own types."""

import re
from collections.abc import Sequence
from typing import Any, Final

from x402.extensions.payment_identifier import PAYMENT_IDENTIFIER, declare_payment_identifier_extension
from x402.http.constants import PAYMENT_REQUIRED_HEADER, PAYMENT_RESPONSE_HEADER, PAYMENT_SIGNATURE_HEADER
from x402.http.utils import (
    decode_payment_signature_header,
    encode_payment_required_header,
    encode_payment_response_header,
)
from x402.schemas import PaymentPayload, PaymentRequired, PaymentRequirements, ResourceInfo, SettleResponse

from licet.contracts.authorizations import Settlement, Transfer
from licet.errors import InputError
from licet.gateway.policies import Tariff
from licet.trees.hashing import parse_address
from licet.types import Address, parse_hash, parse_uint

REQUIRED: Final = PAYMENT_REQUIRED_HEADER
RESPONSE: Final = PAYMENT_RESPONSE_HEADER
SIGNATURE: Final = PAYMENT_SIGNATURE_HEADER

VERSION: Final = 2
SCHEME: Final = "exact"
TIMEOUT: Final = 300
"""Seconds for which a payment may be submitted after it was signed."""

MAX_FIELD: Final = 16 << 10
"""The longest payment that is read, characters."""

_SIGNATURE: Final = re.compile(r"0x(?:[0-9a-fA-F]{2}){1,4096}", re.ASCII)
_ACCOUNTS: Final = 65
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)


def network(chain_id: int) -> str:
    """A chain's CAIP-2 name."""
    return f"eip155:{chain_id}"


def requirements(tariff: Tariff, chain_id: int, domain: tuple[str, str]) -> PaymentRequirements:
    """What pays for one read.

    Args:
        tariff: what it costs.
        chain_id: where.
        domain: the name and version of the token's EIP-712 domain.
    """
    name, version = domain
    return PaymentRequirements(
        scheme=SCHEME,
        network=network(chain_id),
        asset=tariff.currency,
        amount=str(tariff.amount),
        pay_to=tariff.payee,
        max_timeout_seconds=TIMEOUT,
        extra={"name": name, "version": version},
    )


def required(wanted: Sequence[PaymentRequirements], url: str, title: str, error: str) -> PaymentRequired:
    """The answer to whoever has not paid: any one of the payments will do."""
    return PaymentRequired(
        x402_version=VERSION,
        error=error,
        resource=ResourceInfo(url=url, description=title or None),
        accepts=list(wanted),
        extensions={PAYMENT_IDENTIFIER: declare_payment_identifier_extension()},
    )


def required_field(answer: PaymentRequired) -> str:
    """The value of the field `PAYMENT-REQUIRED`."""
    return encode_payment_required_header(answer)


def plain(answer: PaymentRequired) -> dict[str, Any]:
    """The same as JSON, for the body."""
    return answer.model_dump(by_alias=True, exclude_none=True)


def response_field(settlement: Settlement, transfer: Transfer, chain_id: int) -> str:
    """The value of the field `PAYMENT-RESPONSE`."""
    return encode_payment_response_header(settled(settlement, transfer, chain_id))


def settled(settlement: Settlement, transfer: Transfer, chain_id: int) -> SettleResponse:
    """That a payment has reached its payee."""
    return SettleResponse(
        success=True,
        payer=transfer.payer,
        transaction=settlement.tx_hash,
        network=network(chain_id),
        amount=str(transfer.amount),
    )


def read_payment(field: str) -> PaymentPayload:
    """A payment out of the field `PAYMENT-SIGNATURE`.

    Raises:
        InputError: it is none of version 2.
    """
    if len(field) > MAX_FIELD:
        raise InputError(f"the payment has more than {MAX_FIELD} characters")
    try:
        payload = decode_payment_signature_header(field)
    except (ValueError, AttributeError, RecursionError) as error:
        raise InputError("the payment is no x402 payment in base64") from error
    if not isinstance(payload, PaymentPayload) or payload.x402_version != VERSION:
        raise InputError(f"the payment is not of x402 version {VERSION}")
    return payload


def transfer_of(payload: PaymentPayload) -> Transfer:
    """The EIP-3009 transfer that a payment is.

    Raises:
        InputError: it is anything else.
    """
    fields, signature = payload.payload.get("authorization"), payload.payload.get("signature")
    if not isinstance(fields, dict) or not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        raise InputError("the payment has no EIP-3009 authorization with a signature")
    raw = bytes.fromhex(signature[2:])
    if len(raw) == _ACCOUNTS and raw[64] < 2:
        raw = raw[:64] + bytes([raw[64] + 27])
    return Transfer(
        payer=_address(fields, "from"),
        payee=_address(fields, "to"),
        amount=_number(fields, "value"),
        valid_after=_number(fields, "validAfter"),
        valid_before=_number(fields, "validBefore"),
        nonce=parse_hash(_text(fields, "nonce"), "nonce"),
        signature=raw,
    )


def authorization_of(transfer: Transfer) -> dict[str, Any]:
    """What a payment has of an EIP-3009 transfer; `transfer_of` reads it."""
    return {
        "authorization": {
            "from": transfer.payer,
            "to": transfer.payee,
            "value": str(transfer.amount),
            "validAfter": str(transfer.valid_after),
            "validBefore": str(transfer.valid_before),
            "nonce": transfer.nonce,
        },
        "signature": "0x" + transfer.signature.hex(),
    }


def identifier_of(payload: PaymentPayload) -> str:
    """The payment identifier by which its request can be repeated; empty if it has none."""
    extension = (payload.extensions or {}).get(PAYMENT_IDENTIFIER)
    info = extension.get("info") if isinstance(extension, dict) else None
    identifier = info.get("id") if isinstance(info, dict) else None
    if isinstance(identifier, str) and _IDENTIFIER.fullmatch(identifier):
        return identifier
    return ""


def agrees(payload: PaymentPayload, wanted: PaymentRequirements, url: str) -> bool:
    """Whether a payment says itself that it is for what is asked here, and for this URL if it names one."""
    return is_same(payload.accepted, wanted) and (payload.resource is None or payload.resource.url == url)


def is_same(said: PaymentRequirements, wanted: PaymentRequirements) -> bool:
    """Whether two requirements ask for the same money."""
    same = (said.scheme, said.network, said.amount) == (wanted.scheme, wanted.network, wanted.amount)
    return same and (said.asset.lower(), said.pay_to.lower()) == (wanted.asset.lower(), wanted.pay_to.lower())


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise InputError(f"the authorization's {name} is no string")
    return value


def _number(fields: dict[str, Any], name: str) -> int:
    return parse_uint(_text(fields, name), what=name)


def _address(fields: dict[str, Any], name: str) -> Address:
    return parse_address(_text(fields, name), name)
