// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IUsageLedger} from "contracts/interfaces/IUsageLedger.sol";
import {GreedyPayee} from "contracts/mocks/BadPayees.sol";

import {Base} from "./Base.t.sol";
import {Catalog} from "./helpers/Catalog.sol";
import {Split} from "./helpers/Split.sol";
import {ILicenses} from "./helpers/System.sol";

/// @dev An account whose signatures are its owner's over any digest, as ERC-1271's reference has it.
contract OwnedAccount {
    address private immutable _owner;

    constructor(address owner) {
        _owner = owner;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (bytes32 r, bytes32 s) = abi.decode(signature[:64], (bytes32, bytes32));
        return
            ecrecover(digest, uint8(signature[64]), r, s) == _owner
                ? this.isValidSignature.selector
                : bytes4(0xffffffff);
    }
}

/// @dev Says yes to every signature, or answers with half a megabyte.
contract LyingSigner {
    bool private immutable _bomb;

    constructor(bool bomb) {
        _bomb = bomb;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        if (_bomb) {
            assembly {
                return(0, 500000)
            }
        }
        return this.isValidSignature.selector;
    }
}

/// @dev Asked for a signature, makes a call first.
contract ReenteringSigner {
    ILicenses private immutable _licenses;
    bytes private _call;

    constructor(ILicenses licenses) {
        _licenses = licenses;
    }

    function prepare(bytes calldata call_) external {
        _call = call_;
    }

    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        (bool ok,) = address(_licenses).call(_call);
        if (ok) return 0xffffffff;
        return this.isValidSignature.selector;
    }
}

/// @dev What was found in others' signatures, proofs and proxies, tried on these contracts (see
/// `PublishedFindingsSales`).
contract PublishedFindingsSignaturesTest is Base {
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    bytes32 private constant CLAIM_TO_TYPEHASH =
        keccak256("ClaimTo(address payee,address token,address to,uint256 releasedTo,uint256 deadline)");
    bytes32 private constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 licenseId,uint256 units)");

    // ---- the sender ----

    /// @dev An address at the end of the call, put there through a batch, passes for the sender. OpenZeppelin's
    /// ERC2771Context with Multicall (December 2023).
    function test_SenderSpoofedInTheCall() public {
        bytes memory cancel = abi.encodeCall(registry.cancelOffers, (assetId));
        vm.startPrank(stranger);
        (bool ok, bytes memory answer) = address(registry).call(bytes.concat(cancel, bytes20(licensor)));
        assertFalse(ok);
        assertEq(answer, abi.encodeWithSelector(IAssetRegistry.NotDeedHolder.selector, assetId, stranger, licensor));
        bytes[] memory batch = new bytes[](1);
        batch[0] = bytes.concat(cancel, bytes20(licensor));
        address[7] memory system = [
            address(registry),
            address(licenses),
            address(factory),
            address(ledger),
            address(escrow),
            address(desk),
            factory.implementation()
        ];
        for (uint256 i = 0; i < system.length; ++i) {
            (ok,) = system[i].call(abi.encodeWithSignature("multicall(bytes[])", batch));
            assertFalse(ok, "there is no batch of calls");
            (ok,) = system[i].call(abi.encodeWithSignature("isTrustedForwarder(address)", stranger));
            assertFalse(ok, "nor a forwarder");
        }
        assertEq(epochOf(assetId), 0);
    }

    /// @dev Whoever initializes an implementation that nobody did takes it over. OpenZeppelin's UUPSUpgradeable,
    /// CVE-2021-41264 (2021).
    function test_ImplementationTakenOver() public {
        IRoyaltyVault vault = vaultOfThree();
        dollar.mint(address(vault), 1_000);
        address[4] memory targets = [factory.implementation(), address(vault), ledger.purseCode(), ledger.open(meter())];
        bytes[5] memory calls = [
            abi.encodeWithSignature("initialize()"),
            abi.encodeWithSignature("initialize(bytes32)", bytes32("root")),
            abi.encodeWithSignature("initialize(address)", stranger),
            abi.encodeWithSignature("upgradeToAndCall(address,bytes)", stranger, ""),
            abi.encodeWithSignature("transferOwnership(address)", stranger)
        ];
        vm.startPrank(stranger);
        for (uint256 i = 0; i < targets.length; ++i) {
            assertGt(targets[i].code.length, 0);
            for (uint256 j = 0; j < calls.length; ++j) {
                (bool ok,) = targets[i].call(calls[j]);
                assertFalse(ok);
            }
        }
        assertEq(vault.claim(address(dollar), shareOf(0)), 500);
    }

    // ---- one signature, several forms ----

    /// @dev A signature that was used is used again in its compact form of 64 bytes. OpenZeppelin's ECDSA,
    /// GHSA-4h98-2769-gh6h (2022).
    function test_CompactFormReplayed() public {
        replayAll(true);
    }

    /// @dev Or with the other s. Class of finding.
    function test_OtherSReplayed() public {
        replayAll(false);
    }

    /// @dev Everything that is signed here, used once, and then in another form.
    function replayAll(bool compact) private {
        ILicenseToken.Offer memory offer = terms();
        (offer.supply, offer.price, offer.kind) = (2, 0, ILicenseToken.Kind.Free);
        bytes32 digest = digestOf(offer);
        vm.startPrank(licensee);
        bytes32 id = licenses.buy(orderOf(offer, signed(licensorKey, digest), licensee, 0));
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, id));
        licenses.buy(orderOf(offer, again(licensorKey, digest, compact), licensee, 0));
        assertEq(licenses.offerState(hashOf(offer)).sold, 1);
        vm.stopPrank();
        vm.prank(licensor);
        licenses.cancelOffer(offer); // by its hash, whatever its signature
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.OfferIsCancelled.selector, hashOf(offer)));
        licenses.buy(orderOf(offer, again(licensorKey, digest, compact), licensee, "another"));

        digest = registrationDigest(licensor, address(registry), CHAIN);
        id = registry.registerFor(licensor, work("a song"), NOW, signed(licensorKey, digest));
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AssetAlreadyRegistered.selector, id, licensor));
        registry.registerFor(licensor, work("a song"), NOW, again(licensorKey, digest, compact));

        ILicenseToken.Grant memory grant = meter();
        id = idOf(grant.offer, licensee, "meter");
        digest = typed(CHAIN, address(ledger), keccak256(abi.encode(VOUCHER_TYPEHASH, id, 10)));
        ledger.settle(grant, conditions(), 10, 10, signed(licenseeKey, digest));
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.VoucherSpent.selector, id, 10, 10));
        ledger.settle(grant, conditions(), 10, 10, again(licenseeKey, digest, compact));

        IRoyaltyVault vault = vaultOfThree();
        dollar.mint(address(vault), 1_000);
        digest = claimDigest(vault, CHAIN);
        vault.claimTo(address(dollar), marketplace, shareOf(1), NOW, signed(licensorKey, digest));
        dollar.mint(address(vault), 1_000);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ClaimSignatureInvalid.selector, licensor));
        vault.claimTo(address(dollar), marketplace, shareOf(1), NOW, again(licensorKey, digest, compact));
    }

    function again(uint256 key, bytes32 digest, bool compact) private pure returns (bytes memory) {
        if (compact) return signedCompact(key, digest);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
    }

    /// @dev A signature that recovers to nobody is the zero address's. Class of finding.
    function test_NobodysSignature() public {
        bytes memory nobodys = abi.encodePacked(bytes32(0), bytes32(0), uint8(27));
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.RegistrationSignatureInvalid.selector, address(0)));
        registry.registerFor(address(0), work("a song"), NOW, nobodys);
        ILicenseToken.Offer memory offer = terms();
        refuse(
            offer,
            nobodys,
            abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), licensor)
        );
        // Not even where the licensor's agent is nobody.
        vm.prank(licensor);
        licenses.appointAgent(address(0), PERPETUAL);
        refuse(
            offer,
            nobodys,
            abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), licensor)
        );
    }

    // ---- replay ----

    /// @dev Signed on one chain, used on another, or on the other side of a fork. Class of finding.
    function test_ReplayedOnAnotherChain() public {
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        bytes memory registration = signed(licensorKey, registrationDigest(licensor, address(registry), CHAIN));
        IRoyaltyVault vault = vaultOfThree();
        dollar.mint(address(vault), 1_000);
        bytes memory claim = signed(licensorKey, claimDigest(vault, CHAIN));
        ILicenseToken.Grant memory grant = meter();
        bytes32 id = idOf(grant.offer, licensee, "meter");
        bytes memory voucher =
            signed(licenseeKey, typed(CHAIN, address(ledger), keccak256(abi.encode(VOUCHER_TYPEHASH, id, 10))));

        vm.chainId(CHAIN + 1);
        refuse(
            offer,
            signature,
            abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), licensor)
        );
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.RegistrationSignatureInvalid.selector, licensor));
        registry.registerFor(licensor, work("a song"), NOW, registration);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ClaimSignatureInvalid.selector, licensor));
        vault.claimTo(address(dollar), marketplace, shareOf(1), NOW, claim);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.VoucherSignatureInvalid.selector, id, licensee));
        ledger.settle(grant, conditions(), 10, 10, voucher);
    }

    /// @dev Signed for one contract, used at another of the same code. Story's badges (Halborn, 2025).
    function test_ReplayedAtAnotherContract() public {
        ILicenses other = ILicenses(deployCode("LicenseToken.sol:LicenseToken", abi.encode(registry)));
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(offer);
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), licensor));
        other.buy(orderOf(offer, signature, licensee, 0));

        IRoyaltyVault vault = vaultOfThree();
        (address[] memory payees, uint128[] memory shares) = three();
        IRoyaltyVault twin = IRoyaltyVault(factory.deploy(Split.root(payees, shares), "twin"));
        dollar.mint(address(twin), 1_000);
        bytes memory claim = signed(licensorKey, claimDigest(vault, CHAIN));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ClaimSignatureInvalid.selector, licensor));
        twin.claimTo(address(dollar), marketplace, shareOf(1), NOW, claim);
    }

    /// @dev An owner's signature for one of their accounts serves for another. ERC-1271 accounts (curiousapple;
    /// Alchemy, 2023).
    function test_ReplayedBetweenAccountsOfOneOwner() public {
        address first = address(new OwnedAccount(stranger));
        address second = address(new OwnedAccount(stranger));
        bytes memory signature = signed(strangerKey, registrationDigest(first, address(registry), CHAIN));
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.RegistrationSignatureInvalid.selector, second));
        registry.registerFor(second, work("a song"), NOW, signature);
        registry.registerFor(first, work("a song"), NOW, signature);

        ILicenseToken.Offer memory offer = terms();
        (offer.assetId, offer.licensor) = (registerAs(second, "a song"), first);
        signature = signed(strangerKey, digestOf(offer));
        offer.licensor = second;
        refuse(
            offer,
            signature,
            abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), second)
        );
    }

    /// @dev What is signed as one thing is taken for another: a registration for an offer, an offer for a voucher.
    /// Class of finding.
    function test_SignedAsAnotherType() public {
        ILicenseToken.Offer memory offer = terms();
        bytes memory invalid =
            abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), licensor);
        bytes32 hash = hashOf(offer);
        // As a plain message, as bare bytes, as the struct without its domain.
        refuse(
            offer, signed(licensorKey, keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", hash))), invalid
        );
        refuse(offer, signed(licensorKey, hash), invalid);
        refuse(offer, signed(licensorKey, registrationDigest(licensor, address(licenses), CHAIN)), invalid);
        refuse(offer, signed(licensorKey, typed(CHAIN, address(licenses), hashOf(conditions()))), invalid);
    }

    // ---- signers that are contracts ----

    /// @dev A contract that lies about signatures gains by it. Class of finding.
    function test_SignerThatLies() public {
        address liar = address(new LyingSigner(false));
        // It may say what it likes of itself,
        bytes32 id = registry.registerFor(liar, work(WORK), NOW, "");
        assertEq(registry.deed(id).holder, liar);
        // and of nobody else: not of the licensor's offer, nor as an agent of the licensor's.
        vm.prank(licensor);
        licenses.appointAgent(liar, PERPETUAL);
        ILicenseToken.Offer memory offer = terms();
        refuse(offer, "", abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), licensor));
        offer.licensor = liar;
        refuse(offer, "", abi.encodeWithSelector(ILicenseToken.OfferNotFromHolder.selector, assetId, liar, licensor));
    }

    /// @dev A contract that is not there says yes to everything. Class of finding.
    function test_SignerThatIsNotDeployed() public {
        address nowhere = makeAddr("a wallet that will be");
        bytes memory invalid = abi.encodeWithSelector(IAssetRegistry.RegistrationSignatureInvalid.selector, nowhere);
        vm.expectRevert(invalid);
        registry.registerFor(nowhere, work(WORK), NOW, "");
        bytes32 magic = 0x6492649264926492649264926492649264926492649264926492649264926492;
        vm.expectRevert(invalid);
        registry.registerFor(nowhere, work(WORK), NOW, abi.encodePacked(abi.encode(address(1), "", ""), magic));
    }

    /// @dev A signer calls back while it is asked. Class of finding.
    function test_SignerThatReenters() public {
        ReenteringSigner signer = new ReenteringSigner(licenses);
        ILicenseToken.Offer memory offer = freeTerms();
        (offer.licensor, offer.assetId, offer.supply) = (address(signer), registerAs(address(signer), WORK), 1);
        ILicenseToken.Order memory order = orderOf(offer, "", licensee, 0);
        signer.prepare(abi.encodeCall(licenses.buy, (orderOf(offer, "", stranger, "nested"))));
        vm.prank(licensee);
        licenses.buy(order);
        assertEq(licenses.ownerOf(uint256(seatOf(order, 0))), licensee);
        assertEq(licenses.balanceOf(stranger), 0, "it is only asked, and can change nothing");
        assertEq(licenses.offerState(hashOf(offer)).sold, 1);
    }

    /// @dev A signer burns the gas of a basket, or answers at such length that reading takes it. Class of finding.
    function test_SignerThatBurnsGas() public {
        address[2] memory signers = [address(new GreedyPayee()), address(new LyingSigner(true))];
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](3);
        orders[2] = seats(terms(), 1, 0);
        for (uint256 i = 0; i < 2; ++i) {
            ILicenseToken.Offer memory offer = terms();
            (offer.licensor, offer.assetId) = (signers[i], registerAs(signers[i], WORK));
            orders[i] = orderOf(offer, "", licensee, 0);
        }
        vm.prank(licensee);
        bytes32[] memory ids = licenses.buyBasket{gas: 2_000_000}(orders, true);
        assertEq(ids[0], 0);
        assertEq(ids[1], 0);
        assertEq(ids[2], seatOf(orders[2], 0));
    }

    // ---- trees ----

    /// @dev An inner node is shown as a leaf. OpenZeppelin's MerkleProof warns of leaves of 64 bytes; Drips, and any
    /// tree without marks.
    function test_InnerNodeAsALeaf() public {
        bytes32[] memory works = new bytes32[](4);
        for (uint256 i = 0; i < 4; ++i) {
            works[i] = keccak256(abi.encode(i));
        }
        bytes32[] memory level = Catalog.above(Catalog.leaves(works));
        IAssetRegistry.Registration memory catalog = work(Catalog.root(works));
        (catalog.works, catalog.documentHash) = (4, "list");
        vm.prank(licensor);
        ILicenseToken.Offer memory offer = freeTerms();
        offer.assetId = registry.register(catalog);
        buy(offer);
        ILicenseToken.Grant memory grant = ILicenseToken.Grant(offer, licensee, 0);
        bytes32[] memory sibling = new bytes32[](1);
        sibling[0] = level[1];
        assertFalse(licenses.permitsWork(grant, TRAIN, level[0], licensor, sibling, 0));
        // Nor is the pair of its children a leaf of 64 bytes, or anything of theirs.
        bytes32 pair = keccak256(abi.encodePacked(Catalog.leaves(works)[0], Catalog.leaves(works)[1]));
        assertFalse(licenses.permitsWork(grant, TRAIN, pair, licensor, sibling, 0));

        IRoyaltyVault.Node memory node = Split.inner(Split.leaf(artist, 5), Split.leaf(licensor, 3));
        IRoyaltyVault vault = vaultOfThree();
        dollar.mint(address(vault), 1_000);
        IRoyaltyVault.Share memory share =
            IRoyaltyVault.Share(address(uint160(uint256(node.hash))), node.sum, 0, new IRoyaltyVault.Node[](1));
        share.siblings[0] = Split.leaf(auditor, 2);
        refuse(vault, share);
    }

    /// @dev A tree with an empty node under its root proves any leaf. OpenZeppelin's multiproofs, GHSA-wprv-93r4-jj2p
    /// (2023).
    function test_EmptyNodeProvesAnyLeaf() public {
        IRoyaltyVault.Node memory nothing = IRoyaltyVault.Node(0, 0);
        IRoyaltyVault vault = IRoyaltyVault(factory.deploy(Split.top(Split.inner(Split.leaf(artist, 5), nothing)), 0));
        dollar.mint(address(vault), 1_000);
        IRoyaltyVault.Share memory share = IRoyaltyVault.Share(stranger, 5, 0, new IRoyaltyVault.Node[](0));
        refuse(vault, share);
        share.siblings = new IRoyaltyVault.Node[](1);
        refuse(vault, share);
        share.share = 0;
        refuse(vault, share);
        share.siblings[0] = Split.leaf(artist, 5);
        (share.share, share.sides) = (5, 1);
        refuse(vault, share);
        share = IRoyaltyVault.Share(artist, 5, 0, new IRoyaltyVault.Node[](1));
        assertEq(vault.claim(address(dollar), share), 1_000);
    }

    function refuse(IRoyaltyVault vault, IRoyaltyVault.Share memory share) private {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, share.payee, share.share));
        vault.claim(address(dollar), share);
    }

    // ---- helpers ----

    function registrationDigest(address registrant, address verifier, uint256 chainId) private pure returns (bytes32) {
        bytes32 content = "a song";
        return typed(
            chainId,
            verifier,
            keccak256(
                abi.encode(REGISTRATION_TYPEHASH, registrant, content, uint64(0), bytes32(0), keccak256(""), 0, NOW)
            )
        );
    }

    /// @dev That the licensor's due goes to the marketplace.
    function claimDigest(IRoyaltyVault vault, uint256 chainId) private view returns (bytes32) {
        return typed(
            chainId,
            address(vault),
            keccak256(abi.encode(CLAIM_TO_TYPEHASH, licensor, address(dollar), marketplace, 0, NOW))
        );
    }

    /// @dev A metered license of the licensee's, with a deposit.
    function meter() private returns (ILicenseToken.Grant memory) {
        ILicenseToken.Offer memory offer = terms();
        (offer.kind, offer.price, offer.transferable) = (ILicenseToken.Kind.Metered, 10, false);
        bytes32 id = buy(offer, "meter");
        dollar.mint(ledger.depositOf(id), 1_000);
        return ILicenseToken.Grant(offer, licensee, "meter");
    }
}
