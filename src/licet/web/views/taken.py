"""What sales took in: their sums, and the amounts of each work over time, as the auditor has them."""

from collections import Counter, defaultdict
from typing import Any, Final

from licet.auditor import SaleLine
from licet.shelf import Role
from licet.types import Address, Hash32
from licet.web.live import Audited
from licet.web.site import Desk

MOST_SALES: Final = 20_000
"""How many sales are summed up: the newest."""
MOST_WORKS: Final = 100
"""Of how many works there are sums: those that took in most."""
_HOUR: Final = 3_600
_DAY: Final = 86_400
_FEW_HOURS: Final = 60 * _HOUR
"""What is spread over more than that is drawn by days, or by more, so that its hours need not be told."""


def taken(desk: Desk, role: Role, of: Hash32 | Address) -> dict[str, Any] | None:
    """What was paid at the sales of an account, or of an asset; None until the first audit is done.

    Each sale that the shelf finds is looked up among those of the latest audit, and so is what was paid at
    it: nothing for what is free or paid by the unit. `by_time` has the amounts by the hour, or by the day
    where that is enough for a plot: unix seconds of its start.

    Args:
        desk: where to read.
        role: `LICENSOR` of an account, `SOLD` of an asset.
        of: the account or the asset.
    """
    audited = desk.live.audited
    if audited is None:
        return None
    places = desk.shelf.places(role, of, limit=MOST_SALES + 1)
    lines = [line for place in places[:MOST_SALES] if (line := audited.sale(*place)) is not None]
    sums: defaultdict[Address, list[SaleLine]] = defaultdict(list)
    for line in lines:
        sums[line.currency].append(line)
    return {
        "block": audited.report.block.number,
        "sums": [_sum(desk, token, sums[token]) for token in sorted(sums)],
        "more": len(places) > MOST_SALES,
    }


def _sum(desk: Desk, token: Address, lines: list[SaleLine]) -> dict[str, Any]:
    audited = desk.live.audited
    assert audited is not None
    works: defaultdict[Hash32, Counter[int]] = defaultdict(Counter)
    total: Counter[int] = Counter()
    spread = max(line.time for line in lines) - min(line.time for line in lines)
    unit = _HOUR if spread < _FEW_HOURS else _DAY
    for line in lines:
        paid, time = audited.paid_at(line), line.time - line.time % unit
        works[line.asset_id][time] += paid
        total[time] += paid
    largest = sorted(works.items(), key=lambda item: (-item[1].total(), item[0]))
    return {
        "token": token,
        **_amount(audited, token, total),
        "sales": len(lines),
        "licenses": sum(line.quantity for line in lines),
        "works": [
            {"asset_id": asset_id, "title": _title(desk, asset_id), **_amount(audited, token, times)}
            for asset_id, times in largest[:MOST_WORKS]
        ],
    }


def _amount(audited: Audited, token: Address, times: Counter[int]) -> dict[str, Any]:
    return {
        "amount": str(times.total()),
        "amount_text": audited.amounts.text(token, times.total()),
        "by_time": {str(time): str(units) for time, units in sorted(times.items())},
    }


def _title(desk: Desk, asset_id: Hash32) -> str | None:
    asset = desk.shelf.asset(asset_id)
    return None if asset is None else asset.title
