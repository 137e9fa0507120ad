// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ECDSA} from "solady/utils/ECDSA.sol";
import {SignatureCheckerLib} from "solady/utils/SignatureCheckerLib.sol";

/// @title Signatures of accounts and of contracts
library Signatures {
    /// @notice Whether `signature` (64 or 65 bytes, or whatever an EIP-1271 contract takes) is `signer`'s over `digest`.
    /// @dev Recovers first: most signers are plain accounts, and asking for their code costs 2,600 gas. Nothing here
    /// depends on a signature being unique, so both forms of `s` are taken.
    function valid(bytes calldata signature, address signer, bytes32 digest) internal view returns (bool) {
        if (signer == address(0)) return false;
        return ECDSA.tryRecoverCalldata(digest, signature) == signer
            || SignatureCheckerLib.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
