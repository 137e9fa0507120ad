// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRoyaltyVault} from "../interfaces/IRoyaltyVault.sol";

/// @title Merkle sum tree of (payee, share)
/// @notice Each inner node commits to the hashes *and* sums of both children, so a path proves which interval of the
/// total is the payee's: intervals cannot overlap, and no split can promise more than the whole.
/// leaf = keccak256(0x00 ‖ payee ‖ share), inner = keccak256(0x01 ‖ hL ‖ sL ‖ hR ‖ sR), root = keccak256(0x02 ‖ h ‖ total);
/// payee 20 bytes, shares and sums 16 bytes big endian. An odd last node of a level moves up unchanged.
library SumTree {
    /// @notice The root and the total that a share's proof leads to. Sums that overflow uint128 revert.
    function root(IRoyaltyVault.Share calldata share) internal pure returns (bytes32, uint128 total) {
        bytes32 hash = leaf(share.payee, share.share);
        total = share.share;
        uint256 sides = share.sides;
        IRoyaltyVault.Node[] calldata siblings = share.siblings;
        for (uint256 i = 0; i < siblings.length; ++i) {
            IRoyaltyVault.Node calldata sibling = siblings[i];
            hash = sides & 1 == 1
                ? inner(sibling.hash, sibling.sum, hash, total)
                : inner(hash, total, sibling.hash, sibling.sum);
            total += sibling.sum;
            sides >>= 1;
        }
        return (top(hash, total), total);
    }

    function leaf(address payee, uint128 share) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(0), payee, share));
    }

    function inner(bytes32 leftHash, uint128 leftSum, bytes32 rightHash, uint128 rightSum)
        internal
        pure
        returns (bytes32 hash)
    {
        // keccak256(abi.encodePacked(uint8(1), leftHash, leftSum, rightHash, rightSum)), in scratch memory: a path of 20
        // nodes would otherwise grow memory by 3 KB.
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, 1)
            mstore(add(m, 0x01), leftHash)
            mstore(add(m, 0x21), shl(128, leftSum))
            mstore(add(m, 0x31), rightHash)
            mstore(add(m, 0x51), shl(128, rightSum))
            hash := keccak256(m, 0x61)
        }
    }

    function top(bytes32 hash, uint128 total) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(2), hash, total));
    }
}
