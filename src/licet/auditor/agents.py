"""Agents: who may act for whom until when, by the license token's logs and by its slots."""

from collections.abc import Iterator
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.contracts.events import AgentAppointed
from licet.contracts.licenses import LicenseToken
from licet.types import Address


class AgentLedger:
    """Until when each agent may act, after the events that were applied."""

    def __init__(self) -> None:
        self.until: Final[dict[tuple[Address, Address], int]] = {}

    def appointed(self, event: AgentAppointed) -> None:
        """A licensor appointed an agent, or dismissed one."""
        self.until[event.licensor, event.agent] = event.until

    def may_sign(self, licensor: Address, agent: Address | None, time: int) -> bool:
        """Whether somebody may sign for a licensor at a time, unix seconds."""
        return agent is not None and time <= self.until.get((licensor, agent), 0)


def compare_agents(ledger: AgentLedger, token: LicenseToken, block: int) -> Iterator[Finding]:
    """Yields the agents whose slot at a block does not say what the logs say."""
    for (licensor, agent), expected in ledger.until.items():
        actual = token.agent_until(licensor, agent, block)
        if actual != expected:
            yield found(
                Kind.AGENT_STATE_WRONG,
                f"{agent} may act for {licensor} until {actual}, the logs say {expected}",
                contract=token.address,
                account=agent,
                expected=expected,
                actual=actual,
            )
