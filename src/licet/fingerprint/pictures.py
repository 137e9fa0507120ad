"""Pictures: the pixels that the ISCC Image-Code is made of (ISO 24138), and the PDQ hash.

A picture is turned as its EXIF orientation says, put on white where it is transparent, and freed of its
border, as iscc-sdk does it; then it is made grey and 32 pixels square. PDQ takes the picture with its border,
at most 512 pixels square.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy
import pdqhash
from PIL import Image, ImageOps, UnidentifiedImageError

from licet.errors import InputError

MAX_PIXELS: Final = 100_000_000
"""A larger picture is not opened: its pixels would fill the memory."""

MIN_QUALITY: Final = 50
"""PDQ's own measure of features, 0 to 100; below, its authors advise against matching."""

_FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
_PDQ_SIDE: Final = 512
_ISCC_SIDE: Final = 32
_TOLERANCE: Final = 16
_MAX_PASSES: Final = 16
_Box = tuple[int, int, int, int]


def read_picture(path: Path) -> Image.Image:
    """A picture in RGB, upright and without transparency; the first one of an animation.

    Raises:
        InputError: it cannot be read, or is too large.
    """
    try:
        with warnings.catch_warnings():
            # What is odd about a file is no business of the caller's; too many pixels are refused below.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=_FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise InputError(
                        f"the picture has {image.width} by {image.height} pixels: {MAX_PIXELS:,} are the most"
                    )
                return _on_white(ImageOps.exif_transpose(image))
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise InputError(f"the picture cannot be read: {error}") from error
    # Pillow's readers meet broken files with whatever they trip over.
    except (OSError, ValueError, SyntaxError, EOFError, LookupError, ArithmeticError, TypeError) as error:
        raise InputError(f"the picture cannot be read: {error}") from error


def pdq_of(image: Image.Image) -> tuple[str, int]:
    """The PDQ hash of a picture in RGB, in hex, and its quality, 0 to 100."""
    if max(image.size) > _PDQ_SIDE:
        side = (min(image.width, _PDQ_SIDE), min(image.height, _PDQ_SIDE))
        image = image.resize(side, Image.Resampling.BILINEAR)
    bits, quality = pdqhash.compute(numpy.asarray(image))
    return numpy.packbits(bits.astype(numpy.uint8)).tobytes().hex(), int(quality)


def iscc_pixels(image: Image.Image) -> Sequence[int]:
    """The 1,024 grey pixels of a picture in RGB that its Image-Code is made of."""
    grey = _without_border(image).convert("L")
    return list(grey.resize((_ISCC_SIDE, _ISCC_SIDE), Image.Resampling.BICUBIC).tobytes())


def _on_white(image: Image.Image) -> Image.Image:
    """The picture in RGB, its transparent parts white."""
    if image.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(image.convert("RGB"), mask=layer.getchannel("A"))
        return white
    if image.mode.startswith("I;16"):
        # Pillow would cut 16 bits at 255 instead of scaling them.
        return Image.fromarray((numpy.asarray(image) >> 8).astype(numpy.uint8)).convert("RGB")
    return image.convert("RGB")


def _without_border(image: Image.Image) -> Image.Image:
    """The picture without a border of the colour that its first pixel has, or nearly has.

    Cut again and again while there is something to cut. What shrinks one side alone must be flat, so that a
    sky is not taken for a border.
    """
    for _ in range(_MAX_PASSES):
        box = _inside(image, _TOLERANCE)
        if box is None or box == (0, 0, *image.size):
            break
        cut = sum(a != b for a, b in zip(box, (0, 0, *image.size), strict=True))
        if cut == 1 and _inside(image, _TOLERANCE // 2) != box:
            break
        image = image.crop(box)
    return image


def _inside(image: Image.Image, tolerance: int) -> _Box | None:
    """The box around all pixels that differ from the first one, in any channel, by more than a tolerance."""
    corner = image.getpixel((0, 0))
    assert isinstance(corner, tuple)
    table = [255 * (abs(value - channel) > tolerance) for channel in corner for value in range(256)]
    return image.point(table).getbbox()
