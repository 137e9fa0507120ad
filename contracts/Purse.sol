// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IPurse} from "./interfaces/IPurse.sol";

/// @title An address for one matter's money
/// @notice See `IPurse`.
/// @dev Runs behind clones (see `Purses`): the controller that deploys this code is the owner of them all.
contract Purse is IPurse {
    address private immutable _owner;

    constructor() {
        _owner = msg.sender;
    }

    receive() external payable {}

    /// @inheritdoc IPurse
    function pay(address token, address to, uint256 amount) external {
        if (msg.sender != _owner) revert NotPurseOwner(msg.sender);
        if (token == address(0)) SafeTransferLib.safeTransferETH(to, amount);
        else SafeTransferLib.safeTransfer(token, to, amount);
    }
}
