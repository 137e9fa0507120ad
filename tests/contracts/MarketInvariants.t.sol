// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {Vm} from "forge-std/Vm.sol";

import {Base} from "./Base.t.sol";
import {Replay} from "./helpers/Replay.sol";

/// @dev Deeds change hands, offers are signed, published and cancelled, licenses sold and passed on, time goes by.
/// The contract is its own handler: every action is bounded, and whatever must be refused is tried and asserted.
contract MarketInvariants is Base {
    using Replay for Vm.Log[];

    struct Sale {
        bytes32 id;
        bytes32 assetId;
        uint256 expires;
        uint32 uses;
        bool bound;
        address holder;
    }

    uint256 private constant ASSETS = 3;

    address[3] private holders;
    uint256[3] private keys;
    bytes32[ASSETS] private assets;

    // What the history says, kept apart from the contracts.
    uint256[ASSETS] private holderOf;
    uint256[ASSETS] private epochs;
    uint256[ASSETS] private exclusive;
    mapping(bytes32 offerHash => uint256) private soldOf;
    mapping(bytes32 offerHash => bool) private cancelled;
    mapping(bytes32 licenseId => bool) private known;
    ILicenseToken.Offer[] private offers;
    Sale[] private sales;
    uint256 private spent;
    uint256 private nonce;
    uint256 private time = NOW;

    bytes32 private registryHead;
    bytes32 private licensesHead;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < ASSETS; ++i) {
            (holders[i], keys[i]) = makeAddrAndKey(string.concat("holder ", vm.toString(i)));
            assets[i] = registerAs(holders[i], bytes32(i + 1));
            holderOf[i] = i;
        }
        registryHead = registry.head();
        dollar.mint(licensee, 1e30);

        bytes4[] memory actions = new bytes4[](10);
        actions[0] = this.offerAndSell.selector;
        actions[1] = this.offerAndSell.selector; // more often than the rest
        actions[2] = this.publish.selector;
        actions[3] = this.sellAgain.selector;
        actions[4] = this.moveTheDeed.selector;
        actions[5] = this.cancelAll.selector;
        actions[6] = this.cancelOne.selector;
        actions[7] = this.moveALicense.selector;
        actions[8] = this.wait.selector;
        actions[9] = this.fillABasket.selector;
        targetContract(address(this));
        targetSelector(FuzzSelector({addr: address(this), selectors: actions}));
    }

    /// @dev Replays what the action logged onto the head that the history has reached.
    modifier replayed() {
        vm.warp(time);
        vm.recordLogs();
        _;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        registryHead = logs.head(address(registry), registryHead);
        licensesHead = logs.head(address(licenses), licensesHead);
    }

    // ---- actions ----

    function offerAndSell(uint256 asset, uint256 random) external replayed {
        trade(freshOffer(asset % ASSETS, random), random >> 110);
    }

    function publish(uint256 asset, uint256 random) external replayed {
        asset %= ASSETS;
        ILicenseToken.Offer memory offer = freshOffer(asset, random);
        if (time < exclusive[asset]) {
            vm.expectRevert(
                abi.encodeWithSelector(ILicenseToken.AssetExclusivelyLicensed.selector, assets[asset], exclusive[asset])
            );
        }
        vm.prank(offer.licensor);
        licenses.publishOffer(offer, conditions(bytes32(nonce)));
    }

    /// @dev Any offer ever made: it sells where the history says that it stands, and only there.
    function sellAgain(uint256 which, uint256 random) external replayed {
        if (offers.length == 0) return;
        trade(offers[which % offers.length], random);
    }

    /// @dev Any offers ever made, some twice: what the history lets sell is sold, in order, the rest is passed over; or,
    /// where it must be all or nothing, all is refused if anything is.
    function fillABasket(uint256 which, uint256 random) external replayed {
        if (offers.length == 0) return;
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](1 + random % 5);
        bool[] memory good = new bool[](orders.length);
        bool all = true;
        uint256 snapshot = vm.snapshotState(); // of this contract's history too
        for (uint256 i = 0; i < orders.length; ++i) {
            which = uint256(keccak256(abi.encode(which)));
            orders[i] = i != 0 && which % 8 == 0 ? orders[i - 1] : orderAt(offers[which % offers.length], which >> 64);
            good[i] = stands(orders[i]);
            if (good[i]) record(orders[i]);
            else all = false;
        }
        bool skip_ = random >> 8 & 1 == 0;
        if (!skip_ && !all) {
            vm.revertToState(snapshot);
            vm.expectRevert();
        }
        vm.prank(licensee);
        bytes32[] memory ids = licenses.buyBasket(orders, skip_);
        if (!skip_ && !all) {
            vm.getRecordedLogs(); // Forge records what was undone, too
            return;
        }
        for (uint256 i = 0; i < ids.length; ++i) {
            assertEq(ids[i], good[i] ? seatOf(orders[i], 0) : bytes32(0));
        }
    }

    function moveTheDeed(uint256 asset, uint256 to) external replayed {
        (asset, to) = (asset % ASSETS, to % 3);
        moveDeed(assets[asset], holders[holderOf[asset]], holders[to]);
        holderOf[asset] = to;
        ++epochs[asset];
    }

    function cancelAll(uint256 asset) external replayed {
        asset %= ASSETS;
        vm.prank(holders[holderOf[asset]]);
        registry.cancelOffers(assets[asset]);
        ++epochs[asset];
    }

    function cancelOne(uint256 which) external replayed {
        if (offers.length == 0) return;
        ILicenseToken.Offer memory offer = offers[which % offers.length];
        vm.prank(offer.licensor);
        cancelled[licenses.cancelOffer(offer)] = true;
    }

    function moveALicense(uint256 which, address to) external replayed {
        if (sales.length == 0) return;
        Sale storage sale = sales[which % sales.length];
        if (to == address(0)) to = stranger;
        if (sale.bound) {
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseNotTransferable.selector, sale.id));
        }
        vm.prank(sale.holder);
        licenses.transferFrom(sale.holder, to, uint256(sale.id));
        if (!sale.bound) sale.holder = to;
    }

    function wait(uint256 seconds_) external {
        time += bound(seconds_, 0, 200 days);
    }

    // ---- laws ----

    function invariant_HeadsReplay() public view {
        assertEq(registry.head(), registryHead);
        assertEq(licenses.head(), licensesHead);
    }

    function invariant_EpochNeverFalls() public view {
        for (uint256 i = 0; i < ASSETS; ++i) {
            IAssetRegistry.Deed memory deed = registry.deed(assets[i]);
            assertEq(deed.epoch, epochs[i], "one more for every transfer and cancellation");
            assertEq(deed.holder, holders[holderOf[i]]);
            assertEq(deed.exclusiveUntil, exclusive[i]);
        }
    }

    function invariant_LicenseNeverChangesTerms() public {
        vm.warp(time);
        for (uint256 i = 0; i < sales.length; ++i) {
            Sale memory sale = sales[i];
            ILicenseToken.License memory license = licenses.license(sale.id);
            assertEq(license.holder, sale.holder);
            assertEq(license.expires, sale.expires);
            assertEq(license.uses, sale.uses);
            assertEq(license.bound, sale.bound);
            assertEq(licenses.permits(sale.id, sale.uses), time < sale.expires);
        }
    }

    function invariant_LicenseTokenHoldsNoMoney() public view {
        assertEq(dollar.balanceOf(address(licenses)), 0);
        assertEq(dollar.balanceOf(address(registry)), 0);
        assertEq(address(licenses).balance, 0);
        assertEq(address(registry).balance, 0);
    }

    function invariant_EveryLicenseIsPaidInFull() public view {
        assertEq(dollar.balanceOf(artist), spent);
        assertEq(dollar.balanceOf(licensee), 1e15 + 1e30 - spent);
    }

    function invariant_NoMoreIsSoldThanSupplied() public view {
        for (uint256 i = 0; i < offers.length; ++i) {
            bytes32 hash = hashOf(offers[i]);
            assertEq(licenses.offerState(hash).sold, offers[i].supply == 0 ? 0 : soldOf[hash]);
            if (offers[i].supply != 0) assertLe(soldOf[hash], offers[i].supply);
            assertEq(licenses.offerState(hash).cancelled, cancelled[hash]);
        }
    }

    /// @dev Liveness: whatever happened, the holder of each deed can sell a license of it, once exclusivity is over.
    function afterInvariant() public {
        for (uint256 i = 0; i < ASSETS; ++i) {
            if (time < exclusive[i]) time = exclusive[i];
            vm.warp(time);
            uint256 before = sales.length;
            trade(freshOffer(i, 0), 0);
            assertEq(sales.length, before + 1);
        }
    }

    // ---- helpers ----

    function freshOffer(uint256 asset, uint256 random) private returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        (offer.licensor, offer.assetId, offer.epoch) = (holders[holderOf[asset]], assets[asset], uint32(epochs[asset]));
        offer.price = random % 5 == 0 ? 0 : random % 1e9 + 1;
        offer.kind = offer.price == 0 ? ILicenseToken.Kind.Free : ILicenseToken.Kind.Sale;
        offer.uses = uint32(random >> 32 | 1);
        (offer.start, offer.end) = (uint40(time), random >> 64 & 1 == 0 ? 0 : uint40(time + 100 days));
        offer.duration = random >> 65 & 7 == 0 ? 0 : uint32(random >> 68) % (300 days);
        offer.supply = uint32(random >> 100) % 16;
        // A perpetual exclusive license would end the asset's story.
        offer.exclusive = offer.duration != 0 && random >> 104 & 3 == 0;
        offer.transferable = random >> 106 & 1 == 0;
        offer.conditions = hashOf(conditions(bytes32(++nonce)));
        offers.push(offer);
    }

    /// @dev Tries the sale, one way or another; checks that it happens exactly where the history allows it.
    function trade(ILicenseToken.Offer memory offer, uint256 random) private {
        ILicenseToken.Order memory order = orderAt(offer, random);
        bool standing = stands(order);
        // What costs nothing needs nobody's authorization.
        if (random >> 8 & 1 == 0 || offer.price == 0) {
            if (!standing) vm.expectRevert();
            vm.prank(licensee);
            licenses.buy(order);
        } else {
            ILicenseToken.Authorization memory authorization = authorize(
                licenseeKey, order.offer.price * order.quantity, time - 1, time + 1, nonceOf(order, licensee)
            );
            if (!standing) vm.expectRevert();
            vm.prank(relayer);
            licenses.buyWithAuthorization(order, authorization);
        }
        if (standing) record(order);
    }

    /// @dev A new order, of several seats as a rule; of two exclusive ones at times, which never sells.
    function orderAt(ILicenseToken.Offer memory offer, uint256 random)
        private
        returns (ILicenseToken.Order memory order)
    {
        bytes memory signature = signed(keyOf(offer.licensor), digestOf(offer));
        order = orderOf(offer, signature, licensee, bytes32(++nonce << 128));
        order.quantity = random & 7 < 4 ? 1 : random & 7;
    }

    function record(ILicenseToken.Order memory order) private {
        ILicenseToken.Offer memory offer = order.offer;
        uint256 expires = offer.duration == 0 ? type(uint40).max : time + offer.duration;
        for (uint256 seat = 0; seat < order.quantity; ++seat) {
            bytes32 id = seatOf(order, seat);
            known[id] = true;
            sales.push(Sale(id, offer.assetId, expires, offer.uses, !offer.transferable, licensee));
        }
        if (offer.exclusive) exclusive[assetOf(offer.assetId)] = expires;
        soldOf[hashOf(offer)] += order.quantity;
        spent += offer.price * order.quantity;
    }

    function stands(ILicenseToken.Order memory order) private view returns (bool) {
        ILicenseToken.Offer memory offer = order.offer;
        uint256 asset = assetOf(offer.assetId);
        bytes32 hash = hashOf(offer);
        return offer.licensor == holders[holderOf[asset]] && offer.epoch == epochs[asset] && time >= exclusive[asset]
            && time >= offer.start && (offer.end == 0 || time <= offer.end) && !cancelled[hash]
            && (offer.supply == 0 || soldOf[hash] + order.quantity <= offer.supply)
            && (!offer.exclusive || order.quantity == 1) && !known[seatOf(order, 0)];
    }

    function assetOf(bytes32 id) private view returns (uint256 asset) {
        while (assets[asset] != id) ++asset;
    }

    function keyOf(address holder) private view returns (uint256) {
        return holder == holders[0] ? keys[0] : holder == holders[1] ? keys[1] : keys[2];
    }
}
