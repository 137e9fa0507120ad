// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbitrable} from "../interfaces/IArbitrable.sol";

/// @title An arbitrator that does what anyone tells it: rules twice, never, or nonsense, and gives numbers out twice
/// @notice Once armed, it makes one call of the tester's choice while a dispute is being created. For tests alone.
contract HostileArbitrator {
    uint256 public cost;
    uint256 public nextNumber;
    bool public refusing;

    address private _target;
    bytes private _call;

    /// @notice Whether the armed call was made, whether it went through, and what it gave back.
    bool public acted;
    bool public succeeded;
    bytes public answer;

    receive() external payable {}

    function setCost(uint256 cost_) external {
        cost = cost_;
    }

    function setNextNumber(uint256 number) external {
        nextNumber = number;
    }

    function setRefusing(bool refusing_) external {
        refusing = refusing_;
    }

    function arm(address target, bytes calldata data) external {
        (_target, _call, acted) = (target, data, false);
    }

    function createDispute(uint256, bytes calldata) external payable returns (uint256 number) {
        if (refusing) revert("no dispute with me");
        number = nextNumber++;
        address target = _target;
        if (target == address(0)) return number;
        _target = address(0);
        acted = true;
        (succeeded, answer) = target.call{value: address(this).balance - msg.value}(_call);
    }

    function rule(IArbitrable arbitrable, uint256 number, uint256 ruling) external {
        arbitrable.rule(number, ruling);
    }

    function arbitrationCost(bytes calldata) external view returns (uint256) {
        return cost;
    }
}
