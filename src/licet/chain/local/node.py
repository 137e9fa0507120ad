"""A local chain for development and tests: Anvil or Ganache, ended with the process that started it."""

import atexit
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, NoReturn, Self, get_args

from licet.chain.local.development import LOCAL_CHAIN_ID
from licet.chain.local.engines import HOST, Engine, arguments, find_engine, not_found
from licet.errors import InputError, NodeFailed
from licet.types import shown

_WATCHDOG: Final = (sys.executable, "-I", "-S", str(Path(__file__).with_name("watchdog.py")))

_START_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.03
_GRACE_SECONDS: Final = 5.0  # for the engine to remove its temporary files
_PORT_ATTEMPTS: Final = 3


class LocalNode:
    """An Anvil or Ganache on 127.0.0.1, chain id 31337, with the ten `development_accounts()` funded.

    Use it as a context manager, or call `start` and `stop`. The engine ends with `stop`, with the
    interpreter, and with the process that started it, whatever ended that: an exception, Ctrl-C, SIGTERM or
    SIGKILL.

        with LocalNode() as node:
            print(node.url)

    Args:
        engine: `anvil` or `ganache`.
        port: TCP port; a free one when not given.
        block_time: seconds between blocks; a block for each transaction when not given.
        prune_history: keep no past states, for long runs on little memory; Anvil only. State proofs and calls
            at past blocks do not work then.
        executable: the engine's program; looked for by `find_engine` when not given.
        start_timeout: seconds to wait for its first answer.

    Raises:
        InputError: an argument is out of range, or not for this engine.
    """

    def __init__(
        self,
        engine: Engine = "anvil",
        *,
        port: int | None = None,
        block_time: int | None = None,
        prune_history: bool = False,
        executable: Path | None = None,
        start_timeout: float = _START_SECONDS,
    ) -> None:
        if engine not in get_args(Engine):
            raise InputError(f"{shown(engine)} is not an engine: choose anvil or ganache")
        if port is not None and not 0 < port < 1 << 16:
            raise InputError(f"{shown(port)} is not a port: 1 to 65535, or none for a free one")
        if block_time is not None and block_time < 1:
            raise InputError(f"a block time of {block_time} s is too short: at least 1, or none")
        if prune_history and engine != "anvil":
            raise InputError("only Anvil can prune its history: leave that out, or choose anvil")
        self.engine: Final = engine
        self._wanted_port = port
        self._block_time = block_time
        self._prune_history = prune_history
        self._executable = executable
        self._start_timeout = start_timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._port = 0

    @property
    def url(self) -> str:
        """Where JSON-RPC answers.

        Raises:
            NodeFailed: the node is not started.
        """
        if self._process is None:
            raise NodeFailed("the local node is not running: call start() first")
        return f"http://{HOST}:{self._port}"

    def start(self) -> Self:
        """Starts the engine and waits until it answers; does nothing when it runs already.

        Raises:
            NodeFailed: the engine is not installed, its port is taken, it ended or it did not answer in time.
        """
        if self._process is not None:
            return self
        command = [str(self._executable)] if self._executable else find_engine(self.engine)
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            port = self._wanted_port or _free_port()
            try:
                self._start(command, port)
            except _PortTaken:
                # Somebody was faster between our look and the engine's.
                if self._wanted_port or attempt == _PORT_ATTEMPTS:
                    raise
            else:
                break
        return self

    def stop(self) -> None:
        """Ends the engine and waits until it is gone; does nothing when it does not run."""
        process, self._process = self._process, None
        if process is None or os.getpid() != self._owner:  # a forked child must not end its parent's node
            return
        atexit.unregister(self.stop)
        try:
            if process.stdin is not None:
                process.stdin.close()  # the watchdog's sign
            process.wait(_GRACE_SECONDS + 2)
        except subprocess.TimeoutExpired:
            pass
        finally:
            # The watchdog has done this, unless it was killed. EPERM: only zombies are left (macOS).
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def wait(self) -> NoReturn:
        """Waits for as long as the node runs; only what interrupts the wait ends it otherwise.

        Raises:
            NodeFailed: the node is not running, or has ended by itself.
        """
        if self._process is not None:
            self._process.wait()
        raise NodeFailed(f"{self!r} ended by itself, or was never started: start it again")

    def advance(self, seconds: int) -> None:
        """Lets the chain's time pass: its next block, mined at once, is `seconds` later.

        Raises:
            NodeFailed: the node is not running, or refuses.
        """
        calls: tuple[tuple[str, list[int]], ...] = (("evm_increaseTime", [seconds]), ("evm_mine", []))
        for method, params in calls:
            if self._process is None or _ask(self._port, method, params) is None:
                raise NodeFailed(f"{self!r} did not let {seconds} s pass: start it, and wait for its answer")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        where = "not running" if self._process is None else self.url
        return f"<LocalNode {self.engine}, {where}>"

    def _start(self, command: list[str], port: int) -> None:
        _check_free(port)
        options = arguments(self.engine, port, block_time=self._block_time, prune_history=self._prune_history)
        with tempfile.TemporaryFile() as errors, contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            self._owner = os.getpid()
            self._port = port
            self._process = subprocess.Popen(
                [*_WATCHDOG, str(self._owner), str(_GRACE_SECONDS), *command, *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,  # Ctrl-C in a terminal reaches us alone, and the group is ours to end
            )
            atexit.register(self.stop)
            problem = self._wait_for_answer(self._process)
            if problem is None:
                undo.pop_all()
                return
            self.stop()
            raise self._failure(problem, command, port, _text(errors))

    def _wait_for_answer(self, process: subprocess.Popen[bytes]) -> str | None:
        """None when the engine answers, else what went wrong."""
        deadline = time.monotonic() + self._start_timeout
        while time.monotonic() < deadline:
            chain_id = _ask_chain_id(self._port)
            if process.poll() is not None:
                return "ended before it answered"
            if chain_id == LOCAL_CHAIN_ID:
                return None
            time.sleep(_POLL_SECONDS)
        return f"gave no answer within {self._start_timeout:g} s"

    def _failure(self, problem: str, command: list[str], port: int, output: str) -> NodeFailed:
        if "address already in use" in output.lower():
            return _PortTaken(port)
        reason = f"{self.engine} {problem}" + (f": {_telling_line(output)}" if output else "")
        if Path(command[0]).name == "npx":
            reason = f"{not_found(self.engine)}; npx tried: {reason}"
        return NodeFailed(reason, engine=self.engine, command=command, output=output)


class _PortTaken(NodeFailed):
    """Somebody else listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is taken: name another one, or none for a free one", port=port)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _check_free(port: int) -> None:
    """Without this, another node at the port would be taken for ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise NodeFailed(
                f"this user may not listen on port {port}: name one above 1023", port=port
            ) from error
        except OSError as error:
            raise _PortTaken(port) from error


def _ask_chain_id(port: int) -> int | None:
    """The chain id that a node at the port answers with; None while it gives no proper answer."""
    try:
        return int(_ask(port, "eth_chainId", []), 16)
    except (ValueError, TypeError):
        return None


def _ask(port: int, method: str, params: Sequence[object]) -> Any:
    """What a node at the port answers; None where it gives no proper answer."""
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    # Not urllib, which would go through a proxy that the environment names.
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("POST", "/", json.dumps(request), {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())["result"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(1 << 16).decode(errors="replace").strip()


def _telling_line(output: str) -> str:
    """The line of an engine's output that most likely names the problem."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and "npm warn" not in line]
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else output)
