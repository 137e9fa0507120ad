"""The page about an API: every operation as its description has it, and nothing that could run."""

import shlex
from typing import Any

from licet.api_page import Answer, Parameter, operations, part

HOSTILE = "<script>alert(1)</script>"
POSTED: dict[str, Any] = {
    "summary": HOSTILE,
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["message", "count"],
                    "properties": {
                        "message": {"type": "string"},
                        "count": {"type": "integer", "minimum": 2, "maximum": 9},
                        "client": {"type": "boolean"},
                    },
                }
            }
        }
    },
    "responses": {"200": {"description": "Done", "content": {"application/json": {}}}, "4XX": {}},
}
ASKED: dict[str, Any] = {
    "summary": "One of them",
    "parameters": [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "examples": ["a b"]}},
        {
            "name": "kind",
            "in": "query",
            "required": True,
            "description": "which",
            "schema": {"type": "string", "pattern": "^[a-z]+$"},
        },
        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
    ],
    "responses": {"404": {"description": "None"}},
}
DESCRIPTION = {
    "info": {"title": "Things & more", "description": "All of them."},
    "paths": {"/things": {"post": POSTED}, "/things/{id}": {"get": ASKED}},
}


def test_operations_are_as_described() -> None:
    posted, asked = operations(DESCRIPTION, "https://site.example")
    assert (posted.method, posted.path, asked.method, asked.path) == (
        "POST",
        "/things",
        "GET",
        "/things/{id}",
    )
    assert posted.parameters == (
        Parameter("message", "body", True, "string", ""),
        Parameter("count", "body", True, "integer, at least 2, at most 9", ""),
        Parameter("client", "body", False, "boolean", ""),
    )
    assert asked.parameters[1] == Parameter("kind", "query", True, "string, ^[a-z]+$", "which")
    assert posted.answers == (Answer("200", "Done", ("application/json",)), Answer("4XX", "", ()))


def test_examples_are_commands() -> None:
    posted, asked = operations(DESCRIPTION, "https://site.example")
    assert shlex.split(asked.example) == ["curl", "https://site.example/things/a%20b?kind=KIND"]
    assert shlex.split(posted.example) == [
        *("curl", "-X", "POST", "-H", "Content-Type: application/json"),
        *("-d", '{"message": "MESSAGE", "count": 2}', "https://site.example/things"),
    ]


def test_what_is_described_is_text() -> None:
    page = part(DESCRIPTION, 'https://"><b>', "/openapi.json")
    assert "Things &amp; more: the API" in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "<b>" not in page
