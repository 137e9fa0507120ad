#!/usr/bin/env python3
"""Finding what is like a file: how much is found, how fast, and in how much space.

    python benchmarks/find.py                     tables
    python benchmarks/find.py --json              {"works", "lookup_ms", "bytes_per_work", "recall": {…}, …}
    python benchmarks/find.py --photos FOLDER     with the pictures of a folder, and nothing else
    python benchmarks/find.py --works 100000      another number of works
    python benchmarks/find.py --check             fail where a target is missed

An index of a million works, all with an asset of their own: half pictures, four tenths texts, a tenth
sounds. Most have random code words, as unrelated works have; among them are the works of `find_corpus`, which
are files. Each of those is transformed, and looked up by its copy: `recall` is the share whose original comes
back first. A look-up is `SimilarityIndex.find` with all of a file's code words, in an index that is open;
making the code words is counted apart (`fingerprint_ms`). `false_near` is how many works a look-up meets that
have nothing to do with what is looked up, by kind.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import find_corpus as corpus
import numpy as np
from rich.console import Console
from rich.table import Table

from licet.fingerprint.codes import Code, Family, codes_of, with_short
from licet.fingerprint.index import Entry, SimilarityIndex
from licet.fingerprint.likeness import Fingerprint, content_of, fingerprint
from licet.fingerprint.match import RADIUS, remoteness
from licet.types import Hash32, hash32

WORKS = 1_000_000
BATCH = 250_000
PICTURES, TEXTS, SOUNDS = 100, 100, 40
UNRELATED = 1_000
REGISTRANTS = 10_000
# What a million works are, and which code words each has.
KINDS = {
    "pictures": (0.5, (Family.PDQ, Family.IMAGE)),
    "texts": (0.4, (Family.TEXT,)),
    "sounds": (0.1, (Family.AUDIO,)),
}
TARGETS = {"lookup_ms": 20.0, "bytes_per_work": 200.0}


@dataclass
class Figures:
    """What was measured; times in milliseconds."""

    works: int = 0
    bytes_per_work: float = 0.0
    lookups: list[float] = field(default_factory=list)
    fingerprints: dict[str, list[float]] = field(default_factory=dict)
    recall: dict[str, float] = field(default_factory=dict)
    false_near: dict[str, list[int]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "works": self.works,
            "lookup_ms": round(float(np.median(self.lookups)), 2),
            "lookup_ms_p99": round(float(np.percentile(self.lookups, 99)), 2),
            "bytes_per_work": round(self.bytes_per_work, 1),
            "recall": self.recall,
            "false_near": {k: round(float(np.mean(v)), 4) for k, v in self.false_near.items()},
            "fingerprint_ms": {k: round(float(np.median(v)), 1) for k, v in self.fingerprints.items()},
            "skipped": self.skipped,
        }


def main() -> int:
    """Measure, then print; returns the exit code."""
    parser = argparse.ArgumentParser(description="Finding what is like a file.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--check", action="store_true", help="fail where a target is missed")
    parser.add_argument("--works", type=int, default=WORKS, help=f"how many works (default: {WORKS})")
    parser.add_argument("--photos", type=Path, help="a folder of pictures, in place of the corpus")
    options = parser.parse_args()
    figures = measure(options.works, options.photos).to_json()
    if options.json:
        print(json.dumps(figures))
    else:
        show(figures)
    missed = [
        f"{name} is {figures[name]}, more than {most}"
        for name, most in TARGETS.items()
        if figures[name] > most
    ]
    for line in missed if options.check else ():
        print(f"find: {line}", file=sys.stderr)
    return 1 if options.check and missed else 0


def measure(works: int, photos: Path | None) -> Figures:
    """Builds the index, transforms the works of the corpus, and looks each of them up."""
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="licet-find-") as name:
        folder = Path(name)
        files = originals(folder, photos, figures)
        read = {path: timed_fingerprint(path, figures) for paths in files.values() for path in paths}
        index = SimilarityIndex(folder / "index")
        numbers = {path: number for number, path in enumerate(read)}
        index.add([entry(numbers[path], mark.units, mark.content.pdq) for path, mark in read.items()], {})
        for batch in unrelated(len(read), works):
            index.add(batch, {})
        figures.works, figures.bytes_per_work = index.works, index.size / index.works
        for kind, transformations in (
            ("pictures", corpus.PICTURES),
            ("texts", corpus.TEXTS),
            ("sounds", corpus.SOUNDS),
        ):
            known = {path: numbers[path] for path in files[kind]}
            figures.false_near[kind] = recall(index, folder, known, transformations, figures)
            figures.false_near[kind] += false_near(index, KINDS[kind][1], figures)
    return figures


def originals(folder: Path, photos: Path | None, figures: Figures) -> dict[str, list[Path]]:
    """The files of the corpus, by kind."""
    missing = corpus.sound_tools()
    if missing:
        figures.skipped.append(f"sounds: {' and '.join(missing)} not installed")
    made = [corpus.picture(number, folder) for number in range(0 if photos else PICTURES)]
    return {
        "pictures": sorted(photos.iterdir()) if photos else made,
        "texts": [corpus.text(number, folder) for number in range(0 if photos else TEXTS)],
        "sounds": [corpus.sound(number, folder) for number in range(0 if missing or photos else SOUNDS)],
    }


def timed_fingerprint(path: Path, figures: Figures) -> Fingerprint:
    """A file's fingerprint; how long it took is noted by the kind of file."""
    start = time.perf_counter()
    mark = fingerprint(path)
    kind = mark.content.media_type.partition("/")[0]
    figures.fingerprints.setdefault(kind, []).append(1000 * (time.perf_counter() - start))
    return mark


def entry(number: int, units: Sequence[str], pdq: str | None) -> Entry:
    """A work of the corpus as it is registered."""
    return Entry(asset(number), registrant(number), None, asset(number), codes_of(units, pdq))


def unrelated(begin: int, end: int) -> Iterator[list[Entry]]:
    """Works with random code words, in batches."""
    random = np.random.default_rng(11)
    shares = [share for share, _ in KINDS.values()]
    families = [families for _, families in KINDS.values()]
    for start in range(begin, end, BATCH):
        count = min(BATCH, end - start)
        kinds = random.choice(len(families), count, p=shares)
        yield [
            Entry(
                asset(start + i),
                registrant(start + i),
                None,
                asset(start + i),
                tuple(Code(family, random.bytes(family.bits // 8)) for family in families[kind]),
            )
            for i, kind in enumerate(kinds)
        ]


def recall(
    index: SimilarityIndex,
    folder: Path,
    files: Mapping[Path, int],
    transformations: Mapping[str, corpus.Transformation],
    figures: Figures,
) -> list[int]:
    """Notes the share of files that are found by their transformed copies; returns what else was met."""
    others = []
    for name, transform in transformations.items() if files else ():
        found = 0
        for path, number in files.items():
            copy = content_of(transform(path, folder))
            codes = with_short(codes_of([copy.iscc] if copy.iscc else [], copy.pdq))
            near = look_up(index, codes, figures)
            found += near[:1] == [asset(number)]
            others.append(len(set(near) - {asset(number)}))
        figures.recall[name] = round(found / len(files), 3)
    return others


def look_up(index: SimilarityIndex, codes: Sequence[Code], figures: Figures) -> list[Hash32]:
    """What is near, nearest first; the time is noted."""
    start = time.perf_counter()
    hits = index.find(codes, RADIUS)
    figures.lookups.append(1000 * (time.perf_counter() - start))
    hits.sort(key=lambda hit: remoteness(hit.family, hit.distance))
    return list(dict.fromkeys(hit.asset_id for hit in hits))


def false_near(index: SimilarityIndex, families: Sequence[Family], figures: Figures) -> list[int]:
    """How many works look-ups meet that look for what nobody has registered."""
    random = np.random.default_rng(12)
    queries = ([Code(f, random.bytes(f.bits // 8)) for f in families] for _ in range(UNRELATED))
    return [len(look_up(index, codes, figures)) for codes in queries]


def asset(number: int) -> Hash32:
    """A work's id and SHA-256, as far apart as hashes are."""
    return hash32(hashlib.sha256(number.to_bytes(8)).digest())


def registrant(number: int) -> str:
    """Who registered a work."""
    return f"0x{number % REGISTRANTS:040x}"


def show(figures: dict[str, Any]) -> None:
    """The figures for people."""
    console = Console()
    summary = Table("", "measured", "target", title=f"Finding among {figures['works']:,} works")
    summary.add_row("look-up, median", f"{figures['lookup_ms']} ms", f"≤ {TARGETS['lookup_ms']:g} ms")
    summary.add_row("look-up, 99 of 100", f"{figures['lookup_ms_p99']} ms", "")
    summary.add_row("index", f"{figures['bytes_per_work']} bytes a work", f"≤ {TARGETS['bytes_per_work']:g}")
    for kind, met in figures["false_near"].items():
        summary.add_row(f"unrelated works met: {kind}", f"{met} a look-up", "")
    for kind, spent in figures["fingerprint_ms"].items():
        summary.add_row(f"making code words: {kind}", f"{spent} ms", "")
    table = Table("transformation", "found", title="Found by a transformed copy")
    for name, share in figures["recall"].items():
        table.add_row(name, f"{100 * share:.1f} %")
    console.print(summary, table)
    for line in figures["skipped"]:
        console.print(f"skipped: {line}")


if __name__ == "__main__":
    raise SystemExit(main())
