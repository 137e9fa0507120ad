"""The gateway as a whole: what a site's configuration comes to, as one ASGI application."""

from starlette.types import ASGIApp

from licet.gateway.config import Site
from licet.gateway.folder import Folder
from licet.gateway.gate import Gate
from licet.gateway.health import Health
from licet.gateway.upstream import Upstream


def gateway(site: Site) -> ASGIApp:
    """The application that serves a site on its terms.

    Args:
        site: what is served: a folder, or another server.
    """
    return around(served(site), site)


def around(app: ASGIApp, site: Site) -> ASGIApp:
    """The same around an application of one's own, which is served instead.

    Args:
        app: an ASGI application; what it answers is read on the site's terms.
        site: the terms; its folder and upstream are left alone.
    """
    return Health(Gate(app, site))


def served(site: Site) -> ASGIApp:
    """What a site's configuration says is served, without any terms."""
    return Upstream(site.upstream, site.origin) if site.folder is None else Folder(site.folder)
