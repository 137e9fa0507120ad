"""The gateway keeps to its own OpenAPI description, whatever is sent: asked by schemathesis."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from licet.documents.terms import TermsDocument
from licet.gateway.app import Business, gateway
from licet.gateway.config import ChainSettings, Site
from licet.gateway.discovery import OPENAPI
from licet.gateway.policies import Access, Policies, Policy, Tariff
from licet.rights.terms import Terms
from licet.rights.uses import Use
from tests.integration.conftest import Network, Party

pytestmark = pytest.mark.integration

EXAMPLES = 20
PLACES = ["free/a.txt", "paid/a.txt", "tales/a.txt", "no/a.txt", "free", "free/", "robots.txt"]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def description(
    tmp_path: Path, network: Network, licensor: Party, stranger: Party
) -> Iterator[schemathesis.BaseSchema]:
    """What a site says of itself that has free, metered, licensed and forbidden paths."""
    for name in ("free", "paid", "tales", "no"):
        (tmp_path / "site" / name).mkdir(parents=True)
        (tmp_path / "site" / name / "a.txt").write_text(name)
    asset = licensor.sells.register_work(tmp_path / "site" / "tales" / "a.txt").asset_id
    assert network.deployment.test_dollar is not None
    tariff = Tariff(2_000, network.deployment.test_dollar, licensor.address)

    def terms(path: str) -> Terms:
        return Terms(TermsDocument("Tales", Use.INDEX, "To be indexed."), targets=(path,))

    site = Site(
        "http://site.example",
        Policies.of(
            [
                Policy("/", Access.FREE),
                Policy("/paid/", Access.METERED, (), asset, tariff, terms("/paid/")),
                Policy("/tales/", Access.LICENSE, (), asset, None, terms("/tales/")),
                Policy("/no/", Access.FORBIDDEN),
            ]
        ),
        folder=tmp_path / "site",
        chain=ChainSettings(
            network.url, network.deployment.asset_registry, 31337, journal=tmp_path / "gateway.sqlite"
        ),
    )
    business = Business.of(site, stranger.signer)
    assert business is not None
    assert business.till is not None
    yield schemathesis.openapi.from_asgi(OPENAPI, gateway(site, business))
    business.till.journal.close()


def test_whatever_is_asked_is_answered_as_described(description: schemathesis.BaseSchema) -> None:
    asked = 0
    for found in description.get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:
            asked += keeps_to_it(operation, mode)
    assert asked >= 200, "what is asked for is as described, and anything but"


def keeps_to_it(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode) -> int:
    """Asks many times; returns how often."""
    asked = 0

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        nonlocal asked
        asked += 1
        if case.path == "/{path}" and asked % 2:
            case.path_parameters = {"path": PLACES[asked // 2 % len(PLACES)]}
        case.call_and_validate(checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:  # what takes nothing cannot be asked for wrongly
        assert mode is GenerationMode.NEGATIVE
    return asked
