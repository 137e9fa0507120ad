"""Sample works, shipped with the package: a poem, a picture, a sound, a catalogue by five artists.

Written by this project, CC0 1.0; made by `scripts/make_samples.py`.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Samples:
    """Where the samples are.

    Attributes:
        text: a poem.
        picture: a PNG.
        sound: a WAV.
        catalog: a CSV; its payees' column is `artist_ids`.
    """

    text: Path
    picture: Path
    sound: Path
    catalog: Path


@contextmanager
def samples() -> Iterator[Samples]:
    """The samples as files, for as long as the context lasts (also where the package is a zip file)."""
    with ExitStack() as stack:
        names = ("permission.txt", "rings.png", "fifth.wav", "catalog.csv")
        yield Samples(*(stack.enter_context(as_file(files(__name__) / name)) for name in names))
