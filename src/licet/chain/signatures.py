"""Whose signature is this? Accounts' by recovery, contracts' by asking them (EIP-1271)."""

from functools import lru_cache
from typing import Final

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from licet.chain.client import BlockId, Chain
from licet.chain.compiled.abi import Abi
from licet.errors import Reverted, UnexpectedAnswer
from licet.types import Address, Hash32, hash_bytes

_EIP1271: Final = Abi(
    [
        {
            "type": "function",
            "name": "isValidSignature",
            "inputs": [{"name": "hash", "type": "bytes32"}, {"name": "signature", "type": "bytes"}],
            "outputs": [{"name": "magic", "type": "bytes4"}],
        }
    ]
)
_MAGIC: Final = bytes.fromhex("1626ba7e")
_HIGH_BIT: Final = 1 << 255


@lru_cache(maxsize=1 << 12)
def recover(digest: Hash32, signature: bytes) -> Address | None:
    """The account that signed a digest; None where the bytes are no account's signature.

    Args:
        digest: what was signed, 32 bytes.
        signature: r ‖ s ‖ v (65 bytes), or r ‖ vs (64 bytes, EIP-2098).
    """
    if len(signature) == 64:
        vs = int.from_bytes(signature[32:])
        signature = signature[:32] + (vs & ~_HIGH_BIT).to_bytes(32) + bytes([27 + (vs >> 255)])
    if len(signature) != 65 or signature[64] not in (27, 28):
        return None
    try:
        parsed = Signature(signature[:64] + bytes([signature[64] - 27]))
        public_key = parsed.recover_public_key_from_msg_hash(hash_bytes(digest))
    except (BadSignature, ValidationError):
        return None
    return Address(public_key.to_checksum_address())


def is_valid(
    chain: Chain, signer: Address, digest: Hash32, signature: bytes, block: BlockId = "latest"
) -> bool:
    """Whether a signature is `signer`'s, who may be an account or a contract."""
    if recover(digest, signature) == signer:
        return True
    if not chain.code(signer, block):
        return False
    try:
        magic = chain.call(_EIP1271, signer, "isValidSignature", digest, signature, block=block)
    except (Reverted, UnexpectedAnswer):
        return False
    return bool(magic == _MAGIC)
