"""The chain, as the rest of Licet sees it: calls, transactions, logs, code.

The only room that speaks to a node by way of web3. Amounts are in wei, times in unix seconds.
"""

from licet.chain.client.chain import RECEIPT_SECONDS, Chain, Sends
from licet.chain.client.reading import RPC_SECONDS
from licet.chain.client.records import Block, BlockId, Log, Mined, Receipt

__all__ = [
    "RECEIPT_SECONDS",
    "RPC_SECONDS",
    "Block",
    "BlockId",
    "Chain",
    "Log",
    "Mined",
    "Receipt",
    "Sends",
]
