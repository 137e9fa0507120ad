// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title ERC-2981: NFT royalty standard
interface IERC2981 {
    /// @notice Who should get how much of a resale at `salePrice`, in the sale's currency.
    function royaltyInfo(uint256 tokenId, uint256 salePrice)
        external
        view
        returns (address receiver, uint256 royaltyAmount);
}
