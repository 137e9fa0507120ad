// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

interface IUsageLedger {
    function funded(bytes32 licenseId) external view returns (bool);
    function reportedUntil(bytes32 licenseId) external view returns (uint40);
}
