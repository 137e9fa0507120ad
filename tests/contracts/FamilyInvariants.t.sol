// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {IDisputeDesk} from "contracts/interfaces/IDisputeDesk.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";

import {Family} from "./Family.t.sol";

/// @dev A poem, its song, and a film of the song, each with a vault that nobody has deployed; the song and the film under
/// ceilings of revenue. Licenses of all three are sold, presents come in, deeds are disputed and answered, and anyone
/// claims for anyone, in any order. The contract is its own handler and keeps the history apart from the contracts.
contract FamilyInvariants is Family {
    struct Generation {
        bytes32 id;
        address vault;
        bytes32 split;
        bytes32 salt;
        uint256 ceiling;
        uint256 until;
        address[] payees;
        uint128[] shares;
        uint256 total;
        bytes[] proofs; // encoded, since they are read at every step
        // What the history says.
        uint256 sold; // to the vault, or through an escrow that is open
        uint256 cameIn; // to the vault, but from the next generation's
        uint256 escrowing;
    }

    struct Told {
        uint256 generation;
        uint256 deadline;
        bool open;
        bool answered;
        uint256 held;
    }

    struct Bought {
        bytes32 id;
        uint256 generation;
    }

    uint256 private constant POEM = 0;
    uint256 private constant SONG = 1;
    uint256 private constant FILM = 2;
    uint256 private constant CASES = 20;
    uint256 private constant RICH = 1e30;

    address private buyer = makeAddr("buyer");

    Generation[3] private family;
    Told[] private told; // case i + 1
    Bought[] private bought;
    uint256 private given;
    uint256 private nonce;
    uint256 private time = NOW;

    function setUp() public override {
        super.setUp();
        dollar.mint(buyer, RICH);
        vm.prank(buyer);
        dollar.approve(address(licenses), type(uint256).max);

        (payees, shares) = three();
        found(POEM, assetId, 0, 0, FOREVER);
        make(SONG, licensorKey, remixer, 1_000, 1e12, 500 days);
        make(FILM, remixerKey, licensee, 2_000, 1e11, 400 days);

        bytes4[] memory actions = new bytes4[](10);
        actions[0] = this.sell.selector;
        actions[1] = this.sell.selector; // more often than the rest
        actions[2] = this.sell.selector;
        actions[3] = this.give.selector;
        actions[4] = this.claim.selector;
        actions[5] = this.claimAllTheWay.selector;
        actions[6] = this.raiseADispute.selector;
        actions[7] = this.answer.selector;
        actions[8] = this.endACase.selector;
        actions[9] = this.wait.selector;
        targetContract(address(this));
        targetSelector(FuzzSelector({addr: address(this), selectors: actions}));
    }

    /// @dev A work made from the one before, under a free license that asks `bps` for its vault.
    function make(uint256 which, uint256 key, address maker, uint16 bps, uint96 ceiling, uint32 duration) private {
        Generation storage parent = family[which - 1];
        ILicenseToken.Offer memory offer = freeTerms();
        (offer.licensor, offer.assetId, offer.payee) = (vm.addr(key), parent.id, parent.vault);
        (offer.uses, offer.duration) = (TRAIN | DERIVE, duration);
        ILicenseToken.Conditions memory shown;
        (shown.royaltyBps, shown.revenueCeiling) = (bps, ceiling);
        IAssetRegistry.Derivation memory made;
        made.parents = new IAssetRegistry.Parent[](1);
        made.parents[0] = acquireFrom(key, maker, offer, shown);
        delete payees;
        delete shares;
        place(parent.vault, bps);
        place(maker, 10_000 - bps);
        made.parents[0].share = proof(0);
        made.split = split();
        vm.prank(maker);
        bytes32 id = registry.registerDerivative(work(bytes32(which)), made);
        found(which, id, keccak256(abi.encode(licensesOf(made.parents))), ceiling, NOW + duration);
    }

    function found(uint256 which, bytes32 id, bytes32 salt, uint256 ceiling, uint256 until) private {
        Generation storage one = family[which];
        (one.id, one.split, one.salt, one.ceiling, one.until) = (id, split(), salt, ceiling, until);
        one.vault = factory.vaultOf(one.split, salt);
        (one.payees, one.shares) = (payees, shares);
        for (uint256 i = 0; i < shares.length; ++i) {
            one.total += shares[i];
            one.proofs.push(abi.encode(proof(i)));
        }
    }

    // ---- actions ----

    /// @dev To the vault, into escrow, or not at all: as the history says.
    function sell(uint256 which, uint256 price, uint256 random) external {
        vm.warp(time);
        which %= 3;
        Generation storage one = family[which];
        ILicenseToken.Order memory order = orderFor(one, price, random);
        uint256 amount = order.offer.price * order.quantity;
        bool derived = which != POEM;
        bool good = !derived
            || (time + order.offer.duration <= one.until && one.escrowing == 0 && received(one) + amount <= one.ceiling);
        if (!good) vm.expectRevert();
        vm.prank(buyer);
        licenses.buy(order);
        if (!good) return;
        for (uint256 seat = 0; seat < order.quantity; ++seat) {
            bought.push(Bought(seatOf(order, seat), which));
        }
        one.sold += amount;
        if (one.escrowing == 0) one.cameIn += amount;
        else told[latest(which)].held += amount;
    }

    function orderFor(Generation storage one, uint256 price, uint256 random)
        private
        returns (ILicenseToken.Order memory order)
    {
        ILicenseToken.Offer memory offer = terms();
        IAssetRegistry.Deed memory deed = registry.deed(one.id);
        (offer.licensor, offer.assetId, offer.epoch, offer.payee) = (deed.holder, one.id, deed.epoch, one.vault);
        offer.price = bound(price, 1, one.ceiling == 0 ? 1e13 : one.ceiling / 4);
        (offer.end, offer.duration) = (0, uint32(bound(random >> 8, 1, 400 days)));
        uint256 key = deed.holder == licensor ? licensorKey : deed.holder == remixer ? remixerKey : licenseeKey;
        order = orderOf(offer, signed(key, digestOf(offer)), buyer, bytes32(++nonce << 128));
        order.quantity = 1 + random % 3;
    }

    /// @dev Plain payments: they are income of the work, and count.
    function give(uint256 which, uint256 amount) external {
        which %= 3;
        amount = bound(amount, 0, 1e9);
        dollar.mint(family[which].vault, amount);
        family[which].cameIn += amount;
        given += amount;
    }

    /// @dev Whoever calls, it goes to the payee; the vault is deployed by the way.
    function claim(uint256 which, uint256 index, address caller) external {
        Generation storage one = family[which % 3];
        index %= one.payees.length;
        IRoyaltyVaultFactory.VaultClaim[] memory claims = new IRoyaltyVaultFactory.VaultClaim[](1);
        claims[0] = claimOf(one, index);
        uint256 due = entitled(one, index) - releasedTo(one, index);
        vm.prank(caller);
        assertEq(factory.claim(claims)[0], due);
    }

    /// @dev From the film to the song to the poem to its payees, in one transaction.
    function claimAllTheWay(address caller) external {
        IRoyaltyVaultFactory.VaultClaim[] memory claims = new IRoyaltyVaultFactory.VaultClaim[](5);
        (claims[0], claims[1]) = (claimOf(family[FILM], 0), claimOf(family[SONG], 0));
        for (uint256 i = 0; i < 3; ++i) {
            claims[2 + i] = claimOf(family[POEM], i);
        }
        vm.prank(caller);
        factory.claim(claims);
    }

    function raiseADispute(uint256 which) external {
        if (told.length == CASES) return;
        vm.warp(time);
        which %= 3;
        assertEq(dispute(family[which].id), told.length + 1);
        told.push(Told(which, time + TIMEOUT, true, false, 0));
        ++family[which].escrowing;
    }

    /// @dev The deed's holder stakes a bond, and is paid directly again if no other case is open.
    function answer(uint256 which) external {
        if (told.length == 0) return;
        vm.warp(time);
        which %= told.length;
        Told storage one = told[which];
        if (!one.open || one.answered || time > one.deadline) return;
        counterBond(which + 1, registry.deed(family[one.generation].id).holder);
        one.answered = true;
        --family[one.generation].escrowing;
    }

    /// @dev Rejected in time, or lapsed; then what it held goes to the vault, once nothing is open or overdue.
    function endACase(uint256 which) external {
        if (told.length == 0) return;
        vm.warp(time);
        finish(which % told.length);
    }

    function wait(uint256 seconds_) external {
        time += bound(seconds_, 0, 2 * TIMEOUT);
    }

    // ---- laws ----

    /// @dev However a derivative's licenses are sold, and whatever is disputed, claimed or given meanwhile.
    function invariant_NoCeilingIsPassed() public view {
        for (uint256 i = SONG; i <= FILM; ++i) {
            assertLe(family[i].sold, family[i].ceiling);
        }
        for (uint256 i = 0; i < told.length; ++i) {
            Generation storage one = family[told[i].generation];
            if (one.ceiling != 0) {
                assertEq(dollar.balanceOf(desk.purseOf(i + 1, one.vault)), 0, "nor hidden in escrow");
            }
        }
    }

    /// @dev Of all that ever came in, to the unit, at every level: an ancestor cannot be left out.
    function invariant_EveryAncestorHasItsShare() public view {
        for (uint256 i = 0; i < 3; ++i) {
            Generation storage one = family[i];
            uint256 inflow = one.cameIn;
            if (i != FILM) inflow += releasedTo(family[i + 1], 0);
            assertEq(received(one), inflow, "received is what came in");
            uint256 out = 0;
            for (uint256 j = 0; j < one.payees.length; ++j) {
                assertLe(releasedTo(one, j), entitled(one, j));
                out += releasedTo(one, j);
            }
            assertEq(dollar.balanceOf(one.vault), inflow - out, "and what is left is there");
        }
    }

    /// @dev What buyers paid, and what was given, is in vaults, in escrows, or with those who have shares in a vault.
    function invariant_NothingLeavesTheFamilyButToItsPayees() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 3; ++i) {
            sum += dollar.balanceOf(family[i].vault);
        }
        for (uint256 i = 0; i < told.length; ++i) {
            uint256 held = dollar.balanceOf(desk.purseOf(i + 1, family[told[i].generation].vault));
            assertEq(held, told[i].held);
            sum += held;
        }
        sum += dollar.balanceOf(artist) + dollar.balanceOf(licensor) + dollar.balanceOf(auditor);
        sum += dollar.balanceOf(remixer) - 1e15 + dollar.balanceOf(licensee) - 1e15;
        assertEq(sum, RICH - dollar.balanceOf(buyer) + given);
        assertEq(RICH - dollar.balanceOf(buyer), family[0].sold + family[1].sold + family[2].sold);
    }

    function invariant_NothingOutlivesItsParents() public view {
        for (uint256 i = 0; i < bought.length; ++i) {
            uint256 which = bought[i].generation;
            if (which != POEM) assertLe(licenses.license(bought[i].id).expires, family[which].until);
        }
        for (uint256 i = 0; i < 3; ++i) {
            uint8 flags = i == POEM ? 0 : DERIVATIVE | CEILING;
            assertEq(registry.deed(family[i].id).flags & ~uint8(8), flags, "a rejected dispute changes nothing");
        }
    }

    /// @dev Liveness: when the last deadline is past, everything reaches the wallets it belongs to, but for dust.
    function afterInvariant() public {
        time += TIMEOUT + 1;
        vm.warp(time);
        for (uint256 i = 0; i < told.length; ++i) {
            finish(i);
            assertEq(told[i].held, 0);
        }
        for (uint256 i = 3; i > 0; --i) {
            Generation storage one = family[i - 1];
            IRoyaltyVaultFactory.VaultClaim[] memory claims = new IRoyaltyVaultFactory.VaultClaim[](one.payees.length);
            for (uint256 j = 0; j < claims.length; ++j) {
                claims[j] = claimOf(one, j);
            }
            factory.claim(claims);
            assertLt(dollar.balanceOf(one.vault), one.payees.length);
        }
        invariant_EveryAncestorHasItsShare();
        invariant_NothingLeavesTheFamilyButToItsPayees();
    }

    // ---- the history ----

    /// @dev The asset's latest case, less one.
    function latest(uint256 which) private view returns (uint256 found_) {
        for (uint256 i = 0; i < told.length; ++i) {
            if (told[i].generation == which) found_ = i;
        }
    }

    function finish(uint256 which) private {
        Told storage one = told[which];
        Generation storage asset = family[one.generation];
        if (one.open) {
            if (time > one.deadline) desk.lapse(which + 1);
            else rule(which + 1, 2);
            one.open = false;
            if (!one.answered) --asset.escrowing;
        }
        if (one.held == 0) return;
        try desk.release(which + 1, asset.vault, address(dollar)) returns (uint256 amount) {
            assertEq(amount, one.held);
            asset.cameIn += amount;
            one.held = 0;
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IDisputeDesk.EscrowNotOver.selector);
            assertLe(time, one.deadline);
        }
    }

    // ---- what the vaults say, deployed or not ----

    function received(Generation storage one) private view returns (uint256) {
        if (one.vault.code.length == 0) return dollar.balanceOf(one.vault);
        return IRoyaltyVault(one.vault).received(address(dollar));
    }

    function releasedTo(Generation storage one, uint256 index) private view returns (uint256) {
        if (one.vault.code.length == 0) return 0;
        return IRoyaltyVault(one.vault).releasedTo(address(dollar), one.payees[index]);
    }

    function entitled(Generation storage one, uint256 index) private view returns (uint256) {
        return received(one) * one.shares[index] / one.total;
    }

    function claimOf(Generation storage one, uint256 index)
        private
        view
        returns (IRoyaltyVaultFactory.VaultClaim memory)
    {
        IRoyaltyVault.Share memory share = abi.decode(one.proofs[index], (IRoyaltyVault.Share));
        return IRoyaltyVaultFactory.VaultClaim(one.split, one.salt, address(dollar), share);
    }
}
