"""Previews: small, upright, without what the file told besides; and whatever is none is refused."""

import hashlib
import random
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from licet.documents import Library, Preview, Publisher, sha256
from licet.errors import DocumentInvalid, DocumentMismatch, DocumentMissing, InputError
from licet.fingerprint.media import PREVIEW_FORMATS
from licet.fingerprint.previews import MAX_PREVIEW_BYTES, MAX_PREVIEW_SIDE, check_preview, preview_of
from licet.web.previews import Previews

ORIENTATION = 0x0112


def encoded(image: Image.Image, kind: str, **settings: object) -> bytes:
    data = BytesIO()
    image.save(data, kind, **settings)
    return data.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """Nothing that could be compressed."""
    return Image.frombytes("RGB", (width, height), random.Random(1).randbytes(3 * width * height))


def test_a_large_picture_gets_small(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    noise(1400, 700).save(path)
    made = preview_of(path)
    assert made is not None
    assert len(made) <= MAX_PREVIEW_BYTES
    assert check_preview(made) == "image/jpeg"
    with Image.open(BytesIO(made)) as preview:
        assert preview.size == (MAX_PREVIEW_SIDE, MAX_PREVIEW_SIDE // 2)


def test_a_preview_is_upright_on_white_and_tells_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "turned.png"
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010E] = "where it was taken"
    Image.new("RGBA", (40, 20), (0, 0, 0, 0)).save(path, exif=exif)
    made = preview_of(path)
    assert made is not None
    assert b"taken" not in made
    with Image.open(BytesIO(made)) as preview:
        assert preview.size == (20, 40)
        assert not preview.getexif()
        assert preview.getpixel((10, 10)) == (255, 255, 255)


def test_what_is_no_picture_has_no_preview(tmp_path: Path) -> None:
    path = tmp_path / "poem.png"
    path.write_text("a poem")
    assert preview_of(path) is None
    path.write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with pytest.raises(InputError):
        preview_of(path)
    with pytest.raises(InputError):
        preview_of(tmp_path / "missing.png")


@pytest.mark.parametrize(("media_type", "kind"), PREVIEW_FORMATS.items())
def test_still_pictures_may_be_previews(media_type: str, kind: str) -> None:
    assert check_preview(encoded(noise(64, 48), kind)) == media_type


def animation(kind: str) -> bytes:
    frames = [Image.new("RGB", (8, 8), (shade, 0, 0)) for shade in (0, 255)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (lambda: b"", "cannot be read"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "cannot be read"),
        (lambda: b"<!doctype html><script>1</script>", "cannot be read"),
        (lambda: encoded(Image.new("RGB", (8, 8)), "GIF"), "cannot be read"),
        (lambda: encoded(Image.new("RGB", (8, 8)), "TIFF"), "cannot be read"),
        (lambda: animation("PNG"), "no animation"),
        (lambda: animation("WEBP"), "no animation"),
        (lambda: encoded(Image.new("RGB", (641, 8)), "PNG"), "at most 640 pixels"),
        (lambda: encoded(Image.new("1", (5000, 5000)), "PNG"), "at most 640"),
        (lambda: encoded(noise(640, 640), "PNG"), "at most 131,072 bytes"),
        (lambda: encoded(noise(64, 64), "PNG")[:4000], "cannot be read"),
        (lambda: encoded(noise(64, 64), "JPEG")[:1000], "cannot be read"),
        (lambda: encoded(noise(64, 64), "WEBP")[:1000], "cannot be read"),
    ],
)
def test_anything_else_is_refused(data: Callable[[], bytes], why: str) -> None:
    with pytest.raises(InputError, match=why):
        check_preview(data())


@pytest.mark.parametrize("kind", PREVIEW_FORMATS.values())
def test_no_byte_of_a_picture_breaks_the_check(kind: str) -> None:
    """Read as something, or refused: never anything else."""
    chance = random.Random(2)
    whole = encoded(noise(24, 24), kind)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            assert check_preview(bytes(data)) in PREVIEW_FORMATS
        except InputError:
            continue


def test_previews_lie_beside_documents_and_are_served_as_what_they_are(tmp_path: Path) -> None:
    data = encoded(noise(64, 48), "WEBP")
    named = Preview(sha256(data), "image/webp")
    previews = Previews(Library([tmp_path], allow_http=False))
    assert not previews.has(named)
    assert previews.get(named.sha256) is None
    Publisher(tmp_path).publish_beside(data, named.file_name)
    assert named.file_name == hashlib.sha256(data).hexdigest() + ".webp"
    assert previews.has(named)
    assert previews.get(named.sha256) == (data, "image/webp")
    # Under the name of another kind it is none.
    (tmp_path / named.file_name).rename(tmp_path / named.file_name.replace("webp", "png"))
    assert previews.get(named.sha256) is None


def test_a_file_with_the_wrong_hash_is_no_preview(tmp_path: Path) -> None:
    data, other = (encoded(noise(64, height), "PNG") for height in (48, 49))
    named = Preview(sha256(data), "image/png")
    (tmp_path / named.file_name).write_bytes(other)
    library = Library([tmp_path], allow_http=False)
    assert Previews(library).get(named.sha256) is None
    with pytest.raises(DocumentMismatch):
        library.beside(named.sha256, named.file_name, MAX_PREVIEW_BYTES)
    with pytest.raises(DocumentInvalid):
        library.beside(named.sha256, named.file_name, 10)
    with pytest.raises(DocumentMissing):
        library.beside(named.sha256, "other.png", MAX_PREVIEW_BYTES)
