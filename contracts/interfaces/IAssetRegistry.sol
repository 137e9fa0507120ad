// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseToken} from "./ILicenseToken.sol";
import {IRoyaltyVault} from "./IRoyaltyVault.sol";

/// @title Title deeds to works and to catalogues of works
/// @notice An asset is a *claim of title* to content: one work (the SHA-256 of its bytes) or a catalogue of works (the
/// root of a Merkle tree of such hashes). Each claim is an ERC-721 deed whose id binds the content **and** the
/// registrant, so nobody can block anybody's registration by sending the same hash first. A registration is dated
/// evidence, not truth: competing claims to one content stand side by side.
///
/// A *derivative* is registered under licenses of its parents that permit deriving. Its income goes to one vault, in which
/// each parent's payee was proven to hold the share that its license asks; so income flows up any number of levels, and
/// nothing on the way can be left out. Parents exist before their derivative: there are no cycles.
///
/// A deed's holder can: transfer it, cancel all standing offers on it, and license it (through `ILicenseToken`).
/// An ERC-721 approval lets a marketplace move the deed; it gives **no** right to license it.
/// A ruling of the dispute desk can end a deed's sales, and never move it.
/// Nobody can: change or remove a registration, move another's deed, upgrade or pause this contract.
///
/// Every audited log (three indexed parameters) is chained into `head()`, so that a reader of the logs can tell that none
/// was left out; `Approval`, `ApprovalForAll` and `MetadataUpdate` are not.
interface IAssetRegistry {
    /// @notice How a work came about, as its registrant says (IPTC's digital source types, in three words).
    enum Origin {
        Unstated,
        HumanMade,
        AiAssisted,
        AiGenerated
    }

    /// @notice What a registrant says of an asset.
    /// @param content A work's SHA-256, or a catalogue's Merkle root.
    /// @param works 0 where `content` is a single work's SHA-256; otherwise the number of works under the root.
    /// @param documentHash SHA-256 of the document at `uri` (a catalogue's list of works, a work's metadata); zero if none.
    /// @param uri Where that document can be fetched, at most 1,024 bytes; kept in the event only.
    /// @param origin How the work came about.
    struct Registration {
        bytes32 content;
        uint64 works;
        bytes32 documentHash;
        string uri;
        Origin origin;
    }

    /// @notice A license to derive, and the share that it asks.
    /// @param grant The license's terms; the registrant must hold it, and it must permit deriving now.
    /// @param conditions The offer's.
    /// @param share That the offer's payee holds `royaltyBps` of the derivative's split, or more; not read if it asks none.
    /// Parents stand in ascending order of their payees; one share serves those with the same payee, and holds their sum.
    /// @param approval Where the conditions ask for it: the signature of the parent deed's present holder over
    /// `DerivativeApproval(bytes32 licenseId,bytes32 content,address registrant)` in this contract's domain.
    struct Parent {
        ILicenseToken.Grant grant;
        ILicenseToken.Conditions conditions;
        IRoyaltyVault.Share share;
        bytes approval;
    }

    /// @notice What a work was made from.
    /// @param split Root of the derivative's split; its vault is `vaultOf(split, lineage)`, whose salt binds the parents'
    /// licenses: lineage = keccak256(abi.encode(license ids)).
    /// @param parents At most 16.
    /// @param sources Licenses that a model or tool was made or used under, which the registrant holds; at most 64.
    struct Derivation {
        bytes32 split;
        Parent[] parents;
        bytes32[] sources;
    }

    /// @notice One parent of a derivative, as the log has it.
    struct Lineage {
        bytes32 licenseId;
        bytes32 assetId;
        uint16 royaltyBps;
        IRoyaltyVault.Share share;
    }

    /// @notice What a deed's single storage slot says.
    /// @param holder The deed's present holder.
    /// @param epoch Offers must name the present epoch; every transfer and `cancelOffers` raises it, for ever.
    /// @param exclusiveUntil Unix seconds up to which an exclusive license runs; 0 if none was ever sold.
    /// @param parentsUntil A derivative's licenses end by then (unix seconds; 2^32 - 1 for never); 0 for an original.
    /// @param flags Bit set: 1 derivative, 2 reciprocal, 4 under a revenue ceiling, 8 disputed, 16 defeated.
    struct Deed {
        address holder;
        uint24 epoch;
        uint32 exclusiveUntil;
        uint32 parentsUntil;
        uint8 flags;
    }

    /// @notice What a derivative may sell, and where its income goes.
    /// @param vault The payee that every offer must name.
    /// @param uses Bit set of the uses that all its parents' licenses permit: no license of it permits more.
    /// @param ceilingCurrency The only currency it sells in, if it has a ceiling.
    /// @param revenueCeiling What its vault may have received, in that currency's units, before sales end; 0 for none.
    /// @param termsHash The rights document that every offer must name, if it is reciprocal; else 0.
    struct Derivative {
        address vault;
        uint32 uses;
        address ceilingCurrency;
        uint96 revenueCeiling;
        bytes32 termsHash;
    }

    /// @notice An asset was registered.
    event AssetRegistered(
        bytes32 indexed assetId,
        address indexed registrant,
        bytes32 indexed content,
        uint64 works,
        bytes32 documentHash,
        string uri,
        Origin origin
    );

    /// @notice An asset was registered as made from others, and under these licenses.
    event DerivativeRegistered(
        bytes32 indexed assetId,
        address indexed vault,
        bytes32 indexed split,
        uint32 uses,
        uint32 parentsUntil,
        Lineage[] parents,
        bytes32[] sources
    );

    /// @notice A derivative's parents' licenses were looked at again.
    event ParentsRefreshed(bytes32 indexed assetId, bytes32 indexed lineage, uint256 indexed parentsUntil);

    /// @notice A dispute changed a deed's flags.
    event DeedFlagged(bytes32 indexed assetId, uint256 indexed caseId, uint256 indexed flags);

    /// @notice The holder named the vault that resale royalties of the deed go to.
    event VaultPinned(bytes32 indexed assetId, address indexed vault, uint256 indexed resaleBps);

    /// @notice The holder cancelled all standing offers on the asset; `epoch` is the new one.
    event OffersCancelled(bytes32 indexed assetId, address indexed holder, uint256 indexed epoch);

    /// @notice An exclusive license was sold: no other sale until `until` (unix seconds).
    event ExclusiveGranted(bytes32 indexed assetId, bytes32 indexed licenseId, uint256 indexed until);

    /// @notice This registrant has registered this content before.
    error AssetAlreadyRegistered(bytes32 assetId, address registrant);
    /// @notice No deed has this id.
    error AssetNotRegistered(bytes32 assetId);
    /// @notice The content hash is zero.
    error ContentMissing();
    /// @notice A catalogue of `works` works was registered without its document, so nobody could ever prove a work of it.
    error CatalogDocumentMissing(uint64 works);
    /// @notice The URI has `length` bytes; at most `maximum` are allowed.
    error UriTooLong(uint256 length, uint256 maximum);
    /// @notice `caller` does not hold the deed; `holder` does.
    error NotDeedHolder(bytes32 assetId, address caller, address holder);
    /// @notice The signed registration could be submitted until `deadline` (unix seconds); it is now `timestamp`.
    error RegistrationExpired(uint256 deadline, uint256 timestamp);
    /// @notice The signature on a registration is not `registrant`'s.
    error RegistrationSignatureInvalid(address registrant);
    /// @notice Only the license token may record an exclusive sale.
    error NotLicenseToken(address caller);
    /// @notice Only the dispute desk may flag a deed.
    error NotDisputeDesk(address caller);
    /// @notice A derivative has 1 to `maximumParents` parents, or is made under 1 to `maximumSources` licenses, or both.
    error ParentsInvalid(uint256 parents, uint256 maximumParents, uint256 sources, uint256 maximumSources);
    /// @notice Parents must stand in ascending order of their payees.
    error ParentsNotSorted(bytes32 licenseId);
    /// @notice The registrant does not hold this license, or it does not permit `uses` now.
    error ParentLicenseInvalid(bytes32 licenseId, address registrant, uint32 uses);
    /// @notice The share is not of the split, not the payee's, or less than `neededBps` of the whole.
    error ParentShareTooSmall(bytes32 licenseId, address payee, uint256 neededBps);
    /// @notice The parent's holder did not approve of this derivative.
    error ApprovalInvalid(bytes32 licenseId, address holder);
    /// @notice Two reciprocal parents ask for different rights documents, or two ceilings are in different currencies.
    error ParentsIncompatible(bytes32 licenseId);
    /// @notice The asset is not a derivative, or has another split or other parents.
    error LineageUnknown(bytes32 assetId, bytes32 lineage);
    /// @notice A derivative's offer names its vault as payee.
    error PayeeNotVault(bytes32 assetId, address payee, address vault);
    /// @notice A derivative's license permits no more than its parents' licenses do.
    error UsesBeyondParents(bytes32 assetId, uint32 uses, uint32 permitted);
    /// @notice A derivative's license ends no later than its parents' licenses.
    error TermBeyondParents(bytes32 assetId, uint256 expires, uint256 parentsUntil);
    /// @notice A derivative under a revenue ceiling sells in the ceiling's currency only.
    error CurrencyNotCeilings(bytes32 assetId, address currency, address expected);
    /// @notice The derivative's vault would have received more than its parents' licenses allow.
    error RevenueCeilingReached(bytes32 assetId, uint256 revenue, uint256 ceiling);
    /// @notice A derivative of reciprocal parents is licensed on their rights document.
    error TermsNotReciprocal(bytes32 assetId, bytes32 termsHash, bytes32 expected);
    /// @notice A share above 10,000 basis points.
    error ResaleInvalid(uint256 resaleBps);

    /// @notice Registers an asset for the caller, who receives its deed.
    /// @return assetId `assetIdOf(registration.content, msg.sender)`.
    function register(Registration calldata registration) external returns (bytes32 assetId);

    /// @notice Registers an asset for `registrant` on their EIP-712 signature (or EIP-1271 contract's approval): anyone
    /// may pay the gas. Replay is harmless, since an asset can be registered only once.
    /// @param deadline Unix seconds after which the signature is void.
    /// @param signature Over `Registration(address registrant,bytes32 content,uint64 works,bytes32 documentHash,string
    /// uri,uint8 origin,uint256 deadline)` in this contract's domain.
    function registerFor(
        address registrant,
        Registration calldata registration,
        uint256 deadline,
        bytes calldata signature
    ) external returns (bytes32 assetId);

    /// @notice Registers a work of the caller's that was made from others', or with tools licensed from others.
    function registerDerivative(Registration calldata registration, Derivation calldata derivation)
        external
        returns (bytes32 assetId);

    /// @notice Takes a derivative's parents' licenses as they are now: renewed ones extend what it may sell, revoked ones
    /// end it. Anybody may call.
    /// @param split Root of the derivative's split.
    /// @param licenseIds Its parents' licenses, as registered.
    function refreshParents(bytes32 assetId, bytes32 split, bytes32[] calldata licenseIds) external;

    /// @notice Names where a share of the deed's resale should go, for markets that ask (ERC-2981). Only the holder may; a
    /// derivative's vault stays what it is.
    function pinVault(bytes32 assetId, address vault, uint16 resaleBps) external;

    /// @notice Sets which of `DISPUTED` (8) and `DEFEATED` (16) a deed bears. Only the dispute desk may.
    function flag(bytes32 assetId, uint8 flags, uint256 caseId) external;

    /// @notice Voids every standing offer on the asset by raising its epoch. Only the holder may.
    function cancelOffers(bytes32 assetId) external returns (uint24 epoch);

    /// @notice Records that an exclusive license runs until `until`. Only the license token may.
    function grantExclusive(bytes32 assetId, bytes32 licenseId, uint32 until) external;

    /// @notice What the deed's single storage slot says. Reverts with `AssetNotRegistered`.
    function deed(bytes32 assetId) external view returns (Deed memory);

    /// @notice The slot itself: holder (160 bits) ‖ epoch (24) ‖ exclusiveUntil (32) ‖ parentsUntil (32) ‖ flags (8), from
    /// the low end. Reverts with `AssetNotRegistered`.
    function deedState(bytes32 assetId) external view returns (uint256);

    /// @notice What a derivative may sell; zeros for an original, but for a vault that was pinned.
    function derivative(bytes32 assetId) external view returns (Derivative memory);

    /// @notice Reverts unless the derivative's parents allow a sale, before it is paid: of licenses with these uses that end
    /// at `expires`, on these terms, for `amount` of `currency` to `payee`.
    function checkSale(
        bytes32 assetId,
        address payee,
        uint32 uses,
        uint256 expires,
        address currency,
        uint256 amount,
        bytes32 termsHash
    ) external view;

    /// @notice keccak256(abi.encode(content, registrant)).
    function assetIdOf(bytes32 content, address registrant) external pure returns (bytes32);

    /// @notice Rolling head of this contract's audited logs: 40 bits of count, 216 bits of hash (see `RollingHead`).
    function head() external view returns (bytes32);

    /// @notice The only contract that sells licenses of these assets.
    function licenseToken() external view returns (address);

    /// @notice The factory of the royalty vaults.
    function vaultFactory() external view returns (address);

    /// @notice Where use is reported and metered licenses are paid.
    function usageLedger() external view returns (address);

    /// @notice Where periods' payouts wait until nobody contests them.
    function statementEscrow() external view returns (address);

    /// @notice Where deeds, works of a catalogue, and licenses are disputed.
    function disputeDesk() external view returns (address);

    /// @notice The block this contract was deployed in: an auditor starts there.
    function deploymentBlock() external view returns (uint256);
}
