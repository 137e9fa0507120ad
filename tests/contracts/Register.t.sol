// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";

import {Base} from "./Base.t.sol";

contract RegisterTest is Base {
    function test_GivesTheRegistrantADeed() public {
        bytes32 content = keccak256("a picture");
        bytes32 expected = keccak256(abi.encode(content, artist));
        IAssetRegistry.Registration memory registration = IAssetRegistry.Registration({
            content: content,
            works: 0,
            documentHash: keccak256("metadata"),
            uri: "https://example.org/picture.json",
            origin: IAssetRegistry.Origin.HumanMade
        });

        vm.expectEmit(address(registry));
        emit IERC721.Transfer(address(0), artist, uint256(expected));
        vm.expectEmit(address(registry));
        emit IAssetRegistry.AssetRegistered(
            expected, artist, content, 0, keccak256("metadata"), registration.uri, IAssetRegistry.Origin.HumanMade
        );
        vm.prank(artist);
        bytes32 id = registry.register(registration);

        assertEq(id, expected);
        assertEq(registry.assetIdOf(content, artist), expected);
        assertEq(registry.ownerOf(uint256(id)), artist);
        assertEq(registry.balanceOf(artist), 1);
        IAssetRegistry.Deed memory deed = registry.deed(id);
        assertEq(deed.holder, artist);
        assertEq(deed.epoch, 0);
        assertEq(deed.exclusiveUntil, 0);
        assertEq(deed.parentsUntil, 0);
        assertEq(deed.flags, 0);
        assertEq(registry.deedState(id), uint160(artist));
    }

    function testFuzz_RegistersACatalogueOfAnySize(
        bytes32 root,
        uint64 works,
        bytes32 document,
        address registrant,
        uint8 how
    ) public {
        vm.assume(root != 0 && document != 0 && registrant != address(0));
        IAssetRegistry.Origin origin = IAssetRegistry.Origin(how % 4);
        IAssetRegistry.Registration memory registration = IAssetRegistry.Registration({
            content: root, works: works, documentHash: document, uri: "ipfs://x", origin: origin
        });
        bytes32 expected = keccak256(abi.encode(root, registrant));
        vm.expectEmit(address(registry));
        emit IAssetRegistry.AssetRegistered(expected, registrant, root, works, document, "ipfs://x", origin);
        vm.prank(registrant);
        assertEq(registry.register(registration), expected);
    }

    function test_SquattingBlocksNobody() public {
        bytes32 content = keccak256("seen in the mempool");
        bytes32 squatted = registerAs(stranger, content);
        bytes32 honest = registerAs(artist, content);
        assertNotEq(squatted, honest);
        assertEq(registry.ownerOf(uint256(squatted)), stranger);
        assertEq(registry.ownerOf(uint256(honest)), artist);
    }

    function test_AcceptsTheLongestUri() public {
        IAssetRegistry.Registration memory registration = work(keccak256("long"));
        registration.uri = string(new bytes(1024));
        registry.register(registration);
    }

    function test_RevertWhen_UriIsTooLong() public {
        IAssetRegistry.Registration memory registration = work(keccak256("long"));
        registration.uri = string(new bytes(1025));
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.UriTooLong.selector, 1025, 1024));
        registry.register(registration);
    }

    function test_RevertWhen_ContentIsZero() public {
        vm.expectRevert(IAssetRegistry.ContentMissing.selector);
        registry.register(work(0));
    }

    function testFuzz_RevertWhen_CatalogueHasNoDocument(uint64 works) public {
        vm.assume(works != 0);
        IAssetRegistry.Registration memory registration = work(keccak256("catalogue"));
        registration.works = works;
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.CatalogDocumentMissing.selector, works));
        registry.register(registration);
    }

    function test_RevertWhen_RegisteredBefore() public {
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetAlreadyRegistered.selector, assetId, licensor));
        registerAs(licensor, WORK);
    }

    /// @dev Whoever sold a deed cannot make the same one again.
    function test_RevertWhen_RegisteredBeforeAndSold() public {
        moveDeed(assetId, licensor, stranger);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetAlreadyRegistered.selector, assetId, licensor));
        registerAs(licensor, WORK);
    }

    function test_RevertWhen_CoinIsSentAlong() public {
        (bool ok,) = address(registry).call{value: 1}(abi.encodeCall(registry.register, (work(keccak256("paid")))));
        assertFalse(ok);
    }

    function test_RevertWhen_AssetIsUnknown() public {
        bytes32 unknown = keccak256("nobody's");
        bytes memory reason = abi.encodeWithSelector(IAssetRegistry.AssetNotRegistered.selector, unknown);
        vm.expectRevert(reason);
        registry.deedState(unknown);
        vm.expectRevert(reason);
        registry.deed(unknown);
        vm.expectRevert(reason);
        registry.cancelOffers(unknown);
        vm.expectRevert(reason);
        registry.tokenURI(uint256(unknown));
    }

    function test_NamesTheSystem() public view {
        assertEq(registry.licenseToken(), address(licenses));
        assertEq(registry.vaultFactory(), address(factory));
        assertEq(registry.deploymentBlock(), block.number);
        assertEq(licenses.registry(), address(registry));
        assertEq(registry.usageLedger(), address(ledger));
        assertEq(registry.statementEscrow(), address(escrow));
        assertEq(registry.disputeDesk(), address(desk));
    }

    function test_IsAnErc721WithMetadata() public view {
        assertEq(registry.name(), "Licet Assets");
        assertEq(registry.symbol(), "ASSET");
        assertTrue(registry.supportsInterface(0x01ffc9a7), "ERC-165");
        assertTrue(registry.supportsInterface(0x80ac58cd), "ERC-721");
        assertTrue(registry.supportsInterface(0x5b5e139f), "ERC-721 metadata");
        assertFalse(registry.supportsInterface(0xffffffff));
    }

    function test_MetadataComesFromTheSlot() public {
        moveDeed(assetId, licensor, stranger);
        string memory json = string.concat(
            '{"name":"Licet asset ',
            vm.toString(assetId),
            '","description":"Title deed to a work or a catalogue of works.","attributes":[{"trait_type":"epoch","value":1}',
            ',{"trait_type":"exclusive until","display_type":"date","value":0}',
            ',{"trait_type":"licenses end by","display_type":"date","value":0},{"trait_type":"flags","value":0}]}'
        );
        assertEq(registry.tokenURI(uint256(assetId)), string.concat("data:application/json;base64,", vm.toBase64(json)));
    }
}
