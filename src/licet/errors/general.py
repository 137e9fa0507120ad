# ruff: noqa: N818 - errors are named for what is wrong
"""What goes wrong without a contract saying so."""

from typing import ClassVar


class LicetError(Exception):
    """Base of all errors of this package; `facts` are the values that the message speaks of."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts: dict[str, object] = facts


class InputError(LicetError):
    """What the caller gave cannot be used: a file, a CSV, an argument."""

    exit_code = 2


class DocumentError(LicetError):
    """A published document that cannot be used."""


class DocumentMissing(DocumentError):
    """The document was found neither in the folders nor at its URI."""


class DocumentMismatch(DocumentError):
    """Something stands where the document should, but its SHA-256 is another."""


class DocumentInvalid(DocumentError):
    """The bytes are not a valid document of the type expected."""


class PackInvalid(LicetError):
    """A pack of an audit's evidence that does not hold: something in it was altered, or does not follow."""


class ChainError(LicetError):
    """The chain could not be asked, or is not the one expected."""


class ConnectionFailed(ChainError):
    """Nothing answers at the URL."""

    exit_code = 2


class WrongChain(ChainError):
    """The node is on another chain than the deployment."""

    exit_code = 2


class NotAContract(ChainError):
    """There is no code at an address that should be a contract."""

    exit_code = 2


class UnexpectedAnswer(ChainError):
    """A contract answered what the one expected there cannot answer."""


class NodeUntrue(ChainError):
    """What a node says of the chain cannot be true: `reason` in the facts says in one word why."""


class NodeForgot(ChainError):
    """A node that no longer has old states, blocks or logs: the message says what it can be asked instead."""


class NodesDisagree(ChainError):
    """Two nodes have different blocks in one place: one of them is on another chain, or says so."""


class NodeFailed(ChainError):
    """A local node could not be found, started or kept running."""


class NotConfirmed(ChainError):
    """A transaction is on its way, and not confirmed yet; its outbox keeps it."""


class TransactionCancelled(ChainError):
    """A transaction that was called off before a block had it, and never will be in one."""


class OutboxFailed(LicetError):
    """The file that transactions are kept in before they are sent cannot be used; nothing more is sent."""

    exit_code = 2


class IndexUnusable(LicetError):
    """A database that is no index of Licet's, or of another chain or deployment, or damaged."""

    exit_code = 2


class IndexFailed(LicetError):
    """The database of an index cannot be read or written at present; what it has is as it was."""


class SpaceMissing(LicetError):
    """Memory does not suffice, and the disk is full, cannot be written to, or may not be used any further."""


class DeploymentError(LicetError):
    """The code on chain is not the code that was shipped."""


class NotARegistry(DeploymentError):
    """Another program's contract stands at the address that should be a registry's."""

    exit_code = 2


class SignerError(LicetError):
    """No signature can be made."""


class WrongPassword(SignerError):
    """The password does not open the keystore."""


class DevelopmentKeyRefused(SignerError):
    """A publicly known key was about to sign on a chain that is not local."""


class ToolMissing(LicetError):
    """A program that something needs is not installed."""


class EngineFailed(LicetError):
    """An engine that was to compute gave up, for a reason that is not in what it was given."""


class IndexDamaged(LicetError):
    """A local index is not what was written: it has to be built again."""


class RightsError(LicetError):
    """The chain answered, and the answer is no."""


class NotRegistered(RightsError):
    """Nobody has registered this work or asset."""


class Contested(RightsError):
    """Several claims to one content stand; the buyer has to name an asset."""


class NotOnOffer(RightsError):
    """No valid offer covers the uses asked for."""


class InsufficientBalance(RightsError):
    """The payer's balance or allowance does not cover the price."""
