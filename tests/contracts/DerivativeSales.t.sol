// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {IERC4906} from "contracts/interfaces/IERC4906.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IPermitFirst} from "contracts/interfaces/IPermitFirst.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";
import {FeeToken} from "contracts/mocks/OddTokens.sol";

import {Family} from "./Family.t.sol";
import {Split} from "./helpers/Split.sol";

/// @dev Selling what was made from others.
contract DerivativeSalesTest is Family {
    bytes32 private remix;
    address private vault;
    bytes[] private parents; // encoded

    // ---- the vault ----

    function test_SellsToItsVault() public {
        make();
        bytes32 id = sellRemix(remixTerms(remix, vault));
        assertTrue(licenses.permits(id, TRAIN));
        assertEq(dollar.balanceOf(vault), PRICE);
        assertEq(licenses.license(id).expires, NOW + DURATION);
    }

    function test_RevertWhen_AnotherIsPaid() public {
        make();
        address[4] memory others = [remixer, artist, factory.vaultOf(split(), 0), address(0)];
        for (uint256 i = 0; i < others.length; ++i) {
            refuseRemix(
                remixTerms(remix, others[i]),
                abi.encodeWithSelector(IAssetRegistry.PayeeNotVault.selector, remix, others[i], vault)
            );
        }
    }

    /// @dev Free or sold by the unit: the payee is the vault all the same.
    function test_RevertWhen_AnotherIsPaidNothing() public {
        make();
        ILicenseToken.Offer memory offer = remixTerms(remix, remixer);
        (offer.price, offer.kind) = (0, ILicenseToken.Kind.Free);
        refuseRemix(offer, abi.encodeWithSelector(IAssetRegistry.PayeeNotVault.selector, remix, remixer, vault));
        (offer.price, offer.kind, offer.transferable) = (1, ILicenseToken.Kind.Metered, false);
        refuseRemix(offer, abi.encodeWithSelector(IAssetRegistry.PayeeNotVault.selector, remix, remixer, vault));
        offer.payee = vault;
        sellRemix(offer);
    }

    /// @dev Every way to buy.
    function test_RevertWhen_AnotherIsPaidByPermitAuthorizationOrBasket() public {
        make();
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](1);
        orders[0] = remixOrder(remixTerms(remix, remixer));
        bytes memory reason = abi.encodeWithSelector(IAssetRegistry.PayeeNotVault.selector, remix, remixer, vault);
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, orders[0]);
        vm.startPrank(licensee);
        vm.expectRevert(reason);
        licenses.buyWithPermit(orders[0], IPermitFirst.Permit(NOW, 27, 0, 0));
        vm.expectRevert(reason);
        licenses.buyWithAuthorization(orders[0], authorization);
        vm.expectRevert(reason);
        licenses.buyBasket(orders, false);
        assertEq(licenses.buyBasket(orders, true)[0], 0);
    }

    /// @dev The deed changes hands, and what its holder may sell does not.
    function test_TheNextHolderSellsToTheSameVault() public {
        make();
        moveDeed(remix, remixer, licensor);
        assertEq(registry.deed(remix).flags, DERIVATIVE);
        assertEq(registry.deed(remix).parentsUntil, NOW + DURATION);
        ILicenseToken.Offer memory offer = terms();
        (offer.assetId, offer.epoch, offer.payee) = (remix, 1, licensor);
        refuse(offer, abi.encodeWithSelector(IAssetRegistry.PayeeNotVault.selector, remix, licensor, vault));
        offer.payee = vault;
        buy(offer);
    }

    function test_CancellingOffersLeavesItADerivative() public {
        make();
        vm.prank(remixer);
        registry.cancelOffers(remix);
        assertEq(registry.deed(remix).flags, DERIVATIVE);
        assertEq(registry.deed(remix).parentsUntil, NOW + DURATION);
        ILicenseToken.Offer memory offer = remixTerms(remix, remixer);
        offer.epoch = 1;
        refuseRemix(offer, abi.encodeWithSelector(IAssetRegistry.PayeeNotVault.selector, remix, remixer, vault));
    }

    function test_AnExclusiveSaleLeavesItADerivative() public {
        make();
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        (offer.exclusive, offer.duration) = (true, 1 days);
        sellRemix(offer);
        assertEq(registry.deed(remix).flags, DERIVATIVE);
        assertEq(registry.deed(remix).parentsUntil, NOW + DURATION);
        assertEq(exclusiveUntil(remix), NOW + 1 days);
    }

    // ---- uses and term ----

    function testFuzz_SellsWhatItsParentsPermit(uint32 uses) public {
        make();
        uint32 permitted = TRAIN | DERIVE;
        vm.assume(uses != 0);
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.uses = uses;
        if (uses & ~permitted == 0) sellRemix(offer);
        else refuseUses(offer, permitted);
        offer.uses = uses & permitted == 0 ? TRAIN : uses & permitted;
        sellRemix(offer);
    }

    function refuseUses(ILicenseToken.Offer memory offer, uint32 permitted) private {
        refuseRemix(
            offer, abi.encodeWithSelector(IAssetRegistry.UsesBeyondParents.selector, remix, offer.uses, permitted)
        );
    }

    function test_SellsForAsLongAsItsParentsRun() public {
        make();
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.duration = DURATION + 1;
        refuseTerm(offer, NOW + DURATION + 1, NOW + DURATION);
        offer.duration = DURATION;
        sellRemix(offer);
        (offer.end, offer.duration) = (0, 10 days);
        vm.warp(NOW + DURATION - 10 days + 1);
        refuseTerm(offer, NOW + DURATION + 1, NOW + DURATION);
        vm.warp(NOW + DURATION - 10 days);
        sellRemix(offer);
    }

    function test_RevertWhen_ItsParentsHaveRunOut() public {
        make();
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        (offer.end, offer.duration) = (0, 1);
        vm.warp(NOW + DURATION);
        refuseTerm(offer, NOW + DURATION + 1, NOW + DURATION);
        offer.kind = ILicenseToken.Kind.Free;
        offer.price = 0;
        refuseTerm(offer, NOW + DURATION + 1, NOW + DURATION);
    }

    function test_RevertWhen_APerpetualLicenseIsSoldUnderParentsThatEnd() public {
        make();
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.duration = 0;
        refuseTerm(offer, PERPETUAL, NOW + DURATION);
    }

    function test_PerpetualParentsAllowPerpetualLicenses() public {
        make(0, conditions());
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.duration = 0;
        assertEq(licenses.license(sellRemix(offer)).expires, PERPETUAL);
        offer.duration = type(uint32).max;
        sellRemix(offer);
    }

    /// @dev The end of 32 bits, which is not never.
    function test_RevertWhen_ParentsThatRunPast2106SellAPerpetualLicense() public {
        make(100 * 365 days, conditions());
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.duration = 0;
        refuseTerm(offer, PERPETUAL, FOREVER - 1);
        offer.duration = uint32(FOREVER - NOW);
        refuseTerm(offer, FOREVER, FOREVER - 1);
        offer.duration -= 1;
        sellRemix(offer);
    }

    function refuseTerm(ILicenseToken.Offer memory offer, uint256 expires, uint256 until) private {
        refuseRemix(offer, abi.encodeWithSelector(IAssetRegistry.TermBeyondParents.selector, remix, expires, until));
    }

    // ---- reciprocal ----

    function test_RevertWhen_AReciprocalOnesTermsAreOthers() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.reciprocal = true;
        make(DURATION, shown);
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.termsHash = "other terms";
        refuseRemix(
            offer,
            abi.encodeWithSelector(
                IAssetRegistry.TermsNotReciprocal.selector, remix, bytes32("other terms"), keccak256("terms")
            )
        );
        offer.termsHash = keccak256("terms");
        sellRemix(offer);
    }

    function test_WhatIsNotReciprocalSellsOnAnyTerms() public {
        make();
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.termsHash = "other terms";
        sellRemix(offer);
    }

    // ---- revenue ceilings ----

    /// @dev Up to the ceiling, to the unit; whether the vault stands or not, and whatever was claimed from it.
    function test_SellsUpToTheCeiling() public {
        makeUnderCeiling(uint96(3 * PRICE));
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        sellRemix(offer);
        assertEq(vault.code.length, 0);
        factory.deploy(split(), keccak256(abi.encode(parentIds())));
        IRoyaltyVault(vault).claim(address(dollar), proof(0));
        IRoyaltyVault(vault).claim(address(dollar), proof(1));
        assertEq(dollar.balanceOf(vault), 0);
        sellRemix(offer);
        offer.price = PRICE + 1;
        refuseCeiling(offer, 3 * PRICE + 1, 3 * PRICE);
        offer.price = PRICE;
        sellRemix(offer);
        offer.price = 1;
        refuseCeiling(offer, 3 * PRICE + 1, 3 * PRICE);
    }

    /// @dev What came in by other ways counts: it is income of the work.
    function test_PlainPaymentsCount() public {
        makeUnderCeiling(uint96(PRICE));
        dollar.mint(vault, 1);
        refuseCeiling(remixTerms(remix, vault), PRICE + 1, PRICE);
    }

    function testFuzz_TheCeilingHolds(uint64[8] calldata prices, uint96 ceiling, uint256 when) public {
        ceiling = uint96(bound(ceiling, 1, 1e15));
        makeUnderCeiling(ceiling);
        uint256 received = 0;
        for (uint256 i = 0; i < prices.length; ++i) {
            if (i == when % 8) factory.deploy(split(), keccak256(abi.encode(parentIds())));
            ILicenseToken.Offer memory offer = remixTerms(remix, vault);
            offer.price = bound(prices[i], 1, ceiling);
            if (received + offer.price > ceiling) {
                refuseCeiling(offer, received + offer.price, ceiling);
                continue;
            }
            sellRemix(offer);
            received += offer.price;
            if (vault.code.length != 0 && i % 2 == 0) claimIfDue();
        }
        assertLe(received, ceiling);
    }

    function test_FreeLicensesKnowNoCeiling() public {
        makeUnderCeiling(1);
        dollar.mint(vault, 100);
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        (offer.price, offer.kind, offer.currency) = (0, ILicenseToken.Kind.Free, address(0));
        sellRemix(offer);
    }

    function test_RevertWhen_SoldInAnotherCurrency() public {
        makeUnderCeiling(type(uint96).max);
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.currency = address(0);
        refuseRemix(offer, notCeilings(address(0)));
        offer.currency = stranger;
        refuseRemix(offer, notCeilings(stranger));
    }

    function notCeilings(address currency) private view returns (bytes memory) {
        return abi.encodeWithSelector(IAssetRegistry.CurrencyNotCeilings.selector, remix, currency, address(dollar));
    }

    /// @dev Units are paid long after their license was sold.
    function test_RevertWhen_SoldByTheUnitUnderACeiling() public {
        makeUnderCeiling(type(uint96).max);
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        (offer.kind, offer.transferable) = (ILicenseToken.Kind.Metered, false);
        refuseRemix(
            offer,
            abi.encodeWithSelector(ILicenseToken.OfferKindInvalid.selector, hashOf(offer), ILicenseToken.Kind.Metered)
        );
    }

    function test_EverySeatCounts() public {
        makeUnderCeiling(uint96(3 * PRICE));
        ILicenseToken.Order memory order = remixOrder(remixTerms(remix, vault));
        order.quantity = 4;
        vm.prank(licensee);
        vm.expectRevert(ceilingReached(4 * PRICE, 3 * PRICE));
        licenses.buy(order);
        order.quantity = 3;
        vm.prank(licensee);
        licenses.buy(order);
    }

    /// @dev Each order of a basket is paid before the next one is sold.
    function test_EveryOrderOfABasketCounts() public {
        makeUnderCeiling(uint96(2 * PRICE));
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](3);
        for (uint256 i = 0; i < 3; ++i) {
            orders[i] = remixOrder(remixTerms(remix, vault));
        }
        vm.prank(licensee);
        vm.expectRevert(ceilingReached(3 * PRICE, 2 * PRICE));
        licenses.buyBasket(orders, false);
        vm.prank(licensee);
        bytes32[] memory ids = licenses.buyBasket(orders, true);
        assertTrue(ids[0] != 0 && ids[1] != 0 && ids[2] == 0);
        assertEq(dollar.balanceOf(vault), 2 * PRICE);
    }

    function test_RenewalsCount() public {
        makeUnderCeiling(uint96(2 * PRICE));
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        (offer.kind, offer.duration) = (ILicenseToken.Kind.Subscription, 1 days);
        ILicenseToken.Order memory order = remixOrder(offer);
        vm.startPrank(licensee);
        licenses.buy(order);
        licenses.renew(order);
        vm.expectRevert(ceilingReached(3 * PRICE, 2 * PRICE));
        licenses.renew(order);
    }

    function test_ACeilingInNativeCoin() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.revenueCeiling = 2 ether;
        ILicenseToken.Offer memory offer = freeTerms();
        (offer.uses, offer.currency) = (TRAIN | DERIVE, address(0));
        keep(acquire(offer, shown));
        finish();
        offer = remixTerms(remix, vault);
        (offer.currency, offer.price) = (address(0), 1 ether);
        ILicenseToken.Order memory order = remixOrder(offer);
        vm.deal(licensee, 10 ether);
        vm.prank(licensee);
        licenses.buy{value: 1 ether}(order);
        vm.deal(vault, 1 ether + 1); // a present of one
        order = remixOrder(offer);
        vm.prank(licensee);
        vm.expectRevert(ceilingReached(2 ether + 1, 2 ether));
        licenses.buy{value: 1 ether}(order);
        vm.deal(vault, 1 ether);
        vm.prank(licensee);
        licenses.buy{value: 1 ether}(order);
    }

    /// @dev What a token's fee kept never came in.
    function test_TheCeilingCountsWhatArrived() public {
        FeeToken token = new FeeToken();
        ILicenseToken.Conditions memory shown = conditions();
        shown.revenueCeiling = 200;
        ILicenseToken.Offer memory offer = freeTerms();
        (offer.uses, offer.currency) = (TRAIN | DERIVE, address(token));
        keep(acquire(offer, shown));
        finish();
        token.mint(licensee, 1_000);
        vm.prank(licensee);
        token.approve(address(licenses), type(uint256).max);
        offer = remixTerms(remix, vault);
        (offer.currency, offer.price) = (address(token), 100);
        sellRemix(offer);
        assertEq(token.balanceOf(vault), 99);
        offer.price = 102;
        refuseCeiling(offer, 201, 200);
        offer.price = 101;
        sellRemix(offer);
    }

    /// @dev What is escrowed reaches the vault later: while it would be, nothing sells that a ceiling counts. The holder
    /// answers the dispute by a bond, and goes on.
    function test_RevertWhen_SalesUnderACeilingWouldBeEscrowed() public {
        makeUnderCeiling(uint96(PRICE));
        uint256 caseId = dispute(remix);
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        refuseRemix(offer, abi.encodeWithSelector(ILicenseToken.CeilingInDispute.selector, remix));
        counterBond(caseId, remixer);
        sellRemix(offer);
        assertEq(dollar.balanceOf(vault), PRICE);
        refuseCeiling(offer, 2 * PRICE, PRICE);
        rule(caseId, 2);
        refuseCeiling(offer, 2 * PRICE, PRICE);
    }

    function test_RevertWhen_ARenewalUnderACeilingWouldBeEscrowed() public {
        makeUnderCeiling(uint96(2 * PRICE));
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        (offer.kind, offer.duration) = (ILicenseToken.Kind.Subscription, 1 days);
        ILicenseToken.Order memory order = remixOrder(offer);
        vm.prank(licensee);
        licenses.buy(order);
        uint256 caseId = dispute(remix);
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.CeilingInDispute.selector, remix));
        licenses.renew(order);
        counterBond(caseId, remixer);
        vm.prank(licensee);
        licenses.renew(order);
        assertEq(dollar.balanceOf(vault), 2 * PRICE);
    }

    function test_FreeLicensesUnderACeilingAreNotEscrowed() public {
        makeUnderCeiling(1);
        dispute(remix);
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        (offer.price, offer.kind) = (0, ILicenseToken.Kind.Free);
        sellRemix(offer);
    }

    /// @dev Without a ceiling: the offer names the vault, and the money waits for the ruling.
    function test_ADisputedDerivativeSellsIntoEscrow() public {
        make();
        uint256 caseId = dispute(remix);
        refuseRemix(
            remixTerms(remix, remixer),
            abi.encodeWithSelector(IAssetRegistry.PayeeNotVault.selector, remix, remixer, vault)
        );
        sellRemix(remixTerms(remix, vault));
        assertEq(dollar.balanceOf(vault), 0);
        assertEq(dollar.balanceOf(desk.escrowOf(remix, vault)), PRICE);
        rule(caseId, 2);
        desk.release(caseId, vault, address(dollar));
        assertEq(dollar.balanceOf(vault), PRICE);
    }

    function test_RevertWhen_ItIsDefeated() public {
        make();
        rule(dispute(remix), 1);
        refuseRemix(remixTerms(remix, vault), abi.encodeWithSelector(ILicenseToken.AssetDefeated.selector, remix));
        assertEq(registry.deed(remix).flags, DERIVATIVE | 16);
    }

    function refuseCeiling(ILicenseToken.Offer memory offer, uint256 revenue, uint256 ceiling) private {
        refuseRemix(offer, ceilingReached(revenue, ceiling));
    }

    function ceilingReached(uint256 revenue, uint256 ceiling) private view returns (bytes memory) {
        return abi.encodeWithSelector(IAssetRegistry.RevenueCeilingReached.selector, remix, revenue, ceiling);
    }

    // ---- renewals ----

    function test_RevertWhen_RenewedBeyondItsParents() public {
        make();
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        (offer.kind, offer.duration) = (ILicenseToken.Kind.Subscription, DURATION / 2);
        ILicenseToken.Order memory order = remixOrder(offer);
        vm.startPrank(licensee);
        licenses.buy(order);
        licenses.renew(order);
        assertEq(licenses.license(seatOf(order, 0)).expires, NOW + DURATION);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetRegistry.TermBeyondParents.selector, remix, NOW + DURATION + DURATION / 2, NOW + DURATION
            )
        );
        licenses.renew(order);
    }

    // ---- refreshing ----

    function test_ARenewedParentExtendsIt() public {
        makeUnderSubscription();
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.duration = 2 * DURATION;
        refuseTerm(offer, NOW + 2 * DURATION, NOW + DURATION);
        renewParent();
        refuseTerm(offer, NOW + 2 * DURATION, NOW + DURATION);
        bytes32[] memory ids = parentIds();
        vm.expectEmit(address(registry));
        emit IERC4906.MetadataUpdate(uint256(remix));
        vm.expectEmit(address(registry));
        emit IAssetRegistry.ParentsRefreshed(remix, keccak256(abi.encode(ids)), NOW + 2 * DURATION);
        vm.prank(stranger); // anybody may
        registry.refreshParents(remix, split(), ids);
        assertEq(registry.deed(remix).parentsUntil, NOW + 2 * DURATION);
        sellRemix(offer);
    }

    function test_ARevokedParentEndsIt() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.reportWithin = 1 days;
        make(DURATION, shown);
        bytes32 earlier = sellRemix(remixTerms(remix, vault));
        vm.warp(NOW + 3 days);
        vm.prank(licensor);
        licenses.revoke(parentAt(0).grant, shown, 0);
        refresh();
        assertEq(registry.deed(remix).parentsUntil, NOW + 3 days);
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.duration = 1;
        refuseTerm(offer, NOW + 3 days + 1, NOW + 3 days);
        assertTrue(licenses.permits(earlier, TRAIN), "what was sold stays");
    }

    /// @dev The earliest of all, whichever of them moved.
    function test_TheEarliestParentDecides() public {
        IAssetRegistry.Parent[] memory list = manyParents(3);
        ILicenseToken.Offer memory offer = list[1].grant.offer;
        (offer.kind, offer.duration) = (ILicenseToken.Kind.Subscription, 10 days);
        list[1] = acquire(offer, list[1].conditions);
        list[1].share = proof(1);
        for (uint256 i = 0; i < 3; ++i) {
            keep(list[i]);
        }
        remix = derive(list);
        vault = vaultOf(list);
        assertEq(registry.deed(remix).parentsUntil, NOW + 10 days);
        for (uint256 i = 0; i < 40; ++i) {
            renewParent(1);
        }
        refresh();
        assertEq(registry.deed(remix).parentsUntil, NOW + DURATION);
    }

    function test_ARefreshOfTheSameChangesNothing() public {
        make();
        refresh();
        assertEq(registry.deed(remix).parentsUntil, NOW + DURATION);
    }

    function test_ARefreshKeepsTheRestOfTheDeed() public {
        ILicenseToken.Conditions memory shown = conditions();
        (shown.reciprocal, shown.revenueCeiling) = (true, type(uint96).max);
        make(DURATION, shown);
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        (offer.exclusive, offer.duration) = (true, 1 days);
        sellRemix(offer);
        vm.prank(address(desk));
        registry.flag(remix, 8, 1);
        moveDeed(remix, remixer, stranger);
        uint256 before = registry.deedState(remix);
        refresh();
        assertEq(registry.deedState(remix), before);
        assertEq(registry.deed(remix).flags, DERIVATIVE | RECIPROCAL | CEILING | 8);
    }

    function test_ARefreshIsChained() public {
        make();
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        refresh();
        assertHeads(registryBefore, licensesBefore);
        assertEq(uint256(registry.head()) >> 216, (uint256(registryBefore) >> 216) + 1);
    }

    function test_RevertWhen_TheLineageIsAnothers() public {
        make();
        bytes32[] memory ids = parentIds();
        bytes32[] memory others = new bytes32[](1);
        others[0] = licenseOf(acquire(derivable(), conditions()));
        refuseRefresh(remix, split(), others);
        refuseRefresh(remix, "another split", ids);
        refuseRefresh(remix, split(), new bytes32[](0));
        others = new bytes32[](2);
        (others[0], others[1]) = (ids[0], ids[0]);
        refuseRefresh(remix, split(), others);
        registry.refreshParents(remix, split(), ids);
    }

    function test_RevertWhen_ParentsAreInAnotherOrder() public {
        IAssetRegistry.Parent[] memory list = manyParents(2);
        bytes32 id = derive(list);
        bytes32[] memory ids = licensesOf(list);
        (ids[0], ids[1]) = (ids[1], ids[0]);
        refuseRefresh(id, split(), ids);
    }

    /// @dev An original has no parents, even where its holder pinned the vault that such parents would lead to.
    function test_RevertWhen_TheAssetIsAnOriginal() public {
        make();
        bytes32[] memory ids = parentIds();
        refuseRefresh(assetId, split(), ids);
        vm.prank(licensor);
        registry.pinVault(assetId, vault, 100);
        refuseRefresh(assetId, split(), ids);
        refuseRefresh("unknown", split(), ids);
    }

    function test_RevertWhen_TheAssetIsMadeOfSourcesAlone() public {
        IAssetRegistry.Derivation memory made;
        made.sources = new bytes32[](1);
        made.sources[0] = licenseOf(acquire(derivable(), conditions()));
        bytes32 id = derive(REMIX, made);
        refuseRefresh(id, 0, made.sources);
        refuseRefresh(id, 0, new bytes32[](0));
    }

    function refuseRefresh(bytes32 id, bytes32 root, bytes32[] memory ids) private {
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.LineageUnknown.selector, id, keccak256(abi.encode(ids))));
        registry.refreshParents(id, root, ids);
    }

    // ---- income flows up ----

    /// @dev A poem (a vault of the artist and the licensor), its song, and a film of the song: a license of the film is
    /// sold, and one transaction carries the artist's part of it through three vaults that nobody has deployed.
    function test_AnAncestorsShareReachesItsWallet() public {
        (bytes32 filmSplit, bytes32 filmSalt, address filmVault) = makeAFilm();
        IRoyaltyVaultFactory.VaultClaim[] memory claims = new IRoyaltyVaultFactory.VaultClaim[](4);
        claims[0] = IRoyaltyVaultFactory.VaultClaim(
            filmSplit, filmSalt, address(dollar), Split.prove(filmPayees, filmShares, 0)
        );
        claims[1] =
            IRoyaltyVaultFactory.VaultClaim(split(), keccak256(abi.encode(parentIds())), address(dollar), proof(0));
        claims[2] = IRoyaltyVaultFactory.VaultClaim(poemRoot(), 0, address(dollar), shareOf(0));
        claims[3] = IRoyaltyVaultFactory.VaultClaim(poemRoot(), 0, address(dollar), shareOf(1));
        assertEq(dollar.balanceOf(filmVault), 1_000_000);
        vm.prank(relayer);
        uint256[] memory amounts = factory.claim(claims);
        assertEq(amounts[0], 200_000, "20 % of the film for the song");
        assertEq(amounts[1], 20_000, "10 % of that for the poem");
        assertEq(amounts[2], 10_000, "half of that for the artist");
        assertEq(amounts[3], 6_000);
        assertEq(dollar.balanceOf(artist), 10_000);
        assertEq(dollar.balanceOf(filmVault), 800_000);
        assertEq(dollar.balanceOf(vault), 180_000);
    }

    /// @dev The film's maker has agreed to nothing more than the song's license asks, and can give no less.
    function test_RevertWhen_AnAncestorIsLeftOut() public {
        makeAFilm();
        bytes32 id = keccak256(abi.encode(bytes32("a film"), licensee));
        ILicenseToken.Offer memory offer = terms();
        (offer.licensor, offer.assetId, offer.payee) = (licensee, id, licensee);
        bytes memory signature = signed(licenseeKey, digestOf(offer));
        address filmVault = registry.derivative(id).vault;
        vm.prank(remixer);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.PayeeNotVault.selector, id, licensee, filmVault));
        licenses.buy(orderOf(offer, signature, remixer, 0));
    }

    address[] private filmPayees;
    uint128[] private filmShares;

    function makeAFilm() private returns (bytes32 filmSplit, bytes32 filmSalt, address filmVault) {
        ILicenseToken.Conditions memory shown = conditions();
        shown.royaltyBps = 1_000;
        ILicenseToken.Offer memory offer = derivable();
        (offer.payee, offer.price, offer.kind) = (factory.vaultOf(poemRoot(), 0), 0, ILicenseToken.Kind.Free);
        keep(acquire(offer, shown));
        giveShares(offer.payee, 1_000);
        finishAsIs();

        shown.royaltyBps = 2_000;
        offer = remixTerms(remix, vault);
        (offer.uses, offer.price, offer.kind) = (TRAIN | DERIVE, 0, ILicenseToken.Kind.Free);
        IAssetRegistry.Derivation memory film;
        film.parents = new IAssetRegistry.Parent[](1);
        film.parents[0] = acquireFrom(remixerKey, licensee, offer, shown);
        filmPayees = [vault, licensee];
        filmShares = [uint128(1), 4];
        film.split = filmSplit = Split.root(filmPayees, filmShares);
        film.parents[0].share = Split.prove(filmPayees, filmShares, 0);
        filmSalt = keccak256(abi.encode(licensesOf(film.parents)));
        vm.prank(licensee);
        bytes32 id = registry.registerDerivative(work("a film"), film);
        filmVault = factory.vaultOf(filmSplit, filmSalt);

        offer = remixTerms(id, filmVault);
        (offer.licensor, offer.price) = (licensee, 1_000_000);
        bytes memory signature = signed(licenseeKey, digestOf(offer));
        vm.prank(remixer);
        licenses.buy(orderOf(offer, signature, remixer, 0));
    }

    function poemRoot() private view returns (bytes32) {
        (address[] memory list, uint128[] memory parts) = three();
        return Split.root(list, parts);
    }

    // ---- the check by itself ----

    /// @dev Of an original, whatever is asked, the registry has nothing to say.
    function testFuzz_AnOriginalSellsAnything(
        address payee,
        uint32 uses,
        uint256 expires,
        address currency,
        uint256 amount,
        bytes32 termsHash
    ) public view {
        registry.checkSale(assetId, payee, uses, expires, currency, amount, termsHash);
    }

    // ---- helpers ----

    function make() private {
        make(DURATION, conditions());
    }

    /// @dev A song of `WORK`, under a license of this duration, of which the artist has 2.5 %.
    function make(uint32 duration, ILicenseToken.Conditions memory shown) private {
        ILicenseToken.Offer memory offer = derivable();
        offer.duration = duration;
        keep(acquire(offer, shown));
        finish();
    }

    function makeUnderCeiling(uint96 ceiling) private {
        ILicenseToken.Conditions memory shown = conditions();
        shown.revenueCeiling = ceiling;
        make(DURATION, shown);
    }

    function makeUnderSubscription() private {
        ILicenseToken.Offer memory offer = derivable();
        offer.kind = ILicenseToken.Kind.Subscription;
        keep(acquire(offer, conditions()));
        finish();
    }

    function finish() private {
        giveShares(artist, 250);
        finishAsIs();
    }

    function finishAsIs() private {
        IAssetRegistry.Parent[] memory list = new IAssetRegistry.Parent[](1);
        list[0] = parentAt(0);
        list[0].share = proof(0);
        remix = derive(list);
        vault = vaultOf(list);
    }

    function keep(IAssetRegistry.Parent memory parent) private {
        parents.push(abi.encode(parent));
    }

    function parentAt(uint256 which) private view returns (IAssetRegistry.Parent memory) {
        return abi.decode(parents[which], (IAssetRegistry.Parent));
    }

    function parentIds() private view returns (bytes32[] memory ids) {
        ids = new bytes32[](parents.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = licenseOf(parentAt(i));
        }
    }

    function renewParent() private {
        renewParent(0);
    }

    function renewParent(uint256 which) private {
        ILicenseToken.Grant memory grant = parentAt(which).grant;
        bytes memory signature = signed(licensorKey, digestOf(grant.offer));
        vm.prank(remixer);
        licenses.renew(orderOf(grant.offer, signature, remixer, grant.salt));
    }

    function refresh() private {
        registry.refreshParents(remix, split(), parentIds());
    }

    function claimIfDue() private {
        for (uint256 i = 0; i < 2; ++i) {
            if (IRoyaltyVault(vault).due(address(dollar), proof(i)) != 0) {
                IRoyaltyVault(vault).claim(address(dollar), proof(i));
            }
        }
    }
}
