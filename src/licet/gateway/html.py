"""The gateway's pages for people: nothing in them is loaded from elsewhere, and nothing runs."""

import base64
import hashlib
import html
from typing import Final

_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{max-width:60rem;margin:auto;padding:1rem;font:1rem/1.5 system-ui,sans-serif}"
    "table{border-collapse:collapse;font-size:.9rem}th,td{text-align:left;vertical-align:top;"
    "padding:.2rem .8rem .2rem 0}pre{overflow-x:auto}code,p,li{overflow-wrap:anywhere}"
)
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

SAFE: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
"""The fields that such a page has besides."""


def document(title: str, body: str) -> bytes:
    """A page.

    Args:
        title: of the page, as text.
        body: in HTML.
    """
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>{body}</body></html>\n"
    ).encode()
