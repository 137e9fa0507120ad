"""A PostgreSQL server of the tests' own, where Debian's package is installed; else they are skipped.

`apt-get install postgresql` serves. The server runs as a user who is not root, on a socket in a folder.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

USER = "postgres"


def programs() -> Path | None:
    """Where the server's programs are: Debian keeps each version in a folder of its own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    """A running server: the folder of its socket."""
    where = programs()
    if where is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    as_root = os.geteuid() == 0
    folder = Path("/tmp") / f"licet-postgres-{os.getpid()}"  # a socket's path must be short, and others enter
    folder.mkdir(mode=0o755)
    who: dict[str, Any] = {"user": USER, "group": USER, "cwd": "/"} if as_root else {}
    if as_root:
        try:
            shutil.chown(folder, USER, USER)
        except LookupError:
            shutil.rmtree(folder)
            pytest.skip(f"PostgreSQL does not run as root, and there is no user {USER}")
    data = folder / "data"
    try:
        initdb = (where / "initdb", "-D", data, "-U", "licet", "-A", "trust", "-E", "UTF8", "--no-sync")
        subprocess.run(initdb, check=True, capture_output=True, **who)
        options = ("-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off")
        with subprocess.Popen(
            (where / "postgres", "-D", data, *options),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **who,
        ) as process:
            try:
                wait_for(folder)
                yield folder
            finally:
                process.send_signal(signal.SIGINT)  # "fast": whoever is connected is put out
                process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(folder: Path) -> None:
    for _ in range(200):
        try:
            psycopg.connect(f"postgresql://licet@/postgres?host={folder}").close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("PostgreSQL did not start")


@pytest.fixture
def db(postgres: Path) -> Iterator[str]:
    """A new, empty database."""
    name = "index"
    with psycopg.connect(f"postgresql://licet@/postgres?host={postgres}", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
    return f"postgresql://licet@/{name}?host={postgres}"
