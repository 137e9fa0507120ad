// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title One slot that proves that no log was left out
/// @notice A contract's head is a count (high 40 bits) and a rolling hash (low 216 bits) of its audited logs:
/// next = (count + 1) ‖ low216(keccak256(head ‖ topic0 ‖ topic1 ‖ topic2 ‖ topic3 ‖ keccak256(data))).
/// Whoever replays the logs and reaches the head knows that none is missing, altered or out of order. Every audited
/// event has three indexed parameters, so that one rule serves all.
/// @dev Write the head before any external call: a head cached across one would lose what a re-entrant call logged.
library RollingHead {
    /// @dev keccak256("Transfer(address,address,uint256)")
    bytes32 private constant TRANSFER = 0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef;
    /// @dev keccak256(""): what a log without data is chained with.
    bytes32 private constant EMPTY = 0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470;

    /// @notice Emits a log with four topics and returns the head after it.
    function log(bytes32 head, bytes32 topic0, bytes32 topic1, bytes32 topic2, bytes32 topic3, bytes memory data)
        internal
        returns (bytes32)
    {
        bytes32 dataHash;
        assembly ("memory-safe") {
            let start := add(data, 0x20)
            let size := mload(data)
            log4(start, size, topic0, topic1, topic2, topic3)
            dataHash := keccak256(start, size)
        }
        return roll(head, topic0, topic1, topic2, topic3, dataHash);
    }

    /// @notice The head after an ERC-721's `Transfer`, which the token has emitted.
    function rollTransfer(bytes32 head, address from, address to, uint256 id) internal pure returns (bytes32) {
        return roll(head, TRANSFER, bytes32(uint256(uint160(from))), bytes32(uint256(uint160(to))), bytes32(id), EMPTY);
    }

    /// @notice The head after a log with four topics and data of this hash.
    function roll(bytes32 head, bytes32 topic0, bytes32 topic1, bytes32 topic2, bytes32 topic3, bytes32 dataHash)
        internal
        pure
        returns (bytes32 next)
    {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, head)
            mstore(add(m, 0x20), topic0)
            mstore(add(m, 0x40), topic1)
            mstore(add(m, 0x60), topic2)
            mstore(add(m, 0x80), topic3)
            mstore(add(m, 0xa0), dataHash)
            // 2^40 logs are more than any chain can hold, so the count never overflows.
            next := or(shl(216, add(shr(216, head), 1)), shr(40, shl(40, keccak256(m, 0xc0))))
        }
    }
}
