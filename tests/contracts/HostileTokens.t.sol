// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {BlockingToken, ElasticToken, FalseToken, FeeToken, MuteToken, SilentToken} from "contracts/mocks/OddTokens.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {stdError} from "forge-std/StdError.sol";

import {Base} from "./Base.t.sol";

/// @dev Tokens that break the rules, in a vault and as a price. Whatever they do, they do to themselves: after each test
/// the same vault pays everybody their dollars and their coin.
contract HostileTokensTest is Base {
    IRoyaltyVault private vault;

    function setUp() public override {
        super.setUp();
        vault = vaultOfThree();
        dollar.mint(address(vault), 1000);
        vm.deal(address(vault), 1000);
    }

    modifier othersAreUnharmed() {
        _;
        uint256[3] memory shares = [uint256(500), 300, 200];
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(vault.claim(address(dollar), shareOf(i)), shares[i]);
            assertEq(vault.claim(address(0), shareOf(i)), shares[i]);
        }
    }

    // ---- in a vault ----

    function test_ATokenThatReturnsNothingPays() public othersAreUnharmed {
        SilentToken token = new SilentToken();
        token.mint(address(vault), 1000);
        vault.claim(address(token), shareOf(0));
        assertEq(token.balanceOf(artist), 500);
    }

    function test_RevertWhen_ATokenSaysFalse() public othersAreUnharmed {
        FalseToken token = new FalseToken();
        token.mint(address(vault), 1000);
        refuse(address(token), SafeTransferLib.TransferFailed.selector);
        assertEq(vault.released(address(token)), 0, "nothing is booked");
        assertEq(vault.due(address(token), shareOf(0)), 500);
    }

    /// @dev The token takes its percent from the payee; no other payee's due changes.
    function test_AFeeIsTheReceivers() public othersAreUnharmed {
        FeeToken token = new FeeToken();
        token.mint(address(vault), 1000);
        vault.claim(address(token), shareOf(0));
        vault.claim(address(token), shareOf(1));
        vault.claim(address(token), shareOf(2));
        assertEq(token.balanceOf(artist), 495);
        assertEq(token.balanceOf(licensor), 297);
        assertEq(token.balanceOf(auditor), 198);
        assertEq(vault.released(address(token)), 1000);
    }

    /// @dev Half a megabyte of revert data is not copied: the claim fails at the price of the token's own gas.
    function test_RevertWhen_ATokenBlocksAPayee() public othersAreUnharmed {
        BlockingToken token = new BlockingToken();
        token.mint(address(vault), 1000);
        token.setBlocked(artist, true);
        uint256 gas = gasleft();
        refuse(address(token), SafeTransferLib.TransferFailed.selector);
        assertLt(gas - gasleft(), 2_000_000);
        assertEq(vault.claim(address(token), shareOf(1)), 300, "others are paid");
        token.setBlocked(artist, false);
        assertEq(vault.claim(address(token), shareOf(0)), 500, "and nothing was lost");
    }

    function test_RevertWhen_ATokenTellsNoBalance() public othersAreUnharmed {
        address token = address(new MuteToken());
        assertEq(vault.received(token), 0);
        IRoyaltyVault.Share memory share = shareOf(0);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.NothingDue.selector, token, artist));
        vault.claim(token, share);
    }

    /// @dev The book holds amounts below 2^255; a token beyond that harms its own book alone.
    function test_RevertWhen_AmountsAreAbsurd() public othersAreUnharmed {
        ElasticToken token = new ElasticToken();
        token.setBalance(address(vault), type(uint256).max);
        assertEq(vault.claim(address(token), shareOf(0)), type(uint256).max / 2);
        IRoyaltyVault.Share memory share = shareOf(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRoyaltyVault.AmountTooLarge.selector,
                token,
                type(uint256).max / 2 + uint256(type(uint256).max) / 10 * 3 + 1
            )
        );
        vault.claim(address(token), share);
        token.setBalance(address(vault), type(uint256).max); // again: more than 256 bits came in
        vm.expectRevert(stdError.arithmeticError);
        vault.claim(address(token), share);
        vm.expectRevert(stdError.arithmeticError);
        vault.due(address(token), share);
    }

    /// @dev A balance that shrinks by itself: who claimed before has more; nothing panics, and nobody has more than came in.
    function testFuzz_ABalanceMayShrink(uint256 before, uint256 rest) public othersAreUnharmed {
        ElasticToken token = new ElasticToken();
        before = bound(before, 10, type(uint128).max);
        token.setBalance(address(vault), before);
        uint256 first = vault.claim(address(token), shareOf(0));
        rest = bound(rest, 0, before - first);
        token.setBalance(address(vault), rest);
        if (vault.due(address(token), shareOf(0)) != 0) vault.claim(address(token), shareOf(0));
        for (uint256 i = 1; i < 3; ++i) {
            uint256 due = vault.due(address(token), shareOf(i));
            assertLe(due, token.balanceOf(address(vault)));
            if (due != 0) assertEq(vault.claim(address(token), shareOf(i)), due);
        }
        assertLe(vault.released(address(token)), before);
    }

    /// @dev What is due is more than what is left: the balance is paid, first come, first served, and later income pays
    /// the rest.
    function test_AShrunkBalancePaysWhatThereIs() public othersAreUnharmed {
        ElasticToken token = new ElasticToken();
        token.setBalance(address(vault), 1000);
        assertEq(vault.claim(address(token), shareOf(0)), 500);
        token.setBalance(address(vault), 100); // of 500: now 600 came in, of which 180 are the second's
        assertEq(vault.received(address(token)), 600);
        assertEq(vault.due(address(token), shareOf(0)), 0);
        assertEq(vault.due(address(token), shareOf(1)), 100);
        assertEq(vault.claim(address(token), shareOf(1)), 100);
        assertEq(vault.releasedTo(address(token), licensor), 100);
        refuse(address(token), 1, IRoyaltyVault.NothingDue.selector);
        refuse(address(token), 2, IRoyaltyVault.NothingDue.selector);

        token.setBalance(address(vault), 400); // as if all 1000 had come in after all
        assertEq(vault.due(address(token), shareOf(0)), 0);
        assertEq(vault.claim(address(token), shareOf(1)), 200);
        assertEq(vault.claim(address(token), shareOf(2)), 200);
        assertEq(token.balanceOf(artist), 500);
        assertEq(token.balanceOf(licensor), 300);
        assertEq(token.balanceOf(auditor), 200);
        assertEq(token.balanceOf(address(vault)), 0);
    }

    /// @dev However the balance moves, once the income is whole again and all have claimed, each has their share.
    function testFuzz_AShrunkBalanceIsMadeGood(uint256[12] calldata steps, uint256 total) public othersAreUnharmed {
        ElasticToken token = new ElasticToken();
        total = bound(total, 1, 1e30);
        token.setBalance(address(vault), total);
        for (uint256 i = 0; i < steps.length; ++i) {
            uint256 out = vault.released(address(token));
            if (steps[i] % 2 == 0) token.setBalance(address(vault), (steps[i] >> 8) % (total - out + 1));
            else claimIfDue(token, (steps[i] >> 8) % 3);
            assertLe(vault.released(address(token)), total);
        }
        token.setBalance(address(vault), total - vault.released(address(token)));
        uint256[3] memory shares = [uint256(5), 3, 2];
        address[3] memory payees = [artist, licensor, auditor];
        for (uint256 i = 0; i < 3; ++i) {
            claimIfDue(token, i);
        }
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(token.balanceOf(payees[i]), total * shares[i] / 10);
        }
    }

    // ---- calling back ----

    /// @dev Before any balance moves, the token calls for the same claim, another's, and a batch: each is refused, or the
    /// same money would count twice.
    function test_RevertWhen_ATokenClaimsAgainWithinAClaim() public othersAreUnharmed {
        for (uint256 i = 0; i < 3; ++i) {
            HookedToken token = new HookedToken();
            token.mint(address(vault), 1000);
            token.arm(address(vault), abi.encodeCall(vault.claim, (address(token), shareOf(i))));
            assertEq(vault.claim(address(token), shareOf(0)), 500);
            assertReentered(token);
            assertEq(vault.claim(address(token), shareOf(1)), 300, "the lock is open again");
            assertEq(vault.claim(address(token), shareOf(2)), 200);
        }
    }

    function test_RevertWhen_ATokenClaimsABatchWithinAClaim() public othersAreUnharmed {
        HookedToken token = new HookedToken();
        token.mint(address(vault), 1000);
        IRoyaltyVaultFactory.VaultClaim[] memory claims = new IRoyaltyVaultFactory.VaultClaim[](1);
        claims[0] = IRoyaltyVaultFactory.VaultClaim(vault.root(), 0, address(token), shareOf(1));
        token.arm(address(factory), abi.encodeCall(factory.claim, (claims)));
        assertEq(vault.claim(address(token), shareOf(0)), 500);
        assertReentered(token);
        assertEq(token.balanceOf(licensor), 0);
    }

    /// @dev Another currency's book is open: what is claimed there is right.
    function test_ATokenMayClaimAnotherCurrencyWithinAClaim() public {
        HookedToken token = new HookedToken();
        token.mint(address(vault), 1000);
        token.arm(address(vault), abi.encodeCall(vault.claim, (address(dollar), shareOf(0))));
        assertEq(vault.claim(address(token), shareOf(0)), 500);
        assertTrue(token.succeeded());
        assertEq(dollar.balanceOf(artist), 500);
        assertEq(token.balanceOf(artist), 500);
    }

    /// @dev In the middle of the transfer the book says already what went out, without the bit that locks it.
    function test_TheBookIsWrittenBeforeTheTransfer() public othersAreUnharmed {
        HookedToken token = new HookedToken();
        token.mint(address(vault), 1000);
        token.arm(address(vault), abi.encodeCall(vault.released, (address(token))));
        vault.claim(address(token), shareOf(0));
        assertEq(abi.decode(token.answer(), (uint256)), 500);
        token.arm(address(vault), abi.encodeCall(vault.releasedTo, (address(token), licensor)));
        vault.claim(address(token), shareOf(1));
        assertEq(abi.decode(token.answer(), (uint256)), 300);
    }

    // ---- as a price ----

    function test_SellsForATokenThatReturnsNothing() public {
        SilentToken token = new SilentToken();
        token.mint(licensee, PRICE);
        vm.prank(licensee);
        token.approve(address(licenses), PRICE);
        buy(pricedIn(address(token)));
        assertEq(token.balanceOf(artist), PRICE);
    }

    function test_RevertWhen_APaymentIsFalse() public {
        FalseToken token = new FalseToken();
        token.mint(licensee, PRICE);
        refuse(pricedIn(address(token)), abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
        assertEq(licenses.balanceOf(licensee), 0);
    }

    /// @dev A licensor who names a token with a fee gets the price less the fee.
    function test_APaymentsFeeIsThePayees() public {
        FeeToken token = new FeeToken();
        token.mint(licensee, PRICE);
        vm.prank(licensee);
        token.approve(address(licenses), PRICE);
        buy(pricedIn(address(token)));
        assertEq(token.balanceOf(licensee), 0);
        assertEq(token.balanceOf(artist), PRICE - PRICE / 100);
        assertEq(token.balanceOf(address(licenses)), 0);
    }

    // ---- helpers ----

    function pricedIn(address token) private view returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        offer.currency = token;
    }

    function refuse(address token, bytes4 reason) private {
        IRoyaltyVault.Share memory share = shareOf(0);
        vm.expectRevert(reason);
        vault.claim(token, share);
    }

    function refuse(address token, uint256 index, bytes4 reason) private {
        IRoyaltyVault.Share memory share = shareOf(index);
        vm.expectRevert(abi.encodeWithSelector(reason, token, share.payee));
        vault.claim(token, share);
    }

    function claimIfDue(ElasticToken token, uint256 index) private {
        uint256 due = vault.due(address(token), shareOf(index));
        if (due != 0) assertEq(vault.claim(address(token), shareOf(index)), due);
    }

    function assertReentered(HookedToken token) private view {
        assertTrue(token.acted());
        assertFalse(token.succeeded());
        assertEq(token.answer(), abi.encodeWithSelector(IRoyaltyVault.ClaimReentered.selector, token));
    }
}
