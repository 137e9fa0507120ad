"""EIP-3009 transfers on their payer's signature: checked, submitted by anyone, and found again on chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

from licet.chain.client import Chain, Log, Receipt
from licet.chain.compiled.abi import Abi, log_topic
from licet.chain.compiled.artifacts import artifact
from licet.chain.rpc.batches import Call
from licet.chain.signatures import is_valid, recover
from licet.chain.signing.transactions import Transaction
from licet.contracts.currency import Currency
from licet.trees.hashing import keccak
from licet.types import Address, Hash32, address_bytes, hash32, hash_bytes

_ABI: Final = artifact("TestDollar").abi
_FUNCTION: Final = "transferWithAuthorization"
_STATE: Final = "authorizationState"
_ACCOUNTS: Final = 65
"""Bytes of an account's signature."""

# As USDC has it since version 2.2, beside the one of EIP-3009.
_CONTRACTS_ABI: Final = Abi(
    [
        {
            "type": "function",
            "name": _FUNCTION,
            "inputs": [
                {"name": "from", "type": "address"},
                {"name": "to", "type": "address"},
                {"name": "value", "type": "uint256"},
                {"name": "validAfter", "type": "uint256"},
                {"name": "validBefore", "type": "uint256"},
                {"name": "nonce", "type": "bytes32"},
                {"name": "signature", "type": "bytes"},
            ],
            "outputs": [],
        }
    ]
)
_MEMBERS: Final = (
    b"(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
_USED: Final = hash32(keccak(b"AuthorizationUsed(address,bytes32)"))
_TRANSFER: Final = hash32(keccak(b"Transfer(address,address,uint256)"))
_CURVE_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a payer signs: that somebody gets so much of their tokens.

    Attributes:
        payer: who signs, and pays.
        payee: who receives.
        amount: in the token's smallest unit.
        valid_after: unix second after which it can be submitted.
        valid_before: unix second from which it is void.
        nonce: can be used once.
        signature: r ‖ s ‖ v, 65 bytes; of any other length where the payer is a contract (EIP-1271).
    """

    payer: Address
    payee: Address
    amount: int
    valid_after: int
    valid_before: int
    nonce: Hash32
    signature: bytes

    TYPE_HASH: ClassVar[bytes] = keccak(b"TransferWithAuthorization" + _MEMBERS)

    def digest(self, domain_separator: Hash32) -> Hash32:
        """What is signed, for a token's EIP-712 domain."""
        words = (
            self.TYPE_HASH,
            bytes(12) + address_bytes(self.payer),
            bytes(12) + address_bytes(self.payee),
            self.amount.to_bytes(32),
            self.valid_after.to_bytes(32),
            self.valid_before.to_bytes(32),
            hash_bytes(self.nonce),
        )
        return hash32(keccak(b"\x19\x01" + hash_bytes(domain_separator) + keccak(b"".join(words))))

    @property
    def is_accounts(self) -> bool:
        """Whether the signature is as accounts make them; contracts' have another length, as x402 has it."""
        return len(self.signature) == _ACCOUNTS

    def is_signed(self, domain_separator: Hash32) -> bool:
        """Whether the payer's own account signed it, in the one form of the signature that tokens take."""
        if not self.is_accounts or int.from_bytes(self.signature[32:64]) > _CURVE_ORDER // 2:
            return False
        return recover(self.digest(domain_separator), self.signature) == self.payer


@dataclass(frozen=True, slots=True)
class Receivable(Transfer):
    """The same, for nobody but the payee to submit."""

    TYPE_HASH: ClassVar[bytes] = keccak(b"ReceiveWithAuthorization" + _MEMBERS)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where a transfer happened.

    Attributes:
        tx_hash: the transaction.
        block_number: its block.
        block_hash: that block's hash: after a re-org there is another one.
    """

    tx_hash: Hash32
    block_number: int
    block_hash: Hash32


class Authorizations:
    """A token's EIP-3009 side. Calls that change something raise as `Chain.send` does."""

    def __init__(self, chain: Chain, token: Address) -> None:
        self.chain: Final = chain
        self.token: Final = token

    @cached_property
    def domain(self) -> tuple[str, str]:
        """The name and the version of the token's EIP-712 domain."""
        return Currency(self.chain, self.token).domain_name()

    @cached_property
    def domain_separator(self) -> Hash32:
        """The token's EIP-712 domain, hashed."""
        return hash32(bytes.fromhex(str(self.chain.call(_ABI, self.token, "DOMAIN_SEPARATOR"))[2:]))

    def submission(self, transfer: Transfer) -> Transaction:
        """The transaction that submits a transfer, for whoever sends it."""
        return Transaction.calling(_abi(transfer), self.token, _FUNCTION, *_arguments(transfer))

    def is_signed(self, transfer: Transfer) -> bool:
        """Whether the payer signed a transfer: an account, or a contract, which is asked."""
        if transfer.is_accounts:
            return transfer.is_signed(self.domain_separator)
        digest = transfer.digest(self.domain_separator)
        return is_valid(self.chain, transfer.payer, digest, transfer.signature)

    def submit(self, transfer: Transfer) -> Receipt:
        """Submits a transfer, at the cost of the chain's account's gas."""
        return self.chain.transact(self.submission(transfer))

    def check(self, transfer: Transfer) -> None:
        """Makes sure that a transfer would succeed now; sends nothing.

        Raises:
            Reverted: it would not.
        """
        self.chain.simulate(_abi(transfer), self.token, _FUNCTION, *_arguments(transfer))

    def used(self, nonces: Sequence[tuple[Address, Hash32]], block: int) -> list[bool]:
        """Whether payers' nonces were used by the end of a block, in a payment or by being cancelled.

        Args:
            nonces: each with its payer.
            block: the block's number.

        Raises:
            ChainError: the node does not say, or not of that block.
        """
        asked = [_ABI.encode_call(_STATE, (payer, nonce)) for payer, nonce in nonces]
        calls = [
            Call("eth_call", ({"to": self.token, "data": "0x" + data.hex()}, hex(block))) for data in asked
        ]
        answers = self.chain.node.ask_all(str, calls)
        return [bool(_ABI.decode_result(_STATE, _bytes(answer))[0]) for answer in answers]

    def settlement(self, transfer: Transfer, from_block: int) -> Settlement | None:
        """Where exactly this transfer happened, whoever submitted it; None if it did not since a block.

        That its nonce is used does not say so: the payer can cancel a nonce, or use it for another transfer.
        What does is that the token logged the transfer itself right after the nonce.
        """
        used = self._logs([_USED, log_topic(transfer.payer), log_topic(transfer.nonce)], from_block, None)
        for log in used:
            topics: list[str] = [_TRANSFER, log_topic(transfer.payer), log_topic(transfer.payee)]
            for moved in self._logs(topics, log.block_number, log.block_number):
                follows = moved.tx_hash == log.tx_hash and moved.index == log.index + 1
                if follows and int.from_bytes(moved.data) == transfer.amount:
                    return Settlement(log.tx_hash, log.block_number, log.block_hash)
        return None

    def _logs(self, topics: list[str], first: int, last: int | None) -> list[Log]:
        return list(self.chain.logs([self.token], topics, from_block=first, to_block=last))


def _abi(transfer: Transfer) -> Abi:
    """The function that takes a transfer's signature."""
    return _ABI if transfer.is_accounts else _CONTRACTS_ABI


def _bytes(answer: str | None) -> bytes:
    try:
        return bytes.fromhex((answer or "")[2:])
    except ValueError:
        return b""


def _arguments(transfer: Transfer) -> tuple[Any, ...]:
    signature = transfer.signature
    parts = (
        (signature[64], hash32(signature[:32]), hash32(signature[32:64]))
        if transfer.is_accounts
        else (signature,)
    )
    return (
        transfer.payer,
        transfer.payee,
        transfer.amount,
        transfer.valid_after,
        transfer.valid_before,
        transfer.nonce,
        *parts,
    )
