// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title ERC-5192: minimal soulbound tokens
/// @notice Interface id 0xb45a3c0e.
interface IERC5192 {
    /// @notice The token can never be transferred.
    event Locked(uint256 tokenId);

    /// @notice The token can be transferred again; never happens here.
    event Unlocked(uint256 tokenId);

    /// @notice Whether the token cannot be transferred. Reverts for a token that does not exist.
    function locked(uint256 tokenId) external view returns (bool);
}
