"""Whether terms permit a use, decided by ODRL's evaluator, and why not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.documents import TermsDocument
from licet.documents.terms import User
from licet.errors import InputError
from licet.rights.checking import Asked, Check, check, outcome
from licet.rights.conditions import Conditions
from licet.rights.evaluator import Outcome
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import LEAVES, Use
from tests.unit.strategies import terms

NOW = 1_800_000_000
FREE = TermsDocument("Free", Use.TRAIN | Use.SEARCH, "", prohibited=Use.TRAIN_GENERATIVE)


def asked(uses: Use = Use.TRAIN, **more: object) -> Asked:
    return Asked(uses, NOW, **more)  # type: ignore[arg-type]


def decided(document: TermsDocument, request: Asked | None = None, **more: object) -> Check:
    (found,) = check(Terms(document, **more), request or asked())  # type: ignore[arg-type]
    return found


def test_what_is_permitted_is_permitted() -> None:
    assert decided(FREE) == Check(Use.TRAIN, Outcome.PERMIT)


def test_what_is_prohibited_is_denied() -> None:
    found = decided(FREE, asked(Use.TRAIN_GENERATIVE))
    assert found == Check(Use.TRAIN_GENERATIVE, Outcome.DENY, ("it is prohibited",))


def test_what_is_not_said_is_not_licensed() -> None:
    found = decided(FREE, asked(Use.MINE))
    assert found == Check(Use.MINE, Outcome.DENY, ("nothing permits it, and nothing prohibits it",))


def test_each_use_is_decided_for_itself() -> None:
    checks = check(Terms(FREE), asked(Use.TRAIN | Use.TRAIN_GENERATIVE | Use.SEARCH))
    assert [each.outcome for each in checks] == [Outcome.PERMIT, Outcome.DENY, Outcome.PERMIT]
    assert outcome(checks) is Outcome.DENY


LIMITED = replace(FREE, territories=("DE", "FR"), excluded_users=(User.COMMERCIAL,), models=("m1",))


def test_what_the_terms_depend_on_has_to_be_stated() -> None:
    found = decided(LIMITED)
    assert found.outcome is Outcome.UNDECIDED
    assert found.reasons == (
        "the territory is not stated: it has to be one of DE, FR",
        "the class of users is not stated: it has to be other than commercial",
        "the model is not stated: it has to be m1",
    )


def test_within_all_limits() -> None:
    assert decided(LIMITED, asked(territory="FR", user=User.PERSONAL, model="m1")).outcome is Outcome.PERMIT


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (asked(territory="US", user=User.PERSONAL, model="m1"), "the territory has to be one of DE, FR"),
        (
            asked(territory="FR", user=User.COMMERCIAL, model="m1"),
            "the class of users has to be other than commercial",
        ),
        (asked(territory="FR", user=User.PERSONAL, model="m2"), "the model has to be m1"),
    ],
)
def test_outside_one_limit(request_: Asked, reason: str) -> None:
    found = decided(LIMITED, request_)
    assert (found.outcome, found.reasons) == (Outcome.DENY, (reason,))


def test_a_price_comes_first() -> None:
    found = decided(FREE, payment=Payment(Kind.SALE, 250, "USD", 2), duration=86_400)
    assert (found.outcome, found.reasons) == (Outcome.UNDECIDED, ())
    assert found.duties == ("It costs 2.50 USD, paid once.",)


def test_what_is_free_asks_for_nothing_first() -> None:
    assert decided(FREE, payment=Payment(Kind.FREE)).outcome is Outcome.PERMIT


def test_a_price_that_was_paid_stands_in_nobodys_way() -> None:
    credited = replace(FREE, attribution="by A. Poet")
    price = Payment(Kind.SALE, 250, "USD", 2)
    assert decided(FREE, asked(paid=True), payment=price).outcome is Outcome.PERMIT
    found = decided(credited, asked(paid=True), payment=price)
    assert (found.outcome, len(found.duties)) == (Outcome.UNDECIDED, 1)
    assert "by A. Poet" in found.duties[0]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"start": NOW}, Outcome.PERMIT),
        ({"start": NOW + 1}, Outcome.DENY),
        ({"end": NOW}, Outcome.PERMIT),
        ({"end": NOW - 1}, Outcome.DENY),
        ({"until": NOW}, Outcome.PERMIT),
        ({"until": NOW - 1}, Outcome.DENY),
        ({"until": NOW, "duration": 5}, Outcome.PERMIT),
        ({"licensee": "did:x:y", "until": NOW}, Outcome.PERMIT),
        ({"licensee": "did:x:y", "until": NOW - 1}, Outcome.DENY),
        ({"licensee": "did:x:y", "until": NOW, "duration": 5}, Outcome.PERMIT),
        ({"licensee": "did:x:y", "duration": 5}, Outcome.UNDECIDED),
    ],
)
def test_times_to_the_second(more: dict[str, object], expected: Outcome) -> None:
    assert decided(FREE, **more).outcome is expected


def test_how_many_are_sold_is_not_asked_here() -> None:
    assert decided(FREE, supply=1).outcome is Outcome.PERMIT


def test_nothing_is_asked() -> None:
    for uses in (Use(0), Use(1 << 20)):
        with pytest.raises(InputError, match="known uses"):
            asked(uses)


@given(said=terms(), use=st.sampled_from(list(LEAVES.values())))
def test_no_use_beyond_the_terms_is_ever_permitted(said: Terms, use: Use) -> None:
    (found,) = check(said, asked(use))
    if not use & said.document.uses:
        assert found.outcome is Outcome.DENY
    else:
        restricted = bool(said.document.territories or said.document.users or said.document.models)
        assert found.outcome is not Outcome.PERMIT or not restricted


@given(use=st.sampled_from(list(LEAVES.values())), conditions=st.just(Conditions(royalty_bps=500)))
def test_conditions_of_derivatives_limit_no_use(use: Use, conditions: Conditions) -> None:
    document = TermsDocument("All", Use(sum(LEAVES.values())), "")
    assert decided(document, asked(use), conditions=conditions).outcome is Outcome.PERMIT
