// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {SumTree} from "contracts/libraries/SumTree.sol";

/// @dev Any two paths of up to two siblings, whoever built the tree. A call that reverts proves nothing to a claim.
contract SumTreeProofs {
    function check_AShareIsAtMostTheTotal(IRoyaltyVault.Share calldata share) external pure {
        (, uint128 total) = rootOf(share);
        assert(share.share <= total);
        assert(start(share) + share.share <= total);
    }

    function check_OneRootHasOneTotal(IRoyaltyVault.Share calldata a, IRoyaltyVault.Share calldata b) external pure {
        (bytes32 rootA, uint128 totalA) = rootOf(a);
        (bytes32 rootB, uint128 totalB) = rootOf(b);
        assert(rootA != rootB || totalA == totalB);
    }

    /// @dev Each path is an interval of the total. Two intervals of one root lie apart, or are the same payee's same leaf.
    function check_TwoLeavesDoNotOverlap(IRoyaltyVault.Share calldata a, IRoyaltyVault.Share calldata b) external pure {
        (bytes32 rootA,) = rootOf(a);
        (bytes32 rootB,) = rootOf(b);
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
        (, uint128 total) = rootOf(share);
        assert(sum == total);
    }

    function check_LeavesAndTopsAreHashedAsDescribed(address payee, uint128 share, bytes32 hash) external pure {
        assert(SumTree.leaf(payee, share) == keccak256(abi.encodePacked(uint8(0), payee, share)));
        assert(SumTree.top(hash, share) == keccak256(abi.encodePacked(uint8(2), hash, share)));
    }

    function check_InnerNodesAreHashedAsDescribed(IRoyaltyVault.Share calldata share) external pure {
        if (share.siblings.length != 1) return;
        IRoyaltyVault.Node calldata sibling = share.siblings[0];
        bytes memory mine = abi.encodePacked(SumTree.leaf(share.payee, share.share), share.share);
        bytes memory others = abi.encodePacked(sibling.hash, sibling.sum);
        (bytes32 root, uint128 total) = rootOf(share);
        bytes32 hash = share.sides & 1 == 0
            ? keccak256(bytes.concat(hex"01", mine, others))
            : keccak256(bytes.concat(hex"01", others, mine));
        assert(root == SumTree.top(hash, total));
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
        (bytes32 rootA,) = rootOf(a);
        (bytes32 rootB,) = rootOf(b);
        assert(rootA != rootB || a.payee == b.payee);
    }

    function rootOf(IRoyaltyVault.Share calldata share) public pure returns (bytes32, uint128) {
        return SumTree.root(share.payee, share.share, share.sides, share.siblings);
    }

    /// @dev Where the share's interval begins: what stands on its left.
    function start(IRoyaltyVault.Share calldata share) private pure returns (uint256 sum) {
        for (uint256 i = 0; i < share.siblings.length; ++i) {
            if (share.sides >> i & 1 == 1) sum += share.siblings[i].sum;
        }
    }
}
