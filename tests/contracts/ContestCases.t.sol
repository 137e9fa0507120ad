// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbitrable} from "contracts/interfaces/IArbitrable.sol";
import {IArbitrator} from "contracts/interfaces/IArbitrator.sol";
import {ICases} from "contracts/interfaces/ICases.sol";
import {IEvidence} from "contracts/interfaces/IEvidence.sol";
import {IStatementEscrow} from "contracts/interfaces/IStatementEscrow.sol";
import {HostileArbitrator} from "contracts/mocks/HostileArbitrator.sol";

import {Court} from "./Court.t.sol";

/// @dev Contests of statements as the cases that they are: evidence, deadlines, rulings, and what is owed afterwards.
contract ContestCasesTest is Court {
    address private publisher = makeAddr("publisher");

    function setUp() public override {
        super.setUp();
        vm.deal(publisher, 100 ether);
    }

    // ---- opening ----

    function testFuzz_RevertWhen_TheTimeoutIsNothingOrEndless(uint256 timeout) public {
        vm.assume(timeout == 0 || timeout > type(uint32).max);
        bytes memory code = abi.encodePacked(
            vm.getCode("StatementEscrow.sol:StatementEscrow"), abi.encode(factory, arbitrator, BOND, timeout)
        );
        vm.expectRevert(abi.encodeWithSelector(ICases.TimeoutInvalid.selector, timeout, type(uint32).max));
        assembly ("memory-safe") {
            pop(create(0, add(code, 0x20), mload(code)))
        }
    }

    function test_RevertWhen_TheArbitratorTakesNoDispute() public {
        HostileArbitrator hostile = underHostile();
        publish();
        hostile.setRefusing(true);
        refuseContest(PROOF_URI, abi.encodeWithSignature("Error(string)", "no dispute with me"));
    }

    function test_RevertWhen_ANumberIsGivenToTwoDisputes() public {
        HostileArbitrator hostile = underHostile();
        uint256 caseId = open();
        hostile.setNextNumber(0);
        refuseContest(PROOF_URI, abi.encodeWithSelector(ICases.DisputeNumberTaken.selector, uint256(0), caseId));
        assertEq(escrow.caseCount(), 1);
    }

    // ---- evidence ----

    function test_AnyoneShowsEvidenceInAnOpenCase() public {
        uint256 caseId = open();
        vm.expectEmit(address(escrow));
        emit IEvidence.Evidence(IArbitrator(address(arbitrator)), caseId, stranger, "https://example.org/letter");
        vm.prank(stranger);
        escrow.submitEvidence(caseId, "https://example.org/letter");
    }

    function test_RevertWhen_TheEvidencesUriIsEndless() public {
        publish();
        string memory uri = string(new bytes(1025));
        bytes memory reason = abi.encodeWithSelector(ICases.EvidenceUriTooLong.selector, 1025, 1024);
        refuseContest(uri, reason);
        uint256 caseId = contest();
        vm.expectRevert(reason);
        escrow.submitEvidence(caseId, uri);
    }

    function test_RevertWhen_EvidenceIsForNoOpenCase() public {
        vm.expectRevert(notOpen(1, ICases.Status.None));
        escrow.submitEvidence(1, PROOF_URI);
        uint256 caseId = open();
        rule(escrow, caseId, REJECT);
        vm.expectRevert(notOpen(caseId, ICases.Status.Rejected));
        escrow.submitEvidence(caseId, PROOF_URI);
    }

    function test_RevertWhen_EvidenceComesAfterTheDeadline() public {
        uint256 caseId = open();
        waitFor(TIMEOUT);
        escrow.submitEvidence(caseId, PROOF_URI);
        waitFor(1);
        vm.expectRevert(abi.encodeWithSelector(ICases.CaseOverdue.selector, caseId, NOW + TIMEOUT));
        escrow.submitEvidence(caseId, PROOF_URI);
    }

    // ---- the end ----

    function test_RevertWhen_LapsedBeforeItsTime() public {
        uint256 caseId = open();
        waitFor(TIMEOUT);
        vm.expectRevert(abi.encodeWithSelector(ICases.CaseNotOverdue.selector, caseId, NOW + TIMEOUT));
        escrow.lapse(caseId);
        waitFor(1);
        escrow.lapse(caseId);
    }

    function test_RevertWhen_LapsedTwiceOrNeverOpened() public {
        vm.expectRevert(notOpen(1, ICases.Status.None));
        escrow.lapse(1);
        uint256 caseId = open();
        waitFor(TIMEOUT + 1);
        escrow.lapse(caseId);
        vm.expectRevert(notOpen(caseId, ICases.Status.Lapsed));
        escrow.lapse(caseId);
        assertEq(escrow.owed(claimant), BOND, "once");
    }

    function test_RevertWhen_TheDisputeIsUnknown() public {
        HostileArbitrator hostile = underHostile();
        open();
        vm.expectRevert(abi.encodeWithSelector(ICases.DisputeUnknown.selector, uint256(7)));
        hostile.rule(escrow, 7, UPHOLD);
    }

    /// @dev It does not jam the arbitrator, and returns nothing.
    function test_ARulingAfterTheLapseDoesNothing() public {
        uint256 caseId = open();
        waitFor(TIMEOUT + 1);
        escrow.lapse(caseId);
        rule(escrow, caseId, UPHOLD);
        assertTrue(arbitrator.executed(0));
        assertLapsed(caseId);
    }

    function testFuzz_ARulingThatIsNoChoiceDecidesNothing(uint256 ruling) public {
        vm.assume(ruling != UPHOLD && ruling != REJECT);
        HostileArbitrator hostile = underHostile();
        uint256 caseId = open();
        vm.expectEmit(address(escrow));
        emit IArbitrable.Ruling(IArbitrator(address(hostile)), 0, ruling);
        hostile.rule(escrow, 0, ruling);
        assertLapsed(caseId);
    }

    // ---- withdrawals ----

    function test_AnyonePushesWhatIsOwed() public {
        rule(escrow, open(), REJECT);
        vm.expectEmit(address(escrow));
        emit ICases.Withdrawn(publisher, BOND, stranger);
        vm.prank(stranger);
        assertEq(escrow.withdraw(publisher), BOND);
        assertEq(publisher.balance, 99 ether + BOND);
        assertEq(escrow.owed(publisher), 0);
    }

    function test_RevertWhen_NothingIsOwed() public {
        rule(escrow, open(), REJECT);
        vm.expectRevert(abi.encodeWithSelector(ICases.NothingOwed.selector, claimant));
        escrow.withdraw(claimant);
        escrow.withdraw(publisher);
        vm.expectRevert(abi.encodeWithSelector(ICases.NothingOwed.selector, publisher));
        escrow.withdraw(publisher);
    }

    // ---- helpers ----

    function statement() private view returns (IStatementEscrow.Statement memory said) {
        said.publisher = publisher;
        said.assetId = assetId;
        said.amount = 1 ether;
        said.root = "split";
        said.window = 7 days;
    }

    function publish() private {
        vm.prank(publisher);
        escrow.publish{value: 1 ether}(statement());
    }

    function contest() private returns (uint256) {
        uint256 cost = escrow.openingCost();
        vm.prank(claimant);
        return escrow.contest{value: cost}(statement(), PROOF, PROOF_URI);
    }

    /// @dev A statement, contested by the claimant.
    function open() private returns (uint256) {
        publish();
        return contest();
    }

    function refuseContest(string memory uri, bytes memory reason) private {
        uint256 cost = escrow.openingCost();
        vm.prank(claimant);
        vm.expectRevert(reason);
        escrow.contest{value: cost}(statement(), PROOF, uri);
    }

    /// @dev The bond is back, and the statement stands.
    function assertLapsed(uint256 caseId) private view {
        assertStatus(escrow, caseId, ICases.Status.Lapsed);
        IStatementEscrow.StatementState memory state = escrow.stateOf(escrow.statementIdOf(statement()));
        assertEq(uint256(state.state), uint256(IStatementEscrow.State.Published));
        assertEq(state.open, 0);
        assertEq(escrow.owed(claimant), BOND);
        assertEq(escrow.owed(publisher), 0);
    }

    function notOpen(uint256 caseId, ICases.Status status) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICases.CaseNotOpen.selector, caseId, status);
    }
}
