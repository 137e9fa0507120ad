// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IErc8432Views} from "contracts/interfaces/IErc8432Views.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";

import {Base} from "./Base.t.sol";

interface IERC165 {
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}

/// @dev What a reader of ERC-8432 learns of Licet. The draft's sentinels for the unknown are written from the draft.
contract Erc8432Test is Base {
    bytes32 private constant NOTHING = keccak256("no deed, no license");
    bytes32 private constant READ_ONLY = "READ_ONLY";

    IErc8432Views private views;

    function setUp() public override {
        super.setUp();
        views = IErc8432Views(deployCode("Erc8432Views.sol:Erc8432Views", abi.encode(registry)));
    }

    // ---- interface ----

    /// @dev With the draft's functions that change things, this interface makes the draft's two ids.
    function test_TheInterfaceIsTheDraftsViews() public pure {
        bytes4 own = type(IErc8432Views).interfaceId;
        bytes4 terms = IErc8432Views.termsExists.selector ^ IErc8432Views.getTerms.selector;
        bytes4 registerTerms = bytes4(
            keccak256(
                "registerTerms((uint64,uint64,bool,bool,bool,bool,bytes32,(uint8,uint8,uint8,uint8),string,bytes32,bytes32,bytes))"
            )
        );
        assertEq(terms ^ registerTerms, bytes4(0x38c7f550));
        string[17] memory writes = [
            "register((bytes32,address,(address,uint256)[],uint256,bytes32,uint8,address,uint256,string,bytes32,((uint256,address,bytes32)[],address,bytes,bytes,bytes32)))",
            "updateMetadata(bytes32,string)",
            "transferOwnership(bytes32,address)",
            "addClaim(bytes32,bytes32,address,bytes,bytes)",
            "revokeClaim(bytes32,bytes32,address)",
            "setTrustedIssuer(bytes32,address,bool)",
            "attachTerms(bytes32,bytes32,bytes)",
            "detachTerms(bytes32,bytes32)",
            "createAgreement((bytes32,bytes32,address,uint8,address,uint256,bytes,bytes32))",
            "acquireAgreement(bytes32,bytes32,bytes,bytes32)",
            "transferAgreement(bytes32,address)",
            "revokeAgreement(bytes32,bytes32)",
            "forceRevokeAgreement(bytes32,bytes32)",
            "freezeAsset(bytes32,bytes32)",
            "unfreezeAsset(bytes32,bytes32)",
            "freezeAgreement(bytes32,bytes32)",
            "unfreezeAgreement(bytes32,bytes32)"
        ];
        bytes4 whole = own ^ terms;
        for (uint256 i = 0; i < writes.length; ++i) {
            whole ^= bytes4(keccak256(bytes(writes[i])));
        }
        assertEq(whole, bytes4(0x72117f80));
    }

    function test_ItSupportsItsOwnInterfaceAndNeitherOfTheDrafts() public view {
        IERC165 adapter = IERC165(address(views));
        assertTrue(adapter.supportsInterface(type(IERC165).interfaceId));
        assertTrue(adapter.supportsInterface(type(IErc8432Views).interfaceId));
        assertFalse(adapter.supportsInterface(0x72117f80));
        assertFalse(adapter.supportsInterface(0x38c7f550));
        assertFalse(adapter.supportsInterface(0xffffffff));
    }

    function test_ItKnowsTheChainThatItWasDeployedOn() public {
        vm.chainId(1);
        assertEq(views.chainId(), CHAIN);
    }

    // ---- assets ----

    function test_ADeedIsAnAssetBoundToItsToken() public view {
        assertTrue(views.assetExists(assetId));
        assertEq(views.ownerOf(assetId), licensor);
        (IErc8432Views.AssetTokenization mode, address collection, uint256 id) = views.tokenizationOf(assetId);
        assertTrue(mode == IErc8432Views.AssetTokenization.ERC721);
        assertEq(collection, address(registry));
        assertEq(id, uint256(assetId));
        (string memory uri, bytes32 contentHash) = views.metadataOf(assetId);
        assertEq(uri, registry.tokenURI(uint256(assetId)));
        assertEq(contentHash, 0);
    }

    function test_TheOwnerIsWhoHoldsTheDeedNow() public {
        moveDeed(assetId, licensor, stranger);
        assertEq(views.ownerOf(assetId), stranger);
    }

    function test_NoDeedIsAnUnknownAsset() public view {
        assertFalse(views.assetExists(NOTHING));
        assertEq(views.ownerOf(NOTHING), address(0));
        (IErc8432Views.AssetTokenization mode, address collection, uint256 id) = views.tokenizationOf(NOTHING);
        assertTrue(mode == IErc8432Views.AssetTokenization.NONE);
        assertEq(collection, address(0));
        assertEq(id, 0);
        (string memory uri, bytes32 contentHash) = views.metadataOf(NOTHING);
        assertEq(uri, "");
        assertEq(contentHash, 0);
    }

    function test_WhatLicetDoesNotRecordIsAbsent() public view {
        (IErc8432Views.Author[] memory authors, uint256 denominator) = views.authorsOf(assetId);
        assertEq(authors.length, 0);
        assertEq(denominator, 0);
        assertEq(views.assetTypeOf(assetId), 0);
        (bytes32[] memory termsIds, bytes[] memory parameters) = views.attachedTermsOf(assetId);
        assertEq(termsIds.length, 0);
        assertEq(parameters.length, 0);
        IErc8432Views.DerivationAttestation memory attestation = views.derivationAttestationOf(assetId);
        IErc8432Views.DerivationAttestation memory absent;
        assertEq(abi.encode(attestation), abi.encode(absent));
    }

    function test_NobodyClaimsAnythingHere() public view {
        (bytes memory data, bytes memory signature, uint64 timestamp, bool revoked) =
            views.getClaim(assetId, keccak256("isrc"), licensor);
        assertEq(data, "");
        assertEq(signature, "");
        assertEq(timestamp, 0);
        assertFalse(revoked);
        assertEq(views.getClaimIssuers(assetId, keccak256("isrc")).length, 0);
        assertFalse(views.isTrustedIssuer(keccak256("isrc"), licensor));
    }

    // ---- lists ----

    function test_RevertWhen_ADeedsLicensesAreCounted() public {
        buy(terms());
        vm.expectRevert(notEnumerable());
        views.agreementCountOf(assetId);
    }

    function test_RevertWhen_ADeedsLicensesAreListed() public {
        vm.expectRevert(notEnumerable());
        views.agreementAtIndex(assetId, 0);
        vm.expectRevert(notEnumerable());
        views.activeAgreementsOf(assetId, 0, 10);
        vm.expectRevert(notEnumerable());
        views.activeAgreementsOf(assetId, licensee, 0, 10);
    }

    function test_NoDeedHasNoLicenses() public view {
        assertEq(views.agreementCountOf(NOTHING), 0);
        assertEq(views.agreementAtIndex(NOTHING, 7), 0);
        (bytes32[] memory ids, uint256 next) = views.activeAgreementsOf(NOTHING, 5, 10);
        assertEq(ids.length, 0);
        assertEq(next, 0);
        (ids, next) = views.activeAgreementsOf(NOTHING, licensee, 5, 10);
        assertEq(ids.length, 0);
        assertEq(next, 0);
    }

    // ---- terms ----

    function test_RevertWhen_TermsAreAskedFor() public {
        assertFalse(views.termsExists(NOTHING));
        vm.expectRevert(abi.encodeWithSelector(IErc8432Views.TermsUnknown.selector, NOTHING));
        views.getTerms(NOTHING);
    }

    // ---- agreements ----

    function test_ALicenseIsAnAgreementBoundToItsToken() public {
        bytes32 id = buy(terms());
        Agreement memory agreement = agreementOf(id);
        assertEq(agreement.party, address(0));
        assertTrue(agreement.mode == IErc8432Views.AgreementTokenization.ERC721);
        assertEq(agreement.collection, address(licenses));
        assertEq(agreement.tokenId, uint256(id));
        assertEq(agreement.expiry, NOW + DURATION);
        assertTrue(agreement.transferable);
        assertFalse(agreement.revocable);
        assertEq(agreement.termsId, 0);
        assertEq(views.getLicensee(id), licensee);
    }

    function test_OnlyTheDayOfASaleIsKnown() public {
        IErc8432Views.AgreementEvidence memory evidence = agreementOf(buy(terms())).evidence;
        assertEq(evidence.createdAt, NOW / 1 days * 1 days);
        assertTrue(evidence.creationMode == IErc8432Views.AgreementCreationMode.ACQUIRE);
        evidence.createdAt = 0;
        evidence.creationMode = IErc8432Views.AgreementCreationMode.GRANT;
        IErc8432Views.AgreementEvidence memory nothing;
        assertEq(abi.encode(evidence), abi.encode(nothing));
    }

    function test_APerpetualLicenseHasNoExpiry() public {
        ILicenseToken.Offer memory offer = terms();
        offer.duration = 0;
        assertEq(agreementOf(buy(offer)).expiry, 0);
    }

    function test_ABoundLicenseIsNotTransferable() public {
        ILicenseToken.Offer memory offer = terms();
        offer.transferable = false;
        assertFalse(agreementOf(buy(offer)).transferable);
    }

    function test_TheAssetIsKnownOnceTheTermsArePinned() public {
        ILicenseToken.Offer memory offer = terms();
        bytes32 id = buy(offer);
        assertEq(agreementOf(id).assetId, 0);
        licenses.pin(ILicenseToken.Grant(offer, licensee, 0), conditions());
        assertEq(agreementOf(id).assetId, assetId);
    }

    function test_ASublicenseIsOfItsLicensesAsset() public {
        (ILicenseToken.Grant memory grant, ILicenseToken.Conditions memory shown) = sublicensable();
        vm.prank(licensee);
        bytes32 id = licenses.grantSublicense(grant, shown, sublicense(stranger));
        licenses.pin(grant, shown);
        Agreement memory agreement = agreementOf(id);
        assertEq(agreement.assetId, assetId);
        assertTrue(agreement.evidence.creationMode == IErc8432Views.AgreementCreationMode.GRANT);
        assertTrue(views.isActiveAgreementHolder(id, assetId, stranger));
    }

    function test_NoLicenseIsAnUnknownAgreement() public view {
        Agreement memory nothing;
        assertEq(abi.encode(agreementOf(NOTHING)), abi.encode(nothing));
        assertEq(views.getLicensee(NOTHING), address(0));
        assertFalse(views.isAgreementActive(NOTHING));
        assertFalse(views.isActiveAgreementHolder(NOTHING, assetId, licensee));
        assertFalse(views.isActiveAgreementHolder(NOTHING, 0, address(0)));
    }

    // ---- activity ----

    function test_ALicenseIsActiveUntilItExpires() public {
        bytes32 id = buy(terms());
        assertTrue(views.isAgreementActive(id));
        vm.warp(NOW + DURATION - 1);
        assertTrue(views.isAgreementActive(id));
        vm.warp(NOW + DURATION);
        assertFalse(views.isAgreementActive(id));
    }

    function test_ARevokedLicenseIsNotActive() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.reportWithin = 1 days;
        ILicenseToken.Offer memory offer = terms();
        offer.conditions = hashOf(shown);
        bytes32 id = buy(offer);
        vm.warp(NOW + 3 days);
        vm.prank(licensor);
        licenses.revoke(ILicenseToken.Grant(offer, licensee, 0), shown, 0);
        assertFalse(views.isAgreementActive(id));
        assertEq(agreementOf(id).expiry, NOW + 3 days);
    }

    function test_AMeteredLicenseIsActiveWhileItsDepositLasts() public {
        ILicenseToken.Offer memory offer = terms();
        (offer.kind, offer.transferable) = (ILicenseToken.Kind.Metered, false);
        bytes32 id = buy(offer);
        assertFalse(views.isAgreementActive(id));
        vm.startPrank(licensee);
        dollar.approve(address(ledger), PRICE);
        ledger.deposit(ILicenseToken.Grant(offer, licensee, 0), PRICE);
        assertTrue(views.isAgreementActive(id));
    }

    function test_AnActivityThatCannotBeAskedIsNone() public {
        bytes32 id = buy(terms());
        vm.mockCallRevert(address(licenses), abi.encodeWithSelector(ILicenseToken.permits.selector), "");
        assertFalse(views.isAgreementActive(id));
    }

    function test_TheHolderOfAPinnedLicenseIsAnActiveHolder() public {
        bytes32 id = pinned();
        assertTrue(views.isActiveAgreementHolder(id, assetId, licensee));
        vm.prank(licensee);
        licenses.transferFrom(licensee, stranger, uint256(id));
        assertFalse(views.isActiveAgreementHolder(id, assetId, licensee));
        assertTrue(views.isActiveAgreementHolder(id, assetId, stranger));
    }

    function test_AnExpiredLicenseHasNoActiveHolder() public {
        bytes32 id = pinned();
        vm.warp(NOW + DURATION);
        assertFalse(views.isActiveAgreementHolder(id, assetId, licensee));
    }

    function test_AnotherAssetsLicenseDoesNotCount() public {
        bytes32 id = pinned();
        bytes32 another = registerAs(stranger, WORK);
        assertFalse(views.isActiveAgreementHolder(id, another, licensee));
    }

    function test_AnUnpinnedLicenseIsOfNoAsset() public {
        bytes32 id = buy(terms());
        assertFalse(views.isActiveAgreementHolder(id, assetId, licensee));
        assertFalse(views.isActiveAgreementHolder(id, 0, licensee));
    }

    // ---- nothing is done here ----

    function test_NothingCanBeDoneHere() public view {
        IErc8432Views.RegistrationParams memory params;
        (bool ok, bytes32 reason) = views.canRegister(licensor, params);
        denied(ok, reason);
        (ok, reason) = views.canUpdateMetadata(assetId, "ipfs://other");
        denied(ok, reason);
        (ok, reason) = views.canTransferAsset(assetId, licensor, stranger);
        denied(ok, reason);
        (ok, reason) = views.canTransferAgreement(NOTHING, licensee, stranger);
        denied(ok, reason);
        (ok, reason) = views.canAttachTerms(assetId, NOTHING, "");
        denied(ok, reason);
        (ok, reason) = views.canDetachTerms(assetId, NOTHING);
        denied(ok, reason);
        (ok, reason) = views.canLicense(assetId, NOTHING, licensee, "", 0);
        denied(ok, reason);
        (ok, reason) = views.canRevoke(NOTHING, licensor, 0);
        denied(ok, reason);
        (ok, reason) = views.canDerive(assetId, licensee);
        denied(ok, reason);
    }

    // ---- helpers ----

    struct Agreement {
        bytes32 assetId;
        bytes32 termsId;
        address party;
        IErc8432Views.AgreementTokenization mode;
        address collection;
        uint256 tokenId;
        IErc8432Views.AgreementEvidence evidence;
        uint64 expiry;
        bool transferable;
        bool revocable;
    }

    /// @dev Ten results, decoded as the struct that has the same words: more than the stack holds.
    function agreementOf(bytes32 id) private view returns (Agreement memory) {
        (bool done, bytes memory words) = address(views).staticcall(abi.encodeCall(IErc8432Views.agreementOf, (id)));
        assertTrue(done);
        assertEq(words.length, 16 * 32);
        return abi.decode(words, (Agreement));
    }

    function pinned() private returns (bytes32 id) {
        ILicenseToken.Offer memory offer = terms();
        id = buy(offer);
        licenses.pin(ILicenseToken.Grant(offer, licensee, 0), conditions());
    }

    function sublicensable() private returns (ILicenseToken.Grant memory grant, ILicenseToken.Conditions memory shown) {
        shown = conditions();
        shown.sublicensable = true;
        ILicenseToken.Offer memory offer = terms();
        offer.conditions = hashOf(shown);
        buy(offer);
        grant = ILicenseToken.Grant(offer, licensee, 0);
    }

    function sublicense(address to) private pure returns (ILicenseToken.Sublicense memory) {
        return ILicenseToken.Sublicense({licensee: to, uses: TRAIN, expires: uint40(NOW + 1 days), salt: 0});
    }

    function notEnumerable() private view returns (bytes memory) {
        return abi.encodeWithSelector(IErc8432Views.NotEnumerable.selector, assetId);
    }

    function denied(bool ok, bytes32 reason) private pure {
        assertFalse(ok);
        assertEq(reason, READ_ONLY);
    }
}
