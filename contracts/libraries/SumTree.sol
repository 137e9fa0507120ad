// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRoyaltyVault} from "../interfaces/IRoyaltyVault.sol";

/// @title Merkle sum tree of (payee, share)
/// @notice Each inner node commits to the hashes *and* sums of both children, so a path proves which interval of the
/// total is the payee's: intervals cannot overlap, and no split can promise more than the whole.
/// leaf = keccak256(0x00 ‖ payee ‖ share), inner = keccak256(0x01 ‖ hL ‖ sL ‖ hR ‖ sR), root = keccak256(0x02 ‖ h ‖ total);
/// payee 20 bytes, shares and sums 16 bytes big endian. An odd last node of a level moves up unchanged.
library SumTree {
    /// @notice The root and the total that a share's proof leads to.
    /// Reverts with `ShareNotInSplit` where a share or sum on the way does not fit into its 16 bytes.
    function root(address payee, uint128 share, uint256 sides, IRoyaltyVault.Node[] calldata siblings)
        internal
        pure
        returns (bytes32, uint128)
    {
        (bytes32 hash, uint256 total, uint256 widest) = _climb(leaf(payee, share), share, sides, siblings);
        if (widest > type(uint128).max) revert IRoyaltyVault.ShareNotInSplit(payee, share);
        return (top(hash, uint128(total)), uint128(total));
    }

    /// @notice keccak256(0x00 ‖ payee ‖ share)
    function leaf(address payee, uint128 share) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0x00, shr(8, shl(96, payee)))
            mstore(0x15, shl(128, share))
            hash := keccak256(0x00, 0x25)
        }
    }

    /// @notice keccak256(0x02 ‖ tree hash ‖ total)
    function top(bytes32 treeHash, uint128 total) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, 2)
            mstore(add(m, 0x01), treeHash)
            mstore(add(m, 0x21), shl(128, total))
            hash := keccak256(m, 0x31)
        }
    }

    /// @dev From a leaf to the top of the tree; hash = keccak256(0x01 ‖ hL ‖ sL ‖ hR ‖ sR) at each step, in 97 bytes of
    /// scratch. `widest` has a bit beyond the 128th set if any sum had: only the low 16 bytes of each are hashed.
    function _climb(bytes32 leafHash, uint256 share, uint256 sides, IRoyaltyVault.Node[] calldata siblings)
        private
        pure
        returns (bytes32 hash, uint256 total, uint256 widest)
    {
        hash = leafHash;
        total = share;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, 1)
            let left := add(m, 0x01)
            let right := add(m, 0x31)
            let end := add(siblings.offset, shl(6, siblings.length))
            for { let node := siblings.offset } lt(node, end) { node := add(node, 0x40) } {
                let sum := calldataload(add(node, 0x20))
                // A sum's word reaches 16 bytes beyond the sum: the left child is written first.
                switch and(sides, 1)
                case 0 {
                    mstore(left, hash)
                    mstore(add(left, 0x20), shl(128, total))
                    mstore(right, calldataload(node))
                    mstore(add(right, 0x20), shl(128, sum))
                }
                default {
                    mstore(left, calldataload(node))
                    mstore(add(left, 0x20), shl(128, sum))
                    mstore(right, hash)
                    mstore(add(right, 0x20), shl(128, total))
                }
                hash := keccak256(m, 0x61)
                total := add(total, sum)
                widest := or(widest, or(sum, total))
                sides := shr(1, sides)
            }
        }
    }
}
