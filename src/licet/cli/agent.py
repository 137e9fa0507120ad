"""`licet agent`: who may make offers for a licensor."""

import click

from licet.cli.errors import UndecidedError
from licet.cli.options import takes
from licet.cli.output import emit, facts, sent
from licet.cli.params import ADDRESS, UNTIL
from licet.cli.session import Session
from licet.cli.text import format_time
from licet.errors import LicetError
from licet.types import Address

_agent = click.argument("agent", type=ADDRESS)


@click.group("agent")
def command() -> None:
    """Appoint who may make offers for you."""


@command.command("appoint")
@_agent
@click.option("--until", type=UNTIL, required=True, metavar="DATE", help="The last day, UTC.")
@takes(account=True)
def appoint(session: Session, agent: Address, until: int, as_json: bool) -> None:
    """Let AGENT sign, publish and cancel offers for the account, until a day.

    AGENT signs with `licet offer sign --agent-for`. What they signed sells for as long as the appointment
    runs; published offers go on. AGENT cannot move a deed, nor be paid.
    """
    receipt = session.rights_holder.appoint_agent(agent, until)
    emit(
        {"licensor": session.signer.address, "agent": agent, "until": until, **sent(receipt)},
        facts(agent=agent, until=format_time(until), gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("end")
@_agent
@takes(account=True)
def end(session: Session, agent: Address, as_json: bool) -> None:
    """End AGENT's appointment. Offers that they signed and nobody published sell no more."""
    receipt = session.rights_holder.appoint_agent(agent, 0)
    emit(
        {"licensor": session.signer.address, "agent": agent, "until": None, **sent(receipt)},
        facts(agent=agent, until="ended", gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("show")
@click.argument("licensor", type=ADDRESS)
@_agent
@takes()
def show(session: Session, licensor: Address, agent: Address, as_json: bool) -> int:
    """Ask whether AGENT may act for LICENSOR now.

    Exits with 0 for yes, with 1 for no, with 2 when it cannot tell.
    """
    try:
        until = session.contracts.licenses.agent_until(licensor, agent)
        acts = until >= session.reader.block().timestamp
    except LicetError as error:
        raise UndecidedError(str(error)) from error
    emit(
        {"licensor": licensor, "agent": agent, "until": until or None, "acts": acts},
        facts(agent=agent, acts="yes" if acts else "no", until=format_time(until) if until else "-"),
        as_json=as_json,
    )
    return 0 if acts else 1
