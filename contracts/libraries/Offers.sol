// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseToken} from "../interfaces/ILicenseToken.sol";

/// @title Hashing of offers
library Offers {
    /// @dev keccak256 of "Offer(address licensor,bytes32 assetId,uint32 epoch,address payee,address currency,uint256
    /// price,uint32 uses,bytes32 termsHash,string termsURI,uint40 start,uint40 end,uint32 duration,uint16 royaltyBps,uint32
    /// supply,bool free,bool exclusive,bool transferable,bytes32 salt)", as a literal: the compiler would hash a string of
    /// this length at every call. A test compares it with the struct.
    bytes32 internal constant TYPEHASH = 0x2c13e3c5ed152f9658f5e86e3ead5686f6a3ff195dd50656b943ce89b7f31d3f;

    /// @notice EIP-712 struct hash of an offer.
    /// @dev The struct's 18 words in calldata are the EIP-712 encoding, but for the string, which stands as an offset in
    /// word 8. A value with dirty high bits hashes to something that nobody signed, and is refused by the ABI decoder
    /// where it is read.
    function hash(ILicenseToken.Offer calldata offer) internal pure returns (bytes32 result) {
        bytes32 typehash = TYPEHASH;
        bytes32 uriHash = keccak256(bytes(offer.termsURI));
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, typehash)
            calldatacopy(add(m, 0x20), offer, 0x240)
            mstore(add(m, 0x120), uriHash)
            result := keccak256(m, 0x260)
        }
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
            calldatacopy(add(body, 0xa0), offer, 0x240)
            mstore(add(body, 0x1a0), 0x240) // where the string stands in the struct
        }
        uint256 end = _append(data, 0x2e0, bytes(offer.termsURI));
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
