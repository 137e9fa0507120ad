// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbitrator} from "contracts/interfaces/IArbitrator.sol";
import {ICases} from "contracts/interfaces/ICases.sol";
import {IEvidence} from "contracts/interfaces/IEvidence.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";
import {IStatementEscrow} from "contracts/interfaces/IStatementEscrow.sol";
import {GreedyPayee, RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {HostileArbitrator} from "contracts/mocks/HostileArbitrator.sol";
import {BlockingToken, ElasticToken, FalseToken, FeeToken, MuteToken, SilentToken} from "contracts/mocks/OddTokens.sol";
import {Base64} from "solady/utils/Base64.sol";
import {LibString} from "solady/utils/LibString.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {Vm} from "forge-std/Vm.sol";

import {Court} from "./Court.t.sol";
import {Split} from "./helpers/Split.sol";

/// @dev A period's payout.
contract StatementsTest is Court {
    uint256 private constant AMOUNT = 1000e6;
    uint32 private constant WINDOW = 7 days;

    address private publisher = makeAddr("publisher");
    address private artist = makeAddr("artist");
    address private producer = makeAddr("producer");

    function setUp() public override {
        super.setUp();
        dollar.mint(publisher, 1e15);
        vm.prank(publisher);
        dollar.approve(address(escrow), type(uint256).max);
        vm.deal(publisher, 100 ether);
    }

    // ---- publishing ----

    function test_TheMoneyWaitsInAPurseOfItsOwn() public {
        bytes32 id = publish();
        assertEq(id, keccak256(abi.encode(statement())));
        assertEq(dollar.balanceOf(escrow.purseOf(id)), AMOUNT);
        assertEq(dollar.balanceOf(address(escrow)), 0);
        IStatementEscrow.StatementState memory state = escrow.stateOf(id);
        assertEq(state.publisher, publisher);
        assertEq(state.contestableUntil, NOW + WINDOW);
        assertEq(uint256(state.state), uint256(IStatementEscrow.State.Published));
        assertEq(state.open, 0);
    }

    function test_ThePublicationIsLogged() public {
        IStatementEscrow.Statement memory said = statement();
        bytes32 id = escrow.statementIdOf(said);
        vm.expectEmit(address(escrow));
        emit IStatementEscrow.StatementPublished(
            id, assetId, publisher, factory.vaultOf(said.root, id), uint40(NOW + WINDOW), said
        );
        vm.prank(publisher);
        escrow.publish(said);
    }

    function test_NativeCoinIsSentAlong() public {
        IStatementEscrow.Statement memory said = nativeStatement();
        vm.prank(publisher);
        bytes32 id = escrow.publish{value: 1 ether}(said);
        assertEq(escrow.purseOf(id).balance, 1 ether);
        assertEq(address(escrow).balance, 0);
    }

    function testFuzz_WhatWasPaidBeforehandNeedNotBeDrawn(uint256 before) public {
        before = bound(before, 0, 2 * AMOUNT);
        IStatementEscrow.Statement memory said = statement();
        bytes32 id = escrow.statementIdOf(said);
        dollar.mint(escrow.purseOf(id), before);
        publish();
        assertEq(dollar.balanceOf(escrow.purseOf(id)), before > AMOUNT ? before : AMOUNT);
    }

    /// @dev Whatever a stranger put there, neither the full amount nor what is lacking is a wrong one.
    function testFuzz_StrangersCoinDoesNotHinder(uint256 before, uint256 sent) public {
        before = bound(before, 0, 2 ether);
        sent = bound(sent, before > 1 ether ? 0 : 1 ether - before, 1 ether);
        IStatementEscrow.Statement memory said = nativeStatement();
        bytes32 id = escrow.statementIdOf(said);
        vm.deal(escrow.purseOf(id), before);
        vm.prank(publisher);
        escrow.publish{value: sent}(said);
        assertEq(escrow.purseOf(id).balance, before + sent);
    }

    function test_TwoPeriodsShareNeitherPurseNorVault() public {
        IStatementEscrow.Statement memory first = statement();
        IStatementEscrow.Statement memory second = statement();
        (second.from, second.until) = (first.until + 1, first.until + 30 days);
        bytes32 one = publish(first);
        bytes32 other = publish(second);
        assertNotEq(one, other);
        assertNotEq(escrow.purseOf(one), escrow.purseOf(other));
        assertNotEq(escrow.vaultOf(first), escrow.vaultOf(second));
    }

    function test_RevertWhen_SomebodyElsePublishes() public {
        IStatementEscrow.Statement memory said = statement();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IStatementEscrow.NotPublisher.selector, stranger, publisher));
        escrow.publish(said);
    }

    function test_RevertWhen_ThePeriodEndsBeforeItBegins() public {
        IStatementEscrow.Statement memory said = statement();
        said.from = said.until + 1;
        refuse(said, abi.encodeWithSelector(IStatementEscrow.StatementInvalid.selector, idOf(said)));
    }

    function test_RevertWhen_ThereIsNoAmount() public {
        IStatementEscrow.Statement memory said = statement();
        said.amount = 0;
        refuse(said, abi.encodeWithSelector(IStatementEscrow.StatementInvalid.selector, idOf(said)));
    }

    function test_RevertWhen_ThereIsNoSplit() public {
        IStatementEscrow.Statement memory said = statement();
        said.root = 0;
        refuse(said, abi.encodeWithSelector(IStatementEscrow.StatementInvalid.selector, idOf(said)));
    }

    function test_RevertWhen_TheUriIsEndless() public {
        IStatementEscrow.Statement memory said = statement();
        said.uri = string(new bytes(1025));
        refuse(said, abi.encodeWithSelector(IStatementEscrow.StatementUriTooLong.selector, 1025, 1024));
    }

    function test_RevertWhen_PublishedTwice() public {
        bytes32 id = publish();
        refuse(statement(), abi.encodeWithSelector(IStatementEscrow.StatementAlreadyPublished.selector, id));
    }

    function test_RevertWhen_PublishedAgainAfterItsReturn() public {
        bytes32 id = publish();
        rule(escrow, contestAs(claimant), UPHOLD);
        escrow.release(statement(), address(dollar));
        refuse(statement(), abi.encodeWithSelector(IStatementEscrow.StatementAlreadyPublished.selector, id));
    }

    function test_RevertWhen_CoinIsSentAlongForAToken() public {
        IStatementEscrow.Statement memory said = statement();
        vm.prank(publisher);
        vm.expectRevert(abi.encodeWithSelector(ICases.WrongValue.selector, 1, 0));
        escrow.publish{value: 1}(said);
    }

    function testFuzz_RevertWhen_MoreCoinIsSentThanTheAmount(uint256 sent) public {
        sent = bound(sent, 1 ether + 1, 100 ether);
        IStatementEscrow.Statement memory said = nativeStatement();
        vm.prank(publisher);
        vm.expectRevert(abi.encodeWithSelector(ICases.WrongValue.selector, sent, 1 ether));
        escrow.publish{value: sent}(said);
    }

    function testFuzz_RevertWhen_TooLittleCoinIsThere(uint256 before, uint256 sent) public {
        before = bound(before, 0, 1 ether - 1);
        sent = bound(sent, 0, 1 ether - 1 - before);
        IStatementEscrow.Statement memory said = nativeStatement();
        vm.deal(escrow.purseOf(idOf(said)), before);
        vm.prank(publisher);
        vm.expectRevert(
            abi.encodeWithSelector(IStatementEscrow.PaymentNotReceived.selector, address(0), 1 ether, before + sent)
        );
        escrow.publish{value: sent}(said);
    }

    // ---- odd tokens ----

    function test_RevertWhen_TheTokenKeepsAFee() public {
        FeeToken token = new FeeToken();
        token.mint(publisher, 2 * AMOUNT);
        vm.prank(publisher);
        token.approve(address(escrow), AMOUNT);
        IStatementEscrow.Statement memory said = statementIn(address(token));
        bytes memory reason = abi.encodeWithSelector(
            IStatementEscrow.PaymentNotReceived.selector, address(token), AMOUNT, AMOUNT - AMOUNT / 100
        );
        refuse(said, reason);
        // Paid beforehand, with the fee on top, it is welcome.
        token.mint(escrow.purseOf(idOf(said)), AMOUNT);
        publish(said);
    }

    function test_ATokenThatReturnsNothingIsWelcome() public {
        SilentToken token = new SilentToken();
        token.mint(publisher, AMOUNT);
        vm.prank(publisher);
        token.approve(address(escrow), AMOUNT);
        bytes32 id = publish(statementIn(address(token)));
        waitFor(WINDOW + 1);
        assertEq(escrow.release(statementIn(address(token)), address(token)), AMOUNT);
        assertEq(token.balanceOf(escrow.purseOf(id)), 0);
    }

    function test_RevertWhen_TheTokenSaysFalse() public {
        FalseToken token = new FalseToken();
        token.mint(publisher, AMOUNT);
        refuse(statementIn(address(token)), abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
    }

    function test_RevertWhen_TheTokenTakesAnyCallAndMovesNothing() public {
        EmptyToken token = new EmptyToken();
        refuse(
            statementIn(address(token)),
            abi.encodeWithSelector(IStatementEscrow.PaymentNotReceived.selector, address(token), AMOUNT, 0)
        );
    }

    function test_RevertWhen_TheTokenSaysNoBalance() public {
        MuteToken token = new MuteToken();
        refuse(statementIn(address(token)), abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
    }

    function test_RevertWhen_TheTokenIsNoContract() public {
        refuse(statementIn(makeAddr("nothing")), abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
    }

    /// @dev A token whose balances fall harms the statements in it, and no others.
    function test_AShrinkingTokenHarmsNoOtherStatement() public {
        ElasticToken token = new ElasticToken();
        IStatementEscrow.Statement memory first = statementIn(address(token));
        IStatementEscrow.Statement memory second = statementIn(address(token));
        second.documentHash = "another";
        token.setBalance(escrow.purseOf(idOf(first)), AMOUNT);
        token.setBalance(escrow.purseOf(idOf(second)), AMOUNT);
        publish(first);
        publish(second);
        token.setBalance(escrow.purseOf(idOf(first)), 1);
        waitFor(WINDOW + 1);
        assertEq(escrow.release(first, address(token)), 1);
        assertEq(escrow.release(second, address(token)), AMOUNT);
    }

    function test_ATokenThatReleasesAgainGetsNothingTwice() public {
        HookedToken token = new HookedToken();
        IStatementEscrow.Statement memory said = statementIn(address(token));
        token.mint(escrow.purseOf(idOf(said)), AMOUNT);
        publish(said);
        waitFor(WINDOW + 1);
        token.arm(address(escrow), abi.encodeCall(escrow.release, (said, address(token))));
        vm.expectRevert();
        escrow.release(said, address(token));
        token.arm(address(0), "");
        assertEq(escrow.release(said, address(token)), AMOUNT);
    }

    /// @dev While the money is drawn the statement stands, and its window is open: no release.
    function test_ATokenCannotReleaseWhileItIsDrawn() public {
        HookedToken token = new HookedToken();
        token.mint(publisher, AMOUNT);
        vm.prank(publisher);
        token.approve(address(escrow), AMOUNT);
        IStatementEscrow.Statement memory said = statementIn(address(token));
        said.window = 0;
        token.arm(address(escrow), abi.encodeCall(escrow.release, (said, address(token))));
        vm.recordLogs();
        bytes32 id = publish(said);
        assertHead(escrow, 0);
        assertTrue(token.acted());
        assertFalse(token.succeeded());
        assertEq(token.answer(), abi.encodeWithSelector(IStatementEscrow.WindowOpen.selector, id, NOW));
    }

    function test_ATokenThatBlocksTheVaultHoldsUpNothingElse() public {
        BlockingToken token = new BlockingToken();
        IStatementEscrow.Statement memory said = statementIn(address(token));
        token.mint(escrow.purseOf(idOf(said)), AMOUNT);
        publish(said);
        token.setBlocked(escrow.vaultOf(said), true);
        dollar.mint(escrow.purseOf(idOf(said)), 7);
        waitFor(WINDOW + 1);
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        escrow.release(said, address(token));
        assertEq(escrow.release(said, address(dollar)), 7);
    }

    // ---- nobody contests ----

    function test_UncontestedItGoesToItsVault() public {
        bytes32 id = publish();
        waitFor(WINDOW + 1);
        address to = factory.vaultOf(root(), id);
        vm.expectEmit(address(escrow));
        emit IStatementEscrow.StatementReleased(id, address(dollar), to, AMOUNT);
        vm.prank(stranger);
        assertEq(escrow.release(statement(), address(dollar)), AMOUNT);
        assertEq(dollar.balanceOf(to), AMOUNT);
    }

    function test_ItsPayeesClaimTheirPeriodsAmounts() public {
        bytes32 id = publish();
        waitFor(WINDOW + 1);
        escrow.release(statement(), address(dollar));
        (address[] memory payees, uint128[] memory shares) = split();
        IRoyaltyVaultFactory.VaultClaim[] memory claims = new IRoyaltyVaultFactory.VaultClaim[](2);
        for (uint256 i = 0; i < 2; ++i) {
            claims[i] = IRoyaltyVaultFactory.VaultClaim({
                root: root(), salt: id, token: address(dollar), share: Split.prove(payees, shares, i)
            });
        }
        factory.claim(claims);
        assertEq(dollar.balanceOf(artist), 700e6);
        assertEq(dollar.balanceOf(producer), 300e6);
    }

    function test_NativeCoinGoesToAVaultNotYetDeployed() public {
        IStatementEscrow.Statement memory said = nativeStatement();
        vm.prank(publisher);
        escrow.publish{value: 1 ether}(said);
        waitFor(WINDOW + 1);
        assertEq(escrow.release(said, address(0)), 1 ether);
        assertEq(escrow.vaultOf(said).balance, 1 ether);
    }

    function test_WhatComesInLateIsReleasedLater() public {
        bytes32 id = publish();
        waitFor(WINDOW + 1);
        escrow.release(statement(), address(dollar));
        dollar.mint(escrow.purseOf(id), 7);
        assertEq(escrow.release(statement(), address(dollar)), 7);
        vm.deal(escrow.purseOf(id), 9);
        assertEq(escrow.release(statement(), address(0)), 9);
    }

    function test_RevertWhen_TheWindowIsOpen() public {
        bytes32 id = publish();
        waitFor(WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IStatementEscrow.WindowOpen.selector, id, NOW + WINDOW));
        escrow.release(statement(), address(dollar));
    }

    function test_RevertWhen_ReleasedTwice() public {
        bytes32 id = publish();
        waitFor(WINDOW + 1);
        escrow.release(statement(), address(dollar));
        vm.expectRevert(abi.encodeWithSelector(IStatementEscrow.NothingToRelease.selector, id, address(dollar)));
        escrow.release(statement(), address(dollar));
    }

    function test_RevertWhen_TheStatementIsUnknown() public {
        IStatementEscrow.Statement memory said = statement();
        dollar.mint(escrow.purseOf(idOf(said)), AMOUNT);
        vm.expectRevert(abi.encodeWithSelector(IStatementEscrow.StatementUnknown.selector, idOf(said)));
        escrow.release(said, address(dollar));
    }

    function testFuzz_RevertWhen_AnyWordOfTheStatementIsAltered(uint256 field) public {
        publish();
        waitFor(WINDOW + 1);
        IStatementEscrow.Statement memory said = statement();
        field %= 10;
        if (field == 0) said.publisher = stranger;
        else if (field == 1) said.assetId = otherAsset;
        else if (field == 2) ++said.from;
        else if (field == 3) ++said.until;
        else if (field == 4) said.currency = address(0);
        else if (field == 5) ++said.amount;
        else if (field == 6) said.root = "another";
        else if (field == 7) said.documentHash = "another";
        else if (field == 8) said.uri = "another";
        else said.window = 0;
        vm.expectRevert(abi.encodeWithSelector(IStatementEscrow.StatementUnknown.selector, idOf(said)));
        escrow.release(said, address(dollar));
    }

    // ---- contests ----

    function test_AContestIsOpened() public {
        bytes32 id = publish();
        uint256 cost = escrow.openingCost();
        IStatementEscrow.Statement memory said = statement();
        vm.expectEmit(address(escrow));
        emit IStatementEscrow.StatementContested(1, id, claimant, uint40(NOW + TIMEOUT), PROOF, PROOF_URI);
        vm.expectEmit(address(escrow));
        emit IEvidence.Evidence(IArbitrator(address(arbitrator)), 1, claimant, PROOF_URI);
        vm.expectEmit(address(escrow));
        emit IEvidence.Dispute(IArbitrator(address(arbitrator)), 0, 0, 1);
        vm.prank(claimant);
        uint256 caseId = escrow.contest{value: cost}(said, PROOF, PROOF_URI);
        ICases.Case memory opened = escrow.caseOf(caseId);
        assertEq(opened.claimant, claimant);
        assertEq(opened.subject, id);
        assertEq(opened.deadline, NOW + TIMEOUT);
        assertEq(escrow.stateOf(id).open, 1);
        assertEq(address(escrow).balance, BOND);
    }

    function test_AContestedStatementWaits() public {
        bytes32 id = publish();
        contestAs(claimant);
        waitFor(WINDOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IStatementEscrow.StatementIsContested.selector, id, uint256(1)));
        escrow.release(statement(), address(dollar));
    }

    function test_UpheldItGoesBackToItsPublisher() public {
        bytes32 id = publish();
        rule(escrow, contestAs(claimant), UPHOLD);
        assertEq(uint256(escrow.stateOf(id).state), uint256(IStatementEscrow.State.Returned));
        assertEq(escrow.owed(claimant), BOND);
        assertEq(escrow.release(statement(), address(dollar)), AMOUNT);
        assertEq(dollar.balanceOf(publisher), 1e15);
        assertEq(dollar.balanceOf(escrow.vaultOf(statement())), 0);
    }

    function test_ThePublisherStatesItAnew() public {
        publish();
        rule(escrow, contestAs(claimant), UPHOLD);
        escrow.release(statement(), address(dollar));
        IStatementEscrow.Statement memory right = statement();
        right.documentHash = "corrected";
        bytes32 id = publish(right);
        waitFor(WINDOW + 1);
        escrow.release(right, address(dollar));
        assertEq(dollar.balanceOf(factory.vaultOf(right.root, id)), AMOUNT);
    }

    function test_RejectedItGoesToItsVaultAndTheBondToThePublisher() public {
        bytes32 id = publish();
        uint256 caseId = contestAs(claimant);
        rule(escrow, caseId, REJECT);
        assertEq(escrow.owed(publisher), BOND);
        assertEq(escrow.owed(claimant), 0);
        vm.expectRevert(abi.encodeWithSelector(IStatementEscrow.WindowOpen.selector, id, NOW + WINDOW));
        escrow.release(statement(), address(dollar));
        waitFor(WINDOW + 1);
        escrow.release(statement(), address(dollar));
        assertEq(dollar.balanceOf(escrow.vaultOf(statement())), AMOUNT);
    }

    function test_NotRuledOnItGoesToItsVault() public {
        publish();
        uint256 caseId = contestAs(claimant);
        waitFor(TIMEOUT + 1);
        escrow.lapse(caseId);
        assertStatus(escrow, caseId, ICases.Status.Lapsed);
        assertEq(escrow.owed(claimant), BOND);
        escrow.release(statement(), address(dollar));
        assertEq(dollar.balanceOf(escrow.vaultOf(statement())), AMOUNT);
    }

    function test_ALateRulingReturnsNothing() public {
        publish();
        uint256 caseId = contestAs(claimant);
        waitFor(TIMEOUT + 1);
        rule(escrow, caseId, UPHOLD);
        assertStatus(escrow, caseId, ICases.Status.Lapsed);
        escrow.release(statement(), address(dollar));
        assertEq(dollar.balanceOf(escrow.vaultOf(statement())), AMOUNT);
    }

    /// @dev The publisher's own friend contests first, and loses: the real contest is heard all the same.
    function test_AShamContestDoesNotKeepARealOneOut() public {
        bytes32 id = publish();
        uint256 first = contestAs(sham);
        uint256 real = contestAs(claimant);
        rule(escrow, first, REJECT);
        waitFor(WINDOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IStatementEscrow.StatementIsContested.selector, id, uint256(1)));
        escrow.release(statement(), address(dollar));
        rule(escrow, real, UPHOLD);
        assertEq(escrow.release(statement(), address(dollar)), AMOUNT);
        assertEq(dollar.balanceOf(publisher), 1e15);
    }

    function test_ReturnedItStaysReturnedWhateverElseIsRejected() public {
        publish();
        uint256 real = contestAs(claimant);
        uint256 other = contestAs(sham);
        rule(escrow, real, UPHOLD);
        rule(escrow, other, REJECT);
        waitFor(WINDOW + 1);
        escrow.release(statement(), address(dollar));
        assertEq(dollar.balanceOf(publisher), 1e15);
        assertEq(escrow.owed(publisher), BOND);
        assertEq(address(escrow).balance, 2 * BOND);
    }

    function test_RevertWhen_ContestedAfterTheWindow() public {
        bytes32 id = publish();
        waitFor(WINDOW + 1);
        refuseContest(statement(), abi.encodeWithSelector(IStatementEscrow.WindowOver.selector, id, NOW + WINDOW));
    }

    function test_ItIsContestedInTheLastSecond() public {
        publish();
        waitFor(WINDOW);
        assertEq(contestAs(claimant), 1);
    }

    function test_RevertWhen_AnUnknownStatementIsContested() public {
        IStatementEscrow.Statement memory said = statement();
        refuseContest(said, abi.encodeWithSelector(IStatementEscrow.StatementUnknown.selector, idOf(said)));
    }

    function test_RevertWhen_AReturnedStatementIsContested() public {
        bytes32 id = publish();
        rule(escrow, contestAs(claimant), UPHOLD);
        refuseContest(statement(), abi.encodeWithSelector(IStatementEscrow.StatementIsReturned.selector, id));
    }

    function testFuzz_RevertWhen_TheValueIsNotWhatItCosts(uint256 value) public {
        value = bound(value, 0, 100 ether);
        vm.assume(value != BOND + FEE);
        publish();
        IStatementEscrow.Statement memory said = statement();
        vm.prank(claimant);
        vm.expectRevert(abi.encodeWithSelector(ICases.WrongValue.selector, value, BOND + FEE));
        escrow.contest{value: value}(said, PROOF, PROOF_URI);
    }

    // ---- hostile parties ----

    function test_AContestantWhoRefusesTheirBondHarmsNobodyElse() public {
        publish();
        uint256 caseId = contestAs(claimant);
        vm.etch(claimant, address(new RefusingPayee()).code);
        rule(escrow, caseId, UPHOLD);
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        escrow.withdraw(claimant);
        assertEq(escrow.release(statement(), address(dollar)), AMOUNT);
    }

    function test_APublisherWhoRefusesCoinHarmsOnlyThemselves() public {
        IStatementEscrow.Statement memory said = nativeStatement();
        vm.prank(publisher);
        escrow.publish{value: 1 ether}(said);
        uint256 cost = escrow.openingCost();
        vm.prank(claimant);
        uint256 caseId = escrow.contest{value: cost}(said, PROOF, PROOF_URI);
        vm.etch(publisher, address(new GreedyPayee()).code);
        rule(escrow, caseId, UPHOLD);
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        escrow.release{gas: 3_000_000}(said, address(0));
        assertEq(escrow.withdraw(claimant), BOND);
    }

    function test_RevertWhen_AnyoneElseRules() public {
        publish();
        contestAs(claimant);
        address[4] memory roles = [stranger, publisher, claimant, address(desk)];
        for (uint256 i = 0; i < roles.length; ++i) {
            vm.prank(roles[i]);
            vm.expectRevert(abi.encodeWithSelector(ICases.NotArbitrator.selector, roles[i]));
            escrow.rule(0, UPHOLD);
        }
    }

    function test_RevertWhen_TheArbitratorRulesTwice() public {
        HostileArbitrator hostile = new HostileArbitrator();
        deploySystem(address(hostile));
        vm.prank(publisher);
        dollar.approve(address(escrow), AMOUNT);
        publish();
        uint256 caseId = contestAs(claimant);
        hostile.rule(escrow, 0, REJECT);
        vm.expectRevert(abi.encodeWithSelector(ICases.CaseNotOpen.selector, caseId, ICases.Status.Rejected));
        hostile.rule(escrow, 0, UPHOLD);
        assertEq(escrow.stateOf(idOf(statement())).open, 0);
    }

    /// @dev The arbitrator's own contest, within another's opening.
    function test_TheArbitratorContestsWithinAContest() public {
        HostileArbitrator hostile = new HostileArbitrator();
        deploySystem(address(hostile));
        vm.prank(publisher);
        dollar.approve(address(escrow), AMOUNT);
        vm.recordLogs();
        bytes32 id = publish();
        vm.deal(address(hostile), BOND);
        hostile.arm(address(escrow), abi.encodeCall(escrow.contest, (statement(), PROOF, PROOF_URI)));
        contestAs(claimant);
        assertTrue(hostile.succeeded());
        assertEq(escrow.stateOf(id).open, 2);
        hostile.rule(escrow, 1, REJECT);
        hostile.rule(escrow, 0, REJECT);
        assertEq(escrow.stateOf(id).open, 0);
        assertEq(escrow.owed(publisher), 2 * BOND);
        assertHead(escrow, 0);
    }

    // ---- heads and views ----

    function test_TheHeadReplaysTheStory() public {
        vm.recordLogs();
        publish();
        rule(escrow, contestAs(sham), REJECT);
        rule(escrow, contestAs(claimant), UPHOLD);
        escrow.release(statement(), address(dollar));
        escrow.withdraw(publisher);
        assertHead(escrow, 0);
        // A publication, two contests with evidence and end, a release and a withdrawal.
        assertEq(uint256(escrow.head()) >> 216, 9);
    }

    function test_TheEscrowSaysWhatItIs() public {
        assertEq(escrow.vaultFactory(), address(factory));
        assertEq(escrow.arbitrator(), address(arbitrator));
        assertEq(registry.statementEscrow(), address(escrow));
        vm.recordLogs();
        deployCode("StatementEscrow.sol:StatementEscrow", abi.encode(factory, arbitrator, BOND, TIMEOUT));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1);
        assertEq(logs[0].topics[0], IEvidence.MetaEvidence.selector);
        string memory json = string(Base64.decode(LibString.slice(abi.decode(logs[0].data, (string)), 29)));
        assertEq(vm.parseJsonStringArray(json, ".rulingOptions.titles")[UPHOLD - 1], "Uphold");
        assertEq(vm.parseJsonStringArray(json, ".rulingOptions.descriptions").length, 2);
    }

    // ---- helpers ----

    /// @dev 700 dollars to the artist, 300 to the producer.
    function split() private view returns (address[] memory payees, uint128[] memory shares) {
        (payees, shares) = (new address[](2), new uint128[](2));
        (payees[0], payees[1], shares[0], shares[1]) = (artist, producer, 700e6, 300e6);
    }

    function root() private view returns (bytes32) {
        (address[] memory payees, uint128[] memory shares) = split();
        return Split.root(payees, shares);
    }

    function statement() private view returns (IStatementEscrow.Statement memory) {
        return statementIn(address(dollar));
    }

    function statementIn(address currency) private view returns (IStatementEscrow.Statement memory) {
        return IStatementEscrow.Statement({
            publisher: publisher,
            assetId: assetId,
            from: uint40(NOW - 30 days),
            until: uint40(NOW - 1),
            currency: currency,
            amount: AMOUNT,
            root: root(),
            documentHash: keccak256("statement"),
            uri: "https://example.org/statement.json",
            window: WINDOW
        });
    }

    function nativeStatement() private view returns (IStatementEscrow.Statement memory said) {
        said = statementIn(address(0));
        said.amount = 1 ether;
    }

    function idOf(IStatementEscrow.Statement memory said) private pure returns (bytes32) {
        return keccak256(abi.encode(said));
    }

    function publish() private returns (bytes32) {
        return publish(statement());
    }

    function publish(IStatementEscrow.Statement memory said) private returns (bytes32) {
        vm.prank(publisher);
        return escrow.publish(said);
    }

    function refuse(IStatementEscrow.Statement memory said, bytes memory reason) private {
        vm.prank(publisher);
        vm.expectRevert(reason);
        escrow.publish(said);
    }

    function contestAs(address who) private returns (uint256) {
        IStatementEscrow.Statement memory said = statement();
        uint256 cost = escrow.openingCost();
        vm.prank(who);
        return escrow.contest{value: cost}(said, PROOF, PROOF_URI);
    }

    function refuseContest(IStatementEscrow.Statement memory said, bytes memory reason) private {
        uint256 cost = escrow.openingCost();
        vm.prank(claimant);
        vm.expectRevert(reason);
        escrow.contest{value: cost}(said, PROOF, PROOF_URI);
    }
}

/// @dev Says yes to every transfer, moves nothing, and holds nothing.
contract EmptyToken {
    function balanceOf(address) external pure returns (uint256) {
        return 0;
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return true;
    }
}
