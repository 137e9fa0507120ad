// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC721} from "solady/tokens/ERC721.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {LibString} from "solady/utils/LibString.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {RollingHead} from "./libraries/RollingHead.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TokenDocument} from "./libraries/TokenDocument.sol";

/// @title Title deeds to works and to catalogues of works
/// @notice See `IAssetRegistry`.
contract AssetRegistry is IAssetRegistry, ERC721, EIP712 {
    using RollingHead for bytes32;

    uint256 private constant MAX_URI = 1024;
    /// @dev keccak256 of "Registration(address registrant,bytes32 content,uint64 works,bytes32 documentHash,string
    /// uri,uint256 deadline)"; a test compares.
    bytes32 private constant REGISTRATION_TYPEHASH = 0xd636aa54e804afe74a428804144afcfb24d56e03b86e3d8ca516338e0f522497;

    /// @inheritdoc IAssetRegistry
    address public immutable licenseToken;
    /// @inheritdoc IAssetRegistry
    address public immutable vaultFactory;
    /// @inheritdoc IAssetRegistry
    uint256 public immutable deploymentBlock;

    /// @inheritdoc IAssetRegistry
    bytes32 public head;

    /// @param licenseToken_ Where the license token will be deployed: it and this contract name each other.
    constructor(address licenseToken_, address vaultFactory_) {
        licenseToken = licenseToken_;
        vaultFactory = vaultFactory_;
        deploymentBlock = block.number;
    }

    /// @inheritdoc IAssetRegistry
    function register(Registration calldata registration) external returns (bytes32) {
        return _register(msg.sender, registration);
    }

    /// @inheritdoc IAssetRegistry
    function registerFor(
        address registrant,
        Registration calldata registration,
        uint256 deadline,
        bytes calldata signature
    ) external returns (bytes32) {
        if (block.timestamp > deadline) revert RegistrationExpired(deadline, block.timestamp);
        bytes32 digest = _hashTypedData(
            keccak256(
                abi.encode(
                    REGISTRATION_TYPEHASH,
                    registrant,
                    registration.content,
                    registration.works,
                    registration.documentHash,
                    keccak256(bytes(registration.uri)),
                    deadline
                )
            )
        );
        if (!Signatures.valid(signature, registrant, digest)) revert RegistrationSignatureInvalid(registrant);
        return _register(registrant, registration);
    }

    /// @inheritdoc IAssetRegistry
    function cancelOffers(bytes32 assetId) external returns (uint24 epoch) {
        address holder;
        uint32 exclusiveUntil;
        (holder, epoch, exclusiveUntil) = deedState(assetId);
        if (msg.sender != holder) revert NotDeedHolder(assetId, msg.sender, holder);
        _setState(assetId, ++epoch, exclusiveUntil);
        head = head.log(
            OffersCancelled.selector, assetId, bytes32(uint256(uint160(msg.sender))), bytes32(uint256(epoch)), ""
        );
    }

    /// @inheritdoc IAssetRegistry
    function grantExclusive(bytes32 assetId, bytes32 licenseId, uint32 until) external {
        if (msg.sender != licenseToken) revert NotLicenseToken(msg.sender);
        (, uint24 epoch,) = deedState(assetId);
        _setState(assetId, epoch, until);
        head = head.log(ExclusiveGranted.selector, assetId, licenseId, bytes32(uint256(until)), "");
    }

    /// @inheritdoc IAssetRegistry
    function deedState(bytes32 assetId) public view returns (address holder, uint24 epoch, uint32 exclusiveUntil) {
        holder = _ownerOf(uint256(assetId));
        if (holder == address(0)) revert AssetNotRegistered(assetId);
        (epoch, exclusiveUntil) = _state(assetId);
    }

    /// @inheritdoc IAssetRegistry
    function assetIdOf(bytes32 content, address registrant) public pure returns (bytes32) {
        return keccak256(abi.encode(content, registrant));
    }

    function name() public pure override returns (string memory) {
        return "Licet Assets";
    }

    function symbol() public pure override returns (string memory) {
        return "ASSET";
    }

    /// @notice Metadata made from the deed's slot: no server, nothing to go stale.
    function tokenURI(uint256 id) public view override returns (string memory) {
        (, uint24 epoch, uint32 exclusiveUntil) = deedState(bytes32(id));
        return TokenDocument.dataURI(
            string.concat(
                '{"name":"Licet asset ',
                LibString.toHexString(id, 32),
                '","description":"Title deed to a work or a catalogue of works.","attributes":[{"trait_type":"epoch","value":',
                LibString.toString(epoch),
                '},{"trait_type":"exclusive until","display_type":"date","value":',
                LibString.toString(exclusiveUntil),
                "}]}"
            )
        );
    }

    function _register(address registrant, Registration calldata registration) private returns (bytes32 assetId) {
        bytes32 content = registration.content;
        if (content == 0) revert ContentMissing();
        if (registration.works != 0 && registration.documentHash == 0) {
            revert CatalogDocumentMissing(registration.works);
        }
        uint256 length = bytes(registration.uri).length;
        if (length > MAX_URI) revert UriTooLong(length, MAX_URI);
        assetId = assetIdOf(content, registrant);
        if (_exists(uint256(assetId))) revert AssetAlreadyRegistered(assetId, registrant);

        _mintAndSetExtraDataUnchecked(registrant, uint256(assetId), 0);
        head = head.rollTransfer(address(0), registrant, uint256(assetId))
            .log(
                AssetRegistered.selector,
                assetId,
                bytes32(uint256(uint160(registrant))),
                content,
                abi.encode(registration.works, registration.documentHash, registration.uri)
            );
    }

    /// @dev A deed's 96 bits: epoch (24) ‖ exclusiveUntil (32), from the low end; the casts cut out just these.
    function _state(bytes32 assetId) private view returns (uint24 epoch, uint32 exclusiveUntil) {
        uint96 state = _getExtraData(uint256(assetId));
        return (uint24(state), uint32(state >> 24));
    }

    function _setState(bytes32 assetId, uint24 epoch, uint32 exclusiveUntil) private {
        _setExtraData(uint256(assetId), uint96(epoch) | (uint96(exclusiveUntil) << 24));
    }

    /// @dev Every transfer raises the epoch, so that no offer revives when a deed comes back to a former holder.
    function _afterTokenTransfer(address from, address to, uint256 id) internal override {
        if (from == address(0)) return; // a mint: `_register` moves the head once for both of its logs
        (uint24 epoch, uint32 exclusiveUntil) = _state(bytes32(id));
        _setState(bytes32(id), epoch + 1, exclusiveUntil);
        head = head.rollTransfer(from, to, id);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Licet", "1");
    }
}
