// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Title deeds to works and to catalogues of works
/// @notice An asset is a *claim of title* to content: one work (the SHA-256 of its bytes) or a catalogue of works (the
/// root of a Merkle tree of such hashes). Each claim is an ERC-721 deed whose id binds the content **and** the
/// registrant, so nobody can block anybody's registration by sending the same hash first. A registration is dated
/// evidence, not truth: competing claims to one content stand side by side.
///
/// A deed's holder can: transfer it, cancel all standing offers on it, and license it (through `ILicenseToken`).
/// An ERC-721 approval lets a marketplace move the deed; it gives **no** right to license it.
/// Nobody can: change or remove a registration, move another's deed, upgrade or pause this contract.
///
/// Every log but `Approval` and `ApprovalForAll` is chained into `head()`, so that a reader of the logs can tell that
/// none was left out.
interface IAssetRegistry {
    /// @notice What a registrant says of an asset.
    /// @param content A work's SHA-256, or a catalogue's Merkle root.
    /// @param works 0 where `content` is a single work's SHA-256; otherwise the number of works under the root.
    /// @param documentHash SHA-256 of the document at `uri` (a catalogue's list of works, a work's metadata); zero if none.
    /// @param uri Where that document can be fetched, at most 1,024 bytes; kept in the event only.
    struct Registration {
        bytes32 content;
        uint64 works;
        bytes32 documentHash;
        string uri;
    }

    /// @notice An asset was registered.
    event AssetRegistered(
        bytes32 indexed assetId,
        address indexed registrant,
        bytes32 indexed content,
        uint64 works,
        bytes32 documentHash,
        string uri
    );

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

    /// @notice Registers an asset for the caller, who receives its deed.
    /// @return assetId `assetIdOf(registration.content, msg.sender)`.
    function register(Registration calldata registration) external returns (bytes32 assetId);

    /// @notice Registers an asset for `registrant` on their EIP-712 signature (or EIP-1271 contract's approval): anyone
    /// may pay the gas. Replay is harmless, since an asset can be registered only once.
    /// @param deadline Unix seconds after which the signature is void.
    /// @param signature Over `Registration(address registrant,bytes32 content,uint64 works,bytes32 documentHash,string
    /// uri,uint256 deadline)` in this contract's domain.
    function registerFor(
        address registrant,
        Registration calldata registration,
        uint256 deadline,
        bytes calldata signature
    ) external returns (bytes32 assetId);

    /// @notice Voids every standing offer on the asset by raising its epoch. Only the holder may.
    function cancelOffers(bytes32 assetId) external returns (uint24 epoch);

    /// @notice Records that an exclusive license runs until `until`. Only the license token may.
    function grantExclusive(bytes32 assetId, bytes32 licenseId, uint32 until) external;

    /// @notice What the deed's single storage slot says. Reverts with `AssetNotRegistered`.
    /// @return holder The deed's present holder.
    /// @return epoch Offers must name the present epoch; every transfer and `cancelOffers` raises it, for ever.
    /// @return exclusiveUntil Unix seconds up to which an exclusive license runs; 0 if none was ever sold.
    function deedState(bytes32 assetId) external view returns (address holder, uint24 epoch, uint32 exclusiveUntil);

    /// @notice keccak256(abi.encode(content, registrant)).
    function assetIdOf(bytes32 content, address registrant) external pure returns (bytes32);

    /// @notice Rolling head of this contract's audited logs: 40 bits of count, 216 bits of hash (see `RollingHead`).
    function head() external view returns (bytes32);

    /// @notice The only contract that sells licenses of these assets.
    function licenseToken() external view returns (address);

    /// @notice The factory of the royalty vaults.
    function vaultFactory() external view returns (address);

    /// @notice The block this contract was deployed in: an auditor starts there.
    function deploymentBlock() external view returns (uint256);
}
