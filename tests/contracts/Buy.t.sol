// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {ERC721} from "solady/tokens/ERC721.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {Base} from "./Base.t.sol";

contract BuyTest is Base {
    /// @dev An offer laid out alike, but for `kind`: Forge's fuzzer draws enumerations from their whole byte.
    struct Draft {
        address licensor;
        bytes32 assetId;
        uint32 epoch;
        address payee;
        address currency;
        uint256 price;
        uint32 uses;
        bytes32 termsHash;
        string termsURI;
        uint40 start;
        uint40 end;
        uint32 duration;
        uint32 supply;
        uint8 kind;
        bool exclusive;
        bool transferable;
        bytes32 conditions;
    }

    // ---- what a sale does ----

    function test_SellsOneLicense() public {
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        bytes32 id = idOf(offer, licensee, "salt");
        uint256 before = dollar.balanceOf(licensee);

        vm.expectEmit(address(licenses));
        emit IERC721.Transfer(address(0), licensee, uint256(id));
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Sold(id, assetId, licensee, licensee, "salt", 1, offer, signature);
        vm.expectEmit(address(dollar));
        emit IERC20.Transfer(licensee, artist, PRICE);
        vm.prank(licensee);
        assertEq(licenses.buy(orderOf(offer, signature, licensee, "salt")), id);

        assertEq(licenses.ownerOf(uint256(id)), licensee);
        assertEq(dollar.balanceOf(licensee), before - PRICE);
        assertEq(dollar.balanceOf(artist), PRICE);
        assertEq(dollar.balanceOf(address(licenses)), 0);
        ILicenseToken.License memory license = licenses.license(id);
        assertEq(license.holder, licensee);
        assertEq(license.expires, NOW + DURATION);
        assertEq(license.uses, TRAIN);
        assertFalse(license.bound);
        assertEq(licenses.offerState(hashOf(offer)).sold, 0, "counted only where the supply is limited");
    }

    /// @dev Whatever an offer says within its types, it sells as it stands, and the event carries it whole.
    function testFuzz_SellsAnyValidOffer(Draft memory draft, bytes32 salt, uint256 time) public {
        ILicenseToken.Offer memory offer = bound_(draft);
        time = offer.end == 0 ? bound(time, offer.start, type(uint40).max) : bound(time, offer.start, offer.end);
        vm.warp(time);
        dollar.mint(licensee, type(uint128).max);
        bytes memory signature = signed(offer);
        bytes32 id = idOf(offer, licensee, salt);
        assertEq(licenses.offerHashOf(offer), hashOf(offer));
        if (offer.duration != 0 && time + offer.duration > type(uint40).max) return; // 34,000 years from now

        vm.expectEmit(address(licenses));
        emit ILicenseToken.Sold(id, assetId, licensee, licensee, salt, 1, offer, signature);
        vm.prank(licensee);
        licenses.buy(orderOf(offer, signature, licensee, salt));

        ILicenseToken.License memory license = licenses.license(id);
        assertEq(license.expires, offer.duration == 0 ? type(uint40).max : time + offer.duration);
        assertEq(license.uses, offer.uses);
        assertEq(license.bound, !offer.transferable);
        assertEq(license.metered, offer.kind == ILicenseToken.Kind.Metered);
        assertFalse(license.sublicense);
        assertFalse(license.revoked);
        assertEq(license.soldOn, uint16(time / 1 days));
        assertEq(licenses.locked(uint256(id)), !offer.transferable);
        assertEq(dollar.balanceOf(offer.payee), offer.kind == ILicenseToken.Kind.Metered ? 0 : offer.price);
    }

    function bound_(Draft memory draft) private view returns (ILicenseToken.Offer memory offer) {
        draft.kind %= 4;
        offer = abi.decode(abi.encode(draft), (ILicenseToken.Offer));
        (offer.licensor, offer.assetId, offer.epoch) = (licensor, assetId, 0);
        offer.payee = address(uint160(bound(uint160(offer.payee), 1 << 80, type(uint160).max)));
        vm.assume(offer.payee != licensee);
        offer.currency = address(dollar);
        offer.price = offer.kind == ILicenseToken.Kind.Free ? 0 : bound(offer.price, 1, type(uint128).max);
        if (offer.kind == ILicenseToken.Kind.Metered) offer.transferable = false;
        if (offer.kind == ILicenseToken.Kind.Subscription && offer.duration == 0) offer.duration = 1;
        if (offer.uses == 0) offer.uses = 1;
        if (offer.end != 0 && offer.end < offer.start) (offer.start, offer.end) = (offer.end, offer.start);
        vm.assume(bytes(offer.termsURI).length <= 1024);
    }

    function test_PayerIsTheCallerWhoeverReceives() public {
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        dollar.mint(stranger, PRICE);
        vm.prank(stranger);
        dollar.approve(address(licenses), PRICE);
        bytes32 id = idOf(offer, licensee, 0);
        uint256 before = dollar.balanceOf(licensee);
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Sold(id, assetId, licensee, stranger, 0, 1, offer, signature);
        vm.prank(stranger);
        licenses.buy(orderOf(offer, signature, licensee, 0));
        assertEq(licenses.ownerOf(uint256(id)), licensee);
        assertEq(dollar.balanceOf(licensee), before, "the licensee's standing allowance is the licensee's");
        assertEq(dollar.balanceOf(stranger), 0);
    }

    function test_RevertWhen_CallerCannotPayThoughTheLicenseeCould() public {
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        vm.prank(stranger);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        licenses.buy(orderOf(offer, signature, licensee, 0));
    }

    function test_RevertWhen_AllowanceOrBalanceIsShort() public {
        ILicenseToken.Offer memory offer = terms();
        vm.prank(licensee);
        dollar.approve(address(licenses), PRICE - 1);
        refuse(offer, abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));

        vm.startPrank(licensee);
        dollar.approve(address(licenses), PRICE);
        dollar.transfer(stranger, dollar.balanceOf(licensee) - PRICE + 1);
        vm.stopPrank();
        refuse(offer, abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
        assertEq(licenses.balanceOf(licensee), 0);
    }

    function test_RevertWhen_CurrencyIsNotAContract() public {
        ILicenseToken.Offer memory offer = terms();
        offer.currency = stranger;
        refuse(offer, abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
    }

    function test_RevertWhen_LicenseeIsNobody() public {
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        vm.prank(licensee);
        vm.expectRevert(ERC721.TransferToZeroAddress.selector);
        licenses.buy(orderOf(offer, signature, address(0), 0));
    }

    function test_RevertWhen_SoldBefore() public {
        ILicenseToken.Offer memory offer = terms();
        bytes32 id = buy(offer, 0);
        refuse(offer, abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, id));
        // Not with the other form of the same signature either, nor when the license went to somebody else.
        vm.prank(licensee);
        licenses.transferFrom(licensee, stranger, uint256(id));
        refuse(
            offer,
            signedCompact(licensorKey, digestOf(offer)),
            abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, id)
        );
        assertNotEq(buy(offer, "another salt"), id);
    }

    // ---- what the offer says ----

    function test_RevertWhen_UsesAreMissing() public {
        ILicenseToken.Offer memory offer = terms();
        offer.uses = 0;
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferUsesMissing.selector, hashOf(offer)));
    }

    function test_SellsFreeOffers() public {
        ILicenseToken.Offer memory offer = freeTerms();
        offer.currency = address(0);
        bytes memory signature = signed(offer);
        vm.prank(stranger);
        bytes32 id = licenses.buy(orderOf(offer, signature, stranger, 0));
        assertTrue(licenses.permits(id, TRAIN));
        assertEq(artist.balance, 0);
    }

    /// @dev Nothing to pay: the currency is not called at all.
    function test_SellsFreeOffersInAnyCurrency() public {
        ILicenseToken.Offer memory offer = freeTerms();
        offer.currency = stranger;
        buy(offer);
    }

    function test_RevertWhen_PriceAndFreeDisagree() public {
        ILicenseToken.Offer memory offer = terms();
        offer.price = 0;
        ILicenseToken.Kind[3] memory paid =
            [ILicenseToken.Kind.Sale, ILicenseToken.Kind.Subscription, ILicenseToken.Kind.Metered];
        for (uint256 i = 0; i < 3; ++i) {
            offer.kind = paid[i];
            refusePrice(offer);
        }
        (offer.price, offer.kind) = (1, ILicenseToken.Kind.Free);
        refusePrice(offer);
    }

    function refusePrice(ILicenseToken.Offer memory offer) private {
        refuse(
            offer,
            abi.encodeWithSelector(
                ILicenseToken.OfferPriceInvalid.selector, hashOf(offer), offer.price, uint256(offer.kind)
            )
        );
    }

    function test_RevertWhen_ASubscriptionHasNoDuration() public {
        ILicenseToken.Offer memory offer = terms();
        (offer.kind, offer.duration) = (ILicenseToken.Kind.Subscription, 0);
        refuseKind(offer);
        offer.duration = 1;
        buy(offer);
    }

    /// @dev The deposit of a metered license is one licensee's.
    function test_RevertWhen_AMeteredLicenseIsTransferable() public {
        ILicenseToken.Offer memory offer = terms();
        offer.kind = ILicenseToken.Kind.Metered;
        refuseKind(offer);
        offer.transferable = false;
        buy(offer);
        assertEq(dollar.balanceOf(artist), 0, "units are paid, not the sale");
    }

    function refuseKind(ILicenseToken.Offer memory offer) private {
        refuse(
            offer, abi.encodeWithSelector(ILicenseToken.OfferKindInvalid.selector, hashOf(offer), uint256(offer.kind))
        );
    }

    /// @dev A sale knows their hash alone: what they say is proven when it matters.
    function testFuzz_SellsOnAnyConditions(bytes32 hash) public {
        ILicenseToken.Offer memory offer = terms();
        offer.conditions = hash;
        assertTrue(licenses.permits(buy(offer), TRAIN));
    }

    function test_RevertWhen_UriIsTooLong() public {
        ILicenseToken.Offer memory offer = terms();
        offer.termsURI = string(new bytes(1025));
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferUriTooLong.selector, hashOf(offer), 1025, 1024));
        offer.termsURI = string(new bytes(1024));
        buy(offer);
    }

    function test_SellsFromTheFirstSecondToTheLast() public {
        ILicenseToken.Offer memory offer = terms();
        (offer.start, offer.end) = (uint40(NOW + 10), uint40(NOW + 20));
        vm.warp(NOW + 9);
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferNotStarted.selector, hashOf(offer), NOW + 10, NOW + 9));
        vm.warp(NOW + 10);
        buy(offer, "first");
        vm.warp(NOW + 20);
        buy(offer, "last");
        vm.warp(NOW + 21);
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferExpired.selector, hashOf(offer), NOW + 20, NOW + 21));
    }

    function test_AnEndOfZeroIsNoEnd() public {
        ILicenseToken.Offer memory offer = terms();
        (offer.start, offer.end) = (0, 0);
        vm.warp(NOW + 1000 * 365 days);
        buy(offer);
    }

    function test_LimitsTheSupply() public {
        ILicenseToken.Offer memory offer = terms();
        offer.supply = 2;
        buy(offer, "1");
        assertEq(licenses.offerState(hashOf(offer)).sold, 1);
        buy(offer, "2");
        assertEq(licenses.offerState(hashOf(offer)).sold, 2);
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferSoldOut.selector, hashOf(offer), 2));
        offer.conditions = hashOf(conditions("another offer"));
        buy(offer);
    }

    // ---- the deed ----

    function test_RevertWhen_AssetIsNotRegistered() public {
        ILicenseToken.Offer memory offer = terms();
        offer.assetId = "unknown";
        refuse(offer, abi.encodeWithSelector(IAssetRegistry.AssetNotRegistered.selector, offer.assetId));
    }

    function test_RevertWhen_LicensorNeverHeldTheDeed() public {
        ILicenseToken.Offer memory offer = terms();
        offer.licensor = stranger;
        refuse(
            offer,
            signed(strangerKey, digestOf(offer)),
            abi.encodeWithSelector(ILicenseToken.OfferNotFromHolder.selector, assetId, stranger, licensor)
        );
    }

    /// @dev ERC-721 approvals move deeds; they license nothing.
    function test_RevertWhen_AnApprovedMarketplaceSignsOffers() public {
        vm.startPrank(licensor);
        registry.setApprovalForAll(stranger, true);
        registry.approve(stranger, uint256(assetId));
        vm.stopPrank();
        ILicenseToken.Offer memory offer = terms();
        refuse(
            offer,
            signed(strangerKey, digestOf(offer)),
            abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), licensor)
        );
    }

    function test_RevertWhen_LicensorSoldTheDeed() public {
        ILicenseToken.Offer memory offer = terms();
        moveDeed(assetId, licensor, stranger);
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferNotFromHolder.selector, assetId, licensor, stranger));
    }

    function test_RevertWhen_TheDeedCameBack() public {
        ILicenseToken.Offer memory offer = terms();
        moveDeed(assetId, licensor, stranger);
        moveDeed(assetId, stranger, licensor);
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferOutdated.selector, assetId, 0, 2));
        offer.epoch = 2;
        buy(offer);
    }

    function test_RevertWhen_AllOffersAreCancelled() public {
        ILicenseToken.Offer memory offer = terms();
        vm.prank(licensor);
        registry.cancelOffers(assetId);
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferOutdated.selector, assetId, 0, 1));
    }

    /// @dev An offer's epoch has 32 bits and a deed's has 24: the high ones are not cut off.
    function test_RevertWhen_EpochIsRightBut24BitsTooHigh() public {
        ILicenseToken.Offer memory offer = terms();
        offer.epoch = 1 << 24;
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferOutdated.selector, assetId, 1 << 24, 0));
    }

    function test_LicensesOutliveTheDeedsTransfer() public {
        bytes32 id = buy(terms());
        moveDeed(assetId, licensor, stranger);
        assertTrue(licenses.permits(id, TRAIN));
    }

    // ---- exclusive ----

    function test_ExclusiveHoldsUntilItRunsOut() public {
        ILicenseToken.Offer memory offer = terms();
        (offer.exclusive, offer.end) = (true, 0);
        bytes32 id = idOf(offer, licensee, 0);
        uint256 until = NOW + DURATION;
        vm.expectEmit(address(registry));
        emit IAssetRegistry.ExclusiveGranted(assetId, id, until);
        buy(offer);
        assertEq(exclusiveUntil(assetId), until);

        ILicenseToken.Offer memory another = terms();
        another.end = 0;
        bytes memory reason = abi.encodeWithSelector(ILicenseToken.AssetExclusivelyLicensed.selector, assetId, until);
        refuse(offer, reason);
        refuse(another, reason);
        vm.warp(until - 1);
        refuse(another, reason);
        assertTrue(licenses.permits(id, TRAIN));
        vm.warp(until);
        assertFalse(licenses.permits(id, TRAIN));
        buy(another);
        buy(offer, "again");
        assertEq(exclusiveUntil(assetId), until + DURATION);
    }

    function test_ExclusiveHoldsAgainstTheNextHolder() public {
        ILicenseToken.Offer memory offer = terms();
        offer.exclusive = true;
        buy(offer);
        moveDeed(assetId, licensor, stranger);
        (offer.licensor, offer.epoch) = (stranger, 1);
        refuse(
            offer,
            signed(strangerKey, digestOf(offer)),
            abi.encodeWithSelector(ILicenseToken.AssetExclusivelyLicensed.selector, assetId, NOW + DURATION)
        );
    }

    function test_ExclusiveLeavesEarlierLicensesAndOtherAssetsAlone() public {
        bytes32 earlier = buy(terms());
        ILicenseToken.Offer memory offer = terms();
        offer.exclusive = true;
        buy(offer);
        assertTrue(licenses.permits(earlier, TRAIN));
        offer.assetId = registerAs(licensor, "another work");
        buy(offer);
    }

    /// @dev The deed's slot has 32 bits of time: to 2106.
    function test_PerpetualExclusiveHoldsToTheEndOf32Bits() public {
        ILicenseToken.Offer memory offer = terms();
        (offer.exclusive, offer.duration, offer.end) = (true, 0, 0);
        buy(offer);
        assertEq(exclusiveUntil(assetId), type(uint32).max);
        vm.warp(type(uint32).max - 1);
        refuse(
            offer, abi.encodeWithSelector(ILicenseToken.AssetExclusivelyLicensed.selector, assetId, type(uint32).max)
        );
    }

    function testFuzz_ExclusiveNeverEndsBeforeItsLicense(uint32 duration) public {
        ILicenseToken.Offer memory offer = terms();
        (offer.exclusive, offer.duration) = (true, duration);
        bytes32 id = buy(offer);
        uint256 expires = licenses.license(id).expires;
        assertEq(exclusiveUntil(assetId), expires < type(uint32).max ? expires : type(uint32).max);
    }

    // ---- native coin ----

    function test_SellsForNativeCoin() public {
        ILicenseToken.Offer memory offer = nativeTerms();
        bytes memory signature = signed(offer);
        vm.deal(licensee, 3 ether);
        vm.prank(licensee);
        bytes32 id = licenses.buy{value: 1 ether}(orderOf(offer, signature, licensee, 0));
        assertEq(artist.balance, 1 ether);
        assertEq(licensee.balance, 2 ether);
        assertEq(address(licenses).balance, 0);
        assertTrue(licenses.permits(id, TRAIN));
    }

    function testFuzz_RevertWhen_ValueIsNotThePrice(uint256 value) public {
        ILicenseToken.Offer memory offer = nativeTerms();
        vm.assume(value != 1 ether);
        refuseValue(offer, value, 1 ether);
    }

    function testFuzz_RevertWhen_CoinComesWithAnotherCurrency(uint256 value) public {
        vm.assume(value != 0);
        refuseValue(terms(), value, 0);
        refuseValue(freeTerms(), value, 0);
    }

    function refuseValue(ILicenseToken.Offer memory offer, uint256 value, uint256 asked) private {
        bytes memory signature = signed(offer);
        vm.deal(licensee, value);
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.WrongValue.selector, value, asked));
        licenses.buy{value: value}(orderOf(offer, signature, licensee, 0));
    }
}
