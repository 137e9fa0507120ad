// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {SumTree} from "contracts/libraries/SumTree.sol";

/// @dev Any two paths of up to two siblings, whoever built the tree. A call that reverts proves nothing to a claim.
contract SumTreeProofs {
    function check_AShareIsAtMostTheTotal(IRoyaltyVault.Share calldata share) external pure {
        (, uint128 total) = SumTree.root(share);
        assert(share.share <= total);
        assert(start(share) + share.share <= total);
    }

    function check_OneRootHasOneTotal(IRoyaltyVault.Share calldata a, IRoyaltyVault.Share calldata b) external pure {
        (bytes32 rootA, uint128 totalA) = SumTree.root(a);
        (bytes32 rootB, uint128 totalB) = SumTree.root(b);
        assert(rootA != rootB || totalA == totalB);
    }

    /// @dev Each path is an interval of the total. Two intervals of one root lie apart, or are the same payee's same leaf.
    function check_TwoLeavesDoNotOverlap(IRoyaltyVault.Share calldata a, IRoyaltyVault.Share calldata b) external pure {
        (bytes32 rootA,) = SumTree.root(a);
        (bytes32 rootB,) = SumTree.root(b);
        if (rootA != rootB) return;
        uint256 startA = start(a);
        uint256 startB = start(b);
        if (startA + a.share <= startB || startB + b.share <= startA) return;
        assert(startA == startB && a.share == b.share && (a.share == 0 || a.payee == b.payee));
    }

    /// @dev Nothing is hashed that was cut to 128 bits.
    function check_SumsBeyond128BitsAreRefused(IRoyaltyVault.Share calldata share) external pure {
        uint256 sum = share.share;
        for (uint256 i = 0; i < share.siblings.length; ++i) {
            sum += share.siblings[i].sum;
        }
        (, uint128 total) = SumTree.root(share);
        assert(sum == total);
    }

    /// @dev Bits of `sides` beyond the path say nothing.
    function check_SidesBeyondThePathSayNothing(IRoyaltyVault.Share memory share, uint256 sides) external view {
        (bytes32 root,) = this.rootOf(share);
        uint256 mask = (1 << share.siblings.length) - 1;
        share.sides = (share.sides & mask) | (sides & ~mask);
        (bytes32 same,) = this.rootOf(share);
        assert(root == same);
    }

    /// @custom:halmos --array-lengths a.siblings={1},b.siblings={1}
    function refute_OneRootHasOneLeaf(IRoyaltyVault.Share calldata a, IRoyaltyVault.Share calldata b) external pure {
        (bytes32 rootA,) = SumTree.root(a);
        (bytes32 rootB,) = SumTree.root(b);
        assert(rootA != rootB || a.payee == b.payee);
    }

    function rootOf(IRoyaltyVault.Share calldata share) external pure returns (bytes32, uint128) {
        return SumTree.root(share);
    }

    /// @dev Where the share's interval begins: what stands on its left.
    function start(IRoyaltyVault.Share calldata share) private pure returns (uint256 sum) {
        for (uint256 i = 0; i < share.siblings.length; ++i) {
            if (share.sides >> i & 1 == 1) sum += share.siblings[i].sum;
        }
    }
}
