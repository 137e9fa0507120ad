// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

import {ILicenseToken} from "../interfaces/ILicenseToken.sol";

/// @title Hashing of offers
library Offers {
    /// @notice An offer's words in calldata, read without the decoder's check at each use: `hash` makes it once for all.
    /// A sale reads some thirty fields; the decoder would cost 1,000 gas more.
    struct Words {
        uint256 licensor;
        bytes32 assetId;
        uint256 epoch;
        uint256 payee;
        uint256 currency;
        uint256 price;
        uint256 uses;
        bytes32 termsHash;
        uint256 termsURI;
        uint256 start;
        uint256 end;
        uint256 duration;
        uint256 supply;
        uint256 kind;
        uint256 exclusive;
        uint256 transferable;
        bytes32 conditions;
    }

    /// @dev keccak256 of "Offer(address licensor,bytes32 assetId,uint32 epoch,address payee,address currency,uint256
    /// price,uint32 uses,bytes32 termsHash,string termsURI,uint40 start,uint40 end,uint32 duration,uint32 supply,uint8
    /// kind,bool exclusive,bool transferable,Conditions conditions)" and the type of `Conditions`, as a literal: the
    /// compiler would hash a string of this length at every call. A test compares it with the structs.
    bytes32 internal constant TYPEHASH = 0xd87f3fe8e07cfd019262570ea9b786eb1386fbd76a0cb5818da194c9af4b393d;

    /// @dev keccak256 of "Conditions(uint16 royaltyBps,uint96 revenueCeiling,bool approval,bool reciprocal,bool
    /// sublicensable,bool revocable,uint32 reportWithin,uint16 refundBps,uint16 resaleBps,address reporter,uint56
    /// unitCap,uint32 refundDelay,bytes32 salt)".
    bytes32 internal constant CONDITIONS_TYPEHASH = 0x0df44accff724686a08ea46199b9c84e232f9422d9ae72dcfe705ee50a436943;

    /// @notice EIP-712 struct hash of an offer. Reverts where a field does not fit its type, as the ABI decoder would: after
    /// it, `words` can be trusted.
    /// @dev The struct's 17 words in calldata are the EIP-712 encoding, but for the string, which stands as an offset in
    /// word 8.
    function hash(ILicenseToken.Offer calldata offer) internal pure returns (bytes32 result) {
        bytes32 typehash = TYPEHASH;
        bytes32 uriHash = keccak256(bytes(offer.termsURI));
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, typehash)
            let word := add(m, 0x20)
            calldatacopy(word, offer, 0x220)
            mstore(add(word, 0x100), uriHash)
            result := keccak256(m, 0x240)
            // licensor, payee, currency; epoch, uses, duration, supply; start, end; kind; exclusive, transferable
            let wide := shr(160, or(or(mload(word), mload(add(word, 0x60))), mload(add(word, 0x80))))
            wide := or(
                wide,
                shr(
                    32,
                    or(
                        or(mload(add(word, 0x40)), mload(add(word, 0xc0))),
                        or(mload(add(word, 0x160)), mload(add(word, 0x180)))
                    )
                )
            )
            wide := or(wide, shr(40, or(mload(add(word, 0x120)), mload(add(word, 0x140)))))
            wide := or(wide, shr(2, mload(add(word, 0x1a0))))
            if or(wide, shr(1, or(mload(add(word, 0x1c0)), mload(add(word, 0x1e0))))) { revert(0, 0) }
        }
    }

    /// @notice The offer's words; only after `hash`.
    function words(ILicenseToken.Offer calldata offer) internal pure returns (Words calldata result) {
        assembly ("memory-safe") {
            result := offer
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
        return licenseIdOf(hash(grant.offer), grant.licensee, grant.salt);
    }

    /// @notice keccak256(abi.encode(offerHash, licensee, salt)).
    function licenseIdOf(bytes32 offerHash, address licensee, bytes32 salt) internal pure returns (bytes32) {
        return EfficientHashLib.hash(offerHash, bytes32(uint256(uint160(licensee))), salt);
    }

    /// @notice Reverts unless these are the offer's conditions.
    function check(ILicenseToken.Offer calldata offer, ILicenseToken.Conditions calldata conditions) internal pure {
        bytes32 shown = hash(conditions);
        if (shown != offer.conditions) revert ILicenseToken.ConditionsUnknown(shown, offer.conditions);
    }

    /// @notice abi.encode(payer, order.salt, order.quantity, order.offer, order.signature): the data of `Sold`.
    /// @dev Copies the struct's words as they stand; the compiler's encoder would cost 1,200 gas more.
    function encodeSale(ILicenseToken.Order calldata order, ILicenseToken.Offer calldata offer, address payer)
        internal
        pure
        returns (bytes memory data)
    {
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
