// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {EIP712} from "solady/utils/EIP712.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IRoyaltyVault} from "./interfaces/IRoyaltyVault.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {SumTree} from "./libraries/SumTree.sol";

/// @title Money waiting for its payees
/// @notice See `IRoyaltyVault`.
/// @dev Runs behind clones whose immutable argument is the root; the implementation itself is nobody's vault.
contract RoyaltyVault is IRoyaltyVault, EIP712 {
    /// @dev One currency's book. The top bit of `released` says that a claim is under way, so that the lock costs no slot.
    struct Book {
        uint256 released;
        mapping(address payee => uint256) releasedTo;
    }

    uint256 private constant CLAIMING = 1 << 255;
    /// @dev keccak256 of "ClaimTo(address payee,address token,address to,uint256 releasedTo,uint256 deadline)".
    bytes32 private constant CLAIM_TO_TYPEHASH = 0x551b6b3e80c64506c08a3c28573df0bc6150548e61ca79efd22c4476e9163d14;

    mapping(address token => Book) private _books;

    receive() external payable {}

    /// @inheritdoc IRoyaltyVault
    function claim(address token, Share calldata share) external returns (uint256) {
        address payee = share.payee;
        return _claim(token, payee, payee, share);
    }

    /// @inheritdoc IRoyaltyVault
    function claimTo(address token, address to, Share calldata share, uint256 deadline, bytes calldata signature)
        external
        returns (uint256)
    {
        address payee = share.payee;
        if (msg.sender != payee) {
            if (block.timestamp > deadline) revert ClaimExpired(deadline, block.timestamp);
            bytes32 digest = _hashTypedData(
                keccak256(abi.encode(CLAIM_TO_TYPEHASH, payee, token, to, _books[token].releasedTo[payee], deadline))
            );
            if (!Signatures.valid(signature, payee, digest)) revert ClaimSignatureInvalid(payee);
        }
        emit Redirected(token, payee, to);
        return _claim(token, payee, to, share);
    }

    /// @inheritdoc IRoyaltyVault
    function due(address token, Share calldata share) external view returns (uint256) {
        address payee = share.payee;
        return _due(token, share, payee, released(token), _books[token].releasedTo[payee]);
    }

    /// @inheritdoc IRoyaltyVault
    function received(address token) public view returns (uint256) {
        return _balance(token) + released(token);
    }

    /// @inheritdoc IRoyaltyVault
    function released(address token) public view returns (uint256) {
        return _books[token].released & ~CLAIMING;
    }

    /// @inheritdoc IRoyaltyVault
    function releasedTo(address token, address payee) external view returns (uint256) {
        return _books[token].releasedTo[payee];
    }

    /// @inheritdoc IRoyaltyVault
    function root() public view returns (bytes32 split) {
        // The clone's immutable argument: the 32 bytes after its 45 bytes of code (Solady's LibClone).
        assembly ("memory-safe") {
            extcodecopy(address(), 0x00, 0x2d, 0x20)
            split := mload(0x00)
        }
    }

    function _claim(address token, address payee, address to, Share calldata share) private returns (uint256 amount) {
        Book storage book = _books[token];
        uint256 out = book.released;
        // A token that calls out before it moves the balance would let a nested claim count the same money twice.
        if (out & CLAIMING != 0) revert ClaimReentered(token);
        uint256 paid = book.releasedTo[payee];
        amount = _due(token, share, payee, out, paid);
        if (amount == 0) revert NothingDue(token, payee);
        unchecked {
            // amount is at most the balance, and balance + out was added with a check; the same for what the payee got.
            out += amount;
            paid += amount;
        }
        if (out & CLAIMING != 0) revert AmountTooLarge(token, out);

        book.releasedTo[payee] = paid;
        book.released = out | CLAIMING;
        emit Claimed(token, payee, amount);
        if (token == address(0)) SafeTransferLib.safeTransferETH(to, amount);
        else SafeTransferLib.safeTransfer(token, to, amount);
        book.released = out;
    }

    /// @dev received × share / total, rounded down, less what the payee was paid, after checking that the share is in the
    /// split. Never more than the balance: a token whose balances shrink pays what is there, first come, first served.
    function _due(address token, Share calldata share, address payee, uint256 out, uint256 paid)
        private
        view
        returns (uint256)
    {
        uint128 part = share.share;
        (bytes32 proven, uint128 total) = SumTree.root(payee, part, share.sides, share.siblings);
        if (part == 0 || proven != root()) revert ShareNotInSplit(payee, part);
        uint256 balance = _balance(token);
        uint256 entitled = FixedPointMathLib.fullMulDiv(balance + out, part, total);
        return FixedPointMathLib.min(FixedPointMathLib.zeroFloorSub(entitled, paid), balance);
    }

    function _balance(address token) private view returns (uint256) {
        return token == address(0) ? address(this).balance : SafeTransferLib.balanceOf(token, address(this));
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Licet", "1");
    }
}
