// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";

/// @dev Builds sum trees and proofs in memory: written from the specification, not from `SumTree`.
library Split {
    function leaf(address payee, uint128 share) internal pure returns (IRoyaltyVault.Node memory) {
        return IRoyaltyVault.Node(keccak256(abi.encodePacked(bytes1(0x00), payee, share)), share);
    }

    function inner(IRoyaltyVault.Node memory left, IRoyaltyVault.Node memory right)
        internal
        pure
        returns (IRoyaltyVault.Node memory)
    {
        return IRoyaltyVault.Node(
            keccak256(abi.encodePacked(bytes1(0x01), left.hash, left.sum, right.hash, right.sum)), left.sum + right.sum
        );
    }

    function top(IRoyaltyVault.Node memory node) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x02), node.hash, node.sum));
    }

    function root(address[] memory payees, uint128[] memory shares) internal pure returns (bytes32) {
        IRoyaltyVault.Node[] memory level = leaves(payees, shares);
        while (level.length > 1) level = above(level);
        return top(level[0]);
    }

    function prove(address[] memory payees, uint128[] memory shares, uint256 index)
        internal
        pure
        returns (IRoyaltyVault.Share memory share)
    {
        IRoyaltyVault.Node[] memory path = new IRoyaltyVault.Node[](256);
        IRoyaltyVault.Node[] memory level = leaves(payees, shares);
        (share.payee, share.share) = (payees[index], shares[index]);
        uint256 depth = 0;
        for (; level.length > 1; (level, index) = (above(level), index / 2)) {
            uint256 sibling = index ^ 1;
            if (sibling >= level.length) continue; // moves up unchanged: no sibling, no side
            if (sibling < index) share.sides |= 1 << depth;
            path[depth++] = level[sibling];
        }
        share.siblings = new IRoyaltyVault.Node[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            share.siblings[i] = path[i];
        }
    }

    function leaves(address[] memory payees, uint128[] memory shares)
        internal
        pure
        returns (IRoyaltyVault.Node[] memory level)
    {
        level = new IRoyaltyVault.Node[](payees.length);
        for (uint256 i = 0; i < payees.length; ++i) {
            level[i] = leaf(payees[i], shares[i]);
        }
    }

    function above(IRoyaltyVault.Node[] memory level) internal pure returns (IRoyaltyVault.Node[] memory up) {
        up = new IRoyaltyVault.Node[]((level.length + 1) / 2);
        for (uint256 i = 0; i < up.length; ++i) {
            up[i] = 2 * i + 1 < level.length ? inner(level[2 * i], level[2 * i + 1]) : level[2 * i];
        }
    }
}
