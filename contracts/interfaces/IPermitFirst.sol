// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title A permit, and what it pays for, in one transaction
/// @notice The caller can: have a token's permit (EIP-2612) that they signed set this contract's allowance, and then do
/// whatever they could do here anyway, as themselves. Nobody can: spend another's allowance by it, or send coins along.
interface IPermitFirst {
    /// @notice An EIP-2612 permit of exactly what is to be paid, signed by the payer for this contract.
    struct Permit {
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice Has the caller's permit set this contract's allowance to `amount` of `currency`, then calls this contract as
    /// the caller with `action`, whose answer is returned, or whose error is raised. For several currencies, `action` is
    /// another `permitFirst`. A permit that somebody submitted first does not break it.
    /// @param action The encoded call, such as `buyBasket` or `renew`; native coin cannot be sent along.
    function permitFirst(address currency, uint256 amount, Permit calldata permit, bytes calldata action) external;
}
