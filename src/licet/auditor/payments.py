"""Payments: the transfers of ERC-20 tokens to and from the accounts that an audit looks at."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.history import in_order
from licet.chain.client import Chain, Log
from licet.contracts.events import Claimed, Sold
from licet.contracts.transfers import Transfer, decode_transfer, read_transfers
from licet.errors import ChainError, ConnectionFailed
from licet.types import Address, Hash32

MAX_FILTER: Final = 500
"""How many addresses one question to a node may name."""


class Ledger:
    """One token's transfers. Each may stand for one payment only."""

    def __init__(self, transfers: Iterable[Transfer]) -> None:
        self._unused: Final[dict[tuple[Hash32, Address, Address, int], list[Log]]] = {}
        self._received: Final[defaultdict[Address, int]] = defaultdict(int)
        self._sent: Final[defaultdict[Address, int]] = defaultdict(int)
        for moved in transfers:
            key = (moved.log.tx_hash, moved.sender, moved.receiver, moved.amount)
            self._unused.setdefault(key, []).append(moved.log)
            self._received[moved.receiver] += moved.amount
            self._sent[moved.sender] += moved.amount

    def take(self, cause: Log, sender: Address, receiver: Address, amount: int) -> bool:
        """Whether a transfer follows `cause` in its transaction; it is used up by this."""
        logs = self._unused.get((cause.tx_hash, sender, receiver, amount), [])
        for position, log in enumerate(logs):
            if log.index > cause.index:
                del logs[position]
                return True
        return False

    def received(self, account: Address) -> int:
        """All that went to an account."""
        return self._received[account]

    def sent(self, account: Address) -> int:
        """All that left an account."""
        return self._sent[account]

    def accounts(self) -> frozenset[Address]:
        """Everybody who got some."""
        return frozenset(self._received)


def read_ledger(
    chain: Chain,
    token: Address,
    *,
    vaults: Collection[Address],
    payees: frozenset[Address],
    blocks: tuple[int, int],
    findings: list[Finding],
) -> Ledger | None:
    """The transfers of a token to payees and vaults, and from vaults; None where the node refuses them."""
    first, last = blocks
    known = frozenset(vaults)
    receivers = known | payees
    logs: list[Log] = []
    try:
        for accounts in in_chunks(sorted(receivers)):
            incoming = read_transfers(chain, token, receivers=accounts, from_block=first, to_block=last)
            logs += (moved.log for moved in incoming)
        for accounts in in_chunks(sorted(known)):
            outgoing = read_transfers(chain, token, senders=accounts, from_block=first, to_block=last)
            logs += (moved.log for moved in outgoing if moved.receiver not in receivers)
    except ConnectionFailed:
        raise
    except ChainError as error:
        findings.append(
            found(Kind.TRANSFERS_UNREADABLE, f"the transfers of {token} cannot be read: {error}", token=token)
        )
        return None
    kept = map(decode_transfer, in_order(logs, [token], first, last, findings))
    return Ledger(moved for moved in kept if moved is not None)


def in_chunks(accounts: list[Address]) -> Iterator[list[Address]]:
    """The same accounts, `MAX_FILTER` at a time."""
    return (accounts[i : i + MAX_FILTER] for i in range(0, len(accounts), MAX_FILTER))


def check_payments(sales: Iterable[Sold], ledgers: dict[Address, Ledger]) -> Iterator[Finding]:
    """Yields the sales whose price did not move from payer to payee, as far as the token's logs are known."""
    for sale in sales:
        offer = sale.offer
        ledger = ledgers.get(offer.currency)
        if ledger is None or not offer.price:
            continue
        total = sale.order.total
        if not _paid(ledger, sale, total):
            yield found(
                Kind.PAYMENT_MISSING,
                f"license {sale.license_id} was sold for {total} of {offer.currency}, "
                f"which did not move from {sale.payer} to {offer.payee}",
                sale.log,
                license_id=sale.license_id,
                token=offer.currency,
                payee=offer.payee,
                expected=total,
                actual="no such transfer in the transaction",
            )


def _paid(ledger: Ledger, sale: Sold, total: int) -> bool:
    """Whether the price went straight to the payee, or through the license token (EIP-3009)."""
    payee, through = sale.offer.payee, sale.log.address
    if ledger.take(sale.log, sale.payer, payee, total):
        return True
    came = ledger.take(sale.log, sale.payer, through, total)
    return came and ledger.take(sale.log, through, payee, total)


def check_claims(claims: Iterable[Claimed], ledgers: dict[Address, Ledger]) -> Iterator[Finding]:
    """Yields the claims that a vault logged, but whose token did not move."""
    for claim in claims:
        vault = claim.log.address
        ledger = ledgers.get(claim.token)
        if ledger is not None and not ledger.take(claim.log, vault, claim.payee, claim.amount):
            yield found(
                Kind.CLAIM_UNPAID,
                f"vault {vault} says that it paid {claim.amount} of {claim.token} to {claim.payee}, "
                "but the token did not move",
                claim.log,
                vault=vault,
                token=claim.token,
                payee=claim.payee,
                expected=claim.amount,
                actual="no such transfer in the transaction",
            )
