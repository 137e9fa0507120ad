// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Base} from "./Base.t.sol";

contract SizesTest is Base {
    uint256 private constant LIMIT = 20_000;

    function test_EveryShippedContractIsSmall() public view {
        assertFits("AssetRegistry", address(registry));
        assertFits("LicenseToken", address(licenses));
        assertFits("RoyaltyVaultFactory", address(factory));
        assertFits("RoyaltyVault", factory.implementation());
        assertFits("UsageLedger", address(ledger));
        assertFits("StatementEscrow", address(escrow));
        assertFits("DisputeDesk", address(desk));
        assertFits("Purse", ledger.purseCode());
    }

    function assertFits(string memory name, address where) private view {
        assertGt(where.code.length, 0, name);
        assertLe(where.code.length, LIMIT, name);
    }
}
