// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";

import {Base} from "./Base.t.sol";
import {Split} from "./helpers/Split.sol";

/// @dev Works made from others. The remixer buys licenses of the licensor's works that permit deriving, and registers a
/// work made from them, in whose split each parent's payee has the share that the license asks.
abstract contract Family is Base {
    uint32 internal constant DERIVE = 1 << 7;
    uint8 internal constant DERIVATIVE = 1;
    uint8 internal constant RECIPROCAL = 2;
    uint8 internal constant CEILING = 4;
    uint32 internal constant FOREVER = type(uint32).max;
    bytes32 internal constant REMIX = keccak256("a song of the poem");

    address internal remixer;
    uint256 internal remixerKey;

    /// @dev The derivative's split.
    address[] internal payees;
    uint128[] internal shares;

    uint256 private lastSalt;

    function setUp() public virtual override {
        super.setUp();
        (remixer, remixerKey) = makeAddrAndKey("remixer");
        enrich(remixer);
    }

    function enrich(address who) internal {
        dollar.mint(who, 1e15);
        vm.prank(who);
        dollar.approve(address(licenses), type(uint256).max);
    }

    // ---- parents ----

    /// @dev Training and deriving, for a year.
    function derivable() internal view returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        offer.uses = TRAIN | DERIVE;
    }

    /// @dev The remixer buys a license on the licensor's offer; where its payee stands in the split is not proven yet.
    function acquire(ILicenseToken.Offer memory offer, ILicenseToken.Conditions memory shown)
        internal
        returns (IAssetRegistry.Parent memory)
    {
        return acquireFrom(licensorKey, remixer, offer, shown);
    }

    function acquireFrom(
        uint256 key,
        address to,
        ILicenseToken.Offer memory offer,
        ILicenseToken.Conditions memory shown
    ) internal returns (IAssetRegistry.Parent memory parent) {
        offer.conditions = hashOf(shown);
        // Copies, so that a test may go on with what it passed in.
        (offer, shown) = abi.decode(abi.encode(offer, shown), (ILicenseToken.Offer, ILicenseToken.Conditions));
        parent.grant = ILicenseToken.Grant(offer, to, bytes32(++lastSalt));
        parent.conditions = shown;
        buyGrant(key, parent.grant);
    }

    function buyGrant(uint256 key, ILicenseToken.Grant memory grant) internal {
        bytes memory signature = signed(key, digestOf(grant.offer));
        vm.prank(grant.licensee);
        licenses.buy(orderOf(grant.offer, signature, grant.licensee, grant.salt));
    }

    /// @dev A license of `WORK`, which asks 2.5 % for the artist, and a split that gives it.
    function oneParent() internal returns (IAssetRegistry.Parent[] memory) {
        return oneParent(conditions());
    }

    function oneParent(ILicenseToken.Conditions memory shown)
        internal
        returns (IAssetRegistry.Parent[] memory parents)
    {
        parents = new IAssetRegistry.Parent[](1);
        parents[0] = acquire(derivable(), shown);
        giveShares(artist, 250);
        parents[0].share = proof(0);
    }

    /// @dev Licenses of works with other payees each, in order; the split gives all of them 2.5 %.
    function manyParents(uint256 count) internal returns (IAssetRegistry.Parent[] memory parents) {
        parents = new IAssetRegistry.Parent[](count);
        for (uint256 i = 0; i < count; ++i) {
            ILicenseToken.Offer memory offer = derivable();
            offer.assetId = registerAs(licensor, keccak256(abi.encode("parent", i)));
            offer.payee = payeeOf(i);
            parents[i] = acquire(offer, conditions(bytes32(i)));
            place(payeeOf(i), 250);
        }
        place(remixer, uint128(10_000 - 250 * count));
        for (uint256 i = 0; i < count; ++i) {
            parents[i].share = proof(i);
        }
    }

    function payeeOf(uint256 i) internal pure returns (address) {
        return address(uint160(0xa00000 + i));
    }

    /// @dev Starts the split anew: `share` of 10,000 for `payee`, the rest for the remixer.
    function giveShares(address payee, uint128 share) internal {
        delete payees;
        delete shares;
        place(payee, share);
        place(remixer, 10_000 - share);
    }

    function place(address payee, uint128 share) internal {
        payees.push(payee);
        shares.push(share);
    }

    function proof(uint256 index) internal view returns (IRoyaltyVault.Share memory) {
        return Split.prove(payees, shares, index);
    }

    function licenseOf(IAssetRegistry.Parent memory parent) internal pure returns (bytes32) {
        return idOf(parent.grant);
    }

    function licensesOf(IAssetRegistry.Parent[] memory parents) internal pure returns (bytes32[] memory ids) {
        ids = new bytes32[](parents.length);
        for (uint256 i = 0; i < parents.length; ++i) {
            ids[i] = licenseOf(parents[i]);
        }
    }

    // ---- the derivative ----

    function split() internal view returns (bytes32) {
        return Split.root(payees, shares);
    }

    /// @dev The derivative's vault, from the specification.
    function vaultOf(IAssetRegistry.Parent[] memory parents) internal view returns (address) {
        return factory.vaultOf(split(), keccak256(abi.encode(licensesOf(parents))));
    }

    function derivation(IAssetRegistry.Parent[] memory parents)
        internal
        view
        returns (IAssetRegistry.Derivation memory made)
    {
        (made.split, made.parents) = (split(), parents);
    }

    function derive(IAssetRegistry.Parent[] memory parents) internal returns (bytes32) {
        return derive(REMIX, derivation(parents));
    }

    function derive(bytes32 content, IAssetRegistry.Derivation memory made) internal returns (bytes32) {
        vm.prank(remixer);
        return registry.registerDerivative(work(content), made);
    }

    function refuseDerivative(IAssetRegistry.Parent[] memory parents, bytes memory reason) internal {
        refuseDerivative(derivation(parents), reason);
    }

    function refuseDerivative(IAssetRegistry.Derivation memory made, bytes memory reason) internal {
        vm.prank(remixer);
        vm.expectRevert(reason);
        registry.registerDerivative(work(REMIX), made);
    }

    // ---- its sales ----

    /// @dev Training for a year, by the remixer; as long as the parents' licenses run.
    function remixTerms(bytes32 id, address vault) internal view returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        (offer.licensor, offer.assetId, offer.payee) = (remixer, id, vault);
    }

    function sellRemix(ILicenseToken.Offer memory offer) internal returns (bytes32) {
        ILicenseToken.Order memory order = remixOrder(offer);
        vm.prank(licensee);
        return licenses.buy(order);
    }

    function refuseRemix(ILicenseToken.Offer memory offer, bytes memory reason) internal {
        ILicenseToken.Order memory order = remixOrder(offer);
        vm.prank(licensee);
        vm.expectRevert(reason);
        licenses.buy(order);
    }

    function remixOrder(ILicenseToken.Offer memory offer) internal returns (ILicenseToken.Order memory) {
        return orderOf(offer, signed(remixerKey, digestOf(offer)), licensee, bytes32(++lastSalt));
    }
}
