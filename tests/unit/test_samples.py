import runpy
import wave
from pathlib import Path

from licet.catalog import read_catalog
from licet.fingerprint import sha256_file
from licet.samples import samples

ROOT = Path(__file__).resolve().parents[2]


def test_the_generator_makes_the_shipped_files() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "make_samples.py"))
    for name, make in made["SAMPLES"].items():
        assert (made["FOLDER"] / name).read_bytes() == make(), "run scripts/make_samples.py"


def test_samples_can_be_registered() -> None:
    with samples() as files:
        assert len({sha256_file(path) for path in (files.text, files.picture, files.sound)}) == 3
        assert files.picture.read_bytes().startswith(b"\x89PNG")
        with wave.open(str(files.sound)) as sound:
            assert sound.getnframes() == 9600
        catalog = read_catalog(files.catalog, payees_column="artist_ids")
        assert sum(path.stat().st_size for path in files.text.parent.iterdir() if path.is_file()) < 100_000
    assert len(catalog.works) == 24
    assert len(catalog.shares) == 5
    assert sum(catalog.shares.values()) == 24 * catalog.share_unit
