// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {GreedyPayee, RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {Base} from "./Base.t.sol";
import {Split} from "./helpers/Split.sol";

contract ClaimTest is Base {
    address private constant NATIVE = address(0);

    IRoyaltyVault private vault;

    function setUp() public override {
        super.setUp();
        vault = vaultOfThree();
    }

    // ---- paying out ----

    function test_PaysAShareToItsPayee() public {
        dollar.mint(address(vault), 1000);
        assertEq(vault.due(address(dollar), shareOf(0)), 500);
        vm.expectEmit(address(vault));
        emit IRoyaltyVault.Claimed(address(dollar), artist, 500);
        vm.prank(stranger); // anyone may push
        assertEq(vault.claim(address(dollar), shareOf(0)), 500);
        assertEq(dollar.balanceOf(artist), 500);
        assertEq(dollar.balanceOf(stranger), 0);
        assertEq(vault.due(address(dollar), shareOf(0)), 0);
        assertEq(vault.received(address(dollar)), 1000);
        assertEq(vault.released(address(dollar)), 500);
        assertEq(vault.releasedTo(address(dollar), artist), 500);
        assertEq(vault.releasedTo(address(dollar), licensor), 0);
    }

    function test_PaysNativeCoin() public {
        vm.deal(licensee, 1 ether);
        vm.prank(licensee);
        (bool paid,) = address(vault).call{value: 1 ether}("");
        assertTrue(paid);
        vm.expectEmit(address(vault));
        emit IRoyaltyVault.Claimed(NATIVE, artist, 0.5 ether);
        vault.claim(NATIVE, shareOf(0));
        vault.claim(NATIVE, shareOf(1));
        vault.claim(NATIVE, shareOf(2));
        assertEq(artist.balance, 0.5 ether);
        assertEq(licensor.balance, 0.3 ether);
        assertEq(auditor.balance, 0.2 ether);
        assertEq(vault.received(NATIVE), 1 ether);
    }

    function test_DustCountsIntoTheNextPayment() public {
        dollar.mint(address(vault), 9); // 4.5, 2.7, 1.8
        assertEq(vault.claim(address(dollar), shareOf(0)), 4);
        assertEq(vault.claim(address(dollar), shareOf(1)), 2);
        assertEq(vault.claim(address(dollar), shareOf(2)), 1);
        assertEq(dollar.balanceOf(address(vault)), 2);
        dollar.mint(address(vault), 1);
        assertEq(vault.claim(address(dollar), shareOf(0)), 1);
        assertEq(vault.claim(address(dollar), shareOf(1)), 1);
        assertEq(vault.claim(address(dollar), shareOf(2)), 1);
        assertEq(dollar.balanceOf(address(vault)), 0);
    }

    function test_CurrenciesAreApart() public {
        dollar.mint(address(vault), 100);
        vm.deal(address(vault), 10);
        vault.claim(address(dollar), shareOf(0));
        assertEq(vault.received(NATIVE), 10);
        assertEq(vault.released(NATIVE), 0);
        assertEq(vault.due(NATIVE, shareOf(0)), 5);
    }

    function test_RevertWhen_ClaimedTwice() public {
        dollar.mint(address(vault), 1000);
        vault.claim(address(dollar), shareOf(0));
        refuseNothingDue(address(dollar), 0);
        dollar.mint(address(vault), 1);
        refuseNothingDue(address(dollar), 0); // half a unit
        dollar.mint(address(vault), 1);
        assertEq(vault.claim(address(dollar), shareOf(0)), 1);
    }

    function test_RevertWhen_NothingCameIn() public {
        refuseNothingDue(address(dollar), 0);
        refuseNothingDue(NATIVE, 1);
        refuseNothingDue(stranger, 2); // no token at all
    }

    // ---- whatever the order ----

    /// @dev n payees, payments and claims as the seed has it: in the end each has their share of all, rounded down.
    function testFuzz_OrderDoesNotMatter(uint256 seed, uint256 size) public {
        size = bound(size, 1, 20);
        (address[] memory payees, uint128[] memory shares, uint256 total) = randomSplit(seed, size);
        vault = IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
        uint256 paidIn = 0;
        for (uint256 step = 0; step < 30; ++step) {
            uint256 random = uint256(keccak256(abi.encode(seed, step)));
            if (random % 3 == 0) {
                uint256 amount = (random >> 8) % (1 << (random >> 248) % 128);
                dollar.mint(address(vault), amount);
                paidIn += amount;
            } else {
                claimIfDue(Split.prove(payees, shares, (random >> 8) % size));
            }
            assertLe(vault.released(address(dollar)), paidIn);
            assertEq(vault.received(address(dollar)), paidIn);
        }
        uint256 paidOut = 0;
        for (uint256 i = 0; i < size; ++i) {
            uint256 at = (i + seed % size) % size;
            claimIfDue(Split.prove(payees, shares, at));
            assertEq(dollar.balanceOf(payees[at]), Math.mulDiv(paidIn, shares[at], total), "to the unit");
            paidOut += dollar.balanceOf(payees[at]);
        }
        assertEq(vault.released(address(dollar)), paidOut);
        assertLt(paidIn - paidOut, size, "dust");
        assertEq(dollar.balanceOf(address(vault)), paidIn - paidOut);
    }

    /// @dev At any time: what is due, what went out, and dust less than one unit a payee, make up what came in.
    function testFuzz_DueAndReleasedAndDustAreReceived(uint256 seed, uint256 size, uint128 first, uint128 second)
        public
    {
        size = bound(size, 1, 12);
        (address[] memory payees, uint128[] memory shares,) = randomSplit(seed, size);
        vault = IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
        dollar.mint(address(vault), first);
        claimIfDue(Split.prove(payees, shares, seed % size));
        dollar.mint(address(vault), second);
        uint256 due = 0;
        for (uint256 i = 0; i < size; ++i) {
            due += vault.due(address(dollar), Split.prove(payees, shares, i));
        }
        uint256 rest = vault.received(address(dollar)) - vault.released(address(dollar)) - due;
        assertLt(rest, size);
        assertLe(due, dollar.balanceOf(address(vault)));
    }

    /// @dev Full-width: shares that fill 128 bits, and amounts near the 255 that a book can hold.
    function testFuzz_SharesAreExactAtFullWidth(uint128 share, uint256 amount) public {
        share = uint128(bound(share, 1, type(uint128).max - 1));
        amount = bound(amount, 1, type(uint256).max >> 1);
        (address[] memory payees, uint128[] memory shares) = (new address[](2), new uint128[](2));
        (payees[0], payees[1]) = (artist, stranger);
        (shares[0], shares[1]) = (share, type(uint128).max - share);
        vault = IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
        dollar.mint(address(vault), amount);
        claimIfDue(Split.prove(payees, shares, 1));
        claimIfDue(Split.prove(payees, shares, 0));
        assertEq(dollar.balanceOf(artist), Math.mulDiv(amount, share, type(uint128).max));
        assertEq(dollar.balanceOf(stranger), Math.mulDiv(amount, type(uint128).max - share, type(uint128).max));
    }

    // ---- bad payees ----

    function test_ABadPayeeHurtsThemselvesAlone() public {
        (address[] memory payees, uint128[] memory shares) = (new address[](3), new uint128[](3));
        (payees[0], payees[1], payees[2]) = (address(new RefusingPayee()), address(new GreedyPayee()), artist);
        (shares[0], shares[1], shares[2]) = (1, 1, 1);
        vault = IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
        vm.deal(address(vault), 300);
        dollar.mint(address(vault), 300);
        for (uint256 i = 0; i < 2; ++i) {
            IRoyaltyVault.Share memory bad = Split.prove(payees, shares, i);
            vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
            vault.claim{gas: 1_000_000}(NATIVE, bad);
            assertEq(vault.due(NATIVE, bad), 100, "it stays theirs");
            assertEq(vault.claim(address(dollar), bad), 100);
        }
        assertEq(vault.claim(NATIVE, Split.prove(payees, shares, 2)), 100);
        assertEq(vault.claim(address(dollar), Split.prove(payees, shares, 2)), 100);
    }

    // ---- vaults as payees ----

    function test_AVaultMayBeAPayee() public {
        (address[] memory payees, uint128[] memory shares) = (new address[](2), new uint128[](2));
        (payees[0], payees[1]) = (address(vault), stranger);
        (shares[0], shares[1]) = (1, 3);
        IRoyaltyVault outer = IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
        dollar.mint(address(outer), 4000);
        vm.deal(address(outer), 4000);
        outer.claim(address(dollar), Split.prove(payees, shares, 0));
        outer.claim(NATIVE, Split.prove(payees, shares, 0));
        assertEq(vault.claim(address(dollar), shareOf(0)), 500);
        assertEq(vault.claim(NATIVE, shareOf(0)), 500);
        assertEq(vault.received(address(dollar)), 1000);
    }

    function test_TheImplementationIsNobodysVault() public {
        IRoyaltyVault implementation = IRoyaltyVault(factory.implementation());
        dollar.mint(address(implementation), 100);
        for (uint256 i = 0; i < 3; ++i) {
            IRoyaltyVault.Share memory share = shareOf(i);
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, share.payee, share.share));
            implementation.claim(address(dollar), share);
        }
    }

    function test_RevertWhen_CoinIsSentWithAClaim() public {
        dollar.mint(address(vault), 100);
        (bool ok,) = address(vault).call{value: 1}(abi.encodeCall(vault.claim, (address(dollar), shareOf(0))));
        assertFalse(ok);
    }

    // ---- helpers ----

    function randomSplit(uint256 seed, uint256 size)
        private
        pure
        returns (address[] memory payees, uint128[] memory shares, uint256 total)
    {
        (payees, shares) = (new address[](size), new uint128[](size));
        for (uint256 i = 0; i < size; ++i) {
            uint256 random = uint256(keccak256(abi.encode("split", seed, i)));
            payees[i] = address(uint160(random));
            shares[i] = uint128(1 + (random >> 160) % (1 << (random >> 248) % 90));
            total += shares[i];
        }
    }

    function claimIfDue(IRoyaltyVault.Share memory share) private {
        uint256 due = vault.due(address(dollar), share);
        if (due != 0) assertEq(vault.claim(address(dollar), share), due);
    }

    function refuseNothingDue(address token, uint256 index) private {
        IRoyaltyVault.Share memory share = shareOf(index);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.NothingDue.selector, token, share.payee));
        vault.claim(token, share);
    }
}
