// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev Builds catalogue trees and proofs in memory: written from the specification, not from `CatalogTree`.
library Catalog {
    function root(bytes32[] memory works) internal pure returns (bytes32) {
        bytes32[] memory level = leaves(works);
        while (level.length > 1) level = above(level);
        return level[0];
    }

    function prove(bytes32[] memory works, uint256 index)
        internal
        pure
        returns (bytes32[] memory siblings, uint256 sides)
    {
        bytes32[] memory path = new bytes32[](256);
        bytes32[] memory level = leaves(works);
        uint256 depth = 0;
        for (; level.length > 1; (level, index) = (above(level), index / 2)) {
            uint256 sibling = index ^ 1;
            if (sibling >= level.length) continue;
            if (sibling < index) sides |= 1 << depth;
            path[depth++] = level[sibling];
        }
        siblings = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            siblings[i] = path[i];
        }
    }

    function leaves(bytes32[] memory works) internal pure returns (bytes32[] memory level) {
        level = new bytes32[](works.length);
        for (uint256 i = 0; i < works.length; ++i) {
            level[i] = keccak256(abi.encodePacked(bytes1(0x00), works[i]));
        }
    }

    function above(bytes32[] memory level) internal pure returns (bytes32[] memory up) {
        up = new bytes32[]((level.length + 1) / 2);
        for (uint256 i = 0; i < up.length; ++i) {
            up[i] = 2 * i + 1 < level.length
                ? keccak256(abi.encodePacked(bytes1(0x01), level[2 * i], level[2 * i + 1]))
                : level[2 * i];
        }
    }
}
