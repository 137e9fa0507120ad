// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";

import {Base} from "./Base.t.sol";

contract RegisterForTest is Base {
    uint256 private constant DEADLINE = NOW + 1 hours;

    IAssetRegistry.Registration private registration;

    function setUp() public override {
        super.setUp();
        registration = IAssetRegistry.Registration({
            content: keccak256("a catalogue"),
            works: 13,
            documentHash: keccak256("its document"),
            uri: "https://example.org/catalogue.json",
            origin: IAssetRegistry.Origin.AiAssisted
        });
    }

    function test_AnyoneMaySubmit() public {
        bytes memory signature = signed(licensorKey, digest(licensor, DEADLINE));
        bytes32 expected = keccak256(abi.encode(registration.content, licensor));
        vm.expectEmit(address(registry));
        emit IAssetRegistry.AssetRegistered(
            expected,
            licensor,
            registration.content,
            13,
            registration.documentHash,
            registration.uri,
            IAssetRegistry.Origin.AiAssisted
        );
        vm.prank(relayer);
        assertEq(registry.registerFor(licensor, registration, DEADLINE, signature), expected);
        assertEq(registry.ownerOf(uint256(expected)), licensor);
        assertEq(registry.balanceOf(relayer), 0);
    }

    function test_TakesACompactSignature() public {
        bytes memory signature = signedCompact(licensorKey, digest(licensor, DEADLINE));
        assertEq(signature.length, 64);
        registry.registerFor(licensor, registration, DEADLINE, signature);
    }

    function test_TakesAContractsApproval() public {
        Puppet museum = new Puppet();
        museum.sign(digest(address(museum), DEADLINE));
        bytes32 id = registry.registerFor(address(museum), registration, DEADLINE, "");
        assertEq(registry.ownerOf(uint256(id)), address(museum));
    }

    function test_RevertWhen_ContractDoesNotApprove() public {
        Puppet museum = new Puppet();
        for (uint256 signing = 0; signing < 4; ++signing) {
            museum.setSigning(Puppet.Signing(signing));
            refuse(address(museum), DEADLINE, "");
        }
    }

    function test_TakesTheDeadlineItself() public {
        vm.warp(DEADLINE);
        registry.registerFor(licensor, registration, DEADLINE, signed(licensorKey, digest(licensor, DEADLINE)));
    }

    function test_RevertWhen_DeadlineHasPassed() public {
        bytes memory signature = signed(licensorKey, digest(licensor, DEADLINE));
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.RegistrationExpired.selector, DEADLINE, DEADLINE + 1));
        registry.registerFor(licensor, registration, DEADLINE, signature);
    }

    function test_RevertWhen_AnyFieldIsAltered() public {
        bytes memory signature = signed(licensorKey, digest(licensor, DEADLINE));
        refuse(stranger, DEADLINE, signature);
        refuse(licensor, DEADLINE + 1, signature);
        IAssetRegistry.Registration memory original = registration;
        registration.content ^= bytes32(uint256(1));
        refuse(licensor, DEADLINE, signature);
        registration = original;
        registration.works ^= 1;
        refuse(licensor, DEADLINE, signature);
        registration = original;
        registration.documentHash ^= bytes32(uint256(1));
        refuse(licensor, DEADLINE, signature);
        registration = original;
        registration.uri = "https://example.org/catalogue.jsoo";
        refuse(licensor, DEADLINE, signature);
        registration = original;
        registration.origin = IAssetRegistry.Origin.HumanMade;
        refuse(licensor, DEADLINE, signature);
        registration = original;
        registry.registerFor(licensor, registration, DEADLINE, signature);
    }

    function testFuzz_RevertWhen_SignatureIsAltered(uint256 bit) public {
        bytes memory signature = signed(licensorKey, digest(licensor, DEADLINE));
        bit %= signature.length * 8;
        signature[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        refuse(licensor, DEADLINE, signature);
    }

    function test_RevertWhen_SignedByAnother() public {
        refuse(licensor, DEADLINE, signed(strangerKey, digest(licensor, DEADLINE)));
    }

    function test_RevertWhen_SignedForAnotherChainOrContract() public {
        bytes32 structHash = structHashOf(licensor, DEADLINE);
        refuse(licensor, DEADLINE, signed(licensorKey, typed(1, address(registry), structHash)));
        refuse(licensor, DEADLINE, signed(licensorKey, typed(CHAIN, address(licenses), structHash)));
        bytes memory signature = signed(licensorKey, digest(licensor, DEADLINE));
        vm.chainId(CHAIN + 1); // the chain forks away
        refuse(licensor, DEADLINE, signature);
    }

    function test_RevertWhen_RegistrantIsNobody() public {
        refuse(address(0), DEADLINE, "");
        refuse(address(0), DEADLINE, new bytes(65));
    }

    function test_RevertWhen_Replayed() public {
        bytes memory signature = signed(licensorKey, digest(licensor, DEADLINE));
        bytes32 id = registry.registerFor(licensor, registration, DEADLINE, signature);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetAlreadyRegistered.selector, id, licensor));
        registry.registerFor(licensor, registration, DEADLINE, signature);
    }

    function test_RevertWhen_RegistrationItselfIsBad() public {
        registration.documentHash = 0;
        bytes memory signature = signed(licensorKey, digest(licensor, DEADLINE));
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.CatalogDocumentMissing.selector, 13));
        registry.registerFor(licensor, registration, DEADLINE, signature);
    }

    function structHashOf(address registrant, uint256 deadline) private view returns (bytes32) {
        return keccak256(
            abi.encode(
                REGISTRATION_TYPEHASH,
                registrant,
                registration.content,
                registration.works,
                registration.documentHash,
                keccak256(bytes(registration.uri)),
                registration.origin,
                deadline
            )
        );
    }

    function digest(address registrant, uint256 deadline) private view returns (bytes32) {
        return typed(CHAIN, address(registry), structHashOf(registrant, deadline));
    }

    function refuse(address registrant, uint256 deadline, bytes memory signature) private {
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.RegistrationSignatureInvalid.selector, registrant));
        vm.prank(relayer);
        registry.registerFor(registrant, registration, deadline, signature);
    }
}
