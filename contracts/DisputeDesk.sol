// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Cases} from "./Cases.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IDisputeDesk} from "./interfaces/IDisputeDesk.sol";
import {ILicenseToken} from "./interfaces/ILicenseToken.sol";
import {IPurse} from "./interfaces/IPurse.sol";
import {CatalogTree} from "./libraries/CatalogTree.sol";
import {Offers} from "./libraries/Offers.sol";
import {Purses} from "./libraries/Purses.sol";
import {TokenDocument} from "./libraries/TokenDocument.sol";
import {Purse} from "./Purse.sol";

/// @title Disputes of deeds, of works in a catalogue, and of licenses
/// @notice See `IDisputeDesk`.
/// @dev Deadlines come in the order of the cases, since the timeout is one for all. So once the deadline of an asset's
/// case is past, none of its earlier cases can be ruled on either, and what was sold up to then is decided: no list of
/// open cases is kept, and nothing loops.
contract DisputeDesk is IDisputeDesk, Cases {
    using Offers for ILicenseToken.Grant;
    using Offers for ILicenseToken.Offer;

    /// @dev How a work's disputes stand.
    struct WorkState {
        uint32 open;
        bool defeated;
    }

    uint8 private constant DISPUTED = 8;
    uint8 private constant DEFEATED = 16;

    IAssetRegistry private immutable _registry;
    address private immutable _purse;

    mapping(bytes32 assetId => AssetState) private _assets;
    mapping(uint256 caseId => Claim) private _claims;
    mapping(bytes32 assetId => mapping(bytes32 sha256Hash => WorkState)) private _works;
    /// @inheritdoc IDisputeDesk
    mapping(uint256 caseId => bytes32) public workOf;

    constructor(address registry_, address arbitrator_, uint256 bond_, uint256 timeout_)
        Cases(
            arbitrator_,
            bond_,
            timeout_,
            TokenDocument.dataURI(
                '{"category":"Licet","title":"Dispute of a deed, of a work or of a license",'
                '"description":"The log that opened the case says what is disputed, by whom, and on what evidence: '
                'AssetDisputed, WorkDisputed or LicenseDisputed.",'
                '"question":"Is the claim right? Of a deed or a work: that the claimant, not the deed\'s registrant, '
                'holds the rights in it. Of a license: that its holder broke its terms, so that it may be revoked.",'
                '"rulingOptions":{"type":"single-select","titles":["Uphold","Reject"],'
                '"descriptions":["The claim is right.","The claim is wrong, and its bond lost."]}}'
            )
        )
    {
        _registry = IAssetRegistry(registry_);
        _purse = address(new Purse());
    }

    /// @inheritdoc IDisputeDesk
    function disputeAsset(
        bytes32 assetId,
        bytes32 claimId,
        address payee,
        bytes32 evidenceHash,
        string calldata evidenceURI
    ) external payable returns (uint256 caseId) {
        _registry.deed(assetId); // reverts if there is none
        _checkClaim(assetId, claimId);
        if (payee == address(0)) revert PayeeMissing();
        AssetState memory state = _assets[assetId];
        if (state.upheld != 0) revert AssetAlreadyDefeated(assetId);

        uint40 deadline;
        (caseId, deadline) = _file(uint8(Kind.Asset), assetId);
        _claims[caseId].payee = payee;
        if (state.open == 0) state.settled = state.latest;
        state.latest = uint64(caseId); // 2^64 cases are more than any chain can hold
        ++state.open;
        ++state.escrowing;
        _assets[assetId] = state;
        _announce(
            caseId,
            AssetDisputed.selector,
            assetId,
            abi.encode(claimId, payee, deadline, evidenceHash, evidenceURI),
            evidenceURI
        );
        if (state.open == 1) _registry.flag(assetId, DISPUTED, caseId);
        _refer(caseId);
    }

    /// @inheritdoc IDisputeDesk
    function disputeWork(
        bytes32 assetId,
        bytes32 sha256Hash,
        address registrant,
        bytes32[] calldata siblings,
        uint256 sides,
        bytes32 claimId,
        bytes32 evidenceHash,
        string calldata evidenceURI
    ) external payable returns (uint256 caseId) {
        _registry.deed(assetId); // reverts if there is none
        _checkClaim(assetId, claimId);
        if (assetId != _registry.assetIdOf(CatalogTree.root(sha256Hash, siblings, sides), registrant)) {
            revert WorkNotInAsset(assetId, sha256Hash);
        }
        WorkState storage work = _works[assetId][sha256Hash];
        if (work.defeated) revert WorkAlreadyDefeated(assetId, sha256Hash);

        uint40 deadline;
        (caseId, deadline) = _file(uint8(Kind.Work), assetId);
        workOf[caseId] = sha256Hash;
        ++work.open;
        _announce(
            caseId,
            WorkDisputed.selector,
            assetId,
            abi.encode(sha256Hash, claimId, deadline, evidenceHash, evidenceURI),
            evidenceURI
        );
        _refer(caseId);
    }

    /// @inheritdoc IDisputeDesk
    function disputeLicense(
        ILicenseToken.Grant calldata grant,
        ILicenseToken.Conditions calldata conditions,
        bytes32 evidenceHash,
        string calldata evidenceURI
    ) external payable returns (uint256 caseId) {
        bytes32 licenseId = grant.licenseId();
        grant.offer.check(conditions);
        if (!conditions.revocable) revert LicenseNotRevocable(licenseId);
        _licenses().license(licenseId); // reverts if there is none
        bytes32 assetId = grant.offer.assetId;
        _checkHolder(assetId);

        uint40 deadline;
        (caseId, deadline) = _file(uint8(Kind.License), licenseId);
        _announce(
            caseId,
            LicenseDisputed.selector,
            licenseId,
            abi.encode(assetId, deadline, evidenceHash, evidenceURI),
            evidenceURI
        );
        _refer(caseId);
    }

    /// @inheritdoc IDisputeDesk
    function counterBond(uint256 caseId) external payable {
        _checkOpen(caseId);
        Case memory disputed = caseOf(caseId);
        Claim storage claim = _claims[caseId];
        if (disputed.kind != uint8(Kind.Asset) || claim.counterBondBy != address(0)) revert CannotCounterBond(caseId);
        _checkHolder(disputed.subject);
        if (msg.value != bond) revert WrongValue(msg.value, bond);
        claim.counterBondBy = msg.sender;
        --_assets[disputed.subject].escrowing;
        _log(CounterBonded.selector, bytes32(caseId), disputed.subject, _word(msg.sender), "");
    }

    /// @inheritdoc IDisputeDesk
    function release(uint256 caseId, address payee, address token) external returns (uint256 amount) {
        address to = _winner(caseId, payee);
        bytes32 matter = _matter(caseId, payee);
        amount = Purses.balanceOf(purseOf(caseId, payee), token);
        if (amount == 0) revert NothingEscrowed(caseId, payee, token);
        _log(EscrowReleased.selector, bytes32(caseId), _word(token), _word(to), abi.encode(payee, amount));
        IPurse(Purses.open(_purse, matter)).pay(token, to, amount);
    }

    /// @inheritdoc IDisputeDesk
    function escrowOf(bytes32 assetId, address payee) external view returns (address) {
        AssetState storage state = _assets[assetId];
        return state.escrowing == 0 ? payee : purseOf(state.latest, payee);
    }

    /// @inheritdoc IDisputeDesk
    function purseOf(uint256 caseId, address payee) public view returns (address) {
        return Purses.at(_purse, _matter(caseId, payee));
    }

    /// @inheritdoc IDisputeDesk
    function upheld(uint256 caseId, bytes32 licenseId) external view returns (bool) {
        Case memory disputed = caseOf(caseId);
        if (disputed.kind != uint8(Kind.License) || disputed.subject != licenseId) return false;
        return disputed.status == Status.Upheld;
    }

    /// @inheritdoc IDisputeDesk
    function workFlags(bytes32 assetId, bytes32 sha256Hash) external view returns (uint8) {
        WorkState storage work = _works[assetId][sha256Hash];
        return _flags(work.open, work.defeated);
    }

    /// @inheritdoc IDisputeDesk
    function assetState(bytes32 assetId) external view returns (AssetState memory) {
        return _assets[assetId];
    }

    /// @inheritdoc IDisputeDesk
    function claimOf(uint256 caseId) external view returns (Claim memory) {
        return _claims[caseId];
    }

    /// @inheritdoc IDisputeDesk
    function registry() external view returns (address) {
        return address(_registry);
    }

    function _settle(uint256 caseId, Case memory closed) internal override {
        bool won = closed.status == Status.Upheld;
        if (closed.kind == uint8(Kind.Asset)) {
            _settleAsset(caseId, closed, won);
        } else if (closed.kind == uint8(Kind.Work)) {
            WorkState storage work = _works[closed.subject][workOf[caseId]];
            --work.open;
            if (won) work.defeated = true;
        }
    }

    function _defendant(Case memory rejected) internal view override returns (address) {
        if (rejected.kind == uint8(Kind.License)) return _licenses().license(rejected.subject).holder;
        return _registry.deed(rejected.subject).holder;
    }

    function _settleAsset(uint256 caseId, Case memory closed, bool won) private {
        AssetState memory state = _assets[closed.subject];
        uint8 before = _flags(state.open, state.upheld != 0);
        --state.open;
        address counterBondBy = _claims[caseId].counterBondBy;
        if (counterBondBy == address(0)) --state.escrowing;
        else _credit(won ? closed.claimant : counterBondBy, bond);
        // The earliest claim goes first, in whatever order the arbitrator rules.
        if (won && (state.upheld == 0 || caseId < state.upheld)) state.upheld = uint64(caseId);
        _assets[closed.subject] = state;
        uint8 flags = _flags(state.open, state.upheld != 0);
        if (flags != before) _registry.flag(closed.subject, flags, caseId);
    }

    /// @dev Who gets what was sold while the case was its asset's latest. Reverts while that can still change.
    function _winner(uint256 caseId, address payee) private view returns (address) {
        Case memory latest = caseOf(caseId);
        if (latest.status == Status.None || latest.kind != uint8(Kind.Asset)) revert NoEscrow(caseId);
        AssetState memory state = _assets[latest.subject];
        if (state.open != 0 && caseId > state.settled && block.timestamp <= latest.deadline) {
            revert EscrowNotOver(caseId, latest.deadline);
        }
        // A claim upheld takes only what was sold after it was raised.
        return state.upheld != 0 && state.upheld <= caseId ? _claims[state.upheld].payee : payee;
    }

    function _checkClaim(bytes32 assetId, bytes32 claimId) private view {
        if (claimId == assetId || _registry.deed(claimId).holder != msg.sender) {
            revert ClaimInvalid(claimId, msg.sender);
        }
    }

    function _checkHolder(bytes32 assetId) private view {
        address holder = _registry.deed(assetId).holder;
        if (msg.sender != holder) revert NotDeedHolder(assetId, msg.sender, holder);
    }

    /// @dev Asked each time: the registry may be deployed after this contract.
    function _licenses() private view returns (ILicenseToken) {
        return ILicenseToken(_registry.licenseToken());
    }

    function _matter(uint256 caseId, address payee) private pure returns (bytes32) {
        return keccak256(abi.encode(caseId, payee));
    }

    function _flags(uint256 open, bool defeated) private pure returns (uint8) {
        return (open == 0 ? 0 : DISPUTED) | (defeated ? DEFEATED : 0);
    }
}
