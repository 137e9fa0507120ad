// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC721} from "solady/tokens/ERC721.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {LibString} from "solady/utils/LibString.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IERC2981} from "./interfaces/IERC2981.sol";
import {IERC4906} from "./interfaces/IERC4906.sol";
import {IERC7572} from "./interfaces/IERC7572.sol";
import {ILicenseToken} from "./interfaces/ILicenseToken.sol";
import {IRoyaltyVault} from "./interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "./interfaces/IRoyaltyVaultFactory.sol";
import {Offers} from "./libraries/Offers.sol";
import {RollingHead} from "./libraries/RollingHead.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {TokenDocument} from "./libraries/TokenDocument.sol";
import {Vaults} from "./libraries/Vaults.sol";

/// @title Title deeds to works and to catalogues of works
/// @notice See `IAssetRegistry`.
contract AssetRegistry is IAssetRegistry, IERC2981, IERC4906, IERC7572, ERC721, EIP712 {
    using Offers for ILicenseToken.Grant;
    using Offers for ILicenseToken.Offer;
    using RollingHead for bytes32;

    /// @dev What parents ask of their derivative, gathered one by one.
    struct Demands {
        uint32 uses;
        uint40 until;
        uint96 revenueCeiling;
        address ceilingCurrency;
        bool reciprocal;
        bytes32 termsHash;
        address payee;
        uint256 neededBps;
    }

    /// @dev What is kept of a derivative; the last two slots only where its parents ask for them.
    struct Made {
        address vault;
        uint32 uses;
        uint16 resaleBps;
        address ceilingCurrency;
        uint96 revenueCeiling;
        bytes32 termsHash;
    }

    uint256 private constant MAX_URI = 1024;
    uint256 private constant MAX_PARENTS = 16;
    uint256 private constant MAX_SOURCES = 64;
    uint256 private constant WHOLE = 10_000;
    uint32 private constant DERIVE = 1 << 7;
    uint32 private constant FOREVER = type(uint32).max;

    uint8 private constant DERIVATIVE = 1;
    uint8 private constant RECIPROCAL = 2;
    uint8 private constant CEILING = 4;
    uint8 private constant DISPUTE_FLAGS = 8 | 16;

    /// @dev keccak256 of "Registration(address registrant,bytes32 content,uint64 works,bytes32 documentHash,string
    /// uri,uint8 origin,uint256 deadline)"; a test compares.
    bytes32 private constant REGISTRATION_TYPEHASH = 0x9a3957880d75a56b639e2e8d78daec6461510e9ae15a42605cf514ce66eec26e;
    /// @dev keccak256 of "DerivativeApproval(bytes32 licenseId,bytes32 content,address registrant)"; a test compares.
    bytes32 private constant APPROVAL_TYPEHASH = 0xf70b604b23aebc0f882d04907897c429cc8d0485b5ae3badd8d48e870982f7a0;

    /// @inheritdoc IAssetRegistry
    address public immutable licenseToken;
    /// @inheritdoc IAssetRegistry
    address public immutable vaultFactory;
    /// @inheritdoc IAssetRegistry
    address public immutable usageLedger;
    /// @inheritdoc IAssetRegistry
    address public immutable statementEscrow;
    /// @inheritdoc IAssetRegistry
    address public immutable disputeDesk;
    /// @inheritdoc IAssetRegistry
    uint256 public immutable deploymentBlock;
    address private immutable _vaultImplementation;

    /// @inheritdoc IAssetRegistry
    bytes32 public head;

    mapping(bytes32 assetId => Made) private _made;

    /// @dev All but the factory will be deployed later: they and this contract name each other.
    constructor(
        address vaultFactory_,
        address licenseToken_,
        address usageLedger_,
        address statementEscrow_,
        address disputeDesk_
    ) {
        vaultFactory = vaultFactory_;
        licenseToken = licenseToken_;
        usageLedger = usageLedger_;
        statementEscrow = statementEscrow_;
        disputeDesk = disputeDesk_;
        deploymentBlock = block.number;
        _vaultImplementation = IRoyaltyVaultFactory(vaultFactory_).implementation();
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
                    registration.origin,
                    deadline
                )
            )
        );
        if (!Signatures.valid(signature, registrant, digest)) revert RegistrationSignatureInvalid(registrant);
        return _register(registrant, registration);
    }

    /// @inheritdoc IAssetRegistry
    function registerDerivative(Registration calldata registration, Derivation calldata derivation)
        external
        returns (bytes32 assetId)
    {
        uint256 parents = derivation.parents.length;
        uint256 sources = derivation.sources.length;
        if (parents > MAX_PARENTS || sources > MAX_SOURCES || parents + sources == 0) {
            revert ParentsInvalid(parents, MAX_PARENTS, sources, MAX_SOURCES);
        }
        for (uint256 i = 0; i < sources; ++i) {
            _checkSource(derivation.sources[i]);
        }
        (Demands memory demands, Lineage[] memory lineage) = _gather(registration.content, derivation);
        assetId = _register(msg.sender, registration);
        address vault;
        if (parents != 0) vault = _keep(assetId, demands, derivation.split, _lineageOf(lineage));
        head = head.log(
            DerivativeRegistered.selector,
            assetId,
            bytes32(uint256(uint160(vault))),
            derivation.split,
            abi.encode(demands.uses, _clamp32(demands.until), lineage, derivation.sources)
        );
    }

    /// @inheritdoc IAssetRegistry
    function refreshParents(bytes32 assetId, bytes32 split, bytes32[] calldata licenseIds) external {
        bytes32 lineage = keccak256(abi.encode(licenseIds));
        address vault = _made[assetId].vault;
        (uint24 epoch, uint32 exclusiveUntil,, uint8 flags) = _state(assetId);
        if (flags & DERIVATIVE == 0 || vault != _vaultOf(split, lineage)) revert LineageUnknown(assetId, lineage);
        uint40 until = type(uint40).max;
        for (uint256 i = 0; i < licenseIds.length; ++i) {
            uint40 expires = ILicenseToken(licenseToken).license(licenseIds[i]).expires;
            if (expires < until) until = expires;
        }
        uint32 parentsUntil = _clamp32(until);
        _setState(assetId, epoch, exclusiveUntil, parentsUntil, flags);
        head = head.log(ParentsRefreshed.selector, assetId, lineage, bytes32(uint256(parentsUntil)), "");
    }

    /// @inheritdoc IAssetRegistry
    function pinVault(bytes32 assetId, address vault, uint16 resaleBps) external {
        _checkHolder(assetId);
        if (resaleBps > WHOLE) revert ResaleInvalid(resaleBps);
        (,,, uint8 flags) = _state(assetId);
        Made storage made = _made[assetId];
        if (flags & DERIVATIVE != 0 && vault != made.vault) revert PayeeNotVault(assetId, vault, made.vault);
        made.vault = vault;
        made.resaleBps = resaleBps;
        head =
            head.log(VaultPinned.selector, assetId, bytes32(uint256(uint160(vault))), bytes32(uint256(resaleBps)), "");
    }

    /// @inheritdoc IAssetRegistry
    function cancelOffers(bytes32 assetId) external returns (uint24) {
        _checkHolder(assetId);
        (uint24 epoch, uint32 exclusiveUntil, uint32 parentsUntil, uint8 flags) = _state(assetId);
        _setState(assetId, ++epoch, exclusiveUntil, parentsUntil, flags);
        head = head.log(
            OffersCancelled.selector, assetId, bytes32(uint256(uint160(msg.sender))), bytes32(uint256(epoch)), ""
        );
        return epoch;
    }

    /// @inheritdoc IAssetRegistry
    function grantExclusive(bytes32 assetId, bytes32 licenseId, uint32 until) external {
        if (msg.sender != licenseToken) revert NotLicenseToken(msg.sender);
        (uint24 epoch,, uint32 parentsUntil, uint8 flags) = _state(assetId);
        _setState(assetId, epoch, until, parentsUntil, flags);
        head = head.log(ExclusiveGranted.selector, assetId, licenseId, bytes32(uint256(until)), "");
    }

    /// @inheritdoc IAssetRegistry
    function flag(bytes32 assetId, uint8 flags, uint256 caseId) external {
        if (msg.sender != disputeDesk) revert NotDisputeDesk(msg.sender);
        (uint24 epoch, uint32 exclusiveUntil, uint32 parentsUntil, uint8 others) = _state(assetId);
        flags = flags & DISPUTE_FLAGS | others & ~DISPUTE_FLAGS;
        _setState(assetId, epoch, exclusiveUntil, parentsUntil, flags);
        head = head.log(DeedFlagged.selector, assetId, bytes32(caseId), bytes32(uint256(flags)), "");
    }

    /// @inheritdoc IAssetRegistry
    function checkSale(
        bytes32 assetId,
        address payee,
        uint32 uses,
        uint256 expires,
        address currency,
        uint256 amount,
        bytes32 termsHash
    ) external view {
        (,, uint32 parentsUntil, uint8 flags) = _state(assetId);
        if (flags & DERIVATIVE == 0) return;
        Made storage made = _made[assetId];
        if (payee != made.vault) revert PayeeNotVault(assetId, payee, made.vault);
        if (uses & ~made.uses != 0) revert UsesBeyondParents(assetId, uses, made.uses);
        if (parentsUntil != FOREVER && expires > parentsUntil) {
            revert TermBeyondParents(assetId, expires, parentsUntil);
        }
        if (flags & RECIPROCAL != 0 && termsHash != made.termsHash) {
            revert TermsNotReciprocal(assetId, termsHash, made.termsHash);
        }
        if (flags & CEILING != 0 && amount != 0) {
            if (currency != made.ceilingCurrency) revert CurrencyNotCeilings(assetId, currency, made.ceilingCurrency);
            uint256 revenue = _received(payee, currency) + amount;
            if (revenue > made.revenueCeiling) revert RevenueCeilingReached(assetId, revenue, made.revenueCeiling);
        }
    }

    /// @inheritdoc IAssetRegistry
    function deed(bytes32 assetId) external view returns (Deed memory) {
        address holder = _holderOf(assetId);
        (uint24 epoch, uint32 exclusiveUntil, uint32 parentsUntil, uint8 flags) = _state(assetId);
        return Deed(holder, epoch, exclusiveUntil, parentsUntil, flags);
    }

    /// @inheritdoc IAssetRegistry
    function deedState(bytes32 assetId) external view returns (uint256) {
        return uint256(uint160(_holderOf(assetId))) | uint256(_getExtraData(uint256(assetId))) << 160;
    }

    /// @inheritdoc IAssetRegistry
    function derivative(bytes32 assetId) external view returns (Derivative memory) {
        Made storage made = _made[assetId];
        return Derivative(made.vault, made.uses, made.ceilingCurrency, made.revenueCeiling, made.termsHash);
    }

    /// @inheritdoc IERC2981
    function royaltyInfo(uint256 id, uint256 salePrice) external view returns (address, uint256) {
        Made storage made = _made[bytes32(id)];
        return (made.vault, FixedPointMathLib.fullMulDiv(salePrice, made.resaleBps, WHOLE));
    }

    /// @inheritdoc IAssetRegistry
    function assetIdOf(bytes32 content, address registrant) public pure returns (bytes32) {
        return keccak256(abi.encode(content, registrant));
    }

    /// @inheritdoc IERC7572
    function contractURI() external pure returns (string memory) {
        return TokenDocument.dataURI(
            '{"name":"Licet Assets","description":"Title deeds to works and to catalogues of works."}'
        );
    }

    function supportsInterface(bytes4 id) public view override returns (bool) {
        return id == type(IERC2981).interfaceId || id == 0x49064906 || super.supportsInterface(id);
    }

    function name() public pure override returns (string memory) {
        return "Licet Assets";
    }

    function symbol() public pure override returns (string memory) {
        return "ASSET";
    }

    /// @notice Metadata made from the deed's slot: no server, nothing to go stale.
    function tokenURI(uint256 id) public view override returns (string memory) {
        _holderOf(bytes32(id));
        (uint24 epoch, uint32 exclusiveUntil, uint32 parentsUntil, uint8 flags) = _state(bytes32(id));
        return TokenDocument.dataURI(
            string.concat(
                '{"name":"Licet asset ',
                LibString.toHexString(id, 32),
                '","description":"Title deed to a work or a catalogue of works.","attributes":[{"trait_type":"epoch","value":',
                LibString.toString(epoch),
                '},{"trait_type":"exclusive until","display_type":"date","value":',
                LibString.toString(exclusiveUntil),
                '},{"trait_type":"licenses end by","display_type":"date","value":',
                LibString.toString(parentsUntil),
                '},{"trait_type":"flags","value":',
                LibString.toString(flags),
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
                abi.encode(registration.works, registration.documentHash, registration.uri, registration.origin)
            );
    }

    /// @dev What all parents ask together, and the lines of the log; reverts unless each license allows the derivative.
    function _gather(bytes32 content, Derivation calldata derivation)
        private
        view
        returns (Demands memory demands, Lineage[] memory lineage)
    {
        Parent[] calldata parents = derivation.parents;
        lineage = new Lineage[](parents.length);
        demands.uses = type(uint32).max;
        demands.until = type(uint40).max;
        for (uint256 i = 0; i < parents.length; ++i) {
            lineage[i] = _gatherOne(content, derivation.split, parents[i], demands);
        }
    }

    function _gatherOne(bytes32 content, bytes32 split, Parent calldata parent, Demands memory demands)
        private
        view
        returns (Lineage memory line)
    {
        ILicenseToken.Offer calldata offer = parent.grant.offer;
        ILicenseToken.Conditions calldata conditions = parent.conditions;
        bytes32 licenseId = parent.grant.licenseId();
        offer.check(conditions);
        ILicenseToken.License memory held = _licenseToDerive(licenseId);
        demands.uses &= held.uses;
        if (held.expires < demands.until) demands.until = held.expires;
        if (conditions.approval) _checkApproval(licenseId, content, offer.assetId, parent.approval);
        if (conditions.revenueCeiling != 0) {
            _lowerCeiling(licenseId, offer.currency, conditions.revenueCeiling, demands);
        }
        (,,, uint8 flags) = _state(offer.assetId);
        if (conditions.reciprocal || flags & RECIPROCAL != 0) _reciprocate(licenseId, offer.termsHash, demands);
        line.licenseId = licenseId;
        line.assetId = offer.assetId;
        if (conditions.royaltyBps != 0) {
            _checkShare(licenseId, offer.payee, split, conditions.royaltyBps, parent.share, demands);
            line.royaltyBps = conditions.royaltyBps;
            line.share = parent.share;
        }
    }

    /// @dev A license to derive that the caller holds and that runs now. A metered one has no price to derive under.
    function _licenseToDerive(bytes32 licenseId) private view returns (ILicenseToken.License memory held) {
        held = ILicenseToken(licenseToken).license(licenseId);
        if (held.holder != msg.sender || held.uses & DERIVE == 0 || held.metered || block.timestamp >= held.expires) {
            revert ParentLicenseInvalid(licenseId, msg.sender, DERIVE);
        }
    }

    /// @dev A license that the caller holds and that permits what it permits now.
    function _checkSource(bytes32 licenseId) private view {
        ILicenseToken.License memory held = ILicenseToken(licenseToken).license(licenseId);
        if (held.holder != msg.sender || !ILicenseToken(licenseToken).permits(licenseId, held.uses)) {
            revert ParentLicenseInvalid(licenseId, msg.sender, held.uses);
        }
    }

    function _checkApproval(bytes32 licenseId, bytes32 content, bytes32 assetId, bytes calldata approval) private view {
        address holder = _holderOf(assetId);
        bytes32 digest = _hashTypedData(keccak256(abi.encode(APPROVAL_TYPEHASH, licenseId, content, msg.sender)));
        if (!Signatures.valid(approval, holder, digest)) revert ApprovalInvalid(licenseId, holder);
    }

    function _lowerCeiling(bytes32 licenseId, address currency, uint96 ceiling, Demands memory demands) private pure {
        if (demands.revenueCeiling == 0) {
            demands.ceilingCurrency = currency;
            demands.revenueCeiling = ceiling;
        } else {
            if (currency != demands.ceilingCurrency) revert ParentsIncompatible(licenseId);
            if (ceiling < demands.revenueCeiling) demands.revenueCeiling = ceiling;
        }
    }

    function _reciprocate(bytes32 licenseId, bytes32 termsHash, Demands memory demands) private pure {
        if (demands.reciprocal && termsHash != demands.termsHash) revert ParentsIncompatible(licenseId);
        demands.reciprocal = true;
        demands.termsHash = termsHash;
    }

    /// @dev One leaf must hold what all parents with its payee ask together: a vault pays a payee by one leaf only.
    function _checkShare(
        bytes32 licenseId,
        address payee,
        bytes32 split,
        uint256 royaltyBps,
        IRoyaltyVault.Share calldata share,
        Demands memory demands
    ) private pure {
        if (payee < demands.payee) revert ParentsNotSorted(licenseId);
        uint256 needed = royaltyBps + (payee == demands.payee ? demands.neededBps : 0);
        demands.payee = payee;
        demands.neededBps = needed;
        (bytes32 root, uint128 total) = SumTree.root(payee, share.share, share.sides, share.siblings);
        // In a split of nothing, 0 would be the whole; its vault pays nobody.
        if (root != split || share.payee != payee || total == 0 || uint256(share.share) * WHOLE < needed * total) {
            revert ParentShareTooSmall(licenseId, payee, needed);
        }
    }

    /// @dev Writes what later sales are checked against; returns the derivative's vault.
    function _keep(bytes32 assetId, Demands memory demands, bytes32 split, bytes32 lineage)
        private
        returns (address vault)
    {
        vault = _vaultOf(split, lineage);
        uint8 flags = DERIVATIVE;
        Made storage made = _made[assetId];
        made.vault = vault;
        made.uses = demands.uses;
        if (demands.revenueCeiling != 0) {
            flags |= CEILING;
            made.ceilingCurrency = demands.ceilingCurrency;
            made.revenueCeiling = demands.revenueCeiling;
        }
        if (demands.reciprocal) {
            flags |= RECIPROCAL;
            made.termsHash = demands.termsHash;
        }
        _setExtraData(uint256(assetId), _pack(0, 0, _clamp32(demands.until), flags));
    }

    function _lineageOf(Lineage[] memory lineage) private pure returns (bytes32) {
        bytes32[] memory licenseIds = new bytes32[](lineage.length);
        for (uint256 i = 0; i < lineage.length; ++i) {
            licenseIds[i] = lineage[i].licenseId;
        }
        return keccak256(abi.encode(licenseIds));
    }

    function _vaultOf(bytes32 split, bytes32 salt) private view returns (address) {
        return Vaults.at(vaultFactory, _vaultImplementation, split, salt);
    }

    /// @dev All that a vault ever received, deployed or not.
    function _received(address vault, address currency) private view returns (uint256) {
        if (vault.code.length != 0) return IRoyaltyVault(vault).received(currency);
        return currency == address(0) ? vault.balance : SafeTransferLib.balanceOf(currency, vault);
    }

    function _holderOf(bytes32 assetId) private view returns (address holder) {
        holder = _ownerOf(uint256(assetId));
        if (holder == address(0)) revert AssetNotRegistered(assetId);
    }

    function _checkHolder(bytes32 assetId) private view {
        address holder = _holderOf(assetId);
        if (msg.sender != holder) revert NotDeedHolder(assetId, msg.sender, holder);
    }

    /// @dev Never stays never; what ends beyond the slot's 32 bits ends with them.
    function _clamp32(uint40 time) private pure returns (uint32) {
        if (time == type(uint40).max) return FOREVER;
        return time < FOREVER ? uint32(time) : FOREVER - 1;
    }

    /// @dev A deed's 96 bits, from the low end: epoch (24) ‖ exclusiveUntil (32) ‖ parentsUntil (32) ‖ flags (8).
    function _pack(uint24 epoch, uint32 exclusiveUntil, uint32 parentsUntil, uint8 flags)
        private
        pure
        returns (uint96)
    {
        return uint96(epoch) | uint96(exclusiveUntil) << 24 | uint96(parentsUntil) << 56 | uint96(flags) << 88;
    }

    function _state(bytes32 assetId)
        private
        view
        returns (uint24 epoch, uint32 exclusiveUntil, uint32 parentsUntil, uint8 flags)
    {
        uint96 state = _getExtraData(uint256(assetId));
        return (uint24(state), uint32(state >> 24), uint32(state >> 56), uint8(state >> 88));
    }

    function _setState(bytes32 assetId, uint24 epoch, uint32 exclusiveUntil, uint32 parentsUntil, uint8 flags) private {
        _setExtraData(uint256(assetId), _pack(epoch, exclusiveUntil, parentsUntil, flags));
        emit MetadataUpdate(uint256(assetId));
    }

    /// @dev Every transfer raises the epoch, so that no offer revives when a deed comes back to a former holder.
    function _afterTokenTransfer(address from, address to, uint256 id) internal override {
        if (from == address(0)) return; // a mint: `_register` moves the head once for both of its logs
        (uint24 epoch, uint32 exclusiveUntil, uint32 parentsUntil, uint8 flags) = _state(bytes32(id));
        _setState(bytes32(id), epoch + 1, exclusiveUntil, parentsUntil, flags);
        head = head.rollTransfer(from, to, id);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Licet", "1");
    }
}
