import re
from pathlib import Path
from string import Formatter

import pytest

from licet import errors
from licet.chain.compiled.artifacts import ARTIFACT_NAMES, artifact
from licet.errors import InputError, LicetError, OfferExpired, Reverted, reverted

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
CUSTOM_ERROR = re.compile(r"^\s*error (\w+)\(([^)]*)\);", re.MULTILINE)


def custom_errors() -> list[tuple[str, list[str]]]:
    """The custom errors that the contracts declare, with their parameters' names."""
    sources = sorted(CONTRACTS.rglob("*.sol"))
    declared = [found for path in sources for found in CUSTOM_ERROR.findall(path.read_text(encoding="utf-8"))]
    return [(name, [part.split()[-1] for part in params.split(",") if part]) for name, params in declared]


def compiled_errors() -> list[tuple[str, list[str]]]:
    """The errors that the shipped contracts can refuse with: those of the libraries in them too."""
    found = [error for name in ARTIFACT_NAMES for error in artifact(name).abi.errors.values()]
    return [(error.name, [param.name for param in error.inputs]) for error in found]


ERRORS = sorted({(name, tuple(params)) for name, params in custom_errors() + compiled_errors()})


def test_contracts_declare_errors() -> None:
    assert len(custom_errors()) > 20


@pytest.mark.parametrize(("name", "params"), ERRORS)
def test_every_custom_error_has_a_class_that_speaks_of_its_facts(name: str, params: tuple[str, ...]) -> None:
    error = reverted(name, {param: f"<{param}>" for param in params}, "0x12345678")
    assert type(error) is not Reverted, f"{name} has no class in licet.errors"
    fields = {field.split(":")[0] for _, field, _, _ in Formatter().parse(error.explanation) if field}
    assert fields <= set(params), f"{name} has no {fields - set(params)}"
    assert "?" not in str(error)


def test_one_name_with_other_arguments_is_another_error() -> None:
    assert type(reverted("NothingDue", {"owner": "0x1"})) is errors.NoFeesDue
    assert type(reverted("NothingDue", {"token": "0x0", "payee": "0x1"})) is errors.NothingDue


def test_no_class_is_of_an_error_that_nobody_can_raise() -> None:
    libraries = {"Error", "Panic", "TransferFromFailed", "TransferFailed", "ETHTransferFailed"}
    assert set(errors.REVERT_NAMES) - {name for name, _ in ERRORS} == libraries | {"DeploymentFailed"}


def test_reverted_carries_facts_and_formats_times() -> None:
    facts = {"offerHash": "0xab", "end": 1_700_000_000, "timestamp": 1_700_000_060}
    error = reverted("OfferExpired", facts, "0xdead")
    assert isinstance(error, OfferExpired)
    assert (error.name, error.facts, error.data) == ("OfferExpired", facts, "0xdead")
    assert "ended at 2023-11-14 22:13:20 UTC" in str(error)


def test_hostile_facts_are_only_printed() -> None:
    error = reverted("Error", {"reason": "{reason.__class__} {0} {"})
    assert "{reason.__class__} {0} {" in str(error)
    assert "1" + "0" * 30 in str(reverted("OfferExpired", {"offerHash": "", "end": 10**30, "timestamp": 0}))


def test_unknown_and_empty_reasons_still_make_an_error() -> None:
    assert type(reverted("NeverHeardOf", {"x": 1})) is Reverted
    assert "NeverHeardOf" in str(reverted("NeverHeardOf", {}))
    assert "no reason given" in str(reverted("", {}))
    assert "?" in str(reverted("AssetNotRegistered", {}))


def test_names_taken_in_python_still_decode() -> None:
    assert type(reverted("InsufficientBalance", {})) is errors.TokenBalanceTooLow
    assert type(reverted("Panic", {"code": 17})) is errors.Panicked


def test_exit_codes() -> None:
    assert LicetError("x").exit_code == 1
    assert InputError("x").exit_code == 2
    assert errors.ConnectionFailed("x").exit_code == 2
    assert reverted("OfferExpired", {}).exit_code == 1


def test_facts() -> None:
    assert errors.InsufficientBalance("too little", needed=2).facts == {"needed": 2}


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, LicetError)]
    named = {c.__name__ for c in classes if c is not LicetError and Reverted not in c.__mro__[1:]}
    assert set(drawn) == named
