// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IUsageLedger} from "contracts/interfaces/IUsageLedger.sol";

import {Meters} from "./Meters.t.sol";

/// @dev Records of use, anchored: whose count for which license, and when.
contract AnchorTest is Meters {
    ILicenseToken.Grant private grant;
    bytes32 private licenseId;

    function setUp() public override {
        super.setUp();
        grant = sell(saleTerms());
        licenseId = idOf(grant);
    }

    // ---- a reporter's own ----

    function test_AnchorsAReportersRecords() public {
        vm.recordLogs();
        vm.expectEmit(address(ledger));
        emit IUsageLedger.UsageAnchored(gateway, 0, "root", 77, uint40(NOW - 100), uint40(NOW));
        vm.prank(gateway);
        ledger.anchor(0, "root", 77, uint40(NOW - 100), uint40(NOW));
        assertUsage(ledger.usageOf(gateway), NOW, 77, 1);
        assertUsage(ledger.usage(keccak256(abi.encode(gateway))), NOW, 77, 1);
        assertUsage(ledger.usageOf(stranger), 0, 0, 0);
        assertHead(0);
    }

    function testFuzz_CountsWhatOneReporterAnchors(uint64[5] calldata counts, uint16[10] calldata steps) public {
        uint40 time = 0;
        uint256 records = 0;
        uint256 anchors = 0;
        vm.startPrank(gateway);
        for (uint256 i = 0; i < counts.length; ++i) {
            if (counts[i] == 0) continue;
            uint40 from = time + 1 + steps[2 * i];
            time = from + steps[2 * i + 1];
            ledger.anchor(0, "root", counts[i], from, time);
            (records, anchors) = (records + counts[i], anchors + 1);
        }
        assertUsage(ledger.usageOf(gateway), time, records, anchors);
    }

    /// @dev No count keeps a later report out.
    function test_TheLargestCountsAddUp() public {
        vm.startPrank(gateway);
        for (uint40 i = 1; i <= 3; ++i) {
            ledger.anchor(0, "root", type(uint64).max, i, i);
        }
        assertUsage(ledger.usageOf(gateway), 3, 3 * uint256(type(uint64).max), 3);
    }

    function test_OneSecondIsAPeriod() public {
        anchor(gateway, 0, uint40(NOW), uint40(NOW));
        assertEq(ledger.usageOf(gateway).until, NOW);
    }

    function test_ReportersDoNotShareATimeline() public {
        anchor(gateway, 0, 1, uint40(NOW));
        anchor(stranger, 0, 1, uint40(NOW));
        anchor(licensee, licenseId, 1, uint40(NOW));
        anchor(licensee, 0, 1, uint40(NOW));
        assertUsage(ledger.usage(licenseId), NOW, 10, 1);
        assertUsage(ledger.usageOf(licensee), NOW, 10, 1);
    }

    // ---- a license's ----

    function test_AnchorsALicensesRecords() public {
        assertEq(ledger.reportedUntil(licenseId), 0);
        vm.recordLogs();
        vm.expectEmit(address(ledger));
        emit IUsageLedger.UsageAnchored(licensee, licenseId, "root", 10, 1, uint40(NOW - 5));
        anchor(licensee, licenseId, 1, uint40(NOW - 5));
        assertEq(ledger.reportedUntil(licenseId), NOW - 5);
        assertUsage(ledger.usage(licenseId), NOW - 5, 10, 1);
        assertUsage(ledger.usageOf(licensee), 0, 0, 0);
        assertHead(0);
    }

    function test_AnEndedLicensesUseIsStillReported() public {
        vm.warp(NOW + 2 * uint256(DURATION));
        anchor(licensee, licenseId, uint40(NOW), uint40(NOW + DURATION));
        assertEq(ledger.reportedUntil(licenseId), NOW + DURATION);
    }

    function test_ReportersOfOneLicenseShareItsTimeline() public {
        ledger.admitReporter(grant, conditions());
        anchor(licensee, licenseId, 1, 100);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.PeriodOverlaps.selector, licenseId, 100, 100));
        anchor(gateway, licenseId, 100, 200);
        anchor(gateway, licenseId, 101, 200);
        assertUsage(ledger.usage(licenseId), 200, 20, 2);
    }

    // ---- who reports ----

    function test_RevertWhen_ANobodyReportsALicense() public {
        address[6] memory nobodies = [stranger, licensor, gateway, artist, address(licenses), address(ledger)];
        for (uint256 i = 0; i < nobodies.length; ++i) {
            assertFalse(ledger.isReporter(licenseId, nobodies[i]));
            vm.expectRevert(abi.encodeWithSelector(IUsageLedger.NotReporter.selector, licenseId, nobodies[i]));
            anchor(nobodies[i], licenseId, 1, 2);
        }
    }

    function test_TheHolderNamesReporters() public {
        vm.recordLogs();
        name(licensee, stranger, true);
        anchor(stranger, licenseId, 1, 2);
        name(licensee, stranger, false);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.NotReporter.selector, licenseId, stranger));
        anchor(stranger, licenseId, 3, 4);
        assertHead(0);
    }

    function test_WhomAFormerHolderNamedReportsNoMore() public {
        name(licensee, stranger, true);
        pass(licensee, relayer);
        assertFalse(ledger.isReporter(licenseId, stranger));
        assertFalse(ledger.isReporter(licenseId, licensee));
        assertTrue(ledger.isReporter(licenseId, relayer));
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.NotReporter.selector, licenseId, stranger));
        anchor(stranger, licenseId, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.NotReporter.selector, licenseId, licensee));
        anchor(licensee, licenseId, 1, 2);
    }

    function test_AReporterNamedForOneLicenseReportsNoOther() public {
        name(licensee, stranger, true);
        ILicenseToken.Offer memory other = saleTerms();
        other.price = 1;
        assertFalse(ledger.isReporter(idOf(sell(other)), stranger));
    }

    function test_RevertWhen_AnyoneElseNamesAReporter() public {
        address[4] memory others = [stranger, licensor, gateway, address(licenses)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotLicensee.selector, licenseId, others[i], licensee));
            ledger.nameReporter(licenseId, others[i], true);
        }
    }

    function test_TheTermsNameAReporterForEveryHolder() public {
        vm.recordLogs();
        vm.expectEmit(address(ledger));
        emit IUsageLedger.ReporterAdmitted(licenseId, grant.offer.conditions, gateway);
        vm.prank(stranger);
        ledger.admitReporter(grant, conditions());
        anchor(gateway, licenseId, 1, 2);
        pass(licensee, relayer);
        anchor(gateway, licenseId, 3, 4);
        assertHead(0);
    }

    /// @dev What the terms say the holder cannot unsay.
    function test_TheHolderCannotUnnameTheTermsReporter() public {
        ledger.admitReporter(grant, conditions());
        name(licensee, gateway, false);
        assertTrue(ledger.isReporter(licenseId, gateway));
    }

    function test_RevertWhen_OtherConditionsAreShown() public {
        ILicenseToken.Conditions memory others = conditions();
        others.reporter = stranger;
        bytes32 shown = licenses.conditionsHashOf(others);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.ConditionsUnknown.selector, shown, grant.offer.conditions));
        ledger.admitReporter(grant, others);
    }

    function test_RevertWhen_TheTermsNameNobody() public {
        ILicenseToken.Conditions memory none = conditions();
        none.reporter = address(0);
        ILicenseToken.Offer memory offer = saleTerms();
        offer.conditions = licenses.conditionsHashOf(none);
        ILicenseToken.Grant memory other = sell(offer);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.ReporterMissing.selector, idOf(other)));
        ledger.admitReporter(other, none);
    }

    function test_RevertWhen_TheLicenseIsUnknown() public {
        grant.salt = "never sold";
        bytes32 id = idOf(grant);
        bytes memory reason = abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, id);
        vm.expectRevert(reason);
        anchor(licensee, id, 1, 2);
        vm.expectRevert(reason);
        ledger.admitReporter(grant, conditions());
        vm.prank(licensee);
        vm.expectRevert(reason);
        ledger.nameReporter(id, licensee, true);
        vm.expectRevert(reason);
        ledger.isReporter(id, licensee);
    }

    /// @dev A reporter's own key is no license's: nobody writes there for them.
    function test_RevertWhen_AReportersKeyPassesForALicense() public {
        bytes32 key = keccak256(abi.encode(gateway));
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, key));
        anchor(stranger, key, 1, 2);
    }

    // ---- what is refused ----

    function test_RevertWhen_TheRootIsMissing() public {
        vm.expectRevert(IUsageLedger.RootMissing.selector);
        ledger.anchor(0, 0, 1, 1, 2);
    }

    function test_RevertWhen_ThereAreNoRecords() public {
        vm.expectRevert(IUsageLedger.RecordsMissing.selector);
        ledger.anchor(0, "root", 0, 1, 2);
    }

    function test_RevertWhen_APeriodEndsBeforeItStarts() public {
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.PeriodInvalid.selector, 3, 2, NOW));
        ledger.anchor(0, "root", 1, 3, 2);
    }

    function test_RevertWhen_APeriodEndsInTheFuture() public {
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.PeriodInvalid.selector, 1, NOW + 1, NOW));
        ledger.anchor(0, "root", 1, 1, uint40(NOW + 1));
    }

    function test_RevertWhen_APeriodStartsAtTheBeginningOfTime() public {
        bytes32 key = keccak256(abi.encode(address(this)));
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.PeriodOverlaps.selector, key, 0, 0));
        ledger.anchor(0, "root", 1, 0, 2);
    }

    function testFuzz_RevertWhen_PeriodsOverlap(uint40 until, uint40 from, uint40 end) public {
        until = uint40(bound(until, 1, NOW));
        anchor(gateway, 0, 1, until);
        from = uint40(bound(from, 0, until));
        end = uint40(bound(end, from, NOW));
        bytes32 key = keccak256(abi.encode(gateway));
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.PeriodOverlaps.selector, key, from, until));
        anchor(gateway, 0, from, end);
    }

    // ---- the duty to report ----

    function test_ReportsKeepALicenseFromBeingRevoked() public {
        ILicenseToken.Conditions memory duty = conditions();
        (duty.reportWithin, duty.refundBps) = (30 days, 0);
        ILicenseToken.Offer memory offer = saleTerms();
        offer.conditions = licenses.conditionsHashOf(duty);
        ILicenseToken.Grant memory dutiful = sell(offer);
        bytes32 id = idOf(dutiful);

        vm.warp(NOW + 60 days);
        uint256 snapshot = vm.snapshotState();
        vm.prank(licensor);
        licenses.revoke(dutiful, duty, 0);
        assertFalse(licenses.permits(id, TRAIN), "nobody reported");

        vm.revertToState(snapshot);
        anchor(licensee, id, uint40(NOW), uint40(NOW + 60 days));
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.CauseInvalid.selector, id, 0));
        licenses.revoke(dutiful, duty, 0);
        assertTrue(licenses.permits(id, TRAIN));
    }

    // ---- what it costs ----

    /// @dev The reporter's slot and the head: none of them new.
    function test_AnAnchorWritesTwoSlots() public {
        anchor(gateway, 0, 1, 2);
        vm.record();
        anchor(gateway, 0, 3, 4);
        (, bytes32[] memory writes) = vm.accesses(address(ledger));
        assertEq(writes.length, 2);
    }

    // ---- helpers ----

    function name(address holder, address reporter, bool named) private {
        vm.expectEmit(address(ledger));
        emit IUsageLedger.ReporterNamed(licenseId, holder, reporter, named);
        vm.prank(holder);
        ledger.nameReporter(licenseId, reporter, named);
    }

    function pass(address from, address to) private {
        vm.prank(from);
        licenses.transferFrom(from, to, uint256(licenseId));
    }

    function assertUsage(IUsageLedger.Usage memory usage, uint256 until, uint256 records, uint256 anchors)
        private
        pure
    {
        assertEq(usage.until, until, "until");
        assertEq(usage.records, records, "records");
        assertEq(usage.anchors, anchors, "anchors");
    }
}
