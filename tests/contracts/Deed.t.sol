// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {ERC721} from "solady/tokens/ERC721.sol";
import {stdError} from "forge-std/StdError.sol";

import {Base} from "./Base.t.sol";

/// @dev Transfers of deeds, epochs, and cancelling all offers.
contract DeedTest is Base {
    function test_TransferRaisesTheEpoch() public {
        vm.expectEmit(address(registry));
        emit IERC721.Transfer(licensor, stranger, uint256(assetId));
        moveDeed(assetId, licensor, stranger);
        assertEq(registry.ownerOf(uint256(assetId)), stranger);
        assertEq(epochOf(assetId), 1);
    }

    function test_TransferToOneselfRaisesTheEpoch() public {
        moveDeed(assetId, licensor, licensor);
        assertEq(registry.balanceOf(licensor), 1);
        assertEq(epochOf(assetId), 1);
    }

    function test_ApprovedOnesMayMoveADeed() public {
        vm.prank(licensor);
        registry.approve(marketplace, uint256(assetId));
        vm.prank(marketplace);
        registry.transferFrom(licensor, stranger, uint256(assetId));
        assertEq(epochOf(assetId), 1);

        vm.prank(stranger);
        registry.setApprovalForAll(marketplace, true);
        vm.prank(marketplace);
        registry.safeTransferFrom(stranger, artist, uint256(assetId), "sold");
        assertEq(registry.ownerOf(uint256(assetId)), artist);
        assertEq(epochOf(assetId), 2);
    }

    /// @dev The receiver acts while the transfer is under way: the deed, its epoch and the heads are up to date already.
    function test_SafeTransferMayBeMetWithACancellation() public {
        meetWithACancellation(assetId, abi.encodeWithSignature("safeTransferFrom(address,address,uint256)"));
        bytes32 another = registerAs(licensor, "another");
        meetWithACancellation(another, abi.encodeWithSignature("safeTransferFrom(address,address,uint256,bytes)"));
    }

    function meetWithACancellation(bytes32 id, bytes memory selector) private {
        Puppet museum = new Puppet();
        museum.arm(address(registry), abi.encodeCall(registry.cancelOffers, (id)));
        (bytes32 before, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        vm.prank(licensor);
        (bool ok,) = address(registry).call(bytes.concat(selector, abi.encode(licensor, museum, id, 0x80, 0)));
        assertTrue(ok);
        assertTrue(museum.succeeded());
        assertEq(epochOf(id), 2);
        assertHeads(before, licensesBefore);
    }

    function test_RevertWhen_ReceiverTakesNoTokens() public {
        vm.startPrank(licensor);
        vm.expectRevert(ERC721.TransferToNonERC721ReceiverImplementer.selector);
        registry.safeTransferFrom(licensor, address(dollar), uint256(assetId));
        vm.expectRevert(ERC721.TransferToNonERC721ReceiverImplementer.selector);
        registry.safeTransferFrom(licensor, address(dollar), uint256(assetId), "sold");
    }

    function test_RevertWhen_AStrangerMovesADeed() public {
        vm.startPrank(stranger);
        vm.expectRevert(ERC721.NotOwnerNorApproved.selector);
        registry.transferFrom(licensor, stranger, uint256(assetId));
        vm.expectRevert(ERC721.TransferFromIncorrectOwner.selector);
        registry.transferFrom(stranger, stranger, uint256(assetId));
        vm.expectRevert(ERC721.NotOwnerNorApproved.selector);
        registry.approve(stranger, uint256(assetId));
        vm.expectRevert(ERC721.TokenDoesNotExist.selector);
        registry.transferFrom(stranger, stranger, 1);
    }

    function test_RevertWhen_DeedIsBurned() public {
        vm.prank(licensor);
        vm.expectRevert(ERC721.TransferToZeroAddress.selector);
        registry.transferFrom(licensor, address(0), uint256(assetId));
    }

    function test_AnApprovalEndsWithTheTransfer() public {
        vm.prank(licensor);
        registry.approve(marketplace, uint256(assetId));
        moveDeed(assetId, licensor, stranger);
        vm.prank(marketplace);
        vm.expectRevert(ERC721.NotOwnerNorApproved.selector);
        registry.transferFrom(stranger, marketplace, uint256(assetId));
    }

    function test_CancelOffersRaisesTheEpoch() public {
        vm.expectEmit(address(registry));
        emit IAssetRegistry.OffersCancelled(assetId, licensor, 1);
        vm.prank(licensor);
        assertEq(registry.cancelOffers(assetId), 1);
        assertEq(epochOf(assetId), 1);
        vm.prank(licensor);
        assertEq(registry.cancelOffers(assetId), 2);
    }

    function test_CancelOffersLeavesExclusivityAlone() public {
        ILicenseToken.Offer memory offer = terms();
        offer.exclusive = true;
        buy(offer);
        vm.prank(licensor);
        registry.cancelOffers(assetId);
        assertEq(exclusiveUntil(assetId), NOW + DURATION);
        moveDeed(assetId, licensor, stranger);
        assertEq(exclusiveUntil(assetId), NOW + DURATION);
    }

    function test_RevertWhen_AnotherCancelsOffers() public {
        vm.startPrank(licensor);
        registry.approve(marketplace, uint256(assetId));
        registry.setApprovalForAll(marketplace, true);
        vm.stopPrank();
        address[5] memory others = [stranger, licensee, marketplace, address(licenses), address(registry)];
        for (uint256 i = 0; i < others.length; ++i) {
            refuseCancel(others[i], licensor);
        }
        moveDeed(assetId, licensor, artist);
        refuseCancel(licensor, artist);
    }

    function test_RevertWhen_AnotherThanTheLicenseTokenGrantsExclusivity() public {
        address[5] memory others = [licensor, stranger, licensee, address(registry), address(factory)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotLicenseToken.selector, others[i]));
            registry.grantExclusive(assetId, keccak256("license"), type(uint32).max);
        }
    }

    function test_RevertWhen_AnotherThanTheDeskFlagsADeed() public {
        address[6] memory others =
            [licensor, stranger, judge, address(arbitrator), address(licenses), address(registry)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotDisputeDesk.selector, others[i]));
            registry.flag(assetId, 8, 1);
        }
    }

    /// @dev Whatever else it says: what a derivative is, the desk does not decide.
    function test_TheDeskSetsItsTwoFlagsAlone() public {
        vm.prank(licensor);
        registry.cancelOffers(assetId);
        vm.expectEmit(address(registry));
        emit IAssetRegistry.DeedFlagged(assetId, 1, 24);
        vm.prank(address(desk));
        registry.flag(assetId, 255, 1);
        assertEq(registry.deed(assetId).flags, 24);
        vm.prank(address(desk));
        registry.flag(assetId, 7, 1);
        assertEq(registry.deed(assetId).flags, 0);
        assertEq(epochOf(assetId), 1);
    }

    /// @dev 2^24 transfers: whoever pays for them gets a deed that stays where it is, and nothing wraps around.
    function test_RevertWhen_EpochsAreUsedUp() public {
        bytes32 slot = deedSlot();
        uint256 holder = uint256(uint160(licensor));
        vm.store(address(registry), slot, bytes32((uint256(type(uint24).max) << 160) | holder));
        assertEq(epochOf(assetId), type(uint24).max, "the slot of the deed");
        vm.startPrank(licensor);
        vm.expectRevert(stdError.arithmeticError);
        registry.cancelOffers(assetId);
        vm.expectRevert(stdError.arithmeticError);
        registry.transferFrom(licensor, stranger, uint256(assetId));
    }

    function testFuzz_EpochCountsTransfersAndCancellations(uint256 acts) public {
        address[2] memory holders = [licensor, stranger];
        uint256 at = 0;
        for (uint256 i = 0; i < 16; ++i) {
            if (acts >> i & 1 == 1) {
                moveDeed(assetId, holders[at], holders[1 - at]);
                at = 1 - at;
            } else {
                vm.prank(holders[at]);
                registry.cancelOffers(assetId);
            }
            assertEq(epochOf(assetId), i + 1);
        }
    }

    /// @dev The deed's one slot, found by watching what `deedState` reads.
    function deedSlot() private returns (bytes32) {
        vm.record();
        registry.deedState(assetId);
        (bytes32[] memory reads,) = vm.accesses(address(registry));
        return reads[0];
    }

    function refuseCancel(address caller, address holder) private {
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotDeedHolder.selector, assetId, caller, holder));
        registry.cancelOffers(assetId);
    }
}
