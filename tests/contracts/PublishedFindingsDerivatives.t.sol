// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";

import {Family} from "./Family.t.sol";

/// @dev What was found in others' derivatives and royalties, tried on these contracts (see `PublishedFindingsSales`).
contract PublishedFindingsDerivativesTest is Family {
    bytes32 private remix;
    address private vault;

    // ---- term and uses ----

    /// @dev A derivative sells on when its parent's license is over. Story, protocol-core-v1, tried on its code.
    function test_DerivativeOutlivesItsParent() public {
        make(oneParent());
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        (offer.end, offer.duration) = (0, DURATION + 1);
        refuseTerm(offer, NOW + DURATION + 1);
        offer.duration = 0;
        refuseTerm(offer, PERPETUAL);
        offer.duration = DURATION;
        sellRemix(offer);
        vm.warp(NOW + 1);
        refuseTerm(offer, NOW + 1 + DURATION);
        vm.warp(NOW + 10 * 365 days);
        offer.duration = 1;
        refuseTerm(offer, NOW + 10 * 365 days + 1);
    }

    function refuseTerm(ILicenseToken.Offer memory offer, uint256 expires) private {
        refuseRemix(
            offer, abi.encodeWithSelector(IAssetRegistry.TermBeyondParents.selector, remix, expires, NOW + DURATION)
        );
    }

    /// @dev A parent's license is taken back, and its derivative does not notice. Class of finding.
    function test_DerivativeOfARevokedLicense() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.revocable = true;
        IAssetRegistry.Parent[] memory parents = oneParent(shown);
        make(parents);
        uint256 caseId = disputeLicense(parents[0].grant, shown);
        rule(caseId, 1);
        vm.prank(licensor);
        licenses.revoke(parents[0].grant, shown, caseId);
        vm.prank(stranger); // anybody says so
        registry.refreshParents(remix, split(), licensesOf(parents));
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.duration = 1;
        refuseRemix(offer, abi.encodeWithSelector(IAssetRegistry.TermBeyondParents.selector, remix, NOW + 1, NOW));
    }

    /// @dev A derivative's license permits what its parent's does not. Class of finding.
    function test_DerivativeWidensItsParentsUses() public {
        make(oneParent());
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.uses = TRAIN | DERIVE | 1;
        refuseRemix(
            offer, abi.encodeWithSelector(IAssetRegistry.UsesBeyondParents.selector, remix, offer.uses, TRAIN | DERIVE)
        );
    }

    // ---- what the parent is owed ----

    /// @dev A child gives its parent less than the parent's terms ask. Story, protocol-core-v1 pull request 310
    /// (2024).
    function test_RoyaltyLoweredByTheChild() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        bytes32 id = licenseOf(parents[0]);
        bytes memory tooSmall = abi.encodeWithSelector(IAssetRegistry.ParentShareTooSmall.selector, id, artist, 250);
        giveShares(artist, 249);
        parents[0].share = proof(0);
        refuseDerivative(parents, tooSmall);
        giveShares(stranger, 250);
        parents[0].share = proof(0);
        refuseDerivative(parents, tooSmall);
        // Under terms that were not the license's.
        ILicenseToken.Conditions memory kinder = conditions();
        kinder.royaltyBps = 1;
        parents[0].conditions = kinder;
        refuseDerivative(
            parents,
            abi.encodeWithSelector(ILicenseToken.ConditionsUnknown.selector, hashOf(kinder), hashOf(conditions()))
        );
    }

    /// @dev The share is read again after the sale, and has grown. Story, protocol-core-v1 pull request 364 (Trust
    /// Security, 2024).
    function test_RoyaltyRaisedAfterTheSale() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        ILicenseToken.Conditions memory dearer = conditions();
        dearer.royaltyBps = 9_000;
        ILicenseToken.Offer memory offer = derivable();
        offer.conditions = hashOf(dearer);
        vm.startPrank(licensor);
        licenses.cancelOffer(parents[0].grant.offer);
        licenses.publishOffer(offer, dearer);
        vm.stopPrank();
        make(parents);
        sellRemix(remixTerms(remix, vault));
        factory.deploy(split(), keccak256(abi.encode(licensesOf(parents))));
        assertEq(IRoyaltyVault(vault).due(address(dollar), proof(0)), PRICE * 250 / 10_000);
    }

    /// @dev A share of more than the whole. Story, protocol-core-v1 pull request 348 (FuzzingLabs, 2024).
    function test_RoyaltyAboveTheWhole() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.royaltyBps = 10_001;
        ILicenseToken.Offer memory offer = derivable();
        offer.conditions = hashOf(shown);
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.ConditionsInvalid.selector, offer.conditions));
        licenses.publishOffer(offer, shown);
        // Signed, it sells; but nobody can be paid more than everything.
        IAssetRegistry.Parent[] memory parents = oneParent(shown);
        giveShares(artist, 10_000);
        (payees, shares) = (new address[](1), new uint128[](1));
        (payees[0], shares[0]) = (artist, type(uint128).max);
        parents[0].share = proof(0);
        refuseDerivative(
            parents,
            abi.encodeWithSelector(IAssetRegistry.ParentShareTooSmall.selector, licenseOf(parents[0]), artist, 10_001)
        );
    }

    /// @dev The derivative's income goes past its vault, and past its parents. Class of finding.
    function test_DerivativePaidElsewhere() public {
        make(oneParent());
        refuseRemix(
            remixTerms(remix, remixer),
            abi.encodeWithSelector(IAssetRegistry.PayeeNotVault.selector, remix, remixer, vault)
        );
        vm.prank(remixer);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.PayeeNotVault.selector, remix, remixer, vault));
        registry.pinVault(remix, remixer, 1_000);
    }

    /// @dev One payment serves two creditors who have one name. Drips' receivers are sorted and unique for this
    /// reason.
    function test_DuplicateParentsShareOneLeaf() public {
        IAssetRegistry.Parent[] memory parents = new IAssetRegistry.Parent[](2);
        parents[0] = acquire(derivable(), conditions());
        parents[1] = acquire(derivable(), conditions("another"));
        giveShares(artist, 499);
        (parents[0].share, parents[1].share) = (proof(0), proof(0));
        refuseDerivative(
            parents,
            abi.encodeWithSelector(IAssetRegistry.ParentShareTooSmall.selector, licenseOf(parents[1]), artist, 500)
        );
        // Nor do two leaves do, of which a vault pays one.
        giveShares(artist, 250);
        (payees[1], shares[1]) = (artist, 250);
        place(remixer, 9_500);
        (parents[0].share, parents[1].share) = (proof(0), proof(1));
        refuseDerivative(
            parents,
            abi.encodeWithSelector(IAssetRegistry.ParentShareTooSmall.selector, licenseOf(parents[1]), artist, 500)
        );
        // Nor does another payee between them hide that they are one.
        IAssetRegistry.Parent[] memory three_ = new IAssetRegistry.Parent[](3);
        ILicenseToken.Offer memory offer = derivable();
        offer.payee = address(type(uint160).max);
        (three_[0], three_[1], three_[2]) = (parents[0], acquire(offer, conditions("third")), parents[1]);
        (payees[1], shares[1]) = (offer.payee, 250);
        (three_[0].share, three_[1].share, three_[2].share) = (proof(0), proof(1), proof(0));
        refuseDerivative(
            three_, abi.encodeWithSelector(IAssetRegistry.ParentsNotSorted.selector, licenseOf(parents[1]))
        );
    }

    // ---- ceilings ----

    /// @dev A ceiling of revenue that nothing enforces. Story: its terms' ceilings were not checked (Trust Security,
    /// TRST-L-3, 2024), and are not enforced, tried on its code.
    function test_RevenueCeilingExceeded() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.revenueCeiling = uint96(2 * PRICE);
        IAssetRegistry.Parent[] memory parents = oneParent(shown);
        make(parents);
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        sellRemix(offer);
        sellRemix(offer);
        bytes memory reached =
            abi.encodeWithSelector(IAssetRegistry.RevenueCeilingReached.selector, remix, 3 * PRICE, 2 * PRICE);
        refuseRemix(offer, reached);
        // Not by emptying the vault,
        factory.deploy(split(), keccak256(abi.encode(licensesOf(parents))));
        IRoyaltyVault(vault).claim(address(dollar), proof(0));
        IRoyaltyVault(vault).claim(address(dollar), proof(1));
        refuseRemix(offer, reached);
        // nor in another currency,
        offer.currency = address(0);
        refuseRemix(
            offer,
            abi.encodeWithSelector(IAssetRegistry.CurrencyNotCeilings.selector, remix, address(0), address(dollar))
        );
        // nor by the unit,
        offer = remixTerms(remix, vault);
        (offer.kind, offer.transferable) = (ILicenseToken.Kind.Metered, false);
        refuseRemix(
            offer,
            abi.encodeWithSelector(ILicenseToken.OfferKindInvalid.selector, hashOf(offer), ILicenseToken.Kind.Metered)
        );
        // nor into the escrow of a dispute that the holder's own friend raises.
        dispute(remix);
        refuseRemix(remixTerms(remix, vault), reached);
        assertEq(IRoyaltyVault(vault).received(address(dollar)), 2 * PRICE);
    }

    /// @dev A dispute hides revenue from the ceiling until it is over. Found here, by the same question.
    function test_RevenueHiddenInEscrow() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.revenueCeiling = uint96(2 * PRICE);
        make(oneParent(shown));
        dispute(remix);
        refuseRemix(remixTerms(remix, vault), abi.encodeWithSelector(ILicenseToken.CeilingInDispute.selector, remix));
    }

    // ---- parents ----

    /// @dev So many parents that no transaction can hold them. Class of finding; Story's royalty module loops over
    /// ancestors.
    function test_TooManyParents() public {
        IAssetRegistry.Derivation memory made;
        made.parents = new IAssetRegistry.Parent[](17);
        refuseDerivative(made, abi.encodeWithSelector(IAssetRegistry.ParentsInvalid.selector, 17, 16, 0, 64));
        made.parents = new IAssetRegistry.Parent[](0);
        made.sources = new bytes32[](65);
        refuseDerivative(made, abi.encodeWithSelector(IAssetRegistry.ParentsInvalid.selector, 0, 16, 65, 64));

        // However long the line of its ancestors, a derivative's sale costs the same.
        make(oneParent());
        uint256 first = gasOfASale(remix, vault);
        bytes32 song = remix;
        for (uint256 i = 0; i < 3; ++i) {
            song = descend(song, i);
        }
        assertApproxEqAbs(gasOfASale(song, registry.derivative(song).vault), first, 500);
    }

    /// @dev A derivative of `parent`, by its own holder, with a vault for each step.
    function descend(bytes32 parent, uint256 step) private returns (bytes32) {
        address payee = registry.derivative(parent).vault;
        ILicenseToken.Offer memory offer = remixTerms(parent, payee);
        (offer.uses, offer.price, offer.kind) = (TRAIN | DERIVE, 0, ILicenseToken.Kind.Free);
        IAssetRegistry.Parent[] memory parents = new IAssetRegistry.Parent[](1);
        parents[0] = acquireFrom(remixerKey, remixer, offer, conditions());
        giveShares(payee, 250);
        parents[0].share = proof(0);
        return derive(keccak256(abi.encode(step)), derivation(parents));
    }

    function gasOfASale(bytes32 id, address payee) private returns (uint256 gas) {
        sellRemix(remixTerms(id, payee)); // so that all it writes to was written before
        ILicenseToken.Order memory order = remixOrder(remixTerms(id, payee));
        vm.prank(licensee);
        gas = gasleft();
        licenses.buy(order);
        return gas - gasleft();
    }

    /// @dev A work is made its own ancestor. Class of finding.
    function test_CycleOfParents() public {
        make(oneParent());
        ILicenseToken.Offer memory offer = remixTerms(remix, vault);
        offer.uses = TRAIN | DERIVE;
        IAssetRegistry.Parent[] memory parents = new IAssetRegistry.Parent[](1);
        parents[0] = acquireFrom(remixerKey, licensor, enriched(offer), conditions());
        giveShares(vault, 250);
        parents[0].share = proof(0);
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetAlreadyRegistered.selector, assetId, licensor));
        registry.registerDerivative(work(WORK), derivation(parents));
    }

    function enriched(ILicenseToken.Offer memory offer) private returns (ILicenseToken.Offer memory) {
        enrich(licensor);
        return offer;
    }

    /// @dev A license held by somebody else makes a derivative lawful. Class of finding.
    function test_BorrowedLicense() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        bytes32 id = licenseOf(parents[0]);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.ParentLicenseInvalid.selector, id, stranger, DERIVE));
        registry.registerDerivative(work(REMIX), derivation(parents));
        vm.prank(remixer);
        licenses.transferFrom(remixer, stranger, uint256(id));
        refuseDerivative(
            parents, abi.encodeWithSelector(IAssetRegistry.ParentLicenseInvalid.selector, id, remixer, DERIVE)
        );
    }

    /// @dev A signature given for one thing is taken for another. Story's badges (Halborn, 2025).
    function test_ApprovalTakenForAnotherWork() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.approval = true;
        IAssetRegistry.Parent[] memory parents = oneParent(shown);
        bytes32 id = licenseOf(parents[0]);
        bytes32 typehash = keccak256("DerivativeApproval(bytes32 licenseId,bytes32 content,address registrant)");
        bytes32 structHash = keccak256(abi.encode(typehash, id, REMIX, remixer));
        bytes memory invalid = abi.encodeWithSelector(IAssetRegistry.ApprovalInvalid.selector, id, licensor);

        parents[0].approval = signed(licensorKey, typed(CHAIN, address(licenses), structHash));
        refuseDerivative(parents, invalid);
        parents[0].approval = signed(licensorKey, typed(CHAIN, address(registry), structHash));
        vm.prank(remixer);
        vm.expectRevert(invalid);
        registry.registerDerivative(work("another song"), derivation(parents));
        derive(parents);
    }

    /// @dev A parent that is disputed, or lost its dispute, earns on, or drags others down. Story, protocol-core-v1
    /// pull requests 35 (2024) and 464 (2025).
    function test_DisputedParent() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        make(parents);
        uint256 caseId = dispute(assetId);
        // A license of the disputed parent waits in escrow; the derivative's own income does not.
        uint256 before = dollar.balanceOf(artist);
        buy(derivable(), "in dispute");
        assertEq(dollar.balanceOf(artist), before);
        sellRemix(remixTerms(remix, vault));
        assertEq(dollar.balanceOf(vault), PRICE);

        rule(caseId, 1);
        refuse(derivable(), abi.encodeWithSelector(ILicenseToken.AssetDefeated.selector, assetId));
        assertEq(registry.deed(remix).flags, DERIVATIVE, "its derivative was never disputed");
        sellRemix(remixTerms(remix, vault));
        factory.deploy(split(), keccak256(abi.encode(licensesOf(parents))));
        assertEq(IRoyaltyVault(vault).claim(address(dollar), proof(0)), 2 * PRICE * 250 / 10_000);
    }

    function make(IAssetRegistry.Parent[] memory parents) private {
        remix = derive(parents);
        vault = vaultOf(parents);
    }
}
