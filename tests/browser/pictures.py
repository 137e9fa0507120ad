"""Pictures of pages for the documentation; LICET_PICTURES=1 makes them anew."""

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pages"


def keep(page: "Page", name: str) -> None:
    """A picture for the documentation, in few colours, where one is asked for."""
    if os.environ.get("LICET_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        with Image.open(io.BytesIO(page.screenshot(full_page=True))) as picture:
            picture.convert("RGB").quantize(64).save(PICTURES / f"{name}.png", optimize=True)
