"""What wallets and crawlers sign, made with other libraries than the gateway's own readers."""

import base64
import hashlib
import time
from collections.abc import Sequence
from typing import Any

from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519, HTTPSignatureAlgorithm
from requests import PreparedRequest, Request

READER: LocalAccount = Account.from_key("0x" + "11" * 32)
COVERED = ("@method", "@authority", "@path", "@query")


def message(account: LocalAccount, nonce: str, **changes: Any) -> str:
    """A message of EIP-4361; `changes` are its lines."""
    now = time.time()
    said = {
        "domain": "site.example",
        "address": account.address,
        "statement": "Read what your licenses cover.\n",
        "URI": "http://site.example/",
        "Version": "1",
        "Chain ID": "31337",
        "Nonce": nonce,
        "Issued At": second(now),
        "Expiration Time": second(now + 300),
        **changes,
    }
    head = f"{said.pop('domain')} wants you to sign in with your Ethereum account:\n{said.pop('address')}\n\n"
    head += said.pop("statement") + "\n"
    return head + "\n".join(f"{name}: {value}" for name, value in said.items() if value is not None)


def second(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def personally(account: LocalAccount, text: str) -> str:
    """A wallet's signature of a text, in hex."""
    return "0x" + bytes(account.sign_message(encode_defunct(text=text)).signature).hex()


class Eip191(HTTPSignatureAlgorithm):
    algorithm_id = "eip191"

    def __init__(self, public_key: Any = None, private_key: Any = None) -> None:
        self.account = private_key

    def sign(self, message: bytes) -> bytes:
        return bytes(self.account.sign_message(encode_defunct(primitive=message)).signature)


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, key: Any) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str) -> Any:
        return self.key


def signed_fields(
    key: Any,
    url: str,
    *,
    method: str = "GET",
    covered: Sequence[str] = COVERED,
    key_id: str = "",
    after: float = 0,
    seconds: float = 60,
    nonce: str | None = "nonce-0001",
    tag: str | None = None,
    body: bytes | None = None,
) -> list[tuple[str, str]]:
    """The fields of a request that is signed by an account, or with an Ed25519 key and its `key_id`."""
    from datetime import datetime

    algorithm = Eip191 if isinstance(key, LocalAccount) else ED25519
    request: PreparedRequest = Request(method, url, data=body).prepare()
    at = time.time() + after
    HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=Keys(key)).sign(
        request,
        key_id=key_id or f"erc8128:31337:{key.address}",
        created=datetime.fromtimestamp(at),  # noqa: DTZ006 - as the library takes it
        expires=datetime.fromtimestamp(at + seconds),  # noqa: DTZ006
        nonce=nonce,
        tag=tag,
        include_alg=False,
        covered_component_ids=covered,
        body=body,
    )
    wanted = ("signature", "signature-input", "content-digest", "content-length")
    return [(name, str(value)) for name, value in request.headers.items() if name.lower() in wanted]


def digest_of(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
