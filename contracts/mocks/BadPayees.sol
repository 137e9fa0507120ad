// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Refuses native coin, and every call. For tests alone.
contract RefusingPayee {
    fallback() external payable {
        revert("no thanks");
    }
}

/// @title Burns all the gas that it is given, as a payee, a token or a signer. For tests alone.
contract GreedyPayee {
    fallback() external payable {
        assembly {
            invalid()
        }
    }
}
