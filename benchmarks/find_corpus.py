"""Works for `benchmarks/find.py`: pictures, texts and sounds made from numbers, and what is done to them.

Nothing is downloaded. A picture is a scene of fractal noise (as rough as photographs are: its spectrum falls
with the frequency) with some figures in it; a text has words as frequent as Zipf's law has them; a sound is a
tune with harmonics, chords and a beat. Each comes from its number alone, so that every run has the same.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

Transformation = Callable[[Path, Path], Path]
"""Makes a copy of a file in a folder, and returns its path."""

RATE = 22_050
WORDS = 600


# Works


def picture(number: int, folder: Path) -> Path:
    """A scene, 640 by 480 pixels, as PNG."""
    random = np.random.default_rng((1, number))
    layers = [_noise(random, 480, 640) for _ in range(3)]
    light = layers[0]
    pixels = np.stack([0.6 * light + 0.4 * layer for layer in layers], axis=-1)
    image = Image.fromarray((255 * pixels).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(int(random.integers(2, 7))):
        x, y = (int(v) for v in random.integers(0, (560, 400)))
        w, h = (int(v) for v in random.integers(40, 260, 2))
        colour = tuple(int(v) for v in random.integers(0, 256, 3))
        shape = (draw.ellipse, draw.rectangle)[int(random.integers(2))]
        shape((x, y, x + w, y + h), fill=colour)
    path = folder / f"picture-{number}.png"
    image.save(path)
    return path


def text(number: int, folder: Path) -> Path:
    """600 words in sentences and paragraphs, UTF-8."""
    path = folder / f"text-{number}.txt"
    path.write_text(_prose(np.random.default_rng((2, number)), WORDS), encoding="utf-8")
    return path


def sound(number: int, folder: Path) -> Path:
    """Twenty seconds of a tune, mono, 22,050 Hz, as WAV."""
    random = np.random.default_rng((3, number))
    beat = float(random.uniform(0.2, 0.5))
    scale = 220 * 2 ** (np.cumsum(random.integers(1, 4, 8)) / 12) * random.uniform(0.7, 1.4)
    samples = np.zeros(20 * RATE)
    at = 0.0
    while at < 19.5:
        length = beat * int(random.integers(1, 4))
        notes = [random.choice(scale), *random.choice(scale / 2, int(random.integers(0, 3)))]
        _play(samples, at, length, notes, random)
        at += length
    samples += 0.01 * random.standard_normal(len(samples))
    path = folder / f"sound-{number}.wav"
    _write_wav(path, (20_000 * samples / np.abs(samples).max()).astype("<i2"))
    return path


def _noise(random: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Noise whose amplitude falls with the frequency, between 0 and 1."""
    y, x = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :]
    frequency = np.hypot(y, x)
    frequency[0, 0] = 1
    spectrum = np.exp(2j * np.pi * random.random((height, width))) / frequency**1.2
    noise = np.fft.ifft2(spectrum).real
    scaled: np.ndarray = np.clip((noise - noise.mean()) / (6 * noise.std()) + 0.5, 0, 1)
    return scaled


_SYLLABLES = [c + v for c in "bcdfghlmnprstvw" for v in ("a", "e", "i", "o", "u", "é", "ou", "an", "er")]


def _vocabulary() -> list[str]:
    random = np.random.default_rng(4)
    made = ("".join(random.choice(_SYLLABLES, int(random.integers(1, 5)))) for _ in range(6_000))
    return list(dict.fromkeys(made))


VOCABULARY = _vocabulary()
_ZIPF = 1 / np.arange(1, len(VOCABULARY) + 1)
_ZIPF /= _ZIPF.sum()


def _prose(random: np.random.Generator, count: int) -> str:
    words = [str(word) for word in random.choice(VOCABULARY, count, p=_ZIPF)]
    lines = []
    while words:
        sentence, words = words[: (n := int(random.integers(5, 16)))], words[n:]
        lines.append(" ".join(sentence).capitalize() + random.choice([".", ".", "!", ".\n"]))
    return " ".join(lines) + "\n"


def _play(
    samples: np.ndarray, at: float, length: float, notes: list[float], random: np.random.Generator
) -> None:
    start = int(at * RATE)
    size = min(int(length * RATE), len(samples) - start)
    time = np.arange(size) / RATE
    for note in notes:
        for harmonic in range(1, 6):
            envelope = np.exp(-time * 3 * harmonic**0.5)
            samples[start : start + size] += envelope * np.sin(2 * np.pi * note * harmonic * time) / harmonic
    burst = min(size, RATE // 20)
    samples[start : start + burst] += random.standard_normal(burst) * np.linspace(0.5, 0, burst)


def _write_wav(path: Path, samples: np.ndarray) -> None:
    import wave

    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, len(samples), "NONE", ""))
        file.writeframes(samples.tobytes())


# What is done to them


def jpeg(quality: int) -> Transformation:
    """The picture as a JPEG."""

    def save(source: Path, folder: Path) -> Path:
        path = folder / f"{source.stem}-{quality}.jpg"
        _opened(source).save(path, quality=quality)
        return path

    return save


def half_size(source: Path, folder: Path) -> Path:
    """Half as wide, half as high."""
    image = _opened(source)
    return _saved(image.resize((image.width // 2, image.height // 2)), folder / f"{source.stem}-half.png")


def cropped(source: Path, folder: Path) -> Path:
    """A tenth of the area cut off, evenly on all sides."""
    return _inside(source, folder, (1 - 0.9**0.5) / 2)


def cropped_more(source: Path, folder: Path) -> Path:
    """A tenth of the width and of the height cut off, evenly on all sides: a fifth of the area."""
    return _inside(source, folder, 0.05)


def _inside(source: Path, folder: Path, part: float) -> Path:
    image = _opened(source)
    x, y = round(image.width * part), round(image.height * part)
    box = (x, y, image.width - x, image.height - y)
    return _saved(image.crop(box), folder / f"{source.stem}-cropped.png")


def cropped_side(source: Path, folder: Path) -> Path:
    """A tenth of the area cut off, all of it on the right."""
    image = _opened(source)
    box = (0, 0, round(image.width * 0.9), image.height)
    return _saved(image.crop(box), folder / f"{source.stem}-side.png")


def grey(source: Path, folder: Path) -> Path:
    """Without colours."""
    return _saved(_opened(source).convert("L"), folder / f"{source.stem}-grey.png")


def webp(source: Path, folder: Path) -> Path:
    """As WebP, of Pillow's usual quality."""
    return _saved(_opened(source), folder / f"{source.stem}.webp")


def framed(source: Path, folder: Path) -> Path:
    """With a white frame of a tenth of its width."""
    image = _opened(source)
    edge = image.width // 10
    canvas = Image.new("RGB", (image.width + 2 * edge, image.height + 2 * edge), "white")
    canvas.paste(image, (edge, edge))
    return _saved(canvas, folder / f"{source.stem}-framed.png")


def other_spaces(source: Path, folder: Path) -> Path:
    """Other line ends, wider spaces, lines broken elsewhere."""
    words = source.read_text(encoding="utf-8").split()
    lines = ["  ".join(words[i : i + 9]) for i in range(0, len(words), 9)]
    return _written(folder / f"{source.stem}-spaces.txt", "\r\n\t".join(lines).encode())


def utf16(source: Path, folder: Path) -> Path:
    """In UTF-16, with a byte order mark."""
    return _written(folder / f"{source.stem}-utf16.txt", source.read_text(encoding="utf-8").encode("utf-16"))


def latin1(source: Path, folder: Path) -> Path:
    """In Latin-1; what it has not becomes a question mark."""
    data = source.read_text(encoding="utf-8").encode("latin-1", "replace")
    return _written(folder / f"{source.stem}-latin1.txt", data)


def edited_words(source: Path, folder: Path) -> Path:
    """One word in twenty taken out, replaced, or followed by a new one."""
    random = np.random.default_rng(len(source.name) + sum(source.name.encode()))
    words = source.read_text(encoding="utf-8").split(" ")
    for i in sorted(random.choice(len(words), len(words) // 20, replace=False), reverse=True):
        new = str(random.choice(VOCABULARY))
        words[i : i + 1] = ([], [new], [words[i], new])[int(random.integers(3))]
    return _written(folder / f"{source.stem}-words.txt", " ".join(words).encode())


def edited_sentences(source: Path, folder: Path) -> Path:
    """A twentieth of the text, in one piece, replaced by other words."""
    random = np.random.default_rng(sum(source.name.encode()))
    words = source.read_text(encoding="utf-8").split(" ")
    size = len(words) // 20
    at = int(random.integers(len(words) - size))
    words[at : at + size] = _prose(random, size).split()
    return _written(folder / f"{source.stem}-passage.txt", " ".join(words).encode())


def edited_letters(source: Path, folder: Path) -> Path:
    """One character in twenty replaced by a letter, anywhere: the worst that 5 % can be."""
    random = np.random.default_rng(sum(source.name.encode()))
    letters = list(source.read_text(encoding="utf-8"))
    for i in random.choice(len(letters), len(letters) // 20, replace=False):
        letters[i] = chr(97 + int(random.integers(26)))
    return _written(folder / f"{source.stem}-letters.txt", "".join(letters).encode())


def encoded(suffix: str, *options: str) -> Transformation:
    """The sound as ffmpeg encodes it."""

    def encode(source: Path, folder: Path) -> Path:
        path = folder / f"{source.stem}{suffix}"
        command = ["ffmpeg", "-v", "error", "-y", "-i", str(source), *options, str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path

    return encode


PICTURES: Mapping[str, Transformation] = {
    **{f"jpeg_q{quality}": jpeg(quality) for quality in (90, 70, 50, 30)},
    "half_size": half_size,
    "crop_10_percent": cropped,
    "crop_10_percent_each_way": cropped_more,
    "crop_10_percent_one_side": cropped_side,
    "grey": grey,
    "png_to_webp": webp,
    "frame": framed,
}
TEXTS: Mapping[str, Transformation] = {
    "text_white_space": other_spaces,
    "text_utf16": utf16,
    "text_latin1": latin1,
    "text_5_percent_words": edited_words,
    "text_5_percent_passage": edited_sentences,
    "text_5_percent_letters": edited_letters,
}
SOUNDS: Mapping[str, Transformation] = {
    "audio_mp3_128k": encoded(".mp3", "-b:a", "128k"),
    "audio_mp3_64k": encoded("-64.mp3", "-b:a", "64k"),
    "audio_aac": encoded(".m4a", "-b:a", "96k"),
    "audio_vorbis": encoded(".ogg", "-c:a", "libvorbis"),
    "audio_resampled": encoded("-16k.flac", "-ar", "16000"),
}


def sound_tools() -> list[str]:
    """The programs that are missing for sounds."""
    return [tool for tool in ("ffmpeg", "fpcalc") if shutil.which(tool) is None]


def _opened(source: Path) -> Image.Image:
    return Image.open(source).convert("RGB")


def _saved(image: Image.Image, path: Path) -> Path:
    image.save(path)
    return path


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
