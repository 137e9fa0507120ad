// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseToken} from "../interfaces/ILicenseToken.sol";

/// @title Hashing of offers
library Offers {
    /// @dev keccak256 of "Offer(address licensor,bytes32 assetId,uint32 epoch,address payee,address currency,uint256
    /// price,uint32 uses,bytes32 termsHash,string termsURI,uint40 start,uint40 end,uint32 duration,uint32 supply,uint8
    /// kind,bool exclusive,bool transferable,Conditions conditions)" and the type of `Conditions`, as a literal: the
    /// compiler would hash a string of this length at every call. A test compares it with the structs.
    bytes32 internal constant TYPEHASH = 0xd87f3fe8e07cfd019262570ea9b786eb1386fbd76a0cb5818da194c9af4b393d;

    /// @dev keccak256 of "Conditions(uint16 royaltyBps,uint96 revenueCeiling,bool approval,bool reciprocal,bool
    /// sublicensable,bool revocable,uint32 reportWithin,uint16 refundBps,uint16 resaleBps,address reporter,uint56
    /// unitCap,uint32 refundDelay,bytes32 salt)".
    bytes32 internal constant CONDITIONS_TYPEHASH = 0x0df44accff724686a08ea46199b9c84e232f9422d9ae72dcfe705ee50a436943;

    /// @notice EIP-712 struct hash of an offer.
    /// @dev The struct's 17 words in calldata are the EIP-712 encoding, but for the string, which stands as an offset in
    /// word 8. A value with dirty high bits hashes to something that nobody signed, and is refused by the ABI decoder
    /// where it is read.
    function hash(ILicenseToken.Offer calldata offer) internal pure returns (bytes32 result) {
        bytes32 typehash = TYPEHASH;
        bytes32 uriHash = keccak256(bytes(offer.termsURI));
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, typehash)
            calldatacopy(add(m, 0x20), offer, 0x220)
            mstore(add(m, 0x120), uriHash)
            result := keccak256(m, 0x240)
        }
    }

    /// @notice EIP-712 struct hash of an offer's conditions, whose 13 words in calldata are its encoding.
    function hash(ILicenseToken.Conditions calldata conditions) internal pure returns (bytes32 result) {
        bytes32 typehash = CONDITIONS_TYPEHASH;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, typehash)
            calldatacopy(add(m, 0x20), conditions, 0x1a0)
            result := keccak256(m, 0x1c0)
        }
    }

    /// @notice The id of the license that a grant proves: keccak256(abi.encode(offer hash, licensee, salt)).
    function licenseId(ILicenseToken.Grant calldata grant) internal pure returns (bytes32) {
        return keccak256(abi.encode(hash(grant.offer), grant.licensee, grant.salt));
    }

    /// @notice Reverts unless these are the offer's conditions.
    function check(ILicenseToken.Offer calldata offer, ILicenseToken.Conditions calldata conditions) internal pure {
        bytes32 shown = hash(conditions);
        if (shown != offer.conditions) revert ILicenseToken.ConditionsUnknown(shown, offer.conditions);
    }

    /// @notice abi.encode(payer, order.salt, order.quantity, order.offer, order.signature): the data of `Sold`.
    /// @dev Copies the struct's words as they stand; the compiler's encoder would cost 1,200 gas more. Every narrow field
    /// is read in the course of a sale, and so has its high bits checked.
    function encodeSale(ILicenseToken.Order calldata order, address payer) internal pure returns (bytes memory data) {
        ILicenseToken.Offer calldata offer = order.offer;
        bytes32 salt = order.salt;
        uint256 quantity = order.quantity;
        assembly ("memory-safe") {
            data := mload(0x40)
            let body := add(data, 0x20)
            mstore(body, payer)
            mstore(add(body, 0x20), salt)
            mstore(add(body, 0x40), quantity)
            mstore(add(body, 0x60), 0xa0)
            calldatacopy(add(body, 0xa0), offer, 0x220)
            mstore(add(body, 0x1a0), 0x220) // where the string stands in the struct
        }
        uint256 end = _append(data, 0x2c0, bytes(offer.termsURI));
        assembly ("memory-safe") {
            mstore(add(data, 0xa0), end) // where the signature stands
        }
        end = _append(data, end, order.signature);
        assembly ("memory-safe") {
            mstore(data, end)
            mstore(0x40, add(add(data, 0x20), end))
        }
    }

    /// @dev Writes a length and its bytes, padded with zeros to whole words, `offset` bytes into `data`; returns the
    /// offset after them.
    function _append(bytes memory data, uint256 offset, bytes calldata value) private pure returns (uint256 end) {
        assembly ("memory-safe") {
            let at := add(add(data, 0x20), offset)
            end := add(add(offset, 0x20), and(add(value.length, 0x1f), not(0x1f)))
            mstore(add(data, end), 0) // the last word, which the value may fill in part
            mstore(at, value.length)
            calldatacopy(add(at, 0x20), value.offset, value.length)
        }
    }
}
