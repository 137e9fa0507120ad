"""The shelf: pages by key, words of any script, what a re-org takes away, documents that come late or lie."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from licet.documents import (
    CatalogDocument,
    Library,
    OfferDocument,
    Preview,
    Publisher,
    Work,
    WorkDocument,
    file_name,
)
from licet.errors import IndexFailed, IndexUnusable
from licet.index import Index
from licet.index.events.kinds import CONTRACTS, Kind, kinds
from licet.index.events.rows import numbers
from licet.index.store.sqlite import SqliteStore
from licet.index.tables.batch import Batch
from licet.index.tables.state import Identity
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer
from licet.rights.uses import Use
from licet.shelf import Filler, Role, Shelf, Wanted
from licet.shelf.words import LONGEST_WORD, MOST_WORDS, words
from licet.types import ZERO_HASH, Address, Hash32, hash32, hash_bytes

ADDRESSES = tuple(Address("0x" + f"{i}" * 40) for i in range(1, 7))
IDENTITY = Identity(31337, bytes(32), ADDRESSES, 1, 1)
KINDS = {kind.table: kind for kind in kinds()}
REGISTERED = KINDS["asset_registry_asset_registered"]
TRANSFERRED = KINDS["asset_registry_transfer"]
PUBLISHED = KINDS["license_token_offer_published"]
CANCELLED = KINDS["license_token_offer_cancelled"]
REGISTRANT = Address("0x" + "ab" * 20)
ISCC = "ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY"


def digest(text: str) -> Hash32:
    return hash32(hashlib.sha256(text.encode()).digest())


Log = tuple[Kind, bytes, bytes]


def registered(
    name: str, works: int = 0, content: Hash32 | None = None, document: Hash32 = ZERO_HASH, uri: str = ""
) -> Log:
    """The log of a registration."""
    topics = b"".join(
        (
            REGISTERED.topic,
            hash_bytes(digest(name)),
            bytes(12) + b"\xab" * 20,
            hash_bytes(content or digest("c" + name)),
        )
    )
    names = [parameter for parameter in REGISTERED.entry.inputs if not parameter.indexed]
    values: dict[str, Any] = {"works": works, "documentHash": hash_bytes(document), "uri": uri, "origin": 0}
    data = encode([p.signature for p in names], [values[p.name] for p in names])
    return REGISTERED, topics, data


def published(name: str, asset: str, **members: Any) -> Log:
    """The log of an offer that somebody put on chain; what is not said of it is zero."""
    topics = b"".join((PUBLISHED.topic, hash_bytes(digest(name)), hash_bytes(digest(asset)), bytes(32)))
    zeros = {"bool": False, "address": "0x" + "00" * 20, "bytes32": bytes(32), "string": ""}
    values = {"assetId": hash_bytes(digest(asset)), **members}
    structs = [parameter for parameter in PUBLISHED.entry.inputs if not parameter.indexed]
    filled = [tuple(values.get(m.name, zeros.get(m.type, 0)) for m in each.components) for each in structs]
    return PUBLISHED, topics, encode([each.signature for each in structs], filled)


def taken_back(name: str) -> Log:
    """The log of an offer that was cancelled."""
    return CANCELLED, CANCELLED.topic + hash_bytes(digest(name)) + bytes(64), b""


def moved(name: str, sender: bytes) -> Log:
    """The log of a deed that changes hands, or is made out."""
    topics = TRANSFERRED.topic + bytes(12) + sender + bytes(12) + b"\xcd" * 20 + hash_bytes(digest(name))
    return TRANSFERRED, topics, b""


class Chain:
    """An index of blocks that were never anywhere else."""

    def __init__(self, folder: Path) -> None:
        self.db = folder / "index.sqlite"
        self._store = SqliteStore(self.db, create=True)
        self._store.create(IDENTITY)
        self._hashes = {0: bytes(32)}

    def add(self, *blocks: list[Log], after: int | None = None, fork: str = "") -> None:
        """Adds blocks, behind the last one or another."""
        after = max(self._hashes) if after is None else after
        parent = self._hashes[after]
        self._hashes = {number: hash_ for number, hash_ in self._hashes.items() if number <= after}
        first = after + 1
        rows = []
        for number, logs in enumerate(blocks, first):
            self._hashes[number] = hashlib.sha256(f"{fork}{number}".encode()).digest()
            for at, (kind, topics, data) in enumerate(logs):
                kind_number = numbers()[CONTRACTS.index(kind.contract), kind.topic]
                rows.append(
                    (number, at, hashlib.sha256(self._hashes[number]).digest(), kind_number, topics, data)
                )
        last = after + len(blocks)
        self._store.apply(
            Batch(
                first=first,
                last=last,
                parent_hash=parent,
                hash=self._hashes[last],
                blocks=[(n, self._hashes[n], 1_000 + n) for n in range(first, last + 1)],
                logs=rows,
                heads=[],
                reached=tuple(bytes(32) for _ in CONTRACTS),
                verified=True,
            )
        )

    def close(self) -> None:
        self._store.close()


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    chain = Chain(tmp_path)
    yield chain
    chain.close()


class Shelving:
    """Fills a shelf again and again."""

    def __init__(self, chain: Chain, folder: Path, name: str = "shelf") -> None:
        self.path = folder / f"{name}.sqlite"
        self.index = Index(chain.db, create=False)
        self.filler = Filler(self.path, self.index, Library([folder / "documents"], allow_http=False))

    def fill(self) -> Shelf:
        self.filler.fill()
        return Shelf(self.path)

    def close(self) -> None:
        self.filler.close()
        self.index.close()


@pytest.fixture
def shelving(chain: Chain, tmp_path: Path) -> Iterator[Shelving]:
    shelving = Shelving(chain, tmp_path)
    yield shelving
    shelving.close()


def content(path: Path) -> dict[str, list[Any]]:
    """All that stands on a shelf, but for how it came to be."""
    with Shelf(path) as shelf:
        tables = {
            name: shelf.database.rows(f"SELECT * FROM {name}")
            for name in ("assets", "works", "offers", "seen", "offered", "cancelled", "epochs")
        }
        found = shelf.database.rows("SELECT rowid FROM words WHERE words MATCH 'a*' ORDER BY rowid")
        return {**{name: sorted(rows, key=repr) for name, rows in tables.items()}, "words": found}


# Words.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Hay-Wain (1821)", ["the", "hay", "wain", "1821"]),
        ("Édouard MANET, Ölbild", ["edouard", "manet", "olbild"]),
        ("清明上河图", ["清明", "明上", "上河", "河图"]),
        ("画 Sunset日落2", ["画", "sunset", "日落", "2"]),
        ("한국화", ["한국", "국화"]),
        ("snake_case", ["snake", "case"]),
        ("\0…!", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text(max_size=200))
def test_a_word_is_never_taken_apart_again(text: str) -> None:
    """What searches for words knows ASCII letters and digits, and takes all that is not ASCII for letters."""
    for word in words(text):
        assert word
        assert len(word) <= LONGEST_WORD
        assert all(not c.isascii() or c.isalnum() for c in word)
    assert len(words(text * 50)) <= MOST_WORDS


# Pages.


def test_pages_go_by_keys_through_all_there_is(chain: Chain, shelving: Shelving) -> None:
    names = [f"work {i}" for i in range(57)]
    chain.add(*([registered(name, works=i % 3)] for i, name in enumerate(names)))
    with shelving.fill() as shelf:
        for kind, wanted in (
            ("", names),
            ("work", [n for i, n in enumerate(names) if i % 3 == 0]),
            ("catalog", [n for i, n in enumerate(names) if i % 3]),
        ):
            seen: list[Hash32] = []
            before = None
            while page := shelf.assets(kind, before, 10):
                assert len(page) <= 10
                seen += [asset.asset_id for asset in page]
                before = page[-1].number
            assert seen == [digest(name) for name in reversed(wanted)]
        assert shelf.count() == 57


def test_logs_are_found_by_what_they_name(chain: Chain, shelving: Shelving) -> None:
    chain.add(
        [moved("a", bytes(20)), registered("a")],
        [registered("b")],
        [moved("a", b"\xab" * 20)],
        [moved("a", b"\x01" * 20)],
    )
    with shelving.fill() as shelf:
        assert shelf.places(Role.REGISTRANT, REGISTRANT) == [(2, 0), (1, 1)]
        assert shelf.places(Role.REGISTRANT, REGISTRANT, limit=1) == [(2, 0)]
        assert shelf.places(
            Role.REGISTRANT, REGISTRANT, before=shelf.places(Role.REGISTRANT, REGISTRANT)[0]
        ) == [(1, 1)]
        assert shelf.places(Role.DEED, digest("a")) == [(4, 0), (3, 0)]
        assert list(shelf.first_place(Role.DEED, digest("a"))) == [(3, 0), (4, 0)]
        assert shelf.places(Role.DEED, digest("b")) == []


# Documents.


def test_a_title_comes_when_its_document_does(chain: Chain, shelving: Shelving, tmp_path: Path) -> None:
    preview = Preview(digest("small"), "image/webp")
    document = WorkDocument(digest("ca"), 5, "image/png", title="Sunrise over Tamsui 淡水", preview=preview)
    of_another = WorkDocument(digest("other"), 5, "image/png", ISCC, title="Mine too")
    hashes = [hash32(hashlib.sha256(d.to_bytes()).digest()) for d in (document, of_another)]
    chain.add([registered("a", document=hashes[0]), registered("b", document=hashes[1])])
    with shelving.fill() as shelf:
        assert [asset.title for asset in shelf.assets()] == [None, None]
        assert shelf.search("sunrise") == ([], None)
    publisher = Publisher(tmp_path / "documents")
    publisher.publish(of_another)
    publisher.publish(document)
    with shelving.fill() as shelf:
        assert [asset.title for asset in shelf.assets()] == [None, "Sunrise over Tamsui 淡水"]
        assert [asset.preview for asset in shelf.assets()] == [None, preview]
        for question in ("sunrise", "SUN", "tamsui over", "淡水", "淡", "sunrise ov"):
            found, following = shelf.search(question)
            assert ([asset.asset_id for asset, _ in found], following) == ([digest("a")], None), question
        for question in ("unrise", "淡河", "sunset", "mine", ""):
            assert shelf.search(question) == ([], None), question


def test_a_catalogues_works_are_found_by_id_and_hash(
    chain: Chain, shelving: Shelving, tmp_path: Path
) -> None:
    works = tuple(Work(f"plate {i:04d}", digest(f"w{i}")) for i in range(1_200))
    document = CatalogDocument("Plates", works)
    published = Publisher(tmp_path / "documents").publish(document)
    chain.add(
        [
            registered("set", 1_200, document.tree().root, published.hash),
            registered("single", content=digest("w7")),
        ]
    )
    with shelving.fill() as shelf:
        [asset] = shelf.assets("catalog")
        assert [work.id for work in shelf.works(asset.number, 1_196)] == [
            "plate 1197",
            "plate 1198",
            "plate 1199",
        ]
        claims = shelf.claims(digest("w7"))
        assert [(claim.asset_id, work and work.position) for claim, work in claims] == [
            (digest("single"), None),
            (digest("set"), 7),
        ]
        # A beginning of more letters than are kept where they are is compared letter by letter.
        seen, before = [], None
        while True:
            found, before = shelf.search("plate 00", before, 25)
            seen += [work.id for _, work in found if work]
            if before is None:
                break
        assert seen == [f"plate {i:04d}" for i in reversed(range(100))]


@pytest.mark.parametrize(
    "question",
    [
        '"',
        "a*b",
        "NEAR(a b)",
        "text:a",
        "-a",
        "a OR b",
        "(",
        "\\",
        "'; DROP TABLE words; --",
        "%",
        "🙂" * 50,
        "a" * 10_000,
    ],
)
def test_no_question_breaks_the_search(chain: Chain, shelving: Shelving, question: str) -> None:
    chain.add([registered("a")])
    with shelving.fill() as shelf:
        assert shelf.search(question) == ([], None)
        assert shelf.count() == 1


def test_documents_that_take_long_come_the_next_time(
    chain: Chain, shelving: Shelving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [WorkDocument(digest(f"c{i}"), 5, "image/png", ISCC, title=f"number {i}") for i in range(5)]
    published = [Publisher(tmp_path / "documents").publish(document) for document in documents]
    chain.add([registered(str(i), document=each.hash) for i, each in enumerate(published)])
    folder = tmp_path / "documents"
    os.utime(folder, (1, 1))  # as if nothing was put there for long
    monkeypatch.setattr("licet.shelf.filling._SECONDS", -1.0)
    titles: list[int] = []
    for _ in range(12):
        with shelving.fill() as shelf:
            titles.append(len([asset for asset in shelf.assets() if asset.title]))
    assert titles[0] < 5
    assert titles[-1] == 5
    late = WorkDocument(digest("clate"), 5, "image/png", ISCC, title="late")
    chain.add([registered("late", document=Publisher(folder).publish(late).hash)])
    with shelving.fill() as shelf:
        assert shelf.assets()[0].title in (None, "late")
    shelving.fill().close()
    with shelving.fill() as shelf:
        assert shelf.assets()[0].title == "late"


def test_a_broken_document_is_none(chain: Chain, shelving: Shelving, tmp_path: Path) -> None:
    chain.add([registered("a", document=digest("lies"))])
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / file_name(digest("lies"))).write_bytes(b"something else")
    (folder / ("f" * 64 + ".json")).mkdir()
    (folder / "README.json").write_text("{}")
    with shelving.fill() as shelf:
        assert [asset.title for asset in shelf.assets()] == [None]


# Chains that change.


def test_what_a_reorg_drops_goes_with_its_words(chain: Chain, shelving: Shelving, tmp_path: Path) -> None:
    works = (Work("an apple", digest("w0")), Work("a pear", digest("w1")))
    document = CatalogDocument("A bowl", works)
    published = Publisher(tmp_path / "documents").publish(document)
    bowl = registered("bowl", 2, document.tree().root, published.hash)
    chain.add([registered("a")], [bowl], [registered("b")])
    with shelving.fill() as shelf:
        assert len(shelf.search("apple")[0]) == 1
    chain.add([registered("c")], [registered("d")], [registered("e")], after=1, fork="other")
    with shelving.fill() as shelf:
        assert shelf.search("apple") == ([], None)
        assert [asset.asset_id for asset in shelf.assets()] == [digest(name) for name in "edca"]
        assert shelf.claims(digest("w0")) == []
    fresh = Shelving(chain, tmp_path, "fresh")
    fresh.fill().close()
    fresh.close()
    assert content(shelving.path) == content(tmp_path / "fresh.sqlite")


def found(shelf: Shelf, wanted: Wanted, **asked: Any) -> list[Hash32]:
    """All assets on which something is offered, page by page."""
    assets: list[Hash32] = []
    before = None
    while True:
        page, before = shelf.offered(wanted, before=before, limit=2, **asked)
        assets += [asset.asset_id for asset in page]
        if before is None:
            return assets


def test_a_reorg_brings_back_the_offers_that_it_drops_the_end_of(
    chain: Chain, shelving: Shelving, tmp_path: Path
) -> None:
    offers = [published(f"on {name}", name, uses=6, price=5) for name in "abcde"]
    chain.add([registered(name) for name in "abcde"], offers)
    indexing, other = Wanted(uses=2), Wanted(uses=9)
    with shelving.fill() as shelf:
        assert found(shelf, indexing) == [digest(name) for name in "edcba"]
        assert found(shelf, indexing, kind="catalog") == found(shelf, other) == []
    chain.add([taken_back("on a"), moved("b", b"\x01" * 20), moved("c", bytes(20))])
    with shelving.fill() as shelf:
        assert found(shelf, indexing) == [digest(name) for name in "edc"]
    chain.add([taken_back("on e"), published("again", "b", uses=2, epoch=1)], after=2, fork="other")
    with shelving.fill() as shelf:
        assert found(shelf, indexing) == [digest(name) for name in "dcba"]
    chain.add([registered("a")], after=0, fork="third")
    with shelving.fill() as shelf:
        assert found(shelf, indexing) == []
    fresh = Shelving(chain, tmp_path, "fresh")
    fresh.fill().close()
    fresh.close()
    assert content(shelving.path) == content(tmp_path / "fresh.sqlite")


def test_a_signed_offer_may_be_there_before_its_asset(
    chain: Chain, shelving: Shelving, tmp_path: Path
) -> None:
    conditions = Conditions(salt=ZERO_HASH)
    terms = ZERO_HASH, "", conditions.struct_hash()
    offer = Offer(REGISTRANT, digest("late"), 0, ADDRESSES[0], REGISTRANT, 7, Use.INDEX, *terms)
    signed = OfferDocument(IDENTITY.chain_id, IDENTITY.addresses[1], offer, conditions, "0x" + "11" * 65)
    chain.add([registered("early")])
    Publisher(tmp_path / "documents").publish(signed)
    with shelving.fill() as shelf:
        assert found(shelf, Wanted(uses=16)) == []
    chain.add([registered("late")])
    with shelving.fill() as shelf:
        for most, assets in ((None, [digest("late")]), (7, [digest("late")]), (6, [])):
            assert found(shelf, Wanted(currency=REGISTRANT, most=most)) == assets
        assert found(shelf, Wanted(currency=ADDRESSES[0])) == []
    chain.add([registered("other")], after=1, fork="other")
    with shelving.fill() as shelf:
        assert found(shelf, Wanted(uses=16)) == []
    chain.add([registered("late")])
    with shelving.fill() as shelf:
        assert found(shelf, Wanted(uses=16)) == [digest("late")]


def test_few_among_very_many_offers_are_found_in_the_end(
    chain: Chain, shelving: Shelving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licet.shelf.offered.MOST_OFFERS", 10)
    names = [f"w{i}" for i in range(45)]
    chain.add(
        [registered(name) for name in names],
        [published(f"on {name}", name, uses=2 if i in (3, 40) else 4) for i, name in enumerate(names)],
    )
    with shelving.fill() as shelf:
        assert found(shelf, Wanted(uses=2)) == [digest("w40"), digest("w3")]


def test_a_shelf_of_another_index_is_made_anew(chain: Chain, shelving: Shelving, tmp_path: Path) -> None:
    chain.add([registered("a")])
    shelving.fill().close()
    other = tmp_path / "other"
    other.mkdir()
    elsewhere = Chain(other)
    elsewhere._store._execute("UPDATE licet_index SET chain_id = '5'")  # noqa: SLF001 - as of another chain
    elsewhere.add([registered("z")])
    with Index(elsewhere.db, create=False) as index:
        filler = Filler(shelving.path, index, Library([]))
        filler.fill()
        filler.close()
    elsewhere.close()
    with Shelf(shelving.path) as shelf:
        assert [asset.asset_id for asset in shelf.assets()] == [digest("z")]


def test_an_empty_index_says_so(tmp_path: Path) -> None:
    with Index(tmp_path / "new.sqlite") as index:
        filler = Filler(tmp_path / "shelf.sqlite", index, Library([]))
        with pytest.raises(IndexUnusable, match="nothing was indexed"):
            filler.fill()
        filler.close()
    with Shelf(tmp_path / "shelf.sqlite") as shelf:
        assert not shelf.is_made


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "shelf.sqlite"
    path.write_bytes(os.urandom(5_000))
    with pytest.raises(IndexFailed, match="delete it, and it is made anew"):
        Shelf(path)
