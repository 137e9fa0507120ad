// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title An address for one matter's money
/// @notice A controller (the usage ledger, the statement escrow, the dispute desk) keeps each deposit, payout or
/// escrowed sale in a purse of its own, whose address follows from the matter alone. So a purse is paid by a plain
/// transfer of any ERC-20 token or of the native coin, before or after it is deployed, and nothing is pooled: a token
/// that blocks one purse, shrinks its balance or lies about it harms no other.
///
/// Anyone can: pay it.
/// Its controller can: pay out of it, by rules of the controller's own.
/// Nobody else can take anything out. There is no other function, no fee and no upgrade.
interface IPurse {
    /// @notice Only the controller that made the purse pays out of it.
    error NotPurseOwner(address caller);

    /// @notice Pays `amount` (smallest unit) of `token` (zero address: native coin) to `to`. Reverts with
    /// `NotPurseOwner`, and where the token or `to` refuses (Solady's `TransferFailed` or `ETHTransferFailed`).
    function pay(address token, address to, uint256 amount) external;
}
