"""The dispute desk's storage: what it should keep of assets' and works' disputes."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.cases.disputes import DisputeLedger, flags_of
from licet.auditor.ledgers.kept import Kept, Words
from licet.chain.compiled.artifacts import artifact
from licet.chain.compiled.slots import after, mapped
from licet.contracts.assets import DeedFlag
from licet.contracts.disputes import AssetState, Claim
from licet.trees.hashing import checksum
from licet.types import Address, Hash32, hash32

_LAYOUT: Final = artifact("DisputeDesk").layout


def kept_disputes(ledger: DisputeLedger, desk: Address) -> Iterator[Kept]:
    """Yields what the desk should keep of assets' and works' disputes."""
    places = _LAYOUT.variables
    for asset, state in ledger.assets.items():
        words = _LAYOUT.pack("AssetState", **{f.name: getattr(state, f.name) for f in fields(state)})
        subject: dict[str, Any] = {"asset_id": asset}
        yield _kept(desk, f"asset {asset}", mapped(places["_assets"], asset), words, _asset_state, subject)
    for case_id, claim in ledger.claims.items():
        words = _LAYOUT.pack(
            "Claim", payee=int(claim.payee, 16), counterBondBy=int(claim.counter_bond_by, 16)
        )
        subject = {"case_id": case_id}
        yield _kept(desk, f"case {case_id}", mapped(places["_claims"], case_id), words, _claim, subject)
    for case_id, work in ledger.works.items():
        asset = ledger.book.cases[case_id].subject
        subject = {"case_id": case_id, "asset_id": asset}
        words = (int(work, 16),)
        yield _kept(desk, f"case {case_id}", mapped(places["workOf"], case_id), words, _hash, subject)
        open_, defeated = ledger.work_state(asset, work)
        words = _LAYOUT.pack("WorkState", open=open_, defeated=int(defeated))
        place = mapped(mapped(places["_works"], asset), work)
        yield _kept(desk, f"work {work}", place, words, _work_flags, subject)


def _kept(
    desk: Address,
    what: str,
    place: int,
    expected: Words,
    read: Callable[[Words], object],
    subject: dict[str, Any],
) -> Kept:
    def differs(words: Words) -> Iterator[Finding]:
        should, does = read(expected), read(words)
        if should != does:
            yield found(
                Kind.DISPUTE_STATE_WRONG,
                f"the desk says {does!r} of {what}, its logs say {should!r}",
                contract=desk,
                expected=repr(should),
                actual=repr(does),
                **subject,
            )

    return Kept(desk, after(place, len(expected)), expected, differs, subject)


def _asset_state(words: Words) -> AssetState:
    return AssetState(**_LAYOUT.unpack("AssetState", words))


def _claim(words: Words) -> Claim:
    payee, counter_bond_by = (
        checksum(_LAYOUT.unpack("Claim", words)[name].to_bytes(20)) for name in ("payee", "counterBondBy")
    )
    return Claim(payee, counter_bond_by)


def _hash(words: Words) -> Hash32:
    return hash32(words[0].to_bytes(32))


def _work_flags(words: Words) -> tuple[DeedFlag, int]:
    """A work's flags, and how many of its cases are open."""
    state = _LAYOUT.unpack("WorkState", words)
    return flags_of(state["open"], state["defeated"]), state["open"]
