// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Merkle tree of the works in a catalogue
/// @notice leaf = keccak256(0x00 ‖ sha256), inner = keccak256(0x01 ‖ left ‖ right), in the catalogue's order; an odd last
/// node of a level moves up unchanged. Leaves and inner nodes are told apart by their first byte, so that neither can
/// stand for the other.
library CatalogTree {
    /// @notice The root that a work's proof leads to.
    /// @param sha256Hash SHA-256 of the work.
    /// @param siblings From the leaf up.
    /// @param sides Bit i says that `siblings[i]` stands on the left.
    function root(bytes32 sha256Hash, bytes32[] calldata siblings, uint256 sides) internal pure returns (bytes32 hash) {
        hash = keccak256(abi.encodePacked(uint8(0), sha256Hash));
        for (uint256 i = 0; i < siblings.length; ++i) {
            hash = sides & 1 == 1 ? _inner(siblings[i], hash) : _inner(hash, siblings[i]);
            sides >>= 1;
        }
    }

    function _inner(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(1), left, right));
    }
}
