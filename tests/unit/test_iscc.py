"""ISCCs as ISO 24138 has them: the reference's own self-test, and our way to them against its vectors."""

import base64
import io
import json
import shutil
from importlib.resources import files
from pathlib import Path

import iscc_core
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from licet.errors import InputError, ToolMissing
from licet.fingerprint import iscc
from licet.fingerprint.audio import chromaprint, has_features
from licet.fingerprint.codes import Family, codes_of, iscc_in, parse_iscc, parse_pdq, with_short
from licet.fingerprint.likeness import content_of, fingerprint
from licet.fingerprint.media import media_type
from licet.fingerprint.text import decode_text
from licet.samples import samples

VECTORS = json.loads((files("iscc_core") / "data.json").read_text(encoding="utf-8"))
needs_fpcalc = pytest.mark.skipif(
    shutil.which("fpcalc") is None, reason="fpcalc is not installed: apt-get install libchromaprint-tools"
)


def vectors(function: str) -> list[tuple[list[object], dict[str, object]]]:
    return [(case["inputs"], case["outputs"]) for case in VECTORS[function].values()]


# Conformance


def test_the_reference_passes_its_conformance_test() -> None:
    assert iscc_core.conformance_selftest()


@pytest.mark.parametrize(("inputs", "outputs"), vectors("gen_text_code_v0"))
def test_text_codes_are_those_of_the_standard(inputs: list[str], outputs: dict[str, str]) -> None:
    code = iscc.text_code(inputs[0])
    if not outputs["characters"]:
        assert code is None
    else:
        assert same_start(code, outputs["iscc"])


@pytest.mark.parametrize(("inputs", "outputs"), vectors("gen_image_code_v0"))
def test_image_codes_are_those_of_the_standard(inputs: list[list[int]], outputs: dict[str, str]) -> None:
    assert same_start(iscc.image_code(inputs[0]), outputs["iscc"])


@pytest.mark.parametrize(("inputs", "outputs"), vectors("gen_audio_code_v0"))
def test_audio_codes_are_those_of_the_standard(inputs: list[list[int]], outputs: dict[str, str]) -> None:
    assert same_start(iscc.audio_code(inputs[0]), outputs["iscc"])


@pytest.mark.parametrize("function", ["data", "instance"])
def test_codes_of_bytes_are_those_of_the_standard(function: str) -> None:
    for inputs, outputs in vectors(f"gen_{function}_code_v0"):
        data = bytes.fromhex(str(inputs[0]).removeprefix("stream:"))
        code = getattr(iscc.byte_codes(io.BytesIO(data)), function)
        assert same_start(code, str(outputs["iscc"]))


def same_start(code: str | None, expected: str) -> bool:
    """Whether a code of 256 bits begins as an expected one, which may be shorter."""
    assert code is not None
    (_, _, _, _, body), (_, _, _, _, start) = iscc_core.iscc_decode(code), iscc_core.iscc_decode(expected)
    return bool(
        body[: len(start)] == start and iscc_core.iscc_decode(code)[:3] == iscc_core.iscc_decode(expected)[:3]
    )


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=400))
def test_long_texts_in_parts_are_as_in_one(text: str) -> None:
    code = iscc.text_code(text)
    whole = iscc_core.gen_text_code(text, bits=256)
    assert code == (whole["iscc"] if whole["characters"] else None)


def test_a_text_of_several_parts_is_as_in_one() -> None:
    text = "".join(chr(97 + value % 26) for value in np.random.default_rng(1).integers(0, 999, 140_000))
    assert iscc.text_code(text) == iscc_core.gen_text_code(text, bits=256)["iscc"]


def test_bytes_of_many_pieces_are_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iscc, "_FEATURES", 16)
    monkeypatch.setattr(iscc, "_CHUNK", 10_000)
    data = np.random.default_rng(2).bytes(300_000)
    seen: list[int] = []
    codes = iscc.byte_codes(io.BytesIO(data), seen.append)
    assert codes.data == iscc_core.gen_data_code(io.BytesIO(data), bits=256)["iscc"]
    assert codes.instance == iscc_core.gen_instance_code(io.BytesIO(data), bits=256)["iscc"]
    assert (sum(seen), codes.size) == (len(data), len(data))


def test_samples_have_the_codes_that_iscc_sdk_gives_them() -> None:
    """As iscc-sdk 0.9.7 printed them for these files, with its own preprocessing."""
    with samples() as found:
        picture, text = fingerprint(found.picture), fingerprint(found.text)
    assert picture.content.iscc == "ISCC:EED4Q43PIDXXWRCB5MFRL5AFBMFP6SKHJ5HJ3CEU7HXWRF5BF3KZQAY"
    assert text.content.iscc == "ISCC:EAD623DLJRWYRUCSFA2LXENKF332WIZB7SQ4DIUJDKSM3XEDI4H6WLI"
    assert len(picture.iscc) == 47


# Names


@pytest.mark.parametrize("code", ["test_0000_standard", "test_0001_no_meta"])
def test_iscc_codes_of_the_standard_are_read(code: str) -> None:
    text = VECTORS["gen_iscc_code_v0"][code]["outputs"]["iscc"]
    assert parse_iscc(text) == text
    [found] = codes_of([text])
    units = [iscc_core.iscc_decode(unit) for unit in iscc_core.iscc_decompose(text)]
    assert found.body == next(unit[4] for unit in units if unit[0] == iscc_core.MT.CONTENT)


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=10, max_size=70))
def test_any_base32_is_an_iscc_or_refused(digits: str) -> None:
    try:
        text = parse_iscc(f"ISCC:{digits}")
    except InputError:
        return
    codes_of([text])
    assert iscc_core.iscc_decode(text)


@pytest.mark.parametrize("main", range(16))
def test_a_main_type_has_the_subtypes_of_the_standard(main: int) -> None:
    for sub in range(16):
        header = bytes([main << 4 | sub, 0 if main == iscc_core.MT.ISCC else 1])
        body = bytes(32 if (main, sub) == (iscc_core.MT.ISCC, iscc_core.ST_ISCC.WIDE) else 16)
        body = body if main == iscc_core.MT.ISCC else body[:8]
        text = "ISCC:" + base64.b32encode(header + body).decode().rstrip("=")
        subtypes = iscc_core.SUBTYPE_MAP.get((main, iscc_core.VS.V0), ())
        known = main <= iscc_core.MT.ISCC and sub in list(subtypes)
        assert (iscc_in(text) is not None) == known, (main, sub)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ISCC:",
        "ISCC:EAD",
        "iscc:EAD623DLJRWYRUCS",
        "EAD623DLJRWYRUCS",
        "ISCC:" + "7" * 55,
        "ISCC:EAD623DLJRWYRUC1",
    ],
)
def test_what_is_no_iscc_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not an ISCC"):
        parse_iscc(text)


def test_what_is_no_pdq_hash_is_refused() -> None:
    with pytest.raises(InputError, match="is not a PDQ hash"):
        parse_pdq("AB" * 32)


def test_an_iscc_is_found_in_a_uri() -> None:
    code = "ISCC:KAA623DLJRWYRUCSN5EQHACNA24KQCQS4RDTM26RXQ"
    for uri in (code, f"https://example.org/x.json#{code}"):
        assert iscc_in(uri) == code
    for uri in (
        "",
        "https://example.org/x.json",
        f"https://example.org/{code}",
        code + "A",
        "ni:///sha-256;x",
    ):
        assert iscc_in(uri) is None


def test_full_codes_come_before_short_ones_and_content_before_bytes() -> None:
    with samples() as found:
        text = fingerprint(found.text)
    assert [code.family for code in codes_of([text.iscc])] == [Family.TEXT_SHORT]
    assert [code.family for code in codes_of([text.iscc, *text.units])] == [Family.TEXT]
    assert [code.family for code in codes_of([text.data])] == [Family.DATA]
    assert [code.family for code in with_short(codes_of(text.units))] == [Family.TEXT, Family.TEXT_SHORT]


# Kinds


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"plain words", "text/plain"),
        ("wörter".encode("latin-1"), "text/plain"),
        ("words".encode("utf-16"), "text/plain"),
        ("words".encode("utf-16-be"), "text/plain"),
        (b"<!DOCTYPE html><p>x", "text/html"),
        (b"\xef\xbb\xbf <html>", "text/html"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"RIFF....WAVEfmt ", "audio/wav"),
        (b"#EXTM3U\nWAVE", "text/plain"),
        (b"ID3\x03", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"OggS\x00", "audio/ogg"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04", "application/octet-stream"),
        (b"\x00\x01\x02", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_kinds_are_told_by_the_first_bytes(head: bytes, kind: str) -> None:
    assert media_type(head) == kind


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"]
)
def test_encodings_are_told_apart(codec: str) -> None:
    text = "Déjà vu, as they say: façade, naïve, Zoë."
    assert decode_text(text.encode(codec)) == text


def test_a_text_is_the_same_in_any_encoding_and_spacing(tmp_path: Path) -> None:
    text = "Déjà vu, as they say: façade, naïve, Zoë. " * 20
    codes = set()
    for codec, changed in (
        ("utf-8", text),
        ("utf-16", text),
        ("cp1252", text.replace(" ", "\r\n  ")),
        ("utf-8", f"<html><style>p {{}}</style><script>x</script><p>{text}"),
    ):
        path = tmp_path / "text"
        path.write_bytes(changed.encode(codec))
        codes.add(fingerprint(path).content.iscc)
    assert len(codes) == 1


def test_a_text_without_letters_has_no_content_code(tmp_path: Path) -> None:
    path = tmp_path / "stars.txt"
    path.write_text(" *** \n ... \n")
    read = fingerprint(path)
    assert (read.content.iscc, read.content.media_type) == (None, "text/plain")
    assert iscc_core.iscc_decode(read.iscc)[:2] == (iscc_core.MT.ISCC, iscc_core.ST_ISCC.SUM)


def test_bytes_of_an_unknown_kind_have_data_and_instance_codes(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(bytes(range(256)) * 40)
    read = fingerprint(path)
    assert read.units == (read.data,)
    assert [code.family for code in read.codes()] == [Family.DATA]


# Pictures


@pytest.fixture
def picture() -> Image.Image:
    with samples() as found:
        image = Image.open(found.picture)
        image.load()
    return image.convert("RGB")


def saved(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_picture_turned_by_its_exif_data_is_the_same(
    picture: Image.Image, tmp_path: Path, turn: int
) -> None:
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[turn]
    exif = Image.Exif()
    exif[0x0112] = turn
    turned = picture if back is None else picture.transpose(back)
    path = saved(turned, tmp_path / "turned.png", exif=exif)
    assert content_of(path) == content_of(saved(picture, tmp_path / "upright.png"))


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    clear.paste((200, 30, 60, 255), (10, 20, 40, 60))
    white = Image.new("RGB", (64, 64), "white")
    white.paste((200, 30, 60), (10, 20, 40, 60))
    assert content_of(saved(clear, tmp_path / "a.png")) == content_of(saved(white, tmp_path / "b.png"))


@pytest.mark.parametrize("colour", ["white", "black", (250, 250, 250)])
def test_a_frame_is_cut_off_for_the_image_code(picture: Image.Image, tmp_path: Path, colour: object) -> None:
    framed = Image.new("RGB", (picture.width + 40, picture.height + 60), colour)  # type: ignore[arg-type]
    framed.paste(picture, (20, 30))
    framed = framed.copy()
    plain = content_of(saved(picture, tmp_path / "plain.png"))
    assert content_of(saved(framed, tmp_path / "framed.png")).iscc == plain.iscc


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode_of_pixels_is_read(picture: Image.Image, tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    else:
        image = picture.convert("L").convert(mode) if mode in "IF" else picture.convert(mode)
    suffix = {"CMYK": "jpg", "F": "tiff", "I": "tiff"}.get(mode, "png")
    content = content_of(saved(image, tmp_path / f"picture.{suffix}"))
    assert content.unread is None
    assert content.iscc is not None
    if mode == "I;16":
        assert content == content_of(saved(picture.convert("L"), tmp_path / "grey.png"))


@pytest.mark.parametrize("kind", ["plain", "gradient"])
def test_a_picture_without_features_matches_nothing(tmp_path: Path, kind: str) -> None:
    image = Image.new("RGB", (200, 200), "teal") if kind == "plain" else Image.linear_gradient("L")
    path = saved(image, tmp_path / "flat.png")
    content = content_of(path)
    assert content.pdq is None
    assert codes_of([content.iscc] if content.iscc else []) == ()
    assert {code.family for code in fingerprint(path).codes()} <= {Family.DATA}


def test_a_picture_that_cannot_be_read_has_the_codes_of_its_bytes(
    tmp_path: Path, picture: Image.Image
) -> None:
    whole = saved(picture, tmp_path / "whole.png").read_bytes()
    path = tmp_path / "cut.png"
    path.write_bytes(whole[: len(whole) // 2])
    read = fingerprint(path)
    assert read.content.iscc is None
    assert "cannot be read" in str(read.content.unread)
    assert read.units == (read.data,)


def test_a_picture_of_too_many_pixels_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(path)
    assert path.stat().st_size < 1 << 20
    assert "400000000 pixels" in str(content_of(path).unread) or "are the most" in str(
        content_of(path).unread
    )


# Sounds


def test_without_the_tool_a_sound_has_the_codes_of_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with samples() as found:
        read = fingerprint(found.sound)
        with pytest.raises(ToolMissing, match="apt-get install libchromaprint-tools"):
            chromaprint(found.sound)
    assert "not installed" in str(read.content.unread)
    assert [code.family for code in read.codes()] == [Family.DATA]


@needs_fpcalc
def test_a_sound_has_an_audio_code(tmp_path: Path) -> None:
    path = tune(tmp_path / "tune.wav", range(40, 64))
    read = fingerprint(path)
    assert read.content.media_type == "audio/wav"
    assert read.content.iscc == iscc_core.gen_audio_code(chromaprint(path), bits=256)["iscc"]
    assert [code.family for code in read.codes()] == [Family.AUDIO, Family.AUDIO_SHORT]


@needs_fpcalc
def test_silence_matches_nothing(tmp_path: Path) -> None:
    path = tune(tmp_path / "silence.wav", [None] * 24)
    assert not has_features(chromaprint(path))
    assert fingerprint(path).content.iscc is None


@needs_fpcalc
@pytest.mark.parametrize(
    "data", [b"RIFF\x00\x00\x00\x00WAVE", b"ID3\x03" + b"\x00" * 99, b"fLaC" + b"x" * 5000]
)
def test_a_broken_sound_has_the_codes_of_its_bytes(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "-raw"
    path.write_bytes(data)
    read = fingerprint(path)
    assert read.content.iscc is None
    assert [code.family for code in read.codes()] == [Family.DATA]


@needs_fpcalc
def test_a_sound_gets_limited_time(tmp_path: Path) -> None:
    path = tune(tmp_path / "tune.wav", range(40, 64))
    with pytest.raises(InputError, match="seconds"):
        chromaprint(path, seconds=0.000_1)


def tune(path: Path, notes: object) -> Path:
    """Half a second of each note of the piano, as WAV."""
    import wave

    time = np.arange(11_025) / 22_050
    tones = [
        np.zeros(len(time))
        if note is None
        else sum(np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * h * time) / h for h in (1, 2, 3))
        for note in notes  # type: ignore[attr-defined]
    ]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        file.writeframes((8_000 * np.concatenate(tones)).astype("<i2").tobytes())
    return path
