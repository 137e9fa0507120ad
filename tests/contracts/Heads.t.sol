// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {RollingHead} from "contracts/libraries/RollingHead.sol";
import {Vm} from "forge-std/Vm.sol";

import {Base} from "./Base.t.sol";
import {Replay} from "./helpers/Replay.sol";

/// @dev An auditor replays the logs and reaches the head; with any log missing, moved or altered they do not.
contract HeadsTest is Base {
    using Replay for Vm.Log[];

    /// @dev The registry's and the license token's heads before the story.
    bytes32 private before;

    function test_EveryKindOfLogIsChained() public {
        before = registry.head();
        vm.recordLogs();
        story(1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bytes32[16] memory kinds = [
            keccak256("Transfer(address,address,uint256)"),
            IAssetRegistry.AssetRegistered.selector,
            IAssetRegistry.OffersCancelled.selector,
            IAssetRegistry.ExclusiveGranted.selector,
            ILicenseToken.Sold.selector,
            ILicenseToken.OfferPublished.selector,
            ILicenseToken.OfferCancelled.selector,
            ILicenseToken.AgentAppointed.selector,
            ILicenseToken.Renewed.selector,
            ILicenseToken.Revoked.selector,
            ILicenseToken.Sublicensed.selector,
            ILicenseToken.Pin.selector,
            IAssetRegistry.DerivativeRegistered.selector,
            IAssetRegistry.ParentsRefreshed.selector,
            IAssetRegistry.VaultPinned.selector,
            IAssetRegistry.DeedFlagged.selector
        ];
        for (uint256 kind = 0; kind < kinds.length; ++kind) {
            bool seen = false;
            for (uint256 i = 0; i < logs.length; ++i) {
                if (logs[i].topics[0] == kinds[kind]) seen = true;
            }
            assertTrue(seen, vm.toString(kind));
        }
        assertReaches(logs);
    }

    function testFuzz_TheLogsLeadToTheHead(uint256 seed) public {
        before = registry.head();
        vm.recordLogs();
        story(seed);
        assertReaches(vm.getRecordedLogs());
    }

    /// @dev What a dishonest node might do, to any log of the story.
    function testFuzz_TamperedLogsDoNot(uint256 seed, uint256 which, uint256 how, uint256 bit) public {
        before = registry.head();
        vm.recordLogs();
        story(seed);
        Vm.Log[] memory all = vm.getRecordedLogs();
        address emitter = which % 2 == 0 ? address(registry) : address(licenses);
        bytes32 start = which % 2 == 0 ? before : bytes32(0);
        bytes32 head = which % 2 == 0 ? registry.head() : licenses.head();
        Vm.Log[] memory logs = all.audit(emitter);
        assertEq(logs.head(emitter, start), head);

        uint256 at = (which >> 8) % logs.length;
        if (how % 4 == 0) {
            logs = without(logs, at);
        } else if (how % 4 == 1) {
            logs = swapped(logs, at);
        } else if (how % 4 == 2) {
            logs[at].topics[bit % 4] ^= bytes32(uint256(1) << (bit >> 8) % 256);
            if (!Replay.audited(logs[at])) return;
        } else if (logs[at].data.length != 0) {
            logs[at].data[bit % logs[at].data.length] ^= bytes1(uint8(1 << (bit >> 8) % 8));
        } else {
            logs[at].data = hex"00";
        }
        assertNotEq(logs.head(emitter, start), head);
    }

    function test_ApprovalsAreNotChained() public {
        bytes32 registryHead = registry.head();
        bytes32 id = buy(terms());
        bytes32 licensesHead = licenses.head();
        vm.startPrank(licensor);
        registry.approve(marketplace, uint256(assetId));
        registry.setApprovalForAll(marketplace, true);
        vm.stopPrank();
        vm.startPrank(licensee);
        licenses.approve(marketplace, uint256(id));
        licenses.setApprovalForAll(marketplace, true);
        assertEq(registry.head(), registryHead);
        assertEq(licenses.head(), licensesHead);
    }

    function testFuzz_TheCountIsFortyBitsAndTheHashTheRest(uint40 count, uint216 hash, bytes32[5] calldata log)
        public
        pure
    {
        count = uint40(bound(count, 0, type(uint40).max - 1));
        bytes32 head = bytes32(uint256(count) << 216 | hash);
        bytes32 next = RollingHead.roll(head, log[0], log[1], log[2], log[3], log[4]);
        assertEq(uint256(next) >> 216, uint256(count) + 1);
        assertEq(uint216(uint256(next)), uint216(uint256(keccak256(abi.encode(head, log)))));
    }

    // ---- a story of some twenty operations, as the seed has it ----

    function story(uint256 seed) private {
        address[2] memory holders = [licensor, stranger];
        uint256[2] memory keys = [licensorKey, strangerKey];
        uint256 at = 0;
        uint24 epoch = 0;
        for (uint256 i = 0; i < 22; ++i) {
            uint256 random = i < 11 ? i : uint256(keccak256(abi.encode(seed, i)));
            ILicenseToken.Offer memory offer = terms();
            (offer.licensor, offer.epoch, offer.end) = (holders[at], epoch, 0);
            offer.conditions = hashOf(conditions(bytes32(i)));
            offer.exclusive = i % 5 == 4;
            offer.termsURI = vm.toString(random >> (random % 200));
            if (random % 11 == 0) {
                vm.prank(artist);
                registry.register(
                    IAssetRegistry.Registration(
                        bytes32(i + 1), 0, 0, offer.termsURI, IAssetRegistry.Origin(random >> 8 & 3)
                    )
                );
            } else if (random % 11 == 1) {
                moveDeed(assetId, holders[at], holders[1 - at]);
                (at, epoch) = (1 - at, epoch + 1);
            } else if (random % 11 == 2) {
                vm.prank(holders[at]);
                registry.cancelOffers(assetId);
                ++epoch;
            } else if (random % 11 == 3) {
                skip(DURATION);
                vm.prank(holders[at]);
                licenses.publishOffer(offer, conditions(bytes32(i)));
            } else if (random % 11 == 4) {
                skip(DURATION);
                bytes memory signature = signed(keys[at], digestOf(offer));
                bytes32 id = sell(orderOf(offer, signature, licensee, bytes32(i << 128)), random >> 8);
                vm.prank(licensee);
                licenses.transferFrom(licensee, artist, uint256(id));
            } else if (random % 11 == 5) {
                vm.prank(holders[at]);
                licenses.cancelOffer(offer);
            } else if (random % 11 == 6) {
                subscribe(offer, keys[at], bytes32(i << 128));
            } else if (random % 11 == 7) {
                derive(offer, keys[at], bytes32(i << 128));
            } else if (random % 11 == 8) {
                vm.prank(holders[at]);
                licenses.appointAgent(marketplace, uint40(random >> 8));
            } else if (random % 11 == 9) {
                vm.prank(holders[at]);
                registry.pinVault(assetId, artist, uint16(random >> 8) % 10_001);
            } else {
                vm.prank(address(desk));
                registry.flag(assetId, uint8(random >> 8) & 8, i);
            }
        }
    }

    /// @dev Sold, renewed, sublicensed, pinned and revoked.
    function subscribe(ILicenseToken.Offer memory offer, uint256 key, bytes32 salt) private {
        ILicenseToken.Conditions memory shown = conditions(salt);
        (shown.sublicensable, shown.reportWithin) = (true, 1);
        (offer.kind, offer.conditions) = (ILicenseToken.Kind.Subscription, hashOf(shown));
        ILicenseToken.Order memory order = orderOf(offer, signed(key, digestOf(offer)), licensee, salt);
        ILicenseToken.Grant memory grant = ILicenseToken.Grant(offer, licensee, salt);
        skip(DURATION);
        ILicenseToken.Sublicense memory sub =
            ILicenseToken.Sublicense(artist, 2, uint40(vm.getBlockTimestamp() + 1), salt);
        vm.startPrank(licensee);
        licenses.buy(order);
        licenses.renew(order);
        licenses.grantSublicense(grant, shown, sub);
        vm.stopPrank();
        licenses.pin(grant, shown);
        skip(3 days);
        vm.prank(offer.licensor);
        licenses.revoke(grant, shown, 0);
    }

    /// @dev Sold to derive, derived from, and looked at again.
    function derive(ILicenseToken.Offer memory offer, uint256 key, bytes32 salt) private {
        IAssetRegistry.Derivation memory made;
        made.parents = new IAssetRegistry.Parent[](1);
        made.parents[0].conditions = conditions(salt);
        made.parents[0].conditions.royaltyBps = 0;
        (offer.uses, offer.conditions) = (1 << 7, hashOf(made.parents[0].conditions));
        made.parents[0].grant = ILicenseToken.Grant(offer, licensee, salt);
        ILicenseToken.Order memory order = orderOf(offer, signed(key, digestOf(offer)), licensee, salt);
        skip(DURATION);
        vm.startPrank(licensee);
        bytes32[] memory ids = new bytes32[](1);
        ids[0] = licenses.buy(order);
        bytes32 derivative = registry.registerDerivative(work(salt | bytes32(uint256(1))), made);
        vm.stopPrank();
        registry.refreshParents(derivative, 0, ids);
    }

    /// @dev One of the four ways to buy, and as a rule several seats.
    function sell(ILicenseToken.Order memory order, uint256 random) private returns (bytes32 id) {
        if (!order.offer.exclusive) order.quantity = 1 + random % 3;
        if (random >> 8 & 3 == 0) {
            uint256 time = vm.getBlockTimestamp();
            ILicenseToken.Authorization memory authorization = authorize(
                licenseeKey, order.offer.price * order.quantity, time - 1, time + 1, nonceOf(order, licensee)
            );
            vm.prank(relayer);
            return licenses.buyWithAuthorization(order, authorization);
        }
        if (random >> 8 & 3 == 1) {
            vm.prank(licensee);
            return licenses.buy(order);
        }
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](3);
        orders[0] = abi.decode(abi.encode(order), (ILicenseToken.Order)); // passed over: nobody signed it
        orders[0].signature = "";
        (orders[1], orders[2]) = (order, order); // the second time it is sold already
        vm.prank(licensee);
        return licenses.buyBasket(orders, true)[1];
    }

    function assertReaches(Vm.Log[] memory logs) private view {
        assertEq(logs.head(address(registry), before), registry.head());
        assertEq(logs.head(address(licenses), 0), licenses.head());
        assertEq(uint256(licenses.head()) >> 216, logs.audit(address(licenses)).length);
    }

    function without(Vm.Log[] memory logs, uint256 at) private pure returns (Vm.Log[] memory rest) {
        rest = new Vm.Log[](logs.length - 1);
        for (uint256 i = 0; i < rest.length; ++i) {
            rest[i] = logs[i < at ? i : i + 1];
        }
    }

    function swapped(Vm.Log[] memory logs, uint256 at) private pure returns (Vm.Log[] memory) {
        uint256 other = (at + 1) % logs.length;
        (logs[at], logs[other]) = (logs[other], logs[at]);
        return logs;
    }
}
