// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRoyaltyVault} from "./IRoyaltyVault.sol";

/// @title Where vaults come from, and where their splits are published
/// @notice A vault's address follows from its split's root and a salt alone, so it can be paid before it exists; whoever
/// claims first deploys it. The salt is 0 for an asset's own vault; it binds a derivative's vault to its parents' licenses,
/// and a period's to its statement, so that equal splits do not share a vault. Publishing a split makes sure that its payees can be read, and so paid, for ever. Anyone may
/// publish anything: a reader keeps what hashes to the root and ignores the rest.
/// The factory never holds money and nobody owns it. Every log is chained into `head()`.
interface IRoyaltyVaultFactory {
    /// @notice One leaf of a split.
    struct Payee {
        address payee;
        uint128 share;
    }

    /// @notice One claim out of a batch: the payee's share in the vault of `root` and `salt`, in `token`.
    struct VaultClaim {
        bytes32 root;
        bytes32 salt;
        address token;
        IRoyaltyVault.Share share;
    }

    /// @notice A split was published: its leaves in tree order, or the SHA-256 and the place of the document that has them.
    event SplitPublished(
        address indexed vault,
        bytes32 indexed root,
        bytes32 indexed documentHash,
        bytes32 salt,
        string uri,
        Payee[] payees
    );

    /// @notice Neither leaves nor a document were given.
    error SplitEmpty(bytes32 root);

    /// @notice Publishes a split: `payees` for a small one, a document's hash and URI for a large one.
    function publish(bytes32 root, bytes32 salt, bytes32 documentHash, string calldata uri, Payee[] calldata payees)
        external
        returns (address vault);

    /// @notice Deploys the vault of a split; does nothing where it stands already.
    function deploy(bytes32 root, bytes32 salt) external returns (address vault);

    /// @notice Claims from many vaults in one transaction, deploying those that are not there yet. A claim with nothing
    /// due is skipped (amount 0), so that nobody can spoil a batch by pushing one of its claims first; a claim with a
    /// wrong proof, or whose payee or token refuses, reverts the batch.
    function claim(VaultClaim[] calldata claims) external returns (uint256[] memory amounts);

    /// @notice The address of a split's vault, deployed or not.
    function vaultOf(bytes32 root, bytes32 salt) external view returns (address);

    /// @notice The code that all vaults run.
    function implementation() external view returns (address);

    /// @notice Rolling head of this contract's logs (see `RollingHead`).
    function head() external view returns (bytes32);
}
