// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ICases} from "contracts/interfaces/ICases.sol";
import {IDisputeDesk} from "contracts/interfaces/IDisputeDesk.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {Vm} from "forge-std/Vm.sol";

import {Court} from "./Court.t.sol";
import {Catalog} from "./helpers/Catalog.sol";
import {Replay} from "./helpers/Replay.sol";

/// @dev Deeds, works and licenses are disputed, answered, ruled on or left to lapse, while licenses sell, deeds move
/// and time goes by. The contract is its own handler and keeps the history apart from the contracts, case by case.
contract DisputeInvariants is Court {
    using Replay for Vm.Log[];

    /// @dev A case as the history has it.
    struct Told {
        IDisputeDesk.Kind kind;
        uint256 asset;
        uint256 work;
        address claimant;
        address payee;
        address counterBondBy;
        uint256 deadline;
        ICases.Status status;
        bool ruled;
    }

    uint256 private constant ASSETS = 2;
    uint256 private constant WORKS = 3;
    uint256 private constant CASES = 40;
    uint256 private constant ACCOUNTS = 6;

    address[3] private holders = [makeAddr("holder 0"), makeAddr("holder 1"), makeAddr("holder 2")];
    address[2] private vaults = [makeAddr("vault 0"), makeAddr("vault 1")];
    address[2] private claimants;
    bytes32[2] private claims;
    bytes32[ASSETS] private assets;
    ILicenseToken.Grant[ASSETS] private grants;
    bytes32[ASSETS] private licenseIds;

    // What the history says.
    Told[] private told; // case i + 1
    uint256[ASSETS] private holderOf;
    uint256[ASSETS] private moves;
    mapping(address who => uint256) private owed;
    mapping(uint256 caseId => uint256) private escrowed; // dollars sold for the vault of the case's asset
    mapping(address payee => uint256) private paid;
    uint256 private time = NOW;
    bytes32 private deskHead;

    function setUp() public override {
        super.setUp();
        claimants = [claimant, sham];
        claims = [claimId, shamId];
        for (uint256 i = 0; i < ASSETS; ++i) {
            IAssetRegistry.Registration memory registration = work(Catalog.root(works(i)));
            (registration.works, registration.documentHash) = (uint64(WORKS), "list");
            vm.prank(holders[i]);
            assets[i] = registry.register(registration);
            holderOf[i] = i;
            grants[i].offer = offerOf(i);
            grants[i].licensee = licensee;
            licenseIds[i] = sellGrant(i);
            paid[vaults[i]] = PRICE;
        }
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            vm.deal(accountAt(i), 1000 ether);
        }

        bytes4[] memory actions = new bytes4[](13);
        actions[0] = this.disputeAnAsset.selector;
        actions[1] = this.disputeAnAsset.selector; // more often than the rest
        actions[2] = this.disputeAWork.selector;
        actions[3] = this.disputeALicense.selector;
        actions[4] = this.counterBondACase.selector;
        actions[5] = this.ruleOnACase.selector;
        actions[6] = this.lapseACase.selector;
        actions[7] = this.sellALicense.selector;
        actions[8] = this.moveTheDeed.selector;
        actions[9] = this.releaseAnEscrow.selector;
        actions[10] = this.withdrawFor.selector;
        actions[11] = this.wait.selector;
        actions[12] = this.sellALicense.selector; // this too
        targetContract(address(this));
        targetSelector(FuzzSelector({addr: address(this), selectors: actions}));
    }

    /// @dev Replays what the action logged onto the head that the history has reached.
    modifier replayed() {
        vm.warp(time);
        vm.recordLogs();
        _;
        deskHead = vm.getRecordedLogs().head(address(desk), deskHead);
    }

    // ---- actions ----

    function disputeAnAsset(uint256 asset, uint256 who) external replayed {
        if (told.length == CASES) return;
        (asset, who) = (asset % ASSETS, who % 2);
        uint256 cost = desk.openingCost();
        address payee = who == 0 ? claimantsVault : shamVault;
        if (isDefeated(asset)) {
            vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.AssetAlreadyDefeated.selector, assets[asset]));
        }
        vm.prank(claimants[who]);
        desk.disputeAsset{value: cost}(assets[asset], claims[who], payee, PROOF, PROOF_URI);
        if (!isDefeated(asset)) tell(IDisputeDesk.Kind.Asset, asset, 0, claimants[who], payee);
    }

    function disputeAWork(uint256 asset, uint256 index, uint256 who) external replayed {
        if (told.length == CASES) return;
        (asset, index, who) = (asset % ASSETS, index % WORKS, who % 2);
        bytes32 hash = works(asset)[index];
        bool fresh = !isDefeated(asset, index);
        openWork(asset, index, who, hash, !fresh);
        if (fresh) tell(IDisputeDesk.Kind.Work, asset, index, claimants[who], address(0));
    }

    function disputeALicense(uint256 asset) external replayed {
        if (told.length == CASES) return;
        asset %= ASSETS;
        uint256 cost = desk.openingCost();
        address holder = holders[holderOf[asset]];
        vm.prank(holder);
        desk.disputeLicense{value: cost}(grants[asset], revocable(), PROOF, PROOF_URI);
        tell(IDisputeDesk.Kind.License, asset, 0, holder, address(0));
    }

    function counterBondACase(uint256 which) external replayed {
        if (told.length == 0) return;
        which %= told.length;
        Told storage one = told[which];
        bool can = one.kind == IDisputeDesk.Kind.Asset && one.status == ICases.Status.Open && time <= one.deadline
            && one.counterBondBy == address(0);
        address holder = holders[holderOf[one.asset]];
        if (!can) vm.expectRevert();
        vm.prank(holder);
        desk.counterBond{value: BOND}(which + 1);
        if (can) one.counterBondBy = holder;
    }

    function ruleOnACase(uint256 which, uint256 ruling) external replayed {
        if (told.length == 0) return;
        which %= told.length;
        ruling = ruling % 4 == 3 ? REJECT : ruling % 4; // an asset's first defeat ends its story
        Told storage one = told[which];
        if (one.ruled) return;
        one.ruled = true;
        rule(which + 1, ruling);
        if (one.status != ICases.Status.Open) return; // it had lapsed
        if (time > one.deadline || ruling == 0) end(one, ICases.Status.Lapsed);
        else end(one, ruling == UPHOLD ? ICases.Status.Upheld : ICases.Status.Rejected);
    }

    function lapseACase(uint256 which) external replayed {
        if (told.length == 0) return;
        which %= told.length;
        Told storage one = told[which];
        bool can = one.status == ICases.Status.Open && time > one.deadline;
        if (!can) vm.expectRevert();
        desk.lapse(which + 1);
        if (can) end(one, ICases.Status.Lapsed);
    }

    /// @dev Whoever holds the deed sells; the money goes where the history says, or there is no sale.
    function sellALicense(uint256 asset) external replayed {
        asset %= ASSETS;
        ILicenseToken.Offer memory offer = offerOf(asset);
        publish(offer);
        ILicenseToken.Order memory order = orderOf(offer);
        if (isDefeated(asset)) {
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.AssetDefeated.selector, assets[asset]));
            vm.prank(licensee);
            licenses.buy(order);
            return;
        }
        vm.prank(licensee);
        licenses.buy(order);
        (uint256 latest, uint256 escrowing) = open(asset);
        if (escrowing == 0) paid[vaults[asset]] += PRICE;
        else escrowed[latest] += PRICE;
    }

    function moveTheDeed(uint256 asset, uint256 to) external replayed {
        (asset, to) = (asset % ASSETS, to % 3);
        moveDeed(assets[asset], holders[holderOf[asset]], holders[to]);
        holderOf[asset] = to;
        ++moves[asset];
    }

    /// @dev Refused while a case up to this one can still be ruled on; otherwise the earliest upheld of those is paid.
    function releaseAnEscrow(uint256 which) external replayed {
        if (told.length == 0) return;
        uint256 caseId = which % told.length + 1;
        Told storage one = told[caseId - 1];
        if (one.kind != IDisputeDesk.Kind.Asset || escrowed[caseId] == 0) return;
        (bool undecided, address to) = destination(caseId);
        address payee = vaults[one.asset];
        try desk.release(caseId, payee, address(dollar)) returns (uint256 amount) {
            assertFalse(undecided);
            assertEq(amount, escrowed[caseId]);
            paid[to] += amount;
            escrowed[caseId] = 0;
        } catch {
            // Not decided; or decided while a later dispute is open, which may hold this back up to this deadline.
            assertLe(time, one.deadline);
        }
    }

    function withdrawFor(uint256 which) external replayed {
        address who = accountAt(which);
        if (owed[who] == 0) return;
        uint256 before = who.balance;
        assertEq(desk.withdraw(who), owed[who]);
        assertEq(who.balance, before + owed[who]);
        owed[who] = 0;
    }

    function wait(uint256 seconds_) external {
        time += bound(seconds_, 0, TIMEOUT / 2);
    }

    // ---- laws ----

    /// @dev Each asset, work and license is as its own cases say, whatever happened to the others.
    function invariant_ADisputeNeverTouchesAnother() public view {
        for (uint256 i = 0; i < ASSETS; ++i) {
            IAssetRegistry.Deed memory deed = registry.deed(assets[i]);
            assertEq(deed.flags, flags(i));
            assertEq(deed.holder, holders[holderOf[i]], "a ruling never moves a deed");
            assertEq(deed.epoch, moves[i], "offers stand");
            for (uint256 j = 0; j < WORKS; ++j) {
                assertEq(desk.workFlags(assets[i], works(i)[j]), flags(i, j));
            }
            assertTrue(licenses.permits(licenseIds[i], TRAIN), "a ruling revokes nothing");
            (uint256 latest, uint256 escrowing) = open(i);
            assertEq(desk.escrowOf(assets[i], vaults[i]), escrowing == 0 ? vaults[i] : desk.purseOf(latest, vaults[i]));
        }
        assertEq(registry.deed(claimId).flags, 0);
        assertEq(registry.deed(shamId).flags, 0);
    }

    function invariant_TheDeskHoldsExactlyWhatItOwesAndWhatIsStaked() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            assertEq(desk.owed(accountAt(i)), owed[accountAt(i)]);
            sum += owed[accountAt(i)];
        }
        for (uint256 i = 0; i < told.length; ++i) {
            if (told[i].status != ICases.Status.Open) continue;
            sum += told[i].counterBondBy == address(0) ? BOND : 2 * BOND;
        }
        assertEq(address(desk).balance, sum);
    }

    function invariant_EveryDollarIsInItsPurseOrPaidWhereItBelongs() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < told.length; ++i) {
            assertEq(dollar.balanceOf(desk.purseOf(i + 1, vaults[told[i].asset])), escrowed[i + 1]);
            sum += escrowed[i + 1];
        }
        address[4] memory payees = [vaults[0], vaults[1], claimantsVault, shamVault];
        for (uint256 i = 0; i < payees.length; ++i) {
            assertEq(dollar.balanceOf(payees[i]), paid[payees[i]]);
            sum += paid[payees[i]];
        }
        assertEq(dollar.balanceOf(licensee), 1e15 - sum);
    }

    function invariant_CasesAreAsToldAndTheHeadReplays() public view {
        assertEq(desk.head(), deskHead);
        assertEq(desk.caseCount(), told.length);
        for (uint256 i = 0; i < told.length; ++i) {
            ICases.Case memory one = desk.caseOf(i + 1);
            assertEq(uint256(one.status), uint256(told[i].status));
            assertEq(one.claimant, told[i].claimant);
            assertEq(one.deadline, told[i].deadline);
            for (uint256 j = 0; j < ASSETS; ++j) {
                bool expected = told[i].kind == IDisputeDesk.Kind.License && told[i].asset == j
                    && told[i].status == ICases.Status.Upheld;
                assertEq(desk.upheld(i + 1, licenseIds[j]), expected, "upheld of its license alone");
            }
        }
    }

    /// @dev Liveness: after the last deadline anyone ends every case, and all money leaves for where it belongs.
    function afterInvariant() public {
        time += TIMEOUT + 1;
        vm.warp(time);
        for (uint256 i = 0; i < told.length; ++i) {
            if (escrowed[i + 1] != 0) {
                (, address to) = destination(i + 1);
                desk.release(i + 1, vaults[told[i].asset], address(dollar));
                paid[to] += escrowed[i + 1];
                escrowed[i + 1] = 0;
                assertEq(dollar.balanceOf(to), paid[to]);
            }
            if (told[i].status != ICases.Status.Open) continue;
            desk.lapse(i + 1);
            end(told[i], ICases.Status.Lapsed);
        }
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            if (owed[accountAt(i)] != 0) desk.withdraw(accountAt(i));
        }
        assertEq(address(desk).balance, 0);
        for (uint256 i = 0; i < ASSETS; ++i) {
            assertEq(registry.deed(assets[i]).flags, isDefeated(i) ? DEFEATED : 0);
        }
    }

    // ---- the history ----

    function tell(IDisputeDesk.Kind kind, uint256 asset, uint256 index, address who, address payee) private {
        told.push(Told(kind, asset, index, who, payee, address(0), time + TIMEOUT, ICases.Status.Open, false));
    }

    function end(Told storage one, ICases.Status status) private {
        one.status = status;
        address defendant = one.kind == IDisputeDesk.Kind.License ? licensee : holders[holderOf[one.asset]];
        owed[status == ICases.Status.Rejected ? defendant : one.claimant] += BOND;
        if (one.counterBondBy == address(0)) return;
        owed[status == ICases.Status.Upheld ? one.claimant : one.counterBondBy] += BOND;
    }

    function isDefeated(uint256 asset) private view returns (bool) {
        return flags(asset) & DEFEATED != 0;
    }

    function isDefeated(uint256 asset, uint256 index) private view returns (bool) {
        return flags(asset, index) & DEFEATED != 0;
    }

    function flags(uint256 asset) private view returns (uint8) {
        return flags(IDisputeDesk.Kind.Asset, asset, 0);
    }

    function flags(uint256 asset, uint256 index) private view returns (uint8) {
        return flags(IDisputeDesk.Kind.Work, asset, index);
    }

    function flags(IDisputeDesk.Kind kind, uint256 asset, uint256 index) private view returns (uint8 result) {
        for (uint256 i = 0; i < told.length; ++i) {
            Told storage one = told[i];
            if (one.kind != kind || one.asset != asset || one.work != index) continue;
            if (one.status == ICases.Status.Open) result |= DISPUTED;
            if (one.status == ICases.Status.Upheld) result |= DEFEATED;
        }
    }

    /// @dev An asset's latest case, and how many open ones no counter-bond answers.
    function open(uint256 asset) private view returns (uint256 latest, uint256 escrowing) {
        for (uint256 i = 0; i < told.length; ++i) {
            if (told[i].kind != IDisputeDesk.Kind.Asset || told[i].asset != asset) continue;
            latest = i + 1;
            if (told[i].status == ICases.Status.Open && told[i].counterBondBy == address(0)) ++escrowing;
        }
    }

    /// @dev Case by case: whether one up to `caseId` can still be ruled on, and whom the earliest upheld one names.
    function destination(uint256 caseId) private view returns (bool undecided, address to) {
        uint256 asset = told[caseId - 1].asset;
        to = vaults[asset];
        for (uint256 i = caseId; i > 0; --i) {
            Told storage one = told[i - 1];
            if (one.kind != IDisputeDesk.Kind.Asset || one.asset != asset) continue;
            if (one.status == ICases.Status.Open && time <= one.deadline) undecided = true;
            if (one.status == ICases.Status.Upheld) to = one.payee;
        }
    }

    // ---- helpers ----

    function works(uint256 asset) private pure returns (bytes32[] memory list) {
        list = new bytes32[](WORKS);
        for (uint256 i = 0; i < WORKS; ++i) {
            list[i] = keccak256(abi.encode(asset, i));
        }
    }

    function offerOf(uint256 asset) private view returns (ILicenseToken.Offer memory offer) {
        offer = terms(assets[asset]);
        offer.payee = vaults[asset];
        offer.duration = 0;
        offer.kind = ILicenseToken.Kind.Sale;
    }

    function sellGrant(uint256 asset) private returns (bytes32) {
        publish(grants[asset].offer);
        ILicenseToken.Order memory order = orderOf(grants[asset].offer);
        order.salt = 0;
        vm.prank(licensee);
        return licenses.buy(order);
    }

    function openWork(uint256 asset, uint256 index, uint256 who, bytes32 hash, bool refused) private {
        (bytes32[] memory siblings, uint256 sides) = Catalog.prove(works(asset), index);
        uint256 cost = desk.openingCost();
        bytes32 id = assets[asset];
        bytes32 claim = claims[who];
        if (refused) vm.expectRevert(abi.encodeWithSelector(IDisputeDesk.WorkAlreadyDefeated.selector, id, hash));
        vm.prank(claimants[who]);
        desk.disputeWork{value: cost}(id, hash, holders[asset], siblings, sides, claim, PROOF, PROOF_URI);
    }

    function accountAt(uint256 which) private view returns (address) {
        which %= ACCOUNTS;
        if (which == 5) return licensee;
        return which < 3 ? holders[which] : claimants[which - 3];
    }
}
