// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";

import {Base} from "./Base.t.sol";
import {Split} from "./helpers/Split.sol";

/// @dev The currency's or the payee's code acts in the middle of a sale: every slot and both heads are written by then.
contract ReentrancyTest is Base {
    HookedToken private token;
    Puppet private museum;
    bytes32 private museumAsset;

    function setUp() public override {
        super.setUp();
        token = new HookedToken();
        museum = new Puppet();
        museumAsset = registerAs(address(museum), "a museum's");
        token.mint(licensee, 100 * PRICE);
        token.mint(address(museum), 100 * PRICE);
        vm.prank(licensee);
        token.approve(address(licenses), type(uint256).max);
        museum.execute(address(token), 0, abi.encodeCall(token.approve, (address(licenses), type(uint256).max)));
    }

    /// @dev Both heads replay from the logs, whatever happens in between.
    modifier headsReplay() {
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        _;
        assertHeads(registryBefore, licensesBefore);
    }

    function test_TheSameSaleWithinASaleIsRefused() public headsReplay {
        ILicenseToken.Offer memory offer = museumTerms();
        token.arm(address(museum), buyAsMuseum(offer, licensee, 0));
        bytes32 id = sell(offer);
        assertRefused(token.succeeded(), token.answer());
        assertEq(token.answer(), abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, id));
        assertEq(token.balanceOf(artist), PRICE);
    }

    function test_AnotherSaleWithinASaleIsASale() public headsReplay {
        ILicenseToken.Offer memory offer = museumTerms();
        token.arm(address(museum), buyAsMuseum(offer, address(museum), "nested"));
        sell(offer);
        assertTrue(token.succeeded());
        assertEq(token.balanceOf(artist), 2 * PRICE);
        assertTrue(licenses.permits(idOf(offer, address(museum), "nested"), TRAIN));
        assertTrue(licenses.permits(idOf(offer, licensee, 0), TRAIN));
        assertEq(uint256(licenses.head()) >> 216, 4);
    }

    function test_TheLastOfASupplyIsNotSoldTwice() public headsReplay {
        ILicenseToken.Offer memory offer = museumTerms();
        offer.supply = 1;
        token.arm(address(museum), buyAsMuseum(offer, address(museum), "nested"));
        sell(offer);
        assertFalse(token.succeeded());
        assertEq(token.answer(), abi.encodeWithSelector(ILicenseToken.OfferSoldOut.selector, hashOf(offer), 1));
    }

    function test_ExclusiveIsExclusiveWithinItsOwnSale() public headsReplay {
        ILicenseToken.Offer memory offer = museumTerms();
        offer.exclusive = true;
        token.arm(address(museum), buyAsMuseum(offer, address(museum), "nested"));
        sell(offer);
        assertFalse(token.succeeded());
        assertEq(
            token.answer(),
            abi.encodeWithSelector(ILicenseToken.AssetExclusivelyLicensed.selector, museumAsset, NOW + DURATION)
        );
    }

    function test_TheOfferIsCancelledWithinASale() public headsReplay {
        ILicenseToken.Offer memory offer = museumTerms();
        token.arm(
            address(museum),
            abi.encodeCall(museum.execute, (address(licenses), 0, abi.encodeCall(licenses.cancelOffer, (offer))))
        );
        assertTrue(licenses.permits(sell(offer), TRAIN), "this sale stands");
        assertTrue(token.succeeded());
        assertTrue(licenses.offerState(hashOf(offer)).cancelled);
    }

    function test_TheDeedIsTransferredWithinASale() public headsReplay {
        ILicenseToken.Offer memory offer = museumTerms();
        bytes memory move = abi.encodeCall(registry.transferFrom, (address(museum), stranger, uint256(museumAsset)));
        token.arm(address(museum), abi.encodeCall(museum.execute, (address(registry), 0, move)));
        assertTrue(licenses.permits(sell(offer), TRAIN), "this sale stands");
        assertTrue(token.succeeded());
        assertEq(epochOf(museumAsset), 1);
        vm.prank(licensee);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseToken.OfferNotFromHolder.selector, museumAsset, address(museum), stranger)
        );
        licenses.buy(orderOf(offer, "", licensee, "later"));
    }

    /// @dev The license is there when the money moves: its holder may pass it on at once.
    function test_TheLicenseMovesWithinItsOwnSale() public headsReplay {
        ILicenseToken.Offer memory offer = museumTerms();
        bytes32 id = idOf(offer, address(museum), 0);
        bytes memory move = abi.encodeCall(licenses.transferFrom, (address(museum), stranger, uint256(id)));
        token.arm(address(museum), abi.encodeCall(museum.execute, (address(licenses), 0, move)));
        museum.sign(digestOf(offer));
        vm.prank(licensee);
        licenses.buy(orderOf(offer, "", address(museum), 0));
        assertTrue(token.succeeded());
        assertEq(licenses.ownerOf(uint256(id)), stranger);
    }

    function test_APayeeOfCoinBuysWithinASale() public headsReplay {
        ILicenseToken.Offer memory offer = museumTerms();
        (offer.currency, offer.payee) = (address(0), address(museum));
        vm.deal(address(museum), 1 ether);
        vm.deal(licensee, PRICE);
        museum.sign(digestOf(offer));
        bytes memory nested = abi.encodeCall(licenses.buy, (orderOf(offer, "", stranger, "nested")));
        museum.arm(address(museum), abi.encodeCall(museum.execute, (address(licenses), PRICE, nested)));
        vm.prank(licensee);
        licenses.buy{value: PRICE}(orderOf(offer, "", licensee, 0));
        assertTrue(museum.succeeded());
        assertTrue(licenses.permits(idOf(offer, stranger, "nested"), TRAIN));
        assertEq(address(museum).balance, 1 ether + PRICE);
        assertEq(address(licenses).balance, 0);
    }

    /// @dev The coin of the outer sale pays nothing else: it is gone to the payee before their code runs.
    function test_APayeeOfCoinCannotBuyWithTheSalesOwnCoin() public {
        ILicenseToken.Offer memory offer = museumTerms();
        (offer.currency, offer.payee) = (address(0), address(museum));
        vm.deal(licensee, PRICE);
        museum.sign(digestOf(offer));
        museum.arm(
            address(licenses), abi.encodeCall(licenses.buy, (orderOf(offer, "", address(museum), "for nothing")))
        );
        vm.prank(licensee);
        licenses.buy{value: PRICE}(orderOf(offer, "", licensee, 0));
        assertFalse(museum.succeeded());
        assertEq(museum.answer(), abi.encodeWithSelector(ILicenseToken.WrongValue.selector, 0, PRICE));
        assertEq(uint256(licenses.head()) >> 216, 2, "what was undone is not chained");
    }

    // ---- vaults and coin ----

    /// @dev A payee of native coin claims their own and another's share again while being paid.
    function test_RevertWhen_APayeeOfCoinClaimsAgain() public {
        (address[] memory payees, uint128[] memory shares) = (new address[](2), new uint128[](2));
        (payees[0], payees[1], shares[0], shares[1]) = (address(museum), artist, 1, 1);
        IRoyaltyVault vault = IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
        for (uint256 i = 0; i < 2; ++i) {
            vm.deal(address(vault), address(vault).balance + 100);
            museum.arm(address(vault), abi.encodeCall(vault.claim, (address(0), Split.prove(payees, shares, i))));
            assertEq(vault.claim(address(0), Split.prove(payees, shares, 0)), 50);
            assertTrue(museum.acted());
            assertFalse(museum.succeeded());
            assertEq(museum.answer(), abi.encodeWithSelector(IRoyaltyVault.ClaimReentered.selector, address(0)));
        }
        assertEq(vault.claim(address(0), Split.prove(payees, shares, 1)), 100);
        assertEq(address(museum).balance, 100);
        assertEq(address(vault).balance, 0);
    }

    /// @dev Coin that comes back while it is being paid out counts as a new payment.
    function test_APayeeOfCoinMayPayTheVaultBack() public {
        (address[] memory payees, uint128[] memory shares) = (new address[](2), new uint128[](2));
        (payees[0], payees[1], shares[0], shares[1]) = (address(museum), artist, 1, 1);
        IRoyaltyVault vault = IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
        vm.deal(address(vault), 100);
        museum.arm(address(museum), abi.encodeCall(museum.execute, (address(vault), 50, "")));
        vault.claim(address(0), Split.prove(payees, shares, 0));
        assertTrue(museum.succeeded());
        assertEq(vault.received(address(0)), 150);
        assertEq(vault.claim(address(0), Split.prove(payees, shares, 1)), 75);
        assertEq(vault.claim(address(0), Split.prove(payees, shares, 0)), 25);
    }

    // ---- helpers ----

    function museumTerms() private view returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        (offer.licensor, offer.assetId, offer.currency) = (address(museum), museumAsset, address(token));
    }

    function buyAsMuseum(ILicenseToken.Offer memory offer, address to, bytes32 salt)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(
            museum.execute, (address(licenses), 0, abi.encodeCall(licenses.buy, (orderOf(offer, "", to, salt))))
        );
    }

    function sell(ILicenseToken.Offer memory offer) private returns (bytes32) {
        museum.sign(digestOf(offer));
        vm.prank(licensee);
        return licenses.buy(orderOf(offer, "", licensee, 0));
    }

    function assertRefused(bool succeeded, bytes memory answer) private pure {
        assertFalse(succeeded);
        assertGt(answer.length, 0);
    }
}
