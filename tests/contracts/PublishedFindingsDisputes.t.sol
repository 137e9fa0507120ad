// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ICases} from "contracts/interfaces/ICases.sol";
import {IDisputeDesk} from "contracts/interfaces/IDisputeDesk.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";

import {Base} from "./Base.t.sol";
import {Catalog} from "./helpers/Catalog.sol";

/// @dev What was found in others' disputes, tried on these contracts (see `PublishedFindingsSales`).
contract PublishedFindingsDisputesTest is Base {
    /// @dev Disputes without end cost their author little, and stop the disputed one's trade. Story's dispute module;
    /// class of finding.
    function test_DisputeSpam() public {
        uint256 first = dispute(assetId);
        buy(terms(), "one dispute");
        uint256 gasOfOne = gasOfASale("still one");
        for (uint256 i = 0; i < 20; ++i) {
            dispute(assetId);
        }
        buy(terms(), "many disputes");
        assertApproxEqAbs(gasOfASale("still many"), gasOfOne, 500, "nothing loops over disputes");
        assertEq(address(desk).balance, 21 * BOND, "each is staked");

        // Every one that is rejected pays the holder.
        rule(first, 2);
        assertEq(desk.owed(licensor), BOND);
        // And all that nobody rules on hold nothing back beyond the timeout, whether anyone ends them or not.
        vm.warp(NOW + TIMEOUT + 1);
        desk.release(first, artist, address(dollar));
        desk.release(21, artist, address(dollar));
        assertEq(dollar.balanceOf(artist), 4 * PRICE);
    }

    function gasOfASale(bytes32 salt) private returns (uint256 gas) {
        ILicenseToken.Order memory order = seats(terms(), 1, salt);
        vm.prank(licensee);
        gas = gasleft();
        licenses.buy(order);
        return gas - gasleft();
    }

    /// @dev The holder who is sure of their right waits for a ruling all the same. Class of finding.
    function test_HolderStarvedByADispute() public {
        counterBond(dispute(assetId), licensor);
        buy(terms());
        assertEq(dollar.balanceOf(artist), PRICE, "paid directly");
    }

    /// @dev A dispute reaches what was sold, and paid out, before it. Class of finding.
    function test_DisputeTakesEarlierIncome() public {
        bytes32 id = buy(terms());
        uint256 caseId = dispute(assetId);
        rule(caseId, 1);
        assertEq(dollar.balanceOf(artist), PRICE);
        assertTrue(licenses.permits(id, TRAIN));
        assertEq(registry.deed(assetId).holder, licensor);
        vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.NothingEscrowed.selector, caseId, artist, address(dollar)));
        desk.release(caseId, artist, address(dollar));
    }

    /// @dev A tag on one asset spreads to others: to those of one holder, of one content, of one catalogue. Story tags
    /// derivatives (protocol-core-v1 pull request 60, 2024); class of finding.
    function test_TagSpreadsToOthers() public {
        bytes32[] memory works = new bytes32[](4);
        for (uint256 i = 0; i < 4; ++i) {
            works[i] = keccak256(abi.encode(i));
        }
        IAssetRegistry.Registration memory catalog = work(Catalog.root(works));
        (catalog.works, catalog.documentHash) = (4, "list");
        vm.prank(licensor);
        bytes32 catalogId = registry.register(catalog);
        bytes32 twin = registerAs(artist, WORK);
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works, 2);
        bytes32 claimId = registerAs(stranger, works[2]);
        uint256 cost = desk.openingCost();
        vm.deal(stranger, cost);
        vm.prank(stranger);
        uint256 caseId = desk.disputeWork{value: cost}(
            catalogId, works[2], licensor, siblings, sides, claimId, "evidence", "https://example.org/evidence"
        );
        rule(caseId, 1);
        rule(dispute(assetId), 1);
        assertEq(registry.deed(assetId).flags, 16);
        assertEq(registry.deed(twin).flags, 0, "another's claim to the same content");
        assertEq(registry.deed(catalogId).flags, 0, "the same holder's catalogue");
        assertEq(desk.workFlags(catalogId, works[2]), 16);
        assertEq(desk.workFlags(catalogId, works[1]), 0, "its other works");
        ILicenseToken.Offer memory offer = terms();
        offer.assetId = catalogId;
        buy(offer);
        assertEq(dollar.balanceOf(artist), PRICE);
    }

    /// @dev A ruling comes a second late, or twice, or from somebody else. Class of finding.
    function test_RulingOutOfTurn() public {
        uint256 caseId = dispute(assetId);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ICases.NotArbitrator.selector, stranger));
        desk.rule(0, 1);
        vm.warp(NOW + TIMEOUT);
        vm.expectRevert(abi.encodeWithSelector(ICases.CaseNotOverdue.selector, caseId, NOW + TIMEOUT));
        desk.lapse(caseId);
        vm.warp(NOW + TIMEOUT + 1);
        rule(caseId, 1);
        assertEq(registry.deed(assetId).flags, 0, "too late to uphold");
        vm.prank(address(arbitrator));
        desk.rule(0, 1);
        assertEq(registry.deed(assetId).flags, 0, "nor the second time");
        assertEq(desk.owed(stranger), BOND);
        assertEq(desk.owed(licensor), 0);
    }
}
