"""The similarity index against a look at every work; what it survives, and what it notices."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.errors import IndexDamaged, InputError
from licet.fingerprint import segment
from licet.fingerprint.bands import band_count, keys_of, probes, words_of
from licet.fingerprint.codes import Code, Family
from licet.fingerprint.index import Entry, Hit, SimilarityIndex, remove_index
from licet.fingerprint.likeness import fingerprint
from licet.fingerprint.match import RADIUS, Likeness, likeness
from licet.types import ZERO_ADDRESS, Hash32, hash32

HAMMING = [f for f in Family if f not in (Family.TEXT, Family.DATA)]
Works = list[Entry]


@pytest.fixture
def always_banded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few words have bands too."""
    monkeypatch.setattr(segment, "BANDED_FROM", 1)


def flipped(body: bytes, bits: Iterable[int]) -> bytes:
    number = int.from_bytes(body)
    for bit in bits:
        number ^= 1 << int(bit)
    return number.to_bytes(len(body))


def works(random: np.random.Generator, family: Family, count: int) -> Works:
    """Works whose code words lie in heaps, so that some are near each other."""
    heap = random.bytes(family.bits // 8)
    made = []
    for number in range(count):
        body = random.bytes(family.bits // 8)
        if number % 2:
            body = flipped(
                heap, random.choice(family.bits, int(random.integers(family.bits // 2)), replace=False)
            )
        made.append(entry(number, Code(family, body)))
    return made


def entry(number: int, *codes: Code, position: int | None = None) -> Entry:
    return Entry(asset(number), ZERO_ADDRESS, position, hash32(bytes([7]) * 32), codes)


def asset(number: int) -> Hash32:
    return hash32(number.to_bytes(32))


def looked_at(made: Works, code: Code, radius: int) -> dict[Hash32, int]:
    """What a look at every work finds."""
    near = ((work.asset_id, c.distance(code)) for work in made for c in work.codes if c.family is code.family)
    return {found: distance for found, distance in near if distance <= radius}


def found(hits: Iterable[Hit]) -> dict[Hash32, int]:
    return {hit.asset_id: hit.distance for hit in hits}


# Finding


@pytest.mark.parametrize("family", HAMMING, ids=lambda family: family.title)
def test_all_words_within_three_bits_a_band_are_found(
    tmp_path: Path, always_banded: None, family: Family
) -> None:
    random = np.random.default_rng(family.bits)
    made = works(random, family, 300)
    index = SimilarityIndex(tmp_path)
    index.add(made, {})
    promised = 3 * band_count(family) - 1
    for work in made[:40]:
        far = random.choice(family.bits, int(random.integers(promised + 1)), replace=False)
        code = Code(family, flipped(work.codes[0].body, far))
        assert found(index.find([code], {family: promised})) == looked_at(made, code, promised)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_band_differs_in_at_most_two_bits_within_the_promise(data: st.DataObject) -> None:
    family = data.draw(st.sampled_from(HAMMING))
    body = data.draw(st.binary(min_size=family.bits // 8, max_size=family.bits // 8))
    promised = 3 * band_count(family) - 1
    far = data.draw(st.sets(st.integers(0, family.bits - 1), max_size=promised))
    keys = keys_of(words_of(body, family), family)
    asked = probes(words_of(flipped(body, far), family), family)
    assert any(key in row for key, row in zip(keys[:, 0], asked, strict=True))


@pytest.mark.parametrize("family", list(Family), ids=lambda family: family.title)
def test_few_words_are_compared_one_by_one(tmp_path: Path, family: Family) -> None:
    made = works(np.random.default_rng(3), family, 200)
    index = SimilarityIndex(tmp_path)
    index.add(made, {})
    for work in made[:20]:
        for radius in (0, RADIUS[family], family.bits):
            assert found(index.find(work.codes, {family: radius})) == looked_at(made, work.codes[0], radius)


@pytest.mark.parametrize("family", [Family.TEXT, Family.DATA], ids=lambda family: family.title)
def test_bands_of_minhash_find_what_has_much_in_common(
    tmp_path: Path, always_banded: None, family: Family
) -> None:
    """A symbol of four bits differs where the features do: 16 symbols of 64 are a quarter."""
    random = np.random.default_rng(4)
    made = [entry(n, Code(family, random.bytes(32))) for n in range(400)]
    index = SimilarityIndex(tmp_path)
    index.add(made, {})
    hits = 0
    for work in made[:100]:
        changed = random.choice(64, 16, replace=False)
        bits = [symbol + 64 * plane for symbol in changed for plane in range(4) if random.integers(2)]
        code = Code(family, flipped(work.codes[0].body, bits))
        near = found(index.find([code], {family: 64}))
        assert near.items() <= looked_at(made, code, 64).items()
        hits += work.asset_id in near
    assert hits >= 99


def test_bytes_of_an_unknown_kind_are_found_when_their_head_was_changed(tmp_path: Path) -> None:
    data = b"\0" + np.random.default_rng(6).bytes(300_000)
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(data)
    other.write_bytes(b"\0 another head" + data[200:])
    index = SimilarityIndex(tmp_path / "index")
    index.add([entry(1, *fingerprint(one).codes())], {})
    [hit] = index.find(fingerprint(other).codes(), RADIUS)
    assert (hit.asset_id, hit.family) == (asset(1), Family.DATA)
    assert likeness(hit.family, hit.distance) is Likeness.RE_ENCODED


def test_what_was_not_asked_for_is_not_compared(tmp_path: Path) -> None:
    code = Code(Family.PDQ, bytes(32))
    index = SimilarityIndex(tmp_path)
    index.add([entry(1, code, Code(Family.IMAGE, bytes(16)))], {})
    assert index.find([code], {Family.IMAGE: 9}) == []
    assert [hit.family for hit in index.find([code], RADIUS)] == [Family.PDQ]


def test_a_hit_tells_what_it_is(tmp_path: Path) -> None:
    code = Code(Family.AUDIO, bytes(range(32)))
    index = SimilarityIndex(tmp_path)
    index.add([entry(5, code, position=3), entry(5, code, position=4), entry(6, code)], {})
    assert sorted((hit.asset_id, hit.position) for hit in index.find([code], RADIUS) if hit.position) == [
        (asset(5), 3),
        (asset(5), 4),
    ]
    [single] = [hit for hit in index.find([code], RADIUS) if hit.position is None]
    assert single == Hit(asset(6), ZERO_ADDRESS, None, bytes([7]) * 8, Family.AUDIO, 0)


# Keeping


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.booleans())
def test_however_works_are_added_the_same_are_found(
    tmp_path_factory: pytest.TempPathFactory, parts: list[int], bands: bool
) -> None:
    folder = tmp_path_factory.mktemp("index")
    random = np.random.default_rng(sum(parts))
    made = works(random, Family.PDQ, sum(parts)) if sum(parts) else []
    numbered = iter(made)
    with pytest.MonkeyPatch.context() as patch:
        if bands:
            patch.setattr(segment, "BANDED_FROM", 8)
        for number, count in enumerate(parts):
            index = SimilarityIndex(folder)
            index.add([next(numbered) for _ in range(count)], {"part": number})
    index = SimilarityIndex(folder)
    assert (index.works, index.state) == (len(made), {"part": len(parts) - 1})
    for work in made[:5]:
        assert found(index.find(work.codes, {Family.PDQ: 40})) == looked_at(made, work.codes[0], 40)
    assert len(list(folder.glob("*.segment"))) <= 6


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = SimilarityIndex(tmp_path / "none")
    assert (index.works, index.size, dict(index.state)) == (0, 0, {})
    assert index.find([Code(Family.PDQ, bytes(32))], RADIUS) == []
    assert not (tmp_path / "none").exists()


def test_an_open_index_sees_what_another_adds(tmp_path: Path) -> None:
    code = Code(Family.PDQ, bytes(32))
    one, other = SimilarityIndex(tmp_path), SimilarityIndex(tmp_path)
    one.add([entry(1, code)], {})
    other.add([entry(2, code)], {})
    one.add([entry(3, code)], {})
    assert sorted(found(one.find([code], RADIUS))) == [asset(1), asset(2), asset(3)]


def test_what_a_crash_leaves_behind_does_no_harm(tmp_path: Path) -> None:
    code = Code(Family.PDQ, bytes(32))
    index = SimilarityIndex(tmp_path)
    index.add([entry(1, code)], {})
    (tmp_path / "half.segment").write_bytes(b"licet/sim")
    (tmp_path / ".index.json").write_bytes(b"{")
    again = SimilarityIndex(tmp_path)
    assert found(again.find([code], RADIUS)) == {asset(1): 0}
    again.add([entry(2, code)], {})
    assert len(list(tmp_path.glob("*.segment"))) <= 2
    assert not (tmp_path / "half.segment").exists()


def test_a_merge_that_fails_leaves_the_former_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = Code(Family.PDQ, bytes(32))
    index = SimilarityIndex(tmp_path)
    index.add([entry(1, code)], {"n": 1})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("licet.fingerprint.index.write_segment", full)
    with pytest.raises(InputError, match="No space left"):
        index.add([entry(2, code)], {"n": 2})
    again = SimilarityIndex(tmp_path)
    assert (again.works, again.state) == (1, {"n": 1})


def test_an_index_is_removed_and_nothing_else(tmp_path: Path) -> None:
    index = SimilarityIndex(tmp_path)
    index.add([entry(1, Code(Family.PDQ, bytes(32)))], {})
    (tmp_path / "mine.txt").touch()
    remove_index(tmp_path)
    assert SimilarityIndex(tmp_path).works == 0
    assert (tmp_path / "mine.txt").exists()


# Damage


@pytest.fixture
def damaged(tmp_path: Path, always_banded: None) -> Path:
    """The file of an index of pictures and texts, with bands."""
    random = np.random.default_rng(9)
    made = [*works(random, Family.PDQ, 60), *works(random, Family.TEXT, 60)]
    SimilarityIndex(tmp_path).add(made, {})
    [path] = tmp_path.glob("*.segment")
    return path


def arrays_in(path: Path) -> Iterator[tuple[str, int, int]]:
    """The names of a segment's arrays, where they begin and end."""
    data = path.read_bytes()
    header = json.loads(data[24 : 24 + int.from_bytes(data[16:20], "little")])
    for name, entry in header["arrays"].items():
        size = int(np.prod(entry["shape"])) * np.dtype(entry["dtype"]).itemsize
        yield name, entry["at"], entry["at"] + size


def test_a_file_of_another_length_or_header_is_noticed(damaged: Path) -> None:
    whole = damaged.read_bytes()
    for data in (b"", whole[:10], whole[:-1], whole + b"x", b"X" + whole[1:], whole[:40] + b"?" + whole[41:]):
        damaged.write_bytes(data)
        with pytest.raises(IndexDamaged, match="build it again"):
            SimilarityIndex(damaged.parent)


def test_a_missing_file_is_noticed(damaged: Path) -> None:
    damaged.unlink()
    with pytest.raises(IndexDamaged, match="lacks"):
        SimilarityIndex(damaged.parent)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"version":2,"segments":[],"state":{}}', b"\xff"])
def test_a_damaged_list_is_noticed(damaged: Path, text: bytes) -> None:
    (damaged.parent / "index.json").write_bytes(text)
    with pytest.raises(IndexDamaged, match="build it again"):
        SimilarityIndex(damaged.parent)


def test_no_damage_of_an_array_crashes_a_look_up_and_none_is_merged_on(damaged: Path) -> None:
    whole = damaged.read_bytes()
    noticed = set()
    for name, begin, end in arrays_in(damaged):
        damaged.write_bytes(whole[:begin] + b"\xf7" * (end - begin) + whole[end:])
        index = SimilarityIndex(damaged.parent)
        try:
            for family in (Family.PDQ, Family.TEXT):
                index.find([Code(family, b"\xf7" * 32), Code(family, bytes(32))], {family: 256})
        except IndexDamaged:
            noticed.add(name)
        with pytest.raises(IndexDamaged, match="is not what was written"):
            SimilarityIndex(damaged.parent).add(works(np.random.default_rng(1), Family.PDQ, 99), {})
    assert {"pdq.lists", "pdq.starts", "pdq.work"} <= noticed


# Words


def test_distances_have_plain_words() -> None:
    assert likeness(Family.PDQ, 31) is Likeness.RE_ENCODED
    assert likeness(Family.PDQ, 32) is Likeness.DERIVED
    assert [str(word) for word in Likeness] == ["identical", "re-encoded", "probably derived"]
    assert set(RADIUS) == set(Family)
