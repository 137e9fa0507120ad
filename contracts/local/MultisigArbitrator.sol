// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {IArbitrator} from "../interfaces/IArbitrator.sol";
import {IMultisigArbitrator} from "../interfaces/IMultisigArbitrator.sol";

/// @title An arbitrator for test nets
/// @notice See `IMultisigArbitrator`.
contract MultisigArbitrator is IMultisigArbitrator {
    struct Matter {
        IArbitrable arbitrable;
        uint16 choices;
        uint16 ruling;
        bool solved;
        bool executed;
    }

    uint256 private constant MAX_OWNERS = 16;
    /// @dev What handing a ruling over may use. An estimate of gas would else settle where the ruling fails unnoticed.
    uint256 private constant EXECUTION_GAS = 500_000;
    /// @dev A vote is the ruling + 1, in 16 bits.
    uint256 private constant MAX_CHOICES = type(uint16).max - 1;

    uint256 private immutable _cost;
    /// @inheritdoc IMultisigArbitrator
    uint256 public immutable threshold;

    address[] private _owners;
    /// @dev An owner's place in `_owners`, from 1 on.
    mapping(address owner => uint256) private _seats;
    mapping(address owner => uint256) private _paid;

    /// @inheritdoc IMultisigArbitrator
    uint256 public disputeCount;
    mapping(uint256 disputeId => Matter) private _matters;
    /// @dev All owners' votes: 16 bits each, the first owner's lowest.
    mapping(uint256 disputeId => uint256) private _votes;

    /// @param cost Fee of a dispute, in wei.
    constructor(address[] memory owners_, uint256 threshold_, uint256 cost) {
        uint256 count = owners_.length;
        bool good = count != 0 && count <= MAX_OWNERS && threshold_ != 0 && threshold_ <= count;
        for (uint256 i = 0; good && i < count; ++i) {
            good = owners_[i] != address(0) && _seats[owners_[i]] == 0;
            _seats[owners_[i]] = i + 1;
        }
        if (!good) revert OwnersInvalid(count, MAX_OWNERS, threshold_);
        _owners = owners_;
        threshold = threshold_;
        _cost = cost;
    }

    /// @inheritdoc IArbitrator
    function createDispute(uint256 choices, bytes calldata) external payable returns (uint256 disputeId) {
        if (choices == 0 || choices > MAX_CHOICES) revert ChoicesInvalid(choices, MAX_CHOICES);
        if (msg.value != _cost) revert WrongFee(msg.value, _cost);
        disputeId = disputeCount++;
        Matter storage matter = _matters[disputeId];
        matter.arbitrable = IArbitrable(msg.sender);
        matter.choices = uint16(choices); // checked above
        emit DisputeCreation(disputeId, IArbitrable(msg.sender));
    }

    /// @inheritdoc IMultisigArbitrator
    function vote(uint256 disputeId, uint256 ruling) external {
        uint256 seat = _seats[msg.sender];
        if (seat == 0) revert NotOwner(msg.sender);
        Matter storage matter = _known(disputeId);
        if (matter.solved) revert DisputeSolved(disputeId, matter.ruling);
        if (ruling > matter.choices) revert RulingInvalid(ruling, matter.choices);
        uint256 shift = 16 * (seat - 1);
        uint256 votes = _votes[disputeId] & ~(uint256(type(uint16).max) << shift) | (ruling + 1) << shift;
        _votes[disputeId] = votes;
        emit Voted(disputeId, msg.sender, ruling);
        if (_count(votes, ruling + 1) < threshold) return;
        matter.solved = true;
        matter.ruling = uint16(ruling); // at most `choices`
        emit Solved(disputeId, matter.arbitrable, ruling);
        if (gasleft() < EXECUTION_GAS) revert GasTooLow(gasleft(), EXECUTION_GAS);
        // Whatever the arbitrable contract does, its dispute is solved; its reasons, maybe endless, are not copied.
        try this.execute(disputeId) {} catch {}
    }

    /// @inheritdoc IMultisigArbitrator
    function execute(uint256 disputeId) external {
        Matter storage matter = _known(disputeId);
        if (!matter.solved) revert DisputeWaiting(disputeId);
        if (matter.executed) revert AlreadyExecuted(disputeId);
        matter.executed = true;
        emit Executed(disputeId, matter.arbitrable, matter.ruling);
        try matter.arbitrable.rule(disputeId, matter.ruling) {}
        catch {
            revert RulingRefused(disputeId);
        }
    }

    /// @inheritdoc IMultisigArbitrator
    function withdraw(address owner) external returns (uint256 amount) {
        amount = due(owner);
        if (amount == 0) revert NothingDue(owner);
        _paid[owner] += amount;
        emit FeesWithdrawn(owner, amount, msg.sender);
        SafeTransferLib.safeTransferETH(owner, amount);
    }

    /// @inheritdoc IArbitrator
    function appeal(uint256 disputeId, bytes calldata) external payable {
        revert NoAppeal(disputeId);
    }

    /// @inheritdoc IArbitrator
    function arbitrationCost(bytes calldata) external view returns (uint256) {
        return _cost;
    }

    /// @inheritdoc IArbitrator
    function appealCost(uint256, bytes calldata) external pure returns (uint256) {
        return type(uint256).max;
    }

    /// @inheritdoc IArbitrator
    function appealPeriod(uint256) external pure returns (uint256, uint256) {
        return (0, 0);
    }

    /// @inheritdoc IArbitrator
    function disputeStatus(uint256 disputeId) external view returns (DisputeStatus) {
        return _known(disputeId).solved ? DisputeStatus.Solved : DisputeStatus.Waiting;
    }

    /// @inheritdoc IArbitrator
    function currentRuling(uint256 disputeId) external view returns (uint256) {
        return _known(disputeId).ruling;
    }

    /// @inheritdoc IMultisigArbitrator
    function due(address owner) public view returns (uint256) {
        if (_seats[owner] == 0) return 0;
        return _cost * disputeCount / _owners.length - _paid[owner];
    }

    /// @inheritdoc IMultisigArbitrator
    function executed(uint256 disputeId) external view returns (bool) {
        return _matters[disputeId].executed;
    }

    /// @inheritdoc IMultisigArbitrator
    function voteOf(uint256 disputeId, address owner) external view returns (uint256) {
        uint256 seat = _seats[owner];
        return seat == 0 ? 0 : uint16(_votes[disputeId] >> 16 * (seat - 1));
    }

    /// @inheritdoc IMultisigArbitrator
    function owners() external view returns (address[] memory) {
        return _owners;
    }

    function _known(uint256 disputeId) private view returns (Matter storage matter) {
        matter = _matters[disputeId];
        if (address(matter.arbitrable) == address(0)) revert DisputeUnknown(disputeId);
    }

    /// @dev How many of the 16 votes are this one.
    function _count(uint256 votes, uint256 wanted) private pure returns (uint256 count) {
        for (; votes != 0; votes >>= 16) {
            if (uint16(votes) == wanted) ++count;
        }
    }
}
