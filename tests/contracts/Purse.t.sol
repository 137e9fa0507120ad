// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {IPurse} from "contracts/interfaces/IPurse.sol";
import {Purses} from "contracts/libraries/Purses.sol";
import {GreedyPayee, RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {BlockingToken, FalseToken, MuteToken, SilentToken} from "contracts/mocks/OddTokens.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

/// @dev Another controller, with purses of the same code.
contract OtherController {
    function at(address code, bytes32 matter) external view returns (address) {
        return Purses.at(code, matter);
    }

    function open(address code, bytes32 matter) external returns (address) {
        return Purses.open(code, matter);
    }

    function pay(address purse, address token, address to, uint256 amount) external {
        IPurse(purse).pay(token, to, amount);
    }
}

/// @dev Purses; the test is their controller.
contract PurseTest is Test {
    bytes32 private constant MATTER = "a matter";

    address private code;
    HookedToken private token;
    address private payee = makeAddr("payee");
    address private stranger = makeAddr("stranger");

    function setUp() public {
        code = deployCode("Purse.sol:Purse");
        token = new HookedToken();
    }

    // ---- where they are ----

    function testFuzz_APurseIsWhereItWasForetold(bytes32 matter) public {
        address foretold = Purses.at(code, matter);
        assertEq(foretold.code.length, 0);
        assertEq(Purses.open(code, matter), foretold);
        assertGt(foretold.code.length, 0);
    }

    function testFuzz_MattersDoNotShareAPurse(bytes32 one, bytes32 other) public view {
        vm.assume(one != other);
        assertNotEq(Purses.at(code, one), Purses.at(code, other));
    }

    function test_ControllersDoNotShareAPurse() public {
        OtherController other = new OtherController();
        assertNotEq(other.at(code, MATTER), Purses.at(code, MATTER));
    }

    function test_OpeningTwiceChangesNothing() public {
        address purse = Purses.open(code, MATTER);
        vm.deal(purse, 5);
        bytes32 before = purse.codehash;
        assertEq(Purses.open(code, MATTER), purse);
        assertEq(purse.balance, 5);
        assertEq(purse.codehash, before);
    }

    // ---- what they hold ----

    function test_PaysOutWhatCameBeforeAndAfterItWasOpened() public {
        address purse = Purses.at(code, MATTER);
        token.mint(purse, 30);
        send(purse, 3);
        Purses.open(code, MATTER);
        token.mint(purse, 40);
        send(purse, 4);
        assertEq(Purses.balanceOf(purse, address(token)), 70);
        assertEq(Purses.balanceOf(purse, address(0)), 7);
        IPurse(purse).pay(address(token), payee, 70);
        IPurse(purse).pay(address(0), payee, 7);
        assertEq(token.balanceOf(payee), 70);
        assertEq(payee.balance, 7);
    }

    function testFuzz_PaysExactlyWhatItIsTold(uint128 held, uint128 amount) public {
        amount = uint128(bound(amount, 0, held));
        address purse = Purses.open(code, MATTER);
        token.mint(purse, held);
        vm.deal(purse, held);
        IPurse(purse).pay(address(token), payee, amount);
        IPurse(purse).pay(address(0), payee, amount);
        assertEq(token.balanceOf(payee), amount);
        assertEq(token.balanceOf(purse), held - amount);
        assertEq(payee.balance, amount);
        assertEq(purse.balance, held - amount);
    }

    function test_OnePurseDoesNotPayForAnother() public {
        token.mint(Purses.open(code, "other"), 100);
        vm.deal(Purses.at(code, "other"), 100);
        IPurse purse = IPurse(Purses.open(code, MATTER));
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        purse.pay(address(token), payee, 1);
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        purse.pay(address(0), payee, 1);
    }

    function test_ATokenThatDoesNotSayIsNothing() public {
        address mute = address(new MuteToken());
        assertEq(Purses.balanceOf(payee, mute), 0);
        assertEq(Purses.balanceOf(payee, stranger), 0);
    }

    // ---- who pays out ----

    function test_RevertWhen_AnyoneElsePays() public {
        address purse = Purses.open(code, MATTER);
        vm.deal(purse, 5);
        vm.deal(code, 5);
        address[4] memory others = [stranger, payee, code, purse];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(IPurse.NotPurseOwner.selector, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(reason);
            IPurse(purse).pay(address(0), others[i], 1);
            vm.expectRevert(reason);
            IPurse(code).pay(address(0), others[i], 1);
            vm.stopPrank();
        }
    }

    /// @dev A clone of the same code at another controller still obeys the one that deployed the code.
    function test_RevertWhen_AnotherControllerPays() public {
        OtherController other = new OtherController();
        address purse = other.open(code, MATTER);
        vm.deal(purse, 5);
        bytes memory reason = abi.encodeWithSelector(IPurse.NotPurseOwner.selector, address(other));
        vm.expectRevert(reason);
        other.pay(purse, address(0), payee, 5);
        address mine = Purses.open(code, MATTER);
        vm.expectRevert(reason);
        other.pay(mine, address(0), payee, 5);
    }

    function test_APayeeReentersInVain() public {
        Puppet puppet = new Puppet();
        address purse = Purses.open(code, MATTER);
        vm.deal(purse, 10);
        puppet.arm(purse, abi.encodeCall(IPurse.pay, (address(0), address(puppet), 5)));
        IPurse(purse).pay(address(0), address(puppet), 5);
        assertTrue(puppet.acted());
        assertFalse(puppet.succeeded());
        assertEq(puppet.answer(), abi.encodeWithSelector(IPurse.NotPurseOwner.selector, address(puppet)));
        assertEq(purse.balance, 5);
    }

    // ---- who refuses ----

    function test_RevertWhen_ThePayeeRefuses() public {
        address purse = Purses.open(code, MATTER);
        vm.deal(purse, 5);
        address[2] memory payees = [address(new RefusingPayee()), address(new GreedyPayee())];
        for (uint256 i = 0; i < payees.length; ++i) {
            vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
            IPurse(purse).pay{gas: 1_000_000}(address(0), payees[i], 1);
        }
        IPurse(purse).pay(address(0), payee, 5);
    }

    function test_RevertWhen_TheTokenRefuses() public {
        address purse = Purses.open(code, MATTER);
        BlockingToken blocking = new BlockingToken();
        blocking.mint(purse, 5);
        blocking.setBlocked(payee, true);
        FalseToken no = new FalseToken();
        no.mint(purse, 5);
        address[4] memory tokens = [address(blocking), address(no), address(new GreedyPayee()), stranger];
        for (uint256 i = 0; i < tokens.length; ++i) {
            vm.expectRevert(SafeTransferLib.TransferFailed.selector);
            IPurse(purse).pay{gas: 2_000_000}(tokens[i], payee, 1);
        }
        IPurse(purse).pay(address(blocking), stranger, 5);
        assertEq(blocking.balanceOf(stranger), 5);
    }

    function test_ATokenThatReturnsNothingIsPaid() public {
        SilentToken silent = new SilentToken();
        address purse = Purses.open(code, MATTER);
        silent.mint(purse, 5);
        IPurse(purse).pay(address(silent), payee, 5);
        assertEq(silent.balanceOf(payee), 5);
    }

    // ---- helpers ----

    function send(address purse, uint256 amount) private {
        vm.deal(address(this), amount);
        (bool ok,) = purse.call{value: amount}("");
        assertTrue(ok);
    }
}
