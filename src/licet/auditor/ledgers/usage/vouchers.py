"""Vouchers: no log has them; whoever settled showed one, and the licensee's signature proves it."""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from licet.auditor.evidence.records import Progress
from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.scene import Scene
from licet.chain import signatures
from licet.chain.client import Log
from licet.chain.compiled.artifacts import artifact
from licet.chain.rpc.batches import Call
from licet.chain.state.reading import parts_of
from licet.errors import ChainError, ConnectionFailed, InputError
from licet.rights.offer import Offer
from licet.rights.order import Grant
from licet.rights.voucher import Voucher
from licet.types import Address, Hash32

_ABI: Final = artifact("UsageLedger").abi
_SETTLE: Final = _ABI.functions["settle"].digest[:4]
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settlement that was logged.

    Attributes:
        log: where.
        license_id: the metered license.
        units: paid in all by then.
        licensee: who must have signed for so many.
    """

    log: Log
    license_id: Hash32
    units: int
    licensee: Address


class _Transaction(Struct):
    input: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """What a transaction told.

    Attributes:
        settles: the contract, in small letters, that it called to settle and nothing else; empty where it did
            something else, or the node does not show it.
        vouchers: the licenses, units and signatures of the vouchers in its data.
    """

    settles: str
    vouchers: tuple[tuple[Hash32, int, bytes], ...]


def check_vouchers(
    settlements: Sequence[Settlement], scene: Scene, progress: Progress | None = None
) -> Iterator[Finding]:
    """Looks for each settlement's voucher in its transaction; yields the settlements that had none.

    A node need not keep old transactions, and a contract that settles may have the voucher from elsewhere:
    that some are not to be seen is a note, since the ledger's code, which is known, has checked them.
    """
    ledger = scene.contracts.usage.address.lower()
    unseen = []
    for at, some in enumerate(parts_of(settlements, _AT_ONCE)):
        told = _told_by({settlement.log.tx_hash for settlement in some}, scene)
        for settlement in some:
            by = told[settlement.log.tx_hash]
            if _is_shown(settlement, by, scene):
                continue
            # Only what the ledger itself was told is all that it was told; not so with a permit before.
            if by.settles == ledger and by.vouchers and not _is_contract(settlement, scene):
                yield _invalid(settlement, scene)
            else:
                unseen.append(settlement)
        if progress is not None:
            progress("vouchers", at * _AT_ONCE + len(some), len(settlements))
    if unseen:
        yield found(
            Kind.VOUCHER_UNSEEN,
            f"the vouchers of {len(unseen)} of {len(settlements)} settlements are not to be seen: "
            "that their licensees signed them, the ledger's code alone says",
            unseen[0].log,
            license_id=unseen[0].license_id,
            account=unseen[0].licensee,
        )


def _told_by(tx_hashes: Collection[Hash32], scene: Scene) -> dict[Hash32, _Told]:
    """What some transactions told."""
    ordered = sorted(tx_hashes)
    calls = [Call("eth_getTransactionByHash", (tx_hash,)) for tx_hash in ordered]
    try:
        shown = scene.contracts.chain.node.ask_all(_Transaction, calls)
    except ConnectionFailed:
        raise
    except ChainError:
        shown = [None] * len(calls)
    return {tx_hash: _told(transaction) for tx_hash, transaction in zip(ordered, shown, strict=True)}


def _told(transaction: _Transaction | None) -> _Told:
    if transaction is None:
        return _Told("", ())
    try:
        data = bytes.fromhex(transaction.input.removeprefix("0x"))
    except ValueError:
        data = b""
    settles = (transaction.to or "").lower() if data.startswith(_SETTLE) else ""
    return _Told(settles, tuple(_vouchers(data)))


def _vouchers(data: bytes) -> Iterator[tuple[Hash32, int, bytes]]:
    """The vouchers that stand anywhere in some data."""
    for grant, _, _, signed, signature in _ABI.calls_in("settle", data):
        with contextlib.suppress(InputError):  # no offer of Licet's
            offer = Offer.from_abi(grant["offer"])
            yield Grant(offer, grant["licensee"], grant["salt"]).license_id, signed, signature


def _is_shown(settlement: Settlement, told: _Told, scene: Scene) -> bool:
    """Whether a transaction has the licensee's signature for as many units."""
    return any(
        license_id == settlement.license_id
        and signed >= settlement.units
        and _is_signed(settlement, signed, signature, scene)
        for license_id, signed, signature in told.vouchers
    )


def _is_signed(settlement: Settlement, units: int, signature: bytes, scene: Scene) -> bool:
    """Whether a signature is the licensee's; a contract is asked as it stood after the block, and before."""
    chain, licensee = scene.contracts.chain, settlement.licensee
    digest = Voucher(settlement.license_id, units).digest(chain.chain_id, scene.contracts.usage.address)
    if signatures.recover(digest, signature) == licensee:
        return True
    if not _is_contract(settlement, scene):
        return False
    scene.state.unproven[f"whether the account {licensee} confirms its signatures (EIP-1271)"] = None
    try:
        return any(signatures.is_valid(chain, licensee, digest, signature, at) for at in _moments(settlement))
    except ConnectionFailed:
        raise
    except ChainError:
        return False


def _is_contract(settlement: Settlement, scene: Scene) -> bool:
    """Whether the licensee is, or may have been, a contract, which may have changed its mind."""
    try:
        return any(scene.contracts.chain.code(settlement.licensee, at) for at in _moments(settlement))
    except ConnectionFailed:
        raise
    except ChainError:
        return True


def _moments(settlement: Settlement) -> tuple[int, int]:
    return settlement.log.block_number, max(settlement.log.block_number - 1, 0)


def _invalid(settlement: Settlement, scene: Scene) -> Finding:
    scene.state.unproven["the data of the transactions that settled metered licenses"] = None
    return found(
        Kind.VOUCHER_INVALID,
        f"license {settlement.license_id} was charged {settlement.units} units in all, for which "
        f"{settlement.licensee} signed no voucher",
        settlement.log,
        license_id=settlement.license_id,
        account=settlement.licensee,
    )
