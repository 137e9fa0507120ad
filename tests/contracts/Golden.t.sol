// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";
import {IStatementEscrow} from "contracts/interfaces/IStatementEscrow.sol";
import {IUsageLedger} from "contracts/interfaces/IUsageLedger.sol";
import {CatalogTree} from "contracts/libraries/CatalogTree.sol";
import {Offers} from "contracts/libraries/Offers.sol";
import {RollingHead} from "contracts/libraries/RollingHead.sol";
import {SumTree} from "contracts/libraries/SumTree.sol";
import {Vaults} from "contracts/libraries/Vaults.sol";

import {Catalog} from "./helpers/Catalog.sol";
import {Split} from "./helpers/Split.sol";
import {IDollar} from "./helpers/System.sol";

/// @dev The libraries, which take calldata, from outside.
contract Libraries {
    function catalogRoot(bytes32 sha256Hash, bytes32[] calldata siblings, uint256 sides)
        external
        pure
        returns (bytes32)
    {
        return CatalogTree.root(sha256Hash, siblings, sides);
    }

    function sumRoot(IRoyaltyVault.Share calldata share) external pure returns (bytes32, uint128) {
        return SumTree.root(share.payee, share.share, share.sides, share.siblings);
    }
}

/// @dev The vectors that Python made: the contracts must come to the same hashes.
contract GoldenTest is Test {
    /// @dev A whole word: the contracts pass a signature on without padding.
    bytes private constant SIGNATURE = "an EIP-1271 contract's signature";

    Libraries private libraries = new Libraries();

    function test_CatalogTrees() public view {
        string memory json = vm.readFile("tests/golden/catalog_trees.json");
        uint256 trees = 0;
        for (; vm.keyExistsJson(json, at(".trees", trees)); ++trees) {
            string memory tree = at(".trees", trees);
            bytes32[] memory works = vm.parseJsonBytes32Array(json, string.concat(tree, ".works"));
            bytes32 root = vm.parseJsonBytes32(json, string.concat(tree, ".root"));
            assertEq(Catalog.root(works), root, tree);
            uint256 proofs = 0;
            for (; vm.keyExistsJson(json, at(string.concat(tree, ".proofs"), proofs)); ++proofs) {
                string memory proof = at(string.concat(tree, ".proofs"), proofs);
                bytes32[] memory siblings = vm.parseJsonBytes32Array(json, string.concat(proof, ".siblings"));
                uint256 sides = vm.parseJsonUint(json, string.concat(proof, ".sides"));
                uint256 index = vm.parseJsonUint(json, string.concat(proof, ".index"));
                assertEq(libraries.catalogRoot(works[index], siblings, sides), root, proof);
            }
            assertGt(proofs, 0);
        }
        assertEq(trees, 7);
    }

    function test_SumTrees() public view {
        string memory json = vm.readFile("tests/golden/sum_trees.json");
        uint256 trees = 0;
        for (; vm.keyExistsJson(json, at(".trees", trees)); ++trees) {
            string memory tree = at(".trees", trees);
            bytes32 root = vm.parseJsonBytes32(json, string.concat(tree, ".root"));
            uint256 total = vm.parseJsonUint(json, string.concat(tree, ".total"));
            address[] memory payees = vm.parseJsonAddressArray(json, string.concat(tree, ".payees"));
            uint256[] memory wide = vm.parseJsonUintArray(json, string.concat(tree, ".shares"));
            uint128[] memory shares = new uint128[](wide.length);
            for (uint256 i = 0; i < wide.length; ++i) {
                shares[i] = uint128(wide[i]);
            }
            assertEq(Split.root(payees, shares), root, tree);
            uint256 proofs = 0;
            for (; vm.keyExistsJson(json, at(string.concat(tree, ".proofs"), proofs)); ++proofs) {
                string memory path = at(string.concat(tree, ".proofs"), proofs);
                (bytes32 proven, uint128 sum) = libraries.sumRoot(shareAt(json, path));
                assertEq(proven, root, path);
                assertEq(sum, total, path);
            }
            assertGt(proofs, 0);
        }
        assertEq(trees, 6);
    }

    /// @dev The contract asks the licensor to approve exactly the digest that Python computed.
    function test_Offers() public {
        string memory json = vm.readFile("tests/golden/offers.json");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        address where = vm.parseJsonAddress(json, ".licenseToken");
        deployCodeTo("LicenseToken.sol:LicenseToken", abi.encode(puppetRegistry()), where);
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".offers", count)); ++count) {
            string memory path = at(".offers", count);
            ILicenseToken.Offer memory offer = offerAt(json, string.concat(path, ".offer"));
            bytes32 structHash = vm.parseJsonBytes32(json, string.concat(path, ".structHash"));
            bytes32 digest = vm.parseJsonBytes32(json, string.concat(path, ".digest"));
            assertEq(ILicenseToken(where).offerHashOf(offer), structHash, path);
            bytes32 domain = vm.parseJsonBytes32(json, ".domainSeparator");
            assertEq(keccak256(abi.encodePacked(hex"1901", domain, structHash)), digest, path);
            ILicenseToken.Conditions memory conditions = conditionsAt(json, string.concat(path, ".conditions"));
            assertEq(ILicenseToken(where).conditionsHashOf(conditions), offer.conditions, path);
            sell(ILicenseToken(where), offer, digest);
        }
        assertEq(count, 3);
    }

    function test_Registrations() public {
        string memory json = vm.readFile("tests/golden/registrations.json");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        address where = vm.parseJsonAddress(json, ".assetRegistry");
        address factory = makeAddr("factory");
        vm.mockCall(factory, abi.encodeCall(IRoyaltyVaultFactory.implementation, ()), abi.encode(makeAddr("vault")));
        deployCodeTo("AssetRegistry.sol:AssetRegistry", abi.encode(factory, 2, 3, 4, 5), where);
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".registrations", count)); ++count) {
            string memory path = at(".registrations", count);
            string memory inside = string.concat(path, ".registration");
            address registrant = vm.parseJsonAddress(json, string.concat(inside, ".registrant"));
            uint256 deadline = vm.parseJsonUint(json, string.concat(inside, ".deadline"));
            approve(registrant, vm.parseJsonBytes32(json, string.concat(path, ".digest")));
            bytes32 id =
                IAssetRegistry(where).registerFor(registrant, registrationAt(json, inside), deadline, SIGNATURE);
            assertEq(id, vm.parseJsonBytes32(json, string.concat(path, ".assetId")), path);
        }
        assertEq(count, 2);
    }

    function test_LicenseIds() public {
        string memory json = vm.readFile("tests/golden/licenses.json");
        ILicenseToken licenses =
            ILicenseToken(deployCode("LicenseToken.sol:LicenseToken", abi.encode(puppetRegistry())));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".licenses", count)); ++count) {
            string memory path = at(".licenses", count);
            bytes32 id = licenses.licenseIdOf(
                vm.parseJsonBytes32(json, string.concat(path, ".offerHash")),
                vm.parseJsonAddress(json, string.concat(path, ".licensee")),
                vm.parseJsonBytes32(json, string.concat(path, ".salt"))
            );
            assertEq(id, vm.parseJsonBytes32(json, string.concat(path, ".licenseId")), path);
        }
        assertEq(count, 6);
    }

    function test_Orders() public {
        string memory json = vm.readFile("tests/golden/orders.json");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        ILicenseToken licenses = ILicenseToken(vm.parseJsonAddress(json, ".licenseToken"));
        deployCodeTo("LicenseToken.sol:LicenseToken", abi.encode(puppetRegistry()), address(licenses));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".orders", count)); ++count) {
            string memory path = at(".orders", count);
            ILicenseToken.Order memory order = orderAt(json, path);
            assertEq(order.offer.price * order.quantity, vm.parseJsonUint(json, string.concat(path, ".amount")), path);
            address payer = vm.parseJsonAddress(json, string.concat(path, ".payer"));
            bytes32 nonce = vm.parseJsonBytes32(json, string.concat(path, ".authorizationNonce"));
            assertEq(licenses.authorizationNonce(order, payer), nonce, path);
            bytes32[] memory ids = vm.parseJsonBytes32Array(json, string.concat(path, ".licenseIds"));
            assertEq(ids.length, order.quantity, path);
            bytes32 offerHash = licenses.offerHashOf(order.offer);
            for (uint256 seat = 0; seat < ids.length; ++seat) {
                unchecked {
                    bytes32 salt = bytes32(uint256(order.salt) + seat);
                    assertEq(licenses.licenseIdOf(offerHash, order.licensee, salt), ids[seat], path);
                }
            }
        }
        assertGe(count, 3);
    }

    function test_Conditions() public {
        string memory json = vm.readFile("tests/golden/conditions.json");
        ILicenseToken licenses =
            ILicenseToken(deployCode("LicenseToken.sol:LicenseToken", abi.encode(puppetRegistry())));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".conditions", count)); ++count) {
            string memory path = at(".conditions", count);
            bytes32 structHash = vm.parseJsonBytes32(json, string.concat(path, ".structHash"));
            ILicenseToken.Conditions memory conditions = conditionsAt(json, string.concat(path, ".conditions"));
            assertEq(licenses.conditionsHashOf(conditions), structHash, path);
        }
        assertEq(count, 17);
    }

    /// @dev The addresses that Python computed, and the code that stands there once a vault is deployed.
    function test_Vaults() public {
        string memory json = vm.readFile("tests/golden/vaults.json");
        address factory = vm.parseJsonAddress(json, ".factory");
        address implementation = etchVaults(json);
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".vaults", count)); ++count) {
            string memory path = at(".vaults", count);
            bytes32 root = vm.parseJsonBytes32(json, string.concat(path, ".root"));
            bytes32 salt = vm.parseJsonBytes32(json, string.concat(path, ".salt"));
            address vault = vm.parseJsonAddress(json, string.concat(path, ".vault"));
            assertEq(Vaults.at(factory, implementation, root, salt), vault, path);
            vm.etch(vault, vm.parseJsonBytes(json, string.concat(path, ".code")));
            assertEq(IRoyaltyVault(vault).root(), root, path);
        }
        assertEq(count, 9);
    }

    /// @dev One claim after the other, each on the payee's approval of exactly the digest that Python computed.
    function test_Claims() public {
        string memory json = vm.readFile("tests/golden/claims.json");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        etchVaults(json);
        address vault = vm.parseJsonAddress(json, ".vault");
        vm.etch(vault, vm.parseJsonBytes(json, ".code"));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".claims", count)); ++count) {
            string memory path = at(".claims", count);
            string memory inside = string.concat(path, ".claim");
            address token = vm.parseJsonAddress(json, string.concat(inside, ".token"));
            payIn(vault, token, vm.parseJsonUint(json, string.concat(path, ".paidIn")));
            address payee = vm.parseJsonAddress(json, string.concat(inside, ".payee"));
            assertEq(
                IRoyaltyVault(vault).releasedTo(token, payee),
                vm.parseJsonUint(json, string.concat(inside, ".releasedTo")),
                path
            );
            approve(payee, vm.parseJsonBytes32(json, string.concat(path, ".digest")));
            uint256 amount = IRoyaltyVault(vault)
                .claimTo(
                    token,
                    vm.parseJsonAddress(json, string.concat(inside, ".to")),
                    shareAt(json, ".share"),
                    vm.parseJsonUint(json, string.concat(inside, ".deadline")),
                    SIGNATURE
                );
            assertEq(amount, vm.parseJsonUint(json, string.concat(path, ".amount")), path);
        }
        assertEq(count, 3);
    }

    function test_Lineages() public view {
        string memory json = vm.readFile("tests/golden/derivatives.json");
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".lineages", count)); ++count) {
            string memory path = at(".lineages", count);
            bytes32[] memory ids = vm.parseJsonBytes32Array(json, string.concat(path, ".licenseIds"));
            bytes32 lineage = vm.parseJsonBytes32(json, string.concat(path, ".lineage"));
            assertEq(keccak256(abi.encode(ids)), lineage, path);
        }
        assertEq(count, 3);
    }

    /// @dev The registry asks the licensor to approve exactly the digest that Python computed.
    function test_Approvals() public {
        string memory json = vm.readFile("tests/golden/derivatives.json");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        address factory = deployCode("RoyaltyVaultFactory.sol:RoyaltyVaultFactory");
        IAssetRegistry registry = IAssetRegistry(vm.parseJsonAddress(json, ".assetRegistry"));
        ILicenseToken licenses = ILicenseToken(makeAddr("license token"));
        deployCodeTo("AssetRegistry.sol:AssetRegistry", abi.encode(factory, licenses, 3, 4, 5), address(registry));
        deployCodeTo("LicenseToken.sol:LicenseToken", abi.encode(registry), address(licenses));
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".approvals", count)); ++count) {
            string memory path = at(".approvals", count);
            IAssetRegistry.Derivation memory made = sellToDerive(registry, licenses, json, path);
            bytes32 id = vm.parseJsonBytes32(json, string.concat(path, ".approval.licenseId"));
            assertEq(licenses.license(id).holder, made.parents[0].grant.licensee, path);
            approve(made.parents[0].grant.offer.licensor, vm.parseJsonBytes32(json, string.concat(path, ".digest")));
            bytes32 content = vm.parseJsonBytes32(json, string.concat(path, ".approval.content"));
            vm.prank(made.parents[0].grant.licensee);
            bytes32 derivative = registry.registerDerivative(work(content), made);
            bytes32[] memory ids = new bytes32[](1);
            ids[0] = id;
            assertEq(
                registry.derivative(derivative).vault,
                IRoyaltyVaultFactory(factory).vaultOf(made.split, keccak256(abi.encode(ids)))
            );
        }
        assertEq(count, 2);
    }

    function test_Statements() public {
        string memory json = vm.readFile("tests/golden/statements.json");
        IStatementEscrow escrow = IStatementEscrow(
            deployCode("StatementEscrow.sol:StatementEscrow", abi.encode(makeAddr("factory"), makeAddr("court"), 1, 1))
        );
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".statements", count)); ++count) {
            string memory path = at(".statements", count);
            IStatementEscrow.Statement memory statement = statementAt(json, string.concat(path, ".statement"));
            bytes32 id = vm.parseJsonBytes32(json, string.concat(path, ".statementId"));
            assertEq(escrow.statementIdOf(statement), id, path);
        }
        assertEq(count, 3);
    }

    function test_Vouchers() public {
        string memory json = vm.readFile("tests/golden/vouchers.json");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        address ledger = vm.parseJsonAddress(json, ".usageLedger");
        deployCodeTo("UsageLedger.sol:UsageLedger", abi.encode(makeAddr("license token")), ledger);
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".vouchers", count)); ++count) {
            string memory path = at(".vouchers", count);
            bytes32 licenseId = vm.parseJsonBytes32(json, string.concat(path, ".voucher.licenseId"));
            uint256 units = vm.parseJsonUint(json, string.concat(path, ".voucher.units"));
            bytes32 digest = vm.parseJsonBytes32(json, string.concat(path, ".digest"));
            assertEq(IUsageLedger(ledger).voucherHash(licenseId, units), digest, path);
        }
        assertEq(count, 3);
    }

    function test_RollingHeads() public view {
        string memory json = vm.readFile("tests/golden/heads.json");
        bytes32 head = 0;
        uint256 count = 0;
        for (; vm.keyExistsJson(json, at(".events", count)); ++count) {
            string memory path = at(".events", count);
            bytes32[] memory topics = vm.parseJsonBytes32Array(json, string.concat(path, ".topics"));
            bytes memory data = vm.parseJsonBytes(json, string.concat(path, ".data"));
            head = RollingHead.roll(head, topics[0], topics[1], topics[2], topics[3], keccak256(data));
            assertEq(head, vm.parseJsonBytes32(json, string.concat(path, ".head")), path);
        }
        assertEq(count, 5);
    }

    /// @dev The literals in `Offers`, against the types as EIP-712 spells them.
    function test_Typehashes() public pure {
        string memory conditions =
            "Conditions(uint16 royaltyBps,uint96 revenueCeiling,bool approval,bool reciprocal,bool sublicensable,bool revocable,uint32 reportWithin,uint16 refundBps,uint16 resaleBps,address reporter,uint56 unitCap,uint32 refundDelay,bytes32 salt)";
        string memory offer =
            "Offer(address licensor,bytes32 assetId,uint32 epoch,address payee,address currency,uint256 price,uint32 uses,bytes32 termsHash,string termsURI,uint40 start,uint40 end,uint32 duration,uint32 supply,uint8 kind,bool exclusive,bool transferable,Conditions conditions)";
        assertEq(Offers.CONDITIONS_TYPEHASH, keccak256(bytes(conditions)));
        assertEq(Offers.TYPEHASH, keccak256(bytes.concat(bytes(offer), bytes(conditions))));
    }

    // ---- reading ----

    function at(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }

    function shareAt(string memory json, string memory path) private pure returns (IRoyaltyVault.Share memory share) {
        bytes32[] memory hashes = vm.parseJsonBytes32Array(json, string.concat(path, ".siblingHashes"));
        uint256[] memory sums = vm.parseJsonUintArray(json, string.concat(path, ".siblingSums"));
        share.payee = vm.parseJsonAddress(json, string.concat(path, ".payee"));
        share.share = uint128(vm.parseJsonUint(json, string.concat(path, ".share")));
        share.sides = vm.parseJsonUint(json, string.concat(path, ".sides"));
        share.siblings = new IRoyaltyVault.Node[](hashes.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            share.siblings[i] = IRoyaltyVault.Node(hashes[i], uint128(sums[i]));
        }
    }

    function offerAt(string memory json, string memory path) private pure returns (ILicenseToken.Offer memory offer) {
        offer.licensor = vm.parseJsonAddress(json, string.concat(path, ".licensor"));
        offer.assetId = vm.parseJsonBytes32(json, string.concat(path, ".assetId"));
        offer.epoch = uint32(vm.parseJsonUint(json, string.concat(path, ".epoch")));
        offer.payee = vm.parseJsonAddress(json, string.concat(path, ".payee"));
        offer.currency = vm.parseJsonAddress(json, string.concat(path, ".currency"));
        offer.price = vm.parseJsonUint(json, string.concat(path, ".price"));
        offer.uses = uint32(vm.parseJsonUint(json, string.concat(path, ".uses")));
        offer.termsHash = vm.parseJsonBytes32(json, string.concat(path, ".termsHash"));
        offer.termsURI = vm.parseJsonString(json, string.concat(path, ".termsURI"));
        offer.start = uint40(vm.parseJsonUint(json, string.concat(path, ".start")));
        offer.end = uint40(vm.parseJsonUint(json, string.concat(path, ".end")));
        offer.duration = uint32(vm.parseJsonUint(json, string.concat(path, ".duration")));
        offer.supply = uint32(vm.parseJsonUint(json, string.concat(path, ".supply")));
        offer.kind = ILicenseToken.Kind(vm.parseJsonUint(json, string.concat(path, ".kind")));
        offer.exclusive = vm.parseJsonBool(json, string.concat(path, ".exclusive"));
        offer.transferable = vm.parseJsonBool(json, string.concat(path, ".transferable"));
        offer.conditions = vm.parseJsonBytes32(json, string.concat(path, ".conditions"));
    }

    function conditionsAt(string memory json, string memory path)
        private
        pure
        returns (ILicenseToken.Conditions memory conditions)
    {
        conditions.royaltyBps = uint16(vm.parseJsonUint(json, string.concat(path, ".royaltyBps")));
        conditions.revenueCeiling = uint96(vm.parseJsonUint(json, string.concat(path, ".revenueCeiling")));
        conditions.approval = vm.parseJsonBool(json, string.concat(path, ".approval"));
        conditions.reciprocal = vm.parseJsonBool(json, string.concat(path, ".reciprocal"));
        conditions.sublicensable = vm.parseJsonBool(json, string.concat(path, ".sublicensable"));
        conditions.revocable = vm.parseJsonBool(json, string.concat(path, ".revocable"));
        conditions.reportWithin = uint32(vm.parseJsonUint(json, string.concat(path, ".reportWithin")));
        conditions.refundBps = uint16(vm.parseJsonUint(json, string.concat(path, ".refundBps")));
        conditions.resaleBps = uint16(vm.parseJsonUint(json, string.concat(path, ".resaleBps")));
        conditions.reporter = vm.parseJsonAddress(json, string.concat(path, ".reporter"));
        conditions.unitCap = uint56(vm.parseJsonUint(json, string.concat(path, ".unitCap")));
        conditions.refundDelay = uint32(vm.parseJsonUint(json, string.concat(path, ".refundDelay")));
        conditions.salt = vm.parseJsonBytes32(json, string.concat(path, ".salt"));
    }

    function orderAt(string memory json, string memory path) private pure returns (ILicenseToken.Order memory order) {
        order.offer = offerAt(json, string.concat(path, ".offer"));
        order.quantity = vm.parseJsonUint(json, string.concat(path, ".quantity"));
        order.licensee = vm.parseJsonAddress(json, string.concat(path, ".licensee"));
        order.salt = vm.parseJsonBytes32(json, string.concat(path, ".salt"));
    }

    function registrationAt(string memory json, string memory path)
        private
        pure
        returns (IAssetRegistry.Registration memory)
    {
        return IAssetRegistry.Registration({
            content: vm.parseJsonBytes32(json, string.concat(path, ".content")),
            works: uint64(vm.parseJsonUint(json, string.concat(path, ".works"))),
            documentHash: vm.parseJsonBytes32(json, string.concat(path, ".documentHash")),
            uri: vm.parseJsonString(json, string.concat(path, ".uri")),
            origin: IAssetRegistry.Origin(vm.parseJsonUint(json, string.concat(path, ".origin")))
        });
    }

    function statementAt(string memory json, string memory path)
        private
        pure
        returns (IStatementEscrow.Statement memory statement)
    {
        statement.publisher = vm.parseJsonAddress(json, string.concat(path, ".publisher"));
        statement.assetId = vm.parseJsonBytes32(json, string.concat(path, ".assetId"));
        statement.from = uint40(vm.parseJsonUint(json, string.concat(path, ".from")));
        statement.until = uint40(vm.parseJsonUint(json, string.concat(path, ".until")));
        statement.currency = vm.parseJsonAddress(json, string.concat(path, ".currency"));
        statement.amount = vm.parseJsonUint(json, string.concat(path, ".amount"));
        statement.root = vm.parseJsonBytes32(json, string.concat(path, ".root"));
        statement.documentHash = vm.parseJsonBytes32(json, string.concat(path, ".documentHash"));
        statement.uri = vm.parseJsonString(json, string.concat(path, ".uri"));
        statement.window = uint32(vm.parseJsonUint(json, string.concat(path, ".window")));
    }

    function work(bytes32 content) private pure returns (IAssetRegistry.Registration memory registration) {
        registration.content = content;
    }

    // ---- acting ----

    /// @dev The code of vaults, where the vectors have it.
    function etchVaults(string memory json) private returns (address implementation) {
        implementation = vm.parseJsonAddress(json, ".implementation");
        IRoyaltyVaultFactory factory = IRoyaltyVaultFactory(deployCode("RoyaltyVaultFactory.sol:RoyaltyVaultFactory"));
        vm.etch(implementation, factory.implementation().code);
    }

    function payIn(address vault, address token, uint256 amount) private {
        if (token == address(0)) {
            vm.deal(vault, vault.balance + amount);
        } else {
            deployCodeTo("TestDollar.sol:TestDollar", token);
            IDollar(token).mint(vault, amount);
        }
    }

    /// @dev Registers the parent, publishes its offer and buys: what its licensee then shows of it.
    function sellToDerive(IAssetRegistry registry, ILicenseToken licenses, string memory json, string memory path)
        private
        returns (IAssetRegistry.Derivation memory made)
    {
        made.parents = new IAssetRegistry.Parent[](1);
        made.parents[0].conditions = conditionsAt(json, string.concat(path, ".conditions"));
        made.parents[0].approval = SIGNATURE;
        ILicenseToken.Grant memory grant = made.parents[0].grant;
        grant.offer = offerAt(json, string.concat(path, ".offer"));
        grant.licensee = vm.parseJsonAddress(json, string.concat(path, ".approval.registrant"));
        grant.salt = vm.parseJsonBytes32(json, string.concat(path, ".salt"));
        vm.startPrank(grant.offer.licensor);
        registry.register(work(vm.parseJsonBytes32(json, string.concat(path, ".parentContent"))));
        licenses.publishOffer(grant.offer, made.parents[0].conditions);
        vm.stopPrank();
        licenses.buy{value: grant.offer.price}(ILicenseToken.Order(grant.offer, "", 1, grant.licensee, grant.salt));
    }

    /// @dev A registry that names its neighbours, and nothing else.
    function puppetRegistry() private returns (address registry) {
        registry = makeAddr("registry");
        bytes memory nobody = abi.encode(makeAddr("neighbour"));
        vm.mockCall(registry, abi.encodeCall(IAssetRegistry.vaultFactory, ()), nobody);
        vm.mockCall(registry, abi.encodeCall(IAssetRegistry.usageLedger, ()), nobody);
        vm.mockCall(registry, abi.encodeCall(IAssetRegistry.disputeDesk, ()), nobody);
    }

    /// @dev `signer` approves this digest and no other.
    function approve(address signer, bytes32 digest) private {
        vm.mockCall(
            signer, abi.encodeWithSelector(0x1626ba7e, digest, SIGNATURE), abi.encode(bytes32(bytes4(0x1626ba7e)))
        );
    }

    function sell(ILicenseToken licenses, ILicenseToken.Offer memory offer, bytes32 digest) private {
        if (offer.epoch > type(uint24).max) return; // no deed reaches this epoch, so nobody can buy
        vm.warp(offer.start);
        approve(offer.licensor, digest);
        vm.mockCall(
            licenses.registry(),
            abi.encodeCall(IAssetRegistry.deedState, (offer.assetId)),
            abi.encode(uint256(uint160(offer.licensor)) | uint256(offer.epoch) << 160)
        );
        if (offer.price != 0) vm.mockCall(offer.currency, abi.encodeWithSelector(0x23b872dd), abi.encode(true));
        licenses.buy(ILicenseToken.Order(offer, SIGNATURE, 1, address(this), 0));
    }
}
