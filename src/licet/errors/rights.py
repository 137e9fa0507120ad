# ruff: noqa: D101 - an error's explanation is its text
"""Refusals of the asset registry and the license token."""

from licet.errors.reverted import Reverted

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


class NotDisputeDesk(Reverted):
    explanation = "{caller} is not the dispute desk, which alone flags deeds"


class ParentsInvalid(Reverted):
    explanation = (
        "{parents} parents and {sources} sources were named: a derivative has 1 to {maximumParents} "
        "parents, or is made under 1 to {maximumSources} licenses, or both"
    )


class ParentsNotSorted(Reverted):
    explanation = (
        "the parent with license {licenseId} stands out of order: sort the parents by their offers' "
        "payees, ascending"
    )


class ParentLicenseInvalid(Reverted):
    explanation = (
        "{registrant} does not hold license {licenseId}, or it does not permit the uses {uses} now: buy "
        "one that permits deriving, or renew it"
    )


class ParentShareTooSmall(Reverted):
    explanation = (
        "license {licenseId} asks {neededBps} basis points for {payee}, and the split does not prove so "
        "much: give them that share of the derivative's split, in one leaf"
    )


class ApprovalInvalid(Reverted):
    explanation = (
        "license {licenseId} asks for the approval of {holder}, who holds the parent's deed: have them "
        "sign this very content for this registrant"
    )


class ParentsIncompatible(Reverted):
    explanation = (
        "license {licenseId} does not go together with another parent's: both are reciprocal on different "
        "rights documents, or have ceilings in different currencies"
    )


class LineageUnknown(Reverted):
    explanation = (
        "asset {assetId} is no derivative with this split and these parents' licenses (lineage {lineage}): "
        "take both from its registration, in its order"
    )


class PayeeNotVault(Reverted):
    explanation = (
        "the offer of derivative {assetId} pays {payee}: it must pay the vault {vault}, where the parents "
        "have their shares"
    )


class UsesBeyondParents(Reverted):
    explanation = (
        "licenses of derivative {assetId} permit at most the uses {permitted} of its parents' licenses, "
        "not {uses}"
    )


class TermBeyondParents(Reverted):
    explanation = (
        "a license of derivative {assetId} would run until {expires:time}, its parents' licenses end at "
        "{parentsUntil:time}: offer a shorter one, or renew those and refresh the parents"
    )


class CurrencyNotCeilings(Reverted):
    explanation = (
        "derivative {assetId} has a revenue ceiling in {expected} and sells in that currency only, not in "
        "{currency}"
    )


class RevenueCeilingReached(Reverted):
    explanation = (
        "with this sale the vault of derivative {assetId} would have received {revenue}, its parents' "
        "licenses allow {ceiling}: license the parents anew"
    )


class TermsNotReciprocal(Reverted):
    explanation = (
        "derivative {assetId} is licensed on the rights document {expected} of its parents only, not on "
        "{termsHash}"
    )


class ResaleInvalid(Reverted):
    explanation = "a resale royalty of {resaleBps} basis points is more than the whole: at most 10000"


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
        "offer {offerHash} has the price {price} and is of kind {kind} (1 is free): "
        "a price of 0 must be marked free, and no other"
    )


class OfferUsesMissing(Reverted):
    explanation = "offer {offerHash} permits no use: name at least one"


class OfferUriTooLong(Reverted):
    explanation = "the terms' URI of offer {offerHash} has {length} bytes, at most {maximum} are allowed"


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
    explanation = "{sent} wei were sent, {asked} are asked: send exactly that"


class QuantityInvalid(Reverted):
    explanation = (
        "{quantity} licenses were asked for at once, of this offer it is 1 to {maximum}: split the order"
    )


class BasketSizeInvalid(Reverted):
    explanation = "{orders} orders were put into one basket, it takes 1 to {maximum}: split them"


class GasTooLow(Reverted):
    explanation = (
        "{left} gas was left for a call that may need {needed}: send more, or put fewer orders into a basket"
    )


class NothingToAuthorize(Reverted):
    explanation = "license {licenseId} costs nothing, so nobody has to authorize a payment: buy it directly"


class PaymentNotReceived(Reverted):
    explanation = (
        "{received} of {expected} arrived in the currency {currency}: send all of it, "
        "and do not trust a currency that says it paid what did not arrive"
    )


class NotSelf(Reverted):
    explanation = "{caller} called a function that only the license token calls itself: use `buyBasket`"


class OfferKindInvalid(Reverted):
    explanation = (
        "offer {offerHash} is of kind {kind} (2 subscription, 3 metered): a subscription needs a duration, "
        "and a metered license is bound to its licensee"
    )


class ConditionsInvalid(Reverted):
    explanation = "the conditions {conditions} have a share of more than 10000 basis points"


class ConditionsUnknown(Reverted):
    explanation = (
        "the conditions shown have the hash {conditions}, the offer's have {expected}: take those that "
        "came with the offer"
    )


class CeilingInDispute(Reverted):
    explanation = (
        "asset {assetId} is under a revenue ceiling and disputed: what is escrowed could not be counted; "
        "wait for the ruling, or for the holder's counter-bond"
    )


class AssetDefeated(Reverted):
    explanation = (
        "the deed of {assetId} lost a dispute: nothing more is sold on it; look for the rightful claim"
    )


class NotRenewable(Reverted):
    explanation = "license {licenseId} is no subscription, and cannot be renewed: buy another"


class LicenseRevoked(Reverted):
    explanation = "license {licenseId} was revoked, and comes back by nothing: buy another"


class LicenseExpired(Reverted):
    explanation = "license {licenseId} expired at {expires:time}: buy another"


class CauseInvalid(Reverted):
    explanation = (
        "{cause} is no cause to revoke license {licenseId}: its terms do not know it, or it has not come "
        "about; name the dispute that was upheld, or 0 for use that was not reported in time"
    )


class NotLicensee(Reverted):
    explanation = "{caller} does not hold license {licenseId}, {holder} does: sign with the holder's key"


class NotSublicensable(Reverted):
    explanation = "license {licenseId} allows no sublicenses: its terms do not, or it is one itself"


class SublicenseTooWide(Reverted):
    explanation = (
        "a sublicense of {licenseId} for the uses {uses} until {expires:time} is wider or longer than the "
        "license, or empty"
    )


# The adapter for ERC-8432.


class NotEnumerable(Reverted):
    explanation = (
        "the chain keeps no list of the licenses of {assetId}: read the log `Sold`, or ask an auditor"
    )


class TermsUnknown(Reverted):
    explanation = "the terms {termsId} are not stored on chain: show the offer, whose hash proves them"
