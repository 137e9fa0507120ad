// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseToken} from "./ILicenseToken.sol";
import {IPermitFirst} from "./IPermitFirst.sol";

/// @title Use, reported and metered
/// @notice *Reports.* Whoever records uses (a licensee, a gateway) anchors the Merkle root of a period's records: one
/// transaction for any number of them, dated, never altered. A report counts for a license if it comes from the
/// license's present holder, from whom that holder named, or from the reporter that the license's terms name. Periods
/// of one reporter, and of one license, do not overlap, first come first served: so no use is counted twice. An anchor
/// is a statement, not a proof of use; an auditor compares a licensee's with the gateways' own.
///
/// *Meters.* A metered license is paid from a deposit, in a purse of its own whose address follows from the license's
/// id: paying it is a plain transfer. The licensee signs vouchers for all units used so far; one voucher stands for all
/// before it, so that any number of uses costs one settlement, which pays the offer's payee and nobody else.
///
/// Anyone can: pay a deposit, open an account, settle a voucher, push a closed account's rest to its licensee.
/// A licensee can: get back what is left, after the delay that the terms state; in that time vouchers are still
/// settled.
/// Nobody can: charge units that the licensee did not sign, or more than the terms' cap; take from one deposit for
/// another license; withhold what a signed voucher can be paid of; reopen a closed account.
///
/// A contract's signature (EIP-1271) is valid for as long as that contract says so: settle its vouchers soon.
/// Every log is chained into `head()`.
interface IUsageLedger is IPermitFirst {
    /// @notice What was reported under one key: a license's id, or `keccak256(abi.encode(reporter))` for what a
    /// reporter anchored without naming a license.
    /// @param until Last second reported (unix); 0 if nothing was.
    /// @param records Number of records, in all.
    /// @param anchors Number of anchors.
    struct Usage {
        uint40 until;
        uint128 records;
        uint40 anchors;
    }

    /// @notice A metered license's account.
    /// @param currency The offer's: ERC-20 token, or the zero address for the native coin.
    /// @param settled Units paid so far.
    /// @param closesAt 0 before it is opened; 2^40 - 1 while it is open; else the unix second from which the licensee
    /// gets back what is left.
    struct Account {
        address currency;
        uint56 settled;
        uint40 closesAt;
    }

    /// @notice `reporter` anchored `count` records of use from `from` to `until` (unix seconds, both included): of one
    /// license, or of any if `licenseId` is zero.
    event UsageAnchored(
        address indexed reporter,
        bytes32 indexed licenseId,
        bytes32 indexed root,
        uint64 count,
        uint40 from,
        uint40 until
    );

    /// @notice A license's holder named a reporter, or no longer does.
    event ReporterNamed(bytes32 indexed licenseId, address indexed holder, address indexed reporter, bool named);

    /// @notice The license's terms, with these conditions, were shown to name the reporter.
    event ReporterAdmitted(bytes32 indexed licenseId, bytes32 indexed conditions, address indexed reporter);

    /// @notice The account of a metered license was opened; its deposit is at `purse`.
    event AccountOpened(bytes32 indexed licenseId, bytes32 indexed assetId, address indexed currency, address purse);

    /// @notice `payer` paid into a deposit through this contract; plain transfers to the purse have no log here.
    event Deposited(bytes32 indexed licenseId, address indexed payer, address indexed currency, uint256 amount);

    /// @notice A voucher was settled: `units` are paid in all, `amount` of them now.
    event Settled(
        bytes32 indexed licenseId,
        bytes32 indexed assetId,
        address indexed payee,
        address currency,
        uint256 units,
        uint256 amount
    );

    /// @notice The licensee asked for what will be left at `closesAt` (unix seconds).
    event AccountClosing(bytes32 indexed licenseId, bytes32 indexed assetId, address indexed licensee, uint40 closesAt);

    /// @notice What was left of a closed account in `token` (zero address: native coin) went back to its licensee.
    event Withdrawn(bytes32 indexed licenseId, address indexed licensee, address indexed token, uint256 amount);

    /// @notice An anchor has a root.
    error RootMissing();
    /// @notice An anchor stands for at least one record.
    error RecordsMissing();
    /// @notice A period ends no earlier than it starts, and no later than now, `timestamp` (unix seconds).
    error PeriodInvalid(uint256 from, uint256 until, uint256 timestamp);
    /// @notice The time up to `reportedUntil` (unix seconds) has been reported under this key.
    error PeriodOverlaps(bytes32 key, uint256 from, uint256 reportedUntil);
    /// @notice `caller` is neither the license's holder nor a reporter of theirs or of the terms.
    error NotReporter(bytes32 licenseId, address caller);
    /// @notice The license's terms name no reporter.
    error ReporterMissing(bytes32 licenseId);
    /// @notice The license is not paid by the unit.
    error NotMetered(bytes32 licenseId);
    /// @notice The account has been opened before.
    error AccountAlreadyOpened(bytes32 licenseId);
    /// @notice The account was never opened.
    error AccountNotOpened(bytes32 licenseId);
    /// @notice The licensee asked for what will be left at `closesAt` (unix seconds): nothing more is paid in.
    error AccountIsClosing(bytes32 licenseId, uint256 closesAt);
    /// @notice The deposit is the licensee's at `closesAt` (unix seconds; 2^40 - 1 while the account is open), not
    /// before.
    error DepositLocked(bytes32 licenseId, uint256 closesAt);
    /// @notice Nothing of this token is left.
    error DepositEmpty(bytes32 licenseId, address token);
    /// @notice The deposit has `balance`, and `amount` is asked of it, both in the currency's smallest unit.
    error DepositTooSmall(bytes32 licenseId, uint256 amount, uint256 balance);
    /// @notice The licensee signed for `signedUnits`, fewer than are asked for.
    error UnitsNotSigned(bytes32 licenseId, uint256 units, uint256 signedUnits);
    /// @notice The terms cap the license's units, in all.
    error UnitsOverCap(bytes32 licenseId, uint256 units, uint256 cap);
    /// @notice These units are paid: `settled` are, in all.
    error VoucherSpent(bytes32 licenseId, uint256 units, uint256 settled);
    /// @notice The voucher is not signed by the licensee.
    error VoucherSignatureInvalid(bytes32 licenseId, address licensee);

    /// @notice Anchors the caller's records of a period. Reverts with `RootMissing`, `RecordsMissing`, `PeriodInvalid`,
    /// `PeriodOverlaps`; for a license also with `LicenseUnknown` and `NotReporter`.
    /// @param licenseId The license used; zero for records of any licenses, as a gateway keeps them.
    /// @param root Merkle root of the records.
    /// @param count How many records; not 0.
    /// @param from First unix second of the period; after the last one reported, and not 0.
    /// @param until Last unix second of the period.
    function anchor(bytes32 licenseId, bytes32 root, uint64 count, uint40 from, uint40 until) external;

    /// @notice Lets `reporter` report the use of the caller's license, or no longer. It ends when the license is
    /// transferred. Reverts with `LicenseUnknown`, and with `NotLicensee` unless the caller holds the license.
    function nameReporter(bytes32 licenseId, address reporter, bool named) external;

    /// @notice Lets the reporter that a license's conditions name report its use, for whoever holds it. Anybody may
    /// call. Reverts with `ConditionsUnknown`, `LicenseUnknown`, `ReporterMissing`.
    function admitReporter(ILicenseToken.Grant calldata grant, ILicenseToken.Conditions calldata conditions) external;

    /// @notice Opens the account of a metered license. Anybody may call; nothing is lost where somebody did before.
    /// Reverts with `AccountAlreadyOpened`, `LicenseUnknown`, `NotMetered`.
    /// @return purse Where the deposit is paid: `depositOf(licenseId)`.
    function open(ILicenseToken.Grant calldata grant) external returns (address purse);

    /// @notice Pays `amount` (the offer's currency, smallest unit) from the caller into the license's deposit, and
    /// opens the account if it was not: native coin is sent along exactly, a token is drawn from the allowance. Reverts
    /// with `AccountIsClosing`, `WrongValue`, and as `open`.
    function deposit(ILicenseToken.Grant calldata grant, uint256 amount) external payable;

    /// @notice Pays the offer's payee, out of the deposit, for all units up to `units` that are not paid yet. Anybody
    /// may call, at any time: also when the license has ended, and while money is left in a closed account. Opens the
    /// account if it was not. Reverts with `ConditionsUnknown`, `UnitsNotSigned`, `UnitsOverCap`,
    /// `VoucherSignatureInvalid`, `VoucherSpent`, `DepositTooSmall`, and as `open`.
    /// @param units Units to be paid in all. Fewer than signed where the deposit or the cap does not suffice: the rest
    /// of the voucher can be settled when it does.
    /// @param signedUnits Units in all that the licensee signed for.
    /// @param signature The licensee's over `voucherHash(licenseId, signedUnits)`: 64 or 65 bytes, or an EIP-1271
    /// contract's.
    function settle(
        ILicenseToken.Grant calldata grant,
        ILicenseToken.Conditions calldata conditions,
        uint56 units,
        uint256 signedUnits,
        bytes calldata signature
    ) external;

    /// @notice Asks for what is left of the caller's deposit, `refundDelay` seconds from now, for ever: the license
    /// permits nothing from now on. Reverts with `ConditionsUnknown`, `NotLicensee`, `AccountNotOpened`,
    /// `AccountIsClosing`.
    function close(ILicenseToken.Grant calldata grant, ILicenseToken.Conditions calldata conditions) external;

    /// @notice Pays all that a closed account has in `token` (zero address: native coin) to its licensee. Anybody may
    /// call. Reverts with `AccountNotOpened`, `DepositLocked`, `DepositEmpty`.
    function withdraw(ILicenseToken.Grant calldata grant, address token) external;

    /// @notice Whether the license's account is open and has any money. Asked by the license token for each metered
    /// license.
    function funded(bytes32 licenseId) external view returns (bool);

    /// @notice Whether the license proven by `grant` permits all of `uses` now, and its deposit and its cap suffice for
    /// `units` in all. False for a grant or conditions that prove nothing.
    function permitsUnits(
        ILicenseToken.Grant calldata grant,
        ILicenseToken.Conditions calldata conditions,
        uint32 uses,
        uint56 units
    ) external view returns (bool);

    /// @notice Whether `reporter` may report the license's use now. Reverts with `LicenseUnknown`.
    function isReporter(bytes32 licenseId, address reporter) external view returns (bool);

    /// @notice Last unix second of which the license's use was reported; 0 if nothing was.
    function reportedUntil(bytes32 licenseId) external view returns (uint40);

    /// @notice What was reported under a key, see `Usage`; zeros if nothing was.
    function usage(bytes32 key) external view returns (Usage memory);

    /// @notice What a reporter anchored without naming a license.
    function usageOf(address reporter) external view returns (Usage memory);

    /// @notice A license's account; zeros if it was never opened.
    function account(bytes32 licenseId) external view returns (Account memory);

    /// @notice Where a metered license's deposit is paid, by any transfer of the offer's currency, opened or not, sold
    /// or not. What is sent in other tokens comes back to the licensee when the account is closed.
    function depositOf(bytes32 licenseId) external view returns (address);

    /// @notice The digest that a licensee signs: EIP-712 `Voucher(bytes32 licenseId,uint256 units)`, units in all.
    function voucherHash(bytes32 licenseId, uint256 units) external view returns (bytes32);

    /// @notice Rolling head of this contract's logs (see `RollingHead`).
    function head() external view returns (bytes32);

    /// @notice The licenses whose use is reported and metered here.
    function licenseToken() external view returns (address);

    /// @notice The code that all deposits' purses run.
    function purseCode() external view returns (address);
}
