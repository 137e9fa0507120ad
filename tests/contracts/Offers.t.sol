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
        emit ILicenseToken.OfferPublished(hashOf(offer), assetId, licensor, offer);
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
            licenses.publishOffer(offer);
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
        refusePublish(offer, abi.encodeWithSelector(ILicenseToken.OfferPriceInvalid.selector, hashOf(offer), 0, false));
        offer = terms();
        offer.royaltyBps = 10_001;
        refusePublish(offer, abi.encodeWithSelector(ILicenseToken.OfferRoyaltyInvalid.selector, hashOf(offer), 10_001));
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
        offer.salt = "another";
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
        return licenses.publishOffer(offer);
    }

    function refusePublish(ILicenseToken.Offer memory offer, bytes memory reason) private {
        vm.prank(offer.licensor);
        vm.expectRevert(reason);
        licenses.publishOffer(offer);
    }
}
