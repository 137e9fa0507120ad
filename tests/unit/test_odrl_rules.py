"""Rules and what follows from them: matching, inheritance, duties, and rules that contradict each other."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from licet.errors import DocumentInvalid
from licet.rights.evaluator import (
    ODRL,
    Measured,
    Outcome,
    Performance,
    Report,
    Request,
    State,
    Truth,
    evaluate,
    literal,
    read_graph,
)
from tests.unit.odrl_documents import NOON, PREFIXES, READ, judge, policy

EX = "http://example.org/"


def asks(action: str = "odrl:read", target: str = "ex:work", assignee: str = "ex:licensee") -> str:
    return f"odrl:assignee {assignee} ; odrl:action {action} ; odrl:target {target}"


def active(report: Report) -> dict[str, str]:
    return {rule.rule.removeprefix(EX): rule.active.value for rule in report.rules}


def outcome(*documents: str) -> str:
    return judge(*documents).decision.outcome.value


@pytest.mark.parametrize(
    ("rule", "asked", "expected"),
    [
        ("odrl:use", "odrl:display", "yes"),
        ("odrl:play", "odrl:display", "yes"),
        ("odrl:display", "odrl:play", "no"),
        ("odrl:use", "odrl:sell", "no"),
        ("odrl:transfer", "odrl:give", "yes"),
        ("odrl:modify", "odrl:write", "yes"),
        ("odrl:write", "odrl:modify", "yes"),
        ("odrl:data-mining", "odrl:gen-ai", "yes"),
        ("odrl:ai-training", "odrl:gen-ai", "yes"),
        ("odrl:gen-ai", "odrl:ai-training", "no"),
        ("odrl:ai-training", "odrl:ai-augment", "no"),
        ("odrl:use", "ex:own", "no"),
        ("odrl:read, odrl:print", "odrl:print", "yes"),
    ],
)
def test_actions_are_included_in_others(rule: str, asked: str, expected: str) -> None:
    assert active(judge(policy(f"ex:may odrl:action {rule} ."), asks(asked)))["may"] == expected


def test_a_policy_may_define_its_actions_and_a_request_may_not() -> None:
    rule, own = policy("ex:may odrl:action odrl:use ."), "ex:own odrl:includedIn odrl:use ."
    assert outcome(rule + own, asks("ex:own")) == "permit"
    assert outcome(rule, asks("ex:own"), NOON, own) == "deny"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("ex:licensee odrl:partOf ex:members . ex:work odrl:partOf ex:catalog .", "permit"),
        (
            "ex:licensee odrl:partOf ex:club . ex:club odrl:partOf ex:members ."
            " ex:work odrl:partOf ex:catalog .",
            "permit",
        ),
        ("ex:licensee odrl:partOf ex:members .", "deny"),
        ("", "deny"),
    ],
)
def test_members_of_collections(said: str, expected: str) -> None:
    rule = policy(
        "ex:may odrl:assignee ex:members ; odrl:target ex:catalog . ex:members a odrl:PartyCollection ."
    )
    assert outcome(rule, READ, f"{NOON} {said}") == expected
    assert outcome(rule, READ, NOON, said) == "deny"


def test_a_collection_is_known_by_its_source_too() -> None:
    rule = policy("ex:may odrl:target [ a odrl:AssetCollection ; odrl:source ex:catalog ] .")
    assert outcome(rule, READ, f"{NOON} ex:work odrl:partOf ex:catalog .") == "permit"
    nameless = policy("ex:may odrl:target [ a odrl:AssetCollection ] .")
    assert outcome(nameless) == "undecided"


RESOLUTION = (
    "odrl:refinement [ odrl:leftOperand odrl:resolution ; odrl:operator odrl:lteq ; odrl:rightOperand 300 ]"
)


@pytest.mark.parametrize(("value", "expected"), [("300", "permit"), ("301", "deny"), (None, "undecided")])
def test_refinements(value: str | None, expected: str) -> None:
    said = f"odrl:leftOperand odrl:resolution ; odrl:operator odrl:eq ; odrl:rightOperand {value}"
    refined = f"[ rdf:value odrl:print ; odrl:refinement [ {said} ] ]"
    asked = asks(refined if value else "odrl:print")
    assert outcome(policy(f"ex:may odrl:action [ rdf:value odrl:print ; {RESOLUTION} ] ."), asked) == expected
    state = f"{NOON} ex:work odrl:partOf ex:catalog" + (f" ; odrl:resolution {value} ." if value else " .")
    target = policy(f"ex:may odrl:target [ odrl:source ex:catalog ; {RESOLUTION} ] .")
    assert outcome(target, READ, state) == expected
    party = policy(f"ex:may odrl:assignee [ odrl:source ex:members ; {RESOLUTION} ] .")
    state = f"{NOON} ex:licensee odrl:partOf ex:members" + (
        f" ; odrl:resolution {value} ." if value else " ."
    )
    assert outcome(party, READ, state) == expected


def test_a_rule_takes_from_its_policy_what_it_leaves_out() -> None:
    shared = " ; odrl:target ex:work ; odrl:assignee ex:licensee ; odrl:action odrl:read"
    rules = policy("ex:may a odrl:Permission . ex:mayOther odrl:target ex:other .", shared)
    assert active(judge(rules)) == {"may": "yes", "mayOther": "no"}
    assert active(judge(rules, asks(target="ex:other"))) == {"may": "no", "mayOther": "yes"}
    assert active(judge(rules, asks(assignee="ex:stranger"))) == {"may": "no", "mayOther": "no"}


def test_an_asset_and_a_party_may_point_to_the_policy() -> None:
    rules = policy(
        "ex:may odrl:action odrl:read ."
        " ex:work odrl:hasPolicy ex:policy . ex:licensee odrl:assigneeOf ex:policy ."
    )
    assert outcome(rules) == "permit"
    assert outcome(rules, asks(target="ex:other")) == "deny"
    assert outcome(rules, asks(assignee="ex:stranger")) == "deny"


def test_a_policy_inherits_the_rules_of_its_parents() -> None:
    parent = "ex:parent a odrl:Set ; odrl:prohibition ex:notPrinted . ex:notPrinted odrl:action odrl:print ."
    child = policy(
        "ex:may odrl:action odrl:use .", " ; odrl:inheritFrom ex:parent ; odrl:conflict odrl:prohibit"
    )
    assert outcome(child + parent, asks("odrl:print")) == "deny"
    assert outcome(child + parent, asks("odrl:read")) == "permit"
    missing = judge(child, asks("odrl:read")).decision
    assert missing.outcome is Outcome.UNDECIDED
    assert "inherits from http://example.org/parent" in missing.reasons[0]


def test_an_unknown_profile_leaves_the_policy_undecided() -> None:
    followed = " ; odrl:profile <https://w3c.github.io/odrl/ai-vocab/>"
    assert outcome(policy("ex:may odrl:action odrl:read .", followed)) == "permit"
    decision = judge(policy("ex:may odrl:action odrl:read .", " ; odrl:profile ex:own")).decision
    assert decision.outcome is Outcome.UNDECIDED
    assert "profile http://example.org/own" in decision.reasons[0]


@pytest.mark.parametrize(
    ("conflict", "expected"),
    [("", "deny"), ("odrl:invalid", "deny"), ("odrl:prohibit", "deny"), ("odrl:perm", "permit")],
)
def test_conflicts(conflict: str, expected: str) -> None:
    strategy = f" ; odrl:conflict {conflict}" if conflict else ""
    report = judge(policy("ex:may odrl:action odrl:use . ex:not odrl:action odrl:read .", strategy))
    assert active(report) == {"may": "yes", "not": "yes"}
    assert report.decision.outcome.value == expected
    if conflict in ("", "odrl:invalid"):
        assert "voids the policy" in report.decision.reasons[-1]


UNTOLD = (
    "odrl:constraint"
    " [ odrl:leftOperand odrl:purpose ; odrl:operator odrl:eq ; odrl:rightOperand ex:research ]"
)


@pytest.mark.parametrize(
    ("may", "not_", "conflict", "expected"),
    [
        (UNTOLD, "odrl:action odrl:print", "prohibit", "undecided"),
        ("odrl:action odrl:read", UNTOLD, "prohibit", "undecided"),
        ("odrl:action odrl:read", UNTOLD, "invalid", "undecided"),
        ("odrl:action odrl:read", UNTOLD, "perm", "permit"),
        (UNTOLD, UNTOLD, "perm", "undecided"),
        (UNTOLD, "odrl:action odrl:read", "prohibit", "deny"),
        (UNTOLD, "odrl:action odrl:read", "invalid", "deny"),
        (UNTOLD, "odrl:action odrl:read", "perm", "undecided"),
        ("odrl:action odrl:print", UNTOLD, "perm", "deny"),
    ],
)
def test_what_cannot_be_told_is_not_guessed(may: str, not_: str, conflict: str, expected: str) -> None:
    rules = policy(f"ex:may {may} . ex:not {not_} .", f" ; odrl:conflict odrl:{conflict}")
    report = judge(rules)
    assert report.decision.outcome.value == expected
    for rule in report.rules:
        assert rule.to_json()["undecided"] == (rule.active is Truth.UNKNOWN)
        if rule.active is Truth.UNKNOWN:
            assert rule.activation_state == "Inactive"
            assert "says what purpose is" in rule.reasons[0]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("odrl:data-mining", "deny"),
        ("odrl:ai-training", "deny"),
        ("odrl:gen-ai", "deny"),
        ("odrl:ai-augment", "permit"),
    ],
)
def test_what_includes_something_prohibited_is_not_permitted_as_a_whole(asked: str, expected: str) -> None:
    rules = policy(
        "ex:may odrl:action odrl:data-mining . ex:not odrl:action odrl:gen-ai .",
        " ; odrl:conflict odrl:prohibit",
    )
    report = judge(rules, asks(asked))
    assert report.decision.outcome.value == expected
    # The prohibition itself is active only for what falls under it.
    assert active(report)["not"] == ("yes" if asked == "odrl:gen-ai" else "no")


def test_a_catalogue_with_a_prohibited_work_is_not_permitted_as_a_whole() -> None:
    rules = policy(
        "ex:may odrl:target ex:catalog . ex:not odrl:target ex:work .", " ; odrl:conflict odrl:prohibit"
    )
    state = f"{NOON} ex:work odrl:partOf ex:catalog . ex:other odrl:partOf ex:catalog ."
    assert outcome(rules, asks(target="ex:catalog"), state) == "deny"
    assert outcome(rules, asks(target="ex:other"), state) == "permit"


def test_what_a_request_leaves_open_is_asked_for_as_a_whole() -> None:
    assert outcome(policy("ex:may odrl:target ex:work ."), "odrl:action odrl:read") == "deny"
    assert outcome(policy("ex:may odrl:action odrl:read ."), "odrl:action odrl:read") == "permit"
    rules = policy(
        "ex:may odrl:action odrl:use . ex:not odrl:target ex:work .", " ; odrl:conflict odrl:prohibit"
    )
    assert outcome(rules, "odrl:action odrl:read") == "deny"


def test_all_that_is_asked_has_to_be_permitted() -> None:
    rules = policy("ex:may odrl:action odrl:read ; odrl:target ex:work, ex:other .")
    assert outcome(rules, asks(target="ex:work, ex:other")) == "permit"
    report = judge(rules, asks(action="odrl:read, odrl:print", target="ex:work, ex:other"))
    assert report.decision.outcome is Outcome.DENY
    assert [rule.active.value for rule in report.rules] == ["yes", "yes", "no", "no"]


def dated(operator: str) -> str:
    return (
        f"odrl:constraint [ odrl:leftOperand odrl:dateTime ; odrl:operator odrl:{operator} ;"
        ' odrl:rightOperand "2026-01-01"^^xsd:date ]'
    )


def reported(duty: str, performance: str, deontic: str) -> str:
    states = [f"report:performanceState report:{performance}"] * bool(performance)
    states += [f"report:deonticState report:{deontic}"] * bool(deontic)
    return f" [] a report:DutyReport ; report:rule {duty} ; {' ; '.join(states)} ."


@pytest.mark.parametrize(
    ("performance", "deontic", "state", "expected"),
    [
        ("Performed", "Fulfilled", "yes", "permit"),
        ("Performed", "", "yes", "permit"),
        ("Unperformed", "Violated", "no", "deny"),
        ("Unperformed", "", "no", "deny"),
        ("Unknown", "NonSet", "yes", "undecided"),
        ("Unknown", "", "yes", "undecided"),
        ("", "", "yes", "undecided"),
    ],
)
def test_a_duty_of_a_permission(performance: str, deontic: str, state: str, expected: str) -> None:
    rules = policy("ex:may odrl:duty ex:pay . ex:pay odrl:action odrl:compensate .")
    said = reported("ex:pay", performance, deontic) if performance else ""
    report = judge(rules, READ, NOON + said)
    assert active(report)["may"] == state
    assert report.decision.outcome.value == expected
    assert report.decision.open_duties == ((EX + "pay",) if expected == "undecided" else ())


def test_reports_that_contradict_each_other_say_nothing() -> None:
    rules = policy("ex:may odrl:duty ex:pay . ex:pay odrl:action odrl:compensate .")
    both = reported("ex:pay", "Performed", "Fulfilled") + reported("ex:pay", "Unperformed", "Violated")
    assert outcome(rules, READ, NOON + both) == "undecided"


def test_a_duty_is_not_fulfilled_where_its_constraints_do_not_hold() -> None:
    late = dated("lt")
    rules = policy(f"ex:may odrl:duty ex:pay . ex:pay odrl:action odrl:compensate ; {late} .")
    assert outcome(rules, READ, NOON + reported("ex:pay", "Performed", "")) == "undecided"


def test_a_consequence_makes_good_for_a_duty_done_late() -> None:
    rules = policy(
        "ex:may odrl:duty ex:pay . ex:pay odrl:consequence ex:fine . ex:fine odrl:action odrl:compensate ."
    )
    late = reported("ex:pay", "Performed", "Violated")
    assert outcome(rules, READ, NOON + late) == "deny"
    assert outcome(rules, READ, NOON + late + reported("ex:fine", "Performed", "Fulfilled")) == "permit"
    never = reported("ex:pay", "Unperformed", "Violated") + reported("ex:fine", "Performed", "Fulfilled")
    assert outcome(rules, READ, NOON + never) == "deny"


def test_obligations_and_remedies_are_reported_and_permit_nothing() -> None:
    rules = policy(
        "ex:must odrl:action odrl:inform ; odrl:assignee ex:licensee ."
        " ex:not odrl:action odrl:read ; odrl:remedy ex:delete . ex:delete odrl:action odrl:delete ."
    )
    report = judge(rules, READ, NOON + reported("ex:must", "Performed", ""))
    assert active(report) == {"must": "yes", "not": "yes"}
    duty, prohibition = sorted(report.rules, key=lambda rule: rule.kind.value)
    assert (duty.performance, duty.deontic) == ("Performed", "Fulfilled")
    assert [remedy.deontic for remedy in prohibition.duties] == ["NonSet"]
    assert report.decision.outcome is Outcome.DENY
    stranger = judge(rules, asks(assignee="ex:stranger"))
    assert active(stranger)["must"] == "no"


@pytest.mark.parametrize("kind", ["Set", "Offer", "Agreement", "Policy"])
def test_all_kinds_of_policies_are_judged_alike(kind: str) -> None:
    report = judge(policy("ex:may odrl:action odrl:read .").replace("odrl:Set", f"odrl:{kind}"))
    assert (report.policy_type, report.decision.outcome) == (kind, Outcome.PERMIT)


def test_documents_may_be_made_in_python() -> None:
    text = policy(
        "ex:may odrl:action odrl:use ; odrl:target ex:catalog ; odrl:duty ex:pay ; " + UNTOLD + " ."
    )
    rules = read_graph((PREFIXES + text).encode(), "policy")
    request = Request(
        assignee=EX + "licensee",
        action=ODRL + "gen-ai",
        target=EX + "work",
        values={ODRL + "purpose": (Measured(EX + "research"),)},
    )
    state = State(
        now=literal(datetime(2026, 11, 29, tzinfo=UTC)),
        memberships={EX + "work": (EX + "catalog",)},
        duties={EX + "pay": Performance("Performed")},
    )
    assert evaluate(rules, request, state).decision.outcome is Outcome.PERMIT
    assert evaluate(rules, request, State()).decision.outcome is Outcome.DENY


def test_the_page_on_odrl_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "odrl.md").read_text(encoding="utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    exec(compile(code, "docs/odrl.md", "exec"), {})
    assert capsys.readouterr().out.strip() == code.rpartition("# ")[2].strip()


def test_the_request_of_the_newer_model() -> None:
    asked = """
    @prefix sotw: <https://w3id.org/force/sotw#> .
    ex:request a sotw:EvaluationRequest ; sotw:requestedAction odrl:read ; sotw:requestingParty ex:licensee ;
        sotw:requestedTarget ex:work ; sotw:requestParameter
        [ sotw:describesFeature sotw:TemporalData ; sotw:value "2026-11-29T12:00:00Z"^^xsd:dateTime ] .
    """
    late = dated("gt")
    texts = {
        "policy": policy(f"ex:may odrl:action odrl:read ; {late} ."),
        "request": asked,
        "state": "[] a <https://w3id.org/force/sotw#SotW> .",
    }
    report = evaluate(*(read_graph((PREFIXES + text).encode(), name) for name, text in texts.items()))
    assert report.decision.outcome is Outcome.PERMIT
    assert report.rules[0].request.rule == EX + "request"


@pytest.mark.parametrize(
    ("rules", "asked", "state", "words"),
    [
        ("ex:work dct:title 'x' .", READ, NOON, "no ODRL policy"),
        ("ex:p a odrl:Request ; odrl:permission [ ] .", READ, NOON, "no ODRL policy"),
        (policy("ex:may a odrl:Permission .") + "ex:o a odrl:Set .", READ, NOON, "2 policies"),
        ("ex:p a odrl:Set ; odrl:permission 'read' .", READ, NOON, "'read' is a text"),
        (policy("ex:may odrl:action 'read' ."), READ, NOON, "'read' as a text"),
        (policy("ex:may odrl:action <read> ."), READ, NOON, "action 'read' is not defined"),
        (policy("ex:may odrl:constraint 'x' ."), READ, NOON, "constraint 'x' is a text"),
        (policy("ex:may a odrl:Permission .", " ; odrl:conflict ex:none"), READ, NOON, "conflict strategy"),
        (policy("ex:may odrl:constraint ex:c . ex:c odrl:and ex:c ."), READ, NOON, "circle"),
        (policy("ex:may odrl:duty ex:d . ex:d odrl:consequence ex:d ."), READ, NOON, "circle"),
        (policy("ex:may odrl:action odrl:read ."), "odrl:target 'work'", NOON, "'work' as a text"),
        (policy("ex:may odrl:action odrl:read ."), READ, NOON + NOON.replace("12", "13"), "present moment"),
        (
            policy("ex:may odrl:action odrl:read ."),
            READ,
            NOON.replace('"2026', 'ex:a, "2026'),
            "present moment",
        ),
    ],
)
def test_documents_of_no_use(rules: str, asked: str, state: str, words: str) -> None:
    with pytest.raises(DocumentInvalid, match=words):
        judge(rules, asked, state)


def test_a_request_that_asks_nothing() -> None:
    rules = read_graph((PREFIXES + policy("ex:may odrl:action odrl:read .")).encode(), "policy")
    for asked in ("ex:r a odrl:Request .", "ex:r odrl:prohibition [ odrl:action odrl:read ] ."):
        with pytest.raises(DocumentInvalid, match="asks for nothing"):
            evaluate(rules, read_graph((PREFIXES + asked).encode(), "request"), State())
