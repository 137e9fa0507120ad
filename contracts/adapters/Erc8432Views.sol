// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC721} from "solady/tokens/ERC721.sol";

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {IErc8432Views} from "../interfaces/IErc8432Views.sol";
import {ILicenseToken} from "../interfaces/ILicenseToken.sol";

/// @title Licet, read as ERC-8432 asks
/// @notice See `IErc8432Views`.
/// @dev Keeps nothing and is trusted by nobody: anyone may deploy it, for any deployment of Licet.
contract Erc8432Views is IErc8432Views {
    bytes4 private constant ERC165 = 0x01ffc9a7;
    bytes32 private constant READ_ONLY = "READ_ONLY";
    uint40 private constant PERPETUAL = type(uint40).max;

    /// @inheritdoc IErc8432Views
    uint256 public immutable chainId;
    IAssetRegistry private immutable _registry;
    ILicenseToken private immutable _licenses;

    constructor(address registry_) {
        chainId = block.chainid;
        _registry = IAssetRegistry(registry_);
        _licenses = ILicenseToken(_registry.licenseToken());
    }

    // ---- assets ----

    /// @inheritdoc IErc8432Views
    function assetExists(bytes32 assetId) public view returns (bool) {
        return ownerOf(assetId) != address(0);
    }

    /// @inheritdoc IErc8432Views
    function ownerOf(bytes32 assetId) public view returns (address) {
        try _registry.deed(assetId) returns (IAssetRegistry.Deed memory deed) {
            return deed.holder;
        } catch {
            return address(0);
        }
    }

    /// @inheritdoc IErc8432Views
    function authorsOf(bytes32) external pure returns (Author[] memory authors, uint256 sharesDenominator) {}

    /// @inheritdoc IErc8432Views
    function tokenizationOf(bytes32 assetId)
        external
        view
        returns (AssetTokenization tokenization, address tokenCollection, uint256 tokenId)
    {
        if (assetExists(assetId)) return (AssetTokenization.ERC721, address(_registry), uint256(assetId));
    }

    /// @inheritdoc IErc8432Views
    function assetTypeOf(bytes32) external pure returns (bytes32) {
        return 0;
    }

    /// @inheritdoc IErc8432Views
    function metadataOf(bytes32 assetId) external view returns (string memory, bytes32) {
        return (assetExists(assetId) ? ERC721(address(_registry)).tokenURI(uint256(assetId)) : "", 0);
    }

    /// @inheritdoc IErc8432Views
    function derivationAttestationOf(bytes32) external pure returns (DerivationAttestation memory absent) {}

    /// @inheritdoc IErc8432Views
    function attachedTermsOf(bytes32)
        external
        pure
        returns (bytes32[] memory termsIds, bytes[] memory attachmentParameters)
    {}

    /// @inheritdoc IErc8432Views
    function agreementCountOf(bytes32 assetId) external view returns (uint256) {
        _checkNone(assetId);
        return 0;
    }

    /// @inheritdoc IErc8432Views
    function agreementAtIndex(bytes32 assetId, uint256) external view returns (bytes32) {
        _checkNone(assetId);
        return 0;
    }

    /// @inheritdoc IErc8432Views
    function activeAgreementsOf(bytes32 assetId, uint256, uint256) external view returns (bytes32[] memory, uint256) {
        _checkNone(assetId);
        return (new bytes32[](0), 0);
    }

    /// @inheritdoc IErc8432Views
    function activeAgreementsOf(bytes32 assetId, address, uint256, uint256)
        external
        view
        returns (bytes32[] memory, uint256)
    {
        _checkNone(assetId);
        return (new bytes32[](0), 0);
    }

    // ---- claims ----

    /// @inheritdoc IErc8432Views
    function getClaim(bytes32, bytes32, address)
        external
        pure
        returns (bytes memory data, bytes memory signature, uint64 timestamp, bool revoked)
    {}

    /// @inheritdoc IErc8432Views
    function getClaimIssuers(bytes32, bytes32) external pure returns (address[] memory none) {}

    /// @inheritdoc IErc8432Views
    function isTrustedIssuer(bytes32, address) external pure returns (bool) {
        return false;
    }

    // ---- terms ----

    /// @inheritdoc IErc8432Views
    function termsExists(bytes32) external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IErc8432Views
    function getTerms(bytes32 termsId) external pure returns (LicenseTerms memory) {
        revert TermsUnknown(termsId);
    }

    // ---- agreements ----

    /// @inheritdoc IErc8432Views
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
        )
    {
        (bool exists, ILicenseToken.License memory license) = _license(agreementId);
        if (exists) {
            assetId = _assetOf(agreementId, license);
            agreementTokenization = AgreementTokenization.ERC721;
            agreementCollection = address(_licenses);
            agreementTokenId = uint256(agreementId);
            evidence.createdAt = uint64(license.soldOn) * 1 days;
            evidence.creationMode = license.sublicense ? AgreementCreationMode.GRANT : AgreementCreationMode.ACQUIRE;
            expiry = license.expires == PERPETUAL ? 0 : license.expires;
            transferable = !license.bound;
        }
        // What only the logs tell stays zero.
        return (
            assetId,
            termsId,
            party,
            agreementTokenization,
            agreementCollection,
            agreementTokenId,
            evidence,
            expiry,
            transferable,
            revocable
        );
    }

    /// @inheritdoc IErc8432Views
    function getLicensee(bytes32 agreementId) external view returns (address) {
        (, ILicenseToken.License memory license) = _license(agreementId);
        return license.holder;
    }

    /// @inheritdoc IErc8432Views
    function isAgreementActive(bytes32 agreementId) external view returns (bool) {
        (bool exists, ILicenseToken.License memory license) = _license(agreementId);
        return exists && _permits(agreementId, license.uses);
    }

    /// @inheritdoc IErc8432Views
    function isActiveAgreementHolder(bytes32 agreementId, bytes32 assetId, address party) external view returns (bool) {
        (bool exists, ILicenseToken.License memory license) = _license(agreementId);
        return exists && license.holder == party && assetId != 0 && _assetOf(agreementId, license) == assetId
            && _permits(agreementId, license.uses);
    }

    // ---- may this be done here? ----

    /// @inheritdoc IErc8432Views
    function canRegister(address, RegistrationParams calldata) external pure returns (bool, bytes32) {
        return (false, READ_ONLY);
    }

    /// @inheritdoc IErc8432Views
    function canUpdateMetadata(bytes32, string calldata) external pure returns (bool, bytes32) {
        return (false, READ_ONLY);
    }

    /// @inheritdoc IErc8432Views
    function canTransferAsset(bytes32, address, address) external pure returns (bool, bytes32) {
        return (false, READ_ONLY);
    }

    /// @inheritdoc IErc8432Views
    function canTransferAgreement(bytes32, address, address) external pure returns (bool, bytes32) {
        return (false, READ_ONLY);
    }

    /// @inheritdoc IErc8432Views
    function canAttachTerms(bytes32, bytes32, bytes calldata) external pure returns (bool, bytes32) {
        return (false, READ_ONLY);
    }

    /// @inheritdoc IErc8432Views
    function canDetachTerms(bytes32, bytes32) external pure returns (bool, bytes32) {
        return (false, READ_ONLY);
    }

    /// @inheritdoc IErc8432Views
    function canLicense(bytes32, bytes32, address, bytes calldata, bytes32) external pure returns (bool, bytes32) {
        return (false, READ_ONLY);
    }

    /// @inheritdoc IErc8432Views
    function canRevoke(bytes32, address, bytes32) external pure returns (bool, bytes32) {
        return (false, READ_ONLY);
    }

    /// @inheritdoc IErc8432Views
    function canDerive(bytes32, address) external pure returns (bool, bytes32) {
        return (false, READ_ONLY);
    }

    /// @notice ERC-165: itself, and `IErc8432Views`. The draft's own two ids stand for functions that change things as well.
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == ERC165 || interfaceId == type(IErc8432Views).interfaceId;
    }

    function _license(bytes32 licenseId) private view returns (bool, ILicenseToken.License memory license) {
        try _licenses.license(licenseId) returns (ILicenseToken.License memory found) {
            return (true, found);
        } catch {
            return (false, license);
        }
    }

    /// @dev A sublicense's terms are pinned with its license's.
    function _assetOf(bytes32 licenseId, ILicenseToken.License memory license) private view returns (bytes32) {
        return _licenses.pinned(license.sublicense ? _licenses.parentOf(licenseId) : licenseId).assetId;
    }

    /// @dev The draft's views never revert, whatever a metered license's currency does.
    function _permits(bytes32 licenseId, uint32 uses) private view returns (bool) {
        try _licenses.permits(licenseId, uses) returns (bool permitted) {
            return permitted;
        } catch {
            return false;
        }
    }

    /// @dev A deed's licenses cannot be listed; where there is no deed, there are none.
    function _checkNone(bytes32 assetId) private view {
        if (assetExists(assetId)) revert NotEnumerable(assetId);
    }
}
