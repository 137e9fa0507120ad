"""`licet deploy`."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from licet.chain.client import Chain, Receipt
from licet.chain.deployments import Arbitration, Deployment, deploy
from licet.cli.options import takes
from licet.cli.output import emit, facts, note
from licet.cli.params import ADDRESS, DURATION, FILE
from licet.cli.session import Session, default_deployment
from licet.cli.text import duration
from licet.contracts import DisputeDesk, MultisigArbitrator
from licet.errors import InputError, Reverted, UnexpectedAnswer
from licet.types import ZERO_ADDRESS, Address


@click.command("deploy")
@takes(account=True, contracts=False)
@click.option(
    "--deployment",
    "file",
    type=FILE,
    metavar="FILE",
    envvar="LICET_DEPLOYMENT",
    show_envvar=True,
    help="The file to write.  [default: deployments/<chain id>.json]",
)
@click.option(
    "--arbitrator",
    type=ADDRESS,
    metavar="ADDRESS",
    help="Who decides disputes (ERC-792).  [default: a new one whose only owner is the account]",
)
@click.option("--bond", metavar="AMOUNT", help="What a false claim costs, in native coin.  [default: 0.01]")
@click.option("--timeout", type=DURATION, metavar="TIME", help="How long an arbitrator has.  [default: 30d]")
@click.option(
    "--fee", metavar="AMOUNT", help="The new arbitrator's for each case, in native coin.  [default: 0.001]"
)
def command(session: Session, file: Path | None, as_json: bool, **terms: Any) -> None:
    """Deploy the contracts, and note where they are.

    Running it again changes nothing: what the file says is checked against the chain first. Arbitrator, bond
    and timeout stay for ever. On local chains a test dollar comes with the contracts.
    """
    path = file or default_deployment(session.reader.chain_id)
    previous = Deployment.load(path) if path.exists() else None
    gas = 0

    def created(name: str, receipt: Receipt) -> None:
        nonlocal gas
        gas += receipt.gas_used
        note(f"{name} at {receipt.created}, {receipt.gas_used:,} gas")

    chain = session.signing_chain
    deployment = deploy(chain, previous, arbitration=_arbitration(session, terms), progress=created)
    if deployment != previous:
        deployment.save(path)
    stands = _terms_of(chain, deployment)
    if deployment == previous:
        _check_same(path, terms, session, stands)
    bond = session.money.text(ZERO_ADDRESS, stands.bond)
    emit(
        {
            **asdict(deployment),
            "bond": str(stands.bond),
            "timeout": stands.timeout,
            "file": str(path),
            "gas": gas,
        },
        facts(
            chain=str(deployment.chain_id),
            registry=deployment.asset_registry,
            license_token=deployment.license_token,
            vault_factory=deployment.vault_factory,
            usage_ledger=deployment.usage_ledger,
            statement_escrow=deployment.statement_escrow,
            dispute_desk=deployment.dispute_desk,
            arbitrator=f"{deployment.arbitrator}, {bond} bond, {duration(stands.timeout)} for a ruling",
            test_dollar=deployment.test_dollar or "none: this chain is not local",
            noted_in=f"{path}, {'now' if deployment != previous else 'as before: nothing was deployed'}",
        ),
        as_json=as_json,
    )


def _arbitration(session: Session, terms: dict[str, Any]) -> Arbitration:
    """Who decides, as the options say.

    Raises:
        InputError: an amount is none, or the fee is named of somebody who has a fee.
    """
    arbitrator: Address | None = terms["arbitrator"]
    if arbitrator is not None and terms["fee"] is not None:
        raise InputError(
            "--fee is for the arbitrator that is deployed, --arbitrator has its own: leave one out"
        )
    if arbitrator is not None:
        _check_arbitrator(session, arbitrator)
    named = {
        name: session.money.units(ZERO_ADDRESS, terms[name])
        for name in ("bond", "fee")
        if terms[name] is not None
    }
    timeout = {} if terms["timeout"] is None else {"timeout": terms["timeout"]}
    return Arbitration(arbitrator, **named, **timeout)


def _check_arbitrator(session: Session, arbitrator: Address) -> None:
    """Makes sure that a case could be brought before it.

    Raises:
        NotAContract: there is no code.
        InputError: it does not say what a case costs.
    """
    try:
        MultisigArbitrator(session.reader, arbitrator).cost()
    except (Reverted, UnexpectedAnswer) as error:
        raise InputError(
            f"{arbitrator} is no arbitrator (ERC-792): it does not say what a case costs"
        ) from error


def _terms_of(chain: Chain, deployment: Deployment) -> Arbitration:
    """On what terms disputes are decided, as the contracts say."""
    desk = DisputeDesk(chain, deployment.dispute_desk)
    bond = desk.bond()
    return Arbitration(deployment.arbitrator, bond, desk.timeout(), desk.opening_cost() - bond)


def _check_same(path: Path, terms: dict[str, Any], session: Session, stands: Arbitration) -> None:
    """Makes sure that nobody takes a deployment for one on other terms."""
    asked = _arbitration(session, terms)
    for name in ("arbitrator", "bond", "timeout", "fee"):
        if terms[name] is not None and getattr(asked, name) != getattr(stands, name):
            raise InputError(
                f"{path} has a deployment whose {name} is {getattr(stands, name)}, for ever: "
                "name another --deployment file to deploy anew"
            )
