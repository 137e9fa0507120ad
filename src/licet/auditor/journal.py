"""The journal: every payment that a contract logged, with its time, and whether it moved."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from licet.auditor.findings import Finding, Kind
from licet.auditor.lines import ClaimLine, Movement, PaymentLine, TokenLine
from licet.auditor.payments import Payment
from licet.auditor.vaults import Claim
from licet.chain.client import Chain, Log
from licet.contracts.currency import Currency
from licet.errors import ChainError, ConnectionFailed, Reverted
from licet.text import MAX_DECIMALS, one_line
from licet.types import Address, Hash32

MAX_SYMBOL: Final = 12

_MOVEMENTS: Final[Mapping[Kind, Movement]] = {
    Kind.PAYMENT_MISSING: Movement.SALE,
    Kind.RENEWAL_UNPAID: Movement.RENEWAL,
    Kind.REFUND_UNPAID: Movement.REFUND,
    Kind.DEPOSIT_UNPAID: Movement.DEPOSIT,
    Kind.SETTLEMENT_UNPAID: Movement.SETTLEMENT,
    Kind.WITHDRAWAL_UNPAID: Movement.WITHDRAWAL,
    Kind.ESCROW_UNPAID: Movement.ESCROW_RELEASE,
    Kind.STATEMENT_UNPAID: Movement.STATEMENT_RELEASE,
    Kind.CLAIM_UNPAID: Movement.CLAIM,
}
"""What a payment was for, by the finding that there is if it did not move."""


def payment_lines(
    payments: Iterable[Payment],
    shown: Collection[Address],
    findings: Iterable[Finding],
    time: Callable[[Log], int],
) -> tuple[PaymentLine, ...]:
    """The payments of more than nothing, in the chain's order.

    Args:
        payments: what the contracts logged.
        shown: the tokens whose transfers were read.
        findings: which of the payments did not move.
        time: when a log was written, unix seconds.
    """
    missing = {
        (finding.kind, finding.evidence.tx, finding.evidence.log_index)
        for finding in findings
        if finding.kind in _MOVEMENTS
    }

    def line(payment: Payment) -> PaymentLine:
        log = payment.log
        key: tuple[Kind, Hash32, int] = (payment.kind, log.tx_hash, log.index)
        return PaymentLine(
            movement=_MOVEMENTS[payment.kind],
            payer=payment.payer,
            payee=payment.payee,
            token=payment.token,
            amount=payment.amount,
            moved=key not in missing if payment.token in shown else None,
            time=time(log),
            block=log.block_number,
            tx=log.tx_hash,
            log_index=log.index,
        )

    lines = [line(payment) for payment in payments if payment.amount]
    return tuple(sorted(lines, key=lambda line: (line.block, line.log_index)))


def claim_lines(claims: Iterable[Claim], time: Callable[[Log], int]) -> tuple[ClaimLine, ...]:
    """The claims, in order; `time` says when a log was written, unix seconds."""
    return tuple(
        ClaimLine(
            vault=claim.event.log.address,
            token=claim.event.token,
            payee=claim.event.payee,
            receiver=claim.receiver,
            amount=claim.event.amount,
            time=time(claim.event.log),
            block=claim.event.log.block_number,
            tx=claim.event.log.tx_hash,
            log_index=claim.event.log.index,
        )
        for claim in claims
    )


def token_lines(chain: Chain, tokens: Iterable[Address]) -> tuple[TokenLine, ...]:
    """Some currencies, as they call themselves."""
    return tuple(_token_line(Currency(chain, token)) for token in sorted(tokens))


def _token_line(currency: Currency) -> TokenLine:
    try:
        symbol, decimals = currency.symbol(), currency.decimals()
    except ConnectionFailed:
        raise
    except (Reverted, ChainError):
        return TokenLine(currency.address, None, None)
    if decimals > MAX_DECIMALS:
        return TokenLine(currency.address, None, None)
    return TokenLine(currency.address, one_line(symbol)[:MAX_SYMBOL] or None, decimals)
