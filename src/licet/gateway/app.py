"""The gateway as a whole: what a site's configuration comes to, as one ASGI application."""

from starlette.types import ASGIApp

from licet.gateway.config import Site
from licet.gateway.documents import Documents
from licet.gateway.folder import Folder
from licet.gateway.gate import Gate
from licet.gateway.health import Health
from licet.gateway.market import Market
from licet.gateway.saying import Saying
from licet.gateway.upstream import Upstream


def gateway(site: Site, market: Market | None = None) -> ASGIApp:
    """The application that serves a site on its terms.

    Args:
        site: what is served: a folder, or another server.
        market: the chain that the site names, if it names one.

    Raises:
        InputError: a format that the site speaks cannot say its terms.
    """
    return around(served(site), site, market)


def around(app: ASGIApp, site: Site, market: Market | None = None) -> ASGIApp:
    """The same around an application of one's own, which is served instead.

    Args:
        app: an ASGI application; what it answers is read on the site's terms.
        site: the terms; its folder and upstream are left alone.
        market: the chain that the site names, if it names one.

    Raises:
        InputError: a format that the site speaks cannot say its terms.
    """
    saying = Saying(site)
    checks = {} if market is None else {"chain": market.ready}
    return Health(Documents(Gate(app, site, saying), site, saying, market), checks)


def served(site: Site) -> ASGIApp:
    """What a site's configuration says is served, without any terms."""
    return Upstream(site.upstream, site.origin) if site.folder is None else Folder(site.folder)
