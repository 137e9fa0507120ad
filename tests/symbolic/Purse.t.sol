// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Purse} from "contracts/Purse.sol";

/// @dev A purse whose controller is this contract, in native coin.
contract PurseProofs is Test {
    address private constant PAYEE = address(0xA27157);

    function check_OnlyTheControllerPaysOutOfAPurse(address caller, uint96 balance, uint256 amount) external {
        Purse purse = filled(balance);
        vm.prank(caller);
        purse.pay(address(0), PAYEE, amount);
        assert(caller == address(this));
        assert(PAYEE.balance == amount && address(purse).balance == balance - amount);
    }

    function refute_AnybodyEmptiesAPurse(address caller, uint96 balance) external {
        Purse purse = filled(balance);
        vm.prank(caller);
        try purse.pay(address(0), PAYEE, balance) {}
        catch {
            assert(false);
        }
    }

    function filled(uint256 balance) private returns (Purse purse) {
        purse = new Purse();
        vm.deal(address(purse), balance);
    }
}
