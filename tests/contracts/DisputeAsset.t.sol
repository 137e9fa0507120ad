// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {IArbitrable} from "contracts/interfaces/IArbitrable.sol";
import {IArbitrator} from "contracts/interfaces/IArbitrator.sol";
import {ICases} from "contracts/interfaces/ICases.sol";
import {IDisputeDesk} from "contracts/interfaces/IDisputeDesk.sol";
import {IEvidence} from "contracts/interfaces/IEvidence.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {HostileArbitrator} from "contracts/mocks/HostileArbitrator.sol";
import {BlockingToken} from "contracts/mocks/OddTokens.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {Base64} from "solady/utils/Base64.sol";
import {LibString} from "solady/utils/LibString.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {Vm} from "forge-std/Vm.sol";

import {Court} from "./Court.t.sol";

/// @dev Disputes of deeds.
contract DisputeAssetTest is Court {
    // ---- opening ----

    function test_TheCaseIsOpen() public {
        uint256 caseId = dispute();
        ICases.Case memory opened = desk.caseOf(caseId);
        assertEq(caseId, 1);
        assertEq(desk.caseCount(), 1);
        assertEq(opened.claimant, claimant);
        assertEq(opened.deadline, NOW + TIMEOUT);
        assertEq(uint256(opened.status), uint256(ICases.Status.Open));
        assertEq(opened.kind, uint8(IDisputeDesk.Kind.Asset));
        assertEq(opened.subject, assetId);
        assertEq(desk.claimOf(caseId).payee, claimantsVault);
        assertEq(desk.claimOf(caseId).counterBondBy, address(0));
    }

    function test_TheDeedIsFlaggedAndStays() public {
        dispute();
        assertEq(flagsOf(assetId), DISPUTED);
        assertEq(registry.deed(assetId).holder, licensor);
        assertEq(registry.deed(assetId).epoch, 0, "offers stand");
    }

    function test_TheBondStaysAndTheFeeGoesToTheArbitrator() public {
        dispute();
        assertEq(address(desk).balance, BOND);
        assertEq(address(arbitrator).balance, FEE);
        assertEq(claimant.balance, 100 ether - BOND - FEE);
    }

    function test_TheArbitratorIsAskedToChooseBetweenTwoRulings() public {
        dispute();
        vm.prank(judges[0]);
        vm.expectRevert(abi.encodeWithSignature("RulingInvalid(uint256,uint256)", 3, 2));
        arbitrator.vote(0, 3);
        assertEq(desk.caseOfDispute(0), 1);
    }

    function test_TheOpeningIsLogged() public {
        uint256 cost = desk.openingCost();
        vm.expectEmit(address(desk));
        emit IDisputeDesk.AssetDisputed(
            1, assetId, claimant, claimId, claimantsVault, uint40(NOW + TIMEOUT), PROOF, PROOF_URI
        );
        vm.expectEmit(address(desk));
        emit IEvidence.Evidence(IArbitrator(address(arbitrator)), 1, claimant, PROOF_URI);
        vm.expectEmit(address(registry));
        emit IAssetRegistry.DeedFlagged(assetId, 1, DISPUTED);
        vm.expectEmit(address(arbitrator));
        emit IArbitrator.DisputeCreation(0, IArbitrable(address(desk)));
        vm.expectEmit(address(desk));
        emit IEvidence.Dispute(IArbitrator(address(arbitrator)), 0, 0, 1);
        vm.prank(claimant);
        desk.disputeAsset{value: cost}(assetId, claimId, claimantsVault, PROOF, PROOF_URI);
    }

    function test_RevertWhen_NoSuchDeed() public {
        refuseOpening(
            claimant,
            "none",
            claimId,
            claimantsVault,
            abi.encodeWithSelector(IAssetRegistry.AssetNotRegistered.selector, bytes32("none"))
        );
    }

    function test_RevertWhen_TheClaimIsNoDeed() public {
        refuseOpening(
            claimant,
            assetId,
            "none",
            claimantsVault,
            abi.encodeWithSelector(IAssetRegistry.AssetNotRegistered.selector, bytes32("none"))
        );
    }

    function test_RevertWhen_TheClaimIsAnothersDeed() public {
        refuseOpening(stranger, assetId, claimId, claimantsVault, claimInvalid(claimId, stranger));
    }

    function test_RevertWhen_TheClaimIsTheDeedInDispute() public {
        refuseOpening(licensor, assetId, assetId, vault, claimInvalid(assetId, licensor));
    }

    function test_RevertWhen_NobodyIsToBePaid() public {
        refuseOpening(
            claimant, assetId, claimId, address(0), abi.encodeWithSelector(IDisputeDesk.PayeeMissing.selector)
        );
    }

    function test_RevertWhen_TheDeedIsDefeated() public {
        rule(dispute(), UPHOLD);
        refuseOpening(
            sham,
            assetId,
            shamId,
            shamVault,
            abi.encodeWithSelector(IDisputeDesk.AssetAlreadyDefeated.selector, assetId)
        );
    }

    function testFuzz_RevertWhen_TheValueIsNotWhatItCosts(uint256 value) public {
        value = bound(value, 0, 100 ether);
        vm.assume(value != BOND + FEE);
        vm.prank(claimant);
        vm.expectRevert(abi.encodeWithSelector(ICases.WrongValue.selector, value, BOND + FEE));
        desk.disputeAsset{value: value}(assetId, claimId, claimantsVault, PROOF, PROOF_URI);
    }

    function test_RevertWhen_TheEvidencesUriIsEndless() public {
        uint256 cost = desk.openingCost();
        string memory uri = string(new bytes(1025));
        vm.prank(claimant);
        vm.expectRevert(abi.encodeWithSelector(ICases.EvidenceUriTooLong.selector, 1025, 1024));
        desk.disputeAsset{value: cost}(assetId, claimId, claimantsVault, PROOF, uri);
    }

    // ---- evidence ----

    function test_AnyoneShowsEvidenceInAnOpenCase() public {
        uint256 caseId = dispute();
        vm.expectEmit(address(desk));
        emit IEvidence.Evidence(IArbitrator(address(arbitrator)), caseId, stranger, "https://example.org/letter");
        vm.prank(stranger);
        desk.submitEvidence(caseId, "https://example.org/letter");
    }

    function test_RevertWhen_EvidenceComesAfterTheCase() public {
        uint256 caseId = dispute();
        rule(caseId, REJECT);
        vm.expectRevert(notOpen(caseId, ICases.Status.Rejected));
        desk.submitEvidence(caseId, PROOF_URI);
    }

    function test_RevertWhen_EvidenceComesAfterTheDeadline() public {
        uint256 caseId = dispute();
        waitFor(TIMEOUT + 1);
        vm.expectRevert(abi.encodeWithSelector(ICases.CaseOverdue.selector, caseId, NOW + TIMEOUT));
        desk.submitEvidence(caseId, PROOF_URI);
    }

    function test_RevertWhen_EvidenceIsForNoCase() public {
        vm.expectRevert(notOpen(7, ICases.Status.None));
        desk.submitEvidence(7, PROOF_URI);
    }

    function test_RevertWhen_LaterEvidencesUriIsEndless() public {
        uint256 caseId = dispute();
        vm.expectRevert(abi.encodeWithSelector(ICases.EvidenceUriTooLong.selector, 1025, 1024));
        desk.submitEvidence(caseId, string(new bytes(1025)));
        desk.submitEvidence(caseId, string(new bytes(1024)));
    }

    /// @dev ERC-1497: a JSON document that says what the rulings mean.
    function test_MetaEvidenceIsLoggedOnce() public {
        vm.recordLogs();
        deployCode("DisputeDesk.sol:DisputeDesk", abi.encode(registry, arbitrator, BOND, TIMEOUT));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1);
        assertEq(logs[0].topics[0], IEvidence.MetaEvidence.selector);
        assertEq(logs[0].topics[1], 0);
        string memory uri = abi.decode(logs[0].data, (string));
        assertTrue(LibString.startsWith(uri, "data:application/json;base64,"));
        string memory json = string(Base64.decode(LibString.slice(uri, 29)));
        string[] memory titles = vm.parseJsonStringArray(json, ".rulingOptions.titles");
        assertEq(titles.length, 2);
        assertEq(titles[UPHOLD - 1], "Uphold");
        assertEq(titles[REJECT - 1], "Reject");
        assertGt(bytes(vm.parseJsonString(json, ".question")).length, 0);
    }

    function testFuzz_RevertWhen_TheTimeoutIsNothingOrEndless(uint256 timeout) public {
        vm.assume(timeout == 0 || timeout > type(uint32).max);
        bytes memory code = abi.encodePacked(
            vm.getCode("DisputeDesk.sol:DisputeDesk"), abi.encode(registry, arbitrator, BOND, timeout)
        );
        vm.expectRevert(abi.encodeWithSelector(ICases.TimeoutInvalid.selector, timeout, type(uint32).max));
        assembly ("memory-safe") {
            pop(create(0, add(code, 0x20), mload(code)))
        }
    }

    // ---- sales in the meantime ----

    function test_ASaleInDisputeIsEscrowed() public {
        uint256 caseId = dispute();
        bytes32 id = sell(assetId);
        assertTrue(licenses.permits(id, TRAIN), "the buyer has what they paid for");
        assertEq(dollar.balanceOf(vault), 0);
        assertEq(dollar.balanceOf(desk.purseOf(caseId, vault)), PRICE);
        assertEq(desk.escrowOf(assetId, vault), desk.purseOf(caseId, vault));
    }

    function test_ANativeSaleInDisputeIsEscrowed() public {
        uint256 caseId = dispute();
        sell(nativeTerms(assetId));
        assertEq(vault.balance, 0);
        assertEq(desk.purseOf(caseId, vault).balance, 1 ether);
    }

    function test_ARenewalInDisputeIsEscrowed() public {
        ILicenseToken.Offer memory offer = terms(assetId);
        publish(offer);
        ILicenseToken.Order memory order = orderOf(offer);
        vm.prank(licensee);
        licenses.buy(order);
        dispute();
        vm.prank(licensee);
        licenses.renew(order);
        assertEq(dollar.balanceOf(vault), PRICE, "the sale before");
        assertEq(dollar.balanceOf(desk.escrowOf(assetId, vault)), PRICE);
    }

    function test_ASaleBeforeTheDisputeIsOutOfReach() public {
        sell(assetId);
        rule(dispute(), UPHOLD);
        assertEq(dollar.balanceOf(vault), PRICE);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeDesk.NothingEscrowed.selector, uint256(1), vault, address(dollar))
        );
        desk.release(1, vault, address(dollar));
    }

    function test_OtherAssetsSellAsBefore() public {
        dispute();
        assertEq(desk.escrowOf(otherAsset, vault), vault);
        sell(otherAsset);
        assertEq(dollar.balanceOf(vault), PRICE);
        assertEq(flagsOf(otherAsset), 0);
        assertEq(flagsOf(claimId), 0);
    }

    function test_EachPayeeHasAPurseOfTheirOwn() public {
        uint256 caseId = dispute();
        assertNotEq(desk.purseOf(caseId, vault), desk.purseOf(caseId, auditor));
        assertNotEq(desk.purseOf(caseId, vault), desk.purseOf(caseId + 1, vault));
    }

    // ---- upheld ----

    function test_UpheldDefeatsTheDeedAndDoesNotMoveIt() public {
        uint256 caseId = dispute();
        vote(desk, 0, caseId, UPHOLD);
        vm.expectEmit(address(desk));
        emit ICases.CaseClosed(caseId, assetId, ICases.Status.Upheld, claimant);
        vm.expectEmit(address(registry));
        emit IAssetRegistry.DeedFlagged(assetId, caseId, DEFEATED);
        vm.prank(judges[1]);
        arbitrator.vote(0, UPHOLD);
        assertEq(flagsOf(assetId), DEFEATED);
        assertEq(registry.deed(assetId).holder, licensor);
        assertEq(registry.deed(claimId).holder, claimant);
        assertStatus(caseId, ICases.Status.Upheld);
    }

    function test_UpheldEndsSales() public {
        ILicenseToken.Offer memory offer = terms(assetId);
        publish(offer);
        rule(dispute(), UPHOLD);
        ILicenseToken.Order memory order = orderOf(offer);
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.AssetDefeated.selector, assetId));
        licenses.buy(order);
    }

    function test_UpheldLeavesLicensesAsTheyAre() public {
        bytes32 before = sell(assetId);
        uint256 caseId = dispute();
        bytes32 meanwhile = sell(assetId);
        rule(caseId, UPHOLD);
        assertTrue(licenses.permits(before, TRAIN));
        assertTrue(licenses.permits(meanwhile, TRAIN));
    }

    function test_UpheldGivesTheBondBack() public {
        rule(dispute(), UPHOLD);
        assertEq(desk.owed(claimant), BOND);
        assertEq(desk.withdraw(claimant), BOND);
        assertEq(claimant.balance, 100 ether - FEE);
        assertSolvent(0, 0);
    }

    function test_UpheldGivesTheEscrowToTheClaimsPayee() public {
        uint256 caseId = dispute();
        sell(assetId);
        sell(nativeTerms(assetId));
        rule(caseId, UPHOLD);
        vm.expectEmit(address(desk));
        emit IDisputeDesk.EscrowReleased(caseId, address(dollar), claimantsVault, vault, PRICE);
        assertEq(desk.release(caseId, vault, address(dollar)), PRICE);
        assertEq(desk.release(caseId, vault, address(0)), 1 ether);
        assertEq(dollar.balanceOf(claimantsVault), PRICE);
        assertEq(claimantsVault.balance, 1 ether);
        assertEq(dollar.balanceOf(vault), 0);
    }

    // ---- rejected ----

    function test_RejectedFreesTheDeed() public {
        uint256 caseId = dispute();
        vote(desk, 0, caseId, REJECT);
        vm.expectEmit(address(registry));
        emit IAssetRegistry.DeedFlagged(assetId, caseId, 0);
        vm.prank(judges[1]);
        arbitrator.vote(0, REJECT);
        assertEq(flagsOf(assetId), 0);
        sell(assetId);
        assertEq(dollar.balanceOf(vault), PRICE);
        assertStatus(caseId, ICases.Status.Rejected);
    }

    function test_RejectedGivesTheBondToTheHolder() public {
        uint256 caseId = dispute();
        vote(desk, 0, caseId, REJECT);
        vm.expectEmit(address(desk));
        emit ICases.CaseClosed(caseId, assetId, ICases.Status.Rejected, licensor);
        vm.prank(judges[1]);
        arbitrator.vote(0, REJECT);
        assertEq(desk.owed(licensor), BOND);
        assertEq(desk.owed(claimant), 0);
        assertSolvent(BOND, 0);
    }

    function test_RejectedGivesTheBondToThePresentHolder() public {
        uint256 caseId = dispute();
        moveDeed(assetId, licensor, auditor);
        rule(caseId, REJECT);
        assertEq(desk.owed(auditor), BOND);
        assertEq(desk.owed(licensor), 0);
    }

    function test_RejectedGivesTheEscrowToTheOffersPayee() public {
        uint256 caseId = dispute();
        sell(assetId);
        rule(caseId, REJECT);
        assertEq(desk.release(caseId, vault, address(dollar)), PRICE);
        assertEq(dollar.balanceOf(vault), PRICE);
    }

    function test_TheSameClaimIsRaisedAgain() public {
        rule(dispute(), REJECT);
        assertEq(dispute(), 2);
        assertEq(flagsOf(assetId), DISPUTED);
    }

    // ---- not decided ----

    function test_RefusedToArbitrateIsAsIfItHadNeverBeen() public {
        uint256 caseId = dispute();
        sell(assetId);
        rule(caseId, 0);
        assertLapsed(caseId);
    }

    function test_LapsedIsAsIfItHadNeverBeen() public {
        uint256 caseId = dispute();
        sell(assetId);
        waitFor(TIMEOUT + 1);
        vm.prank(stranger);
        desk.lapse(caseId);
        assertLapsed(caseId);
    }

    function test_RevertWhen_LapsedBeforeItsTime() public {
        uint256 caseId = dispute();
        waitFor(TIMEOUT);
        vm.expectRevert(abi.encodeWithSelector(ICases.CaseNotOverdue.selector, caseId, NOW + TIMEOUT));
        desk.lapse(caseId);
    }

    function test_RevertWhen_LapsedTwice() public {
        uint256 caseId = dispute();
        waitFor(TIMEOUT + 1);
        desk.lapse(caseId);
        vm.expectRevert(notOpen(caseId, ICases.Status.Lapsed));
        desk.lapse(caseId);
    }

    function test_RevertWhen_LapsedThoughRuledOn() public {
        uint256 caseId = dispute();
        rule(caseId, REJECT);
        waitFor(TIMEOUT + 1);
        vm.expectRevert(notOpen(caseId, ICases.Status.Rejected));
        desk.lapse(caseId);
    }

    function test_ARulingInTheLastSecondCounts() public {
        uint256 caseId = dispute();
        waitFor(TIMEOUT);
        rule(caseId, UPHOLD);
        assertStatus(caseId, ICases.Status.Upheld);
    }

    /// @dev It lapses the case, and does not jam the arbitrator.
    function test_ALateRulingRulesNothing() public {
        uint256 caseId = dispute();
        sell(assetId);
        waitFor(TIMEOUT + 1);
        rule(caseId, UPHOLD);
        assertTrue(arbitrator.executed(0));
        assertLapsed(caseId);
    }

    function test_ARulingAfterTheLapseDoesNothing() public {
        uint256 caseId = dispute();
        sell(assetId);
        waitFor(TIMEOUT + 1);
        desk.lapse(caseId);
        rule(caseId, UPHOLD);
        assertTrue(arbitrator.executed(0));
        assertLapsed(caseId);
    }

    /// @dev The bond is back, the deed free, the escrow the holder's.
    function assertLapsed(uint256 caseId) private {
        assertStatus(caseId, ICases.Status.Lapsed);
        assertEq(flagsOf(assetId), 0);
        assertEq(desk.owed(claimant), BOND);
        assertEq(desk.owed(licensor), 0);
        assertSolvent(BOND, 0);
        desk.release(caseId, vault, address(dollar));
        assertEq(dollar.balanceOf(vault), PRICE);
    }

    // ---- counter-bond ----

    function test_ACounterBondKeepsDirectPayment() public {
        uint256 caseId = dispute();
        vm.expectEmit(address(desk));
        emit IDisputeDesk.CounterBonded(caseId, assetId, licensor);
        counterBond(caseId);
        sell(assetId);
        assertEq(dollar.balanceOf(vault), PRICE);
        assertEq(flagsOf(assetId), DISPUTED, "every look-up still shows it");
        assertEq(desk.claimOf(caseId).counterBondBy, licensor);
        assertSolvent(0, 2);
    }

    function test_WhatWasEscrowedBeforeTheCounterBondStays() public {
        uint256 caseId = dispute();
        sell(assetId);
        counterBond(caseId);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.EscrowNotOver.selector, caseId, NOW + TIMEOUT));
        desk.release(caseId, vault, address(dollar));
        rule(caseId, UPHOLD);
        desk.release(caseId, vault, address(dollar));
        assertEq(dollar.balanceOf(claimantsVault), PRICE);
    }

    function test_EveryOpenCaseMustBeAnswered() public {
        uint256 real = dispute();
        counterBond(shamDispute());
        assertNotEq(desk.escrowOf(assetId, vault), vault);
        counterBond(real);
        assertEq(desk.escrowOf(assetId, vault), vault);
    }

    function test_ANewCaseEscrowsAgain() public {
        counterBond(shamDispute());
        uint256 real = dispute();
        assertEq(desk.escrowOf(assetId, vault), desk.purseOf(real, vault));
    }

    function test_UpheldGivesTheCounterBondToTheClaimant() public {
        uint256 caseId = dispute();
        counterBond(caseId);
        rule(caseId, UPHOLD);
        assertEq(desk.owed(claimant), 2 * BOND);
        assertEq(desk.owed(licensor), 0);
        assertSolvent(2 * BOND, 0);
    }

    function test_RejectedGivesTheCounterBondBack() public {
        uint256 caseId = dispute();
        counterBond(caseId);
        moveDeed(assetId, licensor, auditor);
        rule(caseId, REJECT);
        assertEq(desk.owed(licensor), BOND, "who paid it");
        assertEq(desk.owed(auditor), BOND, "the claimant's bond: who holds the deed");
        assertSolvent(2 * BOND, 0);
    }

    function test_LapsedGivesTheCounterBondBack() public {
        uint256 caseId = dispute();
        counterBond(caseId);
        waitFor(TIMEOUT + 1);
        desk.lapse(caseId);
        assertEq(desk.owed(licensor), BOND);
        assertEq(desk.owed(claimant), BOND);
        assertSolvent(2 * BOND, 0);
    }

    function test_RevertWhen_AnyoneButTheHolderCounterBonds() public {
        uint256 caseId = dispute();
        vm.prank(licensor);
        registry.setApprovalForAll(auditor, true);
        address[6] memory roles = [stranger, claimant, judges[0], auditor, address(registry), address(arbitrator)];
        for (uint256 i = 0; i < roles.length; ++i) {
            vm.deal(roles[i], BOND);
            vm.prank(roles[i]);
            vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.NotDeedHolder.selector, assetId, roles[i], licensor));
            desk.counterBond{value: BOND}(caseId);
        }
    }

    function test_RevertWhen_AFormerHolderCounterBonds() public {
        uint256 caseId = dispute();
        moveDeed(assetId, licensor, auditor);
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.NotDeedHolder.selector, assetId, licensor, auditor));
        desk.counterBond{value: BOND}(caseId);
    }

    function testFuzz_RevertWhen_TheCounterBondIsNotTheBond(uint256 value) public {
        value = bound(value, 0, 100 ether);
        vm.assume(value != BOND);
        uint256 caseId = dispute();
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(ICases.WrongValue.selector, value, BOND));
        desk.counterBond{value: value}(caseId);
    }

    function test_RevertWhen_CounterBondedTwice() public {
        uint256 caseId = dispute();
        counterBond(caseId);
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.CannotCounterBond.selector, caseId));
        desk.counterBond{value: BOND}(caseId);
    }

    function test_RevertWhen_CounterBondedTooLate() public {
        uint256 caseId = dispute();
        waitFor(TIMEOUT + 1);
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(ICases.CaseOverdue.selector, caseId, NOW + TIMEOUT));
        desk.counterBond{value: BOND}(caseId);
    }

    function test_RevertWhen_TheCaseToCounterBondIsClosed() public {
        uint256 caseId = dispute();
        rule(caseId, REJECT);
        vm.prank(licensor);
        vm.expectRevert(notOpen(caseId, ICases.Status.Rejected));
        desk.counterBond{value: BOND}(caseId);
    }

    // ---- several disputes of one deed ----

    function test_AShamDisputeDoesNotKeepARealOneOut() public {
        uint256 first = shamDispute();
        uint256 real = dispute();
        rule(real, UPHOLD);
        assertEq(flagsOf(assetId), DISPUTED | DEFEATED);
        rule(first, REJECT);
        assertEq(flagsOf(assetId), DEFEATED);
        assertEq(desk.owed(licensor), BOND);
        assertEq(desk.owed(claimant), BOND);
    }

    function test_TheDeedIsDisputedUntilTheLastCaseIsClosed() public {
        uint256 first = shamDispute();
        uint256 real = dispute();
        rule(first, REJECT);
        assertEq(flagsOf(assetId), DISPUTED);
        assertNotEq(desk.escrowOf(assetId, vault), vault);
        rule(real, REJECT);
        assertEq(flagsOf(assetId), 0);
        assertEq(desk.escrowOf(assetId, vault), vault);
    }

    function test_ALaterClaimTakesOnlyWhatWasSoldAfterIt() public {
        uint256 first = shamDispute();
        sell(assetId);
        uint256 real = dispute();
        sell(nativeTerms(assetId));
        rule(first, REJECT);
        rule(real, UPHOLD);
        assertEq(desk.release(first, vault, address(dollar)), PRICE);
        assertEq(desk.release(real, vault, address(0)), 1 ether);
        assertEq(dollar.balanceOf(vault), PRICE, "sold before the claim");
        assertEq(claimantsVault.balance, 1 ether, "sold after the claim");
    }

    /// @dev Both upheld: the earlier claim goes first, whichever the arbitrator decides first.
    function testFuzz_TheEarlierClaimGoesFirst(bool laterIsRuledFirst) public {
        uint256 earlier = dispute();
        sell(assetId);
        uint256 later = shamDispute();
        sell(assetId);
        rule(laterIsRuledFirst ? later : earlier, UPHOLD);
        rule(laterIsRuledFirst ? earlier : later, UPHOLD);
        desk.release(earlier, vault, address(dollar));
        desk.release(later, vault, address(dollar));
        assertEq(dollar.balanceOf(claimantsVault), 2 * PRICE);
        assertEq(desk.assetState(assetId).upheld, earlier);
        assertEq(flagsOf(assetId), DEFEATED);
    }

    function test_RevertWhen_AnEarlierCaseIsStillOpen() public {
        uint256 earlier = dispute();
        uint256 later = shamDispute();
        sell(assetId);
        rule(later, REJECT);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.EscrowNotOver.selector, later, NOW + TIMEOUT));
        desk.release(later, vault, address(dollar));
        rule(earlier, UPHOLD);
        desk.release(later, vault, address(dollar));
        assertEq(dollar.balanceOf(claimantsVault), PRICE);
    }

    /// @dev Sham after sham: none holds back what was sold before it for longer than the deadline before it.
    function test_ALaterDisputeDoesNotDelayWhatWasSoldBeforeIt() public {
        uint256 first = dispute();
        sell(assetId);
        waitFor(TIMEOUT - 1);
        uint256 second = shamDispute();
        sell(nativeTerms(assetId));
        waitFor(2);
        desk.lapse(first);
        assertEq(desk.release(first, vault, address(dollar)), PRICE);
        assertEq(dollar.balanceOf(vault), PRICE);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.EscrowNotOver.selector, second, NOW + 2 * TIMEOUT - 1));
        desk.release(second, vault, address(0));
    }

    /// @dev Nobody closed the overdue case; no ruling can come any more, so its sales are the holder's.
    function test_AnOverdueCaseHoldsNothingBack() public {
        uint256 caseId = dispute();
        sell(assetId);
        waitFor(TIMEOUT + 1);
        assertEq(desk.release(caseId, vault, address(dollar)), PRICE);
        assertEq(dollar.balanceOf(vault), PRICE);
        rule(caseId, UPHOLD);
        assertStatus(caseId, ICases.Status.Lapsed);
    }

    /// @dev Until somebody ends the overdue case its purse, by now deployed, still takes sales, which go on at once.
    function test_ADeployedPurseTakesCoinAsWell() public {
        uint256 caseId = dispute();
        sell(nativeTerms(assetId));
        waitFor(TIMEOUT + 1);
        desk.release(caseId, vault, address(0));
        ILicenseToken.Offer memory offer = nativeTerms(assetId);
        offer.price = 3 ether;
        sell(offer);
        assertEq(desk.purseOf(caseId, vault).balance, 3 ether);
        assertEq(desk.release(caseId, vault, address(0)), 3 ether);
        assertEq(vault.balance, 4 ether);
    }

    function test_ASettledEscrowIsReleasedInTheNextDispute() public {
        uint256 first = shamDispute();
        sell(assetId);
        rule(first, REJECT);
        uint256 second = dispute();
        assertEq(desk.release(first, vault, address(dollar)), PRICE);
        rule(second, UPHOLD);
        assertEq(dollar.balanceOf(vault), PRICE);
    }

    // ---- release ----

    function test_WhatComesInLateIsReleasedLater() public {
        uint256 caseId = dispute();
        sell(assetId);
        rule(caseId, UPHOLD);
        desk.release(caseId, vault, address(dollar));
        dollar.mint(desk.purseOf(caseId, vault), 7);
        assertEq(desk.release(caseId, vault, address(dollar)), 7);
        assertEq(dollar.balanceOf(claimantsVault), PRICE + 7);
    }

    function test_RevertWhen_ReleasedTwice() public {
        uint256 caseId = dispute();
        sell(assetId);
        rule(caseId, UPHOLD);
        desk.release(caseId, vault, address(dollar));
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.NothingEscrowed.selector, caseId, vault, address(dollar)));
        desk.release(caseId, vault, address(dollar));
    }

    function test_RevertWhen_ThereIsNoSuchEscrow() public {
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.NoEscrow.selector, uint256(1)));
        desk.release(1, vault, address(dollar));
    }

    function test_RevertWhen_ReleasedBeforeTheEnd() public {
        uint256 caseId = dispute();
        sell(assetId);
        waitFor(TIMEOUT);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.EscrowNotOver.selector, caseId, NOW + TIMEOUT));
        desk.release(caseId, vault, address(dollar));
    }

    function test_RevertWhen_SomebodyElsePaysOutOfAPurse() public {
        uint256 caseId = dispute();
        sell(assetId);
        rule(caseId, UPHOLD);
        dollar.mint(desk.purseOf(caseId, vault), 7);
        desk.release(caseId, vault, address(dollar));
        address purse = desk.purseOf(caseId, vault);
        dollar.mint(purse, 7);
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSignature("NotPurseOwner(address)", licensor));
        (bool reverted,) = purse.call(abi.encodeWithSignature("pay(address,address,uint256)", dollar, licensor, 7));
        assertTrue(reverted, "expectRevert");
    }

    /// @dev The currency acts in the middle of its own release, and releases again.
    function test_ATokenThatReleasesAgainGetsNothingTwice() public {
        HookedToken token = new HookedToken();
        uint256 caseId = upheldDispute();
        token.mint(desk.purseOf(caseId, vault), 100);
        token.arm(address(desk), abi.encodeCall(desk.release, (caseId, vault, address(token))));
        vm.expectRevert();
        desk.release(caseId, vault, address(token));
        token.arm(address(0), "");
        assertEq(desk.release(caseId, vault, address(token)), 100);
        assertEq(token.balanceOf(claimantsVault), 100);
    }

    function test_ATokenThatRefusesHarmsNobodyElse() public {
        BlockingToken token = new BlockingToken();
        uint256 caseId = upheldDispute();
        token.mint(desk.purseOf(caseId, vault), 100);
        token.setBlocked(claimantsVault, true);
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        desk.release(caseId, vault, address(token));
        vm.deal(desk.purseOf(caseId, vault), 3);
        assertEq(desk.release(caseId, vault, address(0)), 3);
    }

    function upheldDispute() private returns (uint256 caseId) {
        caseId = dispute();
        rule(caseId, UPHOLD);
    }

    // ---- withdrawals ----

    function test_AnyonePushesWhatIsOwed() public {
        rule(dispute(), REJECT);
        vm.expectEmit(address(desk));
        emit ICases.Withdrawn(licensor, BOND, stranger);
        vm.prank(stranger);
        desk.withdraw(licensor);
        assertEq(licensor.balance, 100 ether + BOND);
        assertEq(desk.owed(licensor), 0);
    }

    function test_RevertWhen_NothingIsOwed() public {
        vm.expectRevert(abi.encodeWithSelector(ICases.NothingOwed.selector, stranger));
        desk.withdraw(stranger);
    }

    function test_RevertWhen_WithdrawnTwice() public {
        rule(dispute(), REJECT);
        desk.withdraw(licensor);
        vm.expectRevert(abi.encodeWithSelector(ICases.NothingOwed.selector, licensor));
        desk.withdraw(licensor);
    }

    function test_APayeeWhoRefusesHarmsOnlyThemselves() public {
        uint256 caseId = dispute();
        uint256 other = shamDispute();
        vm.etch(claimant, address(new RefusingPayee()).code);
        rule(caseId, UPHOLD);
        rule(other, REJECT);
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        desk.withdraw(claimant);
        assertEq(desk.owed(claimant), BOND, "it stays");
        assertEq(desk.withdraw(licensor), BOND);
    }

    function test_APayeeWhoWithdrawsAgainGetsNothingTwice() public {
        rule(shamDispute(), REJECT); // somebody else's bond, which they might take
        Puppet museum = new Puppet();
        bytes32 id = registerAs(address(museum), WORK);
        vm.deal(address(museum), BOND + FEE);
        uint256 caseId = disputeAs(address(museum), id, address(museum));
        rule(caseId, UPHOLD);
        museum.arm(address(desk), abi.encodeCall(desk.withdraw, (address(museum))));
        desk.withdraw(address(museum));
        assertTrue(museum.acted());
        assertFalse(museum.succeeded());
        assertEq(museum.answer(), abi.encodeWithSelector(ICases.NothingOwed.selector, museum));
        assertEq(address(museum).balance, BOND);
        assertSolvent(BOND, 0);
    }

    function test_RevertWhen_CoinIsSentToTheDesk() public {
        vm.prank(stranger);
        (bool sent,) = address(desk).call{value: 1}("");
        assertFalse(sent);
    }

    // ---- hostile arbitrators ----

    function test_RevertWhen_AnyoneElseRules() public {
        uint256 caseId = dispute();
        address[7] memory roles =
            [stranger, licensor, claimant, judges[0], address(registry), address(licenses), address(desk)];
        for (uint256 i = 0; i < roles.length; ++i) {
            vm.prank(roles[i]);
            vm.expectRevert(abi.encodeWithSelector(ICases.NotArbitrator.selector, roles[i]));
            desk.rule(0, UPHOLD);
        }
        assertStatus(caseId, ICases.Status.Open);
    }

    function test_RevertWhen_TheDisputeIsUnknown() public {
        HostileArbitrator hostile = underHostile();
        vm.expectRevert(abi.encodeWithSelector(ICases.DisputeUnknown.selector, uint256(7)));
        hostile.rule(desk, 7, UPHOLD);
    }

    function test_RevertWhen_TheArbitratorRulesTwice() public {
        HostileArbitrator hostile = underHostile();
        uint256 caseId = dispute();
        hostile.rule(desk, 0, REJECT);
        vm.expectRevert(notOpen(caseId, ICases.Status.Rejected));
        hostile.rule(desk, 0, UPHOLD);
        assertSolvent(BOND, 0);
    }

    function testFuzz_ARulingThatIsNoChoiceDecidesNothing(uint256 ruling) public {
        vm.assume(ruling != UPHOLD && ruling != REJECT);
        HostileArbitrator hostile = underHostile();
        uint256 caseId = dispute();
        vm.expectEmit(address(desk));
        emit IArbitrable.Ruling(IArbitrator(address(hostile)), 0, ruling);
        hostile.rule(desk, 0, ruling);
        assertStatus(caseId, ICases.Status.Lapsed);
        assertEq(flagsOf(assetId), 0);
        assertEq(desk.owed(claimant), BOND);
    }

    function test_RevertWhen_ANumberIsGivenToTwoDisputes() public {
        HostileArbitrator hostile = underHostile();
        uint256 caseId = dispute();
        hostile.setNextNumber(0);
        uint256 cost = desk.openingCost();
        vm.prank(sham);
        vm.expectRevert(abi.encodeWithSelector(ICases.DisputeNumberTaken.selector, uint256(0), caseId));
        desk.disputeAsset{value: cost}(assetId, shamId, shamVault, PROOF, PROOF_URI);
    }

    function test_TheFeeIsWhatTheArbitratorAsksNow() public {
        HostileArbitrator hostile = underHostile();
        hostile.setCost(2 ether);
        assertEq(desk.openingCost(), BOND + 2 ether);
        dispute();
        assertEq(address(hostile).balance, 2 ether);
        assertSolvent(0, 1);
    }

    function test_ARulingBeforeTheDisputeHasItsNumberIsRefused() public {
        HostileArbitrator hostile = underHostile();
        hostile.arm(address(hostile), abi.encodeCall(hostile.rule, (desk, 0, UPHOLD)));
        uint256 caseId = dispute();
        assertTrue(hostile.acted());
        assertFalse(hostile.succeeded());
        assertEq(hostile.answer(), abi.encodeWithSelector(ICases.DisputeUnknown.selector, uint256(0)));
        assertStatus(caseId, ICases.Status.Open);
    }

    /// @dev A dispute opened within another's opening is a dispute of its own, and the head replays.
    function test_TheArbitratorDisputesWithinADispute() public {
        HostileArbitrator hostile = underHostile();
        bytes32 id = registerAs(address(hostile), WORK);
        vm.deal(address(hostile), BOND);
        bytes memory own = abi.encodeCall(desk.disputeAsset, (assetId, id, address(hostile), PROOF, PROOF_URI));
        hostile.arm(address(desk), own);
        vm.recordLogs();
        uint256 outer = dispute();
        assertHead(desk, 0);
        assertTrue(hostile.succeeded());
        assertEq(outer, 1);
        assertEq(desk.caseOf(2).claimant, address(hostile));
        assertEq(desk.caseOfDispute(0), 1);
        assertEq(desk.caseOfDispute(1), 2);
        assertEq(desk.assetState(assetId).open, 2);
        assertEq(desk.assetState(assetId).latest, 2);
        hostile.rule(desk, 1, REJECT);
        assertEq(flagsOf(assetId), DISPUTED);
        hostile.rule(desk, 0, REJECT);
        assertEq(flagsOf(assetId), 0);
        assertSolvent(2 * BOND, 0);
    }

    function test_RevertWhen_TheArbitratorTakesNoDispute() public {
        HostileArbitrator hostile = underHostile();
        hostile.setRefusing(true);
        uint256 cost = desk.openingCost();
        vm.prank(claimant);
        vm.expectRevert("no dispute with me");
        desk.disputeAsset{value: cost}(assetId, claimId, claimantsVault, PROOF, PROOF_URI);
        assertEq(flagsOf(assetId), 0);
    }

    // ---- heads and views ----

    function test_TheHeadReplaysTheStory() public {
        vm.recordLogs();
        uint256 real = dispute();
        sell(assetId);
        uint256 other = shamDispute();
        counterBond(other);
        desk.submitEvidence(real, PROOF_URI);
        rule(other, REJECT);
        rule(real, UPHOLD);
        desk.withdraw(licensor);
        desk.release(real, vault, address(dollar));
        assertHead(desk, 0);
        // Two openings with their evidence, a counter-bond, evidence, two ends, a withdrawal and a release.
        assertEq(uint256(desk.head()) >> 216, 10);
    }

    function test_TheDeskSaysWhatItIs() public view {
        assertEq(desk.registry(), address(registry));
        assertEq(desk.arbitrator(), address(arbitrator));
        assertEq(desk.bond(), BOND);
        assertEq(desk.timeout(), TIMEOUT);
        assertEq(desk.openingCost(), BOND + FEE);
        assertEq(registry.disputeDesk(), address(desk));
    }

    // ---- helpers ----

    function refuseOpening(address who, bytes32 asset, bytes32 claim, address payee, bytes memory reason) private {
        uint256 cost = desk.openingCost();
        vm.prank(who);
        vm.expectRevert(reason);
        desk.disputeAsset{value: cost}(asset, claim, payee, PROOF, PROOF_URI);
    }

    function claimInvalid(bytes32 claim, address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IDisputeDesk.ClaimInvalid.selector, claim, caller);
    }

    function notOpen(uint256 caseId, ICases.Status status) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICases.CaseNotOpen.selector, caseId, status);
    }
}
