// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {IERC2981} from "contracts/interfaces/IERC2981.sol";
import {IERC4906} from "contracts/interfaces/IERC4906.sol";
import {IERC5192} from "contracts/interfaces/IERC5192.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {Base64} from "solady/utils/Base64.sol";
import {LibString} from "solady/utils/LibString.sol";
import {Vm} from "forge-std/Vm.sol";

import {Family} from "./Family.t.sol";

/// @dev What wallets, markets and explorers may expect of the contracts, by the standards' own numbers.
contract StandardsTest is Family {
    string private constant PREFIX = "data:application/json;base64,";

    // ---- ERC-165 ----

    function test_SaysWhatItSupports() public view {
        bytes4[5] memory both = [bytes4(0x01ffc9a7), 0x80ac58cd, 0x5b5e139f, 0x2a55205a, 0x49064906];
        for (uint256 i = 0; i < both.length; ++i) {
            assertTrue(registry.supportsInterface(both[i]));
            assertTrue(licenses.supportsInterface(both[i]));
        }
        assertTrue(licenses.supportsInterface(0xb45a3c0e), "licenses may be bound");
        assertFalse(registry.supportsInterface(0xb45a3c0e), "deeds are not");
        assertFalse(registry.supportsInterface(0xffffffff));
        assertFalse(licenses.supportsInterface(0xffffffff));
    }

    function test_TheNumbersAreTheInterfaces() public pure {
        assertEq(type(IERC165).interfaceId, bytes4(0x01ffc9a7));
        assertEq(type(IERC721).interfaceId, bytes4(0x80ac58cd));
        assertEq(type(IERC721Metadata).interfaceId, bytes4(0x5b5e139f));
        assertEq(type(IERC2981).interfaceId, bytes4(0x2a55205a));
        assertEq(type(IERC5192).interfaceId, bytes4(0xb45a3c0e));
    }

    function testFuzz_AndNothingElse(bytes4 id) public view {
        bytes4[6] memory known = [bytes4(0x01ffc9a7), 0x80ac58cd, 0x5b5e139f, 0x2a55205a, 0x49064906, 0xb45a3c0e];
        for (uint256 i = 0; i < known.length; ++i) {
            vm.assume(id != known[i]);
        }
        assertFalse(registry.supportsInterface(id));
        assertFalse(licenses.supportsInterface(id));
    }

    // ---- ERC-5192 ----

    function test_ABoundLicenseIsLocked() public {
        ILicenseToken.Offer memory offer = terms();
        bytes32 free = buy(offer);
        offer.transferable = false;
        bytes32 bound = buy(offer);
        assertFalse(licenses.locked(uint256(free)));
        assertTrue(licenses.locked(uint256(bound)));
    }

    function testFuzz_RevertWhen_TheTokenDoesNotExist(uint256 id) public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, bytes32(id)));
        licenses.locked(id);
    }

    /// @dev Each bound seat says so as it is made, and no other does.
    function test_LockedIsSaidAtTheSale() public {
        ILicenseToken.Offer memory offer = terms();
        vm.recordLogs();
        buy(offer);
        assertEq(count(vm.getRecordedLogs(), address(licenses), IERC5192.Locked.selector), 0);
        offer.transferable = false;
        ILicenseToken.Order memory order = seats(offer, 3, 0);
        for (uint256 seat = 0; seat < 3; ++seat) {
            vm.expectEmit(address(licenses));
            emit IERC5192.Locked(uint256(seatOf(order, seat)));
        }
        vm.prank(licensee);
        licenses.buy(order);
    }

    // ---- ERC-4906 ----

    /// @dev Where a deed's metadata changed, once each.
    function test_ADeedsChangesAreSaid() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        bytes32 id = derive(parents);
        assertSaysUpdate(registry, id, remixer, abi.encodeCall(registry.cancelOffers, (id)));
        assertSaysUpdate(
            registry, id, licensor, abi.encodeCall(registry.refreshParents, (id, split(), licensesOf(parents)))
        );
        assertSaysUpdate(registry, id, address(desk), abi.encodeCall(registry.flag, (id, 8, 1)));
        assertSaysUpdate(registry, id, address(licenses), abi.encodeCall(registry.grantExclusive, (id, 0, uint32(NOW))));
        assertSaysUpdate(registry, id, remixer, abi.encodeCall(registry.transferFrom, (remixer, stranger, uint256(id))));
    }

    function test_ALicensesChangesAreSaid() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.reportWithin = 1;
        ILicenseToken.Offer memory offer = terms();
        (offer.kind, offer.conditions, offer.end) = (ILicenseToken.Kind.Subscription, hashOf(shown), 0);
        bytes32 id = buy(offer);
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), licensee, 0);
        assertSaysUpdate(licenses, id, licensee, abi.encodeCall(licenses.renew, (order)));
        vm.warp(NOW + 3 days);
        ILicenseToken.Grant memory grant = ILicenseToken.Grant(offer, licensee, 0);
        assertSaysUpdate(licenses, id, licensor, abi.encodeCall(licenses.revoke, (grant, shown, 0)));
    }

    function assertSaysUpdate(IERC721Metadata token, bytes32 id, address caller, bytes memory call) private {
        vm.recordLogs();
        vm.prank(caller);
        (bool ok,) = address(token).call(call);
        assertTrue(ok);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(count(logs, address(token), IERC4906.MetadataUpdate.selector), 1);
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IERC4906.MetadataUpdate.selector) assertEq(logs[i].data, abi.encode(id));
        }
    }

    /// @dev A new token's metadata was never other.
    function test_NewTokensSayNoUpdate() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        vm.recordLogs();
        registerAs(artist, "new");
        derive(parents);
        buy(terms());
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(count(logs, address(registry), IERC4906.MetadataUpdate.selector), 0);
        assertEq(count(logs, address(licenses), IERC4906.MetadataUpdate.selector), 0);
    }

    /// @dev Hints have no indexed parameter, by their standards; so no auditor counts them.
    function test_HintsAreNotAudited() public {
        ILicenseToken.Offer memory offer = terms();
        (offer.transferable, offer.exclusive) = (false, true);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        buy(offer);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(count(logs, address(licenses), IERC5192.Locked.selector), 1);
        assertEq(count(logs, address(registry), IERC4906.MetadataUpdate.selector), 1);
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (topic == IERC5192.Locked.selector || topic == IERC4906.MetadataUpdate.selector) {
                assertEq(logs[i].topics.length, 1);
            }
        }
        assertEq(uint256(licenses.head()) >> 216, (uint256(licensesBefore) >> 216) + 2, "Transfer and Sold");
        assertEq(uint256(registry.head()) >> 216, (uint256(registryBefore) >> 216) + 1, "ExclusiveGranted");
    }

    // ---- EIP-5267 ----

    function test_SaysItsDomain() public {
        assertDomain(address(registry));
        assertDomain(address(licenses));
        assertDomain(address(ledger));
        assertDomain(address(vaultOfThree())); // each vault its own
        assertDomain(factory.deploy("another", "salt"));
        vm.chainId(CHAIN + 1);
        assertDomain(address(registry));
        assertDomain(factory.vaultOf("another", "salt"));
    }

    function assertDomain(address where) private view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifier,
            bytes32 salt,
            uint256[] memory extensions
        ) = IERC5267(where).eip712Domain();
        assertEq(fields, bytes1(0x0f));
        assertEq(name, "Licet");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(verifier, where);
        assertEq(salt, 0);
        assertEq(extensions.length, 0);
    }

    // ---- metadata ----

    /// @dev Whatever the deed's slot says: JSON that says it.
    function testFuzz_ADeedsMetadataIsJson(uint24 epoch, uint32 exclusive, uint32 parents, uint8 flags) public {
        bytes32 slot = slotOf(address(registry), abi.encodeCall(registry.deedState, (assetId)));
        uint256 state = uint256(epoch) | uint256(exclusive) << 24 | uint256(parents) << 56 | uint256(flags) << 88;
        vm.store(address(registry), slot, bytes32(state << 160 | uint160(licensor)));
        string memory json = decoded(registry.tokenURI(uint256(assetId)));
        assertEq(vm.parseJsonString(json, ".name"), string.concat("Licet asset ", vm.toString(assetId)));
        assertGt(bytes(vm.parseJsonString(json, ".description")).length, 0);
        assertAttribute(json, 0, "epoch", epoch);
        assertAttribute(json, 1, "exclusive until", exclusive);
        assertAttribute(json, 2, "licenses end by", parents);
        assertAttribute(json, 3, "flags", flags);
        assertFalse(vm.keyExistsJson(json, ".attributes[4]"));
    }

    function testFuzz_ALicensesMetadataIsJson(uint32 uses, uint32 duration, bool transferable) public {
        ILicenseToken.Offer memory offer = terms();
        vm.assume(uses != 0);
        (offer.uses, offer.duration, offer.transferable) = (uses, duration, transferable);
        bytes32 id = buy(offer);
        string memory json = decoded(licenses.tokenURI(uint256(id)));
        assertEq(vm.parseJsonString(json, ".name"), string.concat("Licet license ", vm.toString(id)));
        assertGt(bytes(vm.parseJsonString(json, ".description")).length, 0);
        assertEq(vm.parseJsonString(json, ".attributes[0].trait_type"), "uses");
        assertEq(vm.parseUint(vm.parseJsonString(json, ".attributes[0].value")), uses);
        assertAttribute(json, 1, "expires", duration == 0 ? PERPETUAL : NOW + duration);
        assertEq(vm.parseJsonString(json, ".attributes[2].trait_type"), "transferable");
        assertEq(vm.parseJsonString(json, ".attributes[2].value"), transferable ? "yes" : "no");
        assertFalse(vm.keyExistsJson(json, ".attributes[3]"));
    }

    function test_ContractsMetadataIsJson() public view {
        string memory json = decoded(registry.contractURI());
        assertEq(vm.parseJsonString(json, ".name"), registry.name());
        assertGt(bytes(vm.parseJsonString(json, ".description")).length, 0);
        json = decoded(licenses.contractURI());
        assertEq(vm.parseJsonString(json, ".name"), licenses.name());
        assertGt(bytes(vm.parseJsonString(json, ".description")).length, 0);
    }

    // ---- helpers ----

    function assertAttribute(string memory json, uint256 index, string memory trait, uint256 value) private pure {
        string memory path = string.concat(".attributes[", vm.toString(index), "]");
        assertEq(vm.parseJsonString(json, string.concat(path, ".trait_type")), trait);
        assertEq(vm.parseJsonUint(json, string.concat(path, ".value")), value);
    }

    function decoded(string memory uri) private pure returns (string memory) {
        assertTrue(LibString.startsWith(uri, PREFIX));
        return string(Base64.decode(LibString.slice(uri, bytes(PREFIX).length)));
    }

    /// @dev The slot that a view reads first.
    function slotOf(address where, bytes memory call) private returns (bytes32) {
        vm.record();
        (bool ok,) = where.staticcall(call);
        assertTrue(ok);
        (bytes32[] memory reads,) = vm.accesses(where);
        return reads[0];
    }

    function count(Vm.Log[] memory logs, address emitter, bytes32 topic) private pure returns (uint256 found) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == emitter && logs[i].topics[0] == topic) ++found;
        }
    }
}
