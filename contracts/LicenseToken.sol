// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC721} from "solady/tokens/ERC721.sol";
import {ECDSA} from "solady/utils/ECDSA.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {LibString} from "solady/utils/LibString.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IDisputeDesk} from "./interfaces/IDisputeDesk.sol";
import {IERC2981} from "./interfaces/IERC2981.sol";
import {IERC3009} from "./interfaces/IERC3009.sol";
import {IERC4906} from "./interfaces/IERC4906.sol";
import {IERC5192} from "./interfaces/IERC5192.sol";
import {IERC7572} from "./interfaces/IERC7572.sol";
import {ILicenseToken} from "./interfaces/ILicenseToken.sol";
import {IRoyaltyVaultFactory} from "./interfaces/IRoyaltyVaultFactory.sol";
import {IUsageLedger} from "./interfaces/IUsageLedger.sol";
import {CatalogTree} from "./libraries/CatalogTree.sol";
import {Offers} from "./libraries/Offers.sol";
import {RollingHead} from "./libraries/RollingHead.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {TokenDocument} from "./libraries/TokenDocument.sol";
import {PermitFirst} from "./PermitFirst.sol";

/// @title Licenses, sold on signed or published offers
/// @notice See `ILicenseToken`.
contract LicenseToken is ILicenseToken, IERC2981, IERC4906, IERC5192, IERC7572, ERC721, EIP712, PermitFirst {
    using Offers for Conditions;
    using Offers for Grant;
    using Offers for Offer;
    using RollingHead for bytes32;

    uint256 private constant MAX_URI = 1024;
    uint256 private constant MAX_ORDERS = 100;
    /// @dev What an order of a basket that skips may use: enough for any honest one, too little to starve the others.
    uint256 private constant APART_GAS = 300_000;
    uint256 private constant SEAT_GAS = 40_000;
    uint256 private constant WHOLE = 10_000;
    uint40 private constant PERPETUAL = type(uint40).max;

    /// @dev Flags in a license's slot.
    uint256 private constant BOUND = 1;
    uint256 private constant METERED = 2;
    uint256 private constant SUBLICENSE = 4;
    uint256 private constant REVOKED = 8;
    /// @dev Of an offer's state.
    uint256 private constant CANCELLED = 1 << 32;
    uint256 private constant PUBLISHED = 1 << 33;
    /// @dev Flags of a deed, see `IAssetRegistry.Deed`.
    uint256 private constant DERIVATIVE = 1;
    uint256 private constant CEILING = 4;
    uint256 private constant DISPUTED = 8;
    uint256 private constant DEFEATED = 16;

    IAssetRegistry private immutable _registry;
    IRoyaltyVaultFactory private immutable _factory;
    IUsageLedger private immutable _ledger;
    IDisputeDesk private immutable _desk;

    /// @inheritdoc ILicenseToken
    bytes32 public head;

    /// @dev Sold (32 bits) ‖ cancelled (1) ‖ published (1), from the low end.
    mapping(bytes32 offerHash => uint256) private _offers;
    mapping(address licensor => mapping(address agent => uint40)) private _agents;
    mapping(bytes32 licenseId => Pinned) private _pinned;
    /// @inheritdoc ILicenseToken
    mapping(bytes32 licenseId => bytes32) public parentOf;

    constructor(address registry_) {
        _registry = IAssetRegistry(registry_);
        _factory = IRoyaltyVaultFactory(_registry.vaultFactory());
        _ledger = IUsageLedger(_registry.usageLedger());
        _desk = IDisputeDesk(_registry.disputeDesk());
    }

    /// @inheritdoc ILicenseToken
    function buy(Order calldata order) external payable returns (bytes32 licenseId) {
        uint256 spent;
        (licenseId, spent) = _sellOne(order, msg.sender, msg.value);
        if (spent != msg.value) revert WrongValue(msg.value, spent);
    }

    /// @inheritdoc ILicenseToken
    function buyWithPermit(Order calldata order, Permit calldata permit) external returns (bytes32 licenseId) {
        _permit(order.offer.currency, order.offer.price * order.quantity, permit);
        (licenseId,) = _sellOne(order, msg.sender, 0);
    }

    /// @inheritdoc ILicenseToken
    function buyWithAuthorization(Order calldata order, Authorization calldata authorization)
        external
        returns (bytes32)
    {
        address payer = authorization.payer;
        (bytes32 licenseId, uint256 amount, address payee) = _sell(order, order.offer, payer);
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
        SafeTransferLib.safeTransfer(currency, payee, amount);
        return licenseId;
    }

    /// @inheritdoc ILicenseToken
    function buyBasket(Order[] calldata orders, bool skip) external payable returns (bytes32[] memory licenseIds) {
        if (orders.length == 0 || orders.length > MAX_ORDERS) revert BasketSizeInvalid(orders.length, MAX_ORDERS);
        licenseIds = new bytes32[](orders.length);
        uint256 left = msg.value;
        uint256 seats;
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
                seats += _seats(orders[i]);
            }
            if (seats > MAX_ORDERS) revert BasketSizeInvalid(seats, MAX_ORDERS);
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
    function renew(Order calldata order) external payable {
        Offer calldata offer = order.offer;
        bytes32 offerHash = offer.hash();
        Offers.Words calldata words = offer.words();
        bytes32 firstId = licenseIdOf(offerHash, order.licensee, order.salt);
        if (words.kind != uint256(Kind.Subscription)) revert NotRenewable(firstId);
        uint256 deed = _checkDeed(words);
        _checkOpen(order, words, offerHash);
        uint40 latest = _renewAll(order, words, offerHash, uint32(deed >> 184));
        uint256 amount = words.price * order.quantity;
        address payee = _checkFlags(words, offerHash, deed, amount, latest);
        if (words.exclusive != 0) _registry.grantExclusive(words.assetId, firstId, _clamp32(latest));
        if (_pay(words, payee, amount) != 0) revert WrongValue(msg.value, words.currency == 0 ? amount : 0);
    }

    /// @inheritdoc ILicenseToken
    function revoke(Grant calldata grant, Conditions calldata conditions, uint256 cause) external payable {
        (bytes32 licenseId, Offers.Words calldata words) = _shown(grant, conditions);
        bytes32 assetId = words.assetId;
        address holder = address(uint160(_registry.deedState(assetId)));
        if (msg.sender != holder) revert NotLicensor(msg.sender, holder);
        (address licensee, uint96 state) = _liveLicense(licenseId);
        bool caused = cause == 0
            ? conditions.reportWithin != 0 && _overdue(licenseId, state, conditions.reportWithin)
            : conditions.revocable && _desk.upheld(cause, licenseId);
        if (!caused) revert CauseInvalid(licenseId, cause);

        uint256 refund = _refund(words, conditions.refundBps, _expiryOf(state));
        address vault = _factory.vaultOf(SumTree.top(SumTree.leaf(licensee, 1), 1), 0);
        _setLicense(licenseId, (state | uint96(REVOKED) << 72) >> 40 << 40 | uint40(block.timestamp));
        head = head.log(
            Revoked.selector,
            licenseId,
            assetId,
            bytes32(cause),
            abi.encode(licensee, msg.sender, vault, words.currency, refund)
        );
        if (words.exclusive != 0) _registry.grantExclusive(assetId, licenseId, uint32(block.timestamp));
        uint256 rest = _pay(words, vault, refund);
        // The refund is that of the block's second, which nobody knows beforehand.
        if (rest != 0) SafeTransferLib.safeTransferETH(msg.sender, rest);
    }

    /// @inheritdoc ILicenseToken
    function grantSublicense(Grant calldata grant, Conditions calldata conditions, Sublicense calldata sublicense)
        external
        returns (bytes32 licenseId)
    {
        (bytes32 parentId,) = _shown(grant, conditions);
        (address holder, uint96 state) = _liveLicense(parentId);
        if (msg.sender != holder) revert NotLicensee(parentId, msg.sender, holder);
        if (!conditions.sublicensable) revert NotSublicensable(parentId);
        uint32 uses = sublicense.uses;
        uint40 expires = sublicense.expires;
        if (uses == 0 || uses & ~_usesOf(state) != 0 || expires <= block.timestamp || expires > _expiryOf(state)) {
            revert SublicenseTooWide(parentId, uses, expires);
        }
        address licensee = sublicense.licensee;
        licenseId = licenseIdOf(parentId, licensee, sublicense.salt);
        parentOf[licenseId] = parentId;
        head = _mintOne(head, licensee, licenseId, _pack(expires, uses, BOUND | SUBLICENSE))
            .log(
                Sublicensed.selector,
                licenseId,
                parentId,
                bytes32(uint256(uint160(licensee))),
                abi.encode(uses, expires, sublicense.salt)
            );
    }

    /// @inheritdoc ILicenseToken
    function pin(Grant calldata grant, Conditions calldata conditions) external returns (bytes32 licenseId) {
        Offers.Words calldata words;
        (licenseId, words) = _shown(grant, conditions);
        _holderOf(licenseId);
        uint16 resaleBps = conditions.resaleBps;
        if (resaleBps > WHOLE) revert ConditionsInvalid(words.conditions);
        _pinned[licenseId] = Pinned(words.assetId, address(uint160(words.payee)), resaleBps);
        head = head.log(Pin.selector, licenseId, words.assetId, bytes32(words.payee), abi.encode(resaleBps));
    }

    /// @inheritdoc ILicenseToken
    function appointAgent(address agent, uint40 until) external {
        _agents[msg.sender][agent] = until;
        head = head.log(
            AgentAppointed.selector,
            bytes32(uint256(uint160(msg.sender))),
            bytes32(uint256(uint160(agent))),
            bytes32(uint256(until)),
            ""
        );
    }

    /// @inheritdoc ILicenseToken
    function publishOffer(Offer calldata offer, Conditions calldata conditions) external returns (bytes32 offerHash) {
        _checkLicensor(offer.licensor);
        offerHash = offer.hash();
        Offers.Words calldata words = offer.words();
        _checkTerms(offer, words, offerHash);
        offer.check(conditions);
        if (conditions.royaltyBps > WHOLE || conditions.refundBps > WHOLE || conditions.resaleBps > WHOLE) {
            revert ConditionsInvalid(offer.conditions);
        }
        _checkExclusive(words, _checkDeed(words));
        _offers[offerHash] |= PUBLISHED;
        head = head.log(
            OfferPublished.selector,
            offerHash,
            offer.assetId,
            bytes32(uint256(uint160(offer.licensor))),
            abi.encode(offer, conditions)
        );
    }

    /// @inheritdoc ILicenseToken
    function cancelOffer(Offer calldata offer) external returns (bytes32 offerHash) {
        _checkLicensor(offer.licensor);
        offerHash = offer.hash();
        _offers[offerHash] |= CANCELLED;
        head =
            head.log(OfferCancelled.selector, offerHash, offer.assetId, bytes32(uint256(uint160(offer.licensor))), "");
    }

    /// @inheritdoc ILicenseToken
    function permits(bytes32 licenseId, uint32 uses) public view returns (bool) {
        uint96 state = _getExtraData(uint256(licenseId));
        if (uses == 0 || _usesOf(state) & uses != uses || block.timestamp >= _expiryOf(state)) return false;
        uint256 flags = _flagsOf(state);
        if (flags & METERED != 0) return _ledger.funded(licenseId);
        return flags & SUBLICENSE == 0 || permits(parentOf[licenseId], uses);
    }

    /// @inheritdoc ILicenseToken
    function permitsAsset(Grant calldata grant, uint32 uses, bytes32 assetId) public view returns (bool) {
        return grant.offer.assetId == assetId && permits(grant.licenseId(), uses);
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
        address holder = _holderOf(licenseId);
        uint96 state = _getExtraData(uint256(licenseId));
        uint256 flags = _flagsOf(state);
        return License({
            holder: holder,
            expires: _expiryOf(state),
            uses: _usesOf(state),
            bound: flags & BOUND != 0,
            metered: flags & METERED != 0,
            sublicense: flags & SUBLICENSE != 0,
            revoked: flags & REVOKED != 0,
            soldOn: uint16(_soldOn(state))
        });
    }

    /// @inheritdoc ILicenseToken
    function pinned(bytes32 licenseId) external view returns (Pinned memory) {
        return _pinned[licenseId];
    }

    /// @inheritdoc ILicenseToken
    function agentUntil(address licensor, address agent) external view returns (uint40) {
        return _agents[licensor][agent];
    }

    /// @inheritdoc IERC2981
    function royaltyInfo(uint256 id, uint256 salePrice) external view returns (address, uint256) {
        Pinned storage terms = _pinned[bytes32(id)];
        return (terms.payee, FixedPointMathLib.fullMulDiv(salePrice, terms.resaleBps, WHOLE));
    }

    /// @inheritdoc IERC5192
    function locked(uint256 id) external view returns (bool) {
        return license(bytes32(id)).bound;
    }

    /// @inheritdoc IERC7572
    function contractURI() external pure returns (string memory) {
        return TokenDocument.dataURI('{"name":"Licet Licenses","description":"Permission for stated uses of works."}');
    }

    function supportsInterface(bytes4 id) public view override returns (bool) {
        return id == type(IERC2981).interfaceId || id == type(IERC5192).interfaceId || id == 0x49064906
            || super.supportsInterface(id);
    }

    /// @inheritdoc ILicenseToken
    function offerState(bytes32 offerHash) external view returns (OfferState memory) {
        uint256 state = _offers[offerHash];
        return OfferState({sold: uint32(state), cancelled: state & CANCELLED != 0, published: state & PUBLISHED != 0});
    }

    /// @inheritdoc ILicenseToken
    function offerHashOf(Offer calldata offer) external pure returns (bytes32) {
        return offer.hash();
    }

    /// @inheritdoc ILicenseToken
    function conditionsHashOf(Conditions calldata conditions) external pure returns (bytes32) {
        return conditions.hash();
    }

    /// @inheritdoc ILicenseToken
    function authorizationNonce(Order calldata order, address payer) external view returns (bytes32) {
        bytes32 licenseId = licenseIdOf(order.offer.hash(), order.licensee, order.salt);
        return _nonce(licenseId, payer, order.offer.price * order.quantity, order.quantity);
    }

    /// @inheritdoc ILicenseToken
    function licenseIdOf(bytes32 offerHash, address licensee, bytes32 salt) public pure returns (bytes32) {
        return Offers.licenseIdOf(offerHash, licensee, salt);
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
        uint256 share = APART_GAS + SEAT_GAS * _seats(order);
        // A call passes on at most 63/64 of what is left. With less, an honest order would look like one that does not sell.
        if (gasleft() < share + share / 32 + APART_GAS / 10) revert GasTooLow(gasleft(), share);
        try this.sellApart{gas: share}(order, msg.sender, available) returns (bytes32 sold, uint256 paid) {
            return (sold, paid);
        } catch {} // passed over; the reason is not copied, since a hostile payee could make it arbitrarily long
    }

    function _seats(Order calldata order) private pure returns (uint256) {
        return order.quantity < MAX_ORDERS ? order.quantity : MAX_ORDERS;
    }

    function _sellOne(Order calldata order, address payer, uint256 available)
        private
        returns (bytes32 licenseId, uint256 spent)
    {
        uint256 amount;
        address payee;
        Offer calldata offer = order.offer;
        (licenseId, amount, payee) = _sell(order, offer, payer);
        address currency = address(uint160(offer.words().currency));
        if (currency == address(0)) {
            if (amount > available) revert WrongValue(available, amount);
            spent = amount;
        }
        _move(currency, payer, payee, amount);
    }

    /// @dev Everything of a sale but the payment: checks, licenses, event. `payee` is the escrow while a dispute is open.
    function _sell(Order calldata order, Offer calldata offer, address payer)
        private
        returns (bytes32 licenseId, uint256 amount, address payee)
    {
        bytes32 offerHash = offer.hash();
        Offers.Words calldata words = offer.words();
        _checkTerms(offer, words, offerHash);
        uint256 deed = _checkDeed(words);
        _checkExclusive(words, deed);
        uint256 state = _checkOpen(order, words, offerHash);
        if (words.supply != 0) _checkSupply(order.quantity, words.supply, offerHash, state);
        uint40 expires = _expiry(words.duration);
        if (words.kind != uint256(Kind.Metered)) amount = words.price * order.quantity;
        payee = _checkFlags(words, offerHash, deed, amount, expires);
        bytes32 rolled;
        (licenseId, rolled) = _mintAll(order, words, offerHash, expires);
        head = rolled.log(
            Sold.selector,
            licenseId,
            words.assetId,
            bytes32(uint256(uint160(order.licensee))),
            Offers.encodeSale(order, offer, payer)
        );
        if (words.exclusive != 0) _registry.grantExclusive(words.assetId, licenseId, _clamp32(expires));
    }

    /// @dev Makes the licenses out; returns the first one's id, and the head after their `Transfer`s.
    function _mintAll(Order calldata order, Offers.Words calldata words, bytes32 offerHash, uint40 expires)
        private
        returns (bytes32 firstId, bytes32 rolled)
    {
        uint256 flags = words.transferable ^ BOUND;
        if (words.kind == uint256(Kind.Metered)) flags |= METERED;
        uint96 state = _pack(expires, uint32(words.uses), flags);
        address licensee = order.licensee;
        uint256 salt = uint256(order.salt);
        uint256 quantity = order.quantity;
        firstId = licenseIdOf(offerHash, licensee, bytes32(salt));
        rolled = _mintOne(head, licensee, firstId, state);
        unchecked {
            for (uint256 i = 1; i < quantity; ++i) {
                // Salts go round at 2^256, as any other number of theirs would do.
                rolled = _mintOne(rolled, licensee, licenseIdOf(offerHash, licensee, bytes32(salt + i)), state);
            }
        }
    }

    /// @dev Returns the head after the `Transfer`.
    function _mintOne(bytes32 rolled, address licensee, bytes32 licenseId, uint96 state) private returns (bytes32) {
        if (_exists(uint256(licenseId))) revert LicenseAlreadySold(licenseId);
        _mintAndSetExtraDataUnchecked(licensee, uint256(licenseId), state);
        if (_flagsOf(state) & BOUND != 0) emit Locked(uint256(licenseId));
        return rolled.rollTransfer(address(0), licensee, uint256(licenseId));
    }

    /// @dev Makes the licenses run longer; returns the latest expiry. Nothing is renewed while somebody else's exclusive
    /// license runs.
    function _renewAll(Order calldata order, Offers.Words calldata words, bytes32 offerHash, uint256 exclusiveUntil)
        private
        returns (uint40 latest)
    {
        bytes32 rolled = head;
        for (uint256 i = 0; i < order.quantity; ++i) {
            bytes32 licenseId;
            unchecked {
                licenseId = licenseIdOf(offerHash, order.licensee, bytes32(uint256(order.salt) + i));
            }
            _holderOf(licenseId);
            uint96 state = _getExtraData(uint256(licenseId));
            if (_flagsOf(state) & REVOKED != 0) revert LicenseRevoked(licenseId);
            uint40 expires = _expiryOf(state);
            bool live = block.timestamp < expires;
            if (block.timestamp < exclusiveUntil && !(live && words.exclusive != 0)) {
                revert AssetExclusivelyLicensed(words.assetId, exclusiveUntil);
            }
            expires = (live ? expires : uint40(block.timestamp)) + uint40(words.duration);
            if (expires > latest) latest = expires;
            _setLicense(licenseId, state >> 40 << 40 | expires);
            rolled = rolled.log(
                Renewed.selector,
                licenseId,
                words.assetId,
                offerHash,
                abi.encode(msg.sender, words.payee, words.currency, words.price, expires)
            );
        }
        head = rolled;
    }

    function _setLicense(bytes32 licenseId, uint96 state) private {
        _setExtraData(uint256(licenseId), state);
        emit MetadataUpdate(uint256(licenseId));
    }

    /// @dev What the offer itself says, whatever the state of the world.
    function _checkTerms(Offer calldata offer, Offers.Words calldata words, bytes32 offerHash) private pure {
        if (words.uses == 0) revert OfferUsesMissing(offerHash);
        uint256 kind = words.kind;
        if ((kind == uint256(Kind.Free)) != (words.price == 0)) {
            revert OfferPriceInvalid(offerHash, words.price, Kind(kind));
        }
        if (
            kind > uint256(Kind.Free) && (kind == uint256(Kind.Metered) ? words.transferable != 0 : words.duration == 0)
        ) {
            revert OfferKindInvalid(offerHash, Kind(kind));
        }
        uint256 length = bytes(offer.termsURI).length;
        if (length > MAX_URI) revert OfferUriTooLong(offerHash, length, MAX_URI);
    }

    /// @dev One slot of the registry: who may license, and since when.
    function _checkDeed(Offers.Words calldata words) private view returns (uint256 deed) {
        bytes32 assetId = words.assetId;
        deed = _registry.deedState(assetId);
        uint256 holder = uint160(deed);
        uint256 epoch = uint24(deed >> 160);
        if (words.licensor != holder) {
            revert OfferNotFromHolder(assetId, address(uint160(words.licensor)), address(uint160(holder)));
        }
        if (words.epoch != epoch) revert OfferOutdated(assetId, words.epoch, epoch);
    }

    function _checkExclusive(Offers.Words calldata words, uint256 deed) private view {
        uint256 until = uint32(deed >> 184);
        if (block.timestamp < until) revert AssetExclusivelyLicensed(words.assetId, until);
    }

    /// @dev What a deed's flags say to a sale; most deeds have none. Returns who is paid.
    function _checkFlags(Offers.Words calldata words, bytes32 offerHash, uint256 deed, uint256 amount, uint256 expires)
        private
        view
        returns (address payee)
    {
        payee = address(uint160(words.payee));
        uint256 flags = deed >> 248;
        if (flags == 0) return payee;
        bytes32 assetId = words.assetId;
        if (flags & DEFEATED != 0) revert AssetDefeated(assetId);
        if (flags & DERIVATIVE != 0) {
            // Units are paid long after their license was sold, so that no ceiling could hold.
            if (flags & CEILING != 0 && words.kind == uint256(Kind.Metered)) {
                revert OfferKindInvalid(offerHash, Kind.Metered);
            }
            _registry.checkSale(
                assetId, payee, uint32(words.uses), expires, address(uint160(words.currency)), amount, words.termsHash
            );
        }
        if (flags & DISPUTED != 0) {
            address vault = payee;
            payee = _desk.escrowOf(assetId, vault);
            // What is escrowed reaches the vault later, so that no ceiling could hold.
            if (flags & CEILING != 0 && amount != 0 && payee != vault) revert CeilingInDispute(assetId);
        }
    }

    /// @dev One slot of this contract, the clock and the signature.
    function _checkOpen(Order calldata order, Offers.Words calldata words, bytes32 offerHash)
        private
        view
        returns (uint256 state)
    {
        uint256 maximum = words.exclusive != 0 ? 1 : MAX_ORDERS;
        unchecked {
            if (order.quantity - 1 >= maximum) revert QuantityInvalid(order.quantity, maximum); // 0 goes round to the top
        }
        if (block.timestamp < words.start) revert OfferNotStarted(offerHash, words.start, block.timestamp);
        if (words.end != 0 && block.timestamp > words.end) revert OfferExpired(offerHash, words.end, block.timestamp);
        state = _offers[offerHash];
        if (state & CANCELLED != 0) revert OfferIsCancelled(offerHash);
        if (state & PUBLISHED == 0) {
            address licensor = address(uint160(words.licensor));
            if (!_signed(licensor, _hashTypedData(offerHash), order.signature)) {
                revert OfferSignatureInvalid(offerHash, licensor);
            }
        }
    }

    function _checkSupply(uint256 quantity, uint256 supply, bytes32 offerHash, uint256 state) private {
        if (uint32(state) + quantity > supply) revert OfferSoldOut(offerHash, supply);
        _offers[offerHash] = state + quantity; // what is sold is at most the supply, and so stays in its 32 bits
    }

    /// @dev By the licensor, or by an account they appointed.
    function _signed(address licensor, bytes32 digest, bytes calldata signature) private view returns (bool) {
        return Signatures.valid(signature, licensor, digest)
            || _isAgent(licensor, ECDSA.tryRecoverCalldata(digest, signature));
    }

    function _isAgent(address licensor, address agent) private view returns (bool) {
        return agent != address(0) && block.timestamp <= _agents[licensor][agent];
    }

    function _checkLicensor(address licensor) private view {
        if (msg.sender != licensor && !_isAgent(licensor, msg.sender)) revert NotLicensor(msg.sender, licensor);
    }

    /// @dev What a grant proves, with its offer's conditions.
    function _shown(Grant calldata grant, Conditions calldata conditions)
        private
        pure
        returns (bytes32 licenseId, Offers.Words calldata words)
    {
        Offer calldata offer = grant.offer;
        licenseId = grant.licenseId();
        offer.check(conditions);
        words = offer.words();
    }

    function _holderOf(bytes32 licenseId) private view returns (address holder) {
        holder = _ownerOf(uint256(licenseId));
        if (holder == address(0)) revert LicenseUnknown(licenseId);
    }

    function _liveLicense(bytes32 licenseId) private view returns (address holder, uint96 state) {
        holder = _holderOf(licenseId);
        state = _getExtraData(uint256(licenseId));
        if (_flagsOf(state) & REVOKED != 0) revert LicenseRevoked(licenseId);
        if (block.timestamp >= _expiryOf(state)) revert LicenseExpired(licenseId, _expiryOf(state));
    }

    /// @dev Nothing was reported for `within` seconds, counted from the end of the day of the sale at the earliest.
    function _overdue(bytes32 licenseId, uint96 state, uint32 within) private view returns (bool) {
        uint256 sold = (_soldOn(state) + 1) * 1 days;
        return block.timestamp > FixedPointMathLib.max(_ledger.reportedUntil(licenseId), sold) + within;
    }

    /// @dev Nothing where nothing was paid in advance: a meter's deposit is the licensee's.
    function _refund(Offers.Words calldata words, uint256 refundBps, uint256 expires) private view returns (uint256) {
        if (words.kind == uint256(Kind.Metered)) return 0;
        (uint256 left, uint256 whole) = expires == PERPETUAL ? (1, 1) : (expires - block.timestamp, words.duration);
        return FixedPointMathLib.fullMulDiv(words.price, left * refundBps, whole * WHOLE);
    }

    /// @dev From the caller, who sent native coin along; returns what is left of it.
    function _pay(Offers.Words calldata words, address payee, uint256 amount) private returns (uint256 rest) {
        address currency = address(uint160(words.currency));
        uint256 asked = currency == address(0) ? amount : 0;
        if (msg.value < asked) revert WrongValue(msg.value, asked);
        _move(currency, msg.sender, payee, amount);
        return msg.value - asked;
    }

    /// @dev Last of all: the only calls to code that somebody else chose. Native coin is here already.
    function _move(address currency, address payer, address payee, uint256 amount) private {
        if (amount == 0) return;
        if (currency == address(0)) SafeTransferLib.safeTransferETH(payee, amount);
        else SafeTransferLib.safeTransferFrom(currency, payer, payee, amount);
    }

    function _expiry(uint256 duration) private view returns (uint40) {
        // Seconds fit into 40 bits for 34,000 years.
        return duration == 0 ? PERPETUAL : uint40(block.timestamp + duration);
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

    /// @dev A license's 96 bits, from the low end: expires (40) ‖ uses (32) ‖ flags (8) ‖ day of the sale (16, to 2149).
    function _pack(uint40 expires, uint32 uses, uint256 flags) private view returns (uint96) {
        return uint96(expires) | (uint96(uses) << 40) | (uint96(flags) << 72)
            | (uint96(uint16(block.timestamp / 1 days)) << 80);
    }

    function _expiryOf(uint96 state) private pure returns (uint40) {
        return uint40(state);
    }

    function _usesOf(uint96 state) private pure returns (uint32) {
        return uint32(state >> 40);
    }

    function _soldOn(uint96 state) private pure returns (uint256) {
        return uint16(state >> 80);
    }

    function _flagsOf(uint96 state) private pure returns (uint256) {
        return uint8(state >> 72);
    }

    /// @dev The registry's rule, repeated here to save a call.
    function _assetIdOf(bytes32 content, address registrant) private pure returns (bytes32) {
        return keccak256(abi.encode(content, registrant));
    }

    function _beforeTokenTransfer(address from, address, uint256 id) internal view override {
        if (from != address(0) && _flagsOf(_getExtraData(id)) & BOUND != 0) revert LicenseNotTransferable(bytes32(id));
    }

    function _afterTokenTransfer(address from, address to, uint256 id) internal override {
        if (from == address(0)) return; // a sale: `_recordSale` moves the head once for both of its logs
        head = head.rollTransfer(from, to, id);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Licet", "1");
    }
}
