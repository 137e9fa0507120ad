"""Catalogues from folders and archives, honest ones and others."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import stat
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.collection import read_collection
from licet.documents import CatalogDocument
from licet.errors import InputError
from licet.fingerprint.likeness import content_of
from licet.fingerprint.members import Limits, is_archive
from licet.samples import samples

Files = dict[str, bytes]
Make = Callable[[Path, Files], Path]
FILES: Files = {"b/two.txt": b"The second of two works, in words.", "one.bin": bytes(range(256)) * 9}


def in_folder(path: Path, files: Files) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def in_zip(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def in_tar(path: Path, files: Files) -> Path:
    path.write_bytes(tar_of(*((tarfile.TarInfo(name), data) for name, data in files.items())))
    return path


def tar_of(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info, data in entries:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def packed(compress: Callable[[bytes], bytes]) -> Make:
    def make(path: Path, files: Files) -> Path:
        in_tar(path, files)
        path.write_bytes(compress(path.read_bytes()))
        return path

    return make


SOURCES: dict[str, Make] = {
    "folder": in_folder,
    "works.zip": in_zip,
    "works.tar": in_tar,
    "works.tar.gz": packed(gzip.compress),
    "works.tgz": packed(gzip.compress),
    "works.tar.bz2": packed(bz2.compress),
    "works.tar.xz": packed(lzma.compress),
}
ARCHIVES = {name: make for name, make in SOURCES.items() if name != "folder"}


@pytest.mark.parametrize(("name", "make"), SOURCES.items(), ids=SOURCES)
def test_each_file_is_a_work(tmp_path: Path, name: str, make: Make) -> None:
    with samples() as found:
        files = {**FILES, "c.png": found.picture.read_bytes()}
        picture = content_of(found.picture)
    seen: list[int] = []
    catalog = read_collection(make(tmp_path / name, files), progress=seen.append)
    works = {work.id: work for work in catalog.works}
    assert works.keys() == files.keys()
    for work_id, data in files.items():
        assert works[work_id].sha256 == "0x" + hashlib.sha256(data).hexdigest()
    assert (works["c.png"].iscc, works["c.png"].pdq) == (picture.iscc, picture.pdq)
    assert works["b/two.txt"].iscc is not None
    assert (works["one.bin"].iscc, works["one.bin"].pdq) == (None, None)
    assert sum(seen) == sum(map(len, files.values()))
    document = catalog.document("Works")
    assert CatalogDocument.from_bytes(document.to_bytes()) == document


def test_a_folder_and_its_archive_are_the_same_works(tmp_path: Path) -> None:
    roots = {
        make(tmp_path / name, dict(sorted(FILES.items()))) and read_collection(tmp_path / name).works
        for name, make in SOURCES.items()
    }
    assert len({frozenset(works) for works in roots}) == 1


@pytest.mark.parametrize(("name", "make"), SOURCES.items(), ids=SOURCES)
def test_hidden_files_are_left_out(tmp_path: Path, name: str, make: Make) -> None:
    hidden = {".DS_Store": b"x", ".git/config": b"y", "b/.hidden": b"z"}
    works = read_collection(make(tmp_path / name, {**FILES, **hidden})).works
    assert {work.id for work in works} == FILES.keys()


@pytest.mark.parametrize(("name", "make"), SOURCES.items(), ids=SOURCES)
def test_works_that_make_no_catalogue(tmp_path: Path, name: str, make: Make) -> None:
    for number, (files, message) in enumerate(
        (
            ({"a": b"same", "b": b"same"}, "are the same work"),
            ({"a": b""}, "is empty"),
            ({}, "has no files"),
            ({".hidden": b"x"}, "has no files"),
        )
    ):
        source = tmp_path / str(number) / name
        (source if name == "folder" else source.parent).mkdir(parents=True)
        with pytest.raises(InputError, match=message):
            read_collection(make(source, files))


@pytest.mark.parametrize(("name", "make"), SOURCES.items(), ids=SOURCES)
def test_more_files_than_allowed(tmp_path: Path, name: str, make: Make) -> None:
    with pytest.raises(InputError, match="more than 1 files"):
        read_collection(make(tmp_path / name, FILES), limits=Limits(members=1))


@pytest.mark.parametrize(("name", "make"), ARCHIVES.items(), ids=ARCHIVES)
def test_more_bytes_than_allowed(tmp_path: Path, name: str, make: Make) -> None:
    source = make(tmp_path / name, {"zeros": bytes(3_000_000), **FILES})
    with pytest.raises(InputError, match="unpacks to more than"):
        read_collection(source, limits=Limits(bytes=1_000_000))


@pytest.mark.parametrize(("name", "make"), ARCHIVES.items(), ids=ARCHIVES)
@pytest.mark.parametrize(
    "member", ["/etc/passwd", "../up", "a/../../up", "C:/x", "a\\..\\b", "bell\a", "x" * 2000], ids=repr
)
def test_names_that_lead_elsewhere(tmp_path: Path, name: str, make: Make, member: str) -> None:
    with pytest.raises(InputError, match=r"leads out of|is no name"):
        read_collection(make(tmp_path / name, {member: b"x"}))


def test_names_that_stand_twice(tmp_path: Path) -> None:
    one, other = tarfile.TarInfo("a"), tarfile.TarInfo("./a")
    (tmp_path / "twice.tar").write_bytes(tar_of((one, b"1"), (other, b"2")))
    with pytest.raises(InputError, match="stands there twice"):
        read_collection(tmp_path / "twice.tar")
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"2")
    with pytest.raises(InputError, match="stands there twice"):
        read_collection(tmp_path / "twice.zip")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar(tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("a")
    info.type, info.linkname = kind, "/etc/passwd"
    (tmp_path / "link.tar").write_bytes(tar_of((info, b"")))
    with pytest.raises(InputError, match="link or a device"):
        read_collection(tmp_path / "link.tar")


def test_a_link_in_a_zip(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(InputError, match="link or a device"):
        read_collection(tmp_path / "link.zip")


def test_links_and_pipes_in_a_folder(tmp_path: Path) -> None:
    folder = in_folder(tmp_path / "works", FILES)
    (folder / "link").symlink_to("/etc/passwd")
    with pytest.raises(InputError, match="is a link"):
        read_collection(folder)
    (folder / "link").unlink()
    (folder / "up").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(InputError, match="is a link"):
        read_collection(folder)
    (folder / "up").unlink()
    os.mkfifo(folder / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        read_collection(folder)


def test_an_encrypted_zip(tmp_path: Path) -> None:
    path = in_zip(tmp_path / "secret.zip", {"a": b"x"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="is encrypted"):
        read_collection(path)


@pytest.mark.parametrize(("name", "make"), ARCHIVES.items(), ids=ARCHIVES)
def test_broken_archives(tmp_path: Path, name: str, make: Make) -> None:
    path = make(tmp_path / name, {"a.bin": os.urandom(200_000)})
    whole = path.read_bytes()
    for data in (whole[: len(whole) // 2], b"", b"PK rubbish", b"\x1f\x8brubbish", b"BZhrubbish"):
        path.write_bytes(data)
        with pytest.raises(InputError, match=r"cannot be read|has no files"):
            read_collection(path)
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    if name != "works.tar":  # which has no checksum of its files
        with pytest.raises(InputError, match="cannot be read"):
            read_collection(path)


def test_a_broken_header_is_no_end(tmp_path: Path) -> None:
    path = in_tar(tmp_path / "works.tar", {"a": b"1", "b": b"2"})
    data = bytearray(path.read_bytes())
    data[1024 + 148] ^= 1  # the second header's checksum
    path.write_bytes(data)
    with pytest.raises(InputError, match="a header is broken"):
        read_collection(path)


def test_a_header_that_wants_to_fill_the_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("long name")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 32
    (tmp_path / "bomb.tar").write_bytes(info.tobuf() + bytes(1 << 20))
    with pytest.raises(InputError, match="no honest archive"):
        read_collection(tmp_path / "bomb.tar")


def test_memory_stays_flat(tmp_path: Path) -> None:
    path = in_zip(tmp_path / "large.zip", {"zeros": bytes(64 << 20)})
    read_collection(in_zip(tmp_path / "small.zip", {"a": b"warm up"}))
    tracemalloc.start()
    read_collection(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_archives_are_told_by_their_names() -> None:
    assert all(is_archive(Path(name)) for name in ARCHIVES)
    assert is_archive(Path("of.many.dots.TAR.GZ"))
    for name in ("works.csv", "works.csv.gz", "zip", "x.gz", "tar.txt"):
        assert not is_archive(Path(name))
