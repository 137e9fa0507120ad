// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The part of EIP-2612 that a sale uses
interface IERC20Permit {
    /// @notice Sets `owner`'s allowance for `spender` to `value` on the owner's signature.
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
}
