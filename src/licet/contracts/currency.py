"""Currencies: ERC-20 tokens, with EIP-2612 permits where they have them, and the native coin."""

from dataclasses import dataclass
from typing import Any, Final

from licet.chain.client import BlockId, Chain, Receipt
from licet.chain.compiled.abi import Abi
from licet.chain.compiled.artifacts import artifact
from licet.errors import ChainError, InsufficientBalance, Reverted, UnexpectedAnswer
from licet.rights.order import Authorization
from licet.rights.typed_data import separator_of
from licet.trees.hashing import keccak
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32

_ABI: Final = artifact("TestDollar").abi
_COINS: Final = {56: "BNB", 100: "xDAI", 137: "POL", 43114: "AVAX"}
"""The coins of chains, where they are not Ether."""
# EIP-5267, and what older tokens say instead of it; no token of ours has any of it, many others do.
_EXTRA_ABI: Final = Abi(
    [
        {
            "type": "function",
            "name": "eip712Domain",
            "inputs": [],
            "outputs": [
                {"name": "fields", "type": "bytes1"},
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
            ],
        },
        {
            "type": "function",
            "name": "version",
            "inputs": [],
            "outputs": [{"name": "", "type": "string"}],
        },
        {
            "type": "function",
            "name": "PERMIT_TYPEHASH",
            "inputs": [],
            "outputs": [{"name": "", "type": "bytes32"}],
        },
    ]
)
_PERMIT_TYPES: Final = (
    ("owner", "address"),
    ("spender", "address"),
    ("value", "uint256"),
    ("nonce", "uint256"),
    ("deadline", "uint256"),
)
_PERMIT_TYPEHASH: Final = hash32(
    keccak(f"Permit({','.join(f'{kind} {name}' for name, kind in _PERMIT_TYPES)})".encode())
)
_AUTHORIZATION_TYPES: Final = (
    ("from", "address"),
    ("to", "address"),
    ("value", "uint256"),
    ("validAfter", "uint256"),
    ("validBefore", "uint256"),
    ("nonce", "bytes32"),
)
_DOMAIN_TYPES: Final = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


@dataclass(frozen=True, slots=True)
class Permit:
    """A signed EIP-2612 permit; the amount and the spender are known from where it is used."""

    deadline: int
    v: int
    r: Hash32
    s: Hash32

    def to_abi(self) -> tuple[int, int, Hash32, Hash32]:
        """It, as the contracts take it."""
        return self.deadline, self.v, self.r, self.s


class Currency:
    """A token, or with the zero address the native coin. Amounts are in its smallest unit."""

    def __init__(self, chain: Chain, address: Address) -> None:
        self.chain: Final = chain
        self.address: Final = address

    @property
    def is_native(self) -> bool:
        """Whether this is the chain's native coin."""
        return self.address == ZERO_ADDRESS

    def balance_of(self, holder: Address, block: BlockId = "latest") -> int:
        """What an address has."""
        if self.is_native:
            return self.chain.balance(holder, block)
        return int(self.chain.call(_ABI, self.address, "balanceOf", holder, block=block))

    def allowance(self, owner: Address, spender: Address) -> int:
        """What `spender` may take from `owner`."""
        return int(self.chain.call(_ABI, self.address, "allowance", owner, spender))

    def symbol(self) -> str:
        """How people call it."""
        if self.is_native:
            return _COINS.get(self.chain.chain_id, "ETH")
        return str(self.chain.call(_ABI, self.address, "symbol"))

    def decimals(self) -> int:
        """How many of its digits stand after the point."""
        return 18 if self.is_native else int(self.chain.call(_ABI, self.address, "decimals"))

    def transfer(self, receiver: Address, amount: int) -> Receipt:
        """Pays, from the chain's account."""
        if self.is_native:
            return self.chain.pay(receiver, amount)
        return self.chain.send(_ABI, self.address, "transfer", receiver, amount)

    def approve(self, spender: Address, amount: int) -> Receipt:
        """Allows `spender` to take up to `amount` from the chain's account."""
        return self.chain.send(_ABI, self.address, "approve", spender, amount)

    def ensure_allowance(self, spender: Address, amount: int) -> tuple[Receipt, ...]:
        """Allows `spender` to take exactly `amount`, unless it may already; the native coin is sent along.

        Returns:
            The transaction that it took, if any.
        """
        return () if self.is_allowed(spender, amount) else (self.approve(spender, amount),)

    def is_allowed(self, spender: Address, amount: int) -> bool:
        """Whether `spender` may take so much from the chain's account already; native coin is sent along."""
        return self.is_native or not amount or self.allowance(self.chain.account, spender) >= amount

    def check_balance(self, amount: int, what: str) -> None:
        """Makes sure that the chain's account can pay.

        Args:
            amount: in the currency's smallest unit.
            what: that costs so much, for the message.

        Raises:
            InsufficientBalance: it has less.
        """
        account = self.chain.account
        has = self.balance_of(account)
        if has < amount:
            raise InsufficientBalance(
                f"{account} has {has} of the {amount} units that {what} costs, "
                f"in the currency {self.address}: get {amount - has} more",
                has=has,
                needs=amount,
            )

    def mint(self, receiver: Address, amount: int) -> Receipt:
        """Makes test dollars; other tokens refuse."""
        return self.chain.send(_ABI, self.address, "mint", receiver, amount)

    def has_permit(self) -> bool:
        """Whether the token takes EIP-2612 permits, in the domain that its name and version say.

        Tokens with permits of another kind (DAI's), or in another domain, do not count.
        """
        if self.is_native:
            return False
        try:
            self.chain.call(_ABI, self.address, "nonces", ZERO_ADDRESS)
            separator = self.chain.call(_ABI, self.address, "DOMAIN_SEPARATOR")
            name, version = self.domain_name()
        except (Reverted, UnexpectedAnswer):
            return False
        expected = separator_of(name, version, self.chain.chain_id, self.address)
        return bool(separator == expected and self._permit_type() == _PERMIT_TYPEHASH)

    def sign_permit(self, spender: Address, amount: int, deadline: int) -> Permit:
        """The account's permit for `spender` to take exactly `amount`; no transaction is sent.

        Args:
            spender: who may take it.
            amount: in the token's smallest unit.
            deadline: unix second after which the permit is void.

        Raises:
            ChainError: the token has no permits.
            SignerError: there is no signer, or it refuses.
        """
        owner = self.chain.account
        if self.is_native:
            raise ChainError("the native coin needs no permit: send it along")
        message = {
            "owner": owner,
            "spender": spender,
            "value": amount,
            "nonce": self.chain.call(_ABI, self.address, "nonces", owner),
            "deadline": deadline,
        }
        v, r, s = self._sign("Permit", _PERMIT_TYPES, message)
        return Permit(deadline, v, r, s)

    def has_authorization(self) -> bool:
        """Whether the token takes EIP-3009 authorizations."""
        if self.is_native:
            return False
        try:
            self.chain.call(_ABI, self.address, "authorizationState", ZERO_ADDRESS, ZERO_HASH)
        except (Reverted, UnexpectedAnswer):
            return False
        return True

    def sign_authorization(
        self, receiver: Address, amount: int, nonce: Hash32, valid_before: int
    ) -> Authorization:
        """The account's authorization for `receiver` to take exactly `amount`; no transaction is sent.

        Args:
            receiver: who may take it, and must be the one to submit it.
            amount: in the token's smallest unit.
            nonce: can be used once; says what the payment is for.
            valid_before: unix second from which the authorization is void.

        Raises:
            SignerError: there is no signer, or it refuses.
        """
        payer = self.chain.account
        message = {
            "from": payer,
            "to": receiver,
            "value": amount,
            "validAfter": 0,
            "validBefore": valid_before,
            "nonce": nonce,
        }
        v, r, s = self._sign("ReceiveWithAuthorization", _AUTHORIZATION_TYPES, message)
        return Authorization(payer, 0, valid_before, v, r, s)

    def _sign(
        self, kind: str, members: tuple[tuple[str, str], ...], message: dict[str, Any]
    ) -> tuple[int, Hash32, Hash32]:
        signature = self.chain.signer_or_raise().sign_typed_data(
            {
                "types": {
                    "EIP712Domain": [{"name": name, "type": type_} for name, type_ in _DOMAIN_TYPES],
                    kind: [{"name": name, "type": type_} for name, type_ in members],
                },
                "primaryType": kind,
                "domain": self._domain(),
                "message": message,
            }
        )
        return signature[64], hash32(signature[:32]), hash32(signature[32:64])

    def domain_name(self) -> tuple[str, str]:
        """The name and version of the token's EIP-712 domain: as EIP-5267 says, else its own (or 1)."""
        name = self.chain.call(_ABI, self.address, "name")
        try:
            _, name, version = self.chain.call(_EXTRA_ABI, self.address, "eip712Domain")
        except (Reverted, UnexpectedAnswer):
            try:
                version = self.chain.call(_EXTRA_ABI, self.address, "version")
            except (Reverted, UnexpectedAnswer):
                version = "1"
        return str(name), str(version)

    def _permit_type(self) -> Hash32:
        """Which permits the token takes, if it says so; else EIP-2612's."""
        try:
            return Hash32(self.chain.call(_EXTRA_ABI, self.address, "PERMIT_TYPEHASH"))
        except (Reverted, UnexpectedAnswer):
            return _PERMIT_TYPEHASH

    def _domain(self) -> dict[str, Any]:
        name, version = self.domain_name()
        return {
            "name": name,
            "version": version,
            "chainId": self.chain.chain_id,
            "verifyingContract": self.address,
        }


def balance_call(holder: Address) -> str:
    """The data of a call that asks a token what an address has, in hex."""
    return "0x" + _ABI.encode_call("balanceOf", [holder]).hex()
