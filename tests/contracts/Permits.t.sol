// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {ERC721} from "solady/tokens/ERC721.sol";

import {Base} from "./Base.t.sol";
import {Catalog} from "./helpers/Catalog.sol";

/// @dev What a license permits, until when, of what; and who may move it.
contract PermitsTest is Base {
    // ---- time and uses ----

    function testFuzz_PermitsUntilTheLastSecond(uint32 duration) public {
        ILicenseToken.Offer memory offer = terms();
        offer.duration = uint32(bound(duration, 1, type(uint32).max));
        bytes32 id = buy(offer);
        assertTrue(licenses.permits(id, TRAIN));
        vm.warp(NOW + offer.duration - 1);
        assertTrue(licenses.permits(id, TRAIN));
        vm.warp(NOW + offer.duration);
        assertFalse(licenses.permits(id, TRAIN));
        vm.warp(NOW + uint256(offer.duration) + 1);
        assertFalse(licenses.permits(id, TRAIN));
        assertEq(licenses.license(id).holder, licensee, "an expired license is still somebody's");
    }

    function test_PerpetualIsPerpetual() public {
        ILicenseToken.Offer memory offer = terms();
        offer.duration = 0;
        bytes32 id = buy(offer);
        assertEq(licenses.license(id).expires, type(uint40).max);
        vm.warp(NOW + 10_000 * 365 days);
        assertTrue(licenses.permits(id, TRAIN));
    }

    function testFuzz_PermitsExactlyTheUsesSold(uint32 sold, uint32 asked) public {
        ILicenseToken.Offer memory offer = terms();
        vm.assume(sold != 0);
        offer.uses = sold;
        bytes32 id = buy(offer);
        assertEq(licenses.permits(id, asked), asked != 0 && asked & ~sold == 0);
    }

    function testFuzz_AnUnknownLicensePermitsNothing(bytes32 id, uint32 uses) public {
        assertFalse(licenses.permits(id, uses));
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, id));
        licenses.license(id);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, id));
        licenses.tokenURI(uint256(id));
    }

    function test_PermitsReadsOneSlot() public {
        bytes32 id = buy(terms());
        vm.record();
        licenses.permits(id, TRAIN);
        (bytes32[] memory reads, bytes32[] memory writes) = vm.accesses(address(licenses));
        assertEq(reads.length, 1);
        assertEq(writes.length, 0);
    }

    // ---- of an asset ----

    function test_PermitsItsOwnAssetOnly() public {
        ILicenseToken.Grant memory grant = granted(terms());
        assertTrue(licenses.permitsAsset(grant, TRAIN, assetId));
        assertFalse(licenses.permitsAsset(grant, TRAIN | 1, assetId));
        assertFalse(licenses.permitsAsset(grant, TRAIN, registerAs(licensor, "another")));
        vm.warp(NOW + DURATION);
        assertFalse(licenses.permitsAsset(grant, TRAIN, assetId));
    }

    function test_AnAlteredGrantPermitsNothing() public {
        ILicenseToken.Grant memory grant = granted(terms());
        grant.salt = "other";
        assertFalse(licenses.permitsAsset(grant, TRAIN, assetId));
        (grant.salt, grant.licensee) = (0, stranger);
        assertFalse(licenses.permitsAsset(grant, TRAIN, assetId));
        (grant.licensee, grant.offer.uses) = (licensee, TRAIN | 512);
        assertFalse(licenses.permitsAsset(grant, TRAIN, assetId));
        (grant.offer.uses, grant.offer.assetId) = (TRAIN, keccak256("another"));
        assertFalse(licenses.permitsAsset(grant, TRAIN, keccak256("another")));
    }

    // ---- of a work ----

    function test_PermitsASingleWork() public {
        ILicenseToken.Grant memory grant = granted(terms());
        bytes32[] memory none;
        assertTrue(licenses.permitsWork(grant, TRAIN, WORK, licensor, none, 0));
        assertFalse(licenses.permitsWork(grant, TRAIN | 1, WORK, licensor, none, 0));
        assertFalse(licenses.permitsWork(grant, TRAIN, WORK, stranger, none, 0));
        assertFalse(licenses.permitsWork(grant, TRAIN, keccak256("another"), licensor, none, 0));
        vm.warp(NOW + DURATION);
        assertFalse(licenses.permitsWork(grant, TRAIN, WORK, licensor, none, 0));
    }

    function testFuzz_PermitsEachWorkOfACatalogue(uint256 seed, uint256 size, uint256 index) public {
        size = bound(size, 1, 40);
        (bytes32[] memory works, ILicenseToken.Grant memory grant) = catalogue(seed, size);
        index %= size;
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works, index);
        assertTrue(licenses.permitsWork(grant, TRAIN, works[index], licensor, siblings, sides));
        assertFalse(licenses.permitsWork(grant, TRAIN | 512, works[index], licensor, siblings, sides));
        assertFalse(licenses.permitsWork(grant, TRAIN, keccak256("foreign"), licensor, siblings, sides));
        assertFalse(licenses.permitsWork(grant, TRAIN, works[index], stranger, siblings, sides));
        uint256 wrong = siblings.length == 0 ? 0 : sides ^ (1 << (seed % siblings.length));
        if (siblings.length != 0) {
            assertFalse(licenses.permitsWork(grant, TRAIN, works[index], licensor, siblings, wrong));
        }
    }

    /// @dev Inner nodes, hashes of leaves, shortened and lengthened paths: none passes for a work.
    function test_NoNodeOfTheTreePassesForAWork() public {
        (bytes32[] memory works, ILicenseToken.Grant memory grant) = catalogue(1, 4);
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works, 0);
        bytes32[] memory level = Catalog.leaves(works);
        bytes32[] memory nodes = Catalog.above(level);
        bytes32[] memory none;
        bytes32[] memory upper = new bytes32[](1);
        upper[0] = nodes[1];
        assertFalse(licenses.permitsWork(grant, TRAIN, nodes[0], licensor, upper, 0), "inner node");
        assertFalse(licenses.permitsWork(grant, TRAIN, level[0], licensor, siblings, sides), "leaf's hash");
        assertFalse(licenses.permitsWork(grant, TRAIN, works[0], licensor, none, 0), "no path");
        assertFalse(licenses.permitsWork(grant, TRAIN, works[0], licensor, upper, 0), "short path");
        bytes32[] memory longer = new bytes32[](3);
        (longer[0], longer[1]) = (siblings[0], siblings[1]);
        assertFalse(licenses.permitsWork(grant, TRAIN, works[0], licensor, longer, sides), "long path");
        assertTrue(licenses.permitsWork(grant, TRAIN, works[0], licensor, siblings, sides));
    }

    // ---- whose it is ----

    function test_TransfersWhereTheOfferSaysSo() public {
        bytes32 id = buy(terms());
        vm.expectEmit(address(licenses));
        emit IERC721.Transfer(licensee, stranger, uint256(id));
        vm.prank(licensee);
        licenses.transferFrom(licensee, stranger, uint256(id));
        ILicenseToken.License memory license = licenses.license(id);
        assertEq(license.holder, stranger);
        assertEq(license.expires, NOW + DURATION);
        assertEq(license.uses, TRAIN);
        assertTrue(licenses.permits(id, TRAIN));
        assertTrue(licenses.permitsAsset(ILicenseToken.Grant(terms(), licensee, 0), TRAIN, assetId));
    }

    function test_RevertWhen_ABoundLicenseIsMoved() public {
        ILicenseToken.Offer memory offer = terms();
        offer.transferable = false;
        bytes32 id = buy(offer);
        assertTrue(licenses.license(id).bound);
        bytes memory reason = abi.encodeWithSelector(ILicenseToken.LicenseNotTransferable.selector, id);
        vm.startPrank(licensee);
        licenses.approve(marketplace, uint256(id));
        vm.expectRevert(reason);
        licenses.transferFrom(licensee, stranger, uint256(id));
        vm.expectRevert(reason);
        licenses.safeTransferFrom(licensee, stranger, uint256(id));
        vm.expectRevert(reason);
        licenses.safeTransferFrom(licensee, stranger, uint256(id), "");
        vm.stopPrank();
        vm.prank(marketplace);
        vm.expectRevert(reason);
        licenses.transferFrom(licensee, marketplace, uint256(id));
        vm.warp(NOW + DURATION);
        vm.prank(licensee);
        vm.expectRevert(reason);
        licenses.transferFrom(licensee, stranger, uint256(id));
    }

    function test_RevertWhen_AStrangerMovesALicense() public {
        bytes32 id = buy(terms());
        address[3] memory others = [stranger, licensor, address(registry)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.startPrank(others[i]);
            vm.expectRevert(ERC721.NotOwnerNorApproved.selector);
            licenses.transferFrom(licensee, others[i], uint256(id));
            vm.expectRevert(ERC721.NotOwnerNorApproved.selector);
            licenses.approve(others[i], uint256(id));
            vm.stopPrank();
        }
    }

    function test_RevertWhen_ALicenseIsBurned() public {
        bytes32 id = buy(terms());
        vm.prank(licensee);
        vm.expectRevert(ERC721.TransferToZeroAddress.selector);
        licenses.transferFrom(licensee, address(0), uint256(id));
    }

    function test_IsAnErc721WithMetadata() public {
        bytes32 id = buy(terms());
        assertEq(licenses.name(), "Licet Licenses");
        assertEq(licenses.symbol(), "LICENSE");
        assertTrue(licenses.supportsInterface(0x80ac58cd));
        string memory json = string.concat(
            '{"name":"Licet license ',
            vm.toString(id),
            '","description":"Permission for stated uses of an asset.","attributes":[{"trait_type":"uses","value":"0x06"},',
            '{"trait_type":"expires","display_type":"date","value":',
            vm.toString(NOW + DURATION),
            '},{"trait_type":"transferable","value":"yes"}]}'
        );
        assertEq(licenses.tokenURI(uint256(id)), string.concat("data:application/json;base64,", vm.toBase64(json)));
    }

    // ---- helpers ----

    function granted(ILicenseToken.Offer memory offer) private returns (ILicenseToken.Grant memory) {
        buy(offer);
        return ILicenseToken.Grant({offer: offer, licensee: licensee, salt: 0});
    }

    function catalogue(uint256 seed, uint256 size)
        private
        returns (bytes32[] memory works, ILicenseToken.Grant memory grant)
    {
        works = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            works[i] = keccak256(abi.encode(seed, i));
        }
        ILicenseToken.Offer memory offer = terms();
        vm.prank(licensor);
        offer.assetId = registry.register(
            IAssetRegistry.Registration({
                content: Catalog.root(works),
                works: uint64(size),
                documentHash: "document",
                uri: "",
                origin: IAssetRegistry.Origin.HumanMade
            })
        );
        grant = granted(offer);
    }
}
