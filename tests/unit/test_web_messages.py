"""What pages say: the same in every language, all that templates ask for, and nothing that none asks for."""

import json
import re
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from licet.auditor.findings import Severity
from licet.auditor.papers.tables import tables_of
from licet.auditor.report.audit_report import Verdict
from licet.auditor.report.lines import Account
from licet.contracts.assets import DeedFlag
from licet.contracts.cases import Status
from licet.documents.terms import Disclaimer, Relation, TermsDocument, User, Warranty
from licet.licensee.offers import Obstacle
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.uses import LEAVES
from licet.web.languages import LANGUAGES, language
from tests.unit.audited import full

WEB = Path(str(files("licet.web")))
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
ASKED = re.compile(r"""\b(?:t|form|text)\(\s*f?["']([a-z_.]+)["']([^)]*)""")
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


@pytest.mark.parametrize("code", LANGUAGES)
def test_files_are_sorted_and_name_nothing_twice(code: str) -> None:
    text = (WEB / "messages" / f"{code}.json").read_text(encoding="utf-8")
    pairs: list[tuple[str, str]] = json.loads(text, object_pairs_hook=list)
    assert pairs == sorted(pairs)
    assert len(dict(pairs)) == len(pairs)


def asked() -> tuple[set[str], set[str]]:
    """The keys that templates and pages ask for, and the beginnings of those that they put together."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES, WEB / "pages.py"])
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
    script = (SCRIPTS / f"offers.{code}.ts").read_text(encoding="utf-8")
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
