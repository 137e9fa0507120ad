// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {LicenseToken} from "contracts/LicenseToken.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";

/// @dev The license token with licenses in any state, reachable or not.
contract Licenses is LicenseToken {
    constructor(address registry_) LicenseToken(registry_) {}

    function put(bytes32 licenseId, address holder, uint96 state) external {
        _mintAndSetExtraDataUnchecked(holder, uint256(licenseId), state);
    }

    function place(bytes32 licenseId, bytes32 parentId) external {
        parentOf[licenseId] = parentId;
    }
}

/// @dev What the license token asks of the contracts around it: the registry, the desk and the ledger in one.
contract Surroundings {
    bool public isFunded;

    function vaultFactory() external view returns (address) {
        return address(this);
    }

    function usageLedger() external view returns (address) {
        return address(this);
    }

    function disputeDesk() external view returns (address) {
        return address(this);
    }

    function fund(bool isFunded_) external {
        isFunded = isFunded_;
    }

    function funded(bytes32) external view returns (bool) {
        return isFunded;
    }
}

/// @dev Licenses in any state: expires (40 bits) ‖ uses (32) ‖ flags (8: bound, metered, sublicense, revoked) ‖ soldOn (16).
contract LicenseTokenProofs is Test {
    address private constant HOLDER = address(0x401DE2);
    address private constant BUYER = address(0xB0FE2);
    bytes32 private constant ID = keccak256("a license");
    bytes32 private constant PARENT = keccak256("another license");
    uint96 private constant METERED_OR_SUBLICENSE = 6 << 72;

    Licenses private licenses;
    Surroundings private surroundings;

    function setUp() public {
        surroundings = new Surroundings();
        licenses = new Licenses(address(surroundings));
    }

    function check_TheSlotIsReadAsItIsDescribed(uint96 state) external {
        licenses.put(ID, HOLDER, state);
        ILicenseToken.License memory license = licenses.license(ID);
        assert(license.holder == HOLDER);
        assert(license.expires == state % 2 ** 40);
        assert(license.uses == state / 2 ** 40 % 2 ** 32);
        assert(license.bound == (state / 2 ** 72 % 2 == 1));
        assert(license.metered == (state / 2 ** 73 % 2 == 1));
        assert(license.sublicense == (state / 2 ** 74 % 2 == 1));
        assert(license.revoked == (state / 2 ** 75 % 2 == 1));
        assert(license.soldOn == state / 2 ** 80);
    }

    function check_ALicensePermitsItsUsesUntilItExpires(uint96 state, uint32 uses, uint40 time) external {
        licenses.put(ID, HOLDER, state & ~METERED_OR_SUBLICENSE);
        vm.warp(time);
        bool expected = uses != 0 && uint32(state >> 40) & uses == uses && time < uint40(state);
        assert(licenses.permits(ID, uses) == expected);
    }

    function check_ASetIsPermittedIfEachUseIs(uint96 state, uint32 a, uint32 b, uint40 time) external {
        licenses.put(ID, HOLDER, state & ~METERED_OR_SUBLICENSE);
        vm.warp(time);
        if (a == 0 || b == 0) return;
        assert(licenses.permits(ID, a | b) == (licenses.permits(ID, a) && licenses.permits(ID, b)));
    }

    function check_AnUnknownLicensePermitsNothing(uint32 uses, uint40 time) external {
        vm.warp(time);
        assert(!licenses.permits(ID, uses));
    }

    function check_AMeteredLicensePermitsNothingWithoutItsDeposit(uint96 state, uint32 uses, uint40 time) external {
        licenses.put(ID, HOLDER, state | 2 << 72);
        vm.warp(time);
        assert(!licenses.permits(ID, uses));
        surroundings.fund(true);
        bool expected = uses != 0 && uint32(state >> 40) & uses == uses && time < uint40(state);
        assert(licenses.permits(ID, uses) == expected);
    }

    function check_ASublicensePermitsNoMoreThanItsLicense(uint96 state, uint96 parent, uint32 uses, uint40 time)
        external
    {
        licenses.put(ID, HOLDER, state | 4 << 72);
        licenses.put(PARENT, HOLDER, parent & ~METERED_OR_SUBLICENSE);
        licenses.place(ID, PARENT);
        vm.warp(time);
        if (licenses.permits(ID, uses)) assert(licenses.permits(PARENT, uses));
    }

    function check_ABoundLicenseStays(uint96 state) external {
        licenses.put(ID, HOLDER, state);
        vm.prank(HOLDER);
        licenses.transferFrom(HOLDER, BUYER, uint256(ID));
        assert(state / 2 ** 72 % 2 == 0);
        ILicenseToken.License memory license = licenses.license(ID);
        assert(license.holder == BUYER && license.expires == uint40(state) && license.uses == uint32(state >> 40));
    }

    function check_OnlyTheTokenItselfSellsApart(address caller, address payer, uint256 available) external {
        ILicenseToken.Order memory order;
        vm.assume(caller != address(licenses));
        vm.prank(caller);
        try licenses.sellApart(order, payer, available) {
            assert(false);
        } catch (bytes memory reason) {
            assert(bytes4(reason) == ILicenseToken.NotSelf.selector);
        }
    }

    function check_AnAgentIsAppointedByTheLicensorAlone(address caller, address licensor, address agent, uint40 until)
        external
    {
        vm.prank(caller);
        licenses.appointAgent(agent, until);
        assert(licenses.agentUntil(licensor, agent) == (licensor == caller ? until : 0));
    }

    function refute_ALicensePermitsForEver(uint96 state, uint32 uses, uint40 time) external {
        licenses.put(ID, HOLDER, state & ~METERED_OR_SUBLICENSE);
        vm.assume(uses != 0 && uint32(state >> 40) & uses == uses);
        vm.warp(time);
        assert(licenses.permits(ID, uses));
    }
}
