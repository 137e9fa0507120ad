"""Makes the sample works in src/licet/samples: a text, a picture, a sound and a catalogue.

They are written by this project and given away under CC0 1.0. The same bytes come out on every machine, since
the works are known by their hashes.

    python scripts/make_samples.py
"""

import csv
import io
import math
import struct
import wave
import zlib
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "src" / "licet" / "samples"

POEM = """\
Permission

I left the gate unlatched but not unmarked:
a little board, a name, a price, a day.
Who reads it may go in until it's dark
and take the pears that hang beside the way.

The one who does not read it takes them too,
and tells me later that the gate stood wide.
I point him to the board. It's all I do.
The board says what it said. He looks aside.

So let the board be read before the hand,
and let the hand put down what it will owe,
and let us both, and any who demand,
see what was asked, and paid, and where the pears may go.
"""

ARTISTS = {
    "a1": "Ines Varga",
    "a2": "Tomas Oyelaran",
    "a3": "Mirela Quist",
    "a4": "Jun Halloran",
    "a5": "Petra Sandoval",
}

# Title, artists, year, medium.
WORKS = (
    ("Harbour before Rain", "a1", 1998, "Oil on canvas"),
    ("Harbour after Rain", "a1", 1998, "Oil on canvas"),
    ("Study of a Crane", "a1", 1999, "Graphite on paper"),
    ("Two Cranes, One Ship", "a1|a2", 2001, "Screenprint on paper"),
    ("Night Ferry", "a1", 2003, "Oil on canvas"),
    ("The Customs House", "a1", 2004, "Etching on paper"),
    ("Salt Road", "a2", 2002, "Photograph, gelatin silver print"),
    ("Salt Road, Noon", "a2", 2002, "Photograph, gelatin silver print"),
    ("Weighing", "a2", 2005, "Photograph, gelatin silver print"),
    ("Ledger with Moths", "a2|a3", 2006, "Photograph and ink on paper"),
    ("Seven Lamps", "a2", 2009, "Video, 7 minutes"),
    ("Cartographer's Table", "a3", 2007, "Ink on paper"),
    ("Map of a Room", "a3", 2007, "Ink on paper"),
    ("Map of the Same Room", "a3", 2011, "Ink on paper"),
    ("Erasure No. 4", "a3", 2012, "Graphite and eraser on paper"),
    ("Paper Weather", "a3|a5", 2014, "Paper, thread and air"),
    ("Loom, Unwarped", "a4", 2010, "Wood and cotton"),
    ("Loom, Warped", "a4", 2010, "Wood and cotton"),
    ("Song for Bobbins", "a4", 2013, "Audio, 3 minutes"),
    ("Selvedge", "a4|a5", 2015, "Cotton and copper"),
    ("Copper Field", "a5", 2015, "Copper on board"),
    ("Field, Oxidised", "a5", 2018, "Copper on board"),
    ("Small Verdigris", "a5", 2019, "Copper salts on paper"),
    ("Everyone's Harbour", "a1|a5", 2021, "Copper and oil on canvas"),
)


def text() -> bytes:
    """A poem."""
    return POEM.encode()


def picture() -> bytes:
    """Rings of light on water, 96 by 96 grey pixels, as a PNG."""
    size = 96

    def grey(x: int, y: int) -> int:
        near = math.isqrt((x - 30) ** 2 * 100 + (y - 34) ** 2 * 220)
        far = math.isqrt((x - 70) ** 2 * 90 + (y - 62) ** 2 * 200)
        return 255 - (near % 160 + far % 220) * 2 // 3

    rows = b"".join(b"\x00" + bytes(grey(x, y) for x in range(size)) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", stored(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, data) for kind, data in chunks)


def stored(data: bytes) -> bytes:
    """A zlib stream of one stored block: compressors differ, this does not."""
    length = struct.pack("<HH", len(data), len(data) ^ 0xFFFF)
    return b"\x78\x01\x01" + length + data + struct.pack(">I", zlib.adler32(data))


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def sound() -> bytes:
    """A falling fifth, 1.2 seconds of 16-bit mono at 8 kHz, as a WAV."""
    rate = 8000
    samples: list[int] = []
    for frequency, seconds in ((660, 0.4), (440, 0.8)):
        count = int(rate * seconds)
        samples += (
            round(9000 * (1 - n / count) * math.sin(2 * math.pi * frequency * n / rate)) for n in range(count)
        )
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return buffer.getvalue()


def catalog() -> bytes:
    """24 works by five artists, some by two, as a CSV."""
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("id", "title", "artists", "artist_ids", "date", "medium"))
    for number, (title, ids, year, medium) in enumerate(WORKS, 1):
        names = ", ".join(ARTISTS[artist] for artist in ids.split("|"))
        writer.writerow((f"S{number:03}", title, names, ids, year, medium))
    return table.getvalue().encode()


SAMPLES: dict[str, Callable[[], bytes]] = {
    "permission.txt": text,
    "rings.png": picture,
    "fifth.wav": sound,
    "catalog.csv": catalog,
}


def main() -> None:
    """Writes all samples."""
    for name, make in SAMPLES.items():
        path = FOLDER / name
        path.write_bytes(make())
        print(f"{path.stat().st_size:7,} bytes  {name}")


if __name__ == "__main__":
    main()
