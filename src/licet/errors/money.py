# ruff: noqa: D101 - an error's explanation is its text
"""Refusals where money lies or moves: vaults, purses, the usage ledger, statements, currencies."""

from licet.errors.reverted import Reverted

# RoyaltyVault and its factory, and purses.


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


class ClaimExpired(Reverted):
    explanation = (
        "the signed claim was valid until {deadline:time}, it is now {timestamp:time}: ask the payee for a "
        "new signature"
    )


class ClaimSignatureInvalid(Reverted):
    explanation = (
        "the signature is not {payee}'s over this very claim: it was altered, or used before, or something "
        "was paid to them since it was signed; ask for a new one"
    )


class NotPurseOwner(Reverted):
    explanation = (
        "{caller} did not make this purse, and pays nothing out of it: use the contract that made it"
    )


# UsageLedger.


class RootMissing(Reverted):
    explanation = "the records' root is zero: anchor the root of their tree"


class RecordsMissing(Reverted):
    explanation = "an anchor stands for at least one record: count them"


class PeriodInvalid(Reverted):
    explanation = (
        "the period from {from:time} until {until:time} ends before it starts, or after now, {timestamp:time}"
    )


class PeriodOverlaps(Reverted):
    explanation = (
        "the period starts at {from:time}, but use is reported through {reportedUntil:time} under {key}: "
        "start it a second later at the earliest"
    )


class NotReporter(Reverted):
    explanation = (
        "{caller} may not report the use of license {licenseId}: its holder, whom the holder named and "
        "whom its terms name may; be named, or admit the terms' reporter first"
    )


class ReporterMissing(Reverted):
    explanation = "the terms of license {licenseId} name no reporter: its holder can name one"


class NotMetered(Reverted):
    explanation = "license {licenseId} is not paid by the unit: it has no account"


class AccountAlreadyOpened(Reverted):
    explanation = "the account of license {licenseId} has been opened before: pay into its deposit"


class AccountNotOpened(Reverted):
    explanation = (
        "the account of license {licenseId} was never opened: open it, or pay into its deposit, first"
    )


class AccountIsClosing(Reverted):
    explanation = (
        "the account of license {licenseId} ends at {closesAt:time}, and cannot be opened again: buy "
        "another license"
    )


class DepositLocked(Reverted):
    explanation = (
        "the deposit of license {licenseId} is its licensee's from {closesAt:time} on (1099511627775: its "
        "account is open): close the account, and wait"
    )


class DepositEmpty(Reverted):
    explanation = "nothing of {token} is left in the deposit of license {licenseId}"


class DepositTooSmall(Reverted):
    explanation = (
        "the deposit of license {licenseId} has {balance}, not {amount}: pay more into it, or settle fewer "
        "units"
    )


class UnitsNotSigned(Reverted):
    explanation = (
        "{units} units of license {licenseId} are asked for, the licensee signed {signedUnits}: ask for a "
        "new voucher"
    )


class UnitsOverCap(Reverted):
    explanation = (
        "{units} units of license {licenseId} are asked for, its terms allow {cap} in all: settle no more "
        "than that"
    )


class VoucherSpent(Reverted):
    explanation = (
        "{settled} units of license {licenseId} are paid, this voucher is for {units}: ask for a newer one"
    )


class VoucherSignatureInvalid(Reverted):
    explanation = (
        "the signature is not {licensee}'s over this voucher for license {licenseId}: it was altered, or "
        "signed for another chain; ask for it again"
    )


# StatementEscrow.


class NotPublisher(Reverted):
    explanation = "{caller} publishes a statement of {publisher}'s: sign with the publisher's key"


class StatementInvalid(Reverted):
    explanation = (
        "statement {statementId} ends its period before it begins, or has no amount, or no split's root"
    )


class StatementUriTooLong(Reverted):
    explanation = (
        "the statement's URI has {length} bytes, at most {maximum} are allowed: use a shorter base URI"
    )


class StatementAlreadyPublished(Reverted):
    explanation = "statement {statementId} was published before"


class StatementUnknown(Reverted):
    explanation = "statement {statementId} was never published: check every one of its members"


class WindowOver(Reverted):
    explanation = "statement {statementId} could be contested until {until:time}"


class WindowOpen(Reverted):
    explanation = "statement {statementId} can be contested until {until:time}: wait"


class StatementIsReturned(Reverted):
    explanation = (
        "statement {statementId} was contested and returned to its publisher: look for their new one"
    )


class StatementIsContested(Reverted):
    explanation = (
        "{open} contests of statement {statementId} are open: wait until they are ruled on, or lapse"
    )


class NothingToRelease(Reverted):
    explanation = "nothing of {token} is in the purse of statement {statementId}: all has been released"


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


class TokenOfZeroAddress(Reverted):
    error = "BalanceQueryForZeroAddress"
    explanation = "the zero address holds no tokens: name somebody else"


class TooManyTokens(Reverted):
    error = "AccountBalanceOverflow"
    explanation = "this account holds as many tokens as the contract can count"


class AllowanceOverflow(Reverted):
    explanation = "the allowance would leave its range: allow less"


class AllowanceUnderflow(Reverted):
    explanation = "the allowance would fall below 0: take less away"


class TotalSupplyOverflow(Reverted):
    explanation = "so many test dollars cannot be: make fewer"


class Permit2AllowanceFixed(Reverted):
    error = "Permit2AllowanceIsFixedAtInfinity"
    explanation = "this token's allowance for Permit2 cannot be changed"
