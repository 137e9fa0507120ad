// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICases} from "./ICases.sol";
import {ILicenseToken} from "./ILicenseToken.sol";

/// @title Disputes of deeds, of works in a catalogue, and of licenses
/// @notice Who thinks that a deed claims what is theirs registers a deed of their own, and disputes the other. A ruling
/// never moves a deed: an upheld claim marks it *defeated*, which ends its sales. Licenses sold before stay, and money
/// that reached its vault is out of reach.
///
/// While a dispute of a deed is open, its sales are paid into escrow: an address for each latest case and payee,
/// holding nothing else. What is in it goes to whom the earliest-opened upheld claim names, of those that were opened
/// before the sale, or else to the offer's payee: as soon as no such case can still be ruled on, which is the deadline
/// of the latest at most. So a later dispute neither delays nor takes what was sold before it.
///
/// The deed's holder can: stake a bond against each case, and be paid directly while every open case is so answered.
/// A dispute of one work flags that work, not its catalogue; its catalogue's sales are not escrowed.
/// A dispute of a license, raised by the deed's holder, lets them revoke it if it is upheld.
/// Nobody can: touch an asset, a work or a license other than the one in dispute.
interface IDisputeDesk is ICases {
    /// @notice A case's subject: an asset, a work of the asset that is the case's subject, or a license.
    enum Kind {
        Asset,
        Work,
        License
    }

    /// @notice What a dispute of an asset says beyond the case.
    /// @param payee Who gets what was escrowed, if the claim is upheld.
    /// @param counterBondBy Who staked a bond against it; the zero address for nobody.
    struct Claim {
        address payee;
        address counterBondBy;
    }

    /// @notice How an asset's disputes stand.
    /// @param latest Its latest case; 0 for none.
    /// @param settled All its cases up to this one were closed when the next was opened.
    /// @param upheld Its earliest-opened upheld case; 0 for none.
    /// @param open How many of its cases are open.
    /// @param escrowing How many of those its holder staked no bond against.
    struct AssetState {
        uint64 latest;
        uint64 settled;
        uint64 upheld;
        uint32 open;
        uint32 escrowing;
    }

    /// @notice A deed is disputed by the holder of the deed `claimId`.
    event AssetDisputed(
        uint256 indexed caseId,
        bytes32 indexed assetId,
        address indexed claimant,
        bytes32 claimId,
        address payee,
        uint40 deadline,
        bytes32 evidenceHash,
        string evidenceURI
    );

    /// @notice A work of a catalogue is disputed by the holder of the deed `claimId`.
    event WorkDisputed(
        uint256 indexed caseId,
        bytes32 indexed assetId,
        address indexed claimant,
        bytes32 sha256Hash,
        bytes32 claimId,
        uint40 deadline,
        bytes32 evidenceHash,
        string evidenceURI
    );

    /// @notice A license is disputed by the holder of the deed that it is a license of.
    event LicenseDisputed(
        uint256 indexed caseId,
        bytes32 indexed licenseId,
        address indexed claimant,
        bytes32 assetId,
        uint40 deadline,
        bytes32 evidenceHash,
        string evidenceURI
    );

    /// @notice The deed's holder staked a bond against a dispute of it.
    event CounterBonded(uint256 indexed caseId, bytes32 indexed assetId, address indexed payer);

    /// @notice Escrowed money went to `to`: `amount` of `token` (zero address: native coin), paid for `payee`.
    event EscrowReleased(
        uint256 indexed caseId, address indexed token, address indexed to, address payee, uint256 amount
    );

    /// @notice A claim is raised on another deed, by its holder.
    error ClaimInvalid(bytes32 claimId, address caller);
    /// @notice The claimant names nobody to be paid.
    error PayeeMissing();
    /// @notice The deed has lost a dispute.
    error AssetAlreadyDefeated(bytes32 assetId);
    /// @notice The work has lost a dispute.
    error WorkAlreadyDefeated(bytes32 assetId, bytes32 sha256Hash);
    /// @notice The proof does not lead to this asset.
    error WorkNotInAsset(bytes32 assetId, bytes32 sha256Hash);
    /// @notice The license's terms do not let a ruling revoke it.
    error LicenseNotRevocable(bytes32 licenseId);
    /// @notice `caller` does not hold the deed; `holder` does.
    error NotDeedHolder(bytes32 assetId, address caller, address holder);
    /// @notice Only a dispute of an asset is answered by a bond, once.
    error CannotCounterBond(uint256 caseId);
    /// @notice The case is no dispute of an asset, so there is no escrow of its.
    error NoEscrow(uint256 caseId);
    /// @notice A case that these sales wait for can still be ruled on, until `deadline` (unix seconds) at most.
    error EscrowNotOver(uint256 caseId, uint256 deadline);
    /// @notice There is nothing of `token` in this escrow.
    error NothingEscrowed(uint256 caseId, address payee, address token);

    /// @notice Disputes a deed. The caller holds another, and sends `openingCost()` wei.
    /// @param claimId The caller's deed.
    /// @param payee Who gets what is escrowed from now on, if the claim is upheld: as a rule the vault of that deed.
    /// @param evidenceHash SHA-256 of the evidence at `evidenceURI`.
    /// @param evidenceURI Where it can be fetched, at most 1,024 bytes.
    function disputeAsset(
        bytes32 assetId,
        bytes32 claimId,
        address payee,
        bytes32 evidenceHash,
        string calldata evidenceURI
    ) external payable returns (uint256 caseId);

    /// @notice Disputes one work of a catalogue. The caller holds another deed, and sends `openingCost()` wei.
    /// @param sha256Hash SHA-256 of the work.
    /// @param registrant Who registered the catalogue.
    /// @param siblings Sibling hashes from the work's leaf up.
    /// @param sides Bit i says that sibling i stands on the left.
    function disputeWork(
        bytes32 assetId,
        bytes32 sha256Hash,
        address registrant,
        bytes32[] calldata siblings,
        uint256 sides,
        bytes32 claimId,
        bytes32 evidenceHash,
        string calldata evidenceURI
    ) external payable returns (uint256 caseId);

    /// @notice Disputes the license proven by `grant`, whose conditions must be revocable. Only the present holder of
    /// the licensed asset's deed may, who sends `openingCost()` wei.
    function disputeLicense(
        ILicenseToken.Grant calldata grant,
        ILicenseToken.Conditions calldata conditions,
        bytes32 evidenceHash,
        string calldata evidenceURI
    ) external payable returns (uint256 caseId);

    /// @notice Stakes a bond against a dispute of a deed: it escrows no further sale. Only the deed's present holder
    /// may, who sends `bond()` wei: the claimant's if the claim is upheld; else it goes back to who paid it.
    function counterBond(uint256 caseId) external payable;

    /// @notice Pays out what was sold while `caseId` was the latest dispute of its asset. Anyone may call, once no case
    /// opened up to then can be ruled on any more.
    /// @param payee Whom the offers name.
    /// @param token Currency; the zero address for the native coin.
    /// @return amount All of it, in the currency's smallest unit; never 0.
    function release(uint256 caseId, address payee, address token) external returns (uint256 amount);

    /// @notice Where a sale of the asset is to be paid now: `payee` itself, or the escrow for it.
    function escrowOf(bytes32 assetId, address payee) external view returns (address);

    /// @notice Where sales for `payee` were paid while `caseId` was the latest dispute of its asset.
    function purseOf(uint256 caseId, address payee) external view returns (address);

    /// @notice Whether the case is a dispute of this license, and was upheld.
    function upheld(uint256 caseId, bytes32 licenseId) external view returns (bool);

    /// @notice Which of `DISPUTED` (8) and `DEFEATED` (16) a work of a catalogue bears.
    function workFlags(bytes32 assetId, bytes32 sha256Hash) external view returns (uint8);

    /// @notice How an asset's disputes stand.
    function assetState(bytes32 assetId) external view returns (AssetState memory);

    /// @notice What a dispute of an asset says beyond the case; zeros for other cases.
    function claimOf(uint256 caseId) external view returns (Claim memory);

    /// @notice The SHA-256 of the work that the case is about; 0 for other cases.
    function workOf(uint256 caseId) external view returns (bytes32);

    /// @notice The registry whose deeds are disputed.
    function registry() external view returns (address);
}
