// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ICases} from "contracts/interfaces/ICases.sol";
import {IDisputeDesk} from "contracts/interfaces/IDisputeDesk.sol";
import {HostileArbitrator} from "contracts/mocks/HostileArbitrator.sol";

import {Court} from "./Court.t.sol";
import {Catalog} from "./helpers/Catalog.sol";

/// @dev Disputes of one work out of a catalogue.
contract DisputeWorkTest is Court {
    uint256 private constant WORKS = 5;
    uint256 private constant STOLEN = 2;

    bytes32 private catalog;
    bytes32 private stolen;

    function setUp() public override {
        super.setUp();
        stolen = works()[STOLEN];
        registerCatalog();
    }

    function registerCatalog() private {
        IAssetRegistry.Registration memory registration = work(Catalog.root(works()));
        (registration.works, registration.documentHash) = (uint64(WORKS), keccak256("list"));
        vm.prank(licensor);
        catalog = registry.register(registration);
    }

    // ---- opening ----

    function test_TheCaseIsOpen() public {
        uint256 caseId = open();
        ICases.Case memory opened = desk.caseOf(caseId);
        assertEq(opened.claimant, claimant);
        assertEq(opened.subject, catalog);
        assertEq(opened.kind, uint8(IDisputeDesk.Kind.Work));
        assertEq(opened.deadline, NOW + TIMEOUT);
        assertEq(desk.workOf(caseId), stolen);
        assertEq(desk.claimOf(caseId).payee, address(0));
        assertSolvent(0, 1);
    }

    function test_TheOpeningIsLogged() public {
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        uint256 cost = desk.openingCost();
        vm.expectEmit(address(desk));
        emit IDisputeDesk.WorkDisputed(1, catalog, claimant, stolen, claimId, uint40(NOW + TIMEOUT), PROOF, PROOF_URI);
        vm.prank(claimant);
        desk.disputeWork{value: cost}(catalog, stolen, licensor, siblings, sides, claimId, PROOF, PROOF_URI);
    }

    function test_OnlyTheWorkIsFlagged() public {
        open();
        for (uint256 i = 0; i < WORKS; ++i) {
            assertEq(desk.workFlags(catalog, works()[i]), i == STOLEN ? DISPUTED : 0);
        }
        assertEq(flagsOf(catalog), 0);
        assertEq(desk.workFlags(assetId, stolen), 0, "the same work in another asset");
    }

    function test_TheCatalogueSellsAsBefore() public {
        uint256 caseId = open();
        assertEq(desk.escrowOf(catalog, vault), vault);
        sell(catalog);
        rule(caseId, UPHOLD);
        sell(catalog);
        assertEq(dollar.balanceOf(vault), 2 * PRICE);
    }

    function testFuzz_EveryWorkOfTheCatalogueCanBeDisputed(uint256 index) public {
        index %= WORKS;
        uint256 caseId = openFor(index);
        assertEq(desk.workOf(caseId), works()[index]);
        assertEq(desk.workFlags(catalog, works()[index]), DISPUTED);
    }

    function test_ACatalogueOfOneIsDisputedByItsOnlyWork() public {
        bytes32[] memory one = new bytes32[](1);
        one[0] = "the only work";
        catalog = registerAs(licensor, Catalog.root(one));
        uint256 cost = desk.openingCost();
        vm.prank(claimant);
        desk.disputeWork{value: cost}(catalog, one[0], licensor, new bytes32[](0), 0, claimId, PROOF, PROOF_URI);
        assertEq(desk.workFlags(catalog, one[0]), DISPUTED);
    }

    function test_RevertWhen_TheProofIsAnotherWorks() public {
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN + 1);
        refuse(claimant, catalog, licensor, siblings, sides, claimId, notInAsset(catalog));
    }

    function testFuzz_RevertWhen_TheProofIsAltered(uint256 which, uint256 bit) public {
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        siblings[which % siblings.length] ^= bytes32(uint256(1) << bit % 256);
        refuse(claimant, catalog, licensor, siblings, sides, claimId, notInAsset(catalog));
    }

    function test_RevertWhen_TheRegistrantIsAnother() public {
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        refuse(claimant, catalog, claimant, siblings, sides, claimId, notInAsset(catalog));
    }

    /// @dev A single work's content is its bare hash, which is no catalogue's root.
    function test_RevertWhen_TheAssetIsASingleWork() public {
        uint256 cost = desk.openingCost();
        vm.prank(claimant);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.WorkNotInAsset.selector, assetId, WORK));
        desk.disputeWork{value: cost}(assetId, WORK, licensor, new bytes32[](0), 0, claimId, PROOF, PROOF_URI);
    }

    function test_RevertWhen_TheCatalogueIsNotRegistered() public {
        bytes32 id = registry.assetIdOf(Catalog.root(works()), stranger);
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        bytes memory reason = abi.encodeWithSelector(IAssetRegistry.AssetNotRegistered.selector, id);
        refuse(claimant, id, stranger, siblings, sides, claimId, reason);
    }

    function test_RevertWhen_TheClaimIsAnothersDeed() public {
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        bytes memory reason = abi.encodeWithSelector(IDisputeDesk.ClaimInvalid.selector, claimId, stranger);
        refuse(stranger, catalog, licensor, siblings, sides, claimId, reason);
    }

    function test_RevertWhen_TheClaimIsNoDeed() public {
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        bytes memory reason = abi.encodeWithSelector(IAssetRegistry.AssetNotRegistered.selector, bytes32("none"));
        refuse(claimant, catalog, licensor, siblings, sides, "none", reason);
    }

    function test_RevertWhen_TheClaimIsTheCatalogueItself() public {
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        bytes memory reason = abi.encodeWithSelector(IDisputeDesk.ClaimInvalid.selector, catalog, licensor);
        refuse(licensor, catalog, licensor, siblings, sides, catalog, reason);
    }

    function test_RevertWhen_TheWorkIsDefeated() public {
        rule(open(), UPHOLD);
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        bytes memory reason = abi.encodeWithSelector(IDisputeDesk.WorkAlreadyDefeated.selector, catalog, stolen);
        refuse(sham, catalog, licensor, siblings, sides, shamId, reason);
    }

    function testFuzz_RevertWhen_TheValueIsNotWhatItCosts(uint256 value) public {
        value = bound(value, 0, 100 ether);
        vm.assume(value != BOND + FEE);
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        vm.prank(claimant);
        vm.expectRevert(abi.encodeWithSelector(ICases.WrongValue.selector, value, BOND + FEE));
        desk.disputeWork{value: value}(catalog, stolen, licensor, siblings, sides, claimId, PROOF, PROOF_URI);
    }

    function test_RevertWhen_TheEvidencesUriIsEndless() public {
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        uint256 cost = desk.openingCost();
        string memory uri = string(new bytes(1025));
        vm.prank(claimant);
        vm.expectRevert(abi.encodeWithSelector(ICases.EvidenceUriTooLong.selector, 1025, 1024));
        desk.disputeWork{value: cost}(catalog, stolen, licensor, siblings, sides, claimId, PROOF, uri);
    }

    function test_RevertWhen_ANumberIsGivenToTwoDisputes() public {
        HostileArbitrator hostile = underHostile();
        registerCatalog();
        uint256 caseId = open();
        hostile.setNextNumber(0);
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        bytes memory reason = abi.encodeWithSelector(ICases.DisputeNumberTaken.selector, uint256(0), caseId);
        refuse(sham, catalog, licensor, siblings, sides, shamId, reason);
        assertEq(desk.caseCount(), 1);
    }

    function test_RevertWhen_AWorksDisputeIsCounterBonded() public {
        uint256 caseId = open();
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.CannotCounterBond.selector, caseId));
        desk.counterBond{value: BOND}(caseId);
    }

    function test_RevertWhen_AWorksDisputeIsToReleaseAnEscrow() public {
        uint256 caseId = open();
        rule(caseId, UPHOLD);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.NoEscrow.selector, caseId));
        desk.release(caseId, vault, address(dollar));
    }

    // ---- the end ----

    function test_UpheldDefeatsTheWorkAlone() public {
        rule(open(), UPHOLD);
        for (uint256 i = 0; i < WORKS; ++i) {
            assertEq(desk.workFlags(catalog, works()[i]), i == STOLEN ? DEFEATED : 0);
        }
        assertEq(flagsOf(catalog), 0);
        assertEq(desk.owed(claimant), BOND);
        assertSolvent(BOND, 0);
    }

    function test_RejectedFreesTheWorkAndPaysTheCataloguesPresentHolder() public {
        uint256 caseId = open();
        moveDeed(catalog, licensor, auditor);
        rule(caseId, REJECT);
        assertEq(desk.workFlags(catalog, stolen), 0);
        assertEq(desk.owed(auditor), BOND);
        assertEq(desk.owed(claimant), 0);
        assertSolvent(BOND, 0);
    }

    function test_LapsedIsAsIfItHadNeverBeen() public {
        uint256 caseId = open();
        waitFor(TIMEOUT + 1);
        desk.lapse(caseId);
        assertEq(desk.workFlags(catalog, stolen), 0);
        assertEq(desk.owed(claimant), BOND);
        assertSolvent(BOND, 0);
    }

    function test_TheWorkIsDisputedUntilTheLastCaseIsClosed() public {
        uint256 first = open();
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), STOLEN);
        uint256 cost = desk.openingCost();
        vm.prank(sham);
        uint256 second =
            desk.disputeWork{value: cost}(catalog, stolen, licensor, siblings, sides, shamId, PROOF, PROOF_URI);
        rule(first, UPHOLD);
        assertEq(desk.workFlags(catalog, stolen), DISPUTED | DEFEATED);
        rule(second, REJECT);
        assertEq(desk.workFlags(catalog, stolen), DEFEATED);
    }

    function test_ADisputeOfTheCatalogueIsAnotherMatter() public {
        uint256 ofTheWork = open();
        uint256 cost = desk.openingCost();
        vm.prank(claimant);
        uint256 ofAll = desk.disputeAsset{value: cost}(catalog, claimId, claimantsVault, PROOF, PROOF_URI);
        rule(ofTheWork, UPHOLD);
        assertEq(flagsOf(catalog), DISPUTED);
        rule(ofAll, REJECT);
        assertEq(flagsOf(catalog), 0);
        assertEq(desk.workFlags(catalog, stolen), DEFEATED);
    }

    function test_TheHeadReplays() public {
        vm.recordLogs();
        rule(open(), UPHOLD);
        assertHead(desk, 0);
        assertEq(uint256(desk.head()) >> 216, 3, "opening, evidence, end");
    }

    // ---- helpers ----

    function works() private pure returns (bytes32[] memory list) {
        list = new bytes32[](WORKS);
        for (uint256 i = 0; i < WORKS; ++i) {
            list[i] = keccak256(abi.encode("picture", i));
        }
    }

    function open() private returns (uint256) {
        return openFor(STOLEN);
    }

    function openFor(uint256 index) private returns (uint256) {
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(), index);
        bytes32 hash = works()[index];
        uint256 cost = desk.openingCost();
        vm.prank(claimant);
        return desk.disputeWork{value: cost}(catalog, hash, licensor, siblings, sides, claimId, PROOF, PROOF_URI);
    }

    function refuse(
        address who,
        bytes32 asset,
        address registrant,
        bytes32[] memory siblings,
        uint256 sides,
        bytes32 claim,
        bytes memory reason
    ) private {
        uint256 cost = desk.openingCost();
        vm.prank(who);
        vm.expectRevert(reason);
        desk.disputeWork{value: cost}(asset, stolen, registrant, siblings, sides, claim, PROOF, PROOF_URI);
    }

    function notInAsset(bytes32 asset) private view returns (bytes memory) {
        return abi.encodeWithSelector(IDisputeDesk.WorkNotInAsset.selector, asset, stolen);
    }
}
