"""Terms in plain words: exact texts, and nothing that the terms say is passed over."""

from collections.abc import Mapping
from dataclasses import fields, replace
from string import Formatter

import pytest
from hypothesis import given

from licet.documents import PayeeShare, TermsDocument
from licet.documents.terms import Disclaimer, Link, Relation, User, Warranty
from licet.rights.conditions import Conditions
from licet.rights.explain import explain
from licet.rights.offer import Kind
from licet.rights.phrases import CHINESE, ENGLISH, PhraseBook
from licet.rights.readable import moment, percent, plain, span
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use, use_names
from licet.trees.hashing import parse_address
from licet.types import ZERO_HASH
from tests.unit.strategies import terms

DOLLAR = "eip155:1/erc20:0x3333333333333333333333333333333333333333"
MUSEUM = "did:pkh:eip155:1:0x2222222222222222222222222222222222222222"
PAYEE = parse_address("0x" + "44" * 20)


BOOKS = pytest.mark.parametrize("book", [ENGLISH, CHINESE], ids=["english", "chinese"])


def lines(said: Terms, names: Mapping[str, str] | None = None, book: PhraseBook = ENGLISH) -> list[str]:
    """The explanation, a line for each title and each sentence."""
    sections = explain(said, names, book)
    return [line for section in sections for line in (f"# {section.title}", *section.sentences)]


def test_an_offer_of_training_data() -> None:
    said = Terms(
        TermsDocument(
            "Rings",
            Use.TRAIN | Use.INDEX,
            "As agreed.",
            Use.TRAIN_GENERATIVE,
            territories=("DE", "FR"),
            users=(User.EDUCATION, User.PERSONAL),
            retention=86_400,
            attribution="Photo: A. Museum",
        ),
        ("eip155:1/erc721:0x1111111111111111111111111111111111111111/5",),
        MUSEUM,
        payment=Payment(Kind.SALE, 1_025_500_000, DOLLAR, 6),
        end=1_798_761_599,
        duration=31_536_000,
        supply=1000,
    )
    assert lines(said, {DOLLAR: "USDC", MUSEUM: "A. Museum"}) == [
        "# What",
        "These terms are called “Rings”.",
        "They are for eip155:1/erc721:0x1111111111111111111111111111111111111111/5.",
        "Licensor: A. Museum (0x2222…2222).",
        "# Permitted",
        "The licensee may train AI models that do not generate content.",
        "The licensee may put the work into an index that AI retrieves from.",
        "What is not said here is not licensed.",
        "# Prohibited",
        "It is forbidden to train AI models that generate content.",
        "# Who and where",
        "Only for schools and other places of education and private persons.",
        "Only in these countries: DE, FR.",
        "# When",
        "Licenses are sold until 31 December 2026, 23:59:59 UTC.",
        "A license runs for 365 days.",
        "At most 1,000 licenses will be sold.",
        "# Price",
        "It costs 1,025.50 USDC (0x3333…3333), paid once.",
        "# Duties",
        "This credit must be given: “Photo: A. Museum”.",
        "Copies must be deleted after 1 day.",
        "# More",
        "In the licensor's words: “As agreed.”",
    ]


def test_a_reservation() -> None:
    said = Terms(TermsDocument("", Use(0), "", Use.MINE), ("https://x.example/*",))
    assert lines(said) == [
        "# What",
        "They are for https://x.example/*.",
        "# Permitted",
        "Nothing is permitted by these terms.",
        "# Prohibited",
        "It is forbidden to find patterns and statistics in the work by machine.",
        "# Price",
        "The price is not stated.",
    ]


def test_a_license_by_the_unit() -> None:
    said = Terms(
        TermsDocument(
            "",
            Use.AUGMENT,
            "",
            excluded_territories=("US",),
            excluded_users=(User.COMMERCIAL, User.GOVERNMENT),
            models=("m-1", "m-2"),
        ),
        licensee=MUSEUM,
        payment=Payment(Kind.METERED, 5, "EUR", 2, "crawl"),
        until=1_798_761_600,
        conditions=Conditions(unit_cap=500, refund_delay=5_400, report_within=604_800, salt=ZERO_HASH),
    )
    assert lines(said) == [
        "# What",
        "They are for what they stand beside.",
        f"Licensed to {MUSEUM}.",
        "# Permitted",
        "The licensee may give the work to a trained AI model as input, for answers or retrieval.",
        "What is not said here is not licensed.",
        "# Who and where",
        "Not for commercial users or governments.",
        "Not in these countries: US.",
        "Only for these AI models: “m-1”, “m-2”.",
        "# When",
        "This license ends at 1 January 2027, 00:00 UTC.",
        "# Price",
        "It costs 0.05 EUR, paid for each crawl.",
        "# Duties",
        "Use must be reported at least every 7 days, or the license may be revoked.",
        "# Conditions",
        "At most 500 units will be charged.",
        "The rest of a deposit is paid back 1 hour and 30 minutes after it is asked for.",
    ]


def test_the_rare_terms() -> None:
    said = Terms(
        TermsDocument(
            "",
            Use.DERIVE,
            "",
            warranties=(Warranty.OWNERSHIP,),
            disclaimers=(Disclaimer.NO_LIABILITY,),
            links=(Link(Relation.CONTACT, "mailto:rights@x.example"),),
            payees=(PayeeShare(PAYEE, 3000, "Ana"),),
        ),
        payment=Payment(Kind.SUBSCRIPTION, 10, "JPY"),
        duration=2_592_000,
        exclusive=True,
        transferable=True,
        conditions=Conditions(1250, 1000, True, True, True, True, 0, 5000, 1, PAYEE, 0, 0, ZERO_HASH),
    )
    assert lines(said)[6:] == [
        "A license runs for 30 days.",
        "While a license runs, nobody else is sold one.",
        "# Price",
        "It costs 10 JPY, paid again for each period that the license runs.",
        "The licensor states who shares in the price; the vault that is paid is what binds.",
        f"Ana ({PAYEE}) gets 3,000 of 3,000 parts.",
        "# Conditions",
        "The licensee may transfer the license.",
        "The licensee may grant sublicenses, no wider and no longer than this license.",
        "12.5 % of the income of works made from the work goes to the licensor's side.",
        "Works made from the work may be licensed until they have earned 1,000 JPY.",
        "A work made from the work needs the licensor's signature.",
        "Works made from the work are licensed on the same terms, or not at all.",
        "The license may be revoked by a ruling.",
        "If it is revoked, 50 % of the price for the time not used is paid back.",
        "At a resale, 0.01 % is asked for the licensor's side.",
        f"Use may also be reported by {PAYEE}.",
        "# Warranties",
        "The licensor warrants to own the rights.",
        "The licensor is not liable for what follows from the use.",
        "# More",
        "Whom to ask: mailto:rights@x.example",
    ]


def test_what_is_free_costs_nothing() -> None:
    assert "It costs nothing." in lines(Terms(TermsDocument("", Use.MINE, ""), payment=Payment(Kind.FREE)))


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (span(59), "59 seconds"),
        (span(3_661), "1 hour, 1 minute and 1 second"),
        (span(86_400 * 10_000), "10,000 days"),
        (moment(1), "1 January 1970, 00:00:01 UTC"),
        (moment(1 << 60), "second 1,152,921,504,606,846,976 since 1970"),
        (plain("0.000001"), "0.000001"),
        (plain("10.000000"), "10"),
        (percent(225), "2.25 %"),
        (percent(10_000), "100 %"),
    ],
)
def test_numbers_and_times(shown: str, text: str) -> None:
    assert shown == text


@BOOKS
@given(said=terms())
def test_all_that_the_terms_say_is_mentioned(book: PhraseBook, said: Terms) -> None:
    text = "\n".join(lines(said, book=book))
    document = said.document
    for name, use in zip(use_names(sum(Use)), book.uses, strict=True):
        for key, uses in (("permitted", document.uses), ("prohibited", document.prohibited)):
            assert (book.say(key, use=book.uses[use]) in text) == bool(use & uses), name
    mentioned = [document.title, document.text, document.attribution, said.licensor, said.licensee]
    mentioned += [*said.targets, *document.territories, *document.excluded_territories, *document.models]
    mentioned += [book.users[user] for user in (*document.users, *document.excluded_users)]
    mentioned += [book.warranties[word] for word in document.warranties]
    mentioned += [book.disclaimers[word] for word in document.disclaimers]
    mentioned += [link.href for link in document.links]
    mentioned += [
        part for payee in document.payees for part in (payee.payee, f"{payee.share:,}", payee.name or "")
    ]
    mentioned += [book.moment(time) for time in (said.start, said.end, said.until) if time]
    mentioned += [book.span(time) for time in (said.duration, document.retention) if time]
    mentioned += [f"{said.supply:,}"] if said.supply else []
    if said.payment is not None and said.payment.currency:
        mentioned += [said.payment.currency, plain(said.payment.text()), said.payment.unit]
    assert not [part for part in mentioned if part not in text]


@BOOKS
@given(said=terms())
def test_each_condition_changes_the_words(book: PhraseBook, said: Terms) -> None:
    """Whatever is left out of the terms is left out of the explanation, and nothing else."""
    text = lines(said, book=book)
    plainer = [
        replace(said, exclusive=False),
        replace(said, transferable=False),
        *(
            replace(said, conditions=replace(said.conditions, **{name: getattr(Conditions(), name)}))
            for name in Conditions.__dataclass_fields__
            if name != "salt"
        ),
    ]
    for other in plainer:
        assert (lines(other, book=book) == text) == (other == said)


@given(terms())
def test_each_sentence_is_one(said: Terms) -> None:
    sections = explain(said)
    assert len({section.title for section in sections}) == len(sections)
    assert all(section.sentences and all(section.sentences) for section in sections)
    assert explain(said) == sections


@given(terms())
def test_both_languages_have_the_same_sentences(said: Terms) -> None:
    english, chinese = explain(said), explain(said, book=CHINESE)
    assert [len(section.sentences) for section in chinese] == [len(section.sentences) for section in english]


def test_the_books_have_the_same_phrases_of_the_same_facts() -> None:
    for field in fields(PhraseBook):
        english, chinese = getattr(ENGLISH, field.name), getattr(CHINESE, field.name)
        if isinstance(english, Mapping):
            assert chinese.keys() == english.keys(), field.name
            assert {k: facts(v) for k, v in chinese.items()} == {k: facts(v) for k, v in english.items()}


def facts(phrase: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


def test_terms_in_chinese() -> None:
    said = Terms(
        TermsDocument("年轮", Use.TRAIN, "如约。", users=(User.EDUCATION, User.PERSONAL), retention=86_400),
        ("eip155:1/erc721:0x1111111111111111111111111111111111111111/5",),
        MUSEUM,
        payment=Payment(Kind.METERED, 25_000, DOLLAR, 6),
        end=1_798_761_599,
        duration=31_536_000,
        supply=1000,
    )
    assert lines(said, {DOLLAR: "USDC"}, CHINESE) == [
        "# 内容",
        "本条款名为“年轮”。",
        "适用于 eip155:1/erc721:0x1111111111111111111111111111111111111111/5。",
        f"许可人：{MUSEUM}。",
        "# 允许",
        "被许可人可以用作品训练非生成式 AI。",
        "此处未提及的，均未许可。",
        "# 使用者与地区",
        "仅限教育机构和个人。",
        "# 期限",
        "许可出售至 2026 年 12 月 31 日 23:59:59（UTC）。",
        "许可为期 365 天。",
        "最多出售 1,000 份许可。",
        "# 价格",
        "价格为 0.025 USDC（0x3333…3333），每使用一单位付一次。",
        "# 义务",
        "副本须在 1 天后删除。",
        "# 其他",
        "许可人原文：“如约。”",
    ]
