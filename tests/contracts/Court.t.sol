// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ICases} from "contracts/interfaces/ICases.sol";
import {IDisputeDesk} from "contracts/interfaces/IDisputeDesk.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IMultisigArbitrator} from "contracts/interfaces/IMultisigArbitrator.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";
import {IStatementEscrow} from "contracts/interfaces/IStatementEscrow.sol";
import {HostileArbitrator} from "contracts/mocks/HostileArbitrator.sol";

import {Replay} from "./helpers/Replay.sol";
import {IDollar} from "./helpers/System.sol";

interface ICourtDeeds is IAssetRegistry, IERC721Metadata {}

/// @dev The system with its arbitrator, three judges of whom two decide, and the parties of a dispute by role:
/// `licensor` holds a deed to `WORK`, `claimant` and `sham` others to the same.
abstract contract Court is Test {
    using Replay for Vm.Log[];

    uint256 internal constant NOW = 1_750_000_000;
    uint256 internal constant PRICE = 2_500_000;
    uint256 internal constant BOND = 0.5 ether;
    uint256 internal constant FEE = 0.03 ether;
    uint256 internal constant TIMEOUT = 30 days;
    uint32 internal constant TRAIN = 2 | 4;
    uint256 internal constant UPHOLD = 1;
    uint256 internal constant REJECT = 2;
    uint8 internal constant DISPUTED = 8;
    uint8 internal constant DEFEATED = 16;
    bytes32 internal constant WORK = keccak256("a poem");
    bytes32 internal constant PROOF = keccak256("drafts of the poem");
    string internal constant PROOF_URI = "https://example.org/drafts.pdf";

    ICourtDeeds internal registry;
    ILicenseToken internal licenses;
    IRoyaltyVaultFactory internal factory;
    IDisputeDesk internal desk;
    IStatementEscrow internal escrow;
    IMultisigArbitrator internal arbitrator;
    IDollar internal dollar;

    address internal licensor = makeAddr("licensor");
    address internal licensee = makeAddr("licensee");
    address internal claimant = makeAddr("claimant");
    address internal sham = makeAddr("sham claimant");
    address internal stranger = makeAddr("stranger");
    address internal auditor = makeAddr("auditor");
    /// @dev Whom the licensor's offers and the claimant's claim name: vaults, as a rule.
    address internal vault = makeAddr("licensor's vault");
    address internal claimantsVault = makeAddr("claimant's vault");
    address internal shamVault = makeAddr("sham's vault");
    address[3] internal judges = [makeAddr("judge 1"), makeAddr("judge 2"), makeAddr("judge 3")];

    bytes32 internal assetId;
    bytes32 internal otherAsset;
    bytes32 internal claimId;
    bytes32 internal shamId;

    uint256 private nextSalt;

    function setUp() public virtual {
        vm.chainId(31337); // before the dollar, which refuses other chains
        vm.warp(NOW);
        factory = IRoyaltyVaultFactory(deployCode("RoyaltyVaultFactory.sol:RoyaltyVaultFactory"));
        dollar = IDollar(deployCode("TestDollar.sol:TestDollar"));
        arbitrator = IMultisigArbitrator(
            deployCode("MultisigArbitrator.sol:MultisigArbitrator", abi.encode(ownersOf(judges), 2, FEE))
        );
        deploySystem(address(arbitrator));

        assetId = registerAs(licensor, WORK);
        otherAsset = registerAs(licensor, "another poem");
        claimId = registerAs(claimant, WORK);
        shamId = registerAs(sham, WORK);
        dollar.mint(licensee, 1e15);
        vm.prank(licensee);
        dollar.approve(address(licenses), type(uint256).max);
        address[6] memory rich = [licensor, licensee, claimant, sham, stranger, address(this)];
        for (uint256 i = 0; i < rich.length; ++i) {
            vm.deal(rich[i], 100 ether);
        }
    }

    /// @dev Everything that names each other, before a given arbitrator.
    function deploySystem(address judge) internal {
        uint256 nonce = vm.getNonce(address(this));
        address registryAt = vm.computeCreateAddress(address(this), nonce + 2);
        escrow = IStatementEscrow(
            deployCode("StatementEscrow.sol:StatementEscrow", abi.encode(factory, judge, BOND, TIMEOUT))
        );
        desk = IDisputeDesk(deployCode("DisputeDesk.sol:DisputeDesk", abi.encode(registryAt, judge, BOND, TIMEOUT)));
        registry = ICourtDeeds(
            deployCode(
                "AssetRegistry.sol:AssetRegistry",
                abi.encode(factory, vm.computeCreateAddress(address(this), nonce + 3), address(1), escrow, desk)
            )
        );
        licenses = ILicenseToken(deployCode("LicenseToken.sol:LicenseToken", abi.encode(registry)));
        assertEq(address(registry), registryAt, "the desk names the registry");
        assertEq(registry.licenseToken(), address(licenses), "the registry names the license token");
    }

    /// @dev The system anew, before an arbitrator who takes no fee.
    function underHostile() internal returns (HostileArbitrator hostile) {
        hostile = new HostileArbitrator();
        deploySystem(address(hostile));
        registerAs(licensor, WORK);
        registerAs(claimant, WORK);
        registerAs(sham, WORK);
    }

    function ownersOf(address[3] memory three) internal pure returns (address[] memory list) {
        list = new address[](3);
        (list[0], list[1], list[2]) = (three[0], three[1], three[2]);
    }

    // ---- assets ----

    function registerAs(address registrant, bytes32 content) internal returns (bytes32) {
        vm.prank(registrant);
        return registry.register(work(content));
    }

    function work(bytes32 content) internal pure returns (IAssetRegistry.Registration memory registration) {
        registration.content = content;
    }

    function moveDeed(bytes32 id, address from, address to) internal {
        vm.prank(from);
        registry.transferFrom(from, to, uint256(id));
    }

    function flagsOf(bytes32 id) internal view returns (uint8) {
        return registry.deed(id).flags;
    }

    // ---- disputes ----

    function dispute() internal returns (uint256) {
        return disputeAs(claimant, claimId, claimantsVault);
    }

    function shamDispute() internal returns (uint256) {
        return disputeAs(sham, shamId, shamVault);
    }

    function disputeAs(address who, bytes32 claim, address payee) internal returns (uint256) {
        uint256 cost = desk.openingCost();
        vm.prank(who);
        return desk.disputeAsset{value: cost}(assetId, claim, payee, PROOF, PROOF_URI);
    }

    function counterBond(uint256 caseId) internal {
        vm.prank(licensor);
        desk.counterBond{value: BOND}(caseId);
    }

    /// @dev Two of the judges agree.
    function rule(uint256 caseId, uint256 ruling) internal {
        rule(desk, caseId, ruling);
    }

    function rule(ICases cases, uint256 caseId, uint256 ruling) internal {
        vote(cases, 0, caseId, ruling);
        vote(cases, 1, caseId, ruling);
    }

    function vote(ICases cases, uint256 judge, uint256 caseId, uint256 ruling) internal {
        uint256 number = numberOf(cases, caseId);
        vm.prank(judges[judge]);
        arbitrator.vote(number, ruling);
    }

    /// @dev The arbitrator's number for a case.
    function numberOf(ICases cases, uint256 caseId) internal view returns (uint256 number) {
        while (cases.caseOfDispute(number) != caseId) {
            ++number;
        }
    }

    function waitFor(uint256 seconds_) internal {
        vm.warp(vm.getBlockTimestamp() + seconds_);
    }

    function assertStatus(ICases cases, uint256 caseId, ICases.Status status) internal view {
        assertEq(uint256(cases.caseOf(caseId).status), uint256(status));
    }

    function assertStatus(uint256 caseId, ICases.Status status) internal view {
        assertStatus(desk, caseId, status);
    }

    /// @dev The desk holds what it owes, and a bond for each side that staked one in the open cases; nothing else.
    function assertSolvent(uint256 owed, uint256 staked) internal view {
        assertEq(address(desk).balance, owed + staked * BOND);
    }

    // ---- sales ----

    /// @dev A subscription to training, for a year at a price, by the licensor.
    function terms(bytes32 asset) internal view returns (ILicenseToken.Offer memory) {
        IAssetRegistry.Deed memory deed = registry.deed(asset);
        return ILicenseToken.Offer({
            licensor: deed.holder,
            assetId: asset,
            epoch: deed.epoch,
            payee: vault,
            currency: address(dollar),
            price: PRICE,
            uses: TRAIN,
            termsHash: keccak256("terms"),
            termsURI: "https://example.org/terms.json",
            start: uint40(NOW - 1 days),
            end: 0,
            duration: 365 days,
            supply: 0,
            kind: ILicenseToken.Kind.Subscription,
            exclusive: false,
            transferable: true,
            conditions: licenses.conditionsHashOf(revocable())
        });
    }

    function nativeTerms(bytes32 asset) internal view returns (ILicenseToken.Offer memory offer) {
        offer = terms(asset);
        (offer.currency, offer.price) = (address(0), 1 ether);
    }

    function revocable() internal pure returns (ILicenseToken.Conditions memory conditions) {
        conditions.revocable = true;
        conditions.refundBps = 10_000;
    }

    /// @dev Published by its licensor, and bought by the licensee.
    function sell(ILicenseToken.Offer memory offer) internal returns (bytes32) {
        publish(offer);
        return buy(offer);
    }

    function sell(bytes32 asset) internal returns (bytes32) {
        return sell(terms(asset));
    }

    function publish(ILicenseToken.Offer memory offer) internal {
        vm.prank(offer.licensor);
        licenses.publishOffer(offer, revocable());
    }

    function buy(ILicenseToken.Offer memory offer) internal returns (bytes32) {
        ILicenseToken.Order memory order = orderOf(offer);
        vm.prank(licensee);
        return licenses.buy{value: offer.currency == address(0) ? offer.price : 0}(order);
    }

    function orderOf(ILicenseToken.Offer memory offer) internal returns (ILicenseToken.Order memory) {
        return
            ILicenseToken.Order({
                offer: offer, signature: "", quantity: 1, licensee: licensee, salt: bytes32(++nextSalt)
            });
    }

    // ---- heads ----

    /// @dev Fails unless the logs recorded since `vm.recordLogs` lead from `before` to the contract's present head.
    function assertHead(ICases cases, bytes32 before) internal {
        assertEq(cases.head(), vm.getRecordedLogs().head(address(cases), before));
    }
}
