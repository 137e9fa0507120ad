// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Where royalty vaults are
library Vaults {
    /// @notice The CREATE2 address of a vault, deployed or not: a clone of `implementation` (Solady's `LibClone`, with the
    /// split's root as its immutable argument), made by `factory` with `salt`.
    /// @dev `LibClone` answers the same for arguments of any length, at four times the gas.
    function at(address factory, address implementation, bytes32 root, bytes32 salt)
        internal
        pure
        returns (address vault)
    {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, shl(96, 0x61004d3d81600a3d39f3363d3d373d3d3d363d73))
            mstore(add(m, 0x14), shl(96, implementation))
            mstore(add(m, 0x28), shl(136, 0x5af43d82803e903d91602b57fd5bf3))
            mstore(add(m, 0x37), root)
            let codeHash := keccak256(m, 0x57)
            mstore8(m, 0xff)
            mstore(add(m, 0x01), shl(96, factory))
            mstore(add(m, 0x15), salt)
            mstore(add(m, 0x35), codeHash)
            vault := shr(96, shl(96, keccak256(m, 0x55)))
        }
    }
}
