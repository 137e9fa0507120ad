// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbitrable} from "./IArbitrable.sol";
import {IArbitrator} from "./IArbitrator.sol";

/// @title An arbitrator for test nets: what enough of its owners vote for is the ruling (ERC-792)
/// @notice Owners, threshold and fee are fixed at its construction. There is no appeal. An owner may change their vote
/// until the dispute is solved. The owners share the fees equally.
/// An arbitrable contract that refuses its ruling, or burns all gas, keeps no other dispute from being ruled on.
interface IMultisigArbitrator is IArbitrator {
    /// @notice An owner voted.
    event Voted(uint256 indexed disputeID, address indexed owner, uint256 indexed ruling);
    /// @notice The owners ruled.
    event Solved(uint256 indexed disputeID, IArbitrable indexed arbitrable, uint256 indexed ruling);
    /// @notice The arbitrable contract took its ruling.
    event Executed(uint256 indexed disputeID, IArbitrable indexed arbitrable, uint256 indexed ruling);
    /// @notice `amount` wei of fees went to an owner.
    event FeesWithdrawn(address indexed owner, uint256 indexed amount, address indexed caller);

    /// @notice The deciding vote hands the ruling over, which may need `needed` gas; there is less.
    error GasTooLow(uint256 left, uint256 needed);
    /// @notice There are 1 to `maximum` different owners, not the zero address, and no more votes are needed.
    error OwnersInvalid(uint256 owners, uint256 maximum, uint256 threshold);
    /// @notice A dispute has 1 to `maximum` choices.
    error ChoicesInvalid(uint256 choices, uint256 maximum);
    /// @notice The native coin sent is not the fee, in wei.
    error WrongFee(uint256 sent, uint256 asked);
    /// @notice Only owners vote.
    error NotOwner(address caller);
    /// @notice No dispute has this number.
    error DisputeUnknown(uint256 disputeID);
    /// @notice The dispute is solved, and its ruling final.
    error DisputeSolved(uint256 disputeID, uint256 ruling);
    /// @notice The dispute is not solved yet.
    error DisputeWaiting(uint256 disputeID);
    /// @notice The dispute has fewer choices.
    error RulingInvalid(uint256 ruling, uint256 choices);
    /// @notice The arbitrable contract took its ruling before.
    error AlreadyExecuted(uint256 disputeID);
    /// @notice The arbitrable contract refused its ruling.
    error RulingRefused(uint256 disputeID);
    /// @notice There is no appeal.
    error NoAppeal(uint256 disputeID);
    /// @notice Nothing is due to `owner`.
    error NothingDue(address owner);

    /// @notice Votes for a ruling. Only owners may. The vote that reaches the threshold solves the dispute and hands
    /// the ruling to the arbitrable contract; should that refuse it, the dispute is solved all the same.
    /// @param ruling 0 (refuse to arbitrate) to the number of choices.
    function vote(uint256 disputeID, uint256 ruling) external;

    /// @notice Hands the ruling of a solved dispute to an arbitrable contract that has not taken it. Anyone may call.
    function execute(uint256 disputeID) external;

    /// @notice Pays an owner all fees due to them. Anyone may call.
    /// @return amount Wei; never 0.
    function withdraw(address owner) external returns (uint256 amount);

    /// @notice Fees due to an owner, in wei: an equal share of all, less what they were paid.
    function due(address owner) external view returns (uint256);

    /// @notice Whether the arbitrable contract took its ruling.
    function executed(uint256 disputeID) external view returns (bool);

    /// @notice An owner's vote: 0 for none, else the ruling + 1.
    function voteOf(uint256 disputeID, address owner) external view returns (uint256);

    /// @notice How many disputes there were; they are numbered from 0.
    function disputeCount() external view returns (uint256);

    /// @notice Who votes.
    function owners() external view returns (address[] memory);

    /// @notice How many equal votes decide.
    function threshold() external view returns (uint256);
}
