// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LibClone} from "solady/utils/LibClone.sol";

import {IRoyaltyVault} from "./interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "./interfaces/IRoyaltyVaultFactory.sol";
import {RollingHead} from "./libraries/RollingHead.sol";
import {Vaults} from "./libraries/Vaults.sol";
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
        vault = vaultOf(root, salt);
        if (vault.code.length == 0) LibClone.cloneDeterministic(implementation, abi.encode(root), salt);
    }

    /// @inheritdoc IRoyaltyVaultFactory
    function claim(VaultClaim[] calldata claims) external returns (uint256[] memory amounts) {
        amounts = new uint256[](claims.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            uint256 amount = _claim(claims[i]);
            assembly ("memory-safe") {
                mstore(add(add(amounts, 0x20), shl(5, i)), amount) // as long as `claims`
            }
        }
    }

    /// @inheritdoc IRoyaltyVaultFactory
    function vaultOf(bytes32 root, bytes32 salt) public view returns (address) {
        return Vaults.at(address(this), implementation, root, salt);
    }

    /// @dev Passes the share on as it came: the compiler's encoder would cost 1,500 gas more.
    function _claim(VaultClaim calldata one) private returns (uint256 amount) {
        address vault = deploy(one.root, one.salt);
        address token = one.token;
        IRoyaltyVault.Share calldata share = one.share;
        IRoyaltyVault.Node[] calldata siblings = share.siblings;
        bytes4 action = IRoyaltyVault.claim.selector;
        bytes4 nothingDue = IRoyaltyVault.NothingDue.selector;
        assembly ("memory-safe") {
            let m := mload(0x40)
            let size := shl(6, siblings.length)
            mstore(m, action)
            mstore(add(m, 0x04), token)
            mstore(add(m, 0x24), 0x40)
            calldatacopy(add(m, 0x44), share, 0x60)
            mstore(add(m, 0xa4), 0x80)
            mstore(add(m, 0xc4), siblings.length)
            calldatacopy(add(m, 0xe4), siblings.offset, size)
            switch call(gas(), vault, 0, m, add(0xe4, size), 0x00, 0x20)
            case 1 { amount := mload(0x00) }
            default {
                returndatacopy(m, 0, returndatasize())
                if or(lt(returndatasize(), 4), xor(shr(224, mload(m)), shr(224, nothingDue))) {
                    revert(m, returndatasize())
                }
            }
        }
    }
}
