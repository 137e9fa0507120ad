// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IPermitFirst} from "contracts/interfaces/IPermitFirst.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {SilentToken} from "contracts/mocks/OddTokens.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {stdError} from "forge-std/StdError.sol";

import {Base} from "./Base.t.sol";

contract BuyWithPermitTest is Base {
    uint256 private constant DEADLINE = NOW + 1 hours;

    function setUp() public override {
        super.setUp();
        vm.prank(licensee);
        dollar.approve(address(licenses), 0);
    }

    function test_SellsAndLeavesNoAllowance() public {
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, PRICE, DEADLINE);
        bytes32 id = idOf(offer, artist, "salt");
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Sold(id, assetId, artist, licensee, "salt", 1, offer, signature);
        vm.prank(licensee);
        assertEq(licenses.buyWithPermit(orderOf(offer, signature, artist, "salt"), permit), id);
        assertEq(licenses.ownerOf(uint256(id)), artist);
        assertEq(dollar.balanceOf(artist), PRICE);
        assertEq(dollar.allowance(licensee, address(licenses)), 0);
    }

    /// @dev The permit stands in the mempool: whoever submits it first only does the buyer's work.
    function test_SellsThoughAStrangerSubmittedThePermit() public {
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, PRICE, DEADLINE);
        vm.prank(stranger);
        dollar.permit(licensee, address(licenses), PRICE, permit.deadline, permit.v, permit.r, permit.s);
        assertEq(dollar.allowance(licensee, address(licenses)), PRICE);
        buyWith(terms(), permit);
        assertEq(dollar.balanceOf(artist), PRICE);
        assertEq(dollar.allowance(licensee, address(licenses)), 0);
    }

    /// @dev The allowance that a submitted permit leaves serves its owner's purchases alone.
    function test_RevertWhen_AStrangerSpendsTheSubmittedPermit() public {
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, PRICE, DEADLINE);
        vm.startPrank(stranger);
        dollar.permit(licensee, address(licenses), PRICE, permit.deadline, permit.v, permit.r, permit.s);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        licenses.buyWithPermit(orderOf(offer, signature, stranger, 0), permit);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        licenses.buy(orderOf(offer, signature, stranger, 0));
    }

    function test_RevertWhen_PermitIsNoGoodAndNothingIsAllowed() public {
        IPermitFirst.Permit memory good = permitFor(licenseeKey, PRICE, DEADLINE);
        refusePermit(IPermitFirst.Permit(good.deadline + 1, good.v, good.r, good.s));
        refusePermit(IPermitFirst.Permit(good.deadline, good.v ^ 1, good.r, good.s));
        refusePermit(IPermitFirst.Permit(good.deadline, good.v, good.r ^ bytes32(uint256(1)), good.s));
        refusePermit(IPermitFirst.Permit(good.deadline, good.v, good.r, good.s ^ bytes32(uint256(1))));
        refusePermit(permitFor(licenseeKey, PRICE - 1, DEADLINE));
        refusePermit(permitFor(licenseeKey, PRICE + 1, DEADLINE));
        refusePermit(permitFor(strangerKey, PRICE, DEADLINE));
        vm.warp(DEADLINE + 1);
        refusePermit(good);
        vm.warp(DEADLINE);
        buyWith(terms(), good);
    }

    function test_AnAllowanceServesWhereThePermitIsNoGood() public {
        vm.prank(licensee);
        dollar.approve(address(licenses), PRICE);
        buyWith(terms(), IPermitFirst.Permit(DEADLINE, 27, 0, 0));
        assertEq(dollar.balanceOf(artist), PRICE);
    }

    function test_ATokenWithoutPermitSellsOnAnAllowance() public {
        SilentToken token = new SilentToken();
        token.mint(licensee, PRICE);
        vm.prank(licensee);
        token.approve(address(licenses), PRICE);
        ILicenseToken.Offer memory offer = terms();
        offer.currency = address(token);
        buyWith(offer, IPermitFirst.Permit(DEADLINE, 27, 0, 0));
        assertEq(token.balanceOf(artist), PRICE);
    }

    function test_SellsFreeOffers() public {
        buyWith(freeTerms(), IPermitFirst.Permit(DEADLINE, 27, 0, 0));
    }

    function test_SellsFreeOffersInNoCurrency() public {
        ILicenseToken.Offer memory offer = freeTerms();
        offer.currency = address(0);
        buyWith(offer, IPermitFirst.Permit(DEADLINE, 27, 0, 0));
    }

    function test_RevertWhen_ThePriceOverflows() public {
        ILicenseToken.Offer memory offer = terms();
        offer.price = 1 << 255;
        ILicenseToken.Order memory order = seats(offer, 2, 0);
        vm.prank(licensee);
        vm.expectRevert(stdError.arithmeticError);
        licenses.buyWithPermit(order, IPermitFirst.Permit(DEADLINE, 27, 0, 0));
    }

    function test_RevertWhen_OfferAsksForNativeCoin() public {
        ILicenseToken.Offer memory offer = nativeTerms();
        bytes memory signature = signed(offer);
        vm.prank(licensee);
        vm.expectRevert();
        licenses.buyWithPermit(orderOf(offer, signature, licensee, 0), IPermitFirst.Permit(DEADLINE, 27, 0, 0));
        assertEq(licenses.balanceOf(licensee), 0);
    }

    function test_RevertWhen_CoinIsSentAlong() public {
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, PRICE, DEADLINE);
        vm.deal(licensee, 1);
        vm.prank(licensee);
        (bool ok,) = address(licenses).call{value: 1}(
            abi.encodeCall(licenses.buyWithPermit, (orderOf(offer, signature, licensee, 0), permit))
        );
        assertFalse(ok);
    }

    /// @dev The token's code runs before the offer is checked: what it changes counts.
    function test_RevertWhen_TheTokensPermitCancelsTheOffer() public {
        HookedToken token = new HookedToken();
        Puppet museum = new Puppet();
        ILicenseToken.Offer memory offer = terms();
        offer.licensor = address(museum);
        offer.assetId = registerAs(address(museum), "a museum's");
        offer.currency = address(token);
        museum.sign(digestOf(offer));
        bytes memory cancel = abi.encodeCall(licenses.cancelOffer, (offer));
        token.arm(address(museum), abi.encodeCall(museum.execute, (address(licenses), 0, cancel)));
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.OfferIsCancelled.selector, hashOf(offer)));
        licenses.buyWithPermit(orderOf(offer, "", licensee, 0), IPermitFirst.Permit(DEADLINE, 27, 0, 0));
    }

    function buyWith(ILicenseToken.Offer memory offer, IPermitFirst.Permit memory permit) private {
        bytes memory signature = signed(offer);
        vm.prank(licensee);
        licenses.buyWithPermit(orderOf(offer, signature, licensee, 0), permit);
        assertEq(licenses.balanceOf(licensee), 1);
    }

    function refusePermit(IPermitFirst.Permit memory permit) private {
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        vm.prank(licensee);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        licenses.buyWithPermit(orderOf(offer, signature, licensee, 0), permit);
    }
}
