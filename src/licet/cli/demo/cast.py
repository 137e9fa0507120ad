"""Who plays in the demo: roles on a local node's accounts, artists with keys made from their labels."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from licet.chain.client import Chain
from licet.chain.deployments import Deployment
from licet.chain.local.node import LocalNode
from licet.chain.signing.signer import LocalSigner, Signer
from licet.contracts import Contracts
from licet.contracts.currency import Currency
from licet.documents import Library, Publisher
from licet.errors import DeploymentError
from licet.licensee import Licensee
from licet.rights_holder import RightsHolder
from licet.trees.hashing import keccak

_KEY_PREFIX: Final = b"licet demo artist: "
_ETHER: Final = 10**18


def artist_signer(label: str) -> LocalSigner:
    """The demo's account for a payee label, always the same; anybody can make its key."""
    return LocalSigner.from_key(keccak(_KEY_PREFIX + label.encode()).hex())


@dataclass(frozen=True, slots=True)
class World:
    """What all roles share: a chain with the contracts on it, and a folder of published documents."""

    node: LocalNode
    deployment: Deployment
    documents: Path

    def chain(self, signer: Signer | None = None) -> Chain:
        """The chain, for an account or for reading alone."""
        return Chain(self.node.url, signer)

    def contracts(self, signer: Signer) -> Contracts:
        """The contracts, for an account."""
        return Contracts.of(self.chain(signer), self.deployment)

    def library(self) -> Library:
        """The published documents, as anybody reads them."""
        return Library([self.documents], allow_http=False)

    def rights_holder(self, signer: Signer) -> RightsHolder:
        """A rights holder: the licensor, or an artist who collects."""
        return RightsHolder(self.contracts(signer), Publisher(self.documents))

    def licensee(self, signer: Signer) -> Licensee:
        """A licensee."""
        return Licensee(self.contracts(signer), self.library())

    def dollars(self, signer: Signer) -> Currency:
        """The test dollar, for an account."""
        if self.deployment.test_dollar is None:
            raise DeploymentError("this deployment has no test dollar: deploy on a local chain")
        return Currency(self.chain(signer), self.deployment.test_dollar)

    def give_gas_money(self, giver: Signer, receiver: Signer) -> None:
        """Gives an account one ether to pay for its transactions."""
        self.chain(giver).pay(receiver.address, _ETHER)


def deployer() -> LocalSigner:
    """Who deploys the contracts, and gives the others what they pay with."""
    return LocalSigner.development(0)


def licensor() -> LocalSigner:
    """Who holds the rights in the works and the catalogue."""
    return LocalSigner.development(1)


def licensee() -> LocalSigner:
    """Who wants to train a model."""
    return LocalSigner.development(2)


def coauthor() -> LocalSigner:
    """Who shares in the single works."""
    return LocalSigner.development(3)


def stranger() -> LocalSigner:
    """Who tries what nobody may."""
    return LocalSigner.development(4)
