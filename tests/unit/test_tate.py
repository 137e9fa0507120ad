"""The whole catalogue of a museum: 69,202 works by 3,393 artists."""

import os
import time
from pathlib import Path

import pytest

from licet.catalog import Catalog, Payee, read_catalog
from licet.documents import CatalogDocument, SplitDocument
from licet.trees.catalog import verify_work
from licet.trees.hashing import checksum, keccak
from licet.trees.sums import verify_share

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"
TATE = Path(os.environ.get("LICET_SHARED_DATA", BESIDE)) / "tate_works.csv.gz"

pytestmark = pytest.mark.skipif(not TATE.is_file(), reason=f"the Tate catalogue is not at {TATE}")


@pytest.fixture(scope="module")
def tate() -> Catalog:
    return read_catalog(TATE, payees_column="artist_ids")


def test_works_and_artists(tate: Catalog) -> None:
    assert len(tate.works) == 69_202
    assert len(tate.shares) == 3_393
    assert tate.share_unit == 60
    assert sum(tate.shares.values()) == 69_202 * 60
    assert tate.works[0].id == "A00001"
    assert tate.tree().root == "0xa037af4a1fac9e1432317e4e30f443dee265dd630da405242b5c6f0c311cba68"


def test_all_proofs_in_seconds(tate: Catalog) -> None:
    begun = time.process_time()
    tree = tate.tree()
    proofs = [tree.proof(index) for index in range(len(tree))]
    assert time.process_time() - begun < 10
    for index in range(0, len(tree), 997):
        assert verify_work(tree.root, tate.works[index].sha256, proofs[index])


def test_documents(tate: Catalog) -> None:
    document = tate.document("Tate")
    assert CatalogDocument.from_bytes(document.to_bytes()) == document
    payees = {label: Payee(checksum(keccak(label.encode())[12:])) for label in tate.shares}
    split = tate.split(payees)
    assert SplitDocument.from_bytes(split.to_bytes()) == split
    tree = split.tree()
    assert tree.total == 69_202 * 60
    turner = payees["558"].address
    assert verify_share(tree.root, turner, tree.proof(turner))
