# ruff: noqa: D101 - an error's explanation is its text
"""Refusals in disputes and contests: cases, the dispute desk, the arbitrator."""

from licet.errors.reverted import Reverted

# Cases: what disputes and contests have in common.


class TimeoutInvalid(Reverted):
    explanation = "a timeout of {timeout} seconds cannot be: 1 to {maximum} are allowed"


class EvidenceUriTooLong(Reverted):
    explanation = "the evidence's URI has {length} bytes, at most {maximum} are allowed: use a shorter one"


class NotArbitrator(Reverted):
    explanation = "{caller} is not the arbitrator, who alone rules"


class DisputeNumberTaken(Reverted):
    explanation = (
        "the arbitrator gave the number {disputeId} of case {caseId} to another dispute: it cannot be trusted"
    )


class DisputeUnknown(Reverted):
    explanation = "no dispute has this number: check it, and that the node is on the right chain"


class CaseNotOpen(Reverted):
    explanation = (
        "case {caseId} is not open (status {status}; 0 was never opened, 2 upheld, 3 rejected, 4 lapsed)"
    )


class CaseOverdue(Reverted):
    explanation = "the arbitrator had time for case {caseId} until {deadline:time}: let it lapse"


class CaseNotOverdue(Reverted):
    explanation = "the arbitrator has time for case {caseId} until {deadline:time}: wait"


class NothingOwed(Reverted):
    explanation = "nothing is owed to {who}"


# DisputeDesk.


class ClaimInvalid(Reverted):
    explanation = (
        "{caller} does not hold the deed {claimId}, or it is the one disputed: register the content "
        "yourself, and claim on that deed"
    )


class PayeeMissing(Reverted):
    explanation = "the claim names nobody to be paid what is escrowed: name the claimant's vault"


class AssetAlreadyDefeated(Reverted):
    explanation = "the deed of {assetId} has lost a dispute before: there is nothing left to dispute"


class WorkAlreadyDefeated(Reverted):
    explanation = "the work {sha256Hash} of catalogue {assetId} has lost a dispute before"


class WorkNotInAsset(Reverted):
    explanation = (
        "the proof that the work {sha256Hash} is in {assetId} does not lead there: take it from the "
        "catalogue's document"
    )


class LicenseNotRevocable(Reverted):
    explanation = "the terms of license {licenseId} do not let a ruling revoke it"


class CannotCounterBond(Reverted):
    explanation = "case {caseId} is no dispute of an asset, or was answered by a bond before"


class NoEscrow(Reverted):
    explanation = "case {caseId} is no dispute of an asset: there is no escrow of its"


class EscrowNotOver(Reverted):
    explanation = (
        "a case that the escrow of case {caseId} waits for can be ruled on until {deadline:time}: wait"
    )


class NothingEscrowed(Reverted):
    explanation = "nothing of {token} for {payee} is in the escrow of case {caseId}"


# MultisigArbitrator.


class OwnersInvalid(Reverted):
    explanation = (
        "{owners} owners of whom {threshold} decide cannot be: 1 to {maximum} different ones, and no more "
        "votes than owners"
    )


class ChoicesInvalid(Reverted):
    explanation = "{choices} choices cannot be ruled on: 1 to {maximum} can"


class WrongFee(Reverted):
    explanation = "{sent} wei were sent, the arbitrator asks {asked}: send exactly that"


class NotOwner(Reverted):
    explanation = "{caller} is not an owner of the arbitrator, and has no vote"


class DisputeSolved(Reverted):
    explanation = "dispute {disputeID} is solved, its ruling {ruling} is final"


class DisputeWaiting(Reverted):
    explanation = "dispute {disputeID} is not solved yet: the owners have to vote"


class RulingInvalid(Reverted):
    explanation = "{ruling} is no choice of the dispute: 0 to {choices} are"


class AlreadyExecuted(Reverted):
    explanation = "the ruling on dispute {disputeID} was handed over before"


class RulingRefused(Reverted):
    explanation = "the contract that asked for a ruling on dispute {disputeID} refused it"


class NoAppeal(Reverted):
    explanation = "there is no appeal of dispute {disputeID}"


class NoFeesDue(Reverted):
    error = "NothingDue(owner)"
    explanation = "no fees are due to {owner}: all have been paid"
