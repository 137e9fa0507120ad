"""Constraints: what each operator says of what is so, and when it says nothing."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.rights.evaluator import ODRL, Literal, Truth
from licet.rights.evaluator.truth import every, exactly_one, some, truth
from licet.rights.evaluator.values import relate
from licet.rights.odrl_words import XSD
from tests.unit.odrl_documents import NOON, READ, constrained, judge, policy

OPERATORS = ("eq", "neq", "lt", "lteq", "gt", "gteq")


def so(left: str, operator: str, right: str, kind: str = "", other: str = "") -> Truth:
    one = Literal(left, XSD + kind) if kind else Literal(left)
    return relate(operator, one, Literal(right, XSD + (other or kind)) if kind or other else Literal(right))


@pytest.mark.parametrize(
    ("kind", "smaller", "larger"),
    [
        ("integer", "9", "10"),
        ("decimal", "-1.50", "1.5"),
        ("double", "1e-300", "1e300"),
        ("date", "2025-12-31", "2026-01-01"),
        ("gYear", "1999", "2000"),
        ("gYearMonth", "2026-01", "2026-02"),
        ("dateTime", "2026-11-29T12:00:00.1Z", "2026-11-29T12:00:00.11Z"),
        ("dateTime", "2026-11-29T12:00:00+02:00", "2026-11-29T12:00:00Z"),
        ("dateTime", "-0044-03-15T12:00:00Z", "0001-01-01T00:00:00Z"),
        ("dateTime", "9999-12-31T24:00:00Z", "10000-01-01T00:00:01Z"),
        ("duration", "PT59M", "PT1H"),
        ("duration", "P27D", "P1M"),
        ("duration", "-P1D", "PT0S"),
    ],
)
def test_order(kind: str, smaller: str, larger: str) -> None:
    below = [so(smaller, operator, larger, kind) for operator in OPERATORS]
    above = [so(larger, operator, smaller, kind) for operator in OPERATORS]
    same = [so(larger, operator, larger, kind) for operator in OPERATORS]
    assert below == [truth(value) for value in (False, True, True, True, False, False)]
    assert above == [truth(value) for value in (False, True, False, False, True, True)]
    assert same == [truth(value) for value in (True, False, False, True, False, True)]


@pytest.mark.parametrize(
    ("left", "kind", "right", "other"),
    [
        ("1", "integer", "1.0", "decimal"),
        ("2026-11-29T12:00:00Z", "dateTime", "2026-11-29T13:00:00+01:00", "dateTime"),
        ("2026-11-29T12:00:00Z", "dateTime", "2026-11-29Z", "date"),
        ("2026-11-29T12:00:00Z", "dateTime", "2026-11Z", "gYearMonth"),
        ("PT60M", "duration", "PT1H", "dayTimeDuration"),
        ("P12M", "duration", "P1Y", "yearMonthDuration"),
        ("1", "boolean", "true", "boolean"),
        ("2026-11-29T12:00:00Z", "dateTime", "2026-11-29Z", "string"),
        ("5", "integer", "5.0", "string"),
    ],
)
def test_equal_in_other_words(left: str, kind: str, right: str, other: str) -> None:
    assert so(left, "eq", right, kind, other) is Truth.YES
    assert so(left, "neq", right, kind, other) is Truth.NO
    assert so(left, "lteq", right, kind, other) in (Truth.YES, Truth.UNKNOWN)


@pytest.mark.parametrize(
    ("left", "kind", "right", "other"),
    [
        ("1", "integer", "2026-01-01", "date"),
        ("soon", "dateTime", "2026-01-01T00:00:00Z", "dateTime"),
        ("2026-02-30T00:00:00Z", "dateTime", "2026-03-01T00:00:00Z", "dateTime"),
        ("2026-01-01T25:00:00Z", "dateTime", "2026-03-01T00:00:00Z", "dateTime"),
        ("2026-01-01T00:00:00+15:00", "dateTime", "2026-03-01T00:00:00Z", "dateTime"),
        ("NaN", "double", "1", "integer"),
        ("INF", "double", "1", "integer"),
        ("2026-11-29T12:00:00", "dateTime", "2026-11-29T12:00:00Z", "dateTime"),
        ("P1M", "duration", "P30D", "duration"),
        ("P1Y", "duration", "1", "integer"),
    ],
)
@pytest.mark.parametrize("operator", OPERATORS)
def test_what_cannot_be_compared(operator: str, left: str, kind: str, right: str, other: str) -> None:
    assert so(left, operator, right, kind, other) is Truth.UNKNOWN
    assert so(right, operator, left, other, kind) is Truth.UNKNOWN


def test_a_time_without_a_zone_is_compared_with_what_is_far_away() -> None:
    assert so("2026-11-27T12:00:00", "lt", "2026-11-29T12:00:00Z", "dateTime") is Truth.YES
    assert so("2026-11-29T11:00:00", "lt", "2026-11-29T12:00:00", "dateTime") is Truth.YES


def test_texts_and_iris() -> None:
    assert so("a", "eq", "a") is Truth.YES
    assert so("a", "eq", "b") is Truth.NO
    assert so("a", "lt", "b") is Truth.UNKNOWN
    assert relate("eq", "http://x", "http://x") is Truth.YES
    assert relate("eq", "http://x", Literal("http://x")) is Truth.YES
    assert relate("eq", "http://x", Literal("http://y")) is Truth.NO
    assert relate("lt", "http://x", "http://y") is Truth.UNKNOWN
    assert relate("eq", Literal("a", "http://own"), Literal("a", "http://own")) is Truth.YES
    assert relate("eq", Literal("a", "http://own"), Literal("b", "http://own")) is Truth.UNKNOWN


@given(st.integers(), st.integers())
def test_integers_are_ordered_as_integers(one: int, other: int) -> None:
    known = {"eq": one == other, "neq": one != other, "lt": one < other, "gteq": one >= other}
    for operator, holds in known.items():
        assert so(str(one), operator, str(other), "integer") is truth(holds)


@given(st.datetimes(), st.datetimes())
def test_moments_are_ordered_as_moments(one: object, other: object) -> None:
    left, right = (f"{moment.isoformat()}Z" for moment in (one, other))  # type: ignore[attr-defined]
    assert so(left, "lt", right, "dateTime") is truth(one < other)  # type: ignore[operator]
    assert so(left, "eq", right, "dateTime") is truth(one == other)


@given(st.lists(st.sampled_from(Truth), max_size=4))
def test_three_valued_logic_never_rounds(values: list[Truth]) -> None:
    """An answer is given exactly where it is the same however the unknown turns out."""
    worlds = list(product(*([True, False] if v is Truth.UNKNOWN else [v is Truth.YES] for v in values)))
    functions = [(every, all), (some, any), (exactly_one, lambda world: sum(world) == 1)]
    for function, plain in functions:
        possible = {bool(plain(world)) for world in worlds}  # type: ignore[operator]
        assert function(values) is (Truth.UNKNOWN if len(possible) == 2 else truth(possible.pop()))


FOR_RESEARCH = "odrl:leftOperand odrl:purpose ; odrl:operator odrl:eq ; odrl:rightOperand ex:research"
RESEARCH = f"{READ} ; odrl:constraint [ {FOR_RESEARCH} ]"
BOTH = f"{READ} ; odrl:purpose ex:research, ex:advertising"


def purpose(operator: str, right: str) -> str:
    return f"odrl:leftOperand odrl:purpose ; odrl:operator odrl:{operator} ; odrl:rightOperand {right}"


@pytest.mark.parametrize(
    ("constraint", "asked", "expected"),
    [
        (purpose("eq", "ex:research"), RESEARCH, "yes"),
        (purpose("eq", '"http://example.org/research"'), RESEARCH, "yes"),
        (purpose("eq", "ex:advertising"), RESEARCH, "no"),
        (purpose("neq", "ex:advertising"), RESEARCH, "yes"),
        (purpose("neg", "ex:advertising"), RESEARCH, "yes"),
        (purpose("eq", "ex:research"), READ, "unknown"),
        (purpose("neq", "ex:research"), READ, "unknown"),
        (purpose("isAnyOf", "ex:teaching, ex:research"), RESEARCH, "yes"),
        (purpose("isAnyOf", "( ex:teaching ex:research )"), RESEARCH, "yes"),
        (purpose("isAnyOf", "( ex:teaching )"), RESEARCH, "no"),
        (purpose("isNoneOf", "( ex:teaching ex:research )"), RESEARCH, "no"),
        (purpose("isNoneOf", "( ex:teaching )"), RESEARCH, "yes"),
        (purpose("isAllOf", "( ex:research )"), RESEARCH, "yes"),
        (purpose("isAllOf", "( ex:research ex:advertising )"), RESEARCH, "no"),
        (purpose("isAllOf", "( ex:research ex:advertising )"), BOTH, "yes"),
        (purpose("eq", "ex:research"), BOTH, "unknown"),
        (purpose("isAnyOf", "( ex:research ex:advertising )"), BOTH, "yes"),
        (purpose("isNoneOf", "( ex:research )"), BOTH, "unknown"),
        (purpose("eq", "ex:research, ex:teaching"), RESEARCH, "unknown"),
        (purpose("like", "ex:research"), RESEARCH, "unknown"),
        (purpose("isA", "ex:science"), RESEARCH, "no"),
        ("odrl:leftOperand odrl:purpose ; odrl:operator odrl:eq", RESEARCH, "unknown"),
        ("odrl:operator odrl:eq ; odrl:rightOperand 1", RESEARCH, "unknown"),
        (purpose("eq", "ex:research") + " ; odrl:unit ex:each", RESEARCH, "unknown"),
        (purpose("eq", "ex:research") + " ; odrl:and [ ] ; odrl:or [ ]", RESEARCH, "unknown"),
    ],
)
def test_purposes(constraint: str, asked: str, expected: str) -> None:
    assert constrained(constraint, asked) == expected


@pytest.mark.parametrize(
    ("operator", "right", "said", "expected"),
    [
        ("isA", "ex:science", "ex:research a ex:science .", "yes"),
        (
            "isA",
            "ex:science",
            "ex:research skos:broader ex:study . ex:study skos:broader ex:science .",
            "yes",
        ),
        ("isA", "ex:science", "ex:research a ex:study . ex:study rdfs:subClassOf ex:science .", "yes"),
        ("isA", "ex:science", "ex:science skos:broader ex:research .", "no"),
        ("isPartOf", "ex:science", "ex:research dct:isPartOf ex:science .", "yes"),
        ("isPartOf", "ex:science", "ex:science dct:hasPart ex:research .", "yes"),
        ("isPartOf", "ex:research", "", "yes"),
        ("isPartOf", "ex:science", "ex:science odrl:partOf ex:research .", "no"),
        ("hasPart", "ex:chemistry", "ex:chemistry odrl:partOf ex:research .", "yes"),
        ("hasPart", "ex:chemistry, ex:law", "ex:chemistry odrl:partOf ex:research .", "no"),
    ],
)
def test_classes_and_parts(operator: str, right: str, said: str, expected: str) -> None:
    assert constrained(purpose(operator, right), RESEARCH, f"{NOON} {said}") == expected
    # Who asks does not say what belongs to what.
    if said and expected == "yes":
        assert constrained(purpose(operator, right), RESEARCH, NOON, more=said) == "no"


@pytest.mark.parametrize(
    ("left", "operator", "right", "state", "expected"),
    [
        ("dateTime", "lt", '"2027-01-01"^^xsd:date', NOON, "yes"),
        ("dateTime", "lt", '"2027-01-01T00:00:00Z"', NOON, "yes"),
        ("dateTime", "gteq", '"2026-11-29Z"^^xsd:date', NOON, "yes"),
        ("dateTime", "lt", '"2027-01-01"^^xsd:date', "", "unknown"),
        ("spatial", "eq", "ex:NL", "ex:licensee odrl:spatial ex:NL .", "yes"),
        (
            "spatial",
            "isPartOf",
            "ex:EU",
            "ex:licensee odrl:spatial ex:NL . ex:NL dct:isPartOf ex:EU .",
            "yes",
        ),
        ("spatial", "eq", "ex:NL", "ex:stranger odrl:spatial ex:NL .", "unknown"),
        ("count", "lteq", "5", "ex:s a ex:Sotw ; odrl:count 5 .", "yes"),
        ("count", "lteq", "5", "ex:s a ex:Sotw ; odrl:count 6 .", "no"),
        ("recipient", "eq", "ex:partner", "ex:asked odrl:recipient ex:partner .", "yes"),
        (
            "elapsedTime",
            "lteq",
            '"PT1H"^^xsd:duration',
            'ex:work odrl:elapsedTime "PT59M"^^xsd:duration .',
            "yes",
        ),
        ("delayPeriod", "gteq", '"P1D"^^xsd:duration', "", "unknown"),
        (
            "timeInterval",
            "eq",
            '"P7D"^^xsd:duration',
            'ex:asked odrl:timeInterval "P7D"^^xsd:duration .',
            "yes",
        ),
        ("event", "lt", "ex:premiere", f'{NOON} ex:premiere dct:date "2027-01-01"^^xsd:date .', "yes"),
        ("event", "gt", "ex:premiere", f'{NOON} ex:premiere dct:date "2027-01-01"^^xsd:date .', "no"),
        ("event", "lt", "ex:premiere", NOON, "unknown"),
        ("event", "lt", "odrl:policyUsage", NOON, "unknown"),
        ("event", "eq", "ex:fair", "ex:s a ex:Sotw ; odrl:event ex:fair .", "yes"),
    ],
)
def test_left_operands(left: str, operator: str, right: str, state: str, expected: str) -> None:
    constraint = f"odrl:leftOperand odrl:{left} ; odrl:operator odrl:{operator} ; odrl:rightOperand {right}"
    assert constrained(constraint, state=state) == expected


def test_the_state_is_believed_before_the_request() -> None:
    constraint = "odrl:leftOperand odrl:count ; odrl:operator odrl:lteq ; odrl:rightOperand 5"
    asked = f"{READ} ; odrl:count 1"
    assert constrained(constraint, asked) == "yes"
    assert constrained(constraint, asked, f"{NOON} ex:work odrl:count 6 .") == "no"


def test_units_have_to_agree() -> None:
    def sized(unit: str) -> str:
        return (
            "odrl:leftOperand odrl:absoluteSize ; odrl:operator {} ; odrl:rightOperand {} ; odrl:unit " + unit
        )

    asked = f"{READ} ; odrl:constraint [ {sized('ex:px').format('odrl:eq', 300)} ]"
    assert constrained(sized("ex:px").format("odrl:lteq", 400), asked) == "yes"
    assert constrained(sized("ex:cm").format("odrl:lteq", 400), asked) == "unknown"


def test_a_data_type_and_a_reference_give_the_right_operand() -> None:
    dated = "odrl:leftOperand odrl:dateTime ; odrl:operator odrl:lt ; "
    assert constrained(dated + 'odrl:rightOperand "2027-01-01" ; odrl:dataType xsd:date') == "yes"
    referring = dated + "odrl:rightOperandReference ex:end"
    assert constrained(referring) == "unknown"
    assert constrained(referring, state=f'{NOON} ex:end rdf:value "2027-01-01"^^xsd:date .') == "yes"


YES, NO, UNKNOWN = purpose("eq", "ex:research"), purpose("eq", "ex:teaching"), "odrl:operator odrl:eq"


@pytest.mark.parametrize(
    ("operand", "parts", "expected"),
    [
        ("and", (YES, YES), "yes"),
        ("and", (YES, NO), "no"),
        ("and", (YES, UNKNOWN), "unknown"),
        ("and", (NO, UNKNOWN), "no"),
        ("or", (NO, YES), "yes"),
        ("or", (NO, NO), "no"),
        ("or", (YES, UNKNOWN), "yes"),
        ("or", (NO, UNKNOWN), "unknown"),
        ("xone", (NO, YES), "yes"),
        ("xone", (YES, YES), "no"),
        ("xone", (YES, YES, UNKNOWN), "no"),
        ("xone", (YES, UNKNOWN), "unknown"),
        ("andSequence", (YES, NO), "no"),
        ("andSequence", (YES, YES), "unknown"),
        ("andSequence", (YES,), "yes"),
    ],
)
@pytest.mark.parametrize("written", ["{}", "( {} )"])
def test_logical_words(operand: str, parts: tuple[str, ...], expected: str, written: str) -> None:
    if written == "{}":
        values = " , ".join(f"[ {part} ]" for part in parts)
    else:
        values = written.format(" ".join(f"[ {part} ]" for part in parts))
    assert constrained(f"odrl:{operand} {values}", RESEARCH) == expected


def test_a_premise_says_why() -> None:
    rule = policy(f"ex:may odrl:constraint [ odrl:and [ {NO} ], [ {UNKNOWN} ] ] .")
    report = judge(rule, RESEARCH)
    (premise,) = report.rules[0].premises
    assert premise.reason == "and: 0 of 2 parts hold, 1 cannot be told"
    assert [one.reason for one in premise.premises] == [
        "purpose 'http://example.org/research' is not eq 'http://example.org/teaching'",
        "it has not one left operand and one operator, by their IRIs",
    ]
    assert premise.premises[0].operator == ODRL + "eq"
