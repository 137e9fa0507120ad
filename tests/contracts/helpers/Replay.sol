// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Vm.sol";

/// @dev What an auditor does with a contract's logs: written from the specification, not from `RollingHead`.
library Replay {
    bytes32 private constant APPROVAL = keccak256("Approval(address,address,uint256)");
    bytes32 private constant APPROVAL_FOR_ALL = keccak256("ApprovalForAll(address,address,bool)");

    /// @dev The head after `emitter`'s audited logs among `logs`, from `start`.
    function head(Vm.Log[] memory logs, address emitter, bytes32 start) internal pure returns (bytes32 result) {
        result = start;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == emitter && audited(logs[i])) result = next(result, logs[i]);
        }
    }

    /// @dev The audited logs of `emitter` among `logs`.
    function audit(Vm.Log[] memory logs, address emitter) internal pure returns (Vm.Log[] memory found) {
        found = new Vm.Log[](logs.length);
        uint256 count = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == emitter && audited(logs[i])) found[count++] = logs[i];
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }

    function audited(Vm.Log memory log) internal pure returns (bool) {
        return log.topics.length == 4 && log.topics[0] != APPROVAL && log.topics[0] != APPROVAL_FOR_ALL;
    }

    function next(bytes32 previous, Vm.Log memory log) internal pure returns (bytes32) {
        bytes32 hash = keccak256(abi.encodePacked(previous, log.topics, keccak256(log.data)));
        uint256 count = (uint256(previous) >> 216) + 1;
        return bytes32((count << 216) | (uint256(hash) & ((1 << 216) - 1)));
    }
}
