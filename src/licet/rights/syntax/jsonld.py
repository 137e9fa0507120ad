"""JSON-LD, expanded: without the network, in bounded time and memory.

Expansion is PyLD's (JSON-LD 1.1). What it costs grows with contexts times nodes, so contexts are few and
small here, and never inside each other; none is fetched.
"""

import warnings
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from licet.errors import DocumentInvalid
from licet.rights.syntax.strict_json import read_json
from licet.types import shown

MAX_BYTES: Final = 2 << 20
"""The largest document that is expanded."""

MAX_VALUES: Final = 50_000
"""JSON values in one document."""

MAX_CONTEXTS: Final = 50
"""Contexts in one document."""

MAX_CONTEXT_VALUES: Final = 1_000
"""JSON values in all its contexts together."""


def expand(
    data: bytes,
    contexts: Mapping[str, Mapping[str, Any]],
    base: str | None = None,
    dropped: Callable[[str | None], None] = lambda _name: None,
) -> list[Any]:
    """A document, expanded: its nodes, every word an IRI.

    Args:
        data: the document.
        contexts: the contexts that it may name, by their URLs.
        base: what relative IRIs are resolved against; None leaves them as they are.
        dropped: is told of each property that no context gives a meaning, by its name; by None where a
            context takes the meaning away. May raise.

    Raises:
        DocumentInvalid: it is not JSON-LD, names another context, has a named graph, or would take too long.
    """
    if len(data) > MAX_BYTES:
        raise DocumentInvalid(f"the document is too large: {MAX_BYTES:,} bytes are the most")
    document = read_json(data)
    if not isinstance(document, dict | list):
        raise DocumentInvalid(f"the document is {shown(document)}: a JSON-LD object expected")
    check_size(document)
    expanded = _expanded(_with_doubles(document), contexts, base, dropped)
    _refuse_named_graphs(expanded)
    return expanded


def check_size(document: object) -> None:
    """Refuses what would take too long to expand.

    Raises:
        DocumentInvalid: there are too many values, too many or too large contexts, or one inside another.
    """
    values, contexts, context_values = 0, 0, 0
    stack: list[tuple[object, bool]] = [(document, False)]
    while stack:
        value, inside = stack.pop()
        values += 1
        context_values += inside
        if isinstance(value, list):
            stack += [(item, inside) for item in value]
        elif isinstance(value, dict):
            if "@context" in value:
                contexts += 1
                if inside:
                    raise DocumentInvalid(
                        "the document has a context inside a context: write it where it is used"
                    )
            stack += [(item, inside or key == "@context") for key, item in value.items()]
        if values > MAX_VALUES:
            raise DocumentInvalid(f"the document has too many JSON values: {MAX_VALUES:,} are the most")
        if contexts > MAX_CONTEXTS or context_values > MAX_CONTEXT_VALUES:
            raise DocumentInvalid(
                f"the document's contexts are too many or too large: {MAX_CONTEXTS} with "
                f"{MAX_CONTEXT_VALUES:,} values in all are the most"
            )


def _with_doubles(value: Any) -> Any:
    """The same with numbers as JSON-LD has them: whole ones are integers, all others doubles.

    Raises:
        DocumentInvalid: a double would be another number than the one that is written.
    """
    match value:
        case dict():
            return {key: _with_doubles(item) for key, item in value.items()}
        case list():
            return [_with_doubles(item) for item in value]
        case Decimal() if value == value.to_integral_value():
            return int(value)
        case Decimal():
            double = float(value)
            if Decimal(repr(double)) != value:
                raise DocumentInvalid(
                    f"the document has the number {shown(str(value))}, which JSON-LD would round: "
                    "write it as a text with its type"
                )
            return double
    return value


def _expanded(
    document: Any,
    contexts: Mapping[str, Mapping[str, Any]],
    base: str | None,
    dropped: Callable[[str | None], None],
) -> list[Any]:
    from pyld import jsonld  # slow to import, and only for JSON-LD
    from pyld.context_resolver import ContextResolver

    refused: list[str] = []

    def load(url: str, _options: object) -> dict[str, Any]:
        if url not in contexts:
            refused.append(url)
            raise DocumentInvalid("this context is not at hand")
        found = {"@context": dict(contexts[url])}
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url} | {
            "document": found
        }

    options = {
        "base": base,
        "documentLoader": load,
        "contextResolver": ContextResolver({}, load),  # PyLD's own remembers what others have loaded
        "processingMode": "json-ld-1.1",
    }
    # What PyLD raises where a context is wrong in a way that it does not look for.
    failures = (jsonld.JsonLdError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
    try:
        with warnings.catch_warnings():
            # It warns of words that start with @ and are none of JSON-LD's; they are ignored.
            warnings.simplefilter("ignore", SyntaxWarning)
            expanded: list[Any] = jsonld.expand(document, options, dropped)
    except (*failures, DocumentInvalid) as error:
        if refused:
            raise DocumentInvalid(
                f"the document needs the context {shown(refused[0], 200)}, which is not at hand and never "
                f"fetched: write it out, or name one of {', '.join(sorted(contexts)) or 'none'}"
            ) from error
        if isinstance(error, DocumentInvalid):
            raise
        raise DocumentInvalid(f"the document is not valid JSON-LD: {_reason(error)}") from error
    return expanded


def _reason(error: BaseException) -> str:
    """What is wrong, in the words of whoever noticed first, in one short line."""
    from pyld import jsonld

    while isinstance(cause := error.__cause__ or getattr(error, "cause", None), BaseException):
        error = cause
    if isinstance(error, jsonld.JsonLdError):
        return " ".join(str(error.args[0] if error.args else "its syntax").split())[:200]
    return "a context or a node of it has a member of the wrong kind"


def _refuse_named_graphs(expanded: list[Any]) -> None:
    """Refuses graphs inside the document: what they say is not said by the document itself."""
    waiting: list[Any] = list(expanded)
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict) and value.get("@type") != "@json":
            if "@graph" in value:
                raise DocumentInvalid("the document has a named graph: write its content at the top level")
            waiting += value.values()
