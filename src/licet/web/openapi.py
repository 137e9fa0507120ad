"""The API's description (OpenAPI 3.1), made from what there is."""

from functools import cache
from importlib.metadata import version
from typing import Any, Final

from licet.web.downloads import DOWNLOADS
from licet.web.resources import RESOURCES

_PROBLEM: Final = {
    "description": "RFC 9457: what is wrong, and what to do",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            }
        }
    },
}


@cache
def description() -> dict[str, Any]:
    """The description."""
    paths: dict[str, Any] = {}
    for resource in RESOURCES:
        paths[f"/api{resource.path}"] = _get(
            resource.about, resource.parameters, {"application/json": {"schema": {"type": "object"}}}
        )
    for download in DOWNLOADS:
        paths[f"/api{download.path}"] = _get(
            download.about, download.parameters, {download.media_type: {"schema": {"type": "string"}}}
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Licet",
            "version": version("licet"),
            "description": "Licenses for creative works: what is registered, on offer, sold and audited. "
            "Amounts are decimal strings in the currency's smallest unit; times are unix seconds.",
        },
        "paths": paths,
    }


def _get(about: str, parameters: Any, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "get": {
            "summary": about,
            "parameters": [parameter.to_json() for parameter in parameters],
            "responses": {
                "200": {"description": about, "content": content},
                "4XX": _PROBLEM,
                "503": _PROBLEM,
            },
        }
    }
