"""`licet arbitrate`: the arbitrator of test nets, whose owners vote."""

from typing import Final

import click

from licet.cli.cases import case_argument, case_at, contest_option, dispute_number
from licet.cli.options import takes
from licet.cli.output import emit, facts, sent, table
from licet.cli.params import ADDRESS, Parsed, member_of, name_of, names
from licet.cli.session import Session
from licet.contracts import Contracts, MultisigArbitrator
from licet.contracts.disputes import Ruling
from licet.errors import InputError, NotAContract, Reverted, UnexpectedAnswer
from licet.types import ZERO_ADDRESS, Address

_RULING: Final = Parsed("ruling", member_of(Ruling))


@click.group("arbitrate")
def command() -> None:
    """Vote on cases, as the arbitrator of test nets."""


@command.command("vote")
@case_argument
@click.argument("ruling", type=_RULING, metavar=names(Ruling))
@contest_option
@takes(account=True)
def vote(session: Session, case_id: int, ruling: Ruling, contest: bool, as_json: bool) -> None:
    """Vote on CASE; the account is an owner of the arbitrator. The deciding vote also hands the ruling over.

    `uphold` says that the claim is right, `reject` that it is not; `refused` leaves everything as it was.
    """
    number = dispute_number(session.contracts, case_id, contest=contest)
    receipt = _arbitrator(session.signing_contracts).vote(number, ruling)
    status = name_of(case_at(session.contracts, case_id, contest=contest).status)
    emit(
        {
            "case": case_id,
            "contest": contest,
            "dispute_number": number,
            "vote": name_of(ruling),
            "status": status,
            **sent(receipt),
        },
        facts(case=str(case_id), vote=name_of(ruling), status=status, gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("execute")
@case_argument
@contest_option
@takes(account=True)
def execute(session: Session, case_id: int, contest: bool, as_json: bool) -> None:
    """Hand the ruling on CASE over again, where it was decided and not taken. Anybody may."""
    number = dispute_number(session.contracts, case_id, contest=contest)
    receipt = _arbitrator(session.signing_contracts).execute(number)
    status = name_of(case_at(session.contracts, case_id, contest=contest).status)
    emit(
        {"case": case_id, "contest": contest, "status": status, **sent(receipt)},
        facts(case=str(case_id), status=status, gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("show")
@case_argument
@contest_option
@takes()
def show(session: Session, case_id: int, contest: bool, as_json: bool) -> None:
    """Show who may vote on CASE, and who did, and for what."""
    contracts = session.contracts
    number = dispute_number(contracts, case_id, contest=contest)
    arbitrator = _arbitrator(contracts)
    votes = {owner: arbitrator.vote_of(number, owner) for owner in arbitrator.owners()}
    threshold, executed = arbitrator.threshold(), arbitrator.executed(number)
    words = {owner: name_of(ruling) if ruling is not None else None for owner, ruling in votes.items()}
    emit(
        {
            "case": case_id,
            "contest": contest,
            "dispute_number": number,
            "arbitrator": arbitrator.address,
            "threshold": threshold,
            "votes": words,
            "executed": executed,
        },
        facts(
            case=str(case_id),
            decides=f"{threshold} of {len(votes)}",
            ruling="handed over" if executed else "not yet",
        ),
        table(["owner", "vote"], [(owner, word or "-") for owner, word in words.items()]),
        as_json=as_json,
    )


@command.command("withdraw")
@click.option("--who", type=ADDRESS, metavar="ADDRESS", help="Which owner.  [default: the account]")
@takes(account=True)
def withdraw(session: Session, who: Address | None, as_json: bool) -> None:
    """Pay an owner of the arbitrator the fees that are due to them. Anybody may."""
    owner = who or session.signer.address
    due = _arbitrator(session.contracts).due(owner)
    receipt = _arbitrator(session.signing_contracts).withdraw(owner)
    emit(
        {"who": owner, "amount": str(due), **sent(receipt)},
        facts(who=owner, paid=session.money.text(ZERO_ADDRESS, due), gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


def _arbitrator(contracts: Contracts) -> MultisigArbitrator:
    """The deployment's arbitrator, which must be one whose owners vote.

    Raises:
        InputError: it is another, whose ways are its own.
    """
    address = contracts.deployment.arbitrator
    arbitrator = MultisigArbitrator(contracts.chain, address)
    try:
        is_one = arbitrator.threshold() > 0
    except (NotAContract, Reverted, UnexpectedAnswer):
        is_one = False
    if not is_one:
        raise InputError(
            f"the arbitrator {address} is not the one that comes with a deployment: ask there how it rules"
        )
    return arbitrator
