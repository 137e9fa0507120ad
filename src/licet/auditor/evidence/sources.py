"""Sources: where an audit reads logs and state, and what of them is proven."""

from dataclasses import dataclass

from licet.auditor.evidence.proven import Headers, ProvenRecords, check_codes, pinned_header
from licet.auditor.evidence.records import IndexRecords, Progress, Records
from licet.auditor.report.audit_report import Proven
from licet.chain.blocks.headers import Header
from licet.chain.client import Block
from licet.chain.state.proofs import ProvenState
from licet.chain.state.reading import StateReader
from licet.contracts import Contracts
from licet.errors import IndexUnusable, InputError
from licet.index import Index
from licet.index.events.kinds import addresses
from licet.types import Hash32


@dataclass(frozen=True, slots=True)
class Sources:
    """Where an audit reads.

    Attributes:
        records: the logs.
        state: of the block that is audited.
        header: of that block; None where the node is believed.
        headers: up to it; None where the node is believed.
    """

    records: Records
    state: StateReader
    header: Header | None = None
    headers: Headers | None = None

    def proven(self, first: int) -> Proven | None:
        """What was proven, of a deployment whose first block this is; None where nothing was."""
        if not isinstance(self.state, ProvenState) or self.header is None or self.headers is None:
            return None
        unproven = dict(self.state.unproven)
        if not isinstance(self.records, ProvenRecords):
            unproven["when logs were written, and what vaults and tokens logged"] = None
        elif first < self.headers.linked_from:
            unproven[f"the blocks before {self.headers.linked_from}, which are too many to link"] = None
        return Proven(
            Hash32(self.header.state_root),
            self.state.slots,
            self.state.accounts,
            self.records.receipts if isinstance(self.records, ProvenRecords) else 0,
            self.headers.linked_from,
            tuple(unproven),
        )


def open_sources(
    contracts: Contracts, at: Block, index: Index | None, progress: Progress | None, *, proofs: bool
) -> Sources:
    """The sources of an audit, once it is certain that they are of this deployment and reach its block.

    Args:
        contracts: that are audited.
        at: the last block.
        index: whose logs are read instead of the node's.
        progress: as for an audit.
        proofs: whether the state, and the logs of the node, are proven against the block's hash.

    Raises:
        InputError: the block is newer than the index.
        IndexUnusable: the index is of another deployment, or of a chain that was replaced.
        NodeUntrue: a proof of the node's does not hold.
        ChainError: the node failed, or the block was replaced.
    """
    if index is not None:
        _check_index(index, contracts, at)
    chain = contracts.chain
    header = pinned_header(chain.node, at) if proofs else None
    headers = None if header is None else Headers(chain.node, header)
    state = StateReader(chain.node, at.number) if header is None else ProvenState(chain.node, header)
    records: Records
    if index is not None:
        records = IndexRecords(index, chain, progress)
    elif headers is not None:
        records = ProvenRecords(chain, headers, progress)
    else:
        records = Records(chain, progress)
    if isinstance(state, ProvenState):
        check_codes(contracts.deployment, state)
    return Sources(records, state, header, headers)


def _check_index(index: Index, contracts: Contracts, at: Block) -> None:
    """Refuses an index that is not of this deployment, or does not reach the block on this chain."""
    state, deployment = index.state, contracts.deployment
    if (state.chain_id, index.identity.addresses) != (deployment.chain_id, addresses(deployment)):
        raise IndexUnusable(
            f"{state.db} is the index of the registry {state.registry} on chain {state.chain_id}, not of "
            f"{deployment.asset_registry} on chain {deployment.chain_id}: name another one",
            db=state.db,
        )
    if at.number > state.money_block:
        raise InputError(
            f"block {at.number} is not in {state.db}, which is proven up to {state.money_block}: "
            "`licet index update` goes on there"
        )
    if index.block(at.number).hash != at.hash:
        raise IndexUnusable(
            f"{state.db} has another block {at.number} than the node: one of them is on a chain that was "
            "replaced; `licet index update` finds out",
            db=state.db,
        )
