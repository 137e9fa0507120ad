// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Money waiting for its payees
/// @notice A vault commits to one split, the root of a sum tree of (payee, share), in its own address. It is paid by a
/// plain transfer of any ERC-20 token or of the native coin, before or after it is deployed, and owes each payee
/// `received * share / total`, rounded down; the dust counts into the next payment.
///
/// Anyone can: pay it; push a payee's due to that payee. A payee can have it sent elsewhere, by signature.
/// Nobody can: be paid more than their share, redirect, delay or block another's, change the split, sweep the vault.
/// There is no owner, no fee and no upgrade.
interface IRoyaltyVault {
    /// @notice A sibling on the way from a payee's leaf to the root: the hash and the sum of its subtree's shares.
    struct Node {
        bytes32 hash;
        uint128 sum;
    }

    /// @notice A payee's share, proven.
    /// @param payee Who is paid.
    /// @param share Their part of the split's total; not 0.
    /// @param sides Bit i says that `siblings[i]` stands on the left.
    /// @param siblings From the leaf up.
    struct Share {
        address payee;
        uint128 share;
        uint256 sides;
        Node[] siblings;
    }

    /// @notice `amount` of `token` (zero address: native coin) went to `payee`.
    event Claimed(address indexed token, address indexed payee, uint256 amount);

    /// @notice The payee had what `Claimed` says sent to `receiver`.
    event Redirected(address indexed token, address indexed payee, address indexed receiver);

    /// @notice The proof does not lead to this vault's root.
    error ShareNotInSplit(address payee, uint128 share);
    /// @notice All that is due to `payee` has been paid.
    error NothingDue(address token, address payee);
    /// @notice The token's amounts reach 2^255 units: no honest token's do.
    error AmountTooLarge(address token, uint256 amount);
    /// @notice The signed claim could be submitted until `deadline` (unix seconds); it is now `timestamp`.
    error ClaimExpired(uint256 deadline, uint256 timestamp);
    /// @notice The signature is not `payee`'s over this very claim.
    error ClaimSignatureInvalid(address payee);
    /// @notice `token` called back into its own claim.
    error ClaimReentered(address token);

    /// @notice Pays `share.payee` all that is due to them in `token`. Anyone may call.
    /// @return amount In the token's smallest unit; never 0.
    function claim(address token, Share calldata share) external returns (uint256 amount);

    /// @notice `claim`, but to the address that the payee names: by calling, or by signature, so that anyone may pay the gas.
    /// @param deadline Unix seconds after which the signature is void.
    /// @param signature The payee's, EIP-712 `ClaimTo(address payee,address token,address to,uint256 releasedTo,uint256
    /// deadline)` in this vault's domain, where `releasedTo` is what the payee was paid before: so it serves once. Empty
    /// if the payee calls.
    function claimTo(address token, address to, Share calldata share, uint256 deadline, bytes calldata signature)
        external
        returns (uint256 amount);

    /// @notice What `claim` would pay now; 0 where nothing is due. Reverts with `ShareNotInSplit`.
    function due(address token, Share calldata share) external view returns (uint256);

    /// @notice All that ever came in: balance + released.
    function received(address token) external view returns (uint256);

    /// @notice All that went out.
    function released(address token) external view returns (uint256);

    /// @notice All that went out to one payee.
    function releasedTo(address token, address payee) external view returns (uint256);

    /// @notice The split: keccak256(0x02 ‖ tree hash ‖ total), see `SumTree`.
    function root() external view returns (bytes32);
}
