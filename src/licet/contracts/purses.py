"""Purses: addresses where one matter's money waits, known before anything stands there.

The usage ledger keeps deposits in them, the dispute desk escrowed sales, the statement escrow payouts. A
contract's purses are clones (Solady's LibClone) of the code that it created first of all.
"""

from typing import Final

from licet.chain.deployments import create_address
from licet.trees.hashing import checksum, keccak
from licet.types import Address, Hash32, address_bytes, hash32, hash_bytes

_CLONE_BEFORE: Final = bytes.fromhex("602c3d8160093d39f33d3d3d3d363d3d37363d73")
_CLONE_AFTER: Final = bytes.fromhex("5af43d3d93803e602a57fd5bf3")


def purse_address(owner: Address, matter: Hash32) -> Address:
    """The address of a matter's purse, computed with no node: CREATE2 of a clone, whose salt is the matter.

    Args:
        owner: the contract that pays out of it.
        matter: a license's id in the usage ledger, a statement's in the escrow, `escrow_matter` in the desk.
    """
    code = create_address(owner, 1)
    creation = keccak(_CLONE_BEFORE + address_bytes(code) + _CLONE_AFTER)
    return checksum(keccak(b"\xff" + address_bytes(owner) + hash_bytes(matter) + creation)[12:])


def escrow_matter(case_id: int, payee: Address) -> Hash32:
    """What the dispute desk keeps the sales for one payee under, while a case was its asset's latest."""
    return hash32(keccak(case_id.to_bytes(32) + bytes(12) + address_bytes(payee)))
