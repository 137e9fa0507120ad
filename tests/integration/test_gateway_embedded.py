"""docs/gateway.md: its configuration is one, and its program that goes around an application runs."""

import base64
import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.documents import ReceiptDocument
from licet.gateway.config import Site
from licet.gateway.policies import Access
from licet.gateway.saying import Saying
from tests.integration.conftest import STRANGER, Network, Party
from tests.integration.test_cli_gateway import CONFIG, ROOT, get, metered, payment, proven, wait_for

pytestmark = pytest.mark.integration

PAGE = (ROOT / "docs" / "gateway.md").read_text(encoding="utf-8")
OWN = f"""
from licet.chain.signing.signer import LocalSigner
from starlette.responses import Response
app = Response(b"text of the application's own")
signer = LocalSigner.development({STRANGER})
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_configuration_on_the_page_is_one(tmp_path: Path) -> None:
    """All that the page shows, put together: whoever copies it has a gateway."""
    (tmp_path / "public").mkdir()
    site, keys, chain, reads, licensed, operation = blocks("toml")
    policies, settings = licensed.split("[chain]")
    chain += settings.replace("# …", "")
    for table in re.split(r"(?m)^(?=\[)", operation):
        name, _, lines = table.partition("\n")
        if name == "[site]":
            site = site.replace("[site]\n", f"[site]\n{lines}")
        elif name == "[chain]":
            chain = chain.replace("[chain]\n", f"[chain]\n{lines}")
        else:
            chain += table
    text = re.sub(r'asset = "0x…"', f'asset = "0x{"1" * 64}"', site + keys + reads + policies + chain)
    (tmp_path / "gateway.toml").write_text(text.replace("0x…", "0x" + "2" * 40))
    read = Site.read(tmp_path / "gateway.toml")
    assert {policy.access for policy in read.policies.policies} == set(Access)
    assert read.chain is not None
    assert (read.chain.license_seconds, read.chain.anchor_seconds, read.chain.max_gwei) == (30, 600, 200)
    assert [(key.name, key.holder is None) for key in read.keys] == [("examplebot", False)]
    assert read.policies.keys == ("examplebot",)
    assert set(Saying(read).documents) == {"/robots.txt", "/license.xml", "/.well-known/tdmrep.json"}


@pytest.fixture
def port(tmp_path: Path, licensor: Party) -> Iterator[int]:
    """The program on the page, around an application, in front of which a read costs something."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.txt").write_bytes(b"text")
    config = tmp_path / "gateway.toml"
    config.write_text(CONFIG)
    metered(config, licensor, licensor.sells.register_work(tmp_path / "site" / "a.txt").asset_id)
    text = config.read_text().replace('folder = "site"\n', "")
    config.write_text(f"{text}anchor_records = 1\n")
    (program,) = (block for block in blocks("python") if "working" in block)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number = int(taken.getsockname()[1])
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", OWN + program.replace("8402", str(number))]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        wait_for(number, process)
        yield number
    finally:
        process.terminate()
        process.communicate(timeout=40)


def test_a_gateway_around_an_application(port: int, licensee: Party, network: Network) -> None:
    licensee.receive_dollars(2_000)
    assert get(port, "/x") == (200, b"text of the application's own")
    assert get(port, "/no/b.txt")[0] == 403
    assert get(port, "/a.txt")[0] == 402
    field = payment(port, licensee, "reader-chosen-0001")
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", "/a.txt", headers={"PAYMENT-SIGNATURE": field})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"text of the application's own")
    said = answer.headers["Licet-Receipt"]
    receipt = ReceiptDocument.from_bytes(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    assert proven(port, receipt, network).holds, "one record was enough, long before the time"
