"""What is told of requests: in logs, in figures; and what is not."""

import io
import json
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from licet.errors import ChainError, InputError, LicetError
from licet.gateway.app import Eyes, gateway
from licet.gateway.config import Site
from licet.gateway.logs import Log
from licet.gateway.metrics import Metrics
from licet.gateway.policies import Access, Policies, Policy
from tests.unit.asgi import ask


def site(folder: Path) -> Site:
    (folder / "a.txt").write_bytes(b"text")
    policies = [Policy("/", Access.FREE), Policy("/no/", Access.FORBIDDEN)]
    return Site("https://site.example", Policies.of(policies), folder=folder)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_for_each_request(tmp_path: Path) -> None:
    with Log.to(tmp_path / "log") as log:
        (tmp_path / "site").mkdir()
        app = gateway(site(tmp_path / "site"), None, Eyes(log))
        ask(app, "/a.txt", query="token=SECRET", headers=[("User-Agent", "Bot"), ("Cookie", "SECRET")])
        ask(app, "/a.txt", method="HEAD")
        ask(app, "/no/x", method="POST", body=[b"SECRET"], headers=[("Authorization", "Bearer SECRET")])
        ask(app, "/robots.txt")
    first, second, third, fourth = lines(tmp_path / "log")
    assert (first["event"], first["method"], first["path"]) == ("request", "GET", "/a.txt")
    assert (first["status"], first["bytes"], first["access"]) == (200, 4, "free")
    assert (first["client"], first["agent"]) == ("192.0.2.1", "Bot")
    assert first["seconds"] >= 0
    assert (second["status"], second["bytes"]) == (200, 0)
    assert (third["status"], third["access"]) == (403, "forbidden")
    assert fourth["access"] == "own"
    assert "SECRET" not in (tmp_path / "log").read_text()


def test_a_line_is_a_line_whatever_is_asked(tmp_path: Path) -> None:
    with Log.to(tmp_path / "log") as log:
        (tmp_path / "site").mkdir()
        app = gateway(site(tmp_path / "site"), None, Eyes(log))
        ask(app, b"/a\n{}", headers=[("User-Agent", 'x"\n\x1b[31m' + "y" * 9_000)])
    (line,) = lines(tmp_path / "log")
    assert line["path"] == "/a\n{}"
    assert len(line["agent"]) == 1_000
    assert "\x1b" not in (tmp_path / "log").read_text()


class Stuck(io.StringIO):
    """A disk that takes nothing until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()

    def write(self, text: str) -> int:
        self.free.wait()
        return super().write(text)


def test_a_disk_that_does_not_keep_up_holds_nobody_up() -> None:
    stuck = Stuck()
    log = Log(stuck)
    thread = threading.Thread(target=log._write, daemon=True)  # noqa: SLF001 - without a file of its own
    thread.start()
    for number in range(20_000):
        log.write("request", number=number)
    assert 9_000 < log.dropped < 11_000
    stuck.free.set()
    log._lines.put(None)  # noqa: SLF001
    thread.join()
    assert len(stuck.getvalue().splitlines()) == 20_000 - log.dropped


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"), Log.to(tmp_path / "no" / "log"):
        pass


def figures(metrics: Metrics) -> dict[str, float]:
    """All of them, as Prometheus reads them over HTTP."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with (
        metrics.served("127.0.0.1", 0) as port,
        opener.open(f"http://127.0.0.1:{port}/metrics", timeout=10) as response,
    ):
        text = response.read().decode()
    pairs = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def test_figures(tmp_path: Path) -> None:
    metrics = Metrics(lambda: {"taken": 3, "records": 2})
    app = gateway(site(tmp_path), None, Eyes(None, metrics))
    for path in ("/a.txt", "/a.txt", "/nothing", "/no/x"):
        ask(app, path)
    metrics.failed(ChainError("the node is away"))
    found = figures(metrics)
    assert found['licet_gateway_requests_total{access="free",status="200"}'] == 2
    assert found['licet_gateway_requests_total{access="free",status="404"}'] == 1
    assert found['licet_gateway_requests_total{access="forbidden",status="403"}'] == 1
    assert found['licet_gateway_request_seconds_count{access="free"}'] == 3
    assert found['licet_gateway_sent_bytes_total{access="free"}'] >= 8
    assert found['licet_gateway_troubles_total{kind="ChainError"}'] == 1
    assert found['licet_gateway_journal{state="taken"}'] == 3
    assert found['licet_gateway_journal{state="records"}'] == 2


def test_figures_without_a_journal_that_answers() -> None:
    def away() -> dict[str, int]:
        raise LicetError("the journal is away")

    assert not any("journal" in name for name in figures(Metrics(away)))


def test_figures_where_somebody_else_listens() -> None:
    metrics = Metrics()
    with (
        metrics.served("127.0.0.1", 0) as port,
        pytest.raises(InputError, match="nothing can listen"),
        Metrics().served("127.0.0.1", port),
    ):
        pass


def test_an_answer_that_breaks_off_is_told(tmp_path: Path) -> None:
    async def broken(*_: Any) -> None:
        raise ZeroDivisionError

    from licet.gateway.observing import Observed

    metrics = Metrics()
    with pytest.raises(ZeroDivisionError):
        ask(Observed(broken, None, metrics), "/a")
    assert figures(metrics)['licet_gateway_requests_total{access="own",status="500"}'] == 1
