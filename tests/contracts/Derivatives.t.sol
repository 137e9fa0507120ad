// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {Vm} from "forge-std/Vm.sol";

import {Family} from "./Family.t.sol";
import {Split} from "./helpers/Split.sol";

/// @dev Registering what was made from others.
contract DerivativesTest is Family {
    bytes32 private constant APPROVAL_TYPEHASH =
        keccak256("DerivativeApproval(bytes32 licenseId,bytes32 content,address registrant)");

    // ---- what registering does ----

    function test_RegistersADerivative() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        bytes32 id = keccak256(abi.encode(REMIX, remixer));
        IAssetRegistry.Lineage[] memory lineage = new IAssetRegistry.Lineage[](1);
        lineage[0] = IAssetRegistry.Lineage(licenseOf(parents[0]), assetId, 250, parents[0].share);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        vm.expectEmit(address(registry));
        emit IERC721.Transfer(address(0), remixer, uint256(id));
        vm.expectEmit(address(registry));
        emit IAssetRegistry.AssetRegistered(id, remixer, REMIX, 0, 0, "", IAssetRegistry.Origin.Unstated);
        vm.expectEmit(address(registry));
        emit IAssetRegistry.DerivativeRegistered(
            id, vaultOf(parents), split(), TRAIN | DERIVE, uint32(NOW + DURATION), lineage, new bytes32[](0)
        );
        assertEq(derive(parents), id);
        assertHeads(registryBefore, licensesBefore);

        IAssetRegistry.Deed memory deed = registry.deed(id);
        assertEq(deed.holder, remixer);
        assertEq(deed.epoch, 0);
        assertEq(deed.exclusiveUntil, 0);
        assertEq(deed.parentsUntil, NOW + DURATION);
        assertEq(deed.flags, DERIVATIVE);
        assertMade(id, vaultOf(parents), TRAIN | DERIVE);
    }

    function test_OfSixteenParents() public {
        IAssetRegistry.Parent[] memory parents = manyParents(16);
        bytes32 id = derive(parents);
        assertEq(registry.deed(id).flags, DERIVATIVE);
        assertMade(id, vaultOf(parents), TRAIN | DERIVE);
    }

    /// @dev What all of them permit, for as long as all of them run.
    function test_TheNarrowestAndTheEarliestParentHold() public {
        IAssetRegistry.Parent[] memory parents = manyParents(3);
        ILicenseToken.Offer memory offer = derivable();
        (offer.uses, offer.duration, offer.payee) = (TRAIN | DERIVE | 1, DURATION / 2, payeeOf(1));
        parents[1] = withShare(acquire(offer, conditions()), 1);
        (offer.uses, offer.duration, offer.payee) = (2 | DERIVE | 1, 0, payeeOf(2));
        parents[2] = withShare(acquire(offer, conditions()), 2);
        bytes32 id = derive(parents);
        assertMade(id, vaultOf(parents), 2 | DERIVE);
        assertEq(registry.deed(id).parentsUntil, NOW + DURATION / 2);
    }

    function test_PerpetualParentsSetNoEnd() public {
        ILicenseToken.Offer memory offer = derivable();
        offer.duration = 0;
        giveShares(artist, 250);
        assertEq(registry.deed(derive(only(withShare(acquire(offer, conditions()), 0)))).parentsUntil, FOREVER);
    }

    /// @dev The deed's slot ends in 2106, which is not never: what cannot be written is cut short, not opened wide.
    function test_AParentThatRunsPast2106IsNoPerpetualOne() public {
        ILicenseToken.Offer memory offer = derivable();
        offer.duration = 100 * 365 days;
        giveShares(artist, 250);
        assertEq(registry.deed(derive(only(withShare(acquire(offer, conditions()), 0)))).parentsUntil, FOREVER - 1);
    }

    /// @dev A license that the remixer bought once serves for any number of works.
    function test_OneLicenseForSeveralWorks() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        assertNotEq(derive("verse", derivation(parents)), derive("chorus", derivation(parents)));
    }

    /// @dev The vault is bound to the parents' licenses: the same split under others is another vault.
    function test_OtherParentsHaveAnotherVault() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        IAssetRegistry.Parent[] memory others = only(withShare(acquire(derivable(), conditions()), 0));
        assertNotEq(vaultOf(parents), vaultOf(others));
        assertNotEq(vaultOf(parents), factory.vaultOf(split(), 0));
        assertEq(registry.derivative(derive("verse", derivation(parents))).vault, vaultOf(parents));
        assertEq(registry.derivative(derive("chorus", derivation(others))).vault, vaultOf(others));
    }

    /// @dev A defeated deed ends its sales, not the licenses that were sold before.
    function test_ALicenseOfADefeatedDeedStillServes() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        vm.prank(address(desk));
        registry.flag(assetId, 16, 1);
        assertEq(registry.deed(derive(parents)).flags, DERIVATIVE, "and hands no defeat down");
    }

    function testFuzz_TheLogsLeadToTheHead(uint256 count) public {
        IAssetRegistry.Parent[] memory parents = manyParents(bound(count, 1, 16));
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        derive(parents);
        assertHeads(registryBefore, licensesBefore);
    }

    // ---- a registration like any other ----

    function test_RevertWhen_RegisteredBefore() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        bytes32 id = derive(parents);
        bytes memory reason = abi.encodeWithSelector(IAssetRegistry.AssetAlreadyRegistered.selector, id, remixer);
        refuseDerivative(parents, reason);
        vm.expectRevert(reason);
        registerAs(remixer, REMIX); // nor as an original, to be rid of its parents
    }

    function test_RevertWhen_TheRegistrationIsBad() public {
        IAssetRegistry.Derivation memory made = derivation(oneParent());
        vm.startPrank(remixer);
        vm.expectRevert(IAssetRegistry.ContentMissing.selector);
        registry.registerDerivative(work(0), made);
        IAssetRegistry.Registration memory registration = work(REMIX);
        registration.works = 7;
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.CatalogDocumentMissing.selector, 7));
        registry.registerDerivative(registration, made);
    }

    /// @dev Parents are registered before what is made of them, so that no work is its own ancestor.
    function test_RevertWhen_AnAncestorIsMadeOfItsDescendant() public {
        bytes32 original = registerAs(remixer, "an original");
        ILicenseToken.Offer memory offer = derivable();
        (offer.licensor, offer.assetId) = (remixer, original);
        IAssetRegistry.Parent[] memory parents = only(acquireFrom(remixerKey, remixer, offer, conditions()));
        giveShares(artist, 250);
        parents[0].share = proof(0);
        bytes32 child = derive(parents);

        offer.assetId = child;
        offer.payee = vaultOf(parents);
        offer.duration = 1; // the child sells for as long as its parents run
        giveShares(offer.payee, 250);
        IAssetRegistry.Parent[] memory children =
            only(withShare(acquireFrom(remixerKey, remixer, offer, conditions()), 0));
        IAssetRegistry.Derivation memory made = derivation(children);
        bytes memory reason = abi.encodeWithSelector(IAssetRegistry.AssetAlreadyRegistered.selector, original, remixer);
        vm.prank(remixer);
        vm.expectRevert(reason);
        registry.registerDerivative(work("an original"), made);
        reason = abi.encodeWithSelector(IAssetRegistry.AssetAlreadyRegistered.selector, child, remixer);
        refuseDerivative(made, reason);
    }

    // ---- how many ----

    function test_RevertWhen_ThereIsNeitherParentNorSource() public {
        place(remixer, 1);
        refuseDerivative(new IAssetRegistry.Parent[](0), invalid(0, 0));
    }

    function test_RevertWhen_ThereAreSeventeenParents() public {
        IAssetRegistry.Parent[] memory parents = manyParents(17);
        refuseDerivative(parents, invalid(17, 0));
        assembly ("memory-safe") {
            mstore(parents, 16)
        }
        derive(parents);
    }

    function test_RevertWhen_ThereAreSixtyFiveSources() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        IAssetRegistry.Derivation memory made = derivation(parents);
        made.sources = sources(65);
        refuseDerivative(made, invalid(1, 65));
        made.sources = sources(64);
        derive(REMIX, made);
    }

    function testFuzz_RevertWhen_ThereAreTooMany(uint256 parents, uint256 sources_) public {
        IAssetRegistry.Derivation memory made;
        made.parents = new IAssetRegistry.Parent[](bound(parents, 17, 100));
        made.sources = new bytes32[](sources_ % 100);
        refuseDerivative(made, invalid(made.parents.length, made.sources.length));
    }

    function test_SixteenParentsAndSixtyFourSourcesFitIntoATransaction() public {
        IAssetRegistry.Derivation memory made = derivation(manyParents(16));
        made.sources = sources(64);
        bytes memory call = abi.encodeCall(registry.registerDerivative, (work(REMIX), made));
        vm.prank(remixer);
        uint256 gas = gasleft();
        (bool ok,) = address(registry).call(call);
        gas -= gasleft();
        assertTrue(ok);
        assertLt(gas + intrinsicGas(call), 2_500_000);
    }

    // ---- a license to derive ----

    function test_RevertWhen_TheLicenseIsAnothers() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        parents[0] = withShare(acquireFrom(licensorKey, licensee, derivable(), conditions()), 0);
        refuseLicense(parents);
    }

    /// @dev Who bought it has none once it is passed on; who has it derives.
    function test_TheLicensesPresentHolderDerives() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        bytes32 id = licenseOf(parents[0]);
        vm.prank(remixer);
        licenses.transferFrom(remixer, licensee, uint256(id));
        refuseLicense(parents);
        IAssetRegistry.Derivation memory made = derivation(parents);
        vm.prank(licensee);
        bytes32 derivative = registry.registerDerivative(work(REMIX), made);
        assertEq(registry.deed(derivative).holder, licensee);
    }

    /// @dev An operator may move a license, and does not hold it.
    function test_RevertWhen_AnOperatorDerives() public {
        IAssetRegistry.Derivation memory made = derivation(oneParent());
        vm.prank(remixer);
        licenses.setApprovalForAll(stranger, true);
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetRegistry.ParentLicenseInvalid.selector, licenseOf(made.parents[0]), stranger, DERIVE
            )
        );
        registry.registerDerivative(work(REMIX), made);
    }

    function test_RevertWhen_TheLicenseIsUnknown() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        parents[0].grant.salt = "never bought";
        refuseUnknown(parents);
    }

    /// @dev Any word of the grant: it proves another license, which nobody bought.
    function test_RevertWhen_TheGrantIsAltered() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        parents[0].grant.licensee = licensee;
        refuseUnknown(parents);
        parents[0].grant.licensee = remixer;
        parents[0].grant.offer.payee = remixer;
        refuseUnknown(parents);
        parents[0].grant.offer.payee = artist;
        parents[0].grant.offer.assetId = registerAs(remixer, "a work of the remixer's own");
        refuseUnknown(parents);
        parents[0].grant.offer.assetId = assetId;
        derive(parents);
    }

    function test_RevertWhen_TheLicenseExpired() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        vm.warp(NOW + DURATION);
        refuseLicense(parents);
        vm.warp(NOW + DURATION - 1);
        derive(parents);
    }

    function test_RevertWhen_TheLicenseDoesNotPermitDeriving() public {
        ILicenseToken.Offer memory offer = derivable();
        offer.uses = ~DERIVE;
        giveShares(artist, 250);
        refuseLicense(only(withShare(acquire(offer, conditions()), 0)));
        offer.uses = DERIVE;
        derive(only(withShare(acquire(offer, conditions()), 0)));
    }

    function test_RevertWhen_TheLicenseIsRevoked() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.reportWithin = 1 days;
        IAssetRegistry.Parent[] memory parents = oneParent(shown);
        vm.warp(NOW + 3 days);
        vm.prank(licensor);
        licenses.revoke(parents[0].grant, shown, 0);
        refuseLicense(parents);
    }

    /// @dev Paid by the unit, a license has no price to derive under; with a deposit it does not, either.
    function test_RevertWhen_TheLicenseIsMetered() public {
        ILicenseToken.Offer memory offer = derivable();
        (offer.kind, offer.transferable) = (ILicenseToken.Kind.Metered, false);
        giveShares(artist, 250);
        IAssetRegistry.Parent[] memory parents = only(withShare(acquire(offer, conditions()), 0));
        refuseLicense(parents);
        fund(parents[0]);
        assertTrue(licenses.permits(licenseOf(parents[0]), DERIVE));
        refuseLicense(parents);
    }

    /// @dev One bad license among good ones.
    function testFuzz_RevertWhen_AnyLicenseIsBad(uint256 which) public {
        IAssetRegistry.Parent[] memory parents = manyParents(5);
        which %= 5;
        bytes32 id = licenseOf(parents[which]);
        vm.prank(remixer);
        licenses.transferFrom(remixer, stranger, uint256(id));
        refuseDerivative(
            parents, abi.encodeWithSelector(IAssetRegistry.ParentLicenseInvalid.selector, id, remixer, DERIVE)
        );
    }

    // ---- conditions ----

    function testFuzz_RevertWhen_TheConditionsAreOthers(uint256 field, uint256 bit) public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        parents[0].conditions = altered(parents[0].conditions, field, bit);
        refuseDerivative(
            parents,
            abi.encodeWithSelector(
                ILicenseToken.ConditionsUnknown.selector, hashOf(parents[0].conditions), hashOf(conditions())
            )
        );
    }

    // ---- approval ----

    function test_TheDeedsHolderApproves() public {
        IAssetRegistry.Parent[] memory parents = approvalNeeded();
        parents[0].approval = signed(licensorKey, approvalOf(parents[0], REMIX, remixer));
        derive(parents);
    }

    function test_TakesACompactSignature() public {
        IAssetRegistry.Parent[] memory parents = approvalNeeded();
        parents[0].approval = signedCompact(licensorKey, approvalOf(parents[0], REMIX, remixer));
        derive(parents);
    }

    function test_AnApprovalThatNobodyAsksForIsNotRead() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        parents[0].approval = "garbage";
        derive(parents);
    }

    function test_RevertWhen_NobodyApproves() public {
        IAssetRegistry.Parent[] memory parents = approvalNeeded();
        refuseApproval(parents, licensor);
        parents[0].approval = new bytes(65);
        refuseApproval(parents, licensor);
    }

    function test_RevertWhen_AnotherApproves() public {
        IAssetRegistry.Parent[] memory parents = approvalNeeded();
        vm.startPrank(licensor);
        licenses.appointAgent(stranger, PERPETUAL); // who licenses for the licensor, and approves of nothing
        registry.setApprovalForAll(stranger, true);
        vm.stopPrank();
        uint256[3] memory others = [strangerKey, remixerKey, licenseeKey];
        for (uint256 i = 0; i < others.length; ++i) {
            parents[0].approval = signed(others[i], approvalOf(parents[0], REMIX, remixer));
            refuseApproval(parents, licensor);
        }
    }

    /// @dev Whoever holds the deed when the work is registered, not when the license was sold.
    function test_ThePresentHolderApproves() public {
        IAssetRegistry.Parent[] memory parents = approvalNeeded();
        parents[0].approval = signed(licensorKey, approvalOf(parents[0], REMIX, remixer));
        moveDeed(assetId, licensor, stranger);
        refuseApproval(parents, stranger);
        parents[0].approval = signed(strangerKey, approvalOf(parents[0], REMIX, remixer));
        derive(parents);
    }

    function test_AContractApproves() public {
        IAssetRegistry.Parent[] memory parents = approvalNeeded();
        Puppet museum = new Puppet();
        moveDeed(assetId, licensor, address(museum));
        refuseApproval(parents, address(museum));
        museum.sign(approvalOf(parents[0], REMIX, remixer));
        for (uint256 signing = 1; signing < 4; ++signing) {
            museum.setSigning(Puppet.Signing(signing));
            refuseApproval(parents, address(museum));
        }
        museum.setSigning(Puppet.Signing.Honest);
        derive(parents);
    }

    function test_RevertWhen_AnotherContentIsApproved() public {
        IAssetRegistry.Parent[] memory parents = approvalNeeded();
        parents[0].approval = signed(licensorKey, approvalOf(parents[0], "another song", remixer));
        refuseApproval(parents, licensor);
    }

    function test_RevertWhen_AnotherRegistrantIsApproved() public {
        IAssetRegistry.Parent[] memory parents = approvalNeeded();
        parents[0].approval = signed(licensorKey, approvalOf(parents[0], REMIX, stranger));
        refuseApproval(parents, licensor);
    }

    function test_RevertWhen_AnotherLicenseIsApproved() public {
        IAssetRegistry.Parent[] memory parents = approvalNeeded();
        IAssetRegistry.Parent memory another = acquire(derivable(), parents[0].conditions);
        parents[0].approval = signed(licensorKey, approvalOf(another, REMIX, remixer));
        refuseApproval(parents, licensor);
    }

    function test_RevertWhen_ApprovedForAnotherChainOrContract() public {
        IAssetRegistry.Parent[] memory parents = approvalNeeded();
        bytes32 structHash = approvalHashOf(parents[0], REMIX, remixer);
        parents[0].approval = signed(licensorKey, typed(1, address(registry), structHash));
        refuseApproval(parents, licensor);
        parents[0].approval = signed(licensorKey, typed(CHAIN, address(licenses), structHash));
        refuseApproval(parents, licensor);
        parents[0].approval = signed(licensorKey, structHash); // no domain at all
        refuseApproval(parents, licensor);
        parents[0].approval = signed(licensorKey, approvalOf(parents[0], REMIX, remixer));
        vm.chainId(CHAIN + 1); // the chain forks away
        refuseApproval(parents, licensor);
    }

    function testFuzz_RevertWhen_TheApprovalIsAltered(uint256 bit) public {
        IAssetRegistry.Parent[] memory parents = approvalNeeded();
        bytes memory approval = signed(licensorKey, approvalOf(parents[0], REMIX, remixer));
        bit %= approval.length * 8;
        approval[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        parents[0].approval = approval;
        refuseApproval(parents, licensor);
    }

    /// @dev Each parent's holder approves on their own.
    function test_RevertWhen_OneOfTwoHoldersApproves() public {
        IAssetRegistry.Parent[] memory parents = new IAssetRegistry.Parent[](2);
        ILicenseToken.Conditions memory shown = conditions();
        (shown.approval, shown.royaltyBps) = (true, 0);
        place(remixer, 1);
        ILicenseToken.Offer memory offer = derivable();
        parents[0] = acquire(offer, shown);
        (offer.licensor, offer.assetId) = (stranger, registerAs(stranger, "a tune"));
        parents[1] = acquireFrom(strangerKey, remixer, offer, shown);
        parents[0].approval = signed(licensorKey, approvalOf(parents[0], REMIX, remixer));
        parents[1].approval = signed(licensorKey, approvalOf(parents[1], REMIX, remixer));
        bytes memory reason =
            abi.encodeWithSelector(IAssetRegistry.ApprovalInvalid.selector, licenseOf(parents[1]), stranger);
        refuseDerivative(parents, reason);
        parents[1].approval = signed(strangerKey, approvalOf(parents[1], REMIX, remixer));
        derive(parents);
    }

    // ---- shares ----

    function test_AShareIsEnoughToTheUnit() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        giveShares(artist, 249);
        parents[0].share = proof(0);
        refuseShare(parents, 0, artist, 250);
        giveShares(artist, 250);
        parents[0].share = proof(0);
        derive(parents);
    }

    /// @dev Whatever the split's unit: share / total is at least basis points / 10,000, compared without rounding.
    function testFuzz_AShareIsEnoughOrNot(uint16 bps, uint128 share, uint128 rest) public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.royaltyBps = uint16(bound(bps, 1, 10_000));
        IAssetRegistry.Parent[] memory parents = oneParent(shown);
        share = uint128(bound(share, 1, type(uint128).max - 1));
        delete payees;
        delete shares;
        place(artist, share);
        place(remixer, uint128(bound(rest, 1, type(uint128).max - share)));
        parents[0].share = proof(0);
        if (uint256(share) * 10_000 >= uint256(shown.royaltyBps) * (uint256(share) + shares[1])) derive(parents);
        else refuseShare(parents, 0, artist, shown.royaltyBps);
    }

    function test_AShareThatNobodyAsksForIsNotRead() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.royaltyBps = 0;
        IAssetRegistry.Parent[] memory parents = only(acquire(derivable(), shown));
        place(remixer, 1);
        IAssetRegistry.Lineage[] memory lineage = new IAssetRegistry.Lineage[](1);
        lineage[0].licenseId = licenseOf(parents[0]);
        lineage[0].assetId = assetId;
        parents[0].share = IRoyaltyVault.Share(stranger, 7, 1, new IRoyaltyVault.Node[](3));
        vm.expectEmit(address(registry));
        emit IAssetRegistry.DerivativeRegistered(
            keccak256(abi.encode(REMIX, remixer)),
            vaultOf(parents),
            split(),
            TRAIN | DERIVE,
            uint32(NOW + DURATION),
            lineage, // which says nothing of it
            new bytes32[](0)
        );
        derive(parents);
    }

    function test_RevertWhen_TheShareIsAnothers() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        parents[0].share = proof(1); // the remixer's own, and more than enough
        refuseShare(parents, 0, artist, 250);
        parents[0].share = proof(0);
        parents[0].share.payee = remixer;
        refuseShare(parents, 0, artist, 250);
    }

    function test_RevertWhen_TheShareIsOfAnotherSplit() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        giveShares(artist, 1_000);
        parents[0].share = proof(0);
        giveShares(artist, 250); // the split that is registered
        refuseShare(parents, 0, artist, 250);
    }

    function testFuzz_RevertWhen_TheProofIsAltered(uint256 field, uint256 bit) public {
        IAssetRegistry.Parent[] memory parents = manyParents(3);
        IRoyaltyVault.Share memory share = parents[1].share;
        uint256 sibling = bit % share.siblings.length;
        if (field % 4 == 0) share.share ^= uint128(1 << (bit % 128));
        if (field % 4 == 1) share.sides ^= 1 << sibling;
        if (field % 4 == 2) share.siblings[sibling].hash ^= bytes32(1 << (bit % 256));
        if (field % 4 == 3) share.siblings[sibling].sum ^= uint128(1 << (bit % 128));
        IAssetRegistry.Derivation memory made = derivation(parents);
        vm.prank(remixer);
        vm.expectRevert(); // `ParentShareTooSmall`, or `ShareNotInSplit` where a sum overflows its 16 bytes
        registry.registerDerivative(work(REMIX), made);
    }

    /// @dev A tree of nothing: each has the whole of it, and no vault pays a share of 0.
    function test_RevertWhen_TheShareIsNothingOfNothing() public {
        IAssetRegistry.Parent[] memory parents = only(acquire(derivable(), conditions()));
        place(artist, 0);
        parents[0].share = proof(0);
        refuseShare(parents, 0, artist, 250);
        place(remixer, 0);
        parents[0].share = proof(0);
        refuseShare(parents, 0, artist, 250);
    }

    /// @dev Signed off chain, conditions may ask for what no share can be.
    function test_RevertWhen_MoreThanTheWholeIsAskedFor() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.royaltyBps = 10_001;
        IAssetRegistry.Parent[] memory parents = only(acquire(derivable(), shown));
        place(artist, 1);
        parents[0].share = proof(0);
        refuseShare(parents, 0, artist, 10_001);
        shown.royaltyBps = 10_000;
        derive(only(withShare(acquire(derivable(), shown), 0)));
    }

    function test_RevertWhen_AProofsSumsOverflow() public {
        IAssetRegistry.Parent[] memory parents = oneParent();
        parents[0].share.siblings[0].sum = type(uint128).max;
        refuseDerivative(parents, abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, artist, 250));
    }

    function test_RevertWhen_ParentsAreNotInTheOrderOfTheirPayees() public {
        IAssetRegistry.Parent[] memory parents = manyParents(3);
        (parents[1], parents[2]) = (parents[2], parents[1]);
        refuseDerivative(
            parents, abi.encodeWithSelector(IAssetRegistry.ParentsNotSorted.selector, licenseOf(parents[2]))
        );
    }

    /// @dev A vault pays a payee by one leaf, so that one leaf holds what all their licenses ask.
    function test_TheSamePayeeTwiceNeedsTheSum() public {
        IAssetRegistry.Parent[] memory parents = twice();
        giveShares(artist, 250);
        prove(parents, 0);
        refuseShare(parents, 1, artist, 500);
        giveShares(artist, 499);
        prove(parents, 0);
        refuseShare(parents, 1, artist, 500);
        giveShares(artist, 500);
        prove(parents, 0);
        derive(parents);
    }

    /// @dev Two leaves of one payee do not make up for one: the vault would pay the larger alone.
    function test_RevertWhen_TwoLeavesShareOnePayee() public {
        IAssetRegistry.Parent[] memory parents = twice();
        place(artist, 250);
        place(artist, 250);
        place(remixer, 9_500);
        (parents[0].share, parents[1].share) = (proof(0), proof(1));
        refuseShare(parents, 1, artist, 500);
    }

    /// @dev The same license twice asks twice.
    function test_RevertWhen_OneLicenseIsTwoParents() public {
        IAssetRegistry.Parent[] memory parents = twice();
        parents[1] = parents[0];
        giveShares(artist, 250);
        prove(parents, 0);
        refuseShare(parents, 1, artist, 500);
    }

    /// @dev Another payee between them would start the sum anew, and cannot stand there.
    function test_RevertWhen_AnotherPayeeStandsBetween() public {
        IAssetRegistry.Parent[] memory parents = new IAssetRegistry.Parent[](3);
        IAssetRegistry.Parent[] memory artists = twice();
        ILicenseToken.Offer memory offer = derivable();
        offer.payee = address(uint160(artist) + 1);
        parents[1] = acquire(offer, conditions());
        place(artist, 250);
        place(offer.payee, 250);
        place(remixer, 9_500);
        (parents[0], parents[2]) = (artists[0], artists[1]);
        (parents[0].share, parents[1].share, parents[2].share) = (proof(0), proof(1), proof(0));
        refuseDerivative(
            parents, abi.encodeWithSelector(IAssetRegistry.ParentsNotSorted.selector, licenseOf(parents[2]))
        );
        (parents[1], parents[2]) = (parents[2], parents[1]);
        refuseShare(parents, 1, artist, 500);
    }

    /// @dev A parent that asks nothing stands anywhere, and interrupts no sum.
    function test_RevertWhen_AParentThatAsksNothingStandsBetween() public {
        IAssetRegistry.Parent[] memory parents = new IAssetRegistry.Parent[](3);
        IAssetRegistry.Parent[] memory artists = twice();
        ILicenseToken.Offer memory offer = derivable();
        ILicenseToken.Conditions memory shown = conditions();
        (offer.payee, shown.royaltyBps) = (address(1), 0);
        (parents[0], parents[1], parents[2]) = (artists[0], acquire(offer, shown), artists[1]);
        giveShares(artist, 250);
        prove(parents, 0);
        refuseShare(parents, 2, artist, 500);
        giveShares(artist, 500);
        prove(parents, 0);
        derive(parents);
    }

    /// @dev However many licenses each payee has: the split gives each the sum, and one unit less is refused.
    function testFuzz_EachPayeeHasTheirSum(uint16[6] calldata bps, uint256 payeesSeed, uint256 short) public {
        IAssetRegistry.Parent[] memory parents = new IAssetRegistry.Parent[](6);
        uint256 last = 0;
        for (uint256 i = 0; i < 6; ++i) {
            ILicenseToken.Offer memory offer = derivable();
            ILicenseToken.Conditions memory shown = conditions(bytes32(i));
            shown.royaltyBps = uint16(bound(bps[i], 1, 1_000));
            if (i == 0 || payeesSeed >> i & 1 == 1) {
                last = payees.length;
                place(payeeOf(i), 0);
            }
            offer.payee = payees[last];
            parents[i] = acquire(offer, shown);
            shares[last] += shown.royaltyBps;
        }
        uint128 total = 0;
        for (uint256 i = 0; i <= last; ++i) {
            total += shares[i];
        }
        place(remixer, 10_000 - total);
        short %= last + 1;
        for (uint256 take = 2; take > 0; --take) {
            // First with one unit less for one of them.
            if (take == 2) (shares[short], shares[last + 1]) = (shares[short] - 1, shares[last + 1] + 1);
            else (shares[short], shares[last + 1]) = (shares[short] + 1, shares[last + 1] - 1);
            for (uint256 i = 0; i < 6; ++i) {
                parents[i].share = proof(indexOf(parents[i].grant.offer.payee));
            }
            IAssetRegistry.Derivation memory made = derivation(parents);
            if (take == 2) vm.expectPartialRevert(IAssetRegistry.ParentShareTooSmall.selector);
            vm.prank(remixer);
            registry.registerDerivative(work(REMIX), made);
        }
    }

    // ---- reciprocal ----

    function test_ReciprocalParentsOnOneDocument() public {
        bytes32 id = derive(reciprocal(true, true, "terms", "terms"));
        assertEq(registry.deed(id).flags, DERIVATIVE | RECIPROCAL);
        assertEq(registry.derivative(id).termsHash, "terms");
    }

    function test_RevertWhen_ReciprocalParentsAreOnDifferentDocuments() public {
        IAssetRegistry.Parent[] memory parents = reciprocal(true, true, "terms", "other terms");
        refuseDerivative(
            parents, abi.encodeWithSelector(IAssetRegistry.ParentsIncompatible.selector, licenseOf(parents[1]))
        );
    }

    /// @dev One that is not reciprocal leaves the document to the one that is, whichever stands first.
    function test_OneReciprocalParentDecides() public {
        bytes32 id = derive(reciprocal(true, false, "terms", "other terms"));
        assertEq(registry.deed(id).flags, DERIVATIVE | RECIPROCAL);
        assertEq(registry.derivative(id).termsHash, "terms");
        id = derive("a second", derivation(reciprocal(false, true, "terms", "other terms")));
        assertEq(registry.deed(id).flags, DERIVATIVE | RECIPROCAL);
        assertEq(registry.derivative(id).termsHash, "other terms");
        id = derive("a third", derivation(reciprocal(false, false, "terms", "other terms")));
        assertEq(registry.deed(id).flags, DERIVATIVE);
        assertEq(registry.derivative(id).termsHash, 0);
    }

    /// @dev A derivative of reciprocal parents hands that on, though its own offer does not say so.
    function test_ReciprocityIsHandedDown() public {
        IAssetRegistry.Parent[] memory parents = reciprocal(true, false, "terms", "terms");
        bytes32 child = derive(parents);
        ILicenseToken.Offer memory offer = remixTerms(child, vaultOf(parents));
        (offer.uses, offer.termsHash) = (DERIVE, "terms");
        ILicenseToken.Conditions memory shown = conditions();
        shown.royaltyBps = 0;
        IAssetRegistry.Parent[] memory children = only(acquireFrom(remixerKey, remixer, offer, shown));
        bytes32 grandchild = derive("a grandchild", derivation(children));
        assertEq(registry.deed(grandchild).flags, DERIVATIVE | RECIPROCAL);
        assertEq(registry.derivative(grandchild).termsHash, "terms");
    }

    // ---- revenue ceilings ----

    function test_TheLowerCeilingHolds() public {
        bytes32 id = derive(ceilings(1_000, 400));
        assertEq(registry.deed(id).flags, DERIVATIVE | CEILING);
        assertEq(registry.derivative(id).revenueCeiling, 400);
        assertEq(registry.derivative(id).ceilingCurrency, address(dollar));
        id = derive("a second", derivation(ceilings(400, 1_000)));
        assertEq(registry.derivative(id).revenueCeiling, 400);
        id = derive("a third", derivation(ceilings(0, 1_000)));
        assertEq(registry.derivative(id).revenueCeiling, 1_000);
        id = derive("a fourth", derivation(ceilings(0, 0)));
        assertEq(registry.deed(id).flags, DERIVATIVE);
    }

    function test_RevertWhen_CeilingsAreInDifferentCurrencies() public {
        IAssetRegistry.Parent[] memory parents = ceilings(1_000, 400);
        ILicenseToken.Offer memory offer = freeTerms();
        (offer.currency, offer.uses) = (address(0), DERIVE);
        parents[1] = acquire(offer, parents[1].conditions);
        refuseDerivative(
            parents, abi.encodeWithSelector(IAssetRegistry.ParentsIncompatible.selector, licenseOf(parents[1]))
        );
        // Without a ceiling of its own, a parent's currency does not matter.
        ILicenseToken.Conditions memory shown = conditions("no ceiling");
        shown.royaltyBps = 0;
        parents[1] = acquire(offer, shown);
        assertEq(registry.derivative(derive(parents)).ceilingCurrency, address(dollar));
    }

    function test_EverythingAtOnce() public {
        ILicenseToken.Conditions memory shown = conditions();
        (shown.reciprocal, shown.revenueCeiling, shown.approval) = (true, type(uint96).max, true);
        IAssetRegistry.Parent[] memory parents = oneParent(shown);
        parents[0].approval = signed(licensorKey, approvalOf(parents[0], REMIX, remixer));
        bytes32 id = derive(parents);
        assertEq(registry.deed(id).flags, DERIVATIVE | RECIPROCAL | CEILING);
        IAssetRegistry.Derivative memory made = registry.derivative(id);
        assertEq(made.vault, vaultOf(parents));
        assertEq(made.uses, TRAIN | DERIVE);
        assertEq(made.ceilingCurrency, address(dollar));
        assertEq(made.revenueCeiling, type(uint96).max);
        assertEq(made.termsHash, keccak256("terms"));
    }

    // ---- sources ----

    /// @dev Made with licensed tools alone: noted, and otherwise an original, which nobody has a share of.
    function test_OfSourcesAlone() public {
        IAssetRegistry.Derivation memory made;
        (made.split, made.sources) = ("not read", sources(2));
        bytes32 id = keccak256(abi.encode(REMIX, remixer));
        vm.expectEmit(address(registry));
        emit IAssetRegistry.DerivativeRegistered(
            id, address(0), "not read", FOREVER, FOREVER, new IAssetRegistry.Lineage[](0), made.sources
        );
        assertEq(derive(REMIX, made), id);
        assertEq(registry.deed(id).flags, 0);
        assertEq(registry.deed(id).parentsUntil, 0);
        assertMade(id, address(0), 0);

        ILicenseToken.Offer memory offer = remixTerms(id, stranger);
        (offer.uses, offer.duration) = (type(uint32).max, 0);
        sellRemix(offer);
        assertEq(dollar.balanceOf(stranger), PRICE, "paid wherever the offer says");
    }

    /// @dev Sources ask nothing, whatever they permit: their license need only be held, and run.
    function test_ASourceNeedNotPermitDeriving() public {
        IAssetRegistry.Derivation memory made = derivation(oneParent());
        made.sources = new bytes32[](1);
        made.sources[0] = licenseOf(acquire(terms(), conditions()));
        assertEq(licenses.license(made.sources[0]).uses, TRAIN);
        derive(REMIX, made);
    }

    function test_RevertWhen_ASourceIsAnothers() public {
        IAssetRegistry.Derivation memory made;
        made.sources = sources(3);
        vm.prank(remixer);
        licenses.transferFrom(remixer, stranger, uint256(made.sources[1]));
        refuseSource(made, made.sources[1]);
    }

    function test_RevertWhen_ASourceIsUnknown() public {
        IAssetRegistry.Derivation memory made;
        made.sources = new bytes32[](1);
        refuseDerivative(made, abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, bytes32(0)));
    }

    function test_RevertWhen_ASourceExpired() public {
        IAssetRegistry.Derivation memory made;
        made.sources = sources(1);
        vm.warp(NOW + DURATION);
        refuseSource(made, made.sources[0]);
        vm.warp(NOW + DURATION - 1);
        derive(REMIX, made);
    }

    /// @dev A metered tool's license runs while its deposit does.
    function test_AMeteredSourceIsFunded() public {
        ILicenseToken.Offer memory offer = terms();
        (offer.kind, offer.transferable) = (ILicenseToken.Kind.Metered, false);
        IAssetRegistry.Parent memory tool = acquire(offer, conditions());
        IAssetRegistry.Derivation memory made;
        made.sources = new bytes32[](1);
        made.sources[0] = licenseOf(tool);
        refuseSource(made, made.sources[0]);
        fund(tool);
        derive(REMIX, made);
    }

    /// @dev A sublicense is a source for as long as its license runs; it is nobody's parent, since no offer proves it.
    function test_ASublicenseIsASourceWhileItsLicenseRuns() public {
        ILicenseToken.Conditions memory shown = conditions();
        (shown.sublicensable, shown.reportWithin) = (true, 1 days);
        IAssetRegistry.Parent memory theirs = acquireFrom(licensorKey, licensee, derivable(), shown);
        vm.prank(licensee);
        bytes32 id = licenses.grantSublicense(
            theirs.grant, shown, ILicenseToken.Sublicense(remixer, DERIVE, uint40(NOW + DURATION), "sub")
        );
        IAssetRegistry.Derivation memory made;
        made.sources = new bytes32[](1);
        made.sources[0] = id;
        derive(REMIX, made);
        vm.warp(NOW + 3 days);
        vm.prank(licensor);
        licenses.revoke(theirs.grant, shown, 0);
        assertEq(licenses.license(id).expires, NOW + DURATION, "its own slot says nothing");
        refuseSource(made, id);
    }

    // ---- helpers ----

    function only(IAssetRegistry.Parent memory parent) private pure returns (IAssetRegistry.Parent[] memory parents) {
        parents = new IAssetRegistry.Parent[](1);
        parents[0] = parent;
    }

    function withShare(IAssetRegistry.Parent memory parent, uint256 index)
        private
        view
        returns (IAssetRegistry.Parent memory)
    {
        parent.share = proof(index);
        return parent;
    }

    function prove(IAssetRegistry.Parent[] memory parents, uint256 index) private view {
        for (uint256 i = 0; i < parents.length; ++i) {
            parents[i].share = proof(index);
        }
    }

    function indexOf(address payee) private view returns (uint256 index) {
        while (payees[index] != payee) ++index;
    }

    /// @dev Licenses of two works, both of which ask 2.5 % for the artist; without a split.
    function twice() private returns (IAssetRegistry.Parent[] memory parents) {
        parents = new IAssetRegistry.Parent[](2);
        ILicenseToken.Offer memory offer = derivable();
        parents[0] = acquire(offer, conditions());
        offer.assetId = registerAs(licensor, "another poem");
        parents[1] = acquire(offer, conditions());
    }

    function reciprocal(bool first, bool second, bytes32 firstTerms, bytes32 secondTerms)
        private
        returns (IAssetRegistry.Parent[] memory parents)
    {
        parents = new IAssetRegistry.Parent[](2);
        ILicenseToken.Offer memory offer = derivable();
        ILicenseToken.Conditions memory shown = conditions();
        (shown.royaltyBps, shown.reciprocal, offer.termsHash) = (0, first, firstTerms);
        parents[0] = acquire(offer, shown);
        shown = conditions();
        (shown.royaltyBps, shown.reciprocal, offer.termsHash) = (0, second, secondTerms);
        parents[1] = acquire(offer, shown);
        giveShares(artist, 1);
    }

    function ceilings(uint96 first, uint96 second) private returns (IAssetRegistry.Parent[] memory parents) {
        parents = new IAssetRegistry.Parent[](2);
        for (uint256 i = 0; i < 2; ++i) {
            ILicenseToken.Conditions memory shown = conditions(bytes32(i));
            (shown.royaltyBps, shown.revenueCeiling) = (0, i == 0 ? first : second);
            parents[i] = acquire(derivable(), shown);
        }
        giveShares(artist, 1);
    }

    function approvalNeeded() private returns (IAssetRegistry.Parent[] memory) {
        ILicenseToken.Conditions memory shown = conditions();
        shown.approval = true;
        return oneParent(shown);
    }

    function approvalHashOf(IAssetRegistry.Parent memory parent, bytes32 content, address registrant)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(APPROVAL_TYPEHASH, licenseOf(parent), content, registrant));
    }

    function approvalOf(IAssetRegistry.Parent memory parent, bytes32 content, address registrant)
        private
        view
        returns (bytes32)
    {
        return typed(CHAIN, address(registry), approvalHashOf(parent, content, registrant));
    }

    /// @dev Licenses to train, of the remixer's.
    function sources(uint256 count) private returns (bytes32[] memory ids) {
        ids = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            ids[i] = licenseOf(acquire(terms(), conditions()));
        }
    }

    /// @dev Opens a metered license's account, and pays a dollar into it.
    function fund(IAssetRegistry.Parent memory parent) private {
        dollar.mint(ledger.open(parent.grant), 1e6);
    }

    function altered(ILicenseToken.Conditions memory shown, uint256 field, uint256 bit)
        private
        pure
        returns (ILicenseToken.Conditions memory)
    {
        uint16[13] memory widths = [16, 96, 1, 1, 1, 1, 32, 16, 16, 160, 56, 32, 256];
        bytes memory words = abi.encode(shown);
        bit %= widths[field % 13];
        assembly ("memory-safe") {
            let at := add(add(words, 0x20), mul(mod(field, 13), 0x20))
            mstore(at, xor(mload(at), shl(bit, 1)))
        }
        return abi.decode(words, (ILicenseToken.Conditions));
    }

    function invalid(uint256 parents, uint256 sources_) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAssetRegistry.ParentsInvalid.selector, parents, 16, sources_, 64);
    }

    function refuseLicense(IAssetRegistry.Parent[] memory parents) private {
        refuseDerivative(
            parents,
            abi.encodeWithSelector(IAssetRegistry.ParentLicenseInvalid.selector, licenseOf(parents[0]), remixer, DERIVE)
        );
    }

    function refuseUnknown(IAssetRegistry.Parent[] memory parents) private {
        refuseDerivative(parents, abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, licenseOf(parents[0])));
    }

    function refuseSource(IAssetRegistry.Derivation memory made, bytes32 id) private {
        refuseDerivative(
            made,
            abi.encodeWithSelector(IAssetRegistry.ParentLicenseInvalid.selector, id, remixer, licenses.license(id).uses)
        );
    }

    function refuseApproval(IAssetRegistry.Parent[] memory parents, address holder) private {
        refuseDerivative(
            parents, abi.encodeWithSelector(IAssetRegistry.ApprovalInvalid.selector, licenseOf(parents[0]), holder)
        );
    }

    function refuseShare(IAssetRegistry.Parent[] memory parents, uint256 which, address payee, uint256 needed) private {
        refuseDerivative(
            parents,
            abi.encodeWithSelector(
                IAssetRegistry.ParentShareTooSmall.selector, licenseOf(parents[which]), payee, needed
            )
        );
    }

    function assertMade(bytes32 id, address vault, uint32 uses) private view {
        IAssetRegistry.Derivative memory made = registry.derivative(id);
        assertEq(made.vault, vault);
        assertEq(made.uses, uses);
        assertEq(made.ceilingCurrency, address(0));
        assertEq(made.revenueCeiling, 0);
        assertEq(made.termsHash, 0);
    }
}
