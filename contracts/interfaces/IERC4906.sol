// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title ERC-4906: metadata update extension
/// @notice Interface id 0x49064906.
interface IERC4906 {
    /// @notice What `tokenURI` says of this token changed.
    event MetadataUpdate(uint256 _tokenId);

    /// @notice What `tokenURI` says of these tokens changed; never used here.
    event BatchMetadataUpdate(uint256 _fromTokenId, uint256 _toTokenId);
}
