"""Who signs: a small protocol, and a signer with a key in this process.

A key is never printed, logged, pickled or put into an exception.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, Protocol, Self

from coincurve import PrivateKey
from eth_abi.exceptions import EncodingError
from eth_account import Account
from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
from eth_account.signers.local import LocalAccount
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException  # type: ignore[import-untyped]

from licet.chain.local.development import (
    DEVELOPMENT_ADDRESSES,
    DEVELOPMENT_MNEMONIC,
    LOCAL_CHAIN_IDS,
    PUBLIC_ADDRESSES,
)
from licet.chain.signing.keystore import open_keystore, save_keystore, unusable
from licet.errors import DevelopmentKeyRefused, InputError, SignerError
from licet.types import Address, Hash32, hash_bytes, shown

_KEY: Final = re.compile(r"(?:0x)?([0-9a-fA-F]{64})", re.ASCII)
_CURVE_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_CHAIN_ID: Final = re.compile(r"0x[0-9a-fA-F]{1,64}|[0-9]{1,78}", re.ASCII)

# What eth-account and its codecs raise for data that they cannot encode.
_ENCODING_ERRORS: Final = (
    AttributeError,
    EncodingError,
    KeyError,
    OverflowError,
    RLPException,
    TypeError,
    ValidationError,
    ValueError,
)


class Signer(Protocol):
    """Signs for one account: with a local key, or by asking a wallet elsewhere."""

    @property
    def address(self) -> Address:
        """The account that signs, in EIP-55 spelling."""
        ...

    def sign_transaction(self, tx: Mapping[str, Any], chain_id: int) -> bytes:
        """The raw signed transaction, ready to send.

        Args:
            tx: its fields as JSON-RPC names them (`to`, `value`, `gas`, `nonce`, `maxFeePerGas`, …).
            chain_id: the chain it is for; `tx["chainId"]`, when given, must be the same (EIP-155).

        Raises:
            SignerError: it cannot be signed, or the signer refuses.
        """
        ...

    def sign_typed_data(self, message: Mapping[str, Any]) -> bytes:
        """The signature over EIP-712 typed data: 65 bytes, r || s || v with v 27 or 28.

        Args:
            message: `types`, `primaryType`, `domain` and `message`, as in `eth_signTypedData_v4`.

        Raises:
            SignerError: it cannot be signed, or the signer refuses.
        """
        ...


class LocalSigner:
    """Signs with a key in this process's memory.

    The keys that Anvil and Ganache publish sign for local chains only (`LOCAL_CHAIN_IDS`): elsewhere
    everybody could take what they own.
    """

    __slots__ = ("_account", "_key")

    def __init__(self, account: LocalAccount) -> None:
        self._account: Final = account
        self._key: Final = PrivateKey(bytes(account.key))

    @classmethod
    def create(cls) -> Self:
        """A new random key, known to nobody; save it before it owns anything."""
        return cls(Account.create())

    @classmethod
    def from_key(cls, key: str) -> Self:
        """A private key as 64 hex digits, with or without `0x`.

        Raises:
            InputError: it is anything else, or out of the curve's range.
        """
        match = _KEY.fullmatch(key.strip())
        if match is None:
            raise InputError("this is not a private key: 64 hex digits, with or without 0x")
        return cls(_account_of(bytes.fromhex(match[1]), "this is not a private key"))

    @classmethod
    def from_keystore(cls, path: Path, password: str) -> Self:
        """A key from an encrypted keystore file (Web3 Secret Storage, version 3).

        Raises:
            InputError: the file cannot be read, or is no such keystore, or was altered.
            WrongPassword: the password does not open it.
        """
        key, address = open_keystore(path, password)
        account = _account_of(key, f"{path} is a broken keystore")
        # The MAC does not cover the initialization vector: an altered one decrypts to another key.
        stated = address or str(account.address)
        if stated.lower().removeprefix("0x") != account.address.lower().removeprefix("0x"):
            raise unusable(path, "its key is not of its address")
        return cls(account)

    @classmethod
    def development(cls, index: int = 0) -> Self:
        """The key of a local node's `index`-th account (`development_accounts()` are the funded ones).

        Raises:
            InputError: the index is not one of 0 to 19.
        """
        if not 0 <= index < len(DEVELOPMENT_ADDRESSES):
            raise InputError(
                f"there is no development account {index}: 0 to {len(DEVELOPMENT_ADDRESSES) - 1}"
            )
        seed = seed_from_mnemonic(DEVELOPMENT_MNEMONIC, "")
        return cls(Account.from_key(key_from_seed(seed, f"m/44'/60'/0'/0/{index}")))

    @property
    def address(self) -> Address:
        """The account that signs, in EIP-55 spelling."""
        return Address(self._account.address)

    def save_keystore(self, path: Path, password: str) -> None:
        """Writes the key, encrypted with scrypt, to a new file that only its owner may read.

        The file appears whole or not at all. Takes about a second, on purpose: so does every guess.

        Raises:
            InputError: the password is empty, the file exists, or it cannot be written.
        """
        save_keystore(path, self._account, password)

    def sign_transaction(self, tx: Mapping[str, Any], chain_id: int) -> bytes:
        """The raw signed transaction, ready to send; see `Signer.sign_transaction`.

        Raises:
            DevelopmentKeyRefused: this is a development key, and the chain is not local.
            SignerError: a field is missing, malformed or contradicts `chain_id` or `address`.
        """
        stated = _parse_chain_id(tx.get("chainId", chain_id))
        if stated != chain_id:
            raise SignerError(
                f"the transaction is for chain {shown(tx['chainId'])}, but to be signed for {chain_id}: "
                "build it for the chain that it is sent to",
                chain_id=chain_id,
            )
        self._refuse_development_key(chain_id)
        try:
            return bytes(self._account.sign_transaction({**tx, "chainId": chain_id}).raw_transaction)
        except _ENCODING_ERRORS as error:
            raise SignerError(f"the transaction cannot be signed: {error}") from error

    def sign_typed_data(self, message: Mapping[str, Any]) -> bytes:
        """The 65 bytes of an EIP-712 signature; see `Signer.sign_typed_data`.

        Raises:
            DevelopmentKeyRefused: this is a development key, and the domain names no local chain id.
            SignerError: the message is malformed.
        """
        domain = message.get("domain")
        if not isinstance(domain, Mapping):
            raise SignerError("the typed data has no domain: it needs types, primaryType, domain and message")
        chain_id = _parse_chain_id(domain.get("chainId"))
        if chain_id is None and domain.get("chainId") is not None:
            raise SignerError(f"the domain's chainId {shown(domain['chainId'])} is not a number")
        self._refuse_development_key(chain_id)
        # What was checked is what is signed, however it was spelled.
        checked = dict(domain) if chain_id is None else {**domain, "chainId": chain_id}
        try:
            signed = self._account.sign_typed_data(full_message={**message, "domain": checked})
        except _ENCODING_ERRORS as error:
            raise SignerError(f"the typed data cannot be signed: {error}") from error
        return bytes(signed.signature)

    def sign_digest(self, digest: Hash32, chain_id: int) -> bytes:
        """The 65 bytes of a signature of what an EIP-712 message comes to, as `sign_typed_data` makes it.

        For who has made the digest, and knows what it says: nothing of it can be shown or checked here.

        Args:
            digest: 32 bytes.
            chain_id: the chain id of the message's domain.

        Raises:
            DevelopmentKeyRefused: this is a development key, and the chain is not local.
        """
        self._refuse_development_key(chain_id)
        signature: bytes = self._key.sign_recoverable(hash_bytes(digest), hasher=None)
        return signature[:64] + bytes([27 + signature[64]])

    def __repr__(self) -> str:
        return f"LocalSigner({self.address})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a LocalSigner cannot be pickled or copied: its key must not leave it")

    def _refuse_development_key(self, chain_id: int | None) -> None:
        if self.address not in PUBLIC_ADDRESSES or chain_id in LOCAL_CHAIN_IDS:
            return
        where = "a message that names no chain" if chain_id is None else f"chain {chain_id}"
        raise DevelopmentKeyRefused(
            f"REFUSED: the key of {self.address} is public, a development key, and {where} is not local: "
            "anybody can take what it owns there; sign with a key of your own",
            address=self.address,
            chain_id=chain_id,
        )


def _account_of(key: bytes, problem: str) -> LocalAccount:
    # Checked here, because the library's own error shows the key.
    if len(key) != 32 or not 0 < int.from_bytes(key) < _CURVE_ORDER:
        raise InputError(f"{problem}: its number is out of secp256k1's range")
    account: LocalAccount = Account.from_key(key)
    return account


def _parse_chain_id(value: object) -> int | None:
    """A chain id as a number, decimal or `0x` hex; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _CHAIN_ID.fullmatch(value):
        return int(value, 16 if value.startswith("0x") else 10)
    return None
