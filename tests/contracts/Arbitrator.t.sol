// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbitrable} from "contracts/interfaces/IArbitrable.sol";
import {IArbitrator} from "contracts/interfaces/IArbitrator.sol";
import {IMultisigArbitrator} from "contracts/interfaces/IMultisigArbitrator.sol";
import {RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {BadArbitrable} from "contracts/mocks/BadArbitrables.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {Test} from "forge-std/Test.sol";

/// @dev The test nets' arbitrator: three judges, two of whom decide.
contract ArbitratorTest is Test {
    uint256 private constant FEE = 0.03 ether;
    uint256 private constant CHOICES = 2;

    IMultisigArbitrator private arbitrator;
    BadArbitrable private party;
    BadArbitrable private other;
    address private stranger = makeAddr("stranger");
    address[3] private judges = [makeAddr("judge 1"), makeAddr("judge 2"), makeAddr("judge 3")];

    function setUp() public {
        arbitrator =
            IMultisigArbitrator(deployCode("MultisigArbitrator.sol:MultisigArbitrator", abi.encode(panel(3), 2, FEE)));
        (party, other) = (new BadArbitrable(), new BadArbitrable());
        vm.deal(address(this), 100 ether);
    }

    // ---- construction ----

    function test_ItsOwnersAndThresholdAreKnown() public view {
        assertEq(arbitrator.owners(), panel(3));
        assertEq(arbitrator.threshold(), 2);
        assertEq(arbitrator.arbitrationCost(""), FEE);
        assertEq(arbitrator.disputeCount(), 0);
    }

    function testFuzz_OneToSixteenOwnersDecideAsTheyAreTold(uint256 count, uint256 threshold) public {
        count = bound(count, 1, 16);
        threshold = bound(threshold, 1, count);
        arbitrator = IMultisigArbitrator(
            deployCode("MultisigArbitrator.sol:MultisigArbitrator", abi.encode(panel(count), threshold, FEE))
        );
        uint256 number = ask(party);
        for (uint256 i = 0; i < threshold; ++i) {
            assertEq(party.rulings(), 0);
            vm.prank(panel(count)[i]);
            arbitrator.vote(number, 2);
        }
        assertEq(party.rulings(), 1);
        assertEq(party.lastRuling(), 2);
    }

    function test_RevertWhen_ThereAreNoOwnersOrTooMany() public {
        refuseOwners(panel(0), 1);
        refuseOwners(panel(17), 1);
    }

    function test_RevertWhen_TheThresholdCannotBeReached() public {
        refuseOwners(panel(3), 4);
        refuseOwners(panel(3), 0);
    }

    function test_RevertWhen_AnOwnerIsNobodyOrTwice() public {
        address[] memory owners = panel(3);
        owners[2] = address(0);
        refuseOwners(owners, 2);
        owners[2] = owners[0];
        refuseOwners(owners, 2);
    }

    // ---- asking ----

    function test_ADisputeIsCreated() public {
        vm.expectEmit(address(arbitrator));
        emit IArbitrator.DisputeCreation(0, IArbitrable(address(party)));
        assertEq(ask(party), 0);
        assertEq(ask(other), 1);
        assertEq(arbitrator.disputeCount(), 2);
        assertEq(uint256(arbitrator.disputeStatus(0)), uint256(IArbitrator.DisputeStatus.Waiting));
        assertEq(arbitrator.currentRuling(0), 0);
        assertEq(address(arbitrator).balance, 2 * FEE);
    }

    function testFuzz_RevertWhen_TheFeeIsWrong(uint256 value) public {
        value = bound(value, 0, 100 ether);
        vm.assume(value != FEE);
        vm.expectRevert(abi.encodeWithSelector(IMultisigArbitrator.WrongFee.selector, value, FEE));
        party.ask{value: value}(arbitrator, CHOICES);
    }

    function testFuzz_RevertWhen_ThereIsNothingToChoose(uint256 choices) public {
        vm.assume(choices == 0 || choices > 65_534);
        vm.expectRevert(abi.encodeWithSelector(IMultisigArbitrator.ChoicesInvalid.selector, choices, 65_534));
        party.ask{value: FEE}(arbitrator, choices);
    }

    // ---- voting ----

    function test_EnoughVotesDecide() public {
        ask(party);
        vote(0, 0, 1);
        assertEq(uint256(arbitrator.disputeStatus(0)), uint256(IArbitrator.DisputeStatus.Waiting));
        vm.expectEmit(address(arbitrator));
        emit IMultisigArbitrator.Voted(0, judges[2], 1);
        vm.expectEmit(address(arbitrator));
        emit IMultisigArbitrator.Solved(0, IArbitrable(address(party)), 1);
        vm.expectEmit(address(arbitrator));
        emit IMultisigArbitrator.Executed(0, IArbitrable(address(party)), 1);
        vote(2, 0, 1);
        assertEq(uint256(arbitrator.disputeStatus(0)), uint256(IArbitrator.DisputeStatus.Solved));
        assertEq(arbitrator.currentRuling(0), 1);
        assertTrue(arbitrator.executed(0));
        assertEq(party.lastRuling(), 1);
        assertEq(party.rulings(), 1);
    }

    function test_TheyMayRefuseToArbitrate() public {
        ask(party);
        vote(0, 0, 0);
        vote(1, 0, 0);
        assertEq(party.rulings(), 1);
        assertEq(party.lastRuling(), 0);
    }

    function test_RevertWhen_TheDecidingVoteHasTooLittleGas() public {
        ask(party);
        vote(0, 0, 1);
        vm.prank(judges[1]);
        vm.expectPartialRevert(IMultisigArbitrator.GasTooLow.selector);
        arbitrator.vote{gas: 450_000}(0, 1);
        assertEq(party.rulings(), 0);
    }

    function test_VotesForDifferentRulingsDoNotAddUp() public {
        ask(party);
        vote(0, 0, 0);
        vote(1, 0, 1);
        vote(2, 0, 2);
        assertEq(party.rulings(), 0);
        assertEq(arbitrator.voteOf(0, judges[2]), 3);
    }

    function test_AJudgeMayChangeTheirMind() public {
        ask(party);
        vote(0, 0, 1);
        vote(0, 0, 2);
        assertEq(arbitrator.voteOf(0, judges[0]), 3);
        vote(1, 0, 2);
        assertEq(party.lastRuling(), 2);
    }

    function test_AJudgesVoteCountsOnce() public {
        ask(party);
        vote(0, 0, 1);
        vote(0, 0, 1);
        assertEq(party.rulings(), 0);
    }

    function test_NobodyElseHasAVote() public {
        ask(party);
        vote(0, 0, 1);
        assertEq(arbitrator.voteOf(0, judges[0]), 2);
        assertEq(arbitrator.voteOf(0, stranger), 0);
        assertEq(arbitrator.voteOf(0, address(0)), 0);
    }

    function test_DisputesAreApart() public {
        ask(party);
        ask(other);
        vote(0, 0, 1);
        vote(1, 1, 1);
        assertEq(party.rulings() + other.rulings(), 0);
        assertEq(arbitrator.voteOf(0, judges[1]), 0);
        assertEq(arbitrator.voteOf(0, stranger), 0);
    }

    function test_RevertWhen_AnyoneElseVotes() public {
        ask(party);
        address[3] memory roles = [stranger, address(party), address(this)];
        for (uint256 i = 0; i < roles.length; ++i) {
            vm.prank(roles[i]);
            vm.expectRevert(abi.encodeWithSelector(IMultisigArbitrator.NotOwner.selector, roles[i]));
            arbitrator.vote(0, 1);
        }
    }

    function test_RevertWhen_TheDisputeIsSolved() public {
        ask(party);
        vote(0, 0, 1);
        vote(1, 0, 1);
        vm.prank(judges[2]);
        vm.expectRevert(abi.encodeWithSelector(IMultisigArbitrator.DisputeSolved.selector, uint256(0), uint256(1)));
        arbitrator.vote(0, 2);
    }

    function test_RevertWhen_TheDisputeIsUnknown() public {
        bytes memory unknown = abi.encodeWithSelector(IMultisigArbitrator.DisputeUnknown.selector, uint256(0));
        vm.prank(judges[0]);
        vm.expectRevert(unknown);
        arbitrator.vote(0, 1);
        vm.expectRevert(unknown);
        arbitrator.execute(0);
        vm.expectRevert(unknown);
        arbitrator.disputeStatus(0);
        vm.expectRevert(unknown);
        arbitrator.currentRuling(0);
    }

    function testFuzz_RevertWhen_TheRulingIsNoChoice(uint256 ruling) public {
        ruling = bound(ruling, CHOICES + 1, type(uint256).max);
        ask(party);
        vm.prank(judges[0]);
        vm.expectRevert(abi.encodeWithSelector(IMultisigArbitrator.RulingInvalid.selector, ruling, CHOICES));
        arbitrator.vote(0, ruling);
    }

    // ---- hostile parties ----

    function test_APartyThatRefusesItsRulingHarmsNobodyElse() public {
        hinders(BadArbitrable.Manner.Refuses);
    }

    function test_APartyThatBurnsGasHarmsNobodyElse() public {
        hinders(BadArbitrable.Manner.BurnsGas);
    }

    function test_APartyThatAnswersAtLengthHarmsNobodyElse() public {
        hinders(BadArbitrable.Manner.AnswersAtLength);
    }

    function test_AnAccountWithoutCodeHarmsNobodyElse() public {
        vm.deal(stranger, FEE);
        vm.prank(stranger);
        uint256 number = arbitrator.createDispute{value: FEE}(CHOICES, "");
        vote(0, number, 1);
        vote(1, number, 1);
        assertEq(arbitrator.currentRuling(number), 1);
        assertFalse(arbitrator.executed(number));
    }

    function test_APartyThatCallsBackIsRuledOnOnce() public {
        party.setManner(BadArbitrable.Manner.CallsBack);
        ask(party);
        vote(0, 0, 1);
        vote(1, 0, 1);
        assertFalse(party.calledBack());
        assertEq(party.rulings(), 1);
    }

    /// @dev The dispute is solved; its ruling is handed over as soon as the party takes it.
    function hinders(BadArbitrable.Manner manner) private {
        party.setManner(manner);
        ask(party);
        ask(other);
        vote(0, 0, 1);
        vm.prank(judges[1]);
        arbitrator.vote{gas: 3_000_000}(0, 1);
        assertEq(uint256(arbitrator.disputeStatus(0)), uint256(IArbitrator.DisputeStatus.Solved));
        assertFalse(arbitrator.executed(0));
        vm.expectRevert(abi.encodeWithSelector(IMultisigArbitrator.RulingRefused.selector, uint256(0)));
        arbitrator.execute{gas: 3_000_000}(0);

        vote(0, 1, 2);
        vote(1, 1, 2);
        assertEq(other.lastRuling(), 2);

        party.setManner(BadArbitrable.Manner.Takes);
        vm.prank(stranger);
        arbitrator.execute(0);
        assertTrue(arbitrator.executed(0));
        assertEq(party.lastRuling(), 1);
    }

    function test_RevertWhen_ExecutedTwice() public {
        ask(party);
        vote(0, 0, 1);
        vote(1, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IMultisigArbitrator.AlreadyExecuted.selector, uint256(0)));
        arbitrator.execute(0);
    }

    function test_RevertWhen_ExecutedBeforeItIsSolved() public {
        ask(party);
        vote(0, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IMultisigArbitrator.DisputeWaiting.selector, uint256(0)));
        arbitrator.execute(0);
    }

    // ---- appeals ----

    function test_ThereIsNoAppeal() public {
        ask(party);
        assertEq(arbitrator.appealCost(0, ""), type(uint256).max);
        (uint256 start, uint256 end) = arbitrator.appealPeriod(0);
        assertEq(start, 0);
        assertEq(end, 0);
        vm.expectRevert(abi.encodeWithSelector(IMultisigArbitrator.NoAppeal.selector, uint256(0)));
        arbitrator.appeal{value: 1}(0, "");
    }

    // ---- fees ----

    function test_OwnersShareTheFees() public {
        ask(party);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(arbitrator.due(judges[i]), FEE / 3);
        }
        vm.expectEmit(address(arbitrator));
        emit IMultisigArbitrator.FeesWithdrawn(judges[0], FEE / 3, stranger);
        vm.prank(stranger);
        assertEq(arbitrator.withdraw(judges[0]), FEE / 3);
        assertEq(judges[0].balance, FEE / 3);
        ask(other);
        assertEq(arbitrator.due(judges[0]), FEE / 3);
        assertEq(arbitrator.due(judges[1]), 2 * FEE / 3);
    }

    function testFuzz_FeesAreNeverPaidTwice(uint256 disputes, uint256 order) public {
        disputes = bound(disputes, 1, 20);
        for (uint256 i = 0; i < disputes; ++i) {
            ask(party);
            address judge = judges[order % 3];
            order /= 3;
            if (arbitrator.due(judge) != 0) arbitrator.withdraw(judge);
        }
        uint256 paid = 0;
        for (uint256 i = 0; i < 3; ++i) {
            if (arbitrator.due(judges[i]) != 0) arbitrator.withdraw(judges[i]);
            assertEq(judges[i].balance, disputes * FEE / 3);
            paid += judges[i].balance;
        }
        assertEq(paid + address(arbitrator).balance, disputes * FEE);
    }

    function test_AJudgeWhoRefusesHarmsOnlyThemselves() public {
        ask(party);
        vm.etch(judges[0], address(new RefusingPayee()).code);
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        arbitrator.withdraw(judges[0]);
        assertEq(arbitrator.withdraw(judges[1]), FEE / 3);
    }

    function test_AJudgeWhoWithdrawsAgainGetsNothingTwice() public {
        Puppet judge = new Puppet();
        address[] memory two = new address[](2);
        (two[0], two[1]) = (address(judge), judges[0]);
        arbitrator =
            IMultisigArbitrator(deployCode("MultisigArbitrator.sol:MultisigArbitrator", abi.encode(two, 2, FEE)));
        ask(party);
        judge.arm(address(arbitrator), abi.encodeCall(arbitrator.withdraw, (address(judge))));
        arbitrator.withdraw(address(judge));
        assertTrue(judge.acted());
        assertFalse(judge.succeeded());
        assertEq(address(arbitrator).balance, FEE / 2);
    }

    function test_RevertWhen_NothingIsDue() public {
        ask(party);
        vm.expectRevert(abi.encodeWithSelector(IMultisigArbitrator.NothingDue.selector, stranger));
        arbitrator.withdraw(stranger);
    }

    // ---- helpers ----

    function panel(uint256 count) private view returns (address[] memory list) {
        list = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = i < 3 ? judges[i] : address(uint160(0x1000 + i));
        }
    }

    function ask(BadArbitrable who) private returns (uint256) {
        return who.ask{value: FEE}(arbitrator, CHOICES);
    }

    function vote(uint256 judge, uint256 number, uint256 ruling) private {
        vm.prank(judges[judge]);
        arbitrator.vote(number, ruling);
    }

    function refuseOwners(address[] memory owners, uint256 threshold) private {
        bytes memory code = abi.encodePacked(
            vm.getCode("MultisigArbitrator.sol:MultisigArbitrator"), abi.encode(owners, threshold, FEE)
        );
        vm.expectRevert(
            abi.encodeWithSelector(IMultisigArbitrator.OwnersInvalid.selector, owners.length, 16, threshold)
        );
        assembly ("memory-safe") {
            pop(create(0, add(code, 0x20), mload(code)))
        }
    }
}
