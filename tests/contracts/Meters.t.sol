// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IUsageLedger} from "contracts/interfaces/IUsageLedger.sol";

import {Replay} from "./helpers/Replay.sol";
import {IDeeds, IDollar, ILicenses} from "./helpers/System.sol";

/// @dev The market with its usage ledger, and a metered license of a work: the licensee pays by the unit, in dollars.
abstract contract Meters is Test {
    using Replay for Vm.Log[];

    uint256 internal constant CHAIN = 31337;
    uint256 internal constant NOW = 1_750_000_000;
    uint32 internal constant DURATION = 365 days;
    uint32 internal constant TRAIN = 2 | 4;
    bytes32 internal constant WORK = keccak256("a poem");
    /// @dev Of a unit.
    uint256 internal constant PRICE = 2_500;
    uint56 internal constant CAP = 1_000_000;
    uint32 internal constant DELAY = 7 days;
    uint40 internal constant OPEN = type(uint40).max;

    IDeeds internal registry;
    ILicenses internal licenses;
    IUsageLedger internal ledger;
    IDollar internal dollar;

    address internal licensor;
    uint256 internal licensorKey;
    address internal licensee;
    uint256 internal licenseeKey;
    address internal artist = makeAddr("artist");
    address internal gateway = makeAddr("gateway");
    address internal relayer = makeAddr("relayer");
    address internal stranger;
    uint256 internal strangerKey;

    bytes32 internal assetId;

    function setUp() public virtual {
        vm.chainId(CHAIN); // before the dollar, which refuses other chains
        vm.warp(NOW);
        (licensor, licensorKey) = makeAddrAndKey("licensor");
        (licensee, licenseeKey) = makeAddrAndKey("licensee");
        (stranger, strangerKey) = makeAddrAndKey("stranger");

        address factory = deployCode("RoyaltyVaultFactory.sol:RoyaltyVaultFactory");
        uint256 nonce = vm.getNonce(address(this));
        address predicted = vm.computeCreateAddress(address(this), nonce + 1);
        address predictedLedger = vm.computeCreateAddress(address(this), nonce + 2);
        address escrow = makeAddr("escrow");
        address desk = makeAddr("desk");
        registry = IDeeds(
            deployCode("AssetRegistry.sol:AssetRegistry", abi.encode(factory, predicted, predictedLedger, escrow, desk))
        );
        licenses = ILicenses(deployCode("LicenseToken.sol:LicenseToken", abi.encode(registry)));
        ledger = IUsageLedger(deployCode("UsageLedger.sol:UsageLedger", abi.encode(licenses)));
        assertEq(address(ledger), predictedLedger, "the registry names the ledger");
        dollar = IDollar(deployCode("TestDollar.sol:TestDollar"));

        vm.prank(licensor);
        assetId = registry.register(IAssetRegistry.Registration(WORK, 0, 0, "", IAssetRegistry.Origin.HumanMade));
        dollar.mint(licensee, 1e15);
        vm.startPrank(licensee);
        dollar.approve(address(licenses), type(uint256).max);
        dollar.approve(address(ledger), type(uint256).max);
        vm.stopPrank();
    }

    // ---- terms ----

    function conditions() internal view returns (ILicenseToken.Conditions memory) {
        return ILicenseToken.Conditions({
            royaltyBps: 250,
            revenueCeiling: 0,
            approval: false,
            reciprocal: false,
            sublicensable: false,
            revocable: false,
            reportWithin: 0,
            refundBps: 0,
            resaleBps: 0,
            reporter: gateway,
            unitCap: CAP,
            refundDelay: DELAY,
            salt: "offer"
        });
    }

    /// @dev Training by the unit, for a year.
    function terms() internal view returns (ILicenseToken.Offer memory) {
        return ILicenseToken.Offer({
            licensor: licensor,
            assetId: assetId,
            epoch: 0,
            payee: artist,
            currency: address(dollar),
            price: PRICE,
            uses: TRAIN,
            termsHash: keccak256("terms"),
            termsURI: "https://example.org/terms.json",
            start: uint40(NOW - 1 days),
            end: 0,
            duration: DURATION,
            supply: 0,
            kind: ILicenseToken.Kind.Metered,
            exclusive: false,
            transferable: false,
            conditions: licenses.conditionsHashOf(conditions())
        });
    }

    function nativeTerms() internal view returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        (offer.currency, offer.price) = (address(0), 1 gwei);
    }

    /// @dev A whole license for one price, that can be passed on.
    function saleTerms() internal view returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        (offer.kind, offer.transferable) = (ILicenseToken.Kind.Sale, true);
    }

    function idOf(ILicenseToken.Grant memory grant) internal view returns (bytes32) {
        return licenses.licenseIdOf(licenses.offerHashOf(grant.offer), grant.licensee, grant.salt);
    }

    /// @dev Sells a license to `to`, without opening any account.
    function sell(ILicenseToken.Offer memory offer, address to) internal returns (ILicenseToken.Grant memory) {
        bytes memory signature = signed(licensorKey, typed(address(licenses), licenses.offerHashOf(offer)));
        vm.prank(licensee);
        licenses.buy(
            ILicenseToken.Order({offer: offer, signature: signature, quantity: 1, licensee: to, salt: "license"})
        );
        return ILicenseToken.Grant({offer: offer, licensee: to, salt: "license"});
    }

    function sell(ILicenseToken.Offer memory offer) internal returns (ILicenseToken.Grant memory) {
        return sell(offer, licensee);
    }

    // ---- deposits and vouchers ----

    /// @dev A plain transfer, as any wallet makes it.
    function fund(ILicenseToken.Grant memory grant, uint256 amount) internal {
        address purse = ledger.depositOf(idOf(grant));
        if (grant.offer.currency == address(0)) vm.deal(purse, purse.balance + amount);
        else dollar.mint(purse, amount);
    }

    function voucher(ILicenseToken.Grant memory grant, uint256 units) internal view returns (bytes memory) {
        return signed(licenseeKey, digestOf(idOf(grant), units));
    }

    function digestOf(bytes32 licenseId, uint256 units) internal view returns (bytes32) {
        bytes32 typehash = keccak256("Voucher(bytes32 licenseId,uint256 units)");
        return typed(address(ledger), keccak256(abi.encode(typehash, licenseId, units)));
    }

    /// @dev Settles all that the licensee signs for; anybody may submit it.
    function settle(ILicenseToken.Grant memory grant, uint56 units) internal {
        bytes memory signature = voucher(grant, units);
        vm.prank(relayer);
        ledger.settle(grant, conditions(), units, units, signature);
    }

    /// @dev The same, refused with exactly `reason`.
    function refuse(ILicenseToken.Grant memory grant, uint56 units, bytes memory reason) internal {
        bytes memory signature = voucher(grant, units);
        vm.expectRevert(reason);
        ledger.settle(grant, conditions(), units, units, signature);
    }

    function close(ILicenseToken.Grant memory grant) internal {
        vm.prank(licensee);
        ledger.close(grant, conditions());
    }

    // ---- reports ----

    function anchor(address reporter, bytes32 licenseId, uint40 from, uint40 until) internal {
        vm.prank(reporter);
        ledger.anchor(licenseId, "root", 10, from, until);
    }

    // ---- signatures ----

    function typed(address verifier, bytes32 structHash) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Licet"),
                keccak256("1"),
                CHAIN,
                verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function signed(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    // ---- heads ----

    /// @dev Fails unless the logs recorded since `vm.recordLogs` lead the ledger from `before` to its present head.
    function assertHead(bytes32 before) internal {
        assertEq(ledger.head(), vm.getRecordedLogs().head(address(ledger), before));
    }
}
