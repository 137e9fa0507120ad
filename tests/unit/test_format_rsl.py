"""RSL 1.0: what is written is valid and no more than the terms; strangers' documents are read as meant."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from licet.documents import TermsDocument
from licet.documents.terms import Disclaimer, Link, Relation, User, Warranty
from licet.errors import DocumentInvalid, InputError
from licet.rights.formats.base import MAX_BYTES, Imported
from licet.rights.formats.rsl.schema import NAMESPACE, valid_rsl
from licet.rights.formats.rsl.writing import FORMAT
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import SETS, Use
from licet.rights.vocabulary import MACHINE
from tests.unit import strategies
from tests.unit.formats import check

NS = f'xmlns="{NAMESPACE}"'
TRAINING = SETS["ai-training"]
FREE = Payment(Kind.FREE)


def rsl(*licenses: str, content: str = 'url="/"', beside: str = "", root: str = "") -> bytes:
    """A document with one content."""
    body = "".join(f"<license>{each}</license>" for each in licenses)
    return f"<rsl {NS} {root}><content {content}>{body}{beside}</content></rsl>".encode()


def permits(words: str, kind: str = "usage") -> str:
    return f'<permits type="{kind}">{words}</permits>'


def prohibits(words: str, kind: str = "usage") -> str:
    return f'<prohibits type="{kind}">{words}</prohibits>'


def pay(kind: str, amount: str = "", currency: str = "USD") -> str:
    price = f'<amount currency="{currency}">{amount}</amount>' if amount else ""
    return f'<payment type="{kind}">{price}</payment>'


def read(data: bytes) -> Imported:
    return FORMAT.parse(data)


def only(data: bytes) -> Terms:
    (terms,) = read(data).terms
    return terms


@given(terms=st.lists(strategies.terms(), min_size=1, max_size=3))
def test_laws(terms: list[Terms]) -> None:
    exported = check(FORMAT, terms)
    if exported is not None:
        valid_rsl(exported.data)


@given(terms=strategies.terms())
def test_only_parts_of_usages_cannot_be_written(terms: Terms) -> None:
    """Mining alone and one kind of training alone have no words; to leave them out would permit all."""
    whole = any(terms.document.uses & use == use for use in (TRAINING, Use.AUGMENT, Use.INDEX, Use.SEARCH))
    if whole or not terms.document.uses & MACHINE:
        FORMAT.write([terms])
    else:
        with pytest.raises(InputError, match="cannot permit"):
            FORMAT.write([terms])


def test_everything_that_rsl_has_a_word_for_comes_back() -> None:
    document = TermsDocument(
        "",
        TRAINING | Use.INDEX,
        "",
        prohibited=Use.SEARCH,
        territories=("DE", "FR"),
        excluded_territories=("US",),
        users=(User.EDUCATION, User.NON_COMMERCIAL),
        excluded_users=(User.GOVERNMENT,),
        warranties=(Warranty.AUTHORITY, Warranty.OWNERSHIP),
        disclaimers=(Disclaimer.AS_IS,),
        links=(
            Link(Relation.CONTACT, "mailto:rights@press.example"),
            Link(Relation.LICENSE, "https://press.example/license"),
            Link(Relation.PROOF, "https://press.example/proof"),
            Link(Relation.TERMS, "https://press.example/terms"),
        ),
    )
    terms = Terms(
        document,
        targets=("/archive/*", "/news/"),
        licensor="https://press.example/",
        payment=Payment(Kind.METERED, 15, "USD", 3, "crawl"),
    )
    exported = FORMAT.write([terms])
    assert not exported.losses
    assert read(exported.data).terms == tuple(replace(terms, targets=(each,)) for each in terms.targets)


def test_licenses_of_one_content_stand_in_it() -> None:
    one = Terms(TermsDocument("", Use.SEARCH, ""), targets=("/a",), payment=FREE)
    other = Terms(TermsDocument("", TRAINING, ""), targets=("/a",), payment=Payment(Kind.SALE, 9, "EUR"))
    between = replace(one, targets=("/b",))
    root = etree.fromstring(FORMAT.write([one, between, other]).data)
    assert [(each.get("url"), len(each)) for each in root] == [("/a", 2), ("/b", 1)]


def test_terms_that_permit_nothing_prohibit_all() -> None:
    """RSL leaves unrestricted what it does not prohibit, if it lists nothing as permitted."""
    terms = Terms(TermsDocument("", Use(0), "", prohibited=TRAINING))
    exported = FORMAT.write([terms])
    assert b'<prohibits type="usage">all</prohibits>' in exported.data
    assert read(exported.data).terms[0].document.prohibited == MACHINE


def test_a_ban_beside_an_offer_of_the_same_content_leaves_the_offer() -> None:
    ban = Terms(TermsDocument("", Use(0), "", prohibited=TRAINING), targets=("/a",))
    offer = Terms(TermsDocument("", Use.SEARCH, ""), targets=("/a",), payment=Payment(Kind.SALE, 1, "EUR"))
    first, second = read(FORMAT.write([ban, offer]).data).terms
    assert not first.document.uses
    assert first.document.prohibited == TRAINING | Use.AUGMENT | Use.INDEX
    assert second == offer


@pytest.mark.parametrize(
    ("payment", "limited", "written"),
    [
        (FREE, {}, 'type="free"'),
        (FREE, {"duration": 60}, 'type="purchase"'),
        (FREE, {"licensee": "https://lab.example/"}, 'type="purchase"'),
        (None, {}, 'type="purchase"'),
        (Payment(Kind.SALE, 1, "eip155:1/slip44:60"), {}, 'type="purchase"'),
        (Payment(Kind.METERED, 1, "USD", 0, "page"), {}, 'type="purchase"'),
        (Payment(Kind.SUBSCRIPTION, 1, "USD"), {"duration": 60}, 'type="subscription"'),
    ],
)
def test_nothing_becomes_free_that_was_not(
    payment: Payment | None, limited: dict[str, object], written: str
) -> None:
    terms = replace(Terms(TermsDocument("", Use.SEARCH, ""), payment=payment), **limited)
    exported = FORMAT.write([terms])
    assert written.encode() in exported.data
    (back,) = read(exported.data).terms
    assert (back.payment == FREE) == (payment == FREE and not limited)


def test_characters_that_xml_has_not_are_refused() -> None:
    with pytest.raises(InputError, match="control characters"):
        FORMAT.write([Terms(TermsDocument("", Use.SEARCH, ""), targets=("/a\0b",))])


# What others write.


def test_a_site_that_sells_crawls_and_keeps_its_works_from_training() -> None:
    document = rsl(
        permits("search ai-input")
        + permits("commercial non-commercial", "user")
        + permits("US EU", "geo")
        + prohibits("ai-train")
        + prohibits("government", "user")
        + '<payment type="crawl"><amount currency="USD">0.015</amount>'
        "<standard>https://collective.example/crawl</standard></payment>"
        '<legal type="warranty">ownership authority</legal>'
        '<legal type="disclaimer">as-is no-liability</legal>'
        '<legal type="contact">rights@paper.example</legal>',
        content='url="/articles/*"',
        beside='<copyright contactUrl="https://paper.example/">The Paper</copyright>'
        "<terms>https://paper.example/terms</terms>",
    )
    found = read(document)
    (terms,) = found.terms
    assert terms.targets == ("/articles/*",)
    assert terms.licensor == "https://paper.example/"
    assert terms.payment == Payment(Kind.METERED, 15, "USD", 3, "crawl")
    assert terms.document.uses == Use.SEARCH | Use.AUGMENT
    assert terms.document.prohibited == TRAINING
    assert terms.document.territories == ("EU", "US")
    assert terms.document.users == (User.COMMERCIAL, User.NON_COMMERCIAL)
    assert terms.document.excluded_users == (User.GOVERNMENT,)
    assert terms.document.warranties == (Warranty.AUTHORITY, Warranty.OWNERSHIP)
    assert terms.document.links == (
        Link(Relation.CONTACT, "mailto:rights@paper.example"),
        Link(Relation.LICENSE, "https://collective.example/crawl"),
        Link(Relation.TERMS, "https://paper.example/terms"),
    )
    assert [loss.member for loss in found.losses] == ["copyright"]


def test_prohibits_override_permits() -> None:
    terms = only(rsl(permits("all") + prohibits("ai-train")))
    assert terms.document.uses == MACHINE & ~TRAINING
    assert terms.document.prohibited == TRAINING


def test_prohibits_override_permits_of_another_license_of_the_same_content() -> None:
    first, second = read(rsl(permits("search") + prohibits("ai-train"), permits("ai-all"))).terms
    assert first.document.uses == Use.SEARCH
    assert second.document.uses == Use.AUGMENT | Use.INDEX
    assert second.document.prohibited == TRAINING


def test_contents_are_apart() -> None:
    license_ = f"<license>{permits('search')}</license>"
    document = f'<rsl {NS}><content url="/a">{license_}</content><content url="/b">{license_}</content></rsl>'
    assert [each.targets for each in read(document.encode()).terms] == [("/a",), ("/b",)]


def test_a_ban_permits_nothing() -> None:
    found = read(rsl(prohibits("ai-all")))
    assert not found.terms[0].document.uses
    assert [loss.member for loss in found.losses] == ["permits usage"]


def test_an_offer_without_a_list_is_of_all_that_is_not_prohibited() -> None:
    """Whole words of it: mining is in none but `all`."""
    pay = '<payment type="purchase"><amount currency="EUR">5</amount></payment>'
    assert only(rsl(pay)).document.uses == MACHINE
    assert only(rsl(prohibits("ai-train") + pay)).document.uses == Use.AUGMENT | Use.INDEX | Use.SEARCH


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        ("", FREE),
        ("<payment/>", FREE),
        (pay("free"), FREE),
        (pay("purchase", "5.00", "EUR"), Payment(Kind.SALE, 500, "EUR", 2)),
        (pay("subscription", "+90", "JPY"), Payment(Kind.SUBSCRIPTION, 90, "JPY")),
        (pay("training", ".5"), Payment(Kind.METERED, 5, "USD", 1, "training")),
        (pay("use", "007."), Payment(Kind.METERED, 7, "USD", 0, "use")),
        (pay("inference", "1"), Payment(Kind.METERED, 1, "USD", 0, "use")),
        (pay("purchase", "0.00"), FREE),
        (pay("free", "1"), None),
        (pay("purchase"), None),
        (pay("contribution", "1"), None),
        (pay("x:barter"), None),
        (pay("attribution"), FREE),
    ],
)
def test_payment(payment: str, expected: Payment | None) -> None:
    found = read(rsl(permits("search") + payment))
    assert found.terms[0].payment == expected
    assert (expected is not None) or any(loss.member == "payment" for loss in found.losses)


def test_attribution_is_a_duty_that_stays() -> None:
    named = rsl(permits("search") + '<payment type="attribution"/>', beside="<copyright>Ada</copyright>")
    assert only(named).document.attribution == "Ada"
    assert only(rsl(permits("search") + '<payment type="attribution"/>')).document.attribution


def test_draft_lists_have_commas() -> None:
    assert (
        only(rsl(permits("ai-train, search,ai-input"))).document.uses == TRAINING | Use.SEARCH | Use.AUGMENT
    )


@pytest.mark.parametrize(
    "restriction",
    [
        prohibits("x:resell"),
        permits("x:robots", "user"),
        prohibits("x:robots commercial", "user"),
        '<reporting type="audit" profile="https://reports.example/1"/>',
    ],
)
def test_a_restriction_that_terms_cannot_hold_takes_the_permission_away(restriction: str) -> None:
    found = read(rsl(permits("all") + restriction))
    assert not any(each.document.uses for each in found.terms)
    assert any("nothing is taken as permitted" in loss.reason for loss in found.losses)


def test_an_unknown_permission_is_left_out() -> None:
    found = read(rsl(permits("search x:resell") + permits("education x:robots", "user")))
    assert found.terms[0].document.uses == Use.SEARCH
    assert found.terms[0].document.users == (User.EDUCATION,)
    assert [loss.member for loss in found.losses] == ["permits usage", "permits user"]


def test_what_is_free_from_a_server_only_is_not_free_for_the_taking() -> None:
    found = read(rsl(permits("all"), content='url="/" server="https://licenses.example/" encrypted="true"'))
    assert found.terms[0].payment is None
    assert {"server", "encrypted"} == {loss.member for loss in found.losses}


def test_whatever_else_a_document_says_is_named() -> None:
    found = read(
        rsl(
            permits("all") + '<payment type="free"><accepts type="application/x402+json">{}</accepts>'
            "<custom>/ask</custom></payment>"
            '<legal type="attestation">true</legal>',
            content='url="" lastmod="2026-01-01T00:00:00Z"',
            beside='<alternate type="text/plain">/a</alternate><schema>{}</schema><x:note xmlns:x="urn:x"/>',
            root='max-age="7"',
        )
    )
    assert found.terms[0].targets == ()
    named = {loss.member for loss in found.losses}
    assert named == {
        *(
            "extensions",
            "max-age",
            "lastmod",
            "alternate",
            "schema",
            "accepts",
            "custom",
            "legal attestation",
        ),
    }


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "not well-formed"),
        (b"<rsl", "not well-formed"),
        (b"<rsl/>", "'rsl' is no element|not a valid"),
        (f"<rsl {NS}/>".encode(), "line 1"),
        (f"<rsl {NS}><content><license/></content></rsl>".encode(), "line 1"),
        (f'<rsl {NS}><content url="/"/></rsl>'.encode(), "line 1"),
        (rsl("<price/>"), "'price' is no element of RSL"),
        (rsl(permits("train-ai")), "'train-ai' is no usage; known are: all"),
        (rsl(permits("ai-train", "user")), "'ai-train' is no user"),
        (rsl(permits("usa", "geo")), "line 1"),
        (rsl(permits("")), "line 1"),
        (rsl(permits("all", "time")), "line 1"),
        (rsl(permits("all") + permits("search")), "two elements permits of type usage"),
        (rsl("<payment/><payment/>"), "two elements payment"),
        (rsl('<payment><amount currency="bitcoin">1</amount></payment>'), "line 1"),
        (rsl('<payment><amount currency="USD">-1</amount></payment>'), "line 1"),
        (rsl('<payment><amount currency="USD">1e9</amount></payment>'), "line 1"),
        (rsl("", content='url="/" encrypted="yes"'), "line 1"),
        (rsl("", beside="<copyright/><copyright/>"), "2 copyrights"),
        (rsl("", beside="<terms>/a</terms><terms>/b</terms>"), "2 elements terms"),
    ],
)
def test_invalid_documents_are_refused_with_the_reason(document: bytes, reason: str) -> None:
    with pytest.raises(DocumentInvalid, match=reason):
        read(document)


DTD = "http://dtd.example/x.dtd"
BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "document",
    [
        f'<!DOCTYPE r [<!ENTITY e0 "ha">{BOMB}]>'.encode() + rsl("", content='url="&e9;"'),
        f'<!DOCTYPE r [<!ENTITY e "{"a" * 100_000}">]><rsl {NS}>{"&e;" * 10_000}</rsl>'.encode(),
        f'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]><rsl {NS}>&e;</rsl>'.encode(),
        f'<!DOCTYPE r SYSTEM "{DTD}"><rsl {NS}/>'.encode(),
        f'<!DOCTYPE r SYSTEM "{DTD}"><rsl {NS}/>'.encode("utf-16"),
        rsl(prohibits("&unknown;")),
        rsl("<a>" * 100_000),
        rsl("".join("<license>" for _ in range(300))),
        rsl(permits("all")).replace(b"all", b"a\0l"),
        rsl(permits("all")).replace(b"all", b"\xff\xfe"),
        rsl(permits("all")).replace(b"all", b"&#0;"),
        rsl(permits("all")).replace(b"all", b"&#xD800;"),
        b'<?xml version="1.0" encoding="UTF-7"?>' + rsl(permits("+ADw-")),
        "<rsl/>".encode("utf-32"),
        b"\xff\xfe<",
        rsl(f'<payment><amount currency="USD">{"9" * 900_000}</amount></payment>'),
        rsl(permits("search " * 100_000)),
        rsl(*[""] * 20_000),
        rsl("", content=f'url="{"a" * 900_000}"'),
        rsl("", content='url="" ' + " ".join(f'a{n}=""' for n in range(50_000))),
        b" " * (1 << 20) + rsl(""),
        bytes(MAX_BYTES + 1),
    ],
)
def test_hostile_documents_are_refused_at_once(document: bytes) -> None:
    started = time.process_time()
    with pytest.raises(DocumentInvalid):
        read(document)
    assert time.process_time() - started < 5


def test_the_encoding_that_a_document_declares_changes_nothing() -> None:
    text = rsl(permits("search"), content='url="/é"').decode()
    for declared, encoding in (("UTF-8", "utf-16"), ("EBCDIC-US", "utf-8"), ("UTF-8", "utf-8-sig")):
        document = f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(encoding)
        assert only(document).targets == ("/é",)


def test_includes_are_extensions_and_include_nothing() -> None:
    include = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'
    )
    found = read(rsl(permits("search"), beside=include))
    assert [loss.member for loss in found.losses] == ["extensions"]
    assert "hostname" not in repr(found)


def test_many_extensions_cost_little() -> None:
    started = time.process_time()
    assert len(read(rsl("", beside='<x xmlns="urn:x"/>' * 50_000)).terms) == 1
    assert time.process_time() - started < 5


@given(data=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: rsl(text)))
def test_noise_is_refused_or_read(data: bytes) -> None:
    FORMAT.sniff(data)
    try:
        read(data)
    except DocumentInvalid:
        return
