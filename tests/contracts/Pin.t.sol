// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";

import {Family} from "./Family.t.sol";

/// @dev What markets ask of a token that they resell (ERC-2981), told once somebody showed it.
contract PinTest is Family {
    // ---- licenses ----

    function test_PinsALicense() public {
        ILicenseToken.Grant memory grant = bought(500);
        bytes32 id = idOf(grant);
        assertPinned(id, 0, address(0), 0);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Pin(id, assetId, artist, 500);
        vm.prank(stranger); // anybody, for anybody's license
        assertEq(licenses.pin(grant, resold(500)), id);
        assertHeads(registryBefore, licensesBefore);
        assertPinned(id, assetId, artist, 500);
        assertRoyalty(licenses.royaltyInfo, uint256(id), 1 ether, artist, 0.05 ether);
    }

    function test_PinnedTwiceIsPinned() public {
        ILicenseToken.Grant memory grant = bought(500);
        licenses.pin(grant, resold(500));
        licenses.pin(grant, resold(500));
        assertPinned(idOf(grant), assetId, artist, 500);
    }

    function test_UntilPinnedThereIsNoRoyalty() public {
        ILicenseToken.Grant memory grant = bought(500);
        assertRoyalty(licenses.royaltyInfo, uint256(idOf(grant)), 1 ether, address(0), 0);
        assertRoyalty(licenses.royaltyInfo, 7, 1 ether, address(0), 0);
        assertRoyalty(registry.royaltyInfo, uint256(assetId), 1 ether, address(0), 0);
        assertRoyalty(registry.royaltyInfo, 7, 1 ether, address(0), 0);
    }

    function test_AnotherSeatIsPinnedOnItsOwn() public {
        ILicenseToken.Grant memory grant = bought(500);
        buy(grant.offer, "another");
        licenses.pin(grant, resold(500));
        bytes32 another = idOf(grant.offer, licensee, "another");
        assertPinned(another, 0, address(0), 0);
        grant.salt = "another";
        assertEq(licenses.pin(grant, resold(500)), another);
    }

    /// @dev Expired, passed on: what its terms were stays proven.
    function test_PinsWhateverBecameOfIt() public {
        ILicenseToken.Grant memory grant = bought(500);
        bytes32 id = idOf(grant);
        vm.prank(licensee);
        licenses.transferFrom(licensee, stranger, uint256(id));
        vm.warp(NOW + 2 * DURATION);
        licenses.pin(grant, resold(500));
        assertPinned(id, assetId, artist, 500);
    }

    function test_RevertWhen_TheLicenseIsUnknown() public {
        ILicenseToken.Grant memory grant = bought(500);
        grant.salt = "never bought";
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, idOf(grant)));
        licenses.pin(grant, resold(500));
        grant = bought(500, "second");
        grant.offer.payee = stranger; // who would like to be paid
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, idOf(grant)));
        licenses.pin(grant, resold(500));
    }

    function testFuzz_RevertWhen_TheConditionsAreOthers(uint16 resaleBps) public {
        vm.assume(resaleBps != 500);
        ILicenseToken.Grant memory grant = bought(500);
        vm.expectRevert(
            abi.encodeWithSelector(
                ILicenseToken.ConditionsUnknown.selector, hashOf(resold(resaleBps)), hashOf(resold(500))
            )
        );
        licenses.pin(grant, resold(resaleBps));
    }

    /// @dev Signed off chain, conditions may ask for more than there is.
    function test_RevertWhen_ALicenseAsksForMoreThanTheWhole() public {
        ILicenseToken.Grant memory grant = bought(10_001);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.ConditionsInvalid.selector, hashOf(resold(10_001))));
        licenses.pin(grant, resold(10_001));
        licenses.pin(bought(10_000), resold(10_000));
    }

    function testFuzz_AskedOfALicensesResale(uint16 resaleBps, uint256 price) public {
        resaleBps = uint16(bound(resaleBps, 0, 10_000));
        bytes32 id = licenses.pin(bought(resaleBps), resold(resaleBps));
        assertRoyalty(licenses.royaltyInfo, uint256(id), price, artist, Math.mulDiv(price, resaleBps, 10_000));
    }

    // ---- deeds ----

    function test_PinsADeedsVault() public {
        address vault = factory.vaultOf("a split", 0);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        assertRoyalty(registry.royaltyInfo, uint256(assetId), 1 ether, address(0), 0);
        vm.recordLogs();
        vm.expectEmit(address(registry));
        emit IAssetRegistry.VaultPinned(assetId, vault, 250);
        pinVault(licensor, assetId, vault, 250);
        assertHeads(registryBefore, licensesBefore);
        assertRoyalty(registry.royaltyInfo, uint256(assetId), 1 ether, vault, 0.025 ether);
        assertEq(registry.derivative(assetId).vault, vault);
        assertEq(registry.derivative(assetId).uses, 0);
        assertEq(registry.deed(assetId).flags, 0, "an original as ever");
        buy(terms()); // which pays whom its offer names
    }

    function testFuzz_AskedOfADeedsResale(address vault, uint16 resaleBps, uint256 price) public {
        resaleBps = uint16(bound(resaleBps, 0, 10_000));
        pinVault(licensor, assetId, vault, resaleBps);
        assertRoyalty(registry.royaltyInfo, uint256(assetId), price, vault, Math.mulDiv(price, resaleBps, 10_000));
    }

    function test_TheLastPinCounts() public {
        pinVault(licensor, assetId, artist, 250);
        pinVault(licensor, assetId, stranger, 0);
        assertRoyalty(registry.royaltyInfo, uint256(assetId), 1 ether, stranger, 0);
    }

    /// @dev It goes with the deed, and the next holder may change it.
    function test_APinOutlivesATransfer() public {
        pinVault(licensor, assetId, artist, 250);
        moveDeed(assetId, licensor, stranger);
        assertRoyalty(registry.royaltyInfo, uint256(assetId), 1 ether, artist, 0.025 ether);
        pinVault(stranger, assetId, stranger, 100);
        assertRoyalty(registry.royaltyInfo, uint256(assetId), 1 ether, stranger, 0.01 ether);
    }

    function test_RevertWhen_AnotherPins() public {
        vm.startPrank(licensor);
        registry.setApprovalForAll(marketplace, true);
        licenses.appointAgent(auditor, PERPETUAL);
        vm.stopPrank();
        address[5] memory others = [stranger, marketplace, auditor, licensee, address(licenses)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotDeedHolder.selector, assetId, others[i], licensor));
            registry.pinVault(assetId, others[i], 1);
        }
    }

    function test_RevertWhen_TheDeedIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetNotRegistered.selector, bytes32("unknown")));
        registry.pinVault("unknown", artist, 1);
    }

    function testFuzz_RevertWhen_ADeedAsksForMoreThanTheWhole(uint16 resaleBps) public {
        resaleBps = uint16(bound(resaleBps, 10_001, type(uint16).max));
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.ResaleInvalid.selector, resaleBps));
        registry.pinVault(assetId, artist, resaleBps);
    }

    // ---- a derivative's deed ----

    function test_ADerivativesVaultIsWhatItIs() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        bytes32 id = derive(parents);
        address vault = vaultOf(parents);
        assertRoyalty(registry.royaltyInfo, uint256(id), 1 ether, vault, 0);
        vm.prank(remixer);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.PayeeNotVault.selector, id, remixer, vault));
        registry.pinVault(id, remixer, 100);
        pinVault(remixer, id, vault, 100);
        assertRoyalty(registry.royaltyInfo, uint256(id), 1 ether, vault, 0.01 ether);
        assertEq(registry.derivative(id).vault, vault);
        assertEq(registry.derivative(id).uses, TRAIN | DERIVE, "and what it may sell stays");
        sellRemix(remixTerms(id, vault));
    }

    // ---- helpers ----

    function resold(uint16 resaleBps) private pure returns (ILicenseToken.Conditions memory shown) {
        shown = conditions();
        shown.resaleBps = resaleBps;
    }

    function bought(uint16 resaleBps) private returns (ILicenseToken.Grant memory) {
        return bought(resaleBps, 0);
    }

    function bought(uint16 resaleBps, bytes32 salt) private returns (ILicenseToken.Grant memory grant) {
        grant.offer = terms();
        grant.offer.conditions = hashOf(resold(resaleBps));
        (grant.licensee, grant.salt) = (licensee, salt);
        buy(grant.offer, salt);
    }

    function pinVault(address holder, bytes32 id, address vault, uint16 resaleBps) private {
        vm.prank(holder);
        registry.pinVault(id, vault, resaleBps);
    }

    function assertPinned(bytes32 id, bytes32 asset, address payee, uint16 resaleBps) private view {
        ILicenseToken.Pinned memory pinned = licenses.pinned(id);
        assertEq(pinned.assetId, asset);
        assertEq(pinned.payee, payee);
        assertEq(pinned.resaleBps, resaleBps);
    }

    function assertRoyalty(
        function(uint256, uint256) external view returns (address, uint256) royaltyInfo,
        uint256 id,
        uint256 price,
        address receiver,
        uint256 amount
    ) private view {
        (address to, uint256 asked) = royaltyInfo(id, price);
        assertEq(to, receiver);
        assertEq(asked, amount);
    }
}
