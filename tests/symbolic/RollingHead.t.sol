// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RollingHead} from "contracts/libraries/RollingHead.sol";

/// @dev The head after any log, from any head whose count is not at its end (2^40 - 1 logs).
contract RollingHeadProofs {
    using RollingHead for bytes32;

    function check_EveryLogCountsOne(bytes32 head, bytes32[5] calldata log) external pure {
        if (countOf(head) == type(uint40).max) return;
        assert(countOf(rolled(head, log)) == countOf(head) + 1);
    }

    function check_TheHeadIsACountAndAHash(bytes32 head, bytes32[5] calldata log) external pure {
        if (countOf(head) == type(uint40).max) return;
        uint216 hash = uint216(uint256(keccak256(abi.encodePacked(head, log))));
        assert(uint256(rolled(head, log)) == (countOf(head) + 1) * 2 ** 216 + hash);
    }

    function check_ATransferIsALogWithoutData(bytes32 head, address from, address to, uint256 id) external pure {
        bytes32[5] memory log = [
            keccak256("Transfer(address,address,uint256)"),
            bytes32(uint256(uint160(from))),
            bytes32(uint256(uint160(to))),
            bytes32(id),
            keccak256("")
        ];
        assert(head.rollTransfer(from, to, id) == rolled(head, log));
    }

    function refute_TheCountNeverEnds(bytes32 head, bytes32[5] calldata log) external pure {
        assert(countOf(rolled(head, log)) == countOf(head) + 1);
    }

    function rolled(bytes32 head, bytes32[5] memory log) private pure returns (bytes32) {
        return head.roll(log[0], log[1], log[2], log[3], log[4]);
    }

    function countOf(bytes32 head) private pure returns (uint256) {
        return uint256(head) / 2 ** 216;
    }
}
