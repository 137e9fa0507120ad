"""`licet rights`: the compliance report on the command line, for people and programs, and its exit codes."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.cli.main import main
from tests.unit.odrl_documents import NOON, PREFIXES, READ, policy

Ran = tuple[int, str, str]
Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Evaluates a policy for a request in a folder that has a request and a state."""
    monkeypatch.chdir(tmp_path)
    request = f"ex:request a odrl:Request ; odrl:permission ex:asked . ex:asked {READ} ."
    Path("request.ttl").write_text(PREFIXES + request)
    Path("state.ttl").write_text(PREFIXES + NOON)

    def evaluate(rules: str | bytes, *options: str, **files: str) -> Ran:
        data = (PREFIXES + rules).encode() if isinstance(rules, str) else rules
        Path("policy.ttl").write_bytes(data)
        given = {"policy": "policy.ttl", "request": "request.ttl", "state": "state.ttl", **files}
        arguments = [word for name, path in given.items() for word in (f"--{name}", path)]
        code = main(["rights", "evaluate", *arguments, *options])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return evaluate


MAY = policy("ex:may odrl:action odrl:use .")
NOT = policy("ex:not odrl:action odrl:use .")
PAY = policy("ex:may odrl:action odrl:use ; odrl:duty ex:pay . ex:pay odrl:action odrl:compensate .")


@pytest.mark.parametrize(
    ("rules", "code", "words"),
    [
        (MAY, 0, ["http://example.org/may", "permission", "active", "\npermitted\n"]),
        (
            NOT,
            1,
            ["http://example.org/not", "prohibition", "\nnot permitted\n", "the policy has no permission"],
        ),
        (PAY, 2, ["active; open", "\nundecided\n", "not known to be fulfilled: http://example.org/pay"]),
    ],
)
def test_people_see_each_rule_and_what_follows(rules: str, code: int, words: list[str], run: Run) -> None:
    exit_code, out, err = run(rules)
    assert (exit_code, err) == (code, "")
    for word in words:
        assert word in out


def test_programs_get_stable_keys(run: Run) -> None:
    late = 'odrl:leftOperand odrl:dateTime ; odrl:operator odrl:lt ; odrl:rightOperand "2026-01-01"^^xsd:date'
    rules = policy(
        f"ex:may odrl:action odrl:use ; odrl:constraint ex:c ; odrl:duty ex:pay . ex:c {late} ."
        " ex:pay odrl:action odrl:compensate ."
    )
    code, out, _ = run(rules, "--json")
    assert code == 1
    reason = "dateTime '2026-11-29T12:00:00Z' is not lt '2026-01-01'"
    assert json.loads(out) == {
        "policy": "http://example.org/policy",
        "policy_type": "Set",
        "policy_request": "http://example.org/request",
        "created": "2026-11-29T12:00:00Z",
        "decision": {
            "outcome": "deny",
            "reasons": [f"permission http://example.org/may is not active: {reason}"],
            "open_duties": [],
        },
        "rules": [
            {
                "type": "PermissionReport",
                "rule": "http://example.org/may",
                "rule_request": "http://example.org/asked",
                "attempt_state": "Attempted",
                "activation_state": "Inactive",
                "undecided": False,
                "reasons": [reason],
                "premises": [
                    {
                        "type": "ActionReport",
                        "satisfaction_state": "Satisfied",
                        "undecided": False,
                        "reason": "",
                    },
                    {
                        "type": "ConstraintReport",
                        "satisfaction_state": "Unsatisfied",
                        "undecided": False,
                        "reason": reason,
                        "constraint": "http://example.org/c",
                        "left_operand": [
                            {
                                "@value": "2026-11-29T12:00:00Z",
                                "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
                            }
                        ],
                        "operator": "http://www.w3.org/ns/odrl/2/lt",
                        "right_operand": [
                            {"@value": "2026-01-01", "@type": "http://www.w3.org/2001/XMLSchema#date"}
                        ],
                    },
                ],
                "conditions": [
                    {
                        "type": "DutyReport",
                        "rule": "http://example.org/pay",
                        "rule_request": "http://example.org/asked",
                        "attempt_state": "Attempted",
                        "activation_state": "Active",
                        "undecided": False,
                        "reasons": [],
                        "premises": [],
                        "conditions": [],
                        "performance_state": "Unknown",
                        "deontic_state": "NonSet",
                    }
                ],
            }
        ],
    }


def test_json_ld_and_stdin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = {
        "@context": "http://www.w3.org/ns/odrl.jsonld",
        "@type": "Offer",
        "uid": "http://example.org/policy",
        "permission": [{"uid": "http://example.org/may", "action": "use"}],
    }
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(rules).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    code, out, err = run(b"", policy="-")
    assert (code, err) == (0, "")
    assert "http://example.org/policy (Offer)" in out


@pytest.mark.parametrize(
    ("rules", "files", "words"),
    [
        (b"no Turtle", {}, "policy: the document is not Turtle: line 1"),
        (b'{"@id":"x:a","@id":"x:b"}', {}, "policy: the document has an object with the key '@id' twice"),
        (b'{"@context":"https://evil.example/"}', {}, "never fetched"),
        (b'<?xml version="1.0"?><a/>', {}, "policy: the document is XML"),
        (b" " * (3 << 20), {}, "policy.ttl is too large"),
        (b"", {}, "policy: the document is empty"),
        (b"", {"policy": "missing.ttl"}, "missing.ttl does not exist"),
        (b"", {"state": "."}, "is a directory"),
        (b"", {"policy": "-", "state": "-"}, "only one of the documents can come from stdin"),
        (MAY, {"request": "state.ttl"}, "the document asks for nothing"),
        (MAY, {"policy": "state.ttl"}, "no ODRL policy"),
        (MAY, {"state": "/dev/zero"}, "not a regular file"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    rules: str | bytes, files: dict[str, str], words: str, run: Run
) -> None:
    code, out, err = run(rules, **files)
    assert (code, out) == (2, "")
    assert err.startswith("licet: ")
    assert words in err
    assert err.count("\n") == 1


def test_nothing_in_a_document_reaches_the_terminal_as_it_is(run: Run) -> None:
    rules = "<http://example.org/\\u001b[31m> a odrl:Set ; odrl:permission <http://example.org/\\u0007> ."
    code, out, _ = run(rules)
    assert code == 0
    assert "\x1b" not in out
    assert "\x07" not in out
