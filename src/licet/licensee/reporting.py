"""Reporting use: a period's records under one root on chain, by the licensee or whom they name."""

from licet.chain.client import Receipt
from licet.documents import UsageLog
from licet.licensee.account import Account
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32, parse_hash


class Reporting(Account):
    """Reports use."""

    def anchor_usage(self, log: UsageLog) -> Receipt:
        """Anchors a period's records of use: one transaction for any number of them.

        The log itself goes into the publisher's folder, if there is one: keep it, it alone proves records.

        Args:
            log: of one license that this account may report on, or of any (its `license_id` is zero), as a
                gateway keeps it. Periods of one license, or of one reporter, do not overlap.

        Raises:
            NotReporter: this account neither holds the license nor was named to report on it.
            PeriodOverlaps: a part of the period has been reported.
            PeriodInvalid: the period is not over.
        """
        if self._publisher is not None:
            self._publisher.publish(log)
        ledger = self._contracts.usage
        return ledger.anchor(log.license_id, log.root, len(log.records), log.since, log.until)

    def name_reporter(self, license_id: Hash32, reporter: Address, *, named: bool = True) -> Receipt:
        """Lets somebody report the use of a license that this account holds, or no longer.

        It ends when the license is transferred.

        Args:
            license_id: the license.
            reporter: who.
            named: whether they may from now on.

        Raises:
            LicenseUnknown: no license has this id.
            NotLicensee: this account does not hold it.
        """
        reporter = parse_address(reporter, "reporter")
        return self._contracts.usage.name_reporter(
            parse_hash(license_id, "license id"), reporter, named=named
        )

    def admit_reporter(self, license_id: Hash32) -> Receipt:
        """Lets the reporter that a license's conditions name report its use, whoever holds it. Anybody may.

        Raises:
            LicenseUnknown, DocumentMissing: the license's terms are not to be found.
            ReporterMissing: its conditions name none.
        """
        terms = self.terms(license_id)
        return self._contracts.usage.admit_reporter(terms.grant, terms.conditions)
