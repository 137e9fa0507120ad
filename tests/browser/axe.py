"""axe-core: what of a page breaks the rules of accessibility (WCAG 2.2, levels A and AA)."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def source() -> str:
    return AXE.read_text()


def violations(page: Page) -> list[str]:
    """What axe-core finds on a page as it is now: each rule with the places that break it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(source())
    found: dict[str, Any] = page.evaluate(
        """(rules) => axe.run(document, {
          runOnly: {type: "tag", values: rules}, resultTypes: ["violations"], selectors: false,
        })""",
        RULES,
    )
    return [
        f"{rule['id']}: {rule['help']}: " + "; ".join(node["html"] for node in rule["nodes"])
        for rule in found["violations"]
    ]
