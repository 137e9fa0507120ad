// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Base64} from "solady/utils/Base64.sol";

/// @title ERC-721 metadata with no server
library TokenDocument {
    /// @notice A `data:` URI of `json`, as ERC-721's `tokenURI` returns it.
    function dataURI(string memory json) internal pure returns (string memory) {
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }
}
