// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbitrator} from "./IArbitrator.sol";

/// @title What an arbitrator's interface shows of a dispute (ERC-1497)
interface IEvidence {
    /// @notice What disputes are about, and what each ruling means: a JSON document at the URI `_evidence`.
    event MetaEvidence(uint256 indexed _metaEvidenceID, string _evidence);

    /// @notice `_party` submitted the evidence at the URI `_evidence`.
    event Evidence(
        IArbitrator indexed _arbitrator, uint256 indexed _evidenceGroupID, address indexed _party, string _evidence
    );

    /// @notice A dispute was brought before the arbitrator, with this meta-evidence and the evidence of this group.
    event Dispute(
        IArbitrator indexed _arbitrator, uint256 indexed _disputeID, uint256 _metaEvidenceID, uint256 _evidenceGroupID
    );
}
