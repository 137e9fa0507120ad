// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LibClone} from "solady/utils/LibClone.sol";

import {IRoyaltyVault} from "./interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "./interfaces/IRoyaltyVaultFactory.sol";
import {RollingHead} from "./libraries/RollingHead.sol";
import {RoyaltyVault} from "./RoyaltyVault.sol";

/// @title Where vaults come from
/// @notice See `IRoyaltyVaultFactory`.
contract RoyaltyVaultFactory is IRoyaltyVaultFactory {
    using RollingHead for bytes32;

    /// @inheritdoc IRoyaltyVaultFactory
    address public immutable implementation;

    /// @inheritdoc IRoyaltyVaultFactory
    bytes32 public head;

    constructor() {
        implementation = address(new RoyaltyVault());
    }

    /// @inheritdoc IRoyaltyVaultFactory
    function publish(bytes32 root, bytes32 salt, bytes32 documentHash, string calldata uri, Payee[] calldata payees)
        external
        returns (address vault)
    {
        if (documentHash == 0 && payees.length == 0) revert SplitEmpty(root);
        vault = vaultOf(root, salt);
        head = head.log(
            SplitPublished.selector, bytes32(uint256(uint160(vault))), root, documentHash, abi.encode(salt, uri, payees)
        );
    }

    /// @inheritdoc IRoyaltyVaultFactory
    function deploy(bytes32 root, bytes32 salt) public returns (address vault) {
        (, vault) = LibClone.createDeterministicClone(implementation, abi.encode(root), salt);
    }

    /// @inheritdoc IRoyaltyVaultFactory
    function claim(VaultClaim[] calldata claims) external returns (uint256[] memory amounts) {
        amounts = new uint256[](claims.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            amounts[i] = _claim(IRoyaltyVault(deploy(claims[i].root, claims[i].salt)), claims[i].token, claims[i].share);
        }
    }

    /// @inheritdoc IRoyaltyVaultFactory
    function vaultOf(bytes32 root, bytes32 salt) public view returns (address) {
        return LibClone.predictDeterministicAddress(implementation, abi.encode(root), salt, address(this));
    }

    function _claim(IRoyaltyVault vault, address token, IRoyaltyVault.Share calldata share) private returns (uint256) {
        try vault.claim(token, share) returns (uint256 amount) {
            return amount;
        } catch (bytes memory reason) {
            if (bytes4(reason) == IRoyaltyVault.NothingDue.selector) return 0;
            assembly ("memory-safe") {
                revert(add(reason, 0x20), mload(reason))
            }
        }
    }
}
