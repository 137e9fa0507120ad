"""The auditor's act: everything is recomputed."""

from licet.auditor import Auditor, AuditReport
from licet.cli.audit_tables import balance_sheets, counted, findings_table
from licet.cli.demo.cast import World
from licet.cli.demo.stage import Stage
from licet.cli.money import Money
from licet.cli.output import steps_bar


def audit(stage: Stage, world: World) -> AuditReport:
    """The auditor recomputes everything from the node, one address and the published documents."""
    stage.act("The auditor trusts nobody, and recomputes everything")
    chain = world.chain()
    registry = world.deployment.asset_registry
    with stage.step("audit"), steps_bar() as progress:
        report = Auditor(chain, world.library()).audit(registry, progress=progress)
    stage.say(f"Given: a node, the registry's address {registry}, the published documents. No key.")
    stage.say(counted(report))
    stage.put(balance_sheets(report, Money(chain)))
    for part in findings_table(report.findings):
        stage.put(part)
    return report
