// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";

import {Base} from "./Base.t.sol";
import {Split} from "./helpers/Split.sol";

/// @dev Two vaults, the inner one a payee of the outer, in two currencies; paid and claimed from in any order by anyone.
/// The contract is its own handler: every action is bounded, and whatever must be refused is tried and asserted.
contract VaultInvariants is Base {
    address private constant NATIVE = address(0);

    struct Plan {
        IRoyaltyVault vault;
        address[] payees;
        uint128[] shares;
        uint256 total;
        bytes[] proofs; // encoded, since they are read at every step
    }

    Plan[2] private plans; // 0 inner, 1 outer
    address[2] private currencies;

    /// @dev What was paid into each vault in each currency from outside.
    uint256[2][2] private paid;

    function setUp() public override {
        super.setUp();
        currencies = [address(dollar), NATIVE];
        address[] memory payees = new address[](4);
        uint128[] memory shares = new uint128[](4);
        (payees[0], payees[1], payees[2], payees[3]) = (artist, licensor, auditor, makeAddr("heir"));
        (shares[0], shares[1], shares[2], shares[3]) = (7, 1, 1e18, type(uint64).max);
        plan(0, payees, shares);

        payees = new address[](3);
        shares = new uint128[](3);
        (payees[0], payees[1], payees[2]) = (address(plans[0].vault), artist, makeAddr("publisher"));
        (shares[0], shares[1], shares[2]) = (333, 334, 333);
        plan(1, payees, shares);

        bytes4[] memory actions = new bytes4[](5);
        actions[0] = this.pay.selector;
        actions[1] = this.claim.selector;
        actions[2] = this.claimBatch.selector;
        actions[3] = this.forge.selector;
        actions[4] = this.pay.selector; // more often than the rest
        targetContract(address(this));
        targetSelector(FuzzSelector({addr: address(this), selectors: actions}));
    }

    // ---- actions ----

    function pay(uint256 which, uint256 currency, uint256 amount) external {
        (which, currency) = (which % 2, currency % 2);
        amount = bound(amount, 0, 1e27);
        address vault = address(plans[which].vault);
        if (currency == 0) dollar.mint(vault, amount);
        else vm.deal(vault, vault.balance + amount);
        paid[which][currency] += amount;
    }

    function claim(uint256 which, uint256 index, uint256 currency, address caller) external {
        Plan storage p = plans[which % 2];
        IRoyaltyVault.Share memory share = shareIn(p, index % p.payees.length);
        address token = currencies[currency % 2];
        uint256 due = p.vault.due(token, share);
        if (due == 0) vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.NothingDue.selector, token, share.payee));
        vm.prank(caller);
        uint256 amount = p.vault.claim(token, share);
        if (due != 0) assertEq(amount, due);
    }

    function claimBatch(uint256 seed, uint256 size, address caller) external {
        IRoyaltyVaultFactory.VaultClaim[] memory claims = new IRoyaltyVaultFactory.VaultClaim[](size % 6);
        for (uint256 i = 0; i < claims.length; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            Plan storage p = plans[random % 2];
            claims[i] = IRoyaltyVaultFactory.VaultClaim(
                p.vault.root(), 0, currencies[(random >> 8) % 2], shareIn(p, (random >> 16) % p.payees.length)
            );
        }
        vm.prank(caller);
        factory.claim(claims);
    }

    /// @dev A claim with something about its proof changed is always refused.
    function forge(uint256 which, uint256 index, uint256 how, uint256 value) external {
        Plan storage p = plans[which % 2];
        IRoyaltyVault.Share memory share = shareIn(p, index % p.payees.length);
        if (how % 3 == 0) share.payee = address(uint160(share.payee) ^ uint160(bound(value, 1, type(uint160).max)));
        else if (how % 3 == 1) share.share ^= uint128(bound(value, 1, type(uint128).max));
        else share.siblings[0].sum ^= uint128(bound(value, 1, type(uint128).max));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, share.payee, share.share));
        p.vault.claim(currencies[which % 2], share);
    }

    // ---- laws ----

    function invariant_PaidNeverExceedsReceived() public view {
        for (uint256 i = 0; i < 4; ++i) {
            (Plan storage p, address token) = book(i);
            uint256 cameIn = paid[i / 2][i % 2];
            if (i / 2 == 0) cameIn += plans[1].vault.releasedTo(token, address(p.vault));
            assertEq(p.vault.received(token), cameIn, "received is what came in");
            assertLe(p.vault.released(token), cameIn, "no more went out");
        }
    }

    function invariant_EachPayeeHasAtMostTheirShare() public view {
        for (uint256 i = 0; i < 4; ++i) {
            (Plan storage p, address token) = book(i);
            uint256 sum = 0;
            for (uint256 j = 0; j < p.payees.length; ++j) {
                uint256 released = p.vault.releasedTo(token, p.payees[j]);
                uint256 entitled = Math.mulDiv(p.vault.received(token), p.shares[j], p.total);
                assertLe(released, entitled);
                assertEq(p.vault.due(token, shareIn(p, j)), entitled - released, "and is owed the rest, to the unit");
                sum += released;
            }
            assertEq(p.vault.released(token), sum, "the whole is the sum of its parts");
        }
    }

    function invariant_WhatIsDueIsThere() public view {
        for (uint256 i = 0; i < 4; ++i) {
            (Plan storage p, address token) = book(i);
            uint256 due = 0;
            for (uint256 j = 0; j < p.payees.length; ++j) {
                due += p.vault.due(token, shareIn(p, j));
            }
            uint256 balance = balanceOf(token, address(p.vault));
            assertLe(due, balance);
            assertLt(balance - due, p.payees.length, "dust");
        }
    }

    function invariant_MoneyGoesToPayeesAlone() public view {
        for (uint256 i = 0; i < 2; ++i) {
            address token = currencies[i];
            assertEq(balanceOf(token, artist), releasedTo(token, artist));
            assertEq(balanceOf(token, auditor), releasedTo(token, auditor));
            assertEq(balanceOf(token, address(factory)), 0);
            assertEq(balanceOf(token, factory.implementation()), 0);
        }
    }

    /// @dev Liveness: whatever happened, everybody can be paid in full, once, and dust stays.
    function afterInvariant() public {
        for (uint256 i = 4; i > 0; --i) {
            (Plan storage p, address token) = book(i - 1); // the outer first: it pays the inner
            for (uint256 j = 0; j < p.payees.length; ++j) {
                IRoyaltyVault.Share memory share = shareIn(p, j);
                if (p.vault.due(token, share) != 0) p.vault.claim(token, share);
            }
            assertLt(balanceOf(token, address(p.vault)), p.payees.length);
        }
        invariant_EachPayeeHasAtMostTheirShare();
    }

    // ---- helpers ----

    function plan(uint256 which, address[] memory payees, uint128[] memory shares) private {
        Plan storage p = plans[which];
        (p.payees, p.shares) = (payees, shares);
        p.vault = IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
        for (uint256 i = 0; i < shares.length; ++i) {
            p.total += shares[i];
            p.proofs.push(abi.encode(Split.prove(payees, shares, i)));
        }
    }

    function book(uint256 i) private view returns (Plan storage, address) {
        return (plans[i / 2], currencies[i % 2]);
    }

    function shareIn(Plan storage p, uint256 index) private view returns (IRoyaltyVault.Share memory) {
        return abi.decode(p.proofs[index], (IRoyaltyVault.Share));
    }

    function balanceOf(address token, address holder) private view returns (uint256) {
        return token == NATIVE ? holder.balance : dollar.balanceOf(holder);
    }

    function releasedTo(address token, address payee) private view returns (uint256) {
        return plans[0].vault.releasedTo(token, payee) + plans[1].vault.releasedTo(token, payee);
    }
}
