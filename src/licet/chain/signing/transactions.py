"""What is sent: a transaction's content, what it pays for gas, and its signature."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final, Self

from eth_abi.exceptions import DecodingError

from licet.chain.compiled.abi import Abi
from licet.chain.compiled.artifacts import artifact
from licet.chain.signing.signer import Signer
from licet.trees.hashing import parse_address
from licet.types import Address

_RAISE_DIVISOR: Final = 10
"""Nodes take a transaction in another's place that pays a tenth more in both fields."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """What a transaction says, whoever sends it and at whatever nonce.

    Attributes:
        to: whom it calls or pays; None creates a contract.
        value: native coin to send along, wei.
        data: what it calls with, or the new contract's creation code.
    """

    to: Address | None
    value: int = 0
    data: bytes = b""

    @classmethod
    def calling(cls, abi: Abi, address: Address, function: str, *arguments: Any, value: int = 0) -> Self:
        """The call of a contract's function; arguments are those of `Chain.send`."""
        return cls(address, value, abi.encode_call(function, arguments))

    def fields(self) -> dict[str, Any]:
        """Its fields as JSON-RPC names them."""
        to = {} if self.to is None else {"to": parse_address(self.to)}
        return {**to, "value": self.value, "data": "0x" + self.data.hex()}

    def without_permits(self) -> "Transaction":
        """The same without the permits that go before what they pay for (`permitFirst`).

        A permit is another one each time that it is signed; what it pays for is the same.
        """
        permit_first, data = artifact("LicenseToken").abi.functions["permitFirst"], self.data
        while data.startswith(permit_first.digest[:4]):
            try:
                *_, data = permit_first.inputs.decode(data[4:])
            except DecodingError:
                break
        return replace(self, data=data)

    def digest(self) -> str:
        """A short name of its content, without permits: 32 hex digits."""
        content = self.without_permits().data.hex()
        return sha256(f"{self.to}/{self.value}/{content}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Fees:
    """What is paid for a unit of gas, in wei (EIP-1559).

    Attributes:
        most: at most, base fee and tip together.
        tip: to whoever makes the block.
    """

    most: int
    tip: int

    def capped(self, cap: int) -> "Fees":
        """The same, or as much as `cap` lets it be."""
        return Fees(min(self.most, cap), min(self.tip, cap))

    def replaced(self, market: "Fees", cap: int) -> "Fees | None":
        """What a transaction pays that is to take this one's place: a tenth more, or the market's price.

        Args:
            market: what a new transaction would pay now.
            cap: the most that may be paid.

        Returns:
            None if a tenth more would be above the cap.
        """
        tip = max(_raised(self.tip), market.tip)
        raised = Fees(max(_raised(self.most), _raised(self.tip)), _raised(self.tip))
        if raised.most > cap:
            return None
        most = max(raised.most, min(market.most, cap))
        return Fees(most, min(tip, most))


def sign(signer: Signer, chain_id: int, transaction: Transaction, nonce: int, gas: int, fees: Fees) -> bytes:
    """The raw signed transaction, ready to send.

    Args:
        signer: who signs.
        chain_id: the chain that it is for.
        transaction: its content.
        nonce: how many of the signer's transactions come before it.
        gas: the most that it may use.
        fees: what it pays.

    Raises:
        SignerError: it cannot be signed, or the signer refuses.
    """
    fields = {
        **transaction.fields(),
        "nonce": nonce,
        "gas": gas,
        "maxFeePerGas": fees.most,
        "maxPriorityFeePerGas": fees.tip,
        "chainId": chain_id,
        "type": 2,
    }
    return signer.sign_transaction(fields, chain_id)


def _raised(amount: int) -> int:
    return amount + max(1, -(-amount // _RAISE_DIVISOR))
