# ruff: noqa: D101, N818 - custom errors keep the names of the contracts, and their explanation is their text
# ruff: noqa: D101, N818 - custom errors keep the names of the contracts, and their explanation is their text
"""Everything that Licet raises.

    LicetError                          exit_code 1
    ├── InputError                      exit_code 2: a file, CSV or argument that cannot be used
    ├── DocumentError
    │   ├── DocumentMissing             found neither in the folders nor at its URI
    │   ├── DocumentMismatch            found, but its bytes have another SHA-256
    │   └── DocumentInvalid             the right bytes, but not a document of the type expected
    ├── ChainError
    │   ├── ConnectionFailed            exit_code 2: nothing answers at the URL
    │   ├── WrongChain                  exit_code 2: the node is on another chain than the deployment
    │   ├── NotAContract                exit_code 2: no code at an address
    │   ├── UnexpectedAnswer            a contract that answers as none of Licet's does
    │   └── NodeFailed                  a local node could not be found, started or kept running
    ├── DeploymentError                 the deployed code is not the code that was shipped
    ├── SignerError
    │   ├── WrongPassword               a keystore that the password does not open
    │   └── DevelopmentKeyRefused       a publicly known key on a chain that is not local
    ├── RightsError                     the chain answered, and the answer is no
    │   ├── NotRegistered
    │   ├── Contested                   competing claims: the buyer has to name one
    │   ├── NotOnOffer
    │   └── InsufficientBalance
    └── Reverted                        a transaction or call that a contract refused
        └── …                           one class for each custom error, see below

Messages say what is wrong and what to do; `facts` carries the same as data.
`exit_code` is what the command line ends with.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from string import Formatter
from typing import Any, ClassVar


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


class NodeFailed(ChainError):
    """A local node could not be found, started or kept running."""


class DeploymentError(LicetError):
    """The code on chain is not the code that was shipped."""


class SignerError(LicetError):
    """No signature can be made."""


class WrongPassword(SignerError):
    """The password does not open the keystore."""


class DevelopmentKeyRefused(SignerError):
    """A publicly known key was about to sign on a chain that is not local."""


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


class _Explain(Formatter):
    """`str.format`, plus `{seconds:time}` for unix times; a fact that is missing prints as `?`."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG002
        return kwargs.get(str(key), "?")

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec != "time":
            return str(value)
        try:
            return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        except (TypeError, ValueError, OverflowError, OSError):
            return str(value)


_REVERTS: dict[str, type["Reverted"]] = {}


class Reverted(LicetError):
    """A transaction or call that a contract refused.

    `name` is the custom error's, `facts` its arguments by name, `data` the raw return data (`0x` hex).
    Nothing was changed on chain. A subclass says in `explanation` what is wrong and what to do; its
    `{fields}` are facts.
    """

    error: ClassVar[str] = ""
    explanation: ClassVar[str] = "the contract refused with {name}; nothing was changed"

    def __init__(self, name: str, facts: Mapping[str, object], data: str) -> None:
        message = _Explain().vformat(self.explanation, (), {**facts, "name": name or "no reason given"})
        super().__init__(message, **facts)
        self.name = name
        self.data = data

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # `error` is named where Solidity's name is too general, or taken, in Python.
        cls.error = cls.__dict__.get("error", cls.__name__)
        _REVERTS[cls.error] = cls


def reverted(name: str, facts: Mapping[str, object], data: str = "0x") -> Reverted:
    """The exception for a custom error: its own class where there is one, else `Reverted`.

    Args:
        name: the custom error's name in Solidity; `Error` or `Panic` for the built-in ones, empty for none.
        facts: its arguments by name.
        data: the raw return data, `0x` hex.
    """
    return _REVERTS.get(name, Reverted)(name, facts, data)


# Built into Solidity.


class RevertedWithReason(Reverted):
    error = "Error"
    explanation = "the contract refused: {reason}"


class Panicked(Reverted):
    error = "Panic"
    explanation = "the contract stopped with panic code {code}: a fault in the contract, please report it"


# AssetRegistry.


class AssetAlreadyRegistered(Reverted):
    explanation = "{registrant} has registered this content before, as asset {assetId}: use that asset"


class AssetNotRegistered(Reverted):
    explanation = "asset {assetId} is not registered: check the id, and that the node is on the right chain"


class ContentMissing(Reverted):
    explanation = "the content hash is zero: register the SHA-256 of the work, or the root of its catalogue"


class CatalogDocumentMissing(Reverted):
    explanation = (
        "a catalogue of {works} works needs its document's hash, or nobody could prove a work of it: "
        "publish the document first"
    )


class UriTooLong(Reverted):
    explanation = "the URI has {length} bytes, at most {maximum} are allowed: use a shorter base URI"


class NotDeedHolder(Reverted):
    explanation = "{caller} does not hold the deed of {assetId}, {holder} does: sign with the holder's key"


class RegistrationExpired(Reverted):
    explanation = (
        "the signed registration was valid until {deadline:time}, it is now {timestamp:time}: "
        "ask for a new signature"
    )


class RegistrationSignatureInvalid(Reverted):
    explanation = (
        "the signature on the registration is not {registrant}'s over this content, chain and contract: "
        "ask for a new one"
    )


class NotLicenseToken(Reverted):
    explanation = "{caller} is not the license token, which alone may record an exclusive sale"


# LicenseToken.


class OfferNotFromHolder(Reverted):
    explanation = "{licensor} made the offer, but {holder} holds the deed of {assetId}: ask {holder} for one"


class OfferOutdated(Reverted):
    explanation = (
        "the offer is of epoch {offerEpoch}, the deed of {assetId} is in epoch {deedEpoch}: it changed hands "
        "or its offers were cancelled since; ask the holder for a new offer"
    )


class OfferNotStarted(Reverted):
    explanation = "the sale on offer {offerHash} starts at {start:time}, it is now {timestamp:time}: wait"


class OfferExpired(Reverted):
    explanation = (
        "the sale on offer {offerHash} ended at {end:time}, it is now {timestamp:time}: "
        "ask the licensor for a new offer"
    )


class OfferIsCancelled(Reverted):
    explanation = "the licensor cancelled offer {offerHash}: ask for a new one"


class OfferSoldOut(Reverted):
    explanation = "all {supply} licenses of offer {offerHash} are sold: ask the licensor for a new offer"


class OfferSignatureInvalid(Reverted):
    explanation = (
        "the signature is not {licensor}'s over offer {offerHash}: the offer was altered, or signed by "
        "somebody else or for another chain; fetch it again from the licensor"
    )


class OfferPriceInvalid(Reverted):
    explanation = (
        "offer {offerHash} has the price {price} and free is {free}: "
        "a price of 0 must be marked free, and no other"
    )


class OfferUsesMissing(Reverted):
    explanation = "offer {offerHash} permits no use: name at least one"


class OfferUriTooLong(Reverted):
    explanation = "the terms' URI of offer {offerHash} has {length} bytes, at most {maximum} are allowed"


class OfferRoyaltyInvalid(Reverted):
    explanation = "offer {offerHash} asks {royaltyBps} basis points of a derivative's income: at most 10000"


class NotLicensor(Reverted):
    explanation = "{caller} did not make this offer, {licensor} did: sign with the licensor's key"


class AssetExclusivelyLicensed(Reverted):
    explanation = "an exclusive license of {assetId} runs until {until:time}: no other is sold before"


class LicenseAlreadySold(Reverted):
    explanation = "license {licenseId} was sold before: choose another salt to buy a second one"


class LicenseUnknown(Reverted):
    explanation = "no license has the id {licenseId}: check the id, and that the node is on the right chain"


class LicenseNotTransferable(Reverted):
    explanation = "license {licenseId} is bound to its licensee and cannot be transferred"


class WrongValue(Reverted):
    explanation = "{sent} wei were sent, the offer asks {asked}: send exactly that"


class QuantityInvalid(Reverted):
    explanation = (
        "{quantity} licenses were asked for at once, of this offer it is 1 to {maximum}: split the order"
    )


class BasketSizeInvalid(Reverted):
    explanation = "{orders} orders were put into one basket, it takes 1 to {maximum}: split them"


class GasTooLow(Reverted):
    explanation = (
        "{left} gas was left for an order of the basket that needs {needed}: send more, or buy fewer at once"
    )


class NothingToAuthorize(Reverted):
    explanation = "license {licenseId} costs nothing, so nobody has to authorize a payment: buy it directly"


class PaymentNotReceived(Reverted):
    explanation = (
        "the currency {currency} said that it paid {expected}, but {received} arrived: do not trust it"
    )


class NotSelf(Reverted):
    explanation = "{caller} called a function that only the license token calls itself: use `buyBasket`"


# RoyaltyVault and its factory.


class ShareNotInSplit(Reverted):
    explanation = (
        "the proof that {payee} has {share} shares does not lead to this vault's root: "
        "take it from the vault's own split document"
    )


class NothingDue(Reverted):
    explanation = "nothing is due to {payee} in {token}: all that came in has been paid"


class ClaimReentered(Reverted):
    explanation = "the token {token} called back into its own claim and was stopped: do not trust this token"


class AmountTooLarge(Reverted):
    explanation = "the amounts of {token} reach 2^255 units: no honest token has so many"


class SplitEmpty(Reverted):
    explanation = "the split {root} was to be published without payees or document: give one of them"


class OnlyLocalChains(Reverted):
    explanation = "the test dollar is for local chains alone, this is chain {chainId}: name a real currency"


# TestDollar's authorizations (EIP-3009).


class AuthorizationNotValidNow(Reverted):
    explanation = (
        "the signed payment is valid after {validAfter:time} and before {validBefore:time}, "
        "it is now {timestamp:time}: ask the payer for a new one"
    )


class AuthorizationSpent(Reverted):
    explanation = "the signed payment of {authorizer} was used or cancelled before: ask for a new one"


class AuthorizationSignatureInvalid(Reverted):
    explanation = (
        "the signature on the payment is not {authorizer}'s over this very order: "
        "the order was altered, or signed for another chain; fetch it again"
    )


class AuthorizationNotForCaller(Reverted):
    explanation = "{caller} submitted a payment that only its receiver {receiver} may submit"


# The libraries that the contracts are made of: tokens, transfers, clones.


class NotOwnerNorApproved(Reverted):
    explanation = "the sender neither holds this token nor was approved by its holder"


class TokenDoesNotExist(Reverted):
    explanation = "no token has this id: check the id, and that the node is on the right chain"


class TokenAlreadyExists(Reverted):
    explanation = "a token with this id exists already"


class TransferFromIncorrectOwner(Reverted):
    explanation = "the token is not held by the address it was to be moved from"


class TransferToZeroAddress(Reverted):
    explanation = "the token was to go to the zero address: name its receiver"


class ReceiverRefusedToken(Reverted):
    error = "TransferToNonERC721ReceiverImplementer"
    explanation = "the receiver is a contract that does not take ERC-721 tokens: name another"


class TransferFromFailed(Reverted):
    explanation = (
        "the currency refused to pay: check the payer's balance, and the allowance of the license token"
    )


class TransferFailed(Reverted):
    explanation = "the currency refused to pay this payee"


class ETHTransferFailed(Reverted):
    explanation = "the receiver refused the native coin"


class TokenBalanceTooLow(Reverted):
    error = "InsufficientBalance"
    explanation = "the sender's balance of the currency is too low"


class TokenAllowanceTooLow(Reverted):
    error = "InsufficientAllowance"
    explanation = "the allowance is too low: allow the license token to take the price, or sign a permit"


class PermitSignatureInvalid(Reverted):
    error = "InvalidPermit"
    explanation = "the permit is not signed by the payer, or was used before: sign a new one"


class PermitExpired(Reverted):
    explanation = "the permit's deadline has passed: sign a new one"


class DeploymentRefused(Reverted):
    error = "DeploymentFailed"
    explanation = "the chain did not deploy the vault: check whether it stands already"


REVERT_NAMES = tuple(_REVERTS)
"""The custom errors that have a class of their own, by their names in Solidity."""
