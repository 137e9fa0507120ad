// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CatalogTree} from "contracts/libraries/CatalogTree.sol";

/// @dev Proofs of up to three siblings, whoever built the tree.
contract CatalogTreeProofs {
    /// @custom:halmos --array-lengths siblings={1,2,3}
    function check_ALeafIsNeverAnInnerNode(bytes32 work, bytes32 other, bytes32[] calldata siblings, uint256 sides)
        external
        view
    {
        bytes32 leaf = this.rootOf(work, new bytes32[](0), 0);
        assert(leaf != CatalogTree.root(other, siblings, sides));
    }

    /// @dev One place of one tree holds one work: whoever shows another work has another root.
    /// @custom:halmos --array-lengths a={2},b={2}
    function check_OnePlaceHoldsOneWork(
        bytes32 work,
        bytes32 other,
        bytes32[] calldata a,
        bytes32[] calldata b,
        uint256 sides
    ) external pure {
        if (CatalogTree.root(work, a, sides) != CatalogTree.root(other, b, sides)) return;
        assert(work == other && a[0] == b[0] && a[1] == b[1]);
    }

    /// @custom:halmos --array-lengths siblings={0,1,2,3}
    function check_SidesBeyondThePathSayNothing(
        bytes32 work,
        bytes32[] calldata siblings,
        uint256 sides,
        uint256 others
    ) external pure {
        uint256 mask = (1 << siblings.length) - 1;
        bytes32 root = CatalogTree.root(work, siblings, sides);
        assert(root == CatalogTree.root(work, siblings, (sides & mask) | (others & ~mask)));
    }

    /// @custom:halmos --array-lengths a={1},b={1}
    function refute_OneRootHasOneWork(
        bytes32 work,
        bytes32 other,
        bytes32[] calldata a,
        bytes32[] calldata b,
        uint256 sides
    ) external pure {
        if (CatalogTree.root(work, a, 0) != CatalogTree.root(other, b, sides)) return;
        assert(work == other);
    }

    function rootOf(bytes32 work, bytes32[] calldata siblings, uint256 sides) external pure returns (bytes32) {
        return CatalogTree.root(work, siblings, sides);
    }
}
