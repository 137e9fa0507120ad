// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbitrator} from "./IArbitrator.sol";

/// @title A contract that takes rulings (ERC-792)
interface IArbitrable {
    /// @notice The arbitrator ruled.
    event Ruling(IArbitrator indexed _arbitrator, uint256 indexed _disputeID, uint256 _ruling);

    /// @notice Gives a ruling. Only the dispute's arbitrator may.
    /// @param _disputeID The dispute's number with the arbitrator.
    /// @param _ruling One of the dispute's choices, from 1 on; 0 if the arbitrator refused to arbitrate.
    function rule(uint256 _disputeID, uint256 _ruling) external;
}
