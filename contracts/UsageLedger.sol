// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {EIP712} from "solady/utils/EIP712.sol";
import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {ILicenseToken} from "./interfaces/ILicenseToken.sol";
import {IPurse} from "./interfaces/IPurse.sol";
import {IUsageLedger} from "./interfaces/IUsageLedger.sol";
import {Offers} from "./libraries/Offers.sol";
import {Purses} from "./libraries/Purses.sol";
import {RollingHead} from "./libraries/RollingHead.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {PermitFirst} from "./PermitFirst.sol";
import {Purse} from "./Purse.sol";

/// @title Use, reported and metered
/// @notice See `IUsageLedger`.
contract UsageLedger is IUsageLedger, EIP712, PermitFirst {
    using Offers for ILicenseToken.Conditions;
    using Offers for ILicenseToken.Grant;
    using Offers for ILicenseToken.Offer;
    using Purses for address;
    using RollingHead for bytes32;
    using Signatures for bytes;

    /// @dev `closesAt` of an open account.
    uint40 private constant OPEN = type(uint40).max;
    /// @dev Stands for the license's terms in place of a holder, among those who name reporters.
    address private constant TERMS = address(0);
    /// @dev keccak256 of "Voucher(bytes32 licenseId,uint256 units)"; a test compares.
    bytes32 private constant VOUCHER_TYPEHASH = 0x68a741d8f72c714abc5a26950aade24065f40855b24d5c6dbff160799829d52e;

    /// @inheritdoc IUsageLedger
    address public immutable licenseToken;
    /// @inheritdoc IUsageLedger
    address public immutable purseCode;

    /// @inheritdoc IUsageLedger
    bytes32 public head;

    mapping(bytes32 key => Usage) private _usage;
    mapping(bytes32 licenseId => Account) private _accounts;
    /// @dev By who named them: a later holder has named nobody.
    mapping(bytes32 licenseId => mapping(address by => mapping(address reporter => bool))) private _reporters;

    constructor(address licenseToken_) {
        licenseToken = licenseToken_;
        purseCode = address(new Purse());
    }

    /// @inheritdoc IUsageLedger
    function anchor(bytes32 licenseId, bytes32 root, uint64 count, uint40 from, uint40 until) external {
        if (root == 0) revert RootMissing();
        if (count == 0) revert RecordsMissing();
        if (from > until || until > block.timestamp) revert PeriodInvalid(from, until, block.timestamp);
        bytes32 key = licenseId;
        if (licenseId == 0) key = _keyOf(msg.sender);
        else if (!isReporter(licenseId, msg.sender)) revert NotReporter(licenseId, msg.sender);
        Usage memory past = _usage[key];
        if (from <= past.until) revert PeriodOverlaps(key, from, past.until);
        unchecked {
            // Every anchor moves `until` on by a second or more: fewer than 2^40 anchors, and 2^104 records.
            _usage[key] = Usage({until: until, records: past.records + count, anchors: past.anchors + 1});
        }
        head = head.log(UsageAnchored.selector, _word(msg.sender), licenseId, root, abi.encode(count, from, until));
    }

    /// @inheritdoc IUsageLedger
    function nameReporter(bytes32 licenseId, address reporter, bool named) external {
        address holder = _holderOf(licenseId);
        if (msg.sender != holder) revert ILicenseToken.NotLicensee(licenseId, msg.sender, holder);
        _reporters[licenseId][holder][reporter] = named;
        head = head.log(ReporterNamed.selector, licenseId, _word(holder), _word(reporter), abi.encode(named));
    }

    /// @inheritdoc IUsageLedger
    function admitReporter(ILicenseToken.Grant calldata grant, ILicenseToken.Conditions calldata conditions) external {
        grant.offer.check(conditions);
        bytes32 licenseId = grant.licenseId();
        _holderOf(licenseId); // reverts for a license that was never sold
        address reporter = conditions.reporter;
        if (reporter == address(0)) revert ReporterMissing(licenseId);
        _reporters[licenseId][TERMS][reporter] = true;
        head = head.log(ReporterAdmitted.selector, licenseId, grant.offer.conditions, _word(reporter), "");
    }

    /// @inheritdoc IUsageLedger
    function open(ILicenseToken.Grant calldata grant) external returns (address purse) {
        bytes32 licenseId = grant.licenseId();
        if (_accounts[licenseId].closesAt != 0) revert AccountAlreadyOpened(licenseId);
        return _open(licenseId, grant.offer);
    }

    /// @inheritdoc IUsageLedger
    function deposit(ILicenseToken.Grant calldata grant, uint256 amount) external payable {
        bytes32 licenseId = grant.licenseId();
        address currency = grant.offer.currency;
        uint256 asked = currency == address(0) ? amount : 0;
        if (msg.value != asked) revert ILicenseToken.WrongValue(msg.value, asked);
        uint40 closesAt = _accounts[licenseId].closesAt;
        if (closesAt == 0) _open(licenseId, grant.offer);
        else if (closesAt != OPEN) revert AccountIsClosing(licenseId, closesAt);
        head = head.log(Deposited.selector, licenseId, _word(msg.sender), _word(currency), abi.encode(amount));
        address purse = depositOf(licenseId);
        if (currency == address(0)) SafeTransferLib.safeTransferETH(purse, amount);
        else SafeTransferLib.safeTransferFrom(currency, msg.sender, purse, amount);
    }

    /// @inheritdoc IUsageLedger
    function settle(
        ILicenseToken.Grant calldata grant,
        ILicenseToken.Conditions calldata conditions,
        uint56 units,
        uint256 signedUnits,
        bytes calldata signature
    ) external {
        ILicenseToken.Offer calldata offer = grant.offer;
        bytes32 licenseId = grant.licenseId();
        offer.check(conditions);
        if (units > signedUnits) revert UnitsNotSigned(licenseId, units, signedUnits);
        if (_isOverCap(units, conditions)) revert UnitsOverCap(licenseId, units, conditions.unitCap);
        if (!signature.valid(grant.licensee, voucherHash(licenseId, signedUnits))) {
            revert VoucherSignatureInvalid(licenseId, grant.licensee);
        }
        Account storage current = _accounts[licenseId];
        if (current.closesAt == 0) _open(licenseId, offer);
        uint256 settled = current.settled;
        if (units <= settled) revert VoucherSpent(licenseId, units, settled);
        address purse = depositOf(licenseId);
        uint256 balance = purse.balanceOf(offer.currency);
        (bool enough, uint256 amount) = _charge(units - settled, offer.price, balance);
        if (!enough) revert DepositTooSmall(licenseId, amount, balance);

        current.settled = units;
        head = head.log(
            Settled.selector, licenseId, offer.assetId, _word(offer.payee), abi.encode(offer.currency, units, amount)
        );
        IPurse(purse).pay(offer.currency, offer.payee, amount);
    }

    /// @inheritdoc IUsageLedger
    function close(ILicenseToken.Grant calldata grant, ILicenseToken.Conditions calldata conditions) external {
        grant.offer.check(conditions);
        bytes32 licenseId = grant.licenseId();
        if (msg.sender != grant.licensee) revert ILicenseToken.NotLicensee(licenseId, msg.sender, grant.licensee);
        uint40 closesAt = _closesAt(licenseId);
        if (closesAt != OPEN) revert AccountIsClosing(licenseId, closesAt);
        closesAt = uint40(block.timestamp) + conditions.refundDelay; // seconds fit into 40 bits for 34,000 years
        _accounts[licenseId].closesAt = closesAt;
        head =
            head.log(AccountClosing.selector, licenseId, grant.offer.assetId, _word(msg.sender), abi.encode(closesAt));
    }

    /// @inheritdoc IUsageLedger
    function withdraw(ILicenseToken.Grant calldata grant, address token) external {
        bytes32 licenseId = grant.licenseId();
        uint40 closesAt = _closesAt(licenseId);
        if (block.timestamp < closesAt) revert DepositLocked(licenseId, closesAt);
        address purse = depositOf(licenseId);
        uint256 amount = purse.balanceOf(token);
        if (amount == 0) revert DepositEmpty(licenseId, token);
        head = head.log(Withdrawn.selector, licenseId, _word(grant.licensee), _word(token), abi.encode(amount));
        IPurse(purse).pay(token, grant.licensee, amount);
    }

    /// @inheritdoc IUsageLedger
    function funded(bytes32 licenseId) external view returns (bool) {
        Account memory current = _accounts[licenseId];
        return current.closesAt == OPEN && depositOf(licenseId).balanceOf(current.currency) != 0;
    }

    /// @inheritdoc IUsageLedger
    function permitsUnits(
        ILicenseToken.Grant calldata grant,
        ILicenseToken.Conditions calldata conditions,
        uint32 uses,
        uint56 units
    ) external view returns (bool) {
        bytes32 licenseId = grant.licenseId();
        Account memory current = _accounts[licenseId];
        if (current.closesAt != OPEN || grant.offer.conditions != conditions.hash()) return false;
        if (_isOverCap(units, conditions) || !ILicenseToken(licenseToken).permits(licenseId, uses)) return false;
        uint256 more = units > current.settled ? units - current.settled : 0;
        (bool enough,) = _charge(more, grant.offer.price, depositOf(licenseId).balanceOf(current.currency));
        return enough;
    }

    /// @inheritdoc IUsageLedger
    function isReporter(bytes32 licenseId, address reporter) public view returns (bool) {
        address holder = _holderOf(licenseId);
        return reporter == holder || _reporters[licenseId][holder][reporter] || _reporters[licenseId][TERMS][reporter];
    }

    /// @inheritdoc IUsageLedger
    function reportedUntil(bytes32 licenseId) external view returns (uint40) {
        return _usage[licenseId].until;
    }

    /// @inheritdoc IUsageLedger
    function usage(bytes32 key) external view returns (Usage memory) {
        return _usage[key];
    }

    /// @inheritdoc IUsageLedger
    function usageOf(address reporter) external view returns (Usage memory) {
        return _usage[_keyOf(reporter)];
    }

    /// @inheritdoc IUsageLedger
    function account(bytes32 licenseId) external view returns (Account memory) {
        return _accounts[licenseId];
    }

    /// @inheritdoc IUsageLedger
    function depositOf(bytes32 licenseId) public view returns (address) {
        return purseCode.at(licenseId);
    }

    /// @inheritdoc IUsageLedger
    function voucherHash(bytes32 licenseId, uint256 units) public view returns (bytes32) {
        return _hashTypedData(keccak256(abi.encode(VOUCHER_TYPEHASH, licenseId, units)));
    }

    /// @dev The grant that leads to the id of a license that was sold is the one that it was sold on.
    function _open(bytes32 licenseId, ILicenseToken.Offer calldata offer) private returns (address purse) {
        _holderOf(licenseId); // reverts for a license that was never sold
        if (offer.kind != ILicenseToken.Kind.Metered) revert NotMetered(licenseId);
        _accounts[licenseId] = Account({currency: offer.currency, settled: 0, closesAt: OPEN});
        purse = purseCode.open(licenseId);
        head = head.log(AccountOpened.selector, licenseId, offer.assetId, _word(offer.currency), abi.encode(purse));
    }

    /// @dev Of an account that was opened.
    function _closesAt(bytes32 licenseId) private view returns (uint40 closesAt) {
        closesAt = _accounts[licenseId].closesAt;
        if (closesAt == 0) revert AccountNotOpened(licenseId);
    }

    function _holderOf(bytes32 licenseId) private view returns (address) {
        return ILicenseToken(licenseToken).license(licenseId).holder;
    }

    function _isOverCap(uint56 units, ILicenseToken.Conditions calldata conditions) private pure returns (bool) {
        return conditions.unitCap != 0 && units > conditions.unitCap;
    }

    /// @dev What units cost, and whether a balance suffices. Where the amount does not fit into 256 bits none does.
    function _charge(uint256 units, uint256 price, uint256 balance) private pure returns (bool enough, uint256 amount) {
        amount = FixedPointMathLib.saturatingMul(units, price);
        enough = balance / price >= units; // a metered license's price is never 0
    }

    function _keyOf(address reporter) private pure returns (bytes32) {
        return EfficientHashLib.hash(_word(reporter));
    }

    function _word(address value) private pure returns (bytes32) {
        return bytes32(uint256(uint160(value)));
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Licet", "1");
    }
}
