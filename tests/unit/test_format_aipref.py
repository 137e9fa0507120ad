"""AI preferences: three values, no errors, and no yes that has conditions."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.documents import TermsDocument
from licet.errors import InputError
from licet.rights.formats.aipref import field as aipref
from licet.rights.formats.aipref import robots as aipref_robots
from licet.rights.formats.aipref.field import Preference, combine, read_statement, serialize
from licet.rights.offer import Kind
from licet.rights.syntax.robots_txt import MAX_BYTES, covers
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use

ALLOW, DISALLOW, UNKNOWN = Preference.ALLOW, Preference.DISALLOW, Preference.UNKNOWN
FREE = Payment(Kind.FREE)
GENERATIVE = Use.TRAIN_GENERATIVE
preferences = st.fixed_dictionaries(
    {label: st.sampled_from(Preference) for label in ("train-ai", "ai-use", "search")}
)


def said(value: bytes) -> tuple[Preference, Preference, Preference]:
    """What a statement says of training, of input, of search."""
    found = read_statement(value).preferences
    return found["train-ai"], found["ai-use"], found["search"]


def free(uses: Use, *targets: str) -> Terms:
    return Terms(TermsDocument("", uses, ""), targets=targets, payment=FREE)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"train-ai=n", (DISALLOW, UNKNOWN, UNKNOWN)),
        (b"train-ai=y, search=n", (ALLOW, UNKNOWN, DISALLOW)),
        (b"train-ai=n, ai-use=n, search=y", (DISALLOW, DISALLOW, ALLOW)),
        (b"train-ai=n, train-ai=y", (ALLOW, UNKNOWN, UNKNOWN)),
        (b"train-ai=y, train-ai, search=n, search=\"n\"", (UNKNOWN, UNKNOWN, UNKNOWN)),
        (b"train-ai;allow=n, train-ai=y", (ALLOW, UNKNOWN, UNKNOWN)),
        (b"train-ai=y;until=2", (ALLOW, UNKNOWN, UNKNOWN)),
        (b"train-ai", (UNKNOWN, UNKNOWN, UNKNOWN)),
        (b"train-ai=no", (UNKNOWN, UNKNOWN, UNKNOWN)),
        (b"train-ai=?0, search=1", (UNKNOWN, UNKNOWN, UNKNOWN)),
        (b"train-ai=(n y)", (UNKNOWN, UNKNOWN, UNKNOWN)),
        (b"Train-AI=n, search=y", (UNKNOWN, UNKNOWN, UNKNOWN)),
        (b"search=y, train-ai=n,", (UNKNOWN, UNKNOWN, UNKNOWN)),
        (b"ai-train=n", (UNKNOWN, UNKNOWN, UNKNOWN)),
        (b"aitrain=n", (DISALLOW, UNKNOWN, UNKNOWN)),
        (b"aitrain=n, train-ai=y", (DISALLOW, UNKNOWN, UNKNOWN)),
        (b"", (UNKNOWN, UNKNOWN, UNKNOWN)),
        (b"\xff=n", (UNKNOWN, UNKNOWN, UNKNOWN)),
    ],
)  # fmt: skip
def test_statement(value: bytes, expected: tuple[Preference, ...]) -> None:
    assert said(value) == expected


def test_what_is_no_preference_is_named() -> None:
    found = aipref.FORMAT.parse(b"bots=n, train-ai=y;x=1, search=maybe")
    assert found.terms == (free(GENERATIVE),)
    assert [loss.member for loss in found.losses] == ["bots", "train-ai;x", "search"]
    assert aipref.FORMAT.parse(b"not, a, dictionary,").losses[0].member == "Content-Usage"


@given(one=preferences, other=preferences)
def test_disallowed_by_any_is_disallowed(one: dict[str, Preference], other: dict[str, Preference]) -> None:
    together = combine(one, other)
    assert together == combine(other, one)
    for label, preference in together.items():
        both = {one[label], other[label]}
        assert (preference is DISALLOW) == (DISALLOW in both)
        assert (preference is UNKNOWN) == (both == {UNKNOWN})


def test_nothing_said_is_unknown() -> None:
    assert set(combine().values()) == {UNKNOWN}


@given(statement=preferences)
def test_statements_are_read_as_they_were_written(statement: dict[str, Preference]) -> None:
    assert read_statement(serialize(statement).encode()).preferences == statement


@given(data=st.binary(max_size=60) | st.text('train-ai=yn,;"() ?:@', max_size=40).map(str.encode))
def test_no_statement_is_an_error(data: bytes) -> None:
    aipref.FORMAT.parse(data)
    aipref.FORMAT.sniff(data)
    aipref_robots.FORMAT.parse(b"User-Agent: *\nContent-Usage: " + data)
    aipref_robots.FORMAT.parse(data)
    aipref_robots.FORMAT.sniff(data)


def test_long_statements_are_unknown_at_once() -> None:
    started = time.process_time()
    assert said(b"train-ai=n, " * 100_000 + b"search=y") == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert said(b"a=" + b"(" * 60_000) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert said(b"a=" + b"9" * 60_000) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert said(b", ".join(b"k%d=n" % n for n in range(6000)) + b", search=y")[2] == ALLOW
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "terms",
    [
        replace(free(GENERATIVE), payment=None),
        replace(free(GENERATIVE), payment=Payment(Kind.SALE, 1, "USD")),
        replace(free(GENERATIVE), duration=60),
        replace(free(GENERATIVE), licensee="https://lab.example/"),
        replace(free(GENERATIVE), document=TermsDocument("", GENERATIVE, "", territories=("DE",))),
        free(Use.TRAIN),
    ],
)
def test_what_has_conditions_is_not_allowed_in_a_word(terms: Terms) -> None:
    with pytest.raises(InputError, match="no word for these terms"):
        aipref.FORMAT.write([terms])


def test_what_is_prohibited_is_said_whatever_the_conditions() -> None:
    terms = Terms(
        TermsDocument("", Use.SEARCH, "", prohibited=GENERATIVE), payment=Payment(Kind.SALE, 1, "USD")
    )
    assert aipref.FORMAT.write([terms]).data == b"train-ai=n\n"


# robots.txt.


def test_a_robots_txt_with_rules_for_paths() -> None:
    found = aipref_robots.FORMAT.parse(
        b"# what may be used for what\n"
        b"User-Agent: *\nAllow: /\nDisallow: /never/\n"
        b"Content-Usage: train-ai=n  # everywhere\n"
        b"content-usage : /ai-ok/\ttrain-ai=y, search=y\r\n"
        b"\nUser-Agent: ExampleBot\nContent-Usage: /lab/ ai-use=n, train-ai=y\n"
    )
    assert found.terms == (
        Terms(TermsDocument("", Use(0), "", prohibited=GENERATIVE)),
        free(GENERATIVE | Use.SEARCH, "/ai-ok/"),
        Terms(TermsDocument("", Use(0), "", prohibited=Use.AUGMENT), targets=("/lab/",)),
    )
    assert [(loss.member, loss.index) for loss in found.losses] == [
        ("Disallow", 0),
        ("User-Agent: examplebot", 2),
    ]


def test_conflicting_rules_for_one_path_disallow() -> None:
    found = aipref_robots.FORMAT.parse(
        b"User-Agent: *\nContent-Usage: /a train-ai=y\nContent-Usage: /a train-ai=n\n"
        b"User-Agent: Other\nContent-Usage: /b search=n\n"
        b"User-Agent: *\nContent-Usage: /b search=y\n"
    )
    assert not any(each.document.uses for each in found.terms)


def test_a_rule_for_one_crawler_allows_nobody_else() -> None:
    found = aipref_robots.FORMAT.parse(b"User-Agent: OneBot\nContent-Usage: / train-ai=y\n")
    assert found.terms == ()
    shared = aipref_robots.FORMAT.parse(b"User-Agent: OneBot\nUser-Agent: *\nContent-Usage: / train-ai=y\n")
    assert shared.terms == (free(GENERATIVE, "/"),)


def test_a_rule_outside_of_groups_is_none() -> None:
    found = aipref_robots.FORMAT.parse(b"Content-Usage: train-ai=y\nUser-Agent: *\nAllow: /\n")
    assert found.terms == ()
    assert [loss.member for loss in found.losses] == ["Content-Usage"]


def test_a_url_is_exactly_its_path() -> None:
    written = aipref_robots.FORMAT.write([free(GENERATIVE, "https://a.example/é?q=1")]).data
    assert b"Content-Usage: /%C3%A9?q=1$ train-ai=y\n" in written
    pattern = aipref_robots.FORMAT.write([free(GENERATIVE, "https://a.example/img/*")]).data
    assert b"Content-Usage: /img/* train-ai=y\n" in pattern


@pytest.mark.parametrize(
    "targets",
    [
        ("https://[",),
        ("/\ud800",),
        ("urn:isbn:1",),
        ("https://a.example/x", "https://b.example/x"),
        ("/a#b",),
        ("a",),
    ],
)
def test_what_is_on_no_path_of_one_host_is_refused(targets: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=r"host|Unicode"):
        aipref_robots.FORMAT.write([free(GENERATIVE, *targets)])


def test_a_robots_txt_of_a_million_lines() -> None:
    rule = b"User-Agent: *\nContent-Usage: /a train-ai=n\n"
    started = time.process_time()
    found = aipref_robots.read(rule + b"Content-Usage: / train-ai=n\n" * 1_000_000)
    assert len(found.terms) > 1000
    assert found.losses[0].member == "robots.txt"
    assert aipref_robots.read(b"\n" * 1_000_000).terms == ()
    assert aipref_robots.read(b"User-Agent: x\n" * 30_000 + b"Content-Usage: train-ai=n\n" * 2_000).terms
    assert time.process_time() - started < 15


def test_a_line_that_is_cut_is_not_read() -> None:
    rule = b"User-Agent: *\nContent-Usage: /private train-ai=y"
    padding = b"#" * (MAX_BYTES - len(rule) - 1) + b"\n"
    assert aipref_robots.read(padding + rule + b", train-ai=n\n").terms == ()


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/", "/a", True),
        ("/a", "/", False),
        ("/*.pdf", "/x/y.pdf?z", True),
        ("/*.pdf$", "/x/y.pdf?z", False),
        ("/*.pdf$", "/x.pdf/y.pdf", True),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/*a*a$", "/a", False),
        ("/*", "/", True),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert covers(pattern, path) == expected
