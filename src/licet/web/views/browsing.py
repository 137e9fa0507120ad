"""Works and catalogues, browsed and searched: by words, by kind, by what is on offer."""

from typing import Any, Final

from licet.errors import InputError
from licet.rights.uses import Use
from licet.shelf import ANYTHING, Asset, Wanted, Work
from licet.text import parse_amount
from licet.types import ZERO_ADDRESS, Address, Hash32, shown
from licet.web.site import Desk
from licet.web.views.config import currencies
from licet.web.views.paging import Page
from licet.web.views.works import entry_json

LONGEST_QUESTION: Final = 200
KINDS: Final = ("", "work", "catalog")


def wanted(desk: Desk, uses: Use, currency: Address | None, most: str) -> Wanted:
    """What somebody looks for among offers.

    Args:
        desk: where to read.
        uses: which an offer has to permit.
        currency: in which it is priced.
        most: the highest price, in whole units of the currency; empty for any.

    Raises:
        InputError: it is no amount, or has no currency.
        ConnectionFailed: the node does not say how many digits the currency has.
    """
    if not most:
        return Wanted(int(uses), currency, None, _indexed(desk))
    if currency is None:
        raise InputError("a highest price needs its currency", parameter="currency")
    line = desk.currencies.line(currency)
    try:
        units = parse_amount(most, line.decimals or 0, line.symbol or currency)
    except InputError as error:
        raise InputError(str(error), parameter="most") from error
    return Wanted(int(uses), currency, min(units, (1 << 256) - 1), _indexed(desk))


def _indexed(desk: Desk) -> int:
    """The time of the newest block in the index, unix seconds."""
    return desk.index.timestamp(desk.index.state.block) if desk.index.state.block_hash else 0


def works(
    desk: Desk, page: Page, text: str = "", kind: str = "", offered: Wanted = ANYTHING
) -> dict[str, Any]:
    """Assets, the newest first; with a text, those found by it, and works of catalogues too.

    Args:
        desk: where to read.
        page: which page.
        text: what is looked for in titles, and in works' ids; an id or a SHA-256 is looked up.
        kind: `work` or `catalog`, for those alone.
        offered: what has to be on offer.

    Raises:
        InputError: the text is too long, or there is no such kind.
    """
    if len(text) > LONGEST_QUESTION:
        raise InputError(f"what is looked for has at most {LONGEST_QUESTION} characters", parameter="q")
    if kind not in KINDS:
        raise InputError(f"{shown(kind)} is no kind: work or catalog", parameter="kind")
    text = text.strip()
    following: int | None
    found: list[tuple[Asset, Work | None]]
    if not text and offered:
        assets, following = desk.shelf.offered(offered, kind, page.number, page.limit)
        found = [(asset, None) for asset in assets]
    elif not text:
        assets = desk.shelf.assets(kind, page.number, page.limit + 1)
        found = [(asset, None) for asset in assets[: page.limit]]
        following = assets[page.limit - 1].number if len(assets) > page.limit else None
    elif (named := _hash(text)) is not None:
        asset = desk.shelf.asset(named)
        every = [(asset, None)] if asset else desk.shelf.claims(named, page.limit)
        found, following = [each for each in every if desk.shelf.fits(each[0], kind, offered)], None
    else:
        found, following = desk.shelf.search(text, page.number, page.limit, kind, offered)
    return {
        "items": [entry_json(desk, asset, work) for asset, work in found],
        "next": None if following is None else str(following),
        "assets": desk.shelf.count(),
        "currencies": [_coin(desk), *currencies(desk)],
    }


def _coin(desk: Desk) -> dict[str, Any]:
    """The chain's own, as a currency."""
    return {"address": ZERO_ADDRESS, "symbol": desk.currencies.line(ZERO_ADDRESS).symbol, "decimals": 18}


def _hash(text: str) -> Hash32 | None:
    digits = text.removeprefix("0x").lower()
    if len(digits) == 64 and set(digits) <= set("0123456789abcdef"):
        return Hash32("0x" + digits)
    return None
