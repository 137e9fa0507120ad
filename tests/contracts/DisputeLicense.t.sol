// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICases} from "contracts/interfaces/ICases.sol";
import {IDisputeDesk} from "contracts/interfaces/IDisputeDesk.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {HostileArbitrator} from "contracts/mocks/HostileArbitrator.sol";

import {Court} from "./Court.t.sol";

/// @dev Disputes of licenses.
contract DisputeLicenseTest is Court {
    ILicenseToken.Grant private grant;
    bytes32 private licenseId;

    function setUp() public override {
        super.setUp();
        grant.offer = terms(assetId);
        grant.licensee = licensee;
        grant.salt = "license";
        publish(grant.offer);
        licenseId = buyGrant("license");
        dollar.mint(licensor, 1e12);
        vm.prank(licensor);
        dollar.approve(address(licenses), type(uint256).max);
    }

    // ---- opening ----

    function test_TheCaseIsOpenAndTheLicensePermits() public {
        uint256 caseId = open();
        ICases.Case memory opened = desk.caseOf(caseId);
        assertEq(opened.claimant, licensor);
        assertEq(opened.subject, licenseId);
        assertEq(opened.kind, uint8(IDisputeDesk.Kind.License));
        assertEq(opened.deadline, NOW + TIMEOUT);
        assertTrue(licenses.permits(licenseId, TRAIN));
        assertFalse(desk.upheld(caseId, licenseId));
        assertEq(flagsOf(assetId), 0);
        assertEq(desk.escrowOf(assetId, vault), vault);
    }

    function test_TheOpeningIsLogged() public {
        uint256 cost = desk.openingCost();
        vm.expectEmit(address(desk));
        emit IDisputeDesk.LicenseDisputed(1, licenseId, licensor, assetId, uint40(NOW + TIMEOUT), PROOF, PROOF_URI);
        vm.prank(licensor);
        desk.disputeLicense{value: cost}(grant, revocable(), PROOF, PROOF_URI);
    }

    function test_ThePresentHolderOfTheDeedDisputesALicenseSoldBefore() public {
        moveDeed(assetId, licensor, claimant);
        assertEq(openAs(claimant), 1);
    }

    function test_RevertWhen_TheConditionsAreOthers() public {
        ILicenseToken.Conditions memory others = revocable();
        others.refundBps = 0;
        refuse(
            licensor,
            others,
            abi.encodeWithSelector(
                ILicenseToken.ConditionsUnknown.selector,
                licenses.conditionsHashOf(others),
                licenses.conditionsHashOf(revocable())
            )
        );
    }

    function test_RevertWhen_TheTermsAreNotRevocable() public {
        ILicenseToken.Conditions memory firm;
        grant.offer.conditions = licenses.conditionsHashOf(firm);
        vm.prank(licensor);
        licenses.publishOffer(grant.offer, firm);
        licenseId = buyGrant("license");
        refuse(licensor, firm, abi.encodeWithSelector(IDisputeDesk.LicenseNotRevocable.selector, licenseId));
    }

    function test_RevertWhen_TheLicenseWasNeverSold() public {
        grant.salt = "another";
        bytes32 id = idOf(grant);
        refuse(licensor, revocable(), abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, id));
    }

    function test_RevertWhen_AnyoneButTheDeedsHolderDisputes() public {
        address[5] memory roles = [stranger, licensee, claimant, judges[0], address(licenses)];
        for (uint256 i = 0; i < roles.length; ++i) {
            vm.deal(roles[i], 1 ether);
            refuse(
                roles[i],
                revocable(),
                abi.encodeWithSelector(IDisputeDesk.NotDeedHolder.selector, assetId, roles[i], licensor)
            );
        }
    }

    function test_RevertWhen_AFormerHolderDisputes() public {
        moveDeed(assetId, licensor, auditor);
        refuse(
            licensor,
            revocable(),
            abi.encodeWithSelector(IDisputeDesk.NotDeedHolder.selector, assetId, licensor, auditor)
        );
    }

    function testFuzz_RevertWhen_TheValueIsNotWhatItCosts(uint256 value) public {
        value = bound(value, 0, 100 ether);
        vm.assume(value != BOND + FEE);
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(ICases.WrongValue.selector, value, BOND + FEE));
        desk.disputeLicense{value: value}(grant, revocable(), PROOF, PROOF_URI);
    }

    function test_RevertWhen_TheEvidencesUriIsEndless() public {
        uint256 cost = desk.openingCost();
        string memory uri = string(new bytes(1025));
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(ICases.EvidenceUriTooLong.selector, 1025, 1024));
        desk.disputeLicense{value: cost}(grant, revocable(), PROOF, uri);
    }

    function test_RevertWhen_ANumberIsGivenToTwoDisputes() public {
        HostileArbitrator hostile = underHostile();
        vm.prank(licensee);
        dollar.approve(address(licenses), type(uint256).max);
        publish(grant.offer);
        assertEq(buyGrant("license"), licenseId);
        uint256 caseId = open();
        hostile.setNextNumber(0);
        refuse(licensor, revocable(), abi.encodeWithSelector(ICases.DisputeNumberTaken.selector, uint256(0), caseId));
        assertEq(desk.caseCount(), 1);
    }

    function test_RevertWhen_ALicensesDisputeIsCounterBonded() public {
        uint256 caseId = open();
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.CannotCounterBond.selector, caseId));
        desk.counterBond{value: BOND}(caseId);
    }

    function test_RevertWhen_ALicensesDisputeIsToReleaseAnEscrow() public {
        uint256 caseId = open();
        rule(caseId, UPHOLD);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.NoEscrow.selector, caseId));
        desk.release(caseId, vault, address(dollar));
    }

    // ---- the end ----

    function test_UpheldLetsTheHolderRevoke() public {
        uint256 caseId = open();
        rule(caseId, UPHOLD);
        assertTrue(desk.upheld(caseId, licenseId));
        assertTrue(licenses.permits(licenseId, TRAIN), "until it is revoked");
        vm.prank(licensor);
        licenses.revoke(grant, revocable(), caseId);
        assertFalse(licenses.permits(licenseId, TRAIN));
        assertTrue(licenses.license(licenseId).revoked);
        assertEq(desk.owed(licensor), BOND);
    }

    function test_UpheldIsOfThisLicenseAlone() public {
        bytes32 other = buyGrant("another");
        uint256 caseId = open();
        rule(caseId, UPHOLD);
        assertFalse(desk.upheld(caseId, other));
        grant.salt = "another";
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.CauseInvalid.selector, other, caseId));
        licenses.revoke(grant, revocable(), caseId);
    }

    /// @dev An asset's id is no license's; a case of one kind serves no other.
    function test_AnUpheldDisputeOfTheDeedRevokesNothing() public {
        uint256 caseId = dispute();
        rule(caseId, UPHOLD);
        assertFalse(desk.upheld(caseId, licenseId));
        assertFalse(desk.upheld(caseId, assetId));
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.CauseInvalid.selector, licenseId, caseId));
        licenses.revoke(grant, revocable(), caseId);
    }

    function test_RevertWhen_RevokedBeforeTheRuling() public {
        uint256 caseId = open();
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.CauseInvalid.selector, licenseId, caseId));
        licenses.revoke(grant, revocable(), caseId);
    }

    function test_RejectedPaysTheLicensesPresentHolder() public {
        uint256 caseId = open();
        vm.prank(licensee);
        ICourtLicenses(address(licenses)).transferFrom(licensee, auditor, uint256(licenseId));
        rule(caseId, REJECT);
        assertFalse(desk.upheld(caseId, licenseId));
        assertEq(desk.owed(auditor), BOND);
        assertEq(desk.owed(licensor), 0);
        assertSolvent(BOND, 0);
    }

    function test_LapsedIsAsIfItHadNeverBeen() public {
        uint256 caseId = open();
        waitFor(TIMEOUT + 1);
        desk.lapse(caseId);
        assertFalse(desk.upheld(caseId, licenseId));
        assertEq(desk.owed(licensor), BOND);
        assertSolvent(BOND, 0);
    }

    function test_TheHeadReplays() public {
        vm.recordLogs();
        rule(open(), REJECT);
        assertHead(desk, 0);
        assertEq(uint256(desk.head()) >> 216, 3, "opening, evidence, end");
    }

    // ---- helpers ----

    function buyGrant(bytes32 salt) private returns (bytes32) {
        ILicenseToken.Order memory order = orderOf(grant.offer);
        order.salt = salt;
        vm.prank(licensee);
        return licenses.buy(order);
    }

    function idOf(ILicenseToken.Grant memory of_) private view returns (bytes32) {
        return licenses.licenseIdOf(licenses.offerHashOf(of_.offer), of_.licensee, of_.salt);
    }

    function open() private returns (uint256) {
        return openAs(licensor);
    }

    function openAs(address who) private returns (uint256) {
        uint256 cost = desk.openingCost();
        vm.prank(who);
        return desk.disputeLicense{value: cost}(grant, revocable(), PROOF, PROOF_URI);
    }

    function refuse(address who, ILicenseToken.Conditions memory conditions, bytes memory reason) private {
        uint256 cost = desk.openingCost();
        vm.prank(who);
        vm.expectRevert(reason);
        desk.disputeLicense{value: cost}(grant, conditions, PROOF, PROOF_URI);
    }
}

interface ICourtLicenses {
    function transferFrom(address from, address to, uint256 id) external;
}
