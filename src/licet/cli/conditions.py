"""Conditions of sale: the options that state them, and the words that tell of them."""

from collections.abc import Iterator
from typing import Any, Final

import click

from licet.cli.money import Money
from licet.cli.params import ADDRESS, DURATION, PERCENT, Command
from licet.cli.text import duration, percent
from licet.errors import InputError
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.types import ZERO_ADDRESS, Address

_OPTIONS: Final = (
    click.option(
        "--royalty",
        type=PERCENT,
        default=0,
        metavar="PERCENT",
        help="Share of a derivative's income that its vault must give to the payee.",
    ),
    click.option(
        "--ceiling", metavar="AMOUNT", help="What a derivative's vault may receive before its sales end."
    ),
    click.option("--approval", is_flag=True, help="A derivative needs the licensor's signature."),
    click.option(
        "--reciprocal", is_flag=True, help="A derivative is licensed on these same terms, or not at all."
    ),
    click.option(
        "--sublicensable", is_flag=True, help="A licensee may grant sublicenses: no wider, and no longer."
    ),
    click.option("--revocable", is_flag=True, help="A ruling may revoke a license."),
    click.option(
        "--report-within",
        type=DURATION,
        default=0,
        metavar="TIME",
        help="Use must be reported again within so long (30d, 12h), or a license may be revoked.",
    ),
    click.option(
        "--refund",
        type=PERCENT,
        default=0,
        metavar="PERCENT",
        help="Share of the price for the time left that a revocation gives back.",
    ),
    click.option(
        "--resale",
        type=PERCENT,
        default=0,
        metavar="PERCENT",
        help="Share of a license's resale asked for the payee (ERC-2981); with --transferable.",
    ),
    click.option(
        "--reporter", type=ADDRESS, metavar="ADDRESS", help="Who may report use, beside the licensee."
    ),
    click.option(
        "--unit-cap",
        type=click.IntRange(min=1),
        metavar="N",
        help="Units that may be charged, in all; with --kind metered.",
    ),
    click.option(
        "--refund-delay",
        type=DURATION,
        metavar="TIME",
        help="How long a deposit's rest stays for vouchers, once it is asked for; with --kind metered.",
    ),
)


def condition_options(function: Command) -> Command:
    """Adds the options that state an offer's conditions."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def conditions_from(given: dict[str, Any], kind: Kind, money: Money, currency: Address) -> Conditions:
    """The conditions that the options state.

    Raises:
        InputError: a value is out of range, or means nothing for what is sold.
    """
    metered = kind is Kind.METERED
    for option, value, fits in (
        ("--unit-cap", given["unit_cap"] is not None, metered),
        ("--refund-delay", given["refund_delay"] is not None, metered),
        ("--resale", given["resale"], given["transferable"]),
    ):
        if value and not fits:
            needs = "--transferable" if option == "--resale" else "--kind metered"
            raise InputError(f"{option} means nothing without {needs}: add that, or leave it out")
    return Conditions(
        royalty_bps=given["royalty"],
        revenue_ceiling=money.units(currency, given["ceiling"]) if given["ceiling"] else 0,
        approval=given["approval"],
        reciprocal=given["reciprocal"],
        sublicensable=given["sublicensable"],
        revocable=given["revocable"],
        report_within=given["report_within"],
        refund_bps=given["refund"],
        resale_bps=given["resale"],
        reporter=given["reporter"] or ZERO_ADDRESS,
        unit_cap=given["unit_cap"] or 0,
        refund_delay=given["refund_delay"] or 0,
    )


def condition_words(conditions: Conditions, money: Money, currency: Address) -> str:
    """What conditions ask and allow, for people; `none` where that is nothing."""
    return "; ".join(_words(conditions, money, currency)) or "none"


def _words(c: Conditions, money: Money, currency: Address) -> Iterator[str]:
    if c.royalty_bps:
        yield f"{percent(c.royalty_bps)} of derivatives' income"
    if c.revenue_ceiling:
        yield f"derivatives sell up to {money.text(currency, c.revenue_ceiling)}"
    if c.approval:
        yield "derivatives need approval"
    if c.reciprocal:
        yield "derivatives are licensed on the same terms"
    if c.sublicensable:
        yield "may be sublicensed"
    if c.revocable:
        yield "a ruling may revoke it"
    if c.report_within:
        yield f"use is reported within {duration(c.report_within)}"
    if c.refund_bps:
        yield f"{percent(c.refund_bps)} for the time left is refunded if revoked"
    if c.resale_bps:
        yield f"{percent(c.resale_bps)} of resales"
    if c.reporter != ZERO_ADDRESS:
        yield f"{c.reporter} may report use"
    if c.unit_cap:
        yield f"{c.unit_cap:,} units at most"
    if c.refund_delay:
        yield f"a deposit's rest comes back after {duration(c.refund_delay)}"
