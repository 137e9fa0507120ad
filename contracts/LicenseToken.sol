// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC721} from "solady/tokens/ERC721.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {LibString} from "solady/utils/LibString.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IERC20Permit} from "./interfaces/IERC20Permit.sol";
import {IERC3009} from "./interfaces/IERC3009.sol";
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
    uint256 private constant MAX_ORDERS = 100;
    /// @dev What an order of a basket that skips may use: enough for any honest one, too little to starve the others.
    uint256 private constant APART_GAS = 300_000;
    uint256 private constant SEAT_GAS = 40_000;
    uint40 private constant PERPETUAL = type(uint40).max;

    IAssetRegistry private immutable _registry;

    /// @inheritdoc ILicenseToken
    bytes32 public head;

    mapping(bytes32 offerHash => OfferState) private _offers;

    constructor(address registry_) {
        _registry = IAssetRegistry(registry_);
    }

    /// @inheritdoc ILicenseToken
    function buy(Order calldata order) external payable returns (bytes32 licenseId) {
        uint256 amount;
        (licenseId, amount) = _sell(order, msg.sender);
        uint256 asked = order.offer.currency == address(0) ? amount : 0;
        if (msg.value != asked) revert WrongValue(msg.value, asked);
        _pay(order.offer, msg.sender, amount);
    }

    /// @inheritdoc ILicenseToken
    function buyWithPermit(Order calldata order, Permit calldata permit) external returns (bytes32 licenseId) {
        Offer calldata offer = order.offer;
        uint256 asked = offer.currency == address(0) ? offer.price * order.quantity : 0;
        if (asked != 0) revert WrongValue(0, asked);
        // A permit can be submitted by anyone who sees it; then this call fails, the allowance stands, and the sale goes on.
        // Where there is no code to call, `try` itself would revert, and say nothing.
        if (offer.currency.code.length != 0) {
            try IERC20Permit(offer.currency)
                .permit(
                    msg.sender,
                    address(this),
                    offer.price * order.quantity,
                    permit.deadline,
                    permit.v,
                    permit.r,
                    permit.s
                ) {}
                catch {}
        }
        uint256 amount;
        (licenseId, amount) = _sell(order, msg.sender);
        _pay(offer, msg.sender, amount);
    }

    /// @inheritdoc ILicenseToken
    function buyWithAuthorization(Order calldata order, Authorization calldata authorization)
        external
        returns (bytes32 licenseId)
    {
        address payer = authorization.payer;
        uint256 amount;
        (licenseId, amount) = _sell(order, payer);
        if (amount == 0) revert NothingToAuthorize(licenseId);
        address currency = order.offer.currency;
        uint256 before = SafeTransferLib.balanceOf(currency, address(this));
        IERC3009(currency)
            .receiveWithAuthorization(
                payer,
                address(this),
                amount,
                authorization.validAfter,
                authorization.validBefore,
                _nonce(licenseId, payer, amount, order.quantity),
                authorization.v,
                authorization.r,
                authorization.s
            );
        // A token that takes any call and does nothing would otherwise sell against coins that went astray to this contract.
        uint256 received = SafeTransferLib.balanceOf(currency, address(this)) - before;
        if (received < amount) revert PaymentNotReceived(currency, amount, received);
        SafeTransferLib.safeTransfer(currency, order.offer.payee, amount);
    }

    /// @inheritdoc ILicenseToken
    function buyBasket(Order[] calldata orders, bool skip) external payable returns (bytes32[] memory licenseIds) {
        if (orders.length == 0 || orders.length > MAX_ORDERS) revert BasketSizeInvalid(orders.length, MAX_ORDERS);
        licenseIds = new bytes32[](orders.length);
        uint256 left = msg.value;
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        for (uint256 i = 0; i < orders.length; ++i) {
            (bytes32 licenseId, uint256 spent) =
                skip ? _trySell(orders[i], left) : _sellOne(orders[i], msg.sender, left);
            licenseIds[i] = licenseId;
            unchecked {
                left -= spent; // `_sellOne` spends at most what it is given
            }
            // What an order left in memory is of no use to the next: memory that only grows would cost 400 gas an order.
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
        }
        if (left != 0) SafeTransferLib.safeTransferETH(msg.sender, left);
    }

    /// @notice One order of a basket, apart from the others, so that its failure undoes nothing else.
    /// @return licenseId The first license's id.
    /// @return spent Native coin paid.
    function sellApart(Order calldata order, address payer, uint256 available)
        external
        returns (bytes32 licenseId, uint256 spent)
    {
        if (msg.sender != address(this)) revert NotSelf(msg.sender);
        return _sellOne(order, payer, available);
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
    function authorizationNonce(Order calldata order, address payer) external view returns (bytes32) {
        bytes32 licenseId = licenseIdOf(order.offer.hash(), order.licensee, order.salt);
        return _nonce(licenseId, payer, order.offer.price * order.quantity, order.quantity);
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

    function _trySell(Order calldata order, uint256 available) private returns (bytes32 licenseId, uint256 spent) {
        uint256 seats = order.quantity < MAX_ORDERS ? order.quantity : MAX_ORDERS;
        uint256 share = APART_GAS + SEAT_GAS * seats;
        // A call passes on at most 63/64 of what is left. With less, an honest order would look like one that does not sell.
        if (gasleft() < share + share / 32 + APART_GAS / 10) revert GasTooLow(gasleft(), share);
        try this.sellApart{gas: share}(order, msg.sender, available) returns (bytes32 sold, uint256 paid) {
            return (sold, paid);
        } catch {} // passed over; the reason is not copied, since a hostile payee could make it arbitrarily long
    }

    function _sellOne(Order calldata order, address payer, uint256 available)
        private
        returns (bytes32 licenseId, uint256 spent)
    {
        Offer calldata offer = order.offer;
        uint256 amount;
        (licenseId, amount) = _sell(order, payer);
        if (offer.currency == address(0)) {
            if (amount > available) revert WrongValue(available, amount);
            spent = amount;
        }
        _pay(offer, payer, amount);
    }

    /// @dev Everything of a sale but the payment: checks, licenses, event.
    function _sell(Order calldata order, address payer) private returns (bytes32 licenseId, uint256 amount) {
        Offer calldata offer = order.offer;
        bytes32 offerHash = offer.hash();
        _checkTerms(offer, offerHash);
        _checkDeed(offer);
        _checkState(order, offerHash);
        uint40 expires = _expiry(offer.duration);
        bytes32 rolled;
        (licenseId, rolled) = _mintAll(order, offerHash, expires);
        head = rolled.log(
            Sold.selector,
            licenseId,
            offer.assetId,
            bytes32(uint256(uint160(order.licensee))),
            Offers.encodeSale(order, payer)
        );
        if (offer.exclusive) _registry.grantExclusive(offer.assetId, licenseId, _clamp32(expires));
        return (licenseId, offer.price * order.quantity);
    }

    /// @dev Makes the licenses out; returns the first one's id, and the head after their `Transfer`s.
    function _mintAll(Order calldata order, bytes32 offerHash, uint40 expires)
        private
        returns (bytes32 firstId, bytes32 rolled)
    {
        address licensee = order.licensee;
        uint96 slot = _pack(expires, order.offer.uses, !order.offer.transferable);
        bytes32 salt = order.salt;
        uint256 quantity = order.quantity;
        rolled = head;
        unchecked {
            for (uint256 i = 0; i < quantity; ++i) {
                // Salts go round at 2^256, as any other number of theirs would do.
                bytes32 licenseId = licenseIdOf(offerHash, licensee, bytes32(uint256(salt) + i));
                if (_exists(uint256(licenseId))) revert LicenseAlreadySold(licenseId);
                _mintAndSetExtraDataUnchecked(licensee, uint256(licenseId), slot);
                rolled = rolled.rollTransfer(address(0), licensee, uint256(licenseId));
                if (i == 0) firstId = licenseId;
            }
        }
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
    function _checkState(Order calldata order, bytes32 offerHash) private {
        Offer calldata offer = order.offer;
        uint256 quantity = order.quantity;
        uint256 maximum = offer.exclusive ? 1 : MAX_ORDERS;
        unchecked {
            if (quantity - 1 >= maximum) revert QuantityInvalid(quantity, maximum); // 0 goes round to the top
        }
        if (block.timestamp < offer.start) revert OfferNotStarted(offerHash, offer.start, block.timestamp);
        if (offer.end != 0 && block.timestamp > offer.end) {
            revert OfferExpired(offerHash, offer.end, block.timestamp);
        }
        OfferState memory state = _offers[offerHash];
        if (state.cancelled) revert OfferIsCancelled(offerHash);
        if (!state.published && !Signatures.valid(order.signature, offer.licensor, _hashTypedData(offerHash))) {
            revert OfferSignatureInvalid(offerHash, offer.licensor);
        }
        if (offer.supply != 0) {
            if (state.sold + quantity > offer.supply) revert OfferSoldOut(offerHash, offer.supply);
            _offers[offerHash].sold = uint32(state.sold + quantity); // at most the supply
        }
    }

    /// @dev Last of all: the only calls to code that somebody else chose. Native coin is here already.
    function _pay(Offer calldata offer, address payer, uint256 amount) private {
        address payee = offer.payee;
        if (amount == 0) return;
        if (offer.currency == address(0)) SafeTransferLib.safeTransferETH(payee, amount);
        else SafeTransferLib.safeTransferFrom(offer.currency, payer, payee, amount);
    }

    function _expiry(uint32 duration) private view returns (uint40) {
        // Seconds fit into 40 bits for 34,000 years.
        return duration == 0 ? PERPETUAL : uint40(block.timestamp) + duration;
    }

    function _nonce(bytes32 licenseId, address payer, uint256 amount, uint256 quantity) private view returns (bytes32) {
        return keccak256(
            abi.encode(
                block.chainid, address(this), this.buyWithAuthorization.selector, licenseId, payer, amount, quantity
            )
        );
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
