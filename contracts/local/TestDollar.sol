// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC20} from "solady/tokens/ERC20.sol";

import {IERC3009} from "../interfaces/IERC3009.sol";

/// @title A stablecoin for local chains: 6 decimals, EIP-2612 permits, EIP-3009 authorizations, and anyone may mint
contract TestDollar is ERC20, IERC3009 {
    /// @dev keccak256 of "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256
    /// validBefore,bytes32 nonce)" and its siblings, as EIP-3009 spells them.
    bytes32 private constant TRANSFER_TYPEHASH = 0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267;
    bytes32 private constant RECEIVE_TYPEHASH = 0xd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8;
    bytes32 private constant CANCEL_TYPEHASH = 0x158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429;

    /// @notice Whether a nonce of an account was used or cancelled (EIP-3009).
    mapping(address authorizer => mapping(bytes32 nonce => bool)) public authorizationState;

    /// @notice An authorization was used (EIP-3009).
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);
    /// @notice An authorization was cancelled (EIP-3009).
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

    /// @notice This token is worth nothing, so it refuses to exist where somebody could take it for money.
    error OnlyLocalChains(uint256 chainId);
    /// @notice The authorization is valid after `validAfter` and before `validBefore` (unix seconds); it is now `timestamp`.
    error AuthorizationNotValidNow(uint256 validAfter, uint256 validBefore, uint256 timestamp);
    /// @notice This nonce was used or cancelled.
    error AuthorizationSpent(address authorizer, bytes32 nonce);
    /// @notice The signature is not `authorizer`'s over this authorization.
    error AuthorizationSignatureInvalid(address authorizer);
    /// @notice Only the receiver may submit this authorization.
    error AuthorizationNotForCaller(address caller, address receiver);

    constructor() {
        if (block.chainid != 31337 && block.chainid != 1337) revert OnlyLocalChains(block.chainid);
    }

    /// @notice Makes `amount` units (10^-6 dollars) out of nothing.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Moves `value` on `from`'s signature; anyone may submit it (EIP-3009).
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        _move(TRANSFER_TYPEHASH, Move(from, to, value, validAfter, validBefore, nonce), v, r, s);
    }

    /// @inheritdoc IERC3009
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        if (msg.sender != to) revert AuthorizationNotForCaller(msg.sender, to);
        _move(RECEIVE_TYPEHASH, Move(from, to, value, validAfter, validBefore, nonce), v, r, s);
    }

    /// @notice Voids a nonce of `authorizer` (EIP-3009).
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external {
        _spend(authorizer, nonce, keccak256(abi.encode(CANCEL_TYPEHASH, authorizer, nonce)), v, r, s);
        emit AuthorizationCanceled(authorizer, nonce);
    }

    function name() public pure override returns (string memory) {
        return "Test Dollar";
    }

    function symbol() public pure override returns (string memory) {
        return "TUSD";
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    struct Move {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }

    function _move(bytes32 typehash, Move memory move, uint8 v, bytes32 r, bytes32 s) private {
        if (block.timestamp <= move.validAfter || block.timestamp >= move.validBefore) {
            revert AuthorizationNotValidNow(move.validAfter, move.validBefore, block.timestamp);
        }
        _spend(move.from, move.nonce, keccak256(abi.encode(typehash, move)), v, r, s);
        emit AuthorizationUsed(move.from, move.nonce);
        _transfer(move.from, move.to, move.value);
    }

    function _spend(address authorizer, bytes32 nonce, bytes32 structHash, uint8 v, bytes32 r, bytes32 s) private {
        if (authorizationState[authorizer][nonce]) revert AuthorizationSpent(authorizer, nonce);
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR(), structHash));
        address signer = ecrecover(digest, v, r, s);
        if (signer == address(0) || signer != authorizer) revert AuthorizationSignatureInvalid(authorizer);
        authorizationState[authorizer][nonce] = true;
    }

    /// @dev No standing allowance for anyone: an approval here means what it says.
    function _givePermit2InfiniteAllowance() internal pure override returns (bool) {
        return false;
    }
}
