// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Permit} from "./interfaces/IERC20Permit.sol";
import {IPermitFirst} from "./interfaces/IPermitFirst.sol";

/// @title A permit, and what it pays for, in one transaction
/// @notice See `IPermitFirst`.
abstract contract PermitFirst is IPermitFirst {
    /// @inheritdoc IPermitFirst
    function permitFirst(address currency, uint256 amount, Permit calldata permit, bytes calldata action) external {
        _permit(currency, amount, permit);
        // The caller stays the caller, and no coin comes along: nothing can be done that they could not do themselves.
        (bool done, bytes memory answer) = address(this).delegatecall(action);
        assembly ("memory-safe") {
            if iszero(done) { revert(add(answer, 0x20), mload(answer)) }
            return(add(answer, 0x20), mload(answer))
        }
    }

    /// @dev A permit can be submitted by anyone who sees it; then this call fails, the allowance stands, and what it pays
    /// for goes on.
    function _permit(address currency, uint256 amount, Permit calldata permit) internal {
        bytes memory data = abi.encodeCall(
            IERC20Permit.permit, (msg.sender, address(this), amount, permit.deadline, permit.v, permit.r, permit.s)
        );
        assembly ("memory-safe") {
            pop(call(gas(), currency, 0, add(data, 0x20), mload(data), 0, 0))
        }
    }
}
