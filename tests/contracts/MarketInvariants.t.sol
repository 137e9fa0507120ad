// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {Vm} from "forge-std/Vm.sol";

import {Base} from "./Base.t.sol";
import {Replay} from "./helpers/Replay.sol";
import {Split} from "./helpers/Split.sol";

/// @dev Deeds change hands, offers are signed, published and cancelled, licenses sold, passed on, renewed, revoked,
/// sublicensed and derived from, and what was made from them is sold in turn; time goes by.
/// The contract is its own handler: every action is bounded, and whatever must be refused is tried and asserted.
contract MarketInvariants is Base {
    using Replay for Vm.Log[];

    struct Sale {
        bytes32 id;
        bytes32 salt;
        uint256 offer; // its place among the offers
        uint256 time;
        uint256 expires;
        uint32 uses;
        bool bound;
        bool revoked;
        address holder;
    }

    struct Sub {
        bytes32 id;
        uint256 sale;
        uint256 expires;
        uint32 uses;
    }

    struct Asset {
        bytes32 id;
        uint256 holder;
        uint256 epoch;
        uint256 exclusive;
        // Of a derivative alone:
        address vault;
        bytes32 split;
        uint256 parent; // the sale that it was made under
        uint32 uses;
        uint256 until;
    }

    uint256 private constant ORIGINALS = 3;
    uint256 private constant ASSETS = 7;
    uint32 private constant DERIVE = 1 << 7;
    uint256 private constant RICH = 1e30;

    address[3] private holders;
    uint256[3] private keys;

    // What the history says, kept apart from the contracts.
    Asset[] private assets;
    mapping(bytes32 offerHash => uint256) private soldOf;
    mapping(bytes32 offerHash => bool) private cancelled;
    mapping(bytes32 offerHash => uint256) private indexOf;
    mapping(bytes32 licenseId => bool) private known;
    mapping(address payee => uint256) private paidTo;
    ILicenseToken.Offer[] private offers;
    bytes32[] private hashes; // of the offers
    uint256[] private salts; // of the offers' conditions
    Sale[] private sales;
    Sub[] private subs;
    address[] private vaults; // works made under one license with one split share theirs
    mapping(address vault => bool) private isVault;
    address[] private refundVaults;
    uint256 private spent;
    uint256 private refunded;
    uint256 private nonce;
    uint256 private time = NOW;

    bytes32 private registryHead;
    bytes32 private licensesHead;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < ORIGINALS; ++i) {
            (holders[i], keys[i]) = makeAddrAndKey(string.concat("holder ", vm.toString(i)));
            assets.push();
            (assets[i].id, assets[i].holder) = (registerAs(holders[i], bytes32(i + 1)), i);
            dollar.mint(holders[i], RICH);
            vm.prank(holders[i]);
            dollar.approve(address(licenses), type(uint256).max);
        }
        registryHead = registry.head();
        dollar.mint(licensee, RICH);

        bytes4[] memory actions = new bytes4[](17);
        actions[0] = this.offerAndSell.selector;
        actions[1] = this.offerAndSell.selector; // more often than the rest
        actions[2] = this.offerAndSell.selector;
        actions[3] = this.publish.selector;
        actions[4] = this.sellAgain.selector;
        actions[5] = this.moveTheDeed.selector;
        actions[6] = this.cancelAll.selector;
        actions[7] = this.cancelOne.selector;
        actions[8] = this.moveALicense.selector;
        actions[9] = this.wait.selector;
        actions[10] = this.fillABasket.selector;
        actions[11] = this.renew.selector;
        actions[12] = this.revoke.selector;
        actions[13] = this.sublicense.selector;
        actions[14] = this.derive.selector;
        actions[15] = this.refresh.selector;
        actions[16] = this.renew.selector;
        targetContract(address(this));
        targetSelector(FuzzSelector({addr: address(this), selectors: actions}));
    }

    /// @dev Replays what the action logged onto the head that the history has reached; no license comes from elsewhere.
    modifier replayed() {
        vm.warp(time);
        vm.recordLogs();
        _;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        registryHead = logs.head(address(registry), registryHead);
        licensesHead = logs.head(address(licenses), licensesHead);
        for (uint256 i = 0; i < logs.length; ++i) {
            bool made = logs[i].emitter == address(licenses) && logs[i].topics.length == 4
                && logs[i].topics[0] == keccak256("Transfer(address,address,uint256)") && logs[i].topics[1] == 0;
            if (made) assertTrue(known[logs[i].topics[3]], "a license that the history does not know");
        }
    }

    // ---- actions ----

    function offerAndSell(uint256 asset, uint256 random) external replayed {
        trade(freshOffer(asset % assets.length, random), random >> 120);
    }

    function publish(uint256 asset, uint256 random) external replayed {
        asset %= assets.length;
        ILicenseToken.Offer memory offer = freshOffer(asset, random);
        uint256 exclusive = assets[asset].exclusive;
        if (time < exclusive) {
            vm.expectRevert(
                abi.encodeWithSelector(ILicenseToken.AssetExclusivelyLicensed.selector, assets[asset].id, exclusive)
            );
        }
        vm.prank(offer.licensor);
        licenses.publishOffer(offer, conditionsOf(offers.length - 1));
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

    function moveTheDeed(uint256 which, uint256 to) external replayed {
        Asset storage asset = assets[which % assets.length];
        to %= 3;
        moveDeed(asset.id, holders[asset.holder], holders[to]);
        asset.holder = to;
        ++asset.epoch;
    }

    function cancelAll(uint256 which) external replayed {
        Asset storage asset = assets[which % assets.length];
        vm.prank(holders[asset.holder]);
        registry.cancelOffers(asset.id);
        ++asset.epoch;
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

    /// @dev Any license ever sold: it runs longer where it is a subscription whose offer stands, for its price.
    function renew(uint256 which, uint256) external replayed {
        if (sales.length == 0) return;
        Sale storage sale = sales[pick(which)];
        ILicenseToken.Offer memory offer = offers[sale.offer];
        bytes memory signature = signed(keyOf(offer.licensor), digestOf(offer));
        ILicenseToken.Order memory order = orderOf(offer, signature, licensee, sale.salt);
        bool live = time < sale.expires;
        uint256 expires = (live ? sale.expires : time) + offer.duration;
        Asset storage asset = assetOf(offer.assetId);
        bool good = offer.kind == ILicenseToken.Kind.Subscription && !sale.revoked && open(offer)
            && (time >= asset.exclusive || (live && offer.exclusive)) && withinParents(offer, expires);
        if (!good) vm.expectRevert();
        vm.prank(licensee);
        licenses.renew(order);
        if (!good) {
            vm.getRecordedLogs(); // Forge records what was undone, too
            return;
        }
        sale.expires = expires;
        if (offer.exclusive) asset.exclusive = expires;
        pay(offer.payee, offer.price);
    }

    /// @dev Any license ever sold, by whoever holds its asset now: for use not reported, where the terms say so.
    function revoke(uint256 which) external replayed {
        if (sales.length == 0) return;
        Sale storage sale = sales[pick(which)];
        ILicenseToken.Offer memory offer = offers[sale.offer];
        ILicenseToken.Conditions memory shown = conditionsOf(sale.offer);
        Asset storage asset = assetOf(offer.assetId);
        bool good = shown.reportWithin != 0 && !sale.revoked && time < sale.expires
            && time > (sale.time / 1 days + 1) * 1 days + shown.reportWithin;
        if (!good) vm.expectRevert();
        vm.prank(holders[asset.holder]);
        licenses.revoke(ILicenseToken.Grant(offer, licensee, sale.salt), shown, 0);
        if (!good) return;
        refund(sale, offer, shown.refundBps);
        (sale.revoked, sale.expires) = (true, time);
        if (offer.exclusive) asset.exclusive = time;
    }

    function refund(Sale storage sale, ILicenseToken.Offer memory offer, uint256 bps) private {
        uint256 amount = sale.expires == PERPETUAL
            ? offer.price * bps / 10_000
            : offer.price * bps * (sale.expires - time) / (uint256(offer.duration) * 10_000);
        address vault = factory.vaultOf(Split.top(Split.leaf(sale.holder, 1)), 0);
        if (paidTo[vault] == 0) refundVaults.push(vault);
        paidTo[vault] += amount;
        refunded += amount;
    }

    /// @dev Under any license ever sold, by its holder: no wider, no longer, where the terms say so.
    function sublicense(uint256 which, uint256 random) external replayed {
        if (sales.length == 0) return;
        which = pick(which);
        Sale storage sale = sales[which];
        ILicenseToken.Conditions memory shown = conditionsOf(sale.offer);
        ILicenseToken.Sublicense memory sub = ILicenseToken.Sublicense({
            licensee: artist,
            uses: random & 3 == 0 ? uint32(random >> 8) : sale.uses & uint32(random >> 8),
            expires: uint40(bound(random >> 40, time, time + 400 days)),
            salt: bytes32(++nonce)
        });
        bool good = shown.sublicensable && !sale.revoked && time < sale.expires && sub.uses != 0
            && sub.uses & ~sale.uses == 0 && sub.expires > time && sub.expires <= sale.expires;
        bytes32 id = keccak256(abi.encode(sale.id, artist, sub.salt));
        if (good) {
            known[id] = true;
            subs.push(Sub(id, which, sub.expires, sub.uses));
        } else {
            vm.expectRevert();
        }
        vm.prank(sale.holder);
        licenses.grantSublicense(ILicenseToken.Grant(offers[sale.offer], licensee, sale.salt), shown, sub);
    }

    /// @dev Under any license ever sold, by the licensee, where they still hold it and it runs and permits deriving. The
    /// new deed goes to one of the holders, who sells licenses of it.
    function derive(uint256 which, uint256 to) external replayed {
        if (sales.length == 0 || assets.length == ASSETS) return;
        which = pick(which);
        Sale storage sale = sales[which];
        IAssetRegistry.Derivation memory made = derivationOf(sale);
        IAssetRegistry.Registration memory registration = work(bytes32(1000 + assets.length));
        bool good = sale.holder == licensee && time < sale.expires && sale.uses & DERIVE != 0;
        if (!good) vm.expectRevert();
        vm.prank(licensee);
        bytes32 id = registry.registerDerivative(registration, made);
        if (!good) return;
        Asset storage asset = assets.push();
        (asset.id, asset.holder, asset.epoch) = (id, to % 3, 1);
        (asset.split, asset.parent, asset.uses, asset.until) = (made.split, which, sale.uses, sale.expires);
        asset.vault = factory.vaultOf(made.split, keccak256(abi.encode(parentsOf(asset))));
        if (!isVault[asset.vault]) vaults.push(asset.vault);
        isVault[asset.vault] = true;
        moveDeed(id, licensee, holders[asset.holder]);
    }

    function refresh(uint256 which) external replayed {
        Asset storage asset = assets[which % assets.length];
        if (asset.vault == address(0)) vm.expectRevert();
        registry.refreshParents(asset.id, asset.split, parentsOf(asset));
        if (asset.vault != address(0)) asset.until = sales[asset.parent].expires;
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
        for (uint256 i = 0; i < assets.length; ++i) {
            IAssetRegistry.Deed memory deed = registry.deed(assets[i].id);
            assertEq(deed.epoch, assets[i].epoch, "one more for every transfer and cancellation");
            assertEq(deed.holder, holders[assets[i].holder]);
            assertEq(deed.exclusiveUntil, assets[i].exclusive);
        }
    }

    /// @dev Uses never widen, and an end moves by a paid renewal, or by a revocation, alone.
    function invariant_LicenseNeverChangesTerms() public {
        vm.warp(time);
        for (uint256 i = 0; i < sales.length; ++i) {
            Sale memory sale = sales[i];
            ILicenseToken.License memory license = licenses.license(sale.id);
            assertEq(license.holder, sale.holder);
            assertEq(license.expires, sale.expires);
            assertEq(license.uses, sale.uses);
            assertEq(license.bound, sale.bound);
            assertEq(license.revoked, sale.revoked);
            assertEq(license.soldOn, sale.time / 1 days);
            assertEq(licenses.permits(sale.id, sale.uses), time < sale.expires);
        }
        for (uint256 i = 0; i < subs.length; ++i) {
            Sub memory sub = subs[i];
            ILicenseToken.License memory license = licenses.license(sub.id);
            assertEq(license.holder, artist);
            assertEq(license.expires, sub.expires);
            assertEq(license.uses, sub.uses);
            bool both = time < sub.expires && time < sales[sub.sale].expires;
            assertEq(licenses.permits(sub.id, sub.uses), both, "a sublicense ends with its license");
        }
    }

    /// @dev What a derivative may sell was said when it was made; its parents' end alone is taken anew.
    function invariant_DerivativesStayWhatTheyAre() public view {
        for (uint256 i = 0; i < assets.length; ++i) {
            Asset memory asset = assets[i];
            IAssetRegistry.Deed memory deed = registry.deed(asset.id);
            IAssetRegistry.Derivative memory made = registry.derivative(asset.id);
            bool original = asset.vault == address(0);
            assertEq(deed.flags, original ? 0 : 1);
            assertEq(deed.parentsUntil, asset.until == PERPETUAL ? type(uint32).max : asset.until);
            assertEq(made.vault, asset.vault);
            assertEq(made.uses, asset.uses);
        }
    }

    function invariant_LicenseTokenHoldsNoMoney() public view {
        assertEq(dollar.balanceOf(address(licenses)), 0);
        assertEq(dollar.balanceOf(address(registry)), 0);
        assertEq(address(licenses).balance, 0);
        assertEq(address(registry).balance, 0);
    }

    /// @dev Each license and each renewal, to the payee of its offer: for a derivative, that is its vault. Refunds come out
    /// of the holders' own money, and go to vaults of the licenses' holders.
    function invariant_EveryLicenseIsPaidInFull() public view {
        uint256 arrived = dollar.balanceOf(artist);
        assertEq(arrived, paidTo[artist]);
        for (uint256 i = 0; i < vaults.length; ++i) {
            assertEq(dollar.balanceOf(vaults[i]), paidTo[vaults[i]]);
            arrived += paidTo[vaults[i]];
        }
        assertEq(arrived, spent);
        assertEq(dollar.balanceOf(licensee), 1e15 + RICH - spent);
        for (uint256 i = 0; i < refundVaults.length; ++i) {
            assertEq(dollar.balanceOf(refundVaults[i]), paidTo[refundVaults[i]]);
        }
        uint256 left = dollar.balanceOf(holders[0]) + dollar.balanceOf(holders[1]) + dollar.balanceOf(holders[2]);
        assertEq(left, 3 * RICH - refunded);
    }

    function invariant_NoMoreIsSoldThanSupplied() public view {
        for (uint256 i = 0; i < offers.length; ++i) {
            (bytes32 hash, uint256 supply) = (hashes[i], offers[i].supply);
            ILicenseToken.OfferState memory state = licenses.offerState(hash);
            assertEq(state.sold, supply == 0 ? 0 : soldOf[hash]);
            if (supply != 0) assertLe(soldOf[hash], supply);
            assertEq(state.cancelled, cancelled[hash]);
        }
    }

    /// @dev Liveness: whatever happened, the holder of each deed can sell a license of it, once exclusivity is over; of a
    /// derivative, while its parents run.
    function afterInvariant() public {
        for (uint256 i = 0; i < assets.length; ++i) {
            Asset storage asset = assets[i];
            if (time < asset.exclusive) time = asset.exclusive;
            vm.warp(time);
            if (asset.vault != address(0) && asset.until <= time) continue;
            uint256 before = sales.length;
            ILicenseToken.Offer memory offer = freshOffer(i, 0);
            if (asset.vault != address(0)) (offer.payee, offer.uses, offer.duration) = (asset.vault, DERIVE, 1);
            trade(relisted(offer), 0);
            assertEq(sales.length, before + 1);
        }
    }

    // ---- helpers ----

    /// @dev One of all sales, or, half the time, of the last few, which have more ahead of them.
    function pick(uint256 random) private view returns (uint256) {
        uint256 among = random & 1 == 0 || sales.length < 8 ? sales.length : 8;
        return sales.length - 1 - (random >> 1) % among;
    }

    function freshOffer(uint256 which, uint256 random) private returns (ILicenseToken.Offer memory offer) {
        Asset storage asset = assets[which];
        offer = terms();
        (offer.licensor, offer.assetId, offer.epoch) = (holders[asset.holder], asset.id, uint32(asset.epoch));
        offer.price = random % 5 == 0 ? 0 : random % 1e9 + 1;
        offer.uses = uint32(random >> 32 | 1);
        (offer.start, offer.end) = (uint40(time), random >> 64 & 1 == 0 ? 0 : uint40(time + 100 days));
        offer.duration = random >> 65 & 7 == 0 ? 0 : uint32(random >> 68) % (300 days);
        offer.supply = uint32(random >> 100) % 16;
        // A perpetual exclusive license would end the asset's story.
        offer.exclusive = offer.duration != 0 && random >> 104 & 3 == 0;
        offer.transferable = random >> 106 & 1 == 0;
        offer.kind = offer.price == 0
            ? ILicenseToken.Kind.Free
            : offer.duration != 0 && random >> 107 & 1 == 0 ? ILicenseToken.Kind.Subscription : ILicenseToken.Kind.Sale;
        if (asset.vault != address(0)) restrict(offer, asset, random >> 108);
        relisted(offer);
    }

    /// @dev What a derivative may sell, as a rule.
    function restrict(ILicenseToken.Offer memory offer, Asset storage asset, uint256 random) private view {
        if (random & 7 != 0) offer.payee = asset.vault;
        if (random >> 3 & 3 != 0) offer.uses = offer.uses & asset.uses | DERIVE;
        if (random >> 5 & 3 != 0 && asset.until > time && asset.until != PERPETUAL) {
            offer.duration = uint32(bound(offer.duration, 1, asset.until - time));
        }
    }

    /// @dev With conditions of its own.
    function relisted(ILicenseToken.Offer memory offer) private returns (ILicenseToken.Offer memory) {
        salts.push(++nonce);
        offer.conditions = hashOf(conditionsOf(salts.length - 1));
        offers.push(offer);
        hashes.push(hashOf(offer));
        indexOf[hashOf(offer)] = offers.length - 1;
        return offer;
    }

    /// @dev Some are sublicensable, some ask for reports; all ask no more of a derivative than it gives.
    function conditionsOf(uint256 which) private view returns (ILicenseToken.Conditions memory shown) {
        uint256 salt = salts[which];
        shown = conditions(bytes32(salt));
        if (salt % 2 == 0) shown.royaltyBps = 0;
        shown.sublicensable = salt % 3 != 0;
        if (salt % 5 > 1) (shown.reportWithin, shown.refundBps) = (uint32(1 + salt % 90 * 1 days), 5_000);
    }

    function derivationOf(Sale storage sale) private view returns (IAssetRegistry.Derivation memory made) {
        (address[] memory payees, uint128[] memory shares) = (new address[](2), new uint128[](2));
        (payees[0], payees[1], shares[0], shares[1]) = (offers[sale.offer].payee, licensee, 250, 9_750);
        made.split = Split.root(payees, shares);
        made.parents = new IAssetRegistry.Parent[](1);
        made.parents[0].grant = ILicenseToken.Grant(offers[sale.offer], licensee, sale.salt);
        made.parents[0].conditions = conditionsOf(sale.offer);
        made.parents[0].share = Split.prove(payees, shares, 0);
    }

    function parentsOf(Asset storage asset) private view returns (bytes32[] memory ids) {
        ids = new bytes32[](1);
        if (sales.length != 0) ids[0] = sales[asset.parent].id;
    }

    /// @dev Tries the sale, one way or another; checks that it happens exactly where the history allows it.
    function trade(ILicenseToken.Offer memory offer, uint256 random) private {
        ILicenseToken.Order memory order = orderAt(offer, random);
        bool standing = stands(order);
        // What costs nothing needs nobody's authorization.
        if (random >> 8 & 1 == 0 || offer.price == 0) {
            if (standing) record(order);
            else vm.expectRevert();
            vm.prank(licensee);
            licenses.buy(order);
        } else {
            ILicenseToken.Authorization memory authorization = authorize(
                licenseeKey, order.offer.price * order.quantity, time - 1, time + 1, nonceOf(order, licensee)
            );
            if (standing) record(order);
            else vm.expectRevert();
            vm.prank(relayer);
            licenses.buyWithAuthorization(order, authorization);
        }
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
        bytes32 hash = hashOf(offer);
        for (uint256 seat = 0; seat < order.quantity; ++seat) {
            Sale storage sale = sales.push();
            (sale.id, sale.salt) = (seatOf(order, seat), bytes32(uint256(order.salt) + seat));
            (sale.offer, sale.time, sale.expires) = (indexOf[hash], time, expiryOf(offer));
            (sale.uses, sale.bound, sale.holder) = (offer.uses, !offer.transferable, licensee);
            known[sale.id] = true;
        }
        if (offer.exclusive) assetOf(offer.assetId).exclusive = expiryOf(offer);
        soldOf[hash] += order.quantity;
        pay(offer.payee, offer.price * order.quantity);
    }

    function pay(address payee, uint256 amount) private {
        paidTo[payee] += amount;
        spent += amount;
    }

    function expiryOf(ILicenseToken.Offer memory offer) private view returns (uint256) {
        return offer.duration == 0 ? PERPETUAL : time + offer.duration;
    }

    function stands(ILicenseToken.Order memory order) private view returns (bool) {
        ILicenseToken.Offer memory offer = order.offer;
        return open(offer) && time >= assetOf(offer.assetId).exclusive
            && (offer.supply == 0 || soldOf[hashOf(offer)] + order.quantity <= offer.supply)
            && (!offer.exclusive || order.quantity == 1) && !known[seatOf(order, 0)]
            && withinParents(offer, expiryOf(offer));
    }

    /// @dev By who holds the deed, of its present epoch, in its time, and not cancelled.
    function open(ILicenseToken.Offer memory offer) private view returns (bool) {
        Asset storage asset = assetOf(offer.assetId);
        return offer.licensor == holders[asset.holder] && offer.epoch == asset.epoch && time >= offer.start
            && (offer.end == 0 || time <= offer.end) && !cancelled[hashOf(offer)];
    }

    /// @dev A derivative sells to its vault alone, what its parents permit, while they run.
    function withinParents(ILicenseToken.Offer memory offer, uint256 expires) private view returns (bool) {
        Asset storage asset = assetOf(offer.assetId);
        if (asset.vault == address(0)) return true;
        return offer.payee == asset.vault && offer.uses & ~asset.uses == 0
            && (asset.until == PERPETUAL || expires <= asset.until);
    }

    function assetOf(bytes32 id) private view returns (Asset storage) {
        uint256 which = 0;
        while (assets[which].id != id) ++which;
        return assets[which];
    }

    function keyOf(address holder) private view returns (uint256) {
        return holder == holders[0] ? keys[0] : holder == holders[1] ? keys[1] : keys[2];
    }
}
