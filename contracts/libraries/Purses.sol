// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LibClone} from "solady/utils/LibClone.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

/// @title Purses of a controller, one for each matter
/// @dev `code` is the `Purse` that the controller deployed; `matter` tells its purses apart.
library Purses {
    /// @notice The address of a matter's purse, deployed or not.
    function at(address code, bytes32 matter) internal view returns (address) {
        return LibClone.predictDeterministicAddress(code, matter, address(this));
    }

    /// @notice A matter's purse; deploys it where it does not stand yet.
    function open(address code, bytes32 matter) internal returns (address purse) {
        purse = at(code, matter);
        if (purse.code.length == 0) LibClone.cloneDeterministic(code, matter);
    }

    /// @notice What a purse holds of `token` (zero address: native coin); 0 where the token does not say.
    function balanceOf(address purse, address token) internal view returns (uint256) {
        return token == address(0) ? purse.balance : SafeTransferLib.balanceOf(token, purse);
    }
}
