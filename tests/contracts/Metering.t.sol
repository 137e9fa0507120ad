// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IUsageLedger} from "contracts/interfaces/IUsageLedger.sol";
import {GreedyPayee, RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {
    BlockingToken,
    ElasticToken,
    FalseToken,
    FeeToken,
    MuteToken,
    OddToken,
    SilentToken
} from "contracts/mocks/OddTokens.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {Meters} from "./Meters.t.sol";

/// @dev Licenses paid by the unit: deposits, vouchers, and what is left.
contract MeteringTest is Meters {
    ILicenseToken.Grant private grant;
    bytes32 private licenseId;
    address private purse;

    function setUp() public override {
        super.setUp();
        grant = sell(terms());
        licenseId = idOf(grant);
        purse = ledger.depositOf(licenseId);
    }

    // ---- accounts ----

    function test_AnyoneOpensAnAccount() public {
        vm.recordLogs();
        vm.expectEmit(address(ledger));
        emit IUsageLedger.AccountOpened(licenseId, assetId, address(dollar), purse);
        vm.prank(stranger);
        assertEq(ledger.open(grant), purse);
        assertAccount(address(dollar), 0, OPEN);
        assertGt(purse.code.length, 0);
        assertHead(0);
    }

    function test_NothingIsKnownOfAnAccountBeforeItIsOpened() public view {
        assertAccount(address(0), 0, 0);
        assertEq(purse.code.length, 0);
        assertFalse(ledger.funded(licenseId));
    }

    function test_EachLicenseHasAPurseOfItsOwn() public {
        ILicenseToken.Offer memory other = terms();
        other.price = 1;
        assertNotEq(ledger.depositOf(idOf(sell(other))), purse);
    }

    function test_RevertWhen_AnAccountIsOpenedTwice() public {
        ledger.open(grant);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.AccountAlreadyOpened.selector, licenseId));
        ledger.open(grant);
    }

    function test_RevertWhen_AClosedAccountIsOpened() public {
        ledger.open(grant);
        close(grant);
        vm.warp(NOW + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.AccountAlreadyOpened.selector, licenseId));
        ledger.open(grant);
    }

    function test_RevertWhen_TheLicenseWasNeverSold() public {
        grant.salt = "never sold";
        bytes32 id = idOf(grant);
        bytes memory reason = abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, id);
        vm.expectRevert(reason);
        ledger.open(grant);
        vm.prank(licensee);
        vm.expectRevert(reason);
        ledger.deposit(grant, 1);
        refuse(grant, 1, reason);
        reason = abi.encodeWithSelector(IUsageLedger.AccountNotOpened.selector, id);
        vm.prank(licensee);
        vm.expectRevert(reason);
        ledger.close(grant, conditions());
        vm.expectRevert(reason);
        ledger.withdraw(grant, address(dollar));
    }

    function test_RevertWhen_TheLicenseIsNotMetered() public {
        ILicenseToken.Grant memory whole = sell(saleTerms());
        bytes memory reason = abi.encodeWithSelector(IUsageLedger.NotMetered.selector, idOf(whole));
        vm.expectRevert(reason);
        ledger.open(whole);
        vm.prank(licensee);
        vm.expectRevert(reason);
        ledger.deposit(whole, 1);
        refuse(whole, 1, reason);
    }

    // ---- deposits ----

    function test_ADepositOpensTheAccount() public {
        vm.recordLogs();
        vm.expectEmit(address(ledger));
        emit IUsageLedger.AccountOpened(licenseId, assetId, address(dollar), purse);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.Deposited(licenseId, licensee, address(dollar), 5 * PRICE);
        vm.expectEmit(address(dollar));
        emit IERC20.Transfer(licensee, purse, 5 * PRICE);
        vm.prank(licensee);
        ledger.deposit(grant, 5 * PRICE);
        vm.prank(licensee);
        ledger.deposit(grant, PRICE);
        assertEq(dollar.balanceOf(purse), 6 * PRICE);
        assertAccount(address(dollar), 0, OPEN);
        assertHead(0);
    }

    function test_AnyoneDepositsForALicensee() public {
        dollar.mint(stranger, PRICE);
        vm.startPrank(stranger);
        dollar.approve(address(ledger), PRICE);
        ledger.deposit(grant, PRICE);
        assertEq(dollar.balanceOf(purse), PRICE);
    }

    function test_DepositsNativeCoin() public {
        ILicenseToken.Grant memory native = sell(nativeTerms());
        vm.deal(licensee, 3 ether);
        vm.startPrank(licensee);
        ledger.deposit{value: 1 ether}(native, 1 ether);
        ledger.deposit{value: 2 ether}(native, 2 ether);
        assertEq(ledger.depositOf(idOf(native)).balance, 3 ether);
        assertEq(address(ledger).balance, 0);
    }

    function test_RevertWhen_TheCoinSentIsNotTheDeposit() public {
        ILicenseToken.Grant memory native = sell(nativeTerms());
        vm.deal(licensee, 3 ether);
        vm.startPrank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.WrongValue.selector, 0, 1 ether));
        ledger.deposit(native, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.WrongValue.selector, 2 ether, 1 ether));
        ledger.deposit{value: 2 ether}(native, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.WrongValue.selector, 1, 0));
        ledger.deposit{value: 1}(grant, PRICE);
    }

    function test_RevertWhen_ADepositIsNotAllowed() public {
        dollar.mint(stranger, PRICE);
        vm.prank(stranger);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        ledger.deposit(grant, PRICE);
        assertAccount(address(0), 0, 0);
    }

    function test_RevertWhen_AClosingAccountIsPaidInto() public {
        ledger.open(grant);
        close(grant);
        bytes memory reason = abi.encodeWithSelector(IUsageLedger.AccountIsClosing.selector, licenseId, NOW + DELAY);
        vm.startPrank(licensee);
        vm.expectRevert(reason);
        ledger.deposit(grant, PRICE);
        vm.warp(NOW + 2 * DELAY);
        vm.expectRevert(reason);
        ledger.deposit(grant, PRICE);
    }

    /// @dev The address is known before the license is sold; what went there is not lost.
    function test_ADepositPaidBeforeTheSaleCounts() public {
        ILicenseToken.Offer memory offer = terms();
        offer.price = 7;
        bytes32 id = licenses.licenseIdOf(licenses.offerHashOf(offer), licensee, "license");
        dollar.mint(ledger.depositOf(id), 70);
        ILicenseToken.Grant memory early = sell(offer);
        settle(early, 10);
        assertEq(dollar.balanceOf(artist), 70);
    }

    // ---- settlements ----

    function test_ASettlementPaysTheOffersPayee() public {
        vm.recordLogs();
        ledger.open(grant);
        fund(grant, 30 * PRICE);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.Settled(licenseId, assetId, artist, address(dollar), 10, 10 * PRICE);
        vm.expectEmit(address(dollar));
        emit IERC20.Transfer(purse, artist, 10 * PRICE);
        settle(grant, 10);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.Settled(licenseId, assetId, artist, address(dollar), 25, 15 * PRICE);
        settle(grant, 25);
        assertEq(dollar.balanceOf(artist), 25 * PRICE);
        assertEq(dollar.balanceOf(purse), 5 * PRICE);
        assertEq(dollar.balanceOf(relayer), 0);
        assertAccount(address(dollar), 25, OPEN);
        assertHead(0);
    }

    function test_ASettlementOpensTheAccount() public {
        vm.recordLogs();
        fund(grant, PRICE);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.AccountOpened(licenseId, assetId, address(dollar), purse);
        settle(grant, 1);
        assertAccount(address(dollar), 1, OPEN);
        assertHead(0);
    }

    function test_SettlesNativeCoin() public {
        ILicenseToken.Grant memory native = sell(nativeTerms());
        fund(native, 1 ether);
        settle(native, 1000);
        assertEq(artist.balance, 1000 gwei);
        assertEq(ledger.depositOf(idOf(native)).balance, 1 ether - 1000 gwei);
    }

    /// @dev However the vouchers are cut, the units signed last are paid, once.
    function testFuzz_TheLastVoucherStandsForAll(uint16[6] calldata steps) public {
        fund(grant, 1e12);
        uint56 units = 0;
        for (uint256 i = 0; i < steps.length; ++i) {
            if (steps[i] == 0) continue;
            units += steps[i];
            settle(grant, units);
            assertEq(dollar.balanceOf(artist), units * PRICE);
        }
        assertEq(ledger.account(licenseId).settled, units);
    }

    function test_RevertWhen_AVoucherIsSettledAgain() public {
        fund(grant, 30 * PRICE);
        settle(grant, 10);
        refuse(grant, 10, abi.encodeWithSelector(IUsageLedger.VoucherSpent.selector, licenseId, 10, 10));
        refuse(grant, 9, abi.encodeWithSelector(IUsageLedger.VoucherSpent.selector, licenseId, 9, 10));
    }

    function test_RevertWhen_AVoucherIsForNothing() public {
        refuse(grant, 0, abi.encodeWithSelector(IUsageLedger.VoucherSpent.selector, licenseId, 0, 0));
    }

    // ---- deposits that do not suffice ----

    function test_RevertWhen_TheDepositIsTooSmall() public {
        fund(grant, 10 * PRICE - 1);
        bytes memory reason =
            abi.encodeWithSelector(IUsageLedger.DepositTooSmall.selector, licenseId, 10 * PRICE, 10 * PRICE - 1);
        refuse(grant, 10, reason);
        fund(grant, 1);
        settle(grant, 10);
    }

    /// @dev Who signs for more than is there does not withhold what is there.
    function test_FewerUnitsThanSignedAreSettled() public {
        fund(grant, 10 * PRICE + 1);
        bytes memory signature = voucher(grant, 100);
        ledger.settle(grant, conditions(), 10, 100, signature);
        assertEq(dollar.balanceOf(artist), 10 * PRICE);
        fund(grant, 90 * PRICE);
        ledger.settle(grant, conditions(), 100, 100, signature);
        assertEq(dollar.balanceOf(artist), 100 * PRICE);
    }

    function testFuzz_RevertWhen_MoreUnitsThanSignedAreSettled(uint56 units, uint256 signedUnits) public {
        units = uint56(bound(units, 1, CAP));
        signedUnits = bound(signedUnits, 0, units - 1);
        fund(grant, units * PRICE);
        bytes memory signature = voucher(grant, signedUnits);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.UnitsNotSigned.selector, licenseId, units, signedUnits));
        ledger.settle(grant, conditions(), units, signedUnits, signature);
    }

    /// @dev Also where the amount does not fit into 256 bits, and the balance is all that fits.
    function test_RevertWhen_NoDepositSuffices() public {
        ElasticToken elastic = new ElasticToken();
        ILicenseToken.Offer memory offer = terms();
        (offer.currency, offer.price) = (address(elastic), type(uint256).max / 2 + 1);
        ILicenseToken.Grant memory dear = sell(offer);
        bytes32 id = idOf(dear);
        elastic.setBalance(ledger.depositOf(id), type(uint256).max);
        uint256 most = type(uint256).max;
        refuse(dear, 2, abi.encodeWithSelector(IUsageLedger.DepositTooSmall.selector, id, most, most));
        assertFalse(ledger.permitsUnits(dear, conditions(), TRAIN, 2));
        settle(dear, 1);
        assertEq(elastic.balanceOf(artist), type(uint256).max / 2 + 1);
    }

    // ---- the cap ----

    function test_RevertWhen_TheCapIsExceeded() public {
        fund(grant, uint256(CAP + 1) * PRICE);
        refuse(grant, CAP + 1, abi.encodeWithSelector(IUsageLedger.UnitsOverCap.selector, licenseId, CAP + 1, CAP));
        settle(grant, CAP);
    }

    function test_AVoucherBeyondTheCapIsSettledUpToIt() public {
        fund(grant, 2 * uint256(CAP) * PRICE);
        ledger.settle(grant, conditions(), CAP, type(uint256).max, voucher(grant, type(uint256).max));
        assertEq(dollar.balanceOf(artist), CAP * PRICE);
    }

    function test_ThereNeedBeNoCap() public {
        ILicenseToken.Conditions memory uncapped = conditions();
        uncapped.unitCap = 0;
        ILicenseToken.Offer memory offer = terms();
        (offer.price, offer.conditions) = (1, licenses.conditionsHashOf(uncapped));
        ILicenseToken.Grant memory free = sell(offer);
        uint56 most = type(uint56).max;
        fund(free, most);
        ledger.settle(free, uncapped, most, most, voucher(free, most));
        assertEq(dollar.balanceOf(artist), most);
    }

    // ---- what is signed ----

    function test_AVoucherIsTypedData() public view {
        assertEq(ledger.voucherHash(licenseId, 10), digestOf(licenseId, 10));
    }

    function test_ACompactSignatureIsGood() public {
        fund(grant, PRICE);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(licenseeKey, digestOf(licenseId, 1));
        bytes memory compact = abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
        ledger.settle(grant, conditions(), 1, 1, compact);
        assertEq(dollar.balanceOf(artist), PRICE);
    }

    function test_RevertWhen_SomebodyElseSigned() public {
        fund(grant, 10 * PRICE);
        uint256[2] memory keys = [licensorKey, strangerKey];
        for (uint256 i = 0; i < keys.length; ++i) {
            refuseSignature(grant, 10, signed(keys[i], digestOf(licenseId, 10)));
        }
        refuseSignature(grant, 10, "");
        refuseSignature(grant, 10, new bytes(65));
    }

    function test_RevertWhen_TheVoucherSaysOtherwise() public {
        ILicenseToken.Offer memory offer = terms();
        offer.price = 1;
        ILicenseToken.Grant memory other = sell(offer);
        fund(grant, 10 * PRICE);
        refuseSignature(grant, 10, voucher(grant, 9));
        refuseSignature(grant, 10, voucher(other, 10));
        bytes32 structHash = keccak256(abi.encode(keccak256("Voucher(bytes32 licenseId,uint256 units)"), licenseId, 10));
        refuseSignature(grant, 10, signed(licenseeKey, typed(address(licenses), structHash)));
        vm.chainId(1);
        refuseSignature(grant, 10, voucher(grant, 10)); // signed for the chain that the tests run on
    }

    /// @dev Another price, another payee: another license, which was never sold.
    function testFuzz_RevertWhen_TheTermsAreAltered(uint256 price, address payee) public {
        vm.assume(price != PRICE || payee != artist);
        fund(grant, 10 * PRICE);
        bytes memory signature = voucher(grant, 10);
        (grant.offer.price, grant.offer.payee) = (price, payee);
        bytes32 other = idOf(grant);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.VoucherSignatureInvalid.selector, other, licensee));
        ledger.settle(grant, conditions(), 10, 10, signature);
        refuse(grant, 10, abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, other));
    }

    function test_RevertWhen_OtherConditionsAreShown() public {
        fund(grant, 10 * PRICE);
        ledger.open(grant);
        ILicenseToken.Conditions memory others = conditions();
        (others.unitCap, others.refundDelay) = (0, 0);
        bytes memory reason = abi.encodeWithSelector(
            ILicenseToken.ConditionsUnknown.selector, licenses.conditionsHashOf(others), grant.offer.conditions
        );
        bytes memory signature = voucher(grant, 10);
        vm.expectRevert(reason);
        ledger.settle(grant, others, 10, 10, signature);
        vm.prank(licensee);
        vm.expectRevert(reason);
        ledger.close(grant, others);
    }

    function test_AContractSignsItsVouchers() public {
        Puppet account = new Puppet();
        ILicenseToken.Grant memory its = sell(terms(), address(account));
        fund(its, 10 * PRICE);
        refuseSignature(its, 10, "");
        account.sign(digestOf(idOf(its), 10));
        ledger.settle(its, conditions(), 10, 10, "");
        assertEq(dollar.balanceOf(artist), 10 * PRICE);
        refuseSignature(its, 11, "");
    }

    function test_RevertWhen_AContractDoesNotSayYes() public {
        Puppet account = new Puppet();
        ILicenseToken.Grant memory its = sell(terms(), address(account));
        fund(its, 10 * PRICE);
        account.sign(digestOf(idOf(its), 10));
        for (uint256 i = 1; i <= uint256(type(Puppet.Signing).max); ++i) {
            account.setSigning(Puppet.Signing(i));
            refuseSignature(its, 10, "");
        }
        ILicenseToken.Grant memory greedys = sell(terms(), address(new GreedyPayee()));
        fund(greedys, 10 * PRICE);
        bytes memory reason =
            abi.encodeWithSelector(IUsageLedger.VoucherSignatureInvalid.selector, idOf(greedys), greedys.licensee);
        vm.expectRevert(reason);
        ledger.settle{gas: 5_000_000}(greedys, conditions(), 10, 10, "");
    }

    // ---- licenses that end ----

    function test_VouchersAreSettledAfterTheLicenseExpired() public {
        fund(grant, 10 * PRICE);
        vm.warp(NOW + 2 * uint256(DURATION));
        assertFalse(licenses.permits(licenseId, TRAIN));
        settle(grant, 10);
        assertEq(dollar.balanceOf(artist), 10 * PRICE);
    }

    function test_VouchersAreSettledAfterTheLicenseWasRevoked() public {
        ILicenseToken.Conditions memory duty = conditions();
        duty.reportWithin = 1 days;
        ILicenseToken.Offer memory offer = terms();
        offer.conditions = licenses.conditionsHashOf(duty);
        ILicenseToken.Grant memory revoked = sell(offer);
        fund(revoked, 10 * PRICE);
        vm.warp(NOW + 10 days);
        vm.prank(licensor);
        licenses.revoke(revoked, duty, 0);
        ledger.settle(revoked, duty, 10, 10, voucher(revoked, 10));
        assertEq(dollar.balanceOf(artist), 10 * PRICE);
    }

    /// @dev The license was sold on the old holder's terms.
    function test_ThePayeeStaysWhenTheDeedMoves() public {
        fund(grant, 10 * PRICE);
        vm.prank(licensor);
        registry.transferFrom(licensor, stranger, uint256(assetId));
        settle(grant, 10);
        assertEq(dollar.balanceOf(artist), 10 * PRICE);
    }

    // ---- closing ----

    function test_TheLicenseeGetsBackWhatIsLeft() public {
        vm.recordLogs();
        fund(grant, 10 * PRICE);
        settle(grant, 4);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.AccountClosing(licenseId, assetId, licensee, uint40(NOW + DELAY));
        close(grant);
        assertAccount(address(dollar), 4, uint40(NOW + DELAY));
        vm.warp(NOW + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.DepositLocked.selector, licenseId, NOW + DELAY));
        ledger.withdraw(grant, address(dollar));
        vm.warp(NOW + DELAY);
        uint256 before = dollar.balanceOf(licensee);
        vm.expectEmit(address(ledger));
        emit IUsageLedger.Withdrawn(licenseId, licensee, address(dollar), 6 * PRICE);
        vm.prank(stranger);
        ledger.withdraw(grant, address(dollar));
        assertEq(dollar.balanceOf(licensee), before + 6 * PRICE);
        assertEq(dollar.balanceOf(purse), 0);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.DepositEmpty.selector, licenseId, address(dollar)));
        ledger.withdraw(grant, address(dollar));
        assertHead(0);
    }

    function test_ThereNeedBeNoDelay() public {
        ILicenseToken.Conditions memory at = conditions();
        at.refundDelay = 0;
        ILicenseToken.Offer memory offer = nativeTerms();
        offer.conditions = licenses.conditionsHashOf(at);
        ILicenseToken.Grant memory prompt = sell(offer);
        ledger.open(prompt);
        fund(prompt, 1 ether);
        vm.prank(licensee);
        ledger.close(prompt, at);
        ledger.withdraw(prompt, address(0));
        assertEq(licensee.balance, 1 ether);
    }

    function test_VouchersAreSettledUntilTheRestIsWithdrawn() public {
        fund(grant, 10 * PRICE);
        ledger.open(grant);
        close(grant);
        settle(grant, 1);
        vm.warp(NOW + 2 * DELAY);
        settle(grant, 3);
        assertEq(dollar.balanceOf(artist), 3 * PRICE);
        ledger.withdraw(grant, address(dollar));
        refuse(grant, 4, abi.encodeWithSelector(IUsageLedger.DepositTooSmall.selector, licenseId, PRICE, 0));
    }

    function test_WhatComesLateComesBack() public {
        ledger.open(grant);
        close(grant);
        vm.warp(NOW + DELAY);
        fund(grant, PRICE);
        assertFalse(ledger.funded(licenseId));
        uint256 before = dollar.balanceOf(licensee);
        ledger.withdraw(grant, address(dollar));
        assertEq(dollar.balanceOf(licensee), before + PRICE);
    }

    function test_OtherTokensThatWentAstrayComeBack() public {
        HookedToken stray = new HookedToken();
        stray.mint(purse, 5);
        vm.deal(purse, 7);
        ledger.open(grant);
        close(grant);
        vm.warp(NOW + DELAY);
        ledger.withdraw(grant, address(stray));
        ledger.withdraw(grant, address(0));
        assertEq(stray.balanceOf(licensee), 5);
        assertEq(licensee.balance, 7);
    }

    function test_RevertWhen_TheLicenseeRefusesWhatIsLeft() public {
        ILicenseToken.Grant memory native = sell(nativeTerms());
        ledger.open(native);
        fund(native, 1 ether);
        close(native);
        vm.warp(NOW + DELAY);
        vm.etch(licensee, address(new RefusingPayee()).code);
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        ledger.withdraw(native, address(0));
        vm.etch(licensee, "");
        ledger.withdraw(native, address(0));
        assertEq(licensee.balance, 1 ether);
    }

    function test_RevertWhen_AnyoneElseCloses() public {
        ledger.open(grant);
        address[6] memory others = [stranger, licensor, artist, gateway, address(licenses), purse];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotLicensee.selector, licenseId, others[i], licensee));
            ledger.close(grant, conditions());
        }
    }

    function test_RevertWhen_AnAccountIsClosedTwice() public {
        ledger.open(grant);
        close(grant);
        bytes memory reason = abi.encodeWithSelector(IUsageLedger.AccountIsClosing.selector, licenseId, NOW + DELAY);
        vm.warp(NOW + 1);
        vm.prank(licensee);
        vm.expectRevert(reason);
        ledger.close(grant, conditions());
        vm.warp(NOW + 2 * DELAY);
        vm.prank(licensee);
        vm.expectRevert(reason);
        ledger.close(grant, conditions());
    }

    function test_RevertWhen_AnAccountIsNotOpen() public {
        fund(grant, PRICE);
        bytes memory reason = abi.encodeWithSelector(IUsageLedger.AccountNotOpened.selector, licenseId);
        vm.prank(licensee);
        vm.expectRevert(reason);
        ledger.close(grant, conditions());
        vm.expectRevert(reason);
        ledger.withdraw(grant, address(dollar));
    }

    function test_RevertWhen_AnOpenAccountIsWithdrawn() public {
        fund(grant, PRICE);
        ledger.open(grant);
        vm.warp(NOW + 1000 * uint256(DURATION));
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.DepositLocked.selector, licenseId, OPEN));
        ledger.withdraw(grant, address(dollar));
    }

    // ---- what it permits ----

    function test_PermitsWhileTheAccountIsOpenAndFunded() public {
        assertPermits(false, "not open");
        fund(grant, PRICE);
        assertPermits(false, "funded, not open");
        ledger.open(grant);
        assertPermits(true, "open and funded");
        settle(grant, 1);
        assertPermits(false, "spent");
        fund(grant, 1);
        assertPermits(true, "funded again");
        close(grant);
        assertPermits(false, "closing");
        vm.warp(NOW + DELAY);
        assertPermits(false, "closed");
    }

    function test_AnExpiredLicensePermitsNothingForItsMoney() public {
        ledger.open(grant);
        fund(grant, PRICE);
        vm.warp(NOW + DURATION);
        assertFalse(licenses.permits(licenseId, TRAIN));
        assertTrue(ledger.funded(licenseId));
        assertFalse(ledger.permitsUnits(grant, conditions(), TRAIN, 1));
    }

    function test_PermitsTheUnitsThatTheDepositCovers() public {
        assertUnits(0, false);
        ledger.open(grant);
        fund(grant, 10 * PRICE + PRICE - 1);
        assertUnits(10, true);
        assertUnits(11, false);
        settle(grant, 4);
        assertUnits(10, true);
        assertUnits(11, false);
        assertUnits(3, true); // paid already
        fund(grant, 2 * uint256(CAP) * PRICE);
        assertUnits(CAP, true);
        assertUnits(CAP + 1, false);
        close(grant);
        assertUnits(10, false);
    }

    function test_ThereNeedBeNoCapOnWhatIsPermitted() public {
        ILicenseToken.Conditions memory uncapped = conditions();
        uncapped.unitCap = 0;
        ILicenseToken.Offer memory offer = terms();
        (offer.price, offer.conditions) = (1, licenses.conditionsHashOf(uncapped));
        ILicenseToken.Grant memory free = sell(offer);
        uint56 most = type(uint56).max;
        ledger.open(free);
        fund(free, most - 1);
        assertFalse(ledger.permitsUnits(free, uncapped, TRAIN, most));
        fund(free, 1);
        assertTrue(ledger.permitsUnits(free, uncapped, TRAIN, most));
    }

    function test_PermitsUnitsOfTheUsesSoldAlone() public {
        ledger.open(grant);
        fund(grant, PRICE);
        assertTrue(ledger.permitsUnits(grant, conditions(), 2, 1));
        assertFalse(ledger.permitsUnits(grant, conditions(), TRAIN | 1, 1));
        assertFalse(ledger.permitsUnits(grant, conditions(), 0, 1));
    }

    /// @dev Whatever stands at the address that its deposit would have.
    function test_ALicenseThatIsNotMeteredPermitsNoUnits() public {
        ILicenseToken.Offer memory gift = saleTerms();
        (gift.kind, gift.price) = (ILicenseToken.Kind.Free, 0);
        ILicenseToken.Grant[2] memory grants = [sell(saleTerms()), sell(gift)];
        for (uint256 i = 0; i < grants.length; ++i) {
            fund(grants[i], 10 * PRICE);
            assertTrue(licenses.permits(idOf(grants[i]), TRAIN));
            assertFalse(ledger.permitsUnits(grants[i], conditions(), TRAIN, 1));
        }
    }

    function test_AnAlteredGrantPermitsNoUnits() public {
        ledger.open(grant);
        fund(grant, PRICE);
        ILicenseToken.Conditions memory others = conditions();
        others.unitCap = 0;
        assertFalse(ledger.permitsUnits(grant, others, TRAIN, 1));
        grant.offer.price = 0;
        assertFalse(ledger.permitsUnits(grant, conditions(), TRAIN, 1));
        (grant.offer.price, grant.licensee) = (PRICE, stranger);
        assertFalse(ledger.permitsUnits(grant, conditions(), TRAIN, 1));
        grant.licensee = licensee;
        assertTrue(ledger.permitsUnits(grant, conditions(), TRAIN, 1));
    }

    // ---- hostile currencies: whatever they do, they do to themselves ----

    modifier othersAreUnharmed() {
        fund(grant, 10 * PRICE);
        _;
        settle(grant, 4);
        close(grant);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        uint256 before = dollar.balanceOf(licensee);
        ledger.withdraw(grant, address(dollar));
        assertEq(dollar.balanceOf(artist), 4 * PRICE);
        assertEq(dollar.balanceOf(licensee), before + 6 * PRICE);
    }

    function test_ATokenThatReturnsNothing() public othersAreUnharmed {
        (OddToken token, ILicenseToken.Grant memory odd) = oddly(new SilentToken());
        token.mint(licensee, 10 * PRICE);
        vm.startPrank(licensee);
        token.approve(address(ledger), 10 * PRICE);
        ledger.deposit(odd, 10 * PRICE);
        vm.stopPrank();
        settle(odd, 10);
        assertEq(token.balanceOf(artist), 10 * PRICE);
    }

    function test_ATokenThatSaysFalse() public othersAreUnharmed {
        (OddToken token, ILicenseToken.Grant memory odd) = oddly(new FalseToken());
        token.mint(ledger.depositOf(idOf(odd)), 10 * PRICE);
        bytes32 before = ledger.head();
        refuse(odd, 10, abi.encodeWithSelector(SafeTransferLib.TransferFailed.selector));
        assertEq(ledger.account(idOf(odd)).settled, 0);
        assertEq(ledger.head(), before);
        vm.prank(licensee);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        ledger.deposit(odd, 1);
    }

    function test_ATokenThatKeepsAFee() public othersAreUnharmed {
        (OddToken token, ILicenseToken.Grant memory odd) = oddly(new FeeToken());
        token.mint(licensee, 10 * PRICE);
        vm.startPrank(licensee);
        token.approve(address(ledger), 10 * PRICE);
        ledger.deposit(odd, 10 * PRICE);
        vm.stopPrank();
        uint256 arrived = 10 * PRICE * 99 / 100;
        refuse(odd, 10, abi.encodeWithSelector(IUsageLedger.DepositTooSmall.selector, idOf(odd), 10 * PRICE, arrived));
        settle(odd, 9);
        assertEq(token.balanceOf(artist), 9 * PRICE * 99 / 100);
    }

    function test_ATokenWhoseBalancesShrink() public othersAreUnharmed {
        (OddToken token, ILicenseToken.Grant memory odd) = oddly(new ElasticToken());
        address its = ledger.depositOf(idOf(odd));
        token.mint(its, 10 * PRICE);
        settle(odd, 2);
        ElasticToken(address(token)).setBalance(its, PRICE);
        refuse(odd, 4, abi.encodeWithSelector(IUsageLedger.DepositTooSmall.selector, idOf(odd), 2 * PRICE, PRICE));
        settle(odd, 3);
        assertEq(token.balanceOf(artist), 3 * PRICE);
    }

    /// @dev Its reasons are half a megabyte long, and are not copied.
    function test_ATokenThatBlocksThePayee() public othersAreUnharmed {
        (OddToken token, ILicenseToken.Grant memory odd) = oddly(new BlockingToken());
        bytes32 id = idOf(odd);
        token.mint(ledger.depositOf(id), 10 * PRICE);
        BlockingToken(address(token)).setBlocked(artist, true);
        refuse(odd, 10, abi.encodeWithSelector(SafeTransferLib.TransferFailed.selector));
        BlockingToken(address(token)).setBlocked(artist, false);
        BlockingToken(address(token)).setBlocked(licensee, true);
        settle(odd, 4);
        close(odd);
        vm.warp(NOW + DELAY);
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        ledger.withdraw(odd, address(token));
        settle(odd, 5);
        assertEq(token.balanceOf(artist), 5 * PRICE);
    }

    function test_CurrenciesThatSayNoBalance() public othersAreUnharmed {
        address[4] memory currencies =
            [address(new MuteToken()), address(new RefusingPayee()), makeAddr("no code"), address(artist)];
        for (uint256 i = 0; i < currencies.length; ++i) {
            ILicenseToken.Offer memory offer = terms();
            offer.currency = currencies[i];
            ILicenseToken.Grant memory odd = sell(offer);
            bytes32 id = idOf(odd);
            ledger.open(odd);
            assertFalse(ledger.funded(id));
            assertFalse(licenses.permits(id, TRAIN));
            assertFalse(ledger.permitsUnits(odd, conditions(), TRAIN, 1));
            refuse(odd, 1, abi.encodeWithSelector(IUsageLedger.DepositTooSmall.selector, id, PRICE, 0));
            close(odd);
            vm.warp(vm.getBlockTimestamp() + DELAY);
            vm.expectRevert(abi.encodeWithSelector(IUsageLedger.DepositEmpty.selector, id, currencies[i]));
            ledger.withdraw(odd, currencies[i]);
        }
    }

    /// @dev What it burns is missed by who asked for its license; the answer still comes.
    function test_ACurrencyThatBurnsGas() public othersAreUnharmed {
        ILicenseToken.Offer memory offer = terms();
        offer.currency = address(new GreedyPayee());
        ILicenseToken.Grant memory odd = sell(offer);
        ledger.open(odd);
        assertFalse(ledger.funded{gas: 1_000_000}(idOf(odd)));
        assertFalse(licenses.permits{gas: 1_000_000}(idOf(odd), TRAIN));
    }

    // ---- hostile payees ----

    function test_APayeeThatRefusesHarmsItself() public othersAreUnharmed {
        address[2] memory payees = [address(new RefusingPayee()), address(new GreedyPayee())];
        for (uint256 i = 0; i < payees.length; ++i) {
            ILicenseToken.Offer memory offer = nativeTerms();
            offer.payee = payees[i];
            ILicenseToken.Grant memory odd = sell(offer);
            fund(odd, 1 ether);
            bytes memory signature = voucher(odd, 10);
            vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
            ledger.settle{gas: 5_000_000}(odd, conditions(), 10, 10, signature);
            ledger.open(odd);
            close(odd);
            vm.warp(vm.getBlockTimestamp() + DELAY);
            ledger.withdraw(odd, address(0));
            assertEq(licensee.balance, (i + 1) * 1 ether);
        }
    }

    // ---- re-entrance ----

    function test_AVoucherReenteredIsSpent() public {
        (HookedToken token, ILicenseToken.Grant memory odd) = hooked(20);
        bytes memory again = settlement(odd, 10);
        token.arm(address(ledger), again);
        settle(odd, 10);
        assertFalse(token.succeeded());
        bytes32 id = idOf(odd);
        assertEq(token.answer(), abi.encodeWithSelector(IUsageLedger.VoucherSpent.selector, id, 10, 10));
        assertEq(token.balanceOf(artist), 10 * PRICE);
    }

    function test_TheNextVoucherReenteredIsPaidOnce() public {
        (HookedToken token, ILicenseToken.Grant memory odd) = hooked(20);
        vm.recordLogs();
        bytes32 before = ledger.head();
        token.arm(address(ledger), settlement(odd, 20));
        settle(odd, 10);
        assertTrue(token.succeeded());
        assertEq(token.balanceOf(artist), 20 * PRICE);
        assertEq(ledger.account(idOf(odd)).settled, 20);
        assertHead(before);
    }

    /// @dev The balance that the nested settlement saw was spoken for: all is undone.
    function test_RevertWhen_AReenteredSettlementTakesWhatIsNotThere() public {
        (HookedToken token, ILicenseToken.Grant memory odd) = hooked(10);
        token.arm(address(ledger), settlement(odd, 20));
        refuse(odd, 10, abi.encodeWithSelector(SafeTransferLib.TransferFailed.selector));
        assertEq(token.balanceOf(artist), 0);
        assertEq(ledger.account(idOf(odd)).settled, 0);
    }

    function test_AWithdrawalReenteredPaysOnce() public {
        (HookedToken token, ILicenseToken.Grant memory odd) = hooked(10);
        close(odd);
        vm.warp(NOW + DELAY);
        token.arm(address(ledger), abi.encodeCall(ledger.withdraw, (odd, address(token))));
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        ledger.withdraw(odd, address(token));
        token.arm(address(0), "");
        ledger.withdraw(odd, address(token));
        assertEq(token.balanceOf(licensee), 10 * PRICE);
    }

    function test_ANativePayeeReentersInVain() public {
        Puppet payee = new Puppet();
        ILicenseToken.Offer memory offer = nativeTerms();
        offer.payee = address(payee);
        ILicenseToken.Grant memory odd = sell(offer);
        fund(odd, 1 ether);
        payee.arm(address(ledger), settlement(odd, 10));
        settle(odd, 10);
        assertTrue(payee.acted());
        assertFalse(payee.succeeded());
        assertEq(address(payee).balance, 10 gwei);
    }

    function test_ReenteredLogsReachTheHead() public {
        (HookedToken token, ILicenseToken.Grant memory odd) = hooked(10);
        vm.recordLogs();
        bytes32 before = ledger.head();
        token.arm(address(ledger), abi.encodeCall(ledger.anchor, (bytes32(0), "root", 1, 1, 2)));
        settle(odd, 10);
        assertTrue(token.succeeded());
        assertHead(before);
    }

    // ---- what it costs ----

    /// @dev The account's slot and the head: none of them new.
    function test_ASettlementWritesTwoSlots() public {
        fund(grant, 30 * PRICE);
        settle(grant, 10);
        bytes memory signature = voucher(grant, 20);
        vm.record();
        ledger.settle(grant, conditions(), 20, 20, signature);
        (, bytes32[] memory writes) = vm.accesses(address(ledger));
        assertEq(writes.length, 2);
    }

    // ---- helpers ----

    function assertAccount(address currency, uint256 settled, uint40 closesAt) private view {
        IUsageLedger.Account memory account = ledger.account(licenseId);
        assertEq(account.currency, currency, "currency");
        assertEq(account.settled, settled, "settled");
        assertEq(account.closesAt, closesAt, "closesAt");
    }

    function assertPermits(bool permitted, string memory when) private view {
        assertEq(licenses.permits(licenseId, TRAIN), permitted, when);
        assertEq(licenses.permitsAsset(grant, TRAIN, assetId), permitted, when);
    }

    function assertUnits(uint56 units, bool permitted) private view {
        assertEq(ledger.permitsUnits(grant, conditions(), TRAIN, units), permitted);
    }

    function refuseSignature(ILicenseToken.Grant memory of_, uint56 units, bytes memory signature) private {
        bytes memory reason =
            abi.encodeWithSelector(IUsageLedger.VoucherSignatureInvalid.selector, idOf(of_), of_.licensee);
        vm.expectRevert(reason);
        ledger.settle(of_, conditions(), units, units, signature);
    }

    function settlement(ILicenseToken.Grant memory of_, uint56 units) private view returns (bytes memory) {
        return abi.encodeCall(ledger.settle, (of_, conditions(), units, units, voucher(of_, units)));
    }

    function oddly(OddToken token) private returns (OddToken, ILicenseToken.Grant memory) {
        ILicenseToken.Offer memory offer = terms();
        offer.currency = address(token);
        return (token, sell(offer));
    }

    /// @dev An open account with money for so many units, in a currency that calls out.
    function hooked(uint256 units) private returns (HookedToken token, ILicenseToken.Grant memory odd) {
        token = new HookedToken();
        ILicenseToken.Offer memory offer = terms();
        offer.currency = address(token);
        odd = sell(offer);
        ledger.open(odd);
        token.mint(ledger.depositOf(idOf(odd)), units * PRICE);
    }
}
