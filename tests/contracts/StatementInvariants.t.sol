// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICases} from "contracts/interfaces/ICases.sol";
import {IStatementEscrow} from "contracts/interfaces/IStatementEscrow.sol";
import {Vm} from "forge-std/Vm.sol";

import {Court} from "./Court.t.sol";
import {Replay} from "./helpers/Replay.sol";

/// @dev Statements are published, contested, ruled on or left to lapse, and released; money comes in beside them, and
/// time goes by. The contract is its own handler and keeps the history apart from the contract.
contract StatementInvariants is Court {
    using Replay for Vm.Log[];

    struct Said {
        IStatementEscrow.Statement statement;
        uint256 until;
        uint256 open;
        bool returned;
        uint256 held;
    }

    struct Told {
        uint256 said;
        address claimant;
        uint256 deadline;
        ICases.Status status;
        bool ruled;
    }

    uint256 private constant CASES = 30;
    uint256 private constant RICHES = 1e24;

    address[2] private publishers = [makeAddr("publisher 0"), makeAddr("publisher 1")];
    address[2] private contestants;

    // What the history says.
    Said[] private said;
    Told[] private told; // case i + 1
    mapping(address who => uint256) private owed;
    mapping(address publisher => uint256) private spent;
    mapping(address to => uint256) private paid;
    uint256 private given;
    uint256 private time = NOW;
    bytes32 private escrowHead;

    function setUp() public override {
        super.setUp();
        contestants = [claimant, sham];
        for (uint256 i = 0; i < 2; ++i) {
            dollar.mint(publishers[i], RICHES);
            vm.prank(publishers[i]);
            dollar.approve(address(escrow), type(uint256).max);
            vm.deal(contestants[i], 1000 ether);
        }
        bytes4[] memory actions = new bytes4[](9);
        actions[0] = this.publish.selector;
        actions[1] = this.contest.selector;
        actions[2] = this.contest.selector; // more often than the rest
        actions[3] = this.ruleOnACase.selector;
        actions[4] = this.lapseACase.selector;
        actions[5] = this.release.selector;
        actions[6] = this.payIn.selector;
        actions[7] = this.withdrawFor.selector;
        actions[8] = this.wait.selector;
        targetContract(address(this));
        targetSelector(FuzzSelector({addr: address(this), selectors: actions}));
    }

    /// @dev Replays what the action logged onto the head that the history has reached.
    modifier replayed() {
        vm.warp(time);
        vm.recordLogs();
        _;
        escrowHead = vm.getRecordedLogs().head(address(escrow), escrowHead);
    }

    // ---- actions ----

    function publish(uint256 who, uint256 amount, uint256 before, uint32 window) external replayed {
        IStatementEscrow.Statement memory fresh;
        fresh.publisher = publishers[who % 2];
        (fresh.assetId, fresh.currency, fresh.uri) = (assetId, address(dollar), "https://example.org/statement");
        (fresh.amount, fresh.window) = (bound(amount, 1, 1e15), uint32(bound(window, 0, 20 days)));
        fresh.root = "split";
        fresh.documentHash = bytes32(said.length);
        before = bound(before, 0, 2 * fresh.amount) / 2;
        dollar.mint(escrow.purseOf(escrow.statementIdOf(fresh)), before);
        given += before;
        vm.prank(fresh.publisher);
        escrow.publish(fresh);
        uint256 drawn = before < fresh.amount ? fresh.amount - before : 0;
        spent[fresh.publisher] += drawn;
        said.push(Said(fresh, time + fresh.window, 0, false, before + drawn));
    }

    function contest(uint256 which, uint256 who) external replayed {
        if (said.length == 0 || told.length == CASES) return;
        which %= said.length;
        Said storage one = said[which];
        bool can = time <= one.until && !one.returned;
        uint256 cost = escrow.openingCost();
        IStatementEscrow.Statement memory statement = one.statement;
        if (!can) vm.expectRevert();
        vm.prank(contestants[who % 2]);
        escrow.contest{value: cost}(statement, PROOF, PROOF_URI);
        if (!can) return;
        ++one.open;
        told.push(Told(which, contestants[who % 2], time + TIMEOUT, ICases.Status.Open, false));
    }

    function ruleOnACase(uint256 which, uint256 ruling) external replayed {
        if (told.length == 0) return;
        which %= told.length;
        ruling %= 3;
        Told storage one = told[which];
        if (one.ruled) return;
        one.ruled = true;
        rule(escrow, which + 1, ruling);
        if (one.status != ICases.Status.Open) return; // it had lapsed
        if (time > one.deadline || ruling == 0) end(one, ICases.Status.Lapsed);
        else end(one, ruling == UPHOLD ? ICases.Status.Upheld : ICases.Status.Rejected);
    }

    function lapseACase(uint256 which) external replayed {
        if (told.length == 0) return;
        which %= told.length;
        Told storage one = told[which];
        bool can = one.status == ICases.Status.Open && time > one.deadline;
        if (!can) vm.expectRevert();
        escrow.lapse(which + 1);
        if (can) end(one, ICases.Status.Lapsed);
    }

    function release(uint256 which) external replayed {
        if (said.length == 0) return;
        tryRelease(which % said.length);
    }

    function payIn(uint256 which, uint256 amount) external replayed {
        if (said.length == 0) return;
        Said storage one = said[which % said.length];
        amount = bound(amount, 0, 1e9);
        dollar.mint(escrow.purseOf(escrow.statementIdOf(one.statement)), amount);
        (one.held, given) = (one.held + amount, given + amount);
    }

    function withdrawFor(uint256 which) external replayed {
        address who = accountAt(which);
        if (owed[who] == 0) return;
        assertEq(escrow.withdraw(who), owed[who]);
        owed[who] = 0;
    }

    function wait(uint256 seconds_) external {
        time += bound(seconds_, 0, TIMEOUT / 2);
    }

    // ---- laws ----

    /// @dev A contest of one statement changes nothing of another.
    function invariant_EachStatementIsAsItsOwnContestsSay() public view {
        assertEq(escrow.head(), escrowHead, "the head replays");
        for (uint256 i = 0; i < said.length; ++i) {
            bytes32 id = escrow.statementIdOf(said[i].statement);
            IStatementEscrow.StatementState memory state = escrow.stateOf(id);
            assertEq(state.publisher, said[i].statement.publisher);
            assertEq(state.contestableUntil, said[i].until);
            assertEq(state.open, said[i].open);
            assertEq(state.state == IStatementEscrow.State.Returned, said[i].returned);
            assertEq(dollar.balanceOf(escrow.purseOf(id)), said[i].held);
        }
    }

    function invariant_EveryDollarIsInItsPurseOrPaidWhereItBelongs() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < said.length; ++i) {
            address vault_ = escrow.vaultOf(said[i].statement);
            assertEq(dollar.balanceOf(vault_), paid[vault_]);
            sum += said[i].held + paid[vault_];
        }
        uint256 drawn = 0;
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(dollar.balanceOf(publishers[i]), RICHES - spent[publishers[i]] + paid[publishers[i]]);
            sum += paid[publishers[i]];
            drawn += spent[publishers[i]];
        }
        assertEq(sum, drawn + given);
        assertEq(dollar.balanceOf(address(escrow)), 0, "nothing is pooled");
    }

    function invariant_TheEscrowHoldsExactlyWhatItOwesAndWhatIsStaked() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(escrow.owed(accountAt(i)), owed[accountAt(i)]);
            sum += owed[accountAt(i)];
        }
        for (uint256 i = 0; i < told.length; ++i) {
            if (told[i].status == ICases.Status.Open) sum += BOND;
        }
        assertEq(address(escrow).balance, sum);
    }

    /// @dev Liveness: no statement is held back longer than its window and the arbitrator's timeout.
    function afterInvariant() public {
        for (uint256 i = 0; i < said.length; ++i) {
            if (time <= said[i].until) time = said[i].until + 1;
        }
        for (uint256 i = 0; i < told.length; ++i) {
            if (time <= told[i].deadline) time = told[i].deadline + 1;
        }
        vm.warp(time);
        for (uint256 i = 0; i < told.length; ++i) {
            if (told[i].status != ICases.Status.Open) continue;
            escrow.lapse(i + 1);
            end(told[i], ICases.Status.Lapsed);
        }
        for (uint256 i = 0; i < said.length; ++i) {
            tryRelease(i);
            assertEq(said[i].held, 0);
        }
        for (uint256 i = 0; i < 4; ++i) {
            if (owed[accountAt(i)] != 0) escrow.withdraw(accountAt(i));
        }
        assertEq(address(escrow).balance, 0);
    }

    // ---- helpers ----

    function tryRelease(uint256 which) private {
        Said storage one = said[which];
        bool can = one.held != 0 && (one.returned || (one.open == 0 && time > one.until));
        address to = one.returned ? one.statement.publisher : escrow.vaultOf(one.statement);
        IStatementEscrow.Statement memory statement = one.statement;
        if (!can) vm.expectRevert();
        uint256 amount = escrow.release(statement, address(dollar));
        if (!can) return;
        assertEq(amount, one.held);
        paid[to] += amount;
        one.held = 0;
    }

    function end(Told storage one, ICases.Status status) private {
        one.status = status;
        --said[one.said].open;
        if (status == ICases.Status.Upheld) said[one.said].returned = true;
        address bondTo = status == ICases.Status.Rejected ? said[one.said].statement.publisher : one.claimant;
        owed[bondTo] += BOND;
    }

    function accountAt(uint256 which) private view returns (address) {
        which %= 4;
        return which < 2 ? publishers[which] : contestants[which - 2];
    }
}
