// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";

import {Family} from "./Family.t.sol";
import {Split} from "./helpers/Split.sol";

/// @dev Every call that takes a list, at its cap and at its dearest: each is a transaction of its own here, and its gas is
/// what a chain would count, the calldata's included. All stay below 9 million, except where the name says so.
/// forge-config: default.isolate = true
contract CapsTest is Family {
    uint256 private constant MOST = 9_000_000;
    /// @dev The most that one transaction may use (EIP-7825).
    uint256 private constant TRANSACTION = 1 << 24;

    // ---- derivatives ----

    /// @dev Sixteen parents that ask for all that a parent can ask, each share among a million, and 64 tools.
    function test_SixteenParentsAndSixtyFourSources() public {
        IAssetRegistry.Derivation memory made = demanding();
        made.sources = new bytes32[](64);
        for (uint256 i = 0; i < 64; ++i) {
            made.sources[i] = licenseOf(acquire(terms(), conditions()));
        }
        IAssetRegistry.Registration memory registration = work(REMIX);
        registration.uri = longest();
        vm.prank(remixer);
        registry.registerDerivative(registration, made);
        assertLe(gasOfTheLastCall(), 4_000_000);
    }

    function test_ARefreshOfSixteenParents() public {
        IAssetRegistry.Derivation memory made = demanding();
        bytes32 id = derive(REMIX, made);
        bytes32[] memory ids = licensesOf(made.parents);
        vm.prank(stranger);
        registry.refreshParents(id, made.split, ids);
        assertLe(gasOfTheLastCall(), 200_000);
    }

    /// @dev The tree: sixteen leaves, and above them sixteen nodes on the way to the root, as of a million payees.
    function demanding() private returns (IAssetRegistry.Derivation memory made) {
        made.parents = new IAssetRegistry.Parent[](16);
        for (uint256 i = 0; i < 16; ++i) {
            made.parents[i] = demandingParent(i);
            place(payeeOf(i), 1_000);
        }
        IRoyaltyVault.Node[] memory level = Split.leaves(payees, shares);
        while (level.length > 1) level = Split.above(level);
        IRoyaltyVault.Node memory top = level[0];
        for (uint256 i = 0; i < 16; ++i) {
            top = Split.inner(top, branch(i));
        }
        made.split = Split.top(top);
        for (uint256 i = 0; i < 16; ++i) {
            made.parents[i].share = deepen(proof(i), 16);
        }
    }

    function demandingParent(uint256 i) private returns (IAssetRegistry.Parent memory parent) {
        ILicenseToken.Conditions memory shown = conditions(bytes32(i));
        (shown.revenueCeiling, shown.approval, shown.reciprocal) = (1e12, true, true);
        ILicenseToken.Offer memory offer = derivable();
        offer.assetId = registerAs(licensor, keccak256(abi.encode("parent", i)));
        (offer.payee, offer.termsURI) = (payeeOf(i), longest());
        parent = acquire(offer, shown);
        bytes32 typehash = keccak256("DerivativeApproval(bytes32 licenseId,bytes32 content,address registrant)");
        bytes32 structHash = keccak256(abi.encode(typehash, licenseOf(parent), REMIX, remixer));
        parent.approval = signed(licensorKey, typed(CHAIN, address(registry), structHash));
    }

    // ---- disputes ----

    /// @dev Of a work among a million, on evidence with a long URI.
    function test_ADisputeOfAWork() public {
        bytes32[] memory siblings = new bytes32[](20);
        bytes32 root = keccak256(abi.encodePacked(bytes1(0x00), WORK));
        for (uint256 i = 0; i < 20; ++i) {
            siblings[i] = branch(i).hash;
            root = keccak256(abi.encodePacked(bytes1(0x01), root, siblings[i]));
        }
        IAssetRegistry.Registration memory catalog = work(root);
        (catalog.works, catalog.documentHash) = (1 << 20, "list");
        vm.prank(licensor);
        bytes32 id = registry.register(catalog);
        bytes32 claimId = registerAs(stranger, WORK);
        uint256 cost = desk.openingCost();
        vm.deal(stranger, 1 ether);
        vm.prank(stranger);
        desk.disputeWork{value: cost}(id, WORK, licensor, siblings, 0, claimId, "evidence", longest());
        assertLe(gasOfTheLastCall(), 350_000);
    }

    // ---- sales ----

    /// @dev A hundred licensors, and as many payees who never had any of the currency.
    function test_ABasketOfAHundredWithNewPayees() public {
        fill(shelf(false), false);
        assertLe(gasOfTheLastCall(), MOST);
    }

    function test_ABasketOfAHundredWithNewPayeesThatPassesOver() public {
        fill(shelf(false), true);
        assertLe(gasOfTheLastCall(), MOST);
    }

    /// @dev A limited supply of each, and a new licensee: some 12.6 million.
    function test_ABasketOfLimitedSuppliesIsAboveNineMillionAndFits() public {
        fill(shelf(true), true);
        uint256 gas = gasOfTheLastCall();
        assertGt(gas, MOST, "say otherwise in docs/trust.md");
        assertLe(gas, 13_000_000);
    }

    /// @dev And the longest URI in each: some 15.1 million, which is still one transaction.
    function test_TheDearestBasketIsAboveNineMillionAndFits() public {
        ILicenseToken.Order[] memory orders = shelf(true);
        for (uint256 i = 0; i < 100; ++i) {
            orders[i].offer.termsURI = longest();
            orders[i].signature = signed(keyAt(i), digestOf(orders[i].offer));
        }
        fill(orders, true);
        uint256 gas = gasOfTheLastCall();
        assertGt(gas, MOST, "say otherwise in docs/trust.md");
        assertLe(gas, TRANSACTION);
    }

    /// @dev All that a sale can have: a supply, bound licenses, a long URI, a licensee and a payee who had nothing.
    function test_AHundredSeats() public {
        ILicenseToken.Order memory order = aHundredSeats();
        vm.prank(licensee);
        licenses.buy(order);
        assertLe(gasOfTheLastCall(), 3_000_000);
    }

    /// @dev Renewed while they run, and after they ran out.
    function test_ARenewalOfAHundredSeats() public {
        ILicenseToken.Order memory order = aHundredSeats();
        vm.prank(licensee);
        licenses.buy(order);
        vm.prank(licensee);
        licenses.renew(order);
        assertLe(gasOfTheLastCall(), 1_500_000);
        vm.warp(NOW + 3 * DURATION);
        vm.prank(licensee);
        licenses.renew(order);
        assertLe(gasOfTheLastCall(), 1_500_000);
        assertEq(licenses.license(seatOf(order, 99)).expires, NOW + 4 * DURATION);
    }

    function aHundredSeats() private view returns (ILicenseToken.Order memory order) {
        ILicenseToken.Offer memory offer = terms();
        (offer.kind, offer.end, offer.supply) = (ILicenseToken.Kind.Subscription, 0, 100);
        (offer.transferable, offer.termsURI, offer.payee) = (false, longest(), payeeOf(0));
        order = seats(offer, 100, 0);
        order.licensee = payeeOf(1);
    }

    /// @dev Of a hundred licensors each; `dearest` with a limited supply, and for a new licensee each.
    function shelf(bool dearest) private returns (ILicenseToken.Order[] memory orders) {
        orders = new ILicenseToken.Order[](100);
        for (uint256 i = 0; i < 100; ++i) {
            address owner = vm.addr(keyAt(i));
            ILicenseToken.Offer memory offer = terms();
            (offer.licensor, offer.assetId, offer.payee) = (owner, registerAs(owner, WORK), payeeOf(i));
            if (dearest) offer.supply = 1;
            orders[i] = orderOf(offer, signed(keyAt(i), digestOf(offer)), dearest ? payeeOf(1_000 + i) : licensee, 0);
        }
    }

    function keyAt(uint256 i) private pure returns (uint256) {
        return 1_000 + i;
    }

    function fill(ILicenseToken.Order[] memory orders, bool skip_) private {
        vm.prank(licensee);
        bytes32[] memory ids = licenses.buyBasket(orders, skip_);
        for (uint256 i = 0; i < 100; ++i) {
            assertEq(ids[i], seatOf(orders[i], 0));
        }
    }

    // ---- claims ----

    /// @dev A payee of 1,024 in each of a hundred vaults, who was paid from all of them before.
    function test_ClaimsFromAHundredVaults() public {
        IRoyaltyVaultFactory.VaultClaim[] memory claims = hundred(true);
        collect(claims);
        assertLe(collect(claims), MOST);
    }

    /// @dev For the first time: each vault gets two new slots.
    function test_FirstClaimsFromAHundredVaults() public {
        assertLe(collect(hundred(true)), MOST);
    }

    /// @dev From vaults that nobody deployed yet. A batch has no cap of its own: 70 fit below nine million.
    function test_ClaimsThatDeployTheirVaults() public {
        IRoyaltyVaultFactory.VaultClaim[] memory claims = hundred(false);
        assembly ("memory-safe") {
            mstore(claims, 70)
        }
        assertLe(collect(claims), MOST);
    }

    function test_ClaimsThatDeployAHundredVaultsAreAboveNineMillionAndFit() public {
        uint256 gas = collect(hundred(false));
        assertGt(gas, MOST, "say otherwise in docs/trust.md");
        assertLe(gas, TRANSACTION);
    }

    address[100] private vaults;

    /// @dev One split, with a salt for each of a hundred vaults; the payee is one of 1,024.
    function hundred(bool deployed) private returns (IRoyaltyVaultFactory.VaultClaim[] memory claims) {
        IRoyaltyVault.Node memory top = Split.leaf(artist, 5);
        for (uint256 i = 0; i < 10; ++i) {
            top = Split.inner(top, branch(i));
        }
        IRoyaltyVault.Share memory share = deepen(IRoyaltyVault.Share(artist, 5, 0, new IRoyaltyVault.Node[](0)), 10);
        claims = new IRoyaltyVaultFactory.VaultClaim[](100);
        for (uint256 i = 0; i < 100; ++i) {
            claims[i] = IRoyaltyVaultFactory.VaultClaim(Split.top(top), bytes32(i), address(dollar), share);
            vaults[i] = factory.vaultOf(claims[i].root, claims[i].salt);
            if (deployed) factory.deploy(claims[i].root, claims[i].salt);
        }
    }

    /// @dev 5 of 15 shares of a payment to each vault; returns the transaction's gas.
    function collect(IRoyaltyVaultFactory.VaultClaim[] memory claims) private returns (uint256 gas) {
        for (uint256 i = 0; i < claims.length; ++i) {
            dollar.mint(vaults[i], 1_500);
        }
        uint256 before = dollar.balanceOf(artist);
        vm.prank(relayer);
        factory.claim(claims);
        gas = gasOfTheLastCall();
        assertEq(dollar.balanceOf(artist), before + claims.length * 500);
    }

    // ---- helpers ----

    /// @dev What a transaction with the last call uses, before refunds.
    function gasOfTheLastCall() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    /// @dev A node beside the way, with a share of 1.
    function branch(uint256 i) private pure returns (IRoyaltyVault.Node memory) {
        return IRoyaltyVault.Node(keccak256(abi.encode("branch", i)), 1);
    }

    /// @dev The same share, `steps` of such nodes further from the root.
    function deepen(IRoyaltyVault.Share memory share, uint256 steps)
        private
        pure
        returns (IRoyaltyVault.Share memory deep)
    {
        (deep.payee, deep.share, deep.sides) = (share.payee, share.share, share.sides);
        uint256 length = share.siblings.length;
        deep.siblings = new IRoyaltyVault.Node[](length + steps);
        for (uint256 i = 0; i < length + steps; ++i) {
            deep.siblings[i] = i < length ? share.siblings[i] : branch(i - length);
        }
    }

    /// @dev A URI of 1,024 bytes.
    function longest() private pure returns (string memory uri) {
        uri = "https://";
        while (bytes(uri).length < 1_024) uri = string.concat(uri, "12345678");
    }
}
