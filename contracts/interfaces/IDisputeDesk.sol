// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

interface IDisputeDesk {
    function escrowOf(bytes32 assetId, address payee) external view returns (address);
    function upheld(uint256 caseId, bytes32 licenseId) external view returns (bool);
}
