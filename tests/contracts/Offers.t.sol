// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";

import {Base} from "./Base.t.sol";

/// @dev Publishing and cancelling single offers.
contract OffersTest is Base {
    // ---- publish ----

    function test_APublishedOfferSellsWithoutASignature() public {
        ILicenseToken.Offer memory offer = terms();
        vm.expectEmit(address(licenses));
        emit ILicenseToken.OfferPublished(hashOf(offer), assetId, licensor, offer, conditions());
        publish(offer);
        assertEq(licenses.offerState(hashOf(offer)).published, true);
        assertEq(licenses.offerState(hashOf(offer)).cancelled, false);

        bytes32 id = idOf(offer, licensee, 0);
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Sold(id, assetId, licensee, licensee, 0, 1, offer, "");
        vm.prank(licensee);
        licenses.buy(orderOf(offer, "", licensee, 0));
        assertTrue(licenses.permits(id, TRAIN));
    }

    function test_PublishedTwiceIsPublished() public {
        publish(terms());
        assertEq(publish(terms()), hashOf(terms()));
    }

    function test_PublishingKeepsTheCount() public {
        ILicenseToken.Offer memory offer = terms();
        offer.supply = 1;
        buy(offer);
        publish(offer);
        refuse(offer, "", abi.encodeWithSelector(ILicenseToken.OfferSoldOut.selector, hashOf(offer), 1));
    }

    function test_AnotherOfferStillNeedsASignature() public {
        publish(terms());
        ILicenseToken.Offer memory offer = terms();
        offer.price = 1;
        refuse(offer, "", abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), licensor));
    }

    function test_RevertWhen_APublishedOfferIsOutdated() public {
        ILicenseToken.Offer memory offer = terms();
        publish(offer);
        moveDeed(assetId, licensor, stranger);
        refuse(
            offer, "", abi.encodeWithSelector(ILicenseToken.OfferNotFromHolder.selector, assetId, licensor, stranger)
        );
        moveDeed(assetId, stranger, licensor);
        refuse(offer, "", abi.encodeWithSelector(ILicenseToken.OfferOutdated.selector, assetId, 0, 2));
    }

    function test_RevertWhen_AnotherPublishes() public {
        ILicenseToken.Offer memory offer = terms();
        vm.prank(licensor);
        registry.setApprovalForAll(marketplace, true);
        address[3] memory others = [stranger, marketplace, licensee];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotLicensor.selector, others[i], licensor));
            licenses.publishOffer(offer, conditions());
        }
    }

    function test_RevertWhen_PublisherHoldsNoDeed() public {
        ILicenseToken.Offer memory offer = terms();
        offer.licensor = stranger;
        refusePublish(
            offer, abi.encodeWithSelector(ILicenseToken.OfferNotFromHolder.selector, assetId, stranger, licensor)
        );
        offer.assetId = "unknown";
        refusePublish(offer, abi.encodeWithSelector(IAssetRegistry.AssetNotRegistered.selector, offer.assetId));
    }

    function test_RevertWhen_AnUnsellableOfferIsPublished() public {
        ILicenseToken.Offer memory offer = terms();
        offer.uses = 0;
        refusePublish(offer, abi.encodeWithSelector(ILicenseToken.OfferUsesMissing.selector, hashOf(offer)));
        offer = terms();
        offer.price = 0;
        refusePublish(
            offer,
            abi.encodeWithSelector(ILicenseToken.OfferPriceInvalid.selector, hashOf(offer), 0, ILicenseToken.Kind.Sale)
        );
        offer = terms();
        (offer.kind, offer.duration) = (ILicenseToken.Kind.Subscription, 0);
        refusePublish(
            offer,
            abi.encodeWithSelector(
                ILicenseToken.OfferKindInvalid.selector, hashOf(offer), ILicenseToken.Kind.Subscription
            )
        );
        offer = terms();
        offer.termsURI = string(new bytes(1025));
        refusePublish(offer, abi.encodeWithSelector(ILicenseToken.OfferUriTooLong.selector, hashOf(offer), 1025, 1024));
        offer = terms();
        offer.epoch = 1;
        refusePublish(offer, abi.encodeWithSelector(ILicenseToken.OfferOutdated.selector, assetId, 1, 0));
        offer = terms();
        offer.exclusive = true;
        buy(offer);
        refusePublish(
            offer, abi.encodeWithSelector(ILicenseToken.AssetExclusivelyLicensed.selector, assetId, NOW + DURATION)
        );
    }

    function test_RevertWhen_AShareIsMoreThanTheWhole() public {
        for (uint256 i = 0; i < 3; ++i) {
            ILicenseToken.Conditions memory shown = conditions();
            share(shown, i, 10_001);
            ILicenseToken.Offer memory offer = terms();
            offer.conditions = hashOf(shown);
            vm.prank(licensor);
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.ConditionsInvalid.selector, hashOf(shown)));
            licenses.publishOffer(offer, shown);
            share(shown, i, 10_000);
            offer.conditions = hashOf(shown);
            vm.prank(licensor);
            licenses.publishOffer(offer, shown);
        }
    }

    function share(ILicenseToken.Conditions memory shown, uint256 which, uint16 bps) private pure {
        if (which == 0) shown.royaltyBps = bps;
        if (which == 1) shown.refundBps = bps;
        if (which == 2) shown.resaleBps = bps;
    }

    /// @dev Whatever is altered: a published offer's conditions are the ones that it names.
    function testFuzz_RevertWhen_OtherConditionsArePublished(uint256 field, uint256 bit) public {
        ILicenseToken.Conditions memory shown = conditions();
        uint16[13] memory widths = [16, 96, 1, 1, 1, 1, 32, 16, 16, 160, 56, 32, 256];
        bytes memory words = abi.encode(shown);
        field %= 13;
        assembly ("memory-safe") {
            let at := add(add(words, 0x20), mul(field, 0x20))
            mstore(at, xor(mload(at), shl(mod(bit, mload(add(widths, mul(field, 0x20)))), 1)))
        }
        shown = abi.decode(words, (ILicenseToken.Conditions));
        assertEq(licenses.conditionsHashOf(shown), hashOf(shown));
        vm.prank(licensor);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseToken.ConditionsUnknown.selector, hashOf(shown), hashOf(conditions()))
        );
        licenses.publishOffer(terms(), shown);
    }

    // ---- cancel ----

    function test_CancelEndsTheSaleForEver() public {
        ILicenseToken.Offer memory offer = terms();
        bytes32 earlier = buy(offer, "earlier");
        vm.expectEmit(address(licenses));
        emit ILicenseToken.OfferCancelled(hashOf(offer), assetId, licensor);
        vm.prank(licensor);
        assertEq(licenses.cancelOffer(offer), hashOf(offer));
        assertEq(licenses.offerState(hashOf(offer)).cancelled, true);
        bytes memory reason = abi.encodeWithSelector(ILicenseToken.OfferIsCancelled.selector, hashOf(offer));
        refuse(offer, reason);
        publish(offer);
        refuse(offer, "", reason);
        assertTrue(licenses.permits(earlier, TRAIN), "what was sold stays");
    }

    function test_CancelEndsAPublishedOffer() public {
        ILicenseToken.Offer memory offer = terms();
        publish(offer);
        vm.prank(licensor);
        licenses.cancelOffer(offer);
        refuse(offer, "", abi.encodeWithSelector(ILicenseToken.OfferIsCancelled.selector, hashOf(offer)));
    }

    function test_CancelLeavesOtherOffersAlone() public {
        ILicenseToken.Offer memory offer = terms();
        vm.prank(licensor);
        licenses.cancelOffer(offer);
        offer.conditions = hashOf(conditions("another"));
        buy(offer);
    }

    /// @dev Who has sold the deed may still say that the old offer is void.
    function test_AFormerHolderMayCancel() public {
        moveDeed(assetId, licensor, stranger);
        vm.prank(licensor);
        licenses.cancelOffer(terms());
        assertTrue(licenses.offerState(hashOf(terms())).cancelled);
    }

    function test_RevertWhen_AnotherCancels() public {
        ILicenseToken.Offer memory offer = terms();
        moveDeed(assetId, licensor, artist);
        address[4] memory others = [stranger, licensee, artist, address(registry)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotLicensor.selector, others[i], licensor));
            licenses.cancelOffer(offer);
        }
        assertFalse(licenses.offerState(hashOf(offer)).cancelled);
    }

    /// @dev A stranger's offer of the same asset is another offer: cancelling it voids nothing of the holder's.
    function test_AStrangerCancelsNothingButTheirOwn() public {
        ILicenseToken.Offer memory offer = terms();
        offer.licensor = stranger;
        vm.prank(stranger);
        licenses.cancelOffer(offer);
        buy(terms());
    }

    function publish(ILicenseToken.Offer memory offer) private returns (bytes32) {
        vm.prank(offer.licensor);
        return licenses.publishOffer(offer, conditions());
    }

    function refusePublish(ILicenseToken.Offer memory offer, bytes memory reason) private {
        vm.prank(offer.licensor);
        vm.expectRevert(reason);
        licenses.publishOffer(offer, conditions());
    }
}
