"""`licet dispute`: claims against others' deeds, works and licenses, and what becomes of them."""

from typing import Any, Final

import click

from licet.cli.cases import (
    case_argument,
    case_at,
    case_json,
    case_words,
    cases_of,
    contest_option,
    opened_json,
    opened_words,
)
from licet.cli.evidence import evidence_from, evidence_options
from licet.cli.options import takes
from licet.cli.output import confirm, emit, facts, gas_of, sent
from licet.cli.params import ADDRESS, ASSET, LICENSE, currency_option, name_of, yes_option
from licet.cli.session import Session
from licet.contracts.cases import OpenedCase
from licet.errors import InputError
from licet.types import ZERO_ADDRESS, Address, Hash32

_claim: Final = click.option(
    "--claim",
    "claim_id",
    type=ASSET,
    required=True,
    metavar="ASSET",
    help="The account's own deed to the content: register it first.",
)


@click.group("dispute")
def command() -> None:
    """Dispute deeds, works and licenses."""


@command.command("asset")
@click.argument("asset", type=ASSET)
@_claim
@click.option(
    "--payee",
    type=ADDRESS,
    required=True,
    metavar="ADDRESS",
    help="Who gets what is escrowed, if the claim is upheld: as a rule a vault.",
)
@evidence_options
@yes_option
@takes(account=True, publishes=True)
def asset_(
    session: Session, asset: Hash32, claim_id: Hash32, payee: Address, yes: bool, as_json: bool, **given: Any
) -> None:
    """Dispute the deed of ASSET: its content is the account's.

    From now on its sales wait in escrow, unless its holder stakes a bond too. Costs a bond, which comes back
    unless the claim is rejected, and the arbitrator's fee.
    """
    evidence = evidence_from(given)
    holder = session.rights_holder
    _confirm_cost(session, f"Dispute the deed of {asset}", yes=yes)
    _show_opened(holder.dispute_asset(asset, claim_id, payee, evidence), asset, as_json=as_json)


@command.command("work")
@click.argument("catalog", type=ASSET)
@click.argument("work", metavar="FILE|SHA256")
@_claim
@evidence_options
@yes_option
@takes(account=True, publishes=True)
def work_(
    session: Session, catalog: Hash32, work: str, claim_id: Hash32, yes: bool, as_json: bool, **given: Any
) -> None:
    """Dispute one work of CATALOG, an asset's id; its other works are not touched."""
    evidence = evidence_from(given)
    holder = session.rights_holder
    _confirm_cost(session, f"Dispute a work of the catalogue {catalog}", yes=yes)
    _show_opened(holder.dispute_work(catalog, work, claim_id, evidence), catalog, as_json=as_json)


@command.command("license")
@click.argument("license_id", type=LICENSE, metavar="LICENSE")
@evidence_options
@yes_option
@takes(account=True, publishes=True)
def license_(session: Session, license_id: Hash32, yes: bool, as_json: bool, **given: Any) -> None:
    """Dispute LICENSE, of a work whose deed the account holds: its holder broke its terms.

    If it is upheld, `licet license revoke --cause CASE` may revoke it. Its conditions must say so.
    """
    evidence = evidence_from(given)
    holder = session.rights_holder
    _confirm_cost(session, f"Dispute the license {license_id}", yes=yes)
    _show_opened(holder.dispute_license(license_id, evidence), license_id, as_json=as_json)


@command.command("show")
@case_argument
@contest_option
@takes()
def show(session: Session, case_id: int, contest: bool, as_json: bool) -> None:
    """Show what CASE is about, how it stands, and the evidence shown in it."""
    case = case_json(session, case_id, contest=contest)
    emit(case, *case_words(case), as_json=as_json)


@command.command("counter-bond")
@case_argument
@yes_option
@takes(account=True)
def counter_bond(session: Session, case_id: int, yes: bool, as_json: bool) -> None:
    """Stake a bond against CASE, a dispute of a deed that the account holds, to be paid directly again.

    The claimant gets the bond if the claim is upheld; else it comes back.
    """
    holder = session.rights_holder
    desk = session.contracts.disputes
    bond = desk.bond()
    confirm(f"Stake {session.money.text(ZERO_ADDRESS, bond)} against case {case_id}?", yes=yes)
    receipt = holder.counter_bond(case_id)
    escrowing = desk.asset_state(desk.case(case_id).subject).escrowing
    emit(
        {"case": case_id, "bond": str(bond), "escrowing": bool(escrowing), **sent(receipt)},
        facts(
            case=str(case_id),
            staked=session.money.text(ZERO_ADDRESS, bond),
            sales="still escrowed: other cases are unanswered" if escrowing else "are paid directly",
            gas=f"{receipt.gas_used:,}",
        ),
        as_json=as_json,
    )


@command.command("evidence")
@case_argument
@contest_option
@evidence_options
@takes(account=True, publishes=True)
def evidence_(session: Session, case_id: int, contest: bool, as_json: bool, **given: Any) -> None:
    """Publish evidence, and show it in the open CASE. Anybody may."""
    evidence = evidence_from(given)
    if evidence is None:
        raise InputError("what does the evidence say? Name --evidence or --evidence-text")
    receipt = session.rights_holder.submit_evidence(case_id, evidence, contest=contest)
    published = session.publisher.publish(evidence)
    emit(
        {"case": case_id, "contest": contest, "hash": published.hash, "uri": published.uri, **sent(receipt)},
        facts(case=str(case_id), evidence=published.uri, gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("release")
@case_argument
@click.option(
    "--payee", type=ADDRESS, required=True, metavar="ADDRESS", help="Whom the offers name: a vault."
)
@currency_option
@takes(account=True)
def release(
    session: Session, case_id: int, payee: Address, currency: Address | str | None, as_json: bool
) -> None:
    """Pay out what was sold while CASE was the latest of its asset. Anybody may, once it is decided.

    It goes to the payee, or to whom the first upheld claim names.
    """
    token = session.currency(currency)
    released = session.rights_holder.release_escrow(case_id, payee, token)
    emit(
        {
            "case": case_id,
            "receiver": released.receiver,
            "currency": token,
            "amount": str(released.amount),
            **sent(released.receipt),
        },
        facts(
            case=str(case_id),
            paid=f"{session.money.text(token, released.amount)} to {released.receiver}",
            gas=f"{released.receipt.gas_used:,}",
        ),
        as_json=as_json,
    )


@command.command("lapse")
@case_argument
@contest_option
@takes(account=True)
def lapse(session: Session, case_id: int, contest: bool, as_json: bool) -> None:
    """Close CASE, on which nobody ruled by its deadline; its bond goes back. Anybody may."""
    receipt = session.rights_holder.lapse(case_id, contest=contest)
    status = name_of(case_at(session.contracts, case_id, contest=contest).status)
    emit(
        {"case": case_id, "contest": contest, "status": status, **sent(receipt)},
        facts(case=str(case_id), status=status, gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("withdraw")
@click.option("--who", type=ADDRESS, metavar="ADDRESS", help="Whose bonds.  [default: the account's]")
@takes(account=True)
def withdraw(session: Session, who: Address | None, as_json: bool) -> None:
    """Pay somebody the bonds that closed cases owe them, of disputes and contests. Anybody may."""
    holder = session.rights_holder
    payee = who or holder.address
    owed = holder.owed_bonds(payee)
    receipts = holder.withdraw_bonds(payee)
    emit(
        {"who": payee, "amount": str(owed), **sent(*receipts)},
        facts(
            who=payee,
            paid=session.money.text(ZERO_ADDRESS, owed),
            gas=f"{gas_of(*receipts):,}",
        ),
        as_json=as_json,
    )


def _confirm_cost(session: Session, what: str, *, yes: bool) -> None:
    """Asks, with the bond and the fee, before a case is opened."""
    desk = cases_of(session.contracts, contest=False)
    bond, cost = desk.bond(), desk.opening_cost()
    money = session.money
    confirm(
        f"{what}, for a bond of {money.text(ZERO_ADDRESS, bond)} and "
        f"a fee of {money.text(ZERO_ADDRESS, cost - bond)}?",
        yes=yes,
    )


def _show_opened(opened: OpenedCase, subject: Hash32, *, as_json: bool) -> None:
    emit(opened_json(opened, subject), opened_words(opened, subject), as_json=as_json)
