// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Puppet} from "contracts/mocks/Puppet.sol";
import {ERC721} from "solady/tokens/ERC721.sol";

import {Base} from "./Base.t.sol";

/// @dev Licenses that may be passed on, moved as any ERC-721 token is.
contract MovesTest is Base {
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = uint256(buy(terms()));
    }

    function test_ApprovedOnesMoveALicense() public {
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        vm.prank(licensee);
        licenses.approve(marketplace, id);
        vm.prank(marketplace);
        licenses.transferFrom(licensee, stranger, id);
        assertEq(licenses.ownerOf(id), stranger);

        vm.prank(stranger);
        licenses.setApprovalForAll(marketplace, true);
        vm.prank(marketplace);
        licenses.safeTransferFrom(stranger, artist, id, "sold");
        assertEq(licenses.ownerOf(id), artist);

        vm.prank(artist);
        licenses.safeTransferFrom(artist, licensee, id);
        assertEq(licenses.ownerOf(id), licensee);
        assertTrue(licenses.permits(bytes32(id), TRAIN));
        assertHeads(registryBefore, licensesBefore);
    }

    /// @dev The receiver acts while the transfer is under way: the license and the head are up to date already.
    function test_TheReceiverMayPassALicenseOn() public {
        passOn(abi.encodeWithSignature("safeTransferFrom(address,address,uint256)"));
        vm.prank(artist);
        licenses.transferFrom(artist, licensee, id);
        passOn(abi.encodeWithSignature("safeTransferFrom(address,address,uint256,bytes)"));
    }

    function passOn(bytes memory selector) private {
        Puppet museum = new Puppet();
        museum.arm(address(licenses), abi.encodeCall(licenses.transferFrom, (address(museum), artist, id)));
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        vm.prank(licensee);
        (bool ok,) = address(licenses).call(bytes.concat(selector, abi.encode(licensee, museum, id, 0x80, 0)));
        assertTrue(ok);
        assertTrue(museum.succeeded());
        assertEq(licenses.ownerOf(id), artist);
        assertHeads(registryBefore, licensesBefore);
    }

    function test_RevertWhen_TheReceiverTakesNoLicenses() public {
        vm.startPrank(licensee);
        vm.expectRevert(ERC721.TransferToNonERC721ReceiverImplementer.selector);
        licenses.safeTransferFrom(licensee, address(dollar), id);
        vm.expectRevert(ERC721.TransferToNonERC721ReceiverImplementer.selector);
        licenses.safeTransferFrom(licensee, address(dollar), id, "sold");
        assertEq(licenses.ownerOf(id), licensee);
    }

    function test_RevertWhen_ALicenseIsTakenFromAnother() public {
        vm.startPrank(licensee);
        vm.expectRevert(ERC721.TransferFromIncorrectOwner.selector);
        licenses.transferFrom(stranger, licensee, id);
        vm.expectRevert(ERC721.TransferFromIncorrectOwner.selector);
        licenses.transferFrom(address(0), licensee, id);
    }

    function test_RevertWhen_TheLicenseIsUnknown() public {
        vm.prank(licensee);
        vm.expectRevert(ERC721.TokenDoesNotExist.selector);
        licenses.transferFrom(licensee, stranger, 1);
    }
}
