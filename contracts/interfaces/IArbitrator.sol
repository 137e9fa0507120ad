// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbitrable} from "./IArbitrable.sol";

/// @title Somebody who rules on disputes, for a fee (ERC-792)
interface IArbitrator {
    enum DisputeStatus {
        Waiting,
        Appealable,
        Solved
    }

    /// @notice `_arbitrable` asked for a ruling.
    event DisputeCreation(uint256 indexed _disputeID, IArbitrable indexed _arbitrable);
    /// @notice The current ruling may be appealed.
    event AppealPossible(uint256 indexed _disputeID, IArbitrable indexed _arbitrable);
    /// @notice The current ruling was appealed.
    event AppealDecision(uint256 indexed _disputeID, IArbitrable indexed _arbitrable);

    /// @notice Asks for a ruling, for the fee `arbitrationCost(_extraData)` in wei; it comes by the caller's `rule`.
    /// @param _choices How many rulings there are to choose from, besides 0 for refusing to arbitrate.
    /// @param _extraData What this arbitrator needs to know beyond that.
    function createDispute(uint256 _choices, bytes calldata _extraData) external payable returns (uint256 disputeID);

    /// @notice Appeals a ruling, for the fee `appealCost`, in wei.
    function appeal(uint256 _disputeID, bytes calldata _extraData) external payable;

    /// @notice The fee of a dispute, in wei.
    function arbitrationCost(bytes calldata _extraData) external view returns (uint256 cost);

    /// @notice The fee of an appeal, in wei; more than anybody has where none is possible.
    function appealCost(uint256 _disputeID, bytes calldata _extraData) external view returns (uint256 cost);

    /// @notice When the present ruling may be appealed, unix seconds; (0, 0) for never.
    function appealPeriod(uint256 _disputeID) external view returns (uint256 start, uint256 end);

    /// @notice How far the dispute has come.
    function disputeStatus(uint256 _disputeID) external view returns (DisputeStatus status);

    /// @notice The ruling as it stands, which an appeal may still change.
    function currentRuling(uint256 _disputeID) external view returns (uint256 ruling);
}
