"""`licet rights convert`, `explain` and `check` on documents: no chain is asked."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.cli.main import main
from licet.documents import TermsDocument
from licet.rights.formats.registry import FORMATS
from licet.rights.uses import Use

Ran = tuple[int, str, str]
Run = Callable[..., Ran]

TERMS = TermsDocument(
    "Training", Use.TRAIN | Use.TRAIN_GENERATIVE, "Models may be trained.", territories=("DE",)
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on rights, in a folder with a terms document, where no node answers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LICET_RPC", "http://127.0.0.1:1")
    Path("terms.json").write_bytes(TERMS.to_bytes())

    def command(*arguments: str) -> Ran:
        code = main(["rights", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


# Converting.


def test_a_lossless_format_is_said_nothing_of(run: Run) -> None:
    code, out, err = run("convert", "terms.json", "--to", "odrl")
    assert (code, err) == (0, "")
    (terms,) = FORMATS["odrl"].parse(out.encode()).terms
    assert terms.document == TERMS


def test_what_gets_lost_is_named_on_stderr(run: Run) -> None:
    code, out, err = run("convert", "terms.json", "--to", "cawg")
    assert code == 0
    assert {
        loss.member for loss in FORMATS["cawg"].write(FORMATS["licet"].parse(TERMS.to_bytes()).terms).losses
    } == {line.split(": ")[2].split(" (")[0] for line in err.splitlines() if "does not say" in line}
    assert json.loads(out)["label"] == "cawg.training-mining"


def test_programs_get_the_document_and_the_losses(run: Run) -> None:
    code, out, err = run("convert", "terms.json", "--to", "cawg", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert set(found) == {"format", "media_type", "terms", "document", "file", "not_read", "not_written"}
    assert {loss["member"] for loss in found["not_written"]} >= {"territories", "title"}
    assert FORMATS["cawg"].parse(found["document"].encode()).terms


def test_a_document_is_written_once(run: Run) -> None:
    assert run("convert", "terms.json", "--to", "odrl", "--out", "policy.jsonld")[:2] == (0, "")
    code, _, err = run("convert", "terms.json", "--to", "odrl", "--out", "policy.jsonld")
    assert (code, "there already" in err) == (2, True)
    assert run("convert", "policy.jsonld", "--to", "licet")[1].encode() == TERMS.to_bytes()


def test_a_document_from_stdin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TERMS.to_bytes())))
    assert run("convert", "-", "--from", "licet", "--to", "licet")[1].encode() == TERMS.to_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing.json", "--to", "odrl"), "does not exist"),
        ((".", "--to", "odrl"), "directory"),
        (("terms.json", "--to", "nothing"), "--to"),
        (("terms.json", "--to", "odrl", "--from", "spdx"), "--from"),
        (("terms.json", "--to", "odrl", "--from", "cawg"), "terms.json: "),
        (("odd.bin", "--to", "odrl"), "looks like no format"),
        (("large.json", "--to", "odrl"), "too large"),
    ],
)
def test_documents_of_no_use(arguments: tuple[str, ...], words: str, run: Run) -> None:
    Path("odd.bin").write_bytes(bytes(range(256)))
    with Path("large.json").open("wb") as file:
        file.truncate(100 << 20)
    code, out, err = run("convert", *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


# Explaining.


def test_terms_are_explained_in_plain_words(run: Run) -> None:
    code, out, err = run("explain", "terms.json")
    assert (code, err) == (0, "")
    for words in ("train AI models that generate content", "Only in these countries: DE", "not licensed"):
        assert words in out


def test_programs_get_sections(run: Run) -> None:
    code, out, _ = run("explain", "terms.json", "--json")
    (item,) = json.loads(out)["items"]
    assert (code, item["permitted"], item["prohibited"]) == (0, ["train", "train-generative"], [])
    assert item["sections"]["who_and_where"] == ["Only in these countries: DE."]


# Checking.


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (
            ("--use", "ai-training", "--territory", "de"),
            0,
            ["train: permitted", "train-generative: permitted"],
        ),
        (("--use", "train", "--territory", "DE", "--user", "education"), 0, ["train: permitted"]),
        (("--use", "train", "--territory", "US"), 1, ["not permitted", "the territory has to be DE"]),
        (("--uses", "train"), 2, ["undecided", "the territory is not stated"]),
        (("--use", "search"), 1, ["nothing permits it, and nothing prohibits it"]),
    ],
)
def test_a_use_is_decided_with_reasons(
    options: tuple[str, ...], code: int, words: list[str], run: Run
) -> None:
    found, out, err = run("check", "terms.json", *options)
    assert (found, err) == (code, "")
    for word in words:
        assert word in out


def test_programs_get_each_decision(run: Run) -> None:
    code, out, _ = run("check", "terms.json", "--use", "train,search", "--territory", "DE", "--json")
    found = json.loads(out)
    assert (code, found["outcome"], found["uses"]) == (1, "deny", ["train", "search"])
    assert [each["outcome"] for each in found["items"][0]["uses"]] == ["permit", "deny"]


def test_all_terms_have_to_permit(run: Run) -> None:
    Path("other.json").write_bytes(TermsDocument("No", Use.SEARCH, "", prohibited=Use.TRAIN).to_bytes())
    code, out, _ = run("check", "terms.json", "other.json", "--use", "train", "--territory", "DE")
    assert code == 1
    assert "train: permitted" in out
    assert "it is prohibited" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("terms.json",), "--use"),
        (("terms.json", "--use", "x"), "not a use"),
        (("terms.json", "--use", "train", "--user", "x"), "--user"),
        (("terms.json", "--use", "train", "--at", "x"), "date"),
        (("nothing.json", "--use", "train"), "does not exist"),
    ],
)
def test_checks_of_no_use(arguments: tuple[str, ...], words: str, run: Run) -> None:
    code, out, err = run("check", *arguments)
    assert (code, out) == (2, "")
    assert words in err
