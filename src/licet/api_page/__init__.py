"""An API's OpenAPI description for people: what each operation takes and answers, with an example.

A part of a page, without scripts or styles of its own: the pages and the gateway put it into theirs.
"""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote, urlencode

import jinja2
from markupsafe import Markup

_JSON: Final = "application/json"
_BOUNDS: Final = (("minimum", "at least"), ("maximum", "at most"))


@dataclass(frozen=True, slots=True)
class Parameter:
    """What an operation takes.

    Attributes:
        name: as in the path, the query or the body.
        place: where it stands.
        required: whether it must be there.
        kind: of its value, in words.
        about: what it is; empty where nothing says.
    """

    name: str
    place: str
    required: bool
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers.

    Attributes:
        status: the HTTP status, or a class of them.
        about: when, or what.
        kinds: its media types.
    """

    status: str
    about: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        method: in capitals.
        path: with its parameters in braces.
        about: what it is for.
        parameters: what it takes.
        answers: by their statuses.
        example: a command that asks for it.
    """

    method: str
    path: str
    about: str
    parameters: tuple[Parameter, ...]
    answers: tuple[Answer, ...]
    example: str


def operations(description: Mapping[str, Any], origin: str) -> tuple[Operation, ...]:
    """The operations that a description has, in its order.

    Args:
        description: OpenAPI 3.1, as Licet writes it: without references.
        origin: that examples ask.
    """
    return tuple(
        Operation(
            method.upper(),
            path,
            said["summary"],
            tuple(_parameters(said)),
            tuple(_answer(status, answer) for status, answer in said["responses"].items()),
            _example(method.upper(), origin + path, said),
        )
        for path, methods in description["paths"].items()
        for method, said in methods.items()
    )


def part(description: Mapping[str, Any], origin: str, document: str) -> Markup:
    """The part of a page that shows a description.

    Args:
        description: as `operations` takes it.
        origin: that examples ask.
        document: where the description itself is.
    """
    template = _templates().get_template("operations.html")
    found = operations(description, origin)
    return Markup(template.render(info=description["info"], operations=found, document=document))


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("licet.api_page", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _parameters(said: Mapping[str, Any]) -> Iterator[Parameter]:
    for each in said.get("parameters", ()):
        yield Parameter(
            each["name"],
            each["in"],
            bool(each.get("required")),
            _kind(each["schema"]),
            each.get("description", ""),
        )
    for schema in _bodies(said).values():
        for name, member in schema.get("properties", {}).items():
            yield Parameter(name, "body", name in schema.get("required", ()), _kind(member), "")


def _bodies(said: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The schemas of the body, by media type."""
    content = said.get("requestBody", {}).get("content", {})
    return {kind: media.get("schema", {}) for kind, media in content.items()}


def _kind(schema: Mapping[str, Any]) -> str:
    """What a value may be, in words."""
    words = [str(schema.get("type", "any"))]
    words += [f"{word} {schema[name]}" for name, word in _BOUNDS if name in schema]
    if "pattern" in schema:
        words.append(schema["pattern"])
    return ", ".join(words)


def _answer(status: str, said: Mapping[str, Any]) -> Answer:
    return Answer(status, said.get("description", ""), tuple(said.get("content", {})))


def _example(method: str, url: str, said: Mapping[str, Any]) -> str:
    """A command that asks for an operation; what only its caller knows stands in capitals."""
    query = []
    for each in said.get("parameters", ()):
        value = _value(each["name"], each["schema"])
        if each["in"] == "path":
            url = url.replace(f"{{{each['name']}}}", quote(str(value)))
        elif each.get("required"):
            query.append((each["name"], str(value)))
    words = ["curl", *(() if method == "GET" else ("-X", method))]
    for kind, schema in _bodies(said).items():
        members = {name: _value(name, schema["properties"][name]) for name in schema.get("required", ())}
        data = json.dumps(members) if kind == _JSON else urlencode(members)
        words += ["-H", f"Content-Type: {kind}", "-d", data]
    return shlex.join([*words, f"{url}?{urlencode(query)}" if query else url])


def _value(name: str, schema: Mapping[str, Any]) -> Any:
    """A value that something may have."""
    if "examples" in schema:
        return schema["examples"][0]
    kinds = {"integer": schema.get("minimum", 1), "boolean": True, "object": {}}
    return kinds.get(schema.get("type", ""), name.upper())
