// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Refuses native coin. For tests alone.
contract RefusingPayee {
    receive() external payable {
        revert("no thanks");
    }
}

/// @title Burns all the gas that it is given. For tests alone.
contract GreedyPayee {
    receive() external payable {
        assembly {
            invalid()
        }
    }
}
