// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC721} from "solady/tokens/ERC721.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {LibString} from "solady/utils/LibString.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IERC20Permit} from "./interfaces/IERC20Permit.sol";
import {ILicenseToken} from "./interfaces/ILicenseToken.sol";
import {CatalogTree} from "./libraries/CatalogTree.sol";
import {Offers} from "./libraries/Offers.sol";
import {RollingHead} from "./libraries/RollingHead.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TokenDocument} from "./libraries/TokenDocument.sol";

/// @title Licenses, sold on signed or published offers
/// @notice See `ILicenseToken`.
contract LicenseToken is ILicenseToken, ERC721, EIP712 {
    using Offers for Offer;
    using RollingHead for bytes32;

    uint256 private constant MAX_URI = 1024;
    uint40 private constant PERPETUAL = type(uint40).max;

    IAssetRegistry private immutable _registry;

    /// @inheritdoc ILicenseToken
    bytes32 public head;

    mapping(bytes32 offerHash => OfferState) private _offers;

    constructor(address registry_) {
        _registry = IAssetRegistry(registry_);
    }

    /// @inheritdoc ILicenseToken
    function buy(Offer calldata offer, bytes calldata signature, address licensee, bytes32 salt)
        external
        payable
        returns (bytes32)
    {
        return _sell(offer, signature, licensee, salt);
    }

    /// @inheritdoc ILicenseToken
    function buyWithPermit(
        Offer calldata offer,
        bytes calldata signature,
        address licensee,
        bytes32 salt,
        Permit calldata permit
    ) external returns (bytes32) {
        // A permit can be submitted by anyone who sees it; then this call fails, the allowance stands, and the sale goes on.
        try IERC20Permit(offer.currency)
            .permit(msg.sender, address(this), offer.price, permit.deadline, permit.v, permit.r, permit.s) {}
            catch {}
        return _sell(offer, signature, licensee, salt);
    }

    /// @inheritdoc ILicenseToken
    function publishOffer(Offer calldata offer) external returns (bytes32 offerHash) {
        if (msg.sender != offer.licensor) revert NotLicensor(msg.sender, offer.licensor);
        offerHash = offer.hash();
        _checkTerms(offer, offerHash);
        _checkDeed(offer);
        _offers[offerHash].published = true;
        head = head.log(
            OfferPublished.selector, offerHash, offer.assetId, bytes32(uint256(uint160(msg.sender))), abi.encode(offer)
        );
    }

    /// @inheritdoc ILicenseToken
    function cancelOffer(Offer calldata offer) external returns (bytes32 offerHash) {
        if (msg.sender != offer.licensor) revert NotLicensor(msg.sender, offer.licensor);
        offerHash = offer.hash();
        _offers[offerHash].cancelled = true;
        head = head.log(OfferCancelled.selector, offerHash, offer.assetId, bytes32(uint256(uint160(msg.sender))), "");
    }

    /// @inheritdoc ILicenseToken
    function permits(bytes32 licenseId, uint32 uses) public view returns (bool) {
        uint96 state = _getExtraData(uint256(licenseId));
        return uses != 0 && _usesOf(state) & uses == uses && block.timestamp < _expiryOf(state);
    }

    /// @inheritdoc ILicenseToken
    function permitsAsset(Grant calldata grant, uint32 uses, bytes32 assetId) public view returns (bool) {
        return grant.offer.assetId == assetId && permits(_licenseIdOf(grant), uses);
    }

    /// @inheritdoc ILicenseToken
    function permitsWork(
        Grant calldata grant,
        uint32 uses,
        bytes32 sha256Hash,
        address registrant,
        bytes32[] calldata siblings,
        uint256 sides
    ) external view returns (bool) {
        bytes32 assetId = grant.offer.assetId;
        bool covered = assetId == _assetIdOf(sha256Hash, registrant)
            || assetId == _assetIdOf(CatalogTree.root(sha256Hash, siblings, sides), registrant);
        return covered && permitsAsset(grant, uses, assetId);
    }

    /// @inheritdoc ILicenseToken
    function license(bytes32 licenseId) public view returns (License memory) {
        address holder = _ownerOf(uint256(licenseId));
        if (holder == address(0)) revert LicenseUnknown(licenseId);
        uint96 state = _getExtraData(uint256(licenseId));
        return License({holder: holder, expires: _expiryOf(state), uses: _usesOf(state), bound: _isBound(state)});
    }

    /// @inheritdoc ILicenseToken
    function offerState(bytes32 offerHash) external view returns (OfferState memory) {
        return _offers[offerHash];
    }

    /// @inheritdoc ILicenseToken
    function offerHashOf(Offer calldata offer) external pure returns (bytes32) {
        return offer.hash();
    }

    /// @inheritdoc ILicenseToken
    function licenseIdOf(bytes32 offerHash, address licensee, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(offerHash, licensee, salt));
    }

    /// @inheritdoc ILicenseToken
    function registry() external view returns (address) {
        return address(_registry);
    }

    function name() public pure override returns (string memory) {
        return "Licet Licenses";
    }

    function symbol() public pure override returns (string memory) {
        return "LICENSE";
    }

    /// @notice Metadata made from the license's slot: no server, nothing to go stale.
    function tokenURI(uint256 id) public view override returns (string memory) {
        License memory current = license(bytes32(id));
        return TokenDocument.dataURI(
            string.concat(
                '{"name":"Licet license ',
                LibString.toHexString(id, 32),
                '","description":"Permission for stated uses of an asset.","attributes":[{"trait_type":"uses","value":"',
                LibString.toHexString(current.uses),
                '"},{"trait_type":"expires","display_type":"date","value":',
                LibString.toString(current.expires),
                '},{"trait_type":"transferable","value":"',
                current.bound ? "no" : "yes",
                '"}]}'
            )
        );
    }

    function _sell(Offer calldata offer, bytes calldata signature, address licensee, bytes32 salt)
        private
        returns (bytes32 licenseId)
    {
        bytes32 offerHash = offer.hash();
        _checkTerms(offer, offerHash);
        _checkDeed(offer);
        _checkState(offer, offerHash, signature);
        licenseId = licenseIdOf(offerHash, licensee, salt);
        uint40 expires = _mint(offer, licenseId, licensee);
        _recordSale(offer, signature, licenseId, licensee, salt);
        if (offer.exclusive) _registry.grantExclusive(offer.assetId, licenseId, _clamp32(expires));
        _pay(offer.currency, offer.payee, offer.price);
    }

    function _mint(Offer calldata offer, bytes32 licenseId, address licensee) private returns (uint40 expires) {
        if (_exists(uint256(licenseId))) revert LicenseAlreadySold(licenseId);
        // Seconds fit into 40 bits for 34,000 years.
        expires = offer.duration == 0 ? PERPETUAL : uint40(block.timestamp) + offer.duration;
        _mintAndSetExtraDataUnchecked(licensee, uint256(licenseId), _pack(expires, offer.uses, !offer.transferable));
    }

    function _recordSale(
        Offer calldata offer,
        bytes calldata signature,
        bytes32 licenseId,
        address licensee,
        bytes32 salt
    ) private {
        bytes memory data = offer.encodeSale(msg.sender, salt, signature);
        head = head.rollTransfer(address(0), licensee, uint256(licenseId))
            .log(Sold.selector, licenseId, offer.assetId, bytes32(uint256(uint160(licensee))), data);
    }

    /// @dev What the offer itself says, whatever the state of the world.
    function _checkTerms(Offer calldata offer, bytes32 offerHash) private pure {
        if (offer.uses == 0) revert OfferUsesMissing(offerHash);
        if (offer.free != (offer.price == 0)) revert OfferPriceInvalid(offerHash, offer.price, offer.free);
        if (offer.royaltyBps > 10_000) revert OfferRoyaltyInvalid(offerHash, offer.royaltyBps);
        uint256 length = bytes(offer.termsURI).length;
        if (length > MAX_URI) revert OfferUriTooLong(offerHash, length, MAX_URI);
    }

    /// @dev One slot of the registry: who may license, since when, and whether somebody holds an exclusive license.
    function _checkDeed(Offer calldata offer) private view {
        bytes32 assetId = offer.assetId;
        (address holder, uint24 epoch, uint32 exclusiveUntil) = _registry.deedState(assetId);
        if (offer.licensor != holder) revert OfferNotFromHolder(assetId, offer.licensor, holder);
        if (offer.epoch != epoch) revert OfferOutdated(assetId, offer.epoch, epoch);
        if (block.timestamp < exclusiveUntil) revert AssetExclusivelyLicensed(assetId, exclusiveUntil);
    }

    /// @dev One slot of this contract, the clock and the signature.
    function _checkState(Offer calldata offer, bytes32 offerHash, bytes calldata signature) private {
        if (block.timestamp < offer.start) revert OfferNotStarted(offerHash, offer.start, block.timestamp);
        if (offer.end != 0 && block.timestamp > offer.end) {
            revert OfferExpired(offerHash, offer.end, block.timestamp);
        }
        OfferState memory state = _offers[offerHash];
        if (state.cancelled) revert OfferIsCancelled(offerHash);
        if (!state.published && !Signatures.valid(signature, offer.licensor, _hashTypedData(offerHash))) {
            revert OfferSignatureInvalid(offerHash, offer.licensor);
        }
        if (offer.supply != 0) {
            if (state.sold >= offer.supply) revert OfferSoldOut(offerHash, offer.supply);
            _offers[offerHash].sold = state.sold + 1;
        }
    }

    /// @dev Last of all: the only calls to code that somebody else chose.
    function _pay(address currency, address payee, uint256 price) private {
        uint256 asked = currency == address(0) ? price : 0;
        if (msg.value != asked) revert WrongValue(msg.value, asked);
        if (price == 0) return;
        if (currency == address(0)) SafeTransferLib.safeTransferETH(payee, price);
        else SafeTransferLib.safeTransferFrom(currency, msg.sender, payee, price);
    }

    function _clamp32(uint40 time) private pure returns (uint32) {
        return time > type(uint32).max ? type(uint32).max : uint32(time);
    }

    /// @dev A license's 96 bits: expires (40) ‖ uses (32) ‖ bound (1), from the low end; each cast cuts out its field.
    function _pack(uint40 expires, uint32 uses, bool bound) private pure returns (uint96) {
        return uint96(expires) | (uint96(uses) << 40) | (bound ? uint96(1) << 72 : 0);
    }

    function _expiryOf(uint96 state) private pure returns (uint40) {
        return uint40(state);
    }

    function _usesOf(uint96 state) private pure returns (uint32) {
        return uint32(state >> 40);
    }

    function _isBound(uint96 state) private pure returns (bool) {
        return state >> 72 & 1 == 1;
    }

    function _licenseIdOf(Grant calldata grant) private pure returns (bytes32) {
        return licenseIdOf(grant.offer.hash(), grant.licensee, grant.salt);
    }

    /// @dev The registry's rule, repeated here to save a call.
    function _assetIdOf(bytes32 content, address registrant) private pure returns (bytes32) {
        return keccak256(abi.encode(content, registrant));
    }

    function _beforeTokenTransfer(address from, address, uint256 id) internal view override {
        if (from != address(0) && _isBound(_getExtraData(id))) revert LicenseNotTransferable(bytes32(id));
    }

    function _afterTokenTransfer(address from, address to, uint256 id) internal override {
        if (from == address(0)) return; // a sale: `_recordSale` moves the head once for both of its logs
        head = head.rollTransfer(from, to, id);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Licet", "1");
    }
}
