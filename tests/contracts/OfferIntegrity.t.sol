// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {Vm} from "forge-std/Vm.sol";

import {Base} from "./Base.t.sol";

/// @dev A buyer gets exactly the offer that was signed, on this chain and contract, or a revert.
contract OfferIntegrityTest is Base {
    /// @dev Words of the struct, and their widths in bits; the string stands in word 8.
    uint16[17] private widths = [160, 256, 32, 160, 160, 256, 32, 256, 0, 40, 40, 32, 32, 2, 1, 1, 256];

    // ---- altered offers ----

    /// @dev Any bit of any field: never sold, whatever check notices first; and no two have one hash.
    function testFuzz_RevertWhen_AnyBitIsAltered(uint256 field, uint256 bit) public {
        ILicenseToken.Offer memory offer = terms();
        offer.supply = 7;
        bytes memory signature = signed(offer);
        ILicenseToken.Offer memory altered = flipped(offer, field % 17, bit);
        assertNotEq(hashOf(altered), hashOf(offer));
        assertNotEq(licenses.offerHashOf(altered), licenses.offerHashOf(offer));

        vm.prank(licensee);
        vm.expectRevert();
        licenses.buy(orderOf(altered, signature, licensee, 0));

        vm.prank(licensee);
        licenses.buy(orderOf(offer, signature, licensee, 0));
    }

    /// @dev Each field altered so that every other check passes: the signature alone refuses it.
    function test_RevertWhen_EachFieldIsAltered() public {
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        bytes32 another = registerAs(licensor, "another work");

        offer.assetId = another;
        refuseSignature(offer, signature);
        offer = terms();
        offer.payee = licensee;
        refuseSignature(offer, signature);
        offer = terms();
        offer.currency = address(registry);
        refuseSignature(offer, signature);
        offer = terms();
        offer.price -= 1;
        refuseSignature(offer, signature);
        offer = terms();
        offer.uses |= 512;
        refuseSignature(offer, signature);
        offer = terms();
        offer.termsHash = "other terms";
        refuseSignature(offer, signature);
        offer = terms();
        offer.termsURI = "https://example.org/terms.jso";
        refuseSignature(offer, signature);
        offer = terms();
        offer.start -= 1;
        refuseSignature(offer, signature);
        offer = terms();
        offer.end += 1;
        refuseSignature(offer, signature);
        offer = terms();
        offer.duration += 1;
        refuseSignature(offer, signature);
        offer = terms();
        offer.supply = 1;
        refuseSignature(offer, signature);
        offer = terms();
        offer.kind = ILicenseToken.Kind.Subscription;
        refuseSignature(offer, signature);
        offer = terms();
        offer.exclusive = true;
        refuseSignature(offer, signature);
        offer = terms();
        offer.transferable = false;
        refuseSignature(offer, signature);
        offer = terms();
        offer.conditions = 0;
        refuseSignature(offer, signature);
        refuseSignature(freeTerms(), signature); // free goes with a price of 0
        offer = terms();
        (offer.kind, offer.transferable) = (ILicenseToken.Kind.Metered, false);
        refuseSignature(offer, signature);
    }

    function test_RevertWhen_EpochIsAltered() public {
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        vm.prank(licensor);
        registry.cancelOffers(assetId);
        offer.epoch = 1;
        refuseSignature(offer, signature);
    }

    function test_RevertWhen_LicensorIsAltered() public {
        moveDeed(assetId, licensor, stranger);
        ILicenseToken.Offer memory offer = terms();
        offer.epoch = 1;
        bytes memory signature = signed(offer); // by one who holds the deed no longer
        offer.licensor = stranger;
        refuseSignature(offer, signature);
    }

    // ---- dirty and unusual calldata ----

    /// @dev High bits above a field's width, signed as they stand: refused by the decoder, never sold.
    function testFuzz_RevertWhen_AFieldHasDirtyBits(uint256 field, uint256 bit) public {
        field %= 17;
        if (widths[field] == 256 || field == 8) field = 0;
        bit = bound(bit, widths[field], 255);
        ILicenseToken.Offer memory offer = terms();
        bytes32[17] memory words = wordsOf(offer);
        words[field] |= bytes32(1 << bit);
        bytes32 structHash = keccak256(abi.encodePacked(OFFER_TYPEHASH, hashed(words, offer.termsURI)));
        bytes memory signature = signed(licensorKey, typed(CHAIN, address(licenses), structHash));

        bytes memory call = abi.encodeCall(licenses.buy, (orderOf(offer, signature, licensee, 0)));
        refuseCall(licensee, dirtied(call, 4 + 0xc0, field, bit));
        call = abi.encodeCall(
            licenses.buyWithPermit, (orderOf(offer, signature, licensee, 0), permitFor(licenseeKey, PRICE, NOW))
        );
        refuseCall(licensee, dirtied(call, 4 + 0x140, field, bit));
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](1);
        orders[0] = orderOf(offer, signature, licensee, 0);
        call = abi.encodeCall(licenses.buyBasket, (orders, false));
        refuseCall(licensee, dirtied(call, 4 + 0x120, field, bit));
        call = abi.encodeCall(licenses.buyWithAuthorization, (orders[0], authorizeHash(structHash)));
        refuseCall(licensee, dirtied(call, 4 + 0x180, field, bit));
        call = abi.encodeCall(licenses.publishOffer, (offer, conditions()));
        refuseCall(licensor, dirtied(call, 4 + 0x1c0, field, bit));
        refuseCall(licensor, dirtied(abi.encodeCall(licenses.cancelOffer, (offer)), 4 + 0x20, field, bit));
        refuseCall(licensee, dirtied(abi.encodeCall(licenses.renew, (orders[0])), 4 + 0xc0, field, bit));
        refuseCall(licensee, dirtied(abi.encodeCall(licenses.offerHashOf, (offer)), 4 + 0x20, field, bit));
    }

    /// @dev The licensee pays for one license on the offer with this hash, whatever it stands for.
    function authorizeHash(bytes32 structHash) private view returns (ILicenseToken.Authorization memory) {
        bytes32 id = keccak256(abi.encode(structHash, licensee, bytes32(0)));
        bytes32 nonce =
            keccak256(abi.encode(CHAIN, licenses, ILicenseToken.buyWithAuthorization.selector, id, licensee, PRICE, 1));
        return authorize(licenseeKey, PRICE, NOW - 1, NOW + 1, nonce);
    }

    /// @dev The same for whom the order names, who pays, and by which signature.
    function testFuzz_RevertWhen_AnAddressOfTheOrderHasDirtyBits(uint256 bit) public {
        bit = bound(bit, 160, 255);
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](1);
        orders[0] = orderOf(terms(), signed(terms()), licensee, 0);
        refuseCall(licensee, dirtied(abi.encodeCall(licenses.buy, (orders[0])), 4 + 0x20, 3, bit));
        refuseCall(licensee, dirtied(abi.encodeCall(licenses.buyBasket, (orders, false)), 4 + 0x80, 3, bit));
        bytes memory call =
            abi.encodeCall(licenses.buyWithAuthorization, (orders[0], authorize(licenseeKey, orders[0])));
        refuseCall(relayer, dirtied(bytes.concat(call), 4 + 0xe0, 3, bit));
        refuseCall(relayer, dirtied(bytes.concat(call), 4, 1, bit)); // the payer
        refuseCall(relayer, dirtied(bytes.concat(call), 4, 4, bit - 152)); // `v`, of 8 bits
        vm.prank(relayer);
        (bool ok,) = address(licenses).call(call);
        assertTrue(ok);
    }

    /// @dev The string at an unusual place, with dirt around it: the same offer, and the same event as ever.
    function testFuzz_SoldIsTheSameHoweverTheCallIsLaidOut(uint8 gap, uint8 length, bytes32 dirt) public {
        ILicenseToken.Offer memory offer = terms();
        offer.termsURI = string(filled(length, dirt));
        bytes memory signature = signed(offer);
        uint256 quantity = 1 + gap % 3;
        bytes memory call = laidOut(offer, signature, quantity, gap, dirt);

        vm.recordLogs();
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.prank(licensee);
        (bool ok, bytes memory result) = address(licenses).call(call);
        assertTrue(ok, string(result));
        assertEq(abi.decode(result, (bytes32)), idOf(offer, licensee, "salt"));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs[quantity].topics[0], ILicenseToken.Sold.selector);
        assertEq(logs[quantity].data, abi.encode(licensee, bytes32("salt"), quantity, offer, signature));
        assertNotEq(licenses.head(), licensesBefore);
        assertEq(registry.head(), registryBefore);
    }

    function laidOut(
        ILicenseToken.Offer memory offer,
        bytes memory signature,
        uint256 quantity,
        uint256 gap,
        bytes32 dirt
    ) private view returns (bytes memory) {
        bytes memory head = bytes.concat(
            abi.encodePacked(licenses.buy.selector, uint256(0x20), uint256(0xa0), uint256(0xa0 + 17 * 32), quantity),
            abi.encodePacked(uint256(uint160(licensee)), bytes32("salt"))
        );
        bytes32[17] memory words = wordsOf(offer);
        words[8] = bytes32(17 * 32 + 32 + 96 + gap); // after the signature, and not even at a whole word
        return bytes.concat(
            bytes.concat(head, abi.encodePacked(words)),
            abi.encodePacked(signature.length, signature, filled(31 + gap, dirt)),
            abi.encodePacked(bytes(offer.termsURI).length, offer.termsURI, dirt, dirt)
        );
    }

    /// @dev The event's data, written by hand, is what the ABI says for any lengths.
    function testFuzz_SoldIsEncodedByTheAbi(string calldata uri, bytes calldata signature) public {
        vm.assume(bytes(uri).length <= 1024);
        ILicenseToken.Offer memory offer = terms();
        offer.termsURI = uri;
        vm.prank(licensor);
        licenses.publishOffer(offer, conditions());
        vm.recordLogs();
        vm.prank(licensee);
        licenses.buy(orderOf(offer, signature, licensee, 0));
        assertEq(vm.getRecordedLogs()[1].data, abi.encode(licensee, bytes32(0), 1, offer, signature));
    }

    /// @dev The same where a contract's long signature has passed through memory before.
    function testFuzz_SoldIsEncodedByTheAbiAfterAnApproval(uint8 uriLength, uint16 length, bytes32 dirt) public {
        (Puppet museum, ILicenseToken.Offer memory offer) = museumTerms();
        offer.termsURI = string(filled(uriLength, "https://example.org/terms/of/use"));
        museum.sign(digestOf(offer));
        bytes memory signature = filled(1000 + uint256(length) % 1000, dirt | bytes32(uint256(0x01 << 248 | 0x01)));
        vm.recordLogs();
        vm.prank(licensee);
        licenses.buy(orderOf(offer, signature, licensee, 0));
        assertEq(vm.getRecordedLogs()[1].data, abi.encode(licensee, bytes32(0), 1, offer, signature));
    }

    function test_RevertWhen_TheCallIsCutShort() public {
        bytes memory call = abi.encodeCall(licenses.buy, (orderOf(terms(), signed(terms()), licensee, 0)));
        for (uint256 length = 4; length < call.length - 32; length += 31) {
            bytes memory short = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                short[i] = call[i];
            }
            refuseCall(licensee, short);
        }
    }

    // ---- signatures ----

    function testFuzz_RevertWhen_AnotherSigned(uint256 key) public {
        key = bound(key, 1, 1e50);
        vm.assume(key != licensorKey);
        refuseSignature(terms(), signed(key, digestOf(terms())));
    }

    function testFuzz_RevertWhen_SignatureIsAltered(uint256 bit) public {
        bytes memory signature = signed(terms());
        bit %= signature.length * 8;
        signature[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        refuseSignature(terms(), signature);
    }

    function testFuzz_RevertWhen_SignatureIsNoise(bytes calldata noise) public {
        refuseSignature(terms(), noise);
    }

    function test_RevertWhen_SignedForAnotherChain() public {
        ILicenseToken.Offer memory offer = terms();
        refuseSignature(offer, signed(licensorKey, typed(1, address(licenses), hashOf(offer))));
        bytes memory signature = signed(offer);
        vm.chainId(CHAIN + 1);
        refuseSignature(offer, signature);
        bytes memory there = signed(licensorKey, typed(CHAIN + 1, address(licenses), hashOf(offer)));
        vm.prank(licensee);
        licenses.buy(orderOf(offer, there, licensee, 0));
    }

    function test_RevertWhen_SignedForAnotherContract() public {
        ILicenseToken.Offer memory offer = terms();
        refuseSignature(offer, signed(licensorKey, typed(CHAIN, address(registry), hashOf(offer))));
        refuseSignature(offer, signed(licensorKey, hashOf(offer))); // no domain at all
    }

    /// @dev A personal message over the digest is not the typed data that a wallet shows in words.
    function test_RevertWhen_SignedAsAMessage() public {
        bytes32 message = keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", digestOf(terms())));
        refuseSignature(terms(), signed(licensorKey, message));
    }

    function test_TakesACompactSignature() public {
        bytes memory signature = signedCompact(licensorKey, digestOf(terms()));
        assertEq(signature.length, 64);
        vm.prank(licensee);
        licenses.buy(orderOf(terms(), signature, licensee, 0));
    }

    function test_TakesAContractsApproval() public {
        (Puppet museum, ILicenseToken.Offer memory offer) = museumTerms();
        refuseSignature(offer, "");
        museum.sign(digestOf(offer));
        for (uint256 signing = 1; signing < 4; ++signing) {
            museum.setSigning(Puppet.Signing(signing));
            refuseSignature(offer, "");
        }
        museum.setSigning(Puppet.Signing.Honest);
        vm.prank(licensee);
        bytes32 id = licenses.buy(orderOf(offer, "", licensee, 0));
        assertTrue(licenses.permits(id, TRAIN));
    }

    function test_RevertWhen_AContractApprovedAnotherOffer() public {
        (Puppet museum, ILicenseToken.Offer memory offer) = museumTerms();
        museum.sign(digestOf(offer));
        offer.price -= 1;
        refuseSignature(offer, "");
    }

    // ---- helpers ----

    function museumTerms() private returns (Puppet museum, ILicenseToken.Offer memory offer) {
        museum = new Puppet();
        offer = terms();
        offer.licensor = address(museum);
        offer.assetId = registerAs(address(museum), "a museum's");
    }

    function refuseSignature(ILicenseToken.Offer memory offer, bytes memory signature) private {
        refuse(
            offer,
            signature,
            abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), offer.licensor)
        );
    }

    function refuseCall(address caller, bytes memory call) private {
        vm.prank(caller);
        (bool ok, bytes memory result) = address(licenses).call(call);
        assertFalse(ok);
        assertEq(result.length, 0, "refused while decoding");
    }

    /// @dev The struct's words as the ABI has them.
    function wordsOf(ILicenseToken.Offer memory offer) private pure returns (bytes32[17] memory words) {
        bytes memory encoded = abi.encode(offer);
        for (uint256 i = 0; i < 17; ++i) {
            words[i] = bytes32(word(encoded, 32 + 32 * i));
        }
    }

    function hashed(bytes32[17] memory words, string memory uri) private pure returns (bytes32[17] memory) {
        words[8] = keccak256(bytes(uri));
        return words;
    }

    function flipped(ILicenseToken.Offer memory offer, uint256 field, uint256 bit)
        private
        view
        returns (ILicenseToken.Offer memory)
    {
        if (field == 8) {
            bytes memory uri = bytes.concat(bytes(offer.termsURI));
            bit %= uri.length * 8;
            uri[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
            ILicenseToken.Offer memory altered = abi.decode(abi.encode(offer), (ILicenseToken.Offer));
            altered.termsURI = string(uri);
            return altered;
        }
        bytes memory encoded = abi.encode(offer);
        uint256 at = 32 + 32 * field;
        setWord(encoded, at, word(encoded, at) ^ (1 << (bit % widths[field])));
        return abi.decode(encoded, (ILicenseToken.Offer));
    }

    function dirtied(bytes memory call, uint256 offerAt, uint256 field, uint256 bit)
        private
        pure
        returns (bytes memory)
    {
        uint256 at = offerAt + 32 * field;
        setWord(call, at, word(call, at) ^ (1 << bit));
        return call;
    }

    function word(bytes memory data, uint256 at) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 0x20), at))
        }
    }

    function setWord(bytes memory data, uint256 at, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), at), value)
        }
    }

    function filled(uint256 length, bytes32 with) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            data[i] = with[i % 32];
        }
    }
}
