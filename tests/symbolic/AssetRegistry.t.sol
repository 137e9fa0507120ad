// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {AssetRegistry} from "contracts/AssetRegistry.sol";
import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";

/// @dev The registry with deeds in any state, reachable or not. It is its own vault factory.
contract Deeds is AssetRegistry {
    constructor(address licenseToken_, address desk, address factory)
        AssetRegistry(factory, licenseToken_, address(2), address(3), desk)
    {}

    function put(bytes32 assetId, address holder, uint96 state) external {
        _mintAndSetExtraDataUnchecked(holder, uint256(assetId), state);
    }
}

/// @dev One deed in any state: holder (160 bits) ‖ epoch (24) ‖ exclusiveUntil (32) ‖ parentsUntil (32) ‖ flags (8).
contract AssetRegistryProofs is Test {
    address private constant TOKEN = address(0x70CE);
    address private constant DESK = address(0xDE51);
    address private constant HOLDER = address(0x401DE2);
    address private constant BUYER = address(0xB0FE2);
    bytes32 private constant ID = keccak256("a deed");

    Deeds private registry;

    /// @dev What the registry's constructor asks its vault factory.
    function implementation() external pure returns (address) {
        return address(1);
    }

    function setUp() public {
        registry = new Deeds(TOKEN, DESK, address(this));
    }

    function check_TheSlotIsReadAsItIsDescribed(uint96 state) external {
        registry.put(ID, HOLDER, state);
        IAssetRegistry.Deed memory deed = registry.deed(ID);
        assert(deed.holder == HOLDER);
        assert(deed.epoch == state % 2 ** 24);
        assert(deed.exclusiveUntil == state / 2 ** 24 % 2 ** 32);
        assert(deed.parentsUntil == state / 2 ** 56 % 2 ** 32);
        assert(deed.flags == state / 2 ** 88);
        assert(registry.deedState(ID) == uint256(state) * 2 ** 160 + uint160(HOLDER));
    }

    function check_ATransferRaisesTheEpochAndNothingElse(uint96 state) external {
        registry.put(ID, HOLDER, state);
        vm.prank(HOLDER);
        registry.transferFrom(HOLDER, BUYER, uint256(ID));
        assert(registry.deedState(ID) == (uint256(state) + 1) * 2 ** 160 + uint160(BUYER));
    }

    function check_CancellingRaisesTheEpochAndNothingElse(uint96 state, address caller) external {
        registry.put(ID, HOLDER, state);
        vm.prank(caller);
        registry.cancelOffers(ID);
        assert(caller == HOLDER);
        assert(registry.deedState(ID) == (uint256(state) + 1) * 2 ** 160 + uint160(HOLDER));
    }

    function check_OnlyTheLicenseTokenGrantsExclusives(uint96 state, address caller, bytes32 licenseId, uint32 until)
        external
    {
        registry.put(ID, HOLDER, state);
        IAssetRegistry.Deed memory expected = registry.deed(ID);
        vm.prank(caller);
        registry.grantExclusive(ID, licenseId, until);
        assert(caller == TOKEN);
        expected.exclusiveUntil = until;
        assert(same(registry.deed(ID), expected));
    }

    function check_OnlyTheDeskFlagsAndOnlyDisputes(uint96 state, address caller, uint8 flags, uint256 caseId) external {
        registry.put(ID, HOLDER, state);
        IAssetRegistry.Deed memory expected = registry.deed(ID);
        vm.prank(caller);
        registry.flag(ID, flags, caseId);
        assert(caller == DESK);
        expected.flags = expected.flags & 0xe7 | flags & 0x18;
        assert(same(registry.deed(ID), expected));
    }

    function check_OnlyTheHolderPinsAVault(uint96 state, address caller, address vault, uint16 resaleBps) external {
        registry.put(ID, HOLDER, state);
        vm.prank(caller);
        registry.pinVault(ID, vault, resaleBps);
        assert(caller == HOLDER && resaleBps <= 10_000);
        assert(registry.deedState(ID) == uint256(state) * 2 ** 160 + uint160(HOLDER));
    }

    /// @dev A derivative that its parents do not allow is never sold: its vault is paid, nothing wider, nothing longer.
    function check_ADerivativeSellsNoLongerThanItsParents(uint96 state, address payee, uint32 uses, uint256 expires)
        external
    {
        registry.put(ID, HOLDER, state);
        registry.checkSale(ID, payee, uses, expires, address(0), 0, 0);
        IAssetRegistry.Deed memory deed = registry.deed(ID);
        if (deed.flags & 1 == 0) return;
        assert(payee == registry.derivative(ID).vault && uses & ~registry.derivative(ID).uses == 0);
        assert(expires <= deed.parentsUntil || deed.parentsUntil == type(uint32).max);
    }

    function refute_ATransferKeepsTheEpoch(uint96 state) external {
        registry.put(ID, HOLDER, state);
        vm.prank(HOLDER);
        registry.transferFrom(HOLDER, BUYER, uint256(ID));
        assert(registry.deed(ID).epoch == uint24(state));
    }

    function same(IAssetRegistry.Deed memory a, IAssetRegistry.Deed memory b) private pure returns (bool) {
        return keccak256(abi.encode(a)) == keccak256(abi.encode(b));
    }
}
