"""Terms of every kind, for property tests."""

from dataclasses import fields
from typing import Any

from hypothesis import strategies as st

from licet.documents import PayeeShare, TermsDocument
from licet.documents.terms import Disclaimer, Link, Relation, User, Warranty
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Place, Terms
from licet.rights.uses import Use
from licet.trees.hashing import parse_address
from licet.types import ZERO_HASH, Address, Hash32

PLACE = Place(31337, Address("0x" + "11" * 20))

uses = st.integers(0, sum(Use)).map(Use)
words = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=40).map(str.strip)
names = words.filter(bool)
seconds = st.integers(0, 1 << 32)
addresses = st.binary(min_size=20, max_size=20).map(lambda raw: parse_address("0x" + raw.hex()))
urls = st.from_regex(r"https://[a-z]{1,8}\.example/[a-z0-9]{0,8}", fullmatch=True)
accounts = addresses.map(PLACE.account)
assets = st.binary(min_size=32, max_size=32).map(lambda raw: PLACE.asset(Hash32("0x" + raw.hex())))


def sets_of(values: st.SearchStrategy[Any], size: int = 4) -> st.SearchStrategy[tuple[Any, ...]]:
    """Sorted tuples without repetitions."""
    return st.lists(values, max_size=size).map(lambda found: tuple(sorted(set(found))))


@st.composite
def documents(draw: st.DrawFn) -> TermsDocument:
    """Rights documents."""
    permitted, other = draw(uses), draw(uses)
    prohibited = other & ~permitted
    countries = sets_of(st.sampled_from(["CN", "DE", "FR", "GB", "JP", "US"]))
    payees = draw(
        st.dictionaries(addresses, st.tuples(st.integers(1, 1 << 100), st.none() | names), max_size=3)
    )
    return TermsDocument(
        title=draw(words),
        uses=permitted,
        text=draw(words),
        prohibited=prohibited,
        territories=draw(countries),
        excluded_territories=draw(countries),
        users=draw(sets_of(st.sampled_from(User))),
        excluded_users=draw(sets_of(st.sampled_from(User))),
        models=draw(sets_of(names)),
        retention=draw(seconds),
        attribution=draw(words),
        warranties=draw(sets_of(st.sampled_from(Warranty))),
        disclaimers=draw(sets_of(st.sampled_from(Disclaimer))),
        links=draw(sets_of(st.builds(Link, st.sampled_from(Relation), urls))),
        payees=tuple(
            PayeeShare(payee, share, name)
            for payee, (share, name) in sorted(payees.items(), key=lambda item: item[0].lower())
        ),
    )


@st.composite
def payments(draw: st.DrawFn) -> Payment:
    """Prices."""
    kind = draw(st.sampled_from(Kind))
    if kind == Kind.FREE:
        return Payment(kind)
    return Payment(
        kind,
        draw(st.integers(1, 1 << 96)),
        draw(st.sampled_from(["USD", "EUR", PLACE.currency(Address("0x" + "22" * 20))])),
        draw(st.sampled_from([0, 2, 6, 18])),
        draw(st.sampled_from(["", "crawl", "use", "training"])) if kind == Kind.METERED else "",
    )


def conditions() -> st.SearchStrategy[Conditions]:
    """An offer's conditions, without a salt."""
    sizes: dict[str, st.SearchStrategy[Any]] = {
        "reporter": addresses,
        "salt": st.just(ZERO_HASH),
        "revenue_ceiling": st.integers(0, (1 << 96) - 1),
        "unit_cap": st.integers(0, (1 << 56) - 1),
    }
    shares = {"royalty_bps", "refund_bps", "resale_bps"}
    times = {"report_within", "refund_delay"}
    for entry in fields(Conditions):
        if entry.name in shares:
            sizes[entry.name] = st.integers(0, 10_000)
        elif entry.name in times:
            sizes[entry.name] = st.integers(0, (1 << 32) - 1)
        else:
            sizes.setdefault(entry.name, st.booleans())
    return st.builds(Conditions, **sizes)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Terms of offers, of licenses, and of neither."""
    licensee = draw(st.just("") | accounts)
    return Terms(
        draw(documents()),
        targets=draw(sets_of(assets | urls, 2)),
        licensor=draw(st.just("") | accounts | urls),
        licensee=licensee,
        payment=draw(st.none() | payments()),
        start=draw(seconds),
        end=draw(seconds),
        duration=draw(seconds),
        until=draw(seconds),
        supply=draw(seconds),
        exclusive=draw(st.booleans()),
        transferable=draw(st.booleans()),
        conditions=draw(conditions()),
    )
