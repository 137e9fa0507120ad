"""Agents: who may act for whom until when, by the license token's logs and by its slots."""

from collections.abc import Iterator
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.kept import Kept, Words
from licet.chain.compiled.artifacts import artifact
from licet.chain.compiled.slots import mapped
from licet.contracts.events import AgentAppointed
from licet.types import Address

_AGENTS: Final = artifact("LicenseToken").layout.variables["_agents"]


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


def kept_agents(ledger: AgentLedger, token: Address) -> Iterator[Kept]:
    """Yields until when the license token should let whom act for whom."""
    for (licensor, agent), until in ledger.until.items():

        def differs(
            words: Words, licensor: Address = licensor, agent: Address = agent, until: int = until
        ) -> Iterator[Finding]:
            yield found(
                Kind.AGENT_STATE_WRONG,
                f"{agent} may act for {licensor} until {words[0]}, the logs say {until}",
                contract=token,
                account=agent,
                expected=until,
                actual=words[0],
            )

        yield Kept(token, (mapped(mapped(_AGENTS, licensor), agent),), (until,), differs)
