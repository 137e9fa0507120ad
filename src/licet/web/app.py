"""The application: every question's page and its answer in JSON, the files, and what browsers run."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from licet.api_page import part
from licet.errors import InputError, LicetError
from licet.types import parse_hash
from licet.web import words
from licet.web.answers import problem, status_of
from licet.web.asking import asked
from licet.web.downloads import DOWNLOADS, Download
from licet.web.headers import SafeHeaders, always
from licet.web.languages import COOKIE, LANGUAGES, Language, language, language_of
from licet.web.openapi import description
from licet.web.pages import Pages
from licet.web.resources import HOME, RESOURCES, Resource
from licet.web.site import Site

_SMALL: Final = 1_000
_YEAR: Final = 31_536_000
_FOR_EVER: Final = f"public, max-age={_YEAR}, immutable"
_HASHED: Final = "-"
_LANGUAGE_SECONDS: Final = 180 * 86_400

Endpoint = Callable[[Request], Response]


def application(site: Site) -> Starlette:
    """The application that serves a site."""
    pages = Pages(site)
    routes: list[Route | Mount] = [
        Route("/", partial(_page, site, pages, HOME), methods=["GET"]),
        Route("/lookup", _fixed(pages, "lookup.html"), methods=["GET"]),
        Route("/basket", _fixed(pages, "basket.html"), methods=["GET"]),
        Route("/healthz", lambda _: JSONResponse({"ok": True}), methods=["GET"]),
        Route("/api", partial(_described, pages), methods=["GET"]),
        Route("/previews/{sha256}", partial(_preview, site), methods=["GET"]),
        Route("/api/openapi.json", lambda _: JSONResponse(description()), methods=["GET"]),
    ]
    routes += [
        Route(f"/api{download.path}", partial(_download, site, download), methods=["GET"])
        for download in DOWNLOADS
    ]
    for resource in RESOURCES:
        routes.append(Route(f"/api{resource.path}", partial(_api, site, resource), methods=["GET"]))
        if resource.template is not None:
            routes.append(Route(resource.path, partial(_page, site, pages, resource), methods=["GET"]))
    static = Path(str(files(__package__).joinpath("static")))
    routes.append(Mount("/static", _Static(directory=static, check_dir=False)))
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(SafeHeaders, node=site.public_rpc),
            Middleware(GZipMiddleware, minimum_size=_SMALL),
        ],
        exception_handlers={
            HTTPException: partial(_http_error, pages),
            Exception: partial(_crashed, site, pages),
        },
    )


def _api(site: Site, resource: Resource, request: Request) -> Response:
    chosen = request.query_params.get("lang", "en")
    code = chosen if chosen in LANGUAGES else "en"
    try:
        values = asked(request, resource.parameters)
        with site.desk(code) as desk:
            return JSONResponse(resource.view(desk, **values))
    except LicetError as error:
        return _refused(site, error, code)


def _download(site: Site, download: Download, request: Request) -> Response:
    try:
        values = asked(request, download.parameters)
        with site.desk() as desk:
            file = download.view(desk, **values)
    except LicetError as error:
        return _refused(site, error)
    # Shown as it is, a file could look like a page of the site's.
    disposition = f'attachment; filename="{file.name}"'
    if isinstance(file.data, Path):
        return _Kept(
            file.data, file.owner, media_type=file.media_type, headers={"Content-Disposition": disposition}
        )
    return Response(file.data, media_type=file.media_type, headers={"Content-Disposition": disposition})


def _preview(site: Site, request: Request) -> Response:
    try:
        found = site.previews.get(parse_hash(request.path_params["sha256"], "SHA-256"))
    except InputError:
        found = None
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    data, media_type = found
    return Response(data, media_type=media_type, headers={"Cache-Control": _FOR_EVER})


def _refused(site: Site, error: LicetError, code: str = "en") -> Response:
    facts = {n: site.live.told(v) if isinstance(v, str) else v for n, v in error.facts.items()}
    detail = words.sentence(language(code), error, site.live.told(str(error)))
    return problem(status_of(error), detail, facts)


def _page(site: Site, pages: Pages, resource: Resource, request: Request) -> Response:
    chosen = language_of(request)
    try:
        values = asked(request, resource.parameters)
        with site.desk(chosen.code) as desk:
            data = resource.view(desk, **values)
    except LicetError as error:
        said = words.error(chosen, error, site.live.told(str(error)))
        return pages.refusal(request, chosen, status_of(error), said)
    assert resource.template is not None
    # HTMX asks for a part, but for the pages that it brings back from the history.
    headers = request.headers
    wants_part = headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"
    template = resource.part if wants_part and resource.part is not None else resource.template
    answer = pages.page(request, chosen, template, data, values, resource.part)
    return _remembered(request, chosen, answer)


def _fixed(pages: Pages, template: str) -> Endpoint:
    """A page that needs no answer."""

    def page(request: Request) -> Response:
        chosen = language_of(request)
        return _remembered(request, chosen, pages.page(request, chosen, template, {}, {}))

    return page


def _described(pages: Pages, request: Request) -> Response:
    """The API for people."""
    origin = str(request.base_url).rstrip("/")
    shown = {"operations": part(description(), origin, "/api/openapi.json")}
    chosen = language_of(request)
    return _remembered(request, chosen, pages.page(request, chosen, "api.html", shown, {}))


def _remembered(request: Request, chosen: Language, answer: Response) -> Response:
    """The answer, which remembers a language that was chosen."""
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(
            COOKIE, chosen.code, max_age=_LANGUAGE_SECONDS, httponly=True, samesite="lax", path="/"
        )
    answer.headers["Vary"] = "Accept-Language, Cookie, HX-Request"
    return answer


def _http_error(pages: Pages, request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    if request.url.path.startswith("/api/"):
        return problem(status, error.detail)
    return pages.refusal(request, language_of(request), status)


def _crashed(site: Site, pages: Pages, request: Request, error: Exception) -> Response:  # noqa: ARG001
    """What is said where the server itself is at fault; the server's log has the error."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if request.url.path.startswith("/api/"):
        answer = problem(status, "something is wrong with the server, and stands in its log: ask again later")
    else:
        answer = pages.refusal(request, language_of(request), status)
    # It is made outside of whatever else adds them.
    answer.headers.update({**always(site.public_rpc), "Cache-Control": "no-store"})
    return answer


class _Kept(FileResponse):
    """A file, whose owner is kept until it was sent."""

    def __init__(self, path: Path, owner: object, **settings: Any) -> None:
        super().__init__(path, **settings)
        self._owner: Final = owner


class _Static(StaticFiles):
    """What the wheel has; what has its own hash in its name never changes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        lasting = _HASHED in Path(path).stem and path.endswith(".js")
        response.headers["Cache-Control"] = _FOR_EVER if lasting else "no-cache"
        return response
