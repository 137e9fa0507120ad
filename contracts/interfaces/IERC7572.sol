// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title ERC-7572: contract-level metadata
interface IERC7572 {
    /// @notice `contractURI` changed; never happens here.
    event ContractURIUpdated();

    /// @notice The contract's name and description, as a `data:` URI of JSON.
    function contractURI() external view returns (string memory);
}
