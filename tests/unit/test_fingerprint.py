import hashlib
import os
from pathlib import Path

import pytest

from licet.errors import InputError
from licet.fingerprint import sha256_file


def test_sha256_of_a_file_in_pieces(tmp_path: Path) -> None:
    data = b"licet" * 500_000
    path = tmp_path / "work"
    path.write_bytes(data)
    seen: list[int] = []
    assert sha256_file(path, seen.append) == "0x" + hashlib.sha256(data).hexdigest()
    assert sum(seen) == len(data)
    assert len(seen) == 3
    assert sha256_file(str(path)) == sha256_file(path)


def test_refusals(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    for name, message in {
        "nothing": "does not exist",
        ".": "is a directory",
        "empty": "is empty",
        "pipe": "not a regular file",
        "x" * 5000: "cannot be read",
    }.items():
        with pytest.raises(InputError, match=message):
            sha256_file(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(InputError, match="cannot be read"):
        sha256_file(path)
