"""Custom errors that no other test provokes: each arrives in Python as its own class, with its facts.

Two cannot be provoked: `TokenAlreadyExists`, because the contracts look first, and `DeploymentFailed`,
because the factory deploys nothing twice.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.chain.compiled.abi import Abi
from licet.chain.compiled.artifacts import artifact, known_errors
from licet.contracts import Contracts
from licet.contracts.currency import Permit
from licet.contracts.vaults import VaultClaim
from licet.documents import OfferDocument, PayeeShare, SplitDocument
from licet.errors import (
    AmountTooLarge,
    AssetNotRegistered,
    ChainError,
    ClaimReentered,
    ContentMissing,
    ETHTransferFailed,
    NotLicenseToken,
    PermitExpired,
    PermitSignatureInvalid,
    ReceiverRefusedToken,
    TokenAllowanceTooLow,
    TokenBalanceTooLow,
    TokenDoesNotExist,
    TransferFailed,
)
from licet.fingerprint import sha256_file
from licet.rights.order import Order
from licet.rights.registration import Registration
from licet.rights_holder import Price, Registered
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, hash32
from tests.integration.conftest import DAY, Party

pytestmark = pytest.mark.integration

DOLLAR_ABI = artifact("TestDollar").abi
REGISTRY_ABI = artifact("AssetRegistry").abi
NOTHING = hash32(b"\x0c" * 32)
Mock = Callable[..., Address]


def abi_of(name: str, *kinds: str, returns: str | None = None) -> Abi:
    """The interface of one function of a mock."""
    inputs = [{"name": f"in{i}", "type": kind} for i, kind in enumerate(kinds)]
    outputs = [{"name": "out", "type": returns}] if returns else []
    return Abi([{"type": "function", "name": name, "inputs": inputs, "outputs": outputs}])


# The registry.


def test_a_registration_of_nothing(licensor: Party, work: Path) -> None:
    empty = Registration(licensor.address, sha256_file(work))
    object.__setattr__(empty, "content", ZERO_HASH)
    with pytest.raises(ContentMissing, match="register the SHA-256 of the work"):
        licensor.contracts.assets.register(empty)


def test_an_exclusive_sale_is_recorded_by_the_license_token_alone(licensor: Party, asset: Registered) -> None:
    with pytest.raises(NotLicenseToken) as caught:
        licensor.chain.send(
            REGISTRY_ABI, licensor.contracts.assets.address, "grantExclusive", asset.asset_id, NOTHING, 1
        )
    assert caught.value.facts == {"caller": licensor.address}


def test_the_owner_of_no_deed(reader: Contracts) -> None:
    with pytest.raises(TokenDoesNotExist, match="check the id"):
        reader.chain.call(REGISTRY_ABI, reader.assets.address, "ownerOf", int(NOTHING, 16))


def test_a_deed_for_a_contract_that_takes_none(licensor: Party, asset: Registered, dollar: Address) -> None:
    safely = abi_of("safeTransferFrom", "address", "address", "uint256")
    arguments = (licensor.address, dollar, int(asset.asset_id, 16))
    with pytest.raises(ReceiverRefusedToken, match="name another"):
        licensor.chain.send(safely, licensor.contracts.assets.address, "safeTransferFrom", *arguments)


# The currency.


def test_more_dollars_than_there_are(licensee: Party, stranger: Party) -> None:
    with pytest.raises(TokenBalanceTooLow, match="balance of the currency is too low"):
        licensee.dollar.transfer(stranger.address, 1)


def test_anothers_dollars_without_an_allowance(licensee: Party, stranger: Party, dollar: Address) -> None:
    licensee.receive_dollars(5)
    arguments = (licensee.address, stranger.address, 5)
    with pytest.raises(TokenAllowanceTooLow, match="the allowance is too low"):
        stranger.chain.send(DOLLAR_ABI, dollar, "transferFrom", *arguments)


@pytest.fixture
def permit(licensee: Party, price: Price) -> Permit:
    """The licensee lets the license token take the price."""
    spender = licensee.contracts.licenses.address
    return licensee.dollar.sign_permit(spender, price.amount, licensee.network.now + DAY)


@pytest.fixture
def submit(stranger: Party, licensee: Party, price: Price) -> Callable[[Permit], object]:
    """Somebody else submits the licensee's permit."""

    def submit(permit: Permit) -> object:
        owner, spender = licensee.address, licensee.contracts.licenses.address
        arguments: tuple[Any, ...] = (owner, spender, price.amount, permit.deadline, permit.v, permit.r)
        return stranger.chain.send(DOLLAR_ABI, stranger.dollar.address, "permit", *arguments, permit.s)

    return submit


def test_a_permit_works_once(permit: Permit, submit: Callable[[Permit], object]) -> None:
    submit(permit)
    with pytest.raises(PermitSignatureInvalid, match="sign a new one"):
        submit(permit)


def test_a_permit_ends(licensee: Party, permit: Permit, submit: Callable[[Permit], object]) -> None:
    licensee.network.travel_to(permit.deadline + 1)
    with pytest.raises(PermitExpired, match="sign a new one"):
        submit(permit)


def test_a_permit_that_somebody_submitted_first_breaks_no_sale(
    licensee: Party,
    permit: Permit,
    submit: Callable[[Permit], object],
    signed_offer: OfferDocument,
    price: Price,
) -> None:
    licensee.receive_dollars(price.amount)
    submit(permit)
    signature = bytes.fromhex(signed_offer.signature[2:])
    order = Order(signed_offer.offer, signature, licensee.address, NOTHING)
    licensee.contracts.licenses.buy_with_permit(order, permit)
    assert licensee.contracts.licenses.license(order.license_id).holder == licensee.address
    assert licensee.dollars == 0


def test_the_native_coin_has_no_permits(licensee: Party, stranger: Party) -> None:
    coin = licensee.currency(ZERO_ADDRESS)
    assert not coin.has_permit()
    with pytest.raises(ChainError, match="the native coin needs no permit"):
        coin.sign_permit(stranger.address, 1, 0)


# The vaults.


@pytest.fixture
def all_of_it(artist: Party) -> SplitDocument:
    """Everything is the artist's."""
    return SplitDocument.of([PayeeShare(artist.address, 1)])


@pytest.fixture
def claim(artist: Party, all_of_it: SplitDocument) -> Callable[[Address], VaultClaim]:
    tree = all_of_it.tree()
    return lambda token: VaultClaim(tree.root, token, artist.address, tree.proof(artist.address))


def test_an_amount_that_no_honest_token_has(
    stranger: Party, reader: Contracts, claim: Callable[[Address], VaultClaim], mock: Mock
) -> None:
    token = mock("ElasticToken")
    vault = reader.vaults.vault_of(claim(token).root)
    stranger.chain.send(abi_of("setBalance", "address", "uint256"), token, "setBalance", vault, 1 << 255)
    with pytest.raises(AmountTooLarge, match="no honest token") as caught:
        stranger.contracts.vaults.claim([claim(token)])
    assert caught.value.facts == {"token": token, "amount": 1 << 255}


def test_a_token_that_refuses_a_payee(
    stranger: Party, artist: Party, reader: Contracts, claim: Callable[[Address], VaultClaim], mock: Mock
) -> None:
    token = mock("BlockingToken")
    stranger.currency(token).mint(reader.vaults.vault_of(claim(token).root), 5)
    blocking = abi_of("setBlocked", "address", "bool")
    stranger.chain.send(blocking, token, "setBlocked", artist.address, True)
    with pytest.raises(TransferFailed, match="refused to pay this payee"):
        stranger.contracts.vaults.claim([claim(token)])


def test_a_payee_who_refuses_native_coin(stranger: Party, reader: Contracts, mock: Mock) -> None:
    refusing = mock("RefusingPayee")
    split = SplitDocument.of([PayeeShare(refusing, 1)])
    stranger.chain.pay(reader.vaults.vault_of(split.tree().root), 5)
    with pytest.raises(ETHTransferFailed, match="refused the native coin"):
        stranger.sells.collect([split], ZERO_ADDRESS, payee=refusing)


def test_a_token_that_claims_while_it_pays(
    stranger: Party, artist: Party, reader: Contracts, claim: Callable[[Address], VaultClaim], mock: Mock
) -> None:
    token = mock("HookedToken")
    wanted = claim(token)
    vault = reader.vaults.vault_of(wanted.root)
    stranger.currency(token).mint(vault, 5)
    share = wanted.share()
    again = artifact("RoyaltyVault").abi.encode_call("claim", [token, share])
    stranger.chain.send(abi_of("arm", "address", "bytes"), token, "arm", vault, again)
    stranger.contracts.vaults.claim([wanted])
    answer = stranger.chain.call(abi_of("answer", returns="bytes"), token, "answer")
    refusal = known_errors().decode_revert(answer)
    assert isinstance(refusal, ClaimReentered)
    assert refusal.facts == {"token": token}
    assert artist.currency(token).balance_of(artist.address) == 5


def test_a_deed_that_is_not_there_cannot_move(licensor: Party) -> None:
    with pytest.raises(TokenDoesNotExist):
        licensor.contracts.assets.transfer(NOTHING, licensor.address)


def test_an_offer_on_a_deed_that_is_gone_is_nobodys(licensor: Party, signed_offer: OfferDocument) -> None:
    elsewhere = replace(signed_offer.offer, asset_id=NOTHING)
    with pytest.raises(AssetNotRegistered):
        licensor.sells.publish_offer(elsewhere, signed_offer.conditions)
