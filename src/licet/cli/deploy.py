"""`licet deploy`."""

from dataclasses import asdict
from pathlib import Path

import click

from licet.chain.client import Receipt
from licet.chain.deployments import Deployment, deploy
from licet.cli.output import emit, facts, note
from licet.cli.params import FILE
from licet.cli.session import Session, default_deployment, takes


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
def command(session: Session, file: Path | None, as_json: bool) -> None:
    """Deploy the contracts, and note where they are.

    Running it again changes nothing: what the file says is checked against the chain first. On local chains a
    test dollar comes with them.
    """
    path = file or default_deployment(session.reader.chain_id)
    previous = Deployment.load(path) if path.exists() else None
    gas = 0

    def created(name: str, receipt: Receipt) -> None:
        nonlocal gas
        gas += receipt.gas_used
        note(f"{name} at {receipt.created}, {receipt.gas_used:,} gas")

    deployment = deploy(session.reader.with_signer(session.signer), previous, progress=created)
    if deployment != previous:
        deployment.save(path)
    emit(
        {**asdict(deployment), "file": str(path), "gas": gas},
        facts(
            chain=str(deployment.chain_id),
            registry=deployment.asset_registry,
            license_token=deployment.license_token,
            vault_factory=deployment.vault_factory,
            usage_ledger=deployment.usage_ledger,
            statement_escrow=deployment.statement_escrow,
            dispute_desk=deployment.dispute_desk,
            arbitrator=deployment.arbitrator,
            test_dollar=deployment.test_dollar or "none: this chain is not local",
            noted_in=f"{path}, {'now' if deployment != previous else 'as before: nothing was deployed'}",
        ),
        as_json=as_json,
    )
