// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IArbitrable} from "./interfaces/IArbitrable.sol";
import {IArbitrator} from "./interfaces/IArbitrator.sol";
import {ICases} from "./interfaces/ICases.sol";
import {RollingHead} from "./libraries/RollingHead.sol";

/// @title Cases brought before an arbitrator
/// @notice See `ICases`.
/// @dev A contract opens a case in three steps: `_file` it, `_announce` it, and, when all that it keeps is written,
/// `_refer` it to the arbitrator, who may be hostile.
abstract contract Cases is ICases {
    using RollingHead for bytes32;

    uint256 private constant CHOICES = 2;
    uint256 private constant UPHOLD = 1;
    uint256 private constant REJECT = 2;
    uint256 private constant META_EVIDENCE = 0;
    uint256 internal constant MAX_URI = 1024;

    IArbitrator private immutable _arbitrator;
    /// @inheritdoc ICases
    uint256 public immutable bond;
    /// @inheritdoc ICases
    uint256 public immutable timeout;

    /// @inheritdoc ICases
    bytes32 public head;
    /// @inheritdoc ICases
    uint256 public caseCount;

    mapping(uint256 caseId => Case) private _cases;
    /// @inheritdoc ICases
    mapping(uint256 disputeId => uint256) public caseOfDispute;
    /// @inheritdoc ICases
    mapping(address who => uint256) public owed;

    /// @param metaEvidence URI of a JSON document as ERC-1497 has it.
    constructor(address arbitrator_, uint256 bond_, uint256 timeout_, string memory metaEvidence) {
        // So short that no deadline leaves its 40 bits.
        if (timeout_ == 0 || timeout_ > type(uint32).max) revert TimeoutInvalid(timeout_, type(uint32).max);
        _arbitrator = IArbitrator(arbitrator_);
        bond = bond_;
        timeout = timeout_;
        emit MetaEvidence(META_EVIDENCE, metaEvidence);
    }

    /// @inheritdoc IArbitrable
    function rule(uint256 disputeId, uint256 ruling) external {
        if (msg.sender != address(_arbitrator)) revert NotArbitrator(msg.sender);
        uint256 caseId = caseOfDispute[disputeId];
        if (caseId == 0) revert DisputeUnknown(disputeId);
        Case storage current = _cases[caseId];
        Status status = current.status;
        emit Ruling(_arbitrator, disputeId, ruling);
        if (status == Status.Lapsed) return; // too late: that must not stand in an honest arbitrator's way
        if (status != Status.Open) revert CaseNotOpen(caseId, status);
        _close(caseId, block.timestamp > current.deadline ? Status.Lapsed : _statusOf(ruling));
    }

    /// @inheritdoc ICases
    function lapse(uint256 caseId) external {
        Case storage current = _cases[caseId];
        if (current.status != Status.Open) revert CaseNotOpen(caseId, current.status);
        if (block.timestamp <= current.deadline) revert CaseNotOverdue(caseId, current.deadline);
        _close(caseId, Status.Lapsed);
    }

    /// @inheritdoc ICases
    function submitEvidence(uint256 caseId, string calldata evidenceURI) external {
        _checkOpen(caseId);
        _logEvidence(caseId, evidenceURI);
    }

    /// @inheritdoc ICases
    function withdraw(address who) external returns (uint256 amount) {
        amount = owed[who];
        if (amount == 0) revert NothingOwed(who);
        owed[who] = 0;
        _log(Withdrawn.selector, _word(who), bytes32(amount), _word(msg.sender), "");
        SafeTransferLib.safeTransferETH(who, amount);
    }

    /// @inheritdoc ICases
    function caseOf(uint256 caseId) public view returns (Case memory) {
        return _cases[caseId];
    }

    /// @inheritdoc ICases
    function openingCost() public view returns (uint256) {
        return bond + _arbitrator.arbitrationCost("");
    }

    /// @inheritdoc ICases
    function arbitrator() external view returns (address) {
        return address(_arbitrator);
    }

    /// @dev What a case's end means for its subject; called once for each case, after its status and its log.
    function _settle(uint256 caseId, Case memory closed) internal virtual;

    /// @dev Who gets the bond of a rejected claim.
    function _defendant(Case memory rejected) internal view virtual returns (address);

    /// @dev Takes a new case of the caller's down, who pays exactly what it costs.
    function _file(uint8 kind, bytes32 subject) internal returns (uint256 caseId, uint40 deadline) {
        uint256 asked = openingCost();
        if (msg.value != asked) revert WrongValue(msg.value, asked);
        caseId = ++caseCount;
        deadline = uint40(block.timestamp + timeout);
        _cases[caseId] =
            Case({claimant: msg.sender, deadline: deadline, status: Status.Open, kind: kind, subject: subject});
    }

    /// @dev Logs the opening (indexed: the case, its subject, the claimant) and the evidence.
    function _announce(uint256 caseId, bytes32 topic0, bytes32 subject, bytes memory data, string calldata evidenceURI)
        internal
    {
        _log(topic0, bytes32(caseId), subject, _word(msg.sender), data);
        _logEvidence(caseId, evidenceURI);
    }

    /// @dev Last of all. Only the arbitrator's number for the dispute is written after the call that gives it.
    function _refer(uint256 caseId) internal {
        uint256 disputeId = _arbitrator.createDispute{value: msg.value - bond}(CHOICES, "");
        uint256 taken = caseOfDispute[disputeId];
        if (taken != 0) revert DisputeNumberTaken(disputeId, taken);
        caseOfDispute[disputeId] = caseId;
        emit Dispute(_arbitrator, disputeId, META_EVIDENCE, caseId);
    }

    /// @dev Reverts unless the arbitrator can still rule on the case.
    function _checkOpen(uint256 caseId) internal view {
        Case storage current = _cases[caseId];
        if (current.status != Status.Open) revert CaseNotOpen(caseId, current.status);
        if (block.timestamp > current.deadline) revert CaseOverdue(caseId, current.deadline);
    }

    function _credit(address to, uint256 amount) internal {
        owed[to] += amount;
    }

    function _log(bytes32 topic0, bytes32 topic1, bytes32 topic2, bytes32 topic3, bytes memory data) internal {
        head = head.log(topic0, topic1, topic2, topic3, data);
    }

    function _word(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function _close(uint256 caseId, Status status) private {
        _cases[caseId].status = status;
        Case memory closed = _cases[caseId];
        address bondTo = status == Status.Rejected ? _defendant(closed) : closed.claimant;
        _credit(bondTo, bond);
        _log(CaseClosed.selector, bytes32(caseId), closed.subject, bytes32(uint256(status)), abi.encode(bondTo));
        _settle(caseId, closed);
    }

    function _logEvidence(uint256 caseId, string calldata evidenceURI) private {
        uint256 length = bytes(evidenceURI).length;
        if (length > MAX_URI) revert EvidenceUriTooLong(length, MAX_URI);
        _log(
            Evidence.selector, _word(address(_arbitrator)), bytes32(caseId), _word(msg.sender), abi.encode(evidenceURI)
        );
    }

    function _statusOf(uint256 ruling) private pure returns (Status) {
        if (ruling == UPHOLD) return Status.Upheld;
        return ruling == REJECT ? Status.Rejected : Status.Lapsed;
    }
}
