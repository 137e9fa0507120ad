"""Waiting until a page is all there: what scripts add to it has come, whatever the machine does besides."""

from playwright.sync_api import Page

THERE = """() => {
  const all = (selector, there) => [...document.querySelectorAll(selector)].every(there);
  const has = (selector) => (place) => place.querySelector(selector) !== null;
  return document.readyState === "complete"
    && all("[data-wallet]", has("button"))
    && all("[data-lookup] input", (input) => !input.disabled)
    && all("[data-buy]", has(".price:not(:empty), .status:not(:empty)"))
    && all("[data-claim]", has(".price"))
    && all("[data-register]", has("button"))
    && all("[data-license]", (place) => place.childElementCount > 0)
    && all("[hx-trigger=load]", (list) => list.childElementCount > 0)
    && document.querySelector(".htmx-request, .htmx-swapping, .htmx-added, .htmx-settling") === null;
}"""


def settled(page: Page) -> Page:
    """The page, when each of its parts has been brought to life and has what it shows at first."""
    page.wait_for_function(THERE)
    return page
