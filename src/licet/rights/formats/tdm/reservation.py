"""W3C TDMRep: whether text and data mining is reserved, and where a policy says how a license is to be had.

It is said in `/.well-known/tdmrep.json` (the format here), in two HTTP fields, or in two `meta` elements of a
page. Not reserved means that everybody may mine, for nothing; reserved, that nobody may without a license.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from licet.documents.terms import Link, Relation, TermsDocument
from licet.errors import DocumentInvalid, InputError
from licet.rights.formats.base import Format, Imported, Loss
from licet.rights.formats.unconditional import for_all, left_out
from licet.rights.offer import Kind
from licet.rights.syntax.markup import html_tag, parse_html, tags
from licet.rights.syntax.robots_txt import check_one_host, covers, path_of
from licet.rights.syntax.strict_json import read_json
from licet.rights.terms import Payment, Terms
from licet.rights.uses import SETS, Use
from licet.types import shown

TDM: Final = SETS["data-mining"]
"""What mining covers."""

MAX_ENTRIES: Final = 1_000
"""The most entries of a `tdmrep.json` that are read."""

_RESERVATION: Final = "tdm-reservation"
_POLICY: Final = "tdm-policy"
_LOCATION: Final = "location"
_SNIFF: Final = re.compile(rb'"tdm-reservation"\s*:')


class Reservation(NamedTuple):
    """Whether mining is reserved, and the URL of the policy, if there is one."""

    reserved: bool
    policy: str = ""

    def headers(self) -> dict[str, str]:
        """The HTTP fields that say it."""
        return {name: value for name, value in self._properties() if value}

    def meta(self) -> str:
        """The `meta` elements that say it in the head of a page. Raises as `html_tag`."""
        return "\n".join(html_tag("meta", name=name, content=value) for name, value in self._properties())

    def _properties(self) -> Iterator[tuple[str, str]]:
        yield _RESERVATION, str(int(self.reserved))
        if self.reserved and self.policy:
            if not self.policy.isascii() or not self.policy.isprintable() or " " in self.policy:
                raise InputError(f"{shown(self.policy)} is no URL that a field could hold")
            yield _POLICY, self.policy


def of_headers(headers: Mapping[str, str]) -> Reservation | None:
    """What the fields of an HTTP response say; None if nothing, or nothing that is valid. Never raises."""
    fields = {name.lower(): value.strip() for name, value in headers.items()}
    return _reservation(fields.get(_RESERVATION), fields.get(_POLICY, ""))


def of_html(page: bytes) -> Reservation | None:
    """What a page says in its `meta` elements; the first of each name counts.

    Raises:
        DocumentInvalid: the page is too large.
    """
    said: dict[str, str] = {}
    for attributes in tags(parse_html(page), "meta"):
        said.setdefault(attributes.get("name", "").strip().lower(), attributes.get("content", "").strip())
    return _reservation(said.get(_RESERVATION), said.get(_POLICY, ""))


def reservation_of(terms: Terms) -> Reservation:
    """What terms say of mining: it is reserved unless everybody may do all of it at once, for nothing."""
    policy = next((link.href for link in terms.document.links if link.relation == Relation.LICENSE), "")
    free = terms.document.uses & TDM == TDM and for_all(terms)
    return Reservation(False) if free else Reservation(True, policy)


def terms_of(reservation: Reservation, targets: tuple[str, ...] = ()) -> Terms:
    """Terms that say what a reservation does.

    Raises:
        InputError: the policy is no absolute URL.
    """
    if not reservation.reserved:
        return Terms(TermsDocument("", TDM, ""), targets=targets, payment=Payment(Kind.FREE))
    links = (Link(Relation.LICENSE, reservation.policy),) if reservation.policy else ()
    return Terms(TermsDocument("", Use(0), "", prohibited=TDM, links=links), targets=targets)


def read(data: bytes) -> Imported:
    """Reads a `tdmrep.json`.

    Raises:
        DocumentInvalid: it is no array of JSON, or too long. A wrong entry is left out, as the protocol asks.
    """
    entries = read_json(data)
    if not isinstance(entries, list):
        raise DocumentInvalid("not a valid TDMRep document: an array of objects with location is expected")
    if len(entries) > MAX_ENTRIES:
        raise DocumentInvalid(f"this TDMRep document has {len(entries)} entries: {MAX_ENTRIES} are the most")
    terms: list[Terms] = []
    losses: list[Loss] = []
    reserved: list[str] = []
    for entry in entries:
        found, aside = _entry(entry)
        if found and found.document.uses and any(covers(one, found.targets[0]) for one in reserved):
            aside = [
                (_LOCATION, f"{shown(found.targets[0])} is reserved by an entry before it, which counts")
            ]
            found = None
        losses += (Loss(part, reason, len(terms)) for part, reason in aside)
        if found:
            terms.append(found)
            reserved += found.targets if found.document.prohibited else ()
    return Imported(tuple(terms), tuple(losses))


def write(terms: Sequence[Terms]) -> bytes:
    """A `tdmrep.json`: one entry for each target; for all of the host where there is none.

    Raises:
        InputError: a target is no path and no URL, they are on different hosts, or one entry hides another.
    """
    check_one_host(target for each in terms for target in each.targets)
    said = [("".join(map(path_of, each.targets)) or "/", reservation_of(each)) for each in terms]
    for place, (location, reservation) in enumerate(said):
        for earlier, other in said[:place]:
            if other.reserved != reservation.reserved and covers(earlier, location):
                raise InputError(
                    f"in TDMRep the first entry that matches counts: what is said of {shown(location)} would "
                    f"be hidden by {shown(earlier)}; put the narrower first"
                )
    entries = [_written(location, reservation) for location, reservation in said]
    return f"{json.dumps(entries, indent=2)}\n".encode()


def _written(location: str, reservation: Reservation) -> dict[str, Any]:
    entry: dict[str, Any] = {_LOCATION: location, _RESERVATION: int(reservation.reserved)}
    return entry | ({_POLICY: reservation.policy} if reservation.policy else {})


def _entry(entry: Any) -> tuple[Terms | None, list[tuple[str, str]]]:
    """The terms that an entry says, and what of it is left aside."""
    if not isinstance(entry, dict) or not isinstance(entry.get(_LOCATION), str) or not entry[_LOCATION]:
        return None, [(_LOCATION, f"{shown(entry)} names no location")]
    known = (_LOCATION, _RESERVATION, _POLICY)
    aside = [(str(name)[:200], "the protocol has no such property") for name in entry if name not in known]
    location, value, policy = entry[_LOCATION], entry.get(_RESERVATION), entry.get(_POLICY, "")
    reservation = _reservation(str(value) if type(value) is int else None, policy)
    if reservation is None:
        return None, [*aside, (_RESERVATION, f"{shown(value)} is neither 0 nor 1, so nothing is said")]
    if policy and not reservation.policy:
        aside.append((_POLICY, "it counts where mining is reserved, as a URL"))
    try:
        return terms_of(reservation, (location,)), aside
    except InputError:
        bare = terms_of(Reservation(reservation.reserved), (location,))
        return bare, [*aside, (_POLICY, f"{shown(policy)} is no absolute URL")]


def _reservation(value: str | None, policy: object) -> Reservation | None:
    if value not in ("0", "1"):
        return None
    reserved = value == "1"
    return Reservation(reserved, policy if reserved and isinstance(policy, str) else "")


def _sniff(data: bytes) -> bool:
    return data.lstrip()[:1] == b"[" and _SNIFF.search(data[: 64 << 10]) is not None


_RESERVED: Final = "TDMRep knows mining as a whole: free for everybody, or reserved"

FORMAT: Final = Format(
    name="tdmrep",
    title="TDMRep",
    media_type="application/json",
    suffix=".json",
    export=write,
    read=read,
    sniff=_sniff,
    reasons={
        **left_out("TDMRep"),
        "uses": f"{_RESERVED}; what is permitted on conditions is in the policy",
        "prohibited": f"{_RESERVED}; what is not free for everybody is reserved",
        "links": "TDMRep leads to one policy, where mining is reserved",
        "targets": "an entry of TDMRep has a location: all of the host, where nothing is named",
    },
    by_target=True,
)
"""`/.well-known/tdmrep.json`."""
