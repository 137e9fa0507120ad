// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {IERC4906} from "contracts/interfaces/IERC4906.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {stdError} from "forge-std/StdError.sol";

import {Base} from "./Base.t.sol";

/// @dev Subscriptions, paid on.
contract RenewTest is Base {
    function setUp() public override {
        super.setUp();
        dollar.mint(stranger, 1e15);
        vm.prank(stranger);
        dollar.approve(address(licenses), type(uint256).max);
    }

    // ---- what a renewal does ----

    function test_RenewsFromTheEndOn() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        bytes32 id = seatOf(order, 0);
        vm.warp(NOW + 1 days);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        vm.expectEmit(address(licenses));
        emit IERC4906.MetadataUpdate(uint256(id));
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Renewed(
            id, assetId, hashOf(order.offer), licensee, artist, address(dollar), PRICE, uint40(NOW + 2 * DURATION)
        );
        vm.expectEmit(address(dollar));
        emit IERC20.Transfer(licensee, artist, PRICE);
        renew(order);
        assertHeads(registryBefore, licensesBefore);
        assertEq(licenses.license(id).expires, NOW + 2 * DURATION);
        assertEq(dollar.balanceOf(artist), 2 * PRICE);
        assertEq(dollar.balanceOf(address(licenses)), 0);
        vm.warp(NOW + 2 * DURATION - 1);
        assertTrue(licenses.permits(id, TRAIN));
        vm.warp(NOW + 2 * DURATION);
        assertFalse(licenses.permits(id, TRAIN));
    }

    /// @dev At its last second it runs; at the next it has run out.
    function test_RenewsFromNowWhereItRanOut() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        uint256 snapshot = vm.snapshotState();
        vm.warp(NOW + DURATION - 1);
        renew(order);
        assertEq(expiryOf(order), NOW + 2 * DURATION);
        vm.revertToState(snapshot);
        vm.warp(NOW + DURATION);
        renew(order);
        assertEq(expiryOf(order), NOW + 2 * DURATION);
        vm.revertToState(snapshot);
        vm.warp(NOW + DURATION + 7);
        assertFalse(licenses.permits(seatOf(order, 0), TRAIN));
        renew(order);
        assertEq(expiryOf(order), NOW + 2 * DURATION + 7);
        assertTrue(licenses.permits(seatOf(order, 0), TRAIN));
    }

    /// @dev Whenever and however often: the later of its end and now, and one duration for each price.
    function testFuzz_EachPriceIsOneDuration(uint32 duration, uint32[8] calldata waits) public {
        ILicenseToken.Offer memory offer = subscription();
        offer.duration = duration = uint32(bound(duration, 1, type(uint32).max));
        ILicenseToken.Order memory order = subscribed(offer);
        (uint256 time, uint256 expires) = (NOW, NOW + duration);
        for (uint256 i = 0; i < waits.length; ++i) {
            vm.warp(time += waits[i]);
            renew(order);
            expires = (time < expires ? expires : time) + duration;
            assertEq(expiryOf(order), expires);
            assertEq(dollar.balanceOf(artist), (i + 2) * PRICE);
        }
    }

    function test_NothingButTheEndChanges() public {
        ILicenseToken.Offer memory offer = subscription();
        (offer.uses, offer.transferable) = (0xdeadbeef, false);
        ILicenseToken.Order memory order = subscribed(offer);
        vm.warp(NOW + 100 days);
        renew(order);
        ILicenseToken.License memory license = licenses.license(seatOf(order, 0));
        assertEq(license.holder, licensee);
        assertEq(license.expires, NOW + 2 * DURATION);
        assertEq(license.uses, 0xdeadbeef);
        assertTrue(license.bound);
        assertFalse(license.metered);
        assertFalse(license.sublicense);
        assertFalse(license.revoked);
        assertEq(license.soldOn, NOW / 1 days);
        assertEq(licenses.balanceOf(licensee), 1);
    }

    function test_WhoeverPays() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        uint256 before = dollar.balanceOf(licensee);
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Renewed(
            seatOf(order, 0),
            assetId,
            hashOf(order.offer),
            stranger,
            artist,
            address(dollar),
            PRICE,
            uint40(NOW + 2 * DURATION)
        );
        vm.prank(stranger);
        licenses.renew(order);
        assertEq(dollar.balanceOf(licensee), before, "the licensee's standing allowance is the licensee's");
        assertEq(dollar.balanceOf(stranger), 1e15 - PRICE);
        assertEq(licenses.ownerOf(uint256(seatOf(order, 0))), licensee);
    }

    /// @dev Passed on, it is renewed by the order that it was bought with, for who has it.
    function test_ATransferredSubscriptionIsRenewed() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        bytes32 id = seatOf(order, 0);
        vm.prank(licensee);
        licenses.transferFrom(licensee, stranger, uint256(id));
        vm.prank(stranger);
        licenses.renew(order);
        assertEq(licenses.license(id).holder, stranger);
        assertEq(licenses.license(id).expires, NOW + 2 * DURATION);
        order.licensee = stranger; // who never bought it
        refuseRenewal(order, unknown(seatOf(order, 0)));
    }

    function test_NativeCoin() public {
        ILicenseToken.Offer memory offer = nativeTerms();
        offer.kind = ILicenseToken.Kind.Subscription;
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), licensee, 0);
        vm.deal(licensee, 10 ether);
        vm.startPrank(licensee);
        licenses.buy{value: 1 ether}(order);
        licenses.renew{value: 1 ether}(order);
        assertEq(artist.balance, 2 ether);
        assertEq(address(licenses).balance, 0);
        uint256[3] memory wrong = [uint256(0), 1 ether - 1, 1 ether + 1];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.WrongValue.selector, wrong[i], 1 ether));
            licenses.renew{value: wrong[i]}(order);
        }
    }

    function test_RevertWhen_ThePayeeRefusesCoin() public {
        ILicenseToken.Offer memory offer = nativeTerms();
        offer.kind = ILicenseToken.Kind.Subscription;
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), licensee, 0);
        vm.deal(licensee, 2 ether);
        vm.startPrank(licensee);
        licenses.buy{value: 1 ether}(order);
        vm.etch(artist, address(new RefusingPayee()).code);
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        licenses.renew{value: 1 ether}(order);
        assertEq(expiryOf(order), NOW + DURATION);
    }

    function testFuzz_RevertWhen_CoinComesWithAnotherCurrency(uint256 value) public {
        vm.assume(value != 0);
        ILicenseToken.Order memory order = subscribed(subscription());
        vm.deal(licensee, value);
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.WrongValue.selector, value, 0));
        licenses.renew{value: value}(order);
    }

    function test_RevertWhen_ThePayerHasTooLittle() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        vm.prank(licensee);
        dollar.approve(address(licenses), PRICE - 1);
        refuseRenewal(order, abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
        assertEq(expiryOf(order), NOW + DURATION);
    }

    // ---- seats ----

    /// @dev Each from its own end on, for one payment.
    function test_SeatsAreRenewedTogether() public {
        ILicenseToken.Order memory all = seats(subscription(), 3, 0);
        ILicenseToken.Order memory second = seats(subscription(), 1, bytes32(uint256(1)));
        vm.prank(licensee);
        licenses.buy(all);
        renew(second);
        vm.warp(NOW + DURATION + 10); // the first and the third have run out
        vm.expectEmit(address(dollar));
        emit IERC20.Transfer(licensee, artist, 3 * PRICE);
        renew(all);
        assertEq(licenses.license(seatOf(all, 0)).expires, NOW + 2 * DURATION + 10);
        assertEq(licenses.license(seatOf(all, 1)).expires, NOW + 3 * DURATION);
        assertEq(licenses.license(seatOf(all, 2)).expires, NOW + 2 * DURATION + 10);
    }

    function test_AHundredSeatsFitIntoATransaction() public {
        ILicenseToken.Order memory order = seats(subscription(), 100, 0);
        vm.prank(licensee);
        licenses.buy(order);
        bytes memory call = abi.encodeCall(licenses.renew, (order));
        vm.prank(licensee);
        uint256 gas = gasleft();
        (bool ok,) = address(licenses).call(call);
        gas -= gasleft();
        assertTrue(ok);
        assertLt(gas + intrinsicGas(call), 2_000_000);
    }

    function testFuzz_TheLogsLeadToTheHead(uint256 quantity, bytes32 salt) public {
        ILicenseToken.Order memory order = seats(subscription(), bound(quantity, 1, 100), salt);
        vm.prank(licensee);
        licenses.buy(order);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        renew(order);
        assertHeads(registryBefore, licensesBefore);
        assertEq(uint256(licenses.head()) >> 216, (uint256(licensesBefore) >> 216) + order.quantity);
    }

    /// @dev A seat more than was bought: none of them is renewed.
    function test_RevertWhen_ASeatWasNeverBought() public {
        ILicenseToken.Order memory order = seats(subscription(), 2, 0);
        vm.prank(licensee);
        licenses.buy(order);
        order.quantity = 3;
        refuseRenewal(order, unknown(seatOf(order, 2)));
        assertEq(expiryOf(order), NOW + DURATION);
    }

    function testFuzz_RevertWhen_NoneOrTooManyAreAskedFor(uint256 quantity) public {
        if (quantity != 0) quantity = bound(quantity, 101, type(uint256).max);
        ILicenseToken.Order memory order = subscribed(subscription());
        order.quantity = quantity;
        refuseRenewal(order, abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, quantity, 100));
    }

    function test_RevertWhen_ThePriceOverflows() public {
        ILicenseToken.Offer memory offer = subscription();
        offer.price = 1 << 255;
        dollar.mint(licensee, (1 << 255) - dollar.totalSupply());
        ILicenseToken.Order memory order = seats(offer, 1, 0);
        vm.prank(stranger);
        dollar.transfer(licensee, 1e15);
        vm.prank(licensee);
        licenses.buy(order);
        order.salt = bytes32(uint256(1));
        vm.prank(artist);
        dollar.transfer(licensee, 1 << 255);
        vm.prank(licensee);
        licenses.buy(order);
        (order.salt, order.quantity) = (0, 2);
        refuseRenewal(order, stdError.arithmeticError);
    }

    // ---- what is no subscription ----

    function test_RevertWhen_ItIsNoSubscription() public {
        ILicenseToken.Offer memory offer = terms();
        refuseRenewal(subscribed(offer), notRenewable(offer));
        offer = freeTerms();
        refuseRenewal(subscribed(offer), notRenewable(offer));
        offer = terms();
        (offer.kind, offer.transferable) = (ILicenseToken.Kind.Metered, false);
        refuseRenewal(subscribed(offer), notRenewable(offer));
    }

    function notRenewable(ILicenseToken.Offer memory offer) private view returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.NotRenewable.selector, idOf(offer, licensee, 0));
    }

    function test_RevertWhen_ItWasNeverSold() public {
        ILicenseToken.Order memory order = seats(subscription(), 1, 0);
        refuseRenewal(order, unknown(seatOf(order, 0)));
    }

    function test_RevertWhen_TheAssetIsNotRegistered() public {
        ILicenseToken.Offer memory offer = subscription();
        offer.assetId = "unknown";
        refuseRenewal(
            seats(offer, 1, 0), abi.encodeWithSelector(IAssetRegistry.AssetNotRegistered.selector, offer.assetId)
        );
    }

    /// @dev Nothing can have been sold on it yet.
    function test_RevertWhen_TheOfferHasNotStarted() public {
        ILicenseToken.Offer memory offer = subscription();
        offer.start = uint40(NOW + 1);
        refuseRenewal(
            seats(offer, 1, 0),
            abi.encodeWithSelector(ILicenseToken.OfferNotStarted.selector, hashOf(offer), NOW + 1, NOW)
        );
    }

    /// @dev On another offer, however like it: the id is not this license's.
    function test_RevertWhen_TheOfferIsAnother() public {
        subscribed(subscription());
        ILicenseToken.Offer memory offer = subscription();
        offer.price = 1;
        ILicenseToken.Order memory order = seats(offer, 1, 0);
        refuseRenewal(order, unknown(seatOf(order, 0)));
        offer = subscription();
        offer.duration *= 2;
        order = seats(offer, 1, 0);
        refuseRenewal(order, unknown(seatOf(order, 0)));
    }

    function test_RevertWhen_ItIsRevoked() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.reportWithin = 1 days;
        ILicenseToken.Offer memory offer = subscription();
        offer.conditions = hashOf(shown);
        ILicenseToken.Order memory order = subscribed(offer);
        vm.warp(NOW + 3 days);
        vm.prank(licensor);
        licenses.revoke(ILicenseToken.Grant(offer, licensee, 0), shown, 0);
        refuseRenewal(order, abi.encodeWithSelector(ILicenseToken.LicenseRevoked.selector, seatOf(order, 0)));
    }

    // ---- an offer that would not sell now ----

    function test_RevertWhen_TheOfferIsCancelled() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        vm.prank(licensor);
        licenses.cancelOffer(order.offer);
        refuseRenewal(order, abi.encodeWithSelector(ILicenseToken.OfferIsCancelled.selector, hashOf(order.offer)));
    }

    function test_RevertWhen_TheOfferEnded() public {
        ILicenseToken.Offer memory offer = subscription();
        offer.end = uint40(NOW + 10);
        ILicenseToken.Order memory order = subscribed(offer);
        vm.warp(NOW + 11);
        refuseRenewal(
            order, abi.encodeWithSelector(ILicenseToken.OfferExpired.selector, hashOf(offer), NOW + 10, NOW + 11)
        );
        vm.warp(NOW + 10);
        renew(order);
    }

    function test_RevertWhen_AllOffersAreCancelled() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        vm.prank(licensor);
        registry.cancelOffers(assetId);
        refuseRenewal(order, abi.encodeWithSelector(ILicenseToken.OfferOutdated.selector, assetId, 0, 1));
    }

    function test_RevertWhen_TheDeedWasSold() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        moveDeed(assetId, licensor, stranger);
        refuseRenewal(
            order, abi.encodeWithSelector(ILicenseToken.OfferNotFromHolder.selector, assetId, licensor, stranger)
        );
        moveDeed(assetId, stranger, licensor);
        refuseRenewal(order, abi.encodeWithSelector(ILicenseToken.OfferOutdated.selector, assetId, 0, 2));
    }

    function test_RevertWhen_NobodySignedTheOffer() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        order.signature = "";
        bytes memory reason =
            abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(order.offer), licensor);
        refuseRenewal(order, reason);
        order.signature = signed(strangerKey, digestOf(order.offer));
        refuseRenewal(order, reason);
        vm.prank(licensor);
        licenses.publishOffer(order.offer, conditions());
        order.signature = "";
        renew(order);
    }

    /// @dev What an agent signed renews for as long as they are one.
    function test_RevertWhen_TheAgentsTimeIsOver() public {
        vm.prank(licensor);
        licenses.appointAgent(stranger, uint40(NOW + 10));
        ILicenseToken.Offer memory offer = subscription();
        ILicenseToken.Order memory order = orderOf(offer, signed(strangerKey, digestOf(offer)), licensee, 0);
        vm.prank(licensee);
        licenses.buy(order);
        vm.warp(NOW + 10);
        renew(order);
        vm.warp(NOW + 11);
        refuseRenewal(
            order, abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), licensor)
        );
        order.signature = signed(offer);
        renew(order);
    }

    /// @dev A supply limits licenses, not their time.
    function test_ASoldOutOfferRenews() public {
        ILicenseToken.Offer memory offer = subscription();
        offer.supply = 1;
        ILicenseToken.Order memory order = subscribed(offer);
        renew(order);
        assertEq(licenses.offerState(hashOf(offer)).sold, 1);
        assertEq(expiryOf(order), NOW + 2 * DURATION);
    }

    // ---- exclusive ----

    function test_AnExclusiveOneKeepsTheDeed() public {
        ILicenseToken.Order memory order = subscribed(exclusive());
        vm.warp(NOW + 1 days);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        vm.expectEmit(address(registry));
        emit IAssetRegistry.ExclusiveGranted(assetId, seatOf(order, 0), NOW + 2 * DURATION);
        renew(order);
        assertHeads(registryBefore, licensesBefore);
        assertEq(exclusiveUntil(assetId), NOW + 2 * DURATION);
        ILicenseToken.Offer memory another = terms();
        another.end = 0;
        vm.warp(NOW + 2 * DURATION - 1);
        refuse(another, taken(NOW + 2 * DURATION));
        vm.warp(NOW + 2 * DURATION);
        buy(another);
    }

    function test_AnExclusiveOneComesBack() public {
        ILicenseToken.Order memory order = subscribed(exclusive());
        vm.warp(NOW + DURATION + 5);
        renew(order);
        assertEq(exclusiveUntil(assetId), NOW + 2 * DURATION + 5);
    }

    /// @dev Whoever holds the asset exclusively now, an earlier exclusive licensee does not renew past them.
    function test_RevertWhen_AnotherHoldsTheAssetExclusively() public {
        ILicenseToken.Order memory order = subscribed(exclusive());
        vm.warp(NOW + DURATION);
        ILicenseToken.Offer memory offer = exclusive();
        offer.conditions = "another";
        ILicenseToken.Order memory other = orderOf(offer, signed(offer), stranger, 0);
        vm.prank(stranger);
        licenses.buy(other);
        refuseRenewal(order, taken(NOW + 2 * DURATION));
        vm.prank(stranger);
        licenses.renew(other);
        assertEq(exclusiveUntil(assetId), NOW + 3 * DURATION);
        refuseRenewal(order, taken(NOW + 3 * DURATION));
        vm.warp(NOW + 3 * DURATION);
        renew(order);
    }

    /// @dev A license that was sold before exclusivity runs out beside it, and is not renewed meanwhile.
    function test_RevertWhen_AnEarlierLicenseIsRenewedBesideAnExclusiveOne() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        vm.warp(NOW + 1 days);
        ILicenseToken.Offer memory offer = exclusive();
        offer.duration = 10 days;
        buy(offer);
        refuseRenewal(order, taken(NOW + 11 days));
        assertTrue(licenses.permits(seatOf(order, 0), TRAIN));
        vm.warp(NOW + 11 days);
        renew(order);
    }

    function test_RevertWhen_TwoExclusiveSeatsAreAskedFor() public {
        ILicenseToken.Order memory order = subscribed(exclusive());
        order.quantity = 2;
        refuseRenewal(order, abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, 2, 1));
    }

    // ---- disputes ----

    function test_RevertWhen_TheDeedIsDefeated() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        rule(dispute(assetId), 1);
        refuseRenewal(order, abi.encodeWithSelector(ILicenseToken.AssetDefeated.selector, assetId));
        assertTrue(licenses.permits(seatOf(order, 0), TRAIN), "what was paid for stays");
    }

    function test_ARenewalInDisputeIsPaidIntoEscrow() public {
        ILicenseToken.Order memory order = subscribed(subscription());
        dispute(assetId);
        renew(order);
        assertEq(dollar.balanceOf(artist), PRICE, "from before");
        assertEq(dollar.balanceOf(desk.escrowOf(assetId, artist)), PRICE);
        assertEq(expiryOf(order), NOW + 2 * DURATION);
    }

    // ---- calling back ----

    /// @dev A token that renews again in the middle of a renewal: each is paid, and each adds its time.
    function test_ARenewalWithinARenewalIsPaidToo() public {
        HookedToken token = new HookedToken();
        Puppet museum = new Puppet();
        token.mint(licensee, 10 * PRICE);
        token.mint(address(museum), 10 * PRICE);
        museum.execute(address(token), 0, abi.encodeCall(token.approve, (address(licenses), type(uint256).max)));
        vm.prank(licensee);
        token.approve(address(licenses), type(uint256).max);
        ILicenseToken.Offer memory offer = subscription();
        offer.currency = address(token);
        ILicenseToken.Order memory order = subscribed(offer);
        bytes memory nested = abi.encodeCall(licenses.renew, (order));
        token.arm(address(museum), abi.encodeCall(museum.execute, (address(licenses), 0, nested)));
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        renew(order);
        assertHeads(registryBefore, licensesBefore);
        assertTrue(token.succeeded());
        assertEq(expiryOf(order), NOW + 3 * DURATION);
        assertEq(token.balanceOf(artist), 3 * PRICE);
    }

    /// @dev Time has 40 bits: nothing goes round.
    function test_RevertWhen_TimeOverflows() public {
        ILicenseToken.Offer memory offer = subscription();
        offer.duration = type(uint32).max;
        ILicenseToken.Order memory order = subscribed(offer);
        for (uint256 i = 0; i < 254; ++i) {
            renew(order);
        }
        uint256 expires = expiryOf(order);
        assertLt(uint256(type(uint40).max) - expires, offer.duration);
        refuseRenewal(order, stdError.arithmeticError);
        assertEq(expiryOf(order), expires);
    }

    // ---- helpers ----

    function subscription() private view returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        (offer.kind, offer.end) = (ILicenseToken.Kind.Subscription, 0);
    }

    function exclusive() private view returns (ILicenseToken.Offer memory offer) {
        offer = subscription();
        offer.exclusive = true;
    }

    /// @dev The order by which the licensee bought one license.
    function subscribed(ILicenseToken.Offer memory offer) private returns (ILicenseToken.Order memory order) {
        order = seats(offer, 1, 0);
        vm.prank(licensee);
        licenses.buy(order);
    }

    function renew(ILicenseToken.Order memory order) private {
        vm.prank(licensee);
        licenses.renew(order);
    }

    function refuseRenewal(ILicenseToken.Order memory order, bytes memory reason) private {
        bytes32 head = licenses.head();
        vm.prank(licensee);
        vm.expectRevert(reason);
        licenses.renew(order);
        assertEq(licenses.head(), head);
    }

    function expiryOf(ILicenseToken.Order memory order) private view returns (uint256) {
        return licenses.license(seatOf(order, 0)).expires;
    }

    function unknown(bytes32 id) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, id);
    }

    function taken(uint256 until) private view returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.AssetExclusivelyLicensed.selector, assetId, until);
    }
}
