// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What ERC-8432 asks of a registry of works and licenses, answered from Licet
/// @notice The view functions of the draft's `IIPAssetRegistry` and `ITermsRegistry`, as of its revision with the interface
/// ids 0x72117f80 and 0x38c7f550. Nothing is registered, sold or changed here: that happens in `IAssetRegistry` and
/// `ILicenseToken`. So `supportsInterface` (ERC-165) names this interface's own id, and
/// neither of the draft's.
///
/// An *asset* is a deed of Licet, and has its id. An *agreement* is a license, and has its id, which proves the offer that it
/// was sold on; the draft would count agreements instead. Both are ERC-721 tokens, so both are bound ones here.
///
/// What Licet does not keep on chain cannot be said. Where the draft has a word for "none", and none is the truth, that word
/// is the answer; where none would be a lie, the call reverts with `NotEnumerable`. An asset or agreement that does not exist
/// is answered as the draft says, and never reverts.
interface IErc8432Views {
    enum AssetTokenization {
        NONE,
        ERC721
    }

    enum AgreementTokenization {
        NONE,
        ERC721
    }

    enum AgreementCreationMode {
        GRANT,
        ACQUIRE
    }

    enum Ternary {
        UNSPECIFIED,
        YES,
        NO
    }

    enum FeeModel {
        UNSPECIFIED,
        FREE,
        ONE_TIME,
        RECURRING,
        USAGE_BASED,
        EXTERNAL
    }

    struct Author {
        address author;
        uint256 shareNumerator;
    }

    struct ParentRef {
        uint256 chainId;
        address registry;
        bytes32 assetId;
    }

    struct DerivationAttestation {
        ParentRef[] parents;
        address issuer;
        bytes signature;
        bytes metadata;
        bytes32 registrationHash;
    }

    struct RightsSummary {
        Ternary commercialUse;
        Ternary derivativesAllowed;
        Ternary attributionRequired;
        FeeModel feeModel;
    }

    struct LicenseTerms {
        uint64 expiry;
        uint64 duration;
        bool transferable;
        bool revocable;
        bool sublicensable;
        bool exclusive;
        bytes32 jurisdictionScope;
        RightsSummary rights;
        string uri;
        bytes32 contentHash;
        bytes32 termsType;
        bytes rightsData;
    }

    struct RegistrationParams {
        bytes32 salt;
        address owner;
        Author[] authors;
        uint256 sharesDenominator;
        bytes32 assetType;
        AssetTokenization tokenization;
        address tokenCollection;
        uint256 tokenId;
        string metadataURI;
        bytes32 contentHash;
        DerivationAttestation derivationAttestation;
    }

    struct AgreementEvidence {
        address licensor;
        address createdBy;
        address initialLicensee;
        uint64 createdAt;
        AgreementCreationMode creationMode;
        bytes32 licenseParamsHash;
        bytes32 acceptanceHash;
    }

    /// @notice Licet keeps no list of an asset's licenses on chain; the logs (`Sold`) do.
    error NotEnumerable(bytes32 assetId);
    /// @notice Licet's terms are offers, which are shown and proven by hash, and not stored.
    error TermsUnknown(bytes32 termsId);

    // ---- assets ----

    /// @notice Whether there is a deed with this id.
    function assetExists(bytes32 assetId) external view returns (bool);

    /// @notice EIP-155 id of the chain that this contract was deployed on.
    function chainId() external view returns (uint256);

    /// @notice The deed's holder; zero for no deed.
    function ownerOf(bytes32 assetId) external view returns (address);

    /// @notice Nobody: Licet names a registrant and payees, and no authors.
    function authorsOf(bytes32 assetId) external view returns (Author[] memory authors, uint256 sharesDenominator);

    /// @notice The deed, as a token of the registry; zeros for no deed.
    function tokenizationOf(bytes32 assetId)
        external
        view
        returns (AssetTokenization tokenization, address tokenCollection, uint256 tokenId);

    /// @notice Zero: Licet does not tell types of works apart.
    function assetTypeOf(bytes32 assetId) external view returns (bytes32);

    /// @notice The deed's own metadata (a `data:` URI). The content's hash is 0, as the draft allows for a bound asset: Licet's
    /// is a SHA-256, which stands in the log and in the asset's id.
    function metadataOf(bytes32 assetId) external view returns (string memory metadataURI, bytes32 contentHash);

    /// @notice Absent: Licet proves a derivative's parents by their licenses, which is more than a signed statement and has
    /// another form (`IAssetRegistry.DerivativeRegistered`).
    function derivationAttestationOf(bytes32 assetId) external view returns (DerivationAttestation memory);

    /// @notice None: offers are signed off chain, or published in a log.
    function attachedTermsOf(bytes32 assetId)
        external
        view
        returns (bytes32[] memory termsIds, bytes[] memory attachmentParameters);

    /// @notice 0 for no deed; else reverts with `NotEnumerable`.
    function agreementCountOf(bytes32 assetId) external view returns (uint256);

    /// @notice 0 for no deed; else reverts with `NotEnumerable`.
    function agreementAtIndex(bytes32 assetId, uint256 index) external view returns (bytes32 agreementId);

    /// @notice Nothing for no deed; else reverts with `NotEnumerable`.
    function activeAgreementsOf(bytes32 assetId, uint256 cursor, uint256 limit)
        external
        view
        returns (bytes32[] memory agreementIds, uint256 nextCursor);

    /// @notice Nothing for no deed; else reverts with `NotEnumerable`.
    function activeAgreementsOf(bytes32 assetId, address party, uint256 cursor, uint256 limit)
        external
        view
        returns (bytes32[] memory agreementIds, uint256 nextCursor);

    // ---- claims ----

    /// @notice Absent: Licet keeps no third parties' claims.
    function getClaim(bytes32 assetId, bytes32 topicId, address issuer)
        external
        view
        returns (bytes memory data, bytes memory signature, uint64 timestamp, bool revoked);

    /// @notice Nobody.
    function getClaimIssuers(bytes32 assetId, bytes32 topicId) external view returns (address[] memory);

    /// @notice False: whom to trust is the reader's choice.
    function isTrustedIssuer(bytes32 topicId, address issuer) external view returns (bool);

    // ---- terms ----

    /// @notice False: none are stored.
    function termsExists(bytes32 termsId) external view returns (bool);

    /// @notice Reverts with `TermsUnknown`.
    function getTerms(bytes32 termsId) external view returns (LicenseTerms memory);

    // ---- agreements ----

    /// @notice What a license's slot says, and its asset, if its terms were pinned (`ILicenseToken.pin`); all zero for no
    /// license.
    /// @return assetId The asset licensed; 0 until it is pinned. A sublicense has its license's.
    /// @return termsId 0: not stored.
    /// @return party 0: the holder of the token, see `getLicensee`.
    /// @return agreementTokenization Bound to an ERC-721 token.
    /// @return agreementCollection The license token.
    /// @return agreementTokenId The license's id.
    /// @return evidence When: the first second of the day (UTC) of the sale. How: a sublicense was granted, all others were
    /// acquired on an offer. Who, and on what parameters, stands in the log alone, and is 0 here.
    /// @return expiry Unix second from which it permits nothing; 0 for perpetual. Of a revoked license, when that was. A renewal
    /// puts it off.
    /// @return transferable Whether it is not bound to its holder.
    /// @return revocable False: a licensor takes nothing back at will, but only for a cause that its terms state.
    function agreementOf(bytes32 agreementId)
        external
        view
        returns (
            bytes32 assetId,
            bytes32 termsId,
            address party,
            AgreementTokenization agreementTokenization,
            address agreementCollection,
            uint256 agreementTokenId,
            AgreementEvidence memory evidence,
            uint64 expiry,
            bool transferable,
            bool revocable
        );

    /// @notice The license's holder; zero for no license.
    function getLicensee(bytes32 agreementId) external view returns (address);

    /// @notice Whether the license permits its uses now: not expired, not revoked; a metered one's deposit is open and not
    /// spent, a sublicense's license permits them, too.
    function isAgreementActive(bytes32 agreementId) external view returns (bool);

    /// @notice Whether `party` holds the license, it permits its uses now, and it is one of `assetId`: false until its terms
    /// were pinned, since only they tell the asset. Says nothing of what it permits: ask `ILicenseToken.permits`.
    function isActiveAgreementHolder(bytes32 agreementId, bytes32 assetId, address party) external view returns (bool);

    // ---- may this be done here? No: ("READ_ONLY" in ASCII) ----

    /// @notice (false, "READ_ONLY"): works are registered in the registry.
    function canRegister(address registrant, RegistrationParams calldata params)
        external
        view
        returns (bool ok, bytes32 reason);

    /// @notice (false, "READ_ONLY"): a registration never changes.
    function canUpdateMetadata(bytes32 assetId, string calldata newURI) external view returns (bool ok, bytes32 reason);

    /// @notice (false, "READ_ONLY"): deeds move as tokens.
    function canTransferAsset(bytes32 assetId, address from, address to) external view returns (bool ok, bytes32 reason);

    /// @notice (false, "READ_ONLY"): licenses move as tokens.
    function canTransferAgreement(bytes32 agreementId, address from, address to)
        external
        view
        returns (bool ok, bytes32 reason);

    /// @notice (false, "READ_ONLY"): offers are signed, or published in the license token.
    function canAttachTerms(bytes32 assetId, bytes32 termsId, bytes calldata attachmentParameters)
        external
        view
        returns (bool ok, bytes32 reason);

    /// @notice (false, "READ_ONLY"): offers are cancelled in the license token.
    function canDetachTerms(bytes32 assetId, bytes32 termsId) external view returns (bool ok, bytes32 reason);

    /// @notice (false, "READ_ONLY"): licenses are bought from the license token.
    function canLicense(
        bytes32 assetId,
        bytes32 termsId,
        address acquirer,
        bytes calldata licenseParams,
        bytes32 acceptanceHash
    ) external view returns (bool ok, bytes32 reason);

    /// @notice (false, "READ_ONLY"): licenses are revoked in the license token, for cause.
    function canRevoke(bytes32 agreementId, address caller, bytes32 reason)
        external
        view
        returns (bool ok, bytes32 denialReason);

    /// @notice (false, "READ_ONLY"): a license that permits deriving is asked for when a derivative is registered.
    function canDerive(bytes32 parentAssetId, address deriver) external view returns (bool ok, bytes32 reason);
}
