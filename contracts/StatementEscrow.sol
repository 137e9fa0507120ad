// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {Cases} from "./Cases.sol";
import {IPurse} from "./interfaces/IPurse.sol";
import {IRoyaltyVaultFactory} from "./interfaces/IRoyaltyVaultFactory.sol";
import {IStatementEscrow} from "./interfaces/IStatementEscrow.sol";
import {Purses} from "./libraries/Purses.sol";
import {TokenDocument} from "./libraries/TokenDocument.sol";
import {Purse} from "./Purse.sol";

/// @title Where a period's payout waits until nobody contests it
/// @notice See `IStatementEscrow`.
contract StatementEscrow is IStatementEscrow, Cases {
    IRoyaltyVaultFactory private immutable _factory;
    address private immutable _purse;

    mapping(bytes32 statementId => StatementState) private _statements;

    constructor(address vaultFactory_, address arbitrator_, uint256 bond_, uint256 timeout_)
        Cases(
            arbitrator_,
            bond_,
            timeout_,
            TokenDocument.dataURI(
                '{"category":"Licet","title":"Contest of a period\'s statement",'
                '"description":"The log StatementPublished says what an asset\'s payees are to be paid for a period; '
                'StatementContested, who contests it, and on what evidence.",' '"question":"Is the statement wrong?",'
                '"rulingOptions":{"type":"single-select","titles":["Uphold","Reject"],'
                '"descriptions":["The statement is wrong; its money goes back to its publisher.",'
                '"The statement is right, and the contest\'s bond lost."]}}'
            )
        )
    {
        _factory = IRoyaltyVaultFactory(vaultFactory_);
        _purse = address(new Purse());
    }

    /// @inheritdoc IStatementEscrow
    function publish(Statement calldata statement) external payable returns (bytes32 statementId) {
        if (msg.sender != statement.publisher) revert NotPublisher(msg.sender, statement.publisher);
        statementId = statementIdOf(statement);
        _checkTerms(statement, statementId);
        if (_statements[statementId].state != State.None) revert StatementAlreadyPublished(statementId);
        uint40 until = uint40(block.timestamp) + statement.window; // seconds fit into 40 bits for 34,000 years
        _statements[statementId] =
            StatementState({publisher: msg.sender, contestableUntil: until, state: State.Published, open: 0});
        _log(
            StatementPublished.selector,
            statementId,
            statement.assetId,
            _word(msg.sender),
            abi.encode(vaultOf(statement), until, statement)
        );
        _fund(purseOf(statementId), statement.currency, statement.amount);
    }

    /// @inheritdoc IStatementEscrow
    function contest(Statement calldata statement, bytes32 evidenceHash, string calldata evidenceURI)
        external
        payable
        returns (uint256 caseId)
    {
        bytes32 statementId = statementIdOf(statement);
        StatementState storage state = _published(statementId);
        if (state.state == State.Returned) revert StatementIsReturned(statementId);
        if (block.timestamp > state.contestableUntil) revert WindowOver(statementId, state.contestableUntil);
        uint40 deadline;
        (caseId, deadline) = _file(0, statementId);
        ++state.open;
        _announce(
            caseId,
            StatementContested.selector,
            statementId,
            abi.encode(deadline, evidenceHash, evidenceURI),
            evidenceURI
        );
        _refer(caseId);
    }

    /// @inheritdoc IStatementEscrow
    function release(Statement calldata statement, address token) external returns (uint256 amount) {
        bytes32 statementId = statementIdOf(statement);
        address to = _destination(statement, statementId);
        amount = Purses.balanceOf(purseOf(statementId), token);
        if (amount == 0) revert NothingToRelease(statementId, token);
        _log(StatementReleased.selector, statementId, _word(token), _word(to), abi.encode(amount));
        IPurse(Purses.open(_purse, statementId)).pay(token, to, amount);
    }

    /// @inheritdoc IStatementEscrow
    function statementIdOf(Statement calldata statement) public pure returns (bytes32) {
        return keccak256(abi.encode(statement));
    }

    /// @inheritdoc IStatementEscrow
    function purseOf(bytes32 statementId) public view returns (address) {
        return Purses.at(_purse, statementId);
    }

    /// @inheritdoc IStatementEscrow
    function vaultOf(Statement calldata statement) public view returns (address) {
        return _factory.vaultOf(statement.root, statementIdOf(statement));
    }

    /// @inheritdoc IStatementEscrow
    function stateOf(bytes32 statementId) external view returns (StatementState memory) {
        return _statements[statementId];
    }

    /// @inheritdoc IStatementEscrow
    function vaultFactory() external view returns (address) {
        return address(_factory);
    }

    function _settle(uint256, Case memory closed) internal override {
        StatementState storage state = _statements[closed.subject];
        --state.open;
        if (closed.status == Status.Upheld) state.state = State.Returned;
    }

    function _defendant(Case memory rejected) internal view override returns (address) {
        return _statements[rejected.subject].publisher;
    }

    function _checkTerms(Statement calldata statement, bytes32 statementId) private pure {
        if (statement.from > statement.until || statement.amount == 0 || statement.root == 0) {
            revert StatementInvalid(statementId);
        }
        uint256 length = bytes(statement.uri).length;
        if (length > MAX_URI) revert StatementUriTooLong(length, MAX_URI);
    }

    /// @dev Last of all. Draws what the purse lacks; what came in by itself is the statement's as well.
    function _fund(address purse, address currency, uint256 amount) private {
        uint256 balance = Purses.balanceOf(purse, currency);
        if (currency == address(0)) {
            // A stranger's coin in the purse must not make the full amount a wrong one.
            if (msg.value > amount) revert WrongValue(msg.value, amount);
            if (msg.value != 0) SafeTransferLib.safeTransferETH(purse, msg.value);
        } else {
            if (msg.value != 0) revert WrongValue(msg.value, 0);
            if (balance < amount) SafeTransferLib.safeTransferFrom(currency, msg.sender, purse, amount - balance);
        }
        balance = Purses.balanceOf(purse, currency);
        if (balance < amount) revert PaymentNotReceived(currency, amount, balance);
    }

    /// @dev Where a statement's money goes. Reverts while that can still change.
    function _destination(Statement calldata statement, bytes32 statementId) private view returns (address) {
        StatementState storage state = _published(statementId);
        if (state.state == State.Returned) return state.publisher;
        if (state.open != 0) revert StatementIsContested(statementId, state.open);
        if (block.timestamp <= state.contestableUntil) revert WindowOpen(statementId, state.contestableUntil);
        return vaultOf(statement);
    }

    function _published(bytes32 statementId) private view returns (StatementState storage state) {
        state = _statements[statementId];
        if (state.state == State.None) revert StatementUnknown(statementId);
    }
}
