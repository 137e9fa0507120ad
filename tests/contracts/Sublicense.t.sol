// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IERC5192} from "contracts/interfaces/IERC5192.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {ERC721} from "solady/tokens/ERC721.sol";

import {Base} from "./Base.t.sol";

/// @dev What a licensee grants to somebody else.
contract SublicenseTest is Base {
    ILicenseToken.Grant private grant;
    address private contractor = makeAddr("contractor");

    function setUp() public override {
        super.setUp();
        grant = bought(sublicensable());
    }

    // ---- what granting does ----

    function test_GrantsASublicense() public {
        bytes32 parentId = idOf(grant);
        bytes32 id = keccak256(abi.encode(parentId, contractor, bytes32("salt")));
        ILicenseToken.Sublicense memory sub = ILicenseToken.Sublicense(contractor, 2, uint40(NOW + 10 days), "salt");
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.warp(NOW + 1 days);
        vm.recordLogs();
        vm.expectEmit(address(licenses));
        emit IERC721.Transfer(address(0), contractor, uint256(id));
        vm.expectEmit(address(licenses));
        emit IERC5192.Locked(uint256(id));
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Sublicensed(id, parentId, contractor, 2, uint40(NOW + 10 days), "salt");
        vm.prank(licensee);
        assertEq(licenses.grantSublicense(grant, terms_(), sub), id);
        assertHeads(registryBefore, licensesBefore);

        ILicenseToken.License memory license = licenses.license(id);
        assertEq(license.holder, contractor);
        assertEq(license.expires, NOW + 10 days);
        assertEq(license.uses, 2);
        assertTrue(license.bound);
        assertTrue(license.sublicense);
        assertFalse(license.metered);
        assertFalse(license.revoked);
        assertEq(license.soldOn, (NOW + 1 days) / 1 days);
        assertEq(licenses.parentOf(id), parentId);
        assertEq(licenses.parentOf(parentId), 0);
        assertTrue(licenses.permits(id, 2));
        assertFalse(licenses.permits(id, 4));
        assertEq(dollar.balanceOf(artist), PRICE, "for nothing more");
    }

    function test_ItRunsToItsOwnEnd() public {
        bytes32 id = granted(2, NOW + 10 days);
        vm.warp(NOW + 10 days - 1);
        assertTrue(licenses.permits(id, 2));
        vm.warp(NOW + 10 days);
        assertFalse(licenses.permits(id, 2));
        assertTrue(licenses.permits(idOf(grant), 2));
    }

    function testFuzz_ItIsNoWiderAndNoLonger(uint32 uses, uint40 expires) public {
        ILicenseToken.Sublicense memory sub = ILicenseToken.Sublicense(contractor, uses, expires, 0);
        bool narrow = uses != 0 && uses & ~TRAIN == 0;
        if (narrow && expires > NOW && expires <= NOW + DURATION) {
            assertTrue(licenses.permits(grantIt(sub), uses));
        } else {
            refuseGrant(sub, tooWide(sub));
        }
        (sub.uses, sub.expires) = (uses % 2 == 0 ? 2 : 4, uint40(bound(expires, NOW + 1, NOW + DURATION)));
        sub.salt = "within";
        assertTrue(licenses.permits(grantIt(sub), sub.uses));
    }

    function test_RevertWhen_ItIsTooWideOrTooLong() public {
        ILicenseToken.Sublicense memory sub = ILicenseToken.Sublicense(contractor, TRAIN | 8, uint40(NOW + DURATION), 0);
        refuseGrant(sub, tooWide(sub));
        sub.uses = 0;
        refuseGrant(sub, tooWide(sub));
        (sub.uses, sub.expires) = (TRAIN, uint40(NOW + DURATION + 1));
        refuseGrant(sub, tooWide(sub));
        sub.expires = uint40(NOW);
        refuseGrant(sub, tooWide(sub));
        sub.expires = uint40(NOW + 1);
        grantIt(sub);
        (sub.expires, sub.salt) = (uint40(NOW + DURATION), "as long");
        grantIt(sub);
    }

    function test_APerpetualLicenseHasPerpetualSublicenses() public {
        ILicenseToken.Offer memory offer = sublicensable();
        offer.duration = 0;
        grant = bought(offer);
        bytes32 id = granted(TRAIN, PERPETUAL);
        vm.warp(NOW + 10_000 * 365 days);
        assertTrue(licenses.permits(id, TRAIN));
    }

    function test_OneLicenseHasManySublicenses() public {
        bytes32 first = granted(TRAIN, NOW + DURATION);
        ILicenseToken.Sublicense memory sub =
            ILicenseToken.Sublicense(contractor, TRAIN, uint40(NOW + DURATION), "another");
        assertNotEq(grantIt(sub), first);
        (sub.licensee, sub.salt) = (stranger, 0);
        assertNotEq(grantIt(sub), first);
        assertEq(licenses.balanceOf(contractor), 2);
        assertEq(licenses.balanceOf(stranger), 1);
    }

    function test_RevertWhen_GrantedTwice() public {
        bytes32 id = granted(TRAIN, NOW + DURATION);
        ILicenseToken.Sublicense memory sub = ILicenseToken.Sublicense(contractor, 2, uint40(NOW + 1), 0);
        refuseGrant(sub, abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, id));
        vm.warp(NOW + 10 days); // expired or not, an id stands for one grant
        refuseGrant(sub, tooWide(sub));
        sub.expires = uint40(NOW + 11 days);
        refuseGrant(sub, abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, id));
    }

    function test_RevertWhen_ItIsGrantedToNobody() public {
        refuseGrant(
            ILicenseToken.Sublicense(address(0), TRAIN, uint40(NOW + 1), 0),
            abi.encodeWithSelector(ERC721.TransferToZeroAddress.selector)
        );
    }

    function test_RevertWhen_ItIsMoved() public {
        bytes32 id = granted(TRAIN, NOW + DURATION);
        assertTrue(licenses.locked(uint256(id)));
        vm.prank(contractor);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseNotTransferable.selector, id));
        licenses.transferFrom(contractor, stranger, uint256(id));
    }

    // ---- who may ----

    function test_RevertWhen_AnotherGrants() public {
        vm.prank(licensee);
        licenses.setApprovalForAll(marketplace, true);
        address[5] memory others = [stranger, licensor, marketplace, contractor, artist];
        for (uint256 i = 0; i < others.length; ++i) {
            refuseGrantBy(others[i], licensee);
        }
    }

    /// @dev Who bought the license has none once it is passed on; what they granted stands.
    function test_ThePresentHolderGrants() public {
        bytes32 earlier = granted(TRAIN, NOW + DURATION);
        bytes32 id = idOf(grant);
        vm.prank(licensee);
        licenses.transferFrom(licensee, stranger, uint256(id));
        refuseGrantBy(licensee, stranger);
        ILicenseToken.Sublicense memory sub = ILicenseToken.Sublicense(contractor, TRAIN, uint40(NOW + 1), "new");
        vm.prank(stranger);
        licenses.grantSublicense(grant, terms_(), sub);
        assertTrue(licenses.permits(earlier, TRAIN));
    }

    // ---- under what ----

    function test_RevertWhen_TheTermsAllowNone() public {
        grant = bought(terms());
        ILicenseToken.Sublicense memory sub = ILicenseToken.Sublicense(contractor, TRAIN, uint40(NOW + 1), 0);
        vm.startPrank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotSublicensable.selector, idOf(grant)));
        licenses.grantSublicense(grant, conditions(), sub);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseToken.ConditionsUnknown.selector, hashOf(terms_()), hashOf(conditions()))
        );
        licenses.grantSublicense(grant, terms_(), sub);
    }

    /// @dev A sublicense is proven by no offer: whatever grant is shown leads to another id.
    function test_RevertWhen_ASublicenseIsSublicensed() public {
        granted(TRAIN, NOW + DURATION);
        grant.licensee = contractor;
        ILicenseToken.Sublicense memory sub = ILicenseToken.Sublicense(stranger, TRAIN, uint40(NOW + 1), 0);
        vm.prank(contractor);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, idOf(grant)));
        licenses.grantSublicense(grant, terms_(), sub);
    }

    function test_RevertWhen_TheLicenseExpired() public {
        vm.warp(NOW + DURATION);
        refuseGrant(
            ILicenseToken.Sublicense(contractor, TRAIN, uint40(NOW + DURATION + 1), 0),
            abi.encodeWithSelector(ILicenseToken.LicenseExpired.selector, idOf(grant), NOW + DURATION)
        );
    }

    function test_RevertWhen_TheLicenseIsRevoked() public {
        revoke();
        refuseGrant(
            ILicenseToken.Sublicense(contractor, TRAIN, uint40(NOW + DURATION), 0),
            abi.encodeWithSelector(ILicenseToken.LicenseRevoked.selector, idOf(grant))
        );
    }

    // ---- as long as the license is good ----

    function test_ItEndsWithARevocation() public {
        bytes32 id = granted(TRAIN, NOW + DURATION);
        revoke();
        assertFalse(licenses.permits(id, TRAIN));
        assertFalse(licenses.license(id).revoked, "its own slot says nothing");
        assertEq(licenses.license(id).expires, NOW + DURATION);
    }

    function test_AMeteredLicensesSublicenseNeedsItsDeposit() public {
        ILicenseToken.Offer memory offer = sublicensable();
        (offer.kind, offer.transferable) = (ILicenseToken.Kind.Metered, false);
        grant = bought(offer);
        bytes32 id = granted(TRAIN, NOW + DURATION);
        assertFalse(licenses.permits(id, TRAIN));
        dollar.mint(ledger.open(grant), 1);
        assertTrue(licenses.permits(id, TRAIN));
    }

    /// @dev A renewal is the license's; its sublicenses end when they were to end, and can be granted anew.
    function test_ARenewalDoesNotExtendIt() public {
        ILicenseToken.Offer memory offer = sublicensable();
        offer.kind = ILicenseToken.Kind.Subscription;
        grant = bought(offer);
        bytes32 id = granted(TRAIN, NOW + DURATION);
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), licensee, 0);
        vm.prank(licensee);
        licenses.renew(order);
        assertEq(licenses.license(id).expires, NOW + DURATION);
        vm.warp(NOW + DURATION);
        assertFalse(licenses.permits(id, TRAIN));
        grantIt(ILicenseToken.Sublicense(contractor, TRAIN, uint40(NOW + 2 * DURATION), "anew"));
    }

    /// @dev Two slots tell: its own, and its license's.
    function test_PermitsReadsTheLicenseToo() public {
        bytes32 id = granted(TRAIN, NOW + DURATION);
        vm.record();
        licenses.permits(id, TRAIN);
        (bytes32[] memory reads,) = vm.accesses(address(licenses));
        assertEq(reads.length, 3, "with the name of the license");
    }

    function testFuzz_TheLogsLeadToTheHead(uint256 count) public {
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        count = bound(count, 1, 10);
        vm.recordLogs();
        for (uint256 i = 0; i < count; ++i) {
            grantIt(ILicenseToken.Sublicense(contractor, TRAIN, uint40(NOW + 1 + i), bytes32(i)));
        }
        assertHeads(registryBefore, licensesBefore);
        assertEq(uint256(licenses.head()) >> 216, (uint256(licensesBefore) >> 216) + 2 * count);
    }

    // ---- helpers ----

    function terms_() private pure returns (ILicenseToken.Conditions memory shown) {
        shown = conditions("sublicensable");
        (shown.sublicensable, shown.reportWithin) = (true, 1 days);
    }

    function sublicensable() private view returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        offer.conditions = hashOf(terms_());
    }

    function bought(ILicenseToken.Offer memory offer) private returns (ILicenseToken.Grant memory) {
        buy(offer);
        return ILicenseToken.Grant(offer, licensee, 0);
    }

    function grantIt(ILicenseToken.Sublicense memory sub) private returns (bytes32) {
        vm.prank(licensee);
        return licenses.grantSublicense(grant, terms_(), sub);
    }

    function granted(uint32 uses, uint256 expires) private returns (bytes32) {
        return grantIt(ILicenseToken.Sublicense(contractor, uses, uint40(expires), 0));
    }

    function refuseGrant(ILicenseToken.Sublicense memory sub, bytes memory reason) private {
        vm.prank(licensee);
        vm.expectRevert(reason);
        licenses.grantSublicense(grant, terms_(), sub);
    }

    function refuseGrantBy(address caller, address holder) private {
        ILicenseToken.Sublicense memory sub = ILicenseToken.Sublicense(contractor, TRAIN, uint40(NOW + 1), "by");
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotLicensee.selector, idOf(grant), caller, holder));
        licenses.grantSublicense(grant, terms_(), sub);
    }

    function tooWide(ILicenseToken.Sublicense memory sub) private view returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.SublicenseTooWide.selector, idOf(grant), sub.uses, sub.expires);
    }

    function revoke() private {
        vm.warp(NOW + 3 days);
        vm.prank(licensor);
        licenses.revoke(grant, terms_(), 0);
    }
}
