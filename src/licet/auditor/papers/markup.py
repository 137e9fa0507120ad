"""HTML and SVG, in which whatever is not markup made here is escaped."""

import html
from typing import Final

_VOID: Final = frozenset({"meta", "rect", "line", "path"})
"""Elements without content."""


class Html(str):
    """Markup that is ready; any other text is escaped where it is put in."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: object) -> Html:
    """An element.

    Args:
        name: its name.
        children: its content: elements, and texts, which get escaped.
        attributes: `class_` stands for `class`, `stroke_width` for `stroke-width`; None for no attribute.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID and not children:
        return Html(f"<{name}{given}/>")
    return Html(f"<{name}{given}>{joined(*children)}</{name}>")


def joined(*children: str) -> Html:
    """Elements and texts, one after the other."""
    return Html("".join(c if isinstance(c, Html) else html.escape(c) for c in children))
