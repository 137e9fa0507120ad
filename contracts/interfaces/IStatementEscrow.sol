// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICases} from "./ICases.sol";

/// @title Where a period's payout waits until nobody contests it
/// @notice A publisher states what an asset's payees earned in a period, and pays it in. For a window of time that the
/// statement names anyone may contest it, at the stake of a bond; then anyone may release the money to the statement's
/// vault, in which its payees claim. Upheld by any contest, the money goes back to the publisher, who states it anew.
///
/// A statement's money lies at an address of its own, and its vault is bound to it: no two statements share either.
/// How long a window must be is for the license's terms to say: a statement may give its payees no time at all.
/// Nobody can: change a statement, pay it elsewhere, hold it back longer than the window and the arbitrator's timeout.
interface IStatementEscrow is ICases {
    /// @notice A period's payout.
    /// @param publisher Who publishes and pays it.
    /// @param assetId The asset that earned it.
    /// @param from First second of the period, unix.
    /// @param until Last second of the period, unix.
    /// @param currency ERC-20 token paid; the zero address for the native coin.
    /// @param amount In the currency's smallest unit; not 0.
    /// @param root Root of the split: shares are the period's amounts, as a rule in the currency's smallest unit.
    /// @param documentHash SHA-256 of the document at `uri`, which says how the shares came about.
    /// @param uri Where that document can be fetched, at most 1,024 bytes.
    /// @param window Seconds from publishing in which it may be contested.
    struct Statement {
        address publisher;
        bytes32 assetId;
        uint40 from;
        uint40 until;
        address currency;
        uint256 amount;
        bytes32 root;
        bytes32 documentHash;
        string uri;
        uint32 window;
    }

    /// @notice What became of a statement.
    enum State {
        None,
        Published,
        Returned
    }

    /// @notice How a statement stands.
    /// @param publisher Who published it.
    /// @param contestableUntil Last unix second for a contest.
    /// @param state `Returned` from the first contest upheld.
    /// @param open How many contests are open.
    struct StatementState {
        address publisher;
        uint40 contestableUntil;
        State state;
        uint32 open;
    }

    /// @notice A statement was published and paid in; `vault` is where it will go.
    event StatementPublished(
        bytes32 indexed statementId,
        bytes32 indexed assetId,
        address indexed publisher,
        address vault,
        uint40 contestableUntil,
        Statement statement
    );

    /// @notice A statement is contested.
    event StatementContested(
        uint256 indexed caseId,
        bytes32 indexed statementId,
        address indexed claimant,
        uint40 deadline,
        bytes32 evidenceHash,
        string evidenceURI
    );

    /// @notice `amount` of `token` (zero address: native coin) went from a statement's purse to its vault, or back to
    /// its publisher.
    event StatementReleased(bytes32 indexed statementId, address indexed token, address indexed to, uint256 amount);

    /// @notice Only the publisher publishes.
    error NotPublisher(address caller, address publisher);
    /// @notice The period ends before it begins, or the statement has no amount or no split.
    error StatementInvalid(bytes32 statementId);
    /// @notice The URI has `length` bytes; at most `maximum` are allowed.
    error StatementUriTooLong(uint256 length, uint256 maximum);
    /// @notice This very statement was published before.
    error StatementAlreadyPublished(bytes32 statementId);
    /// @notice This statement was never published.
    error StatementUnknown(bytes32 statementId);
    /// @notice The statement's purse holds less than the statement says.
    error PaymentNotReceived(address currency, uint256 expected, uint256 received);
    /// @notice The statement could be contested until `until` (unix seconds).
    error WindowOver(bytes32 statementId, uint256 until);
    /// @notice The statement can be contested until `until` (unix seconds).
    error WindowOpen(bytes32 statementId, uint256 until);
    /// @notice The statement was returned to its publisher.
    error StatementIsReturned(bytes32 statementId);
    /// @notice `open` contests of the statement are open.
    error StatementIsContested(bytes32 statementId, uint256 open);
    /// @notice There is nothing of `token` in the statement's purse.
    error NothingToRelease(bytes32 statementId, address token);

    /// @notice Publishes a statement of the caller's, and draws from them what its purse lacks of its amount: an ERC-20
    /// token by allowance, the native coin as sent along, which may be no more than the amount.
    /// @return statementId `statementIdOf(statement)`.
    function publish(Statement calldata statement) external payable returns (bytes32 statementId);

    /// @notice Contests a statement within its window. Anyone may, who sends `openingCost()` wei. If the contest is
    /// rejected, the publisher gets the bond.
    /// @param evidenceHash SHA-256 of the evidence at `evidenceURI`.
    /// @param evidenceURI Where it can be fetched, at most 1,024 bytes.
    function contest(Statement calldata statement, bytes32 evidenceHash, string calldata evidenceURI)
        external
        payable
        returns (uint256 caseId);

    /// @notice Moves all of `token` out of the statement's purse: to its vault once its window is over and no contest
    /// open, or to its publisher once a contest was upheld. Anyone may call, again if more comes in.
    /// @return amount In the token's smallest unit; never 0.
    function release(Statement calldata statement, address token) external returns (uint256 amount);

    /// @notice keccak256(abi.encode(statement)).
    function statementIdOf(Statement calldata statement) external pure returns (bytes32);

    /// @notice Where a statement's money waits: it may be paid there beforehand, by a plain transfer.
    function purseOf(bytes32 statementId) external view returns (address);

    /// @notice Where a statement's payees claim: the vault of its split, salted with its id.
    function vaultOf(Statement calldata statement) external view returns (address);

    /// @notice How a statement stands; zeros if it was never published.
    function stateOf(bytes32 statementId) external view returns (StatementState memory);

    /// @notice The factory of the royalty vaults.
    function vaultFactory() external view returns (address);
}
