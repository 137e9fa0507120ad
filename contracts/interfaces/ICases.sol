// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbitrable} from "./IArbitrable.sol";
import {IEvidence} from "./IEvidence.sol";

/// @title Cases brought before an arbitrator (ERC-792, ERC-1497)
/// @notice Whoever opens a case pays a bond and the arbitrator's fee. There are two choices: ruling 1 upholds the claim
/// and gives the bond back, ruling 2 rejects it and gives the bond to whom it was raised against. Refusing to arbitrate
/// (0), a ruling that is no choice, and no ruling by the deadline leave everything as if the case had never been
/// opened: the case lapses, and the bond goes back.
///
/// Any number of cases may be open over one subject, so that a sham case cannot keep a real one out.
/// A ruling after the deadline rules nothing, and does not revert, so that it stands in no arbitrator's way.
/// Nobody can: change the arbitrator, the bond or the timeout; take a case back; keep another from being paid, since
/// what is owed is drawn, not sent.
///
/// Every audited log (three indexed parameters) is chained into `head()`: not `MetaEvidence`, `Dispute` and `Ruling`.
interface ICases is IArbitrable, IEvidence {
    enum Status {
        None,
        Open,
        Upheld,
        Rejected,
        Lapsed
    }

    /// @notice A case.
    /// @param claimant Who opened it.
    /// @param deadline Last unix second for a ruling.
    /// @param status Open until it is ruled on, or lapses.
    /// @param kind What sort of subject, where the contract knows several.
    /// @param subject What it is about.
    struct Case {
        address claimant;
        uint40 deadline;
        Status status;
        uint8 kind;
        bytes32 subject;
    }

    /// @notice A case came to its end; its bond is owed to `bondTo`.
    event CaseClosed(uint256 indexed caseId, bytes32 indexed subject, Status indexed status, address bondTo);

    /// @notice `amount` wei that were owed to `to` were paid to them.
    event Withdrawn(address indexed to, uint256 indexed amount, address indexed caller);

    /// @notice The timeout is 1 to `maximum` seconds.
    error TimeoutInvalid(uint256 timeout, uint256 maximum);
    /// @notice The native coin sent is not what is asked, in wei.
    error WrongValue(uint256 sent, uint256 asked);
    /// @notice The URI has `length` bytes; at most `maximum` are allowed.
    error EvidenceUriTooLong(uint256 length, uint256 maximum);
    /// @notice Only the arbitrator rules.
    error NotArbitrator(address caller);
    /// @notice The arbitrator gave a number to two disputes.
    error DisputeNumberTaken(uint256 disputeId, uint256 caseId);
    /// @notice No case was brought before the arbitrator under this number.
    error DisputeUnknown(uint256 disputeId);
    /// @notice The case was never opened, or is closed.
    error CaseNotOpen(uint256 caseId, Status status);
    /// @notice The arbitrator had time until `deadline` (unix seconds), and now has no more.
    error CaseOverdue(uint256 caseId, uint256 deadline);
    /// @notice The arbitrator has time until `deadline` (unix seconds).
    error CaseNotOverdue(uint256 caseId, uint256 deadline);
    /// @notice Nothing is owed to `who`.
    error NothingOwed(address who);

    /// @notice Closes a case not ruled on by its deadline: the bond goes back to the claimant. Anyone may call.
    function lapse(uint256 caseId) external;

    /// @notice Shows evidence in an open case. Anyone may.
    /// @param evidenceURI Where it can be fetched, at most 1,024 bytes.
    function submitEvidence(uint256 caseId, string calldata evidenceURI) external;

    /// @notice Pays `who` all that is owed to them. Anyone may call; a payee who refuses harms only themselves.
    /// @return amount Wei; never 0.
    function withdraw(address who) external returns (uint256 amount);

    /// @notice A case; zeros if never opened.
    function caseOf(uint256 caseId) external view returns (Case memory);

    /// @notice The case that the arbitrator numbers `disputeId`; 0 for none.
    function caseOfDispute(uint256 disputeId) external view returns (uint256);

    /// @notice How many cases were opened; they are numbered from 1.
    function caseCount() external view returns (uint256);

    /// @notice What can be withdrawn for `who`, in wei.
    function owed(address who) external view returns (uint256);

    /// @notice What opening a case costs now, in wei: the bond and the arbitrator's fee.
    function openingCost() external view returns (uint256);

    /// @notice The only arbitrator.
    function arbitrator() external view returns (address);

    /// @notice What a claimant stakes on being right, in wei.
    function bond() external view returns (uint256);

    /// @notice How long the arbitrator has, in seconds from the opening.
    function timeout() external view returns (uint256);

    /// @notice Rolling head of this contract's audited logs (see `RollingHead`).
    function head() external view returns (bytes32);
}
