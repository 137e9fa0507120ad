"""Real engines: they start, answer, and never outlive whoever started them."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from licet.chain.local import node as node_module
from licet.chain.local.development import LOCAL_CHAIN_IDS, development_accounts
from licet.chain.local.engines import Engine, find_engine
from licet.chain.local.node import LocalNode
from licet.errors import InputError, NodeFailed

pytestmark = pytest.mark.integration

ENGINES = [pytest.param("anvil"), pytest.param("ganache", marks=pytest.mark.ganache)]

# What a test's child does after its node has started; then it reports the node's URL.
STARTING = """
import os, signal, sys, time
from licet.chain.local.node import LocalNode
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's children ignore it
node = LocalNode(sys.argv[1])
"""
ENDINGS = {
    "waits": "with node:\n    print(node.url, flush=True)\n    time.sleep(60)",
    "raises": "with node:\n    print(node.url, flush=True)\n    raise RuntimeError",
    "returns": "print(node.start().url, flush=True)",
    "exits": "print(node.start().url, flush=True)\nsys.exit(3)",
    "dies": "print(node.start().url, flush=True)\nos._exit(3)",
}


def rpc(url: str, method: str, *params: object) -> Any:
    host, port = url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        connection.request("POST", "/", body, {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())["result"]
    finally:
        connection.close()


def processes(word: str) -> dict[int, str]:
    """Running processes whose command line has a word, by id."""
    listed = subprocess.run(
        ["ps", "-axww", "-o", "pid=,stat=,args="], capture_output=True, text=True, check=True
    )
    rows = (line.split(maxsplit=2) for line in listed.stdout.splitlines())
    return {
        int(row[0]): row[2] for row in rows if len(row) == 3 and row[1][0] != "Z" and word in row[2].split()
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_of(url: str) -> str:
    return url.rpartition(":")[2]


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


def nothing_left(url: str) -> bool:
    return wait_until(lambda: not processes(port_of(url)))


@contextlib.contextmanager
def child(engine: str, ending: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A Python process that has started a node, and the node's URL."""
    command = [sys.executable, "-c", STARTING + ENDINGS[ending], engine]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture
def fake(tmp_path: Path) -> Callable[[str], Path]:
    """Makes an engine out of shell commands."""

    def make(commands: str) -> Path:
        path = tmp_path / "engine"
        path.write_text(f"#!/bin/sh\n{commands}\n")
        path.chmod(0o755)
        return path

    return make


# Running.


@pytest.mark.parametrize("engine", ENGINES)
def test_a_node_starts_answers_and_stops(engine: Engine) -> None:
    node = LocalNode(engine)
    with node as started:
        assert started is node
        assert node.start() is node  # already running
        assert node.url in repr(node)
        assert int(rpc(node.url, "eth_chainId"), 16) == 31337
        assert rpc(node.url, "net_version") == "31337"
        accounts = rpc(node.url, "eth_accounts")
        assert accounts == [address.lower() for address in development_accounts()]
        for account in accounts:
            assert int(rpc(node.url, "eth_getBalance", account, "latest"), 16) == 10_000 * 10**18
        assert processes(port_of(node.url))
        url = node.url
    assert not processes(port_of(url))
    assert repr(node) == f"<LocalNode {engine}, not running>"
    with pytest.raises(NodeFailed, match="not running"):
        _ = node.url
    node.stop()


def test_a_node_starts_again() -> None:
    node = LocalNode()
    for _ in range(2):
        with node:
            assert int(rpc(node.url, "eth_blockNumber"), 16) == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_blocks_come_by_themselves_with_a_block_time(engine: Engine) -> None:
    with LocalNode(engine, block_time=1) as node:
        assert wait_until(lambda: int(rpc(node.url, "eth_blockNumber"), 16) >= 1)


def test_a_pruning_node_answers() -> None:
    with LocalNode(prune_history=True) as node:
        assert any("--prune-history" in line for line in processes(port_of(node.url)).values())
        assert int(rpc(node.url, "eth_chainId"), 16) in LOCAL_CHAIN_IDS


def test_a_named_port_is_used() -> None:
    port = free_port()
    with LocalNode(port=port) as node:
        assert node.url == f"http://127.0.0.1:{port}"
        assert int(rpc(node.url, "eth_chainId"), 16) == 31337


def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with LocalNode() as node:
        assert node.url


# Refused.


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"engine": "geth"}, "not an engine"),
        ({"port": 0}, "not a port"),
        ({"port": 65536}, "not a port"),
        ({"block_time": 0}, "too short"),
        ({"engine": "ganache", "prune_history": True}, "only Anvil"),
    ],
)
def test_arguments_out_of_range(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        LocalNode(**arguments)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_taken_port_is_named_and_its_node_left_alone(engine: Engine) -> None:
    with LocalNode() as first:
        port = int(port_of(first.url))
        with pytest.raises(NodeFailed, match=f"port {port} is taken"):
            LocalNode(engine, port=port).start()
        assert int(rpc(first.url, "eth_chainId"), 16) == 31337


@pytest.mark.parametrize("engine", ENGINES)
def test_a_port_taken_at_the_last_moment(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_module, "_check_free", lambda _port: None)
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        taken = squatter.getsockname()[1]
        with pytest.raises(NodeFailed, match=f"port {taken} is taken"):
            LocalNode(engine, port=taken).start()
        offered = [taken]
        monkeypatch.setattr(node_module, "_free_port", lambda: offered.pop() if offered else free_port())
        with LocalNode(engine) as node:  # a port of ours to choose: another one is tried
            assert node.url != f"http://127.0.0.1:{taken}"
    assert not processes(str(taken))


# Found.


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory and a PATH with nothing in them; the PATH's folder is `bin` in it."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o755)
    return path


def test_an_engine_is_found_on_the_path_then_in_node_modules_then_by_npx(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NodeFailed, match="npm install @foundry-rs/anvil"):
        find_engine("anvil")
    with pytest.raises(NodeFailed, match="npm install ganache"):
        LocalNode("ganache").start()

    npx = program(empty / "bin" / "npx")
    assert find_engine("ganache")[0] == str(npx)
    assert "--no-install" in find_engine("ganache")

    upper = program(empty / "node_modules" / ".bin" / "anvil")
    deep = empty / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert find_engine("anvil") == [str(upper)]
    near = program(deep / "node_modules" / ".bin" / "anvil")
    assert find_engine("anvil") == [str(near)]
    near.chmod(0o644)
    assert find_engine("anvil") == [str(upper)]

    on_path = program(empty / "bin" / "anvil")
    assert find_engine("anvil") == [str(on_path)]


def test_npx_without_the_package_says_how_to_get_it(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    tools = {name: shutil.which(name) for name in ("npx", "node", "sh", "env")}
    for name, path in tools.items():
        assert path is not None
        (empty / "bin" / name).symlink_to(path)
    monkeypatch.setenv("PATH", str(empty / "bin"))
    monkeypatch.setenv("npm_config_cache", str(empty / "cache"))
    monkeypatch.chdir(empty)
    with pytest.raises(NodeFailed, match="install it with `npm install @foundry-rs/anvil`"):
        LocalNode().start()


def test_npx_and_all_that_it_starts_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    program_found = Path(find_engine("anvil")[0])
    if program_found.parent.name != ".bin":
        pytest.skip("Anvil is not installed in node_modules")
    monkeypatch.chdir(program_found.parents[2])
    npx = shutil.which("npx")
    assert npx is not None
    command = [npx, "--no-install", "--offline", "--package=@foundry-rs/anvil", "--", "anvil"]
    monkeypatch.setattr(node_module, "find_engine", lambda _engine: command)
    with LocalNode() as node:
        assert int(rpc(node.url, "eth_chainId"), 16) == 31337
        url = node.url
    assert not processes(port_of(url))


# Failing to start.


def test_an_engine_that_ends_at_once_is_quoted(fake: Callable[[str], Path]) -> None:
    engine = fake("echo warming up >&2; echo 'Error: no such hard fork' >&2; echo at line 1 >&2; exit 1")
    with pytest.raises(NodeFailed, match=r"ended before it answered: Error: no such hard fork$") as caught:
        LocalNode(executable=engine).start()
    assert "warming up" in str(caught.value.facts["output"])


def test_an_engine_that_ends_silently(fake: Callable[[str], Path]) -> None:
    with pytest.raises(NodeFailed, match=r"^anvil ended before it answered$"):
        LocalNode(executable=fake("exit 0")).start()


def test_a_program_that_cannot_run(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("no program")
    for path, problem in ((tmp_path / "plain", "Permission denied"), (tmp_path / "absent", "No such file")):
        with pytest.raises(NodeFailed, match=f"cannot run .*: {problem}"):
            LocalNode(executable=path).start()


def test_an_engine_that_never_answers_is_ended_even_if_it_will_not(
    fake: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_module, "_GRACE_SECONDS", 0.2)
    stubborn = fake("trap '' TERM INT HUP; sh -c 'sleep 61.61; :' & sleep 61.61; sleep 61.61")
    with pytest.raises(NodeFailed, match=r"gave no answer within 0.5 s"):
        LocalNode(executable=stubborn, start_timeout=0.5).start()
    assert not processes(str(stubborn))
    assert not processes("61.61")


def test_an_answer_that_is_no_json_rpc_is_no_answer(fake: Callable[[str], Path], tmp_path: Path) -> None:
    server = f"import sys; sys.argv = ['', sys.argv[4], '-b', '127.0.0.1', '-d', {str(tmp_path)!r}]; "
    server += "import runpy; runpy.run_module('http.server', run_name='__main__')"
    (tmp_path / "server.py").write_text(server)
    engine = fake(f'exec "{sys.executable}" "{tmp_path}/server.py" "$@"')
    with pytest.raises(NodeFailed, match="gave no answer"):
        LocalNode(executable=engine, start_timeout=1).start()
    assert not processes(f"{tmp_path}/server.py")


def test_an_interrupted_start_leaves_nothing(fake: Callable[[str], Path]) -> None:
    engine = fake("sleep 62.62")
    code = STARTING + "from pathlib import Path\nprint('starting', flush=True)\n"
    code += "LocalNode(executable=Path(sys.argv[2])).start()"
    command = [sys.executable, "-c", code, "anvil", str(engine)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert wait_until(lambda: bool(processes("62.62")))
        process.send_signal(signal.SIGINT)
    assert process.returncode == -signal.SIGINT
    assert wait_until(lambda: not processes("62.62"))


def test_a_second_node_that_fails_leaves_the_first_running(fake: Callable[[str], Path]) -> None:
    with LocalNode() as first:
        with pytest.raises(NodeFailed), LocalNode(executable=fake("exit 1")):
            pass
        assert int(rpc(first.url, "eth_chainId"), 16) == 31337


# Ending.


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_killed_process_leaves_no_engine(engine: str, number: signal.Signals) -> None:
    with child(engine, "waits") as (process, url):
        assert int(rpc(url, "eth_chainId"), 16) == 31337
        process.send_signal(number)
        assert process.wait(20) == -number
    assert nothing_left(url)


@pytest.mark.parametrize(("ending", "code"), [("raises", 1), ("returns", 0), ("exits", 3), ("dies", 3)])
def test_a_process_that_ends_leaves_no_engine(ending: str, code: int) -> None:
    with child("anvil", ending) as (process, url):
        assert process.wait(20) == code
    assert nothing_left(url)


def test_a_fork_neither_ends_the_node_nor_keeps_it() -> None:
    forking = "node.start()\nif os.fork() == 0:\n    node.stop()\n    time.sleep(63)\n    os._exit(0)\n"
    forking += "print(node.url, flush=True)\ntime.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", STARTING + forking, "anvil"],
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            time.sleep(0.3)
            assert int(rpc(url, "eth_chainId"), 16) == 31337
            process.kill()
            process.wait()
            assert nothing_left(url)
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def test_a_killed_watchdog_does_not_save_the_engine() -> None:
    with LocalNode() as node:
        url = node.url
        (watchdog,) = [pid for pid, line in processes(port_of(url)).items() if "watchdog.py" in line]
        os.kill(watchdog, signal.SIGKILL)
        assert wait_until(lambda: watchdog not in processes(port_of(url)))
        assert processes(port_of(url))
    assert nothing_left(url)


def test_the_watchdog_obeys_a_signal_of_its_own() -> None:
    with LocalNode() as node:
        url = node.url
        (watchdog,) = [pid for pid, line in processes(port_of(url)).items() if "watchdog.py" in line]
        os.kill(watchdog, signal.SIGTERM)
        assert nothing_left(url)
