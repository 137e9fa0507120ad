// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {IERC4906} from "contracts/interfaces/IERC4906.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";
import {RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {Base} from "./Base.t.sol";
import {Split} from "./helpers/Split.sol";

/// @dev Licenses taken back, for a cause that their terms state.
contract RevokeTest is Base {
    uint256 private constant DAY = 1 days;
    /// @dev The first second after the day of the sale.
    uint256 private constant NEXT_DAY = (NOW / 1 days + 1) * 1 days;
    uint32 private constant WITHIN = 30 days;
    uint256 private constant OVERDUE = NEXT_DAY + 30 days + 1;

    function setUp() public override {
        super.setUp();
        dollar.mint(licensor, 1e15);
        vm.prank(licensor);
        dollar.approve(address(licenses), type(uint256).max);
        vm.deal(licensor, 100 ether);
    }

    // ---- what a revocation does ----

    function test_RevokesAndRefunds() public {
        ILicenseToken.Grant memory grant = bought();
        bytes32 id = idOf(grant);
        vm.warp(NOW + DURATION / 2);
        address vault = refundVault(licensee);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        vm.expectEmit(address(licenses));
        emit IERC4906.MetadataUpdate(uint256(id));
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Revoked(id, assetId, 0, licensee, licensor, vault, address(dollar), PRICE / 4);
        vm.expectEmit(address(dollar));
        emit IERC20.Transfer(licensor, vault, PRICE / 4);
        revoke(grant, 0);
        assertHeads(registryBefore, licensesBefore);

        ILicenseToken.License memory license = licenses.license(id);
        assertTrue(license.revoked);
        assertEq(license.expires, NOW + DURATION / 2);
        assertEq(license.holder, licensee);
        assertEq(license.uses, TRAIN);
        assertFalse(license.bound);
        assertEq(license.soldOn, NOW / DAY);
        assertFalse(licenses.permits(id, TRAIN));
        assertFalse(licenses.permitsAsset(grant, TRAIN, assetId));
        assertEq(dollar.balanceOf(artist), PRICE, "the payee keeps what was paid");
    }

    /// @dev Nobody but the license's holder is paid out of the refund's vault.
    function test_TheHolderClaimsTheRefund() public {
        ILicenseToken.Grant memory grant = bought();
        vm.warp(NOW + DURATION / 2);
        revoke(grant, 0);
        uint256 before = dollar.balanceOf(licensee);
        IRoyaltyVaultFactory.VaultClaim[] memory claims = new IRoyaltyVaultFactory.VaultClaim[](1);
        claims[0] = IRoyaltyVaultFactory.VaultClaim(
            refundRoot(licensee), 0, address(dollar), IRoyaltyVault.Share(licensee, 1, 0, new IRoyaltyVault.Node[](0))
        );
        vm.prank(relayer);
        assertEq(factory.claim(claims)[0], PRICE / 4);
        assertEq(dollar.balanceOf(licensee), before + PRICE / 4);
    }

    /// @dev Passed on, it is refunded to who has it.
    function test_TheRefundIsThePresentHolders() public {
        ILicenseToken.Grant memory grant = bought();
        bytes32 id = idOf(grant);
        vm.prank(licensee);
        licenses.transferFrom(licensee, stranger, uint256(id));
        vm.warp(NOW + DURATION / 2);
        revoke(grant, 0);
        assertEq(dollar.balanceOf(refundVault(stranger)), PRICE / 4);
        assertEq(dollar.balanceOf(refundVault(licensee)), 0);
    }

    /// @dev A revoked license stays a token, which permits nothing for ever, and is not sold again.
    function test_ARevokedLicenseStaysRevoked() public {
        ILicenseToken.Grant memory grant = bought();
        bytes32 id = idOf(grant);
        vm.warp(OVERDUE);
        revoke(grant, 0);
        vm.prank(licensee);
        licenses.transferFrom(licensee, stranger, uint256(id));
        assertTrue(licenses.license(id).revoked);
        assertFalse(licenses.permits(id, TRAIN));
        ILicenseToken.Order memory order = orderOf(grant.offer, signed(grant.offer), licensee, 0);
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, id));
        licenses.buy(order);
    }

    function test_AnExclusiveOnesAssetIsFree() public {
        ILicenseToken.Offer memory offer = revocable();
        offer.exclusive = true;
        ILicenseToken.Grant memory grant = bought(offer);
        vm.warp(OVERDUE);
        refuse(
            terms(), abi.encodeWithSelector(ILicenseToken.AssetExclusivelyLicensed.selector, assetId, NOW + DURATION)
        );
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        vm.expectEmit(address(registry));
        emit IAssetRegistry.ExclusiveGranted(assetId, idOf(grant), OVERDUE);
        revoke(grant, 0);
        assertHeads(registryBefore, licensesBefore);
        offer = terms();
        offer.end = 0;
        buy(offer);
    }

    /// @dev One that is not exclusive leaves another's exclusivity alone.
    function test_AnotherOnesExclusivityStays() public {
        ILicenseToken.Grant memory grant = bought();
        ILicenseToken.Offer memory offer = terms();
        offer.exclusive = true;
        buy(offer);
        vm.warp(OVERDUE);
        revoke(grant, 0);
        assertEq(exclusiveUntil(assetId), NOW + DURATION);
    }

    function test_ItsSublicensesEndWithIt() public {
        ILicenseToken.Grant memory grant = bought();
        vm.prank(licensee);
        bytes32 sub = licenses.grantSublicense(
            grant, terms_(), ILicenseToken.Sublicense(stranger, TRAIN, uint40(NOW + DURATION), 0)
        );
        vm.warp(OVERDUE);
        assertTrue(licenses.permits(sub, TRAIN));
        revoke(grant, 0);
        assertFalse(licenses.permits(sub, TRAIN));
    }

    // ---- who may ----

    function test_RevertWhen_AnotherRevokes() public {
        ILicenseToken.Grant memory grant = bought();
        vm.startPrank(licensor);
        registry.setApprovalForAll(marketplace, true);
        registry.approve(marketplace, uint256(assetId));
        licenses.appointAgent(auditor, PERPETUAL);
        vm.stopPrank();
        vm.warp(OVERDUE);
        address[6] memory others = [licensee, stranger, marketplace, auditor, artist, address(desk)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotLicensor.selector, others[i], licensor));
            licenses.revoke(grant, terms_(), 0);
        }
    }

    /// @dev Who bought the deed has its licensees; who sold it has none.
    function test_ThePresentHolderRevokes() public {
        ILicenseToken.Grant memory grant = bought();
        moveDeed(assetId, licensor, stranger);
        vm.warp(NOW + DURATION / 2);
        refuseRevocation(grant, 0, abi.encodeWithSelector(ILicenseToken.NotLicensor.selector, licensor, stranger));
        dollar.mint(stranger, PRICE);
        vm.startPrank(stranger);
        dollar.approve(address(licenses), PRICE);
        licenses.revoke(grant, terms_(), 0);
        assertEq(dollar.balanceOf(stranger), PRICE - PRICE / 4);
    }

    function testFuzz_RevertWhen_TheConditionsAreOthers(uint32 within, bool revocable_, uint16 refundBps) public {
        ILicenseToken.Grant memory grant = bought();
        ILicenseToken.Conditions memory shown = terms_();
        vm.assume(within != shown.reportWithin || !revocable_ || refundBps != shown.refundBps);
        (shown.reportWithin, shown.revocable, shown.refundBps) = (within, revocable_, refundBps);
        vm.warp(OVERDUE);
        vm.prank(licensor);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseToken.ConditionsUnknown.selector, hashOf(shown), hashOf(terms_()))
        );
        licenses.revoke(grant, shown, 0);
    }

    /// @dev A grant that was altered, to a lower price for one, is nobody's license.
    function test_RevertWhen_TheGrantIsAltered() public {
        ILicenseToken.Grant memory grant = bought();
        vm.warp(OVERDUE);
        grant.offer.price = 1;
        refuseUnknown(grant);
        grant = ILicenseToken.Grant(revocable(), stranger, 0);
        refuseUnknown(grant);
        grant = ILicenseToken.Grant(revocable(), licensee, "salt");
        refuseUnknown(grant);
    }

    /// @dev A license is revoked by who holds the asset that it is of: not by one who holds another.
    function test_RevertWhen_TheAssetIsAnother() public {
        bought();
        ILicenseToken.Grant memory grant = ILicenseToken.Grant(revocable(), licensee, 0);
        grant.offer.assetId = registerAs(stranger, "another work");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, idOf(grant)));
        licenses.revoke(grant, terms_(), 0);
        grant.offer.assetId = "unknown";
        refuseRevocation(
            grant, 0, abi.encodeWithSelector(IAssetRegistry.AssetNotRegistered.selector, bytes32("unknown"))
        );
    }

    function test_RevertWhen_ItExpired() public {
        ILicenseToken.Grant memory grant = bought();
        vm.warp(NOW + DURATION);
        refuseRevocation(
            grant, 0, abi.encodeWithSelector(ILicenseToken.LicenseExpired.selector, idOf(grant), NOW + DURATION)
        );
        vm.warp(NOW + DURATION - 1);
        revoke(grant, 0);
    }

    function test_RevertWhen_ItIsRevoked() public {
        ILicenseToken.Grant memory grant = bought();
        vm.warp(OVERDUE);
        revoke(grant, 0);
        refuseRevocation(grant, 0, abi.encodeWithSelector(ILicenseToken.LicenseRevoked.selector, idOf(grant)));
    }

    // ---- use not reported ----

    function test_RevertWhen_NoReportsAreAskedFor() public {
        ILicenseToken.Conditions memory shown = terms_();
        shown.reportWithin = 0;
        ILicenseToken.Offer memory offer = revocable();
        offer.conditions = hashOf(shown);
        ILicenseToken.Grant memory grant = bought(offer);
        vm.warp(NOW + DURATION - 1);
        vm.prank(licensor);
        vm.expectRevert(causeInvalid(grant, 0));
        licenses.revoke(grant, shown, 0);
    }

    /// @dev The day of the sale is the licensee's, to its end.
    function test_OverdueFromTheEndOfTheSalesDay() public {
        ILicenseToken.Grant memory grant = bought();
        vm.warp(OVERDUE - 1);
        refuseRevocation(grant, 0, causeInvalid(grant, 0));
        vm.warp(OVERDUE);
        revoke(grant, 0);
    }

    function testFuzz_OverdueFromTheEndOfTheSalesDay(uint256 sale, uint32 within) public {
        sale = bound(sale, NOW, type(uint16).max * DAY);
        vm.warp(sale);
        ILicenseToken.Conditions memory shown = terms_();
        shown.reportWithin = within = uint32(bound(within, 1, type(uint32).max));
        ILicenseToken.Offer memory offer = revocable();
        (offer.conditions, offer.duration) = (hashOf(shown), 0);
        ILicenseToken.Grant memory grant = bought(offer);
        uint256 last = (sale / DAY + 1) * DAY + within;
        vm.warp(last);
        vm.prank(licensor);
        vm.expectRevert(causeInvalid(grant, 0));
        licenses.revoke(grant, shown, 0);
        vm.warp(last + 1);
        vm.prank(licensor);
        licenses.revoke(grant, shown, 0);
    }

    /// @dev Each report gives as long again, from the last second that it is about.
    function test_AReportGivesTime() public {
        ILicenseToken.Grant memory grant = bought();
        uint256 reported = NEXT_DAY + 20 days;
        vm.warp(reported + 5);
        report(grant, reported);
        vm.warp(reported + WITHIN);
        refuseRevocation(grant, 0, causeInvalid(grant, 0));
        vm.warp(reported + WITHIN + 1);
        uint256 snapshot = vm.snapshotState();
        revoke(grant, 0);
        vm.revertToState(snapshot);
        report(grant, reported + WITHIN + 1); // late, and before anybody minded
        refuseRevocation(grant, 0, causeInvalid(grant, 0));
    }

    /// @dev A report of the time before the sale's day ended gives nothing more.
    function test_AnEarlyReportGivesNoTime() public {
        ILicenseToken.Grant memory grant = bought();
        report(grant, NOW);
        vm.warp(OVERDUE - 1);
        refuseRevocation(grant, 0, causeInvalid(grant, 0));
        vm.warp(OVERDUE);
        revoke(grant, 0);
    }

    /// @dev Reports of other licenses, or of none, are none of this one.
    function test_AnotherLicensesReportGivesNoTime() public {
        ILicenseToken.Grant memory grant = bought();
        ILicenseToken.Grant memory other = ILicenseToken.Grant(revocable(), licensee, "other");
        buy(other.offer, "other");
        vm.warp(OVERDUE);
        report(other, OVERDUE);
        vm.prank(licensee);
        ledger.anchor(0, "root", 1, 1, uint40(OVERDUE));
        revoke(grant, 0);
        refuseRevocation(other, 0, causeInvalid(other, 0));
    }

    // ---- a ruling ----

    function test_ARulingRevokes() public {
        ILicenseToken.Grant memory grant = bought();
        vm.warp(NOW + DURATION / 2);
        uint256 caseId = disputeLicense(grant, terms_());
        refuseRevocation(grant, caseId, causeInvalid(grant, caseId));
        rule(caseId, 1);
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Revoked(
            idOf(grant), assetId, caseId, licensee, licensor, refundVault(licensee), address(dollar), PRICE / 4
        );
        revoke(grant, caseId);
        assertTrue(licenses.license(idOf(grant)).revoked);
    }

    function test_RevertWhen_TheCaseWasRejectedOrLapsed() public {
        ILicenseToken.Grant memory grant = bought();
        uint256 rejected = disputeLicense(grant, terms_());
        uint256 lapsed = disputeLicense(grant, terms_());
        rule(rejected, 2);
        vm.warp(NOW + TIMEOUT + 1);
        desk.lapse(lapsed);
        refuseRevocation(grant, rejected, causeInvalid(grant, rejected));
        refuseRevocation(grant, lapsed, causeInvalid(grant, lapsed));
    }

    function test_RevertWhen_TheCaseIsAnothers() public {
        ILicenseToken.Grant memory grant = bought();
        ILicenseToken.Grant memory other = ILicenseToken.Grant(revocable(), licensee, "other");
        buy(other.offer, "other");
        uint256 caseId = disputeLicense(other, terms_());
        rule(caseId, 1);
        refuseRevocation(grant, caseId, causeInvalid(grant, caseId));
        uint256 ofAsset = dispute(registerAs(licensor, "a disputed work"));
        rule(ofAsset, 1);
        refuseRevocation(grant, ofAsset, causeInvalid(grant, ofAsset));
        refuseRevocation(grant, 99, causeInvalid(grant, 99));
        revoke(other, caseId);
    }

    /// @dev The desk does not take such a case; if it did, the license's terms would still know no ruling.
    function test_RevertWhen_TheTermsKnowNoRuling() public {
        ILicenseToken.Conditions memory shown = terms_();
        shown.revocable = false;
        ILicenseToken.Offer memory offer = revocable();
        offer.conditions = hashOf(shown);
        ILicenseToken.Grant memory grant = bought(offer);
        vm.mockCall(address(desk), abi.encodeCall(desk.upheld, (7, idOf(grant))), abi.encode(true));
        vm.prank(licensor);
        vm.expectRevert(causeInvalid(grant, 7));
        licenses.revoke(grant, shown, 7);
    }

    // ---- the refund ----

    /// @dev price × basis points × time left ÷ duration, rounded down.
    function testFuzz_RefundsTheTimeLeft(uint128 price, uint16 bps, uint32 duration, uint32 passed) public {
        duration = uint32(bound(duration, 1, type(uint32).max));
        passed = uint32(bound(passed, 0, duration - 1));
        ILicenseToken.Conditions memory shown = terms_();
        shown.refundBps = uint16(bound(bps, 0, 10_000));
        ILicenseToken.Offer memory offer = revocable();
        (offer.conditions, offer.duration, offer.price) = (hashOf(shown), duration, bound(price, 1, type(uint128).max));
        dollar.mint(licensee, offer.price);
        dollar.mint(licensor, offer.price);
        ILicenseToken.Grant memory grant = bought(offer);
        uint256 caseId = disputeLicense(grant, shown);
        rule(caseId, 1);
        vm.warp(NOW + passed);
        uint256 refund = offer.price * shown.refundBps * (duration - passed) / (uint256(duration) * 10_000);
        vm.prank(licensor);
        licenses.revoke(grant, shown, caseId);
        assertEq(dollar.balanceOf(refundVault(licensee)), refund);
        assertLe(refund, offer.price);
    }

    /// @dev The largest price there is: multiplied at full width.
    function test_TheLargestPriceIsRefunded() public {
        ILicenseToken.Conditions memory shown = terms_();
        shown.refundBps = 10_000;
        ILicenseToken.Offer memory offer = revocable();
        (offer.conditions, offer.price) = (hashOf(shown), 1 << 254);
        dollar.mint(licensee, 1 << 254);
        dollar.mint(licensor, 1 << 254);
        ILicenseToken.Grant memory grant = bought(offer);
        uint256 caseId = disputeLicense(grant, shown);
        rule(caseId, 1);
        vm.prank(licensor);
        licenses.revoke(grant, shown, caseId);
        assertEq(dollar.balanceOf(refundVault(licensee)), 1 << 254);
    }

    /// @dev A signed offer may promise more than the price: what does not fit into 256 bits is not paid, and the license stays.
    function test_RevertWhen_TheRefundOverflows() public {
        ILicenseToken.Conditions memory shown = terms_();
        shown.refundBps = type(uint16).max;
        ILicenseToken.Offer memory offer = revocable();
        (offer.conditions, offer.price) = (hashOf(shown), 1 << 254);
        dollar.mint(licensee, 1 << 254);
        ILicenseToken.Grant memory grant = bought(offer);
        uint256 caseId = disputeLicense(grant, shown);
        rule(caseId, 1);
        vm.prank(licensor);
        vm.expectRevert(FixedPointMathLib.FullMulDivFailed.selector);
        licenses.revoke(grant, shown, caseId);
        assertTrue(licenses.permits(idOf(grant), TRAIN));
    }

    function test_APerpetualOneIsRefundedWhole() public {
        ILicenseToken.Offer memory offer = revocable();
        offer.duration = 0;
        ILicenseToken.Grant memory grant = bought(offer);
        vm.warp(NOW + 1000 * 365 days);
        revoke(grant, 0);
        assertEq(dollar.balanceOf(refundVault(licensee)), PRICE / 2);
    }

    /// @dev A subscription that was paid for three more years.
    function test_RenewalsAreRefunded() public {
        ILicenseToken.Offer memory offer = revocable();
        (offer.kind, offer.end) = (ILicenseToken.Kind.Subscription, 0);
        ILicenseToken.Grant memory grant = bought(offer);
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), licensee, 0);
        vm.startPrank(licensee);
        for (uint256 i = 0; i < 3; ++i) {
            licenses.renew(order);
        }
        vm.stopPrank();
        vm.warp(NOW + DURATION);
        revoke(grant, 0);
        assertEq(dollar.balanceOf(refundVault(licensee)), 3 * PRICE / 2);
    }

    function test_NothingIsRefundedOfNothing() public {
        ILicenseToken.Offer memory offer = freeTerms();
        (offer.conditions, offer.currency) = (hashOf(terms_()), address(0));
        ILicenseToken.Grant memory grant = bought(offer);
        vm.warp(OVERDUE);
        revoke(grant, 0);
        assertEq(refundVault(licensee).balance, 0);
    }

    /// @dev Nothing was paid in advance: the deposit is the licensee's own.
    function test_NothingIsRefundedByTheUnit() public {
        ILicenseToken.Offer memory offer = revocable();
        (offer.kind, offer.transferable) = (ILicenseToken.Kind.Metered, false);
        ILicenseToken.Grant memory grant = bought(offer);
        dollar.mint(ledger.open(grant), 100);
        assertTrue(licenses.permits(idOf(grant), TRAIN));
        vm.warp(OVERDUE);
        revoke(grant, 0);
        assertFalse(licenses.permits(idOf(grant), TRAIN));
        assertEq(dollar.balanceOf(refundVault(licensee)), 0);
        assertTrue(licenses.license(idOf(grant)).metered);
    }

    /// @dev The refund is that of the block's second: who sends it cannot know it to the wei.
    function test_RefundsNativeCoinAndReturnsWhatIsTooMuch() public {
        ILicenseToken.Offer memory offer = nativeTerms();
        offer.conditions = hashOf(terms_());
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), licensee, 0);
        vm.deal(licensee, 1 ether);
        vm.prank(licensee);
        licenses.buy{value: 1 ether}(order);
        ILicenseToken.Grant memory grant = ILicenseToken.Grant(offer, licensee, 0);
        vm.warp(NOW + DURATION / 2);
        uint256[2] memory wrong = [uint256(0), 0.25 ether - 1];
        vm.deal(licensor, 1 ether);
        vm.startPrank(licensor);
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.WrongValue.selector, wrong[i], 0.25 ether));
            licenses.revoke{value: wrong[i]}(grant, terms_(), 0);
        }
        licenses.revoke{value: 0.4 ether}(grant, terms_(), 0);
        assertEq(licensor.balance, 0.75 ether);
        assertEq(refundVault(licensee).balance, 0.25 ether);
        assertEq(address(licenses).balance, 0);
    }

    function test_ReturnsCoinThatComesWithAnotherCurrency() public {
        ILicenseToken.Grant memory grant = bought();
        vm.warp(OVERDUE);
        vm.deal(licensor, 1 ether);
        vm.prank(licensor);
        licenses.revoke{value: 1}(grant, terms_(), 0);
        assertEq(licensor.balance, 1 ether);
        assertEq(address(licenses).balance, 0);
    }

    function test_RevertWhen_TheHolderRefusesWhatIsTooMuch() public {
        ILicenseToken.Grant memory grant = bought();
        address museum = address(new RefusingPayee());
        moveDeed(assetId, licensor, museum);
        dollar.mint(museum, PRICE);
        vm.deal(museum, 1);
        vm.warp(OVERDUE);
        vm.startPrank(museum);
        dollar.approve(address(licenses), PRICE);
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        licenses.revoke{value: 1}(grant, terms_(), 0);
        licenses.revoke(grant, terms_(), 0);
    }

    /// @dev No refund, no revocation.
    function test_RevertWhen_TheRefundIsNotPaid() public {
        ILicenseToken.Grant memory grant = bought();
        vm.prank(licensor);
        dollar.approve(address(licenses), 0);
        vm.warp(OVERDUE);
        refuseRevocation(grant, 0, abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
        assertTrue(licenses.permits(idOf(grant), TRAIN));
    }

    // ---- calling back ----

    /// @dev The refund's token calls back: the license is revoked already, once.
    function test_ARevocationWithinARevocationIsRefused() public {
        HookedToken token = new HookedToken();
        Puppet museum = new Puppet();
        moveDeed(assetId, licensor, address(museum));
        token.mint(licensee, PRICE);
        token.mint(address(museum), PRICE);
        museum.execute(address(token), 0, abi.encodeCall(token.approve, (address(licenses), type(uint256).max)));
        vm.prank(licensee);
        token.approve(address(licenses), PRICE);
        ILicenseToken.Offer memory offer = revocable();
        (offer.licensor, offer.epoch, offer.currency) = (address(museum), 1, address(token));
        museum.sign(digestOf(offer));
        vm.prank(licensee);
        licenses.buy(orderOf(offer, "", licensee, 0));
        ILicenseToken.Grant memory grant = ILicenseToken.Grant(offer, licensee, 0);
        vm.warp(NOW + DURATION / 2);
        bytes memory again = abi.encodeCall(licenses.revoke, (grant, terms_(), 0));
        token.arm(address(museum), abi.encodeCall(museum.execute, (address(licenses), 0, again)));
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        museum.execute(address(licenses), 0, again);
        assertHeads(registryBefore, licensesBefore);
        assertTrue(token.acted());
        assertFalse(token.succeeded());
        assertEq(token.answer(), abi.encodeWithSelector(ILicenseToken.LicenseRevoked.selector, idOf(grant)));
        assertEq(token.balanceOf(refundVault(licensee)), PRICE / 4);
    }

    // ---- helpers ----

    /// @dev Reported within 30 days, revocable by a ruling; half the price for the time left is given back.
    function terms_() private pure returns (ILicenseToken.Conditions memory shown) {
        shown = conditions("revocable");
        (shown.reportWithin, shown.revocable, shown.refundBps, shown.sublicensable) = (WITHIN, true, 5_000, true);
    }

    function revocable() private view returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        (offer.conditions, offer.end) = (hashOf(terms_()), 0);
    }

    function bought() private returns (ILicenseToken.Grant memory) {
        return bought(revocable());
    }

    function bought(ILicenseToken.Offer memory offer) private returns (ILicenseToken.Grant memory) {
        buy(offer);
        return ILicenseToken.Grant(offer, licensee, 0);
    }

    function revoke(ILicenseToken.Grant memory grant, uint256 cause) private {
        vm.prank(licensor);
        licenses.revoke(grant, terms_(), cause);
    }

    function refuseRevocation(ILicenseToken.Grant memory grant, uint256 cause, bytes memory reason) private {
        bytes32 head = licenses.head();
        vm.prank(licensor);
        vm.expectRevert(reason);
        licenses.revoke(grant, terms_(), cause);
        assertEq(licenses.head(), head);
    }

    function refuseUnknown(ILicenseToken.Grant memory grant) private {
        refuseRevocation(grant, 0, abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, idOf(grant)));
    }

    function causeInvalid(ILicenseToken.Grant memory grant, uint256 cause) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.CauseInvalid.selector, idOf(grant), cause);
    }

    /// @dev The licensee reports their use up to this second.
    function report(ILicenseToken.Grant memory grant, uint256 until) private {
        bytes32 id = idOf(grant);
        uint40 from = ledger.reportedUntil(id) + 1;
        vm.prank(licensee);
        ledger.anchor(id, "root", 1, from, uint40(until));
    }

    function refundRoot(address holder) private pure returns (bytes32) {
        return Split.top(Split.leaf(holder, 1));
    }

    function refundVault(address holder) private view returns (address) {
        return factory.vaultOf(refundRoot(holder), 0);
    }
}
