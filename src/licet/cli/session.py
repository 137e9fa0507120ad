"""What the common options stand for: the chain, its contracts, the account, the documents."""

import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from licet.chain.client import Chain
from licet.chain.deployments import Deployment
from licet.chain.local.development import LOCAL_CHAIN_IDS
from licet.chain.signing.signer import LocalSigner, Signer
from licet.cli.money import Money
from licet.cli.params import NATIVE, TEST
from licet.cli.text import read_text
from licet.contracts import Contracts
from licet.documents import Library, Publisher
from licet.errors import InputError
from licet.fingerprint import check_file
from licet.licensee import Licensee
from licet.rights_holder import RightsHolder
from licet.types import ZERO_ADDRESS, Address

if TYPE_CHECKING:
    from licet.chain.sending.sender import Sender
    from licet.similarity import SimilarWorks

DEFAULT_RPC: Final = "http://127.0.0.1:8545"
DEFAULT_INDEX: Final = Path("index")
PASSWORD_VARIABLE: Final = "LICET_PASSWORD"
CONFIRMATIONS: Final = 3
"""Blocks after which a transaction in an outbox is confirmed; on a local chain, which may make no more, 1."""


@dataclass(frozen=True)
class Session:
    """The common options of one command, and what they lead to; each is asked for once, when needed."""

    rpc: str = DEFAULT_RPC
    registry: Address | None = None
    deployment: Path | None = None
    keystore: Path | None = None
    password_file: Path | None = None
    dev_account: int | None = None
    outbox: Path | None = None
    documents: tuple[Path, ...] = (Path("documents"),)
    base_uri: str | None = None
    index: Path | None = None

    @cached_property
    def reader(self) -> Chain:
        """The node, for reading."""
        return Chain(self.rpc)

    @cached_property
    def contracts(self) -> Contracts:
        """The contracts, for reading; their code has been checked."""
        return Contracts.of(self.reader, self.registry or Deployment.load(self._deployment_file()))

    @cached_property
    def signer(self) -> Signer:
        """The account that the options name.

        Raises:
            InputError: they name none, or a development account on a chain that is not local.
        """
        if self.dev_account is not None:
            if self.reader.chain_id not in LOCAL_CHAIN_IDS:
                raise InputError(
                    f"--dev-account is for local chains, this is chain {self.reader.chain_id}: "
                    "everybody has the keys of development accounts; name a --keystore"
                )
            return LocalSigner.development(self.dev_account)
        if self.keystore is not None:
            check_file(self.keystore)
            return LocalSigner.from_keystore(self.keystore, password(self.password_file, self.keystore))
        raise InputError(
            "which account signs? Name one with --keystore FILE (`licet account new` makes one), "
            "or on a local chain with --dev-account N"
        )

    @property
    def has_account(self) -> bool:
        """Whether the options name an account."""
        return self.dev_account is not None or self.keystore is not None

    def party(self, named: Address | None, option: str) -> Address:
        """Who is meant: the address that an option names, else the account.

        Raises:
            InputError: neither is named.
        """
        if named is None and not self.has_account:
            raise InputError(f"who is meant? Name {option} ADDRESS, or an account")
        return named or self.signer.address

    @cached_property
    def signing_chain(self) -> Chain:
        """The node, for the account."""
        return self.reader.with_signer(self.signer, self._sender)

    @property
    def _sender(self) -> "Sender | None":
        """Who sends the account's transactions, if the options name an outbox."""
        if self.outbox is None:
            return None
        # Only commands that send have to do with databases.
        from licet.chain.sending.policy import Policy
        from licet.chain.sending.sender import Sender

        local = self.reader.chain_id in LOCAL_CHAIN_IDS
        sender = Sender(
            self.reader, self.signer, self.outbox, Policy(confirmations=1 if local else CONFIRMATIONS)
        )
        click.get_current_context().call_on_close(sender.close)
        return sender

    @cached_property
    def signing_contracts(self) -> Contracts:
        """The contracts, for the account."""
        # Whatever is wrong with the chain or the contracts is said before a password is asked for.
        checked = self.contracts.deployment
        return Contracts.of(self.signing_chain, checked)

    @cached_property
    def library(self) -> Library:
        """The published documents."""
        return Library(self.documents)

    @property
    def publisher(self) -> Publisher:
        """Where documents are published."""
        return Publisher(self.documents[0], self.base_uri)

    @property
    def rights_holder(self) -> RightsHolder:
        """The rights holder whose account the options name."""
        similar = self.similar if self.index else None
        return RightsHolder(self.signing_contracts, self.publisher, self.library, similar)

    @cached_property
    def similar(self) -> "SimilarWorks":
        """The local index of registered works."""
        # Arrays' libraries are loaded by the commands that compare works.
        from licet.similarity import SimilarWorks

        return SimilarWorks(self.contracts, self.library, self.index or DEFAULT_INDEX)

    @property
    def licensee(self) -> Licensee:
        """The licensee whose account the options name; one who only looks if they name none."""
        return self.buyer if self.has_account else Licensee(self.contracts, self.library)

    @property
    def buyer(self) -> Licensee:
        """The licensee whose account the options name."""
        return Licensee(self.signing_contracts, self.library, self.publisher)

    @cached_property
    def money(self) -> Money:
        """Reads and shows amounts."""
        return Money(self.reader)

    def currency(self, name: Address | str | None) -> Address:
        """The currency that an option names: an address, `native`, `test`; the test dollar if it names none.

        Raises:
            InputError: the deployment has no test dollar.
        """
        if name == NATIVE:
            return ZERO_ADDRESS
        if name not in (None, TEST):
            return Address(str(name))
        dollar = self.contracts.deployment.test_dollar
        if dollar is None:
            raise InputError(
                "this deployment names no test dollar: name the currency with --currency ADDRESS or native "
                "(on a local chain, --deployment FILE knows its test dollar)"
            )
        return dollar

    def _deployment_file(self) -> Path:
        path = self.deployment or default_deployment(self.reader.chain_id)
        if self.deployment is None and not path.exists():
            raise InputError(
                f"where on chain {self.reader.chain_id} are the contracts? Name their --registry, "
                "or the --deployment file that `licet deploy` wrote"
            )
        return path


def default_deployment(chain_id: int) -> Path:
    """Where the deployment on a chain is noted."""
    return Path("deployments") / f"{chain_id}.json"


def password(file: Path | None, keystore: Path, *, confirm: bool = False) -> str:
    """A keystore's password: from a file, the environment, or a prompt.

    Raises:
        InputError: the file cannot be read, or there is nobody to ask.
    """
    if file is not None:
        return read_text(file).rstrip("\r\n")
    from_environment = os.environ.get(PASSWORD_VARIABLE)
    if from_environment:
        return from_environment
    if not sys.stdin.isatty():
        raise InputError(
            f"the keystore {keystore} needs a password: name a --password-file, or set {PASSWORD_VARIABLE}"
        )
    answer: str = click.prompt(
        f"Password of {keystore}", hide_input=True, confirmation_prompt=confirm, err=True
    )
    return answer
