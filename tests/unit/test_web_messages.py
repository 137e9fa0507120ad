"""What pages say: the same in every language, all that templates ask for, and nothing that none asks for."""

import json
import re
from dataclasses import fields, replace
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from licet.auditor.findings import Evidence, Severity
from licet.auditor.findings import Finding as FindingOf
from licet.auditor.findings import Kind as Finding
from licet.auditor.papers.html.words import ENGLISH
from licet.auditor.papers.tables import tables_of
from licet.auditor.report.audit_report import Verdict
from licet.auditor.report.lines import Account, Movement
from licet.auditor.report.plans import PLANS
from licet.contracts.assets import DeedFlag
from licet.contracts.cases import Status
from licet.contracts.events import Claimed, Redirected
from licet.documents.terms import Disclaimer, Relation, TermsDocument, User, Warranty
from licet.errors import LicetError, SignerError
from licet.index.events.rows import numbered
from licet.licensee.offers import Obstacle
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.uses import LEAVES
from licet.types import hash32
from licet.web.languages import LANGUAGES, language
from licet.web.live import Audited
from licet.web.views.known_offers import NoOffer
from licet.web.words import cells, figure_words, finding, named
from licet.web.words import error as error_of
from tests.unit.audited import full

WEB = Path(str(files("licet.web")))
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
ASKED = re.compile(r"""\b(?:t|form|text)\(\s*f?["']([a-z_.]+)["']([^)]*)""")
LATIN = re.compile(r"[A-Za-z]{2,}")
OUR_WORDS = {"title", "done", "extent", "result", "fact", "movement", "severity", "state", "status"}
SCRIPTS = Path(__file__).resolve().parents[2] / "web" / "src" / "text"
SAID = re.compile(r'^  (use|said)_(\w+): "(.*)",$', re.MULTILINE)
PREFIX = re.compile(r"""\b(?:t|known|text)\(\s*f?["']([a-z_]+\.(?:[a-z_]+\.)?)(?:["']\s*~|\{)""")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_the_same_messages_with_the_same_places(code: str) -> None:
    english, other = language("en").messages, language(code).messages
    assert other.keys() == english.keys()
    # Of one thing, a language may leave the number out.
    assert {k: places(v) for k, v in other.items() if not k.endswith("_one")} == {
        k: places(v) for k, v in english.items() if not k.endswith("_one")
    }
    assert all(text.strip() == text and text for text in other.values())


def test_whatever_is_said_in_chinese_has_a_chinese_word() -> None:
    """But for a hash's name, and what places and marks alone make up; on pages and in scripts."""
    said = dict(language("zh").messages)
    for name, least in (("zh.ts", 50), ("offers.zh.ts", 50), ("uses.zh.ts", len(LEAVES))):
        found = re.findall(
            r'^\s+(\w+):\s*"(.*)",$', (SCRIPTS / name).read_text(encoding="utf-8"), re.MULTILINE
        )
        assert len(found) >= least
        said |= {f"{name}: {key}": words for key, words in found}
    bare = {key: words for key, words in said.items() if not re.search(r"[\u4e00-\u9fff]", words)}
    assert not any(LATIN.search(re.sub(r"SHA-256|\{\w+\}", "", words)) for words in bare.values()), bare


@pytest.mark.parametrize("code", LANGUAGES)
def test_files_are_sorted_and_name_nothing_twice(code: str) -> None:
    text = (WEB / "messages" / f"{code}.json").read_text(encoding="utf-8")
    pairs: list[tuple[str, str]] = json.loads(text, object_pairs_hook=list)
    assert pairs == sorted(pairs)
    assert len(dict(pairs)) == len(pairs)


def asked() -> tuple[set[str], set[str]]:
    """The keys that templates and pages ask for, and the beginnings of those that they put together."""
    sources = [*TEMPLATES, WEB / "pages.py", WEB / "words.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    beginnings = set(PREFIX.findall(text))
    return {key for key, _ in ASKED.findall(text) if not key.endswith(".")}, beginnings


def test_whatever_is_asked_for_is_there() -> None:
    keys, beginnings = asked()
    messages = language("en").messages
    assert keys <= messages.keys()
    for beginning in beginnings:
        assert any(key.startswith(beginning) for key in messages), beginning


def test_nothing_is_there_that_nobody_asks_for() -> None:
    keys, beginnings = asked()
    nav = {"nav.works", "nav.lookup", "nav.audit"}  # from a list in the template
    for key in language("en").messages:
        plain = key.removesuffix("_one")
        assert plain in keys | nav or any(plain.startswith(b) for b in beginnings), key


@pytest.mark.parametrize(
    ("beginning", "names"),
    [
        ("use", LEAVES),
        ("why_not", Obstacle),
        ("kind_of", [kind.name.lower() for kind in Kind]),
        ("flag", [str(flag.name).lower() for flag in DeedFlag]),
        ("verdict", Verdict),
        ("meaning", Verdict),
        ("severity", Severity),
        ("account_kind", Account),
        ("term", [field.name for field in fields(TermsDocument) if field.name not in ("title", "uses")]),
        ("term.conditions", [field.name for field in fields(Conditions) if field.name != "salt"]),
        ("link", Relation),
        ("said", [*User, *Warranty, *Disclaimer]),
        ("stated", ["contestable", "contested", "due", "released", "returned"]),
        ("case", [status.name.lower() for status in Status]),
        ("state", ["runs", "over", "revoked", "unknown"]),
    ],
)
def test_every_word_of_the_programs_has_one_of_the_pages(beginning: str, names: list[str]) -> None:
    messages = language("en").messages
    assert {f"{beginning}.{name}" for name in names} <= messages.keys()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_word_of_the_terms_has_one_name_on_a_page(code: str) -> None:
    """Whether the server writes it, or a script: both are read beside each other."""
    sources = [SCRIPTS / f"{name}.{code}.ts" for name in ("uses", "offers")]
    script = "".join(path.read_text(encoding="utf-8") for path in sources)
    said = {f"{kind}.{name.replace('_', '-')}": words for kind, name, words in SAID.findall(script)}
    messages = language(code).messages
    named = [f"use.{name}" for name in LEAVES] + [f"said.{word}" for word in (*User, *Warranty, *Disclaimer)]
    assert said == {name: messages[name] for name in named}


def test_the_audits_tables_are_called_as_the_report_calls_them() -> None:
    messages = language("en").messages
    for table in tables_of(full()):
        assert messages[f"table.{table.name}"] == table.title
        assert messages[f"table_about.{table.name}"] == table.about


def test_one_and_many() -> None:
    english = language("en")
    assert english.text("works.count", count=1) == "1 work"
    assert english.text("works.count", count=69_202) == "69,202 works"
    assert language("zh").text("works.count", count=2) == "2 件作品"


CHINESE = language("zh")


def test_the_programs_words_are_sorted_and_each_once() -> None:
    text = (WEB / "messages" / "zh.words.json").read_text(encoding="utf-8")
    pairs: list[tuple[str, str]] = json.loads(text, object_pairs_hook=list)
    assert pairs == sorted(pairs)
    assert len(dict(pairs)) == len(pairs)
    assert language("en").words == {}


def words_wanted() -> set[str]:
    """The keys of all that programs say themselves."""
    kinds = [kind for _, kind in numbered().values() if kind is not None]
    return {
        *(f"finding.{kind}" for kind in Finding),
        *(f"event.{kind.event}" for kind in kinds),
        *(f"event.{event.__name__}" for event in (Claimed, Redirected)),
        *(
            f"{part}.{plan.key}"
            for plan in PLANS
            for part in ("procedure", "procedure_done", "procedure_extent")
        ),
        *(f"movement.{movement}" for movement in Movement),
        *(f"case_kind.{kind}" for kind in ("asset", "work", "license", "statement")),
        *(f"figure.{key}" for key in ENGLISH.phrases),
    }


def test_whatever_programs_say_has_chinese_words() -> None:
    assert words_wanted() - CHINESE.words.keys() == set()


def test_figures_say_the_same_facts_in_both_languages() -> None:
    chinese = figure_words(CHINESE).phrases
    assert chinese.keys() == ENGLISH.phrases.keys()
    many = {key for key in chinese if not key.endswith("_one")}
    assert {k: places(chinese[k]) for k in many} == {k: places(ENGLISH.phrases[k]) for k in many}
    assert figure_words(language("en")) is ENGLISH


def test_every_name_is_chinese() -> None:
    report = full()
    names = {column.name for table in tables_of(report) for column in table.columns}
    names |= {field.name for field in fields(Evidence)} | {field.name for field in fields(report.counts)}
    names |= {*report.identity(), "block_hash", "block_time", "verdict", "proven", "parameter"}
    names |= {column.name for _, kind in numbered().values() if kind for column in kind.columns}
    assert not {name for name in names if LATIN.search(named(CHINESE, name).replace("SHA-256", ""))}
    assert named(language("en"), "offer_price") == "offer price"
    assert named(CHINESE, "offer_price") == "要约：价格"
    assert named(CHINESE, "of_nobody") == "of nobody"


def test_nothing_is_there_that_no_program_says() -> None:
    asked = words_wanted() | {f"error.{kind.__name__}" for kind in all_errors(LicetError)}
    rest = {key for key in CHINESE.words.keys() - asked if not key.startswith("name.")}
    assert {key.partition(".")[0] for key in rest} == {"step", "result", "said", "proven"}


def all_errors(kind: type[LicetError]) -> set[type[LicetError]]:
    return {kind}.union(*(all_errors(each) for each in kind.__subclasses__()))


@pytest.mark.parametrize("kind", Finding)
def test_a_finding_in_chinese_has_all_of_its_facts(kind: Finding) -> None:
    message = "license 0xabcd was charged 1,025 for 7 units, which cost 3.5: nobody signed"
    tx = hash32(b"t" * 32)
    evidence = Evidence(tx=tx, block=7, license_id=hash32(b"l" * 32), expected="none", found="1,025")
    said = finding(CHINESE, FindingOf(kind, message, evidence).to_json())
    assert not LATIN.search(re.sub(r"SHA-256", "", said.sentence))
    assert {name for name, _ in said.facts} == {"tx", "block", "license_id", "expected", "found"}
    assert dict(said.facts)["expected"] == "无"
    assert said.also == ("0xabcd", "3.5")
    english = finding(language("en"), FindingOf(kind, message, evidence).to_json())
    assert (english.sentence, english.also) == (message, ())


def test_every_cell_of_the_report_is_chinese_or_an_identifier() -> None:
    report = full()
    audited = Audited(replace(report, findings=(FindingOf(Finding.OVERCLAIMED, "paid 7", Evidence()),)))
    for name, shown in audited.tables.items():
        columns = [{"name": column.name} for column in shown.columns]
        for row in shown.rows():
            line = dict(
                zip(
                    [c["name"] for c in columns],
                    cells(CHINESE, {"name": name, "columns": columns}, row),
                    strict=True,
                )
            )
            for column in OUR_WORDS & line.keys():
                value = line[column]
                assert not isinstance(value, str) or not LATIN.search(value.replace("0x", "")), (name, value)


def test_a_procedure_s_result_in_chinese_has_its_exceptions_and_notes() -> None:
    wrong, note = (
        FindingOf(kind, "", Evidence()) for kind in (Finding.VAULT_ADDRESS_WRONG, Finding.SPLIT_UNUSED)
    )
    for found, result in (
        ((), "没有发现例外。"),
        ((note,), "没有发现例外。另有 1 项提示。"),
        ((wrong, note, wrong, note), "发现 2 项例外。另有 2 项提示。"),
    ):
        shown = Audited(replace(full(), findings=found)).tables["procedures"]
        table = {"name": "procedures", "columns": [{"name": column.name} for column in shown.columns]}
        rows = [cells(CHINESE, table, row) for row in shown.rows() if row[0] == "splits"]
        assert [row[-1] for row in rows] == [result]


def test_an_error_in_chinese_is_its_class_and_facts() -> None:
    error = NoOffer("there is no offer 0xab here", hash="0xab", secret="0xcd")
    said = error_of(CHINESE, error, str(error))
    assert said.sentence == CHINESE.words["error.NoOffer"]
    assert said.facts == (("hash", "0xab"),)
    assert error_of(CHINESE, SignerError("no"), "no").sentence == CHINESE.words["error.LicetError"]
    assert error_of(language("en"), error, "told").sentence == "told"
