"""What a site tells programs of itself: policies, chain and offers, and how to speak to it (OpenAPI)."""

import json
from typing import Any, Final

from licet.api_page import part
from licet.gateway.answers import PAGE, PROBLEM
from licet.gateway.config import Site
from licet.gateway.facilitator import BASE as X402
from licet.gateway.health import LIVE, READY
from licet.gateway.holders.accounts import NONCE, SESSION
from licet.gateway.html import document
from licet.gateway.market import Market
from licet.gateway.policies import Access, Policy
from licet.gateway.proofs import RECORDS
from licet.gateway.saying import API, DISCOVERY, LICENSE, OPENAPI, ROBOTS, SERVER, TDMREP, Saying
from licet.rights.uses import use_names
from licet.types import ZERO_HASH

_HTML: Final = "text/html"
_ABOUT: Final = (
    "What the gateway itself answers, and how the site is read through it. Refusals are JSON (RFC 9457), for "
    "browsers pages."
)
_TEXT: Final = {"type": "string"}
_PROBLEM: Final = {"description": "Why not (RFC 9457)", "content": {PROBLEM: {}}}


def describe(site: Site, saying: Saying, market: Market | None) -> dict[str, Any]:
    """The document at `/.well-known/licet.json`; may ask the chain."""
    return {
        "type": "licet/site/1",
        "origin": site.origin,
        "title": site.title,
        "documents": {path: f"{site.origin}{path}" for path in (*saying.documents, OPENAPI, API, PAGE)},
        "chain": None if market is None else market.describe(),
        "policies": [_policy(policy, site) for policy in site.policies.policies],
        "offers": [] if market is None else market.offers(),
        "holders": _holders(site),
    }


def openapi(site: Site, saying: Saying) -> dict[str, Any]:
    """The OpenAPI 3.1 description of what the gateway itself answers, and of reading through it."""
    documents = {path: said.media_type for path, said in saying.documents.items()}
    documents |= {DISCOVERY: "application/json", LIVE: "application/json", PAGE: _HTML, API: _HTML}
    paths: dict[str, Any] = {
        path: {"get": _operation(_TITLES[path], path, {"200": _content(kind)})}
        for path, kind in documents.items()
    }
    ready = {"200": _content("application/json"), "503": _content("application/json")}
    paths[READY] = {"get": _operation("Whether it can serve", READY, ready)}
    if site.licensed:
        paths |= _signing_in()
    paths |= _paying(site)
    paths["/{path}"] = {
        "get": {
            **_operation("A page, a file, a part of one", "/{path}", _reading(site)),
            "parameters": [{"name": "path", "in": "path", "required": True, "schema": _TEXT}],
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": site.title or site.origin, "version": "1", "description": _ABOUT},
        "servers": [{"url": site.origin}],
        "paths": paths,
    }


def page(site: Site, saying: Saying) -> bytes:
    """The same description for people."""
    described = openapi(site, saying)
    return document(described["info"]["title"], part(described, site.origin, OPENAPI))


def to_bytes(document: dict[str, Any]) -> bytes:
    """A document in JSON."""
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


_TITLES: Final = {
    ROBOTS: "The terms as robots.txt",
    LICENSE: "The terms as RSL",
    TDMREP: "The terms as TDMRep",
    DISCOVERY: "Policies, chain, contracts and offers",
    LIVE: "Whether it runs",
    PAGE: "The terms for people",
    API: "This description for people",
}


def _holders(site: Site) -> dict[str, Any] | None:
    """How licenses' holders are known."""
    if not site.licensed:
        return None
    doors = {"nonce": NONCE, "session": SESSION, "license_server": SERVER}
    return {name: f"{site.origin}{path}" for name, path in doors.items()}


def _signing_in() -> dict[str, Any]:
    """Where holders sign in and out."""
    members = {"message": _TEXT, "signature": _TEXT, "client": {"type": "boolean"}}
    said = {"type": "object", "required": ["message", "signature"], "properties": members}
    known = {"200": _content("application/json"), "400": _PROBLEM, "401": _PROBLEM, "413": _PROBLEM}
    begin = _operation("A session, for a signed message (EIP-4361)", "post" + SESSION, known)
    begin["requestBody"] = {"required": True, "content": {"application/json": {"schema": said}}}
    ended = {"204": {"description": "It has ended"}, "401": _PROBLEM}
    nonce = _operation("A nonce, to sign in with", NONCE, {"200": _content("application/json")})
    end = _operation("The end of a session or token", "delete" + SESSION, ended)
    told = {status: _content("application/json") for status in ("200", "400", "401", "403", "503")}
    form = {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}},
    }
    server = {
        f"{SERVER}{path}": {"post": {**_operation(title, SERVER + path, told), "requestBody": form}}
        for path, title in _SERVER.items()
    }
    return {NONCE: {"get": nonce}, SESSION: {"post": begin, "delete": end}, **server}


def _paying(site: Site) -> dict[str, Any]:
    """The facilitator, and where proofs of records are."""
    paths: dict[str, Any] = {}
    if site.needs_account:
        known = dict.fromkeys(("400", "404", "503"), _PROBLEM)
        known["200"] = _content("application/json")
        place = RECORDS + "/{hash}"
        form = {"type": "string", "pattern": "^0x[0-9a-f]{64}$", "examples": ["0x" + "1f" * 32]}
        parameter = {"name": "hash", "in": "path", "required": True, "schema": form}
        proof = _operation("The proof that a record is anchored", place, known)
        paths[place] = {"get": {**proof, "parameters": [parameter]}}
    if any(policy.tariff for policy in site.policies.policies):
        supported = _operation(
            "What the facilitator settles (x402)", X402, {"200": _content("application/json")}
        )
        paths[f"{X402}/supported"] = {"get": supported}
        members = {"x402Version": {"type": "integer"}, "paymentPayload": {"type": "object"}}
        members |= {"paymentRequirements": {"type": "object"}}
        asked = {"type": "object", "required": list(members), "properties": members}
        for name, title in (("verify", "Whether a payment would be made"), ("settle", "Makes a payment")):
            answers = dict.fromkeys(("400", "413", "503"), _PROBLEM)
            answers["200"] = _content("application/json")
            posted = _operation(f"{title} (x402)", f"{X402}/{name}", answers)
            posted["requestBody"] = {"required": True, "content": {"application/json": {"schema": asked}}}
            paths[f"{X402}/{name}"] = {"post": posted}
    return paths


_SERVER: Final = {
    "/token": "A token for a license (RSL's Open License Protocol)",
    "/introspect": "Whether a token counts",
    "/key": "A key to what is encrypted: there is none",
}


def _policy(policy: Policy, site: Site) -> dict[str, Any]:
    tariff, document = policy.tariff, None if policy.terms is None else policy.terms.document
    return {
        "path": policy.path,
        "access": policy.access.value,
        "agents": list(policy.agents),
        "keys": [key.thumbprint for key in site.keys if key.name in policy.keys],
        "asset": None if policy.asset == ZERO_HASH else policy.asset,
        "price": None if tariff is None else str(tariff.amount),
        "currency": None if tariff is None else tariff.currency,
        "payee": None if tariff is None else tariff.payee,
        "uses": [] if document is None else list(use_names(document.uses)),
        "prohibited": [] if document is None else list(use_names(document.prohibited)),
    }


def _reading(site: Site) -> dict[str, Any]:
    answers = {
        "200": "What was asked for",
        "206": "A part of it",
        "304": "It is as it was",
        "308": "A folder's name ends in a slash",
        "400": "The path or the header is unusual",
        "404": "There is nothing here",
        "416": "There is no such part",
    }
    kinds = {policy.access for policy in site.policies.policies}
    if Access.FORBIDDEN in kinds:
        answers["403"] = "The holder keeps it"
    if Access.LICENSE in kinds:
        answers["401"] = "A license is asked for, or a signature does not count"
        answers["402"] = "A license is on sale"
        answers["403"] = "There is no license, or it does not cover this"
    if site.policies.keys:
        answers.setdefault("401", "A signature does not count")
    if Access.METERED in kinds:
        answers["402"] = "A payment is asked for"
        answers.setdefault("403", "It is no work of what is sold")
    if kinds & {Access.METERED, Access.LICENSE}:
        answers["409"] = "Another request is about the same payment"
        answers["503"] = "The chain cannot be asked: try again"
    if site.rate is not None or any(policy.rate for policy in site.policies.policies):
        answers["429"] = "Too many requests"
    return {status: {"description": text} for status, text in sorted(answers.items())}


def _operation(summary: str, path: str, responses: dict[str, Any]) -> dict[str, Any]:
    name = "".join(part if part.isalnum() else "_" for part in path).strip("_")
    return {"operationId": name, "summary": summary, "responses": responses}


def _content(media_type: str) -> dict[str, Any]:
    return {"description": "The document", "content": {media_type: {}}}
