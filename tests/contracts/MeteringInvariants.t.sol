// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Vm.sol";

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IUsageLedger} from "contracts/interfaces/IUsageLedger.sol";
import {ElasticToken} from "contracts/mocks/OddTokens.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Meters} from "./Meters.t.sol";
import {Replay} from "./helpers/Replay.sol";

/// @dev Four metered licenses: two paid in dollars, one in native coin, one in a token whose balances anyone sets. Deposits
/// come in, vouchers are settled in whole and in part, accounts close, use is reported, time goes by. The contract is its
/// own handler: it foretells whether each call goes through, and what it moves.
contract MeteringInvariants is Meters {
    using Replay for Vm.Log[];

    struct Meter {
        ILicenseToken.Grant grant;
        bytes32 id;
        address purse;
        address currency;
        uint256 price;
    }

    struct Book {
        uint256 held;
        uint256 settled;
        uint256 signed;
        uint256 returned;
        uint40 closesAt;
    }

    uint256 private constant METERS = 4;

    ElasticToken private elastic;
    Meter[METERS] private meters;

    // What the history says, kept apart from the contracts.
    Book[METERS] private books;
    IUsageLedger.Usage[METERS] private reports;
    IUsageLedger.Usage private own;
    bool private named;
    bytes32 private head;
    uint256 private time = NOW;
    uint256 private spent; // by the licensee, through the ledger

    function setUp() public override {
        super.setUp();
        elastic = new ElasticToken();
        address[METERS] memory currencies = [address(dollar), address(dollar), address(0), address(elastic)];
        for (uint256 i = 0; i < METERS; ++i) {
            ILicenseToken.Offer memory offer = terms();
            (offer.currency, offer.price) = (currencies[i], PRICE * (i + 1));
            ILicenseToken.Grant memory grant = sell(offer);
            bytes32 id = idOf(grant);
            (meters[i].grant, meters[i].id, meters[i].purse) = (grant, id, ledger.depositOf(id));
            (meters[i].currency, meters[i].price) = (offer.currency, offer.price);
        }

        bytes4[] memory actions = new bytes4[](12);
        actions[0] = this.pay.selector;
        actions[1] = this.deposit.selector;
        actions[2] = this.settleAll.selector;
        actions[3] = this.settleAll.selector; // more often than the rest
        actions[4] = this.settleAsMuchAsIsThere.selector;
        actions[5] = this.forge.selector;
        actions[6] = this.open.selector;
        actions[7] = this.closeOne.selector;
        actions[8] = this.withdraw.selector;
        actions[9] = this.report.selector;
        actions[10] = this.wait.selector;
        actions[11] = this.rebase.selector;
        targetContract(address(this));
        targetSelector(FuzzSelector({addr: address(this), selectors: actions}));
    }

    // ---- actions ----

    /// @dev A plain transfer, to an account in any state.
    function pay(uint256 which, uint256 amount) external {
        which %= METERS;
        receive_(which, bound(amount, 0, 100) * meters[which].price + amount % PRICE);
    }

    function deposit(uint256 which, uint256 amount) external {
        which %= METERS - 1; // the elastic token knows no allowances
        Meter storage meter = meters[which];
        amount = bound(amount, 0, 100 * meter.price);
        bool native = meter.currency == address(0);
        if (native) vm.deal(licensee, licensee.balance + amount);
        bool good = books[which].closesAt == 0 || books[which].closesAt == OPEN;
        attempt(good, licensee, native ? amount : 0, abi.encodeCall(ledger.deposit, (meter.grant, amount)));
        if (!good) {
            if (native) vm.deal(licensee, licensee.balance - amount);
            return;
        }
        books[which].closesAt = OPEN;
        books[which].held += amount;
        if (!native) spent += amount;
    }

    /// @dev All that the licensee signs for: more than the deposit, more than the cap, or not more than before, at times.
    function settleAll(uint256 which, uint256 units) external {
        which %= METERS;
        units = bound(units, 0, books[which].settled + 150);
        if (units % 13 == 0) units = CAP + units;
        settle(which, uint56(units), units);
    }

    /// @dev A voucher beyond the deposit still pays what is there.
    function settleAsMuchAsIsThere(uint256 which, uint256 signedUnits) external {
        which %= METERS;
        Book storage book = books[which];
        uint256 units = book.settled + book.held / meters[which].price;
        if (units > CAP) units = CAP;
        settle(which, uint56(units), bound(signedUnits, units, units + 1000));
        assertEq(book.settled, units, "nothing that is signed for is withheld");
    }

    /// @dev Units that nobody signed for, or whom it was not for to sign.
    function forge(uint256 which, uint256 units, uint256 random) external {
        which %= METERS;
        Book storage book = books[which];
        units = bound(units, book.settled + 1, book.settled + 100);
        uint256 signer = random % 2 == 0 ? strangerKey : licensorKey;
        uint256 signedUnits = random % 3 == 0 ? units - 1 : units;
        bytes memory signature = random % 3 == 0
            ? voucher(meters[which].grant, signedUnits)
            : signed(signer, digestOf(meters[which].id, units));
        attempt(
            false,
            relayer,
            0,
            abi.encodeCall(ledger.settle, (meters[which].grant, conditions(), uint56(units), signedUnits, signature))
        );
    }

    function open(uint256 which) external {
        which %= METERS;
        bool good = books[which].closesAt == 0;
        attempt(good, stranger, 0, abi.encodeCall(ledger.open, (meters[which].grant)));
        if (good) books[which].closesAt = OPEN;
    }

    function closeOne(uint256 which, uint256 random) external {
        which %= METERS;
        if (random % 4 != 0) return; // or few accounts would live long
        bool good = books[which].closesAt == OPEN;
        bytes memory call = abi.encodeCall(ledger.close, (meters[which].grant, conditions()));
        attempt(false, random % 8 == 0 ? stranger : licensor, 0, call);
        attempt(good, licensee, 0, call);
        if (good) books[which].closesAt = uint40(time + DELAY);
    }

    function withdraw(uint256 which) external {
        which %= METERS;
        Book storage book = books[which];
        bool good = book.closesAt != 0 && book.closesAt <= time && book.held != 0;
        attempt(good, stranger, 0, abi.encodeCall(ledger.withdraw, (meters[which].grant, meters[which].currency)));
        if (!good) return;
        book.returned += book.held;
        book.held = 0;
    }

    /// @dev By the holder, by whom they named, or by nobody of theirs; of a license, or the gateway's own.
    function report(uint256 which, uint256 random) external {
        uint40 from = uint40(bound(random >> 16, NOW - 30 days, time + 1 days));
        uint40 until = from + uint40(random >> 80) % (10 days);
        uint64 count = uint64(random >> 128) % 1000;
        bool sound = from <= until && until <= time && count != 0;
        which %= METERS + 1;
        if (which == METERS) {
            sound = sound && from > own.until;
            attempt(sound, gateway, 0, abi.encodeCall(ledger.anchor, (bytes32(0), "root", count, from, until)));
            if (sound) own = IUsageLedger.Usage(until, own.records + count, own.anchors + 1);
            return;
        }
        if (random % 5 == 0) {
            named = !named;
            attempt(true, licensee, 0, abi.encodeCall(ledger.nameReporter, (meters[0].id, stranger, named)));
        }
        address reporter = random % 3 == 0 ? licensee : stranger;
        IUsageLedger.Usage storage past = reports[which];
        sound = sound && from > past.until && (reporter == licensee || (named && which == 0));
        attempt(sound, reporter, 0, abi.encodeCall(ledger.anchor, (meters[which].id, "root", count, from, until)));
        if (sound) reports[which] = IUsageLedger.Usage(until, past.records + count, past.anchors + 1);
    }

    function wait(uint256 seconds_) external {
        time += bound(seconds_, 0, 5 days);
    }

    function rebase(uint256 amount) external {
        books[METERS - 1].held = bound(amount, 0, 100 * meters[METERS - 1].price);
        elastic.setBalance(meters[METERS - 1].purse, books[METERS - 1].held);
    }

    // ---- laws ----

    function invariant_EveryPurseHoldsWhatItsOwnHistorySays() public view {
        for (uint256 i = 0; i < METERS; ++i) {
            assertEq(balanceOf(meters[i].currency, meters[i].purse), books[i].held);
        }
    }

    function invariant_PayeesGetThePriceOfTheUnitsSettled() public view {
        uint256 dollars = books[0].settled * meters[0].price + books[1].settled * meters[1].price;
        assertEq(dollar.balanceOf(artist), dollars);
        assertEq(artist.balance, books[2].settled * meters[2].price);
        assertEq(elastic.balanceOf(artist), books[3].settled * meters[3].price);
    }

    function invariant_LicenseesGetWhatIsLeft() public view {
        assertEq(dollar.balanceOf(licensee), 1e15 - spent + books[0].returned + books[1].returned);
        assertEq(licensee.balance, books[2].returned);
        assertEq(elastic.balanceOf(licensee), books[3].returned);
    }

    function invariant_NoUnitIsPaidThatWasNotSigned() public view {
        for (uint256 i = 0; i < METERS; ++i) {
            uint256 settled = ledger.account(meters[i].id).settled;
            assertEq(settled, books[i].settled);
            assertLe(settled, books[i].signed);
            assertLe(settled, CAP);
        }
    }

    function invariant_AccountsOpenOnceAndCloseOnce() public {
        vm.warp(time);
        for (uint256 i = 0; i < METERS; ++i) {
            assertEq(ledger.account(meters[i].id).closesAt, books[i].closesAt);
            bool funded = books[i].closesAt == OPEN && books[i].held != 0;
            assertEq(ledger.funded(meters[i].id), funded);
            assertEq(licenses.permits(meters[i].id, TRAIN), funded && time < NOW + DURATION);
        }
    }

    function invariant_TheLedgerHoldsNoMoney() public view {
        assertEq(dollar.balanceOf(address(ledger)), 0);
        assertEq(elastic.balanceOf(address(ledger)), 0);
        assertEq(address(ledger).balance, 0);
    }

    function invariant_ReportsAddUp() public view {
        assertReported(ledger.usageOf(gateway), own);
        for (uint256 i = 0; i < METERS; ++i) {
            assertReported(ledger.usage(meters[i].id), reports[i]);
        }
    }

    function invariant_TheHeadReplays() public view {
        assertEq(ledger.head(), head);
    }

    /// @dev Liveness: whatever happened, units are sold while the cap allows, and every deposit comes back in the end.
    function afterInvariant() public {
        for (uint256 i = 0; i < METERS; ++i) {
            Book storage book = books[i];
            receive_(i, meters[i].price);
            if (book.settled < CAP) {
                uint256 units = book.settled + 1;
                settle(i, uint56(units), units);
                assertEq(book.settled, units);
            }
            receive_(i, 1);
            if (book.closesAt == OPEN) {
                attempt(true, licensee, 0, abi.encodeCall(ledger.close, (meters[i].grant, conditions())));
                book.closesAt = uint40(time + DELAY);
            }
            if (book.closesAt > time) time = book.closesAt;
            uint256 returned = book.returned;
            this.withdraw(i);
            assertGt(book.returned, returned);
        }
    }

    // ---- helpers ----

    /// @dev Makes the call, which must go through exactly if it is good, and replays what it logged.
    function attempt(bool good, address caller, uint256 value, bytes memory call) private {
        vm.warp(time);
        vm.recordLogs();
        vm.prank(caller);
        (bool ok,) = address(ledger).call{value: value}(call);
        assertEq(ok, good);
        Vm.Log[] memory logs = vm.getRecordedLogs(); // those of what was undone, too
        if (good) head = logs.head(address(ledger), head);
    }

    function settle(uint256 which, uint56 units, uint256 signedUnits) private {
        Meter storage meter = meters[which];
        Book storage book = books[which];
        bool good = units > book.settled && units <= CAP && (units - book.settled) * meter.price <= book.held;
        bytes memory signature = voucher(meter.grant, signedUnits);
        attempt(
            good, relayer, 0, abi.encodeCall(ledger.settle, (meter.grant, conditions(), units, signedUnits, signature))
        );
        if (signedUnits > book.signed) book.signed = signedUnits;
        if (!good) return;
        book.held -= (units - book.settled) * meter.price;
        book.settled = units;
        if (book.closesAt == 0) book.closesAt = OPEN;
    }

    function receive_(uint256 which, uint256 amount) private {
        Meter storage meter = meters[which];
        if (meter.currency == address(0)) {
            vm.deal(address(this), amount);
            (bool ok,) = meter.purse.call{value: amount}("");
            assertTrue(ok);
        } else if (meter.currency == address(dollar)) {
            dollar.mint(meter.purse, amount);
        } else {
            elastic.mint(meter.purse, amount);
        }
        books[which].held += amount;
    }

    function balanceOf(address currency, address holder) private view returns (uint256) {
        return currency == address(0) ? holder.balance : IERC20(currency).balanceOf(holder);
    }

    function assertReported(IUsageLedger.Usage memory usage, IUsageLedger.Usage memory expected) private pure {
        assertEq(usage.until, expected.until);
        assertEq(usage.records, expected.records);
        assertEq(usage.anchors, expected.anchors);
    }
}
